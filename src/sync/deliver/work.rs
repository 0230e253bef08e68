//! What is under way, and what waits for its turn.

use std::collections::{BTreeSet, VecDeque};

use tokio::task::JoinSet;

use super::{
    Echo, MAX_IN_FLIGHT, Target,
    followed::{Step, StepOutcome},
    held::HeldFields,
};
use crate::{
    model::{Change, FieldSet, OutreachId},
    outreach::{self, Ask, Client, Prospect},
    store::BatchNumber,
};

/// How many changes are taken out of the database at once.
const PAGE: usize = 512;

/// A request that has ended.
pub(super) enum Done {
    Patch(Change, Result<Echo, outreach::Error>),
    Step(BatchNumber, StepOutcome),
    ReadBack(Vec<OutreachId>, Result<Vec<Prospect>, outreach::Error>),
}

/// What is under way, and what waits for its turn.
#[derive(Default)]
pub(super) struct Work {
    pub(super) jobs: JoinSet<Done>,
    /// Prospects that are written by themselves.
    pub(super) patches: VecDeque<OutreachId>,
    /// The next of them, with what is left to write.
    pub(super) queue: VecDeque<(Change, FieldSet)>,
    /// Prospects that were sent by themselves in this run: once is enough.
    pub(super) tried: BTreeSet<OutreachId>,
    /// What was written in batches and is to be looked at.
    pub(super) read_back: VecDeque<Ask>,
    /// Those and the ones under way.
    pub(super) n_to_read_back: usize,
    pub(super) held_fields: HeldFields,
    /// Every field that waits to be written.
    pub(super) fields: Vec<Target>,
}

impl Work {
    pub(super) fn has_room(&self) -> bool {
        self.jobs.len() < MAX_IN_FLIGHT
    }

    /// The next prospects to be written by themselves, each once in a run.
    pub(super) fn next_patches(&mut self) -> Vec<OutreachId> {
        let n = self.patches.len().min(PAGE);
        let next = self.patches.drain(..n);
        next.filter(|prospect| self.tried.insert(*prospect))
            .collect()
    }

    pub(super) fn spawn_patch(&mut self, client: &Client, change: Change, fields: FieldSet) {
        let client = client.clone();
        self.jobs.spawn(async move {
            let answer = client.patch_prospect(change.prospect, &fields).await;
            Done::Patch(change, answer)
        });
    }

    pub(super) fn spawn_step(&mut self, client: &Client, (number, step): (BatchNumber, Step)) {
        let client = client.clone();
        self.jobs
            .spawn(async move { Done::Step(number, step.perform(&client).await) });
    }

    pub(super) fn spawn_read(&mut self, client: &Client, ask: Ask) {
        let (client, fields) = (client.clone(), self.fields.clone());
        self.jobs.spawn(async move {
            let wanted = ask.wanted.clone();
            Done::ReadBack(wanted, client.read(ask, &fields).await)
        });
    }

    /// Waits for one answer and takes all that are there; never ends if nothing is under way.
    pub(super) async fn next(&mut self) -> Vec<Done> {
        let mut done = vec![];
        match self.jobs.join_next().await {
            // A task that panicked or was cancelled has no answer; its change is still in the outbox.
            Some(ended) => done.extend(ended.ok()),
            None => std::future::pending().await,
        }
        while let Some(ended) = self.jobs.try_join_next() {
            done.extend(ended.ok());
        }
        done
    }
}
