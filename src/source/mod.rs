//! Where profiles come from: reads a source into batches of rows, and knows nothing of Outreach.
//!
//! [`open()`] looks at what there is, and [`Source::read`] streams it. A fault in one record makes that record a
//! [`Rejected`]; a fault that may hide other records, such as a file that was cut off, is an [`Error`], because in a full
//! snapshot what is not there counts as having left. For the same reason a file of 0 bytes is an error, and so is an
//! audience without a file or a column.
//!
//! Each kind of source has a folder of its own. Files know how they are listed, named, unpacked and merged, and each
//! form that they are written in is one file of `files/format`.

use std::{collections::BTreeMap, ops::ControlFlow};

use crate::model::{AudienceId, SourceSettings};

mod batch;
mod columns;
#[cfg(test)]
mod corpus_tests;
mod describe;
mod error;
mod files;
#[cfg(test)]
mod files_tests;
mod null_words;
mod out;
mod status;
mod survey;
#[cfg(test)]
mod survey_tests;
mod tally;
mod tether;
mod timestamp;

pub use batch::{Batch, Projection, Rejected, Row};
pub use columns::is_same_field;
pub use describe::{DescribedFile, Description};
pub use error::Error;
pub use files::{FileKind, Files, Fingerprint, Kinds, Known, Layout, Proposal, Reason};
pub use null_words::NullWord;
pub use survey::{Survey, SurveyedAudience, SurveyedColumn};
pub use tether::Tether;
pub use timestamp::parse_timestamp;

/// A source, as it was when it was opened.
#[derive(Debug, Clone)]
pub enum Source {
    /// Files on this computer.
    Files(Files),
}

/// Looks at what the source consists of, and at the beginning of each part; whoever knows what it is for says so.
///
/// # Errors
/// If it cannot be read, or does not say what it is.
pub fn open(settings: &SourceSettings, known: &Known, tether: &Tether) -> Result<Source, Error> {
    match settings {
        SourceSettings::Files(settings) => files::open(settings, known, tether).map(Source::Files),
    }
}

/// A number that changes when the source does; reads no record.
///
/// # Errors
/// If the source is not there.
pub fn version(settings: &SourceSettings) -> Result<Fingerprint, Error> {
    match settings {
        SourceSettings::Files(settings) => files::version(settings),
    }
}

impl Source {
    /// The kind of export: whether absence means "has left".
    pub fn kinds(&self) -> &Kinds {
        match self {
            Self::Files(files) => files.kinds(),
        }
    }

    /// Whether its beginning names this field, with a value or without.
    pub fn names_field(&self, field: &str) -> bool {
        match self {
            Self::Files(files) => files.names_field(field),
        }
    }

    /// Of each audience that has parts of its own: whether they say who is a member.
    pub fn status_signs(&self, audiences: &[AudienceId]) -> BTreeMap<AudienceId, bool> {
        match self {
            Self::Files(files) => files.status_signs(audiences),
        }
    }

    /// How profiles and audiences are laid out over it.
    pub fn layout(&self) -> Layout {
        match self {
            Self::Files(files) => files.layout(),
        }
    }

    /// A number that changes when the source does.
    pub fn version(&self) -> Fingerprint {
        match self {
            Self::Files(files) => files.fingerprint(),
        }
    }

    /// Reads what the projection asks for and hands it on batch by batch, until `emit` breaks.
    ///
    /// What was handed on before an error is not the whole source; a run must not act on it.
    pub fn read(
        &self,
        projection: &Projection,
        emit: &mut dyn FnMut(Batch) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        match self {
            Self::Files(files) => files.read(projection, emit),
        }
    }

    /// Tells what the source holds, from its beginning.
    pub fn describe(&self) -> Result<Description, Error> {
        match self {
            Self::Files(files) => files.describe(),
        }
    }

    /// Parts with fields whose names are no text, so that no mapping can name them, in words.
    pub fn odd_names(&self) -> &[String] {
        match self {
            Self::Files(files) => &files.odd_names,
        }
    }

    /// Reads the source from end to end, telling now and then how many records it has read, until that breaks; what was
    /// read by then is returned.
    pub fn survey(
        &self,
        on_progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<Survey, Error> {
        match self {
            Self::Files(files) => files.survey(on_progress),
        }
    }
}
