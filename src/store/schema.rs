//! The tables, and how an older database becomes a current one.
//!
//! - `ledger`: what Outreach has confirmed; `fields` is a packed [`FieldSet`](crate::model::FieldSet), `digest`
//!   what the profile asked for when it was last fully confirmed. The index holds all that a replan looks at for
//!   a profile that has not changed.
//! - `outbox`: what is planned and not yet confirmed, at most one row a prospect.
//! - `refusal`: prospects whose last change Outreach refused; the same change is not sent again.
//! - `journal`: one row for each confirmed change, with the old and the new values of its fields.
//! - `run`, `fault`: the runs and the records that were excluded or failed.
//! - `source_file`: file names, named by number elsewhere.
//! - `memo`: single facts, such as the fingerprint of the source that was last planned.
//!
//! Prospects and instants are integers: the prospect's number, and milliseconds since 1970.

use super::{Error, Store};

/// The newest schema; 1 is the first.
const VERSION: i64 = 1;

const CREATE: &str = "
CREATE TABLE memo (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE source_file (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    cause TEXT NOT NULL,
    status TEXT NOT NULL,
    started INTEGER NOT NULL,
    ended INTEGER,
    activated INTEGER NOT NULL DEFAULT 0,
    excluded INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    unchanged INTEGER NOT NULL DEFAULT 0,
    pending INTEGER NOT NULL DEFAULT 0,
    patch INTEGER NOT NULL DEFAULT 0,
    bulk INTEGER NOT NULL DEFAULT 0,
    read INTEGER NOT NULL DEFAULT 0,
    token INTEGER NOT NULL DEFAULT 0,
    problem TEXT
) STRICT;
CREATE TABLE ledger (
    prospect_id INTEGER PRIMARY KEY,
    digest INTEGER NOT NULL,
    fields BLOB NOT NULL
) STRICT;
CREATE INDEX ledger_digest ON ledger (prospect_id, digest);
CREATE TABLE outbox (
    prospect_id INTEGER PRIMARY KEY,
    digest INTEGER NOT NULL,
    file_id INTEGER NOT NULL,
    line INTEGER NOT NULL,
    fields BLOB NOT NULL
) STRICT;
CREATE TABLE fault (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL,
    fate TEXT NOT NULL,
    prospect_id INTEGER,
    file_id INTEGER NOT NULL,
    line INTEGER NOT NULL,
    code TEXT NOT NULL,
    what TEXT NOT NULL,
    outreach TEXT NOT NULL
) STRICT;
CREATE INDEX fault_run ON fault (run_id);
CREATE TABLE refusal (
    prospect_id INTEGER PRIMARY KEY,
    digest INTEGER NOT NULL,
    code TEXT NOT NULL,
    what TEXT NOT NULL,
    outreach TEXT NOT NULL
) STRICT;
CREATE TABLE journal (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    prospect_id INTEGER NOT NULL,
    old BLOB NOT NULL,
    new BLOB NOT NULL
) STRICT;
CREATE INDEX journal_prospect ON journal (prospect_id);
CREATE INDEX journal_run ON journal (run_id);
";

/// Brings the database to the newest schema, in one transaction.
pub(super) fn upgrade(store: &mut Store) -> Result<(), Error> {
    let found = version(store)?;
    if found > VERSION {
        return Err(newer(store, found));
    }
    if found == VERSION {
        return Ok(());
    }
    store.atomically(|db| {
        db.execute_batch(CREATE)?;
        db.pragma_update(None, "user_version", VERSION)
    })
}

/// Whether there are tables to read: not yet, if the process that made the file has not come so far, or died before.
/// Refuses a database that a reader cannot upgrade.
pub(super) fn is_current(store: &Store) -> Result<bool, Error> {
    match version(store)? {
        0 => Ok(false),
        VERSION => Ok(true),
        found => Err(newer(store, found)),
    }
}

fn version(store: &Store) -> Result<i64, Error> {
    store.on(|db| db.query_row("PRAGMA user_version", [], |row| row.get(0)))
}

fn newer(store: &Store, found: i64) -> Error {
    Error::Newer {
        path: store.path.clone(),
        found,
        known: VERSION,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_of_a_later_version_is_refused_and_left_alone() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let path = home.path().join("a.db");
        let store = Store::open(&path).expect("it can be made");
        store
            .on(|db| db.pragma_update(None, "user_version", VERSION + 1))
            .expect("it can be set");
        drop(store);
        let error = Store::open(&path).expect_err("it is newer");
        assert!(
            matches!(error, Error::Newer { found, .. } if found == VERSION + 1),
            "{error}"
        );
    }

    #[test]
    fn a_file_without_tables_yet_holds_nothing_to_read() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let path = home.path().join("a.db");
        std::fs::write(&path, "").expect("it can be written");
        let read = Store::open_to_read(&path).expect("it is no fault");
        assert!(read.is_none());
    }

    #[test]
    fn a_file_that_is_no_database_is_named() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let path = home.path().join("a.db");
        std::fs::write(&path, "this is a text, long enough to be looked at")
            .expect("it can be written");
        let error = Store::open(&path).expect_err("it is no database");
        assert!(error.is_corrupt(), "{error}");
        assert!(error.to_string().contains("a.db"), "{error}");
    }
}
