//! Faults at the token endpoint, tried over HTTP.

use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

use super::{
    super::testing::{Bench, header, read},
    testing::{desk, text},
};

/// Orders a fault for the token endpoint, and sends the refresh it is to strike.
async fn struck(bench: &Bench, refresh: &str, mut fault: Value) -> reqwest::Result<Response> {
    fault["path"] = json!("/oauth/token");
    let (status, body) = bench.control("/faults", fault).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
    bench.token_request(&fields).send().await
}

/// A refresh token that can be used at once.
async fn refreshable() -> (Bench, String) {
    let bench = desk().await;
    let pair = bench.sandbox.grant(1, "sandbox-client").unwrap();
    bench.advance(60).await;
    (bench, pair.refresh_token)
}

#[tokio::test]
async fn an_answer_that_is_lost_has_used_the_token_up() {
    for (kind, applies) in [("drop_before", false), ("drop_after_apply", true)] {
        let (bench, refresh) = refreshable().await;
        let lost = struck(&bench, &refresh, json!({"kind": kind})).await;
        assert!(lost.unwrap_err().is_request());
        let logged = bench.sandbox.token_requests().remove(0);
        assert_eq!((logged.status, logged.minted), (None, applies));
        assert_eq!(logged.fault, Some(json!(kind)));
        bench.advance(60).await;
        let (status, body) = bench.refresh(&refresh).await;
        if applies {
            assert_eq!(text(&body, "error"), "invalid_grant");
        } else {
            assert_eq!(status, StatusCode::OK);
        }
    }
}

#[tokio::test]
async fn forced_statuses_mint_nothing() {
    for status in [429, 500, 502, 503] {
        let (bench, refresh) = refreshable().await;
        let fault = json!({"kind": "status", "status": status, "retry_after_secs": 5});
        let response = struck(&bench, &refresh, fault).await.unwrap();
        assert_eq!(response.status().as_u16(), status);
        let has_wait = response.headers().contains_key("retry-after");
        assert_eq!(has_wait, matches!(status, 429 | 503));
        if status == 429 {
            let reset = header(&response, "x-ratelimit-reset");
            assert_eq!(header(&response, "retry-after"), reset);
        }
        let (status, _) = bench.refresh(&refresh).await;
        assert_eq!(status, StatusCode::OK, "the token is as good as before");
    }
}

#[tokio::test]
async fn other_answers_come_in_the_endpoints_place() {
    let (bench, refresh) = refreshable().await;
    let portal = struck(&bench, &refresh, json!({"kind": "html_200"})).await;
    let portal = portal.unwrap();
    assert_eq!(portal.status(), StatusCode::OK);
    assert!(header(&portal, "content-type").starts_with("text/html"));
    let body = json!({"error": "invalid_grant"});
    let fault = json!({"kind": "errors", "status": 400, "body": body});
    let response = struck(&bench, &refresh, fault).await.unwrap();
    assert_eq!(header(&response, "content-type"), "application/json");
    assert_eq!(read(response).await, (StatusCode::BAD_REQUEST, body));
    let slow = struck(&bench, &refresh, json!({"kind": "slow", "ms": 1})).await;
    assert_eq!(slow.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn only_a_fault_that_names_the_endpoint_strikes_it() {
    let (bench, refresh) = refreshable().await;
    bench
        .control("/faults", json!({"kind": "status", "status": 500}))
        .await;
    assert_eq!(bench.refresh(&refresh).await.0, StatusCode::OK);
    assert_eq!(bench.get("/users").await.0.as_u16(), 500);
    bench
        .control(
            "/faults",
            json!({"kind": "status", "status": 500, "path": "/oauth/token"}),
        )
        .await;
    assert_eq!(bench.get("/users").await.0, StatusCode::OK);
}
