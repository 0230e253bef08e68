//! Whether a destination's state may be worked with: whether it is whole, and the one that was worked with last.
//!
//! Beside the settings lies a small file, the *mark*: which run was begun last and which has ended. It is written when the
//! state has the run already, so a state that knows less is not the one: it was deleted, or an older copy is in its
//! place. The mark also keeps that a state was lost, until a person has it rebuilt or puts the file back. A state that
//! is of no use is set aside under a name with its date; nothing is ever deleted.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::{DataDir, Error, Settings, Store, check, data_dir};
use crate::model::{RunId, RunStatus};

/// Why a state is of no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// Its bytes are not those that were written.
    Damaged,
    /// It was there, and is there no longer.
    Vanished,
    /// It does not know the last run, so an older copy is in its place.
    Older,
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Damaged => "is damaged",
            Self::Vanished => "is gone",
            Self::Older => "does not know the last run",
        })
    }
}

/// What it would take to make a state anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RebuildCost {
    /// Prospects that would be compared with Outreach.
    pub prospects: u64,
    /// Requests to Outreach, at most.
    pub requests: u64,
}

/// What is known of a state beside it.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Mark {
    /// The number of the run that was begun last; 0 if none was.
    begun: i64,
    /// The number of the run that has ended last.
    ended: i64,
    /// That the state was lost.
    lost: Option<Lost>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Lost {
    why: Loss,
    /// Where the state was set aside; `None` if there was nothing to set aside.
    backup: Option<PathBuf>,
    /// What a rebuild would take, if the source has told.
    #[serde(default)]
    cost: Option<RebuildCost>,
}

impl Lost {
    fn into_error(self, path: PathBuf) -> Error {
        Error::StateLost {
            path,
            why: self.why,
            backup: self.backup,
            cost: self.cost,
        }
    }
}

impl DataDir {
    /// Opens a destination's state to work with it; makes one if there was none.
    ///
    /// # Errors
    /// [`Error::StateLost`] if it is of no use; and as [`Store::open`].
    pub fn open_state(&self, settings: &Settings) -> Result<Store, Error> {
        let path = self.state(settings);
        let mark = self.mark(settings);
        if !path.exists() {
            self.state_lost(settings).map_or(Ok(()), Err)?;
        }
        let whole = Store::open(&path).and_then(|store| {
            store.check(check::LONGEST)?;
            let last = store.runs(1)?.pop();
            Ok((store, last))
        });
        let unfit = |why| Error::StateLost {
            path: path.clone(),
            why,
            backup: None,
            cost: None,
        };
        let (store, last) = whole.map_err(|error| {
            if error.is_corrupt() {
                unfit(Loss::Damaged)
            } else {
                error
            }
        })?;
        let (known, is_ended) = last.map_or((0, false), |run| {
            (run.id.get(), run.status != RunStatus::Processing)
        });
        if known == 0 && mark.begun > 0 {
            return Err(unfit(Loss::Vanished));
        }
        if known < mark.begun || (known == mark.ended && known > 0 && !is_ended) {
            return Err(unfit(Loss::Older));
        }
        if mark.lost.is_some() {
            self.write_mark(settings, &Mark { lost: None, ..mark })?;
        }
        Ok(store)
    }

    /// That the state was lost, if it was and no other has taken its place.
    pub fn state_lost(&self, settings: &Settings) -> Option<Error> {
        let path = self.state(settings);
        let mark = self.mark(settings);
        if path.exists() || mark == Mark::default() {
            return None;
        }
        let lost = mark.lost.unwrap_or(Lost {
            why: Loss::Vanished,
            backup: None,
            cost: None,
        });
        Some(lost.into_error(path))
    }

    /// Remembers what a rebuild of a lost state would take.
    ///
    /// # Errors
    /// If the mark cannot be written.
    pub fn note_rebuild_cost(&self, settings: &Settings, cost: RebuildCost) -> Result<(), Error> {
        let mut mark = self.mark(settings);
        if let Some(lost) = &mut mark.lost {
            lost.cost = Some(cost);
        }
        self.write_mark(settings, &mark)
    }

    /// Sets a state aside that is of no use, and remembers why. Returns that it is lost, with the place of the backup.
    ///
    /// # Errors
    /// If it cannot be set aside; then it is where it was.
    pub fn give_up_state(&self, settings: &Settings, why: Loss) -> Result<Error, Error> {
        let path = self.state(settings);
        let backup = set_aside(&path, why_set_aside(why))?;
        let lost = Lost {
            why,
            backup: backup.clone(),
            cost: None,
        };
        let mark = Mark {
            lost: Some(lost),
            ..self.mark(settings)
        };
        self.write_mark(settings, &mark)?;
        Ok(Error::StateLost {
            path,
            why,
            backup,
            cost: None,
        })
    }

    /// Sets aside what there is of a state and forgets that it ever was: the next run begins as a first one. Returns
    /// where it was set aside.
    ///
    /// # Errors
    /// If a file cannot be renamed or removed.
    pub fn begin_state_anew(&self, settings: &Settings) -> Result<Option<PathBuf>, Error> {
        let backup = set_aside(&self.state(settings), "rebuilt")?;
        self.forget_mark(settings)?;
        Ok(backup)
    }

    /// Remembers that the state has this run and it has begun.
    ///
    /// # Errors
    /// If the mark cannot be written.
    pub fn mark_begun(&self, settings: &Settings, run: RunId) -> Result<(), Error> {
        let begun = run.get();
        let mark = self.mark(settings);
        self.write_mark(settings, &Mark { begun, ..mark })
    }

    /// Remembers that the state has this run and it has ended.
    ///
    /// # Errors
    /// If the mark cannot be written.
    pub fn mark_ended(&self, settings: &Settings, run: RunId) -> Result<(), Error> {
        let ended = run.get();
        let mark = self.mark(settings);
        self.write_mark(settings, &Mark { ended, ..mark })
    }

    pub(super) fn forget_mark(&self, settings: &Settings) -> Result<(), Error> {
        data_dir::remove(&self.mark_file(settings))
    }

    /// A mark that cannot be read tells nothing, and keeps nobody from working.
    fn mark(&self, settings: &Settings) -> Mark {
        let text = fs::read_to_string(self.mark_file(settings)).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    fn write_mark(&self, settings: &Settings, mark: &Mark) -> Result<(), Error> {
        let mut text = serde_json::to_string_pretty(mark).unwrap_or_default();
        text.push('\n');
        data_dir::replace_private_file(&self.mark_file(settings), &text)
    }

    /// Beside the settings, so that it is still there when the folder of the states is not.
    fn mark_file(&self, settings: &Settings) -> PathBuf {
        let state = self.state(settings);
        let name = state.file_name().unwrap_or_default();
        self.destinations().join(name).with_extension("mark")
    }
}

fn why_set_aside(why: Loss) -> &'static str {
    match why {
        Loss::Damaged => "damaged",
        Loss::Vanished => "rest",
        Loss::Older => "older",
    }
}

/// Renames a database with what belongs to it. Returns its new name, or nothing if there was none.
fn set_aside(state: &Path, why: &str) -> Result<Option<PathBuf>, Error> {
    let backup = free_name(state, why);
    let mut is_any = false;
    // The log goes first: a database without its log would be taken for a whole one.
    for ending in ["db-wal", "db-shm", "db"] {
        let from = state.with_extension(ending);
        match fs::rename(&from, backup.with_extension(ending)) {
            Ok(()) => is_any |= ending != "db-shm",
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            Err(e) => return Err(Error::file(&from, e)),
        }
    }
    Ok(is_any.then_some(backup))
}

/// A name beside the state that is not taken, such as `gold@example.damaged-20260501-120000.db`.
fn free_name(state: &Path, why: &str) -> PathBuf {
    let now = Timestamp::now().to_zoned_datetime(TimeZone::system());
    let stem = state.file_stem().unwrap_or_default().to_string_lossy();
    let named = |number: u32| {
        let again = if number == 1 {
            String::new()
        } else {
            format!("-{number}")
        };
        let date = now.strftime("%Y%m%d-%H%M%S");
        state.with_file_name(format!("{stem}.{why}-{date}{again}.db"))
    };
    let is_free = |backup: &PathBuf| {
        let mut endings = ["db", "db-wal", "db-shm"].into_iter();
        !endings.any(|ending| backup.with_extension(ending).exists())
    };
    (1..u32::MAX)
        .map(named)
        .find(is_free)
        .unwrap_or_else(|| named(u32::MAX))
}
