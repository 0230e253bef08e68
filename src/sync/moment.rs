//! Days and instants out of the texts and numbers of a source.

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime},
    tz::Offset,
};

use crate::{model::NumbersAre, source::parse_timestamp};

/// The instant that a text spells. A bare number is one only if somebody has said what it stands for, or if it cannot be
/// anything but seconds or milliseconds since 1970.
pub(super) fn instant(text: &str, numbers_are: Option<NumbersAre>) -> Option<Timestamp> {
    if !is_number(text) {
        return parse_timestamp(text);
    }
    match numbers_are {
        Some(kind) => number(text, kind),
        None => [NumbersAre::UnixSeconds, NumbersAre::UnixMillis]
            .into_iter()
            .filter_map(|kind| number(text, kind))
            .find(|instant| is_of_this_century(*instant)),
    }
}

/// The day that a text spells, also out of an instant: the day as it is written, in whatever zone.
pub(super) fn day(text: &str, numbers_are: Option<NumbersAre>) -> Option<Date> {
    if is_number(text) {
        return number(text, numbers_are?).map(|instant| Offset::UTC.to_datetime(instant).date());
    }
    let date = text.get(..10)?;
    let rest = text.get(10..)?;
    if !rest.is_empty() && !rest.starts_with(['T', 't', ' ']) {
        return None;
    }
    date.parse().ok()
}

fn is_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// Seconds of these years have ten digits and milliseconds thirteen, which no count of days and no date has.
fn is_of_this_century(instant: Timestamp) -> bool {
    (2001..2100).contains(&Offset::UTC.to_datetime(instant).year())
}

fn number(text: &str, kind: NumbersAre) -> Option<Timestamp> {
    match kind {
        NumbersAre::ExcelDays => excel_days(text),
        NumbersAre::Yyyymmdd => {
            let day = Date::strptime("%Y%m%d", text)
                .ok()
                .filter(|_| text.len() == 8)?;
            Offset::UTC
                .to_timestamp(day.to_datetime(jiff::civil::Time::midnight()))
                .ok()
        }
        NumbersAre::UnixSeconds => Timestamp::from_second(text.parse().ok()?).ok(),
        NumbersAre::UnixMillis => Timestamp::from_millisecond(text.parse().ok()?).ok(),
    }
}

/// Excel counts from the last day of 1899, but believes that 1900 was a leap year: so days before March 1900 are in doubt.
fn excel_days(text: &str) -> Option<Timestamp> {
    const FIRST_SURE: f64 = 61.0;
    const LAST: f64 = 2_958_466.0;
    const SECONDS_A_DAY: f64 = 86_400.0;
    let days: f64 = text.parse().ok()?;
    if !(FIRST_SURE..LAST).contains(&days) {
        return None;
    }
    let seconds = SignedDuration::try_from_secs_f64((days * SECONDS_A_DAY).round()).ok()?;
    let zero = DateTime::constant(1899, 12, 30, 0, 0, 0, 0);
    Offset::UTC
        .to_timestamp(zero.checked_add(seconds).ok()?)
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_a_time_only_if_it_cannot_be_another_or_somebody_said_so() {
        use NumbersAre::{ExcelDays, UnixMillis, UnixSeconds, Yyyymmdd};
        for (text, said, expected) in [
            ("45000", None, None),
            ("20260408", None, None),
            ("2026", None, None),
            ("20260408061804", None, None),
            ("1645660800", None, Some("2022-02-24T00:00:00Z")),
            ("1645660800000", None, Some("2022-02-24T00:00:00Z")),
            ("45000", Some(ExcelDays), Some("2023-03-15T00:00:00Z")),
            ("45000.75", Some(ExcelDays), Some("2023-03-15T18:00:00Z")),
            ("5", Some(ExcelDays), None),
            ("20260408", Some(Yyyymmdd), Some("2026-04-08T00:00:00Z")),
            ("20261308", Some(Yyyymmdd), None),
            ("2026", Some(Yyyymmdd), None),
            ("86400", Some(UnixSeconds), Some("1970-01-02T00:00:00Z")),
            ("1500", Some(UnixMillis), Some("1970-01-01T00:00:01.5Z")),
            (
                "2022-01-11 21:24:39",
                Some(ExcelDays),
                Some("2022-01-11T21:24:39Z"),
            ),
        ] {
            let found = instant(text, said).map(|instant| instant.to_string());
            assert_eq!(found.as_deref(), expected, "{text} {said:?}");
        }
    }

    #[test]
    fn a_day_is_taken_as_it_is_written() {
        for (text, said, expected) in [
            ("2026-02-28T23:30:00+01:00", None, Some("2026-02-28")),
            ("45000", None, None),
            ("45000", Some(NumbersAre::ExcelDays), Some("2023-03-15")),
            ("20260408", Some(NumbersAre::Yyyymmdd), Some("2026-04-08")),
            ("28/02/2026", None, None),
        ] {
            let found = day(text, said).map(|day| day.to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }
}
