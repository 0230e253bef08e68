//! Where profiles come from: reads a source into batches of rows, and knows nothing of Outreach.

mod batch;

pub use batch::{Batch, Projection, Rejected, Row};
