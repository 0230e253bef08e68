//! Prospects that were never written are read before they are.

use audience_sync::model::{Delivery, RouteMode, RunStatus};
use audience_sync::sandbox::Settings;
use serde_json::json;

use crate::world::{World, members, open_sandbox};

/// A world whose destination reads first and sends single requests.
async fn reading(settings: Settings) -> World {
    let mut world = World::with(settings).await;
    world.settle_destination(|destination| {
        destination.delivery = Delivery {
            route: RouteMode::Patch,
            read_first: true,
        };
    });
    world
}

#[tokio::test]
async fn what_outreach_holds_already_costs_no_write() {
    let mut world = reading(open_sandbox()).await;
    world.write(&members(1..=300));
    let first = world.sync().await;
    assert_eq!((first.requests.read, first.requests.patch), (1, 300));
    world.forget_state();
    let again = world.sync().await;
    assert_eq!(again.status, RunStatus::Completed);
    assert_eq!((again.requests.read, again.requests.patch), (1, 0));
    assert_eq!(
        (
            again.figures.unchanged,
            again.figures.activated,
            again.figures.pending
        ),
        (300, 0, 0)
    );
    assert_eq!(world.n_journal(7), 0);
    // What was found is known from then on.
    let third = world.sync().await;
    assert_eq!((third.requests.total(), third.figures.unchanged), (0, 300));
}

#[tokio::test]
async fn only_what_differs_is_written_and_the_journal_knows_what_was_there() {
    let mut world = reading(open_sandbox()).await;
    world.write(&members(1..=20));
    world.sync().await;
    world.forget_state();
    let rows: Vec<_> = (1..=20)
        .map(|i| format!("{i},Ada,Chief,10,realized,"))
        .collect();
    world.write(&rows);
    let requests = world.n_requests();
    let report = world.sync().await;
    assert_eq!(
        (
            report.requests.read,
            report.requests.patch,
            report.figures.activated
        ),
        (1, 20, 20)
    );
    for (prospect, fields) in world.writes_after(requests) {
        assert_eq!(fields, json!({"title": "Chief"}), "{prospect}");
    }
    assert_eq!(
        world.journal(3),
        [(json!({"title": "Engineer"}), json!({"title": "Chief"}))]
    );
    assert_eq!(world.ledger(3)["firstName"], json!("Ada"));
}

#[tokio::test]
async fn who_does_not_exist_or_may_not_be_written_has_failed_without_a_request() {
    let mut world = reading(Settings {
        prospects: 100,
        read_only: [7].into(),
        ..Settings::default()
    })
    .await;
    world.write(&members(1..=110));
    let report = world.sync().await;
    assert_eq!((report.requests.read, report.requests.patch), (1, 99));
    assert_eq!((report.figures.activated, report.figures.failed), (99, 11));
    let faults = world.faults();
    let coded = |code: &str| faults.iter().filter(|fault| fault.code == code).count();
    assert_eq!(
        (coded("resourceNotFound"), coded("unauthorizedRequest")),
        (10, 1)
    );
    let requests = world.n_requests();
    let again = world.sync().await;
    assert_eq!((again.figures.failed, world.n_requests()), (11, requests));
}

#[tokio::test]
async fn a_page_that_is_too_heavy_is_halved() {
    let mut world = reading(open_sandbox()).await;
    world.write(&members(1..=40));
    world.fault(json!({"kind": "status", "status": 502, "method": "GET", "path": "/prospects"}));
    let report = world.sync().await;
    assert_eq!(
        (report.status, report.figures.activated),
        (RunStatus::Completed, 40)
    );
    assert_eq!((report.requests.read, report.requests.patch), (3, 40));
}

#[tokio::test]
async fn a_handful_is_written_without_a_look() {
    let mut world = reading(open_sandbox()).await;
    world.write(&members(1..=3));
    let report = world.sync().await;
    assert_eq!((report.requests.read, report.requests.patch), (0, 3));
}
