//! Reads a source on one thread and plans on another, into the outbox.

use std::{
    ops::ControlFlow,
    sync::mpsc::{Receiver, sync_channel},
    thread,
};

use super::{Before, Desk, Error, Hooks, Plan, Planner, Progress, Rules, Wishes};
use crate::{
    model::{Change, Digest, Known, OutreachId, RecordFault, RunId, Target},
    source::Files,
    store::{self, Planning, Store},
};

/// What is to be planned.
#[derive(Debug)]
pub struct Order<'a> {
    /// The source, opened.
    pub files: &'a Files,
    /// The mapping and schedule.
    pub rules: &'a Rules,
    /// The share of members that may leave.
    pub max_exit_share: f64,
}

/// Plans a run and commits the plan to the outbox, unless a guard refuses it. Blocks; for a thread of its own.
///
/// # Errors
/// If the source, the state or a guard ends the run; then nothing of the plan is kept.
pub fn prepare(
    store: &mut Store,
    run: RunId,
    order: &Order<'_>,
    hooks: &Hooks,
) -> Result<Plan, Error> {
    let fingerprint = order.files.fingerprint().to_string();
    let before = before(store)?;
    let mut desk = store.begin_planning(run)?;
    let plan = plan(order, before, &mut desk, 0, hooks)?;
    guard(&plan, order)?;
    desk.commit(&plan.figures, &[(SOURCE_MEMO, fingerprint)])?;
    Ok(plan)
}

/// Plans without keeping anything, with the first `max_sample` changed fields to look at. Blocks.
///
/// With the plan comes the guard that would refuse it: whoever has to judge that refusal wants to see the changes.
///
/// # Errors
/// If the source or the state ends the run.
pub fn plan_only(
    store: &Store,
    order: &Order<'_>,
    max_sample: usize,
    hooks: &Hooks,
) -> Result<(Plan, Result<(), Error>), Error> {
    let before = before(store)?;
    let n_pending = store.n_pending()?;
    let desk = &mut ReadingDesk { store, n_pending };
    let plan = plan(order, before, desk, max_sample, hooks)?;
    let guarded = guard(&plan, order);
    Ok((plan, guarded))
}

/// The fact that names the source which was planned last.
pub(super) const SOURCE_MEMO: &str = "source_fingerprint";

fn before(store: &Store) -> Result<Before, store::Error> {
    Ok(Before {
        ledger: store.ledger_entries()?,
        pending: store.pending_entries()?,
        refused: store.refused_entries()?,
    })
}

fn plan<D>(
    order: &Order<'_>,
    before: Before,
    desk: &mut D,
    max_sample: usize,
    hooks: &Hooks,
) -> Result<Plan, Error>
where
    D: Desk<Error = store::Error>,
{
    let mut planner = Planner::new(order.rules, before, desk, max_sample);
    read_all(order, &mut planner, hooks)?;
    if hooks.is_stopping() {
        return Err(Error::Asked);
    }
    Ok(planner.finish(order.max_exit_share)?)
}

/// Refuses a snapshot that takes out more than it may.
fn guard(plan: &Plan, order: &Order<'_>) -> Result<(), Error> {
    if order.rules.is_full() && plan.n_records == 0 {
        return Err(Error::SnapshotEmpty);
    }
    match plan.exits.over(order.max_exit_share) {
        Some(too_many) if order.rules.is_full() => Err(Error::TooManyExits {
            too_many,
            audience: too_many
                .audience
                .and_then(|place| order.rules.audience(place).cloned()),
        }),
        _ => Ok(()),
    }
}

/// Batches that wait between the reader and the planner.
const N_WAITING: usize = 4;

fn read_all<D>(order: &Order<'_>, planner: &mut Planner<'_, D>, hooks: &Hooks) -> Result<(), Error>
where
    D: Desk<Error = store::Error>,
{
    let projection = order.rules.projection();
    let (send, receive) = sync_channel::<Wishes>(N_WAITING);
    thread::scope(|scope| {
        let read = || {
            let send = send;
            order.files.read(&projection, &mut |batch| match send
                .send(Wishes::of(order.rules, batch))
            {
                Ok(()) => ControlFlow::Continue(()),
                Err(_planner_gone) => ControlFlow::Break(()),
            })
        };
        let reader = thread::Builder::new()
            .name("reader".to_owned())
            .spawn_scoped(scope, read)
            .map_err(|_no_thread| Error::Reader)?;
        let ended = plan_batches(receive, planner, hooks);
        let read = reader.join().map_err(|_panic| Error::Reader)?;
        ended?;
        Ok(read?)
    })
}

/// Takes the receiver, so that the reader ends when the planner gives up.
fn plan_batches<D>(
    batches: Receiver<Wishes>,
    planner: &mut Planner<'_, D>,
    hooks: &Hooks,
) -> Result<(), Error>
where
    D: Desk<Error = store::Error>,
{
    for batch in batches {
        if hooks.is_stopping() {
            return Err(Error::Asked);
        }
        planner.add(batch)?;
        (hooks.progress)(Progress::Planning {
            n_records: planner.n_records(),
        });
    }
    Ok(())
}

impl Desk for Planning<'_> {
    type Error = store::Error;

    fn known(&self, prospect: OutreachId) -> Result<Known, store::Error> {
        self.known(prospect)
    }

    fn put(&mut self, change: &Change, replaces: bool) -> Result<(), store::Error> {
        self.put(change, replaces)
    }

    fn withdraw(&mut self, prospect: OutreachId) -> Result<(), store::Error> {
        self.withdraw(prospect)
    }

    fn settle(&mut self, prospect: OutreachId, digest: Digest) -> Result<(), store::Error> {
        self.settle(prospect, digest)
    }

    fn put_fault(&mut self, fault: &RecordFault) -> Result<(), store::Error> {
        self.put_fault(fault)
    }

    fn refusal(&self, prospect: OutreachId) -> Result<Option<RecordFault>, store::Error> {
        self.refusal(prospect)
    }

    fn count_members(&self, fields: &[Target], exited: &str) -> Result<Vec<u64>, store::Error> {
        self.count_members(fields, exited)
    }

    fn n_pending(&self) -> Result<u64, store::Error> {
        self.n_pending()
    }
}

/// A desk that looks everything up and keeps nothing but the count of what would wait.
struct ReadingDesk<'a> {
    store: &'a Store,
    n_pending: u64,
}

impl Desk for ReadingDesk<'_> {
    type Error = store::Error;

    fn known(&self, prospect: OutreachId) -> Result<Known, store::Error> {
        self.store.known(prospect)
    }

    fn put(&mut self, _change: &Change, replaces: bool) -> Result<(), store::Error> {
        self.n_pending += u64::from(!replaces);
        Ok(())
    }

    fn withdraw(&mut self, prospect: OutreachId) -> Result<(), store::Error> {
        self.n_pending -= u64::from(self.store.known(prospect)?.pending.is_empty());
        Ok(())
    }

    fn settle(&mut self, _prospect: OutreachId, _digest: Digest) -> Result<(), store::Error> {
        Ok(())
    }

    fn put_fault(&mut self, _fault: &RecordFault) -> Result<(), store::Error> {
        Ok(())
    }

    fn refusal(&self, _prospect: OutreachId) -> Result<Option<RecordFault>, store::Error> {
        Ok(None)
    }

    fn count_members(&self, fields: &[Target], exited: &str) -> Result<Vec<u64>, store::Error> {
        self.store.count_members(fields, exited)
    }

    fn n_pending(&self) -> Result<u64, store::Error> {
        Ok(self.n_pending)
    }
}
