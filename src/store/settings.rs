//! The settings of destinations, one readable JSON file each.

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use jiff::Timestamp;

use super::{DataDir, Error, data_dir};
use crate::model::{Destination, Overlap, overlaps, slug};

/// The files with settings, each with its size and when it was written: what changes when somebody writes to one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SettingsVersion(Vec<(PathBuf, u64, Option<SystemTime>)>);

/// A destination's settings with the name of their file.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The file's name without its ending; the state has the same one.
    pub slug: String,
    /// The settings.
    pub destination: Destination,
}

impl DataDir {
    /// The settings of every destination, by name of file.
    ///
    /// # Errors
    /// If a file cannot be read or is not valid.
    pub fn read_destinations(&self) -> Result<Vec<Settings>, Error> {
        let (all, broken) = self.read_valid_destinations()?;
        broken.into_iter().next().map_or(Ok(all), Err)
    }

    /// The settings of every destination whose file can be read, and what is wrong with the other files. One broken
    /// file must not hold up the destinations of the others.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn read_valid_destinations(&self) -> Result<(Vec<Settings>, Vec<Error>), Error> {
        let (mut all, mut broken) = (vec![], vec![]);
        for path in self.settings_files()? {
            let slug = path
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            match read_destination(&path) {
                Ok(destination) => all.push(Settings { slug, destination }),
                Err(error) => broken.push(error),
            }
        }
        Ok((all, broken))
    }

    /// The files as they are now; none if the folder cannot be read.
    pub fn settings_version(&self) -> SettingsVersion {
        let files = self.settings_files().unwrap_or_default().into_iter();
        let version = |path: PathBuf| {
            let metadata = path.metadata().ok()?;
            Some((path, metadata.len(), metadata.modified().ok()))
        };
        SettingsVersion(files.filter_map(version).collect())
    }

    /// The fields that another destination of the same account writes too, by the files as they are now; a file that
    /// cannot be read says nothing.
    pub fn overlaps(&self, settings: &Settings) -> Vec<Overlap> {
        let (all, _broken) = self.read_valid_destinations().unwrap_or_default();
        let others = all.iter().filter(|other| other.slug != settings.slug);
        overlaps(
            &settings.destination,
            others.map(|other| &other.destination),
        )
    }

    /// Stores a destination: over the one of the same name, also if that one is broken, or as a new one.
    ///
    /// # Errors
    /// If the folder cannot be read or written.
    pub fn write_destination(&self, destination: Destination) -> Result<Settings, Error> {
        let (known, _broken) = self.read_valid_destinations()?;
        let same = known
            .iter()
            .find(|s| s.destination.name.eq_ignore_ascii_case(&destination.name));
        let slug = same.map_or_else(
            || free_slug(&slug(&destination.name), &known),
            |s| s.slug.clone(),
        );
        let settings = Settings { slug, destination };
        self.write_settings(&settings)?;
        Ok(settings)
    }

    /// Stores a destination in its file, whatever it is called now.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write_settings(&self, settings: &Settings) -> Result<(), Error> {
        let path = self.settings_file(&settings.slug);
        data_dir::replace_private_file(&path, &settings.destination.to_json())
    }

    /// Forgets a destination and everything that is known of it.
    ///
    /// # Errors
    /// If a file of it cannot be removed.
    pub fn delete_destination(&self, settings: &Settings) -> Result<(), Error> {
        self.forget_state(settings)?;
        let path = self.settings_file(&settings.slug);
        fs::remove_file(&path).map_err(|e| Error::file(&path, e))
    }

    /// When a destination was made, if the file system says so.
    pub fn created(&self, slug: &str) -> Option<Timestamp> {
        let facts = fs::metadata(self.settings_file(slug)).ok()?;
        Timestamp::try_from(facts.created().or_else(|_| facts.modified()).ok()?).ok()
    }

    fn settings_file(&self, slug: &str) -> PathBuf {
        self.destinations().join(format!("{slug}.json"))
    }

    fn settings_files(&self) -> Result<Vec<PathBuf>, Error> {
        let folder = self.destinations();
        let list = || {
            let mut files = vec![];
            for entry in fs::read_dir(&folder)? {
                let path = entry?.path();
                if path.extension().is_some_and(|ending| ending == "json") {
                    files.push(path);
                }
            }
            files.sort();
            Ok(files)
        };
        list().map_err(|e| Error::file(&folder, e))
    }
}

/// Reads the settings in a file.
///
/// # Errors
/// If it cannot be read, or every fault in it.
pub fn read_destination(path: &Path) -> Result<Destination, Error> {
    let text = fs::read_to_string(path).map_err(|e| Error::file(path, e))?;
    Destination::from_json(&text).map_err(|faults| Error::Settings {
        path: path.to_owned(),
        faults,
    })
}

fn free_slug(wanted: &str, known: &[Settings]) -> String {
    let is_free = |slug: &String| known.iter().all(|s| s.slug != *slug);
    let numbered = (2_u32..).map(|n| format!("{wanted}-{n}"));
    std::iter::once(wanted.to_owned())
        .chain(numbered)
        .find(is_free)
        .unwrap_or_else(|| wanted.to_owned())
}
