//! Workbooks of several writers, whole and damaged.

use std::{
    fs,
    io::{Cursor, Write as _},
    path::Path,
};

use jiff::Timestamp;
use zip::{ZipWriter, write::SimpleFileOptions};

use super::*;
use crate::source::{Batch, Known, Projection, Tether, open};

const FOLDER: &str = "tests/fixtures/columnar";

/// The rows with their numbers, and the numbers and codes of the records that are none.
struct Found {
    rows: Vec<(u64, Vec<String>)>,
    rejected: Vec<(u64, &'static str)>,
    result: Result<(), Error>,
}

fn read_at(path: &Path, sheet: Option<&str>, fields: &[&str]) -> Found {
    let projection = Projection {
        outreach_id: fields[0].to_owned(),
        attributes: fields[1..].iter().map(|name| (*name).to_owned()).collect(),
        audiences: vec![],
        now: Timestamp::UNIX_EPOCH,
    };
    let settings = FileSource {
        sheet: sheet.map(str::to_owned),
        ..FileSource::at(path)
    };
    let (mut rows, mut rejected) = (vec![], vec![]);
    let mut emit = |batch: Batch| {
        for row in batch.rows() {
            let cells = row
                .cells()
                .map(|cell| cell.expect("it is there").to_owned());
            rows.push((row.number(), cells.collect()));
        }
        rejected.extend(
            batch
                .rejected
                .iter()
                .map(|record| (record.place.at.number(), record.code)),
        );
        ControlFlow::Continue(())
    };
    let source = open(&settings.into(), &Known::default(), &Tether::default());
    let result = source.and_then(|source| source.read(&projection, &mut emit));
    Found {
        rows,
        rejected,
        result,
    }
}

fn read(name: &str, sheet: Option<&str>, fields: &[&str]) -> Found {
    read_at(&Path::new(FOLDER).join(name), sheet, fields)
}

#[test]
fn rows_below_a_title_are_read_with_their_numbers_and_types() {
    let fields = ["Oid", "firstName", "score", "since", "when", "ok", "big"];
    let found = read("members.xlsx", None, &fields);
    found.result.expect("it can be read");
    let expected: [(u64, [&str; 7]); 3] = [
        (
            4,
            [
                "11",
                "Ada",
                "0.1",
                "2026-01-31",
                "2026-01-31T04:15:30",
                "true",
                "123456789012345",
            ],
        ),
        // Excel has rounded the last one: it can be no id.
        (
            6,
            [
                "12",
                "",
                "23",
                "1999-12-31",
                "04:15:00",
                "false",
                "1.234567890123456e15",
            ],
        ),
        (7, ["13", " Bo ", "-1.5", "", "", "", "0"]),
    ];
    let expected = expected.map(|(row, cells)| (row, cells.map(str::to_owned).to_vec()));
    assert_eq!(found.rows, expected);
    assert_eq!(found.rejected, []);
}

#[test]
fn errors_and_formulas_without_a_result_exclude_rows_that_need_them() {
    let found = read("members.xlsx", None, &["Oid", "note"]);
    assert_eq!(
        found.rejected,
        [(6, "value_not_calculated"), (7, "value_error")]
    );
    assert_eq!(
        found.rows,
        [(4, vec!["11".to_owned(), "a,\"b\"".to_owned()])]
    );
    let found = read("formulas.xlsx", None, &["Oid", "sum", "text"]);
    let rows: [(u64, &[&str]); 2] = [(2, &["11", "2", ""]), (1_048_576, &["12", "", ""])];
    let rows = rows.map(|(row, cells)| (row, cells.iter().map(|c| (*c).to_owned()).collect()));
    assert_eq!((found.rows, found.rejected), (rows.to_vec(), vec![]));
    assert_eq!(
        read("formulas.xlsx", None, &["Oid", "error"]).rejected,
        [(2, "value_error")]
    );
}

#[test]
fn a_workbook_with_several_sheets_of_data_is_asked_about() {
    let error = read("two-sheets.xlsx", None, &["Oid"])
        .result
        .expect_err("two have data");
    assert_eq!(error.code(), "source_sheet_unclear");
    assert!(
        error
            .to_string()
            .ends_with("\u{201c}Members\u{201d}, \u{201c}Empty\u{201d}"),
        "{error}"
    );
    let found = read("two-sheets.xlsx", Some(" empty"), &["Oid", "name"]);
    assert_eq!(found.rows, [(2, vec!["99".to_owned(), "Zoe".to_owned()])]);
    let error = read("members.xlsx", Some("Missing"), &["Oid"])
        .result
        .expect_err("there is none");
    assert!(error.to_string().contains("Only a header"), "{error}");
}

#[test]
fn a_sheet_of_one_column_and_one_of_nothing_are_told() {
    let found = read("one-column.xlsx", None, &["Oid"]);
    assert_eq!(
        found.rows,
        [(2, vec!["11".to_owned()]), (3, vec!["12".to_owned()])]
    );
    let error = read("empty.xlsx", None, &["Oid"])
        .result
        .expect_err("it is empty");
    assert!(error.is_empty_file(), "{error}");
}

#[test]
fn what_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("a.xlsx");
    let zip = |name: &str| {
        let mut zip = ZipWriter::new(Cursor::new(vec![]));
        zip.start_file(name, SimpleFileOptions::default())
            .expect("memory");
        zip.write_all(b"Oid\n1\n").expect("memory");
        zip.finish().expect("memory").into_inner()
    };
    let encrypted: Vec<u8> = "EncryptedPackage"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for (bytes, words) in [
        (
            [&MAGIC_OLD, &[0; 600][..], &encrypted].concat(),
            "protected with a password",
        ),
        ([&MAGIC_OLD, &[0; 600][..]].concat(), "before 2007"),
        (zip("xl/workbook.bin"), "binary Excel workbook"),
        (zip("a.csv"), "no Excel workbook"),
        (b"Oid,name\n1,Ada\n".to_vec(), "no Excel workbook"),
    ] {
        fs::write(&path, bytes).expect("a file can be written");
        let error = read_at(folder.path(), None, &["Oid"])
            .result
            .expect_err(words);
        assert_eq!(error.code(), "source_damaged", "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[test]
fn a_workbook_is_unpacked_up_to_a_bound() {
    let file = File::open(Path::new(FOLDER).join("one-column.xlsx")).expect("a fixture");
    let mut archive = ZipArchive::new(BufReader::new(file)).expect("an archive");
    let sizes = (0..archive.len()).map(|at| archive.by_index(at).expect("a part").size());
    let n_bytes = sizes.sum();
    assert_eq!(unpack(&mut archive, n_bytes), Ok(()));
    let error = unpack(&mut archive, n_bytes - 1).expect_err("it is larger");
    assert!(error.contains("too large"), "{error}");
}

#[test]
fn a_workbook_that_is_cut_off_or_damaged_is_refused_or_read() {
    let whole = fs::read(Path::new(FOLDER).join("one-column.xlsx")).expect("a fixture");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("a.xlsx");
    for length in (4..whole.len()).step_by(7) {
        fs::write(&path, &whole[..length]).expect("a file can be written");
        let error = read_at(&path, None, &["Oid"])
            .result
            .expect_err("it is cut off");
        assert_eq!(error.code(), "source_cut_off", "cut at {length}");
    }
    for at in (0..whole.len()).step_by(7) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x11;
        fs::write(&path, &bytes).expect("a file can be written");
        let found = read_at(&path, None, &["Oid"]);
        let is_right =
            found.rows.len() == 2 && found.rows[0].1 == ["11"] && found.rows[1].1 == ["12"];
        assert!(
            found.result.is_err() || is_right,
            "damaged at {at}: {:?}",
            found.rows
        );
    }
}

#[test]
fn a_workbook_beside_exports_is_left_out_and_named_unless_it_is_of_an_audience() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let export = "Out_segmenta1_20260131041500.csv";
    fs::write(folder.path().join(export), "Oid,name\n11,Ada\n").expect("a file can be written");
    for (from, to) in [
        ("one-column.xlsx", "export.xlsx"),
        ("required.parquet", "export.parquet"),
    ] {
        fs::copy(Path::new(FOLDER).join(from), folder.path().join(to)).expect("it can be copied");
    }
    let settings = FileSource::at(folder.path());
    let source = open(
        &settings.clone().into(),
        &Known::default(),
        &Tether::default(),
    )
    .expect("it can be opened");
    let described = source.describe().expect("it can be described");
    assert_eq!(described.ignored, ["export.parquet", "export.xlsx"]);
    assert_eq!(described.files.len(), 1);
    let of_audience = "Out_segmenta2_20260131041500.xlsx";
    fs::rename(
        folder.path().join("export.xlsx"),
        folder.path().join(of_audience),
    )
    .expect("it can be renamed");
    let source =
        open(&settings.into(), &Known::default(), &Tether::default()).expect("it can be opened");
    let described = source.describe().expect("it can be described");
    assert_eq!(described.ignored, ["export.parquet"]);
    assert_eq!(described.files.len(), 2);
}
