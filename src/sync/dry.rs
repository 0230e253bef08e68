//! Planning for a look: nothing is kept, and what delivering would take is worked out.

use std::collections::BTreeSet;

use super::{
    Desk, Error, Forecast, Hooks, Order, Plan, Router, Terms, kind,
    prepare::{before, guard, plan, reading},
};
use crate::{
    model::{Change, Digest, Known, OutreachId, RecordFault, Target},
    store::{self, Store},
};

/// Plans without keeping anything, with the first `max_sample` changed fields to look at. Blocks.
///
/// With the plan comes the guard that would refuse it: whoever has to judge that refusal wants to see the changes.
///
/// # Errors
/// If the source or the state ends the run.
pub fn plan_only(
    store: &Store,
    order: &Order,
    terms: &Terms,
    max_sample: usize,
    hooks: &Hooks,
) -> Result<(Plan, Result<(), Error>), Error> {
    kind::check(store, order)?;
    reading(order, hooks, |batches| {
        let before = before(store)?;
        let mut desk = ReadingDesk {
            n_pending: store.n_pending()?,
            known: before.ledger.iter().map(|entry| entry.prospect).collect(),
            router: Router::new(terms.route),
            replaced: BTreeSet::new(),
            unknown: vec![],
            fields: BTreeSet::new(),
            store,
        };
        let mut plan = plan(order, before, &mut desk, max_sample, batches, hooks)?;
        plan.forecast = Some(desk.forecast(terms)?);
        let guarded = guard(&plan, order);
        Ok((plan, guarded))
    })
}

/// A desk that looks everything up and keeps nothing but what routing needs.
struct ReadingDesk<'a> {
    store: &'a Store,
    n_pending: u64,
    /// The prospects of the ledger, in order.
    known: Vec<OutreachId>,
    router: Router,
    /// Prospects whose waiting change is replaced.
    replaced: BTreeSet<OutreachId>,
    unknown: Vec<OutreachId>,
    fields: BTreeSet<Target>,
}

impl ReadingDesk<'_> {
    fn add(&mut self, prospect: OutreachId, fields: &crate::model::FieldSet) {
        self.router.add(prospect, fields);
        if self.known.binary_search(&prospect).is_err() {
            self.unknown.push(prospect);
        }
        self.fields.extend(fields.iter().map(|(target, _)| target));
    }

    /// What waits from earlier runs goes along.
    fn forecast(mut self, terms: &Terms) -> Result<Forecast, store::Error> {
        let mut waiting = vec![];
        self.store.each_waiting(|change| waiting.push(change))?;
        for change in waiting {
            if !self.replaced.contains(&change.prospect) {
                self.add(change.prospect, &change.fields);
            }
        }
        self.unknown.sort_unstable();
        self.unknown.dedup();
        let fields: Vec<_> = self.fields.into_iter().collect();
        let route = self.router.finish();
        Ok(Forecast::new(&route, &self.unknown, &fields, terms))
    }
}

impl Desk for ReadingDesk<'_> {
    type Error = store::Error;

    fn known(&self, prospect: OutreachId) -> Result<Known, store::Error> {
        self.store.known(prospect)
    }

    fn put(&mut self, change: &Change, replaces: bool) -> Result<(), store::Error> {
        if replaces {
            self.replaced.insert(change.prospect);
        } else {
            self.n_pending += 1;
        }
        self.add(change.prospect, &change.fields);
        Ok(())
    }

    fn withdraw(&mut self, prospect: OutreachId) -> Result<(), store::Error> {
        self.n_pending -= u64::from(self.store.known(prospect)?.pending.is_empty());
        self.router.remove(prospect);
        self.unknown.retain(|other| *other != prospect);
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
