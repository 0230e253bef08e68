//! What an answer means for its change, and what several in a row mean for the run.

use super::{Error, InDoubt, MAX_IN_FLIGHT};
use crate::{
    model::{Change, FieldSet, FieldValue, Target},
    outreach::{self, Consequence, Echo},
    store::{Held, Verdict},
    sync::meaning,
};

/// After so many equal refusals in a row the run stops and asks: a permission is missing, not a record wrong.
const MAX_SAME_REFUSALS: usize = 20;

/// After so many changes in a row without a clear answer Outreach counts as out of reach.
const MAX_UNSETTLED: usize = MAX_IN_FLIGHT;

/// What the last answers had in common.
#[derive(Debug, Default)]
pub(super) struct Streak {
    refusal: Option<(String, usize)>,
    n_unsettled: usize,
}

impl Streak {
    pub(super) fn add(&mut self, verdict: &Verdict) -> Result<(), Error> {
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
    pub(super) fn judge(
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

/// A change that is not sent because of what was read.
pub(super) fn refused_unsent(change: &Change, code: &str, in_doubt: &InDoubt) -> Verdict {
    Verdict::Refused {
        code: code.to_owned(),
        what: meaning::of(code, None).to_owned(),
        outreach: String::new(),
        held: in_doubt.held(change),
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
pub(super) fn field_value(held: &serde_json::Value) -> Option<FieldValue<'_>> {
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
