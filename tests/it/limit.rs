//! The hourly limit, with windows of a second.

use std::{sync::Arc, time::Duration};

use audience_sync::{
    model::RunStatus,
    sandbox::{Adjustments, Remaining, RetryAfter, Settings},
    sync::MAX_IN_FLIGHT,
};

use crate::process::Program;
use crate::world::{World, members, open_sandbox, until};

async fn expect_patience(remaining: Remaining, retry_after: RetryAfter) {
    let mut world = World::with(Settings {
        limit: 100,
        window: Duration::from_secs(1),
        remaining,
        retry_after,
        ..open_sandbox()
    })
    .await;
    world.write(&members(1..=300));
    let report = world.sync().await;
    assert_eq!(report.status, RunStatus::Completed);
    assert_eq!((report.figures.activated, report.figures.failed), (300, 0));
    assert_eq!(world.faults(), []);
    let log = world.sandbox.request_log();
    let n_refused = log.iter().filter(|r| r.status == Some(429)).count();
    // Three windows' worth of requests: at most one refusal each.
    assert!(n_refused <= 3, "{n_refused} × 429");
    assert_eq!(log.len(), 300 + n_refused);
}

#[tokio::test]
async fn a_run_larger_than_the_limit_waits_and_finishes() {
    expect_patience(Remaining::One, RetryAfter::Epoch).await;
}

#[tokio::test]
async fn a_second_number_beside_the_remaining_requests_is_no_matter() {
    expect_patience(Remaining::Two, RetryAfter::Epoch).await;
}

/// The first request meets a limit that somebody else has spent.
async fn expect_one_refusal(retry_after: RetryAfter) {
    let mut world = World::with(Settings {
        limit: 0,
        window: Duration::from_secs(1),
        retry_after,
        ..open_sandbox()
    })
    .await;
    world.write(&members(1..=50));
    let sandbox = Arc::clone(&world.sandbox);
    let raise = async {
        until("a refusal", || sandbox.counters().requests > 0).await;
        sandbox.adjust(Adjustments {
            limit: Some(1000),
            ..Adjustments::default()
        });
    };
    let (report, ()) = tokio::join!(world.sync(), raise);
    assert_eq!(report.figures.activated, 50, "{report:?}");
    let log = world.sandbox.request_log();
    let n_refused = log.iter().filter(|r| r.status == Some(429)).count();
    assert_eq!(n_refused, 1);
}

#[tokio::test]
async fn a_spent_limit_costs_one_request_however_its_end_is_spelled() {
    tokio::join!(
        expect_one_refusal(RetryAfter::Epoch),
        expect_one_refusal(RetryAfter::Delta),
        expect_one_refusal(RetryAfter::Iso),
        expect_one_refusal(RetryAfter::HttpDate),
        expect_one_refusal(RetryAfter::Absent),
    );
}

#[tokio::test]
async fn a_share_of_every_window_is_left_to_people() {
    let mut world = World::with(Settings {
        limit: 100,
        window: Duration::from_secs(2),
        ..open_sandbox()
    })
    .await;
    world.write(&members(1..=150));
    let report = world.sync().await;
    assert_eq!(report.figures.activated, 150);
    let log = world.sandbox.request_log();
    assert!(log.iter().all(|request| request.status != Some(429)));
    assert_eq!(log.len(), 150);
    let note = world.budget();
    assert_eq!(note.limit, Some(100));
    let today = note.days.keys().next_back().copied().expect("a day");
    assert_eq!(note.used_in_year(today), 150);
}

#[tokio::test]
async fn a_start_remembers_that_the_window_is_spent() {
    let mut world = World::with(Settings {
        limit: 100,
        window: Duration::from_secs(3),
        ..open_sandbox()
    })
    .await;
    world.write(&members(1..=90));
    assert_eq!(world.sync().await.figures.activated, 90);
    world.start_engine();
    world.write(&members(1..=95));
    assert_eq!(world.sync().await.figures.activated, 5);
    let log = world.sandbox.request_log();
    assert!(log.iter().all(|request| request.status != Some(429)));
}

/// Requests that are remembered before they leave, so that a crash forgets none.
const AHEAD: u64 = 100;

#[tokio::test]
async fn a_crash_forgets_no_request_and_invents_few() {
    let mut world = World::with(Settings {
        prospects: 3_000,
        ..open_sandbox()
    })
    .await;
    world.write(&members(1..=3_000));
    let program = Program::of(&mut world);
    let mut random = fastrand::Rng::new();
    let used = |world: &World| world.budget().days.values().sum::<u64>();
    let n_kills = 8;
    for kill in 1..=n_kills {
        let until_then = world.n_requests() + random.u64(20..=250);
        let running = program.start(&["sync"]);
        until("some requests", || world.n_requests() >= until_then).await;
        running.kill();
        let (n_requests, used) = (world.n_requests(), used(&world));
        assert!(n_requests <= used, "{used} of {n_requests} are remembered");
        assert!(
            used <= n_requests + kill * (AHEAD + MAX_IN_FLIGHT as u64),
            "{used} of {n_requests}"
        );
    }
    let (before, used_before) = (world.n_requests(), used(&world));
    let ended = program.call(&["sync"]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    // A run that ends counts each of its requests once; some of the dead process's last ones arrive while it runs.
    let (n_counted, n_came) = (used(&world) - used_before, world.n_requests() - before);
    assert!(n_counted <= n_came, "{n_counted} of {n_came}");
    assert!(
        n_came <= n_counted + MAX_IN_FLIGHT as u64,
        "{n_counted} of {n_came}"
    );
}

#[tokio::test]
async fn a_spent_year_stops_the_run_and_keeps_what_waits() {
    let mut world = World::new().await;
    world.settle_account(|account| {
        account.budget.yearly_allowance = Some(50);
        account.budget.stop_at_percent = 80;
    });
    world.start_engine();
    world.write(&members(1..=100));
    let report = world.sync().await;
    assert_eq!(report.status, RunStatus::Failed);
    let problem = report.problem.expect("a problem");
    assert_eq!(problem.code, "yearly_allowance_spent");
    assert!(problem.what.contains("40 requests") && problem.what.contains("allows 50"));
    assert_eq!((report.figures.activated, report.figures.pending), (40, 60));
    assert_eq!((world.n_requests(), world.n_pending()), (40, 60));
}

#[tokio::test]
async fn what_has_just_come_passes_what_waits() {
    let mut world = World::with(Settings {
        latency: Duration::from_millis(100),
        prospects: 3_000,
        ..open_sandbox()
    })
    .await;
    world.write(&members(1..=3_000));
    let program = Program::of(&mut world);
    let running = program.start(&["run"]);
    until("a write", || world.sandbox.counters().writes > 50).await;
    // Prospect 3000 would be the last of the backlog.
    let mut rows = members(1..=3_000);
    rows[2_999] = "3000,Grace,Engineer,10,realized,".to_owned();
    world.write(&rows);
    let is_there = || world.held(3_000, "firstName") == serde_json::json!("Grace");
    until("the new value", is_there).await;
    let n_written = world.sandbox.counters().writes;
    running.kill();
    assert!(n_written < 2_500, "{n_written} writes before it");
}
