//! What time does to batches.

use std::{collections::BTreeSet, time::Duration};

use jiff::Timestamp;

use super::{
    super::{clock::later, schema::Schema, state::World},
    Batch, BatchEnd, BatchState, KEPT,
    plan::{ItemFailure, NOT_PERMITTED, not_found},
};

/// The most characters of an item's `info`.
const LONGEST_INFO: usize = 767;

impl World {
    /// Does what is due in every batch, and forgets those that are too old.
    pub(in crate::sandbox) fn move_batches_on(&mut self, schema: &Schema) {
        if self.batches.all.is_empty() {
            return;
        }
        let now = self.clock.now();
        let is_kept = |batch: &Batch| later(batch.times.created, KEPT) >= now;
        for id in self.batches.open.clone() {
            // The batch steps out while its items are written to the world it belongs to.
            let Some(mut batch) = self.batches.all.remove(&id) else {
                continue;
            };
            batch.move_on(self, schema, now);
            if batch.state.is_over() {
                self.batches.open.remove(&id);
            }
            self.batches.all.insert(id, batch);
        }
        while let Some(oldest) = self.batches.all.first_entry() {
            if is_kept(oldest.get()) {
                break;
            }
            let forgotten = oldest.remove();
            self.batches.open.remove(&forgotten.id);
        }
    }
}

impl Batch {
    fn move_on(&mut self, world: &mut World, schema: &Schema, now: Timestamp) {
        let begins = later(self.times.created, self.pending);
        if self.state == BatchState::Pending && begins <= now {
            if self.waits_for_confirmation() {
                self.state = BatchState::Confirming;
                let n_items = self.order.targets.len();
                self.confirm_count = Some(self.plan.confirm_count.unwrap_or(n_items));
                self.times.updated = begins;
            } else {
                self.start(begins);
            }
        }
        if self.state == BatchState::Processing {
            self.work(world, schema, now);
        }
    }

    fn waits_for_confirmation(&self) -> bool {
        let asked = !self.order.skips_confirmation;
        self.plan.confirm.unwrap_or(asked)
    }

    pub(super) fn start(&mut self, at: Timestamp) {
        self.state = BatchState::Processing;
        self.times.started = Some(at);
        self.times.updated = at;
    }

    /// Cancels it; what is done stays done.
    pub(super) fn cancel(&mut self, at: Timestamp) {
        self.state = BatchState::Canceled;
        self.times.canceled = Some(at);
        self.times.updated = at;
    }

    fn work(&mut self, world: &mut World, schema: &Schema, now: Timestamp) {
        let started = self.times.started.unwrap_or(now);
        let ends = later(started, self.processing);
        let at = now.min(ends);
        let is_due = ends <= now && self.polls >= self.plan.polls;
        let n_items = self.order.targets.len();
        let n_tried = match self.plan.end {
            BatchEnd::Finished => n_items,
            BatchEnd::Failed | BatchEnd::Canceled | BatchEnd::Never => n_items.min(self.plan.after),
        };
        let due = if is_due {
            n_tried
        } else {
            n_tried.min(self.due(started, at))
        };
        if due > self.done {
            let shut = world.read_only_for(self.creator);
            for index in self.done..due {
                self.try_item(world, schema, &shut, index, at);
            }
            self.done = due;
            self.times.updated = at;
        }
        if is_due {
            self.end(at);
        }
    }

    /// How many items are done by then, by the time and by the number of looks, whichever is fewer.
    fn due(&self, started: Timestamp, at: Timestamp) -> usize {
        let n_items = self.order.targets.len();
        let share = |part: u128, whole: u128| {
            let due = (n_items as u128 * part).checked_div(whole);
            due.and_then(|due| usize::try_from(due).ok())
                .unwrap_or(n_items)
        };
        let passed = Duration::try_from(at.duration_since(started)).unwrap_or_default();
        let by_time = share(passed.as_nanos(), self.processing.as_nanos());
        let by_polls = share(u128::from(self.polls), u128::from(self.plan.polls));
        by_time.min(by_polls)
    }

    fn end(&mut self, at: Timestamp) {
        match self.plan.end {
            BatchEnd::Never => return,
            BatchEnd::Canceled => return self.cancel(at),
            BatchEnd::Finished => self.state = BatchState::Finished,
            BatchEnd::Failed => self.state = BatchState::Failed,
        }
        self.times.finished = Some(at);
        self.times.updated = at;
    }

    fn try_item(
        &mut self,
        world: &mut World,
        schema: &Schema,
        shut: &BTreeSet<u32>,
        index: usize,
        at: Timestamp,
    ) {
        let Some(prospect) = self.order.targets.get(index).copied() else {
            return;
        };
        let fault = self.plan.failure(index, prospect);
        let said = fault.map(|fault| (fault.failure, fault.text(prospect)));
        let failure = match said {
            Some((ItemFailure::Lost, _)) => None,
            Some((ItemFailure::FailedAfterApply, text)) => {
                drop(self.apply(world, schema, shut, prospect, at));
                Some(text)
            }
            Some((_, text)) => Some(text),
            None => self.apply(world, schema, shut, prospect, at).err(),
        };
        if let Some(text) = failure {
            self.failures
                .insert(index, text.chars().take(LONGEST_INFO).collect());
        }
    }

    /// `Err` is the item's `info`.
    fn apply(
        &self,
        world: &mut World,
        schema: &Schema,
        shut: &BTreeSet<u32>,
        prospect: u64,
        at: Timestamp,
    ) -> Result<(), String> {
        let id = u32::try_from(prospect).ok();
        let id = id
            .filter(|id| world.prospects.contains(*id))
            .ok_or_else(|| not_found(prospect))?;
        if shut.contains(&id) {
            return Err(NOT_PERMITTED.to_owned());
        }
        if let Some(invalid) = &self.order.invalid {
            return Err(invalid.clone());
        }
        let write = &self.order.write;
        world
            .check_emails(schema, id, write)
            .map_err(super::super::answer::Refusal::into_detail)?;
        world.write_in_batch(
            schema,
            id,
            write,
            (self.creator, self.order.fingerprint),
            at,
        );
        Ok(())
    }
}
