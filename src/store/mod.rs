//! What is remembered on disk: settings as JSON files, and one SQLite database for each destination.
//!
//! A database holds the *ledger* (what Outreach has confirmed, field by field), the *outbox* (what is planned and
//! not yet confirmed), the *journal* (what was changed from what to what) and the runs with their faults.
//! A change is in the outbox, committed, before its request leaves; it goes out of the outbox in the same
//! transaction that writes the ledger and the journal. So the process may die at any line: a change is at worst
//! sent twice, with the same values, and never forgotten.
//!
//! One database a destination keeps destinations out of each other's way, and lets the prospect's number be the key.

mod accounts;
mod answers;
mod batches;
mod budget;
mod check;
mod custody;
mod data_dir;
mod error;
mod found;
mod kept;
mod ledger;
mod look;
mod parts;
mod place;
mod planning;
mod runs;
mod schema;
mod settings;

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use schema::Age;

pub use answers::{Answer, Held, Verdict};
pub use batches::{BatchNumber, StoredBatch};
pub use custody::{Loss, RebuildCost};
pub use data_dir::{DataDir, Lock};
pub use error::Error;
pub use found::Waiting;
pub use kept::Kept;
pub use ledger::LedgerEntry;
pub use look::{JournalEntry, Movement, Movements, StatusCount};
pub use planning::Planning;
pub use settings::{Settings, SettingsVersion, read_destination};

/// The state of one destination.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    db: Connection,
    /// When answers were last settled for good; see [`settle`](Self::settle).
    synced_at: Option<jiff::Timestamp>,
}

impl Store {
    /// Opens the state at this path, making or upgrading it as needed.
    ///
    /// # Errors
    /// If the file cannot be opened, is not a state of ours, or was written by a newer version.
    pub fn open(path: &Path) -> Result<Self, Error> {
        data_dir::create_private_file(path)?;
        let mut store = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        store.on(|db| {
            db.pragma_update(None, "page_size", PAGE_BYTES)?;
            db.pragma_update(None, "journal_mode", "WAL")?;
            db.pragma_update(None, "synchronous", "FULL")?;
            db.pragma_update(None, "cache_size", -CACHE_KIB)
        })?;
        schema::upgrade(&mut store)?;
        Ok(store)
    }

    /// Opens an existing state for looking at it, beside a process that works on it.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_to_read(path: &Path) -> Result<Option<Self>, Error> {
        if !path.exists() {
            return Ok(None);
        }
        let store = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        store.on(|db| db.pragma_update(None, "query_only", true))?;
        match schema::age(&store)? {
            Age::Empty => Ok(None),
            Age::Current => Ok(Some(store)),
            Age::Older => Self::open(path).map(Some),
        }
    }

    /// A state that holds nothing and is kept nowhere, to plan by as if nothing were known.
    ///
    /// # Errors
    /// If there is no memory for it.
    pub fn of_nothing() -> Result<Self, Error> {
        let mut store = Self::connect(Path::new(":memory:"), OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        schema::upgrade(&mut store)?;
        Ok(store)
    }

    /// Where the state is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn connect(path: &Path, flags: OpenFlags) -> Result<Self, Error> {
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(path, flags).map_err(|e| Error::database(path, e))?;
        db.busy_timeout(BUSY_TIMEOUT)
            .map_err(|e| Error::database(path, e))?;
        db.set_prepared_statement_cache_capacity(64);
        Ok(Self {
            path: path.to_owned(),
            db,
            synced_at: None,
        })
    }

    /// Runs one piece of work on the connection; its error names the file.
    fn on<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Error> {
        work(&self.db).map_err(|e| Error::database(&self.path, e))
    }

    /// Runs one piece of work as a transaction: all of it is kept, or nothing.
    fn atomically<T>(
        &mut self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, Error> {
        let path = self.path.clone();
        let run = || {
            let transaction = self
                .db
                .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            let value = work(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        run().map_err(|e| Error::database(&path, e))
    }
}

/// Pages of the database held in memory while a plan is written, in KiB.
const CACHE_KIB: i64 = 16 * 1024;

/// Larger than usual: a plan of a million changes is written in a few large pieces.
const PAGE_BYTES: i64 = 16 * 1024;

/// How long a reader waits for a writer.
const BUSY_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(10);
