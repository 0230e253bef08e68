//! Files that a person asks for: whole, or as they were before.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write as _},
    path::Path,
};

/// Writes beside the file and puts it in its place when it is whole.
///
/// # Errors
/// If it cannot be written; then an older file of that name is as it was.
pub(super) fn write_whole<T>(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<&File>) -> io::Result<T>,
) -> io::Result<T> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let file = tempfile::NamedTempFile::new_in(folder.unwrap_or_else(|| Path::new(".")))?;
    let mut out = BufWriter::new(file.as_file());
    let written = write(&mut out)?;
    out.flush()?;
    drop(out);
    file.as_file().sync_all()?;
    // A file that is a link stays one.
    let path = fs::canonicalize(path).unwrap_or_else(|_not_there| path.to_owned());
    file.persist(path)?;
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_finished_leaves_the_file_as_it_was() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("settings.json");
        fs::write(&path, "older").expect("it can be written");
        let failed = write_whole(&path, |out| {
            out.write_all(b"half")?;
            out.flush()?;
            Err::<(), _>(io::Error::from(io::ErrorKind::StorageFull))
        });
        assert_eq!(
            failed.map_err(|e| e.kind()),
            Err(io::ErrorKind::StorageFull)
        );
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "older");
        let n_files = fs::read_dir(folder.path()).expect("a folder").count();
        assert_eq!(n_files, 1, "nothing is left beside it");
        let written = write_whole(&path, |out| out.write_all(b"newer"));
        written.expect("it can be written");
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "newer");
    }
}
