//! One prospect: what Outreach has confirmed, what waits, and what was written when and why.

use super::{NameFields, label, open, text};
use crate::{
    engine::{
        snapshot::{HistoryEntry, Person},
        store_problem,
    },
    model::{Destination, FieldSet, FieldValue, KnownFields, OutreachId, Problem, Target},
    store::{DataDir, JournalEntry, Settings},
};

/// More than anybody reads.
const MOST_ENTRIES: u32 = 500;

/// One prospect with its history, newest first; at most 500 entries. Nothing but the number is in it if nothing is
/// known of the prospect.
///
/// # Errors
/// If the state cannot be read.
pub fn person(
    dir: &DataDir,
    settings: &Settings,
    prospect: OutreachId,
    fields: Option<&KnownFields>,
) -> Result<Person, Problem> {
    let destination = &settings.destination;
    let (known, journal) = match open(dir, settings)? {
        Some(store) => {
            let read = || {
                Ok((
                    store.known(prospect)?,
                    store.history(prospect, MOST_ENTRIES)?,
                ))
            };
            read().map_err(|e| store_problem(&e))?
        }
        None => Default::default(),
    };
    Ok(Person {
        prospect,
        name: NameFields::of(destination).name(&known.ledger),
        fields: listed(&known.ledger, fields),
        pending: listed(&known.pending, fields),
        history: journal
            .iter()
            .flat_map(|entry| history(entry, destination, fields))
            .take(MOST_ENTRIES as usize)
            .collect(),
    })
}

fn listed(
    values: &FieldSet,
    fields: Option<&KnownFields>,
) -> Vec<(String, Option<String>, String)> {
    let listed = |(target, value): (Target, FieldValue<'_>)| {
        (
            target.name().into_owned(),
            label(target, fields),
            text(value),
        )
    };
    values.iter().map(listed).collect()
}

fn history(
    entry: &JournalEntry,
    destination: &Destination,
    fields: Option<&KnownFields>,
) -> Vec<HistoryEntry> {
    let of_field = |(target, value): (Target, FieldValue<'_>)| {
        let audience = destination
            .audiences
            .iter()
            .find(|audience| Target::custom(audience.mapping_id) == target);
        // An empty status stands for anything: nobody knows what Outreach held.
        let old = entry
            .old
            .get(target)
            .filter(|old| audience.is_none() || *old != FieldValue::Null);
        HistoryEntry {
            at: entry.at,
            run: entry.run,
            cause: entry.cause,
            field: target.name().into_owned(),
            label: label(target, fields),
            audience: audience.map(|audience| audience.name.clone()),
            old: old.map(text),
            new: text(value),
        }
    };
    entry.new.iter().map(of_field).collect()
}
