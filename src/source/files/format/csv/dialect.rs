//! How a delimited file is written: what parts its fields, what stands around them, and where they begin.

use crate::model::{Delimiter, Escape, Quote, Reading, TextEncoding};

/// How one delimited file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) struct Dialect {
    pub(in crate::source) delimiter: Delimiter,
    pub(in crate::source) quote: Quote,
    pub(in crate::source) escape: Escape,
    /// What its bytes are read as.
    pub(in crate::source) encoding: TextEncoding,
    pub(in crate::source) line_end: LineEnd,
    /// The line of the header, counted from 1; what stands above it is passed over.
    pub(in crate::source) header_line: u64,
    /// Whether blanks stand around the fields, as the header shows, and are no part of them.
    pub(in crate::source) is_padded: bool,
    /// Whether a person has said how quotes are escaped.
    pub(in crate::source) is_escape_told: bool,
    /// What nothing in the file has told so far.
    pub(in crate::source) open: Open,
}

/// What stands at the end of a line; the other one is a character as any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) enum LineEnd {
    /// `\n`, with or without `\r` before it.
    Newline,
    /// `\r`, as older Macs have it.
    Return,
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

impl Dialect {
    /// What a person has said, and what most files have in place of the rest.
    pub(super) fn usual(reading: &Reading, delimiter: Delimiter) -> Self {
        let quote = reading.quote.unwrap_or(Quote::Double);
        let may_be_escaped = reading.escape.is_none() && quote != Quote::None;
        Self {
            delimiter,
            quote,
            escape: reading.escape.unwrap_or(Escape::Doubled),
            encoding: reading.encoding.unwrap_or(TextEncoding::Utf8),
            line_end: LineEnd::Newline,
            header_line: reading.header_line.unwrap_or(1),
            is_padded: false,
            is_escape_told: reading.escape.is_some(),
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

    /// The other ways of writing that the open questions are about.
    pub(super) fn others(self) -> Vec<Self> {
        let mut others = vec![];
        let mut add = |quote, escape| {
            others.push(Self {
                quote,
                escape,
                ..self.closed()
            });
        };
        if self.open.backslash {
            add(self.quote, Escape::Backslash);
        }
        if self.open.apostrophe {
            add(self.quote, Escape::Apostrophe);
        }
        if self.open.single_quotes {
            add(Quote::Single, self.escape);
        }
        if self.open.single_quotes && self.open.backslash {
            add(Quote::Single, Escape::Backslash);
        }
        others
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

    /// Its parts, as a person could say them.
    pub(in crate::source) fn as_reading(self) -> Reading {
        Reading {
            encoding: Some(self.encoding),
            delimiter: Some(self.delimiter),
            quote: Some(self.quote),
            escape: Some(self.escape).filter(|_| self.quote != Quote::None),
            header_line: Some(self.header_line),
            null_words: None,
        }
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
    /// The last byte of a line.
    pub(super) end: u8,
    /// Whether the blanks around a field are no part of it.
    pub(super) is_padded: bool,
    /// What may be an escape outside quotes: some programs write so, others write the same as it is.
    pub(super) strays: &'static [u8],
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
            end: match dialect.line_end {
                LineEnd::Newline => b'\n',
                LineEnd::Return => b'\r',
            },
            is_padded: dialect.is_padded,
            strays: match (dialect.is_escape_told, dialect.escape, dialect.quote) {
                (false, ..) => b"\\'",
                (true, Escape::Backslash, Quote::Double | Quote::Single) => b"\\",
                (true, Escape::Apostrophe, Quote::Double) => b"'",
                (true, ..) => b"",
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_is_what_a_person_could_say() {
        let mut dialect = Dialect::usual(&Reading::default(), Delimiter::Semicolon);
        dialect.escape = Escape::Backslash;
        let found = dialect.as_reading();
        assert_eq!(
            Dialect::usual(&found, Delimiter::Semicolon),
            Dialect {
                is_escape_told: true,
                ..dialect.closed()
            }
        );
        assert_eq!(dialect.form(), "semicolon-separated");
        dialect.quote = Quote::None;
        assert_eq!(dialect.as_reading().escape, None);
    }

    #[test]
    fn what_a_person_has_set_is_not_asked() {
        let reading = Reading {
            quote: Some(Quote::Double),
            escape: Some(Escape::Doubled),
            ..Reading::default()
        };
        let dialect = Dialect::usual(&reading, Delimiter::Comma);
        assert_eq!(dialect, dialect.closed());
        let found = Dialect::usual(&Reading::default(), Delimiter::Comma);
        let all = Open {
            backslash: true,
            apostrophe: true,
            single_quotes: true,
        };
        assert_eq!(found.open, all);
    }
}
