//! Records of every dialect, in pieces of any size.

use proptest::prelude::*;

use super::{
    dialect::{Dialect, LineEnd},
    records::{CsvRecords, Found, Misquote},
    split::n_line_ends,
};
use crate::{
    model::{Delimiter, Escape, Quote, Reading},
    source::files::input::{Stop, Window},
};

type Rows = Vec<(u64, Vec<Vec<u8>>)>;

fn dialect(delimiter: Delimiter, quote: Quote, escape: Escape) -> Dialect {
    let reading = Reading {
        quote: Some(quote),
        escape: Some(escape),
        ..Reading::default()
    };
    Dialect::usual(&reading, delimiter)
}

fn ended_by(dialect: Dialect, end: &str) -> Dialect {
    let line_end = if end == "\r" {
        LineEnd::Return
    } else {
        LineEnd::Newline
    };
    Dialect {
        line_end,
        ..dialect
    }
}

fn usual() -> Dialect {
    Dialect::usual(&Reading::default(), Delimiter::Comma)
}

fn read(bytes: &[u8], piece: usize, dialect: Dialect) -> Result<Rows, Stop> {
    let mut records = CsvRecords::new(Window::in_pieces(bytes, piece), dialect);
    let mut rows = vec![];
    while records.next()? == Found::Record {
        let record = records.record();
        let fields = record
            .fields
            .iter()
            .map(|field| record.bytes[field.clone()].to_vec());
        rows.push((records.line(), fields.collect()));
    }
    Ok(rows)
}

/// Each record in a line of its own: its number, then its fields or what is wrong with it.
fn told(text: &str, dialect: Dialect) -> Vec<String> {
    let mut records = CsvRecords::new(Window::in_pieces(text.as_bytes(), 3), dialect);
    let mut told = vec![];
    loop {
        let found = records.next();
        let line = records.line();
        match found {
            Ok(Found::Record) => {
                let record = records.record();
                let text = str::from_utf8(record.bytes).expect("it is text");
                let fields: Vec<_> = record.fields.iter().map(|f| &text[f.clone()]).collect();
                told.push(format!("{line} {}", fields.join("|")));
            }
            Ok(Found::Misquoted(what)) => told.push(format!("{line} {what:?}")),
            Ok(Found::TooLarge) => told.push(format!("{line} too large")),
            Ok(Found::Doubtful) => {
                told.push(format!("{line} Doubtful"));
                return told;
            }
            Ok(Found::End) => return told,
            Err(stop) => {
                told.push(format!("{line} {stop:?}"));
                return told;
            }
        }
    }
}

#[test]
fn doubled_quotes_are_one_only_between_quotes() {
    let rows = read(b"a\"\"b,\"x\"\"y\"\n", 1, usual()).expect("it is whole");
    assert_eq!(rows, [(1, vec![b"a\"\"b".to_vec(), b"x\"y".to_vec()])]);
}

#[test]
fn blanks_outside_quotes_are_no_part_of_a_value_in_a_padded_file() {
    let padded = |dialect| Dialect {
        is_padded: true,
        ..dialect
    };
    let text = " a \t,\"b\", \"c, d\" ,e f\n , \" x \",\"\" ,\t\n";
    let expected = ["1 a|b|c, d|e f", "2 | x ||"];
    assert_eq!(told(text, padded(usual())), expected);
    // Elsewhere they are what somebody has typed, but for blanks alone and those before a quote.
    let expected = ["1  a \t|b|c, d|e f", "2 | x ||"];
    assert_eq!(told(text, usual()), expected);
    let tabs = padded(dialect(Delimiter::Tab, Quote::Double, Escape::Doubled));
    let text = "a \t b\t\"c\"\n\t x\t\n";
    assert_eq!(told(text, tabs), ["1 a|b|c", "2 |x|"]);
}

#[test]
fn what_is_no_row_is_passed_over_and_lines_are_counted() {
    let text = "a,b\n\n,,\n \t\n# note, with, commas\n#1,x\r\n2,y\r\n,\n  , \n3,z\n\x1a\r\n";
    let expected = ["1 a|b", "6 #1|x", "7 2|y", "10 3|z"];
    assert_eq!(told(text, usual()), expected);
    assert_eq!(told("a,b\n1,x\n  ", usual()), ["1 a|b", "2 1|x"]);
    assert_eq!(told("a,b\n# it's \"so\n1,x\n", usual()), ["1 a|b", "3 1|x"]);
    // Of a row that was cut off, what is left may look like nothing.
    assert_eq!(
        told("a,b,c\n1,x,y\n,", usual()),
        ["1 a|b|c", "2 1|x|y", "3 |"]
    );
    assert_eq!(told("a\n\x1a1\n", usual()), ["1 a", "2 \x1a1"]);
}

#[test]
fn marks_and_what_stands_above_the_header_are_passed_over() {
    let mut third = usual();
    third.header_line = 3;
    assert_eq!(
        told("\u{feff}\u{feff}a,b\n1,2\n", usual()),
        ["1 a|b", "2 1|2"]
    );
    for end in ["\n", "\r\n", "\r"] {
        let text = ["a \"title", "", "a,b", "1,2", ""].join(end);
        let third = ended_by(third, end);
        assert_eq!(told(&text, third), ["3 a|b", "4 1|2"], "{end:?}");
    }
    assert!(told("only\none", third).is_empty());
}

#[test]
fn a_lone_quote_swallows_no_rows() {
    let text = "a,b,c,d,e\n1,\"x,y,z,\n2,x,y,z,\n3,6' 2\",y,z,\n4,x,y,z,\n";
    let expected = [
        "1 a|b|c|d|e",
        "2 LoneQuote",
        "3 2|x|y|z|",
        "4 LoneQuote",
        "5 4|x|y|z|",
    ];
    assert_eq!(told(text, usual()), expected);
    let unclosed = "a,b,c\n1,\"x,y\n2,x,y\n";
    assert_eq!(
        told(unclosed, usual()),
        ["1 a|b|c", "2 LoneQuote", "3 2|x|y"]
    );
    let cut_off = "a,b,c\n1,\"x,y\n2,x";
    assert_eq!(told(cut_off, usual()), ["1 a|b|c", "2 CutOff"]);
}

#[test]
fn a_value_of_several_lines_stays_one_and_what_may_be_either_is_in_doubt() {
    let text = "a,b,c,d\n1,\"x\ny\",z,w\n2,\"x,\n,y\",z,w\n";
    assert_eq!(
        told(text, usual()),
        ["1 a|b|c|d", "2 1|x\ny|z|w", "4 2|x,\n,y|z|w"]
    );
    // One of the rows between two lone quotes may be faulty itself.
    let ragged = "a,b,c\n1,\"x,y\n2,x\n3,y\",z\n4,x,y\n";
    assert_eq!(told(ragged, usual()), ["1 a|b|c", "2 LoneQuote", "5 4|x|y"]);
    let either = "a,b\n\"x,y\nz\",1\n2,3\n";
    assert_eq!(told(either, usual()), ["1 a|b", "2 LoneQuote", "4 2|3"]);
}

#[test]
fn escapes_are_undone_in_quotes_and_in_doubt_outside() {
    let backslash = dialect(Delimiter::Comma, Quote::Double, Escape::Backslash);
    let text = "a,b\n\"6\\\" x\",\"C:\\\\d\\\\\"\n\\N,C:\\d\n\"x\\y\",1\nx\\\"y,1\nC:\\\\d,1\n";
    let expected = [
        "1 a|b",
        "2 6\" x|C:\\d\\",
        "3 \\N|C:\\d",
        "4 LoneEscape",
        "5 OutsideQuotes",
        "6 OutsideQuotes",
    ];
    assert_eq!(told(text, backslash), expected);
    let apostrophe = dialect(Delimiter::Comma, Quote::Double, Escape::Apostrophe);
    let text = "a,b\n\"6'\" x\",\"it''s\"\nit's,\"it's\"\n";
    assert_eq!(
        told(text, apostrophe),
        ["1 a|b", "2 6\" x|it's", "3 LoneEscape"]
    );
    let none = dialect(Delimiter::Comma, Quote::None, Escape::Doubled);
    assert_eq!(told("a,b\n\"x,6\"\"\n", none), ["1 a|b", "2 \"x|6\"\""]);
}

#[test]
fn a_record_that_dialects_read_differently_waits_for_the_answer() {
    let of = |row: &str| told(&format!("a,b\n{row}\n"), usual()).pop();
    for row in [
        "\"Screen 27\\\"\",x",
        "\"C:\\\\d\",x",
        "\"C:\\d\\\",x",
        "\"the 'best'\",x",
        "'x',y",
        "'x, y',z",
    ] {
        assert_eq!(of(row).as_deref(), Some("2 Doubtful"), "{row}");
    }
    for row in ["\"C:\\d\",O'Brien", "d'Arc,\"it's\"", "\\N,27'"] {
        assert!(of(row).is_some_and(|told| told.contains('|')), "{row}");
    }
}

#[test]
fn the_other_line_end_is_a_character_as_any_other() {
    let text = "a,b\n1,x\ry\r\n2,z\r\n";
    assert_eq!(told(text, usual()), ["1 a|b", "2 1|x\ry", "3 2|z"]);
    let text = "a,b\r1,x\ny\r2,z";
    assert_eq!(
        told(text, ended_by(usual(), "\r")),
        ["1 a|b", "2 1|x\ny", "3 2|z"]
    );
}

#[test]
fn without_quotes_an_escape_stands_before_everything() {
    let none = dialect(Delimiter::Comma, Quote::None, Escape::Backslash);
    let text = "a,b\nx\\,y,\\\"\n1\\\n2,\\\\\n";
    assert_eq!(told(text, none), ["1 a|b", "2 x,y|\"", "3 1\n2|\\"]);
}

#[test]
fn what_may_be_an_escape_outside_quotes_is_in_doubt() {
    for row in [
        "x\\\"y,1",
        "O\\'Brien,1",
        "C:\\\\d,1",
        "C:\\,1",
        "O''Brien,1",
        "x'\"y,1",
    ] {
        assert_eq!(
            told(&format!("a,b\n{row}\n"), usual()),
            ["1 a|b", "2 OutsideQuotes"]
        );
    }
    for (row, read) in [("6' 2\",x", "6' 2\"|x"), ("\\N,C:\\d", "\\N|C:\\d")] {
        assert_eq!(
            told(&format!("a,b\n{row}\n"), usual()),
            ["1 a|b", &format!("2 {read}")]
        );
    }
    // The line end may be escaped, so that the next line is no row.
    let text = "a,b\nx,y\\\nz,1\nw,2\n";
    assert_eq!(
        told(text, usual()),
        ["1 a|b", "2 OutsideQuotes", "3 OutsideQuotes", "4 w|2"]
    );
    let told_doubled = dialect(Delimiter::Comma, Quote::Double, Escape::Doubled);
    assert_eq!(
        told("a,b\nO''Brien,C:\\\n", told_doubled),
        ["1 a|b", "2 O''Brien|C:\\"]
    );
}

#[test]
fn a_misquoted_record_says_why() {
    for what in [
        Misquote::TextBehind,
        Misquote::LoneQuote,
        Misquote::LoneEscape,
        Misquote::OutsideQuotes,
    ] {
        assert!(!what.words().ends_with('.'));
    }
    assert_eq!(told("a,b\n\"x\"y,1\n", usual()), ["1 a|b", "2 TextBehind"]);
}

fn table() -> impl Strategy<Value = Vec<Vec<String>>> {
    let some = [
        ',', ';', '|', ':', '\t', ' ', '"', '\'', '\\', '\n', '\r', 'é', 'x',
    ];
    let field = prop_oneof![
        3 => "[a-z]{0,20}",
        2 => proptest::collection::vec(prop::sample::select(some.to_vec()), 0..6)
            .prop_map(String::from_iter),
    ];
    proptest::collection::vec(proptest::collection::vec(field, 1..5), 1..8)
}

fn any_dialect() -> impl Strategy<Value = Dialect> {
    let delimiter = prop::sample::select(Delimiter::ALL.to_vec());
    let quote = prop::sample::select(vec![Quote::Double, Quote::Single]);
    let escape = vec![Escape::Doubled, Escape::Backslash, Escape::Apostrophe];
    (delimiter, quote, prop::sample::select(escape)).prop_map(|(d, q, e)| dialect(d, q, e))
}

/// A field in quotes if it needs them.
fn written(field: &str, of: Dialect, is_quoted: bool) -> String {
    let quote = char::from(of.quote.byte().expect("there is one"));
    let escape = match of.escape {
        Escape::Doubled => quote,
        Escape::Backslash => '\\',
        Escape::Apostrophe => '\'',
    };
    let special = [quote, escape, '\n', '\r', ' ', '\t', '\\'];
    let needs = |c: char| special.contains(&c) || c == char::from(of.delimiter.byte());
    // A line of nothing, and a comment, are passed over.
    if !is_quoted && !field.is_empty() && !field.contains(needs) {
        return field.to_owned();
    }
    let mut text = String::from(quote);
    for c in field.chars() {
        if c == quote || c == escape {
            text.push(escape);
        }
        text.push(c);
    }
    text.push(quote);
    text
}

proptest! {
    #[test]
    fn what_was_written_is_read(
        table in table(),
        piece in 1_usize..9,
        dialect in any_dialect(),
        is_quoted in any::<bool>(),
        end in prop::sample::select(vec!["\n", "\r\n", "\r"]),
    ) {
        let dialect = ended_by(dialect, end);
        let last = *end.as_bytes().last().expect("there is one");
        let mut text = String::new();
        let mut expected = vec![];
        // A header wider than any line of a value: no quote is taken for a lone one.
        let header = vec!["h".to_owned(); 40];
        for row in [&header].into_iter().chain(&table) {
            let fields: Vec<_> = row.iter().map(|f| written(f, dialect, is_quoted)).collect();
            let bytes = row.iter().map(|field| field.clone().into_bytes());
            expected.push((n_line_ends(text.as_bytes(), last) + 1, bytes.collect()));
            text += &fields.join(&String::from(char::from(dialect.delimiter.byte())));
            text += end;
        }
        let rows = read(text.as_bytes(), piece, dialect).expect("it is whole");
        prop_assert_eq!(rows, expected);
    }

    #[test]
    fn another_reader_of_doubled_quotes_reads_the_same(
        table in table(),
        piece in 1_usize..9,
        is_quoted in any::<bool>(),
        is_crlf in any::<bool>(),
        delimiter in prop::sample::select(Delimiter::ALL.to_vec()),
    ) {
        let end = if is_crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let style = if is_quoted { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary };
        let dialect = dialect(delimiter, Quote::Double, Escape::Doubled);
        let mut text: Vec<u8> = vec![];
        let mut expected = vec![];
        let header = vec!["h".to_owned(); 40];
        for row in [&header].into_iter().chain(&table) {
            let mut writer = csv::WriterBuilder::new()
                .flexible(true)
                .delimiter(delimiter.byte())
                .terminator(end)
                .quote_style(style)
                .from_writer(vec![]);
            writer.write_record(row).expect("memory can be written");
            let line = n_line_ends(&text, b'\n') + 1;
            let written = writer.into_inner().expect("memory can be written");
            text.extend(&written);
            let fields: Vec<_> = row.iter().map(|field| {
                let special = ['"', '\n', '\r', char::from(delimiter.byte())];
                let is_plain = !is_quoted && !field.contains(special);
                let is_blank = is_plain && field.trim_matches([' ', '\t']).is_empty();
                let field = if is_blank { "" } else { field };
                field.to_owned().into_bytes()
            }).collect();
            // Rows of nothing but blanks and delimiters are passed over.
            let is_blank = |b: &u8| b" \t\r\n".contains(b) || *b == delimiter.byte();
            if !written.iter().all(is_blank) {
                expected.push((line, fields));
            }
        }
        let rows = read(&text, piece, dialect).expect("it is whole");
        prop_assert_eq!(rows, expected);
    }

    #[test]
    fn any_bytes_are_read_the_same_in_pieces_of_any_size(
        bytes in proptest::collection::vec(
            prop_oneof![
                prop::sample::select(b",\"'\\\n\r # \x1a".to_vec()),
                any::<u8>()
            ],
            0..60
        ),
        piece in 1_usize..9,
        dialect in any_dialect(),
    ) {
        // Marks of other encodings would be taken for what they are.
        prop_assume!(!bytes.starts_with(&[0xff]) && !bytes.starts_with(&[0xfe]));
        for dialect in [dialect, usual()] {
            let whole = read(&bytes, 1 << 20, dialect).ok();
            prop_assert_eq!(read(&bytes, piece, dialect).ok(), whole);
        }
    }
}
