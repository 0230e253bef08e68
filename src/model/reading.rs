//! How a person says that a source is written, where what is found by itself is not right or not sure.

use serde::{Deserialize, Serialize};

/// How the files of a source are read; what is not set is found from each file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Reading {
    /// The encoding of the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<TextEncoding>,
    /// What stands between two fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<Delimiter>,
    /// What stands around a field that has delimiters or line ends in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote: Option<Quote>,
    /// How a quote within a quoted field is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub escape: Option<Escape>,
    /// The line of the header, counted from 1; what stands above it is passed over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header_line: Option<u64>,
    /// The cells that stand for no value, instead of the usual ones; exactly as they are written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub null_words: Option<Vec<String>>,
}

impl Reading {
    /// Whether everything is to be found.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Encodings that exports and spreadsheets come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TextEncoding {
    /// UTF-8, with or without a mark.
    #[serde(rename = "utf-8")]
    Utf8,
    /// UTF-16, the lower byte first.
    #[serde(rename = "utf-16le")]
    Utf16Le,
    /// UTF-16, the higher byte first.
    #[serde(rename = "utf-16be")]
    Utf16Be,
    /// Western European, as Windows has it.
    #[serde(rename = "windows-1252")]
    Windows1252,
    /// Western European with the euro sign, also called Latin-9.
    #[serde(rename = "iso-8859-15")]
    Iso8859_15,
    /// Western European, as older Macs had it.
    #[serde(rename = "macintosh")]
    Macintosh,
    /// Japanese.
    #[serde(rename = "shift_jis")]
    ShiftJis,
}

impl TextEncoding {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Utf8,
        Self::Utf16Le,
        Self::Utf16Be,
        Self::Windows1252,
        Self::Iso8859_15,
        Self::Macintosh,
        Self::ShiftJis,
    ];
}

/// What stands between two fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Delimiter {
    /// `,`
    #[serde(rename = ",")]
    Comma,
    /// `;`
    #[serde(rename = ";")]
    Semicolon,
    /// A tab.
    #[serde(rename = "tab")]
    Tab,
    /// `|`
    #[serde(rename = "|")]
    Pipe,
    /// `:`
    #[serde(rename = ":")]
    Colon,
}

impl Delimiter {
    /// All of them; of those that are as likely, the first is taken.
    pub const ALL: [Self; 5] = [
        Self::Comma,
        Self::Semicolon,
        Self::Tab,
        Self::Pipe,
        Self::Colon,
    ];

    /// The byte in a file.
    pub const fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::Pipe => b'|',
            Self::Colon => b':',
        }
    }
}

/// What stands around a field that has delimiters or line ends in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Quote {
    /// `"`
    #[serde(rename = "\"")]
    Double,
    /// `'`
    #[serde(rename = "'")]
    Single,
    /// Nothing: a quote is a character as any other.
    #[serde(rename = "none")]
    None,
}

impl Quote {
    /// The byte in a file, if there is one.
    pub const fn byte(self) -> Option<u8> {
        match self {
            Self::Double => Some(b'"'),
            Self::Single => Some(b'\''),
            Self::None => None,
        }
    }
}

/// How a quote within a quoted field is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Escape {
    /// Twice.
    #[serde(rename = "doubled")]
    Doubled,
    /// Behind a `\`, which itself is written twice.
    #[serde(rename = "backslash")]
    Backslash,
    /// Behind a `'`, which itself is written twice.
    #[serde(rename = "'")]
    Apostrophe,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_written_as_a_person_would() {
        let text = r#"{"encoding":"windows-1252","delimiter":"tab","quote":"\"","escape":"backslash","header_line":3,"null_words":["N/A"]}"#;
        let reading: Reading = serde_json::from_str(text).expect("they are settings");
        let expected = Reading {
            encoding: Some(TextEncoding::Windows1252),
            delimiter: Some(Delimiter::Tab),
            quote: Some(Quote::Double),
            escape: Some(Escape::Backslash),
            header_line: Some(3),
            null_words: Some(vec!["N/A".to_owned()]),
        };
        assert_eq!(reading, expected);
        assert_eq!(serde_json::to_string(&reading).expect("it is JSON"), text);
    }

    #[test]
    fn what_is_not_set_is_not_written() {
        let nothing: Reading = serde_json::from_str("{}").expect("they are settings");
        assert!(nothing.is_empty());
        assert_eq!(serde_json::to_string(&nothing).expect("it is JSON"), "{}");
        assert!(serde_json::from_str::<Reading>(r#"{"delimeter":","}"#).is_err());
    }
}
