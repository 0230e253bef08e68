//! One pass of a destination: why it ran, what became of every profile, and what could not be written.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{OutreachId, Place, Problem, RunId};

/// Why a run was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The destination has never run.
    FirstActivation,
    /// The source is not as it was at the last run.
    SourceChanged,
    /// An audience's start or end date was reached, or changes of an earlier run were waiting.
    Schedule,
    /// A person asked.
    Manual,
}

impl Cause {
    /// The word that is stored and shown in `--json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FirstActivation => "first_activation",
            Self::SourceChanged => "source_changed",
            Self::Schedule => "schedule",
            Self::Manual => "manual",
        }
    }

    /// Reads a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        [
            Self::FirstActivation,
            Self::SourceChanged,
            Self::Schedule,
            Self::Manual,
        ]
        .into_iter()
        .find(|c| c.as_str() == word)
    }
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// It is going on.
    Processing,
    /// Everything that could be written was written.
    Completed,
    /// Some records were refused by Outreach.
    Partial,
    /// It could not do its work: the source, the sign-in or Outreach was out of reach, or every record was refused.
    Failed,
    /// A person or a guard ended it; what is left waits in the outbox or was never planned.
    Stopped,
}

impl RunStatus {
    /// The word that is stored and shown in `--json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Processing => "processing",
            Self::Completed => "completed",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
        }
    }

    /// Reads a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        [
            Self::Processing,
            Self::Completed,
            Self::Partial,
            Self::Failed,
            Self::Stopped,
        ]
        .into_iter()
        .find(|s| s.as_str() == word)
    }
}

/// What became of the profiles of a run; each received profile is counted in exactly one of the five fates.
///
/// Received are the rows of the source, the profiles that are gone from a full snapshot and had to leave an
/// audience, and the changes that an earlier run left waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Figures {
    /// Confirmed by Outreach.
    pub activated: u64,
    /// Not sent: a required field is missing or wrong.
    pub excluded: u64,
    /// Refused by Outreach after all retries.
    pub failed: u64,
    /// Nothing to send.
    pub unchanged: u64,
    /// Planned and not yet confirmed.
    pub pending: u64,
}

impl Figures {
    /// How many profiles the run has received: the sum of the five fates.
    pub fn received(&self) -> u64 {
        self.activated + self.excluded + self.failed + self.unchanged + self.pending
    }

    /// Activated ÷ (activated + failed + excluded), from 0 to 1; nothing when there was nothing to activate.
    pub fn activation_rate(&self) -> Option<f64> {
        let tried = self.activated + self.failed + self.excluded;
        #[expect(
            clippy::cast_precision_loss,
            reason = "a rate is shown with a few digits"
        )]
        let rate = self.activated as f64 / tried as f64;
        (tried > 0).then_some(rate)
    }
}

/// How many requests went to Outreach, by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Requests {
    /// One prospect each.
    pub patch: u64,
    /// Many prospects each.
    pub bulk: u64,
    /// Reads of prospects, labels and users.
    pub read: u64,
    /// Sign-ins and refreshes.
    pub token: u64,
}

impl Requests {
    /// All of them.
    pub fn total(&self) -> u64 {
        self.patch + self.bulk + self.read + self.token
    }
}

/// One pass of a destination.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Its number within the destination.
    pub id: RunId,
    /// Why it was started.
    pub cause: Cause,
    /// How it ended.
    pub status: RunStatus,
    /// When it began.
    pub started: Timestamp,
    /// When it ended; `None` while it goes on.
    pub ended: Option<Timestamp>,
    /// What became of every profile.
    pub figures: Figures,
    /// What it cost.
    pub requests: Requests,
    /// What kept it from its work.
    pub problem: Option<Problem>,
}

impl Run {
    /// Whether the program ended before it did.
    pub fn is_interrupted(&self) -> bool {
        let problem = self.problem.as_ref();
        problem.is_some_and(|problem| problem.code == Problem::INTERRUPTED)
    }

    /// The same run as it is if nobody works on it: one that goes on was interrupted.
    #[must_use]
    pub fn without_worker(self) -> Self {
        if self.status != RunStatus::Processing {
            return self;
        }
        Self {
            status: RunStatus::Stopped,
            problem: Some(Problem::interrupted()),
            ..self
        }
    }
}

/// Whether a record was held back by us or refused by Outreach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// Not sent.
    Excluded,
    /// Refused by Outreach.
    Failed,
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Excluded => "excluded",
            Self::Failed => "failed",
        })
    }
}

/// A record that was not written, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordFault {
    /// Whose decision it was.
    pub fate: Fate,
    /// The prospect, if the record named one.
    pub prospect: Option<OutreachId>,
    /// Where in the source it stands.
    #[serde(flatten)]
    pub place: Place,
    /// A short fixed word, such as `outreach_id_missing` or Outreach's own `resourceNotFound`.
    pub code: String,
    /// What is wrong with the record.
    pub what: String,
    /// Outreach's own words; empty if it was not asked.
    pub outreach: String,
}
