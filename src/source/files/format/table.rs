//! Rows below a header: which column fills which cell, and what keeps a row from being one.

use std::sync::Arc;

use crate::{
    model::{AudienceId, MembershipStatus},
    source::{
        Error, Projection,
        columns::{self, Fact, MembershipName, OWN_NAMESPACE},
        files::{SourceFile, shape::Layout},
        null_words::NullWords,
        out::Out,
        status::OwnStatus,
        timestamp,
    },
};

/// Where the cells of a row come from, in the order of the projection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::source) struct TablePlan {
    pub(in crate::source) n_columns: usize,
    null_words: NullWords,
    cells: Vec<Cell>,
    /// For each audience the columns that say since and until when its status holds.
    times: Vec<Times>,
    has_ends: bool,
    /// Milliseconds since 1970, for memberships that have ended by themselves.
    now: i64,
    /// The place of the status in `cells`, if a row that says "left" shows that the file is no full snapshot.
    no_leaver: Option<usize>,
    /// Whether the ids are numbers with a decimal point, as programs write them that know no whole ones.
    has_decimal_ids: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cell {
    Column(usize),
    /// Who is in the file is in the audience.
    Realized,
    Absent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Times {
    since: Option<usize>,
    until: Option<usize>,
}

/// Finds the columns that a projection asks for; `is_full` says that the audience's file names everyone who is in it.
pub(in crate::source) fn plan(
    file: &SourceFile,
    layout: Layout,
    projection: &Projection,
    is_full: impl Fn(&AudienceId) -> bool,
) -> Result<TablePlan, Error> {
    let header = Header::new(file);
    let id = header.field(&projection.outreach_id)?;
    let mut cells = vec![Cell::Column(id)];
    for attribute in &projection.attributes {
        cells.push(Cell::Column(header.field(attribute)?));
    }
    let mut times = vec![];
    let mut no_leaver = None;
    for audience in &projection.audiences {
        let own = file.entry.facts.audience.as_ref();
        let is_own = own.is_some_and(|own| own.as_str().eq_ignore_ascii_case(audience.as_str()));
        let (cell, time) = match layout {
            Layout::PerAudience if is_own => {
                let found = header.own_membership(projection)?;
                let is_said = matches!(found.0, Cell::Column(_));
                no_leaver = (is_said && is_full(audience)).then_some(cells.len());
                found
            }
            Layout::PerAudience => (Cell::Absent, Times::default()),
            Layout::Wide | Layout::Profiles => header.membership(audience)?,
        };
        cells.push(cell);
        times.push(time);
    }
    Ok(TablePlan {
        n_columns: header.names.len(),
        null_words: file.shape.null_words.clone(),
        cells,
        has_ends: times.iter().any(|times| times.until.is_some()),
        times,
        now: projection.now.as_millisecond(),
        no_leaver,
        has_decimal_ids: file.shape.decimals.contains(&id),
    })
}

struct Header<'a> {
    file: &'a SourceFile,
    names: &'a [String],
    plain: Vec<String>,
    folded: Vec<String>,
}

impl<'a> Header<'a> {
    fn new(file: &'a SourceFile) -> Self {
        let names = &file.shape.columns;
        Self {
            file,
            names,
            plain: names.iter().map(|name| columns::plain(name)).collect(),
            folded: names.iter().map(|name| columns::folded(name)).collect(),
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

    /// The column of this very name, or else of one that means the same.
    fn find(&self, name: &str) -> Result<Option<usize>, Error> {
        let name = name.trim();
        if let Some(found) = self.only(name, |at| self.names.get(at).is_some_and(|n| n == name))? {
            return Ok(Some(found));
        }
        let plain = columns::plain(name);
        if let Some(found) = self.only(name, |at| self.plain.get(at) == Some(&plain))? {
            return Ok(Some(found));
        }
        let folded = columns::folded(name);
        self.only(name, |at| self.folded.get(at) == Some(&folded))
    }

    /// The only column that tells of a membership in this way.
    fn membership_column(
        &self,
        name: &str,
        is_it: impl Fn(&MembershipName<'_>) -> bool,
    ) -> Result<Option<usize>, Error> {
        self.only(name, |at| {
            let visible = self.names.get(at).map(|name| columns::visible(name));
            let found = visible.as_deref().and_then(columns::membership);
            found.is_some_and(|found| is_it(&found))
        })
    }

    fn membership(&self, audience: &AudienceId) -> Result<(Cell, Times), Error> {
        let name = format!("segmentMembership.{OWN_NAMESPACE}.{audience}.status");
        let find = |fact, is_own_only: bool| {
            self.membership_column(&name, |found| {
                let is_own = found.namespace.eq_ignore_ascii_case(OWN_NAMESPACE);
                let id = found.audience.unwrap_or_default();
                found.fact == fact
                    && (is_own || !is_own_only)
                    && id.eq_ignore_ascii_case(audience.as_str())
            })
        };
        let status = match find(Fact::Status, true)? {
            Some(status) => Some(status),
            None => find(Fact::Status, false)?,
        };
        let status = status.ok_or_else(|| self.missing(&name))?;
        let times = Times {
            since: find(Fact::Qualified, true)?,
            until: find(Fact::ValidUntil, true)?,
        };
        Ok((Cell::Column(status), times))
    }

    fn own_membership(&self, projection: &Projection) -> Result<(Cell, Times), Error> {
        let find = |fact| {
            let name = "segmentMembership.seg_namespace.seg_id.status";
            let is_own =
                |found: &MembershipName<'_>| found.fact == fact && found.audience.is_none();
            self.membership_column(name, is_own)
        };
        let status = match &self.file.shape.own_status {
            OwnStatus::Nowhere | OwnStatus::Nested => Cell::Realized,
            OwnStatus::Column(name) => {
                let column = self.find(name)?.ok_or_else(|| self.missing(name))?;
                if self.is_in_doubt(name, column, projection) {
                    return Err(self.unclear(vec![name.clone()]));
                }
                Cell::Column(column)
            }
            OwnStatus::Unclear(names) => return Err(self.unclear(names.clone())),
        };
        let times = Times {
            since: find(Fact::Qualified)?,
            until: find(Fact::ValidUntil)?,
        };
        Ok((status, times))
    }

    /// Whether the column was told by its values alone, or by a common word, and is mapped as something else.
    fn is_in_doubt(&self, name: &str, column: usize, projection: &Projection) -> bool {
        let is_aep = columns::membership(&columns::visible(name)).is_some();
        let is_mapped = || {
            let mut attributes = projection.attributes.iter();
            attributes.any(|attribute| self.find(attribute).ok().flatten() == Some(column))
        };
        !is_aep && !self.file.shape.is_status_said && is_mapped()
    }

    fn unclear(&self, columns: Vec<String>) -> Error {
        Error::StatusUnclear {
            file: Arc::clone(&self.file.entry.name),
            columns,
        }
    }

    fn only(&self, name: &str, is_it: impl Fn(usize) -> bool) -> Result<Option<usize>, Error> {
        let mut found = (0..self.names.len()).filter(|at| is_it(*at));
        let first = found.next();
        if found.next().is_some() {
            return Err(Error::ColumnTwice {
                file: Arc::clone(&self.file.entry.name),
                column: name.to_owned(),
            });
        }
        Ok(first)
    }

    fn missing(&self, name: &str) -> Error {
        Error::ColumnMissing {
            file: Arc::clone(&self.file.entry.name),
            column: name.to_owned(),
            form: self.file.shape.written.describe(),
            present: self.names.to_vec(),
        }
    }
}

/// A row that is none, or that shows the file to be of another kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) enum RowFault {
    /// A value has a control character in it.
    Control,
    /// Somebody has left in a file that should name members only.
    Leaver,
}

impl TablePlan {
    /// The columns that are read, by their number, each once and in their order.
    pub(in crate::source) fn columns(&self) -> Vec<usize> {
        let cells = self.cells.iter().filter_map(|cell| match cell {
            Cell::Column(column) => Some(*column),
            Cell::Realized | Cell::Absent => None,
        });
        let times = self
            .times
            .iter()
            .flat_map(|times| [times.since, times.until]);
        let mut columns: Vec<_> = cells.chain(times.flatten()).collect();
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    /// Adds a row whose cells are in `at`, by the number of their column.
    pub(in crate::source) fn add_row<'t>(
        &self,
        line: u64,
        at: impl Fn(usize) -> Option<&'t str> + Copy,
        may_have_controls: bool,
        out: &mut Out<'_>,
    ) -> Result<Result<(), RowFault>, Error> {
        let cell = |cell: &Cell| match cell {
            Cell::Column(column) => at(*column).map(|cell| self.null_words.value(cell)),
            Cell::Realized => Some("realized"),
            Cell::Absent => None,
        };
        let cells = self.cells.iter().map(cell);
        if may_have_controls
            && cells
                .clone()
                .flatten()
                .any(|cell| has_control(cell.as_bytes()))
        {
            return Ok(Err(RowFault::Control));
        }
        if let Some(place) = self.no_leaver
            && let Some(status) = self.cells.get(place).and_then(cell)
            && MembershipStatus::parse(status) == Some(MembershipStatus::Exited)
        {
            return Ok(Err(RowFault::Leaver));
        }
        if self.has_ends || self.has_decimal_ids {
            let cells = self.corrected(cells, at);
            return self.hand_on(line, cells.iter().copied(), at, out).map(Ok);
        }
        self.hand_on(line, cells, at, out).map(Ok)
    }

    /// The cells with ids as whole numbers and memberships that have ended as such.
    fn corrected<'t>(
        &self,
        cells: impl Iterator<Item = Option<&'t str>>,
        at: impl Fn(usize) -> Option<&'t str>,
    ) -> Vec<Option<&'t str>> {
        let mut cells: Vec<_> = cells.collect();
        if self.has_decimal_ids
            && let Some(id) = cells.first_mut()
        {
            *id = id.map(without_decimals);
        }
        let first = cells.len() - self.times.len();
        for (cell, times) in cells.iter_mut().skip(first).zip(&self.times) {
            let until = times.until.and_then(&at).and_then(timestamp::millis);
            let is_member =
                cell.and_then(MembershipStatus::parse) == Some(MembershipStatus::Realized);
            if is_member && until.is_some_and(|until| until < self.now) {
                *cell = Some("exited");
            }
        }
        cells
    }

    fn hand_on<'t>(
        &self,
        line: u64,
        cells: impl Iterator<Item = Option<&'t str>> + Clone,
        at: impl Fn(usize) -> Option<&'t str>,
        out: &mut Out<'_>,
    ) -> Result<(), Error> {
        if !out.is_merging() {
            return out.row(line, cells, &[]);
        }
        let since = |times: &Times| times.since.and_then(&at).and_then(timestamp::millis);
        let times: Vec<_> = self.times.iter().map(since).collect();
        out.row(line, cells, &times)
    }
}

/// The whole number in `23.0`; any other text as it is.
fn without_decimals(id: &str) -> &str {
    let whole = id.trim().strip_suffix(".0");
    whole.filter(|whole| is_digits(whole)).unwrap_or(id)
}

/// Whether every id among these cells is a number as Java and pandas write one that is no whole number by its type:
/// `23.0`, or `1.2345678E7`.
pub(in crate::source) fn are_decimals<'c>(mut cells: impl Iterator<Item = &'c str>) -> bool {
    let mut is_any = false;
    let is_decimal = |cell: &str| {
        let (mantissa, exponent) = cell.split_once(['E', 'e']).unwrap_or((cell, "0"));
        let is_whole = exponent == "0";
        let parts = mantissa.split_once('.');
        parts.is_some_and(|(whole, rest)| {
            is_digits(whole) && is_digits(rest) && is_digits(exponent) && (!is_whole || rest == "0")
        })
    };
    cells.all(|cell| {
        let cell = cell.trim();
        is_any |= !cell.is_empty();
        cell.is_empty() || is_decimal(cell)
    }) && is_any
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

pub(in crate::source) const CONTROL_CHARACTER: &str = "a value has a control character in it";

/// Whether there is a control character other than a tab or the end of a line.
pub(in crate::source) fn has_control(bytes: &[u8]) -> bool {
    let is_control = |b: &u8| (*b < b' ' && !matches!(b, b'\t' | b'\n' | b'\r')) || *b == 0x7f;
    // Without an early exit this is done many bytes at a time.
    bytes.iter().fold(false, |found, b| found | is_control(b))
}
