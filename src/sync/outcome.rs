//! What came of a plan.

use std::collections::BTreeMap;

use super::{Forecast, guard::Exits};
use crate::{
    model::{AudienceId, Change, FieldSet, FieldValue, Figures, OutreachId, Target},
    store::Held,
};

/// One field of one change, for people to look at.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct SampleLine {
    /// The prospect.
    pub prospect: OutreachId,
    /// The attribute.
    pub field: String,
    /// What Outreach is known to hold; `None` if nothing is known.
    pub old: Option<serde_json::Value>,
    /// What would be written.
    pub new: serde_json::Value,
}

/// What came of a plan.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// What becomes of the profiles.
    pub figures: Figures,
    /// How many prospects would change.
    pub n_changes: u64,
    /// The first changes.
    pub sample: Vec<SampleLine>,
    /// How many members leave their audiences.
    pub exits: Exits,
    /// How many records the source had, readable or not.
    pub n_records: u64,
    /// What may have been written although nothing says so.
    pub in_doubt: InDoubt,
    /// Why records were excluded.
    pub exclusions: Exclusions,
    /// The audiences that no file or record names.
    pub lacking_audiences: Vec<AudienceId>,
    /// The mapped fields that no record has.
    pub lacking_fields: Vec<String>,
    /// How many records may be anybody's: they have no id, or one that tells nothing.
    pub n_nameless: u64,
    /// How many of those the next plan takes for usual: people leave although there are so many.
    pub n_usual_nameless: u64,
    /// How many who are gone from the source stay in their audiences, because as many records may be theirs.
    pub n_kept: u64,
    /// What delivering it would take; only a dry run works it out.
    pub forecast: Option<Forecast>,
}

/// Changes that an earlier run left in the outbox: some of them may have been written, and the answer was lost.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InDoubt {
    /// Their prospects, in order.
    pub prospects: Vec<OutreachId>,
    /// The fields that hold the statuses of audiences.
    pub statuses: Vec<Target>,
}

impl InDoubt {
    /// What Outreach holds after it has refused this change. A status that may be anything is kept as such: its
    /// prospect may be a member, and has to be able to leave.
    pub(super) fn held(&self, change: &Change) -> Held {
        if self.prospects.binary_search(&change.prospect).is_err() {
            return Held::AsBefore;
        }
        let mut kept = FieldSet::new();
        for (target, _) in &change.fields {
            if self.statuses.contains(&target) {
                kept.push(target, FieldValue::Null);
            }
        }
        Held::Unknown(kept)
    }
}

/// How many records were excluded for which reason.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Exclusions(BTreeMap<String, (u64, String)>);

impl Exclusions {
    /// Counts one more.
    pub fn add(&mut self, code: &str, what: &str) {
        match self.0.get_mut(code) {
            Some((n, _)) => *n += 1,
            None => {
                self.0.insert(code.to_owned(), (1, what.to_owned()));
            }
        }
    }

    /// All of them.
    pub fn total(&self) -> u64 {
        self.0.values().map(|(n, _)| n).sum()
    }

    /// Each reason with how many it excluded, and the words for the first of them; the most frequent first.
    pub fn by_code(&self) -> impl Iterator<Item = (&str, u64, &str)> {
        let mut all: Vec<_> = self
            .0
            .iter()
            .map(|(code, (n, what))| (code.as_str(), *n, what.as_str()))
            .collect();
        all.sort_by_key(|(_, n, _)| std::cmp::Reverse(*n));
        all.into_iter()
    }
}
