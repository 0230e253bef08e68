//! Delimited text: comma-separated and the like.

pub(in crate::source) mod records;

use std::{
    ops::{ControlFlow, Range},
    sync::Arc,
};

use self::records::{CsvRecords, Found, Record};
use super::{
    Format, Gathered, Plan, Written,
    table::{CONTROL_CHARACTER, RowFault, TablePlan, has_control},
};
use crate::{
    model::FileSource,
    source::{
        Error,
        files::{
            SourceFile,
            input::{MAX_RECORD, Stop},
            listing::Entry,
            shape::{self, Shape},
        },
        out::Out,
    },
};

/// Delimited text.
#[derive(Debug)]
pub(in crate::source) struct Delimited;

impl Format for Delimited {
    fn sniff(&self, entry: &Entry, settings: &FileSource) -> Result<Shape, Error> {
        sniff(entry, settings)
    }

    fn read(&self, file: &SourceFile, plan: &Plan, out: &mut Out<'_>) -> Result<(), Error> {
        match (&file.shape.written, plan) {
            (Written::Delimited { delimiter }, Plan::Table(plan)) => {
                read(&file.entry, *delimiter, plan, out)
            }
            _ => Ok(()),
        }
    }

    fn gather(
        &self,
        file: &SourceFile,
        _on_record: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<Option<Gathered>, Error> {
        Ok(Some(Gathered {
            columns: file.shape.columns.clone(),
            audiences: file.shape.audiences.clone(),
        }))
    }
}

/// Rows that the form of a file is told from.
const HEAD_ROWS: usize = 1000;

/// The first rows; a fault in them is for the reader to tell.
fn first_rows(records: &mut CsvRecords) -> Vec<Vec<String>> {
    let mut rows = vec![];
    while rows.len() < HEAD_ROWS
        && let Ok(Found::Record | Found::Misquoted | Found::TooLarge) = records.next()
    {
        let record = records.record();
        let cell = |field: &Range<usize>| {
            let bytes = record.bytes.get(field.clone()).unwrap_or_default();
            String::from_utf8_lossy(bytes).into_owned()
        };
        rows.push(record.fields.iter().map(cell).collect());
    }
    rows
}

fn sniff(entry: &Entry, settings: &FileSource) -> Result<Shape, Error> {
    let mut window = shape::open_window(entry)?;
    let not_text = || Error::NotText {
        file: Arc::clone(&entry.name),
    };
    let delimiter = loop {
        let (delimiter, is_whole) = delimiter(window.bytes(), &entry.name);
        if is_whole || window.has_ended() {
            break delimiter;
        }
        if window.bytes().len() > MAX_RECORD {
            return Err(not_text());
        }
        window
            .fill()
            .map_err(|e| shape::stopped(entry, 1, Stop::Io(e)))?;
    };
    let mut records = CsvRecords::new(window, delimiter);
    let found = records.next();
    let line = records.line();
    match found.map_err(|stop| shape::stopped(entry, line, stop))? {
        Found::Record | Found::End => {}
        Found::TooLarge => return Err(not_text()),
        Found::Misquoted => {
            let what = "text stands behind a closing quote in the header".to_owned();
            return Err(shape::stopped(entry, line, Stop::Damaged(what)));
        }
    }
    let record = records.record();
    let text = str::from_utf8(record.bytes).ok();
    let text = text.filter(|text| !text.contains(['\0', '\u{fffd}']));
    let text = text.ok_or_else(not_text)?;
    let columns = record.fields.iter().map(|field| text.get(field.clone()));
    let columns = columns.map(|name| name.unwrap_or_default().trim().to_owned());
    let columns: Vec<_> = columns.collect();
    let rows = first_rows(&mut records);
    let written = Written::Delimited { delimiter };
    Shape::of_table(entry, settings, written, columns, &rows)
}

/// The delimiter that is most frequent in the first line outside quotes, and whether that line is all there.
fn delimiter(bytes: &[u8], name: &str) -> (u8, bool) {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    let mut in_quotes = false;
    let mut has_begun = false;
    let mut is_whole = false;
    for byte in bytes {
        in_quotes ^= *byte == b'"';
        let is_end = !in_quotes && matches!(byte, b'\n' | b'\r');
        if is_end && has_begun {
            is_whole = true;
            break;
        }
        has_begun |= !is_end;
        if !in_quotes && let Some((_, count)) = counts.iter_mut().find(|(d, _)| d == byte) {
            *count += 1;
        }
    }
    let name = name.to_ascii_lowercase();
    let default = if name.contains(".tsv") { b'\t' } else { b',' };
    let found = counts.into_iter().filter(|(_, count)| *count > 0);
    // The first of equals wins, so that a comma goes before the others.
    let most = found.rev().max_by_key(|(_, count)| *count);
    (most.map_or(default, |(delimiter, _)| delimiter), is_whole)
}

/// Reads the rows of the file.
fn read(entry: &Entry, delimiter: u8, plan: &TablePlan, out: &mut Out<'_>) -> Result<(), Error> {
    let mut records = CsvRecords::new(shape::open_window(entry)?, delimiter);
    let mut is_header = true;
    while !out.is_stopped() {
        let found = records.next();
        let line = records.line();
        match found.map_err(|stop| shape::stopped(entry, line, stop))? {
            Found::End => break,
            _ if is_header => is_header = false,
            Found::Record => {
                let is_utf16 = records.is_utf16();
                if let Err(fault) = add_row(plan, line, records.record(), is_utf16, out)? {
                    fault.reject(entry, line, plan, records.record(), records.raw(), out)?;
                }
            }
            Found::Misquoted => out.reject(
                line,
                "row_misquoted",
                "text stands behind a closing quote, so that it is not clear what the value is",
                Some(records.raw()),
            ),
            Found::TooLarge => out.reject(line, "row_too_large", "the record is over 16 MB", None),
        }
    }
    Ok(())
}

/// Why a record is no row.
enum Fault {
    /// The last record stops short and has no end of line: the rest of the file is missing.
    CutOff,
    Ragged,
    Encoding,
    Row(RowFault),
}

fn add_row(
    plan: &TablePlan,
    line: u64,
    record: Record<'_>,
    is_utf16: bool,
    out: &mut Out<'_>,
) -> Result<Result<(), Fault>, Error> {
    if record.fields.len() < plan.n_columns && !record.is_terminated {
        return Ok(Err(Fault::CutOff));
    }
    if record.fields.len() != plan.n_columns {
        return Ok(Err(Fault::Ragged));
    }
    let text = match str::from_utf8(record.bytes) {
        Ok(text) => text,
        Err(e) if e.error_len().is_none() && !record.is_terminated => {
            return Ok(Err(Fault::CutOff));
        }
        Err(_) => return Ok(Err(Fault::Encoding)),
    };
    if is_utf16 && text.contains('\u{fffd}') {
        return Ok(Err(Fault::Encoding));
    }
    let at = |column: usize| text.get(record.fields.get(column)?.clone());
    let added = plan.add_row(line, at, has_control(record.bytes), out)?;
    Ok(added.map_err(Fault::Row))
}

impl Fault {
    fn reject(
        self,
        entry: &Entry,
        line: u64,
        plan: &TablePlan,
        record: Record<'_>,
        raw: &[u8],
        out: &mut Out<'_>,
    ) -> Result<(), Error> {
        match self {
            Self::CutOff => return Err(shape::stopped(entry, line, Stop::CutOff)),
            Self::Ragged => {
                let what = format!(
                    "it has {} columns, the header has {}",
                    record.fields.len(),
                    plan.n_columns
                );
                out.reject(line, "row_ragged", what, Some(raw));
            }
            Self::Encoding => out.reject(line, "row_encoding", WRONG_ENCODING, Some(raw)),
            Self::Row(RowFault::Control) => out.reject(
                line,
                "value_control_character",
                CONTROL_CHARACTER,
                Some(raw),
            ),
            Self::Row(RowFault::Leaver) => {
                return Err(entry.leaver_at(line));
            }
        }
        Ok(())
    }
}

pub(in crate::source) const WRONG_ENCODING: &str =
    "it has bytes that are no text in the file's encoding";
