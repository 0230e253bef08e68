//! What is under way, and what waits for its turn.

use std::collections::{BTreeSet, VecDeque};

use tokio::{task::JoinSet, time::Instant};

use super::{
    Echo, MAX_IN_FLIGHT, Target,
    followed::{Step, StepOutcome},
    held::HeldFields,
};
use crate::{
    model::{Change, FieldSet, OutreachId},
    outreach::{self, Ask, Attempts, Client, Pause, Prospect, Tried},
    store::BatchNumber,
};

/// How many changes are taken out of the database at once.
const PAGE: usize = 512;

/// How many prospects may wait to be sent again. While Outreach is out of order, no more of the outbox is touched.
const MAX_LATER: usize = MAX_IN_FLIGHT;

/// A prospect that is written by itself.
pub(super) struct Patch {
    pub(super) change: Change,
    /// What is left to write of it.
    pub(super) fields: FieldSet,
    attempts: Attempts,
}

impl Patch {
    pub(super) fn new(change: Change, fields: FieldSet) -> Self {
        let attempts = Attempts::default();
        Self {
            change,
            fields,
            attempts,
        }
    }
}

/// A request that has ended.
pub(super) enum Done {
    Patch(Change, Result<Echo, outreach::Error>),
    /// It had no clear answer and is to be sent again after the pause.
    Again(Pause, Patch),
    Step(BatchNumber, StepOutcome),
    ReadBack(Vec<OutreachId>, Result<Vec<Prospect>, outreach::Error>),
}

/// What is under way, and what waits for its turn.
#[derive(Default)]
pub(super) struct Work {
    pub(super) jobs: JoinSet<Done>,
    /// Prospects that are written by themselves.
    pub(super) patches: VecDeque<OutreachId>,
    /// The next of them.
    pub(super) queue: VecDeque<Patch>,
    /// Those that are to be sent again, each not before its time. They hold no place meanwhile: one that waits would
    /// keep many others from being sent.
    pub(super) later: Vec<(Pause, Patch)>,
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

    pub(super) fn spawn_patch(&mut self, client: &Client, mut patch: Patch) {
        let client = client.clone();
        self.jobs.spawn(async move {
            let id = patch.change.prospect;
            let tried = client.try_patch(id, &patch.fields, &mut patch.attempts);
            match tried.await {
                Tried::Ended(outcome) => Done::Patch(patch.change, outcome),
                Tried::Again(pause) => Done::Again(pause, patch),
            }
        });
    }

    /// One that is due to be sent again.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<Patch> {
        let due = self
            .later
            .iter()
            .position(|(pause, _)| pause.until() <= now)?;
        Some(self.later.swap_remove(due).1)
    }

    /// When the next one is due; `None` if none waits.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.later.iter().map(|(pause, _)| pause.until()).min()
    }

    /// Whether so many wait already that no further one may begin.
    pub(super) fn is_held_up(&self) -> bool {
        self.later.len() >= MAX_LATER
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
        self.take_ended(&mut done);
        done
    }

    /// Takes all other answers that are there.
    pub(super) fn take_ended(&mut self, done: &mut Vec<Done>) {
        while let Some(ended) = self.jobs.try_join_next() {
            done.extend(ended.ok());
        }
    }
}
