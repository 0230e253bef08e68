//! Asks a whole file which of two dialects it is written in.
//!
//! Both readings go side by side. Between two places where both have ended a record, one may find records that are even
//! and the other may not: that is evidence, and one contradiction is enough for a question to a person. A file that both
//! read without a fault, but differently, is a question too.

use std::sync::Arc;

use memchr::memchr2_iter;

use super::{
    dialect::Dialect,
    records::{CsvRecords, Found},
};
use crate::{
    model::{Escape, Quote},
    source::{
        Error,
        files::{
            input::Stop,
            listing::Entry,
            shape::{open_window, stopped},
        },
    },
};

/// The dialect with its open questions answered, or a question for a person.
pub(in crate::source) fn settle(entry: &Entry, dialect: Dialect) -> Result<Dialect, Error> {
    let traces = Traces::of(entry, dialect)?;
    let mut ways = vec![dialect.closed()];
    ways.extend(
        dialect
            .others()
            .into_iter()
            .filter(|way| traces.allow(*way)),
    );
    let mut question = None;
    'ways: for way in &ways {
        for rival in ways.iter().filter(|rival| *rival != way) {
            match compare(entry, *way, *rival)? {
                Verdict::First => {}
                Verdict::Second => continue 'ways,
                Verdict::Unclear { line } => {
                    question.get_or_insert((line, way.question(*rival)));
                    continue 'ways;
                }
            }
        }
        return Ok(*way);
    }
    let (line, what) = question.unwrap_or_else(|| (1, dialect.question(dialect)));
    let file = Arc::clone(&entry.name);
    Err(Error::DialectUnclear { file, line, what })
}

/// What a file has in it that a dialect could not do without: a look at every byte is faster than a reading.
#[derive(Debug, Clone, Copy, Default)]
struct Traces {
    backslash: bool,
    apostrophe: bool,
    single_quotes: bool,
}

impl Traces {
    fn of(entry: &Entry, dialect: Dialect) -> Result<Self, Error> {
        let mut window = open_window(entry)?;
        let mut found = Self::default();
        let mut before = b'\n';
        let delimiter = dialect.delimiter.byte();
        loop {
            let bytes = window.bytes();
            let length = bytes.len();
            for at in memchr2_iter(b'\\', b'\'', bytes) {
                let byte = bytes.get(at).copied().unwrap_or_default();
                let before = at
                    .checked_sub(1)
                    .map_or(Some(before), |at| bytes.get(at).copied());
                // At the edge, anything may follow.
                let after = bytes.get(at + 1).copied().unwrap_or(byte);
                let is_pair = after == byte || matches!(after, b'"' | b'\'');
                found.backslash |= is_pair && byte == b'\\';
                found.apostrophe |= is_pair && byte == b'\'';
                let begins = before.is_none_or(|b| b == delimiter || b.is_ascii_whitespace());
                found.single_quotes |= begins && byte == b'\'';
            }
            before = bytes.last().copied().unwrap_or(before);
            window.consume(length);
            if window.has_ended() {
                return Ok(found);
            }
            window.fill().map_err(|e| stopped(entry, 1, e.into()))?;
        }
    }

    fn allow(self, way: Dialect) -> bool {
        let may_be_escaped = match way.escape {
            Escape::Doubled => true,
            Escape::Backslash => self.backslash,
            Escape::Apostrophe => self.apostrophe,
        };
        may_be_escaped && (way.quote != Quote::Single || self.single_quotes)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    First,
    Second,
    Unclear { line: u64 },
}

fn compare(entry: &Entry, first: Dialect, second: Dialect) -> Result<Verdict, Error> {
    let mut first = Side::new(entry, first)?;
    let mut second = Side::new(entry, second)?;
    let mut differs_at = None;
    let mut for_first = None;
    let mut for_second = None;
    while !(first.has_ended() && second.has_ended()) {
        first.begin_stretch();
        second.begin_stretch();
        first.advance(entry)?;
        second.advance(entry)?;
        let line = first.line.min(second.line);
        let mut is_same = first.end == second.end && first.has_same(&second);
        while first.end != second.end {
            is_same = false;
            let behind = if first.end < second.end {
                &mut first
            } else {
                &mut second
            };
            behind.advance(entry)?;
        }
        match (first.is_bad, second.is_bad) {
            (false, true) => for_first = for_first.or(Some(line)),
            (true, false) => for_second = for_second.or(Some(line)),
            (false, false) if !is_same => differs_at = differs_at.or(Some(line)),
            _ => {}
        }
        if let (Some(a), Some(b)) = (for_first, for_second) {
            return Ok(Verdict::Unclear { line: a.max(b) });
        }
    }
    Ok(match (for_first, for_second, differs_at) {
        (None, Some(_), _) => Verdict::Second,
        (None, None, Some(line)) => Verdict::Unclear { line },
        _ => Verdict::First,
    })
}

/// One of the two readings.
struct Side {
    records: CsvRecords,
    /// Where its last record ends; beyond everything at the end of the file.
    end: u64,
    line: u64,
    /// Whether a record since the last common place is none that the file would have.
    is_bad: bool,
    is_header: bool,
}

impl Side {
    fn new(entry: &Entry, dialect: Dialect) -> Result<Self, Error> {
        Ok(Self {
            records: CsvRecords::lenient(open_window(entry)?, dialect.closed()),
            end: 0,
            line: 1,
            is_bad: false,
            is_header: true,
        })
    }

    fn has_ended(&self) -> bool {
        self.end == u64::MAX
    }

    fn begin_stretch(&mut self) {
        self.is_bad = false;
    }

    fn advance(&mut self, entry: &Entry) -> Result<(), Error> {
        let found = self.records.next();
        self.line = self.records.line();
        self.end = self.records.end();
        match found {
            Ok(Found::Record) => {
                let n_fields = self.records.record().fields.len();
                self.is_bad |= self.records.width() != Some(n_fields);
                self.is_bad |= self.is_header && self.is_wrapped_in_other_quotes();
            }
            Ok(Found::Misquoted(_) | Found::TooLarge | Found::Doubtful) => self.is_bad = true,
            Ok(Found::End) => self.end = u64::MAX,
            Err(Stop::CutOff) => {
                self.is_bad = true;
                self.end = u64::MAX;
            }
            Err(stop) => return Err(stopped(entry, self.line, stop)),
        }
        self.is_header = false;
        Ok(())
    }

    /// Whether every field has the quotes around it that this reading takes for ordinary characters.
    fn is_wrapped_in_other_quotes(&self) -> bool {
        let other = match self.records.dialect().quote {
            Quote::Double => b'\'',
            Quote::Single => b'"',
            Quote::None => return false,
        };
        let is_wrapped =
            |t: &[u8]| t.len() > 1 && t.first() == Some(&other) && t.last() == Some(&other);
        self.texts().all(|text| text.is_some_and(is_wrapped))
    }

    fn has_same(&self, other: &Self) -> bool {
        self.texts().eq(other.texts())
    }

    fn texts(&self) -> impl Iterator<Item = Option<&[u8]>> {
        let record = self.records.record();
        let fields = record.fields.iter();
        fields.map(move |field| record.bytes.get(field.clone()))
    }
}
