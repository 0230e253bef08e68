//! What happened, line by line, and one number that stands for all of it.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::{Arc, Mutex, MutexGuard},
};

use tokio::time::Instant;

/// A trace; clones write to the same one.
#[derive(Clone)]
pub(super) struct Trace(Arc<Mutex<Lines>>);

struct Lines {
    begins: Instant,
    so_far: Vec<String>,
    hasher: DefaultHasher,
}

impl Trace {
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(Lines {
            begins: Instant::now(),
            so_far: vec![],
            hasher: DefaultHasher::new(),
        })))
    }

    pub(super) fn note(&self, what: impl AsRef<str>) {
        let mut lines = self.lines();
        let line = format!(
            "{:>9} {}",
            lines.begins.elapsed().as_millis(),
            what.as_ref()
        );
        line.hash(&mut lines.hasher);
        lines.so_far.push(line);
    }

    /// The same for two traces only if they are the same.
    pub(super) fn fingerprint(&self) -> u64 {
        self.lines().hasher.finish()
    }

    /// The newest lines.
    pub(super) fn tail(&self, n: usize) -> String {
        let lines = self.lines();
        let from = lines.so_far.len().saturating_sub(n);
        lines.so_far[from..].join("\n")
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.0.lock().expect("a lock")
    }
}
