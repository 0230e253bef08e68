//! One column, read some records at a time into one piece of text.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use parquet::{
    column::reader::{ColumnReader, ColumnReaderImpl},
    data_type::{AsBytes as _, DataType},
    errors::Result,
    file::metadata::ColumnChunkMetaData,
    schema::types::ColumnDescPtr,
};

use super::{
    pages::{self, Bounded},
    value::{Kind, NoText},
};
use crate::source::files::{
    format::{number, table::has_control},
    input::Stop,
};

/// The values of one column in some records.
pub(super) struct Column {
    reader: ColumnReader,
    kind: Kind,
    /// The level of a value that is there.
    full: i16,
    levels: Levels,
    texts: Texts,
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

impl Column {
    pub(super) fn new(
        file: &Arc<Bounded>,
        chunk: &ColumnChunkMetaData,
        n_rows: usize,
        column: &ColumnDescPtr,
    ) -> Result<Self> {
        Ok(Self {
            reader: pages::column_reader(file, chunk, n_rows, column)?,
            kind: Kind::of(column),
            full: column.max_def_level(),
            levels: Levels::default(),
            texts: Texts::default(),
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
        Ok(n_records)
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

    /// Whether the value at this place has no text.
    pub(super) fn is_broken_at(&self, at: Cursor) -> bool {
        !self.texts.broken.is_empty() && self.value(at).is_err()
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

    /// Whether any of the values has a control character.
    pub(super) fn has_controls(&self) -> bool {
        self.texts.has_controls
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
