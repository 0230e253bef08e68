//! Where in a source a record stands.

use std::{fmt, sync::Arc};

use serde::{Serialize, Serializer, ser::SerializeMap as _};

/// A part of a source and what of it a record is, for people who have to find the record again.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Place {
    /// The name of the part; empty if the record is in none, as a profile that is no longer in the source.
    pub part: Arc<str>,
    /// Where in it.
    pub at: At,
}

/// Where in a part of a source a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum At {
    /// The line of a text file that it starts at, counted from 1.
    Line(u64),
    /// The row of a table, workbook or columnar file that it is, counted from 1.
    Row(u64),
    /// It has no place of its own.
    #[default]
    Nowhere,
}

/// One file, table or page of a source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    /// What people know it by, such as the name of a file below the source's folder.
    pub name: Arc<str>,
    /// How its records are told apart.
    pub counts: Counts,
}

/// What the records of a part are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Counts {
    /// Lines, of which a record may take several.
    #[default]
    Lines,
    /// Rows.
    Rows,
}

impl Place {
    /// The place of a profile that is no longer in the source.
    pub fn gone() -> Self {
        Self::default()
    }
}

impl At {
    /// The number of the line or row; 0 for no place.
    pub fn number(self) -> u64 {
        match self {
            Self::Line(number) | Self::Row(number) => number,
            Self::Nowhere => 0,
        }
    }
}

impl Part {
    /// A part of this name.
    pub fn new(name: impl Into<Arc<str>>, counts: Counts) -> Self {
        Self {
            name: name.into(),
            counts,
        }
    }

    /// A text file.
    pub fn of_lines(name: impl Into<Arc<str>>) -> Self {
        Self::new(name, Counts::Lines)
    }

    /// A table, a workbook or a columnar file.
    pub fn of_rows(name: impl Into<Arc<str>>) -> Self {
        Self::new(name, Counts::Rows)
    }

    /// The place of the record with this number, 0 for one that has no place of its own.
    pub fn place(&self, number: u64) -> Place {
        Place {
            part: Arc::clone(&self.name),
            at: self.counts.at(number),
        }
    }
}

impl Counts {
    /// The line or row of this number; 0 is none.
    pub fn at(self, number: u64) -> At {
        match (number, self) {
            (0, _) => At::Nowhere,
            (_, Self::Lines) => At::Line(number),
            (_, Self::Rows) => At::Row(number),
        }
    }

    /// The word that is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lines => "lines",
            Self::Rows => "rows",
        }
    }

    /// Reads a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Lines, Self::Rows]
            .into_iter()
            .find(|counts| counts.as_str() == word)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&*self.part, self.at) {
            ("", At::Nowhere) => f.write_str("no longer in the source"),
            (part, At::Nowhere) => f.write_str(part),
            ("", at) => write!(f, "{at}"),
            (part, at) => write!(f, "{part}, {at}"),
        }
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Row(row) => write!(f, "row {row}"),
            Self::Nowhere => Ok(()),
        }
    }
}

/// As `file` with `line` or `row`. Scripts read these names, which are older than sources of other kinds; so is the
/// line 0 of a profile that is gone.
impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("file", &*self.part)?;
        match self.at {
            At::Line(line) => map.serialize_entry("line", &line)?,
            At::Row(row) => map.serialize_entry("row", &row)?,
            At::Nowhere if self.part.is_empty() => map.serialize_entry("line", &0)?,
            At::Nowhere => {}
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_place_is_told_in_words_and_in_json() {
        let lines = Part::of_lines("members.csv");
        let rows = Part::of_rows("export.parquet");
        for (place, text, value) in [
            (
                lines.place(7),
                "members.csv, line 7",
                json!({"file": "members.csv", "line": 7}),
            ),
            (
                rows.place(12),
                "export.parquet, row 12",
                json!({"file": "export.parquet", "row": 12}),
            ),
            (
                rows.place(0),
                "export.parquet",
                json!({"file": "export.parquet"}),
            ),
            (
                Place::gone(),
                "no longer in the source",
                json!({"file": "", "line": 0}),
            ),
        ] {
            assert_eq!(place.to_string(), text);
            assert_eq!(serde_json::to_value(&place).expect("it is JSON"), value);
        }
    }

    #[test]
    fn the_stored_words_read_back() {
        for counts in [Counts::Lines, Counts::Rows] {
            assert_eq!(Counts::parse(counts.as_str()), Some(counts));
        }
        assert_eq!(Counts::parse("pages"), None);
    }
}
