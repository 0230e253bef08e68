//! Identifiers as types of their own, so that one cannot stand where another belongs.

use std::{fmt, num::NonZeroU64, str::FromStr};

use serde::{Deserialize, Serialize};

/// The number of a prospect in Outreach, as in the prospect's URL: 1 to 2⁶³ − 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct OutreachId(NonZeroU64);

impl OutreachId {
    /// The id of this number, unless it is 0 or does not fit a signed 64-bit integer.
    pub fn new(number: u64) -> Option<Self> {
        i64::try_from(number).ok()?;
        NonZeroU64::new(number).map(Self)
    }

    /// The number itself.
    pub fn get(self) -> u64 {
        self.0.get()
    }

    /// Reads the digits of an id; blanks around them are ignored, signs and decimals are not accepted.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.trim();
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        digits.parse().ok().and_then(Self::new)
    }
}

impl fmt::Display for OutreachId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// *N* of `custom<N>`: the custom field that holds an audience's status, 1 to 150.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct MappingId(u8);

impl MappingId {
    /// Outreach gives a prospect this many custom fields.
    pub const MAX: u8 = 150;

    /// The Mapping ID of this number, unless it is outside 1 to 150.
    pub fn new(number: u64) -> Option<Self> {
        u8::try_from(number)
            .ok()
            .filter(|n| (1..=Self::MAX).contains(n))
            .map(Self)
    }

    /// The number itself.
    pub fn get(self) -> u8 {
        self.0
    }
}

impl fmt::Display for MappingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// People write the number as `4` or as `"4"`; both are taken.
impl<'de> Deserialize<'de> for MappingId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), |text| text.trim().to_owned());
        let number: i64 = text.parse().map_err(|_not_digits| {
            serde::de::Error::custom(format!(
                "{value} is not a number; a Mapping ID is the N of \"Custom Field N\", 1 to 150"
            ))
        })?;
        u64::try_from(number)
            .ok()
            .and_then(Self::new)
            .ok_or_else(|| {
                serde::de::Error::custom(format!(
                    "{number} is outside 1 to 150; Outreach has 150 custom fields"
                ))
            })
    }
}

/// The id of an audience in Adobe Experience Platform, normally a UUID.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AudienceId(String);

impl AudienceId {
    /// Takes the id as it stands.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AudienceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The number of a run within its destination, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(i64);

impl RunId {
    /// The run of this number.
    pub fn new(number: i64) -> Self {
        Self(number)
    }

    /// The number itself.
    pub fn get(self) -> i64 {
        self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for RunId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outreach_id_is_a_positive_integer() {
        let number = |text| OutreachId::parse(text).map(OutreachId::get);
        assert_eq!(number("101"), Some(101));
        assert_eq!(number(" 101 "), Some(101));
        for text in [
            "",
            " ",
            "0",
            "-1",
            "+1",
            "1.0",
            "1e3",
            "abc",
            "9223372036854775808",
            "١",
        ] {
            assert_eq!(number(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_mapping_id_is_1_to_150_and_its_fault_names_the_value() {
        let read = |json: &str| {
            serde_json::from_str::<MappingId>(json)
                .map(MappingId::get)
                .map_err(|e| e.to_string())
        };
        assert_eq!(read("4"), Ok(4));
        assert_eq!(read("\"150\""), Ok(150));
        for (json, says) in [
            ("0", "0 is outside"),
            ("151", "151 is outside"),
            ("-3", "-3 is outside"),
            ("\"four\"", "\"four\" is not"),
            ("1.5", "1.5 is not"),
            ("null", "null is not"),
        ] {
            let error = read(json).expect_err(json);
            assert!(error.starts_with(says), "{error}");
        }
    }
}
