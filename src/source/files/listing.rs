//! Which files a source consists of, and whether they are still the ones that were listed.

use std::{
    fmt,
    fs::{self, Metadata},
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::UNIX_EPOCH,
};

use jiff::Timestamp;
use xxhash_rust::xxh3::Xxh3;

use super::names::{self, Ending, NameFacts};
use crate::{model::AudienceId, source::Error};

/// The files of a source.
#[derive(Debug, Clone)]
pub(in crate::source) struct Listing {
    /// In the order of their names.
    pub(in crate::source) entries: Vec<Entry>,
    /// The names of files that are of no known kind.
    pub(in crate::source) ignored: Vec<String>,
}

/// One file, as it was when it was listed.
#[derive(Debug, Clone)]
pub(in crate::source) struct Entry {
    /// Its name below the source's folder.
    pub(in crate::source) name: Arc<str>,
    pub(in crate::source) path: PathBuf,
    pub(in crate::source) version: Version,
    /// What the name's ending promises; nothing for a file that was pointed at by itself.
    pub(in crate::source) ending: Option<Ending>,
    pub(in crate::source) facts: NameFacts,
}

/// What changes when a file is written to or replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) struct Version {
    pub(in crate::source) n_bytes: u64,
    /// Nanoseconds since 1970.
    pub(in crate::source) modified: i128,
    file_number: u64,
}

impl Version {
    fn of(metadata: &Metadata) -> Self {
        let modified = metadata.modified().ok();
        Self {
            n_bytes: metadata.len(),
            modified: modified.map_or(0, |time| match time.duration_since(UNIX_EPOCH) {
                Ok(after) => i128::try_from(after.as_nanos()).unwrap_or(i128::MAX),
                Err(before) => -i128::try_from(before.duration().as_nanos()).unwrap_or(i128::MAX),
            }),
            file_number: file_number(metadata),
        }
    }
}

#[cfg(unix)]
fn file_number(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(windows)]
fn file_number(metadata: &Metadata) -> u64 {
    std::os::windows::fs::MetadataExt::creation_time(metadata)
}

impl Entry {
    fn new(name: String, path: PathBuf, metadata: &Metadata, latest: u64) -> Self {
        Self {
            facts: names::facts(&name, latest),
            ending: names::ending(&name),
            version: Version::of(metadata),
            name: name.into(),
            path,
        }
    }

    /// Whether it may be a text that somebody has put beside the data: its name says nothing else.
    pub(in crate::source) fn may_be_a_note(&self) -> bool {
        self.ending.is_some() && names::is_text(&self.name) && self.facts == NameFacts::default()
    }

    /// Opens the file, unless it is no longer the one that was listed.
    pub(in crate::source) fn open(&self) -> Result<fs::File, Error> {
        self.check_unchanged()?;
        fs::File::open(&self.path).map_err(|source| self.io_error(source))
    }

    /// Fails if the file is no longer the one that was listed.
    pub(in crate::source) fn check_unchanged(&self) -> Result<(), Error> {
        match fs::metadata(&self.path) {
            Ok(metadata) if Version::of(&metadata) == self.version => Ok(()),
            Ok(_) => Err(self.changed()),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Err(self.changed()),
            Err(e) => Err(self.io_error(e)),
        }
    }

    /// Somebody has left at this line, in a file that should name members only.
    pub(in crate::source) fn leaver_at(&self, line: u64) -> Error {
        Error::LeaverInSnapshot {
            file: Arc::clone(&self.name),
            line,
            audience: self
                .facts
                .audience
                .clone()
                .unwrap_or_else(|| AudienceId::new("")),
        }
    }

    pub(in crate::source) fn io_error(&self, source: io::Error) -> Error {
        Error::Io {
            path: self.path.clone(),
            source,
        }
    }

    fn changed(&self) -> Error {
        Error::ChangedWhileRead {
            file: Arc::clone(&self.name),
        }
    }
}

/// Lists the files at this path: itself, or those of the folder and of the dataset exports in it.
pub(in crate::source) fn list(path: &Path) -> Result<Listing, Error> {
    let io_error = |source: io::Error| {
        let path = path.to_owned();
        if source.kind() == io::ErrorKind::NotFound {
            Error::NotFound { path }
        } else {
            Error::Io { path, source }
        }
    };
    let metadata = fs::metadata(path).map_err(io_error)?;
    let latest = names::latest_stamp(Timestamp::now());
    let mut listing = Listing {
        entries: vec![],
        ignored: vec![],
    };
    if metadata.is_dir() {
        add_folder(&mut listing, path, None, latest)?;
        listing.entries.sort_by(|a, b| a.name.cmp(&b.name));
        listing.ignored.sort();
        if listing.entries.is_empty() {
            return Err(Error::NothingToRead {
                path: path.to_owned(),
                ignored: listing.ignored,
            });
        }
    } else {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let entry = Entry::new(name.into_owned(), path.to_owned(), &metadata, latest);
        listing.entries.push(entry);
    }
    Ok(listing)
}

fn add_folder(
    listing: &mut Listing,
    folder: &Path,
    below: Option<&str>,
    latest: u64,
) -> Result<(), Error> {
    let failed = |source| Error::Io {
        path: folder.to_owned(),
        source,
    };
    for item in fs::read_dir(folder).map_err(failed)? {
        let path = item.map_err(failed)?.path();
        let last = path.file_name().unwrap_or_default().to_string_lossy();
        let name = below.map_or_else(|| last.to_string(), |below| format!("{below}/{last}"));
        if names::is_beside_the_data(&last) {
            listing.ignored.push(name);
            continue;
        }
        let metadata = match fs::metadata(&path) {
            Ok(metadata) => metadata,
            // Gone again, or a link to nowhere: not part of the source.
            Err(e) if e.kind() == io::ErrorKind::NotFound => continue,
            Err(source) => return Err(Error::Io { path, source }),
        };
        if metadata.is_dir() {
            if below.is_none() && names::export_time(&last).is_some() {
                add_folder(listing, &path, Some(&last), latest)?;
            }
        } else if names::ending(&last).is_some() {
            let mut entry = Entry::new(name, path.clone(), &metadata, latest);
            if let Some(stamp) = below.and_then(names::export_time) {
                let stamp = names::possible(stamp, latest);
                entry.facts.has_impossible_time |= stamp.is_none();
                entry.facts.stamp = stamp.or(entry.facts.stamp);
            }
            listing.entries.push(entry);
        } else {
            listing.ignored.push(name);
        }
    }
    Ok(())
}

/// A number that changes when a file of the source comes, goes or changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(u64);

impl Fingerprint {
    pub(in crate::source) fn of<'a>(entries: impl Iterator<Item = &'a Entry>) -> Self {
        let mut hash = Xxh3::new();
        for entry in entries {
            hash.update(&(entry.name.len() as u64).to_le_bytes());
            hash.update(entry.name.as_bytes());
            hash.update(&entry.version.n_bytes.to_le_bytes());
            hash.update(&entry.version.modified.to_le_bytes());
        }
        Self(hash.digest())
    }

    /// The number itself, the same in every run of the program.
    pub fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_files_are_listed_and_the_others_named() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let export = folder.path().join("exportTime=202601310415");
        fs::create_dir(&export).expect("a folder can be made");
        fs::create_dir(folder.path().join("other")).expect("a folder can be made");
        for name in [
            "b.csv",
            "a.json.gz",
            "x.avro",
            ".hidden.csv",
            "_SUCCESS",
            "manifest-1.json",
            "exportTime=202601310415/part.json",
            "other/c.csv",
        ] {
            fs::write(folder.path().join(name), "x").expect("a file can be written");
        }
        let listing = list(folder.path()).expect("the folder can be read");
        let names: Vec<_> = listing.entries.iter().map(|entry| &*entry.name).collect();
        assert_eq!(
            names,
            ["a.json.gz", "b.csv", "exportTime=202601310415/part.json"]
        );
        assert_eq!(
            listing.ignored,
            [".hidden.csv", "_SUCCESS", "manifest-1.json", "x.avro"]
        );
        let stamps: Vec<_> = listing
            .entries
            .iter()
            .map(|entry| entry.facts.stamp)
            .collect();
        assert_eq!(stamps, [None, None, Some(20_260_131_041_500)]);
    }

    #[test]
    fn the_fingerprint_changes_with_a_file_and_only_then() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("a.csv");
        fs::write(&file, "x").expect("a file can be written");
        let fingerprint = || Fingerprint::of(list(folder.path()).expect("readable").entries.iter());
        let before = fingerprint();
        assert_eq!(before, fingerprint());
        assert_eq!(before.to_string().len(), 16);
        fs::write(&file, "xy").expect("a file can be written");
        assert_ne!(before, fingerprint());
    }

    #[test]
    fn a_replaced_file_is_noticed() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("a.csv");
        fs::write(&file, "x").expect("a file can be written");
        let listing = list(&file).expect("readable");
        let entry = listing.entries.first().expect("one file");
        assert!(entry.open().is_ok());
        fs::remove_file(&file).expect("a file can be removed");
        let error = entry.open().expect_err("it is gone");
        assert!(error.is_transient(), "{error}");
        assert!(list(&file).is_err_and(|e| e.is_source_missing()));
    }
}
