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
