//! Sends the outbox to Outreach, one request a prospect, and settles every answer in the store.
//!
//! A change takes one of [`MAX_IN_FLIGHT`] places when its request leaves and gives it back when its answer is
//! committed. So when the process dies, at most that many changes are sent a second time, with the same values.

use std::{collections::VecDeque, time::Duration};

use jiff::Timestamp;
use tokio::{task::JoinSet, time::timeout};

use super::{Error, Hooks, InDoubt, Progress, meaning};
use crate::{
    model::{Change, FieldSet, FieldValue, OutreachId, Run, Target},
    outreach::{self, Client, Consequence, Echo},
    store::{Answer, Held, Store, Verdict},
};

/// Requests that are under way at once. Outreach names no limit; more gain nothing at its hourly rate.
pub const MAX_IN_FLIGHT: usize = 16;

/// After so many equal refusals in a row the run stops and asks: a permission is missing, not a record wrong.
const MAX_SAME_REFUSALS: usize = 20;

/// After so many changes in a row without a clear answer Outreach counts as out of reach.
const MAX_UNSETTLED: usize = MAX_IN_FLIGHT;

/// How long requests under way may take to end once the run stops; what has not ended then stays in the outbox.
const GRACE: Duration = Duration::from_secs(5);

/// How many changes are taken out of the database at once.
const PAGE: u32 = 512;

/// Sends what is in the outbox and counts what becomes of it in the run's figures.
///
/// # Errors
/// If the run cannot go on; what is not settled then is still in the outbox.
pub async fn deliver(
    store: &mut Store,
    client: &Client,
    run: &mut Run,
    in_doubt: &InDoubt,
    hooks: &Hooks,
) -> Result<(), Error> {
    let n_changes = run.figures.pending;
    let mut delivery = Delivery {
        client,
        in_doubt,
        in_flight: JoinSet::new(),
        queue: VecDeque::new(),
        last: None,
        streak: Streak::default(),
    };
    loop {
        if hooks.is_stopping() && run.figures.pending > 0 {
            delivery.wind_down(store, run).await?;
            return Err(Error::Asked);
        }
        delivery.fill(store)?;
        if delivery.in_flight.is_empty() {
            return Ok(());
        }
        let answers = tokio::select! {
            biased;
            () = hooks.stopping() => {
                delivery.wind_down(store, run).await?;
                return Err(Error::Asked);
            }
            answers = delivery.next_answers() => answers,
        };
        let settled = delivery.settle(store, run, answers);
        (hooks.progress)(Progress::Delivering {
            n_settled: n_changes - run.figures.pending.min(n_changes),
            n_changes,
        });
        if let Err(error) = settled {
            delivery.wind_down(store, run).await?;
            if let Error::SameRefusal { code, .. } = &error {
                store.forget_refusals(code)?;
            }
            return Err(error);
        }
    }
}

type Outcome = (Change, Result<Echo, outreach::Error>);

struct Delivery<'a> {
    client: &'a Client,
    in_doubt: &'a InDoubt,
    in_flight: JoinSet<Outcome>,
    queue: VecDeque<Change>,
    /// The last prospect that was taken out of the outbox.
    last: Option<OutreachId>,
    streak: Streak,
}

/// What the last answers had in common.
#[derive(Debug, Default)]
struct Streak {
    refusal: Option<(String, usize)>,
    n_unsettled: usize,
}

impl Delivery<'_> {
    fn fill(&mut self, store: &Store) -> Result<(), Error> {
        while self.in_flight.len() < MAX_IN_FLIGHT {
            if self.queue.is_empty() {
                self.queue = store.outbox_after(self.last, PAGE)?.into();
                self.last = self
                    .queue
                    .back()
                    .map(|change| change.prospect)
                    .or(self.last);
            }
            let Some(change) = self.queue.pop_front() else {
                return Ok(());
            };
            let client = self.client.clone();
            self.in_flight.spawn(async move {
                let answer = client.patch_prospect(change.prospect, &change.fields).await;
                (change, answer)
            });
        }
        Ok(())
    }

    /// Waits for one answer and takes all that are there; empty if nothing is under way.
    async fn next_answers(&mut self) -> Vec<Outcome> {
        let mut answers = vec![];
        // A task that panicked or was cancelled has no answer; its change is still in the outbox.
        answers.extend(self.in_flight.join_next().await.and_then(Result::ok));
        while let Some(answer) = self.in_flight.try_join_next() {
            answers.extend(answer.ok());
        }
        answers
    }

    /// Commits what can be settled; the error is the first answer that the run cannot go on after.
    fn settle(
        &mut self,
        store: &mut Store,
        run: &mut Run,
        outcomes: Vec<Outcome>,
    ) -> Result<(), Error> {
        let mut ending = Ok(());
        let mut answers = Vec::with_capacity(outcomes.len());
        for (change, outcome) in outcomes {
            match self.streak.judge(&change, outcome, self.in_doubt) {
                Ok(verdict) => {
                    match verdict {
                        Verdict::Confirmed => run.figures.activated += 1,
                        Verdict::HeldAlready => run.figures.unchanged += 1,
                        Verdict::Refused { .. } | Verdict::Unsettled { .. } => {
                            run.figures.failed += 1;
                        }
                    }
                    run.figures.pending = run.figures.pending.saturating_sub(1);
                    if let Err(error) = self.streak.add(&verdict) {
                        ending = ending.and(Err(error));
                    }
                    answers.push(Answer { change, verdict });
                }
                Err(error) => ending = ending.and(Err(Error::Outreach(error))),
            }
        }
        run.requests = self.client.requests();
        store.settle(
            run.id,
            &answers,
            &run.figures,
            &run.requests,
            Timestamp::now(),
        )?;
        ending
    }

    /// Lets what is under way end, for a moment; nothing new is sent.
    async fn wind_down(&mut self, store: &mut Store, run: &mut Run) -> Result<(), Error> {
        let mut outcomes = vec![];
        let all = async {
            while let Some(outcome) = self.in_flight.join_next().await {
                outcomes.extend(outcome.ok());
            }
        };
        let in_time = timeout(GRACE, all).await.is_ok();
        if !in_time {
            self.in_flight.abort_all();
        }
        // The run already has a reason to end; what these answers say against going on adds nothing.
        match self.settle(store, run, outcomes) {
            Err(Error::Store(error)) => Err(error.into()),
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

impl Streak {
    fn add(&mut self, verdict: &Verdict) -> Result<(), Error> {
        match verdict {
            Verdict::Refused { code, outreach, .. } if code == "unauthorizedRequest" => {
                self.n_unsettled = 0;
                let times = match &self.refusal {
                    Some((words, times)) if words == outreach => times + 1,
                    _ => 1,
                };
                self.refusal = Some((outreach.clone(), times));
                if times >= MAX_SAME_REFUSALS {
                    return Err(Error::SameRefusal {
                        code: code.clone(),
                        times,
                    });
                }
            }
            Verdict::Confirmed | Verdict::HeldAlready | Verdict::Refused { .. } => {
                *self = Self::default();
            }
            Verdict::Unsettled { .. } => self.n_unsettled += 1,
        }
        Ok(())
    }

    /// What an answer means for its change; the error ends the run and leaves the change in the outbox.
    fn judge(
        &self,
        change: &Change,
        outcome: Result<Echo, outreach::Error>,
        in_doubt: &InDoubt,
    ) -> Result<Verdict, outreach::Error> {
        let error = match outcome {
            Ok(Echo::Confirmed | Echo::Unsaid) => return Ok(Verdict::Confirmed),
            Ok(Echo::Differs(differing)) => return Ok(echo_differs(change, &differing)),
            Err(error) => error,
        };
        let code = error.code().into_owned();
        let what = meaning::of(&code, error.status()).to_owned();
        let outreach = error.words().to_owned();
        match error.consequence() {
            Consequence::FailRecord => Ok(Verdict::Refused {
                code,
                what,
                outreach,
                held: in_doubt.held(change),
            }),
            Consequence::Retry | Consequence::WaitUntil(_) if self.n_unsettled < MAX_UNSETTLED => {
                Ok(Verdict::Unsettled {
                    code,
                    what,
                    outreach,
                })
            }
            Consequence::Retry
            | Consequence::WaitUntil(_)
            | Consequence::StopRun
            | Consequence::SignInNeeded
            | Consequence::Unreachable => Err(error),
        }
    }
}

/// Outreach took the request and holds something else: the ledger keeps what it holds, and the record has failed.
fn echo_differs(change: &Change, differing: &[(Target, serde_json::Value)]) -> Verdict {
    let code = "echo_differs";
    let held: Vec<_> = differing
        .iter()
        .map(|(target, value)| format!("{target} is {value}"))
        .collect();
    Verdict::Refused {
        code: code.to_owned(),
        what: meaning::of(code, None).to_owned(),
        outreach: held.join("; "),
        held: Held::Now(held_now(change, differing)),
    }
}

/// What Outreach holds of the fields sent, as far as it says so in a form that the ledger can keep.
fn held_now(change: &Change, differing: &[(Target, serde_json::Value)]) -> FieldSet {
    let mut held = FieldSet::new();
    for (target, sent) in &change.fields {
        match differing.iter().find(|(other, _)| *other == target) {
            None => held.push(target, sent),
            Some((_, value)) => {
                if let Some(value) = field_value(value) {
                    held.push(target, value);
                }
            }
        }
    }
    held
}

/// Null is not kept: that an attribute is empty says nothing of what it should be.
fn field_value(held: &serde_json::Value) -> Option<FieldValue<'_>> {
    match held {
        serde_json::Value::String(text) => Some(FieldValue::Text(text)),
        serde_json::Value::Bool(yes) => Some(FieldValue::Boolean(*yes)),
        serde_json::Value::Number(number) => number
            .as_i64()
            .map(FieldValue::Integer)
            .or_else(|| number.as_f64().map(FieldValue::Float)),
        serde_json::Value::Null | serde_json::Value::Array(_) | serde_json::Value::Object(_) => {
            None
        }
    }
}
