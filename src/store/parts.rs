//! Places of records: the parts of sources are named by number in the other tables, the rest stands beside the number.

use std::{collections::BTreeMap, sync::Arc};

use rusqlite::{Connection, Row};

use crate::model::{At, Counts, Part, Place};

/// The numbers under which the parts of sources are stored.
#[derive(Debug, Default)]
pub(super) struct PartNumbers(BTreeMap<Part, i64>);

impl PartNumbers {
    /// A place as the columns `part_id` and `at`; a place in no part has no number.
    pub(super) fn columns(
        &mut self,
        db: &Connection,
        place: &Place,
    ) -> rusqlite::Result<(Option<i64>, Option<u64>)> {
        let (counts, at) = match place.at {
            At::Line(line) => (Counts::Lines, Some(line)),
            At::Row(row) => (Counts::Rows, Some(row)),
            At::Nowhere => (Counts::default(), None),
        };
        if place.part.is_empty() && at.is_none() {
            return Ok((None, None));
        }
        let part = Part::new(Arc::clone(&place.part), counts);
        Ok((Some(self.number(db, part)?), at))
    }

    fn number(&mut self, db: &Connection, part: Part) -> rusqlite::Result<i64> {
        if let Some(number) = self.0.get(&part) {
            return Ok(*number);
        }
        let columns = (&*part.name, part.counts.as_str());
        db.execute(
            "INSERT OR IGNORE INTO source_part (name, counts) VALUES (?1, ?2)",
            columns,
        )?;
        let number = db.query_row(
            "SELECT id FROM source_part WHERE name = ?1 AND counts = ?2",
            columns,
            |row| row.get(0),
        )?;
        self.0.insert(part, number);
        Ok(number)
    }
}

/// Reads a place from the columns `name`, `counts` and `at`, which begin at this one.
pub(super) fn place(row: &Row<'_>, column: usize) -> rusqlite::Result<Place> {
    let Some(name) = row.get_ref(column)?.as_str_or_null()? else {
        return Ok(Place::gone());
    };
    let word = row.get_ref(column + 1)?.as_str()?;
    let counts = Counts::parse(word).ok_or(rusqlite::Error::InvalidQuery)?;
    let number: Option<u64> = row.get(column + 2)?;
    Ok(Part::new(name, counts).place(number.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{
            Cause, Change, Digest, Fate, FieldSet, FieldValue, Figures, OutreachId, RecordFault,
            Target,
        },
        store::Store,
    };

    fn change(prospect: u64, place: Place) -> Change {
        let title = Target::parse("title").expect("an attribute");
        Change {
            prospect: OutreachId::new(prospect).expect("above 0"),
            fields: std::iter::once((title, FieldValue::Text("Chief"))).collect::<FieldSet>(),
            digest: Digest(prospect),
            place,
        }
    }

    fn fault(place: Place) -> RecordFault {
        RecordFault {
            fate: Fate::Excluded,
            prospect: None,
            place,
            code: "x".to_owned(),
            what: "it is wrong".to_owned(),
            outreach: String::new(),
        }
    }

    /// A place of every kind; two parts have one name.
    fn places() -> [Place; 5] {
        [
            Part::of_lines("members").place(7),
            Part::of_rows("members").place(7),
            Part::of_rows("export.parquet").place(12),
            Part::of_rows("page 3").place(0),
            Place::gone(),
        ]
    }

    #[test]
    fn places_read_back_as_they_were_stored() {
        let mut store = Store::of_nothing().expect("it needs no disk");
        let now = jiff::Timestamp::UNIX_EPOCH;
        for _ in ["new parts", "parts that are known"] {
            let run = store.begin_run(Cause::Manual, now).expect("begun");
            let mut planning = store.begin_planning(run).expect("begun");
            for (prospect, place) in (1..).zip(places()) {
                let change = change(prospect, place.clone());
                planning.put(&change, false).expect("it is stored");
                planning.put_fault(&fault(place)).expect("it is stored");
            }
            planning.commit(&Figures::default(), &[]).expect("kept");
            let waiting = store.outbox_after(None, 10).expect("they are read");
            let waiting: Vec<_> = waiting.into_iter().map(|change| change.place).collect();
            assert_eq!(waiting, places());
            let faults = store.faults(run).expect("they are read");
            let faults: Vec<_> = faults.into_iter().map(|fault| fault.place).collect();
            assert_eq!(faults, places());
        }
        let third = OutreachId::new(3).expect("above 0");
        let found = store.outbox_of(&[third]).expect("it is read");
        assert_eq!(found, [change(3, places()[2].clone())]);
    }

    #[test]
    fn a_change_that_is_put_back_has_its_place_again() {
        let mut store = Store::of_nothing().expect("it needs no disk");
        let now = jiff::Timestamp::UNIX_EPOCH;
        for place in places() {
            let before = change(1, place);
            let run = store.begin_run(Cause::Manual, now).expect("begun");
            let mut planning = store.begin_planning(run).expect("begun");
            planning.put(&before, false).expect("it is stored");
            planning.commit(&Figures::default(), &[]).expect("kept");
            let mut planning = store.begin_planning(run).expect("begun");
            let other = change(1, Part::of_lines("other.csv").place(2));
            planning.put(&other, true).expect("it is stored");
            planning.withdraw(before.prospect).expect("it is taken out");
            planning.commit(&Figures::default(), &[]).expect("kept");
            let waiting = store.outbox_after(None, 10).expect("they are read");
            assert_eq!(waiting, [before]);
        }
    }
}
