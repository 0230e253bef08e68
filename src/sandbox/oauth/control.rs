//! The control side of the authorization server: apps, users, grants and what was asked of the token endpoint.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Query, State, rejection::JsonRejection},
    response::Response,
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    super::{
        control::{ok, refuse},
        prospects::TOKEN_USER,
        state::Shared,
    },
    app::AppChange,
    scope::Scopes,
};

/// An access token outside every app; a body is not needed.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct TokenOrder {
    user: Option<u64>,
    /// Every scope, if missing.
    scope: Option<String>,
}

/// A pair of tokens, as if the user had signed in and consented.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GrantOrder {
    user: u64,
    client_id: String,
    /// All that the app has registered, if missing.
    scope: Option<String>,
}

#[derive(Deserialize)]
struct Whose {
    user: u64,
}

type SharedState = State<Arc<Shared>>;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/_control/token", post(issue_token).delete(revoke_tokens))
        .route("/_control/apps", get(list_apps).post(change_app))
        .route("/_control/users", get(list_users))
        .route(
            "/_control/grants",
            get(list_grants).post(add_grant).delete(revoke_grants),
        )
        .route(
            "/_control/token_requests",
            get(list_requests).delete(clear_requests),
        )
}

async fn issue_token(
    State(shared): SharedState,
    body: Result<Option<Json<TokenOrder>>, JsonRejection>,
) -> Response {
    let order = match body {
        Ok(body) => body.map(|Json(order)| order).unwrap_or_default(),
        Err(rejection) => return refuse(&rejection.body_text()),
    };
    let user = order.user.unwrap_or(TOKEN_USER);
    let scope = order.scope.as_deref();
    match shared.issue_token(user, scope.map_or(Scopes::Everything, Scopes::parse)) {
        Some(token) => ok(&json!({ "access_token": token })),
        None => unknown_user(user),
    }
}

async fn revoke_tokens(State(shared): SharedState) -> Response {
    shared.world().oauth.tokens.revoke_access();
    ok(&json!({}))
}

async fn list_apps(State(shared): SharedState) -> Response {
    let world = shared.world();
    let apps: Vec<_> = world.oauth.apps.all().collect();
    ok(&json!({ "apps": apps }))
}

async fn change_app(
    State(shared): SharedState,
    body: Result<Json<AppChange>, JsonRejection>,
) -> Response {
    let change = match body {
        Ok(Json(change)) => change,
        Err(rejection) => return refuse(&rejection.body_text()),
    };
    let changed = shared.world().oauth.apps.change(change);
    match changed {
        Ok(app) => ok(&app),
        Err(complaint) => refuse(&complaint),
    }
}

async fn list_users(State(shared): SharedState) -> Response {
    ok(&json!({ "users": shared.users.samples() }))
}

async fn list_grants(State(shared): SharedState) -> Response {
    let world = shared.world();
    let now = world.clock.now();
    let grants: Vec<Value> = shared
        .users
        .samples()
        .into_iter()
        .map(|user| {
            let live = world.oauth.tokens.live(user.id, now);
            json!({"user": user.id, "access": live.access, "refresh": live.refresh})
        })
        .collect();
    ok(&json!({ "grants": grants }))
}

async fn add_grant(
    State(shared): SharedState,
    body: Result<Json<GrantOrder>, JsonRejection>,
) -> Response {
    let GrantOrder {
        user,
        client_id,
        scope,
    } = match body {
        Ok(Json(order)) => order,
        Err(rejection) => return refuse(&rejection.body_text()),
    };
    match shared.grant(user, &client_id, scope.as_deref()) {
        Ok(pair) => ok(&pair),
        Err(complaint) => refuse(&complaint),
    }
}

async fn revoke_grants(
    State(shared): SharedState,
    Query(Whose { user }): Query<Whose>,
) -> Response {
    shared.world().oauth.tokens.revoke_user(user);
    ok(&json!({}))
}

async fn list_requests(State(shared): SharedState) -> Response {
    let world = shared.world();
    let requests: Vec<_> = world.oauth.log.entries().collect();
    ok(&json!({ "requests": requests }))
}

async fn clear_requests(State(shared): SharedState) -> Response {
    shared.world().oauth.log.clear();
    ok(&json!({}))
}

fn unknown_user(user: u64) -> Response {
    refuse(&format!("there is no user {user}"))
}

#[cfg(test)]
mod tests {
    use reqwest::{Method, StatusCode};
    use serde_json::{Value, json};

    use super::super::{
        super::testing::{Bench, read},
        testing::{SAM, desk, text},
    };

    async fn see(bench: &Bench, method: Method, path: &str) -> Value {
        let request = bench.bare(method, &format!("/_control{path}"));
        read(request.send().await.unwrap()).await.1
    }

    #[tokio::test]
    async fn the_default_app_and_the_users_are_told() {
        let bench = desk().await;
        let apps = see(&bench, Method::GET, "/apps").await;
        assert_eq!(apps["apps"][0]["client_id"], "sandbox-client");
        let users = see(&bench, Method::GET, "/users").await;
        assert_eq!(users["users"][0]["email"], SAM.0);
        assert_eq!(users["users"][1]["role"], "rep");
    }

    #[tokio::test]
    async fn tokens_are_issued_for_users_and_scopes() {
        let mut bench = desk().await;
        let order = json!({"user": 2, "scope": "users.read"});
        let (_, issued) = bench.control("/token", order).await;
        text(&issued, "access_token").clone_into(&mut bench.token);
        assert_eq!(bench.get("").await.1["meta"]["user"]["id"], 2);
        assert_eq!(bench.get("/prospects/1").await.0, StatusCode::FORBIDDEN);
        for wrong in [json!({"user": 9}), json!({"usr": 1})] {
            let (status, _) = bench.control("/token", wrong).await;
            assert_eq!(status, StatusCode::BAD_REQUEST);
        }
    }

    #[tokio::test]
    async fn grants_are_made_counted_and_revoked() {
        let bench = desk().await;
        let order = json!({"user": 2, "client_id": "sandbox-client", "scope": "users.read"});
        let (status, pair) = bench.control("/grants", order).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(pair["scope"], "users.read");
        let live = |grants: &Value| grants["grants"][1].clone();
        let grants = see(&bench, Method::GET, "/grants").await;
        assert_eq!(live(&grants), json!({"user": 2, "access": 1, "refresh": 1}));
        see(&bench, Method::DELETE, "/grants?user=2").await;
        let grants = see(&bench, Method::GET, "/grants").await;
        assert_eq!(live(&grants), json!({"user": 2, "access": 0, "refresh": 0}));
        let wrong = json!({"user": 2, "client_id": "stranger"});
        let (status, _) = bench.control("/grants", wrong).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
    }

    #[tokio::test]
    async fn the_log_tells_of_token_requests_without_secrets() {
        let bench = desk().await;
        let code = bench.code(SAM, &[]).await;
        bench.redeem(&code).await;
        bench.redeem(&code).await;
        let log = see(&bench, Method::GET, "/token_requests").await;
        let [first, second] = log["requests"].as_array().unwrap().as_slice() else {
            panic!("{log}");
        };
        assert_eq!(first["grant_type"], "authorization_code");
        assert_eq!(first["client_id"], "sandbox-client");
        assert_eq!(
            (&first["user"], &first["minted"]),
            (&json!(1), &json!(true))
        );
        assert_eq!(second["error"], "invalid_grant");
        assert_eq!(
            (&second["status"], &second["minted"]),
            (&json!(400), &json!(false))
        );
        assert!(!log.to_string().contains("secret") && !log.to_string().contains(&code));
        assert_eq!(bench.sandbox.counters().requests, 0);
        see(&bench, Method::DELETE, "/token_requests").await;
        assert!(bench.sandbox.token_requests().is_empty());
    }

    #[tokio::test]
    async fn an_app_that_cannot_work_is_refused() {
        let bench = desk().await;
        for wrong in [
            json!({"client_id": ""}),
            json!({"client_id": "a", "redirect_uris": ["/x"]}),
            json!({"client_id": "a", "scopes": ["x"]}),
            json!({"name": "a"}),
        ] {
            let (status, body) = bench.control("/apps", wrong).await;
            assert_eq!(status, StatusCode::BAD_REQUEST);
            assert!(body["error"].is_string());
        }
    }
}
