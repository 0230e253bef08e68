//! Where profiles come from: reads a source into batches of rows, and knows nothing of Outreach.

mod batch;
mod columns;
#[cfg(test)]
mod corpus_tests;
mod csv_records;
mod csv_rows;
mod describe;
mod document;
mod error;
mod files;
#[cfg(test)]
mod files_tests;
mod input;
mod json_records;
mod json_rows;
mod listing;
mod merge;
mod names;
mod out;
mod shape;
mod timestamp;

pub use batch::{Batch, Projection, Rejected, Row};
pub use describe::{DescribedFile, Description};
pub use error::Error;
pub use files::{Files, open};
pub use listing::Fingerprint;
pub use shape::Layout;
pub use timestamp::parse_timestamp;
