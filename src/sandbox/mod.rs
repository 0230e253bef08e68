//! A local stand-in for Outreach over real HTTP, for the demo and the tests.
//!
//! It speaks the provider's API under `/api/v2`, signs people in under `/oauth`, has a control side under `/_control`,
//! and shows its prospects on a page at `/`. It shares no code with the client it stands against, so that neither can hide the other's mistakes.
//!
//! All its time comes from one clock. [`Settings::time`] stops it; then [`Sandbox::advance`] or `advance_secs` among the
//! settings of the control side moves it, and [`Settings::request_time`] lets each answered request cost some, so that
//! windows, tokens and batches that last hours end within a test. A running clock follows tokio's, paused or not.

mod adjust;
mod answer;
mod api;
mod batch;
mod budget;
mod clock;
mod connection;
mod control;
mod document;
mod fault;
mod in_process;
mod log;
mod oauth;
mod page;
mod prospects;
mod query;
mod routes;
#[cfg(test)]
mod scale_tests;
mod schema;
mod seed;
mod state;
#[cfg(test)]
mod testing;
mod update;
mod users;

use std::{
    collections::BTreeSet,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    response::Response,
    routing::{any, get},
};
use jiff::Timestamp;
use serde_json::{Map, Value};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use answer::{Answer, HTML};
use connection::{Cut, Door};
use oauth::Scopes;
use prospects::TOKEN_USER;
use state::Shared;

pub use adjust::Adjustments;
pub use batch::{
    BatchEnd, BatchOffer, BatchPayload, BatchPlan, BatchRecord, BatchState, ItemFailure, ItemFault,
};
pub use budget::{Remaining, RetryAfter};
pub use clock::Passing;
pub use fault::{Fault, FaultKind};
pub use in_process::Reply;
pub use log::{Counters, LoggedRequest};
pub use oauth::{App, LiveTokens, OldRefreshToken, TokenPair, TokenRequest};
pub use users::{Role, SampleUser};

const PAGE: &str = include_str!("../../assets/sandbox/index.html");

/// How a sandbox starts.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// How many prospects there are; their ids are 1 to this.
    pub prospects: u32,
    /// Requests per window.
    pub limit: u32,
    /// The length of the rate-limit window.
    pub window: Duration,
    /// What its clock shows at the start, instead of the computer's time.
    pub begins: Option<Timestamp>,
    /// How the sandbox's time passes.
    pub time: Passing,
    /// What each answered request adds to the sandbox's time.
    pub request_time: Duration,
    /// Pages of prospects with more rows than this are answered with 502, as the provider does with what is too heavy.
    pub heaviest_page: usize,
    /// How late every API answer is.
    pub latency: Duration,
    /// The spelling of `Retry-After` on a 429.
    pub retry_after: RetryAfter,
    /// The spelling of `X-RateLimit-Remaining`.
    pub remaining: Remaining,
    /// The prospects the user may see but not write.
    pub read_only: BTreeSet<u32>,
    /// Whether a `GET` needs the API's `Content-Type` as well, as the provider's documentation demands.
    pub content_type_on_get: bool,
    /// Whether an address that the prospect has already is refused, as one integration has met it.
    pub refuse_unchanged_emails: bool,
    /// The apps that may ask for tokens.
    pub apps: Vec<App>,
    /// How long an access token passes.
    pub access_token_life: Duration,
    /// How long a refresh token can be used.
    pub refresh_token_life: Duration,
    /// The time between two mints for one user and app.
    pub mint_interval: Duration,
    /// What becomes of a refresh token that has been used.
    pub old_refresh_token: OldRefreshToken,
    /// Whether the org has bulk requests.
    pub batches: BatchOffer,
    /// How long a batch is `pending`.
    pub batch_pending: Duration,
    /// How long a batch is `processing`, whatever its size.
    pub batch_processing: Duration,
    /// What a batch's `payload` holds.
    pub batch_payload: BatchPayload,
    /// Whether the `data` of a batch's item tells which prospect it is about.
    pub batch_item_data: bool,
    /// The confirmation of a batch with more items than this must name their number.
    pub batch_count_above: usize,
    /// Items that the org may have in batches a day; what is used is refilled little by little.
    pub batch_items_per_day: u64,
    /// How many requests the log keeps.
    pub log_capacity: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            port: 0,
            prospects: 1000,
            limit: 10_000,
            window: Duration::from_hours(1),
            begins: None,
            time: Passing::Running,
            request_time: Duration::ZERO,
            heaviest_page: usize::MAX,
            latency: Duration::ZERO,
            retry_after: RetryAfter::Epoch,
            remaining: Remaining::One,
            read_only: BTreeSet::from([13, 57, 313]),
            content_type_on_get: true,
            refuse_unchanged_emails: false,
            apps: vec![App::default()],
            access_token_life: Duration::from_hours(2),
            refresh_token_life: Duration::from_hours(14 * 24),
            mint_interval: Duration::from_mins(1),
            old_refresh_token: OldRefreshToken::Dies,
            batches: BatchOffer::On,
            batch_pending: Duration::ZERO,
            batch_processing: Duration::ZERO,
            batch_payload: BatchPayload::Values,
            batch_item_data: true,
            batch_count_above: 100,
            batch_items_per_day: 5_000_000,
            log_capacity: 20_000,
        }
    }
}

/// Why a sandbox does not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another program listens there.
    #[error("port {port} on 127.0.0.1 is in use by another program")]
    PortInUse {
        /// The port asked for.
        port: u16,
    },
    /// The system refuses the port.
    #[error("cannot listen on 127.0.0.1:{port}")]
    Listen {
        /// The port asked for.
        port: u16,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// A table built into the program is broken.
    #[error("cannot read the sandbox's own tables")]
    Tables(#[from] serde_json::Error),
    /// An app in the settings cannot work.
    #[error("an app cannot be registered: {complaint}")]
    App {
        /// What is wrong with it.
        complaint: String,
    },
}

/// One attribute write that was carried out.
#[derive(Clone, Debug, PartialEq)]
pub struct AppliedWrite {
    /// The request's place in the log.
    pub sequence: u64,
    /// The prospect written to.
    pub prospect: u32,
    /// The attributes and relationships set.
    pub attributes: Map<String, Value>,
}

/// A running sandbox. It ends when it is stopped or dropped.
pub struct Sandbox {
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    /// `None` if it listens nowhere.
    server: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// Starts serving on the current tokio runtime.
    pub async fn start(settings: Settings) -> Result<Self, Error> {
        let port = settings.port;
        let failed = |source: io::Error| {
            if source.kind() == io::ErrorKind::AddrInUse {
                Error::PortInUse { port }
            } else {
                Error::Listen { port, source }
            }
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let (stop, mut stopped) = watch::channel(false);
        let shared = Arc::new(Shared::new(settings, address, stopped.clone())?);
        let service = router(Arc::clone(&shared)).into_make_service_with_connect_info::<Cut>();
        let server = tokio::spawn(async move {
            let ended = async move {
                // An error means that the sandbox was dropped, which ends it as well.
                drop(stopped.wait_for(|stopped| *stopped).await);
            };
            // Serving reports no errors: a connection that fails concerns that connection alone.
            drop(
                axum::serve(Door(listener), service)
                    .with_graceful_shutdown(ended)
                    .await,
            );
        });
        Ok(Self {
            shared,
            stop,
            server: Some(server),
        })
    }

    /// `http://127.0.0.1:` and the port; the API lives below it at `/api/v2`.
    pub fn address(&self) -> String {
        format!("http://{}", self.socket())
    }

    /// The address it listens on.
    pub fn socket(&self) -> SocketAddr {
        self.shared.address
    }

    /// A new access token for the API: user 1 and every scope, until it is revoked.
    pub fn issue_token(&self) -> String {
        let tokens = &mut self.shared.world().oauth.tokens;
        tokens.issue(TOKEN_USER, Scopes::Everything)
    }

    /// Makes every access token issued so far invalid; refresh tokens live on.
    pub fn revoke_tokens(&self) {
        self.shared.world().oauth.tokens.revoke_access();
    }

    /// Changes limits, spellings and rights while it runs.
    pub fn adjust(&self, adjustments: Adjustments) {
        self.shared.world().adjust(adjustments);
    }

    /// Moves the sandbox's time forward, whether it runs or is stopped.
    pub fn advance(&self, by: Duration) {
        self.shared.world().clock.advance(by);
    }

    /// The sandbox's time.
    pub fn now(&self) -> Timestamp {
        self.shared.world().clock.now()
    }

    /// Makes the next matching requests fail; `Err` says what the fault lacks.
    pub fn add_fault(&self, fault: Fault) -> Result<(), String> {
        fault.check()?;
        self.shared.world().faults.add(fault);
        Ok(())
    }

    /// All attributes of a prospect as they are now, null where there is no value.
    pub fn prospect(&self, id: u32) -> Option<Map<String, Value>> {
        let schema = &self.shared.schema;
        let prospect = self.shared.world().prospects.get(schema, id)?;
        Some(prospect.attributes(schema))
    }

    /// The newest requests, oldest first, as many as the log keeps.
    pub fn request_log(&self) -> Vec<LoggedRequest> {
        self.shared.world().log.entries().cloned().collect()
    }

    /// The writes among the logged requests, oldest first.
    pub fn writes(&self) -> Vec<AppliedWrite> {
        let world = self.shared.world();
        let written = world.log.entries().filter_map(|entry| {
            Some(AppliedWrite {
                sequence: entry.sequence,
                prospect: entry.prospect?,
                attributes: entry.written.clone()?,
            })
        });
        written.collect()
    }

    /// Sums over all requests, also those the log no longer keeps.
    pub fn counters(&self) -> Counters {
        self.shared.world().log.counters
    }

    /// Ends every request and frees the port.
    pub async fn stop(self) {
        let Self { stop, server, .. } = self;
        stop.send_replace(true);
        if let Some(server) = server {
            drop(server.await);
        }
    }
}

fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(show_page))
        .route("/api/v2", any(api::serve))
        .route("/api/v2/", any(api::serve))
        .route("/api/v2/{*path}", any(api::serve))
        .merge(oauth::routes())
        .merge(control::routes())
        .merge(batch::routes())
        .fallback(gateway)
        .with_state(shared)
}

async fn show_page() -> Response {
    Answer::new(axum::http::StatusCode::OK, HTML, PAGE).into_response()
}

async fn gateway() -> Response {
    Answer::gateway_not_found().into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use testing::{bench_with, header};

    #[tokio::test]
    async fn a_port_in_use_is_named() {
        let first = Sandbox::start(Settings::default()).await.unwrap();
        let port = first.socket().port();
        let settings = Settings {
            port,
            ..Settings::default()
        };
        let error = Sandbox::start(settings.clone()).await.err().unwrap();
        assert_eq!(
            error.to_string(),
            format!("port {port} on 127.0.0.1 is in use by another program")
        );
        first.stop().await;
        Sandbox::start(settings).await.unwrap().stop().await;
    }

    #[tokio::test]
    async fn stopping_ends_what_is_still_waiting() {
        let settings = Settings {
            latency: Duration::from_hours(1),
            ..Settings::default()
        };
        let bench = bench_with(settings).await;
        let waiting = tokio::spawn(bench.api(reqwest::Method::GET, "/users").send());
        while bench.sandbox.counters().requests == 0 {
            tokio::task::yield_now().await;
        }
        bench.sandbox.stop().await;
        assert!(waiting.await.unwrap().is_ok());
    }

    #[tokio::test]
    async fn the_page_needs_nothing_from_elsewhere() {
        let bench = bench_with(Settings::default()).await;
        let response = bench.bare(reqwest::Method::GET, "/").send().await.unwrap();
        assert!(header(&response, "content-type").starts_with("text/html"));
        let page = response.text().await.unwrap();
        assert!(page.contains("/_control/"));
        for elsewhere in ["http://", "https://", "src=", "@import"] {
            assert!(!page.contains(elsewhere), "{elsewhere}");
        }
    }

    #[tokio::test]
    async fn a_large_org_starts_at_once_and_can_be_searched() {
        let settings = Settings {
            prospects: 100_000,
            ..Settings::default()
        };
        let bench = bench_with(settings).await;
        let (_, last) = bench.get("/prospects/100000?fields[prospect]=name").await;
        assert!(last["data"]["attributes"]["name"].is_string());
        let (_, body) = bench
            .get("/prospects?filter[id]=99000..inf&page[size]=1000&fields[prospect]=custom1")
            .await;
        assert_eq!(body["data"].as_array().unwrap().len(), 1000);
        assert_eq!(body["meta"]["count"], 1001);
    }
}
