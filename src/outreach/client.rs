//! The client as its callers hold it: an address, a token, and what all its requests share.

use std::{
    fmt,
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use reqwest::{Url, header::HeaderValue, redirect, retry};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::{
    sync::{Notify, watch},
    time::Instant,
};

use super::{
    budget::{Budget, Urgency},
    error::Error,
    outside::{Outside, Real},
    retry::RetryPolicy,
    token::{Fixed, Tokens},
};
use crate::model::{BudgetNote, BudgetSettings, Requests, Wait, utc_day};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const TIMEOUT: Duration = Duration::from_mins(1);
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Outreach wants it on every request, also on those without a body.
pub(super) const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/vnd.api+json");
const USER_AGENT: &str = concat!("audience-sync/", env!("CARGO_PKG_VERSION"));

/// Speaks with one Outreach account. Clones share the connections, the token, the limit and the counts.
#[derive(Clone)]
pub struct Client {
    pub(super) shared: Arc<Shared>,
    pub(super) counts: Arc<Counts>,
    pub(super) policy: RetryPolicy,
    pub(super) urgency: Urgency,
    /// How many requests for tokens there were when the counts began.
    n_tokens_before: u64,
}

/// What all clones share.
pub(super) struct Shared {
    pub(super) outside: Arc<dyn Outside>,
    base: Url,
    tokens: Mutex<Arc<dyn Tokens>>,
    budget: Mutex<Budget>,
    account: Mutex<Remembered>,
    /// Wakes the senders that wait for a slot.
    pub(super) changed: Notify,
    pub(super) waiting: watch::Sender<Option<Wait>>,
    pub(super) n_waiting: Mutex<u64>,
    /// What Outreach's clock showed with the last answer, and when that was by a clock that nobody sets.
    heard: Mutex<Option<(Timestamp, Instant)>>,
    /// The user whom the first confirmed write with these tokens was put down to.
    updater: Mutex<Option<u64>>,
}

/// Called with what should be remembered of an account's requests.
pub type Remember = Box<dyn Fn(&BudgetNote) + Send>;

/// What outlives the program, and the person's settings for it.
#[derive(Default)]
pub(super) struct Remembered {
    settings: BudgetSettings,
    note: BudgetNote,
    keep: Option<Remember>,
    kept_at: Option<Timestamp>,
    /// Requests that are kept as sent already, and may still leave before the next note is.
    n_ahead: u64,
}

/// How old the note that is kept may grow while requests are sent.
const KEEP_EVERY: SignedDuration = SignedDuration::from_secs(5);

/// Requests that are kept as sent before they are, unless Outreach's limit says better. A crash counts at most so many
/// too much and none too little, and no request waits for the disk by itself.
const AHEAD: u64 = 100;

/// The same as a share of the hourly limit, in percent, and within these bounds.
const AHEAD_PERCENT: u64 = 1;
const LEAST_AHEAD: u64 = 8;
const MOST_AHEAD: u64 = 250;

/// How many requests were sent.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) patches: AtomicU64,
    pub(super) posts: AtomicU64,
    pub(super) reads: AtomicU64,
}

impl Client {
    /// A client for the account at `address`: scheme, host and port, and a path before `/api/v2` if there is one.
    pub fn new(address: &str, token: SecretString) -> Result<Self, Error> {
        authorization(&token)?;
        Self::with_tokens(address, Arc::new(Fixed(token)))
    }

    /// A client that asks for a token before each request.
    pub fn with_tokens(address: &str, tokens: Arc<dyn Tokens>) -> Result<Self, Error> {
        Self::connected(address, tokens, |http| Arc::new(Real(http)))
    }

    /// The same, through another network and by another clock than the computer's own.
    pub fn through(
        outside: Arc<dyn Outside>,
        address: &str,
        tokens: Arc<dyn Tokens>,
    ) -> Result<Self, Error> {
        Self::connected(address, tokens, |_http| outside)
    }

    fn connected(
        address: &str,
        tokens: Arc<dyn Tokens>,
        outside: impl FnOnce(reqwest::Client) -> Arc<dyn Outside>,
    ) -> Result<Self, Error> {
        let base = base(address)?;
        let mut builder = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .http2_keep_alive_interval(KEEP_ALIVE)
            .http2_keep_alive_timeout(KEEP_ALIVE)
            .redirect(redirect::Policy::none())
            // Every request has to pass the budget, so nothing below may send one again.
            .retry(retry::never());
        if is_loopback(&base) {
            builder = builder.no_proxy();
        }
        let http = builder.build().map_err(Error::Setup)?;
        Ok(Self {
            shared: Arc::new(Shared {
                outside: outside(http),
                base,
                tokens: Mutex::new(tokens),
                budget: Mutex::new(Budget::new()),
                account: Mutex::default(),
                changed: Notify::new(),
                waiting: watch::Sender::new(None),
                n_waiting: Mutex::new(0),
                heard: Mutex::new(None),
                updater: Mutex::new(None),
            }),
            counts: Arc::default(),
            policy: RetryPolicy::default(),
            urgency: Urgency::Live,
            n_tokens_before: 0,
        })
    }

    /// The same client with another patience.
    #[must_use]
    pub fn with_retry(self, policy: RetryPolicy) -> Self {
        Self { policy, ..self }
    }

    /// The same client with counts of its own, from 0: for one of several that share the account.
    #[must_use]
    pub fn counting_anew(&self) -> Self {
        Self {
            counts: Arc::default(),
            n_tokens_before: self.shared.tokens().n_requests(),
            ..self.clone()
        }
    }

    /// The same client for part of a large backlog, which leaves room to changes that have just come.
    #[must_use]
    pub fn for_backlog(&self) -> Self {
        Self {
            urgency: Urgency::Backlog,
            ..self.clone()
        }
    }

    /// Keeps to these settings, goes on where an earlier start has left off, and says what should be remembered.
    pub fn keep_budget(&self, settings: BudgetSettings, note: BudgetNote, keep: Remember) {
        let mut budget = self.shared.budget();
        budget.reserve(settings.reserve_percent);
        budget.recall(self.now(), &note);
        drop(budget);
        *lock(&self.shared.account) = Remembered {
            settings,
            note,
            keep: Some(keep),
            kept_at: None,
            n_ahead: 0,
        };
    }

    /// Keeps to other settings from now on.
    pub fn limit_budget(&self, settings: BudgetSettings) {
        self.shared.budget().reserve(settings.reserve_percent);
        lock(&self.shared.account).settings = settings;
    }

    /// How much of the account's requests may be used.
    pub fn budget_settings(&self) -> BudgetSettings {
        lock(&self.shared.account).settings
    }

    /// What is known of the account's requests.
    pub fn budget_note(&self) -> BudgetNote {
        self.shared.budget_note()
    }

    /// Says what should be remembered when no more requests follow for now.
    pub fn remember_budget(&self) {
        self.shared.remember_budget(0, self.now());
    }

    /// Batch items that the organisation may have left today.
    pub fn items_left(&self) -> u64 {
        let account = lock(&self.shared.account);
        account.note.items_left(self.now())
    }

    /// Remembers what became of an order of so many batch items.
    pub(super) fn note_items(&self, n: u64, outcome: Result<(), &Error>) {
        let now = self.now();
        let mut account = lock(&self.shared.account);
        match outcome {
            Ok(()) => account.note.spend_items(n, now),
            Err(Error::ItemsSpent { until, .. }) => account.note.refuse_items(n, *until, now),
            Err(_) => {}
        }
    }

    /// Counts a request against the year, if the person's settings still allow one.
    pub(super) fn count_in_year(&self, now: Timestamp) -> Result<(), Error> {
        let mut account = lock(&self.shared.account);
        let today = utc_day(now);
        if let Some(limit) = account.settings.yearly_limit()
            && account.note.used_in_year(today) >= limit
        {
            return Err(Error::AllowanceSpent {
                limit,
                allowance: account.settings.yearly_allowance.unwrap_or(limit),
            });
        }
        account.note.count(now);
        let is_old = account
            .kept_at
            .is_none_or(|at| now.duration_since(at).abs() >= KEEP_EVERY);
        let is_due = account.n_ahead == 0 || is_old;
        account.n_ahead = account.n_ahead.saturating_sub(1);
        drop(account);
        if is_due {
            self.shared.remember_budget(self.shared.ahead(), now);
        }
        Ok(())
    }

    /// Takes a fresh token for all requests from now on, those that wait included.
    pub fn renew(&self, token: SecretString) -> Result<(), Error> {
        authorization(&token)?;
        self.renew_from(Arc::new(Fixed(token)));
        Ok(())
    }

    /// Asks here for tokens from now on.
    pub fn renew_from(&self, tokens: Arc<dyn Tokens>) {
        *lock(&self.shared.tokens) = tokens;
        // They may be those of another user.
        *lock(&self.shared.updater) = None;
    }

    /// How many requests were sent so far. Each attempt counts that left, also without an answer; one that found no
    /// server does not.
    pub fn requests(&self) -> Requests {
        Requests {
            patch: self.counts.patches.load(Ordering::Relaxed),
            bulk: self.counts.posts.load(Ordering::Relaxed),
            read: self.counts.reads.load(Ordering::Relaxed),
            token: self
                .shared
                .tokens()
                .n_requests()
                .saturating_sub(self.n_tokens_before),
        }
    }

    /// The number of the user that the tokens stand for, as told by the first confirmed write since they came.
    pub fn updater(&self) -> Option<u64> {
        *lock(&self.shared.updater)
    }

    pub(super) fn note_updater(&self, user: u64) {
        lock(&self.shared.updater).get_or_insert(user);
    }

    /// What requests wait for, and until when; `None` if none waits.
    pub fn waiting(&self) -> Option<Wait> {
        *self.shared.waiting.borrow()
    }

    /// Follows [`waiting`](Self::waiting).
    pub fn watch_waiting(&self) -> watch::Receiver<Option<Wait>> {
        self.shared.waiting.subscribe()
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        self.shared.outside.now()
    }

    /// What Outreach's clock shows, or somewhat less: this computer's may be wrong by days. `None` before the first
    /// answer.
    pub fn outreach_time(&self) -> Option<Timestamp> {
        let (shown, at) = (*lock(&self.shared.heard))?;
        let passed = SignedDuration::try_from(at.elapsed()).ok()?;
        shown.checked_add(passed).ok()
    }

    pub(super) fn hear(&self, date: Option<Timestamp>) {
        if let Some(date) = date {
            *lock(&self.shared.heard) = Some((date, Instant::now()));
        }
    }

    pub(super) fn url(&self, path: &str) -> Result<Url, Error> {
        self.shared.base.join(path).map_err(|_bad| Error::Address)
    }
}

impl Shared {
    pub(super) fn tokens(&self) -> Arc<dyn Tokens> {
        Arc::clone(&lock(&self.tokens))
    }

    pub(super) fn budget(&self) -> MutexGuard<'_, Budget> {
        lock(&self.budget)
    }

    fn budget_note(&self) -> BudgetNote {
        let mut note = lock(&self.account).note.clone();
        self.budget().note(&mut note);
        note
    }

    /// How many requests are kept as sent before they are.
    fn ahead(&self) -> u64 {
        let limit = self.budget_note().limit;
        limit.map_or(AHEAD, |limit| {
            (limit.saturating_mul(AHEAD_PERCENT) / 100).clamp(LEAST_AHEAD, MOST_AHEAD)
        })
    }

    /// Says what should be remembered, with so many requests that may follow before it is said again.
    fn remember_budget(&self, n_ahead: u64, now: Timestamp) {
        let mut account = lock(&self.account);
        let mut note = account.note.clone();
        self.budget().note(&mut note);
        account.kept_at = Some(now);
        account.n_ahead = n_ahead;
        if let Some(keep) = &account.keep {
            keep(&note.ahead(n_ahead, now));
        }
    }
}

/// What was kept ahead and never sent is not used up.
impl Drop for Shared {
    fn drop(&mut self) {
        if lock(&self.account).n_ahead > 0 {
            self.remember_budget(0, self.outside.now());
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

/// None of the values behind our locks can be left half-changed, so a panic elsewhere does not spoil them.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn base(address: &str) -> Result<Url, Error> {
    let address = address.trim().trim_end_matches('/');
    let url = Url::parse(&format!("{address}/")).map_err(|_bad| Error::Address)?;
    let is_plain = url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
    (is_web && is_plain)
        .then(|| url.join("api/v2/").ok())
        .flatten()
        .ok_or(Error::Address)
}

/// A proxy cannot reach this computer's own addresses.
fn is_loopback(url: &Url) -> bool {
    url.host_str().is_some_and(|host| {
        let address = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || address.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
    })
}

pub(super) fn authorization(token: &SecretString) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::try_from(format!("Bearer {}", token.expose_secret().trim()))
        .map_err(Error::Token)?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_a_web_address_and_may_have_a_path() {
        for (address, is) in [
            (
                "https://api.outreach.io",
                Some("https://api.outreach.io/api/v2/users"),
            ),
            (
                "https://api.outreach.io/",
                Some("https://api.outreach.io/api/v2/users"),
            ),
            (
                " http://127.0.0.1:8080/fake// ",
                Some("http://127.0.0.1:8080/fake/api/v2/users"),
            ),
            ("http://[::1]:1", Some("http://[::1]:1/api/v2/users")),
            ("api.outreach.io", None),
            ("ftp://api.outreach.io", None),
            ("https://user:secret@api.outreach.io", None),
            ("https://api.outreach.io?x=1", None),
            ("https://", None),
            ("", None),
        ] {
            let client = Client::new(address, SecretString::from("t"));
            let url = client.and_then(|client| client.url("users"));
            assert_eq!(url.as_ref().map(Url::as_str).ok(), is, "{address}");
        }
    }

    #[test]
    fn a_token_that_no_header_can_carry_asks_for_a_sign_in() {
        let error = Client::new("https://api.outreach.io", SecretString::from("a\nb"))
            .expect_err("no client");
        assert_eq!(error.consequence(), super::super::Consequence::SignInNeeded);
    }

    #[test]
    fn the_token_is_never_printed() {
        let client =
            Client::new("https://api.outreach.io", SecretString::from("s3cret")).expect("a client");
        assert!(!format!("{client:?}").contains("s3cret"));
        let header = authorization(&SecretString::from("s3cret")).expect("a header");
        assert!(!format!("{header:?}").contains("s3cret"));
    }
}
