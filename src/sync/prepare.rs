//! Reads a source on one thread and plans on another, into the outbox.

use std::{
    ops::ControlFlow,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, sync_channel},
    },
    thread,
    time::Duration,
};

use super::{Before, Desk, Error, Hooks, Plan, Planner, Progress, Rules, Wishes, kind};
use crate::{
    model::{Change, Digest, Known, OutreachId, RecordFault, RunId, Target},
    source::{self, Source, Tether},
    store::{self, Planning, Store},
};

/// What is to be planned.
#[derive(Debug, Clone)]
pub struct Order {
    /// The source, opened.
    pub source: Arc<Source>,
    /// The mapping and schedule.
    pub rules: Arc<Rules>,
    /// The share of members that may leave.
    pub max_exit_share: f64,
    /// What holds the reader.
    pub tether: Tether,
    /// How long the source may give no sign.
    pub patience: Duration,
}

/// Plans a run and commits the plan to the outbox, unless a guard refuses it. Blocks; for a thread of its own.
///
/// # Errors
/// If the source, the state or a guard ends the run; then nothing of the plan is kept.
pub fn prepare(store: &mut Store, run: RunId, order: &Order, hooks: &Hooks) -> Result<Plan, Error> {
    kind::check(store, order)?;
    let fingerprint = order.source.version().to_string();
    reading(order, hooks, |batches| {
        let before = before(store)?;
        let mut desk = store.begin_planning(run)?;
        let plan = plan(order, before, &mut desk, 0, batches, hooks)?;
        guard(&plan, order)?;
        let n_nameless = plan.n_usual_nameless.to_string();
        desk.commit(
            &plan.figures,
            &[
                (SOURCE_MEMO, fingerprint),
                (NAMELESS_MEMO, n_nameless),
                kind::memo(order),
            ],
        )?;
        Ok(plan)
    })
}

/// The fact that names the source which was planned last.
pub(super) const SOURCE_MEMO: &str = "source_fingerprint";

/// The fact that says how many records that may be anybody's are usual in this source.
const NAMELESS_MEMO: &str = "usual_nameless";

/// The fingerprint of the source that was planned last.
///
/// # Errors
/// If the state cannot be read.
pub fn planned_source(store: &Store) -> Result<Option<String>, store::Error> {
    store.memo(SOURCE_MEMO)
}

pub(super) fn before(store: &Store) -> Result<Before, store::Error> {
    let nameless = store.memo(NAMELESS_MEMO)?;
    Ok(Before {
        ledger: store.ledger_entries()?,
        pending: store.pending_entries()?,
        refused: store.refused_entries()?,
        n_usual_nameless: nameless.and_then(|n| n.parse().ok()).unwrap_or(0),
    })
}

pub(super) fn plan<D>(
    order: &Order,
    before: Before,
    desk: &mut D,
    max_sample: usize,
    batches: Batches<'_>,
    hooks: &Hooks,
) -> Result<Plan, Error>
where
    D: Desk<Error = store::Error>,
{
    let mut planner = Planner::new(&order.rules, before, desk, max_sample);
    batches.each(|batch| {
        if hooks.is_stopping() {
            return Err(Error::Asked);
        }
        planner.add(batch)?;
        (hooks.progress)(Progress::Planning {
            n_records: planner.n_records(),
        });
        Ok(())
    })?;
    if hooks.is_stopping() {
        return Err(Error::Asked);
    }
    let mut plan = planner.finish(order.max_exit_share)?;
    plan.lacking_fields
        .retain(|field| !order.source.names_field(field));
    Ok(plan)
}

/// Refuses a snapshot that takes out more than it may.
pub(super) fn guard(plan: &Plan, order: &Order) -> Result<(), Error> {
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

/// Batches that wait between the reader and the planner: as many as come while the ledger is read.
const N_WAITING: usize = 64;

/// How often somebody who waits for the source looks whether it goes on and whether the run shall stop.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// What the reader hands on.
enum Read {
    Batch(Wishes),
    /// The source is at its end, or cannot be read any further.
    End(Result<(), source::Error>),
}

/// The source while it is being read on another thread.
pub(super) struct Batches<'a> {
    read: Receiver<Read>,
    order: &'a Order,
    hooks: &'a Hooks,
}

impl Batches<'_> {
    /// Takes all of them. Without a good end they are not the whole source, and nothing may be done by them.
    fn each(self, mut take: impl FnMut(Wishes) -> Result<(), Error>) -> Result<(), Error> {
        loop {
            match wait(
                &self.read,
                &self.order.tether,
                self.order.patience,
                self.hooks,
            )? {
                Read::Batch(batch) => take(batch)?,
                Read::End(ended) => return Ok(ended?),
            }
        }
    }
}

impl Drop for Batches<'_> {
    fn drop(&mut self) {
        self.order.tether.cut();
    }
}

/// Waits for what another thread hands on. A thread that gives no sign for so long is left to itself, and so is any if the
/// run shall stop: one that hangs in the hands of the system cannot be ended.
fn wait<T>(
    from: &Receiver<T>,
    tether: &Tether,
    patience: Duration,
    hooks: &Hooks,
) -> Result<T, Error> {
    let mut silent = Duration::ZERO;
    let mut beats = tether.beats();
    loop {
        match from.recv_timeout(LOOK_EVERY) {
            Ok(value) => return Ok(value),
            Err(RecvTimeoutError::Disconnected) => return Err(Error::Reader),
            Err(RecvTimeoutError::Timeout) => {}
        }
        if hooks.is_stopping() {
            tether.cut();
            return Err(Error::Asked);
        }
        silent = if beats == tether.beats() {
            silent + LOOK_EVERY
        } else {
            Duration::ZERO
        };
        beats = tether.beats();
        if silent > patience {
            tether.cut();
            let secs = patience.as_secs();
            return Err(source::Error::NoAnswer { secs }.into());
        }
    }
}

/// Does something with a source that may not answer, on a thread of its own.
///
/// # Errors
/// If it gives no sign for too long, or the run shall stop; then the thread is left to itself.
pub fn patiently<T: Send + 'static>(
    tether: &Tether,
    patience: Duration,
    hooks: &Hooks,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    let (send, receive) = sync_channel(1);
    let run = move || {
        // Whoever has given up does not ask what came of it.
        drop(send.send(work()));
    };
    thread::Builder::new()
        .name("reader".to_owned())
        .spawn(run)
        .map_err(|_no_thread| Error::Reader)?;
    wait(&receive, tether, patience, hooks)
}

/// Reads the source on a thread of its own while `work` is done, which ends the reading when it lets the batches go.
pub(super) fn reading<T>(
    order: &Order,
    hooks: &Hooks,
    work: impl FnOnce(Batches<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let (send, receive) = sync_channel::<Read>(N_WAITING);
    let (source, rules) = (Arc::clone(&order.source), Arc::clone(&order.rules));
    let read = move || {
        let ended = source.read(&rules.projection(), &mut |batch| match send
            .send(Read::Batch(Wishes::of(&rules, batch)))
        {
            Ok(()) => ControlFlow::Continue(()),
            Err(_planner_gone) => ControlFlow::Break(()),
        });
        // Whoever has given up does not ask how it ended.
        drop(send.send(Read::End(ended)));
    };
    thread::Builder::new()
        .name("reader".to_owned())
        .spawn(read)
        .map_err(|_no_thread| Error::Reader)?;
    work(Batches {
        read: receive,
        order,
        hooks,
    })
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
