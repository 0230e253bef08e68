//! The one way every request goes: wait for a slot, ask, wait again or try again, and give back what is left.

use std::{
    fmt,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use reqwest::{
    Body, Method, Request, Url,
    header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue},
};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::{Instant, sleep, sleep_until};

use super::{
    answer::Answer,
    budget::{Slot, Ticket},
    client::{Client, MEDIA_TYPE, Shared, authorization, lock},
    error::{Consequence, Error},
    rate::{RateHeaders, later},
};
use crate::model::{Wait, WaitsFor};

const MAX_BYTES: usize = 4 << 20;
/// Pages and lists may be larger than other answers.
pub(super) const MAX_PAGE_BYTES: usize = 64 << 20;
/// A computer that slept did not let the timers run, so a long wait looks at the clock this often.
const LONGEST_NAP: Duration = Duration::from_secs(5);
const SHORTEST_NAP: Duration = Duration::from_millis(250);
/// A state that is shown for less would only flicker.
const WORTH_SHOWING: Duration = Duration::from_secs(2);

/// A request that can be sent again and again.
pub(super) struct Call {
    method: Method,
    url: Url,
    body: Option<String>,
    max_bytes: usize,
    patience: Patience,
    is_order: bool,
}

/// What may be tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Patience {
    /// Everything that may succeed later.
    All,
    /// The same, but that a 502 says the question was too large.
    NotTooLarge,
    /// Only what was surely not carried out.
    OnlyRefused,
}

impl Call {
    pub(super) fn get(url: Url) -> Self {
        Self {
            method: Method::GET,
            url,
            body: None,
            max_bytes: MAX_BYTES,
            patience: Patience::All,
            is_order: false,
        }
    }

    pub(super) fn patch(url: Url, body: String) -> Self {
        Self {
            method: Method::PATCH,
            url,
            body: Some(body),
            max_bytes: MAX_BYTES,
            patience: Patience::All,
            is_order: false,
        }
    }

    /// A request that is never sent again once it may have been carried out.
    pub(super) fn post_once(url: Url, body: String) -> Self {
        Self {
            method: Method::POST,
            patience: Patience::OnlyRefused,
            ..Self::patch(url, body)
        }
    }

    /// The same, but that a 502 is an answer.
    pub(super) fn halved_on_502(self) -> Self {
        Self {
            patience: Patience::NotTooLarge,
            ..self
        }
    }

    fn request(&self, authorization: HeaderValue) -> Request {
        let mut request = Request::new(self.method.clone(), self.url.clone());
        *request.headers_mut() = HeaderMap::from_iter([
            (ACCEPT, MEDIA_TYPE),
            (CONTENT_TYPE, MEDIA_TYPE),
            (AUTHORIZATION, authorization),
        ]);
        if self.body.as_ref().is_some_and(String::is_empty) {
            // Some servers want to know how long a POST is even where it has no body, and nobody else says so.
            let headers = request.headers_mut();
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        *request.body_mut() = self.body.clone().map(Body::from);
        request
    }

    fn may_be_tried_again(&self, error: &Error) -> bool {
        match self.patience {
            Patience::All => true,
            Patience::NotTooLarge => error.status() != Some(502),
            Patience::OnlyRefused => error.no_token().is_some(),
        }
    }

    /// The same for an order that also needs as many batch items as it names prospects.
    pub(super) fn for_items(self) -> Self {
        Self {
            is_order: true,
            ..self
        }
    }

    /// Outreach's word for too few batch items is not documented. A 429 to an order of them is about the items if
    /// there are requests left: then it must not keep all other requests waiting.
    fn is_about_items(&self, status: u16, rate: &RateHeaders) -> bool {
        self.is_order && status == 429 && rate.remaining.is_some_and(|left| left > 0)
    }

    /// The same with an answer of up to so many bytes.
    pub(super) fn up_to(self, max_bytes: usize) -> Self {
        Self { max_bytes, ..self }
    }
}

/// What was tried so far to get one request through.
#[derive(Debug, Clone, Copy, Default)]
pub struct Attempts {
    n_made: u32,
    /// A token was refused, and another one taken.
    is_replaced: bool,
}

/// How far a request has come that is sent again and again.
#[derive(Debug)]
pub enum Tried<T> {
    /// It is through, or is given up.
    Ended(Result<T, Error>),
    /// It is to be sent again.
    Again(Pause),
}

/// The wait between two attempts, which is shown for as long as this is kept.
#[derive(Debug)]
pub struct Pause {
    until: Instant,
    _sign: Option<Waiter>,
}

impl Pause {
    /// When the next attempt may be made.
    pub fn until(&self) -> Instant {
        self.until
    }
}

/// An attempt without success, with the token that was used.
struct Failed {
    error: Error,
    token: Option<SecretString>,
}

impl Client {
    /// Sends until there is an answer that `read` takes, a refusal, or no attempt left. Waits for the limit or for a
    /// token do not count as attempts; neither does the one with another token after the first was refused.
    pub(super) async fn send<T>(
        &self,
        call: &Call,
        read: impl Fn(&Answer) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut attempts = Attempts::default();
        loop {
            match self.send_on(call, &mut attempts, &read).await {
                Tried::Ended(outcome) => return outcome,
                Tried::Again(pause) => sleep_until(pause.until()).await,
            }
        }
    }

    /// The same up to the next wait between two attempts, which is the caller's.
    pub(super) async fn send_on<T>(
        &self,
        call: &Call,
        attempts: &mut Attempts,
        read: impl Fn(&Answer) -> Result<T, Error>,
    ) -> Tried<T> {
        loop {
            let failed = match self.attempt(call, &read).await {
                Ok(value) => return Tried::Ended(Ok(value)),
                Err(failed) => failed,
            };
            let error = match failed.token {
                Some(token) if failed.error.status() == Some(401) && !attempts.is_replaced => {
                    attempts.is_replaced = true;
                    match self.shared.tokens().replace(&token).await {
                        Ok(true) => continue,
                        Ok(false) => failed.error,
                        Err(none) => Error::NoToken(none),
                    }
                }
                Some(_) | None => failed.error,
            };
            match error.consequence() {
                Consequence::WaitUntil(until) => {
                    if error.no_token().is_some() {
                        self.wait_for_token(until).await;
                    }
                    continue;
                }
                Consequence::Retry | Consequence::Unreachable
                    if call.may_be_tried_again(&error) => {}
                Consequence::Retry
                | Consequence::Unreachable
                | Consequence::FailRecord
                | Consequence::StopRun
                | Consequence::SignInNeeded => return Tried::Ended(Err(error)),
            }
            attempts.n_made += 1;
            return match self.policy.wait(attempts.n_made, fastrand::f64()) {
                Some(wait) => Tried::Again(self.pause(wait, &error)),
                None => Tried::Ended(Err(error)),
            };
        }
    }

    /// Sends once, and gives up whatever comes instead of an answer.
    pub(super) async fn send_once<T>(
        &self,
        call: &Call,
        read: impl Fn(&Answer) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let sent = self.attempt(call, read).await;
        sent.map_err(|failed| failed.error)
    }

    /// The token is asked for last: a wait for the limit may be longer than it lives.
    async fn attempt<T>(
        &self,
        call: &Call,
        read: impl Fn(&Answer) -> Result<T, Error>,
    ) -> Result<T, Failed> {
        let permit = self.permit().await;
        let without = |error| Failed { error, token: None };
        let token = self.shared.tokens().current().await;
        let token = token.map_err(|none| without(Error::NoToken(none)))?;
        let header = authorization(&token).map_err(without)?;
        self.count_in_year(self.now()).map_err(without)?;
        let exchanged = self.exchange(call, header).await;
        let now = self.now();
        let (rate, outcome) = match exchanged {
            Ok((mut answer, headers)) => {
                if !matches!(answer.status, 200..300) {
                    answer.hide(token.expose_secret());
                }
                let rate = RateHeaders::read(&headers, now);
                let outcome = match answer.status {
                    200..300 => read(&answer),
                    status if call.is_about_items(status, &rate) => {
                        Err(answer.refusal(&rate, now).of_items())
                    }
                    _ => Err(answer.refusal(&rate, now)),
                };
                (rate, outcome)
            }
            Err(error) => (RateHeaders::default(), Err(error)),
        };
        let is_of_outreach = outcome
            .as_ref()
            .err()
            .is_none_or(|error| error.consequence() != Consequence::Unreachable);
        self.hear(rate.date.filter(|_| is_of_outreach));
        permit.settle(now, &rate, outcome.as_ref().err());
        outcome.map_err(|error| Failed {
            error,
            token: Some(token),
        })
    }

    async fn exchange(
        &self,
        call: &Call,
        authorization: HeaderValue,
    ) -> Result<(Answer, HeaderMap), Error> {
        let sent = match call.method {
            Method::PATCH => &self.counts.patches,
            Method::POST => &self.counts.posts,
            _ => &self.counts.reads,
        };
        sent.fetch_add(1, Ordering::Relaxed);
        let request = call.request(authorization);
        let mut response = self.shared.outside.carry(request).await.map_err(|e| {
            // What found no server, or could not be put together, never left. It was counted all the same until it
            // was sure, since a request that is given up on its way has left.
            if e.is_connect() || e.is_builder() {
                sent.fetch_sub(1, Ordering::Relaxed);
            }
            Error::network(e)
        })?;
        let headers = std::mem::take(response.headers_mut());
        let mut answer = Answer {
            status: response.status().as_u16(),
            body: Vec::new(),
        };
        while let Some(chunk) = response.chunk().await.map_err(Error::network)? {
            if answer.body.len() + chunk.len() > call.max_bytes {
                return Err(answer.not_outreach("it is too long"));
            }
            answer.body.extend_from_slice(&chunk);
        }
        Ok((answer, headers))
    }

    /// A short wait, as after a single failure among many, is not worth showing.
    fn pause(&self, wait: Duration, error: &Error) -> Pause {
        let sign = (wait >= WORTH_SHOWING).then(|| {
            let waiter = Waiter::new(&self.shared);
            let what = match error.consequence() {
                Consequence::Unreachable => WaitsFor::Network,
                Consequence::WaitUntil(_)
                | Consequence::Retry
                | Consequence::FailRecord
                | Consequence::StopRun
                | Consequence::SignInNeeded => WaitsFor::Outreach,
            };
            let wait = SignedDuration::try_from(wait).unwrap_or_default();
            waiter.show(Wait {
                what,
                until: later(self.now(), wait),
            });
            waiter
        });
        Pause {
            until: Instant::now() + wait,
            _sign: sign,
        }
    }

    /// Waits until a token may be had. The wait has an end to show, as one for the limit has.
    async fn wait_for_token(&self, until: Timestamp) {
        let waiter = Waiter::new(&self.shared);
        waiter.show(Wait {
            what: WaitsFor::SignIn,
            until,
        });
        loop {
            let left = until.duration_since(self.now());
            // Whoever says "later" for an instant that has passed is asked again after a moment, not at once.
            let nap = Duration::try_from(left).unwrap_or_default();
            sleep(nap.clamp(SHORTEST_NAP, LONGEST_NAP)).await;
            if until <= self.now() {
                return;
            }
        }
    }

    /// Waits until a request may leave.
    async fn permit(&self) -> Permit {
        let mut waiter = None;
        loop {
            let changed = self.shared.changed.notified();
            let now = self.now();
            let (taken, what) = {
                let mut budget = self.shared.budget();
                (budget.take_for(now, self.urgency), budget.waits_for())
            };
            let nap = match taken {
                Ok(ticket) => {
                    return Permit {
                        shared: Arc::clone(&self.shared),
                        ticket: Some(ticket),
                    };
                }
                Err(Slot::At(until)) => {
                    waiter
                        .get_or_insert_with(|| Waiter::new(&self.shared))
                        .show(Wait { what, until });
                    until.duration_since(now).unsigned_abs().min(LONGEST_NAP)
                }
                Err(Slot::Now | Slot::AfterProbe) => LONGEST_NAP,
            };
            tokio::select! {
                () = changed => {}
                () = sleep(nap) => {}
            }
        }
    }
}

/// A slot of the budget while its request is on the way; a request that is given up gives it back.
struct Permit {
    shared: Arc<Shared>,
    ticket: Option<Ticket>,
}

impl Permit {
    fn settle(mut self, now: Timestamp, rate: &RateHeaders, error: Option<&Error>) {
        let Some(ticket) = self.ticket.take() else {
            return;
        };
        let mut budget = self.shared.budget();
        match error.map(Error::consequence) {
            Some(Consequence::WaitUntil(until)) => {
                let is_limit = error.and_then(Error::status) == Some(429);
                let what = if is_limit {
                    WaitsFor::Limit
                } else {
                    WaitsFor::Outreach
                };
                budget.on_pause(now, ticket, Wait { what, until });
            }
            // What others say of a limit is not Outreach's.
            Some(Consequence::Unreachable) => {
                budget.on_response(now, ticket, &RateHeaders::default());
            }
            None
            | Some(
                Consequence::FailRecord
                | Consequence::StopRun
                | Consequence::SignInNeeded
                | Consequence::Retry,
            ) => budget.on_response(now, ticket, rate),
        }
        drop(budget);
        self.shared.changed.notify_waiters();
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            self.shared.budget().on_lost(ticket);
            self.shared.changed.notify_waiters();
        }
    }
}

/// One of the senders that wait; the last one to go on takes the sign down.
struct Waiter {
    shared: Arc<Shared>,
}

impl Waiter {
    fn new(shared: &Arc<Shared>) -> Self {
        *lock(&shared.n_waiting) += 1;
        Self {
            shared: Arc::clone(shared),
        }
    }

    fn show(&self, wait: Wait) {
        self.shared.waiting.send_if_modified(|shown| {
            let is_news = *shown != Some(wait);
            *shown = Some(wait);
            is_news
        });
    }
}

impl fmt::Debug for Waiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiter").finish_non_exhaustive()
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        let mut n_waiting = lock(&self.shared.n_waiting);
        *n_waiting -= 1;
        if *n_waiting == 0 {
            self.shared.waiting.send_replace(None);
        }
    }
}

#[cfg(test)]
mod tests;
