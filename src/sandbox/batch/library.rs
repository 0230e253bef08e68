//! Batches as a program sees them that runs the sandbox itself.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{super::Sandbox, Batch, BatchState};

/// A batch as it is now.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchRecord {
    /// As in the API; counts up from 1.
    pub id: u64,
    /// Where it stands.
    pub state: BatchState,
    /// The bulk action.
    pub action: &'static str,
    /// The user whose token ordered it.
    pub creator: u64,
    /// The attributes as they were ordered, without the ids.
    pub attributes: Map<String, Value>,
    /// The prospects it is about, each once.
    pub prospects: Vec<u64>,
    /// How many of them were not tried yet.
    pub pending: usize,
    /// What went wrong, by prospect.
    pub failures: BTreeMap<u64, String>,
}

impl Sandbox {
    /// Every batch that is still kept, oldest first.
    pub fn batches(&self) -> Vec<BatchRecord> {
        let world = self.shared.world();
        world.batches.all.values().map(Batch::record).collect()
    }

    /// The batch items that the org may still order now.
    pub fn batch_items_left(&self) -> u64 {
        let world = self.shared.world();
        let now = world.clock.now();
        world.quota.left(now)
    }
}

impl Batch {
    pub(super) fn record(&self) -> BatchRecord {
        let failures = self.failures.iter().filter_map(|(index, text)| {
            let prospect = self.order.targets.get(*index)?;
            Some((*prospect, text.clone()))
        });
        BatchRecord {
            id: self.id,
            state: self.state,
            action: self.order.action,
            creator: self.creator,
            attributes: self.order.payload.clone(),
            prospects: self.order.targets.clone(),
            pending: self.pending(),
            failures: failures.collect(),
        }
    }
}
