//! Batches over HTTP: ordered, looked at, and what becomes of their prospects.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::super::{
    Role,
    testing::{Bench, bench, bench_with, header, read},
};
use super::*;
use crate::sandbox::Settings;

const SKIP: &str = "actionParams[skipConfirmation]=true";

fn attributes(body: &Value) -> &Value {
    &body["data"]["attributes"]
}

fn custom4(bench: &Bench, prospect: u32) -> Value {
    bench.sandbox.prospect(prospect).unwrap()["custom4"].clone()
}

/// Orders a batch that needs no confirmation, and returns its id.
async fn ordered(bench: &Bench, attributes: Value) -> u64 {
    let (status, body) = bench.order(SKIP, attributes).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    body["data"]["id"].as_u64().unwrap()
}

async fn shown(bench: &Bench, id: u64) -> Value {
    let (status, body) = bench.get(&format!("/batches/{id}")).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    attributes(&body).clone()
}

async fn items(bench: &Bench, query: &str) -> Vec<Value> {
    let (status, body) = bench.get(&format!("/batchItems?{query}")).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    body["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_batch_changes_what_it_names_and_nothing_else() {
    let bench = bench().await;
    let untouched = bench.sandbox.prospect(4);
    let sent = json!({"custom4": "bulk", "title": null, "ids": [1, 2, 3, 2]});
    let (status, body) = bench.order(SKIP, sent).await;
    assert_eq!(status, StatusCode::OK);
    let data = &body["data"];
    assert_eq!((&data["type"], &data["id"]), (&json!("batch"), &json!(1)));
    let taken = attributes(&body);
    assert_eq!(taken.as_object().unwrap().len(), 16);
    for (name, value) in [
        ("action", json!("prospectsBulkModify")),
        ("state", json!("pending")),
        ("total", json!(3)),
        ("pending", json!(3)),
        ("failures", json!(0)),
        ("startedAt", Value::Null),
        ("payload", json!({"custom4": "bulk", "title": null})),
    ] {
        assert_eq!(taken[name], value, "{name}");
    }
    assert_eq!(data["relationships"]["creator"]["data"]["id"], 1);
    let link = data["relationships"]["batchItems"]["links"]["related"].as_str();
    assert!(link.unwrap().ends_with("/batchItems?filter%5BbatchId%5D=1"));

    let done = shown(&bench, 1).await;
    for (name, value) in [
        ("state", json!("finished")),
        ("pending", json!(0)),
        ("failures", json!(0)),
        ("summary", json!({"failures": {}})),
    ] {
        assert_eq!(done[name], value, "{name}");
    }
    assert!(done["finishedAt"].is_string());
    for id in 1..=3 {
        let prospect = bench.sandbox.prospect(id).unwrap();
        assert_eq!(
            (&prospect["custom4"], &prospect["title"]),
            (&json!("bulk"), &Value::Null)
        );
    }
    assert_eq!(bench.sandbox.prospect(4), untouched);
    let counters = bench.sandbox.counters();
    assert_eq!(
        (counters.batches, counters.batch_writes, counters.writes),
        (1, 3, 0)
    );
    let log = bench.sandbox.request_log();
    assert_eq!((log[0].batch, log[1].batch), (Some(1), Some(1)));
    assert_eq!(
        json!(log[0].written),
        json!({"custom4": "bulk", "title": null})
    );
    assert!(bench.sandbox.writes().is_empty());
}

#[tokio::test]
async fn the_form_for_one_field_does_the_same() {
    let bench = bench().await;
    let sent = json!({"fieldName": "custom4", "fieldValue": "bulk", "ids": [5]});
    let id = ordered(&bench, sent).await;
    assert_eq!(shown(&bench, id).await["state"], "finished");
    assert_eq!(custom4(&bench, 5), "bulk");
}

#[tokio::test]
async fn without_ids_it_is_about_everybody() {
    for (query, ids) in [
        (SKIP.to_owned(), None),
        (SKIP.to_owned(), Some(json!([]))),
        (format!("{SKIP}&actionParams[filter][id]="), Some(json!([]))),
    ] {
        let bench = bench().await;
        let mut sent = json!({"custom4": "bulk"});
        if let Some(ids) = ids {
            sent["ids"] = ids;
        }
        let (_, body) = bench.order(&query, sent).await;
        assert_eq!(attributes(&body)["total"], 1000, "{query}");
        assert_eq!(shown(&bench, 1).await["failures"], 3, "the read-only ones");
        assert_eq!(custom4(&bench, 1000), "bulk");
    }
}

#[tokio::test]
async fn a_filter_takes_what_the_list_would_show() {
    let bench = bench().await;
    for (filter, ids, total) in [
        ("[id]=1&actionParams[filter][id]=2", json!([]), 2),
        ("[id]=1,2,3", json!([]), 3),
        ("[id][]=7&actionParams[filter][id][]=5000", json!([]), 1),
        ("[id]=1,2,3", json!([3, 4]), 1),
        ("[firstName]=Nobody", json!([]), 0),
        ("[owner][id]=2&actionParams[filter][id]=1,2", json!([]), 1),
    ] {
        let query = format!("{SKIP}&actionParams[filter]{filter}");
        let (status, body) = bench.order(&query, json!({"title": "x", "ids": ids})).await;
        assert_eq!(
            (status, &attributes(&body)["total"]),
            (StatusCode::OK, &json!(total)),
            "{filter}"
        );
    }
}

#[tokio::test]
async fn what_cannot_be_ordered_is_refused_and_changes_nothing() {
    let bench = bench().await;
    let many: Vec<u32> = (1..=100_001).collect();
    for (sent, status) in [
        (json!({"ids": [1]}), 422),
        (json!({"custom4": "x", "ids": ["1"]}), 422),
        (json!({"custom4": "x", "ids": 1}), 422),
        (json!({"custom4": "x", "ids": many}), 422),
        (json!({"fieldName": "custom4", "ids": [1]}), 422),
        (json!({"custom151": "x", "ids": [1]}), 400),
        (json!({"name": "x", "ids": [1]}), 400),
        (
            json!({"fieldName": "custom4", "fieldValue": "x", "title": "x", "ids": [1]}),
            400,
        ),
        (json!([]), 400),
    ] {
        let (got, body) = bench.order(SKIP, sent).await;
        assert_eq!(got.as_u16(), status, "{body}");
        assert!(body["errors"][0]["detail"].is_string());
    }
    for query in [
        "actionParams[skipConfirmation]=perhaps",
        "actionParams[filter][custom4]=x",
        "actionParams[filter][id]=x",
        "skipConfirmation=true",
    ] {
        let (got, _) = bench.order(query, json!({"custom4": "x"})).await;
        assert_eq!(got, StatusCode::BAD_REQUEST, "{query}");
    }
    let bare = bench
        .bare(Method::POST, "/api/v2/batches/actions/prospectsBulkModify")
        .bearer_auth(&bench.token);
    assert_eq!(
        bare.send().await.unwrap().status(),
        StatusCode::UNSUPPORTED_MEDIA_TYPE
    );
    let destroy = bench.post("/batches/actions/prospectsDestroyAll").await;
    assert_eq!(destroy.1["errors"][0]["id"], "routeNotFound");
    assert!(bench.sandbox.batches().is_empty());
}

#[tokio::test]
async fn each_item_fails_for_itself() {
    let bench = bench().await;
    let taken = bench.sandbox.prospect(9).unwrap()["emails"].clone();
    for (sent, failures) in [
        (
            json!({"custom4": "bulk", "ids": [13, 5000, 8]}),
            vec![
                (13, "You are not authorized to perform that request."),
                (5000, "Could not find 'prospect' with ID '5000'."),
            ],
        ),
        (
            json!({"custom7": "Friend", "ids": [8]}),
            vec![(8, "Lifecycle stage is not included in the list.")],
        ),
        (
            json!({"emails": taken, "ids": [8]}),
            vec![(8, "Contacts email hash has already been taken.")],
        ),
    ] {
        let id = ordered(&bench, sent).await;
        let state = shown(&bench, id).await;
        assert_eq!(
            (&state["state"], &state["failures"]),
            (&json!("finished"), &json!(failures.len()))
        );
        let record = bench.sandbox.batches().pop().unwrap();
        let expected: BTreeMap<u64, String> = failures
            .into_iter()
            .map(|(id, text)| (id, text.to_owned()))
            .collect();
        assert_eq!(record.failures, expected);
    }
    assert_eq!(custom4(&bench, 8), "bulk");
    let failed = items(&bench, "filter[batchId]=1&filter[failed]=true").await;
    assert_eq!(failed.len(), 2);
    let item = &failed[1];
    assert_eq!(item["type"], "batchItem");
    let expected = json!({
        "batchId": 1,
        "createdAt": item["attributes"]["createdAt"],
        "data": r#"{"id":5000}"#,
        "failed": true,
        "info": "Could not find 'prospect' with ID '5000'.",
        "state": "failed",
    });
    assert_eq!(item["attributes"], expected);
    assert_eq!(
        item["relationships"]["batch"]["data"],
        json!({"type": "batch", "id": 1})
    );
}

#[tokio::test]
async fn a_batch_waits_for_its_confirmation() {
    let bench = bench().await;
    let (_, body) = bench
        .order("", json!({"custom4": "bulk", "ids": [1, 2]}))
        .await;
    assert_eq!(attributes(&body)["state"], "pending");
    let waiting = shown(&bench, 1).await;
    assert_eq!(
        (
            &waiting["state"],
            &waiting["confirmCount"],
            &waiting["confirmedCountRequired"]
        ),
        (&json!("confirming"), &json!(2), &json!(false))
    );
    assert_ne!(custom4(&bench, 1), "bulk");
    let wrong = "/batches/1/actions/confirm?actionParams[confirmedCount]=3";
    assert_eq!(bench.post(wrong).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, body) = bench.post("/batches/1/actions/confirm").await;
    assert_eq!(
        (status, &attributes(&body)["state"]),
        (StatusCode::OK, &json!("processing"))
    );
    assert!(attributes(&body)["confirmedAt"].is_string());
    assert_eq!(shown(&bench, 1).await["state"], "finished");
    assert_eq!(custom4(&bench, 1), "bulk");
    let again = bench.post("/batches/1/actions/confirm").await;
    assert_eq!(again.0, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_large_batch_must_be_confirmed_with_its_size() {
    let bench = bench().await;
    bench.order("", json!({"custom4": "bulk"})).await;
    let waiting = shown(&bench, 1).await;
    assert_eq!(
        (&waiting["confirmCount"], &waiting["confirmedCountRequired"]),
        (&json!(1000), &json!(true))
    );
    let path = "/batches/1/actions/confirm";
    assert_eq!(bench.post(path).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let path = format!("{path}?actionParams[confirmedCount]=1000");
    assert_eq!(bench.post(&path).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_canceled_batch_leaves_the_rest_undone() {
    let bench = bench().await;
    bench
        .control(
            "/settings",
            json!({"batch_pending_ms": 1000, "batch_processing_ms": 10_000}),
        )
        .await;
    let ids: Vec<u32> = (101..=200).collect();
    let id = ordered(&bench, json!({"custom4": "bulk", "ids": ids})).await;
    assert_eq!(shown(&bench, id).await["state"], "pending");
    bench.control("/settings", json!({"advance_secs": 6})).await;
    let half = shown(&bench, id).await;
    assert_eq!(half["state"], "processing");
    let pending = half["pending"].as_u64().unwrap();
    assert!((40..=50).contains(&pending), "{pending}");
    let (status, body) = bench.post("/batches/1/actions/cancel").await;
    assert_eq!(
        (status, &attributes(&body)["state"]),
        (StatusCode::OK, &json!("canceled"))
    );
    bench
        .control("/settings", json!({"advance_secs": 60}))
        .await;
    let after = shown(&bench, id).await;
    assert_eq!(after["state"], "canceled");
    assert!(after["canceledAt"].is_string());
    assert_eq!(custom4(&bench, 101), "bulk");
    assert_ne!(custom4(&bench, 200), "bulk");
    let left = items(
        &bench,
        "filter[batchId]=1&filter[state]=pending&page[size]=1000",
    )
    .await;
    assert_eq!(left.len() as u64, after["pending"].as_u64().unwrap());
    let again = bench.post("/batches/1/actions/cancel").await;
    assert_eq!(again.0, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn batches_are_listed_filtered_and_sorted() {
    let bench = bench().await;
    for ids in [json!([1]), json!([2, 3]), json!([4, 5, 6])] {
        ordered(&bench, json!({"custom4": "bulk", "ids": ids})).await;
    }
    bench
        .order("", json!({"custom4": "bulk", "ids": [7]}))
        .await;
    let listed = async |query: &str| -> Vec<u64> {
        let (status, body) = bench.get(&format!("/batches?{query}")).await;
        assert_eq!(status, StatusCode::OK, "{query}: {body}");
        assert_eq!(body.get("links").is_none(), body["data"] == json!([]));
        let rows = body["data"].as_array().unwrap();
        rows.iter().map(|row| row["id"].as_u64().unwrap()).collect()
    };
    for (query, ids) in [
        ("", &[1, 2, 3, 4][..]),
        ("filter[state]=finished", &[1, 2, 3]),
        ("filter[state]=finished,confirming&filter[total]=1", &[1, 4]),
        ("filter[total]=2..inf", &[2, 3]),
        (
            "filter[id][]=2&filter[id][]=4&newFilterSyntax=true",
            &[2, 4],
        ),
        ("filter[action]=prospectsAddTags", &[]),
        ("sort=-createdAt", &[4, 3, 2, 1]),
        ("sort=-total", &[3, 2, 4, 1]),
        ("sort=state&page[size]=2", &[4, 1]),
    ] {
        assert_eq!(listed(query).await, ids, "{query}");
    }
    let (_, body) = bench
        .get("/batches?sort=-total&page[size]=3&fields[batch]=state,total")
        .await;
    assert_eq!(body["meta"]["count"], 4);
    assert_eq!(
        body["data"][0]["attributes"],
        json!({"state": "finished", "total": 3})
    );
    let next = body["links"]["next"]
        .as_str()
        .unwrap()
        .split_once("/batches?")
        .unwrap()
        .1;
    assert_eq!(listed(next).await, [1]);
    for query in [
        "filter[createdAt]=1",
        "sort=action",
        "fields[batch]=a&page[size]=0",
    ] {
        assert_eq!(
            bench.get(&format!("/batches?{query}")).await.0,
            StatusCode::BAD_REQUEST
        );
    }
}

#[tokio::test]
async fn items_are_read_page_by_page() {
    let bench = bench().await;
    for first in [1, 101] {
        let ids: Vec<u32> = (first..first + 7).collect();
        ordered(&bench, json!({"custom4": "bulk", "ids": ids})).await;
    }
    let mut query = "filter[batch][id]=2&page[size]=3&count=false".to_owned();
    let mut seen = Vec::new();
    loop {
        let (_, body) = bench.get(&format!("/batchItems?{query}")).await;
        assert_eq!(body.get("meta"), None);
        let rows = body["data"].as_array().unwrap();
        seen.extend(
            rows.iter()
                .map(|row| row["attributes"]["data"].as_str().unwrap().to_owned()),
        );
        match body["links"]["next"].as_str() {
            Some(next) => next.split_once('?').unwrap().1.clone_into(&mut query),
            None => break,
        }
    }
    let expected: Vec<String> = (101..108).map(|id| format!(r#"{{"id":{id}}}"#)).collect();
    assert_eq!(seen, expected);
    let sorted = items(&bench, "sort=-batchId&page[size]=1").await;
    assert_eq!(sorted[0]["id"], 14);
    assert_eq!(items(&bench, "filter[failed]=true").await.len(), 0);
    let (_, one) = bench.get("/batchItems/8").await;
    assert_eq!(attributes(&one)["batchId"], 2);
    assert_eq!(bench.get("/batchItems/15").await.0, StatusCode::NOT_FOUND);
    assert_eq!(bench.get("/batches/3").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn every_part_has_its_scope() {
    let mut bench = bench().await;
    let rep = bench
        .sandbox
        .sample_users()
        .into_iter()
        .find(|user| user.role == Role::Rep)
        .unwrap();
    let modify = "/batches/actions/prospectsBulkModify";
    for (scopes, method, path, lacks) in [
        (
            "batches.write prospects.write",
            Method::POST,
            modify,
            "batches.read",
        ),
        (
            "batches.read prospects.write",
            Method::POST,
            modify,
            "batches.write",
        ),
        (
            "batches.all prospects.read",
            Method::POST,
            modify,
            "prospects.write",
        ),
        ("batches.write", Method::GET, "/batches", "batches.read"),
        (
            "batches.read",
            Method::POST,
            "/batches/1/actions/cancel",
            "batches.write",
        ),
        ("batches.all", Method::GET, "/batchItems", "batchItems.read"),
    ] {
        bench.token = bench.sandbox.issue_token_for(rep.id, scopes).unwrap();
        let (status, body) = read(bench.api(method, path).send().await.unwrap()).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{scopes}");
        assert_eq!(body["errors"][0]["id"], "unauthorizedOauthScope");
        let detail = body["errors"][0]["detail"].as_str().unwrap();
        assert!(detail.contains(&format!("'{lacks}'")), "{detail}");
    }
    let scopes = "batches.all prospects.write batchItems.read";
    bench.token = bench.sandbox.issue_token_for(rep.id, scopes).unwrap();
    let own = *rep.read_only.first().unwrap();
    let id = ordered(&bench, json!({"custom4": "bulk", "ids": [own, 1]})).await;
    assert_eq!(shown(&bench, id).await["failures"], 1);
    assert_eq!(bench.sandbox.batches()[0].creator, rep.id);
}

#[tokio::test]
async fn the_day_has_so_many_items() {
    let settings = Settings {
        batch_items_per_day: 24,
        ..Settings::default()
    };
    let bench = bench_with(settings).await;
    let ids = |n: u32| (1..=n).collect::<Vec<_>>();
    ordered(&bench, json!({"custom4": "a", "ids": ids(20)})).await;
    assert_eq!(bench.sandbox.batch_items_left(), 4);
    let refused = bench
        .ordering(SKIP, &json!({"custom4": "b", "ids": ids(5)}))
        .send()
        .await
        .unwrap();
    let reset = header(&refused, "retry-after").parse::<i64>().unwrap();
    let wait = reset - Timestamp::now().as_second();
    assert!((3590..=3601).contains(&wait), "{wait}");
    assert_ne!(
        header(&refused, "x-ratelimit-remaining"),
        "0",
        "requests are left"
    );
    let (status, body) = read(refused).await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(body["errors"][0]["id"], "rateLimitExceeded");
    assert_eq!(bench.sandbox.batches().len(), 1);
    bench
        .control("/settings", json!({"advance_secs": 3601}))
        .await;
    ordered(&bench, json!({"custom4": "b", "ids": ids(5)})).await;
    bench
        .control("/settings", json!({"advance_secs": 36_000}))
        .await;
    let used = json!({"use_batch_items": 9});
    let (_, settings) = bench.control("/settings", used).await;
    assert_eq!(settings["batch_items_left"], 1);
}

#[tokio::test]
async fn batches_can_be_switched_off() {
    let bench = bench().await;
    for (offer, status, id) in [
        ("forbidden", StatusCode::FORBIDDEN, "unauthorizedRequest"),
        ("missing", StatusCode::NOT_FOUND, "routeNotFound"),
    ] {
        bench.control("/settings", json!({"batches": offer})).await;
        for answer in [
            bench.order(SKIP, json!({"custom4": "x", "ids": [1]})).await,
            bench.get("/batches").await,
            bench.get("/batchItems?filter[batchId]=1").await,
        ] {
            assert_eq!(
                (answer.0, &answer.1["errors"][0]["id"]),
                (status, &json!(id))
            );
        }
    }
    bench.control("/settings", json!({"batches": "on"})).await;
    ordered(&bench, json!({"custom4": "x", "ids": [1]})).await;
}

#[tokio::test]
async fn the_page_sees_the_newest_batches_first() {
    let bench = bench().await;
    ordered(&bench, json!({"custom4": "bulk", "ids": [1, 5000]})).await;
    bench.order("", json!({"title": null, "ids": [2]})).await;
    let request = bench.bare(Method::GET, "/_control/batches");
    let (_, body) = read(request.send().await.unwrap()).await;
    assert_eq!(body["total"], 2);
    let row = |index: usize, names: &[&str]| -> Vec<Value> {
        let row = &body["rows"][index];
        names.iter().map(|name| row[name].clone()).collect()
    };
    let names = ["id", "state", "total", "pending", "failures", "attributes"];
    let waiting = json!([2, "confirming", 1, 1, 0, {"title": null}]);
    let done = json!([1, "finished", 2, 0, 1, {"custom4": "bulk"}]);
    assert_eq!(json!(row(0, &names)), waiting);
    assert_eq!(json!(row(1, &names)), done);
}

#[tokio::test]
async fn a_batch_is_forgotten_after_a_month() {
    let bench = bench().await;
    let id = ordered(&bench, json!({"custom4": "x", "ids": [1]})).await;
    bench
        .control("/settings", json!({"advance_secs": 29 * 86_400}))
        .await;
    assert_eq!(shown(&bench, id).await["state"], "finished");
    bench
        .control("/settings", json!({"advance_secs": 2 * 86_400}))
        .await;
    assert_eq!(bench.get("/batches/1").await.0, StatusCode::NOT_FOUND);
}
