//! Batches that go wrong, each way a fault can order it.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::super::{
    Fault, FaultKind, Passing,
    testing::{Bench, bench},
};
use super::*;

const SKIP: &str = "actionParams[skipConfirmation]=true";

/// Orders a batch on prospects 101 to 110 that goes as planned.
async fn planned(plan: BatchPlan) -> Bench {
    let bench = bench().await;
    let fault = Fault {
        kind: FaultKind::Batch,
        batch: plan,
        ..Fault::default()
    };
    bench.sandbox.add_fault(fault).unwrap();
    let (status, body) = order(&bench).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    bench
}

async fn order(bench: &Bench) -> (StatusCode, Value) {
    let ids: Vec<u32> = (101..=110).collect();
    bench
        .order(SKIP, json!({"custom20": "bulk", "ids": ids}))
        .await
}

async fn shown(bench: &Bench) -> Value {
    bench.get("/batches/1").await.1["data"]["attributes"].clone()
}

fn written(bench: &Bench) -> Vec<u32> {
    let is_written = |id: &u32| bench.sandbox.prospect(*id).unwrap()["custom20"] == "bulk";
    (101..=110).filter(is_written).collect()
}

fn failing(failure: ItemFailure, prospects: &[u64]) -> BatchPlan {
    BatchPlan {
        items: vec![ItemFault {
            failure,
            prospects: prospects.iter().copied().collect(),
            ..ItemFault::default()
        }],
        ..BatchPlan::default()
    }
}

#[tokio::test]
async fn items_fail_for_every_reason() {
    for (failure, word) in [
        (ItemFailure::Locked, "locked"),
        (
            ItemFailure::NotFound,
            "Could not find 'prospect' with ID '104'.",
        ),
        (ItemFailure::Validation, "invalid"),
        (ItemFailure::NotPermitted, "not authorized"),
    ] {
        let bench = planned(failing(failure, &[104])).await;
        let state = shown(&bench).await;
        assert_eq!(
            (&state["state"], &state["failures"]),
            (&json!("finished"), &json!(1))
        );
        assert_eq!(
            written(&bench),
            [101, 102, 103, 105, 106, 107, 108, 109, 110]
        );
        let (_, body) = bench.get("/batchItems?filter[failed]=true").await;
        let info = body["data"][0]["attributes"]["info"].as_str().unwrap();
        assert!(info.contains(word), "{info}");
        assert_eq!(state["summary"]["failures"], json!({info: 1}));
    }
}

#[tokio::test]
async fn items_lie_either_way() {
    let bench = planned(failing(ItemFailure::Lost, &[104])).await;
    assert_eq!(shown(&bench).await["failures"], 0);
    assert!(!written(&bench).contains(&104));
    let bench = planned(failing(ItemFailure::FailedAfterApply, &[104])).await;
    assert_eq!(shown(&bench).await["failures"], 1);
    assert!(written(&bench).contains(&104));
}

#[tokio::test]
async fn every_so_many_th_item_fails_with_a_text_of_choice() {
    let mut plan = failing(ItemFailure::Locked, &[]);
    plan.items[0].every = 3;
    plan.items[0].info = Some("x".repeat(1000));
    let bench = planned(plan).await;
    let record = &bench.sandbox.batches()[0];
    assert_eq!(
        record.failures.keys().copied().collect::<Vec<_>>(),
        [101, 104, 107, 110]
    );
    assert_eq!(record.failures[&101].len(), 767);
    assert_eq!(record.state, BatchState::Finished);
}

#[tokio::test]
async fn a_batch_takes_its_time() {
    let bench = planned(BatchPlan {
        pending_ms: Some(60_000),
        ms: Some(600_000),
        ..BatchPlan::default()
    })
    .await;
    assert_eq!(shown(&bench).await["state"], "pending");
    bench.sandbox.advance(Duration::from_mins(6));
    let half = shown(&bench).await;
    assert_eq!(
        (&half["state"], &half["pending"]),
        (&json!("processing"), &json!(5))
    );
    assert_eq!(written(&bench).len(), 5);
    bench.sandbox.advance(Duration::from_hours(3));
    let done = shown(&bench).await;
    assert_eq!(done["state"], "finished");
    let time = |name: &str| done[name].as_str().unwrap().parse::<Timestamp>().unwrap();
    let took = time("finishedAt").duration_since(time("startedAt"));
    assert_eq!(
        took.as_secs(),
        600,
        "it ended when it was due, not when it was seen"
    );
}

#[tokio::test]
async fn a_batch_takes_as_many_looks_as_it_is_told() {
    let bench = planned(BatchPlan {
        polls: 4,
        ..BatchPlan::default()
    })
    .await;
    let mut pending = Vec::new();
    let state = loop {
        let state = shown(&bench).await;
        if state["state"] != "processing" {
            break state;
        }
        pending.push(state["pending"].as_u64().unwrap());
    };
    assert_eq!(
        (pending, &state["state"]),
        (vec![8, 5, 3], &json!("finished"))
    );
}

#[tokio::test]
async fn a_batch_ends_as_it_is_told_after_some_items() {
    for (end, state, word) in [
        (BatchEnd::Failed, "failed", "error"),
        (BatchEnd::Canceled, "canceled", "failures"),
        (BatchEnd::Never, "processing", ""),
    ] {
        let bench = planned(BatchPlan {
            end,
            after: 4,
            ..BatchPlan::default()
        })
        .await;
        bench.sandbox.advance(Duration::from_hours(24));
        let shown = shown(&bench).await;
        assert_eq!(
            (&shown["state"], &shown["pending"]),
            (&json!(state), &json!(6))
        );
        assert_eq!(shown["summary"].get(word).is_some(), !word.is_empty());
        assert_eq!(written(&bench), [101, 102, 103, 104]);
        assert_eq!(shown["canceledAt"].is_string(), end == BatchEnd::Canceled);
    }
}

#[tokio::test]
async fn a_confirmation_can_be_forced_and_its_count_be_wrong() {
    let bench = planned(BatchPlan {
        confirm: Some(true),
        confirm_count: Some(1000),
        confirmed_count_required: Some(true),
        ..BatchPlan::default()
    })
    .await;
    let state = shown(&bench).await;
    assert_eq!(
        (&state["state"], &state["confirmCount"]),
        (&json!("confirming"), &json!(1000))
    );
    assert_eq!(state["total"], 10);
    let path = "/batches/1/actions/confirm?actionParams[confirmedCount]=10";
    assert_eq!(bench.post(path).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(written(&bench).is_empty());
}

#[tokio::test]
async fn a_lost_reply_leaves_a_batch_or_none() {
    for (kind, n_batches) in [("drop_after_apply", 1), ("drop_before", 0)] {
        let bench = bench().await;
        let faults = json!([
            {"kind": kind, "method": "POST", "path": "/batches/actions"},
            {"kind": "batch", "batch": {"polls": 1}},
        ]);
        bench.control("/faults", faults).await;
        let ids = json!({"custom20": "bulk", "ids": [101]});
        let lost = bench.ordering(SKIP, &ids).send().await;
        assert!(lost.is_err(), "{kind}");
        assert_eq!(bench.sandbox.batches().len(), n_batches, "{kind}");
        assert!(
            written(&bench).is_empty(),
            "the plan holds for the same request"
        );
        let (_, listed) = bench.get("/batches?sort=-createdAt").await;
        assert_eq!(listed["data"].as_array().unwrap().len(), n_batches);
    }
}

#[tokio::test]
async fn looks_can_fail_while_the_batch_goes_on() {
    for status in [502, 503] {
        let bench = bench().await;
        let fault =
            json!({"kind": "status", "status": status, "method": "GET", "path": "/batches/"});
        bench.control("/faults", fault).await;
        order(&bench).await;
        let request = bench.api(reqwest::Method::GET, "/batches/1");
        assert_eq!(request.send().await.unwrap().status().as_u16(), status);
        assert_eq!(written(&bench).len(), 10);
        assert_eq!(shown(&bench).await["state"], "finished");
    }
}

#[tokio::test]
async fn the_payload_and_the_items_say_as_much_as_they_are_told() {
    let bench = bench().await;
    order(&bench).await;
    let ids: Vec<u32> = (101..=110).collect();
    for (payload, expected) in [
        ("with_ids", json!({"custom20": "bulk", "ids": ids})),
        ("absent", Value::Null),
        ("values", json!({"custom20": "bulk"})),
    ] {
        bench
            .control("/settings", json!({"batch_payload": payload}))
            .await;
        assert_eq!(shown(&bench).await["payload"], expected);
    }
    bench
        .control("/settings", json!({"batch_item_data": false}))
        .await;
    let (_, item) = bench.get("/batchItems/1").await;
    assert_eq!(item["data"]["attributes"]["data"], Value::Null);
}

#[tokio::test]
async fn a_batch_fault_that_makes_no_sense_is_refused() {
    let bench = bench().await;
    for fault in [
        json!({"kind": "batch", "batch": {"polls": -1}}),
        json!({"kind": "batch", "batch": {"ends": "failed"}}),
        json!({"kind": "batch", "batch": {"items": [{"failure": "tired"}]}}),
        json!({"kind": "status", "status": 500, "batch": {"polls": 1}}),
    ] {
        assert_eq!(
            bench.control("/faults", fault).await.0,
            StatusCode::BAD_REQUEST
        );
    }
}

#[tokio::test]
async fn hours_pass_in_stopped_time_as_requests_are_answered() {
    let bench = bench().await;
    let settings = json!({
        "time": "stopped", "request_ms": 500, "limit": 3, "window_secs": 3600, "batch_processing_ms": 1000,
    });
    bench.control("/settings", settings).await;
    let began = bench.sandbox.now();
    order(&bench).await;
    assert_eq!(shown(&bench).await["state"], "processing");
    assert_eq!(shown(&bench).await["state"], "finished");
    assert_eq!(bench.get("/users").await.0, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(bench.sandbox.now().duration_since(began).as_millis(), 2000);
    bench.sandbox.advance(Duration::from_hours(1));
    assert_eq!(bench.get("/users").await.0, StatusCode::OK);
    let (_, settings) = bench
        .control("/settings", json!({"advance_ms": 7, "time": "running"}))
        .await;
    assert_eq!(
        (&settings["time_passes"], &settings["request_ms"]),
        (&json!(Passing::Running), &json!(500))
    );
}
