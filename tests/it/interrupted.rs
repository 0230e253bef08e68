//! Runs that were stopped on their way, and those that come after them.

use audience_sync::{engine::Progress, model::RunStatus, sync::Hindrance};
use serde_json::json;

use crate::world::{World, member, members};

fn has_settled(n: u64) -> impl Fn(Progress) -> bool + Send + Sync + 'static {
    move |progress| matches!(progress, Progress::Delivering { n_settled, .. } if n_settled >= n)
}

#[tokio::test]
async fn a_stopped_run_keeps_the_rest_for_the_next() {
    let mut world = World::new().await;
    world.write(&members(1..=200));
    let report = world.sync_until(has_settled(30)).await;
    assert_eq!(report.status, RunStatus::Stopped);
    assert_eq!(report.hindrance, Some(Hindrance::Asked));
    let figures = report.figures;
    assert!((30..200).contains(&figures.activated), "{figures:?}");
    assert_eq!(figures.activated + figures.pending, 200);
    assert_eq!(world.n_pending(), figures.pending);
    assert_eq!(world.sandbox.counters().writes, figures.activated);

    let report = world.sync().await;
    assert_eq!(report.status, RunStatus::Completed);
    assert_eq!(
        (report.figures.activated, report.figures.unchanged),
        (figures.pending, figures.activated)
    );
    assert_eq!(world.sandbox.counters().writes, 200);
    for prospect in 1..=200 {
        assert_eq!(world.held(prospect, "custom1"), json!("realized"));
    }
}

#[tokio::test]
async fn a_run_stopped_while_it_plans_leaves_no_trace() {
    let mut world = World::new().await;
    world.write(&members(1..=200));
    let report = world
        .sync_until(|progress| matches!(progress, Progress::Planning { .. }))
        .await;
    // A source of one batch is planned to its end; nothing of it is sent then.
    assert_eq!(report.status, RunStatus::Stopped);
    assert_eq!(report.figures.activated, 0);
    assert_eq!(world.sync().await.figures.activated, 200);
}

/// Leaves one change in doubt: written in Outreach, not confirmed here.
async fn leave_in_doubt(world: &mut World, rows: &[impl AsRef<str>]) {
    world.write(rows);
    world.fault(json!({"kind": "drop_after_apply", "prospect": 1, "times": 4}));
    let report = world.sync().await;
    assert_eq!(report.hindrance, Some(Hindrance::OutOfReach), "{report:?}");
    assert_eq!(world.n_pending(), 1);
}

#[tokio::test]
async fn a_value_in_doubt_is_written_again_although_the_old_one_is_wanted_back() {
    let mut world = World::new().await;
    world.write(&[member(1)]);
    world.sync().await;
    leave_in_doubt(&mut world, &["1,Ada,Director,10,realized,"]).await;
    assert_eq!(world.held(1, "title"), json!("Director"));
    let before = world.n_requests();
    world.write(&[member(1)]);
    let report = world.sync().await;
    assert_eq!((report.figures.activated, report.figures.pending), (1, 0));
    assert_eq!(
        world.writes_after(before),
        [(1, json!({"title": "Engineer"}))]
    );
    assert_eq!(world.held(1, "title"), json!("Engineer"));
    assert_eq!(world.sync().await.requests.total(), 0);
}

#[tokio::test]
async fn a_membership_in_doubt_is_taken_back_when_the_profile_is_gone() {
    let mut world = World::new().await;
    world.settle_destination(|d| d.guard.max_exit_share = 1.0);
    leave_in_doubt(&mut world, &[member(1)]).await;
    assert_eq!(world.held(1, "custom1"), json!("realized"));
    world.write(&["2,Bo,CTO,1,,"]);
    let report = world.sync().await;
    assert_eq!((report.figures.activated, report.figures.pending), (2, 0));
    assert_eq!(world.held(1, "custom1"), json!("exited"));
}

#[tokio::test]
async fn a_change_in_doubt_outlives_rows_that_contradict_each_other() {
    let mut world = World::new().await;
    world.write(&[member(1)]);
    world.sync().await;
    leave_in_doubt(&mut world, &["1,Ada,Director,10,realized,"]).await;
    let before = world.n_requests();
    world.write(&["1,Ada,VP,10,realized,", "1,Ada,CEO,10,realized,"]);
    let report = world.sync().await;
    assert_eq!(report.figures.excluded, 2, "{report:?}");
    assert_eq!(
        world.writes_after(before),
        [(1, json!({"title": "Director"}))]
    );
    assert_eq!(world.n_pending(), 0);
}

#[tokio::test]
async fn a_value_in_doubt_that_is_then_refused_is_not_taken_for_the_old_one() {
    let mut world = World::new().await;
    world.write(&[member(1)]);
    world.sync().await;
    leave_in_doubt(&mut world, &["1,Ada,Director,10,realized,"]).await;
    world.fault(json!({"kind": "errors", "status": 422, "prospect": 1,
        "body": {"errors": [{"id": "validationError", "title": "No", "detail": "No."}]}}));
    let report = world.sync().await;
    assert_eq!(report.figures.failed, 1);
    // Outreach holds Director; a ledger that says Engineer would leave it so for ever.
    world.write(&[member(1)]);
    world.sync().await;
    assert_eq!(world.held(1, "title"), json!("Engineer"));
}

#[tokio::test]
async fn one_whose_membership_is_in_doubt_and_then_refused_can_still_leave() {
    let mut world = World::new().await;
    world.settle_destination(|d| d.guard.max_exit_share = 1.0);
    leave_in_doubt(&mut world, &[member(1)]).await;
    world.fault(json!({"kind": "errors", "status": 422, "prospect": 1,
        "body": {"errors": [{"id": "validationError", "title": "No", "detail": "No."}]}}));
    assert_eq!(world.sync().await.figures.failed, 1);
    assert_eq!(world.held(1, "custom1"), json!("realized"));
    world.write(&["1,Ada,Engineer,10,,"]);
    world.sync().await;
    assert_eq!(world.held(1, "custom1"), json!("exited"));
    assert_eq!(world.sync().await.requests.total(), 0);
}
