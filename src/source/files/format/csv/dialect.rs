//! How a delimited file is written: what parts its fields, what stands around them, and where they begin.

use crate::model::{Delimiter, Escape, Quote, Reading};

/// How one delimited file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) struct Dialect {
    pub(in crate::source) delimiter: Delimiter,
    pub(in crate::source) quote: Quote,
    pub(in crate::source) escape: Escape,
    /// The line of the header, counted from 1; what stands above it is passed over.
    pub(in crate::source) header_line: u64,
    /// What nothing in the file has told so far.
    pub(in crate::source) open: Open,
}

/// Questions that are open because nothing was met that the answers would read differently. The whole file is asked at
/// the first record that does: so a file without such a record costs nothing, and what was read before stays right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::source) struct Open {
    /// Whether a backslash escapes a quote.
    pub(in crate::source) backslash: bool,
    /// Whether an apostrophe escapes a quote.
    pub(in crate::source) apostrophe: bool,
    /// Whether apostrophes are the quotes.
    pub(in crate::source) single_quotes: bool,
}

/// One of these questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) enum Doubt {
    Backslash,
    Apostrophe,
    SingleQuotes,
}

impl Dialect {
    /// What a person has said, and what most files have in place of the rest.
    pub(super) fn usual(reading: &Reading, delimiter: Delimiter, header_line: u64) -> Self {
        let quote = reading.quote.unwrap_or(Quote::Double);
        let may_be_escaped = reading.escape.is_none() && quote != Quote::None;
        Self {
            delimiter,
            quote,
            escape: reading.escape.unwrap_or(Escape::Doubled),
            header_line,
            open: Open {
                backslash: may_be_escaped,
                apostrophe: may_be_escaped && quote == Quote::Double,
                single_quotes: reading.quote.is_none(),
            },
        }
    }

    /// The same, with nothing left to ask.
    pub(super) fn closed(self) -> Self {
        Self {
            open: Open::default(),
            ..self
        }
    }

    /// The same with this question answered.
    pub(super) fn without(mut self, doubt: Doubt) -> Self {
        match doubt {
            Doubt::Backslash => self.open.backslash = false,
            Doubt::Apostrophe => self.open.apostrophe = false,
            Doubt::SingleQuotes => self.open.single_quotes = false,
        }
        self
    }

    /// The other ways of writing that this question is about.
    pub(super) fn others(self, doubt: Doubt) -> Vec<Self> {
        let escaped = |escape| Self {
            escape,
            ..self.closed()
        };
        match doubt {
            Doubt::Backslash => vec![escaped(Escape::Backslash)],
            Doubt::Apostrophe => vec![escaped(Escape::Apostrophe)],
            Doubt::SingleQuotes => {
                let escapes = if self.open.backslash {
                    vec![Escape::Doubled, Escape::Backslash]
                } else {
                    vec![self.escape]
                };
                let with = |escape| Self {
                    quote: Quote::Single,
                    escape,
                    ..self.closed()
                };
                escapes.into_iter().map(with).collect()
            }
        }
    }

    /// What parts the fields, such as `semicolon-separated`.
    pub(in crate::source) fn form(self) -> &'static str {
        match self.delimiter {
            Delimiter::Comma => "comma-separated",
            Delimiter::Semicolon => "semicolon-separated",
            Delimiter::Tab => "tab-separated",
            Delimiter::Pipe => "pipe-separated",
            Delimiter::Colon => "colon-separated",
        }
    }

    /// Its parts in words: the delimiter, the quotes, and how a quote within them is written.
    pub(in crate::source) fn describe(self) -> [&'static str; 3] {
        let delimiter = match self.delimiter {
            Delimiter::Comma => "comma",
            Delimiter::Semicolon => "semicolon",
            Delimiter::Tab => "tab",
            Delimiter::Pipe => "vertical bar",
            Delimiter::Colon => "colon",
        };
        [delimiter, self.quote_words(), self.escape_words()]
    }

    fn quote_words(self) -> &'static str {
        match self.quote {
            Quote::Double => "double quotes",
            Quote::Single => "single quotes",
            Quote::None => "no quotes",
        }
    }

    fn escape_words(self) -> &'static str {
        match (self.quote, self.escape) {
            (Quote::None, _) => "quotes as they are",
            (_, Escape::Doubled) => "quotes written twice",
            (_, Escape::Backslash) => "backslash before a quote",
            (_, Escape::Apostrophe) => "apostrophe before a quote",
        }
    }

    /// Both readings in words, and the setting that tells which is right.
    pub(super) fn question(self, other: Self) -> String {
        let setting = if self.quote == other.quote {
            "escape"
        } else {
            "quote"
        };
        let words =
            |dialect: Self| format!("{}, {}", dialect.quote_words(), dialect.escape_words());
        format!(
            "either {} or {}; the setting `{setting}` tells which",
            words(self),
            words(other)
        )
    }
}

/// A dialect as the records are taken apart by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Syntax {
    pub(super) delimiter: u8,
    pub(super) quote: Option<u8>,
    /// Nothing if quotes are doubled.
    pub(super) escape: Option<u8>,
}

impl From<Dialect> for Syntax {
    fn from(dialect: Dialect) -> Self {
        let quote = dialect.quote.byte();
        let escape = match dialect.escape {
            Escape::Doubled => None,
            Escape::Backslash => Some(b'\\'),
            Escape::Apostrophe => Some(b'\''),
        };
        Self {
            delimiter: dialect.delimiter.byte(),
            quote,
            // A quote before a quote is a doubled one.
            escape: escape.filter(|escape| Some(*escape) != quote),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialect_tells_its_parts_in_words() {
        let mut dialect = Dialect::usual(&Reading::default(), Delimiter::Semicolon, 1);
        dialect.escape = Escape::Backslash;
        let words = ["semicolon", "double quotes", "backslash before a quote"];
        assert_eq!(dialect.describe(), words);
        assert_eq!(dialect.form(), "semicolon-separated");
    }

    #[test]
    fn what_a_person_has_set_is_not_asked() {
        let reading = Reading {
            quote: Some(Quote::Double),
            escape: Some(Escape::Doubled),
            ..Reading::default()
        };
        let dialect = Dialect::usual(&reading, Delimiter::Comma, 1);
        assert_eq!(dialect, dialect.closed());
        let found = Dialect::usual(&Reading::default(), Delimiter::Comma, 1);
        let all = Open {
            backslash: true,
            apostrophe: true,
            single_quotes: true,
        };
        assert_eq!(found.open, all);
    }
}
