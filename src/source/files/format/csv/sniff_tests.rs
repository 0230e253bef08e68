//! What is found out about whole files.

use std::{fmt::Write as _, fs};

use jiff::Timestamp;

use super::{Dialect, sniff::sniff};
use crate::{
    model::{Contents, Delimiter, Escape, FileSource, Quote, Reading, TextEncoding},
    source::{
        Batch, Error, Projection, Tether,
        files::{
            Known,
            input::{Options, Window},
            listing, open,
        },
    },
};

/// The dialect of a file of this name, and its header.
fn sniffed(name: &str, text: &str, reading: &Reading) -> Result<(Dialect, Vec<String>), Error> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(name);
    fs::write(&path, text).expect("a file can be written");
    let listing = listing::list(&path, &Known::default()).expect("it is there");
    let entry = listing.entries.first().expect("it is a file");
    let window = Window::open(entry.open().expect("it can be opened"), &Options::default());
    sniff(entry, window.expect("it can be read"), reading)
}

/// The delimiter, the line of the header, and the header.
fn beginning(text: &str) -> (Delimiter, u64, String) {
    let (dialect, header) = sniffed("a.csv", text, &Reading::default()).expect("it is clear");
    (dialect.delimiter, dialect.header_line, header.join("|"))
}

/// The settings of a source that is one file with this text.
fn source(text: &str) -> (tempfile::TempDir, FileSource) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("a.csv");
    fs::write(&path, text).expect("a file can be written");
    let settings = FileSource {
        contents: Contents::Incremental,
        ..FileSource::at(path)
    };
    (folder, settings)
}

fn read(text: &str, reading: &Reading) -> Result<Vec<String>, Error> {
    let (_folder, settings) = source(text);
    let projection = Projection {
        outreach_id: "Oid".to_owned(),
        attributes: vec!["a".to_owned(), "b".to_owned()],
        audiences: vec![],
        now: Timestamp::UNIX_EPOCH,
    };
    let mut told = vec![];
    let mut emit = |batch: Batch| {
        for row in batch.rows() {
            let cells: Vec<_> = row.cells().map(Option::unwrap_or_default).collect();
            told.push(format!("{} {}", row.number(), cells.join("|")));
        }
        for rejected in &batch.rejected {
            told.push(format!("{} {}", rejected.place.at.number(), rejected.code));
        }
        std::ops::ControlFlow::Continue(())
    };
    let settings = FileSource {
        reading: reading.clone(),
        ..settings
    };
    open(&settings, &Known::default(), &Tether::default())?.read(&projection, &mut emit)?;
    Ok(told)
}

/// The rows of a file that has to be readable.
fn rows(text: &str) -> Vec<String> {
    read(text, &Reading::default()).expect("it can be read")
}

/// The words of the question for a person.
fn question(text: &str) -> String {
    match read(text, &Reading::default()) {
        Err(error @ Error::DialectUnclear { .. }) => error.to_string(),
        other => panic!("it should be unclear: {other:?}"),
    }
}

#[test]
fn the_delimiter_is_the_one_that_parts_evenly() {
    use Delimiter::{Colon, Comma, Pipe, Semicolon, Tab};
    for (text, delimiter, header) in [
        ("a,b\n1,2\n", Comma, "a|b"),
        ("a;b\n1,5;2,5\n2,5;3,5\n", Semicolon, "a|b"),
        ("a\tb\n\"x, y\"\tz\n", Tab, "a|b"),
        ("a|b|c\n1|2|3\n", Pipe, "a|b|c"),
        ("a:b\n1:2\n", Colon, "a|b"),
        ("a,xdm: b\n1,10:30\n2,11:30\n", Comma, "a|xdm: b"),
        ("xdm: a,xdm: b\n", Comma, "xdm: a|xdm: b"),
        ("\"a;b;c;d\",e\n1,2\n", Comma, "a;b;c;d|e"),
        ("a,b;c\n1,2;3\n", Comma, "a|b;c"),
        ("Oid\n1\n2\n", Comma, "Oid"),
    ] {
        assert_eq!(beginning(text), (delimiter, 1, header.to_owned()), "{text}");
    }
    let found = sniffed("a.tsv", "Oid\n1\n", &Reading::default()).expect("it is clear");
    assert_eq!(found.0.delimiter, Tab);
}

#[test]
fn what_stands_above_the_header_is_passed_over_if_it_is_clear() {
    use Delimiter::{Comma, Semicolon};
    for (text, delimiter, line, header) in [
        ("sep=;\r\na,x;b\r\n1;2\r\n", Semicolon, 2, "a,x|b"),
        ("\"sep=;\"\na;b\n1;2\n", Semicolon, 2, "a|b"),
        ("\n\na,b\n1,2\n", Comma, 3, "a|b"),
        (";;\n a;b;c\n1;2;3\n", Semicolon, 2, "a|b|c"),
        (
            "# by sam, today\n# 2 rows\na,b,c\n1,2,3\n# end\n",
            Comma,
            3,
            "a|b|c",
        ),
        ("Export of April\n\na,b,c\n1,2,3\n", Comma, 3, "a|b|c"),
        (
            "Export of April;;;\nMembers;;;\na;b;c;d\n1;2;3;4\n",
            Semicolon,
            3,
            "a|b|c|d",
        ),
        ("\"First\nname\";b\n1;2\n", Semicolon, 1, "First\nname|b"),
        // These are headers.
        ("#a,b\n1,2\n", Comma, 1, "#a|b"),
        ("a,b\nx,y,z\nu,v,w\n", Comma, 1, "a|b"),
        ("a,b,,\nx,y,z,w\nk,l,m,n\n", Comma, 1, "a|b||"),
        ("a,a\nx,y\nz,w\n", Comma, 1, "a|a"),
        // It may be a title, but no row is like the line below.
        ("Export of April\na,b,c\n", Comma, 1, "Export of April"),
        // Below is no header.
        (
            "Export of April\n1,x,y\n2,x,y\n",
            Comma,
            1,
            "Export of April",
        ),
    ] {
        assert_eq!(
            beginning(text),
            (delimiter, line, header.to_owned()),
            "{text}"
        );
    }
}

#[test]
fn what_a_person_has_set_is_taken() {
    let reading = Reading {
        delimiter: Some(Delimiter::Pipe),
        quote: Some(Quote::None),
        escape: Some(Escape::Backslash),
        header_line: Some(2),
        ..Reading::default()
    };
    let text = "x,y,z\n\"a|b\n1|2\n";
    let (dialect, header) = sniffed("a.csv", text, &reading).expect("it is clear");
    let found = dialect.as_reading();
    assert_eq!(
        (found.delimiter, found.quote),
        (reading.delimiter, reading.quote)
    );
    assert_eq!(
        (dialect.header_line, header.join(",")),
        (2, "\"a,b".to_owned())
    );
}

#[test]
fn backslashes_escape_where_only_that_makes_the_records_even() {
    let found = rows("Oid,a,b\n1,\"6\\\"\",x\n2,\"say, \\\"hi\\\"\",y\n3,\"C:\\\\d\\\\\",z\n");
    assert_eq!(found, ["2 1|6\"|x", "3 2|say, \"hi\"|y", "4 3|C:\\d\\|z"]);
    // A path at the end of a quoted field, as programs that double quotes write it.
    let found = rows("Oid,a,b\n1,\"C:\\dir\\\",x\n2,\"\\\\srv\\d\",\"y\"\"z\"\n3,\\\\srv\\d,z\n");
    assert_eq!(
        found,
        ["2 1|C:\\dir\\|x", "3 2|\\\\srv\\d|y\"z", "4 3|\\\\srv\\d|z"]
    );
    let found = rows("Oid,a,b\n1,\"6'\" x\",\"it''s\"\n2,\"O''Brien, \",y\n");
    assert_eq!(found, ["2 1|6\" x|it's", "3 2|O'Brien, |y"]);
    let found = rows("Oid,a,b\n1,\"the 'best'\",\"it''s\"\n2,\"O'Brien, \"\"K\"\"\",y\n");
    assert_eq!(found, ["2 1|the 'best'|it''s", "3 2|O'Brien, \"K\"|y"]);
}

#[test]
fn two_values_that_end_in_a_quote_are_not_made_one() {
    let found = rows("Oid,a,b,c\n11,\"27\\\"\",V,x\n12,H,L,x\n14,P,\"N \\\"\",x\n15,O,M,x\n");
    assert_eq!(
        found,
        ["2 11|27\"|V", "3 12|H|L", "4 14|P|N \"", "5 15|O|M"]
    );
}

#[test]
fn evidence_that_comes_late_holds_for_what_came_before() {
    let mut text = "Oid,a,b\n1,\"C:\\\\d, x\",y\n".to_owned();
    for n in 2..20_000 {
        writeln!(text, "{n},plain,\"quoted, text\"").expect("it is text");
    }
    text += "20000,\"Screen 27\\\"\",z\n";
    let found = rows(&text);
    assert_eq!(found.first().map(String::as_str), Some("2 1|C:\\d, x|y"));
    assert_eq!(
        found.last().map(String::as_str),
        Some("20001 20000|Screen 27\"|z")
    );
    assert_eq!(found.len(), 20_000);
}

#[test]
fn what_nothing_tells_is_a_question_until_a_person_answers() {
    let text = "Oid,a,b\n1,\"C:\\\\d, x\",y\n";
    assert_eq!(
        question(text),
        "a.csv can be read in two ways from line 2 on: either double quotes, quotes written twice \
         or double quotes, backslash before a quote; the setting `escape` tells which"
    );
    for (escape, row) in [
        (Escape::Doubled, "2 1|C:\\\\d, x|y"),
        (Escape::Backslash, "2 1|C:\\d, x|y"),
    ] {
        let reading = Reading {
            escape: Some(escape),
            ..Reading::default()
        };
        assert_eq!(read(text, &reading).expect("it is told"), [row]);
    }
    // Rows of two writers in one file.
    let mixed = "Oid,a,b\n1,\"6\\\" x\",y\n2,\"6\"\" x\",y\n";
    assert!(question(mixed).contains("line 3"));
    assert!(question("Oid,a,b\n1,'x',y\n").contains("`quote`"));
}

#[test]
fn apostrophes_are_quotes_where_only_that_makes_the_records_even() {
    let found = rows("Oid;a;b\n1;'x; y';'it''s'\n2;z;\"w\"\n");
    assert_eq!(found, ["2 1|x; y|it's", "3 2|z|\"w\""]);
    let found = rows("'Oid','a','b'\n'1','x','y'\n");
    assert_eq!(found, ["2 1|x|y"]);
    let found = rows("Oid,a,b\n1,'t Hooft,27'\n2,\"x, y\",'z'\n");
    assert_eq!(found, ["2 1|'t Hooft|27'", "3 2|x, y|'z'"]);
    assert!(question("Oid,a,b\n2,\"x, y\",z\n3,'d, e',z\n").contains("line 3"));
}

#[test]
fn a_person_is_told_what_was_found() {
    let (_folder, settings) = source("Oid;a\n1;\"6\\\" x\"\n");
    let files = open(&settings, &Known::default(), &Tether::default()).expect("it is clear");
    let described = files.describe().expect("it can be read");
    let found = Reading {
        encoding: Some(TextEncoding::Utf8),
        delimiter: Some(Delimiter::Semicolon),
        quote: Some(Quote::Double),
        escape: Some(Escape::Backslash),
        header_line: Some(1),
        null_words: None,
    };
    assert_eq!(described.files[0].reading, Some(found));
    assert_eq!(described.files[0].format, "semicolon-separated");
}

#[test]
fn cells_that_stand_for_nothing_are_empty() {
    let text = "Oid,a,b\n1,null,\\N\n2,\"NULL\",N/A\n3,undefined,nullify\n";
    assert_eq!(rows(text), ["2 1||", "3 2||N/A", "4 3||nullify"]);
    let reading = Reading {
        null_words: Some(vec!["N/A".to_owned()]),
        ..Reading::default()
    };
    let found = read(text, &reading).expect("it can be read");
    assert_eq!(
        found,
        ["2 1|null|\\N", "3 2|NULL|", "4 3|undefined|nullify"]
    );
}
