//! An error put for people: what happened, and what to do about it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Something that keeps a run, a command or a screen from doing its work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// A short fixed word to search for, such as `snapshot_empty`.
    pub code: String,
    /// What happened, and to what; one or two sentences.
    pub what: String,
    /// What the reader can do now.
    pub next_step: String,
}

impl Problem {
    /// A problem from its three texts.
    pub fn new(code: &str, what: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            what: what.into(),
            next_step: next_step.into(),
        }
    }

    /// The word of [`interrupted`](Self::interrupted).
    pub const INTERRUPTED: &str = "interrupted";

    /// A run's, if the program ended before it did.
    pub fn interrupted() -> Self {
        Self::new(
            Self::INTERRUPTED,
            "The program ended before this run did.",
            "Nothing is lost: what was not confirmed is sent by the next run.",
        )
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({})", self.what, self.next_step, self.code)
    }
}
