//! One column, read some records at a time into one piece of text.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use parquet::{
    basic::{Encoding, Type},
    column::{
        page::PageReader as _,
        reader::{ColumnReader, ColumnReaderImpl, get_column_reader},
    },
    data_type::{AsBytes as _, DataType},
    errors::Result,
    file::metadata::ColumnChunkMetaData,
    schema::types::ColumnDescPtr,
};

use super::{
    pages::{Bounded, Checked},
    strings::{BROKEN, NULL, Span, Strings, View},
    value::{Kind, NoText},
};
use crate::source::files::{
    format::{number, table::has_control},
    input::Stop,
};

/// A column of a table: a single value for each record.
pub(super) enum Cells {
    Any(Box<Column>),
    /// Texts as most files have them.
    Texts(Box<TextCells>),
}

/// Texts with the pages that they come from.
pub(super) struct TextCells {
    pages: Checked,
    strings: Strings,
}

/// The values of one column in some records.
pub(super) struct Column {
    reader: ColumnReader,
    kind: Kind,
    /// The level of a value that is there.
    full: i16,
    levels: Levels,
    texts: Texts,
    /// Of each record the place of its text, where each has one value at most.
    spans: Vec<Span>,
}

/// How deep each value is defined, and where it repeats.
#[derive(Default)]
struct Levels {
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
}

/// Values one behind the other; only those that are there.
#[derive(Default)]
pub(super) struct Texts {
    text: String,
    ends: Vec<usize>,
    /// The numbers of those that have no text.
    broken: Vec<usize>,
    has_controls: bool,
}

/// A place in a column, as records are put together.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cursor {
    level: usize,
    value: usize,
}

impl Cells {
    pub(super) fn new(
        file: &Arc<Bounded>,
        chunk: &ColumnChunkMetaData,
        n_rows: usize,
        column: &ColumnDescPtr,
    ) -> Result<Self> {
        let is_text = column.physical_type() == Type::BYTE_ARRAY && Kind::of(column) == Kind::Text;
        // Levels have an encoding as well, which is in the list with those of values; older writers name the second one
        // for levels that are not there.
        #[expect(deprecated, reason = "files are older than that")]
        let of_levels = [Encoding::RLE, Encoding::BIT_PACKED];
        let mut encodings = chunk.encodings();
        let are_read =
            encodings.all(|encoding| of_levels.contains(&encoding) || Strings::can_read(encoding));
        Ok(if is_text && are_read {
            Self::Texts(Box::new(TextCells {
                pages: Checked::new(file, chunk, n_rows, column)?,
                strings: Strings::new(column.max_def_level()),
            }))
        } else {
            Self::Any(Box::new(Column::new(file, chunk, n_rows, column)?))
        })
    }

    /// How many records can be had at once, at most `most`.
    pub(super) fn n_ready(&mut self, most: usize) -> std::result::Result<usize, Stop> {
        let TextCells { pages, strings } = match self {
            Self::Any(_) => return Ok(most),
            Self::Texts(cells) => &mut **cells,
        };
        while strings.n_left() == 0 {
            let page = pages.get_next_page().map_err(|e| broken(&e.to_string()))?;
            let page = page.ok_or_else(|| broken("a column has fewer values than it should"))?;
            strings.open(page)?;
        }
        Ok(most.min(strings.n_left()))
    }

    /// Goes on to this many records.
    pub(super) fn advance(&mut self, n_records: usize) -> std::result::Result<(), Stop> {
        match self {
            Self::Texts(cells) => cells.strings.advance(n_records),
            Self::Any(column) => {
                let is_right = column.advance(n_records)? == n_records;
                column.place();
                let fault = || broken("a column has fewer values than it should");
                is_right.then_some(()).ok_or_else(fault)
            }
        }
    }

    /// The cells of the records that were read last.
    pub(super) fn view(&self) -> View<'_> {
        match self {
            Self::Texts(cells) => cells.strings.view(),
            Self::Any(column) => View {
                text: &column.texts.text,
                spans: &column.spans,
                has_controls: column.texts.has_controls,
            },
        }
    }
}

impl Column {
    pub(super) fn new(
        file: &Arc<Bounded>,
        chunk: &ColumnChunkMetaData,
        n_rows: usize,
        column: &ColumnDescPtr,
    ) -> Result<Self> {
        Ok(Self {
            reader: get_column_reader(
                Arc::clone(column),
                Box::new(Checked::new(file, chunk, n_rows, column)?),
            ),
            kind: Kind::of(column),
            full: column.max_def_level(),
            levels: Levels::default(),
            texts: Texts::default(),
            spans: vec![],
        })
    }

    /// Goes on to the next records and says how many there are, at most `most`.
    pub(super) fn advance(&mut self, most: usize) -> std::result::Result<usize, Stop> {
        self.levels.definitions.clear();
        self.levels.repetitions.clear();
        self.texts.clear();
        // The pages have been looked over, but some of the crate's decoders cut their data where the data says, and
        // panic where it lies. That must be a fault of the file, not the end of the program.
        let read = catch_unwind(AssertUnwindSafe(|| self.read(most)));
        let n_records = read.map_err(|_panic| broken("its values contradict each other"))?;
        let n_records = n_records.map_err(|e| broken(&e.to_string()))?;
        if self
            .levels
            .definitions
            .iter()
            .any(|level| *level > self.full)
        {
            return Err(broken("a value is deeper than its column"));
        }
        self.texts.has_controls = has_control(self.texts.text.as_bytes());
        Ok(n_records)
    }

    /// Finds the places of the texts, of values that are there and of those that are not.
    fn place(&mut self) {
        let mut at = Cursor::default();
        self.spans.clear();
        while let Some(level) = self.definition(at) {
            let span = if level < self.full {
                NULL
            } else {
                self.texts.span(at.value).unwrap_or(BROKEN)
            };
            self.spans.push(span);
            self.next(&mut at);
        }
    }

    fn read(&mut self, most: usize) -> Result<usize> {
        let Self {
            reader,
            kind,
            levels,
            texts,
            ..
        } = self;
        let kind = *kind;
        match reader {
            ColumnReader::BoolColumnReader(reader) => read_typed(reader, most, levels, |value| {
                texts.add(|text| {
                    text.push_str(if *value { "true" } else { "false" });
                    Ok(())
                });
            }),
            ColumnReader::Int32ColumnReader(reader) => read_typed(reader, most, levels, |value| {
                texts.add(|text| kind.write_i32(*value, text));
            }),
            ColumnReader::Int64ColumnReader(reader) => read_typed(reader, most, levels, |value| {
                texts.add(|text| kind.write_i64(*value, text));
            }),
            ColumnReader::Int96ColumnReader(reader) => read_typed(reader, most, levels, |value| {
                texts.add(|text| kind.write_int96(value, text));
            }),
            ColumnReader::FloatColumnReader(reader) => read_typed(reader, most, levels, |value| {
                texts.add(|text| {
                    number::write_single(*value, text);
                    Ok(())
                });
            }),
            ColumnReader::DoubleColumnReader(reader) => read_typed(reader, most, levels, |value| {
                texts.add(|text| {
                    number::write(*value, number::EXACT_BELOW, text);
                    Ok(())
                });
            }),
            ColumnReader::ByteArrayColumnReader(reader) => {
                read_typed(reader, most, levels, |value| {
                    texts.add(|text| kind.write_bytes(value.as_bytes(), text));
                })
            }
            ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                read_typed(reader, most, levels, |value| {
                    texts.add(|text| kind.write_bytes(value.as_bytes(), text));
                })
            }
        }
    }

    /// The value at this place, if it is there; `Err` if it has no text.
    pub(super) fn value(&self, at: Cursor) -> std::result::Result<Option<&str>, NoText> {
        match self.definition(at) {
            Some(level) if level == self.full => self.texts.get(at.value).map(Some),
            _ => Ok(None),
        }
    }

    /// Goes on to the next value, or place where one would be.
    pub(super) fn next(&self, at: &mut Cursor) {
        if self.definition(*at) == Some(self.full) {
            at.value += 1;
        }
        at.level += 1;
    }

    /// How deep the value is defined; nothing behind the last one.
    pub(super) fn definition(&self, at: Cursor) -> Option<i16> {
        if self.full > 0 {
            self.levels.definitions.get(at.level).copied()
        } else {
            (at.level < self.texts.ends.len()).then_some(0)
        }
    }

    /// In which list the value goes on: 0 begins a record.
    pub(super) fn repetition(&self, at: Cursor) -> Option<i16> {
        self.levels.repetitions.get(at.level).copied()
    }
}

fn read_typed<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    most: usize,
    levels: &mut Levels,
    add: impl FnMut(&T::T),
) -> Result<usize> {
    let mut values = Vec::with_capacity(most);
    let definitions = Some(&mut levels.definitions);
    let repetitions = Some(&mut levels.repetitions);
    let (n_records, _, _) = reader.read_records(most, definitions, repetitions, &mut values)?;
    values.iter().for_each(add);
    Ok(n_records)
}

impl Texts {
    fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        self.broken.clear();
    }

    fn add(&mut self, write: impl FnOnce(&mut String) -> std::result::Result<(), NoText>) {
        let starts_at = self.text.len();
        if write(&mut self.text).is_err() {
            self.text.truncate(starts_at);
            self.broken.push(self.ends.len());
        }
        self.ends.push(self.text.len());
    }

    fn range(&self, at: usize) -> Option<(usize, usize)> {
        if !self.broken.is_empty() && self.broken.binary_search(&at).is_ok() {
            return None;
        }
        let before = at.checked_sub(1).and_then(|before| self.ends.get(before));
        Some((before.copied().unwrap_or_default(), *self.ends.get(at)?))
    }

    fn get(&self, at: usize) -> std::result::Result<&str, NoText> {
        let (from, to) = self.range(at).ok_or(NoText)?;
        self.text.get(from..to).ok_or(NoText)
    }

    fn span(&self, at: usize) -> Option<Span> {
        let (from, to) = self.range(at)?;
        Some((u32::try_from(from).ok()?, u32::try_from(to).ok()?))
    }
}

pub(super) fn broken(what: &str) -> Stop {
    Stop::Damaged(format!("its data is broken: {what}"))
}
