//! A scripted sign-in server and a clock that a test sets, for the tests of this room.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicI64, Ordering},
    },
};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse as _, Response},
    routing::post,
};
use jiff::{SignedDuration, Timestamp};
use reqwest::Url;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use super::{Clock, Keeper, Slot, Vault};
use crate::model::{AccountSettings, RedirectMode, SIGN_IN_LASTS};

pub(super) type Form = BTreeMap<String, String>;

/// Issues `access-N` and `refresh-N`, counted from 1.
#[derive(Default)]
pub(super) struct Script {
    pub(super) n_issued: u32,
    /// Refresh tokens that are taken.
    pub(super) live: BTreeSet<String>,
    /// Whether a refresh token dies when it is used.
    pub(super) is_strict: bool,
    /// Whether it refuses everything, and repeats what it was sent.
    pub(super) is_echoing: bool,
    /// Answers to give in place of tokens: status, body, `Retry-After`.
    pub(super) instead: VecDeque<(u16, &'static str, Option<&'static str>)>,
    /// What was asked.
    pub(super) forms: Vec<Form>,
}

#[derive(Clone)]
pub(super) struct Server {
    pub(super) address: String,
    script: Arc<Mutex<Script>>,
}

impl Server {
    pub(super) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let server = Self {
            address,
            script: Arc::default(),
        };
        let app = Router::new()
            .route("/oauth/token", post(token))
            .with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        server
    }

    pub(super) fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().expect("no test panics in here")
    }

    pub(super) fn n_asked(&self) -> usize {
        self.script().forms.len()
    }

    pub(super) fn account(&self) -> AccountSettings {
        AccountSettings {
            api_address: self.address.clone(),
            client_id: " client-1 ".to_owned(),
            redirect: RedirectMode::Paste,
            ..AccountSettings::new("a1", "Sales")
        }
    }
}

async fn token(State(server): State<Server>, body: String) -> Response {
    let mut url = Url::parse("http://127.0.0.1/").expect("an address");
    url.set_query(Some(&body));
    let form: Form = url.query_pairs().into_owned().collect();
    let mut script = server.script();
    script.forms.push(form.clone());
    let answer = |status: u16, body: String| {
        let status = StatusCode::from_u16(status).expect("a status");
        (status, [(CONTENT_TYPE, "application/json")], body).into_response()
    };
    if script.is_echoing {
        let refusal =
            json!({"error": "invalid_client", "error_description": format!("bad: {body}")});
        return answer(401, refusal.to_string());
    }
    if let Some((status, body, retry_after)) = script.instead.pop_front() {
        let mut response = answer(status, body.to_owned());
        if let Some(retry_after) = retry_after {
            let value = retry_after.parse().expect("a header");
            response.headers_mut().insert("retry-after", value);
        }
        return response;
    }
    if let Some(refresh) = form.get("refresh_token") {
        let is_live = script.live.contains(refresh);
        if script.is_strict {
            script.live.remove(refresh);
        }
        if !is_live {
            return answer(400, json!({"error": "invalid_grant"}).to_string());
        }
    }
    script.n_issued += 1;
    let n = script.n_issued;
    script.live.insert(format!("refresh-{n}"));
    let tokens = json!({
        "access_token": format!("access-{n}"), "token_type": "Bearer", "expires_in": 7200,
        "refresh_token": format!("refresh-{n}"), "scope": "prospects.read prospects.write", "created_at": 1,
    });
    answer(200, tokens.to_string())
}

/// Noon of a day, and later when the test says so.
#[derive(Clone, Default)]
pub(super) struct TestClock(Arc<AtomicI64>);

impl TestClock {
    pub(super) fn now(&self) -> Timestamp {
        let start: Timestamp = "2026-11-23T12:00:00Z".parse().expect("an instant");
        start + SignedDuration::from_secs(self.0.load(Ordering::SeqCst))
    }

    pub(super) fn pass(&self, secs: i64) {
        self.0.fetch_add(secs, Ordering::SeqCst);
    }

    pub(super) fn clock(&self) -> Clock {
        let this = self.clone();
        Clock::new(move || this.now())
    }
}

/// An account that was signed in `age` seconds ago, in a vault that holds `refresh-0`.
pub(super) async fn signed_in(
    server: &Server,
    clock: &TestClock,
    age: i64,
) -> (AccountSettings, Vault) {
    server.script().live.insert("refresh-0".to_owned());
    let vault = Vault::memory();
    for (slot, text) in [
        (Slot::ClientSecret, "s3cret"),
        (Slot::RefreshToken, "refresh-0"),
    ] {
        vault
            .write("a1", slot, &SecretString::from(text))
            .await
            .expect("memory takes it");
    }
    let issued = clock.now() - SignedDuration::from_secs(age);
    let account = AccountSettings {
        signed_in_until: Some(issued + SIGN_IN_LASTS),
        ..server.account()
    };
    (account, vault)
}

pub(super) fn keeper(account: &AccountSettings, vault: &Vault, clock: &TestClock) -> Keeper {
    Keeper::new(account, vault.clone(), clock.clock()).expect("its addresses are good")
}

pub(super) async fn held(vault: &Vault, slot: Slot) -> Option<String> {
    let read = vault.read("a1", slot).await.expect("memory can be read");
    read.map(|secret| secret.expose_secret().to_owned())
}
