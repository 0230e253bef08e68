//! All batches of a delivery: one is submitted after the other, and all are followed to their end.

use std::{
    collections::{BTreeSet, VecDeque},
    time::Duration,
};

use jiff::Timestamp;
use tokio::time::Instant;

use super::{
    Error, Notice,
    followed::{Course, Followed, Next, Step, StepOutcome},
};
use crate::{
    model::{OutreachId, RunId},
    outreach,
    store::{BatchNumber, Store, StoredBatch},
    sync::route::Group,
};

/// A batch that has not ended after so long is cancelled.
pub(super) const PATIENCE: Duration = Duration::from_mins(30);

/// All batches of a delivery.
pub(super) struct Batches {
    /// What is to be submitted.
    pub(super) groups: VecDeque<Group>,
    patience: Duration,
    /// Prospects that are to be written by themselves after all.
    pub(super) to_patch: VecDeque<OutreachId>,
    pub(super) notices: Vec<Notice>,
    live: Vec<Followed>,
    is_off: bool,
    /// Whether Outreach has too few batch items left.
    is_spent: bool,
    /// So many prospects are written by themselves then; more wait.
    patched_at_most: usize,
    /// Prospects that wait for batch items.
    postponed: BTreeSet<OutreachId>,
    /// Prospects of batches that are over, to be read back.
    ended: BTreeSet<OutreachId>,
    over: Vec<BatchNumber>,
    being_read: Vec<BatchNumber>,
    /// Whether one of their prospects is not as it should be.
    is_undone: bool,
    /// Batches that were read back and have left something undone.
    kept: Vec<BatchNumber>,
    /// Prospects of an earlier run's batches: what is not as it should be is routed anew.
    resumed: BTreeSet<OutreachId>,
    n_lost: u32,
}

impl Batches {
    pub(super) fn new(patience: Duration, patched_at_most: usize) -> Self {
        Self {
            groups: VecDeque::new(),
            patience,
            to_patch: VecDeque::new(),
            notices: vec![],
            live: vec![],
            is_off: false,
            is_spent: false,
            patched_at_most,
            postponed: BTreeSet::new(),
            ended: BTreeSet::new(),
            over: vec![],
            being_read: vec![],
            is_undone: false,
            kept: vec![],
            resumed: BTreeSet::new(),
            n_lost: 0,
        }
    }

    /// Goes on with what an earlier run has left.
    pub(super) fn resume(&mut self, left_over: Vec<StoredBatch>) {
        for row in left_over {
            self.resumed.extend(row.prospects.iter().copied());
            self.live.push(Followed::new(row, true, self.patience));
        }
    }

    /// These wait until there are batch items for them.
    pub(super) fn postpone(&mut self, prospects: Vec<OutreachId>) {
        self.postponed.extend(prospects);
    }

    /// Whether a prospect waits until there are batch items for it.
    pub(super) fn is_postponed(&self, prospect: OutreachId) -> bool {
        self.postponed.contains(&prospect)
    }

    /// What a person should know of the batches.
    pub(super) fn take_notices(&mut self) -> Vec<Notice> {
        let n_waiting = self.postponed.len() as u64;
        let waiting = (n_waiting > 0).then_some(Notice::ItemsSpent { n_waiting });
        self.notices.drain(..).chain(waiting).collect()
    }

    /// What could not be ordered is written by itself if it is little, and waits otherwise.
    fn do_without_items(&mut self) {
        let groups = self.groups.drain(..);
        let left: BTreeSet<_> = groups.flat_map(|group| group.prospects).collect();
        if left.len() <= self.patched_at_most {
            self.to_patch.extend(left);
        } else {
            self.postponed.extend(left);
        }
    }

    /// The next request about a batch, if one is due.
    pub(super) fn next_step(
        &mut self,
        store: &mut Store,
        run: RunId,
        (now, since): (Instant, Timestamp),
    ) -> Result<Option<(BatchNumber, Step)>, Error> {
        if let Some(step) = self.due_step(now) {
            return Ok(Some(step));
        }
        if self.is_off {
            let groups = self.groups.drain(..);
            self.to_patch
                .extend(groups.flat_map(|group| group.prospects));
            return Ok(None);
        }
        if self.is_spent {
            self.do_without_items();
            return Ok(None);
        }
        // One after the other: when the process dies, at most one submission is in doubt.
        if self.live.iter().any(Followed::is_unsure) {
            return Ok(None);
        }
        let Some(group) = self.groups.pop_front() else {
            return Ok(None);
        };
        let begun = vec![(group.fields, group.prospects)];
        for row in store.begin_batches(run, begun, since)? {
            self.live.push(Followed::new(row, false, self.patience));
        }
        Ok(self.due_step(now))
    }

    fn due_step(&mut self, now: Instant) -> Option<(BatchNumber, Step)> {
        let known: Vec<_> = self.live.iter().filter_map(|f| f.outreach_id).collect();
        let stuck: Vec<_> = self
            .live
            .iter_mut()
            .filter(|followed| {
                followed.next == Next::Look && !followed.is_busy && followed.deadline <= now
            })
            .filter_map(|followed| {
                followed.cancel(0);
                followed.deadline = now + PATIENCE;
                followed.outreach_id
            })
            .collect();
        self.notices
            .extend(stuck.into_iter().map(|batch| Notice::Stuck { batch }));
        let mut is_one_working = false;
        for followed in &mut self.live {
            // Outreach works on one after the other, so only the first of those under way is asked for.
            let is_working = followed.next == Next::Look && followed.is_confirmed;
            let is_behind = is_working && std::mem::replace(&mut is_one_working, true);
            if followed.is_busy || followed.at > now || is_behind {
                continue;
            }
            let step = followed.step(known.clone())?;
            followed.is_busy = true;
            return Some((followed.row.number, step));
        }
        None
    }

    /// When to look again whether a step is due; `None` if no batch waits.
    pub(super) fn next_look(&self) -> Option<Instant> {
        let idle = self.live.iter().filter(|followed| !followed.is_busy);
        idle.map(|followed| followed.at)
            .min()
            .map(|at| at.max(Instant::now() + Duration::from_millis(10)))
    }

    /// The prospects to be read back, once every batch is over.
    pub(super) fn take_ended(&mut self) -> Option<Vec<OutreachId>> {
        if self.over.is_empty() || !self.live.is_empty() || !self.groups.is_empty() {
            return None;
        }
        self.being_read.append(&mut self.over);
        Some(std::mem::take(&mut self.ended).into_iter().collect())
    }

    /// The batches whose prospects were all read back and settled. Where something is left to do, only their being in
    /// the store tells a next run what it need not write again, so they are kept.
    pub(super) fn take_read(&mut self) -> Vec<BatchNumber> {
        if !self.being_read.is_empty() && std::mem::take(&mut self.is_undone) {
            self.kept.append(&mut self.being_read);
        }
        std::mem::take(&mut self.being_read)
    }

    /// The batches that were kept.
    pub(super) fn take_kept(&mut self) -> Vec<BatchNumber> {
        std::mem::take(&mut self.kept)
    }

    /// A prospect is not as a batch should have left it.
    pub(super) fn take_undone(&mut self, prospect: OutreachId) {
        self.is_undone = true;
        if !self.resumed.remove(&prospect) && !self.is_postponed(prospect) {
            self.to_patch.push_back(prospect);
        }
    }

    /// Takes the answer to a step.
    pub(super) fn take(
        &mut self,
        store: &mut Store,
        number: BatchNumber,
        outcome: StepOutcome,
    ) -> Result<(), Error> {
        let Some(place) = self.live.iter().position(|f| f.row.number == number) else {
            return Ok(());
        };
        let mut followed = self.live.remove(place);
        followed.is_busy = false;
        let course = self.course(store, &mut followed, outcome);
        match course {
            Ok(Course::On) => self.live.insert(place, followed),
            Ok(Course::WrongCount(claimed)) => {
                self.notices
                    .extend(followed.outreach_id.map(|batch| Notice::WrongCount {
                        batch,
                        sent: followed.row.prospects.len() as u64,
                        claimed,
                    }));
                self.live.insert(place, followed);
            }
            Ok(Course::Over) => {
                self.ended.extend(followed.row.prospects.iter().copied());
                self.over.push(number);
            }
            Ok(Course::NotTaken) => {
                store.end_batches(&[number])?;
                self.write_otherwise(&followed);
            }
            Err(error) => {
                self.live.insert(place, followed);
                return Err(error);
            }
        }
        Ok(())
    }

    fn course(
        &mut self,
        store: &mut Store,
        followed: &mut Followed,
        outcome: StepOutcome,
    ) -> Result<Course, Error> {
        match outcome {
            StepOutcome::Submitted(Ok(batch)) | StepOutcome::Sought(Ok(Some(batch))) => {
                store.batch_submitted(followed.row.number, batch.id)?;
                followed.outreach_id = Some(batch.id);
                Ok(followed.observe(&batch))
            }
            StepOutcome::Submitted(Err(error)) => {
                self.look_at_leave(&error);
                self.is_spent |= matches!(error, outreach::Error::ItemsSpent { .. });
                let course = followed.on_unsubmitted(error)?;
                if course == Course::On {
                    self.n_lost += 1;
                }
                Ok(course)
            }
            StepOutcome::Sought(Ok(None)) => Ok(followed.on_not_found()),
            StepOutcome::Confirmed(Ok(batch)) => {
                followed.is_confirmed = true;
                let course = followed.observe(&batch);
                if followed.next == Next::Confirm {
                    followed.look_later();
                }
                Ok(course)
            }
            StepOutcome::Seen(Ok(batch)) => Ok(followed.observe(&batch)),
            StepOutcome::Canceled(Ok(_)) => Ok(Course::Over),
            StepOutcome::Items(Ok(items)) => {
                for prospect in items.into_iter().filter_map(|item| item.prospect) {
                    self.take_undone(prospect);
                }
                Ok(Course::Over)
            }
            StepOutcome::Sought(Err(error))
            | StepOutcome::Seen(Err(error))
            | StepOutcome::Confirmed(Err(error))
            | StepOutcome::Canceled(Err(error))
            | StepOutcome::Items(Err(error)) => Ok(followed.on_error(error)?),
        }
    }

    /// An account without leave for batches, or an Outreach without batches, gets no more of them.
    fn look_at_leave(&mut self, error: &outreach::Error) {
        if !self.is_off && matches!(error.status(), Some(403..=405)) {
            self.is_off = true;
            self.notices.push(Notice::NoBatches {
                code: error.code().into_owned(),
                words: error.words().to_owned(),
            });
        }
    }

    /// A batch that Outreach has not taken: it is submitted again if it only got lost, or written one by one.
    fn write_otherwise(&mut self, followed: &Followed) {
        const MAX_LOST: u32 = 3;
        if followed.is_resumed {
            return;
        }
        let prospects = &followed.row.prospects;
        let is_lost = followed.next == Next::Find;
        if is_lost && self.n_lost < MAX_LOST || self.is_spent {
            self.groups.push_front(Group {
                fields: followed.row.fields.clone(),
                prospects: prospects.clone(),
            });
        } else {
            self.to_patch.extend(prospects);
        }
    }
}
