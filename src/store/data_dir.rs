//! The folder that holds everything: private to the user, and worked on by one process at a time.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use etcetera::base_strategy::{BaseStrategy as _, choose_native_strategy};

use super::{Error, Settings, place};
use crate::model::slug;

/// The data folder.
#[derive(Debug, Clone)]
pub struct DataDir(PathBuf);

/// Held by the one process that works on the data folder; it ends with the process.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "the lock lives as long as its file is open")] File);

impl DataDir {
    /// Uses this folder, or the system's place for app data if none is named, and makes it.
    ///
    /// # Errors
    /// If the system names no place, or the folder cannot be made.
    pub fn open(named: Option<PathBuf>) -> Result<Self, Error> {
        let path = match named {
            Some(path) => path,
            None => choose_native_strategy()
                .map_err(|_no_home| Error::NoHome)?
                .data_dir()
                .join("audience-sync"),
        };
        let dir = Self(path);
        for folder in [
            dir.path().to_owned(),
            dir.destinations(),
            dir.0.join("state"),
        ] {
            create_private_folder(&folder).map_err(|e| Error::file(&folder, e))?;
        }
        Ok(dir)
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Claims the folder for this process.
    ///
    /// # Errors
    /// [`Error::Locked`] if another process has claimed it, and [`Error::Copied`] if it is a copy of another.
    pub fn lock(&self) -> Result<Lock, Error> {
        let path = self.0.join("lock");
        create_private_file(&path)?;
        let file = File::open(&path).map_err(|e| Error::file(&path, e))?;
        for _ in 0..N_TRIES {
            match file.try_lock() {
                Ok(()) => {
                    place::claim(&self.0)?;
                    return Ok(Lock(file));
                }
                Err(TryLockError::WouldBlock) => thread::sleep(A_GLANCE),
                Err(TryLockError::Error(e)) => return Err(Error::file(&path, e)),
            }
        }
        Err(Error::Locked {
            path: self.0.clone(),
        })
    }

    /// Whether a process works on the folder.
    ///
    /// # Errors
    /// If the lock cannot be looked at.
    pub fn is_worked_on(&self) -> Result<bool, Error> {
        let path = self.0.join("lock");
        create_private_file(&path)?;
        let file = File::open(&path).map_err(|e| Error::file(&path, e))?;
        match file.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(e)) => Err(Error::file(&path, e)),
        }
    }

    /// Where the settings of destinations are.
    pub fn destinations(&self) -> PathBuf {
        self.0.join("destinations")
    }

    /// Where the state of a destination is: one for each address, since what one Outreach holds says nothing of
    /// another.
    pub fn state(&self, settings: &Settings) -> PathBuf {
        let address = slug(&settings.destination.account.api_address);
        let name = format!("{}@{address}.db", settings.slug);
        self.0.join("state").join(name)
    }

    /// Removes the state of a destination: everything is then written anew.
    ///
    /// # Errors
    /// If a file of it cannot be removed.
    pub fn forget_state(&self, settings: &Settings) -> Result<(), Error> {
        let state = self.state(settings);
        for ending in ["db", "db-wal", "db-shm"] {
            remove(&state.with_extension(ending))?;
        }
        self.forget_mark(settings)
    }
}

/// Removes a file if it is there.
pub(super) fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(Error::file(path, e)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// A look at the lock holds it for a moment, which must not keep a process from claiming it.
const N_TRIES: usize = 5;
const A_GLANCE: Duration = Duration::from_millis(10);

#[cfg(unix)]
fn create_private_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)?;
    // A folder that is shared on purpose belongs to somebody else, and stays as it is.
    fs::set_permissions(path, fs::Permissions::from_mode(0o700)).or_else(|e| {
        if e.kind() == io::ErrorKind::PermissionDenied {
            Ok(())
        } else {
            Err(e)
        }
    })
}

#[cfg(not(unix))]
fn create_private_folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// Makes the file if it is not there, readable by its owner alone.
pub(super) fn create_private_file(path: &Path) -> Result<(), Error> {
    private()
        .create(true)
        .append(true)
        .open(path)
        .map(drop)
        .map_err(|e| Error::file(path, e))
}

/// Writes a whole file, so that at any moment either the old or the new one is there.
pub(super) fn replace_private_file(path: &Path, text: &str) -> Result<(), Error> {
    use io::Write as _;
    let fresh = path.with_extension("new");
    let write = || {
        let mut file = private()
            .create(true)
            .write(true)
            .truncate(true)
            .open(&fresh)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&fresh, path)
    };
    write().map_err(|e| Error::file(path, e))
}

#[cfg(unix)]
fn private() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

#[cfg(not(unix))]
fn private() -> OpenOptions {
    OpenOptions::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_claim_of_the_folder_is_refused() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let dir = DataDir::open(Some(home.path().join("data"))).expect("it can be made");
        assert!(!dir.is_worked_on().expect("it can be looked at"));
        let first = dir.lock().expect("nobody else has it");
        assert!(dir.is_worked_on().expect("it can be looked at"));
        assert!(dir.lock().is_err_and(|e| e.is_locked()));
        drop(first);
        dir.lock().expect("it is free again");
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_the_folder_and_its_files() {
        use std::os::unix::fs::PermissionsExt as _;
        let home = tempfile::tempdir().expect("a temporary folder");
        let dir = DataDir::open(Some(home.path().join("data"))).expect("it can be made");
        let state = dir.path().join("state").join("a.db");
        crate::store::Store::open(&state).expect("it can be opened");
        let mode = |path: &Path| {
            fs::metadata(path)
                .expect("it is there")
                .permissions()
                .mode()
                & 0o777
        };
        assert_eq!(mode(dir.path()), 0o700);
        for entry in fs::read_dir(dir.path().join("state")).expect("it is there") {
            let path = entry.expect("it can be listed").path();
            assert_eq!(mode(&path), 0o600, "{}", path.display());
        }
    }
}
