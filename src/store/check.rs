//! Whether a database still is what was written into it.
//!
//! Every page is looked at and every index compared with its table, for no longer than [`LONGEST`]: what is needed to
//! send comes first. A million prospects with as many journal rows take about half a second.

use std::{
    sync::mpsc::{RecvTimeoutError, sync_channel},
    thread,
    time::{Duration, Instant},
};

use rusqlite::{Connection, ErrorCode, ffi};

use super::{Error, Store};

/// After so long a database that is still being looked at counts as sound: what is damaged is then met when it is read.
pub(super) const LONGEST: Duration = Duration::from_secs(1);

/// The tables in the order in which they matter for what is sent.
const TABLES: [&str; 10] = [
    "ledger",
    "outbox",
    "batch",
    "refusal",
    "run",
    "memo",
    "source_part",
    "found",
    "fault",
    "journal",
];

impl Store {
    /// Looks whether the bytes are those that were written.
    ///
    /// # Errors
    /// One that [`is_corrupt`](Error::is_corrupt) if they are not.
    pub(super) fn check(&self, longest: Duration) -> Result<(), Error> {
        let until = Instant::now() + longest;
        for table in TABLES {
            let left = until.saturating_duration_since(Instant::now());
            match self.on(|db| within(db, left, |db| first_fault(db, table))) {
                Ok(None) => {}
                Ok(Some(fault)) => return Err(self.damaged(fault)),
                Err(error) if is_cut_short(&error) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn damaged(&self, fault: String) -> Error {
        let code = ffi::Error::new(ffi::SQLITE_CORRUPT);
        let source = rusqlite::Error::SqliteFailure(code, Some(fault));
        Error::database(&self.path, source)
    }
}

/// What is wrong with a table and its indexes, in SQLite's words.
fn first_fault(db: &Connection, table: &str) -> rusqlite::Result<Option<String>> {
    let said: String = db.query_row(&format!("PRAGMA integrity_check({table})"), [], |row| {
        row.get(0)
    })?;
    Ok((said != "ok").then_some(said))
}

/// Interrupts the work when it takes too long.
fn within<T>(
    db: &Connection,
    longest: Duration,
    work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    let interrupt = db.get_interrupt_handle();
    let (done, wait) = sync_channel::<()>(0);
    thread::scope(|scope| {
        scope.spawn(move || {
            let mut patience = longest;
            // What has not begun yet cannot be interrupted, so one time might not be enough.
            while wait.recv_timeout(patience) == Err(RecvTimeoutError::Timeout) {
                interrupt.interrupt();
                patience = Duration::from_millis(1);
            }
        });
        let ended = work(db);
        drop(done);
        ended
    })
}

fn is_cut_short(error: &Error) -> bool {
    matches!(error, Error::Database { source, .. }
        if source.sqlite_error_code() == Some(ErrorCode::OperationInterrupted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_too_long_is_cut_short_and_the_database_can_be_used_on() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let store = Store::open(&home.path().join("a.db")).expect("it can be made");
        let endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n";
        let count = |db: &Connection| db.query_row(endless, [], |row| row.get::<_, i64>(0));
        let ended = store.on(|db| within(db, Duration::ZERO, count));
        assert!(is_cut_short(&ended.expect_err("it has no end")));
        store.check(LONGEST).expect("it is sound");
    }

    #[test]
    fn an_index_that_does_not_fit_its_table_is_damage() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let store = Store::open(&home.path().join("a.db")).expect("it can be made");
        let forged = "INSERT INTO ledger VALUES (1, 2, x'');
             PRAGMA writable_schema = ON;
             UPDATE sqlite_schema SET sql = replace(sql, 'prospect_id, digest', 'digest, prospect_id')
             WHERE name = 'ledger_digest';";
        store
            .on(|db| db.execute_batch(forged))
            .expect("it can be written");
        let path = store.path().to_owned();
        drop(store);
        let store = Store::open(&path).expect("it opens");
        let error = store
            .check(LONGEST)
            .expect_err("the index holds something else");
        assert!(error.is_corrupt(), "{error}");
        assert!(error.to_string().contains("ledger_digest"), "{error}");
    }
}
