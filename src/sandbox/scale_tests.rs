//! An org of a million prospects: seeded, read, and changed in bulk.

use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Settings, testing::bench_with};

#[tokio::test]
async fn a_million_prospects_can_be_read_and_changed_in_bulk() {
    let settings = Settings {
        prospects: 1_000_000,
        ..Settings::default()
    };
    let began = Instant::now();
    let bench = bench_with(settings).await;
    let ids: Vec<u32> = (800_001..=900_000).collect();
    let (status, _) = bench
        .order(
            "actionParams[skipConfirmation]=true",
            json!({"custom20": "bulk", "ids": ids}),
        )
        .await;
    assert_eq!(status, StatusCode::OK);
    let (_, batch) = bench.get("/batches/1?fields[batch]=state,failures").await;
    let done = json!({"state": "finished", "failures": 0});
    assert_eq!(batch["data"]["attributes"], done);
    assert_eq!(bench.sandbox.counters().batch_writes, 100_000);
    // Far above what it takes, so that a busy machine does not matter, and far below what a walk through all takes.
    assert!(began.elapsed() < Duration::from_secs(30));

    let page = "fields[prospect]=custom20&page[size]=1000&count=false";
    let (_, body) = bench
        .get(&format!("/prospects?filter[id]=899501..900500&{page}"))
        .await;
    let rows = body["data"].as_array().unwrap();
    let is_changed = |row: &&Value| row["attributes"]["custom20"] == "bulk";
    assert_eq!(
        (rows.len(), rows.iter().filter(is_changed).count()),
        (1000, 500)
    );
    assert!(body["links"].get("next").is_none());
    assert!(body.get("meta").is_none());
    let (_, last) = bench
        .get(&format!("/prospects?filter[id]=999000..inf&{page}"))
        .await;
    let next = last["links"]["next"].as_str().unwrap();
    let next = next.split_once("/api/v2").unwrap().1;
    assert_eq!(bench.get(next).await.1["data"][0]["id"], 1_000_000);
}

#[tokio::test]
async fn a_page_can_be_too_heavy() {
    let settings = Settings {
        heaviest_page: 500,
        ..Settings::default()
    };
    let bench = bench_with(settings).await;
    for (size, status) in [(501, StatusCode::BAD_GATEWAY), (500, StatusCode::OK)] {
        let path = format!("/prospects?page[size]={size}&fields[prospect]=");
        let response = bench.api(reqwest::Method::GET, &path).send().await.unwrap();
        assert_eq!(response.status(), status);
    }
    bench
        .control("/settings", json!({"heaviest_page": 1000}))
        .await;
    assert_eq!(
        bench.get("/prospects?page[size]=501").await.0,
        StatusCode::OK
    );
}

#[tokio::test]
async fn rows_can_come_in_any_order() {
    let bench = bench_with(Settings::default()).await;
    bench
        .control(
            "/faults",
            json!({"kind": "any_order", "path": "/prospects"}),
        )
        .await;
    let path = "/prospects?filter[id]=1..6&fields[prospect]=";
    let ids = |body: Value| -> Vec<u64> {
        let rows = body["data"].as_array().unwrap().iter();
        rows.map(|row| row["id"].as_u64().unwrap()).collect()
    };
    let mut mixed = ids(bench.get(path).await.1);
    assert_eq!(ids(bench.get(path).await.1), [1, 2, 3, 4, 5, 6]);
    assert!(
        !mixed.is_sorted() && !mixed.iter().rev().is_sorted(),
        "{mixed:?}"
    );
    mixed.sort_unstable();
    assert_eq!(mixed, [1, 2, 3, 4, 5, 6]);
}
