//! Updates of many prospects at once, through the judge: what the client orders and follows, and what it never asks.
//!
//! The document has all of these routes: `/batches`, `/batches/{id}` with its actions `confirm` and `cancel`,
//! `/batches/actions/prospectsBulkModify`, `/batchItems` and `/batchItems/{id}`. It has no other way to update prospects
//! in bulk but imports, which nobody here sends. What it leaves open, and so what Prism cannot judge: the fields of an
//! order are any names with any values, the values of `state` are not named, and the form of an item's `data` is text.

use std::time::Duration;

use audience_sync::{
    model::{FieldSet, FieldValue, OutreachId, Target},
    outreach::{Batch, BatchState, Client, RetryPolicy},
};
use jiff::Timestamp;
use reqwest::Method;
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::bench::{Answer, Bench};

fn ids(numbers: impl IntoIterator<Item = u64>) -> Vec<OutreachId> {
    let ids = numbers.into_iter().map(OutreachId::new);
    ids.map(|id| id.expect("a positive number")).collect()
}

fn fields(pairs: &[(&str, FieldValue<'_>)]) -> FieldSet {
    let named = |name: &str| Target::parse(name).expect("an attribute");
    pairs
        .iter()
        .map(|(name, value)| (named(name), *value))
        .collect()
}

/// The next batch takes no longer than its looks.
fn at_once(bench: &Bench, more: Value) {
    let mut plan = json!({"pending_ms": 0, "ms": 0});
    let (Value::Object(plan), Value::Object(more)) = (&mut plan, more) else {
        panic!("a plan is an object");
    };
    plan.extend(more);
    let fault = json!({"kind": "batch", "batch": plan});
    let fault = serde_json::from_value(fault).expect("a fault");
    bench.sandbox.add_fault(fault).expect("a whole fault");
}

/// Looks until the batch is so far; a batch that never is fails the test by its number of looks.
async fn until(client: &Client, id: u64, is_so: impl Fn(&Batch) -> bool) -> Batch {
    for _ in 0..50 {
        let batch = client.batch(id).await.expect("it is there");
        if is_so(&batch) {
            return batch;
        }
    }
    panic!("batch {id} never came so far");
}

/// From the order to the items that failed, as a run goes through it.
async fn follow(bench: &Bench, client: &Client) -> u64 {
    let status = fields(&[
        ("custom1", FieldValue::Text("realized")),
        ("title", FieldValue::Text("Chief")),
    ]);
    // The sample user may not write to 13.
    let prospects = ids(1..=40);
    at_once(bench, json!({"polls": 2}));
    let before = Timestamp::UNIX_EPOCH;
    let batch = client.submit_batch(&status, &prospects).await;
    let id = batch.expect("it is taken").id;
    let waiting = until(client, id, |batch| batch.state == BatchState::Confirming).await;
    assert_eq!(waiting.n_prospects(), Some(40));
    let found = client.find_batch(&status, &prospects, before, &[]).await;
    assert_eq!(found.expect("it is found").map(|batch| batch.id), Some(id));
    client.confirm_batch(id, 40).await.expect("it begins");
    let over = until(client, id, |batch| batch.state.is_over()).await;
    assert_eq!((over.state, over.failures), (BatchState::Finished, Some(1)));
    let failed = client.failed_items(id).await.expect("items");
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].prospect, OutreachId::new(13));
    assert!(!failed[0].info.is_empty());
    assert_eq!(bench.sandbox.prospect(1).unwrap()["title"], "Chief");
    id
}

/// Values of every form that an order may have, each canceled before it begins.
async fn order_and_cancel(bench: &Bench, client: &Client) {
    for (name, value) in [
        ("title", FieldValue::Null),
        ("title", FieldValue::Text("")),
        ("score", FieldValue::Float(-12.25)),
        ("optedOut", FieldValue::Boolean(true)),
        (
            "graduationDate",
            FieldValue::Text("2026-01-31T23:59:59.999Z"),
        ),
        ("custom20", FieldValue::Integer(7)),
    ] {
        at_once(bench, json!({}));
        let batch = client
            .submit_batch(&fields(&[(name, value)]), &ids([1, 2]))
            .await;
        let id = batch.expect("it is taken").id;
        until(client, id, |batch| batch.state == BatchState::Confirming).await;
        let batch = client.cancel_batch(id).await.expect("it ends");
        assert_eq!(batch.state, BatchState::Canceled, "{name}");
    }
}

/// How batches can end and how far they can be: every answer has the form that is published.
async fn end_in_every_way(bench: &Bench, client: &Client) {
    let title = fields(&[("title", FieldValue::Text("Chief"))]);
    for (plan, state, n_failed) in [
        (json!({"end": "failed", "after": 2}), BatchState::Failed, 0),
        (
            json!({"end": "canceled", "after": 1}),
            BatchState::Canceled,
            0,
        ),
        (json!({"items": [{"every": 3}]}), BatchState::Finished, 2),
        (json!({"confirm": false}), BatchState::Finished, 0),
    ] {
        at_once(bench, plan.clone());
        let batch = client.submit_batch(&title, &ids(1..=6)).await;
        let id = batch.expect("it is taken").id;
        if plan.get("confirm").is_none() {
            until(client, id, |batch| batch.state == BatchState::Confirming).await;
            client.confirm_batch(id, 6).await.expect("it begins");
        }
        let over = until(client, id, |batch| batch.state.is_over()).await;
        assert_eq!(over.state, state, "{plan}");
        let failed = client.failed_items(id).await.expect("items");
        assert_eq!(failed.len(), n_failed, "{plan}");
    }
}

async fn post(bench: &Bench, path: &str, body: &Value) -> Answer {
    let request = bench.request(Method::POST, path);
    // The actions on a batch take no body at all.
    bench
        .send(if body.is_null() {
            request
        } else {
            request.body(body.to_string())
        })
        .await
}

/// What is asked of lists and single resources, page after page.
async fn ask(bench: &Bench, id: u64) {
    for path in [
        "/batches".to_owned(),
        "/batches?sort=createdAt&page[size]=2".to_owned(),
        "/batches?filter[state]=finished&sort=-total&count=false".to_owned(),
        "/batches?fields[batch]=state,total".to_owned(),
        format!("/batches/{id}?fields[batch]=payload,summary"),
        format!("/batchItems?filter[batchId]={id}&page[size]=7"),
        format!("/batchItems?filter[batchId]={id}&filter[failed]=true&sort=-state"),
        "/batchItems/1".to_owned(),
    ] {
        let answer = bench.get(&path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        let data = &answer.body["data"];
        let row = data.get(0).unwrap_or(data);
        assert!(row["id"].is_u64(), "{path}: {row}");
        assert!(row["attributes"].is_object(), "{path}: {row}");
    }
}

/// Refusals whose status the document declares, and those it does not.
async fn be_refused(bench: &Bench, over: u64) {
    let order = |attributes: Value| json!({"data": {"type": "batch", "attributes": attributes}, "type": "batch"});
    let modify = "/batches/actions/prospectsBulkModify";
    let nothing = Value::Null;
    for (path, body, status) in [
        (modify.to_owned(), order(json!({"ids": [1]})), 422),
        (
            modify.to_owned(),
            order(json!({"ids": [1], "custom151": "x"})),
            400,
        ),
        (
            format!("/batches/{over}/actions/confirm"),
            nothing.clone(),
            422,
        ),
        (
            format!("/batches/{over}/actions/cancel"),
            nothing.clone(),
            422,
        ),
        (
            "/batches/9999/actions/confirm".to_owned(),
            nothing.clone(),
            404,
        ),
        ("/batches/9999/actions/cancel".to_owned(), nothing, 404),
    ] {
        let answer = post(bench, &path, &body).await;
        assert_eq!(answer.status, status, "{path} {body}: {}", answer.body);
        assert!(answer.body["errors"].is_array(), "{path}");
    }
    for (path, status) in [
        ("/batches/9999", 404),
        ("/batchItems/999999", 404),
        ("/batches?sort=action", 400),
        ("/batches?page[size]=0", 400),
        ("/batchItems?filter[info]=x", 400),
    ] {
        let answer = bench.get(path).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
        assert!(answer.body["errors"].is_array(), "{path}");
    }
}

#[tokio::test]
async fn every_exchange_about_batches_keeps_to_the_document() {
    let bench = Bench::start().await;
    let policy = RetryPolicy {
        base: Duration::from_millis(1),
        ..RetryPolicy::default()
    };
    let client = Client::new(&bench.forwarder.address, SecretString::from(&*bench.token))
        .unwrap()
        .with_retry(policy);
    let id = follow(&bench, &client).await;
    order_and_cancel(&bench, &client).await;
    end_in_every_way(&bench, &client).await;
    ask(&bench, id).await;
    be_refused(&bench, id).await;
    bench.assert_clean("orders, batches and their items");
}

#[tokio::test]
async fn the_judge_finds_what_is_wrong_with_orders() {
    let bench = Bench::start().await;
    let order =
        json!({"data": {"type": 5, "attributes": {"ids": ["1"], "title": "Chief"}}, "type": 7});
    post(&bench, "/batches/actions/prospectsBulkModify", &order).await;
    let violations = bench.last_violations();
    assert!(
        violations
            .iter()
            .any(|violation| violation.is_in("request")),
        "{violations:?}"
    );
    bench.get("/batches/one").await;
    assert!(!bench.last_violations().is_empty());
    bench.assert_transparent("wrong on purpose");
}
