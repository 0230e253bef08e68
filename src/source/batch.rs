//! Rows on their way from a reader to the plan: many at once, in one piece of memory.

use jiff::Timestamp;

use crate::model::{AudienceId, OutreachId, Part, Place};

/// What a reader is asked to take out of each profile: one cell for the id, one for each attribute, one for each
/// audience, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Projection {
    /// The column, XDM path or identity namespace that holds the id of the prospect.
    pub outreach_id: String,
    /// The columns or XDM paths of the mapped attributes.
    pub attributes: Vec<String>,
    /// The audiences whose membership status is wanted.
    pub audiences: Vec<AudienceId>,
    /// The present: a membership that was valid until an earlier time has ended.
    pub now: Timestamp,
}

impl Projection {
    /// How many cells each row has.
    pub fn width(&self) -> usize {
        1 + self.attributes.len() + self.audiences.len()
    }
}

/// Up to a few thousand rows of one part of a source, and the records of it that are no rows.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The part that its records stand in.
    pub part: Part,
    /// Records that could not be read; they count as excluded.
    pub rejected: Vec<Rejected>,
    width: usize,
    text: String,
    /// For each cell where it ends in `text`; the highest bit marks a cell that is absent.
    ends: Vec<u32>,
    /// The line or row that each row starts at.
    numbers: Vec<u64>,
}

const ABSENT: u32 = 1 << 31;

/// A record that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Where it stands.
    pub place: Place,
    /// A short fixed word, such as `row_ragged`.
    pub code: &'static str,
    /// What is wrong with it, in plain words and without its data.
    pub what: String,
    /// Every number in it, one of which may be its prospect's; `None` if nobody can say.
    pub numbers: Option<Vec<OutreachId>>,
}

impl Batch {
    /// A batch is full at this many rows.
    pub const MAX_ROWS: usize = 4096;
    /// A batch is full at this many bytes of text.
    pub const MAX_BYTES: usize = 1 << 20;

    /// An empty batch for rows of this many cells.
    pub fn new(part: Part, width: usize) -> Self {
        Self {
            part,
            rejected: vec![],
            width,
            text: String::new(),
            ends: vec![],
            numbers: vec![],
        }
    }

    /// How many rows it has.
    pub fn n_rows(&self) -> usize {
        self.numbers.len()
    }

    /// Whether it should be handed on before more is added.
    pub fn is_full(&self) -> bool {
        self.n_rows() + self.rejected.len() >= Self::MAX_ROWS || self.text.len() >= Self::MAX_BYTES
    }

    /// Adds a row with the number of the line or row it starts at; cells that are missing at its end are absent, those beyond the width are dropped.
    ///
    /// A row whose text would overflow the batch's index (2 GiB) is rejected instead.
    pub fn push<'a>(&mut self, number: u64, cells: impl IntoIterator<Item = Option<&'a str>>) {
        let (text_before, ends_before) = (self.text.len(), self.ends.len());
        let mut cells = cells.into_iter();
        for _ in 0..self.width {
            let cell = cells.next().flatten();
            self.text.push_str(cell.unwrap_or_default());
            let end = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
            if end >= ABSENT {
                self.text.truncate(text_before);
                self.ends.truncate(ends_before);
                self.reject(
                    number,
                    "row_too_large",
                    "the record is larger than this program can hold",
                    None,
                );
                return;
            }
            self.ends
                .push(if cell.is_some() { end } else { end | ABSENT });
        }
        self.numbers.push(number);
    }

    /// Adds a record that could not be read; `record` is all of it, or `None` if it is lost.
    pub fn reject(
        &mut self,
        number: u64,
        code: &'static str,
        what: impl Into<String>,
        record: Option<&[u8]>,
    ) {
        self.rejected.push(Rejected {
            place: self.part.place(number),
            code,
            what: what.into(),
            numbers: record.map(numbers_in),
        });
    }

    /// The rows, in the order of the part.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let mut start = 0;
        self.ends
            .chunks_exact(self.width.max(1))
            .zip(&self.numbers)
            .map(move |(ends, number)| {
                let row = Row {
                    batch: self,
                    start,
                    ends,
                    number: *number,
                };
                start = ends.last().map_or(start, |end| end & !ABSENT);
                row
            })
    }
}

/// Every number in a record that could be an OutreachId.
fn numbers_in(record: &[u8]) -> Vec<OutreachId> {
    let digits = record.split(|byte| !byte.is_ascii_digit());
    digits
        .filter_map(|digits| OutreachId::parse(str::from_utf8(digits).ok()?))
        .collect()
}

/// One profile's cells, in the order of the [`Projection`].
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    batch: &'a Batch,
    start: u32,
    ends: &'a [u32],
    number: u64,
}

impl<'a> Row<'a> {
    /// The line or row it starts at, counted from 1; 0 if it has no place of its own.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Where it stands.
    pub fn place(&self) -> Place {
        self.batch.part.place(self.number)
    }

    /// The cells: `None` where the source has no such field, empty text where the field is there and empty.
    pub fn cells(&self) -> impl Iterator<Item = Option<&'a str>> + use<'a> {
        let batch = self.batch;
        let mut start = self.start;
        self.ends.iter().map(move |marked| {
            let end = marked & !ABSENT;
            let cell = batch.text.get(start as usize..end as usize);
            start = end;
            cell.filter(|_| marked & ABSENT == 0)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rejected_record_keeps_the_numbers_that_may_be_its_prospects() {
        let mut batch = Batch::new(Part::of_lines("a.csv"), 1);
        batch.reject(
            2,
            "row_ragged",
            "",
            Some(b"17,\"Ada 0x12\",0,99999999999999999999\xff5"),
        );
        batch.reject(3, "row_too_large", "", None);
        let numbers: Vec<_> = batch
            .rejected
            .iter()
            .map(|rejected| rejected.numbers.clone())
            .collect();
        let ids = [17, 12, 5].map(|number| OutreachId::new(number).expect("it is positive"));
        assert_eq!(numbers, [Some(ids.to_vec()), None]);
    }

    #[test]
    fn rows_read_back_as_they_were_pushed() {
        let mut batch = Batch::new(Part::of_lines("a.csv"), 3);
        batch.push(2, [Some("1"), None, Some("")]);
        batch.push(3, [Some("22"), Some("é"), Some("x"), Some("too many")]);
        batch.push(4, [Some("3")]);
        let rows: Vec<_> = batch
            .rows()
            .map(|row| (row.number(), row.cells().collect::<Vec<_>>()))
            .collect();
        assert_eq!(
            rows,
            [
                (2, vec![Some("1"), None, Some("")]),
                (3, vec![Some("22"), Some("é"), Some("x")]),
                (4, vec![Some("3"), None, None]),
            ]
        );
    }
}
