//! The watch loop over days, by a clock that the test sets: it renews sign-ins, tells what becomes of them, and runs
//! again what had to wait for a person.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicI64, Ordering},
};

use audience_sync::{
    auth::{Clock, Slot},
    engine::{Hooks, Notice},
    model::{MappingId, RunStatus, SIGN_IN_LASTS},
    sync::Hindrance,
};
use jiff::{SignedDuration, Timestamp};
use tokio::{sync::watch, task::JoinHandle};

use crate::{
    sign_in::SignedIn,
    world::{members, until},
};

/// Stands still unless it is moved.
#[derive(Clone, Default)]
struct Hands(Arc<AtomicI64>);

impl Hands {
    fn clock(&self) -> Clock {
        let (start, passed) = (Timestamp::now(), Arc::clone(&self.0));
        Clock::new(move || start + SignedDuration::from_secs(passed.load(Ordering::SeqCst)))
    }

    fn move_hours(&self, hours: i64) {
        self.0.fetch_add(hours * 3600, Ordering::SeqCst);
    }
}

/// An engine that watches, and what it has told.
struct Watching {
    signed_in: SignedIn,
    hands: Hands,
    clock: Clock,
    told: Arc<Mutex<Vec<Notice>>>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Watching {
    /// With a sign-in of so many hours ago and three members to send.
    async fn start(hours_ago: i64, is_down: bool) -> Self {
        let hands = Hands::default();
        let clock = hands.clock();
        let mut signed_in = SignedIn::new(&clock).await;
        let then = clock.now() - SignedDuration::from_hours(hours_ago);
        signed_in.sign_in("refresh-0", then).await;
        signed_in.issuer.with(|issued| issued.is_down = is_down);
        signed_in.world.write(&members(1..=3));
        let told = Arc::new(Mutex::new(vec![]));
        let (stop, stopped) = watch::channel(false);
        let hooks = Hooks {
            stop: stopped,
            progress: Arc::new(|_| ()),
        };
        let mut engine = signed_in.world.take_engine();
        let telling = Arc::clone(&told);
        let task = tokio::spawn(async move {
            let tell = |notice| telling.lock().expect("a lock").push(notice);
            engine.watch(&hooks, tell).await;
        });
        Self {
            signed_in,
            hands,
            clock,
            told,
            stop,
            task,
        }
    }

    /// How many notices of this kind were told.
    fn n(&self, is_it: impl Fn(&Notice) -> bool) -> usize {
        let told = self.told.lock().expect("a lock");
        told.iter().filter(|notice| is_it(notice)).count()
    }

    async fn told(&self, what: &str, n: usize, is_it: impl Fn(&Notice) -> bool + Copy) {
        until(what, || self.n(is_it) >= n).await;
    }

    /// Waits while the clock goes on: a try that has just failed is followed by a short pause, from when that is noticed.
    async fn in_time(&self, what: &str, is_so: impl Fn() -> bool) {
        let goes_on = || {
            self.hands.0.fetch_add(1, Ordering::SeqCst);
            false
        };
        until(what, || is_so() || goes_on()).await;
    }

    async fn end(self) -> Vec<Notice> {
        self.stop.send_replace(true);
        self.task.await.expect("no panic");
        std::mem::take(&mut *self.told.lock().expect("a lock"))
    }

    async fn connect_again(&self) {
        for slot in [Slot::AccessToken, Slot::PreviousRefreshToken] {
            let removed = self.signed_in.vault.remove("a1", slot).await;
            removed.expect("memory lets go");
        }
        let an_hour_ago = self.clock.now() - SignedDuration::from_hours(1);
        self.signed_in.sign_in("refresh-new", an_hour_ago).await;
    }
}

fn is_completed(notice: &Notice) -> bool {
    matches!(notice, Notice::Run(report) if report.status == RunStatus::Completed)
}

fn is_run_without_sign_in(notice: &Notice) -> bool {
    matches!(notice, Notice::Run(report) if report.hindrance == Some(Hindrance::SignIn))
}

fn is_lost(notice: &Notice) -> bool {
    matches!(notice, Notice::SignInLost { .. })
}

fn is_ending(notice: &Notice) -> bool {
    matches!(notice, Notice::SignInEndsSoon { .. })
}

fn is_again(notice: &Notice) -> bool {
    matches!(notice, Notice::SignedInAgain { .. })
}

#[tokio::test]
async fn a_sign_in_is_renewed_every_day_although_nothing_is_sent() {
    let watching = Watching::start(1, false).await;
    watching.told("the run", 1, is_completed).await;
    let n_asked = watching.signed_in.issuer.n_asked();
    for day in 1..=3 {
        watching.hands.move_hours(25);
        let end = watching.clock.now() + SIGN_IN_LASTS;
        until("the renewed sign-in", || {
            watching.signed_in.account().signed_in_until == Some(end)
        })
        .await;
        assert_eq!(watching.signed_in.issuer.n_asked(), n_asked + day);
    }
    let told = watching.end().await;
    assert!(told.iter().all(is_completed), "{told:#?}");
}

/// The server takes no refresh token twice: a second refresh with the first token would end the sign-in.
#[tokio::test]
async fn two_destinations_that_run_at_once_share_one_refresh() {
    let watching = Watching::start(24, false).await;
    let mut second = watching.signed_in.world.destination.clone();
    second.name = "Second".to_owned();
    second.mapping.truncate(1);
    second.audiences.truncate(1);
    second.audiences[0].mapping_id = MappingId::new(9).expect("a Mapping ID");
    let stored = watching.signed_in.dir().write_destination(second);
    stored.expect("it is stored");
    watching.told("two runs", 2, is_completed).await;
    assert_eq!(watching.signed_in.issuer.n_asked(), 1);
    watching.hands.move_hours(3);
    watching.signed_in.world.write(&members(1..=40));
    watching.told("two more", 4, is_completed).await;
    assert_eq!(watching.signed_in.issuer.n_asked(), 2);
    let told = watching.end().await;
    assert!(told.iter().all(is_completed), "{told:#?}");
}

#[tokio::test]
async fn a_sign_in_lost_at_rest_is_told_at_once_and_what_waits_is_sent_after_the_next() {
    let watching = Watching::start(1, false).await;
    watching.told("the run", 1, is_completed).await;
    watching.signed_in.issuer.with(|issued| issued.live.clear());
    watching.hands.move_hours(25);
    watching.told("the loss", 1, is_lost).await;

    watching.signed_in.world.write(&members(1..=5));
    watching
        .told("a run that cannot send", 1, is_run_without_sign_in)
        .await;
    assert_eq!(watching.signed_in.world.n_pending(), 2);
    watching.hands.move_hours(1);
    watching.connect_again().await;
    watching.told("the sign-in", 1, is_again).await;
    watching.told("the second run", 2, is_completed).await;
    assert_eq!(watching.signed_in.world.n_pending(), 0);

    let told = watching.end().await;
    let n = |is_it: fn(&Notice) -> bool| told.iter().filter(|notice| is_it(notice)).count();
    assert_eq!(
        (n(is_lost), n(is_run_without_sign_in), n(is_again)),
        (1, 1, 1),
        "{told:#?}"
    );
    let lost = told.iter().find(|notice| is_lost(notice));
    let Some(Notice::SignInLost { account, problem }) = lost else {
        panic!("{told:#?}");
    };
    assert_eq!(
        (account.as_str(), &*problem.code),
        ("Sandbox", "sign_in_lost")
    );
    assert!(problem.next_step.starts_with("Reconnect"), "{problem}");
}

#[tokio::test]
async fn a_loss_that_a_run_tells_of_is_not_told_twice() {
    let watching = Watching::start(1, false).await;
    watching.told("the run", 1, is_completed).await;
    watching.signed_in.issuer.with(|issued| issued.live.clear());
    watching.signed_in.world.sandbox.revoke_tokens();
    // Outreach issues one token a minute.
    watching.hands.move_hours(1);
    watching.signed_in.world.write(&members(1..=5));
    watching
        .told("a run that cannot send", 1, is_run_without_sign_in)
        .await;
    watching.connect_again().await;
    watching.told("the sign-in", 1, is_again).await;
    watching.told("the second run", 2, is_completed).await;
    let told = watching.end().await;
    assert!(!told.iter().any(is_lost), "{told:#?}");
}

#[tokio::test]
async fn a_sign_in_that_cannot_be_renewed_is_warned_of_once_three_days_ahead() {
    let watching = Watching::start(10 * 24, true).await;
    let has_asked_since = |n: u32| watching.signed_in.issuer.n_asked() > n;
    until("a try", || has_asked_since(0)).await;
    assert_eq!(watching.n(is_ending), 0, "there are four days left");
    watching.hands.move_hours(25);
    watching.told("the warning", 1, is_ending).await;
    for _ in 0..2 {
        let n_asked = watching.signed_in.issuer.n_asked();
        watching.hands.move_hours(1);
        let is_tried = || has_asked_since(n_asked);
        watching.in_time("another try", is_tried).await;
    }
    watching
        .signed_in
        .issuer
        .with(|issued| issued.is_down = false);
    watching.hands.move_hours(1);
    let has_run = || watching.n(is_completed) >= 1;
    watching.in_time("the run", has_run).await;
    let told = watching.end().await;
    let warnings: Vec<_> = told.iter().filter(|notice| is_ending(notice)).collect();
    let [
        Notice::SignInEndsSoon {
            account, problem, ..
        },
    ] = warnings.as_slice()
    else {
        panic!("{told:#?}");
    };
    assert_eq!(account, "Sandbox");
    assert!(problem.what.contains("could not be renewed"), "{problem}");
    assert!(
        !told.iter().any(is_lost) && !told.iter().any(is_again),
        "{told:#?}"
    );
}
