//! The budget against case tables, and against a server that counts.

use proptest::prelude::*;

use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_777_636_800 + seconds).expect("a time")
}

fn rate(remaining: u64, reset: i64) -> RateHeaders {
    RateHeaders {
        remaining: Some(remaining),
        reset: Some(at(reset)),
        ..RateHeaders::default()
    }
}

fn take(budget: &mut Budget, now: i64) -> Ticket {
    budget.take(at(now)).expect("a slot")
}

fn limit(until: Timestamp) -> Wait {
    Wait {
        what: WaitsFor::Limit,
        until,
    }
}

/// A budget whose first request has come through and told nothing.
fn open() -> Budget {
    let mut budget = Budget::new();
    let ticket = take(&mut budget, 0);
    budget.on_response(at(0), ticket, &RateHeaders::default());
    budget
}

/// A budget that was told to wait until 100.
fn paused() -> Budget {
    let mut budget = open();
    let ticket = take(&mut budget, 0);
    budget.on_pause(at(0), ticket, limit(at(100)));
    budget
}

#[test]
fn the_very_first_request_goes_alone() {
    let mut budget = Budget::new();
    let first = take(&mut budget, 0);
    assert_eq!(budget.may_send(at(0)), Slot::AfterProbe);
    budget.on_pause(at(0), first, limit(at(100)));
    assert_eq!(budget.may_send(at(0)), Slot::At(at(100)));
}

#[test]
fn nothing_holds_back_as_long_as_nothing_is_known() {
    let mut budget = open();
    let tickets: Vec<_> = (0..16).map(|_| take(&mut budget, 0)).collect();
    for ticket in tickets {
        budget.on_response(at(1), ticket, &RateHeaders::default());
    }
    assert_eq!(budget.may_send(at(1)), Slot::Now);
}

#[test]
fn requests_on_the_way_are_taken_off_what_is_left() {
    let mut budget = open();
    let first = take(&mut budget, 0);
    let _on_the_way: Vec<_> = (0..3).map(|_| take(&mut budget, 0)).collect();
    budget.on_response(at(0), first, &rate(5, 50));
    let _two_more: Vec<_> = (0..2).map(|_| take(&mut budget, 0)).collect();
    assert_eq!(budget.take(at(0)).map(|_| ()), Err(Slot::At(at(50))));
}

#[test]
fn a_late_answer_of_the_same_window_gives_nothing_back() {
    let mut budget = open();
    let (early, late) = (take(&mut budget, 0), take(&mut budget, 0));
    budget.on_response(at(0), early, &rate(1, 50));
    assert_eq!(budget.may_send(at(0)), Slot::At(at(50)));
    budget.on_response(at(0), late, &rate(2, 51));
    assert_eq!(budget.may_send(at(0)), Slot::At(at(50)));
}

#[test]
fn after_a_pause_one_goes_first_and_the_rest_when_it_is_through() {
    let mut budget = paused();
    assert_eq!(budget.may_send(at(99)), Slot::At(at(100)));
    let probe = take(&mut budget, 100);
    assert_eq!(budget.may_send(at(101)), Slot::AfterProbe);
    budget.on_response(at(101), probe, &rate(9_999, 3_600));
    let _rest: Vec<_> = (0..16).map(|_| take(&mut budget, 101)).collect();
}

#[test]
fn a_probe_that_is_given_up_is_followed_by_another() {
    let mut budget = paused();
    let probe = take(&mut budget, 100);
    budget.on_lost(probe);
    let _second = take(&mut budget, 101);
    assert_eq!(budget.may_send(at(101)), Slot::AfterProbe);
}

#[test]
fn only_the_probe_ends_a_pause() {
    let mut budget = open();
    let (refused, slow) = (take(&mut budget, 0), take(&mut budget, 0));
    budget.on_pause(at(0), refused, limit(at(100)));
    budget.on_response(at(1), slow, &rate(7, 100));
    assert_eq!(budget.may_send(at(1)), Slot::At(at(100)));
}

#[test]
fn a_further_refusal_extends_and_never_shortens() {
    for (until, is) in [(50, 100), (100, 100), (150, 150), (1_000_000, 3_661)] {
        let mut budget = open();
        let (first, second) = (take(&mut budget, 0), take(&mut budget, 0));
        budget.on_pause(at(0), first, limit(at(100)));
        budget.on_pause(at(1), second, limit(at(until)));
        assert_eq!(budget.may_send(at(1)), Slot::At(at(is)), "{until}");
    }
}

#[test]
fn late_news_of_a_pause_that_is_over_changes_nothing() {
    let mut budget = open();
    let (refused, slow) = (take(&mut budget, 0), take(&mut budget, 0));
    budget.on_pause(at(0), refused, limit(at(100)));
    let probe = take(&mut budget, 100);
    budget.on_response(at(101), probe, &RateHeaders::default());
    budget.on_pause(at(102), slow, limit(at(100)));
    assert_eq!(budget.may_send(at(102)), Slot::Now);
}

#[test]
fn probes_that_are_refused_for_no_time_wait_twice_as_long_each_time() {
    let mut budget = open();
    let mut now = 0;
    let waits: Vec<_> = (0..10)
        .map(|_| {
            let ticket = take(&mut budget, now);
            budget.on_pause(at(now), ticket, limit(at(now - 5)));
            let Slot::At(until) = budget.may_send(at(now)) else {
                panic!("no pause");
            };
            let wait = until.duration_since(at(now)).as_secs();
            now += wait;
            wait
        })
        .collect();
    assert_eq!(waits, [1, 1, 1, 2, 4, 8, 16, 32, 60, 60]);
}

#[test]
fn a_window_that_has_passed_is_forgotten() {
    let mut budget = open();
    let ticket = take(&mut budget, 0);
    budget.on_response(at(0), ticket, &rate(2, 10));
    let _one = take(&mut budget, 0);
    for _ in 0..16 {
        let _unknown = take(&mut budget, 10);
    }
    let mut budget = open();
    let ticket = take(&mut budget, 0);
    budget.on_response(at(20), ticket, &rate(0, 10));
    assert_eq!(budget.may_send(at(20)), Slot::Now);
}

#[test]
fn a_count_without_an_end_holds_for_a_minute() {
    let mut budget = open();
    let ticket = take(&mut budget, 0);
    let rate = RateHeaders {
        remaining: Some(0),
        ..RateHeaders::default()
    };
    budget.on_response(at(0), ticket, &rate);
    assert_eq!(budget.may_send(at(0)), Slot::At(at(60)));
}

#[test]
fn a_clock_that_is_set_back_does_not_prolong_a_pause_beyond_the_longest() {
    let mut budget = paused();
    let day = -86_400;
    assert_eq!(
        budget.take(at(day)).map(|_| ()),
        Err(Slot::At(at(day + 3_660)))
    );
    let _probe = take(&mut budget, day + 3_660);
}

/// An honest server with a fixed window, and what the client has on the way to it.
struct Server {
    limit: u64,
    window_secs: i64,
    window: i64,
    used: u64,
}

impl Server {
    /// Counts one request; `Err` is a 429.
    fn serve(&mut self, now: i64) -> Result<RateHeaders, i64> {
        let window = now / self.window_secs;
        if window != self.window {
            (self.window, self.used) = (window, 0);
        }
        let reset = (window + 1) * self.window_secs;
        if self.used == self.limit {
            return Err(reset);
        }
        self.used += 1;
        Ok(rate(self.limit - self.used, reset))
    }
}

#[derive(Debug, Clone)]
enum Step {
    Send,
    /// The server counts one of those on the way.
    Serve(prop::sample::Index),
    /// One answer arrives.
    Answer(prop::sample::Index),
    Lose(prop::sample::Index),
    Wait(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => Just(Step::Send),
        8 => any::<prop::sample::Index>().prop_map(Step::Serve),
        8 => any::<prop::sample::Index>().prop_map(Step::Answer),
        1 => any::<prop::sample::Index>().prop_map(Step::Lose),
        1 => (1_i64..8).prop_map(Step::Wait),
    ]
}

fn limited(limit: u64, remaining: u64, reset: i64) -> RateHeaders {
    RateHeaders {
        limit: Some(limit),
        ..rate(remaining, reset)
    }
}

#[test]
fn a_share_of_every_window_is_left_to_others() {
    let mut budget = open();
    budget.reserve(10);
    let ticket = take(&mut budget, 0);
    budget.on_response(at(0), ticket, &limited(100, 12, 50));
    let _first = take(&mut budget, 1);
    let _second = take(&mut budget, 1);
    assert_eq!(budget.may_send(at(1)), Slot::At(at(50)));
    assert_eq!(budget.may_send(at(50)), Slot::Now);
}

#[test]
fn a_backlog_leaves_room_that_shrinks_as_the_window_passes() {
    let mut budget = open();
    budget.reserve(10);
    let ticket = take(&mut budget, 0);
    // 1000 a window, of which 100 are others' and 50 are kept at first.
    budget.on_response(at(0), ticket, &limited(1000, 140, 100));
    assert_eq!(budget.may_send_if(at(0), Urgency::Live), Slot::Now);
    let Slot::At(from) = budget.may_send_if(at(0), Urgency::Backlog) else {
        panic!("40 are left of 50");
    };
    assert_eq!(from, at(22));
    assert_eq!(budget.may_send_if(from, Urgency::Backlog), Slot::Now);
    assert_eq!(budget.may_send_if(at(100), Urgency::Backlog), Slot::Now);
}

#[test]
fn a_start_goes_on_where_the_last_one_left_off() {
    let mut budget = open();
    let ticket = take(&mut budget, 0);
    budget.on_response(at(0), ticket, &limited(100, 11, 50));
    let mut note = BudgetNote::default();
    budget.note(&mut note);
    assert_eq!(
        (note.limit, note.left, note.ends),
        (Some(100), Some(11), Some(at(50)))
    );

    let mut later = Budget::new();
    later.reserve(10);
    later.recall(at(10), &note);
    let _last = take(&mut later, 10);
    assert_eq!(later.may_send(at(10)), Slot::At(at(50)));

    let mut after = Budget::new();
    after.reserve(10);
    after.recall(at(50), &note);
    let _probe = take(&mut after, 50);
    assert_eq!(after.may_send(at(50)), Slot::AfterProbe);
}

proptest! {
    #[test]
    fn a_server_that_only_we_use_never_has_to_refuse(
        steps in prop::collection::vec(step(), 1..600),
        limit in 16_u64..60,
    ) {
        let mut server = Server { limit, window_secs: 20, window: 0, used: 0 };
        let mut budget = Budget::new();
        let (mut underway, mut answered) = (Vec::new(), Vec::new());
        let mut now = 0;
        for step in steps {
            match step {
                Step::Send if underway.len() + answered.len() < 16 => {
                    if let Ok(ticket) = budget.take(at(now)) {
                        underway.push(ticket);
                    }
                }
                Step::Serve(index) if !underway.is_empty() => {
                    let ticket = underway.swap_remove(index.index(underway.len()));
                    let answer = server.serve(now);
                    prop_assert!(answer.is_ok(), "refused at {now}");
                    answered.push((ticket, answer.unwrap_or_default()));
                }
                Step::Answer(index) if !answered.is_empty() => {
                    let (ticket, rate) = answered.swap_remove(index.index(answered.len()));
                    budget.on_response(at(now), ticket, &rate);
                }
                Step::Lose(index) if !answered.is_empty() => {
                    let (ticket, _rate) = answered.swap_remove(index.index(answered.len()));
                    budget.on_lost(ticket);
                }
                Step::Wait(seconds) => now += seconds,
                Step::Send | Step::Serve(_) | Step::Answer(_) | Step::Lose(_) => {}
            }
        }
    }

    #[test]
    fn a_pause_never_shortens_and_ends_with_one_probe(
        news in prop::collection::vec((0_u8..4, -50_i64..200), 1..60),
    ) {
        let mut budget = open();
        let mut underway: Vec<_> = (0..60).map(|_| take(&mut budget, 0)).collect();
        let first = underway.pop().expect("one");
        budget.on_pause(at(0), first, limit(at(30)));
        let mut until = at(30);
        for (kind, time) in news {
            let Some(ticket) = underway.pop() else { break };
            match kind {
                0 => budget.on_pause(at(1), ticket, limit(at(time))),
                1 => budget.on_response(at(1), ticket, &rate(3, time)),
                2 => budget.on_response(at(1), ticket, &RateHeaders::default()),
                _ => budget.on_lost(ticket),
            }
            let Slot::At(later) = budget.may_send(at(1)) else {
                panic!("the pause is gone");
            };
            prop_assert!(later >= until);
            until = later;
        }
        let _probe = budget.take(until).expect("the probe");
        let second = budget.take(until).map(|_| ());
        // The probe may have been the last request of the window that the news told of.
        let is_window_spent = matches!(second, Err(Slot::At(later)) if later > until);
        prop_assert!(is_window_spent || second == Err(Slot::AfterProbe), "{second:?}");
    }
}

#[test]
fn what_asked_to_wait_longest_is_what_is_waited_for() {
    let mut budget = open();
    assert_eq!(budget.waits_for(), WaitsFor::Limit);
    let (first, second) = (take(&mut budget, 0), take(&mut budget, 0));
    let maintenance = Wait {
        what: WaitsFor::Outreach,
        until: at(100),
    };
    budget.on_pause(at(0), first, maintenance);
    assert_eq!(budget.waits_for(), WaitsFor::Outreach);
    budget.on_pause(at(0), second, limit(at(50)));
    assert_eq!(budget.waits_for(), WaitsFor::Outreach);
    let probe = take(&mut budget, 101);
    budget.on_pause(at(101), probe, limit(at(200)));
    assert_eq!(budget.waits_for(), WaitsFor::Limit);
}
