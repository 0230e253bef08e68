//! Runs with an account's sign-in: tokens that end, are refused and come late, against a server that issues them.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
};

use audience_sync::{
    auth::{Clock, Slot, Vault},
    engine::Progress,
    model::{AccountSettings, RunStatus, SIGN_IN_LASTS},
    sandbox::Sandbox,
    store::DataDir,
    sync::Hindrance,
};
use axum::{
    Router,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse as _, Response},
    routing::post,
};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde_json::json;

use crate::world::{World, members};

/// Issues the sandbox's own tokens.
#[derive(Clone)]
pub(crate) struct Issuer {
    sandbox: Arc<Sandbox>,
    state: Arc<Mutex<Issued>>,
}

#[derive(Default)]
pub(crate) struct Issued {
    pub(crate) live: BTreeSet<String>,
    pub(crate) n_asked: u32,
    /// Says so in place of an answer.
    pub(crate) is_down: bool,
    /// So many answers say to come back in a second.
    n_too_many: u32,
}

impl Issuer {
    async fn start(sandbox: &Arc<Sandbox>) -> (Self, String) {
        let issuer = Self {
            sandbox: Arc::clone(sandbox),
            state: Arc::default(),
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let address = listener.local_addr().expect("an address");
        let app = Router::new()
            .route("/token", post(token))
            .with_state(issuer.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        (issuer, format!("http://{address}/token"))
    }

    pub(crate) fn with<T>(&self, look: impl FnOnce(&mut Issued) -> T) -> T {
        look(&mut self.state.lock().expect("a lock"))
    }

    pub(crate) fn n_asked(&self) -> u32 {
        self.with(|issued| issued.n_asked)
    }
}

/// Strict: a refresh token is good for one use.
async fn token(State(issuer): State<Issuer>, form: String) -> Response {
    let refresh = form
        .split('&')
        .find_map(|pair| pair.strip_prefix("refresh_token="))
        .expect("a refresh token");
    let answer = |status: StatusCode, body: serde_json::Value| {
        (
            status,
            [(CONTENT_TYPE, "application/json")],
            body.to_string(),
        )
            .into_response()
    };
    issuer.with(|issued| {
        issued.n_asked += 1;
        if issued.n_too_many > 0 {
            issued.n_too_many -= 1;
            let mut later = answer(StatusCode::TOO_MANY_REQUESTS, json!({}));
            later.headers_mut().insert("retry-after", 1.into());
            return later;
        }
        if issued.is_down {
            return answer(StatusCode::SERVICE_UNAVAILABLE, json!({}));
        }
        if !issued.live.remove(refresh) {
            let refusal = json!({"error": "invalid_grant"});
            return answer(StatusCode::BAD_REQUEST, refusal);
        }
        let fresh = format!("refresh-{}", issued.n_asked);
        issued.live.insert(fresh.clone());
        let tokens = json!({
            "access_token": issuer.sandbox.issue_token(), "token_type": "bearer",
            "expires_in": 7200, "refresh_token": fresh,
        });
        answer(StatusCode::OK, tokens)
    })
}

/// Goes on by some seconds whenever it is looked at.
fn ticking(secs: i64) -> Clock {
    let (start, passed) = (Timestamp::now(), AtomicI64::new(0));
    Clock::new(move || {
        let passed = passed.fetch_add(secs, Ordering::SeqCst);
        start + SignedDuration::from_secs(passed)
    })
}

pub(crate) struct SignedIn {
    pub(crate) world: World,
    pub(crate) vault: Vault,
    pub(crate) issuer: Issuer,
}

impl SignedIn {
    /// Signed in a day ago.
    pub(crate) async fn new(clock: &Clock) -> Self {
        let mut world = World::new().await;
        let (issuer, token_address) = Issuer::start(&world.sandbox).await;
        let account = AccountSettings {
            api_address: world.sandbox.address(),
            token_address: Some(token_address),
            client_id: "client-1".to_owned(),
            ..AccountSettings::new("a1", "Sandbox")
        };
        let vault = Vault::memory();
        world.start_engine_signed_in(&vault, clock);
        let this = Self {
            world,
            vault,
            issuer,
        };
        this.dir().write_account(account).expect("it is stored");
        let a_day_ago = Timestamp::now() - SignedDuration::from_hours(24);
        this.sign_in("refresh-0", a_day_ago).await;
        this
    }

    pub(crate) fn dir(&self) -> DataDir {
        DataDir::open(Some(self.world.data_dir())).expect("it is there")
    }

    pub(crate) fn account(&self) -> AccountSettings {
        let found = self.dir().find_account("sandbox").expect("it is readable");
        found.expect("it is there")
    }

    /// What a sign-in in the browser leaves behind.
    pub(crate) async fn sign_in(&self, refresh: &str, at: Timestamp) {
        self.issuer
            .with(|issued| issued.live.insert(refresh.to_owned()));
        for (slot, text) in [
            (Slot::ClientSecret, "s3cret"),
            (Slot::RefreshToken, refresh),
        ] {
            let kept = self
                .vault
                .write("a1", slot, &SecretString::from(text))
                .await;
            kept.expect("memory takes it");
        }
        let account = AccountSettings {
            signed_in_until: Some(at + SIGN_IN_LASTS),
            ..self.account()
        };
        self.dir().write_account(account).expect("it is stored");
    }

    /// Does this once so many changes are settled.
    fn after(n: u64, act: impl Fn() + Send + Sync + 'static) -> impl Fn(Progress) + Send + Sync {
        let is_done = Mutex::new(false);
        move |progress| {
            let mut is_done = is_done.lock().expect("a lock");
            if let Progress::Delivering { n_settled, .. } = progress
                && n_settled >= n
                && !*is_done
            {
                *is_done = true;
                act();
            }
        }
    }
}

#[tokio::test]
async fn a_run_fetches_a_token_and_remembers_until_when_it_is_signed_in() {
    let clock = ticking(0);
    let mut signed_in = SignedIn::new(&clock).await;
    signed_in.world.write(&members(1..=3));
    let report = signed_in.world.sync().await;
    assert_eq!(
        (report.status, report.figures.activated),
        (RunStatus::Completed, 3)
    );
    assert_eq!((report.requests.patch, report.requests.token), (3, 1));
    let until = signed_in.account().signed_in_until;
    assert_eq!(until, Some(clock.now() + SIGN_IN_LASTS));
    // A new start has the token still.
    let (vault, world) = (signed_in.vault.clone(), &mut signed_in.world);
    world.start_engine_signed_in(&vault, &clock);
    world.write(&members(1..=4));
    let report = world.sync().await;
    assert_eq!((report.figures.activated, report.requests.token), (1, 0));
}

#[tokio::test]
async fn a_run_of_more_than_two_hours_renews_its_token_before_it_ends() {
    let mut signed_in = SignedIn::new(&ticking(60)).await;
    signed_in.world.write(&members(1..=300));
    let report = signed_in.world.sync().await;
    assert_eq!(
        (report.status, report.figures.activated),
        (RunStatus::Completed, 300)
    );
    assert_eq!(report.requests.patch, 300);
    assert!(report.requests.token >= 3, "{:?}", report.requests);
    assert_eq!(u64::from(signed_in.issuer.n_asked()), report.requests.token);
}

#[tokio::test]
async fn a_token_that_has_to_wait_holds_the_run_up_and_fails_nothing() {
    let mut signed_in = SignedIn::new(&ticking(1)).await;
    signed_in.issuer.with(|issued| issued.n_too_many = 2);
    signed_in.world.write(&members(1..=3));
    let report = signed_in.world.sync().await;
    assert_eq!(
        (report.status, report.figures.activated, report.problem),
        (RunStatus::Completed, 3, None)
    );
    assert_eq!((report.requests.patch, report.requests.token), (3, 3));
}

#[tokio::test]
async fn a_token_that_is_refused_in_mid_run_is_replaced_once() {
    let mut signed_in = SignedIn::new(&ticking(5)).await;
    signed_in.world.write(&members(1..=100));
    let sandbox = Arc::clone(&signed_in.world.sandbox);
    let revoke = SignedIn::after(40, move || sandbox.revoke_tokens());
    let report = signed_in.world.sync_watched(revoke).await;
    assert_eq!(
        (report.status, report.figures.activated),
        (RunStatus::Completed, 100)
    );
    assert_eq!(report.requests.token, 2);
    assert!(report.requests.patch <= 100 + 16, "{:?}", report.requests);
}

#[tokio::test]
async fn a_sign_in_that_is_revoked_in_mid_run_keeps_every_change_and_asks_for_a_person() {
    let mut signed_in = SignedIn::new(&ticking(5)).await;
    signed_in.world.write(&members(1..=100));
    let issuer = signed_in.issuer.clone();
    let revoke = SignedIn::after(40, move || {
        issuer.with(|issued| issued.live.clear());
        issuer.sandbox.revoke_tokens();
    });
    let report = signed_in.world.sync_watched(revoke).await;
    assert_eq!(report.status, RunStatus::Failed);
    assert_eq!(report.hindrance, Some(Hindrance::SignIn));
    let problem = report.problem.expect("a problem");
    assert!(problem.next_step.starts_with("Reconnect"), "{problem}");
    assert!(!report.is_transient);
    let figures = report.figures;
    assert_eq!(
        (figures.failed, figures.activated + figures.pending),
        (0, 100)
    );
    assert_eq!(signed_in.world.n_pending(), figures.pending);
    assert!(figures.pending > 0);
    assert_eq!(signed_in.account().signed_in_until, None);
    // One refresh at the start, and one with each of the two tokens.
    assert_eq!(signed_in.issuer.n_asked(), 3);
    let again = signed_in.world.sync().await;
    assert_eq!(again.problem.expect("a problem").code, "sign_in_needed");
    assert_eq!(signed_in.issuer.n_asked(), 3);
    // The person signs in elsewhere; the same engine goes on.
    let a_day_ago = Timestamp::now() - SignedDuration::from_hours(24);
    for slot in [Slot::AccessToken, Slot::PreviousRefreshToken] {
        let removed = signed_in.vault.remove("a1", slot).await;
        removed.expect("memory lets go");
    }
    signed_in.sign_in("refresh-new", a_day_ago).await;
    let report = signed_in.world.sync().await;
    assert_eq!(
        (report.status, report.figures.pending),
        (RunStatus::Completed, 0)
    );
    assert_eq!(report.figures.activated, figures.pending);
}

#[tokio::test]
async fn a_token_goes_to_its_own_address_and_no_other() {
    let mut signed_in = SignedIn::new(&ticking(0)).await;
    signed_in.world.write(&members(1..=3));
    let other = Sandbox::start(crate::world::open_sandbox()).await;
    let other = other.expect("a second sandbox");
    let address = other.address();
    signed_in
        .world
        .settle_destination(|destination| destination.account.api_address = address);
    let report = signed_in.world.sync().await;
    let problem = report.problem.expect("a problem");
    assert_eq!(problem.code, "account_address_differs");
    assert_eq!(report.hindrance, Some(Hindrance::Settings));
    assert_eq!(other.counters().requests, 0);
    assert_eq!(signed_in.issuer.n_asked(), 0);
    assert_eq!(signed_in.world.n_pending(), 3);
}

#[tokio::test]
async fn the_first_confirmed_update_tells_who_is_connected() {
    let clock = ticking(0);
    let mut signed_in = SignedIn::new(&clock).await;
    signed_in.world.write(&members(1..=3));
    let report = signed_in.world.sync().await;
    assert_eq!(report.status, RunStatus::Completed);
    let account = signed_in.account();
    assert_eq!(account.connected_user, Some(1));
    let who = account.connected_as.expect("a name");
    assert!(
        who.contains("Sam Rivera") && who.contains("sam.rivera@"),
        "{who}"
    );
    // The run's own figures are what the run took.
    assert_eq!((report.requests.patch, report.requests.read), (3, 0));
    assert_eq!(signed_in.world.n_requests(), 4);
    signed_in.world.write(&members(1..=4));
    signed_in.world.sync().await;
    assert_eq!(signed_in.world.n_requests(), 5);
}

#[tokio::test]
async fn status_says_how_the_account_is_signed_in() {
    let mut signed_in = SignedIn::new(&ticking(0)).await;
    let program = crate::process::Program::of(&mut signed_in.world);
    let status = async |days: i64| {
        let account = AccountSettings {
            signed_in_until: Some(Timestamp::now() + SignedDuration::from_hours(24 * days)),
            ..signed_in.account()
        };
        let stored = signed_in.dir().write_account(account);
        stored.expect("it is stored");
        let ended = program.without_token().call(&["status"]).await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        ended.out
    };
    let fine = status(13).await;
    assert!(!fine.contains("sign-in"), "{fine}");
    let soon = status(2).await;
    assert!(soon.contains("ends soon, on 20"), "{soon}");
    let over = status(-1).await;
    assert!(
        over.contains("ended on") && over.contains("account connect --name \"Sandbox\""),
        "{over}"
    );
    let none = AccountSettings {
        signed_in_until: None,
        ..signed_in.account()
    };
    signed_in.dir().write_account(none).expect("it is stored");
    let (_, json) = program.without_token().json(&["status", "--json"]).await;
    let sign_in = json!({"signed_in": false, "until": null, "expires_soon": false});
    assert_eq!(json["destinations"][0]["sign_in"], sign_in);
    // A token from the environment is used in its place.
    let (_, json) = program.json(&["status", "--json"]).await;
    assert_eq!(json["destinations"][0]["sign_in"], json!(null));
}

#[tokio::test]
async fn a_user_whom_outreach_does_not_show_is_asked_for_once() {
    let mut signed_in = SignedIn::new(&ticking(0)).await;
    signed_in.world.fault(
        json!({"kind": "status", "status": 503, "times": 9, "path": "/users",
        "retry_after_secs": 0}),
    );
    signed_in.world.write(&members(1..=3));
    let report = signed_in.world.sync().await;
    assert_eq!(
        (report.status, report.figures.activated, report.problem),
        (RunStatus::Completed, 3, None)
    );
    assert_eq!(signed_in.account().connected_as, None);
    assert_eq!(signed_in.world.n_requests(), 4);
    signed_in.world.write(&members(1..=4));
    signed_in.world.sync().await;
    assert_eq!(signed_in.world.n_requests(), 5);
}
