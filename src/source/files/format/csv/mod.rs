//! Delimited text: comma-separated and the like.

mod dialect;
mod records;
#[cfg(test)]
mod records_tests;
mod settle;
mod sniff;
#[cfg(test)]
mod sniff_tests;
mod split;

use std::ops::{ControlFlow, Range};

pub(in crate::source) use self::dialect::Dialect;
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
            input::Stop,
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
        look(entry, settings)
    }

    fn read(&self, file: &SourceFile, plan: &Plan, out: &mut Out<'_>) -> Result<(), Error> {
        match (&file.shape.written, plan) {
            (Written::Delimited(dialect), Plan::Table(plan)) => {
                read(&file.entry, *dialect, plan, out)
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

/// The first rows below the header; a fault in them is for the reader to tell.
fn first_rows(entry: &Entry, dialect: Dialect) -> Result<Vec<Vec<String>>, Error> {
    let mut records = CsvRecords::new(shape::open_window(entry)?, dialect);
    let mut rows = vec![];
    while rows.len() <= HEAD_ROWS
        && let Ok(Found::Record | Found::Misquoted(_) | Found::TooLarge) = records.next()
    {
        let record = records.record();
        let cell = |field: &Range<usize>| {
            let bytes = record.bytes.get(field.clone()).unwrap_or_default();
            String::from_utf8_lossy(bytes).into_owned()
        };
        rows.push(record.fields.iter().map(cell).collect());
    }
    Ok(rows.split_off(rows.len().min(1)))
}

fn look(entry: &Entry, settings: &FileSource) -> Result<Shape, Error> {
    let (dialect, columns) = sniff::sniff(entry, shape::open_window(entry)?, &settings.reading)?;
    let rows = first_rows(entry, dialect)?;
    let written = Written::Delimited(dialect);
    Shape::of_table(entry, settings, written, columns, &rows)
}

/// Reads the rows of the file.
fn read(entry: &Entry, dialect: Dialect, plan: &TablePlan, out: &mut Out<'_>) -> Result<(), Error> {
    let mut records = CsvRecords::new(shape::open_window(entry)?, dialect);
    let mut is_header = true;
    let mut wrong_encoding = None;
    while !out.is_stopped() {
        let found = sniff::next(entry, &mut records)?;
        let line = records.line();
        match found {
            Found::End | Found::Doubtful => break,
            _ if is_header => is_header = false,
            Found::Record => {
                let is_decoded = records.window().is_decoded();
                if let Err(fault) = add_row(plan, line, records.record(), is_decoded, out)? {
                    fault.reject(entry, plan, &records, &mut wrong_encoding, out)?;
                }
            }
            Found::Misquoted(what) => {
                out.reject(line, "row_misquoted", what.words(), Some(records.raw()));
            }
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
    is_decoded: bool,
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
    if is_decoded && text.contains('\u{fffd}') {
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
        plan: &TablePlan,
        records: &CsvRecords,
        wrong_encoding: &mut Option<String>,
        out: &mut Out<'_>,
    ) -> Result<(), Error> {
        let (line, raw) = (records.line(), records.raw());
        match self {
            Self::CutOff => return Err(shape::stopped(entry, line, Stop::CutOff)),
            Self::Ragged => {
                let what = format!(
                    "it has {} columns, the header has {}",
                    records.record().fields.len(),
                    plan.n_columns
                );
                out.reject(line, "row_ragged", what, Some(raw));
            }
            Self::Encoding => {
                let what = wrong_encoding.get_or_insert_with(|| records.window().wrong_encoding());
                out.reject(line, "row_encoding", &**what, Some(raw));
            }
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
