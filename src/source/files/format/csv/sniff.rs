//! What the beginning of a delimited file tells: its delimiter, its quotes, and where its header is.

use std::{collections::HashSet, sync::Arc};

use super::{
    super::table::has_control,
    dialect::{Dialect, LineEnd, Syntax},
    records::{CsvRecords, Found},
    settle::settle,
    split::{self, Attempt, Field},
};
use crate::{
    model::{Delimiter, Quote, Reading},
    source::{
        Error,
        files::{
            input::{MAX_RECORD, Stop, Window},
            listing::Entry,
            shape::stopped,
        },
    },
};

/// So much of a file is looked at, if its first record is not larger.
const ENOUGH: usize = 256 << 10;
/// Records that are looked at to tell one delimiter from another.
const MOST_RECORDS: usize = 200;
/// The header is one of the first records.
const MOST_ABOVE: usize = 30;

/// The dialect of a file, and the names in its header.
pub(in crate::source) fn sniff(
    entry: &Entry,
    mut window: Window,
    reading: &Reading,
) -> Result<(Dialect, Vec<String>), Error> {
    let mut wanted = ENOUGH;
    let encoding = window.encoding();
    let dialect = loop {
        let mut filled = Ok(());
        while filled.is_ok() && window.bytes().len() < wanted && !window.has_ended() {
            filled = window.fill();
        }
        if let Some(dialect) = find(window.bytes(), window.has_ended(), &entry.name, reading) {
            break dialect;
        }
        // What stands before a fault is read first.
        filled.map_err(|e| stopped(entry, 1, e.into()))?;
        if window.bytes().len() > MAX_RECORD {
            return Err(not_text(entry));
        }
        wanted = window.bytes().len() * 2;
    };
    let mut records = CsvRecords::new(
        window,
        Dialect {
            encoding,
            ..dialect
        },
    );
    let columns = columns(entry, &mut records)?;
    records.settle(Dialect {
        is_padded: is_padded(&records),
        ..records.dialect()
    });
    // What is open is better asked for before a person sees the file than in the middle of a run.
    while records.end() < ENOUGH as u64 {
        match next(entry, &mut records) {
            Ok(Found::End) => break,
            Ok(_) => {}
            Err(error @ Error::DialectUnclear { .. }) => return Err(error),
            Err(_for_the_reader_to_tell) => break,
        }
    }
    Ok((records.dialect(), columns))
}

/// The next record, with the whole file asked where it has to be.
pub(super) fn next(entry: &Entry, records: &mut CsvRecords) -> Result<Found, Error> {
    loop {
        let found = records.next();
        let found = found.map_err(|stop| stopped(entry, records.line(), stop))?;
        if found != Found::Doubtful {
            return Ok(found);
        }
        records.settle(settle(entry, records.dialect())?);
    }
}

fn not_text(entry: &Entry) -> Error {
    let file = Arc::clone(&entry.name);
    Error::NotText { file }
}

fn columns(entry: &Entry, records: &mut CsvRecords) -> Result<Vec<String>, Error> {
    match next(entry, records)? {
        Found::Record | Found::End | Found::Doubtful => {}
        Found::TooLarge => return Err(not_text(entry)),
        Found::Misquoted(what) => {
            let what = format!("in the header, {}", what.words());
            return Err(stopped(entry, records.line(), Stop::Damaged(what)));
        }
    }
    let record = records.record();
    // A name that is not UTF-8 is in no mapping; the other columns can be read all the same.
    if has_control(record.bytes) || (records.window().is_decoded() && has_replaced(record.bytes)) {
        return Err(not_text(entry));
    }
    let name = |field: &Field| {
        let name = record.bytes.get(field.clone()).unwrap_or_default();
        String::from_utf8_lossy(name).trim().to_owned()
    };
    Ok(record.fields.iter().map(name).collect())
}

/// Whether blanks stand around most names in the header.
fn is_padded(records: &CsvRecords) -> bool {
    let record = records.record();
    let is_blank = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t'));
    let has_blanks = |field: &&Field| {
        let name = record.bytes.get((*field).clone()).unwrap_or_default();
        is_blank(name.first()) || is_blank(name.last())
    };
    let n_padded = record.fields.iter().filter(has_blanks).count();
    n_padded > 0 && n_padded * 2 >= record.fields.len()
}

/// Whether a character was replaced that could not be decoded.
fn has_replaced(bytes: &[u8]) -> bool {
    str::from_utf8(bytes).is_ok_and(|text| text.contains('\u{fffd}'))
}

/// The most likely dialect; nothing if the header is not yet all there.
fn find(bytes: &[u8], is_all: bool, name: &str, reading: &Reading) -> Option<Dialect> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let line_end = line_end(bytes);
    let (hint, above) = separator_hint(bytes, line_end);
    let delimiters = match reading.delimiter.or(hint) {
        Some(known) => vec![known],
        None => Delimiter::ALL.to_vec(),
    };
    let quotes = match reading.quote {
        Some(known) => vec![known],
        None if has_single_quotes(bytes) => vec![Quote::Double, Quote::Single],
        None => vec![Quote::Double],
    };
    let mut best: Option<Candidate> = None;
    for quote in quotes {
        for delimiter in &delimiters {
            let sample = Sample {
                bytes,
                line_end,
                is_all,
                above,
                header_line: reading.header_line,
            };
            let Some(found) = sample.candidate(*delimiter, quote, reading) else {
                continue;
            };
            if best.as_ref().is_none_or(|best| found.score > best.score) {
                best = Some(found);
            }
        }
    }
    let best = best?;
    let is_told = best.score.has_columns || delimiters.len() == 1;
    let is_tabbed = name.to_ascii_lowercase().contains(".tsv");
    let delimiter = if is_told {
        best.delimiter
    } else if is_tabbed {
        Delimiter::Tab
    } else {
        Delimiter::Comma
    };
    Some(Dialect {
        line_end,
        header_line: best.header_line,
        ..Dialect::usual(reading, delimiter)
    })
}

/// What ends the first line; what stands in quotes does not count.
fn line_end(bytes: &[u8]) -> LineEnd {
    let mut in_quotes = false;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'"' => in_quotes = !in_quotes,
            b'\n' if !in_quotes => break,
            b'\r' if !in_quotes && bytes.get(at + 1).is_some_and(|b| *b != b'\n') => {
                return LineEnd::Return;
            }
            _ => {}
        }
    }
    LineEnd::Newline
}

/// The delimiter that Excel's hint `sep=;` names, and how many lines it takes up.
fn separator_hint(bytes: &[u8], line_end: LineEnd) -> (Option<Delimiter>, u64) {
    let end = match line_end {
        LineEnd::Newline => b'\n',
        LineEnd::Return => b'\r',
    };
    let line = split::lines(bytes, end).next().unwrap_or_default();
    let is_quoted = line.starts_with(b"\"");
    let text: &[u8] = line.strip_prefix(b"\"").unwrap_or(line);
    let (word, rest) = text.split_at_checked(4).unwrap_or_default();
    if !word.eq_ignore_ascii_case(b"sep=") {
        return (None, 0);
    }
    let Some((delimiter, rest)) = rest.split_first() else {
        return (None, 0);
    };
    let mut behind = rest.iter().filter(|b| !(is_quoted && **b == b'"'));
    let is_alone = behind.all(u8::is_ascii_whitespace);
    let known = Delimiter::ALL.into_iter().find(|d| d.byte() == *delimiter);
    known
        .filter(|_| is_alone)
        .map_or((None, 0), |known| (Some(known), 1))
}

fn has_single_quotes(bytes: &[u8]) -> bool {
    let ends_field = |b: &u8| b",;\t|:\n\r ".contains(b);
    bytes.starts_with(b"'")
        || bytes
            .windows(2)
            .any(|pair| pair.get(1) == Some(&b'\'') && pair.first().is_some_and(ends_field))
}

/// How well a delimiter parts the records; the greatest is taken, and the first of equals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Score {
    has_columns: bool,
    /// Whether at least four of five records have as many fields as the header.
    is_even: bool,
    /// A colon stands in times and addresses.
    is_no_colon: bool,
    /// The number of fields if it is even, else how even it is.
    size: usize,
    per_mille: usize,
}

struct Candidate {
    delimiter: Delimiter,
    header_line: u64,
    score: Score,
}

/// The beginning of a file, as text.
struct Sample<'a> {
    bytes: &'a [u8],
    is_all: bool,
    line_end: LineEnd,
    /// Lines that are no records.
    above: u64,
    /// What a person has said.
    header_line: Option<u64>,
}

/// One of the first records that are not empty.
struct Head {
    line: u64,
    n_fields: usize,
    /// How many fields there are up to the last that is not empty.
    n_filled: usize,
    is_comment: bool,
    looks_like_header: bool,
}

impl Sample<'_> {
    /// How the sample looks with this delimiter and quote; nothing if not even the header is all there.
    fn candidate(
        &self,
        delimiter: Delimiter,
        quote: Quote,
        reading: &Reading,
    ) -> Option<Candidate> {
        let syntax = Syntax::from(Dialect {
            quote,
            line_end: self.line_end,
            ..Dialect::usual(reading, delimiter)
        });
        let heads = self.heads(&syntax);
        if heads.is_empty() && !self.is_all {
            return None;
        }
        let at = match self.header_line {
            Some(line) => heads.iter().position(|head| head.line >= line),
            None => Some(header_at(&heads)),
        };
        let rows = at.and_then(|at| heads.get(at..)).unwrap_or_default();
        let header = rows.first();
        let width = header.map_or_else(|| self.n_plain_fields(&syntax), |h| h.n_fields);
        let rows = rows.iter().filter(|r| !r.is_comment || r.n_fields == width);
        let n_even = rows.clone().filter(|row| row.n_fields == width).count();
        let per_mille = n_even * 1000 / rows.count().max(1);
        let is_even = per_mille >= 800;
        Some(Candidate {
            delimiter,
            header_line: self.header_line.or(header.map(|h| h.line)).unwrap_or(1),
            score: Score {
                has_columns: width > 1,
                is_even,
                is_no_colon: delimiter != Delimiter::Colon,
                size: if is_even { width } else { per_mille },
                per_mille,
            },
        })
    }

    /// How many fields the first line has, if a quote in it is never closed.
    fn n_plain_fields(&self, syntax: &Syntax) -> usize {
        let line = split::lines(self.bytes, syntax.end).next();
        split::n_plain_fields(line.unwrap_or_default(), syntax.delimiter)
    }

    fn heads(&self, syntax: &Syntax) -> Vec<Head> {
        let mut bytes = self.bytes;
        let mut line = 1;
        let to_pass = self
            .header_line
            .map_or(self.above, |line| line.saturating_sub(1));
        let to_pass = usize::try_from(to_pass).unwrap_or(usize::MAX);
        for passed in split::lines(self.bytes, syntax.end).take(to_pass) {
            bytes = bytes.get(passed.len()..).unwrap_or_default();
            line += 1;
        }
        let mut heads = vec![];
        let mut fields = vec![];
        while heads.len() < MOST_RECORDS && !bytes.is_empty() {
            let Attempt::Whole(found) = split::split(bytes, syntax, self.is_all, &mut fields)
            else {
                break;
            };
            let n_filled = fields
                .iter()
                .rposition(|f| !f.is_empty())
                .map_or(0, |at| at + 1);
            if n_filled > 0 {
                let filled = fields.get(..n_filled).unwrap_or_default();
                heads.push(Head {
                    line,
                    n_fields: fields.len(),
                    n_filled,
                    is_comment: bytes.starts_with(b"#"),
                    looks_like_header: heads.len() < MOST_ABOVE && looks_like_header(bytes, filled),
                });
            }
            line += found.n_lines;
            bytes = bytes.get(found.length..).unwrap_or_default();
        }
        heads
    }
}

/// Which of these is the header: the first that is no comment, unless all above another one are clearly titles of it.
fn header_at(heads: &[Head]) -> usize {
    let is_comment = |at: usize, head: &Head| {
        let mut below = heads.iter().skip(at + 1).filter(|row| !row.is_comment);
        head.is_comment
            && below
                .next()
                .is_some_and(|row| row.n_fields != head.n_fields)
    };
    let is_header = |at: usize, head: &Head| {
        let mut below = heads.iter().skip(at + 1);
        let mut above = heads.iter().take(at).enumerate();
        let has_rows = below.any(|row| row.n_fields == head.n_fields);
        let is_title = |title: &Head| {
            let is_short = title.n_filled == 1 || title.n_filled * 3 <= head.n_filled;
            has_rows && is_short && head.n_filled > 1
        };
        head.looks_like_header && above.all(|(at, title)| is_comment(at, title) || is_title(title))
    };
    let first = || {
        let first = heads.iter().take(MOST_ABOVE).enumerate();
        first.filter(|(at, head)| !is_comment(*at, head))
    };
    let found = first().skip(1).find(|(at, head)| is_header(*at, head));
    found.or_else(|| first().next()).map_or(0, |(at, _)| at)
}

/// Whether all of these are texts as names are, each once.
fn looks_like_header(bytes: &[u8], fields: &[Field]) -> bool {
    let mut seen = HashSet::new();
    fields.iter().all(|field| {
        let text = bytes.get(field.clone()).unwrap_or_default();
        let begins_as_name = text.first().is_some_and(|b| !b.is_ascii_digit());
        let has_letter = text.iter().any(|b| b.is_ascii_alphabetic() || *b >= 0x80);
        begins_as_name && has_letter && !text.contains(&b'@') && seen.insert(text)
    })
}
