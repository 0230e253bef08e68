//! What tokens let their users do at the API, tried over HTTP.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    super::testing::{Bench, header, read},
    testing::{INGRID, SAM, desk, text},
};
use crate::sandbox::{App, LiveTokens, Role, Sandbox, Settings};

/// A bench whose token belongs to user and scopes.
async fn holding(user: u64, scope: &str) -> Bench {
    let mut bench = desk().await;
    bench.token = bench.sandbox.issue_token_for(user, scope).unwrap();
    bench
}

async fn signed_in(bench: &mut Bench, who: (&str, &str)) -> Value {
    let code = bench.code(who, &[]).await;
    let (status, pair) = bench.redeem(&code).await;
    assert_eq!(status, StatusCode::OK, "{pair}");
    text(&pair, "access_token").clone_into(&mut bench.token);
    pair
}

#[tokio::test]
async fn each_path_needs_its_scope() {
    for (scope, users, read, write) in [
        ("users.read", 200, 403, 403),
        ("prospects.read", 403, 200, 403),
        ("prospects.write", 403, 403, 200),
        ("prospects.all", 403, 200, 200),
        ("users.all prospects.read", 200, 200, 403),
        ("batches.read", 403, 403, 403),
    ] {
        let bench = holding(1, scope).await;
        assert_eq!(bench.get("/users").await.0.as_u16(), users, "{scope}");
        assert_eq!(bench.get("/users/1").await.0.as_u16(), users, "{scope}");
        assert_eq!(bench.get("/prospects").await.0.as_u16(), read, "{scope}");
        assert_eq!(bench.get("/prospects/1").await.0.as_u16(), read, "{scope}");
        let patched = bench.patch(1, json!({"title": "x"})).await.0.as_u16();
        assert_eq!(patched, write, "{scope}");
        assert_eq!(bench.sandbox.writes().len(), usize::from(write == 200));
        assert_eq!(bench.get("/types").await.0, StatusCode::OK);
    }
    let (status, body) = holding(1, "users.read").await.get("/prospects").await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(body["errors"][0]["id"], "unauthorizedOauthScope");
    assert_eq!(
        body["errors"][0]["detail"],
        "Your authorization does not include the required scope 'prospects.read'."
    );
}

#[tokio::test]
async fn an_access_token_passes_for_its_time_alone() {
    let mut bench = desk().await;
    bench
        .control(
            "/settings",
            json!({"access_token_secs": 300, "refresh_token_secs": 900}),
        )
        .await;
    let pair = signed_in(&mut bench, SAM).await;
    assert_eq!(pair["expires_in"], 300);
    bench.advance(290).await;
    assert_eq!(bench.get("/users").await.0, StatusCode::OK);
    bench.advance(10).await;
    let (status, body) = bench.get("/users").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(body["error"], "Invalid JWT token.");
    assert_eq!(bench.sandbox.live_tokens(1).refresh, 1);
    bench.advance(600).await;
    let (status, body) = bench.refresh(text(&pair, "refresh_token")).await;
    assert_eq!(
        (status, text(&body, "error")),
        (StatusCode::BAD_REQUEST, "invalid_grant")
    );
}

#[tokio::test]
async fn a_write_is_its_own_users() {
    let mut bench = desk().await;
    signed_in(&mut bench, INGRID).await;
    let (_, echo) = bench.patch(5, json!({"title": "x"})).await;
    assert_eq!(echo["data"]["relationships"]["updater"]["data"]["id"], 2);
    assert_eq!(bench.sandbox.request_log()[0].user, Some(2));
}

#[tokio::test]
async fn reps_have_read_only_prospects_of_their_own() {
    let bench = holding(2, "prospects.all").await;
    for (prospect, status) in [(101, 403), (13, 403), (1, 200)] {
        let (got, body) = bench.patch(prospect, json!({"title": "x"})).await;
        assert_eq!(got.as_u16(), status, "{prospect}");
        if status == 403 {
            assert_eq!(body["errors"][0]["id"], "unauthorizedRequest");
        }
    }
    let path = "/prospects?filter[id]=1,101&provideAuthorizationMeta=true";
    let (_, body) = bench.get(path).await;
    assert_eq!(body["data"][0]["meta"]["canWrite"], true);
    assert_eq!(body["data"][1]["meta"]["canWrite"], false);
    let other = json!({"user_read_only": {"2": [1]}});
    let (_, settings) = bench.control("/settings", other).await;
    assert_eq!(settings["user_read_only"]["3"], json!([201, 202, 203]));
    assert_eq!(
        bench.patch(101, json!({"title": "x"})).await.0,
        StatusCode::OK
    );
    assert_eq!(bench.patch(1, json!({})).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_root_tells_who_is_connected_and_never_the_token() {
    let mut bench = desk().await;
    signed_in(&mut bench, INGRID).await;
    let (status, root) = bench.get("").await;
    assert_eq!(status, StatusCode::OK);
    let meta = &root["meta"];
    assert_eq!(meta["user"]["name"], "Ingrid Halvorsen");
    assert_eq!(meta["user"]["email"], INGRID.0);
    assert_eq!(meta["application"]["name"], "Audience Sync (sandbox app)");
    assert_eq!(meta["org"]["name"], "Sandbox Org");
    assert_eq!(
        meta["token"]["scope"],
        "prospects.read prospects.write users.read"
    );
    let told = root.to_string();
    for secret in [bench.token.as_str(), INGRID.1, "sandbox-secret"] {
        assert!(!told.contains(secret));
    }
    let (_, users) = bench.get("/users").await;
    assert!(!users.to_string().contains(INGRID.1));
}

#[tokio::test]
async fn a_second_mint_waits_for_its_minute_and_costs_nothing() {
    let mut bench = desk().await;
    let pair = signed_in(&mut bench, SAM).await;
    let request = || {
        bench.token_request(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", text(&pair, "refresh_token")),
        ])
    };
    let response = request().send().await.unwrap();
    assert_eq!(header(&response, "x-ratelimit-limit"), "1");
    assert_eq!(header(&response, "x-ratelimit-remaining"), "0");
    let reset = header(&response, "x-ratelimit-reset").to_owned();
    assert_eq!(header(&response, "retry-after"), reset);
    let (status, body) = read(response).await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(body["errors"][0]["id"], "rateLimitExceeded");
    let left = reset.parse::<i64>().unwrap() - pair["created_at"].as_i64().unwrap();
    assert!((60..=61).contains(&left), "{left}");
    let other = bench.code(INGRID, &[]).await;
    assert_eq!(bench.redeem(&other).await.0, StatusCode::OK, "another user");
    bench.advance(60).await;
    assert_eq!(request().send().await.unwrap().status(), StatusCode::OK);
    let response = bench.api(Method::GET, "/users").send().await.unwrap();
    assert_eq!(header(&response, "x-ratelimit-remaining"), "9999");
    bench
        .control("/settings", json!({"mint_interval_secs": 0}))
        .await;
    let again = bench.code(SAM, &[]).await;
    assert_eq!(bench.redeem(&again).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_user_can_take_an_apps_access_away() {
    let mut bench = desk().await;
    let own = bench.sandbox.issue_token_for(1, "users.read").unwrap();
    let pair = signed_in(&mut bench, SAM).await;
    let live = |access, refresh| LiveTokens { access, refresh };
    assert_eq!(bench.sandbox.live_tokens(1), live(1, 1));
    bench.sandbox.revoke_grant(1);
    assert_eq!(bench.get("/users").await.0, StatusCode::UNAUTHORIZED);
    bench.advance(60).await;
    let (status, _) = bench.refresh(text(&pair, "refresh_token")).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    bench.token = own;
    assert_eq!(bench.get("/users").await.0, StatusCode::OK);
}

#[tokio::test]
async fn revoked_access_can_be_refreshed() {
    let mut bench = desk().await;
    let pair = signed_in(&mut bench, SAM).await;
    bench.advance(60).await;
    bench.sandbox.revoke_tokens();
    assert_eq!(bench.get("/users").await.0, StatusCode::UNAUTHORIZED);
    let (status, next) = bench.refresh(text(&pair, "refresh_token")).await;
    assert_eq!(status, StatusCode::OK);
    text(&next, "access_token").clone_into(&mut bench.token);
    assert_eq!(bench.get("/users").await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_pair_can_be_had_without_the_pages() {
    let mut bench = desk().await;
    let pair = bench.sandbox.grant(3, "sandbox-client").unwrap();
    assert_eq!(pair.scope, App::default().scopes.join(" "));
    bench.token = pair.access_token;
    assert_eq!(bench.get("").await.1["meta"]["user"]["id"], 3);
    bench.advance(60).await;
    assert_eq!(bench.refresh(&pair.refresh_token).await.0, StatusCode::OK);
    assert!(bench.sandbox.grant(9, "sandbox-client").is_err());
    assert!(bench.sandbox.grant(1, "stranger").is_err());
    assert_eq!(bench.sandbox.issue_token_for(9, ""), None);
}

#[tokio::test]
async fn the_sample_users_are_those_of_the_api() {
    let bench = desk().await;
    let samples = bench.sandbox.sample_users();
    assert_eq!(samples.len(), 5);
    assert_eq!(
        (samples[0].email.as_str(), samples[0].password.as_str()),
        SAM
    );
    assert_eq!((samples[0].role, samples[1].role), (Role::Admin, Role::Rep));
}

#[tokio::test]
async fn an_app_that_cannot_work_keeps_the_sandbox_from_starting() {
    let app = App {
        redirect_uris: vec!["callback".to_owned()],
        ..App::default()
    };
    let settings = Settings {
        apps: vec![app],
        ..Settings::default()
    };
    let error = Sandbox::start(settings).await.err().unwrap();
    assert_eq!(
        error.to_string(),
        "an app cannot be registered: 'callback' is not an absolute URI without a fragment"
    );
}
