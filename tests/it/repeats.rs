//! Two rows for one prospect.

use audience_sync::model::{At, Fate, Figures};
use serde_json::json;

use crate::world::{World, member, members};

#[tokio::test]
async fn a_row_that_comes_twice_is_sent_once() {
    let mut world = World::new().await;
    world.write(&[member(1), member(2), member(1)]);
    let report = world.sync().await;
    let figures = Figures {
        activated: 2,
        excluded: 1,
        ..Figures::default()
    };
    assert_eq!(report.figures, figures);
    assert_eq!(world.sandbox.counters().writes, 2);
    let faults = world.faults();
    assert_eq!(faults.len(), 1);
    assert_eq!(
        (faults[0].fate, faults[0].place.at),
        (Fate::Excluded, At::Line(4))
    );
    assert_eq!(faults[0].code, "outreach_id_repeated");
    let report = world.sync().await;
    let figures = Figures {
        unchanged: 2,
        excluded: 1,
        ..Figures::default()
    };
    assert_eq!((report.figures, report.requests.total()), (figures, 0));
}

#[tokio::test]
async fn rows_that_contradict_each_other_are_both_left_out() {
    let mut world = World::new().await;
    world.write(&[
        member(1),
        member(2),
        "1,Ada,Director,10,realized,".to_owned(),
        "1,Ada,Engineer,10,realized,".to_owned(),
    ]);
    let report = world.sync().await;
    let figures = Figures {
        activated: 1,
        excluded: 3,
        ..Figures::default()
    };
    assert_eq!(report.figures, figures);
    assert_eq!(
        world
            .writes_after(0)
            .iter()
            .map(|w| w.0)
            .collect::<Vec<_>>(),
        [2]
    );
    let faults = world.faults();
    assert!(faults.iter().all(|f| f.code == "outreach_id_conflict"));
    let mut lines: Vec<_> = faults.iter().map(|f| f.place.at.number()).collect();
    lines.sort_unstable();
    assert_eq!(lines, [2, 4, 5]);
}

#[tokio::test]
async fn a_member_whose_rows_contradict_each_other_stays_as_it_was() {
    let mut world = World::new().await;
    world.write(&members(1..=5));
    world.sync().await;
    let before = world.n_requests();
    let mut rows = members(1..=5);
    rows.push("1,Eve,CEO,10,,".to_owned());
    world.write(&rows);
    let report = world.sync().await;
    assert_eq!(
        (report.figures.unchanged, report.figures.excluded),
        (4, 2),
        "{report:?}"
    );
    assert_eq!(world.n_requests(), before);
    assert_eq!(world.held(1, "custom1"), json!("realized"));
}

#[tokio::test]
async fn a_dry_run_shows_nothing_of_rows_that_contradict_each_other() {
    let mut world = World::new().await;
    world.write(&[
        member(1),
        "1,Ada,Director,10,realized,".to_owned(),
        member(2),
    ]);
    let plan = world.dry_run().await.plan.expect("a plan");
    assert_eq!(plan.n_changes, 1);
    assert!(plan.sample.iter().all(|line| line.prospect.get() == 2));
}

#[tokio::test]
async fn a_row_nobody_can_read_takes_nobody_out() {
    let mut world = World::new().await;
    world.settle_destination(|destination| destination.guard.max_exit_share = 1.0);
    world.write(&members(1..=3));
    world.sync().await;
    world.write(&[member(1), "2,Ada".to_owned()]);
    let report = world.sync().await;
    let figures = Figures {
        activated: 1,
        unchanged: 1,
        excluded: 1,
        ..Figures::default()
    };
    assert_eq!(report.figures, figures);
    assert_eq!(world.faults()[0].code, "row_ragged");
    assert_eq!(world.held(2, "custom1"), json!("realized"));
    assert_eq!(world.held(3, "custom1"), json!("exited"));
}
