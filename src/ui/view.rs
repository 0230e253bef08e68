//! What every screen gets to see.

use jiff::{Timestamp, tz::TimeZone};

use crate::engine::Snapshot;

/// The engine's newest state, at one moment, as one person sees it.
#[derive(Debug, Clone)]
pub struct View<'a> {
    /// What may be shown.
    pub snapshot: &'a Snapshot,
    /// The moment of this frame.
    pub now: Timestamp,
    /// Where the person is.
    pub zone: TimeZone,
}

/// Remembers what a screen has asked the engine for, so that it asks once and not in every frame.
#[derive(Debug, Clone)]
pub struct AskOnce<Q>(Option<Q>);

impl<Q> Default for AskOnce<Q> {
    fn default() -> Self {
        Self(None)
    }
}

impl<Q: PartialEq> AskOnce<Q> {
    /// Whether this question is another one than the last.
    pub fn is_new(&mut self, question: Q) -> bool {
        if self.0.as_ref() == Some(&question) {
            return false;
        }
        self.0 = Some(question);
        true
    }

    /// Has the same question count as new again.
    pub fn again(&mut self) {
        self.0 = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_asked_once_until_it_changes() {
        let mut ask = AskOnce::default();
        assert!(ask.is_new(1));
        assert!(!ask.is_new(1));
        assert!(ask.is_new(2));
        ask.again();
        assert!(ask.is_new(2));
    }
}
