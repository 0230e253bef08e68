//! The transition table of the session, and what must hold whatever happens.

use proptest::prelude::*;

use super::*;

fn start() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().expect("an instant")
}

fn at(secs: i64) -> Timestamp {
    later(start(), SignedDuration::from_secs(secs))
}

/// A pair that was issued at the start, with an access token for two hours.
fn grant() -> Grant {
    Grant {
        access_until: Some(at(7200)),
        issued: start(),
    }
}

fn used_up() -> Grant {
    grant().refused()
}

/// A pair that is issued at this second.
fn new_pair(secs: i64) -> Grant {
    Grant {
        access_until: Some(at(secs + 7200)),
        issued: at(secs),
    }
}

fn refreshing(grant: Grant, with: Which, n_failed: u32) -> Session {
    Session::Refreshing {
        grant,
        with,
        n_failed,
    }
}

fn waiting(grant: Grant, until: i64, pause: Pause, n_failed: u32) -> Session {
    Session::RefreshWaiting {
        grant,
        until: at(until),
        pause,
        n_failed,
    }
}

fn saving(grant: Grant, n_failed: u32) -> Session {
    Session::Saving {
        grant,
        after: After::Refresh { n_failed },
    }
}

fn browser(before: Session) -> Session {
    Session::WaitingForBrowser {
        before: Box::new(before),
    }
}

fn exchanging(before: Session) -> Session {
    Session::Exchanging {
        before: Box::new(before),
    }
}

const LOST: Session = Session::SignInLost { why: Lost::Grant };

const REFRESH: Action = Action::Refresh(Which::Current);

fn signed_in(grant: Grant) -> Session {
    Session::SignedIn(grant)
}

fn saving_first(before: Session) -> Session {
    Session::Saving {
        grant: grant(),
        after: After::SignIn {
            before: Box::new(before),
        },
    }
}

fn issued(until: i64) -> Event {
    Event::Issued {
        access_until: at(until),
    }
}

/// What a wait that has just begun looks like, with its action.
fn waits(grant: Grant, until: i64, pause: Pause, n_failed: u32) -> (Session, Action) {
    let action = Action::WaitUntil(at(until), pause);
    (waiting(grant, until, pause, n_failed), action)
}

/// One row a line: a session, an event, the second it happens at, and what follows or why nothing does.
macro_rules! table {
    ($($session:expr, $event:expr, $secs:expr => $expected:expr;)*) => {
        $({
            let session: Session = $session;
            let what = format!("{session:?} on {:?} after {} s", $event, $secs);
            let came = session.next($event, at($secs)).map_err(|(_, refusal)| refusal);
            assert_eq!(came, $expected, "{what}");
        })*
    };
}

#[test]
fn signing_in_and_out() {
    use Session::SignedOut;
    table! {
        SignedOut, Event::Connect, 0 => Ok((browser(SignedOut), Action::ShowSignIn));
        LOST, Event::Connect, 0 => Ok((browser(LOST), Action::ShowSignIn));
        signed_in(grant()), Event::Connect, 0 => Ok((browser(signed_in(grant())), Action::ShowSignIn));
        browser(SignedOut), Event::Connect, 0 => Err(Refusal::Busy);
        refreshing(grant(), Which::Current, 0), Event::Connect, 0 => Err(Refusal::Busy);
        browser(LOST), Event::Answered, 0 => Ok((exchanging(LOST), Action::Exchange));
        SignedOut, Event::Answered, 0 => Err(Refusal::OutOfTurn);
        exchanging(SignedOut), Event::Answered, 0 => Err(Refusal::OutOfTurn);
        browser(LOST), Event::Abandoned, 0 => Ok((LOST, Action::Nothing));
        exchanging(signed_in(grant())), Event::Abandoned, 0 => Ok((signed_in(grant()), Action::Nothing));
        SignedOut, Event::Abandoned, 0 => Err(Refusal::OutOfTurn);
        exchanging(LOST), issued(7200), 0 => Ok((saving_first(LOST), Action::Save));
        browser(SignedOut), issued(7200), 0 => Err(Refusal::OutOfTurn);
        saving_first(LOST), Event::Saved, 1 => Ok((signed_in(grant()), Action::UseToken));
        saving_first(LOST), Event::NotSaved, 1 => Ok((LOST, Action::Nothing));
        exchanging(SignedOut), Event::GrantRefused, 0 => Ok((SignedOut, Action::Nothing));
        exchanging(SignedOut), Event::Throttled { until: None }, 0 => Ok((SignedOut, Action::Nothing));
        signed_in(grant()), Event::Disconnect, 0 => Ok((SignedOut, Action::Forget));
        LOST, Event::Disconnect, 0 => Ok((SignedOut, Action::Forget));
        browser(SignedOut), Event::Wanted, 0 => Err(Refusal::Busy);
        browser(signed_in(grant())), Event::Wanted, 0 => Ok((browser(signed_in(grant())), Action::UseToken));
    }
}

#[test]
fn a_token_is_used_while_it_is_good_and_replaced_before_it_ends() {
    let short = || Grant {
        access_until: Some(at(50)),
        ..grant()
    };
    let renews = |grant| Ok((refreshing(grant, Which::Current, 0), REFRESH));
    table! {
        Session::SignedOut, Event::Wanted, 0 => Err(Refusal::SignedOut);
        Session::SignedOut, Event::Idle, 0 => Err(Refusal::SignedOut);
        LOST, Event::Wanted, 0 => Err(Refusal::SignInLost(Lost::Grant));
        signed_in(grant()), Event::Wanted, 6899 => Ok((signed_in(grant()), Action::UseToken));
        signed_in(grant()), Event::Wanted, 6900 => renews(grant());
        // One token a minute: a token that is short of life is used up, a refused one waited for.
        signed_in(short()), Event::Wanted, 40 => Ok((signed_in(short()), Action::UseToken));
        signed_in(grant()), Event::Unauthorized, 59 => Ok(waits(used_up(), 60, Pause::TooSoon, 0));
        signed_in(grant()), Event::Unauthorized, 60 => renews(used_up());
        // A clock that was set back asks at once rather than waits for a day.
        signed_in(used_up()), Event::Wanted, -86_400 => renews(used_up());
        signed_in(used_up()), Event::Idle, 86_399 => Ok((signed_in(used_up()), Action::Nothing));
        signed_in(grant()), Event::Idle, 86_400 => renews(grant());
        refreshing(grant(), Which::Current, 0), Event::Unauthorized, 0 => Err(Refusal::Busy);
    }
}

#[test]
fn a_refresh_ends_in_a_saved_pair_a_wait_or_a_lost_sign_in() {
    let current = |n_failed| refreshing(used_up(), Which::Current, n_failed);
    let previous = || refreshing(used_up(), Which::Previous, 0);
    let far = Event::Throttled {
        until: Some(at(999_999)),
    };
    let no_client = Session::SignInLost { why: Lost::Client };
    table! {
        current(3), issued(7300), 100 => Ok((saving(new_pair(100), 3), Action::Save));
        saving(new_pair(100), 3), Event::Saved, 101 => Ok((signed_in(new_pair(100)), Action::UseToken));
        saving(new_pair(100), 0), Event::Wanted, 101 => Err(Refusal::Busy);
        saving(new_pair(100), 0), Event::NotSaved, 100 => Ok(waits(new_pair(100), 101, Pause::NotSaved, 1));
        current(0), Event::Found(new_pair(90)), 100 => Ok((signed_in(new_pair(90)), Action::UseToken));
        current(0), Event::Throttled { until: None }, 100 => Ok(waits(used_up(), 160, Pause::TooSoon, 0));
        current(0), far, 100 => Ok(waits(used_up(), 3700, Pause::TooSoon, 0));
        current(2), Event::Unreachable, 100 => Ok(waits(used_up(), 104, Pause::Unreachable, 3));
        current(9), Event::Unreachable, 100 => Ok(waits(used_up(), 115, Pause::Unreachable, 10));
        current(0), Event::GrantRefused, 100 => Ok((previous(), Action::Refresh(Which::Previous)));
        previous(), issued(7300), 100 => Ok((saving(new_pair(100), 0), Action::Save));
        previous(), Event::GrantRefused, 100 => Ok((LOST, Action::Nothing));
        current(0), Event::ClientRefused, 100 => Ok((no_client, Action::Nothing));
        signed_in(grant()), Event::GrantRefused, 0 => Err(Refusal::OutOfTurn);
        signed_in(grant()), Event::Saved, 0 => Err(Refusal::OutOfTurn);
    }
}

#[test]
fn a_wait_ends_in_another_try_and_a_living_token_is_used_meanwhile() {
    let living = || waiting(grant(), 7010, Pause::Unreachable, 1);
    let unsaved = || waiting(new_pair(100), 200, Pause::NotSaved, 1);
    let again = || Ok((refreshing(grant(), Which::Current, 1), REFRESH));
    table! {
        living(), Event::Wanted, 7009 => Ok((living(), Action::UseToken));
        living(), Event::Wanted, 7010 => again();
        living(), Event::Unauthorized, 7009 => Ok(waits(used_up(), 7010, Pause::Unreachable, 1));
        // The clock was set back by a day: the wait does not grow.
        living(), Event::Wanted, -80_000 => again();
        // A pair that is not saved is not used, however good it is.
        unsaved(), Event::Wanted, 199 => Ok(waits(new_pair(100), 200, Pause::NotSaved, 1));
        unsaved(), Event::Unauthorized, 200 => Ok((saving(new_pair(100), 1), Action::Save));
        unsaved(), Event::Connect, 0 => Ok((browser(unsaved()), Action::ShowSignIn));
    }
    assert_eq!(unsaved().grant(), None);
    assert_eq!(living().grant(), Some(grant()));
}

#[test]
fn a_start_knows_when_the_last_pair_was_issued() {
    let until = later(start(), SIGN_IN_LASTS);
    assert_eq!(Session::resume(Some(until)), Session::SignedIn(used_up()));
    assert_eq!(Session::resume(None), Session::SignedOut);
    assert_eq!(grant().signed_in_until(), until);
}

/// The whole table, one session a block: what each event leads to, or why it leads nowhere.
#[test]
fn every_session_has_an_answer_to_every_event() {
    use std::fmt::Write as _;
    let sessions = [
        Session::SignedOut,
        browser(LOST),
        exchanging(LOST),
        signed_in(grant()),
        refreshing(used_up(), Which::Current, 0),
        refreshing(used_up(), Which::Previous, 0),
        saving_first(LOST),
        saving(new_pair(100), 0),
        waiting(used_up(), 160, Pause::TooSoon, 0),
        waiting(used_up(), 101, Pause::Unreachable, 1),
        waiting(new_pair(100), 101, Pause::NotSaved, 1),
        LOST,
    ];
    let events = [
        Event::Connect,
        Event::Answered,
        Event::Abandoned,
        Event::Wanted,
        Event::Unauthorized,
        Event::Idle,
        issued(7300),
        Event::Found(new_pair(90)),
        Event::Saved,
        Event::NotSaved,
        Event::Throttled { until: None },
        Event::Unreachable,
        Event::GrantRefused,
        Event::ClientRefused,
        Event::Disconnect,
    ];
    let word = |value: &dyn std::fmt::Debug| {
        let text = format!("{value:?}");
        let end = text.find([' ', '(']).unwrap_or(text.len());
        text[..end].to_owned()
    };
    let mut table = String::new();
    for session in sessions {
        writeln!(table, "{session:?}").expect("a text grows");
        for event in events {
            let came = match session.clone().next(event, at(100)) {
                Ok((next, action)) => format!("{}, {}", word(&next), word(&action)),
                Err((same, refusal)) => {
                    assert_eq!(same, session, "a refusal changes nothing");
                    format!("refused: {}", word(&refusal))
                }
            };
            writeln!(table, "  {:13} {came}", word(&event)).expect("a text grows");
        }
    }
    insta::assert_snapshot!(table);
}

fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        1 => Just(Event::Connect),
        1 => Just(Event::Answered),
        1 => Just(Event::Abandoned),
        4 => Just(Event::Wanted),
        1 => Just(Event::Unauthorized),
        1 => Just(Event::Idle),
        4 => (-10_i64..9000).prop_map(|secs| Event::Issued { access_until: at(secs) }),
        2 => Just(Event::Saved),
        1 => Just(Event::NotSaved),
        1 => Just(Event::Throttled { until: None }),
        1 => Just(Event::Unreachable),
        1 => Just(Event::GrantRefused),
        1 => Just(Event::ClientRefused),
    ]
}

proptest! {
    /// Tokens are asked for with a minute between two that came, and used only once they were saved.
    #[test]
    fn no_order_of_events_breaks_the_rules(
        steps in prop::collection::vec((any_event(), 0_i64..4000), 1..60),
    ) {
        let mut session = Session::resume(Some(later(start(), SIGN_IN_LASTS)));
        let (mut now, mut last_issued, mut is_saved) = (start(), start(), true);
        for (event, secs) in steps {
            now = later(now, SignedDuration::from_secs(secs));
            let before = session.clone();
            match session.next(event, now) {
                Ok((next, action)) => {
                    if matches!(event, Event::Issued { .. }) {
                        (last_issued, is_saved) = (now, false);
                    }
                    is_saved |= event == Event::Saved;
                    if matches!(action, Action::Refresh(_)) {
                        prop_assert!(later(last_issued, BETWEEN_TOKENS) <= now);
                    }
                    if action == Action::UseToken {
                        // While a sign-in anew is not done, the pair before it may be used.
                        let in_use = next.grant().map(|grant| grant.issued);
                        prop_assert!(is_saved || in_use != Some(last_issued));
                    }
                    if let Action::WaitUntil(until, _) = action {
                        prop_assert!(until <= later(now, LONGEST_WAIT));
                    }
                    prop_assert!(action != Action::Save || !is_saved);
                    session = next;
                }
                Err((same, _)) => {
                    prop_assert_eq!(&same, &before);
                    session = same;
                }
            }
        }
    }
}
