//! Where profiles come from: reads a source into batches of rows, and knows nothing of Outreach.
//!
//! [`open()`] lists the files and tells from their names and beginnings how they are laid out; [`Files::read`] streams
//! them. A fault in one record makes that record a [`Rejected`]; a fault that may hide other records, such as a file
//! that was cut off, is an [`Error`], because in a full snapshot what is not there counts as having left. For the same
//! reason a file of 0 bytes is an error, and so is an audience without a file or a column.
//!
//! The way of a record: `input` (out of its containers, UTF-8) → `csv_records` or `json_records` (taken apart) → `csv_rows` or
//! `json_rows` (cells of the projection) → `out` → `merge`, if rows of one profile may stand in several places.

mod batch;
mod columns;
#[cfg(test)]
mod corpus_tests;
mod describe;
mod error;
mod files;
#[cfg(test)]
mod files_tests;
mod out;
mod survey;
#[cfg(test)]
mod survey_tests;
mod tally;
mod timestamp;

pub use batch::{Batch, Projection, Rejected, Row};
pub use describe::{DescribedFile, Description};
pub use error::Error;
pub use files::{
    FileKind, Files, Fingerprint, Layout, OFFERED_ENCODINGS, Proposal, open, propose_encoding,
};
pub use survey::{Survey, SurveyedAudience, SurveyedColumn};
pub use timestamp::parse_timestamp;
