//! Where in a source a record stands.

use std::{fmt, sync::Arc};

/// A file and a line of it, for people who have to find the record again.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// The file's name below the source's folder.
    pub file: Arc<str>,
    /// The line the record starts at, counted from 1; 0 if the record is not on a line of its own.
    pub line: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 {
            write!(f, "{}", self.file)
        } else {
            write!(f, "{}, line {}", self.file, self.line)
        }
    }
}
