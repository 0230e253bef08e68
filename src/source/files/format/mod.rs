//! The forms that files are written in: each is one file here, and one arm of [`Written::format`].
//!
//! A form hands its records on as rows below a header (`table`) or as documents (`document`); these two know what a
//! projection asks for, and a form only how its files are taken apart.

pub(in crate::source) mod csv;
pub(in crate::source) mod document;
pub(in crate::source) mod json;
mod number;
pub(in crate::source) mod parquet;
pub(in crate::source) mod table;
pub(in crate::source) mod workbook;

use std::ops::ControlFlow;

use self::{csv::Dialect, document::DocumentPlan, table::TablePlan};
use super::{SourceFile, listing::Entry, shape::Shape};
use crate::{
    model::{AudienceId, Counts, FileSource},
    source::{Error, out::Out},
};

/// How a file is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::source) enum Written {
    Delimited(Dialect),
    Json,
    /// Documents if it has lists or maps, and else rows.
    Parquet {
        is_nested: bool,
    },
    /// The rows of one sheet.
    Workbook {
        sheet: String,
    },
}

/// What a form of files has to do.
pub(in crate::source) trait Format: Sync {
    /// Tells what a file is from its beginning; what the settings say of it is taken as it is.
    fn sniff(&self, entry: &Entry, settings: &FileSource) -> Result<Shape, Error>;

    /// Reads the records of a file.
    fn read(&self, file: &SourceFile, plan: &Plan, out: &mut Out<'_>) -> Result<(), Error>;

    /// Goes through a whole file for the fields of its records, where its beginning does not name them all; nothing
    /// comes of it if `on_record` breaks.
    fn gather(
        &self,
        file: &SourceFile,
        on_record: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<Option<Gathered>, Error>;
}

impl Written {
    /// The form.
    pub(in crate::source) fn format(&self) -> &'static dyn Format {
        match self {
            Self::Delimited(_) => &csv::Delimited,
            Self::Json => &json::Json,
            Self::Parquet { .. } => &parquet::Parquet,
            Self::Workbook { .. } => &workbook::Workbook,
        }
    }

    /// The form, in words.
    pub(in crate::source) fn describe(&self) -> &'static str {
        match self {
            Self::Delimited(dialect) => dialect.form(),
            Self::Json => "JSON",
            Self::Parquet { .. } => "Parquet",
            Self::Workbook { .. } => "an Excel workbook",
        }
    }

    /// What tells its records apart.
    pub(in crate::source) fn counts(&self) -> Counts {
        match self {
            Self::Delimited(_) | Self::Json => Counts::Lines,
            Self::Parquet { .. } | Self::Workbook { .. } => Counts::Rows,
        }
    }

    /// Whether its records are documents rather than rows below a header.
    pub(in crate::source) fn has_documents(&self) -> bool {
        matches!(self, Self::Json | Self::Parquet { is_nested: true })
    }
}

/// What is taken out of a file's records.
#[derive(Debug, Clone)]
pub(in crate::source) enum Plan {
    Table(TablePlan),
    Document(Box<DocumentPlan>),
}

/// What the records of a file have, each once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::source) struct Gathered {
    pub(in crate::source) columns: Vec<String>,
    pub(in crate::source) audiences: Vec<AudienceId>,
}
