//! The routes a person can choose, and what becomes of batches that Outreach has no items left for.

use std::{sync::Arc, time::Duration};

use audience_sync::{
    engine::Progress,
    model::{BudgetNote, Delivery, OutreachId, Problem, RouteMode, Run, RunStatus, StatusWords},
    outreach::Client,
    sandbox::{Adjustments, BatchState, Settings},
    store::DataDir,
    sync::{Hooks, InDoubt, Notice, Orders, deliver},
};
use secrecy::SecretString;
use serde_json::json;
use tokio::sync::watch;

use crate::world::{GOLD, World, members, open_sandbox};

/// A world in which only the gold status is written, by this route.
async fn world_of(route: RouteMode, settings: Settings) -> World {
    let mut world = World::with(settings).await;
    world.settle_destination(|destination| {
        destination.delivery = Delivery {
            route,
            ..Delivery::default()
        };
        destination.mapping.truncate(1);
        destination.audiences.retain(|one| one.id.as_str() == GOLD);
        destination.status_words = StatusWords {
            realized: "aboard".to_owned(),
            exited: "ashore".to_owned(),
        };
    });
    world
}

/// As people do who work in Outreach itself.
fn use_items(world: &World, n: u64) {
    world.sandbox.adjust(Adjustments {
        use_batch_items: Some(n),
        ..Adjustments::default()
    });
}

fn codes(notices: &[Problem]) -> Vec<&str> {
    notices.iter().map(|notice| notice.code.as_str()).collect()
}

fn expect_aboard(world: &World, n: u32) {
    for i in 1..=n {
        assert_eq!(world.held(i, "custom1"), json!("aboard"), "{i}");
    }
}

#[tokio::test]
async fn the_chosen_route_decides_how_many_requests_of_which_kind_it_takes() {
    // Orders and confirmations; then how many PATCHes.
    for (route, n, bulk, patch) in [
        (RouteMode::Auto, 20, 0, 20),
        (RouteMode::Bulk, 20, 2, 0),
        (RouteMode::Patch, 20, 0, 20),
        (RouteMode::Auto, 300, 2, 0),
        (RouteMode::Patch, 300, 0, 300),
    ] {
        let mut world = world_of(route, open_sandbox()).await;
        world.write(&members(1..=n));
        let report = world.sync().await;
        let requests = report.requests;
        assert_eq!(
            (requests.bulk, requests.patch),
            (bulk, patch),
            "{route:?} {n}"
        );
        assert_eq!(report.figures.activated, u64::from(n), "{route:?} {n}");
        assert_eq!(
            world.sandbox.batches().len() as u64,
            bulk / 2,
            "{route:?} {n}"
        );
        expect_aboard(&world, n);
    }
}

#[tokio::test]
async fn a_batch_that_a_person_cancels_is_finished_one_by_one_with_each_records_own_error() {
    let mut world = world_of(RouteMode::Bulk, open_sandbox()).await;
    world.write(&members(1..=50));
    world.fault(json!({"kind": "batch", "batch": {"end": "canceled", "after": 30}}));
    world.fault(json!({"kind": "errors", "status": 422, "prospect": 41, "method": "PATCH", "times": 9,
        "body": {"errors": [{"id": "validationError", "title": "Validation Error", "detail": "Custom 1 is taken."}]}}));
    let report = world.sync().await;
    assert_eq!((report.figures.activated, report.figures.failed), (49, 1));
    assert_eq!((report.requests.bulk, report.requests.patch), (2, 20));
    let fault = world.faults().remove(0);
    assert_eq!(
        (fault.code.as_str(), fault.prospect.map(OutreachId::get)),
        ("validationError", Some(41))
    );
    assert!(fault.outreach.contains("Custom 1 is taken."), "{fault:?}");
}

#[tokio::test]
async fn a_batch_that_never_ends_is_cancelled_and_what_it_left_goes_one_by_one() {
    let mut world = world_of(RouteMode::Bulk, open_sandbox()).await;
    world.write(&members(1..=50));
    // Planned and not sent: the outbox is full.
    let planned = world
        .sync_until(|at| matches!(at, Progress::Delivering { .. }))
        .await;
    assert_eq!(
        (planned.status, world.n_pending()),
        (RunStatus::Stopped, 50)
    );
    world.fault(json!({"kind": "batch", "batch": {"end": "never", "after": 30}}));
    let mut store = world.store();
    let mut run: Run = store.runs(1).expect("they can be read").remove(0);
    run.figures.pending = 50;
    let address = world.sandbox.address();
    let client = Client::new(&address, SecretString::from(world.token.clone())).expect("a client");
    let stop = watch::Sender::new(false);
    let orders = Orders {
        batch_patience: Duration::from_secs(1),
        ..Orders::new(world.destination.delivery, InDoubt::default())
    };
    let hooks = Hooks {
        stop: stop.subscribe(),
        progress: Arc::new(|_| ()),
    };
    let notices = deliver(&mut store, &client, &mut run, &orders, &hooks)
        .await
        .expect("it goes on");
    let batch = world.sandbox.batches().remove(0);
    assert_eq!(batch.state, BatchState::Canceled);
    assert!(
        notices.contains(&Notice::Stuck { batch: batch.id }),
        "{notices:?}"
    );
    assert_eq!((run.figures.activated, run.figures.pending), (50, 0));
    // An order, a confirmation, a cancellation; then what the batch has not written.
    assert_eq!(client.requests().bulk, 3);
    assert_eq!(client.requests().patch, 50 - (50 - batch.pending as u64));
    expect_aboard(&world, 50);
}

#[tokio::test]
async fn few_prospects_without_batch_items_go_one_by_one_and_nothing_else_waits() {
    let settings = Settings {
        batch_items_per_day: 1_000,
        ..open_sandbox()
    };
    let mut world = world_of(RouteMode::Auto, settings).await;
    use_items(&world, 800);
    world.write(&members(1..=300));
    let report = world.sync().await;
    assert_eq!(report.status, RunStatus::Completed);
    assert_eq!((report.figures.activated, report.figures.pending), (300, 0));
    // One order is refused, and holds up none of the single requests.
    assert_eq!((report.requests.bulk, report.requests.patch), (1, 300));
    assert_eq!(codes(&report.notices), [""; 0]);
    expect_aboard(&world, 300);
    // The next start knows that there are none, and does not ask again.
    world.start_engine();
    let rows: Vec<_> = (1..=300)
        .map(|i| format!("{i},Ada,Engineer,10,exited,"))
        .collect();
    world.write(&rows);
    world.settle_destination(|destination| destination.guard.max_exit_share = 1.0);
    let report = world.sync().await;
    assert_eq!((report.requests.bulk, report.requests.patch), (0, 300));
}

#[tokio::test]
async fn many_prospects_without_batch_items_wait_until_there_are_some() {
    let n = 1_500;
    let settings = Settings {
        prospects: n,
        batch_items_per_day: 2_000,
        ..open_sandbox()
    };
    let mut world = world_of(RouteMode::Bulk, settings).await;
    use_items(&world, 1_000);
    world.write(&members(1..=n));
    let report = world.sync().await;
    assert_eq!(report.status, RunStatus::Completed, "{report:?}");
    assert_eq!(
        (report.figures.activated, report.figures.pending),
        (0, u64::from(n))
    );
    assert_eq!((report.requests.bulk, report.requests.patch), (1, 0));
    assert_eq!(codes(&report.notices), ["batch_items_spent"]);
    assert!(
        report.notices[0].what.contains("1500 prospects"),
        "{report:?}"
    );
    assert!(report.is_transient, "it is run again by itself");
    world.start_engine();
    let forecast = world.dry_run().await.plan.and_then(|plan| plan.forecast);
    let forecast = forecast.expect("a forecast");
    assert_eq!(
        (forecast.waiting, forecast.patch, forecast.bulk),
        (u64::from(n), 0, 0)
    );
    let again = world.sync().await;
    assert_eq!(
        (again.requests.bulk, again.figures.pending),
        (0, u64::from(n))
    );
    // A new day: there are items again, as far as anyone knows.
    world.sandbox.adjust(Adjustments {
        batch_items_per_day: Some(5_000_000),
        ..Adjustments::default()
    });
    world.stop_engine();
    DataDir::open(Some(world.data_dir()))
        .and_then(|dir| dir.write_budget(&world.destination.account, &BudgetNote::default()))
        .expect("it can be written");
    world.start_engine();
    let report = world.sync().await;
    assert_eq!(
        (report.figures.activated, report.figures.pending),
        (u64::from(n), 0)
    );
    assert_eq!(report.requests.patch, 0);
    expect_aboard(&world, n);
}
