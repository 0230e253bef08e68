//! Writing to the terminal: results to standard output, everything else to standard error.

use std::io::{self, Write as _};

use serde::Serialize;

use crate::model::{Problem, visible};

/// Prints a result. What names, files and servers say cannot steer the terminal.
pub(super) fn result(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let text = visible(text);
    ended_quietly(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// Prints a result as one JSON object.
pub(super) fn json(value: &impl Serialize) -> io::Result<()> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    result(&text)
}

/// Prints what keeps a command from its work, and what to do about it.
pub(super) fn problem(problem: &Problem) -> io::Result<()> {
    note(&format!("{}\n{}\n", problem.what, problem.next_step))
}

/// Prints something that is not the result.
pub(super) fn note(text: &str) -> io::Result<()> {
    ended_quietly(io::stderr().lock().write_all(visible(text).as_bytes()))
}

/// A reader such as `head` may leave early.
fn ended_quietly(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
