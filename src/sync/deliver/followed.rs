//! One batch on its way: what to ask next, and what an answer means.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use crate::{
    outreach::{self, Batch, BatchItem, BatchState, Client, Consequence},
    store::StoredBatch,
};

/// The wait after the first look at a batch; it doubles up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(15);

/// How long before a batch whose answer was lost is looked for again: its request may still be on the way.
const STILL_ON_THE_WAY: Duration = Duration::from_secs(1);

/// How far what is known of Outreach's clock may be off; what was made before that is not ours.
const CLOCKS: jiff::SignedDuration = jiff::SignedDuration::from_mins(10);

/// How often a step is tried before another way is taken.
const MAX_TRIES: u32 = 3;

/// A batch on its way.
pub(super) struct Followed {
    pub(super) row: Arc<StoredBatch>,
    pub(super) outreach_id: Option<u64>,
    /// Whether an earlier run has begun it.
    pub(super) is_resumed: bool,
    pub(super) next: Next,
    pub(super) is_busy: bool,
    pub(super) is_confirmed: bool,
    /// Not before this.
    pub(super) at: Instant,
    /// When it counts as stuck.
    pub(super) deadline: Instant,
    n_tries: u32,
    n_looks: u32,
}

/// What is to be asked next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Submit,
    Find,
    Look,
    Confirm,
    Cancel,
    Items,
}

/// A request about a batch.
pub(super) enum Step {
    Submit(Arc<StoredBatch>),
    Find(Arc<StoredBatch>, Vec<u64>),
    Look(u64),
    Confirm(u64, usize),
    Cancel(u64),
    Items(u64),
}

/// What came of it.
pub(super) enum StepOutcome {
    Submitted(Result<Batch, outreach::Error>),
    Sought(Result<Option<Batch>, outreach::Error>),
    Seen(Result<Batch, outreach::Error>),
    Confirmed(Result<Batch, outreach::Error>),
    Canceled(Result<Batch, outreach::Error>),
    Items(Result<Vec<BatchItem>, outreach::Error>),
}

impl Step {
    pub(super) async fn perform(self, client: &Client) -> StepOutcome {
        match self {
            Self::Submit(row) => {
                StepOutcome::Submitted(client.submit_batch(&row.fields, &row.prospects).await)
            }
            Self::Find(row, known) => {
                let not_before = row.since.checked_sub(CLOCKS).unwrap_or(row.since);
                let found = client.find_batch(&row.fields, &row.prospects, not_before, &known);
                StepOutcome::Sought(found.await)
            }
            Self::Look(id) => StepOutcome::Seen(client.batch(id).await),
            Self::Confirm(id, n) => StepOutcome::Confirmed(client.confirm_batch(id, n).await),
            Self::Cancel(id) => StepOutcome::Canceled(client.cancel_batch(id).await),
            Self::Items(id) => StepOutcome::Items(client.failed_items(id).await),
        }
    }
}

/// What follows for a batch.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Course {
    /// It goes on.
    On,
    /// It can change nothing any more; what it has written is to be read back.
    Over,
    /// It was never taken, so its prospects may be written otherwise.
    NotTaken,
    /// Outreach would write to so many prospects; it is cancelled.
    WrongCount(u64),
}

impl Followed {
    pub(super) fn new(row: StoredBatch, is_resumed: bool, patience: Duration) -> Self {
        let now = Instant::now();
        let next = match (row.outreach_id, is_resumed) {
            (Some(_), _) => Next::Look,
            (None, true) => Next::Find,
            (None, false) => Next::Submit,
        };
        Self {
            outreach_id: row.outreach_id,
            row: Arc::new(row),
            is_resumed,
            next,
            is_busy: false,
            is_confirmed: false,
            at: now,
            deadline: now + patience,
            n_tries: 0,
            n_looks: 0,
        }
    }

    /// Whether nobody knows yet if Outreach has taken it.
    pub(super) fn is_unsure(&self) -> bool {
        matches!(self.next, Next::Submit | Next::Find)
    }

    pub(super) fn step(&self, known: Vec<u64>) -> Option<Step> {
        let row = Arc::clone(&self.row);
        Some(match (self.next, self.outreach_id) {
            (Next::Submit, _) => Step::Submit(row),
            (Next::Find, _) => Step::Find(row, known),
            (Next::Look, Some(id)) => Step::Look(id),
            (Next::Confirm, Some(id)) => Step::Confirm(id, self.row.prospects.len()),
            (Next::Cancel, Some(id)) => Step::Cancel(id),
            (Next::Items, Some(id)) => Step::Items(id),
            (Next::Look | Next::Confirm | Next::Cancel | Next::Items, None) => return None,
        })
    }

    /// What Outreach says of it.
    pub(super) fn observe(&mut self, batch: &Batch) -> Course {
        let sent = self.row.prospects.len() as u64;
        match batch.state {
            BatchState::Confirming if batch.n_prospects() == Some(sent) => {
                self.go_on(Next::Confirm, Duration::ZERO);
                Course::On
            }
            BatchState::Confirming => self.cancel(batch.n_prospects().unwrap_or_default()),
            BatchState::Working => match batch.total {
                Some(total) if total != sent && total != 0 => self.cancel(total),
                Some(_) | None => {
                    self.look_later();
                    Course::On
                }
            },
            BatchState::Finished if batch.failures.is_some_and(|n| n > 0) => {
                self.go_on(Next::Items, Duration::ZERO);
                Course::On
            }
            BatchState::Finished | BatchState::Failed | BatchState::Canceled => Course::Over,
        }
    }

    pub(super) fn cancel(&mut self, claimed: u64) -> Course {
        self.go_on(Next::Cancel, Duration::ZERO);
        Course::WrongCount(claimed)
    }

    /// The submission was refused, or nobody knows whether it was taken.
    pub(super) fn on_unsubmitted(
        &mut self,
        error: outreach::Error,
    ) -> Result<Course, outreach::Error> {
        match error.consequence() {
            Consequence::SignInNeeded => Err(error),
            Consequence::StopRun | Consequence::FailRecord => Ok(Course::NotTaken),
            Consequence::Retry | Consequence::Unreachable | Consequence::WaitUntil(_) => {
                self.go_on(Next::Find, STILL_ON_THE_WAY);
                Ok(Course::On)
            }
        }
    }

    /// It is not among the newest batches.
    pub(super) fn on_not_found(&mut self) -> Course {
        if self.has_tried_enough(2) {
            return Course::NotTaken;
        }
        self.go_on(Next::Find, STILL_ON_THE_WAY);
        Course::On
    }

    /// A look, a confirmation or a cancellation had no success.
    pub(super) fn on_error(&mut self, error: outreach::Error) -> Result<Course, outreach::Error> {
        match (self.next, error.consequence()) {
            (_, Consequence::SignInNeeded) => return Err(error),
            (Next::Items | Next::Find, _)
            | (Next::Look, Consequence::FailRecord | Consequence::StopRun) => {
                return match error.consequence() {
                    Consequence::FailRecord | Consequence::StopRun => Ok(Course::Over),
                    Consequence::Retry
                    | Consequence::Unreachable
                    | Consequence::WaitUntil(_)
                    | Consequence::SignInNeeded => Err(error),
                };
            }
            (Next::Look | Next::Submit, _) => return Err(error),
            (Next::Confirm, _) if self.has_tried_enough(MAX_TRIES) => {
                self.go_on(Next::Cancel, Duration::ZERO);
            }
            (Next::Cancel, _) if self.has_tried_enough(2 * MAX_TRIES) => return Ok(Course::Over),
            (Next::Confirm | Next::Cancel, _) => self.look_later(),
        }
        Ok(Course::On)
    }

    pub(super) fn look_later(&mut self) {
        let wait = FIRST_WAIT.saturating_mul(1 << self.n_looks.min(10));
        self.n_looks += 1;
        self.go_on(Next::Look, wait.min(LONGEST_WAIT));
    }

    fn go_on(&mut self, next: Next, wait: Duration) {
        self.next = next;
        self.at = Instant::now() + wait;
    }

    fn has_tried_enough(&mut self, most: u32) -> bool {
        self.n_tries += 1;
        self.n_tries >= most
    }
}
