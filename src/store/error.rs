//! What can go wrong on disk.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::{Loss, RebuildCost};

/// A failure of the disk, of a file or of a database; each names the file.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file could not be read, written or made.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A database did not do what it was asked.
    #[error("{path}: {source}", path = path.display())]
    Database {
        /// Its file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// A database was written by a later version of this program.
    #[error("{path} has schema {found}, this program knows up to {known}", path = path.display())]
    Newer {
        /// Its file.
        path: PathBuf,
        /// The version found.
        found: i64,
        /// The newest version this program knows.
        known: i64,
    },
    /// Another process works on the data folder.
    #[error("another process works on {path}", path = path.display())]
    Locked {
        /// The data folder.
        path: PathBuf,
    },
    /// A state that is no basis for sending: what it says may not be so.
    #[error("{path} {why}", path = path.display())]
    StateLost {
        /// Where it was, or still is.
        path: PathBuf,
        /// What is wrong with it.
        why: Loss,
        /// Where it was set aside; `None` if it is where it was, or gone.
        backup: Option<PathBuf>,
        /// What a rebuild would take, if that is known.
        cost: Option<RebuildCost>,
    },
    /// The data folder is a copy of another that is still there.
    #[error("{path} is a copy of {original}", path = path.display(), original = original.display())]
    Copied {
        /// The copy.
        path: PathBuf,
        /// The folder it was copied from.
        original: PathBuf,
    },
    /// The system names no folder for app data.
    #[error("this system names no folder for app data")]
    NoHome,
    /// A destination's settings are not valid.
    #[error("{path}: {faults}", path = path.display(), faults = list(faults))]
    Settings {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        faults: Vec<crate::model::Fault>,
    },
}

/// Where fewer bytes are free a write that fails has failed for want of room: SQLite grows its shared memory by 32 KiB.
const HARDLY_ANY: u64 = 64 * 1024;

impl Error {
    pub(super) fn file(path: &Path, source: io::Error) -> Self {
        Self::File {
            path: path.to_owned(),
            source,
        }
    }

    pub(super) fn database(path: &Path, source: rusqlite::Error) -> Self {
        Self::Database {
            path: path.to_owned(),
            source,
        }
    }

    /// Whether another process holds the data folder.
    pub fn is_locked(&self) -> bool {
        matches!(self, Self::Locked { .. })
    }

    /// Whether a person has to mend the settings.
    pub fn is_settings(&self) -> bool {
        matches!(self, Self::Settings { .. })
    }

    /// Whether a person has to choose the data folder to work with.
    pub fn is_copied(&self) -> bool {
        matches!(self, Self::Copied { .. })
    }

    /// Whether a state is no basis for sending.
    pub fn is_state_lost(&self) -> bool {
        matches!(self, Self::StateLost { .. })
    }

    /// Whether there is no room left to write.
    pub fn is_disk_full(&self) -> bool {
        use io::ErrorKind::{QuotaExceeded, StorageFull};
        self.is_file(|kind| matches!(kind, StorageFull | QuotaExceeded))
            || self.is_database(|code| code == rusqlite::ErrorCode::DiskFull)
            || (self.is_disk_failure() && self.free_bytes().is_some_and(|free| free < HARDLY_ANY))
    }

    /// Whether there is no right to write.
    pub fn is_read_only(&self) -> bool {
        use io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
        use rusqlite::ErrorCode::{PermissionDenied as NoPermission, ReadOnly};
        self.is_file(|kind| matches!(kind, PermissionDenied | ReadOnlyFilesystem))
            || self.is_database(|code| matches!(code, ReadOnly | NoPermission))
    }

    /// Whether the disk did not do what it was asked.
    pub fn is_disk_failure(&self) -> bool {
        self.is_database(|code| code == rusqlite::ErrorCode::SystemIoFailure)
    }

    /// Whether the database's bytes are not what was written.
    pub fn is_corrupt(&self) -> bool {
        use rusqlite::{
            Error::{
                FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType, Utf8Error,
            },
            ErrorCode::{DatabaseCorrupt, NotADatabase},
        };
        let is_not_ours = matches!(self, Self::Database { source, .. } if matches!(
            source,
            FromSqlConversionFailure(..) | IntegralValueOutOfRange(..) | InvalidColumnType(..) | Utf8Error(..)
        ));
        is_not_ours || self.is_database(|code| matches!(code, DatabaseCorrupt | NotADatabase))
    }

    /// The bytes that may still be written where there was no room; `None` if the system does not say.
    pub fn free_bytes(&self) -> Option<u64> {
        let (Self::File { path, .. } | Self::Database { path, .. }) = self else {
            return None;
        };
        fs4::available_space(path.parent()?).ok()
    }

    fn is_file(&self, test: impl Fn(io::ErrorKind) -> bool) -> bool {
        matches!(self, Self::File { source, .. } if test(source.kind()))
    }

    fn is_database(&self, test: impl Fn(rusqlite::ErrorCode) -> bool) -> bool {
        matches!(self, Self::Database { source, .. } if source.sqlite_error_code().is_some_and(test))
    }
}

fn list(faults: &[crate::model::Fault]) -> String {
    faults
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}

#[cfg(test)]
impl Error {
    /// An error of each kind that has words of its own, for the tests of their texts.
    pub(crate) fn one_of_each() -> Vec<Self> {
        use rusqlite::ffi;
        let path = || PathBuf::from("data/state/a.db");
        let database = |code| {
            Self::database(
                &path(),
                rusqlite::Error::SqliteFailure(ffi::Error::new(code), None),
            )
        };
        let lost = |why, is_kept: bool| Self::StateLost {
            path: path(),
            why,
            backup: is_kept.then(|| PathBuf::from("data/state/a.damaged-20260501-120000.db")),
            cost: is_kept.then_some(RebuildCost {
                prospects: 2_500,
                requests: 130,
            }),
        };
        vec![
            Self::file(&path(), io::ErrorKind::PermissionDenied.into()),
            Self::file(&path(), io::ErrorKind::StorageFull.into()),
            database(ffi::SQLITE_BUSY),
            database(ffi::SQLITE_FULL),
            database(ffi::SQLITE_READONLY),
            database(ffi::SQLITE_IOERR),
            database(ffi::SQLITE_CORRUPT),
            lost(Loss::Damaged, true),
            lost(Loss::Older, true),
            lost(Loss::Vanished, false),
            Self::Copied {
                path: PathBuf::from("copy"),
                original: PathBuf::from("data"),
            },
            Self::Newer {
                path: path(),
                found: 9,
                known: 1,
            },
            Self::Locked {
                path: PathBuf::from("data"),
            },
            Self::NoHome,
            Self::Settings {
                path: path(),
                faults: vec![crate::model::Fault::new("name", "this setting is missing")],
            },
        ]
    }
}
