//! The tables, and how an older database becomes a current one.
//!
//! - `ledger`: what Outreach has confirmed; `fields` is a packed [`FieldSet`](crate::model::FieldSet), `digest`
//!   what the profile asked for when it was last fully confirmed. The index holds all that a replan looks at for
//!   a profile that has not changed.
//! - `outbox`: what is planned and not yet confirmed, at most one row a prospect.
//! - `refusal`: prospects whose last change Outreach refused; the same change is not sent again.
//! - `journal`: one row for each confirmed change, with the old and the new values of its fields.
//! - `run`, `fault`: the runs and the records that were excluded or failed.
//! - `source_part`: the parts of sources, such as files or tables, named by number elsewhere, and whether the records
//!   of each are counted by lines or by rows. A record without a `part_id` is in no part, one without an `at` has no
//!   place of its own.
//! - `batch`: updates of many prospects at once that are submitted or about to be, with the prospects' numbers; a row
//!   goes when all of them are settled.
//! - `found`: what was read of prospects before they were written for the first time.
//! - `memo`: single facts, such as the fingerprint of the source that was last planned.
//!
//! Prospects and instants are integers: the prospect's number, and milliseconds since 1970.

use super::{Error, Store};

/// The newest schema; 1 is the first.
const VERSION: i64 = 3;

/// What makes each version out of the one before.
const STEPS: [&str; 3] = [FIRST, SECOND, THIRD];

const FIRST: &str = "
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

/// Batches, values that were read first, and the run that has put a change into the outbox.
const SECOND: &str = "
ALTER TABLE outbox ADD COLUMN run_id INTEGER NOT NULL DEFAULT 0;
CREATE TABLE batch (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL,
    since INTEGER NOT NULL,
    outreach_id INTEGER,
    fields BLOB NOT NULL,
    prospects BLOB NOT NULL
) STRICT;
CREATE TABLE found (
    prospect_id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    fields BLOB NOT NULL
) STRICT;
";

/// Sources that are no files, and records that stand in none. Tables are made anew to lift a `NOT NULL`.
const THIRD: &str = "
CREATE TABLE source_part (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    counts TEXT NOT NULL,
    UNIQUE (name, counts)
) STRICT;
INSERT INTO source_part (id, name, counts) SELECT id, name, 'lines' FROM source_file WHERE name <> '';
DROP TABLE source_file;
CREATE TABLE outbox_anew (
    prospect_id INTEGER PRIMARY KEY,
    digest INTEGER NOT NULL,
    part_id INTEGER,
    at INTEGER,
    run_id INTEGER NOT NULL,
    fields BLOB NOT NULL
) STRICT;
INSERT INTO outbox_anew (prospect_id, digest, part_id, at, run_id, fields)
    SELECT prospect_id, digest, source_part.id, nullif(line, 0), run_id, fields
    FROM outbox LEFT JOIN source_part ON source_part.id = file_id ORDER BY prospect_id;
DROP TABLE outbox;
ALTER TABLE outbox_anew RENAME TO outbox;
CREATE TABLE fault_anew (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL,
    fate TEXT NOT NULL,
    prospect_id INTEGER,
    part_id INTEGER,
    at INTEGER,
    code TEXT NOT NULL,
    what TEXT NOT NULL,
    outreach TEXT NOT NULL
) STRICT;
INSERT INTO fault_anew (id, run_id, fate, prospect_id, part_id, at, code, what, outreach)
    SELECT fault.id, run_id, fate, prospect_id, source_part.id, nullif(line, 0), code, what, outreach
    FROM fault LEFT JOIN source_part ON source_part.id = file_id ORDER BY fault.id;
DROP TABLE fault;
ALTER TABLE fault_anew RENAME TO fault;
CREATE INDEX fault_run ON fault (run_id);
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
    let missing = STEPS
        .iter()
        .skip(usize::try_from(found).unwrap_or_default());
    store.atomically(|db| {
        for step in missing {
            db.execute_batch(step)?;
        }
        db.pragma_update(None, "user_version", VERSION)
    })
}

/// How far a database is that somebody wants to read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Age {
    /// No tables yet: the process that made the file has not come so far, or died before.
    Empty,
    /// It has to be upgraded first.
    Older,
    Current,
}

/// How far this database is; refuses one that was written by a newer version.
pub(super) fn age(store: &Store) -> Result<Age, Error> {
    match version(store)? {
        0 => Ok(Age::Empty),
        1..VERSION => Ok(Age::Older),
        VERSION => Ok(Age::Current),
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
    use crate::model::{At, Change, OutreachId, Place, RecordFault, RunId};

    /// Whose record stands where.
    type Placed = (Option<u64>, String, At);

    fn waiting(store: &Store) -> Vec<Placed> {
        let placed = |change: Change| {
            let Place { part, at } = change.place;
            (Some(change.prospect.get()), part.to_string(), at)
        };
        let changes = store.outbox_after(None, 10).expect("outbox");
        changes.into_iter().map(placed).collect()
    }

    fn at_fault(store: &Store, run: i64) -> Vec<Placed> {
        let placed = |fault: RecordFault| {
            let Place { part, at } = fault.place;
            (fault.prospect.map(OutreachId::get), part.to_string(), at)
        };
        let faults = store.faults(RunId::new(run)).expect("faults");
        faults.into_iter().map(placed).collect()
    }

    fn on_line(prospect: u64, part: &str, line: u64) -> Placed {
        (Some(prospect), part.to_owned(), At::Line(line))
    }

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

    /// A database as the first version has left it: ten prospects written, two refused, four changes waiting.
    fn first_version(path: &std::path::Path) {
        let db = rusqlite::Connection::open(path).expect("it can be made");
        let dump = include_str!("../../tests/fixtures/state-v1.sql");
        db.execute_batch(dump).expect("it is its own form");
    }

    /// A database as the second version has left it: of two files, with a change and a fault of profiles that are gone.
    fn second_version(path: &std::path::Path) {
        let db = rusqlite::Connection::open(path).expect("it can be made");
        let dump = include_str!("../../tests/fixtures/state-v2.sql");
        db.execute_batch(dump).expect("it is its own form");
    }

    #[test]
    fn a_database_of_the_second_version_keeps_its_places() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let path = home.path().join("a.db");
        second_version(&path);
        let store = Store::open(&path).expect("it is upgraded");
        assert_eq!(version(&store).expect("it is there"), VERSION);
        let gone = |prospect| (Some(prospect), String::new(), At::Nowhere);
        assert_eq!(
            waiting(&store),
            [
                on_line(1, "members.csv", 2),
                on_line(2, "more/members.csv", 3),
                gone(3),
            ]
        );
        assert_eq!(
            at_fault(&store, 1),
            [
                (None, "members.csv".to_owned(), At::Line(6)),
                on_line(4, "members.csv", 5),
            ]
        );
        assert_eq!(
            at_fault(&store, 2),
            [gone(4), on_line(4, "more/members.csv", 9)]
        );
        let mut runs = vec![];
        let look = |change: crate::store::Waiting| runs.push(change.run.get());
        store.each_waiting(look).expect("outbox");
        assert_eq!(runs, [2, 2, 2]);
        let codes: Vec<_> = store
            .faults(RunId::new(1))
            .expect("faults")
            .into_iter()
            .map(|fault| (fault.fate.to_string(), fault.code, fault.outreach))
            .collect();
        let said = |fate: &str, code: &str, outreach: &str| {
            (fate.to_owned(), code.to_owned(), outreach.to_owned())
        };
        assert_eq!(
            codes,
            [
                said("excluded", "outreach_id_missing", ""),
                said("failed", "resourceNotFound", "Resource Not Found"),
            ]
        );
        store
            .check(crate::store::check::LONGEST)
            .expect("it is sound");
    }

    #[test]
    fn an_upgraded_database_has_the_tables_of_a_new_one() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let forms = |store: &Store| {
            let read = store.on(|db| {
                let sql = "SELECT type, name, coalesce(sql, '') FROM sqlite_schema ORDER BY name";
                let mut statement = db.prepare(sql)?;
                let rows =
                    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
                rows.collect::<Result<Vec<(String, String, String)>, _>>()
            });
            read.expect("it can be read")
        };
        let new = forms(&Store::open(&home.path().join("new.db")).expect("it can be made"));
        for (name, old) in [
            ("1.db", first_version as fn(&std::path::Path)),
            ("2.db", second_version),
        ] {
            let path = home.path().join(name);
            old(&path);
            let store = Store::open(&path).expect("it is upgraded");
            assert_eq!(forms(&store), new, "{name}");
        }
    }

    #[test]
    fn a_database_of_the_first_version_keeps_all_it_holds() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let path = home.path().join("a.db");
        first_version(&path);
        let store = Store::open(&path).expect("it is upgraded");
        assert_eq!(version(&store).expect("it is there"), VERSION);
        assert_eq!(store.ledger_entries().expect("ledger").len(), 10);
        assert_eq!(store.refused_entries().expect("refusals").len(), 2);
        let pending = store.outbox_after(None, 10).expect("outbox");
        let titles: Vec<_> = pending
            .iter()
            .map(|change| {
                let title = change.fields.iter().map(|(_, value)| value.to_string());
                (change.prospect.get(), title.collect::<Vec<_>>().join(" "))
            })
            .collect();
        let chief = |id| (id, "Chief".to_owned());
        let refused = (12, "First 12 Chief".to_owned());
        assert_eq!(titles, [chief(3), chief(6), chief(9), refused]);
        let places = [(3, 4), (6, 7), (9, 10), (12, 13)];
        assert_eq!(
            waiting(&store),
            places.map(|(id, line)| on_line(id, "p.csv", line))
        );
        assert_eq!(
            at_fault(&store, 1),
            [on_line(11, "p.csv", 12), on_line(12, "p.csv", 13)]
        );
        assert_eq!(at_fault(&store, 2), [on_line(11, "p.csv", 12)]);
        let runs = store.runs(10).expect("runs");
        assert_eq!((runs.len(), runs[1].figures.activated), (2, 10));
        assert_eq!(store.batches().expect("none yet").len(), 0);
    }

    #[test]
    fn looking_at_a_database_of_the_first_version_upgrades_it() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let path = home.path().join("a.db");
        first_version(&path);
        let read = Store::open_to_read(&path).expect("it is no fault");
        assert_eq!(
            read.expect("there is a state")
                .n_pending()
                .expect("it can be read"),
            4
        );
    }

    #[test]
    fn an_upgrade_that_cannot_be_finished_changes_nothing() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let path = home.path().join("a.db");
        first_version(&path);
        let db = rusqlite::Connection::open(&path).expect("it opens");
        db.execute_batch("CREATE TABLE found (of_another INTEGER)")
            .expect("it can be made");
        drop(db);
        let error = Store::open(&path).expect_err("the table is in the way");
        assert!(error.to_string().contains("a.db"), "{error}");
        let db = rusqlite::Connection::open(&path).expect("it opens");
        let version: i64 = db
            .query_row("PRAGMA user_version", [], |row| row.get(0))
            .expect("it is there");
        let n: i64 = db
            .query_row(
                "SELECT count(*) FROM pragma_table_info('outbox')",
                [],
                |row| row.get(0),
            )
            .expect("it is there");
        assert_eq!((version, n), (1, 5));
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
