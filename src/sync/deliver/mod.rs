//! Sends the outbox to Outreach with as few requests as there can be, and settles every answer in the store.
//!
//! What was never written is read first; what is then left is [routed](super::route) into single requests and batches.
//! A request takes one of [`MAX_IN_FLIGHT`] places when it leaves and gives it back when its answer is committed, or
//! when it had no clear answer and waits to be sent again.
//! So when the process dies, at most that many changes are sent a second time for it, with the same values. A batch is in
//! the store before it is submitted and until all its prospects are settled, so it is submitted once.

mod batches;
mod followed;
mod held;
mod judge;
mod notice;
mod read;
mod work;

use std::{collections::BTreeSet, time::Duration};

use jiff::Timestamp;
use tokio::{sync::watch, time::timeout};

use super::{
    Error, Hooks, InDoubt, Progress,
    route::{Route, RouteSettings, Router},
};
use crate::{
    model::{Delivery, OutreachId, Run, Target},
    outreach::{Client, Echo},
    store::{Answer, Store, Verdict},
};
use batches::Batches;
use judge::Streak;
use work::{Done, Patch, Work};

pub use notice::Notice;

/// Requests that are under way at once. Outreach names no limit; more gain nothing at its hourly rate.
pub const MAX_IN_FLIGHT: usize = 16;

/// How long requests under way may take to end once the run stops; what has not ended then stays in the outbox.
const GRACE: Duration = Duration::from_secs(5);

/// With more than this left, a delivery gives way to newer content of its source.
const WORTH_GIVING_WAY: u64 = 50;

/// More changes than this are a backlog, which leaves room to those that have just come elsewhere.
const MAX_LIVE: u64 = 1_000;

/// How a run's outbox is delivered.
#[derive(Debug, Clone)]
pub struct Orders {
    /// What the person has chosen.
    pub delivery: Delivery,
    /// What an earlier run may have written.
    pub in_doubt: InDoubt,
    /// Turns true when the source has newer content than the run; what is left then waits for the next one.
    pub superseded: watch::Receiver<bool>,
    /// What routing depends on besides.
    pub route: RouteSettings,
    /// A batch that has not ended after so long is cancelled.
    pub batch_patience: Duration,
}

impl Orders {
    /// The usual ones, for a source that does not change meanwhile.
    pub fn new(delivery: Delivery, in_doubt: InDoubt) -> Self {
        Self {
            delivery,
            in_doubt,
            superseded: watch::channel(false).1,
            route: RouteSettings {
                mode: delivery.route,
                ..RouteSettings::default()
            },
            batch_patience: batches::PATIENCE,
        }
    }
}

/// Sends what is in the outbox and counts what becomes of it in the run's figures.
///
/// # Errors
/// If the run cannot go on; what is not settled then is still in the outbox.
pub async fn deliver(
    store: &mut Store,
    client: &Client,
    run: &mut Run,
    orders: &Orders,
    hooks: &Hooks,
) -> Result<Vec<Notice>, Error> {
    let backlog = client.for_backlog();
    let client = if run.figures.pending > MAX_LIVE {
        &backlog
    } else {
        client
    };
    let mut delivery = Deliverer {
        n_changes: run.figures.pending,
        store,
        client,
        run,
        orders,
        hooks,
        work: Work::default(),
        batches: Batches::new(orders.batch_patience, orders.route.patched_at_most()),
        streak: Streak::default(),
    };
    let ended = delivery.deliver().await;
    // Also those of a run that ended before it settled anything.
    delivery.run.requests = client.requests();
    let notices = delivery.batches.take_notices();
    match ended {
        Ok(()) => Ok(notices),
        Err(Ending::Superseded) => Ok([notices, vec![Notice::Superseded]].concat()),
        Err(Ending::Error(error)) => Err(error),
    }
}

/// Why a delivery ends before its outbox is empty.
enum Ending {
    /// The source has newer content.
    Superseded,
    Error(Error),
}

impl<E: Into<Error>> From<E> for Ending {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

struct Deliverer<'a> {
    store: &'a mut Store,
    client: &'a Client,
    run: &'a mut Run,
    orders: &'a Orders,
    hooks: &'a Hooks,
    n_changes: u64,
    work: Work,
    batches: Batches,
    streak: Streak,
}

impl Deliverer<'_> {
    async fn deliver(&mut self) -> Result<(), Ending> {
        if self.hooks.is_stopping() && self.run.figures.pending > 0 {
            return Err(Error::Asked.into());
        }
        let left_over = self.store.batches()?;
        let mut held: Vec<_> = left_over.iter().flat_map(|b| b.prospects.clone()).collect();
        held.sort_unstable();
        held.dedup();
        self.batches.resume(left_over);
        self.deliver_rounds(&held).await?;
        if !held.is_empty() {
            // What an earlier run's batches have left undone, or what has been planned anew since.
            self.deliver_rounds(&[]).await?;
        }
        let kept = self.batches.take_kept();
        if !kept.is_empty() {
            self.store.end_batches(&kept)?;
        }
        Ok(())
    }

    /// What this run has planned goes before what earlier ones have left, if it is less.
    async fn deliver_rounds(&mut self, held: &[OutreachId]) -> Result<(), Ending> {
        let (mut n_fresh, mut n_old) = (0_u64, 0_u64);
        let run = self.run.id;
        self.store.each_waiting(|waiting| {
            if waiting.run == run {
                n_fresh += 1;
            } else {
                n_old += 1;
            }
        })?;
        if n_fresh > 0 && n_fresh < n_old {
            self.round(|is_fresh| is_fresh, held).await?;
        }
        self.round(|_| true, held).await
    }

    async fn round(
        &mut self,
        is_wanted: impl Fn(bool) -> bool,
        held: &[OutreachId],
    ) -> Result<(), Ending> {
        if self.orders.delivery.read_first {
            self.read_first(&is_wanted, held).await?;
        }
        let route = self.route(&is_wanted, held)?;
        self.work.patches.extend(route.patches);
        self.batches.groups.extend(route.groups);
        self.batches.postpone(route.waiting);
        self.work_off().await
    }

    fn route(
        &mut self,
        is_wanted: impl Fn(bool) -> bool,
        held: &[OutreachId],
    ) -> Result<Route, Error> {
        let known = self.orders.route.items_left;
        let mut router = Router::new(RouteSettings {
            items_left: known.min(self.client.items_left()),
            ..self.orders.route
        });
        let (mut fields, mut holds_all) = (vec![], vec![]);
        let run = self.run.id;
        let (tried, held_fields) = (&self.work.tried, &self.work.held_fields);
        let batches = &self.batches;
        self.store.each_waiting(|waiting| {
            fields.extend(waiting.fields.iter().map(|(target, _)| target));
            fields.sort_unstable();
            fields.dedup();
            let prospect = waiting.prospect;
            if !is_wanted(waiting.run == run)
                || held.binary_search(&prospect).is_ok()
                || tried.contains(&prospect)
                || batches.is_postponed(prospect)
            {
                return;
            }
            let to_write = held_fields.left_to_write(prospect, waiting.fields);
            if to_write.is_empty() {
                holds_all.push(prospect);
            }
            router.add(prospect, &to_write);
        })?;
        self.work.fields = fields;
        let changes = self.store.outbox_of(&holds_all)?;
        let answers = changes.into_iter().map(|change| Answer {
            change,
            verdict: Verdict::HeldAlready,
        });
        self.settle(answers.collect())?;
        Ok(router.finish())
    }

    /// Works until there is nothing left to send, to follow or to read back.
    async fn work_off(&mut self) -> Result<(), Ending> {
        loop {
            let next_look = self.fill()?;
            if self.work.jobs.is_empty() && next_look.is_none() {
                return Ok(());
            }
            let mut superseded = self.orders.superseded.clone();
            let is_long = self.run.figures.pending > WORTH_GIVING_WAY;
            let newer = async {
                if !is_long || superseded.wait_for(|is_newer| *is_newer).await.is_err() {
                    std::future::pending::<()>().await;
                }
            };
            let mut done = tokio::select! {
                biased;
                () = self.hooks.stopping() => {
                    self.wind_down().await?;
                    return Err(Error::Asked.into());
                }
                () = newer => {
                    self.wind_down().await?;
                    return Err(Ending::Superseded);
                }
                done = self.work.next() => done,
                () = sleep_until(next_look) => continue,
            };
            // Answers come in bunches. What is ready now goes into the same commit, which costs as much for all as for one.
            tokio::task::yield_now().await;
            self.work.take_ended(&mut done);
            let taken = self.take(done);
            (self.hooks.progress)(Progress::Delivering {
                n_settled: self.n_changes - self.run.figures.pending.min(self.n_changes),
                n_changes: self.n_changes,
            });
            if let Err(error) = taken {
                self.wind_down().await?;
                if let Error::SameRefusal { code, .. } = &error {
                    self.store.forget_refusals(code)?;
                }
                return Err(error.into());
            }
        }
    }

    /// Starts requests while there is room; what comes back is when to look again for more.
    fn fill(&mut self) -> Result<Option<tokio::time::Instant>, Error> {
        while self.work.has_room() {
            let now = tokio::time::Instant::now();
            self.begin_reading_back()?;
            // Without any answer yet, nothing is too old to be the batch that is about to be submitted.
            let since = self.client.outreach_time();
            let times = (now, since.unwrap_or(Timestamp::UNIX_EPOCH));
            let step = self.batches.next_step(self.store, self.run.id, times)?;
            self.work.patches.append(&mut self.batches.to_patch);
            if let Some(step) = step {
                self.work.spawn_step(self.client, step);
            } else if let Some(ask) = self.work.read_back.pop_front() {
                self.work.spawn_read(self.client, ask);
            } else if let Some(patch) = self.work.take_due(now) {
                self.work.spawn_patch(self.client, patch);
            } else if self.work.is_held_up() || !self.send_next_patch()? {
                break;
            }
        }
        if !self.work.has_room() {
            // Whatever is due has to wait for an answer that gives a place back.
            return Ok(None);
        }
        let looks = [self.batches.next_look(), self.work.next_due()];
        Ok(looks.into_iter().flatten().min())
    }

    /// When all batches are over, what they should have written is read, but for what is written by itself as well:
    /// the answer to that settles it, and nothing is settled twice.
    fn begin_reading_back(&mut self) -> Result<(), Error> {
        let Some(prospects) = self.batches.take_ended() else {
            return Ok(());
        };
        let alone: BTreeSet<_> = self.work.patches.iter().copied().collect();
        let is_alone =
            |prospect: &OutreachId| alone.contains(prospect) || self.work.tried.contains(prospect);
        let changes = self.store.outbox_of(&prospects)?;
        let waiting = changes.iter().map(|change| change.prospect);
        let waiting: Vec<_> = waiting.filter(|prospect| !is_alone(prospect)).collect();
        let asks = crate::outreach::asks(&waiting, &self.work.fields);
        self.work.n_to_read_back = asks.len();
        self.work.read_back.extend(asks);
        self.forget_read_batches()
    }

    /// A batch is in the store until all its prospects were read back and settled.
    fn forget_read_batches(&mut self) -> Result<(), Error> {
        if self.work.n_to_read_back == 0 {
            let read = self.batches.take_read();
            if !read.is_empty() {
                self.store.end_batches(&read)?;
            }
        }
        Ok(())
    }

    fn send_next_patch(&mut self) -> Result<bool, Error> {
        if self.work.queue.is_empty() {
            let next = self.work.next_patches();
            for change in self.store.outbox_of(&next)? {
                let all = change.fields.clone();
                let left = self.work.held_fields.left_to_write(change.prospect, all);
                let fields = if left.is_empty() {
                    change.fields.clone()
                } else {
                    left
                };
                self.work.queue.push_back(Patch::new(change, fields));
            }
        }
        let Some(patch) = self.work.queue.pop_front() else {
            return Ok(false);
        };
        self.work.spawn_patch(self.client, patch);
        Ok(true)
    }

    /// Commits what can be settled; the error is the first answer that the run cannot go on after.
    fn take(&mut self, done: Vec<Done>) -> Result<(), Error> {
        let mut ending = Ok(());
        let mut answers = vec![];
        for done in done {
            let taken = match done {
                Done::Patch(change, outcome) => {
                    match self.streak.judge(&change, outcome, &self.orders.in_doubt) {
                        Ok(verdict) => {
                            let added = self.streak.add(&verdict);
                            answers.push(Answer { change, verdict });
                            added
                        }
                        Err(error) => Err(Error::Outreach(error)),
                    }
                }
                Done::Again(pause, patch) => {
                    self.work.later.push((pause, patch));
                    Ok(())
                }
                Done::Step(number, outcome) => self.batches.take(self.store, number, outcome),
                Done::ReadBack(wanted, outcome) => {
                    self.take_read_back(&wanted, outcome, &mut answers)
                }
            };
            ending = ending.and(taken);
        }
        self.work.patches.append(&mut self.batches.to_patch);
        self.settle(answers)?;
        if ending.is_ok() {
            self.forget_read_batches()?;
        }
        ending
    }

    fn settle(&mut self, answers: Vec<Answer>) -> Result<(), Error> {
        let figures = &mut self.run.figures;
        for answer in &answers {
            match answer.verdict {
                Verdict::Confirmed => figures.activated += 1,
                Verdict::HeldAlready => figures.unchanged += 1,
                Verdict::Refused { .. } | Verdict::Unsettled { .. } => figures.failed += 1,
            }
            figures.pending = figures.pending.saturating_sub(1);
        }
        self.run.requests = self.client.requests();
        self.store.settle(
            self.run.id,
            &answers,
            &self.run.figures,
            &self.run.requests,
            self.client.now(),
        )?;
        Ok(())
    }

    /// Lets what is under way end, for a moment; nothing new is sent.
    async fn wind_down(&mut self) -> Result<(), Error> {
        let mut done = vec![];
        let all = async {
            while !self.work.jobs.is_empty() {
                done.extend(self.work.next().await);
            }
        };
        let in_time = timeout(GRACE, all).await.is_ok();
        if !in_time {
            self.work.jobs.abort_all();
        }
        // The run already has a reason to end; what these answers say against going on adds nothing.
        match self.take(done) {
            Err(Error::Store(error)) => Err(error.into()),
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

async fn sleep_until(at: Option<tokio::time::Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}
