//! Which prospects the ledger knows and which of them the source has named: two dozen bytes for each.

use std::{collections::HashMap, num::NonZeroU16};

use crate::{
    model::{Digest, OutreachId},
    store::LedgerEntry,
};

/// What became of the first row that named a prospect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FirstFate {
    Unchanged,
    Planned,
    Refused,
    Excluded,
}

/// The first row that named a prospect.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    pub(super) digest: Digest,
    /// Its line or row; which of them, the part knows.
    pub(super) number: u32,
    pub(super) part: NonZeroU16,
    pub(super) fate: FirstFate,
}

/// A prospect at its first or at a later row.
#[derive(Debug)]
pub(super) enum Meeting<'a> {
    First {
        ledger: Option<Digest>,
        slot: &'a mut Option<Seen>,
    },
    Again(&'a mut Seen),
}

/// The ledger's entries in the order of their numbers, each with what the source said of it.
#[derive(Debug, Default)]
pub struct Index {
    entries: Vec<LedgerEntry>,
    seen: Vec<Option<Seen>>,
    fresh: Fresh,
    /// Where the last prospect was found: sources are mostly in order.
    cursor: usize,
}

impl Index {
    /// An index over the ledger's entries, which are in the order of their numbers.
    pub fn new(entries: Vec<LedgerEntry>) -> Self {
        let seen = vec![None; entries.len()];
        Self {
            entries,
            seen,
            fresh: Fresh::default(),
            cursor: 0,
        }
    }

    /// Looks a prospect up; the caller fills the slot of a first meeting.
    pub(super) fn meet(&mut self, prospect: OutreachId) -> Meeting<'_> {
        let position = self.position(prospect);
        let ledger = position
            .and_then(|i| self.entries.get(i))
            .map(|entry| entry.digest);
        let slot = match position.and_then(|i| self.seen.get_mut(i)) {
            Some(slot) => slot,
            None => self.fresh.slot(prospect),
        };
        self.cursor = position.map_or(self.cursor, |i| i + 1);
        match slot {
            Some(seen) => Meeting::Again(seen),
            slot @ None => Meeting::First { ledger, slot },
        }
    }

    /// Whether the source has named this prospect.
    pub(super) fn is_seen(&self, prospect: OutreachId) -> bool {
        match entry_position(&self.entries, prospect) {
            Some(i) => self.seen.get(i).is_some_and(Option::is_some),
            None => self.fresh.seen(prospect).is_some(),
        }
    }

    /// Whether the prospect is in the ledger.
    pub(super) fn knows(&self, prospect: OutreachId) -> bool {
        entry_position(&self.entries, prospect).is_some()
    }

    /// The ledger's entries that no row has named.
    pub(super) fn unseen(&self) -> impl Iterator<Item = LedgerEntry> {
        self.entries
            .iter()
            .zip(&self.seen)
            .filter(|(_, seen)| seen.is_none())
            .map(|(entry, _)| *entry)
    }

    fn position(&self, prospect: OutreachId) -> Option<usize> {
        let expected = self
            .entries
            .get(self.cursor)
            .is_some_and(|entry| entry.prospect == prospect);
        if expected {
            Some(self.cursor)
        } else {
            entry_position(&self.entries, prospect)
        }
    }
}

/// Prospects that the ledger does not know.
#[derive(Debug, Default)]
struct Fresh {
    /// Those with a higher number than all before them: sources are mostly in order.
    ascending: Vec<(OutreachId, Option<Seen>)>,
    others: HashMap<OutreachId, Option<Seen>>,
}

impl Fresh {
    fn slot(&mut self, prospect: OutreachId) -> &mut Option<Seen> {
        if self
            .ascending
            .last()
            .is_none_or(|(last, _)| *last < prospect)
        {
            return &mut self.ascending.push_mut((prospect, None)).1;
        }
        match self
            .position(prospect)
            .and_then(|i| self.ascending.get_mut(i))
        {
            Some((_, slot)) => slot,
            None => self.others.entry(prospect).or_default(),
        }
    }

    fn seen(&self, prospect: OutreachId) -> Option<Seen> {
        match self.position(prospect).and_then(|i| self.ascending.get(i)) {
            Some((_, seen)) => *seen,
            None => self.others.get(&prospect).copied().flatten(),
        }
    }

    fn position(&self, prospect: OutreachId) -> Option<usize> {
        let (last, _) = self.ascending.last()?;
        if *last == prospect {
            return Some(self.ascending.len() - 1);
        }
        self.ascending
            .binary_search_by_key(&prospect, |(id, _)| *id)
            .ok()
    }
}

/// Where a prospect stands among entries that are in the order of their numbers.
pub(super) fn entry_position(entries: &[LedgerEntry], prospect: OutreachId) -> Option<usize> {
    entries
        .binary_search_by_key(&prospect, |entry| entry.prospect)
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_of_a_prospect_is_small() {
        // A source of ten million profiles has as many of them.
        assert!(size_of::<Option<Seen>>() <= 16);
        assert!(size_of::<(OutreachId, Option<Seen>)>() <= 24);
    }
}
