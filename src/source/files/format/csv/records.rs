//! Delimited text as records; copies a record only if it holds escaped quotes.
//!
//! The `csv` crate reads the same files, but grows without bound on an unclosed quote, takes such a quote at the end of
//! the file for a whole record, and loses count of the lines at `\r\n`.

use memchr::{memchr, memchr2};

pub(in crate::source) use super::split::Field;
use super::{
    dialect::{Dialect, Open, Syntax},
    split::{self, Attempt, Lines, Split},
};
use crate::source::files::input::{MAX_RECORD, Stop, Window};

/// The records of one file, one after the other.
pub(in crate::source) struct CsvRecords {
    window: Window,
    dialect: Dialect,
    syntax: Syntax,
    /// How many fields the header has.
    width: Option<usize>,
    fields: Vec<Field>,
    /// The record again, if it has escapes that had to be undone.
    unescaped: Vec<u8>,
    record: Split,
    has_begun: bool,
    /// How many bytes have been consumed.
    offset: u64,
    /// The line that starts behind what is consumed.
    next_line: u64,
    line: u64,
    /// Whether the record found last may go on in the next line.
    may_go_on: bool,
    /// The last line that a lone quote seemed to reach to.
    doubtful_to: u64,
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) enum Found {
    /// A record, ready in [`CsvRecords::record`].
    Record,
    /// A record whose values are in doubt.
    Misquoted(Misquote),
    /// A record over [`MAX_RECORD`], which was passed over.
    TooLarge,
    /// A record that cannot be read before the whole file has been asked; see [`CsvRecords::settle`].
    Doubtful,
    /// The end of the file.
    End,
}

/// Why the values of a record are in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) enum Misquote {
    TextBehind,
    LoneQuote,
    LoneEscape,
    OutsideQuotes,
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

impl Misquote {
    /// What is wrong, in plain words.
    pub(in crate::source) fn words(self) -> &'static str {
        match self {
            Self::TextBehind => {
                "text stands behind a closing quote, so that it is not clear what the value is"
            }
            Self::LoneQuote => "a quote opens or closes in it that has no other one in its row",
            Self::LoneEscape => "something else than a quote stands behind an escape in quotes",
            Self::OutsideQuotes => {
                "it may hold escapes outside quotes, so that it is not clear what the value is before \
                 `escape` is set"
            }
        }
    }
}

impl CsvRecords {
    /// Reads the records of this window; the first of them is the header.
    pub(in crate::source) fn new(window: Window, dialect: Dialect) -> Self {
        Self {
            window,
            dialect,
            syntax: Syntax::from(dialect),
            width: None,
            fields: vec![],
            unescaped: vec![],
            record: Split::default(),
            has_begun: false,
            offset: 0,
            next_line: 1,
            line: 1,
            may_go_on: false,
            doubtful_to: 0,
        }
    }

    /// Reads them for comparison: only what is sure to be wrong is a fault.
    pub(super) fn lenient(window: Window, dialect: Dialect) -> Self {
        let mut records = Self::new(window, dialect);
        records.syntax.strays = b"";
        records
    }

    /// The line that the record or the fault starts at, counted from 1.
    pub(in crate::source) fn line(&self) -> u64 {
        self.line
    }

    /// The dialect that the records are read by.
    pub(in crate::source) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Goes on with what the whole file has told, at the record that was [doubtful](Found::Doubtful).
    pub(in crate::source) fn settle(&mut self, dialect: Dialect) {
        self.dialect = dialect;
        self.syntax = Syntax::from(dialect);
    }

    /// Where the record ends that was found last, in bytes from the beginning of the text.
    pub(super) fn end(&self) -> u64 {
        self.offset + self.record.length as u64
    }

    /// How many fields the header has.
    pub(super) fn width(&self) -> Option<usize> {
        self.width
    }

    /// The text from what was found last on.
    pub(in crate::source) fn window(&self) -> &Window {
        &self.window
    }

    /// The bytes of the record found last, as they stand in the file.
    pub(in crate::source) fn raw(&self) -> &[u8] {
        let bytes = self.window.bytes();
        bytes.get(..self.record.length).unwrap_or_default()
    }

    /// The record that [`next`](Self::next) found.
    pub(in crate::source) fn record(&self) -> Record<'_> {
        let bytes = if self.record.has_escape {
            &self.unescaped
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
        if !self.has_begun {
            self.pass_above()?;
            self.has_begun = true;
        }
        loop {
            self.consume_record();
            if !self.skip_line_ends()? {
                return Ok(Found::End);
            }
            self.line = self.next_line;
            let found = self.try_next()?;
            if !self.is_passed_over(found) {
                if found == Found::Record {
                    self.width.get_or_insert(self.fields.len());
                }
                return Ok(found);
            }
        }
    }

    fn try_next(&mut self) -> Result<Found, Stop> {
        loop {
            let bytes = self.window.bytes();
            let has_ended = self.window.has_ended();
            match split::split(bytes, &self.syntax, has_ended, &mut self.fields) {
                Attempt::Whole(split) => return Ok(self.found(split)),
                Attempt::Partial { in_quotes: true } if has_ended => {
                    return self.unclosed().ok_or(Stop::CutOff);
                }
                Attempt::Partial { in_quotes } if bytes.len() > MAX_RECORD => {
                    if in_quotes && let Some(found) = self.unclosed() {
                        return Ok(found);
                    }
                    self.pass_over(in_quotes)?;
                    return Ok(Found::TooLarge);
                }
                Attempt::Partial { .. } => self.window.fill()?,
            }
        }
    }

    fn found(&mut self, split: Split) -> Found {
        self.record = split;
        let was_going_on = std::mem::take(&mut self.may_go_on);
        let open = self.dialect.open;
        let is_looked_at = !self.syntax.strays.is_empty() || open != Open::default();
        let is_suspect = is_looked_at && memchr2(b'\\', b'\'', self.raw()).is_some();
        if is_suspect {
            if self.is_doubtful() {
                self.record = Split::default();
                self.may_go_on = was_going_on;
                return Found::Doubtful;
            }
            self.may_go_on = split::may_go_on(self.raw(), &self.syntax);
        }
        if self.width.is_some() && split.n_lines > 1 && self.is_held_by_lone_quote() {
            return Found::Misquoted(Misquote::LoneQuote);
        }
        if split.length > MAX_RECORD {
            return Found::TooLarge;
        }
        if split.is_misquoted {
            return Found::Misquoted(Misquote::TextBehind);
        }
        if self.line <= self.doubtful_to && self.has_quote() {
            return Found::Misquoted(Misquote::LoneQuote);
        }
        let has_stray = || split::has_stray_escape(self.raw(), &self.syntax, &self.fields);
        if was_going_on || (is_suspect && has_stray()) {
            return Found::Misquoted(Misquote::OutsideQuotes);
        }
        if split.has_escape && !self.unescape() {
            return Found::Misquoted(Misquote::LoneEscape);
        }
        Found::Record
    }

    fn unescape(&mut self) -> bool {
        let bytes = self.window.bytes();
        split::unescape(bytes, &self.syntax, &mut self.fields, &mut self.unescaped)
    }

    /// Whether the answer to an open question decides how this record is read.
    fn is_doubtful(&self) -> bool {
        let (syntax, open) = (&self.syntax, self.dialect.open);
        split::is_doubtful(self.raw(), syntax, open, &self.fields)
    }

    fn has_quote(&self) -> bool {
        let quote = self.syntax.quote;
        quote.is_some_and(|quote| memchr(quote, self.raw()).is_some())
    }

    /// Whether the lines of this record are rather rows that a lone quote seems to hold together. The first of them is
    /// then the record; the others are read as rows, unless they are so few that a value might look like them by chance.
    fn is_held_by_lone_quote(&mut self) -> bool {
        const SURELY: u64 = 12;
        let width = self.width.unwrap_or_default();
        match split::evenness(self.raw(), &self.syntax, width) {
            Lines::Uneven => return false,
            Lines::Even(n_lines) if (width as u64 - 1) * n_lines >= SURELY => {
                self.doubtful_to = self.line + n_lines - 1;
                self.keep_first_line();
            }
            Lines::Even(_) | Lines::EvenAtEnds => {}
        }
        true
    }

    /// What it means that a quote is not closed in all there is: that it is a lone one, if every line is even.
    fn unclosed(&mut self) -> Option<Found> {
        let bytes = self.window.bytes();
        let open = self.dialect.open;
        let may_be =
            |is_open: bool, escape| is_open && split::has_escaped(bytes, escape, &self.syntax);
        if may_be(open.backslash, b'\\') || may_be(open.apostrophe, b'\'') {
            return Some(Found::Doubtful);
        }
        let whole = if self.window.has_ended() {
            bytes
        } else {
            let end = bytes.iter().rposition(|b| *b == self.syntax.end)?;
            bytes.get(..=end).unwrap_or_default()
        };
        let width = self.width?;
        let n_lines = match split::evenness(whole, &self.syntax, width) {
            Lines::Even(n_lines) => n_lines,
            _ if split::begins_with_comment(bytes, &self.syntax, width) => 1,
            Lines::Uneven | Lines::EvenAtEnds => return None,
        };
        self.doubtful_to = self.line + n_lines - 1;
        self.keep_first_line();
        Some(Found::Misquoted(Misquote::LoneQuote))
    }

    fn keep_first_line(&mut self) {
        let line = split::lines(self.window.bytes(), self.syntax.end).next();
        self.record = Split {
            length: line.map_or(0, <[u8]>::len),
            n_lines: 1,
            is_terminated: true,
            ..Split::default()
        };
        self.fields.clear();
    }

    /// Whether this is no row and no fault: a comment, a row of nothing, or the mark that DOS ends a file with.
    fn is_passed_over(&mut self, found: Found) -> bool {
        if !matches!(found, Found::Record | Found::Misquoted(_)) {
            return false;
        }
        // Of the header, nothing but its fields is known.
        let width = self.width.unwrap_or(self.fields.len());
        let is_nothing = |b: &u8| matches!(b, b' ' | b'\t' | b'\r' | b'\n');
        let delimiter = self.syntax.delimiter;
        match self.raw().first() {
            Some(b'#') if self.fields.len() != width => {
                let is_comment = split::begins_with_comment(self.raw(), &self.syntax, width);
                if is_comment && self.record.n_lines > 1 {
                    self.keep_first_line();
                }
                is_comment
            }
            Some(b'\x1a') => {
                let mut bytes = self.raw().iter();
                bytes.all(|b| *b == b'\x1a' || is_nothing(b))
            }
            Some(first) if is_nothing(first) || *first == delimiter => {
                let mut bytes = self.raw().iter();
                let is_whole = self.record.is_terminated || [1, width].contains(&self.fields.len());
                is_whole && bytes.all(|b| *b == delimiter || is_nothing(b))
            }
            _ => false,
        }
    }

    fn consume(&mut self, n_bytes: usize) {
        self.offset += n_bytes as u64;
        self.window.consume(n_bytes);
    }

    fn consume_record(&mut self) {
        let length = self.record.length;
        self.next_line += self.record.n_lines;
        self.consume(length);
        self.record = Split::default();
    }

    /// Passes over the marks of the encoding and the lines above the header, as they stand.
    fn pass_above(&mut self) -> Result<(), Stop> {
        const MARK: &str = "\u{feff}";
        loop {
            while self.window.bytes().len() < MARK.len() && !self.window.has_ended() {
                self.window.fill()?;
            }
            if !self.window.bytes().starts_with(MARK.as_bytes()) {
                break;
            }
            self.consume(MARK.len());
        }
        while self.next_line < self.dialect.header_line {
            let bytes = self.window.bytes();
            match memchr(self.syntax.end, bytes) {
                Some(at) => {
                    self.next_line += 1;
                    self.consume(at + 1);
                }
                None if self.window.has_ended() => {
                    self.consume(bytes.len());
                    return Ok(());
                }
                None => {
                    if bytes.len() > MAX_RECORD {
                        self.consume(bytes.len());
                    }
                    self.window.fill()?;
                }
            }
        }
        Ok(())
    }

    /// Passes over empty lines; false at the end of the file.
    fn skip_line_ends(&mut self) -> Result<bool, Stop> {
        loop {
            match self.window.bytes().first() {
                Some(first) if *first == self.syntax.end => {
                    self.next_line += 1;
                    self.consume(1);
                }
                Some(_) => return Ok(true),
                None if self.window.has_ended() => return Ok(false),
                None => self.window.fill()?,
            }
        }
    }

    /// Consumes the rest of a record that is too large to hold; within it every quote opens or closes.
    fn pass_over(&mut self, mut in_quotes: bool) -> Result<(), Stop> {
        let end_of_line = self.syntax.end;
        self.next_line += split::n_line_ends(self.window.bytes(), end_of_line);
        self.consume(self.window.bytes().len());
        let mut is_escaped = false;
        loop {
            let bytes = self.window.bytes();
            let end = bytes.iter().position(|b| {
                let was_escaped = std::mem::take(&mut is_escaped);
                if was_escaped {
                } else if in_quotes && Some(*b) == self.syntax.escape {
                    is_escaped = true;
                } else if Some(*b) == self.syntax.quote {
                    in_quotes = !in_quotes;
                }
                *b == end_of_line && !in_quotes
            });
            let length = end.map_or(bytes.len(), |at| at + 1);
            let passed = bytes.get(..length).unwrap_or_default();
            self.next_line += split::n_line_ends(passed, end_of_line);
            self.consume(length);
            if end.is_some() {
                return Ok(());
            }
            if self.window.has_ended() {
                return if in_quotes { Err(Stop::CutOff) } else { Ok(()) };
            }
            self.window.fill()?;
        }
    }
}
