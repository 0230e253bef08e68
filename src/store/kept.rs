//! Small things that are kept as readable JSON files: what the person has set, the unfinished wizard, the alerts.

use std::{fs, io, path::PathBuf};

use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

use super::{DataDir, Error, data_dir};
use crate::model::Fault;

/// One of the small files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// What the person has set for the program.
    Preferences,
    /// The unfinished wizard.
    Draft,
    /// The alerts.
    Alerts,
}

impl Kept {
    fn file_name(self) -> &'static str {
        match self {
            Self::Preferences => "preferences.json",
            Self::Draft => "draft.json",
            Self::Alerts => "alerts.json",
        }
    }
}

impl DataDir {
    /// Reads what was kept; `None` if nothing was.
    ///
    /// # Errors
    /// If the file cannot be read or is not valid.
    pub fn read_kept<T: DeserializeOwned>(&self, what: Kept) -> Result<Option<T>, Error> {
        let path = self.kept_file(what);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(Error::file(&path, e)),
        };
        let value = serde_json::from_str(&text).map_err(|e| Error::Settings {
            path,
            faults: vec![Fault::new("", format!("it is not valid: {e}"))],
        })?;
        Ok(Some(value))
    }

    /// When it was kept last, as the file says; `None` if nothing was.
    pub fn kept_at(&self, what: Kept) -> Option<Timestamp> {
        let changed = fs::metadata(self.kept_file(what)).and_then(|file| file.modified());
        Timestamp::try_from(changed.ok()?).ok()
    }

    /// Keeps this in place of what was kept.
    ///
    /// # Errors
    /// If the file cannot be written; then it is as it was.
    pub fn write_kept<T: Serialize>(&self, what: Kept, value: &T) -> Result<(), Error> {
        let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
        text.push('\n');
        data_dir::replace_private_file(&self.kept_file(what), &text)
    }

    /// Keeps it no longer.
    ///
    /// # Errors
    /// If the file cannot be removed.
    pub fn forget_kept(&self, what: Kept) -> Result<(), Error> {
        data_dir::remove(&self.kept_file(what))
    }

    fn kept_file(&self, what: Kept) -> PathBuf {
        self.path().join(what.file_name())
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::model::{Closing, Preferences};

    #[test]
    fn what_is_kept_reads_back_and_can_be_forgotten() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let dir = DataDir::open(Some(home.path().to_owned())).expect("it can be made");
        let read = || dir.read_kept::<Preferences>(Kept::Preferences);
        assert_eq!(read().expect("nothing yet"), None);
        assert_eq!(dir.kept_at(Kept::Preferences), None);
        let begun = Timestamp::now();
        let preferences = Preferences {
            closing: Closing::Quit,
            ..Preferences::default()
        };
        dir.write_kept(Kept::Preferences, &preferences)
            .expect("it can be written");
        assert_eq!(read().expect("it is there"), Some(preferences));
        let kept = dir.kept_at(Kept::Preferences).expect("it was kept");
        // Clocks of file systems are coarse.
        assert!(kept.duration_since(begun).abs() < SignedDuration::from_mins(1));
        dir.forget_kept(Kept::Preferences)
            .expect("it can be removed");
        dir.forget_kept(Kept::Preferences)
            .expect("it is gone already");
        assert_eq!(read().expect("nothing more"), None);
    }

    #[test]
    fn a_file_that_is_not_valid_is_named() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let dir = DataDir::open(Some(home.path().to_owned())).expect("it can be made");
        fs::write(dir.kept_file(Kept::Preferences), "[").expect("it can be written");
        let error = dir
            .read_kept::<Preferences>(Kept::Preferences)
            .expect_err("it is not valid");
        assert!(error.to_string().contains("preferences.json"), "{error}");
    }
}
