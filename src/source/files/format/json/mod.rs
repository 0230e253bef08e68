//! JSON: a list, an object a line, or objects one after the other.

pub(in crate::source) mod records;

use std::{ops::ControlFlow, sync::Arc};

use self::records::{Form, Found, JsonRecords};
use super::{
    Format, Gathered, Plan, Written,
    document::{
        DocumentPlan,
        node::{self, Object},
    },
};
use crate::{
    model::FileSource,
    source::{
        Error,
        files::{
            SourceFile,
            input::Stop,
            listing::Entry,
            shape::{self, Facts, Shape},
        },
        out::Out,
    },
};

/// JSON text.
#[derive(Debug)]
pub(in crate::source) struct Json;

impl Format for Json {
    fn sniff(&self, entry: &Entry, settings: &FileSource) -> Result<Shape, Error> {
        sniff(entry, settings)
    }

    fn read(&self, file: &SourceFile, plan: &Plan, out: &mut Out<'_>) -> Result<(), Error> {
        match plan {
            Plan::Document(plan) => read(&file.entry, plan, out),
            Plan::Table(_) => Ok(()),
        }
    }

    fn gather(
        &self,
        file: &SourceFile,
        on_record: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<Option<Gathered>, Error> {
        gather(&file.entry, on_record)
    }
}

/// Records that the form of a file is told from.
const HEAD_RECORDS: usize = 1000;

fn sniff(entry: &Entry, settings: &FileSource) -> Result<Shape, Error> {
    let mut records = JsonRecords::new(shape::open_window(entry)?);
    let mut facts = Facts::default();
    let mut n_values = 0;
    let mut looks_like_json = false;
    // A fault here is for the reader to tell, with what was read before it.
    while n_values < HEAD_RECORDS
        && let Ok(Found::Value | Found::TooLarge) = records.next()
    {
        n_values += 1;
        let text = str::from_utf8(records.text()).unwrap_or_default();
        looks_like_json |= text.starts_with('{') || records.form() != Some(Form::Lines);
        for object in node::objects(text) {
            facts.add_object(&object);
        }
    }
    if n_values > 0 && !looks_like_json {
        let file = Arc::clone(&entry.name);
        return Err(Error::NotJson { file });
    }
    Shape::of_documents(entry, settings, Written::Json, facts)
}

/// Goes through a whole JSON file; nothing comes of it if `on_record` breaks. A fault in the file ends it, and is for the
/// reader to tell.
fn gather(
    entry: &Entry,
    on_record: &mut dyn FnMut() -> ControlFlow<()>,
) -> Result<Option<Gathered>, Error> {
    let mut records = JsonRecords::new(shape::open_window(entry)?);
    let mut facts = Facts::default();
    while let Ok(Found::Value | Found::TooLarge) = records.next() {
        if on_record().is_break() {
            return Ok(None);
        }
        for object in node::objects(str::from_utf8(records.text()).unwrap_or_default()) {
            facts.add_object(&object);
        }
    }
    Ok(Some(Gathered {
        columns: facts.columns,
        audiences: facts.audiences,
    }))
}

/// Reads the records of the file.
fn read(entry: &Entry, plan: &DocumentPlan, out: &mut Out<'_>) -> Result<(), Error> {
    let mut records = JsonRecords::new(shape::open_window(entry)?);
    let mut wrong_encoding = None;
    while !out.is_stopped() {
        let found = records.next();
        let line = records.line();
        match found.map_err(|stop| shape::stopped(entry, line, stop))? {
            Found::End => break,
            Found::TooLarge => out.reject(line, "row_too_large", "the record is over 16 MB", None),
            Found::Value => match str::from_utf8(records.text()) {
                Ok(text) if !(records.window().is_decoded() && text.contains('\u{fffd}')) => {
                    let is_at_end = records.is_at_end();
                    let added = match records.form() {
                        Some(Form::Lines) => add_line(plan, line, text, is_at_end, out)?,
                        _ => add_value(plan, line, text, out)?,
                    };
                    added.map_err(|stop| shape::stopped(entry, line, stop))?;
                }
                Err(e) if e.error_len().is_none() && records.is_at_end() => {
                    return Err(shape::stopped(entry, line, Stop::CutOff));
                }
                _ => {
                    let what =
                        wrong_encoding.get_or_insert_with(|| records.window().wrong_encoding());
                    out.reject(line, "row_encoding", &**what, Some(records.text()));
                }
            },
        }
    }
    Ok(())
}

/// Adds the values of a line; what is broken in it touches no other line.
fn add_line(
    plan: &DocumentPlan,
    line: u64,
    text: &str,
    is_at_end: bool,
    out: &mut Out<'_>,
) -> Result<Result<(), Stop>, Error> {
    for value in
        serde_json::Deserializer::from_str(text).into_iter::<&serde_json::value::RawValue>()
    {
        match value {
            Ok(value) if value.get().starts_with('{') => {
                if let Ok(object) = Object::parse(value.get()) {
                    plan.add_object(line, value.get(), &object, out)?;
                }
            }
            Ok(value) => out.reject(
                line,
                "json_not_object",
                NOT_OBJECT,
                Some(value.get().as_bytes()),
            ),
            Err(e) if e.is_eof() && is_at_end => return Ok(Err(Stop::CutOff)),
            Err(e) => {
                let what = format!("it is not JSON from column {} on", e.column());
                out.reject(line, "json_invalid", what, Some(text.as_bytes()));
                break;
            }
        }
    }
    Ok(Ok(()))
}

/// Adds a value that may go over several lines; what is broken in it may be a sign of anything.
fn add_value(
    plan: &DocumentPlan,
    line: u64,
    text: &str,
    out: &mut Out<'_>,
) -> Result<Result<(), Stop>, Error> {
    if let Err(e) = serde_json::from_str::<&serde_json::value::RawValue>(text) {
        let (below, column) = (e.line().saturating_sub(1) as u64, e.column());
        let what = format!("it is not JSON at line {}, column {column}", line + below);
        return Ok(Err(Stop::Damaged(what)));
    }
    if !text.starts_with('{') {
        out.reject(line, "json_not_object", NOT_OBJECT, Some(text.as_bytes()));
    } else if let Ok(object) = Object::parse(text) {
        plan.add_object(line, text, &object, out)?;
    }
    Ok(Ok(()))
}

const NOT_OBJECT: &str = "it is JSON, but not an object";
