//! The network between the program and Outreach: every request gets its fate from the seed, and every event on its way
//! is a moment at which the computer may die.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use audience_sync::{
    outreach::{Carried, Outside},
    sandbox::{Reply, Sandbox},
};
use axum::{
    body::{Bytes, to_bytes},
    http::{HeaderMap, Response as HttpResponse, StatusCode},
};
use jiff::{SignedDuration, Timestamp};
use reqwest::{Request, Response};
use serde_json::{Map, json};
use tokio::{
    sync::{Notify, watch},
    time::sleep,
};

use super::{
    disk::{Disk, Image},
    source::OWNED,
    storm::{Fate, Mishap, Storm},
    trace::Trace,
};

/// How long the client waits for an answer.
const PATIENCE: Duration = Duration::from_mins(1);

/// The network; clones are the same one.
#[derive(Clone)]
pub(super) struct Network(Arc<Inner>);

struct Inner {
    sandbox: Arc<Sandbox>,
    trace: Trace,
    state: Mutex<State>,
    /// The computer has died.
    died: Notify,
}

/// What the network knows and has seen.
pub(super) struct State {
    pub(super) storm: Storm,
    pub(super) disk: Disk,
    /// How far the computer's clock is off.
    skew: SignedDuration,
    /// Counts the lives of the program.
    life: u64,
    /// After so many events the computer dies, or the person stops the run.
    pub(super) ending: Option<(u32, Ending)>,
    /// What the crash has left.
    pub(super) image: Option<Image>,
    /// Asks the run to stop.
    pub(super) stop: watch::Sender<bool>,
    n_requests: u64,
    /// What people have changed since the newest export, or ever.
    pub(super) edits: BTreeMap<(u32, &'static str), Vec<serde_json::Value>>,
    pub(super) is_edited_lately: bool,
    n_prospects: u32,
    /// Until when the program was told to send nothing.
    told: Option<Timestamp>,
    /// The number of batches that were there at the newest export.
    pub(super) n_old_batches: usize,
    pub(super) faults: Vec<String>,
    pub(super) counts: BTreeMap<&'static str, u64>,
}

/// How a run is ended from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Crash,
    Stop,
}

/// Where a request is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    Leaves,
    Arrives,
    Returns,
}

impl Network {
    pub(super) fn new(
        sandbox: Arc<Sandbox>,
        trace: Trace,
        storm: Storm,
        disk: Disk,
        n_prospects: u32,
    ) -> Self {
        Self(Arc::new(Inner {
            sandbox,
            trace,
            died: Notify::new(),
            state: Mutex::new(State {
                storm,
                disk,
                skew: SignedDuration::ZERO,
                life: 0,
                ending: None,
                image: None,
                stop: watch::Sender::new(false),
                n_requests: 0,
                edits: BTreeMap::new(),
                is_edited_lately: false,
                n_prospects,
                told: None,
                n_old_batches: 0,
                faults: vec![],
                counts: BTreeMap::new(),
            }),
        }))
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().expect("a lock")
    }

    /// Ends when the computer has died.
    pub(super) async fn died(&self) {
        self.0.died.notified().await;
    }

    /// The program is started: what it was told before is forgotten.
    pub(super) fn begin_life(&self) {
        let mut state = self.state();
        state.life += 1;
        state.told = None;
    }

    /// Something happens beside the requests.
    pub(super) fn happen(&self, mishap: Mishap) {
        let mut state = self.state();
        self.0.trace.note(format!("{mishap:?}"));
        *state.counts.entry(mishap.name()).or_default() += 1;
        match mishap {
            Mishap::ClockSet(hours) => {
                state.skew = SignedDuration::from_hours(hours);
                state.told = None;
            }
            Mishap::Sleeps => {
                self.0.sandbox.advance(Duration::from_hours(8));
                state.told = None;
            }
            Mishap::TokensDie => self.0.sandbox.revoke_tokens(),
            Mishap::OthersSend(n) => self.0.sandbox.spend(n),
            Mishap::PersonEdits => {
                let n_prospects = state.n_prospects;
                let prospect = state.storm.random.u32(1..=n_prospects);
                let attribute = OWNED[state.storm.random.usize(..OWNED.len())];
                let value = json!(format!("Person {}", state.storm.random.u8(..)));
                let values = Map::from_iter([(attribute.to_owned(), value.clone())]);
                let changed = self.0.sandbox.change_prospect(prospect, values);
                changed.expect("an attribute");
                let edits = state.edits.entry((prospect, attribute)).or_default();
                edits.push(value);
                state.is_edited_lately = true;
            }
        }
    }

    /// Somebody or something acts at this event; false if the program is dead and nothing more of it happens.
    fn pass(&self, event: Event, life: u64) -> bool {
        let mut state = self.state();
        if state.life != life || state.image.is_some() {
            return false;
        }
        let is_due = match &mut state.ending {
            Some((0, ending)) => Some(*ending),
            Some((left, _)) => {
                *left -= 1;
                None
            }
            None => None,
        };
        match is_due {
            Some(Ending::Crash) => {
                let State { disk, storm, .. } = &mut *state;
                // What left or came back depends on nothing that is not on the disk yet.
                let is_torn = event != Event::Arrives;
                state.image = Some(disk.crash(&mut storm.random, is_torn));
                state.ending = None;
                self.0.trace.note(format!("crash as a request {event:?}"));
                self.0.died.notify_one();
                return false;
            }
            Some(Ending::Stop) => {
                state.stop.send_replace(true);
                state.ending = None;
                self.0.trace.note("asked to stop");
            }
            None => {}
        }
        state.disk.mark();
        let mishap = state.storm.mishap();
        drop(state);
        if let Some(mishap) = mishap {
            self.happen(mishap);
        }
        true
    }

    async fn exchange(self, request: Request) -> Result<Response, reqwest::Error> {
        let (life, number, fate) = {
            let mut state = self.state();
            state.n_requests += 1;
            (state.life, state.n_requests, state.storm.fate())
        };
        if !self.pass(Event::Leaves, life) {
            return std::future::pending().await;
        }
        self.0.trace.note(format!(
            "{number} leaves: {} {}{} {fate:?}",
            request.method(),
            request.url(),
            short(&request),
        ));
        self.expect_patience();
        let is_order = request.url().path().ends_with("prospectsBulkModify");
        let (there, back) = {
            let mut state = self.state();
            *state.counts.entry("requests").or_default() += 1;
            if is_order && fate.is_applied() && fate != Fate::Answered {
                *state.counts.entry("orders without an answer").or_default() += 1;
            }
            (state.storm.way(), state.storm.way())
        };
        let mut under_way = UnderWay {
            network: self.clone(),
            number,
            request: Some(request),
            lands: fate.is_applied(),
        };
        sleep(there).await;
        let reply = under_way.land();
        if !self.pass(Event::Arrives, life) {
            return std::future::pending().await;
        }
        let rest = match fate {
            Fate::Hangs { .. } => PATIENCE.saturating_sub(there),
            Fate::Answered
            | Fate::Lost { .. }
            | Fate::Status { .. }
            | Fate::Page
            | Fate::NoContent
            | Fate::Half => back + reply.as_ref().map_or(Duration::ZERO, |reply| reply.delay),
        };
        sleep(rest).await;
        if !self.pass(Event::Returns, life) {
            return std::future::pending().await;
        }
        let response = self.response(fate, reply).await;
        let status = response.as_ref().map(Response::status).ok();
        self.0.trace.note(format!("{number} returns: {status:?}"));
        response
    }

    /// A program that was told to wait sends nothing before that.
    fn expect_patience(&self) {
        let mut state = self.state();
        let now = self.0.sandbox.now();
        if let Some(until) = state.told.filter(|until| now < *until) {
            let fault = format!("a request left at {now} although a 429 said not before {until}");
            state.faults.push(fault);
        }
    }

    async fn response(&self, fate: Fate, reply: Option<Reply>) -> Result<Response, reqwest::Error> {
        Ok(match (fate, reply) {
            (Fate::Answered, Some(reply)) if !reply.is_cut => {
                if reply.response.status() == StatusCode::TOO_MANY_REQUESTS {
                    self.note_told(reply.response.headers());
                }
                let (parts, body) = reply.response.into_parts();
                let bytes = to_bytes(body, usize::MAX).await.expect("it is whole");
                HttpResponse::from_parts(parts, bytes).into()
            }
            (
                Fate::Status {
                    status, come_back, ..
                },
                _,
            ) => {
                let at = come_back.map(|secs| self.0.sandbox.now() + Duration::from_secs(secs));
                let page = "<html><body>Something is wrong here.</body></html>";
                let mut answer = HttpResponse::new(page);
                *answer.status_mut() = StatusCode::from_u16(status).expect("a status");
                if let Some(at) = at {
                    let at = at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
                    let at = at.parse().expect("a header");
                    answer.headers_mut().insert("retry-after", at);
                }
                answer.into()
            }
            (Fate::Page, _) => HttpResponse::new("<html>Sign in</html>").into(),
            (Fate::NoContent, Some(reply)) if reply.response.status().is_success() => {
                let mut answer = HttpResponse::new("");
                *answer.status_mut() = StatusCode::NO_CONTENT;
                answer.into()
            }
            (Fate::Half, Some(reply)) if reply.response.status().is_success() => {
                HttpResponse::new("{\"data\":{\"id\":").into()
            }
            _ => return Err(lost()),
        })
    }

    fn note_told(&self, headers: &HeaderMap) {
        let reset = headers.get("x-ratelimit-reset");
        let reset = reset.and_then(|value| value.to_str().ok()?.parse().ok());
        let mut state = self.state();
        *state.counts.entry("429").or_default() += 1;
        state.told = reset.and_then(|second| Timestamp::from_second(second).ok());
    }

    /// Lets Outreach carry a request out, and looks at what it has done.
    fn carry_out(&self, number: u64, request: &Request) -> Reply {
        let body = request.body().and_then(reqwest::Body::as_bytes);
        let uri = request.url().as_str().parse().expect("an address");
        let reply = self.0.sandbox.answer(
            request.method().clone(),
            uri,
            request.headers().clone(),
            Bytes::copy_from_slice(body.unwrap_or_default()),
        );
        let status = reply.response.status();
        self.0.trace.note(format!("{number} arrives: {status}"));
        let is_batch = request.url().path().ends_with("prospectsBulkModify");
        if is_batch && status.is_success() {
            self.expect_no_twin();
        }
        reply
    }

    /// The newest batch must not do what another one of the same export is doing or has done.
    fn expect_no_twin(&self) {
        let batches = self.0.sandbox.batches();
        let mut state = self.state();
        *state.counts.entry("batches").or_default() += 1;
        let Some((newest, before)) = batches.split_last() else {
            return;
        };
        let is_twin = |other: &&audience_sync::sandbox::BatchRecord| {
            let is_done =
                !other.state.is_over() || (other.pending == 0 && other.failures.is_empty());
            is_done && other.attributes == newest.attributes && other.prospects == newest.prospects
        };
        let n_old = state.n_old_batches.min(before.len());
        let twin = before[n_old..].iter().find(is_twin);
        if let Some(twin) = twin.filter(|_| !state.is_edited_lately) {
            let fault = format!("batch {} does what batch {} does", newest.id, twin.id);
            state.faults.push(fault);
        }
    }
}

impl Outside for Network {
    fn carry(&self, request: Request) -> Carried {
        let network = self.clone();
        Box::pin(network.exchange(request))
    }

    fn now(&self) -> Timestamp {
        self.0.sandbox.now() + self.state().skew
    }
}

/// A request that has left. It may land although nobody waits for its answer any more.
struct UnderWay {
    network: Network,
    number: u64,
    request: Option<Request>,
    lands: bool,
}

impl UnderWay {
    fn land(&mut self) -> Option<Reply> {
        let request = self.request.take()?;
        self.lands
            .then(|| self.network.carry_out(self.number, &request))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        if let Some(request) = self.request.take()
            && self.lands
            && self.network.state().storm.random.bool()
        {
            drop(self.network.carry_out(self.number, &request));
        }
    }
}

impl Fate {
    fn is_applied(self) -> bool {
        match self {
            Self::Lost { is_applied }
            | Self::Hangs { is_applied }
            | Self::Status { is_applied, .. } => is_applied,
            Self::Page => false,
            Self::Answered | Self::NoContent | Self::Half => true,
        }
    }
}

impl Mishap {
    fn name(self) -> &'static str {
        match self {
            Self::ClockSet(_) => "clock set",
            Self::Sleeps => "sleeps",
            Self::TokensDie => "tokens die",
            Self::OthersSend(_) => "others send",
            Self::PersonEdits => "person edits",
        }
    }
}

/// The beginning of a request's body.
fn short(request: &Request) -> String {
    let body = request.body().and_then(reqwest::Body::as_bytes);
    let text = String::from_utf8_lossy(body.unwrap_or_default());
    format!(" {}", text.chars().take(300).collect::<String>())
}

/// The error of a request that gets no answer: one of `reqwest`'s own that is at hand, for none can be made.
fn lost() -> reqwest::Error {
    let answer = HttpResponse::builder().status(500).body("");
    let answer = Response::from(answer.expect("an answer"));
    answer.error_for_status().expect_err("it is none")
}
