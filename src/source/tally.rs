//! What the values of one column come to, and which column holds the ids of prospects.

use std::collections::HashSet;

use super::{columns, survey::SurveyedColumn};
use crate::model::OutreachId;

const MOST_SAMPLES: usize = 3;

/// Enough values to tell ids from other numbers: these are looked at for whether they repeat.
const N_COMPARED: usize = 1000;

/// A column while it is read.
#[derive(Debug, Clone)]
pub(super) struct Tally {
    column: SurveyedColumn,
    /// Whether the name says that it holds the ids of prospects.
    is_named_id: bool,
    /// Whether every value so far could be an id.
    is_all_ids: bool,
    n_ids: u64,
    /// The first different values, as numbers.
    first_ids: HashSet<OutreachId>,
}

impl Tally {
    pub(super) fn new(name: &str) -> Self {
        let is_identity = columns::namespace(name) != name.trim();
        Self {
            column: SurveyedColumn {
                name: name.to_owned(),
                is_identity,
                ..SurveyedColumn::default()
            },
            is_named_id: is_named_id(name),
            is_all_ids: true,
            n_ids: 0,
            first_ids: HashSet::new(),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.column.name
    }

    /// How many values are ids.
    pub(super) fn n_ids(&self) -> u64 {
        self.n_ids
    }

    pub(super) fn add(&mut self, cell: &str) {
        if cell.trim_start().is_empty() {
            return;
        }
        let column = &mut self.column;
        column.n_filled += 1;
        // A text has no more characters than bytes.
        if cell.len() > column.longest {
            column.longest = column.longest.max(cell.chars().count());
        }
        if column.samples.len() < MOST_SAMPLES && !column.samples.iter().any(|s| s == cell) {
            column.samples.push(cell.to_owned());
        }
        if self.is_named_id || self.is_all_ids {
            match OutreachId::parse(cell) {
                Some(id) => {
                    self.n_ids += 1;
                    if self.n_ids <= N_COMPARED as u64 {
                        self.first_ids.insert(id);
                    }
                }
                None => self.is_all_ids = false,
            }
        }
    }

    pub(super) fn into_column(self) -> SurveyedColumn {
        self.column
    }

    /// Whether all values are positive whole numbers and hardly any of the first is there twice.
    fn looks_like_ids(&self) -> bool {
        let n_compared = usize::try_from(self.n_ids).map_or(N_COMPARED, |n| n.min(N_COMPARED));
        self.is_all_ids && n_compared > 0 && self.first_ids.len() * 10 >= n_compared * 9
    }
}

/// The column that most likely holds the ids of prospects: by its name, or else by its values.
pub(super) fn best_id(tallies: &[Tally]) -> Option<&Tally> {
    let by_name = tallies.iter().filter(|tally| tally.is_named_id);
    // The first of equals wins.
    let named = by_name.rev().max_by_key(|tally| tally.n_ids);
    named.or_else(|| {
        let by_values = tallies.iter().filter(|tally| tally.looks_like_ids());
        by_values.rev().max_by_key(|tally| tally.n_ids)
    })
}

fn is_named_id(name: &str) -> bool {
    let letters: String = columns::namespace(name)
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    [
        "oid",
        "outreachid",
        "outreachprospectid",
        "identitymapoid",
        "identitymapoutreachid",
    ]
    .iter()
    .any(|known| letters.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(name: &str, values: &[&str]) -> Tally {
        let mut tally = Tally::new(name);
        for value in values {
            tally.add(value);
        }
        tally
    }

    #[test]
    fn the_id_is_found_by_name_and_else_by_its_values() {
        let points = tally("points", &["10", "10", "10"]);
        let number = tally("number", &["7", "", "9"]);
        let named = tally("Outreach ID", &["7", "x"]);
        let mail = tally("mail", &["a@b", "c@d"]);
        let best = |tallies: &[&Tally]| {
            let tallies: Vec<_> = tallies.iter().map(|tally| (*tally).clone()).collect();
            best_id(&tallies).map(|tally| (tally.name().to_owned(), tally.n_ids()))
        };
        assert_eq!(
            best(&[&points, &number, &named]),
            Some(("Outreach ID".to_owned(), 1))
        );
        assert_eq!(
            best(&[&points, &mail, &number]),
            Some(("number".to_owned(), 2))
        );
        assert_eq!(best(&[&points, &mail, &tally("empty", &[])]), None);
    }

    #[test]
    fn every_spelling_of_the_name_is_known() {
        for name in [
            "Oid",
            "oid",
            "Outreach_Id",
            "identityMap.OID",
            "identityMap.Oid[0].id",
        ] {
            assert!(is_named_id(name), "{name}");
        }
        for name in ["id", "void", "identityMap.ecid", "paranoid"] {
            assert!(!is_named_id(name), "{name}");
        }
    }

    #[test]
    fn length_is_counted_in_characters_and_samples_differ() {
        let column = tally("x", &["åäö", " ", "", "ab", "åäö", "c", "d"]).into_column();
        assert_eq!((column.n_filled, column.longest), (5, 3));
        assert_eq!(column.samples, ["åäö", "ab", "c"]);
    }
}
