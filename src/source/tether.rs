//! What a reader is held by: it can be let go, and it shows that it goes on.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

/// Shared between a reader and whoever waits for it; every copy is the same tether.
#[derive(Debug, Clone, Default)]
pub struct Tether(Arc<State>);

#[derive(Debug, Default)]
struct State {
    is_cut: AtomicBool,
    beats: AtomicU64,
}

impl Tether {
    /// Lets the reader go: it ends at its next look. One that hangs in the system's hands looks no more, and is left.
    pub fn cut(&self) {
        self.0.is_cut.store(true, Ordering::Relaxed);
    }

    /// Whether the reader is to end.
    pub fn is_cut(&self) -> bool {
        self.0.is_cut.load(Ordering::Relaxed)
    }

    /// Shows that the reader goes on.
    pub fn beat(&self) {
        self.0.beats.fetch_add(1, Ordering::Relaxed);
    }

    /// A number that grows for as long as the reader goes on.
    pub fn beats(&self) -> u64 {
        self.0.beats.load(Ordering::Relaxed)
    }
}
