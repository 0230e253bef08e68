//! Takes delimited text apart into records, as RFC 4180 has them; copies a record only if it holds doubled quotes.
//!
//! The `csv` crate reads the same files, but grows without bound on an unclosed quote, takes such a quote at the end of
//! the file for a whole record, and loses count of the lines at `\r\n`.

use std::ops::Range;

use crate::source::files::input::{MAX_RECORD, Stop, Window};

/// Where a field stands within its record.
pub(in crate::source) type Field = Range<usize>;

/// The records of one file, one after the other.
pub(in crate::source) struct CsvRecords {
    window: Window,
    delimiter: u8,
    fields: Vec<Field>,
    /// The record again, if it has doubled quotes that had to be undone.
    undoubled: Vec<u8>,
    record: Split,
    /// The line that starts behind what is consumed.
    next_line: u64,
    line: u64,
    after_return: bool,
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) enum Found {
    /// A record, ready in [`CsvRecords::record`].
    Record,
    /// Text stands behind a closing quote, so that the value is in doubt.
    Misquoted,
    /// A record over [`MAX_RECORD`], which was passed over.
    TooLarge,
    /// The end of the file.
    End,
}

/// One record.
#[derive(Debug, Clone, Copy)]
pub(in crate::source) struct Record<'a> {
    /// Its bytes; fields point into them.
    pub(in crate::source) bytes: &'a [u8],
    pub(in crate::source) fields: &'a [Field],
    /// Whether a line end follows it.
    pub(in crate::source) is_terminated: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct Split {
    /// The bytes up to and with the end of the line.
    length: usize,
    n_lines: u64,
    is_terminated: bool,
    is_misquoted: bool,
    has_doubled: bool,
}

enum Attempt {
    Whole(Split),
    Partial { in_quotes: bool },
}

impl CsvRecords {
    /// Reads the records of this window; the first of them is the header.
    pub(in crate::source) fn new(window: Window, delimiter: u8) -> Self {
        Self {
            window,
            delimiter,
            fields: vec![],
            undoubled: vec![],
            record: Split::default(),
            next_line: 1,
            line: 1,
            after_return: false,
        }
    }

    /// The line that the record or the fault starts at, counted from 1.
    pub(in crate::source) fn line(&self) -> u64 {
        self.line
    }

    /// The text from what was found last on.
    pub(in crate::source) fn window(&self) -> &Window {
        &self.window
    }

    /// The bytes of the record found last, as they stand in the file.
    pub(in crate::source) fn raw(&self) -> &[u8] {
        self.window
            .bytes()
            .get(..self.record.length)
            .unwrap_or_default()
    }

    /// The record that [`next`](Self::next) found.
    pub(in crate::source) fn record(&self) -> Record<'_> {
        let bytes = if self.record.has_doubled {
            &self.undoubled
        } else {
            self.raw()
        };
        Record {
            bytes,
            fields: &self.fields,
            is_terminated: self.record.is_terminated,
        }
    }

    /// Goes on to the next record.
    pub(in crate::source) fn next(&mut self) -> Result<Found, Stop> {
        self.consume_record();
        if !self.skip_line_ends()? {
            return Ok(Found::End);
        }
        self.line = self.next_line;
        loop {
            let bytes = self.window.bytes();
            let attempt = split(
                bytes,
                self.delimiter,
                self.window.has_ended(),
                &mut self.fields,
            );
            match attempt {
                Attempt::Whole(split) => return Ok(self.found(split)),
                Attempt::Partial { in_quotes: true } if self.window.has_ended() => {
                    return Err(Stop::CutOff);
                }
                Attempt::Partial { in_quotes } if bytes.len() > MAX_RECORD => {
                    self.pass_over(in_quotes)?;
                    return Ok(Found::TooLarge);
                }
                Attempt::Partial { .. } => self.window.fill()?,
            }
        }
    }

    fn found(&mut self, split: Split) -> Found {
        self.record = split;
        if split.length > MAX_RECORD {
            return Found::TooLarge;
        }
        if split.is_misquoted {
            return Found::Misquoted;
        }
        if split.has_doubled {
            self.undouble();
        }
        Found::Record
    }

    fn consume_record(&mut self) {
        let length = self.record.length;
        if length > 0 {
            self.after_return = self.window.bytes().get(length - 1) == Some(&b'\r');
            self.next_line += self.record.n_lines;
            self.window.consume(length);
            self.record = Split::default();
        }
    }

    /// Passes over empty lines; false at the end of the file.
    fn skip_line_ends(&mut self) -> Result<bool, Stop> {
        loop {
            match self.window.bytes().first() {
                Some(b'\n') if self.after_return => self.after_return = false,
                Some(b'\n') => self.next_line += 1,
                Some(b'\r') => {
                    self.next_line += 1;
                    self.after_return = true;
                }
                Some(_) => return Ok(true),
                None if self.window.has_ended() => return Ok(false),
                None => {
                    self.window.fill()?;
                    continue;
                }
            }
            self.window.consume(1);
        }
    }

    /// Consumes the rest of a record that is too large to hold; within it every quote opens or closes.
    fn pass_over(&mut self, mut in_quotes: bool) -> Result<(), Stop> {
        self.next_line += n_newlines(self.window.bytes());
        self.window.consume(self.window.bytes().len());
        self.after_return = false;
        loop {
            let bytes = self.window.bytes();
            let end = bytes.iter().position(|b| match b {
                b'"' => {
                    in_quotes = !in_quotes;
                    false
                }
                b'\n' => !in_quotes,
                _ => false,
            });
            let length = end.map_or(bytes.len(), |at| at + 1);
            self.next_line += n_newlines(bytes.get(..length).unwrap_or_default());
            self.window.consume(length);
            if end.is_some() {
                return Ok(());
            }
            if self.window.has_ended() {
                return if in_quotes { Err(Stop::CutOff) } else { Ok(()) };
            }
            self.window.fill()?;
        }
    }

    /// Writes the record anew with `""` as `"`; the quotes around the fields are already outside of them.
    fn undouble(&mut self) {
        self.undoubled.clear();
        let bytes = self.window.bytes();
        for field in &mut self.fields {
            let start = self.undoubled.len();
            let before = field.start.checked_sub(1).and_then(|at| bytes.get(at));
            let is_quoted = before == Some(&b'"');
            let mut was_quote = false;
            for byte in bytes.get(field.clone()).unwrap_or_default() {
                was_quote = is_quoted && *byte == b'"' && !was_quote;
                if !was_quote {
                    self.undoubled.push(*byte);
                }
            }
            *field = start..self.undoubled.len();
        }
    }
}

/// How many lines end in these bytes; `\r\n` is one end, and so is `\r` alone.
fn n_line_ends(bytes: &[u8]) -> u64 {
    let mut n_lines = 0;
    let mut after_return = false;
    for byte in bytes {
        n_lines += u64::from(*byte == b'\r' || (*byte == b'\n' && !after_return));
        after_return = *byte == b'\r';
    }
    n_lines
}

fn n_newlines(bytes: &[u8]) -> u64 {
    bytes.iter().map(|b| u64::from(*b == b'\n')).sum()
}

/// Finds the fields of the record these bytes begin with.
fn split(bytes: &[u8], delimiter: u8, is_all: bool, fields: &mut Vec<Field>) -> Attempt {
    fields.clear();
    let mut split = Split::default();
    let mut at = 0;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        if rest.first() == Some(&b'"') {
            let start = at + 1;
            let Some(end) = closing_quote(bytes, start, &mut split) else {
                return Attempt::Partial { in_quotes: true };
            };
            fields.push(start..end);
            at = end + 1;
            let rest = bytes.get(at..).unwrap_or_default();
            split.is_misquoted |= rest.first().is_some_and(|b| !ends_field(*b, delimiter));
        } else {
            fields.push(at..at);
        }
        let rest = bytes.get(at..).unwrap_or_default();
        let Some(length) = rest.iter().position(|b| ends_field(*b, delimiter)) else {
            if !is_all {
                return Attempt::Partial { in_quotes: false };
            }
            extend(fields, at, bytes.len());
            split.length = bytes.len();
            return Attempt::Whole(split);
        };
        extend(fields, at, at + length);
        at += length + 1;
        if rest.get(length) != Some(&delimiter) {
            split.length = at;
            split.n_lines += 1;
            split.is_terminated = true;
            return Attempt::Whole(split);
        }
    }
}

/// Lets an unquoted field, which is still empty, reach to its end.
fn extend(fields: &mut [Field], start: usize, end: usize) {
    if let Some(last) = fields.last_mut().filter(|last| last.end == start) {
        last.end = end;
    }
}

fn ends_field(byte: u8, delimiter: u8) -> bool {
    byte == delimiter || byte == b'\n' || byte == b'\r'
}

/// Where the quote that closes this field stands; nothing if it is not yet in memory.
fn closing_quote(bytes: &[u8], start: usize, split: &mut Split) -> Option<usize> {
    let mut at = start;
    let end = loop {
        at += bytes.get(at..)?.iter().position(|b| *b == b'"')?;
        match bytes.get(at + 1) {
            Some(b'"') => {
                split.has_doubled = true;
                at += 2;
            }
            _ => break at,
        }
    };
    split.n_lines += n_line_ends(bytes.get(start..end).unwrap_or_default());
    Some(end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Rows = Vec<(u64, Vec<Vec<u8>>)>;

    fn read(bytes: &[u8], piece: usize, delimiter: u8) -> Result<Rows, Stop> {
        let mut records = CsvRecords::new(Window::in_pieces(bytes, piece), delimiter);
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

    #[test]
    fn doubled_quotes_are_one_only_between_quotes() {
        let rows = read(b"a\"\"b,\"x\"\"y\"\n", 1, b',').expect("it is whole");
        assert_eq!(rows, [(1, vec![b"a\"\"b".to_vec(), b"x\"y".to_vec()])]);
    }

    fn table() -> impl Strategy<Value = Vec<Vec<String>>> {
        let field = prop_oneof![
            3 => "[a-z]{0,5}",
            2 => proptest::collection::vec(
                prop_oneof![Just(','), Just(';'), Just('"'), Just('\n'), Just('\r'), Just('é'), Just('x')],
                0..6
            ).prop_map(String::from_iter),
        ];
        proptest::collection::vec(proptest::collection::vec(field, 1..5), 1..8)
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(
            table in table(),
            piece in 1_usize..9,
            is_quoted in any::<bool>(),
            is_crlf in any::<bool>(),
            is_semicolon in any::<bool>(),
        ) {
            let delimiter = if is_semicolon { b';' } else { b',' };
            let end = if is_crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
            let style = if is_quoted { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary };
            let mut text: Vec<u8> = vec![];
            let mut expected = vec![];
            for row in &table {
                let mut writer = csv::WriterBuilder::new()
                    .flexible(true)
                    .delimiter(delimiter)
                    .terminator(end)
                    .quote_style(style)
                    .from_writer(vec![]);
                writer.write_record(row).expect("memory can be written");
                let fields = row.iter().map(|field| field.clone().into_bytes()).collect();
                expected.push((n_line_ends(&text) + 1, fields));
                text.extend(writer.into_inner().expect("memory can be written"));
            }
            prop_assert_eq!(read(&text, piece, delimiter).expect("it is whole"), expected);
        }

        #[test]
        fn any_bytes_are_read_the_same_in_pieces_of_any_size(
            bytes in proptest::collection::vec(
                prop_oneof![Just(b','), Just(b'"'), Just(b'\n'), Just(b'\r'), any::<u8>()],
                0..60
            ),
            piece in 1_usize..9,
        ) {
            // Marks of other encodings would be taken for what they are.
            prop_assume!(!bytes.starts_with(&[0xff]) && !bytes.starts_with(&[0xfe]));
            let whole = read(&bytes, 1 << 20, b',').ok();
            prop_assert_eq!(read(&bytes, piece, b',').ok(), whole);
        }
    }
}
