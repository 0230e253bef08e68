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
    strings::Strings,
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
    /// Of each record the number of its value, if some have none.
    numbers: Vec<Option<usize>>,
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
                let fault = || broken("a column has fewer values than it should");
                is_right.then_some(()).ok_or_else(fault)
            }
        }
    }

    /// The cell of this row: empty if it has no value, nothing if the value has no text.
    pub(super) fn cell(&self, row: usize) -> Option<&str> {
        match self {
            Self::Texts(cells) => cells.strings.cell(row),
            Self::Any(column) => column.cell(row),
        }
    }

    pub(super) fn has_broken(&self) -> bool {
        match self {
            Self::Texts(cells) => cells.strings.has_broken(),
            Self::Any(column) => !column.texts.broken.is_empty(),
        }
    }

    pub(super) fn has_controls(&self) -> bool {
        match self {
            Self::Texts(cells) => cells.strings.has_controls(),
            Self::Any(column) => column.texts.has_controls,
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
            numbers: vec![],
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
        self.texts.has_controls = has_control(self.texts.text.as_bytes());
        self.number();
        Ok(n_records)
    }

    /// Numbers the values that are there.
    fn number(&mut self) {
        let mut n_values = 0;
        self.numbers.clear();
        let levels = self.levels.definitions.iter();
        self.numbers.extend(levels.map(|level| {
            (*level == self.full).then(|| {
                n_values += 1;
                n_values - 1
            })
        }));
    }

    /// The cell of this record, where each has one value at most.
    fn cell(&self, row: usize) -> Option<&str> {
        if self.full == 0 {
            return self.texts.get(row).ok();
        }
        let number = self.numbers.get(row)?;
        number.map_or(Some(""), |number| self.texts.get(number).ok())
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

    fn get(&self, at: usize) -> std::result::Result<&str, NoText> {
        if !self.broken.is_empty() && self.broken.binary_search(&at).is_ok() {
            return Err(NoText);
        }
        let before = at.checked_sub(1).and_then(|before| self.ends.get(before));
        let starts_at = before.copied().unwrap_or_default();
        let ends_at = self.ends.get(at).ok_or(NoText)?;
        self.text.get(starts_at..*ends_at).ok_or(NoText)
    }
}

pub(super) fn broken(what: &str) -> Stop {
    Stop::Damaged(format!("its data is broken: {what}"))
}
