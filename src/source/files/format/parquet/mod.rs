//! Parquet: rows if every column has single values, and documents if there are lists or maps in it.
//!
//! Only the columns that are asked for are read, one group of rows after the other.

mod column;
mod footer;
mod pages;
mod record;
mod rows;
mod strings;
#[cfg(test)]
mod tests;
mod value;
#[cfg(test)]
mod written_tests;

use std::{ops::ControlFlow, sync::Arc};

use parquet::{
    file::metadata::{ParquetMetaData, RowGroupMetaData},
    schema::types::SchemaDescriptor,
};

use self::{
    column::{Column, Cursor},
    pages::Bounded,
    record::{Columns, Fault, Field},
};
use super::{
    Format, Gathered, Plan, Written,
    document::{DocumentPlan, node::Object},
};
use crate::{
    model::FileSource,
    source::{
        Error,
        files::{
            SourceFile,
            input::{MAX_RECORD, Stop},
            listing::Entry,
            shape::{self, Facts, Shape},
        },
        out::Out,
    },
};

/// Columns in groups of rows.
#[derive(Debug)]
pub(in crate::source) struct Parquet;

impl Format for Parquet {
    fn sniff(&self, entry: &Entry, settings: &FileSource) -> Result<Shape, Error> {
        let opened = Opened::open(entry)?;
        if opened.is_nested() {
            let facts = opened.first_facts();
            let written = Written::Parquet { is_nested: true };
            Shape::of_documents(entry, settings, written, facts)
        } else {
            let columns = opened.names();
            let rows = opened.first_rows(columns.len());
            let written = Written::Parquet { is_nested: false };
            Shape::of_table(entry, settings, written, columns, &rows)
        }
    }

    fn read(&self, file: &SourceFile, plan: &Plan, out: &mut Out<'_>) -> Result<(), Error> {
        let opened = Opened::open(&file.entry)?;
        match plan {
            Plan::Table(plan) => opened.read_table(plan, out),
            Plan::Document(plan) => opened.read_documents(plan, out),
        }
    }

    fn gather(
        &self,
        file: &SourceFile,
        on_record: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<Option<Gathered>, Error> {
        let opened = Opened::open(&file.entry)?;
        if opened.is_nested() {
            return Ok(opened.gather(on_record));
        }
        Ok(Some(Gathered {
            columns: file.shape.columns.clone(),
            audiences: file.shape.audiences.clone(),
        }))
    }
}

/// Records that the form of a file is told from.
const HEAD_RECORDS: usize = 1000;

/// A file whose footer has been read.
struct Opened<'e> {
    entry: &'e Entry,
    file: Arc<Bounded>,
    metadata: ParquetMetaData,
    fields: Vec<Field>,
}

/// What is done with each record, by its number, as an object of JSON; a value without a text is null in it.
type OnObject<'f> = dyn FnMut(u64, &str, Result<(), Fault>) -> Next + 'f;

/// Whether to go on to the next record, or why not.
type Next = Result<ControlFlow<()>, Error>;

impl<'e> Opened<'e> {
    fn open(entry: &'e Entry) -> Result<Self, Error> {
        let mut file = entry.open()?;
        let n_bytes = entry.version.n_bytes;
        let metadata = footer::read(&mut file, n_bytes).map_err(|stop| stopped(entry, 1, stop))?;
        let fields = Field::all(metadata.file_metadata().schema_descr().root_schema());
        Ok(Self {
            entry,
            file: Arc::new(Bounded { file, n_bytes }),
            metadata,
            fields,
        })
    }

    fn schema(&self) -> &SchemaDescriptor {
        self.metadata.file_metadata().schema_descr()
    }

    fn is_nested(&self) -> bool {
        !self.fields.iter().all(Field::is_single)
    }

    /// Does something with each record, of which only some columns are read.
    fn each(
        &self,
        columns: &[usize],
        on_record: &mut dyn FnMut(u64, &mut Columns) -> Next,
    ) -> Result<(), Error> {
        let mut row = 0;
        for group in self.metadata.row_groups() {
            let stop = |row: u64| move |stop| stopped(self.entry, row + 1, stop);
            let mut read = self.columns(group, columns).map_err(stop(row))?;
            let mut n_left = usize::try_from(group.num_rows()).unwrap_or_default();
            let most = at_a_time(group, columns);
            while n_left > 0 {
                let n_records = read.advance(most.min(n_left)).map_err(stop(row))?;
                for _ in 0..n_records {
                    row += 1;
                    if on_record(row, &mut read)?.is_break() {
                        return Ok(());
                    }
                }
                n_left -= n_records;
            }
        }
        Ok(())
    }

    fn columns(&self, group: &RowGroupMetaData, columns: &[usize]) -> Result<Columns, Stop> {
        let schema = self.schema();
        let n_rows = usize::try_from(group.num_rows()).unwrap_or_default();
        let all = schema.columns().iter().zip(group.columns()).enumerate();
        let all = all.map(|(at, (column, chunk))| {
            if !columns.contains(&at) {
                return Ok(None);
            }
            let column = Column::new(&self.file, chunk, n_rows, column);
            let column = column.map_err(|e| column::broken(&e.to_string()))?;
            Ok(Some((column, Cursor::default())))
        });
        Ok(Columns {
            all: all.collect::<Result<_, Stop>>()?,
        })
    }

    /// The fields of which this is true, and their columns.
    fn wanted(&self, is_wanted: impl Fn(&Field) -> bool) -> (Vec<&Field>, Vec<usize>) {
        let fields: Vec<_> = self.fields.iter().filter(|f| is_wanted(f)).collect();
        let columns = fields.iter().flat_map(|field| field.columns()).collect();
        (fields, columns)
    }

    /// Does something with each record as an object of JSON that has these fields.
    fn each_object(
        &self,
        is_wanted: impl Fn(&Field) -> bool,
        on_object: &mut OnObject<'_>,
    ) -> Result<(), Error> {
        let (fields, columns) = self.wanted(is_wanted);
        let mut text = String::new();
        self.each(&columns, &mut |row, columns| {
            text.clear();
            let written = columns.write_object(&fields, &mut text);
            if written == Err(Fault::Broken) {
                let stop = column::broken("its columns contradict each other");
                return Err(stopped(self.entry, row, stop));
            }
            on_object(row, &text, written)
        })
    }

    /// What the columns and the first records say; a fault in them is for the reader to tell.
    fn first_facts(&self) -> Facts {
        let mut facts = Facts::default();
        self.add_empty(&mut facts);
        let told_later = self.each_object(|_| true, &mut |row, text, _| {
            add_facts(&mut facts, text);
            Ok(until_head_ends(row))
        });
        drop(told_later);
        facts
    }

    /// Takes note of a record without a value: of the names that every record has.
    fn add_empty(&self, facts: &mut Facts) {
        let mut text = String::from("{");
        for (at, field) in self.fields.iter().enumerate() {
            text.push_str(if at > 0 { "," } else { "" });
            text.push_str(field.key());
            text.push(':');
            field.write_empty(&mut text);
        }
        text.push('}');
        add_facts(facts, &text);
    }

    fn read_documents(&self, plan: &DocumentPlan, out: &mut Out<'_>) -> Result<(), Error> {
        let is_wanted = |field: &Field| {
            let key: Option<String> = serde_json::from_str(field.key()).ok();
            key.is_none_or(|key| plan.may_need(&key))
        };
        self.each_object(is_wanted, &mut |row, text, written| {
            if written.is_err() {
                out.reject(row, "row_encoding", NO_TEXT, Some(text.as_bytes()));
            } else if text.len() > MAX_RECORD {
                out.reject(row, "row_too_large", "the record is over 16 MB", None);
            } else if let Ok(object) = Object::parse(text) {
                plan.add_object(row, text, &object, out)?;
            }
            Ok(stop_if(out.is_stopped()))
        })
    }

    /// The names are in the footer, but for those of maps.
    fn gather(&self, on_record: &mut dyn FnMut() -> ControlFlow<()>) -> Option<Gathered> {
        let mut facts = Facts::default();
        self.add_empty(&mut facts);
        let mut is_stopped = false;
        let told_later = self.each_object(Field::has_map, &mut |_, text, _| {
            is_stopped = on_record().is_break();
            add_facts(&mut facts, text);
            Ok(stop_if(is_stopped))
        });
        drop(told_later);
        (!is_stopped).then_some(Gathered {
            columns: facts.columns,
            audiences: facts.audiences,
        })
    }
}

const NO_TEXT: &str = "a value in it is no text, and of no type that is read here";

fn add_facts(facts: &mut Facts, text: &str) {
    if let Ok(object) = Object::parse(text) {
        facts.add_object(&object);
    }
}

fn stop_if(is_stopped: bool) -> ControlFlow<()> {
    if is_stopped {
        ControlFlow::Break(())
    } else {
        ControlFlow::Continue(())
    }
}

fn until_head_ends(row: u64) -> ControlFlow<()> {
    stop_if(row >= HEAD_RECORDS as u64)
}

/// What it means that a file could not be read on from this row, counted from 1.
fn stopped(entry: &Entry, row: u64, stop: Stop) -> Error {
    shape::stopped(entry, row, stop)
}

/// As many records as come to some megabytes.
fn at_a_time(group: &RowGroupMetaData, columns: &[usize]) -> usize {
    const BYTES: i64 = 8 << 20;
    const FEWEST: i64 = 16;
    const MOST: i64 = 4096;
    let chunks = columns.iter().filter_map(|at| group.columns().get(*at));
    let n_bytes = chunks.fold(1_i64, |sum, chunk| {
        sum.saturating_add(chunk.uncompressed_size())
    });
    let n_records = BYTES.saturating_mul(group.num_rows()) / n_bytes.max(1);
    usize::try_from(n_records.clamp(FEWEST, MOST)).unwrap_or_default()
}
