//! The runs of a destination, and the records that were not written.

use std::ops::ControlFlow;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::{
    Error, Store,
    parts::{self, PartNumbers},
};
use crate::model::{
    Cause, Fate, Figures, OutreachId, Problem, RecordFault, Requests, Run, RunId, RunStatus,
};

impl Store {
    /// Ends the runs that never ended, for this reason: at their last sign of life, which is their last confirmed
    /// change. Returns the number of the newest of them.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn end_unfinished(
        &mut self,
        status: RunStatus,
        problem: &Problem,
    ) -> Result<Option<RunId>, Error> {
        self.atomically(|db| end_unfinished(db, status, problem))
    }

    /// Begins a run. One that never ended, because the process died, is ended as stopped.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn begin_run(&mut self, cause: Cause, now: Timestamp) -> Result<RunId, Error> {
        self.atomically(|db| {
            end_unfinished(db, RunStatus::Stopped, &Problem::interrupted())?;
            db.execute(
                "INSERT INTO run (cause, status, started) VALUES (?1, ?2, ?3)",
                (
                    cause.as_str(),
                    RunStatus::Processing.as_str(),
                    now.as_millisecond(),
                ),
            )?;
            Ok(RunId::new(db.last_insert_rowid()))
        })
    }

    /// Ends a run.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn end_run(&mut self, run: &Run) -> Result<(), Error> {
        self.atomically(|db| {
            write_figures(db, run.id, &run.figures)?;
            write_requests(db, run.id, &run.requests)?;
            db.execute(
                "UPDATE run SET status = ?2, ended = ?3, problem = ?4 WHERE id = ?1",
                (
                    run.id.get(),
                    run.status.as_str(),
                    run.ended.map(Timestamp::as_millisecond),
                    run.problem.as_ref().map(to_json),
                ),
            )?;
            Ok(())
        })
    }

    /// Moves the runs and all they have written back in time, as a sample needs it that is to look as if it had been
    /// kept for days.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn date_back(&mut self, by: SignedDuration) -> Result<(), Error> {
        let milliseconds = i64::try_from(by.as_millis()).unwrap_or(0);
        self.atomically(|db| {
            for statement in [
                "UPDATE run SET started = started - ?1, ended = ended - ?1",
                "UPDATE journal SET at = at - ?1",
                "UPDATE found SET at = at - ?1",
            ] {
                db.execute(statement, [milliseconds])?;
            }
            Ok(())
        })
    }

    /// The newest runs, newest first.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn runs(&self, limit: u32) -> Result<Vec<Run>, Error> {
        self.on(|db| {
            let mut statement = db.prepare(
                "SELECT id, cause, status, started, ended, activated, excluded, failed, unchanged, pending,
                        patch, bulk, read, token, problem FROM run ORDER BY id DESC LIMIT ?1",
            )?;
            let rows = statement.query_map([limit], run)?;
            rows.collect()
        })
    }

    /// The records that a run did not write, in the order they were met.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn faults(&self, run: RunId) -> Result<Vec<RecordFault>, Error> {
        let mut faults = vec![];
        self.each_fault(run, |fault| {
            faults.push(fault);
            ControlFlow::Continue(())
        })?;
        Ok(faults)
    }

    /// Hands on the records that a run did not write one by one, in the order they were met, until `each` breaks:
    /// there may be more than fit into memory.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn each_fault(
        &self,
        run: RunId,
        mut each: impl FnMut(RecordFault) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        self.on(|db| {
            let mut statement = db.prepare(
                "SELECT fate, prospect_id, code, what, outreach, name, counts, at
                 FROM fault LEFT JOIN source_part ON source_part.id = part_id WHERE run_id = ?1 ORDER BY fault.id",
            )?;
            let mut rows = statement.query([run.get()])?;
            while let Some(row) = rows.next()? {
                if each(fault(row)?).is_break() {
                    break;
                }
            }
            Ok(())
        })
    }

    /// Whether there is a run of this number.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn has_run(&self, run: RunId) -> Result<bool, Error> {
        self.on(|db| {
            Ok(db
                .query_row("SELECT 1 FROM run WHERE id = ?1", [run.get()], |_| Ok(()))
                .optional()?
                .is_some())
        })
    }
}

fn end_unfinished(
    db: &Connection,
    status: RunStatus,
    problem: &Problem,
) -> rusqlite::Result<Option<RunId>> {
    let mut statement = db.prepare_cached(
        "UPDATE run SET status = ?1, problem = ?2, ended = coalesce(
            (SELECT at FROM journal WHERE run_id = run.id ORDER BY journal.id DESC LIMIT 1), started)
         WHERE status = ?3 RETURNING id",
    )?;
    let processing = RunStatus::Processing.as_str();
    let rows = statement.query_map((status.as_str(), to_json(problem), processing), |row| {
        row.get(0).map(RunId::new)
    })?;
    let ended: Vec<_> = rows.collect::<Result<_, _>>()?;
    Ok(ended.into_iter().max())
}

pub(super) fn write_figures(
    db: &Connection,
    run: RunId,
    figures: &Figures,
) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE run SET activated = ?2, excluded = ?3, failed = ?4, unchanged = ?5, pending = ?6 WHERE id = ?1")?
        .execute((run.get(), figures.activated, figures.excluded, figures.failed, figures.unchanged, figures.pending))?;
    Ok(())
}

pub(super) fn write_requests(
    db: &Connection,
    run: RunId,
    requests: &Requests,
) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE run SET patch = ?2, bulk = ?3, read = ?4, token = ?5 WHERE id = ?1")?
        .execute((
            run.get(),
            requests.patch,
            requests.bulk,
            requests.read,
            requests.token,
        ))?;
    Ok(())
}

pub(super) fn insert_fault(
    db: &Connection,
    parts: &mut PartNumbers,
    run: RunId,
    fault: &RecordFault,
) -> rusqlite::Result<()> {
    let (part, at) = parts.columns(db, &fault.place)?;
    db.prepare_cached(
        "INSERT INTO fault (run_id, fate, prospect_id, part_id, at, code, what, outreach) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute((
        run.get(),
        fault.fate.to_string(),
        fault.prospect.map(OutreachId::get),
        part,
        at,
        &fault.code,
        &fault.what,
        &fault.outreach,
    ))?;
    Ok(())
}

fn run(row: &Row<'_>) -> rusqlite::Result<Run> {
    let word = |column: usize| row.get::<_, String>(column);
    Ok(Run {
        id: RunId::new(row.get(0)?),
        cause: Cause::parse(&word(1)?).ok_or(rusqlite::Error::InvalidQuery)?,
        status: RunStatus::parse(&word(2)?).ok_or(rusqlite::Error::InvalidQuery)?,
        started: instant(row.get(3)?),
        ended: row.get::<_, Option<i64>>(4)?.map(instant),
        figures: Figures {
            activated: row.get(5)?,
            excluded: row.get(6)?,
            failed: row.get(7)?,
            unchanged: row.get(8)?,
            pending: row.get(9)?,
        },
        requests: Requests {
            patch: row.get(10)?,
            bulk: row.get(11)?,
            read: row.get(12)?,
            token: row.get(13)?,
        },
        problem: row
            .get::<_, Option<String>>(14)?
            .and_then(|json| serde_json::from_str(&json).ok()),
    })
}

fn fault(row: &Row<'_>) -> rusqlite::Result<RecordFault> {
    let fate: String = row.get(0)?;
    Ok(RecordFault {
        fate: if fate == Fate::Excluded.to_string() {
            Fate::Excluded
        } else {
            Fate::Failed
        },
        prospect: row
            .get::<_, Option<i64>>(1)?
            .and_then(|id| u64::try_from(id).ok())
            .and_then(OutreachId::new),
        code: row.get(2)?,
        what: row.get(3)?,
        outreach: row.get(4)?,
        place: parts::place(row, 5)?,
    })
}

fn instant(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn to_json(problem: &Problem) -> String {
    serde_json::to_string(problem).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Change, Digest, FieldSet, FieldValue, Part, Target},
        store::{Answer, Verdict},
    };

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("an instant")
    }

    fn confirmed(prospect: u64) -> Answer {
        let title = Target::parse("title").expect("an attribute");
        Answer {
            change: Change {
                prospect: OutreachId::new(prospect).expect("above 0"),
                fields: std::iter::once((title, FieldValue::Text("Chief"))).collect::<FieldSet>(),
                digest: Digest(prospect),
                place: Part::of_lines("a.csv").place(prospect),
            },
            verdict: Verdict::Confirmed,
        }
    }

    #[test]
    fn a_run_that_never_ended_ends_at_its_last_sign_of_life() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let mut store = Store::open(&home.path().join("a.db")).expect("it can be made");
        let problem = Problem::interrupted();
        let end = |store: &mut Store| {
            let ended = store.end_unfinished(RunStatus::Stopped, &problem);
            ended.expect("it can be written")
        };
        assert_eq!(end(&mut store), None);
        let silent = store.begin_run(Cause::Manual, second(100)).expect("begun");
        assert_eq!(end(&mut store), Some(silent));
        let busy = store.begin_run(Cause::Manual, second(200)).expect("begun");
        for (prospect, at) in [(1, 210), (2, 220)] {
            let (figures, requests) = (Figures::default(), Requests::default());
            store
                .settle(
                    busy,
                    &[confirmed(prospect)],
                    &figures,
                    &requests,
                    second(at),
                )
                .expect("it can be written");
        }
        assert_eq!(end(&mut store), Some(busy));
        assert_eq!(end(&mut store), None, "once");
        let runs = store.runs(2).expect("they can be read");
        let ends: Vec<_> = runs.iter().map(|run| run.ended).collect();
        assert_eq!(ends, [Some(second(220)), Some(second(100))]);
        assert!(runs.iter().all(Run::is_interrupted));
    }

    #[test]
    fn runs_are_dated_back_with_all_they_have_written() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let mut store = Store::open(&home.path().join("a.db")).expect("it can be made");
        let now: Timestamp = "2026-11-24T10:00:00Z".parse().expect("an instant");
        let id = store
            .begin_run(Cause::Manual, now)
            .expect("it can be written");
        let ended = now + SignedDuration::from_secs(7);
        let run = Run {
            id,
            cause: Cause::Manual,
            status: RunStatus::Completed,
            started: now,
            ended: Some(ended),
            figures: Figures::default(),
            requests: Requests::default(),
            problem: None,
        };
        store.end_run(&run).expect("it can be written");
        let day = SignedDuration::from_hours(24);
        store.date_back(day).expect("it can be written");
        let found = store.runs(2).expect("it can be read");
        let dated = Run {
            started: now - day,
            ended: Some(ended - day),
            ..run
        };
        assert_eq!(found, [dated]);
    }
}
