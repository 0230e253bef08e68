//! Reading the state for people to look at, beside a process that may be writing it: nothing here writes or waits.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _};

use super::{Error, Store, ledger};
use crate::model::{Cause, FieldSet, FieldValue, OutreachId, RunId, Target};

/// What ledger and outbox hold of one field that has a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StatusCount {
    /// Prospects that the ledger shows as members.
    pub n_members: u64,
    /// Changes in the outbox that write the field.
    pub n_pending: u64,
}

/// Who came into an audience and who left it, by one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Movement {
    /// Confirmed as members who were none before.
    pub n_entered: u64,
    /// Members who were confirmed as having left.
    pub n_left: u64,
}

/// What the journal tells of one field, run by run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Movements {
    /// The runs that wrote the field.
    pub by_run: BTreeMap<RunId, Movement>,
    /// The oldest run whose changes were all looked at; `None` if not even the newest was.
    pub complete_from: Option<RunId>,
}

/// One change that Outreach has confirmed.
#[derive(Debug, Clone, PartialEq)]
pub struct JournalEntry {
    /// The run that wrote it.
    pub run: RunId,
    /// Why that run was started.
    pub cause: Option<Cause>,
    /// When it was confirmed.
    pub at: Timestamp,
    /// What was known of its fields before.
    pub old: FieldSet,
    /// What they became.
    pub new: FieldSet,
}

impl Store {
    /// Counts the members in the ledger and the changes in the outbox, by the field that holds the status.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn count_statuses(
        &self,
        fields: &[Target],
        exited: &str,
    ) -> Result<Vec<StatusCount>, Error> {
        let mut places = [None; 256];
        for (place, field) in fields.iter().enumerate() {
            if let Some(slot) = places.get_mut(usize::from(field.code())) {
                *slot = Some(place);
            }
        }
        let place_of = |field: Target| places.get(usize::from(field.code())).copied().flatten();
        let mut counts = vec![StatusCount::default(); fields.len()];
        self.on(|db| {
            each_fields(db, "SELECT fields FROM ledger", |field, value| {
                let is_member = is_member(Some(value), exited);
                if let Some(count) = place_of(field).and_then(|place| counts.get_mut(place)) {
                    count.n_members += u64::from(is_member);
                }
            })?;
            each_fields(db, "SELECT fields FROM outbox", |field, _| {
                if let Some(count) = place_of(field).and_then(|place| counts.get_mut(place)) {
                    count.n_pending += 1;
                }
            })
        })?;
        Ok(counts)
    }

    /// When each of these fields was last confirmed, as far as the newest `limit` changes tell.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn last_written(
        &self,
        fields: &[Target],
        limit: u32,
    ) -> Result<Vec<Option<Timestamp>>, Error> {
        let mut found = vec![None; fields.len()];
        let mut n_missing = fields.len();
        self.on(|db| {
            let mut statement =
                db.prepare_cached("SELECT at, new FROM journal ORDER BY id DESC LIMIT ?1")?;
            let mut rows = statement.query([limit])?;
            while n_missing > 0
                && let Some(row) = rows.next()?
            {
                let at = instant(row.get(0)?);
                for (field, _) in FieldSet::read(row.get_ref(1)?.as_blob()?) {
                    let slot = fields
                        .iter()
                        .position(|wanted| *wanted == field)
                        .and_then(|place| found.get_mut(place));
                    if let Some(slot @ None) = slot {
                        *slot = Some(at);
                        n_missing -= 1;
                    }
                }
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// Who came into an audience and who left it, by each run from this one on; looks at no more than the newest
    /// `limit` changes.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn movements(
        &self,
        field: Target,
        exited: &str,
        from: RunId,
        limit: u32,
    ) -> Result<Movements, Error> {
        let mut movements = Movements {
            complete_from: Some(from),
            ..Movements::default()
        };
        self.on(|db| {
            let mut statement = db
                .prepare_cached("SELECT run_id, old, new FROM journal ORDER BY id DESC LIMIT ?1")?;
            let mut rows = statement.query([limit])?;
            let (mut n_rows, mut oldest) = (0_u32, None);
            while let Some(row) = rows.next()? {
                let run = RunId::new(row.get(0)?);
                // One run follows the other, so all that is further back is of older ones too.
                if run < from {
                    return Ok(());
                }
                (n_rows, oldest) = (n_rows + 1, Some(run));
                let value_in = |column| {
                    let bytes = row.get_ref(column)?.as_blob()?;
                    let value = FieldSet::read(bytes).find(|(held, _)| *held == field);
                    Ok::<_, rusqlite::Error>(value.map(|(_, value)| value))
                };
                let Some(new) = value_in(2)? else {
                    continue;
                };
                let was = is_member(value_in(1)?, exited);
                let is = is_member(Some(new), exited);
                let movement = movements.by_run.entry(run).or_default();
                movement.n_entered += u64::from(is && !was);
                movement.n_left += u64::from(was && !is);
            }
            if n_rows == limit {
                // The oldest run that was looked at may go on behind the limit.
                movements.complete_from = oldest.map(|run| RunId::new(run.get() + 1));
            }
            Ok(())
        })?;
        Ok(movements)
    }

    /// The prospects of the ledger whose fields are wanted, in the order of their numbers.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn prospects_where(
        &self,
        mut is_wanted: impl FnMut(
            OutreachId,
            &mut dyn Iterator<Item = (Target, FieldValue<'_>)>,
        ) -> bool,
    ) -> Result<Vec<OutreachId>, Error> {
        self.on(|db| {
            let mut found = vec![];
            let mut statement =
                db.prepare_cached("SELECT prospect_id, fields FROM ledger ORDER BY prospect_id")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let prospect = ledger::prospect(row, 0)?;
                let mut fields = FieldSet::read(row.get_ref(1)?.as_blob()?);
                if is_wanted(prospect, &mut fields) {
                    found.push(prospect);
                }
            }
            Ok(found)
        })
    }

    /// Every prospect of the ledger, in the order of their numbers.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn ledger_prospects(&self) -> Result<Vec<OutreachId>, Error> {
        self.on(|db| {
            let mut statement =
                db.prepare_cached("SELECT prospect_id FROM ledger ORDER BY prospect_id")?;
            let rows = statement.query_map([], |row| ledger::prospect(row, 0))?;
            rows.collect()
        })
    }

    /// When a prospect's last change was confirmed.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn last_change(&self, prospect: OutreachId) -> Result<Option<Timestamp>, Error> {
        self.on(|db| {
            db.prepare_cached(
                "SELECT at FROM journal WHERE prospect_id = ?1 ORDER BY id DESC LIMIT 1",
            )?
            .query_row([prospect.get()], |row| row.get(0).map(instant))
            .optional()
        })
    }

    /// The newest changes of a prospect, newest first.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn history(&self, prospect: OutreachId, limit: u32) -> Result<Vec<JournalEntry>, Error> {
        self.on(|db| {
            let mut statement = db.prepare_cached(
                "SELECT run_id, cause, at, old, new FROM journal LEFT JOIN run ON run.id = run_id
                 WHERE prospect_id = ?1 ORDER BY journal.id DESC LIMIT ?2",
            )?;
            let rows = statement.query_map((prospect.get(), limit), |row| {
                let cause: Option<String> = row.get(1)?;
                Ok(JournalEntry {
                    run: RunId::new(row.get(0)?),
                    cause: cause.and_then(|word| Cause::parse(&word)),
                    at: instant(row.get(2)?),
                    old: ledger::field_set(row, 3)?,
                    new: ledger::field_set(row, 4)?,
                })
            })?;
            rows.collect()
        })
    }
}

/// Whether a status is a member's. One that is empty stands for anything: it was sent, and its answer was lost.
fn is_member(status: Option<FieldValue<'_>>, exited: &str) -> bool {
    match status {
        None | Some(FieldValue::Null) => false,
        Some(value) => value != FieldValue::Text(exited),
    }
}

/// Walks every field of every row, without copying one.
fn each_fields(
    db: &Connection,
    sql: &str,
    mut tell: impl FnMut(Target, FieldValue<'_>),
) -> rusqlite::Result<()> {
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        for (field, value) in FieldSet::read(row.get_ref(0)?.as_blob()?) {
            tell(field, value);
        }
    }
    Ok(())
}

fn instant(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::UNIX_EPOCH)
}
