//! Reading the ledger and what stands beside it: the outbox and the refusals.

use rusqlite::{Connection, OptionalExtension as _, Row};

use super::{Error, Store, parts};
use crate::model::{Change, Digest, FieldSet, FieldValue, Known, OutreachId, Target};

/// What a replan needs to know of every prospect: whether its profile asks for anything new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LedgerEntry {
    /// The prospect.
    pub prospect: OutreachId,
    /// What its profile asked for when it was last confirmed.
    pub digest: Digest,
}

impl Store {
    /// Every entry of the ledger, in the order of the prospects' numbers.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn ledger_entries(&self) -> Result<Vec<LedgerEntry>, Error> {
        self.entries("ledger")
    }

    /// Prospects whose last change was refused, in the order of their numbers.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn refused_entries(&self) -> Result<Vec<LedgerEntry>, Error> {
        self.entries("refusal")
    }

    /// Prospects with a change in the outbox, in the order of their numbers.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn pending_entries(&self) -> Result<Vec<LedgerEntry>, Error> {
        self.entries("outbox")
    }

    fn entries(&self, table: &str) -> Result<Vec<LedgerEntry>, Error> {
        self.on(|db| {
            let count: usize =
                db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| {
                    row.get(0)
                })?;
            let mut entries = Vec::with_capacity(count);
            let mut statement = db.prepare(&format!(
                "SELECT prospect_id, digest FROM {table} ORDER BY prospect_id"
            ))?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                entries.push(LedgerEntry {
                    prospect: prospect(row, 0)?,
                    digest: Digest(row.get::<_, i64>(1)?.cast_unsigned()),
                });
            }
            Ok(entries)
        })
    }

    /// The next changes of the outbox behind this prospect, in the order of the prospects' numbers.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn outbox_after(
        &self,
        prospect: Option<OutreachId>,
        limit: u32,
    ) -> Result<Vec<Change>, Error> {
        self.on(|db| {
            let mut statement = db.prepare_cached(
                "SELECT prospect_id, digest, fields, name, counts, at FROM outbox
                 LEFT JOIN source_part ON source_part.id = part_id
                 WHERE prospect_id > ?1 ORDER BY prospect_id LIMIT ?2",
            )?;
            let after = prospect.map_or(0, OutreachId::get);
            let rows = statement.query_map((after, limit), change)?;
            rows.collect()
        })
    }

    /// How many changes wait in the outbox.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn n_pending(&self) -> Result<u64, Error> {
        self.on(n_pending)
    }

    /// What is known of one prospect.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn known(&self, prospect: OutreachId) -> Result<Known, Error> {
        self.on(|db| known(db, prospect))
    }

    /// How many prospects the ledger shows as members, by the field that holds the status.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn count_members(&self, fields: &[Target], exited: &str) -> Result<Vec<u64>, Error> {
        self.on(|db| count_members(db, fields, exited))
    }

    /// Reads one fact.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn memo(&self, key: &str) -> Result<Option<String>, Error> {
        self.on(|db| {
            db.query_row("SELECT value FROM memo WHERE key = ?1", [key], |row| {
                row.get(0)
            })
            .optional()
        })
    }

    /// Forgets a single fact.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn forget_memo(&self, key: &str) -> Result<(), Error> {
        self.on(|db| {
            db.execute("DELETE FROM memo WHERE key = ?1", [key])
                .map(drop)
        })
    }
}

pub(super) fn n_pending(db: &Connection) -> rusqlite::Result<u64> {
    db.query_row("SELECT count(*) FROM outbox", [], |row| row.get(0))
}

/// How many prospects the ledger shows with another value than `exited` in each of these fields.
pub(super) fn count_members(
    db: &Connection,
    fields: &[Target],
    exited: &str,
) -> rusqlite::Result<Vec<u64>> {
    let mut counts = vec![0; fields.len()];
    let mut statement = db.prepare("SELECT fields FROM ledger")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let held = field_set(row, 0)?;
        for (count, field) in counts.iter_mut().zip(fields) {
            *count += u64::from(
                held.get(*field)
                    .is_some_and(|value| value != FieldValue::Text(exited)),
            );
        }
    }
    Ok(counts)
}

pub(super) fn known(db: &Connection, prospect: OutreachId) -> rusqlite::Result<Known> {
    let id = prospect.get();
    let fields = |sql| {
        db.prepare_cached(sql)?
            .query_row([id], |row| field_set(row, 0))
            .optional()
    };
    Ok(Known {
        ledger: fields("SELECT fields FROM ledger WHERE prospect_id = ?1")?.unwrap_or_default(),
        pending: fields("SELECT fields FROM outbox WHERE prospect_id = ?1")?.unwrap_or_default(),
    })
}

/// Reads a change from the columns `prospect_id, digest, fields, name, counts, at`.
pub(super) fn change(row: &Row<'_>) -> rusqlite::Result<Change> {
    Ok(Change {
        prospect: prospect(row, 0)?,
        digest: Digest(row.get::<_, i64>(1)?.cast_unsigned()),
        fields: field_set(row, 2)?,
        place: parts::place(row, 3)?,
    })
}

pub(super) fn prospect(row: &Row<'_>, column: usize) -> rusqlite::Result<OutreachId> {
    let number: i64 = row.get(column)?;
    u64::try_from(number)
        .ok()
        .and_then(OutreachId::new)
        .ok_or(rusqlite::Error::IntegralValueOutOfRange(column, number))
}

pub(super) fn field_set(row: &Row<'_>, column: usize) -> rusqlite::Result<FieldSet> {
    let bytes = row.get_ref(column)?.as_blob()?;
    FieldSet::from_bytes(bytes).ok_or_else(|| {
        rusqlite::Error::InvalidColumnType(column, "fields".to_owned(), rusqlite::types::Type::Blob)
    })
}
