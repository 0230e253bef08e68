//! What must hold, whatever has happened.

use std::collections::{BTreeMap, BTreeSet};

use audience_sync::{
    engine::Report,
    model::{Fate, FieldSet, OutreachId},
    sandbox::Sandbox,
    store::Store,
};
use serde_json::Value;

use super::{
    network::Network,
    source::{OWNED, STATUSES, Script, Wanted},
};

/// Every value that an attribute of a prospect has ever had in Outreach.
type History = BTreeMap<(u32, String), BTreeSet<String>>;

/// Looks from outside at what the program leaves behind.
pub(super) struct Checker<'a> {
    pub(super) sandbox: &'a Sandbox,
    pub(super) network: &'a Network,
    pub(super) n_prospects: u32,
    /// What prospects held before anything was written.
    pub(super) first: &'a BTreeMap<(u32, &'static str), Value>,
}

impl Checker<'_> {
    /// What holds at any time, also after a crash: nothing counts as sent that Outreach never had, and nothing was
    /// written that is not ours to write.
    pub(super) fn always(&self, store: &Store) -> Result<(), String> {
        if let Some(fault) = self.network.state().faults.first() {
            return Err(fault.clone());
        }
        for write in self.sandbox.writes() {
            only_owned(write.attributes.keys())?;
        }
        for batch in self.sandbox.batches() {
            only_owned(batch.attributes.keys())?;
            if batch.prospects.is_empty() || batch.prospects.len() > self.n_prospects as usize {
                return Err(format!("batch {} is about everybody", batch.id));
            }
        }
        let history = self.history();
        for prospect in 1..=self.n_prospects {
            for (target, value) in &ledger(store, prospect) {
                let (name, value) = (target.to_string(), value.to_json());
                let is_unknown = value.is_null() && STATUSES.contains(&name.as_str());
                let had = history.get(&(prospect, name.clone()));
                if !is_unknown && had.is_none_or(|had| !had.contains(&value.to_string())) {
                    return Err(format!(
                        "the ledger says {name} of {prospect} is {value}, which Outreach never had"
                    ));
                }
            }
        }
        Ok(())
    }

    /// Every record of a run is in exactly one of the five fates, and is listed where it has to be.
    pub(super) fn figures(store: &Store, report: &Report, script: &Script) -> Result<(), String> {
        let run = report.run.ok_or("a run without a number")?;
        let faults = store.faults(run).map_err(|e| e.to_string())?;
        let n_of = |fate| faults.iter().filter(|fault| fault.fate == fate).count() as u64;
        let figures = report.figures;
        if let Some(fault) = faults.iter().find(|f| f.code == "rateLimitExceeded") {
            return Err(format!("a 429 counts as a failed record: {fault:?}"));
        }
        let (excluded, failed) = (n_of(Fate::Excluded), n_of(Fate::Failed));
        if (figures.excluded, figures.failed) != (excluded, failed) {
            return Err(format!(
                "{figures:?}, but {excluded} excluded and {failed} failed are listed"
            ));
        }
        if figures.received() < script.n_profiles()
            && figures != audience_sync::model::Figures::default()
        {
            return Err(format!("{figures:?} of {} profiles", script.n_profiles()));
        }
        let waiting = store.n_pending().map_err(|e| e.to_string())?;
        let unsettled = faults.iter().filter_map(|fault| fault.prospect);
        let is_waiting = |prospect: &OutreachId| {
            store
                .known(*prospect)
                .is_ok_and(|known| !known.pending.is_empty())
        };
        let unsettled: BTreeSet<_> = unsettled.filter(is_waiting).collect();
        if waiting != figures.pending + unsettled.len() as u64 {
            return Err(format!(
                "{figures:?}, but {waiting} wait and {} of them are listed",
                unsettled.len()
            ));
        }
        let stored = store.runs(1).map_err(|e| e.to_string())?.remove(0);
        if (stored.id, stored.figures, stored.status) != (run, figures, report.status) {
            return Err(format!(
                "the report says {figures:?} and the state {stored:?}"
            ));
        }
        Ok(())
    }

    /// When all is quiet, Outreach holds what the newest export asks for.
    pub(super) fn at_last(&self, store: &Store, script: &Script) -> Result<(), String> {
        let n_left = store.n_pending().map_err(|e| e.to_string())?;
        let batches = store.batches().map_err(|e| e.to_string())?;
        if n_left > 0 || !batches.is_empty() {
            return Err(format!("{n_left} changes and {batches:?} are left"));
        }
        for prospect in 1..=self.n_prospects {
            let known = ledger(store, prospect);
            for attribute in OWNED {
                let Some(held) = self.sandbox.attribute(prospect, attribute) else {
                    continue;
                };
                if Self::is_refused(store, prospect)
                    || self.is_a_persons(prospect, attribute, &held)
                {
                    continue;
                }
                let ours = known
                    .iter()
                    .find(|(target, _)| target.to_string() == attribute)
                    .map(|(_, value)| value.to_json());
                self.as_wanted(script, (prospect, attribute), &held, ours.as_ref())?;
            }
        }
        Ok(())
    }

    fn as_wanted(
        &self,
        script: &Script,
        (prospect, attribute): (u32, &'static str),
        held: &Value,
        ours: Option<&Value>,
    ) -> Result<(), String> {
        let wanted = script.wanted(prospect, attribute);
        let is_right = match &wanted {
            Wanted::Value(value) => held == value,
            Wanted::NoMember => {
                let first = self.first.get(&(prospect, attribute));
                held != "realized" || (ours.is_none() && first == Some(held))
            }
            Wanted::Nothing => true,
        };
        let is_known = ours.is_none_or(|ours| ours == held);
        if is_right && is_known {
            return Ok(());
        }
        Err(format!(
            "{attribute} of {prospect} is {held}; wanted is {wanted:?}, and the ledger says {ours:?}"
        ))
    }

    fn is_refused(store: &Store, prospect: u32) -> bool {
        let refused = store.refused_entries().expect("it can be read");
        refused
            .iter()
            .any(|entry| entry.prospect.get() == u64::from(prospect))
    }

    /// What a person has written over our value stays until the source has another one.
    fn is_a_persons(&self, prospect: u32, attribute: &'static str, held: &Value) -> bool {
        let state = self.network.state();
        let edits = state.edits.get(&(prospect, attribute));
        edits.and_then(|edits| edits.last()) == Some(held)
    }

    fn history(&self) -> History {
        let mut history = History::new();
        let mut put = |prospect: u32, name: &str, value: &Value| {
            let values = history.entry((prospect, name.to_owned())).or_default();
            values.insert(value.to_string());
        };
        for ((prospect, name), value) in self.first {
            put(*prospect, name, value);
        }
        for ((prospect, name), values) in &self.network.state().edits {
            for value in values {
                put(*prospect, name, value);
            }
        }
        for write in self.sandbox.writes() {
            for (name, value) in &write.attributes {
                put(write.prospect, name, value);
            }
        }
        for batch in self.sandbox.batches() {
            let n_done = batch.prospects.len() - batch.pending;
            for prospect in &batch.prospects[..n_done] {
                for (name, value) in &batch.attributes {
                    put(u32::try_from(*prospect).expect("a number"), name, value);
                }
            }
        }
        history
    }
}

fn ledger(store: &Store, prospect: u32) -> FieldSet {
    let prospect = OutreachId::new(prospect.into()).expect("a number");
    store.known(prospect).expect("it can be read").ledger
}

fn only_owned<'a>(names: impl Iterator<Item = &'a String>) -> Result<(), String> {
    for name in names {
        if !OWNED.contains(&name.as_str()) {
            return Err(format!("{name} was written, which is not ours"));
        }
    }
    Ok(())
}
