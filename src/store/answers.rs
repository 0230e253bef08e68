//! Settling what Outreach has answered: ledger, journal, outbox, faults and figures in one transaction.

use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;

use super::{Error, Store, found, ledger, parts::PartNumbers, runs};
use crate::model::{Change, Digest, Fate, FieldSet, Figures, RecordFault, Requests, RunId};

/// What became of one change.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The change as it was sent.
    pub change: Change,
    /// What Outreach made of it.
    pub verdict: Verdict,
}

/// What Outreach made of a change.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// All fields hold what was sent.
    Confirmed,
    /// Outreach held all fields already, so nothing was sent.
    HeldAlready,
    /// The change is refused; sending it again would be refused again.
    Refused {
        /// A short fixed word.
        code: String,
        /// What that means.
        what: String,
        /// Outreach's own words.
        outreach: String,
        /// What that says about the fields sent.
        held: Held,
    },
    /// No clear answer after all retries: it may or may not have been written, so it stays in the outbox.
    Unsettled {
        /// A short fixed word.
        code: String,
        /// What that means.
        what: String,
        /// Outreach's own words.
        outreach: String,
    },
}

/// What Outreach holds of the fields of a change that it refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// What the ledger says: the request changed nothing.
    AsBefore,
    /// These: it took the request and holds something else in some fields. Fields that are not in here are not known.
    Now(FieldSet),
    /// Nobody knows: an earlier request with these fields went without an answer. The ledger forgets them, but for
    /// those in here, which it keeps with a value that stands for anything.
    Unknown(FieldSet),
}

impl Store {
    /// Settles answers, all of them or none.
    ///
    /// What is settled outlives the process at once, and a loss of power after a second at most, or after the next
    /// write of another kind. That is enough: an answer that is lost with the power leaves its change in the outbox, as
    /// if it had never come. To wait for the disk at every answer would take as long as the requests do.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn settle(
        &mut self,
        run: RunId,
        answers: &[Answer],
        figures: &Figures,
        requests: &Requests,
        now: Timestamp,
    ) -> Result<(), Error> {
        let is_due = |at: Timestamp| now.duration_since(at).abs() >= SYNC_EVERY;
        let is_for_good = self.synced_at.is_none_or(is_due);
        if is_for_good {
            self.synced_at = Some(now);
        } else {
            self.on(|db| db.pragma_update(None, "synchronous", "NORMAL"))?;
        }
        let settled = self.atomically(|db| {
            let mut parts = PartNumbers::default();
            for answer in answers {
                settle_one(db, &mut parts, run, answer, now)?;
            }
            runs::write_figures(db, run, figures)?;
            runs::write_requests(db, run, requests)
        });
        if !is_for_good {
            self.on(|db| db.pragma_update(None, "synchronous", "FULL"))?;
        }
        settled
    }
}

/// Between two moments at which settled answers are safe from a loss of power.
const SYNC_EVERY: SignedDuration = SignedDuration::from_secs(1);

impl Store {
    /// Forgets that changes were refused, so that the next run sends them again.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn forget_all_refusals(&mut self) -> Result<(), Error> {
        self.atomically(|db| db.execute("DELETE FROM refusal", []).map(drop))
    }

    /// Forgets that changes were refused with this code, so that the next run sends them again.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn forget_refusals(&mut self, code: &str) -> Result<(), Error> {
        self.atomically(|db| {
            db.execute("DELETE FROM refusal WHERE code = ?1", [code])
                .map(drop)
        })
    }
}

fn settle_one(
    db: &Connection,
    parts: &mut PartNumbers,
    run: RunId,
    answer: &Answer,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let change = &answer.change;
    let id = change.prospect.get();
    match &answer.verdict {
        Verdict::Confirmed => {
            write_ledger(db, run, change, (change.digest, &change.fields), now)?;
            db.prepare_cached("DELETE FROM refusal WHERE prospect_id = ?1")?
                .execute([id])?;
            take_out(db, id)?;
        }
        Verdict::HeldAlready => {
            put_ledger(db, change, (change.digest, &change.fields))?;
            db.prepare_cached("DELETE FROM refusal WHERE prospect_id = ?1")?
                .execute([id])?;
            take_out(db, id)?;
        }
        Verdict::Refused {
            code,
            what,
            outreach,
            held,
        } => {
            match held {
                Held::AsBefore => {}
                // What the profile asked for is not what is held, so the ledger must not name it as confirmed.
                Held::Now(held) => write_ledger(db, run, change, (Digest::NEVER, held), now)?,
                Held::Unknown(kept) => {
                    put_ledger(db, change, (Digest::NEVER, kept))?;
                }
            }
            db.prepare_cached("INSERT OR REPLACE INTO refusal (prospect_id, digest, code, what, outreach) VALUES (?1, ?2, ?3, ?4, ?5)")?
                .execute((id, change.digest.0.cast_signed(), code, what, outreach))?;
            take_out(db, id)?;
            runs::insert_fault(db, parts, run, &fault(change, code, what, outreach))?;
        }
        Verdict::Unsettled {
            code,
            what,
            outreach,
        } => {
            runs::insert_fault(db, parts, run, &fault(change, code, what, outreach))?;
        }
    }
    Ok(())
}

/// The change is settled: it waits no longer, and what was read before it is in the journal.
fn take_out(db: &Connection, id: u64) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM outbox WHERE prospect_id = ?1")?
        .execute([id])?;
    db.prepare_cached("DELETE FROM found WHERE prospect_id = ?1")?
        .execute([id])?;
    Ok(())
}

/// Writes what Outreach holds now into ledger and journal.
fn write_ledger(
    db: &Connection,
    run: RunId,
    change: &Change,
    (digest, confirmed): (Digest, &FieldSet),
    now: Timestamp,
) -> rusqlite::Result<()> {
    let id = change.prospect.get();
    let before = put_ledger(db, change, (digest, confirmed))?;
    let found = found::found(db, change.prospect)?.unwrap_or_default();
    let old = found
        .merged(&before)
        .filtered(|target, _| confirmed.get(target).is_some());
    // What was there already was not changed by us.
    let new = confirmed.filtered(|target, value| found.get(target) != Some(value));
    let old = old.filtered(|target, _| new.get(target).is_some());
    db.prepare_cached(
        "INSERT INTO journal (run_id, at, prospect_id, old, new) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute((
        run.get(),
        now.as_millisecond(),
        id,
        old.as_bytes(),
        new.as_bytes(),
    ))?;
    Ok(())
}

/// Puts these of the change's fields into the ledger, forgets the others, and returns what was in it before.
fn put_ledger(
    db: &Connection,
    change: &Change,
    (digest, kept): (Digest, &FieldSet),
) -> rusqlite::Result<FieldSet> {
    let before = ledger::known(db, change.prospect)?.ledger;
    let after = before
        .filtered(|target, _| change.fields.get(target).is_none())
        .merged(kept);
    db.prepare_cached(
        "INSERT OR REPLACE INTO ledger (prospect_id, digest, fields) VALUES (?1, ?2, ?3)",
    )?
    .execute((
        change.prospect.get(),
        digest.0.cast_signed(),
        after.as_bytes(),
    ))?;
    Ok(before)
}

fn fault(change: &Change, code: &str, what: &str, outreach: &str) -> RecordFault {
    RecordFault {
        fate: Fate::Failed,
        prospect: Some(change.prospect),
        place: change.place.clone(),
        code: code.to_owned(),
        what: what.to_owned(),
        outreach: outreach.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Cause;

    #[test]
    fn only_settling_does_without_waiting_for_the_disk() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let path = home.path().join("a.db");
        let mut store = Store::open(&path).expect("it opens");
        let now: Timestamp = "2026-05-01T12:00:00Z".parse().expect("a time");
        let run = store.begin_run(Cause::Manual, now).expect("it begins");
        for activated in 1..=3 {
            let figures = Figures {
                activated,
                ..Figures::default()
            };
            store
                .settle(run, &[], &figures, &Requests::default(), now)
                .expect("it is settled");
            let level: i64 = store
                .on(|db| db.query_row("PRAGMA synchronous", [], |row| row.get(0)))
                .expect("it is there");
            assert_eq!(level, 2, "everything else waits for the disk");
            let other = Store::open_to_read(&path).expect("it opens");
            let runs = other.expect("it is there").runs(1).expect("they are read");
            assert_eq!(
                runs[0].figures.activated, activated,
                "another process sees it"
            );
        }
        assert_eq!(store.synced_at, Some(now));
        let later = now + SYNC_EVERY;
        store
            .settle(run, &[], &Figures::default(), &Requests::default(), later)
            .expect("it is settled");
        assert_eq!(store.synced_at, Some(later));
    }
}
