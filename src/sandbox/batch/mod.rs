//! Bulk requests: one request that sets the same values on many prospects, carried out bit by bit afterwards.
//!
//! A batch is `pending`, then perhaps `confirming` until it is confirmed, then `processing`, and ends as `finished`,
//! `failed` or `canceled`. Nothing runs in the background: whoever looks at the world sees what is due by then.
//! The provider names no state for a batch that is under way; `processing` is a guess, as are an item's states.

mod control;
#[cfg(test)]
mod faults_tests;
mod items;
mod library;
mod listing;
mod order;
mod plan;
mod progress;
mod quota;
mod resource;
mod routes;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::prospects::Write;

pub(super) use control::routes;
pub use library::BatchRecord;
pub use plan::{BatchEnd, BatchPlan, ItemFailure, ItemFault};
pub(super) use quota::Quota;
pub(super) use routes::{BatchRoute, Desk};

/// How long the provider keeps a batch, as one reader of its documentation noted.
const KEPT: Duration = Duration::from_hours(30 * 24);

/// Where a batch stands.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum BatchState {
    /// Taken, and not begun.
    Pending,
    /// Waits to be confirmed.
    Confirming,
    /// Under way.
    Processing,
    /// Every item was tried.
    Finished,
    /// Broken off as a whole.
    Failed,
    /// Canceled by somebody.
    Canceled,
}

/// Whether the org has bulk requests.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum BatchOffer {
    /// It has.
    #[default]
    On,
    /// Nobody is allowed to use them: 403.
    Forbidden,
    /// Their paths are unknown: 404.
    Missing,
}

/// What a batch's `payload` holds.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum BatchPayload {
    /// The values to set.
    #[default]
    Values,
    /// The values and every id, as they were sent.
    WithIds,
    /// Nothing: null.
    Absent,
}

/// What the settings say about batches.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manners {
    pub(super) offer: BatchOffer,
    pub(super) pending: Duration,
    pub(super) processing: Duration,
    pub(super) payload: BatchPayload,
    /// Whether an item's `data` tells which prospect it is about.
    pub(super) item_data: bool,
    /// A confirmation must name the number of items if there are more than this.
    pub(super) count_above: usize,
}

/// What a request orders to be done.
#[derive(Debug)]
struct Order {
    action: &'static str,
    /// The attributes as they were sent, without the ids.
    payload: Map<String, Value>,
    write: Write,
    /// The same for the same values.
    fingerprint: u64,
    /// Why no prospect can take the values.
    invalid: Option<String>,
    skips_confirmation: bool,
    /// The prospects, each once, in the order of the request.
    targets: Vec<u64>,
}

#[derive(Debug)]
pub(super) struct Batch {
    id: u64,
    creator: u64,
    order: Order,
    plan: BatchPlan,
    pending: Duration,
    processing: Duration,
    /// The id of the item of the first target; the others follow.
    first_item: u64,
    state: BatchState,
    confirm_count: Option<usize>,
    count_required: bool,
    times: Times,
    /// How often it was shown while it was under way.
    polls: u32,
    /// How many items were tried, from the first.
    done: usize,
    failures: BTreeMap<usize, String>,
}

#[derive(Clone, Copy, Debug)]
struct Times {
    created: Timestamp,
    confirmed: Option<Timestamp>,
    started: Option<Timestamp>,
    finished: Option<Timestamp>,
    canceled: Option<Timestamp>,
    updated: Timestamp,
}

/// Every batch that is still kept.
#[derive(Debug, Default)]
pub(super) struct Batches {
    all: BTreeMap<u64, Batch>,
    /// The batches that time may move on.
    open: BTreeSet<u64>,
    last_id: u64,
    last_item: u64,
}

impl BatchState {
    /// Whether nothing more happens to it.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Finished | Self::Failed | Self::Canceled)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirming => "confirming",
            Self::Processing => "processing",
            Self::Finished => "finished",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
        }
    }
}

impl Batches {
    fn get(&self, id: u64) -> Option<&Batch> {
        self.all.get(&id)
    }

    /// Takes an order; the batch's first state is always `pending`.
    fn take(&mut self, order: Order, creator: u64, plan: BatchPlan, with: Terms) -> &Batch {
        self.last_id += 1;
        let id = self.last_id;
        let first_item = self.last_item + 1;
        self.last_item += order.targets.len() as u64;
        let Terms { manners, now } = with;
        let millis = |ms: Option<u64>, usual| ms.map_or(usual, Duration::from_millis);
        let batch = Batch {
            id,
            creator,
            pending: millis(plan.pending_ms, manners.pending),
            processing: millis(plan.ms, manners.processing),
            first_item,
            state: BatchState::Pending,
            confirm_count: None,
            count_required: plan
                .confirmed_count_required
                .unwrap_or(order.targets.len() > manners.count_above),
            times: Times {
                created: now,
                confirmed: None,
                started: None,
                finished: None,
                canceled: None,
                updated: now,
            },
            polls: 0,
            done: 0,
            failures: BTreeMap::new(),
            order,
            plan,
        };
        self.open.insert(id);
        self.all.entry(id).or_insert(batch)
    }
}

/// Under which a batch is taken.
#[derive(Clone, Copy)]
struct Terms {
    manners: Manners,
    now: Timestamp,
}
