//! Times in the names of files, in the forms of Adobe Experience Platform's file-name editor and of other tools.

use std::ops::RangeInclusive;

use jiff::{Timestamp, civil, tz::Offset};

/// What a name says of its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Found {
    /// The digits of the time, `yyyymmddhhmmss`, as a number.
    pub(super) stamp: Option<u64>,
    /// Whether there are digits that look like a time and are none.
    pub(super) is_impossible: bool,
    /// The number of the part behind it.
    pub(super) part: Option<u32>,
}

/// Exports are not older.
const FIRST_YEAR: u64 = 2010;

/// The time in a name; one with a time of day goes before a mere day, and a later one before an earlier one.
pub(super) fn find(stem: &str, latest: u64) -> Found {
    let runs = runs(stem);
    let mut found = Found {
        part: part(stem, &runs),
        ..Found::default()
    };
    let mut has_time_of_day = false;
    for at in 0..runs.len() {
        let Some(candidate) = Candidate::at(stem, &runs, at) else {
            continue;
        };
        match candidate.stamp.and_then(|stamp| possible(stamp, latest)) {
            Some(stamp) if candidate.has_time_of_day || !has_time_of_day => {
                found.stamp = Some(stamp);
                has_time_of_day |= candidate.has_time_of_day;
            }
            Some(_) => {}
            None => found.is_impossible |= candidate.is_sure,
        }
    }
    found.is_impossible &= found.stamp.is_none();
    found
}

/// Whether this begins with a time as exports write it behind an id.
pub(super) fn begins_with_time(text: &str) -> bool {
    let runs = runs(text);
    let is_first = runs.first().is_some_and(|run| run.start == 0);
    is_first && Candidate::at(text, &runs, 0).is_some_and(|candidate| candidate.is_sure)
}

/// The stamp if there is such a time and it is not after `latest`.
pub(in crate::source) fn possible(stamp: u64, latest: u64) -> Option<u64> {
    let text = format!("{stamp:014}");
    let is_time = civil::DateTime::strptime("%Y%m%d%H%M%S", &text).is_ok();
    (is_time && stamp <= latest).then_some(stamp)
}

/// The time in `exportTime=202601310415`, the name of a folder of a dataset export.
///
/// It need not be a time that there is; [`possible`] tells.
pub(in crate::source) fn export_time(folder: &str) -> Option<u64> {
    let digits = folder.strip_prefix("exportTime=")?;
    let seconds_missing = 14usize.checked_sub(digits.len())?;
    let number: u64 = digits.parse().ok().filter(|_| is_digits(digits, 8..=14))?;
    Some(number * 10_u64.pow(u32::try_from(seconds_missing).ok()?))
}

pub(super) fn is_digits(text: &str, length: RangeInclusive<usize>) -> bool {
    length.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

/// Digits that stand together.
#[derive(Debug, Clone, Copy)]
struct Run {
    start: usize,
    end: usize,
}

fn runs(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = vec![];
    for (at, byte) in text.bytes().enumerate() {
        if !byte.is_ascii_digit() {
            continue;
        }
        match runs.last_mut().filter(|run| run.end == at) {
            Some(run) => run.end = at + 1,
            None => runs.push(Run {
                start: at,
                end: at + 1,
            }),
        }
    }
    runs
}

/// Digits that may be a time.
struct Candidate {
    /// Nothing if no order of day, month and year makes a time of them.
    stamp: Option<u64>,
    has_time_of_day: bool,
    /// Whether such digits are hardly anything else.
    is_sure: bool,
}

impl Candidate {
    /// What the digits from this run on say.
    fn at(stem: &str, runs: &[Run], at: usize) -> Option<Self> {
        let text = |ahead: usize| {
            let run = runs.get(at + ahead)?;
            stem.get(run.start..run.end)
        };
        // What stands between a run and the next one.
        let between = |ahead: usize| {
            let (run, next) = (runs.get(at + ahead)?, runs.get(at + ahead + 1)?);
            stem.get(run.end..next.start)
        };
        let is_joint = |ahead, joints: &[&str]| between(ahead).is_some_and(|b| joints.contains(&b));
        let first = text(0)?;
        match first.len() {
            14 => Some(Self::whole(first.get(..8)?, first.get(8..)?)),
            12 => Some(Self::whole(first.get(..8)?, &format!("{}00", first.get(8..)?)).unsure()),
            8 if is_joint(0, &["_", "-", "T", " "]) && text(1).is_some_and(|t| t.len() == 6) => {
                Some(Self::whole(first, text(1)?))
            }
            8 => Some(Self::day(first)),
            10 => Self::unix(first, 1),
            13 => Self::unix(first, 1000),
            4 if is_joint(0, &["-"]) && is_joint(1, &["-"]) => {
                let day = [first, text(1)?, text(2)?];
                if day.iter().map(|part| part.len()).ne([4, 2, 2]) {
                    return None;
                }
                let day = day.concat();
                let clock = [text(3), text(4), text(5)];
                let is_clock = is_joint(2, &["T", "_", " ", "-"])
                    && is_joint(3, &[":", "-", "_", "."])
                    && is_joint(4, &[":", "-", "_", "."]);
                match clock {
                    [Some(h), Some(m), Some(s)]
                        if is_clock && [h, m, s].iter().all(|part| part.len() == 2) =>
                    {
                        Some(Self::whole(&day, &[h, m, s].concat()))
                    }
                    _ => Some(Self::day(&day)),
                }
            }
            _ => None,
        }
    }

    fn whole(day: &str, clock: &str) -> Self {
        Self {
            stamp: day_digits(day).and_then(|day| format!("{day}{clock}").parse().ok()),
            has_time_of_day: true,
            is_sure: true,
        }
    }

    fn day(day: &str) -> Self {
        Self {
            has_time_of_day: false,
            is_sure: false,
            ..Self::whole(day, "000000")
        }
    }

    fn unsure(self) -> Self {
        Self {
            is_sure: false,
            ..self
        }
    }

    /// Seconds since 1970, or parts of them.
    fn unix(digits: &str, per_second: i64) -> Option<Self> {
        let number: i64 = digits.parse().ok()?;
        let instant = Timestamp::from_second(number / per_second).ok()?;
        let text = Offset::UTC
            .to_datetime(instant)
            .strftime("%Y%m%d%H%M%S")
            .to_string();
        let stamp: u64 = text.parse().ok()?;
        (stamp / 10_000_000_000 >= FIRST_YEAR).then_some(Self {
            stamp: Some(stamp),
            has_time_of_day: true,
            is_sure: false,
        })
    }
}

/// `yyyymmdd` out of that or out of `mmddyyyy`; no day of these years is both.
fn day_digits(day: &str) -> Option<String> {
    let is_year = |text: &str| {
        text.parse()
            .is_ok_and(|year| (FIRST_YEAR..2100).contains(&year))
    };
    if is_year(day.get(..4)?) {
        return Some(day.to_owned());
    }
    let (month_and_day, year) = day.split_at_checked(4)?;
    is_year(year).then(|| format!("{year}{month_and_day}"))
}

/// The number of the part: `_2` at the end behind other digits, or `part-00001` at the beginning.
fn part(stem: &str, runs: &[Run]) -> Option<u32> {
    if let Some(rest) = stem.strip_prefix("part-") {
        let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
        return digits.parse().ok();
    }
    let (last, before) = (runs.last()?, runs.len().checked_sub(2)?);
    let before = runs.get(before)?;
    let is_behind = last.end == stem.len() && stem.get(before.end..last.start) == Some("_");
    let is_time = before.end - before.start >= 6;
    let number = stem.get(last.start..last.end)?;
    (is_behind && is_time && is_digits(number, 1..=3)).then(|| number.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATEST: u64 = 20_270_101_000_000;

    #[test]
    fn every_form_of_a_time_is_read() {
        for (stem, stamp) in [
            ("x_20260408_061804", 20_260_408_061_804),
            ("20260408061804 x", 20_260_408_061_804),
            ("Amazon S3_04082026_061804", 20_260_408_061_804),
            ("x_12312025_061804_2", 20_251_231_061_804),
            ("x_1775542684", 20_260_407_061_804),
            ("x_1775542684000", 20_260_407_061_804),
            ("x_2026-04-08T06:18:04Z", 20_260_408_061_804),
            ("x 2026-04-08 06-18-04", 20_260_408_061_804),
            ("x_2026-04-08", 20_260_408_000_000),
            ("x_20260408", 20_260_408_000_000),
            ("04082026-x", 20_260_408_000_000),
            ("x_202604080618", 20_260_408_061_800),
            // The time of day tells more than a day elsewhere in the name.
            ("20250101_x_20260408_061804_20250202", 20_260_408_061_804),
        ] {
            assert_eq!(find(stem, LATEST).stamp, Some(stamp), "{stem}");
        }
        for stem in [
            "x",
            "x_2",
            "x_20261308",
            "x_19990101",
            "x_123456789012345",
            "x_0775542684",
        ] {
            assert_eq!(find(stem, LATEST).stamp, None, "{stem}");
        }
    }

    #[test]
    fn parts_are_numbered_behind_the_time_or_by_spark() {
        for (stem, expected) in [
            ("x_20260408061804_2", Some(2)),
            ("x_20260408_061804_13", Some(13)),
            ("x_04082026_061804", None),
            ("x_20260408", None),
            ("x_2", None),
            ("part-00007-tid-1-c000", Some(7)),
        ] {
            assert_eq!(find(stem, LATEST).part, expected, "{stem}");
        }
    }

    #[test]
    fn an_impossible_time_is_told() {
        for (stem, expected) in [
            ("x_20261324120000", true),
            ("x_99999999999999", true),
            ("x_20280101120000", true),
            ("x_12345678", false),
            ("x_20260408061804", false),
        ] {
            assert_eq!(find(stem, LATEST).is_impossible, expected, "{stem}");
        }
    }
}
