//! Every malformed fixture has one named outcome, and nothing makes the reader panic.

use std::{collections::BTreeMap, fmt::Write as _, fs, ops::ControlFlow, path::Path};

use proptest::prelude::*;

use jiff::Timestamp;

use super::{Error, Known, Projection, Tether, open};
use crate::model::{AudienceId, Contents, FileSource};

const FOLDER: &str = "tests/fixtures/malformed";

/// The lines of the rows, then those of the rejected records with their codes, in the order of the batches.
fn read(path: &Path, contents: Contents) -> (Vec<u64>, String, Result<(), Error>) {
    let projection = Projection {
        outreach_id: "Oid".to_owned(),
        attributes: vec!["person.name.firstName".to_owned()],
        audiences: vec![AudienceId::new("a1")],
        now: Timestamp::UNIX_EPOCH,
    };
    let settings = FileSource {
        contents,
        ..FileSource::at(path.to_owned())
    };
    let mut rows = vec![];
    let mut rejected = String::new();
    let mut emit = |batch: super::Batch| {
        rows.extend(batch.rows().map(|row| row.number()));
        for record in &batch.rejected {
            write!(rejected, "; {} {}", record.place.at.number(), record.code).expect("it is text");
        }
        ControlFlow::Continue(())
    };
    let result = open(&settings.into(), &Known::default(), &Tether::default())
        .and_then(|files| files.read(&projection, &mut emit));
    (rows, rejected, result)
}

fn outcome(path: &Path) -> String {
    let (rows, rejected, result) = read(path, Contents::Guess);
    match result {
        Ok(()) => {
            let mut text = "rows".to_owned();
            for line in rows {
                write!(text, " {line}").expect("it is text");
            }
            text + &rejected
        }
        Err(error) => {
            let mut text = error.code().to_owned();
            if let Some(line) = error.line() {
                write!(text, " line {line}").expect("it is text");
            }
            if let Some(column) = error.column() {
                write!(text, " {column}").expect("it is text");
            }
            text
        }
    }
}

#[test]
fn every_malformed_fixture_has_its_outcome() {
    let text = fs::read_to_string(Path::new(FOLDER).join("outcomes.json")).expect("the table");
    let expected: BTreeMap<String, String> = serde_json::from_str(&text).expect("it is JSON");
    let found: BTreeMap<String, String> = fs::read_dir(FOLDER)
        .expect("the fixtures")
        .map(|item| item.expect("a fixture").path())
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), path))
        .filter(|(name, _)| name != "outcomes.json")
        .map(|(name, path)| (name, outcome(&path)))
        .collect();
    assert!(found.len() >= 28);
    let pretty = |table: &BTreeMap<String, String>| format!("{table:#?}");
    if found != expected {
        let (found, expected) = (pretty(&found), pretty(&expected));
        let wrong = found
            .lines()
            .filter(|line| !expected.lines().any(|e| e == *line));
        panic!("these differ:\n{}", wrong.collect::<Vec<_>>().join("\n"));
    }
    assert_eq!(pretty(&found), pretty(&expected));
}

#[test]
fn a_cut_off_file_does_not_pass_for_a_whole_one() {
    // Between two lines a cut leaves no trace; a list and compressed data have an end of their own.
    for name in [
        "flat-list.json",
        "flat.ndjson",
        "wide.csv.gz",
        "xdm-prefixed.json",
    ] {
        let whole = fs::read(Path::new("tests/fixtures/sources").join(name)).expect("a fixture");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join(name);
        for length in 1..whole.len() - 1 {
            fs::write(&path, &whole[..length]).expect("a file can be written");
            let (rows, _, result) = read(&path, Contents::FullSnapshot);
            let is_between =
                name.ends_with(".ndjson") && (whole[length - 1] == b'\n' || whole[length] == b'\n');
            assert!(
                result.is_err() || is_between,
                "{name} cut at {length} gave {} rows",
                rows.len()
            );
        }
    }
}

proptest! {
    /// Files that are damaged in places nobody thought of: the reader has to come back, with rows of the right width.
    #[test]
    fn no_damage_makes_the_reader_panic(
        which in any::<prop::sample::Index>(),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        is_snapshot in any::<bool>(),
    ) {
        let mut names: Vec<_> = fs::read_dir("tests/fixtures/sources")
            .expect("the fixtures")
            .map(|item| item.expect("a fixture").path())
            .filter(|path| path.is_file())
            .collect();
        names.sort();
        let path = which.get(&names);
        let mut bytes = fs::read(path).expect("a fixture");
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let damaged = folder.path().join(path.file_name().expect("a name"));
        fs::write(&damaged, bytes).expect("a file can be written");
        let contents = if is_snapshot { Contents::FullSnapshot } else { Contents::Incremental };
        let (rows, _, result) = read(&damaged, contents);
        prop_assert!(rows.iter().all(|line| *line > 0));
        prop_assert!(result.is_err_and(|error| !error.is_transient()) || rows.len() < 40);
    }
}
