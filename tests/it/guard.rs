//! What a cut-off export must not do.

use audience_sync::{
    model::{Figures, RunStatus},
    sync::Hindrance,
};
use serde_json::json;

use crate::world::{World, members};

/// Expects that a snapshot is held back, and returns the message.
async fn held_back(world: &mut World, code: &str) -> String {
    let before = world.n_requests();
    let report = world.sync().await;
    assert_eq!(report.status, RunStatus::Stopped, "{report:?}");
    assert_eq!(report.hindrance, Some(Hindrance::Guard));
    assert_eq!(world.n_requests(), before, "nothing is sent");
    assert_eq!(world.n_pending(), 0, "nothing is planned");
    assert_eq!(world.faults(), []);
    let store = world.store();
    let run = store.runs(1).expect("it can be read").remove(0);
    assert_eq!(
        (run.status, run.figures),
        (RunStatus::Stopped, Figures::default())
    );
    let problem = run.problem.expect("a problem");
    assert_eq!(Some(&problem), report.problem.as_ref());
    assert_eq!(problem.code, code);
    problem.what
}

#[tokio::test]
async fn a_dry_run_shows_what_the_guard_would_hold_back() {
    let mut world = World::new().await;
    world.write(&members(1..=20));
    world.sync().await;
    world.write(&members(1..=5));
    let report = world.dry_run().await;
    assert_eq!(report.hindrance, Some(Hindrance::Guard));
    let problem = report.problem.expect("a problem");
    assert_eq!(problem.code, "too_many_exits");
    assert!(problem.next_step.contains("--dry-run"), "{problem}");
    let plan = report.plan.expect("a plan");
    assert_eq!((plan.n_changes, plan.sample.len()), (15, 15));
    assert_eq!(plan.sample[0].old, Some(json!("realized")));
    assert_eq!(plan.sample[0].new, json!("exited"));
}

#[tokio::test]
async fn an_empty_snapshot_clears_nobody() {
    let mut world = World::new().await;
    world.write(&members(1..=10));
    world.sync().await;
    world.write(&[] as &[&str]);
    held_back(&mut world, "snapshot_empty").await;
    assert_eq!(world.held(1, "custom1"), json!("realized"));
}

#[tokio::test]
async fn a_snapshot_that_takes_out_too_many_is_held_back_until_it_is_allowed() {
    let mut world = World::new().await;
    world.write(&members(1..=10));
    world.sync().await;
    // Four of ten are more than three.
    world.write(&members(1..=6));
    let what = held_back(&mut world, "too_many_exits").await;
    assert!(what.contains("4 of 10") && what.contains("30 %"), "{what}");
    // Rows that say so are no different from rows that are missing.
    let mut rows = members(1..=6);
    rows.extend((7..=10).map(|i| format!("{i},Ada,Engineer,10,exited,")));
    world.write(&rows);
    let what = held_back(&mut world, "too_many_exits").await;
    assert!(what.contains("4 of 10"), "{what}");

    world.settle_destination(|d| d.guard.max_exit_share = 0.4);
    world.write(&members(1..=6));
    let report = world.sync().await;
    assert_eq!(report.status, RunStatus::Completed, "{report:?}");
    for gone in 7..=10 {
        assert_eq!(world.held(gone, "custom1"), json!("exited"));
    }
}

#[tokio::test]
async fn three_of_ten_may_leave() {
    let mut world = World::new().await;
    world.write(&members(1..=10));
    world.sync().await;
    world.write(&members(1..=7));
    let report = world.sync().await;
    assert_eq!(report.figures.activated, 3, "{report:?}");
}

#[tokio::test]
async fn one_large_audience_is_judged_by_itself_and_named() {
    let mut world = World::new().await;
    // The audience before it in the settings has not begun, so that places in the schedule and in the settings differ.
    let soon = "2999-01-01".parse().expect("a day");
    world.settle_destination(|d| {
        let mut other = d.audiences[0].clone();
        other.id = audience_sync::model::AudienceId::new("not-yet");
        other.name = "Not yet".to_owned();
        other.mapping_id = audience_sync::model::MappingId::new(5).expect("a number");
        other.start = soon;
        d.audiences.insert(0, other);
    });
    // 200 gold ones, of whom 40 are also on trial.
    let rows = |n_trial: u32| -> Vec<_> {
        (1..=200)
            .map(|i| {
                let trial = if i <= n_trial { "realized" } else { "" };
                format!("{i},Ada,Engineer,10,realized,{trial}")
            })
            .collect()
    };
    world.write(&rows(40));
    world.sync().await;
    world.write(&rows(15));
    let what = held_back(&mut world, "too_many_exits").await;
    assert!(
        what.contains("25 of 40") && what.contains("\"Trial users\""),
        "{what}"
    );
    // Nineteen are too few to judge by.
    world.write(&rows(21));
    let report = world.sync().await;
    assert_eq!(report.figures.activated, 19, "{report:?}");
}

#[tokio::test]
async fn rows_that_are_excluded_take_nobody_out() {
    let mut world = World::new().await;
    world.write(&members(1..=10));
    world.sync().await;
    // Five rows say that their member left; each is contradicted by another row, so nobody leaves.
    let mut rows = members(1..=10);
    rows.extend((1..=5).map(|i| format!("{i},Ada,Engineer,10,,")));
    rows.rotate_right(5);
    world.write(&rows);
    let report = world.sync().await;
    assert_eq!(report.problem, None);
    assert_eq!(
        (report.figures.excluded, report.figures.unchanged),
        (10, 5),
        "{report:?}"
    );
    for prospect in 1..=10 {
        assert_eq!(world.held(prospect, "custom1"), json!("realized"));
    }
}

#[tokio::test]
async fn members_that_nobody_could_write_yet_count_as_members() {
    let mut world = World::new().await;
    world.write(&members(1..=10));
    world.sandbox.revoke_tokens();
    world.sync().await;
    assert_eq!(world.n_pending(), 10);
    world.token = world.sandbox.issue_token();
    world.start_engine();
    let before = world.n_requests();
    world.write(&members(1..=5));
    let report = world.sync().await;
    assert_eq!(report.status, RunStatus::Stopped, "{report:?}");
    let problem = report.problem.expect("a problem");
    assert!(problem.what.contains("5 of 10"), "{}", problem.what);
    assert_eq!((world.n_requests(), world.n_pending()), (before, 10));
    world.write(&members(1..=8));
    let report = world.sync().await;
    assert_eq!(report.status, RunStatus::Completed, "{report:?}");
}
