//! Where a data folder belongs: a copy of one that is still there does not send.
//!
//! A copy has the same destinations, signs in with the same accounts and knows less and less of what the other has sent:
//! each would undo the work of the other. So a folder keeps its own number and place. One that was moved is told from
//! one that was copied by looking at the place where it was.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{Error, data_dir};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Place {
    /// The folder's own number, which a copy has too.
    id: String,
    /// Where it was when it was claimed last.
    path: PathBuf,
}

/// Finds out whether this folder is a copy of another, and remembers its place if not.
pub(super) fn claim(folder: &Path) -> Result<(), Error> {
    let here = fs::canonicalize(folder).map_err(|e| Error::file(folder, e))?;
    let known = read(&here);
    if let Some(known) = &known
        && known.path != here
        && read(&known.path).is_some_and(|there| there.id == known.id)
        && !is_same_folder(&known.path, &here)
    {
        return Err(Error::Copied {
            path: folder.to_owned(),
            original: known.path.clone(),
        });
    }
    if known.as_ref().is_some_and(|known| known.path == here) {
        return Ok(());
    }
    let id = known.map_or_else(|| format!("{:032x}", fastrand::u128(..)), |known| known.id);
    let mut text = serde_json::to_string_pretty(&Place {
        id,
        path: here.clone(),
    })
    .unwrap_or_default();
    text.push('\n');
    data_dir::replace_private_file(&file(&here), &text)
}

fn file(folder: &Path) -> PathBuf {
    folder.join("folder.json")
}

fn read(folder: &Path) -> Option<Place> {
    let text = fs::read_to_string(file(folder)).ok()?;
    serde_json::from_str(&text).ok()
}

/// Whether two names lead to one folder, as where it is mounted twice.
fn is_same_folder(one: &Path, other: &Path) -> bool {
    matches!((identity(one), identity(other)), (Ok(one), Ok(other)) if one == other)
}

#[cfg(unix)]
fn identity(folder: &Path) -> io::Result<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    let facts = fs::metadata(folder)?;
    Ok((facts.dev(), facts.ino()))
}

#[cfg(not(unix))]
fn identity(folder: &Path) -> io::Result<PathBuf> {
    fs::canonicalize(folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::DataDir;

    fn copy(from: &Path, to: &Path) {
        fs::create_dir_all(to).expect("a folder");
        fs::copy(file(from), file(to)).expect("a file");
    }

    #[test]
    fn a_copy_of_a_folder_that_is_there_is_refused_and_a_moved_folder_is_not() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let (first, second) = (home.path().join("first"), home.path().join("second"));
        let dir = |path: &Path| DataDir::open(Some(path.to_owned())).expect("it can be made");
        drop(dir(&first).lock().expect("nobody else has it"));
        copy(&first, &second);
        let error = dir(&second).lock().expect_err("it is a copy");
        assert!(error.is_copied(), "{error}");
        let texts = error.to_string();
        assert!(
            texts.contains("first") && texts.contains("second"),
            "{texts}"
        );
        drop(dir(&first).lock().expect("the first one goes on"));
        fs::remove_dir_all(&first).expect("it can be removed");
        drop(dir(&second).lock().expect("now it was moved"));
        copy(&second, &first);
        let error = dir(&first).lock().expect_err("now this is the copy");
        assert!(error.is_copied(), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn another_name_of_the_same_folder_is_no_copy() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let (first, second) = (home.path().join("first"), home.path().join("second"));
        let dir = |path: &Path| DataDir::open(Some(path.to_owned())).expect("it can be made");
        drop(dir(&first).lock().expect("nobody else has it"));
        std::os::unix::fs::symlink(&first, &second).expect("a link");
        drop(dir(&second).lock().expect("it is the same folder"));
        drop(dir(&first).lock().expect("it is the same folder"));
    }

    #[test]
    fn what_cannot_be_read_of_the_place_is_written_anew() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let dir = DataDir::open(Some(home.path().to_owned())).expect("it can be made");
        fs::write(file(home.path()), "{").expect("it can be written");
        drop(dir.lock().expect("it is free"));
        assert!(read(home.path()).is_some());
    }
}
