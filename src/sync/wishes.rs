//! What the rows of a batch ask for: worked out on the reader's thread, so that the planner's can write meanwhile.

use xxhash_rust::xxh3::xxh3_64;

use super::rules::{Exclusion, Rules};
use crate::{
    model::{Digest, FieldSet, MappingId, OutreachId, Part},
    source::{Batch, Rejected},
};

/// Everything one profile asks of its prospect.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// The values; a status of `exited` is only written to a prospect that was a member.
    pub fields: FieldSet,
    /// The audiences the profile is in.
    pub realized: AudienceSet,
    /// The audiences it is not in.
    pub exits: AudienceSet,
}

impl Wish {
    /// What is asked for, as one number.
    pub fn digest(&self) -> Digest {
        Digest(xxh3_64(self.fields.as_bytes()))
    }
}

/// Audiences of a schedule by their place in it, of which there are at most as many as custom fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AudienceSet([u64; N_WORDS]);

const N_WORDS: usize = (MappingId::MAX as usize).div_ceil(64);

impl AudienceSet {
    /// Adds an audience.
    pub fn insert(&mut self, place: usize) {
        if let Some(word) = self.0.get_mut(place / 64) {
            *word |= 1 << (place % 64);
        }
    }

    /// Whether the audience is in it.
    pub fn contains(self, place: usize) -> bool {
        self.0
            .get(place / 64)
            .is_some_and(|word| word & 1 << (place % 64) != 0)
    }

    /// Whether no audience is in it.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// The audiences in it, in the order of the schedule.
    pub fn iter(self) -> impl Iterator<Item = usize> {
        (0..).step_by(64).zip(self.0).flat_map(|(first, word)| {
            let rest = |word: &u64| Some(word & (word - 1)).filter(|rest| *rest != 0);
            let words = std::iter::successors(Some(word).filter(|word| *word != 0), rest);
            words.map(move |word| first + word.trailing_zeros() as usize)
        })
    }
}

impl FromIterator<usize> for AudienceSet {
    fn from_iter<I: IntoIterator<Item = usize>>(places: I) -> Self {
        let mut set = Self::default();
        for place in places {
            set.insert(place);
        }
        set
    }
}

/// The rows of a batch with what each asks for.
#[derive(Debug)]
pub struct Wishes {
    /// The part of the source that they stand in.
    pub part: Part,
    /// Records that could not be read.
    pub rejected: Vec<Rejected>,
    /// The others, in the order of the part.
    pub rows: Vec<WishRow>,
    /// Which of the mapped fields and audiences stand in the rows.
    pub coverage: Coverage,
}

/// Which of the mapped fields and audiences some record has, empty or not, each by its place in the mapping or schedule.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Coverage {
    attributes: Vec<bool>,
    audiences: Vec<bool>,
}

impl Coverage {
    /// Nothing seen yet of so many attributes and audiences.
    pub fn new(n_attributes: usize, n_audiences: usize) -> Self {
        Self {
            attributes: vec![false; n_attributes],
            audiences: vec![false; n_audiences],
        }
    }

    /// Takes note of a row's cells: the id, the attributes, the audiences.
    fn add(&mut self, cells: &[Option<&str>]) {
        let all = self.attributes.iter_mut().chain(&mut self.audiences);
        for (seen, cell) in all.zip(cells.iter().skip(1)) {
            *seen |= cell.is_some();
        }
    }

    /// Adds what was seen elsewhere.
    pub fn merge(&mut self, other: &Self) {
        let theirs = other.attributes.iter().chain(&other.audiences);
        let mine = self.attributes.iter_mut().chain(&mut self.audiences);
        for (mine, theirs) in mine.zip(theirs) {
            *mine |= theirs;
        }
    }

    /// The attributes that no record has.
    pub fn unseen_attributes(&self) -> impl Iterator<Item = usize> {
        unseen(&self.attributes)
    }

    /// The audiences that no record names.
    pub fn unseen_audiences(&self) -> impl Iterator<Item = usize> {
        unseen(&self.audiences)
    }
}

fn unseen(all: &[bool]) -> impl Iterator<Item = usize> {
    let numbered = all.iter().enumerate();
    numbered.filter(|(_, seen)| !**seen).map(|(place, _)| place)
}

/// What one row asks for.
#[derive(Debug)]
pub struct WishRow {
    /// The line or row it starts at, counted from 1; 0 if it has no place of its own.
    pub number: u64,
    /// The prospect and what is asked of it, or why nothing may be asked.
    pub wish: Result<(OutreachId, Wish, Digest), Exclusion>,
}

impl Wishes {
    /// Applies the rules to every row.
    pub fn of(rules: &Rules, batch: Batch) -> Self {
        let mut rows = Vec::with_capacity(batch.n_rows());
        let mut cells = vec![];
        let mut coverage = rules.coverage();
        for row in batch.rows() {
            cells.clear();
            cells.extend(row.cells());
            coverage.add(&cells);
            let wish = rules.read(&cells).map(|(prospect, wish)| {
                let digest = wish.digest();
                (prospect, wish, digest)
            });
            rows.push(WishRow {
                number: row.number(),
                wish,
            });
        }
        drop(cells);
        Self {
            part: batch.part,
            rejected: batch.rejected,
            rows,
            coverage,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_the_audiences_put_into_it() {
        let places = [0, 63, 64, 149];
        let set: AudienceSet = places.into_iter().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), places);
        assert!(set.contains(149) && !set.contains(1) && !set.contains(10_000));
        assert!(AudienceSet::default().is_empty() && !set.is_empty());
    }
}
