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

impl NullWords {
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
        assert!(!NullWords::these(&[]).is_null_word("null"));
    }
}
