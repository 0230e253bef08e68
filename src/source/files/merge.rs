//! Makes one row of all the rows of one profile, in bounded memory: rows are sorted by id into parts of a temporary
//! file, and the rows of one part meet in memory.

use std::{
    cmp::Ordering,
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    ops::ControlFlow,
    sync::Arc,
};

use crate::{
    model::{self, Counts, OutreachId},
    source::{Batch, Error},
};

const N_PARTS: usize = 256;
const PART_BUFFER: usize = 32 << 10;
const NO_TIME: i64 = i64::MIN;

/// The most bytes of rows that meet in memory. The rows of one profile lie in one part; those of a source of usual
/// profiles would come to this only at dozens of gigabytes.
const MAX_PART: u64 = 128 << 20;

/// Rows that wait for the other rows of their profile.
pub(in crate::source) struct Merger {
    /// The parts of the source, older ones first.
    sources: Vec<model::Part>,
    parts: Vec<Part>,
    /// Made when the first part no longer fits into memory.
    spill: Option<File>,
    spill_length: u64,
    /// How many bytes of a part are kept in memory.
    part_buffer: usize,
    n_cells: usize,
    n_audiences: usize,
}

#[derive(Default)]
struct Part {
    buffer: Vec<u8>,
    /// Where in the temporary file earlier buffers are: start and length.
    spilled: Vec<(u64, usize)>,
    /// Where in the buffer the row begins that was taken last.
    last: usize,
}

/// One row as it lies in a part's buffer.
struct Stored<'a> {
    id: u64,
    file: usize,
    line: u64,
    cells: Vec<Option<&'a str>>,
    times: Vec<Option<i64>>,
}

impl Merger {
    /// Merges rows whose last cells are the statuses of this many audiences.
    pub(in crate::source) fn new(width: usize, n_audiences: usize) -> Self {
        Self {
            sources: vec![],
            parts: (0..N_PARTS).map(|_| Part::default()).collect(),
            spill: None,
            spill_length: 0,
            part_buffer: PART_BUFFER,
            n_cells: width.saturating_sub(1),
            n_audiences,
        }
    }

    /// What comes now is of the next part of the source, which is newer than the ones before.
    pub(in crate::source) fn start_part(&mut self, name: &Arc<str>, counts: Counts) {
        let part = model::Part::new(Arc::clone(name), counts);
        self.sources.push(part);
    }

    /// Takes a row if it has a readable id.
    pub(in crate::source) fn take<'a>(
        &mut self,
        line: u64,
        mut cells: impl Iterator<Item = Option<&'a str>>,
        times: &[Option<i64>],
    ) -> Result<bool, Error> {
        let Some(id) = cells.next().flatten().and_then(OutreachId::parse) else {
            return Ok(false);
        };
        let file = self.sources.len().saturating_sub(1);
        let number = usize::try_from(id.get().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56);
        let Some(part) = self.parts.get_mut(number.unwrap_or(0)) else {
            return Ok(false);
        };
        let buffer = &mut part.buffer;
        let start = buffer.len();
        for number in [id.get(), file as u64, line] {
            buffer.extend_from_slice(&number.to_le_bytes());
        }
        for cell in cells.chain(std::iter::repeat(None)).take(self.n_cells) {
            let length = cell.map_or(0, |text| text.len() as u64 + 1);
            buffer.extend_from_slice(&length.to_le_bytes());
            buffer.extend_from_slice(cell.unwrap_or_default().as_bytes());
        }
        let times = times.iter().chain(std::iter::repeat(&None));
        for time in times.take(self.n_audiences) {
            buffer.extend_from_slice(&time.unwrap_or(NO_TIME).to_le_bytes());
        }
        // A row that says again what the one before it said takes its place.
        let (before, row) = buffer.split_at(start);
        let last = before.get(part.last..).unwrap_or_default();
        if last.len() == row.len()
            && last.get(..8) == row.get(..8)
            && last.get(24..) == row.get(24..)
        {
            buffer.copy_within(start.., part.last);
            buffer.truncate(start);
        } else {
            part.last = start;
        }
        if buffer.len() >= self.part_buffer {
            part.spill(&mut self.spill, &mut self.spill_length)
                .map_err(|source| Error::Temporary { source })?;
        }
        Ok(true)
    }

    /// Hands on one row for each profile.
    pub(in crate::source) fn finish(
        mut self,
        width: usize,
        emit: &mut dyn FnMut(Batch) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        for part in std::mem::take(&mut self.parts) {
            if part.length() > MAX_PART {
                return Err(Error::TooManyRows);
            }
            let bytes = part
                .load(self.spill.as_mut())
                .map_err(|source| Error::Temporary { source })?;
            if self.merge_part(&bytes, width, emit).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn merge_part(
        &self,
        bytes: &[u8],
        width: usize,
        emit: &mut dyn FnMut(Batch) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut merged = self.one_row_each(bytes);
        merged.sort_by_key(|row| (row.file, row.line, row.id));
        let mut batch = Batch::new(model::Part::of_lines(""), width);
        for row in merged {
            let Some(part) = self.sources.get(row.file) else {
                continue;
            };
            if batch.n_rows() > 0 && (batch.is_full() || batch.part != *part) {
                emit(std::mem::replace(
                    &mut batch,
                    Batch::new(part.clone(), width),
                ))?;
            }
            if batch.part != *part {
                batch.part = part.clone();
            }
            let id = row.id.to_string();
            let cells = std::iter::once(Some(id.as_str())).chain(row.cells.iter().copied());
            batch.push(row.line, cells);
        }
        if batch.n_rows() > 0 {
            emit(batch)?;
        }
        ControlFlow::Continue(())
    }

    fn one_row_each<'a>(&self, bytes: &'a [u8]) -> Vec<Stored<'a>> {
        let mut starts = vec![];
        let mut rest = Cut(bytes);
        while let Some((id, file, line)) = rest.head() {
            let start = bytes.len() - rest.0.len() - 24;
            starts.push((id, file, line, start));
            rest.skip(self.n_cells, self.n_audiences);
        }
        starts.sort_unstable();
        let mut merged: Vec<Stored<'a>> = vec![];
        for (_, _, _, start) in starts {
            let row = bytes.get(start..).and_then(|bytes| self.stored(bytes));
            let Some(row) = row else { continue };
            match merged.last_mut().filter(|last| last.id == row.id) {
                Some(last) => last.update(row, self.n_audiences),
                None => merged.push(row),
            }
        }
        merged
    }

    fn stored<'a>(&self, bytes: &'a [u8]) -> Option<Stored<'a>> {
        let mut rest = Cut(bytes);
        let (id, file, line) = rest.head()?;
        let cells = (0..self.n_cells).map(|_| rest.cell()).collect();
        let time = |_| {
            rest.number()
                .map(u64::cast_signed)
                .filter(|t| *t != NO_TIME)
        };
        Some(Stored {
            id,
            file: usize::try_from(file).ok()?,
            line,
            cells,
            times: (0..self.n_audiences).map(time).collect(),
        })
    }
}

impl Part {
    fn spill(&mut self, file: &mut Option<File>, length: &mut u64) -> io::Result<()> {
        let file = match file {
            Some(file) => file,
            None => file.insert(tempfile::tempfile()?),
        };
        file.write_all(&self.buffer)?;
        self.spilled.push((*length, self.buffer.len()));
        *length += self.buffer.len() as u64;
        self.buffer.clear();
        self.last = 0;
        Ok(())
    }

    fn length(&self) -> u64 {
        let spilled: usize = self.spilled.iter().map(|(_, length)| length).sum();
        spilled.saturating_add(self.buffer.len()) as u64
    }

    fn load(self, file: Option<&mut File>) -> io::Result<Vec<u8>> {
        let Some(file) = file else {
            return Ok(self.buffer);
        };
        let n_spilled: usize = self.spilled.iter().map(|(_, length)| length).sum();
        let mut bytes = Vec::with_capacity(n_spilled + self.buffer.len());
        for (start, length) in self.spilled {
            file.seek(SeekFrom::Start(start))?;
            let n_read = (&mut *file).take(length as u64).read_to_end(&mut bytes)?;
            if n_read != length {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        bytes.extend_from_slice(&self.buffer);
        Ok(bytes)
    }
}

impl Stored<'_> {
    /// Takes over what a later row of the same profile says.
    fn update(&mut self, later: Self, n_audiences: usize) {
        let n_attributes = self.cells.len().saturating_sub(n_audiences);
        let attributes = self.cells.iter_mut().zip(&later.cells).take(n_attributes);
        for (mine, theirs) in attributes {
            *mine = theirs.or(*mine);
        }
        let statuses = self.cells.iter_mut().zip(later.cells).skip(n_attributes);
        for ((mine, theirs), (time, later_time)) in
            statuses.zip(self.times.iter_mut().zip(later.times))
        {
            let is_later = match (*time, later_time) {
                (Some(time), Some(later_time)) => later_time.cmp(&time) != Ordering::Less,
                _ => true,
            };
            let is_said = |cell: Option<&str>| cell.is_some_and(|text| !text.trim().is_empty());
            if mine.is_none() || (is_later && is_said(theirs)) || !is_said(*mine) {
                *mine = theirs.or(*mine);
                *time = later_time.or(*time);
            }
        }
        self.file = later.file;
        self.line = later.line;
    }
}

/// Takes stored values off the front.
struct Cut<'a>(&'a [u8]);

impl<'a> Cut<'a> {
    fn number(&mut self) -> Option<u64> {
        let (first, rest) = self.0.split_first_chunk::<8>()?;
        self.0 = rest;
        Some(u64::from_le_bytes(*first))
    }

    fn head(&mut self) -> Option<(u64, u64, u64)> {
        Some((self.number()?, self.number()?, self.number()?))
    }

    fn cell(&mut self) -> Option<&'a str> {
        let length = self.number()?.checked_sub(1)?;
        let (text, rest) = self.0.split_at_checked(usize::try_from(length).ok()?)?;
        self.0 = rest;
        str::from_utf8(text).ok()
    }

    fn skip(&mut self, n_cells: usize, n_times: usize) {
        for _ in 0..n_cells {
            self.cell();
        }
        self.0 = self.0.get(n_times * 8..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    type Given = (u64, Option<String>, Option<String>, Option<i64>);

    fn row() -> impl Strategy<Value = Given> {
        let attribute = proptest::option::of("[a-c]{0,2}");
        let status = proptest::option::of("[xy]?");
        (1_u64..6, attribute, status, proptest::option::of(0_i64..4))
    }

    /// What the rows of one profile come to, told in the plainest way.
    fn expected(rows: &[Given]) -> BTreeMap<String, Vec<Option<String>>> {
        let mut profiles: BTreeMap<u64, Given> = BTreeMap::new();
        for row in rows {
            let (id, attribute, status, time) = row.clone();
            let known = profiles.entry(id).or_insert((id, None, None, None));
            known.1 = attribute.or(known.1.take());
            let is_blank =
                |status: &Option<String>| status.as_deref().unwrap_or_default().is_empty();
            let is_older = matches!((time, known.3), (Some(new), Some(old)) if new < old);
            if is_blank(&known.2) || (!is_blank(&status) && !is_older) {
                known.2 = status.or(known.2.take());
                known.3 = time.or(known.3);
            }
        }
        let cells = |row: Given| (row.0.to_string(), vec![row.1, row.2]);
        profiles.into_values().map(cells).collect()
    }

    proptest! {
        #[test]
        fn merging_through_a_file_is_merging_in_memory(
            rows in proptest::collection::vec(row(), 0..40),
            part_buffer in prop_oneof![Just(1_usize), Just(100), Just(PART_BUFFER)],
        ) {
            let mut merger = Merger::new(3, 1);
            merger.part_buffer = part_buffer;
            merger.start_part(&Arc::from("a"), Counts::Lines);
            for (line, (id, attribute, status, time)) in rows.iter().enumerate() {
                if line == 20 {
                    merger.start_part(&Arc::from("b"), Counts::Rows);
                }
                let id = id.to_string();
                let cells = [Some(id.as_str()), attribute.as_deref(), status.as_deref()];
                let line = line as u64 + 1;
                prop_assert!(merger.take(line, cells.into_iter(), &[*time]).expect("a disk"));
            }
            let mut found = BTreeMap::new();
            let mut n_rows = 0;
            merger.finish(3, &mut |batch| {
                for row in batch.rows() {
                    let id: u64 = row.cells().next().flatten().unwrap().parse().unwrap();
                    let last = rows.iter().rposition(|row| row.0 == id).unwrap();
                    let number = last as u64 + 1;
                    let part = if last < 20 {
                        model::Part::of_lines("a")
                    } else {
                        model::Part::of_rows("b")
                    };
                    assert_eq!(row.place(), part.place(number));
                    let cells: Vec<_> = row.cells().map(|cell| cell.map(str::to_owned)).collect();
                    found.insert(cells[0].clone().expect("an id"), cells[1..].to_vec());
                    n_rows += 1;
                }
                ControlFlow::Continue(())
            }).expect("a disk");
            prop_assert_eq!(n_rows, found.len());
            prop_assert_eq!(found, expected(&rows));
        }
    }

    #[test]
    fn a_row_without_a_readable_id_is_not_taken() {
        let mut merger = Merger::new(1, 0);
        for id in [None, Some(""), Some("x"), Some("0")] {
            assert!(
                !merger.take(1, [id].into_iter(), &[]).expect("a disk"),
                "{id:?}"
            );
        }
    }
}
