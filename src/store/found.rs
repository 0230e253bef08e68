//! What was read of prospects before they were written, and what waits in the outbox with what is known of it.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _};

use super::{
    Error, Store,
    ledger::{field_set, prospect},
};
use crate::model::{Change, FieldSet, OutreachId, RunId};

/// A change in the outbox, as routing looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The prospect.
    pub prospect: OutreachId,
    /// The run that has put it there; 0 if nobody knows.
    pub run: RunId,
    /// What is to be written.
    pub fields: FieldSet,
    /// Whether a field was never written before, so that nobody knows what Outreach holds of it.
    pub is_unknown: bool,
}

impl Store {
    /// Remembers what was read of prospects, as what was there before we wrote: what was read first counts.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn put_found(
        &mut self,
        found: &[(OutreachId, FieldSet)],
        now: Timestamp,
    ) -> Result<(), Error> {
        self.atomically(|db| {
            let mut insert = db.prepare_cached(
                "INSERT OR IGNORE INTO found (prospect_id, at, fields) VALUES (?1, ?2, ?3)",
            )?;
            for (prospect, fields) in found {
                insert.execute((prospect.get(), now.as_millisecond(), fields.as_bytes()))?;
            }
            Ok(())
        })
    }

    /// Shows everything in the outbox, in the order of the prospects' numbers.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn each_waiting(&self, mut look: impl FnMut(Waiting)) -> Result<(), Error> {
        self.on(|db| {
            let mut statement = db.prepare_cached(
                "SELECT o.prospect_id, o.run_id, o.fields, l.fields FROM outbox o
                 LEFT JOIN ledger l ON l.prospect_id = o.prospect_id ORDER BY o.prospect_id",
            )?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let fields = field_set(row, 2)?;
                let is_new = row.get_ref(3)? == rusqlite::types::ValueRef::Null;
                let is_unknown = is_new || {
                    let ledger = field_set(row, 3)?;
                    fields
                        .iter()
                        .any(|(target, _)| ledger.get(target).is_none())
                };
                look(Waiting {
                    prospect: prospect(row, 0)?,
                    run: RunId::new(row.get(1)?),
                    fields,
                    is_unknown,
                });
            }
            Ok(())
        })
    }

    /// The changes of these prospects that wait in the outbox.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn outbox_of(&self, prospects: &[OutreachId]) -> Result<Vec<Change>, Error> {
        self.on(|db| {
            let mut statement = db.prepare_cached(
                "SELECT prospect_id, digest, fields, name, counts, at FROM outbox
                 LEFT JOIN source_part ON source_part.id = part_id WHERE prospect_id = ?1",
            )?;
            let mut changes = Vec::with_capacity(prospects.len());
            for prospect in prospects {
                changes.extend(
                    statement
                        .query_row([prospect.get()], super::ledger::change)
                        .optional()?,
                );
            }
            Ok(changes)
        })
    }
}

pub(super) fn found(db: &Connection, prospect: OutreachId) -> rusqlite::Result<Option<FieldSet>> {
    db.prepare_cached("SELECT fields FROM found WHERE prospect_id = ?1")?
        .query_row([prospect.get()], |row| field_set(row, 0))
        .optional()
}
