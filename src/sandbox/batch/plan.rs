//! How a batch goes when a fault has a say in it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// What becomes of one batch; the default is a batch that goes as the settings say, and well.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub struct BatchPlan {
    /// Milliseconds in `pending`, instead of the setting.
    pub pending_ms: Option<u64>,
    /// Milliseconds in `processing`, instead of the setting.
    pub ms: Option<u64>,
    /// How often it must be looked at by its id before it ends; its items are done in as many steps.
    pub polls: u32,
    /// How it ends.
    pub end: BatchEnd,
    /// How many items are done before an end that is not `finished`.
    pub after: usize,
    /// Waits for a confirmation, or does not, whatever the request says.
    pub confirm: Option<bool>,
    /// The number of items it claims to have while it waits for the confirmation.
    pub confirm_count: Option<usize>,
    /// Whether the confirmation must name the number of items, instead of the sandbox's own rule.
    pub confirmed_count_required: Option<bool>,
    /// Items that go wrong. Of several that concern one item, the first counts.
    pub items: Vec<ItemFault>,
}

/// How a batch ends.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum BatchEnd {
    /// Every item was tried.
    #[default]
    Finished,
    /// It breaks off as a whole.
    Failed,
    /// Somebody else cancels it.
    Canceled,
    /// Not at all: it stays in `processing` until it is canceled.
    Never,
}

/// Items of a batch that go wrong.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub struct ItemFault {
    /// What goes wrong.
    pub failure: ItemFailure,
    /// Only these prospects; all if empty.
    pub prospects: BTreeSet<u64>,
    /// Only every so many-th item of the batch, from the first; 0 and 1 are every one.
    pub every: usize,
    /// The item's `info`, instead of the text that belongs to the failure.
    pub info: Option<String>,
}

/// What goes wrong with an item.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum ItemFailure {
    /// Something else holds the prospect at this moment.
    #[default]
    Locked,
    /// The prospect is said not to exist.
    NotFound,
    /// The value is said to be invalid.
    Validation,
    /// The user is said to lack the right.
    NotPermitted,
    /// The item says that it failed, but the prospect was changed.
    FailedAfterApply,
    /// The item says that it was done, but the prospect was not changed.
    Lost,
}

impl BatchPlan {
    pub(super) fn failure(&self, index: usize, prospect: u64) -> Option<&ItemFault> {
        let fault = |fault: &&ItemFault| fault.concerns(index, prospect);
        self.items.iter().find(fault)
    }
}

impl ItemFault {
    fn concerns(&self, index: usize, prospect: u64) -> bool {
        let is_named = self.prospects.is_empty() || self.prospects.contains(&prospect);
        is_named && index.is_multiple_of(self.every.max(1))
    }

    /// What the item says about it.
    pub(super) fn text(&self, prospect: u64) -> String {
        self.info.clone().unwrap_or_else(|| match self.failure {
            ItemFailure::Locked => {
                "The record is locked by another operation; please try again.".to_owned()
            }
            ItemFailure::NotFound => not_found(prospect),
            ItemFailure::Validation => "Validation failed: the value is invalid.".to_owned(),
            ItemFailure::NotPermitted => NOT_PERMITTED.to_owned(),
            ItemFailure::FailedAfterApply | ItemFailure::Lost => {
                "Something went wrong on our end.".to_owned()
            }
        })
    }
}

pub(super) const NOT_PERMITTED: &str = "You are not authorized to perform that request.";

pub(super) fn not_found(prospect: u64) -> String {
    format!("Could not find 'prospect' with ID '{prospect}'.")
}
