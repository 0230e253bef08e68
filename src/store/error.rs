//! What can go wrong on disk.

use std::{
    io,
    path::{Path, PathBuf},
};

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

    /// Whether there is no room left to write, or no right to.
    pub fn is_disk_full(&self) -> bool {
        match self {
            Self::File { source, .. } => matches!(
                source.kind(),
                io::ErrorKind::StorageFull | io::ErrorKind::ReadOnlyFilesystem
            ),
            Self::Database { source, .. } => {
                use rusqlite::ErrorCode::{DiskFull, ReadOnly, SystemIoFailure};
                source
                    .sqlite_error_code()
                    .is_some_and(|code| matches!(code, DiskFull | ReadOnly | SystemIoFailure))
            }
            Self::Newer { .. } | Self::Locked { .. } | Self::NoHome | Self::Settings { .. } => {
                false
            }
        }
    }

    /// Whether the database's bytes are not what SQLite wrote.
    pub fn is_corrupt(&self) -> bool {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
        matches!(self, Self::Database { source, .. }
            if source.sqlite_error_code().is_some_and(|code| matches!(code, DatabaseCorrupt | NotADatabase)))
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
        vec![
            Self::file(&path(), io::ErrorKind::PermissionDenied.into()),
            Self::file(&path(), io::ErrorKind::StorageFull.into()),
            database(ffi::SQLITE_BUSY),
            database(ffi::SQLITE_FULL),
            database(ffi::SQLITE_CORRUPT),
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
