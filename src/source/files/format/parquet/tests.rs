//! Parquet files of several writers, whole and damaged.

use std::{fs, ops::ControlFlow, path::Path};

use jiff::Timestamp;

use crate::{
    model::{AudienceId, Contents, FileSource},
    source::{Batch, Error, Known, Layout, Projection, Source, Tether, open},
};

const FOLDER: &str = "tests/fixtures/columnar";
const AUDIENCE: &str = "12341e18-abcd-49c2-836d-123c88e76c39";

type Rows = Vec<(u64, Vec<Option<String>>)>;

/// The rows with their numbers, and the numbers and codes of the records that are none.
struct Found {
    rows: Rows,
    rejected: Vec<(u64, &'static str)>,
    result: Result<(), Error>,
}

fn source(path: &Path) -> Result<Source, Error> {
    let settings = FileSource {
        contents: Contents::FullSnapshot,
        ..FileSource::at(path)
    };
    open(&settings.into(), &Known::default(), &Tether::default())
}

fn read(path: &Path, id: &str, attributes: &[&str], audiences: &[&str]) -> Found {
    let projection = Projection {
        outreach_id: id.to_owned(),
        attributes: attributes.iter().map(|name| (*name).to_owned()).collect(),
        audiences: audiences.iter().map(|id| AudienceId::new(*id)).collect(),
        now: Timestamp::UNIX_EPOCH,
    };
    let (mut rows, mut rejected) = (vec![], vec![]);
    let mut emit = |batch: Batch| {
        let cells =
            |row: crate::source::Row<'_>| row.cells().map(|cell| cell.map(str::to_owned)).collect();
        rows.extend(batch.rows().map(|row| (row.number(), cells(row))));
        rejected.extend(
            batch
                .rejected
                .iter()
                .map(|record| (record.place.at.number(), record.code)),
        );
        ControlFlow::Continue(())
    };
    let result = source(path).and_then(|source| source.read(&projection, &mut emit));
    Found {
        rows,
        rejected,
        result,
    }
}

fn fixture(name: &str) -> std::path::PathBuf {
    Path::new(FOLDER).join(name)
}

fn owned(cells: &[Option<&str>]) -> Vec<Option<String>> {
    cells.iter().map(|cell| cell.map(str::to_owned)).collect()
}

/// What `make_columnar.py` puts into the flat files.
fn flat_rows() -> Rows {
    let row = |at: usize| {
        let name = if at.is_multiple_of(7) {
            ""
        } else {
            ["Ada", "Åsa", ""][at % 3]
        };
        let status = ["realized", "exited"][at % 2];
        let (id, mail) = ((at + 1).to_string(), format!("user{at}@example.com"));
        let cells = [&id, name, &mail, status].map(|cell| Some(cell.to_owned()));
        (at as u64 + 1, cells.to_vec())
    };
    (0..1200).map(row).collect()
}

#[test]
fn flat_files_read_the_same_whatever_their_codec_version_and_encoding() {
    let expected = flat_rows();
    let mut names = vec![];
    for codec in ["none", "snappy", "gzip", "zstd", "lz4"] {
        names.extend([1, 2].map(|version| format!("flat-{codec}-v{version}.parquet")));
    }
    for encoding in ["plain", "delta_length_byte_array", "delta_byte_array"] {
        names.push(format!("flat-{encoding}.parquet"));
    }
    for name in names {
        let attributes = ["person.name.firstName", "work.email"];
        let found = read(&fixture(&name), "Oid", &attributes, &[AUDIENCE]);
        found.result.unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(found.rows == expected, "{name} differs");
        assert_eq!(found.rejected, [], "{name}");
    }
}

#[test]
fn a_column_that_is_not_there_is_named() {
    let found = read(&fixture("flat-zstd-v1.parquet"), "Oid", &["lastName"], &[]);
    let error = found.result.expect_err("there is no such column");
    assert_eq!(
        (error.code(), error.column()),
        ("source_column_missing", Some("lastName"))
    );
    assert!(error.to_string().contains("read as Parquet"), "{error}");
}

#[test]
fn typed_values_are_written_exactly() {
    let expected = [
        ("i8", "-128", ""),
        ("u8", "255", ""),
        ("i32", "-2147483648", "7"),
        ("u32", "4294967295", "7"),
        ("i64", "9007199254740993", "23"),
        ("u64", "18446744073709551615", "0"),
        ("half", "1.5", "6.5504e4"),
        ("single", "0.1", "23"),
        ("double", "23", "0.1"),
        ("nan", "", "-Infinity"),
        ("dec9", "-1.20", "0.05"),
        ("dec38", "12345678901234567890123456789012345678", "-7"),
        ("dec50", "-17.5", "3.0"),
        ("bool", "true", "false"),
        ("day", "1969-12-31", "2026-02-28"),
        ("time", "23:59:59.005", "00:00:00"),
        ("ms", "2026-01-31T04:15:00.123Z", ""),
        ("us", "2026-01-31T04:15:00.123Z", ""),
        (
            "ns",
            "2026-01-31T04:15:00.123456789Z",
            "1969-12-31T23:59:59.999999999Z",
        ),
        ("naive", "2026-01-31T04:15:00.123", ""),
        ("uuid", AUDIENCE, ""),
        ("text", "a,\"b\"\n", ""),
        ("nothing", "", ""),
    ];
    let names: Vec<_> = expected.iter().map(|(name, _, _)| *name).collect();
    let found = read(&fixture("types.parquet"), "i32", &names, &[]);
    found.result.expect("it can be read");
    let cells = |at: usize| {
        found.rows[at].1[1..]
            .iter()
            .map(|cell| cell.clone().expect("it is there"))
    };
    for ((name, first, second), found) in expected.iter().zip(cells(0).zip(cells(1))) {
        assert_eq!(found, ((*first).to_owned(), (*second).to_owned()), "{name}");
    }
}

#[test]
fn a_time_of_96_bits_is_an_instant() {
    let found = read(&fixture("int96.parquet"), "at", &[], &[]);
    let cells: Vec<_> = found
        .rows
        .iter()
        .map(|(_, cells)| cells[0].as_deref())
        .collect();
    assert_eq!(
        cells,
        [
            Some("2026-01-31T04:15:00.123456789Z"),
            Some("1969-12-31T23:59:59.999999999Z")
        ]
    );
}

#[test]
fn a_value_that_is_no_text_excludes_its_row_only_if_it_is_asked_for() {
    let found = read(&fixture("types.parquet"), "i64", &["bytes"], &[]);
    assert_eq!(
        found.rows,
        [(1, owned(&[Some("9007199254740993"), Some("plain")]))]
    );
    assert_eq!(found.rejected, [(2, "row_encoding")]);
    assert!(
        read(&fixture("types.parquet"), "i64", &["text"], &[])
            .rejected
            .is_empty()
    );
}

#[test]
fn columns_without_nulls_structures_and_other_writers_are_read() {
    let found = read(&fixture("required.parquet"), "Oid", &["name"], &[]);
    let expected = [
        (1, owned(&[Some("11"), Some("Ada")])),
        (2, owned(&[Some("12"), Some("")])),
    ];
    assert_eq!(found.rows, expected);
    let found = read(
        &fixture("structs.parquet"),
        "Oid",
        &["person.name.firstName"],
        &[],
    );
    let names: Vec<_> = found
        .rows
        .iter()
        .map(|(_, cells)| cells[1].as_deref())
        .collect();
    assert_eq!(names, [Some("Ada"), Some(""), Some("")]);
    let found = read(&fixture("flat-duckdb.parquet"), "Oid", &["n.ame"], &[]);
    assert_eq!(
        found.rows.last(),
        Some(&(3, owned(&[Some("3"), Some("name 3")])))
    );
    let found = read(&fixture("no-rows.parquet"), "Oid", &[], &[]);
    assert!(found.result.is_ok() && found.rows.is_empty());
}

#[test]
fn nested_profiles_are_documents() {
    let expected = [
        (
            1,
            owned(&[
                Some("11"),
                Some("Kurt \"K\""),
                Some("a@b.c"),
                Some("realized"),
            ]),
        ),
        (2, owned(&[Some("12"), Some(""), None, Some("exited")])),
        (2, owned(&[Some("13"), Some(""), None, Some("exited")])),
        (3, owned(&[Some("14"), None, None, None])),
        (4, owned(&[None, None, Some("x"), None])),
    ];
    for name in [
        "nested-pyarrow",
        "nested-pyarrow-v2",
        "nested-item",
        "nested-duckdb",
    ] {
        let path = fixture(&format!("{name}.parquet"));
        let attributes = ["person.name.firstName", "emails[0]"];
        let found = read(&path, "Oid", &attributes, &[AUDIENCE]);
        found.result.unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(found.rows, expected, "{name}");
        let source = source(&path).expect("it can be opened");
        assert_eq!(source.layout(), Layout::Profiles, "{name}");
    }
}

#[test]
fn a_survey_finds_the_names_of_maps_and_of_structures() {
    for name in ["nested-pyarrow.parquet", "nested-duckdb.parquet"] {
        let source = source(&fixture(name)).expect("it can be opened");
        let survey = source
            .survey(&mut |_| ControlFlow::Continue(()))
            .expect("it can be read");
        let names: Vec<_> = survey
            .columns
            .iter()
            .map(|column| column.name.as_str())
            .collect();
        for wanted in [
            "identityMap.Oid",
            "identityMap.Email",
            "person.name.lastName",
        ] {
            assert!(names.contains(&wanted), "{name}: {names:?}");
        }
        let audiences: Vec<_> = survey
            .audiences
            .iter()
            .map(|a| (a.id.as_str(), a.n_members))
            .collect();
        assert_eq!(audiences, [(AUDIENCE, 1), ("other", 0)], "{name}");
    }
}

#[test]
fn a_cut_off_file_has_no_footer() {
    for name in ["required.parquet", "nested-duckdb.parquet"] {
        let whole = fs::read(fixture(name)).expect("a fixture");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join(name);
        for length in 4..whole.len() {
            fs::write(&path, &whole[..length]).expect("a file can be written");
            let found = read(&path, "Oid", &[], &[]);
            let error = found.result.expect_err("it is cut off");
            assert_eq!(error.code(), "source_cut_off", "{name} cut at {length}");
        }
    }
}

#[test]
fn what_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let whole = fs::read(fixture("required.parquet")).expect("a fixture");
    let mut encrypted = whole.clone();
    let at = encrypted.len() - 4;
    encrypted[at..].copy_from_slice(b"PARE");
    let mut long_footer = whole.clone();
    long_footer[at - 4..at].copy_from_slice(&0x7fff_ffff_u32.to_le_bytes());
    for (bytes, words) in [
        (encrypted, "it is encrypted"),
        (long_footer, "larger than it can be"),
        (
            fs::read(fixture("brotli.parquet")).expect("a fixture"),
            "BROTLI",
        ),
        (b"Oid,name\n11,Ada\n".to_vec(), "no Parquet file"),
    ] {
        let path = folder.path().join("a.parquet");
        fs::write(&path, bytes).expect("a file can be written");
        // The name counts in a folder.
        let error = read(folder.path(), "Oid", &[], &[])
            .result
            .expect_err(words);
        assert_eq!(error.code(), "source_damaged", "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[test]
fn damage_at_any_byte_ends_in_rows_or_an_error() {
    for name in [
        "required.parquet",
        "flat-duckdb.parquet",
        "int96.parquet",
        "small-delta.parquet",
    ] {
        damage(name, &["Oid"]);
    }
    damage(
        "nested-duckdb.parquet",
        &["Oid", "person.name.firstName", "emails[0]"],
    );
}

fn damage(name: &str, fields: &[&str]) {
    let whole = fs::read(fixture(name)).expect("a fixture");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(name);
    for (at, byte) in whole.iter().enumerate() {
        let mut bytes = whole.clone();
        bytes[at] = [0, 0xff, byte ^ 0x80, byte.wrapping_add(1)][at % 4];
        fs::write(&path, bytes).expect("a file can be written");
        let found = read(&path, fields[0], &fields[1..], &[AUDIENCE]);
        assert!(
            found.result.is_err_and(|error| !error.is_transient()) || found.rows.len() < 40,
            "{name} damaged at {at}"
        );
    }
}
