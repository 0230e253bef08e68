//! The hourly limit, with windows of a second.

use std::{sync::Arc, time::Duration};

use audience_sync::{
    model::RunStatus,
    sandbox::{Adjustments, Remaining, RetryAfter, Settings},
};

use crate::world::{World, members, open_sandbox, until};

#[tokio::test]
async fn a_run_larger_than_the_limit_waits_and_finishes() {
    for (remaining, retry_after) in [
        (Remaining::One, RetryAfter::Epoch),
        (Remaining::Two, RetryAfter::Delta),
        (Remaining::One, RetryAfter::Iso),
        (Remaining::Two, RetryAfter::HttpDate),
        (Remaining::One, RetryAfter::Absent),
    ] {
        let mut world = World::with(Settings {
            limit: 100,
            window: Duration::from_secs(1),
            remaining,
            retry_after,
            ..open_sandbox()
        })
        .await;
        let case = format!("{remaining:?} {retry_after:?}");
        world.write(&members(1..=300));
        let report = world.sync().await;
        assert_eq!(report.status, RunStatus::Completed, "{case}");
        let figures = report.figures;
        assert_eq!((figures.activated, figures.failed), (300, 0), "{case}");
        assert_eq!(world.faults(), [], "{case}");
        let log = world.sandbox.request_log();
        let n_refused = log.iter().filter(|r| r.status == Some(429)).count();
        // Three windows' worth of requests: at most one refusal each.
        assert!(n_refused <= 3, "{case}: {n_refused} × 429");
        assert_eq!(log.len(), 300 + n_refused, "{case}");
    }
}

#[tokio::test]
async fn a_limit_that_others_have_spent_costs_one_request_a_window() {
    let mut world = World::with(Settings {
        limit: 0,
        window: Duration::from_secs(1),
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
