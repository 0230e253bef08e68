//! The times of memberships, in every spelling that Adobe Experience Platform uses.

use jiff::{Timestamp, civil::DateTime, tz::Offset};

/// The instant that a text spells, in any of Adobe's spellings.
pub fn parse_timestamp(text: &str) -> Option<Timestamp> {
    millis(text).and_then(|millis| Timestamp::from_millisecond(millis).ok())
}

/// The time in milliseconds since 1970, or nothing if this is no time.
///
/// A time without an offset is taken as UTC; a bare number is milliseconds, or seconds if it is too small for that.
pub(super) fn millis(text: &str) -> Option<i64> {
    const SMALLEST_MILLIS: i64 = 100_000_000_000;
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        let number: i64 = text.parse().ok()?;
        return if number >= SMALLEST_MILLIS {
            Some(number)
        } else {
            number.checked_mul(1000)
        };
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time.as_millisecond());
    }
    let time: DateTime = text.parse().ok()?;
    let time = Offset::UTC.to_timestamp(time).ok()?;
    Some(time.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_one_moment_is_the_same_number() {
        for text in [
            "2021-03-10T10:03:08Z",
            "2021-03-10T10:03:08+0000",
            "2021-03-10T10:03:08.000+0000",
            "2021-03-10T10:03:08+00:00",
            "2021-03-10T12:03:08+02:00",
            "2021-03-10 10:03:08",
            "2021-03-10T10:03:08",
            " 1615370588000 ",
            "1615370588",
        ] {
            assert_eq!(millis(text), Some(1_615_370_588_000), "{text}");
        }
        assert_eq!(millis("2021-03-10T10:03:08.250Z"), Some(1_615_370_588_250));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "soon",
            "2021-13-10T10:03:08Z",
            "99999999999999999999",
            "-5",
        ] {
            assert_eq!(millis(text), None, "{text}");
        }
    }
}
