//! Words that stand for no value where the form of a file has no other way to say so.

/// The words that make a whole cell empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NullWords {
    words: Words,
    /// By first byte, whether a word begins so: most cells are told by that.
    begins: Box<[bool; 256]>,
    longest: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Words {
    Usual,
    /// A person's own, exactly as they are written.
    These(Vec<String>),
}

/// What exports and databases write in any letter case; words that may be a value, such as `N/A`, are none of them.
const USUAL: [&str; 3] = ["null", "undefined", "[null]"];

/// What databases write; `\n` is none.
const BACKSLASH_N: &str = r"\N";

impl Default for NullWords {
    fn default() -> Self {
        let firsts = USUAL.iter().chain([&BACKSLASH_N]);
        let mut begins = Box::new([false; 256]);
        for first in firsts.filter_map(|word| word.bytes().next()) {
            set(&mut begins, first.to_ascii_lowercase());
            set(&mut begins, first.to_ascii_uppercase());
        }
        Self {
            words: Words::Usual,
            begins,
            longest: USUAL.iter().map(|word| word.len()).max().unwrap_or(0),
        }
    }
}

/// Words that some programs write for no value, and that may be a value: a person decides.
const DOUBTFUL: [&str; 8] = ["n/a", "#n/a", "nan", "none", "nil", "(null)", "<null>", "-"];

impl NullWords {
    /// None at all.
    pub(super) fn none() -> Self {
        Self::these(&[])
    }

    /// A person's own words instead of the usual ones.
    pub(super) fn these(words: &[String]) -> Self {
        let words: Vec<_> = words.iter().map(|word| word.trim().to_owned()).collect();
        let mut begins = Box::new([false; 256]);
        for first in words.iter().filter_map(|word| word.bytes().next()) {
            set(&mut begins, first);
        }
        Self {
            longest: words.iter().map(String::len).max().unwrap_or(0),
            words: Words::These(words),
            begins,
        }
    }

    /// The cell, empty if it is such a word.
    #[inline]
    pub(super) fn value<'a>(&self, cell: &'a str) -> &'a str {
        if self.is_null_word(cell) { "" } else { cell }
    }

    /// Whether the cell as a whole is such a word.
    #[inline]
    pub(super) fn is_null_word(&self, cell: &str) -> bool {
        let first = cell.bytes().next().map(usize::from);
        let may_be = |first| self.begins.get(first).is_some_and(|begins| *begins);
        cell.len() <= self.longest && first.is_some_and(may_be) && self.is_listed(cell)
    }

    fn is_listed(&self, cell: &str) -> bool {
        match &self.words {
            Words::Usual => {
                let mut usual = USUAL.iter();
                cell == BACKSLASH_N || usual.any(|word| word.eq_ignore_ascii_case(cell))
            }
            Words::These(words) => words.iter().any(|word| word == cell),
        }
    }
}

/// A word that stands for no value, or may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NullWord {
    /// The word, as it is written.
    pub word: String,
    /// How many cells are nothing else.
    pub n_cells: u64,
    /// Whether they are taken for empty ones.
    pub is_empty: bool,
}

/// The words that were met while a source was read.
#[derive(Debug, Clone, Default)]
pub(super) struct NullCounts(Vec<NullWord>);

impl NullCounts {
    const MOST: usize = 32;

    /// The cell, which is nothing if it is one of these words.
    pub(super) fn value<'c>(&mut self, cell: &'c str, words: &NullWords) -> &'c str {
        let is_empty = words.is_null_word(cell);
        if is_empty || may_be_null(cell) {
            self.count(cell, is_empty);
        }
        if is_empty { "" } else { cell }
    }

    fn count(&mut self, word: &str, is_empty: bool) {
        if let Some(known) = self.0.iter_mut().find(|known| known.word == word) {
            known.n_cells += 1;
        } else if self.0.len() < Self::MOST {
            self.0.push(NullWord {
                word: word.to_owned(),
                n_cells: 1,
                is_empty,
            });
        }
    }

    /// The words, the most frequent first.
    pub(super) fn into_words(mut self) -> Vec<NullWord> {
        self.0.sort_by_key(|known| std::cmp::Reverse(known.n_cells));
        self.0
    }
}

fn may_be_null(cell: &str) -> bool {
    const LONGEST: usize = 9;
    let mut all = USUAL.iter().chain(&DOUBTFUL);
    cell.len() <= LONGEST
        && cell.starts_with(['n', 'N', 'u', 'U', '[', '#', '(', '<', '-', '\\'])
        && (cell == BACKSLASH_N || all.any(|word| word.eq_ignore_ascii_case(cell)))
}

fn set(begins: &mut [bool; 256], byte: u8) {
    if let Some(begins) = begins.get_mut(usize::from(byte)) {
        *begins = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_words_are_no_values_and_everything_else_is() {
        let usual = NullWords::default();
        for word in [
            "null",
            "NULL",
            "Null",
            r"\N",
            "undefined",
            "[null]",
            "[NULL]",
        ] {
            assert!(usual.is_null_word(word), "{word}");
        }
        for value in [
            "",
            "N/A",
            "n/a",
            "NaN",
            "None",
            "nil",
            "(null)",
            "-",
            r"\n",
            "nullify",
            "Null Island",
            "[null",
            " null ",
            "  ",
        ] {
            assert!(!usual.is_null_word(value), "{value}");
        }
    }

    #[test]
    fn a_persons_words_stand_instead_of_the_usual_ones() {
        let own = NullWords::these(&["N/A".to_owned(), " - ".to_owned()]);
        assert!(own.is_null_word("N/A") && own.is_null_word("-"));
        assert!(!own.is_null_word("null") && !own.is_null_word("n/a") && !own.is_null_word(""));
        assert_eq!(own.value("N/A"), "");
        assert_eq!(own.value("null"), "null");
        assert!(!NullWords::none().is_null_word("null"));
    }

    #[test]
    fn words_are_counted_that_are_no_value_or_may_be_none() {
        let usual = NullWords::default();
        let mut counts = NullCounts::default();
        let cells = [
            "NULL", "Anna", "N/A", "NULL", "", "Nora", "-7", r"\N", "n/a",
        ];
        let values: Vec<_> = cells.map(|cell| counts.value(cell, &usual)).into();
        assert_eq!(values, ["", "Anna", "N/A", "", "", "Nora", "-7", "", "n/a"]);
        let counted = counts.into_words();
        let counted = counted.iter();
        let counted: Vec<_> = counted
            .map(|known| (&*known.word, known.n_cells, known.is_empty))
            .collect();
        let expected = [
            ("NULL", 2, true),
            ("N/A", 1, false),
            (r"\N", 1, true),
            ("n/a", 1, false),
        ];
        assert_eq!(counted, expected);
    }
}
