//! Many prospects with one request, against the sandbox's batches.

use std::time::Duration;

use audience_sync::{
    model::{Delivery, RunStatus, StatusWords},
    sandbox::{BatchOffer, BatchPayload, Settings},
};
use serde_json::json;

use crate::world::{World, open_sandbox};

/// A world with the usual settings of a destination.
async fn usual(settings: Settings) -> World {
    let mut world = World::with(settings).await;
    world.settle_destination(|destination| {
        destination.delivery = Delivery::default();
        destination.status_words = StatusWords {
            realized: "aboard".to_owned(),
            exited: "ashore".to_owned(),
        };
    });
    world
}

/// Rows whose values nobody has at first.
fn crew(prospects: impl IntoIterator<Item = u32>) -> Vec<String> {
    let row = |i| format!("{i},Zebulon,Airship captain,ten,realized,");
    prospects.into_iter().map(row).collect()
}

fn expect_all_written(world: &World, n: u32) {
    for i in 1..=n {
        for (attribute, value) in [
            ("firstName", "Zebulon"),
            ("title", "Airship captain"),
            ("custom20", "ten"),
            ("custom1", "aboard"),
        ] {
            assert_eq!(world.held(i, attribute), json!(value), "{i} {attribute}");
        }
    }
}

#[tokio::test]
async fn what_many_share_goes_as_one_batch_and_is_read_back() {
    let mut world = usual(open_sandbox()).await;
    world.write(&crew(1..=1_000));
    let report = world.sync().await;
    assert_eq!(
        (report.status, report.notices.len()),
        (RunStatus::Completed, 0)
    );
    assert_eq!(
        (report.figures.activated, report.figures.pending),
        (1_000, 0)
    );
    assert_eq!(report.requests.patch, 0);
    assert!(report.requests.total() <= 30, "{:?}", report.requests);
    expect_all_written(&world, 1_000);
    assert_eq!(world.n_journal(5), 1);
    assert_eq!(world.store().batches().expect("they can be read"), []);
    let requests = world.n_requests();
    let again = world.sync().await;
    assert_eq!(
        (again.figures.unchanged, world.n_requests()),
        (1_000, requests)
    );
}

#[tokio::test]
async fn a_value_of_ones_own_is_a_single_request_beside_a_batch() {
    let mut world = usual(open_sandbox()).await;
    let mut rows = crew(1..=500);
    rows[6] = "7,Grace,Airship captain,ten,realized,".to_owned();
    world.write(&rows);
    let report = world.sync().await;
    assert_eq!((report.figures.activated, report.requests.patch), (500, 1));
    assert_eq!(world.held(7, "firstName"), json!("Grace"));
    assert_eq!(world.held(8, "firstName"), json!("Zebulon"));
}

#[tokio::test]
async fn failed_items_are_written_by_themselves_for_the_exact_reason() {
    for item_data in [true, false] {
        let mut world = usual(Settings {
            batch_item_data: item_data,
            ..open_sandbox()
        })
        .await;
        world.write(&crew(1..=300));
        world.fault(json!({"kind": "batch", "batch": {"items": [{"prospects": [3, 4]}]}}));
        world.fault(json!({"kind": "errors", "status": 422, "prospect": 4, "method": "PATCH", "times": 100,
            "body": {"errors": [{"id": "validationError", "title": "Validation Error", "detail": "Custom 1 is taken."}]}}));
        let report = world.sync().await;
        assert_eq!((report.figures.activated, report.figures.failed), (299, 1));
        assert_eq!(report.requests.patch, 2);
        assert_eq!(world.faults()[0].code, "validationError");
        assert_eq!(world.held(3, "custom1"), json!("aboard"));
    }
}

#[tokio::test]
async fn without_leave_for_batches_it_says_so_once_and_goes_on_one_by_one() {
    for batches in [BatchOffer::Forbidden, BatchOffer::Missing] {
        let mut world = usual(Settings {
            batches,
            ..open_sandbox()
        })
        .await;
        world.write(&crew(1..=300));
        let report = world.sync().await;
        assert_eq!(
            (report.status, report.requests.patch),
            (RunStatus::Completed, 300)
        );
        assert_eq!(report.figures.activated, 300);
        let codes: Vec<_> = report.notices.iter().map(|n| n.code.as_str()).collect();
        assert_eq!(codes, ["no_batches"]);
    }
}

#[tokio::test]
async fn a_batch_that_claims_another_number_of_prospects_is_cancelled() {
    let mut world = usual(open_sandbox()).await;
    world.write(&crew(1..=300));
    world.fault(json!({"kind": "batch", "times": 100, "batch": {"confirm_count": 301}}));
    let report = world.sync().await;
    assert_eq!((report.figures.activated, report.figures.pending), (300, 0));
    assert_eq!(report.requests.patch, 300);
    let codes: Vec<_> = report.notices.iter().map(|n| n.code.as_str()).collect();
    assert_eq!(codes, ["batch_wrong_count"; 4]);
    assert!(
        report.notices[0]
            .what
            .contains("301 prospects instead of the 300")
    );
    expect_all_written(&world, 300);
}

#[tokio::test]
async fn a_batch_that_breaks_off_is_finished_one_by_one() {
    for end in ["failed", "canceled"] {
        let mut world = usual(open_sandbox()).await;
        world.write(&crew(1..=300));
        world.fault(json!({"kind": "batch", "batch": {"end": end, "after": 100}}));
        let report = world.sync().await;
        assert_eq!(
            (report.figures.activated, report.figures.pending),
            (300, 0),
            "{end}"
        );
        assert_eq!(report.requests.patch, 200, "{end}");
        expect_all_written(&world, 300);
    }
}

#[tokio::test]
async fn a_lost_answer_is_looked_for_before_anything_is_sent_again() {
    for payload in [
        BatchPayload::Values,
        BatchPayload::WithIds,
        BatchPayload::Absent,
    ] {
        let mut world = usual(Settings {
            batch_payload: payload,
            ..open_sandbox()
        })
        .await;
        world.write(&crew(1..=300));
        world.fault(
            json!({"kind": "drop_after_apply", "method": "POST", "path": "/batches/actions"}),
        );
        let report = world.sync().await;
        assert_eq!((report.figures.activated, report.requests.patch), (300, 0));
        expect_submitted_once(&world);
        expect_all_written(&world, 300);
    }
}

#[tokio::test]
async fn a_batch_whose_answer_is_lost_is_found_by_a_computer_whose_clock_is_a_day_ahead() {
    let yesterday = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(24);
    let mut world = usual(Settings {
        begins: Some(yesterday),
        ..open_sandbox()
    })
    .await;
    world.write(&crew(1..=300));
    world.fault(json!({"kind": "drop_after_apply", "method": "POST", "path": "/batches/actions"}));
    let report = world.sync().await;
    assert_eq!((report.figures.activated, report.requests.patch), (300, 0));
    expect_submitted_once(&world);
    expect_all_written(&world, 300);
}

#[tokio::test]
async fn a_submission_that_never_arrived_is_sent_again() {
    let mut world = usual(open_sandbox()).await;
    world.write(&crew(1..=300));
    world.fault(json!({"kind": "drop_before", "method": "POST", "path": "/batches/actions"}));
    let report = world.sync().await;
    assert_eq!((report.figures.activated, report.requests.patch), (300, 0));
    expect_submitted_once(&world);
}

#[tokio::test]
async fn a_batch_in_progress_is_followed_after_a_start_and_not_submitted_again() {
    let mut world = usual(Settings {
        batch_processing: Duration::from_secs(2),
        ..open_sandbox()
    })
    .await;
    world.write(&crew(1..=300));
    let sandbox = std::sync::Arc::clone(&world.sandbox);
    let report = world
        .sync_until_true(move || sandbox.batches().len() == 1)
        .await;
    assert_eq!(report.status, RunStatus::Stopped);
    assert!(
        !world
            .store()
            .batches()
            .expect("they can be read")
            .is_empty()
    );
    world.start_engine();
    let report = world.sync().await;
    assert_eq!(
        (report.status, report.figures.activated),
        (RunStatus::Completed, 300)
    );
    assert_eq!(report.requests.patch, 0);
    expect_submitted_once(&world);
    assert_eq!(world.store().batches().expect("they can be read"), []);
}

#[tokio::test]
async fn what_is_wanted_anew_meanwhile_is_written_when_the_old_batch_is_over() {
    let mut world = usual(Settings {
        batch_processing: Duration::from_secs(2),
        ..open_sandbox()
    })
    .await;
    // With the words that some prospects hold from before: the old batch writes over what was read of them.
    world.settle_destination(|destination| destination.status_words = StatusWords::default());
    world.write(&crew(1..=300));
    let sandbox = std::sync::Arc::clone(&world.sandbox);
    world
        .sync_until_true(move || sandbox.batches().len() == 1)
        .await;
    let rows: Vec<_> = (1..=300)
        .map(|i| format!("{i},Zebulon,Airship captain,ten,exited,"))
        .collect();
    world.write(&rows);
    world.start_engine();
    world.settle_destination(|destination| destination.guard.max_exit_share = 1.0);
    let report = world.sync().await;
    assert_eq!(
        (report.status, report.figures.pending),
        (RunStatus::Completed, 0)
    );
    for i in 1..=300 {
        assert_eq!(world.held(i, "custom1"), json!("exited"), "{i}");
    }
    assert_eq!(report.figures.failed, 0);
}

/// No two batches write the same fields to the same prospects.
fn expect_submitted_once(world: &World) {
    let batches = world.sandbox.batches();
    for (i, batch) in batches.iter().enumerate() {
        let twin = batches.iter().skip(i + 1).find(|other| {
            other.attributes == batch.attributes && other.prospects == batch.prospects
        });
        assert_eq!(twin, None);
    }
}

#[tokio::test]
async fn a_dry_run_says_what_each_kind_of_request_would_cost() {
    let mut world = usual(open_sandbox()).await;
    let mut rows = crew(1..=500);
    rows[6] = "7,Grace,Airship captain,ten,realized,".to_owned();
    world.write(&rows);
    let dry = world.dry_run().await;
    assert_eq!(world.n_requests(), 0);
    let forecast = dry.plan.and_then(|plan| plan.forecast).expect("a forecast");
    let report = world.sync().await;
    assert_eq!(
        (forecast.patch, forecast.bulk),
        (report.requests.patch, report.requests.bulk)
    );
    assert!(
        forecast.total() >= report.requests.total(),
        "{forecast:?} {:?}",
        report.requests
    );
    assert_eq!(forecast.items, 4 * 499);
}
