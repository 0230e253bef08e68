//! The OAuth 2.0 authorization server: pages where a person signs in and consents, and the token endpoint.

mod app;
mod authorize;
mod control;
#[cfg(test)]
mod faults_tests;
mod fields;
mod flow;
mod library;
mod log;
mod page;
mod pkce;
mod request;
#[cfg(test)]
mod rights_tests;
mod scope;
#[cfg(test)]
mod testing;
mod token;
mod tokens;

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, post},
};

use super::state::Shared;
use app::Apps;
use flow::Flows;
use log::TokenLog;

pub use app::App;
pub use log::TokenRequest;
pub(super) use scope::Scopes;
pub(super) use tokens::{Access, Minting, Tokens};
pub use tokens::{LiveTokens, OldRefreshToken, TokenPair};

/// Everything the authorization server knows.
#[derive(Debug)]
pub(super) struct OAuth {
    pub(super) tokens: Tokens,
    apps: Apps,
    flows: Flows,
    log: TokenLog,
}

impl OAuth {
    /// `Err` says what is wrong with an app.
    pub(super) fn new(apps: Vec<App>, log_capacity: usize) -> Result<Self, String> {
        let mut registered = Apps::default();
        for app in apps {
            registered.register(app)?;
        }
        Ok(Self {
            tokens: Tokens::default(),
            apps: registered,
            flows: Flows::default(),
            log: TokenLog::new(log_capacity),
        })
    }

    pub(super) fn app_name(&self, client_id: &str) -> Option<&str> {
        self.apps.get(client_id).map(|app| app.name.as_str())
    }
}

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/oauth/authorize", get(authorize::begin))
        .route(
            "/oauth/authorize/{flow}",
            get(authorize::show).post(authorize::submit),
        )
        .route(token::PATH, post(token::serve))
        .merge(control::routes())
}
