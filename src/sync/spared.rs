//! Prospects that records nobody could read may belong to.

use std::{collections::BTreeSet, ops::RangeInclusive};

use crate::model::OutreachId;

/// Numbers of prospects, one by one and as ranges.
#[derive(Debug, Default)]
pub(super) struct Spared {
    numbers: BTreeSet<OutreachId>,
    /// In order and apart once they are united.
    ranges: Vec<RangeInclusive<u64>>,
}

impl Spared {
    /// Adds prospects.
    pub(super) fn add(&mut self, numbers: impl Iterator<Item = OutreachId>) {
        self.numbers.extend(numbers);
    }

    /// Adds numbers that an id may have been before something rewrote it.
    pub(super) fn add_ranges(&mut self, ranges: &[RangeInclusive<u64>]) {
        self.ranges.extend(ranges.iter().cloned());
    }

    /// Makes the ranges ready to be asked: in order, those that touch as one.
    pub(super) fn unite(&mut self) {
        self.ranges.sort_unstable_by_key(|range| *range.start());
        let mut united: Vec<RangeInclusive<u64>> = vec![];
        for range in std::mem::take(&mut self.ranges) {
            match united.last_mut().filter(|last| range.start() <= last.end()) {
                Some(last) => *last = *last.start()..=*last.end().max(range.end()),
                None => united.push(range),
            }
        }
        self.ranges = united;
    }

    /// Whether the prospect is among them.
    pub(super) fn contains(&self, prospect: OutreachId) -> bool {
        let number = prospect.get();
        let before = self
            .ranges
            .partition_point(|range| *range.start() <= number);
        let last = before.checked_sub(1).and_then(|at| self.ranges.get(at));
        self.numbers.contains(&prospect) || last.is_some_and(|range| range.contains(&number))
    }
}
