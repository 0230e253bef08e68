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

use super::{
    input::Options,
    names::{self, Ending, Known, NameFacts},
};
use crate::{model::AudienceId, source::Error};

/// The files of a source.
#[derive(Debug, Clone, Default)]
pub(in crate::source) struct Listing {
    /// In the order of their names.
    pub(in crate::source) entries: Vec<Entry>,
    /// The names of files that are of no known kind.
    pub(in crate::source) ignored: Vec<String>,
    /// The lists of files that exports come with: name and path.
    pub(in crate::source) manifests: Vec<(String, PathBuf)>,
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
    /// How it is to be read.
    pub(in crate::source) options: Options,
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

/// Opens without waiting for what is at the other end, if a pipe has taken the file's place.
fn open_file(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::File::options();
    options.read(true);
    #[cfg(unix)]
    {
        const O_NONBLOCK: i32 = if cfg!(target_os = "linux") {
            0o4000
        } else {
            0x4
        };
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, O_NONBLOCK);
    }
    options.open(path)
}

impl Entry {
    fn new(name: String, path: PathBuf, metadata: &Metadata, known: &Known, latest: u64) -> Self {
        Self {
            facts: names::facts(&name, known, latest),
            ending: names::ending(&name),
            version: Version::of(metadata),
            options: Options::default(),
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
        let file = open_file(&self.path).map_err(|source| self.io_error(source))?;
        let metadata = file.metadata().map_err(|source| self.io_error(source))?;
        if metadata.is_file() && Version::of(&metadata) == self.version {
            Ok(file)
        } else {
            Err(self.changed())
        }
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

/// Folders within folders that are looked into.
const DEEPEST: usize = 8;

/// The most files and folders that a source may have.
const MOST: usize = 100_000;

/// Lists the files at this path: itself, or those of the folder and of the folders in it.
pub(in crate::source) fn list(path: &Path, known: &Known) -> Result<Listing, Error> {
    let io_error = |source: io::Error| {
        let path = path.to_owned();
        if source.kind() == io::ErrorKind::NotFound {
            Error::NotFound { path }
        } else {
            Error::Io { path, source }
        }
    };
    let metadata = fs::metadata(path).map_err(io_error)?;
    let mut lister = Lister {
        known,
        latest: names::latest_stamp(Timestamp::now()),
        n_seen: 0,
        root: path,
        listing: Listing::default(),
    };
    // The folder that was chosen may be one that a program has written in place of a file.
    let own_name = path.file_name().unwrap_or_default().to_string_lossy();
    if metadata.is_dir() {
        lister.add_folder(path, None, 0)?;
        let Listing {
            entries,
            ignored,
            manifests,
        } = &mut lister.listing;
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        ignored.sort();
        manifests.sort();
        if entries.is_empty() {
            return Err(Error::NothingToRead {
                path: path.to_owned(),
                ignored: std::mem::take(ignored),
            });
        }
        let of_folder = names::facts(&own_name, known, lister.latest);
        for entry in entries {
            entry.facts.take_from_folder(&of_folder);
        }
    } else if metadata.is_file() {
        let name = own_name.into_owned();
        let entry = Entry::new(name, path.to_owned(), &metadata, known, lister.latest);
        lister.listing.entries.push(entry);
    } else {
        return Err(Error::NotAFile {
            path: path.to_owned(),
        });
    }
    Ok(lister.listing)
}

struct Lister<'a> {
    known: &'a Known,
    latest: u64,
    n_seen: usize,
    root: &'a Path,
    listing: Listing,
}

impl Lister<'_> {
    fn add_folder(
        &mut self,
        folder: &Path,
        below: Option<&str>,
        depth: usize,
    ) -> Result<(), Error> {
        let failed = |source| Error::Io {
            path: folder.to_owned(),
            source,
        };
        for item in fs::read_dir(folder).map_err(failed)? {
            let path = item.map_err(failed)?.path();
            self.n_seen += 1;
            if self.n_seen > MOST {
                return Err(Error::TooManyFiles {
                    path: self.root.to_owned(),
                    most: MOST,
                });
            }
            let last = path.file_name().unwrap_or_default().to_string_lossy();
            let name = below.map_or_else(|| last.to_string(), |below| format!("{below}/{last}"));
            let metadata = match fs::metadata(&path) {
                Ok(metadata) => metadata,
                // Gone again, or a link to nowhere: not part of the source.
                Err(e) if e.kind() == io::ErrorKind::NotFound => continue,
                Err(source) => return Err(Error::Io { path, source }),
            };
            if names::is_manifest(&last) && metadata.is_file() {
                self.listing.manifests.push((name.clone(), path.clone()));
            }
            if names::is_beside_the_data(&last) {
                self.listing.ignored.push(name);
            } else if metadata.is_dir() {
                // A link to a folder above would lead in circles.
                let is_link = fs::symlink_metadata(&path).is_ok_and(|m| m.is_symlink());
                if depth < DEEPEST && !is_link {
                    self.add_folder(&path, Some(&name), depth + 1)?;
                } else {
                    self.listing.ignored.push(format!("{name} (a folder)"));
                }
            } else if !metadata.is_file() {
                self.listing.ignored.push(format!("{name} (no file)"));
            } else if names::ending(&last).is_some() {
                let entry = Entry::new(name, path.clone(), &metadata, self.known, self.latest);
                self.listing.entries.push(entry);
            } else {
                let why = names::why_left_out(&last);
                let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
                self.listing.ignored.push(name + &why);
            }
        }
        Ok(())
    }
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
            "x.bin",
            ".hidden.csv",
            "_SUCCESS",
            "manifest-1.json",
            "exportTime=202601310415/part.json",
            "other/c.csv",
        ] {
            fs::write(folder.path().join(name), "x").expect("a file can be written");
        }
        let listing = list(folder.path(), &Known::default()).expect("the folder can be read");
        let names: Vec<_> = listing.entries.iter().map(|entry| &*entry.name).collect();
        assert_eq!(
            names,
            [
                "a.json.gz",
                "b.csv",
                "exportTime=202601310415/part.json",
                "other/c.csv"
            ]
        );
        assert_eq!(
            listing.ignored,
            [".hidden.csv", "_SUCCESS", "manifest-1.json", "x.bin"]
        );
        let stamps: Vec<_> = listing
            .entries
            .iter()
            .map(|entry| entry.facts.stamp)
            .collect();
        assert_eq!(stamps, [None, None, Some(20_260_131_041_500), None]);
    }

    #[test]
    fn the_fingerprint_changes_with_a_file_and_only_then() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("a.csv");
        fs::write(&file, "x").expect("a file can be written");
        let fingerprint = || {
            Fingerprint::of(
                list(folder.path(), &Known::default())
                    .expect("readable")
                    .entries
                    .iter(),
            )
        };
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
        let listing = list(&file, &Known::default()).expect("readable");
        let entry = listing.entries.first().expect("one file");
        assert!(entry.open().is_ok());
        fs::remove_file(&file).expect("a file can be removed");
        let error = entry.open().expect_err("it is gone");
        assert!(error.is_transient(), "{error}");
        assert!(list(&file, &Known::default()).is_err_and(|e| e.is_source_missing()));
    }
}
