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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        engine::look::testing::{IN, OUT, Past, id, instant},
        model::{Cause, FieldLabel, MappingId, RunId},
    };

    fn labels() -> KnownFields {
        let label = FieldLabel {
            label: "AEP gold".to_owned(),
            kind: String::new(),
            options: vec![],
        };
        KnownFields::from([(MappingId::new(1).expect("in range"), label)])
    }

    #[test]
    fn a_person_has_what_is_confirmed_what_waits_and_how_it_came() {
        let past = Past::usual();
        let person = |number| {
            person(&past.dir, &past.settings, id(number), Some(&labels())).expect("it can be read")
        };
        let ada = person(1);
        let gold = Some("AEP gold".to_owned());
        assert_eq!(ada.name, "Ada Lovelace");
        assert_eq!(
            ada.fields,
            [
                ("custom1".to_owned(), gold.clone(), "realized".to_owned()),
                ("firstName".to_owned(), None, "Ada".to_owned()),
                ("lastName".to_owned(), None, "Lovelace".to_owned()),
            ]
        );
        assert_eq!(
            ada.pending,
            [("custom1".to_owned(), gold.clone(), "exited".to_owned())]
        );
        let of_two = person(2).history;
        let entry = |run, second, old: Option<&str>, new: &str| HistoryEntry {
            at: instant(second),
            run: RunId::new(run),
            cause: Some(Cause::Manual),
            field: "custom1".to_owned(),
            label: gold.clone(),
            audience: Some("Gold customers".to_owned()),
            old: old.map(str::to_owned),
            new: new.to_owned(),
        };
        assert_eq!(of_two.len(), 3);
        assert_eq!(of_two[0], entry(2, 200, Some("realized"), "exited"));
        assert_eq!(of_two[1], entry(1, 100, None, "realized"));
        assert_eq!(
            (&*of_two[2].field, &of_two[2].audience),
            ("firstName", &None)
        );
    }

    #[test]
    fn a_cleared_value_was_empty_and_an_empty_status_unknown() {
        let past = Past::new();
        let null = FieldValue::Null;
        past.confirm(100, &[(1, &[("custom1", null), ("title", null)])]);
        past.confirm(
            200,
            &[(1, &[("custom1", IN), ("title", FieldValue::Text("CEO"))])],
        );
        let person = person(&past.dir, &past.settings, id(1), None).expect("it can be read");
        let newest: Vec<_> = person.history[..2]
            .iter()
            .map(|entry| (&*entry.field, entry.old.as_deref(), &*entry.new))
            .collect();
        assert_eq!(
            newest,
            [("custom1", None, "realized"), ("title", Some(""), "CEO")]
        );
    }

    #[test]
    fn the_history_ends_at_five_hundred_entries() {
        let past = Past::new();
        let changes: Vec<(u64, &[_])> = (0..300)
            .map(|i| {
                (
                    1,
                    [
                        &[("custom1", IN), ("custom2", OUT)],
                        &[("custom1", OUT), ("custom2", IN)],
                    ][i % 2]
                        .as_slice(),
                )
            })
            .collect();
        past.confirm(100, &changes);
        let person = person(&past.dir, &past.settings, id(1), None).expect("it can be read");
        assert_eq!(person.history.len(), 500);
    }

    #[test]
    fn nobody_is_known_before_the_first_run() {
        let past = Past::new();
        let person = person(&past.dir, &past.settings, id(1), None).expect("it can be read");
        assert_eq!(
            (person.name, person.fields, person.history),
            (String::new(), vec![], vec![])
        );
    }
}
