//! Writing a plan: the whole of it in one transaction, so that a guard can still refuse it.

use std::{fmt, path::PathBuf};

use rusqlite::{
    CachedStatement, Connection, OptionalExtension as _, Transaction, TransactionBehavior,
};

use super::{Error, Store, ledger, parts::PartNumbers, runs};
use crate::model::{Change, Digest, Figures, Known, OutreachId, Place, RecordFault, RunId, Target};

/// Holds the changes of earlier runs that this plan has replaced, in case it takes its own out again.
const REPLACED: &str = "
CREATE TEMP TABLE IF NOT EXISTS replaced (prospect_id INTEGER PRIMARY KEY, digest, part_id, at, fields, run_id);
DELETE FROM temp.replaced;
";

const INSERT: &str = "INSERT OR REPLACE INTO outbox (prospect_id, digest, part_id, at, fields, run_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

/// A plan that is being written; dropped without [`commit`](Self::commit), it leaves no trace.
pub struct Planning<'a> {
    run: RunId,
    path: PathBuf,
    transaction: Transaction<'a>,
    /// Held ready: a first load puts a million changes.
    insert: CachedStatement<'a>,
    parts: PartNumbers,
}

impl Store {
    /// Begins to write the plan of a run.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn begin_planning(&mut self, run: RunId) -> Result<Planning<'_>, Error> {
        let path = self.path.clone();
        let begin = || {
            // `&mut self` rules out a second transaction, which `new_unchecked` would not.
            let transaction = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
            transaction.execute_batch(REPLACED)?;
            let insert = self.db.prepare_cached(INSERT)?;
            Ok((transaction, insert))
        };
        let (transaction, insert) = begin().map_err(|e| Error::database(&path, e))?;
        Ok(Planning {
            run,
            path,
            transaction,
            insert,
            parts: PartNumbers::default(),
        })
    }
}

impl fmt::Debug for Planning<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Planning")
            .field("run", &self.run)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl Planning<'_> {
    /// What is known of one prospect, this plan included.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn known(&self, prospect: OutreachId) -> Result<Known, Error> {
        self.on(|db| ledger::known(db, prospect))
    }

    /// Puts a change into the outbox; `replaces` says that an earlier run left one of the same prospect there.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn put(&mut self, change: &Change, replaces: bool) -> Result<(), Error> {
        let (part, at) = self
            .parts
            .columns(&self.transaction, &change.place)
            .map_err(|e| Error::database(&self.path, e))?;
        let id = change.prospect.get();
        if replaces {
            self.on(|db| db.prepare_cached("INSERT INTO temp.replaced SELECT prospect_id, digest, part_id, at, fields, run_id FROM outbox WHERE prospect_id = ?1")?.execute([id]))?;
        }
        let run = if replaces {
            self.run_that_wanted(change)?
        } else {
            self.run
        };
        self.insert
            .execute((
                id,
                change.digest.0.cast_signed(),
                part,
                at,
                change.fields.as_bytes(),
                run.get(),
            ))
            .map_err(|e| Error::database(&self.path, e))?;
        Ok(())
    }

    /// The run that has put the same change there before, or this one: what is wanted as before is no news.
    fn run_that_wanted(&self, change: &Change) -> Result<RunId, Error> {
        let before = self.on(|db| {
            db.prepare_cached("SELECT run_id FROM outbox WHERE prospect_id = ?1 AND fields = ?2")?
                .query_row((change.prospect.get(), change.fields.as_bytes()), |row| {
                    row.get(0)
                })
                .optional()
        })?;
        Ok(before.map_or(self.run, RunId::new))
    }

    /// Takes a change of this plan out again, and puts back what it had replaced.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn withdraw(&mut self, prospect: OutreachId) -> Result<(), Error> {
        let id = prospect.get();
        self.on(|db| {
            db.prepare_cached("DELETE FROM outbox WHERE prospect_id = ?1")?.execute([id])?;
            db.prepare_cached("INSERT INTO outbox (prospect_id, digest, part_id, at, fields, run_id) SELECT * FROM temp.replaced WHERE prospect_id = ?1")?
                .execute([id])
        })?;
        Ok(())
    }

    /// How many changes wait in the outbox, those of this plan included.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn n_pending(&self) -> Result<u64, Error> {
        self.on(ledger::n_pending)
    }

    /// How many prospects the ledger shows as members, by the field that holds the status.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn count_members(&self, fields: &[Target], exited: &str) -> Result<Vec<u64>, Error> {
        self.on(|db| ledger::count_members(db, fields, exited))
    }

    /// Remembers that the ledger already holds what this profile asks for.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn settle(&mut self, prospect: OutreachId, digest: Digest) -> Result<(), Error> {
        self.on(|db| {
            db.prepare_cached("UPDATE ledger SET digest = ?2 WHERE prospect_id = ?1")?
                .execute((prospect.get(), digest.0.cast_signed()))
        })?;
        Ok(())
    }

    /// Stores a record that is not written.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn put_fault(&mut self, fault: &RecordFault) -> Result<(), Error> {
        runs::insert_fault(&self.transaction, &mut self.parts, self.run, fault)
            .map_err(|e| Error::database(&self.path, e))
    }

    /// Why the last change of this prospect was refused, as a fault of this run.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn refusal(&self, prospect: OutreachId) -> Result<Option<RecordFault>, Error> {
        self.on(|db| {
            db.prepare_cached("SELECT code, what, outreach FROM refusal WHERE prospect_id = ?1")?
                .query_row([prospect.get()], |row| {
                    Ok(RecordFault {
                        fate: crate::model::Fate::Failed,
                        prospect: Some(prospect),
                        place: Place::gone(),
                        code: row.get(0)?,
                        what: row.get(1)?,
                        outreach: row.get(2)?,
                    })
                })
                .optional()
        })
    }

    /// Keeps the plan, together with the run's figures and facts about the source.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn commit(self, figures: &Figures, memos: &[(&str, String)]) -> Result<(), Error> {
        self.on(|db| {
            runs::write_figures(db, self.run, figures)?;
            for (key, value) in memos {
                db.execute(
                    "INSERT OR REPLACE INTO memo (key, value) VALUES (?1, ?2)",
                    (key, value),
                )?;
            }
            Ok(())
        })?;
        self.transaction
            .commit()
            .map_err(|e| Error::database(&self.path, e))
    }

    fn on<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Error> {
        work(&self.transaction).map_err(|e| Error::database(&self.path, e))
    }
}
