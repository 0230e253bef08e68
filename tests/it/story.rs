//! The usual days: everything is new, nothing has changed, something has changed.

use audience_sync::model::{Cause, Figures, RunStatus};
use serde_json::json;

use crate::world::World;

const FIRST_DAY: [&str; 3] = [
    "1,Ada,Engineer,10,realized,",
    "2,Bo,CTO,,realized,realized",
    "3,Cy,,30,,existing",
];

#[tokio::test]
async fn a_first_run_writes_everything_and_a_second_one_asks_nothing() {
    let mut world = World::new().await;
    world.write(&FIRST_DAY);
    let report = world.sync().await;
    assert_eq!(
        (report.status, report.cause, report.problem),
        (RunStatus::Completed, Cause::FirstActivation, None)
    );
    let all_activated = Figures {
        activated: 3,
        ..Figures::default()
    };
    assert_eq!((report.figures, report.requests.patch), (all_activated, 3));
    let mut writes = world.writes_after(0);
    writes.sort_by_key(|(prospect, _)| *prospect);
    assert_eq!(
        writes,
        [
            (
                1,
                json!({"firstName": "Ada", "title": "Engineer", "custom20": "10", "custom1": "realized"})
            ),
            // An empty cell of a field that is to be cleared clears it.
            (
                2,
                json!({"firstName": "Bo", "title": "CTO", "custom20": null, "custom1": "realized", "custom2": "realized"})
            ),
            // An empty title is skipped, and one who never was gold does not leave it.
            (
                3,
                json!({"firstName": "Cy", "custom20": "30", "custom2": "realized"})
            ),
        ]
    );
    let n_requests = world.n_requests();
    let report = world.sync().await;
    let all_unchanged = Figures {
        unchanged: 3,
        ..Figures::default()
    };
    assert_eq!(
        (report.figures, report.requests.total()),
        (all_unchanged, 0)
    );
    assert_eq!(report.status, RunStatus::Completed);
    assert_eq!(world.n_requests(), n_requests);
}

#[tokio::test]
async fn a_changed_row_sends_only_the_fields_that_differ() {
    let mut world = World::new().await;
    world.write(&FIRST_DAY);
    world.sync().await;
    let before = world.n_requests();
    world.write(&[
        "1,Ada,Director,10,realized,",
        "2,Bo,CTO,,,realized",
        "3,Cy,,30,,existing",
        "4,Di,VP,,,",
    ]);
    let report = world.sync().await;
    let figures = Figures {
        activated: 3,
        unchanged: 1,
        ..Figures::default()
    };
    assert_eq!((report.figures, report.cause), (figures, Cause::Manual));
    let mut writes = world.writes_after(before);
    writes.sort_by_key(|(prospect, _)| *prospect);
    assert_eq!(
        writes,
        [
            (1, json!({"title": "Director"})),
            (2, json!({"custom1": "exited"})),
            (
                4,
                json!({"firstName": "Di", "title": "VP", "custom20": null})
            ),
        ]
    );
    for (prospect, attribute, value) in [
        (1, "title", json!("Director")),
        (1, "custom1", json!("realized")),
        (2, "custom1", json!("exited")),
        (2, "custom2", json!("realized")),
    ] {
        assert_eq!(
            world.held(prospect, attribute),
            value,
            "{prospect} {attribute}"
        );
    }
}

#[tokio::test]
async fn a_prospect_that_is_gone_from_a_full_snapshot_leaves_its_audiences_only() {
    let mut world = World::new().await;
    world.settle_destination(|d| d.guard.max_exit_share = 1.0);
    world.write(&FIRST_DAY);
    world.sync().await;
    let before = world.n_requests();
    world.write(&FIRST_DAY[..2]);
    world.sync().await;
    assert_eq!(
        world.writes_after(before),
        [(3, json!({"custom2": "exited"}))]
    );
    assert_eq!(world.held(3, "firstName"), json!("Cy"));
    let report = world.sync().await;
    assert_eq!(report.requests.total(), 0, "one leaves once");
}

#[tokio::test]
async fn who_is_absent_from_an_incremental_file_stays() {
    use audience_sync::model::Contents;
    let mut world = World::new().await;
    world.settle_destination(|d| {
        d.source.files_mut().expect("files").contents = Contents::Incremental;
    });
    world.write(&FIRST_DAY);
    world.sync().await;
    let before = world.n_requests();
    world.write(&["1,Ada,Engineer,10,exited,"]);
    let report = world.sync().await;
    assert_eq!(report.figures.received(), 1);
    assert_eq!(
        world.writes_after(before),
        [(1, json!({"custom1": "exited"}))]
    );
    assert_eq!(world.held(3, "custom2"), json!("realized"));
}

#[tokio::test]
async fn an_audience_is_written_from_its_start_to_its_end() {
    use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
    let mut world = World::new().await;
    let today = Timestamp::now()
        .to_zoned_datetime(TimeZone::system())
        .date();
    world.settle_destination(|d| {
        d.audiences[0].end = Some(today.saturating_sub(2.days()));
        d.audiences[1].start = today.saturating_add(2.days());
    });
    world.write(&FIRST_DAY);
    world.sync().await;
    for (prospect, fields) in world.writes_after(0) {
        for field in ["custom1", "custom2"] {
            assert_eq!(fields.get(field), None, "{prospect}");
        }
    }
    world.settle_destination(|d| {
        d.audiences[0].end = None;
        d.audiences[1].start = today;
    });
    let before = world.n_requests();
    world.sync().await;
    let mut writes = world.writes_after(before);
    writes.sort_by_key(|(prospect, _)| *prospect);
    assert_eq!(
        writes,
        [
            (1, json!({"custom1": "realized"})),
            (2, json!({"custom1": "realized", "custom2": "realized"})),
            (3, json!({"custom2": "realized"})),
        ]
    );
}

#[tokio::test]
async fn a_dry_run_shows_what_would_change_and_touches_nothing() {
    let mut world = World::new().await;
    world.write(&FIRST_DAY);
    let report = world.dry_run().await;
    let plan = report.plan.expect("a plan");
    assert_eq!((report.run, plan.n_changes), (None, 3));
    let ada: Vec<_> = plan
        .sample
        .iter()
        .filter(|line| line.prospect.get() == 1)
        .map(|line| (line.field.as_str(), line.new.clone()))
        .collect();
    assert_eq!(ada.len(), 4);
    assert!(ada.contains(&("title", json!("Engineer"))), "{ada:?}");
    assert_eq!(world.n_requests(), 0);
    let store = world.store();
    assert_eq!(store.runs(1).expect("it can be read").len(), 0);
    assert_eq!(store.n_pending().expect("it can be read"), 0);
}
