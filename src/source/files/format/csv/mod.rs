//! Rows of a delimited file: which column fills which cell, and which records are no rows.

use std::sync::Arc;

pub(in crate::source) mod records;

use self::records::{CsvRecords, Found, Record};
use crate::{
    model::AudienceId,
    source::{
        Error, Projection,
        columns::{self, Fact, OWN_NAMESPACE},
        files::{
            input::Stop,
            listing::Entry,
            shape::{self, Layout},
        },
        out::Out,
        timestamp,
    },
};

/// Where the cells of a row come from, in the order of the projection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::source) struct CsvPlan {
    delimiter: u8,
    n_columns: usize,
    cells: Vec<Cell>,
    /// For each audience the column that says since when its status holds.
    times: Vec<Option<usize>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cell {
    Column(usize),
    /// Who is in the file is in the audience.
    Realized,
    Absent,
}

/// Finds the columns that a projection asks for.
pub(in crate::source) fn plan(
    entry: &Entry,
    layout: Layout,
    delimiter: u8,
    header: &[String],
    projection: &Projection,
) -> Result<CsvPlan, Error> {
    let header = Header::new(entry, header);
    let id = header.field(&projection.outreach_id)?;
    let mut cells = vec![Cell::Column(id)];
    for attribute in &projection.attributes {
        cells.push(Cell::Column(header.field(attribute)?));
    }
    let mut times = vec![];
    for audience in &projection.audiences {
        let own = entry.facts.audience.as_ref();
        let is_own = own.is_some_and(|own| own.as_str().eq_ignore_ascii_case(audience.as_str()));
        let (cell, time) = match layout {
            Layout::PerAudience if is_own => header.own_membership()?,
            Layout::PerAudience => (Cell::Absent, None),
            Layout::Wide | Layout::Profiles => header.membership(audience)?,
        };
        cells.push(cell);
        times.push(time);
    }
    Ok(CsvPlan {
        delimiter,
        n_columns: header.names.len(),
        cells,
        times,
    })
}

struct Header<'a> {
    entry: &'a Entry,
    names: &'a [String],
    plain: Vec<String>,
}

impl<'a> Header<'a> {
    fn new(entry: &'a Entry, names: &'a [String]) -> Self {
        let plain = names.iter().map(|name| columns::plain(name)).collect();
        Self {
            entry,
            names,
            plain,
        }
    }

    /// The column of a field, which may be an identity.
    fn field(&self, field: &str) -> Result<usize, Error> {
        for name in columns::identity_columns(field) {
            if let Some(found) = self.find(&name)? {
                return Ok(found);
            }
        }
        Err(self.missing(field))
    }

    fn find(&self, name: &str) -> Result<Option<usize>, Error> {
        let name = name.trim();
        if let Some(found) = self.only(name, |at| self.names.get(at).is_some_and(|n| n == name))? {
            return Ok(Some(found));
        }
        let plain = columns::plain(name);
        self.only(name, |at| self.plain.get(at) == Some(&plain))
    }

    fn membership(&self, audience: &AudienceId) -> Result<(Cell, Option<usize>), Error> {
        let name = format!("segmentMembership.{OWN_NAMESPACE}.{audience}.status");
        let find = |fact, is_own_only: bool| {
            self.only(&name, |at| {
                let found = self
                    .names
                    .get(at)
                    .and_then(|name| columns::membership(name));
                found.is_some_and(|found| {
                    let is_own = found.namespace.eq_ignore_ascii_case(OWN_NAMESPACE);
                    let id = found.audience.unwrap_or_default();
                    found.fact == fact
                        && (is_own || !is_own_only)
                        && id.eq_ignore_ascii_case(audience.as_str())
                })
            })
        };
        let status = match find(Fact::Status, true)? {
            Some(status) => Some(status),
            None => find(Fact::Status, false)?,
        };
        let status = status.ok_or_else(|| self.missing(&name))?;
        let time = find(Fact::Qualified, true)?;
        Ok((Cell::Column(status), time))
    }

    fn own_membership(&self) -> Result<(Cell, Option<usize>), Error> {
        let find = |fact| {
            self.only("segmentMembership.seg_namespace.seg_id.status", |at| {
                let found = self
                    .names
                    .get(at)
                    .and_then(|name| columns::membership(name));
                found.is_some_and(|found| found.fact == fact && found.audience.is_none())
            })
        };
        let status = match find(Fact::Status)? {
            Some(status) => Some(status),
            None => self.only("status", |at| {
                let name = self.names.get(at);
                name.is_some_and(|name| columns::is_renamed_status(name))
            })?,
        };
        Ok((
            status.map_or(Cell::Realized, Cell::Column),
            find(Fact::Qualified)?,
        ))
    }

    fn only(&self, name: &str, is_it: impl Fn(usize) -> bool) -> Result<Option<usize>, Error> {
        let mut found = (0..self.names.len()).filter(|at| is_it(*at));
        let first = found.next();
        if found.next().is_some() {
            return Err(Error::ColumnTwice {
                file: Arc::clone(&self.entry.name),
                column: name.to_owned(),
            });
        }
        Ok(first)
    }

    fn missing(&self, name: &str) -> Error {
        Error::ColumnMissing {
            file: Arc::clone(&self.entry.name),
            column: name.to_owned(),
            present: self.names.to_vec(),
        }
    }
}

/// Reads the rows of the file.
pub(in crate::source) fn read(
    entry: &Entry,
    plan: &CsvPlan,
    out: &mut Out<'_>,
) -> Result<(), Error> {
    let mut records = CsvRecords::new(shape::open_window(entry)?, plan.delimiter);
    let mut is_header = true;
    let mut wrong_encoding = None;
    while !out.is_stopped() {
        let found = records.next();
        let line = records.line();
        match found.map_err(|stop| shape::stopped(entry, line, stop))? {
            Found::End => break,
            _ if is_header => is_header = false,
            Found::Record => {
                let is_decoded = records.window().is_decoded();
                if let Err(fault) = plan.add_row(line, records.record(), is_decoded, out)? {
                    fault.reject(entry, plan, &records, &mut wrong_encoding, out)?;
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
    Control,
}

impl CsvPlan {
    fn add_row(
        &self,
        line: u64,
        record: Record<'_>,
        is_decoded: bool,
        out: &mut Out<'_>,
    ) -> Result<Result<(), Fault>, Error> {
        if record.fields.len() < self.n_columns && !record.is_terminated {
            return Ok(Err(Fault::CutOff));
        }
        if record.fields.len() != self.n_columns {
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
        let cells = self.cells.iter().map(|cell| match cell {
            Cell::Column(column) => at(*column),
            Cell::Realized => Some("realized"),
            Cell::Absent => None,
        });
        if has_control(record.bytes)
            && cells
                .clone()
                .flatten()
                .any(|cell| has_control(cell.as_bytes()))
        {
            return Ok(Err(Fault::Control));
        }
        if out.is_merging() {
            let time = |column: &Option<usize>| at((*column)?).and_then(timestamp::millis);
            let times: Vec<_> = self.times.iter().map(time).collect();
            out.row(line, cells, &times)?;
        } else {
            out.row(line, cells, &[])?;
        }
        Ok(Ok(()))
    }
}

impl Fault {
    fn reject(
        self,
        entry: &Entry,
        plan: &CsvPlan,
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
            Self::Control => out.reject(
                line,
                "value_control_character",
                CONTROL_CHARACTER,
                Some(raw),
            ),
        }
        Ok(())
    }
}

pub(in crate::source) const CONTROL_CHARACTER: &str = "a value has a control character in it";

/// Whether there is a control character other than a tab or the end of a line.
pub(in crate::source) fn has_control(bytes: &[u8]) -> bool {
    let is_control = |b: &u8| (*b < b' ' && !matches!(b, b'\t' | b'\n' | b'\r')) || *b == 0x7f;
    // Without an early exit this is done many bytes at a time.
    bytes.iter().fold(false, |found, b| found | is_control(b))
}
