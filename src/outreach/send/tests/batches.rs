//! Batches and pages over real HTTP.

use super::*;
use crate::outreach::{Batch, BatchState, asks};

fn batch(attributes: serde_json::Value) -> String {
    let body = json!({"data": {"type": "batch", "id": 42, "attributes": attributes}});
    answer(200, "", &body.to_string())
}

fn ids(n: u64) -> Vec<OutreachId> {
    (1..=n).map(id).collect()
}

#[tokio::test]
async fn a_batch_is_submitted_confirmed_by_its_count_followed_and_cancelled() {
    let server = Server::start(|number, _| match number {
        0 => batch(json!({"action": "prospectsBulkModify", "state": "pending", "total": 3})),
        1 => batch(json!({"state": "confirming", "confirmCount": 3, "confirmedCountRequired": true, "total": 3})),
        2 => batch(json!({"state": "processing", "pending": 3})),
        3 => batch(json!({"state": "finished", "failures": 1, "total": 3, "pending": 0})),
        _ => batch(json!({"state": "canceled"})),
    })
    .await;
    let client = server.client();
    let begun = client
        .submit_batch(&fields(), &ids(3))
        .await
        .expect("a batch");
    assert_eq!(
        (begun.id, begun.state, begun.n_prospects()),
        (42, BatchState::Working, Some(3))
    );
    let waiting = client.batch(42).await.expect("a batch");
    assert_eq!(
        (waiting.state, waiting.n_prospects()),
        (BatchState::Confirming, Some(3))
    );
    let begun = client.confirm_batch(42, 3).await.expect("a batch");
    assert!(!begun.state.is_over());
    let over = client.batch(42).await.expect("a batch");
    assert_eq!((over.state, over.failures), (BatchState::Finished, Some(1)));
    assert_eq!(
        client.cancel_batch(42).await.expect("a batch").state,
        BatchState::Canceled
    );
    let seen = server.seen();
    assert!(
        seen[0].starts_with("POST /api/v2/batches/actions/prospectsBulkModify HTTP"),
        "{}",
        seen[0]
    );
    let (_, body) = seen[0].split_once("\r\n\r\n").expect("a body");
    let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(body["data"]["attributes"]["ids"], json!([1, 2, 3]));
    assert_eq!(body["data"]["attributes"]["custom4"], json!("realized"));
    assert!(seen[2].starts_with(
        "POST /api/v2/batches/42/actions/confirm?actionParams%5BconfirmedCount%5D=3 "
    ));
    assert!(seen[4].starts_with("POST /api/v2/batches/42/actions/cancel "));
    for action in [&seen[2], &seen[4]] {
        assert!(action.ends_with("\r\n\r\n"), "no body: {action}");
        assert!(action.contains("content-length: 0\r\n"), "{action}");
    }
    let requests = client.requests();
    assert_eq!((requests.bulk, requests.read, requests.patch), (3, 2, 0));
}

#[tokio::test]
async fn a_batch_without_prospects_never_leaves() {
    let server = Server::start(|_, _| batch(json!({}))).await;
    let client = server.client();
    let error = client
        .submit_batch(&fields(), &[])
        .await
        .expect_err("nobody");
    assert_eq!(error.code(), "batch_empty");
    let error = client
        .submit_batch(&FieldSet::new(), &ids(1))
        .await
        .expect_err("nothing");
    assert_eq!(error.code(), "batch_empty");
    assert_eq!(server.seen().len(), 0);
}

#[tokio::test]
async fn a_submission_is_sent_again_only_if_it_was_refused() {
    // Nothing at all, and a gateway that gave up: nobody knows. Too many requests, and maintenance: surely not taken.
    for (number_of_answers, first) in [
        (1, String::new()),
        (1, answer(502, "", "")),
        (1, answer(500, "", "")),
    ] {
        let server = Server::start(move |number, _| match number {
            0 => first.clone(),
            _ => batch(json!({"state": "pending"})),
        })
        .await;
        let client = server.client();
        client
            .submit_batch(&fields(), &ids(2))
            .await
            .expect_err("nobody knows");
        assert_eq!(server.seen().len(), number_of_answers);
    }
    let server = Server::start(|number, _| match number {
        0 => answer(429, "retry-after: 1\r\n", "{}"),
        _ => batch(json!({"state": "pending"})),
    })
    .await;
    let client = server.client();
    client
        .submit_batch(&fields(), &ids(2))
        .await
        .expect("a batch");
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn a_lost_batch_is_found_by_its_size_and_its_values() {
    let row = |id: u64, total: u64, created: &str| json!({"type": "batch", "id": id, "attributes": {"total": total, "createdAt": created, "state": "processing"}});
    let server = Server::start(move |number, request| {
        if number == 0 {
            let rows = [
                row(50, 3, "2026-05-01T12:00:00.000Z"),
                row(49, 4, "2026-05-01T12:00:00.000Z"),
                row(48, 3, "2026-05-01T12:00:00.000Z"),
                row(47, 3, "2026-05-01T11:00:00.000Z"),
                row(46, 3, "2026-05-01T12:00:00.000Z"),
            ];
            return answer(200, "", &json!({"data": rows}).to_string());
        }
        let other = request.contains("/batches/48");
        let payload = if other { json!({"custom4": "exited"}) } else { json!({"custom4": "realized", "ids": [1, 2, 3]}) };
        let id = if other { 48 } else { 46 };
        let body = json!({"data": {"type": "batch", "id": id, "attributes": {"total": 3, "state": "processing", "payload": payload}}});
        answer(200, "", &body.to_string())
    })
    .await;
    let client = server.client();
    let only = [(target("custom4"), FieldValue::Text("realized"))]
        .into_iter()
        .collect();
    let since = "2026-05-01T11:50:00Z".parse().expect("an instant");
    let found = client
        .find_batch(&only, &ids(3), since, &[50])
        .await
        .expect("an answer");
    assert_eq!(found.as_ref().map(|batch: &Batch| batch.id), Some(46));
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn failed_items_are_read_page_by_page() {
    let server = Server::start(|number, _| {
        let item = |data: serde_json::Value| json!({"type": "batchItem", "id": 1, "attributes": {"failed": true, "info": "no", "data": data}});
        let body = match number {
            0 => json!({"data": [item(json!("{\"id\":7}")), item(json!(null))], "links": {"next": "/api/v2/batchItems?page%5Bafter%5D=x"}}),
            _ => json!({"data": [item(json!({"prospectId": "9"}))]}),
        };
        answer(200, "", &body.to_string())
    })
    .await;
    let client = server.client();
    let items = client.failed_items(42).await.expect("items");
    let prospects: Vec<_> = items
        .iter()
        .map(|item| item.prospect.map(OutreachId::get))
        .collect();
    assert_eq!(prospects, [Some(7), None, Some(9)]);
    assert!(server.seen()[1].starts_with("GET /api/v2/batchItems?page%5Bafter%5D=x "));
}

#[tokio::test]
async fn a_next_page_somewhere_else_is_not_followed() {
    let body = json!({"data": [], "links": {"next": "https://elsewhere.example/x"}}).to_string();
    let server = Server::start(move |_, _| answer(200, "", &body)).await;
    let error = server
        .client()
        .failed_items(42)
        .await
        .expect_err("elsewhere");
    assert_eq!(error.code(), "not_outreach");
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_page_that_is_too_heavy_is_halved_and_what_may_not_be_written_is_known() {
    let server = Server::start(|_, request| {
        let (_, rest) = request.split_once("filter%5Bid%5D=").expect("a filter");
        let (asked, _) = rest.split_once('&').expect("more");
        let asked: Vec<u64> = match asked.split_once("..") {
            Some((first, last)) => (first.parse().expect("a number")..=last.parse().expect("a number")).collect(),
            None => asked.split(',').map(|id| id.parse().expect("a number")).collect(),
        };
        if asked.len() > 300 {
            return answer(502, "", "<html>");
        }
        let rows: Vec<_> = asked
            .iter()
            .rev()
            .map(|id| json!({"type": "prospect", "id": id, "attributes": {"custom4": "x"}, "meta": {"canWrite": id % 2 == 0}}))
            .collect();
        answer(200, "", &json!({"data": rows}).to_string())
    })
    .await;
    let client = server.client();
    let all: Vec<_> = (1_000_000..1_001_000).map(id).collect();
    let ask = asks(&all, &[target("custom4")]).remove(0);
    assert!(ask.is_range);
    let mut found = client
        .read(ask, &[target("custom4")])
        .await
        .expect("prospects");
    found.sort_by_key(|prospect| prospect.id);
    let found_ids: Vec<_> = found.iter().map(|prospect| prospect.id).collect();
    assert_eq!(found_ids, all);
    assert_eq!(
        (found[0].may_write, found[1].may_write),
        (Some(true), Some(false))
    );
    // 1000, twice 500, and four times 250.
    assert_eq!(server.seen().len(), 7);
}
