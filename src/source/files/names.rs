//! What the names of exported files say: the audience, the time and the part.

use jiff::{SignedDuration, Timestamp, civil};

use crate::model::AudienceId;

/// A time further ahead than this is a mistake.
const AHEAD: SignedDuration = SignedDuration::from_hours(31 * 24);

/// The last one there is.
const LAST_STAMP: u64 = 99_991_231_235_959;

/// What one file's name says; nothing if it is any other name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::source) struct NameFacts {
    pub(in crate::source) audience: Option<AudienceId>,
    /// The digits of the time, `yyyymmddhhmmss`, as a number.
    pub(in crate::source) stamp: Option<u64>,
    /// Whether there are digits of a time that is none, or lies too far ahead; then there is no `stamp`.
    pub(in crate::source) has_impossible_time: bool,
}

/// How the names of notes in `.txt` begin, in small letters.
const NOTES: [&str; 6] = [
    "readme",
    "read_me",
    "read me",
    "license",
    "licence",
    "changelog",
];

/// The kinds of contents a file's ending promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) enum Ending {
    Delimited,
    Json,
    Parquet,
    Workbook,
}

/// The kind of contents this name promises, or nothing if it is of no known kind.
pub(in crate::source) fn ending(name: &str) -> Option<Ending> {
    let name = name.to_ascii_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    match name.rsplit_once('.')?.1 {
        "csv" | "txt" | "tsv" => Some(Ending::Delimited),
        "json" | "ndjson" | "jsonl" => Some(Ending::Json),
        "parquet" | "parq" => Some(Ending::Parquet),
        "xlsx" | "xlsm" | "xlsb" | "xls" => Some(Ending::Workbook),
        _ => None,
    }
}

/// Whether the name is one of a text as people write it.
pub(in crate::source) fn is_text(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".txt")
}

/// Whether such a file stands beside the data: a manifest, a marker of the program that wrote it, or a note. Only the
/// name decides: by its contents a part of a snapshot that was cut off might look like a note as well.
pub(in crate::source) fn is_beside_the_data(name: &str) -> bool {
    let is_manifest = name.starts_with("manifest") && ending(name) == Some(Ending::Json);
    let small = name.to_lowercase();
    let is_text = small.strip_suffix(".txt").is_some() && facts(name, LAST_STAMP).stamp.is_none();
    let is_note = is_text && NOTES.iter().any(|note| small.starts_with(note));
    // Office programs put a tilde before the names of what they keep beside an open file.
    name.starts_with(['.', '_', '~']) || is_manifest || is_note
}

/// The time in `exportTime=202601310415`, the name of a folder of a dataset export.
///
/// It need not be a time that there is; [`possible`] tells.
pub(in crate::source) fn export_time(folder: &str) -> Option<u64> {
    let digits = folder.strip_prefix("exportTime=")?;
    let seconds_missing = 14usize.checked_sub(digits.len())?;
    let all_digits = digits.len() >= 8 && digits.bytes().all(|b| b.is_ascii_digit());
    let number: u64 = digits.parse().ok().filter(|_| all_digits)?;
    Some(number * 10_u64.pow(u32::try_from(seconds_missing).ok()?))
}

/// Reads a file's name: `<name>_segment<id>_<yyyymmddhhmmss>[_<part>]`, or without the word `segment` if the id is
/// a UUID; the time may also be `<yyyymmdd>_<hhmmss>`. A time that is none or lies after `latest` counts as missing:
/// it would make its file the newest one for good.
pub(in crate::source) fn facts(name: &str, latest: u64) -> NameFacts {
    let stem = stem(name);
    let Some((before, stamp)) = split_stamp(stem).or_else(|| split_stamp(without_part(stem)?))
    else {
        return NameFacts::default();
    };
    NameFacts {
        audience: audience(before),
        stamp: possible(stamp, latest),
        has_impossible_time: possible(stamp, latest).is_none(),
    }
}

/// What a file's name calls its audience: all that stands before the id.
pub(in crate::source) fn audience_name(name: &str) -> Option<String> {
    let stem = stem(name);
    let (before, _) = split_stamp(stem).or_else(|| split_stamp(without_part(stem)?))?;
    let id = audience(before)?;
    let before = before.strip_suffix(id.as_str())?;
    let before = before.strip_suffix("_segment").unwrap_or(before);
    let name = before.replace('_', " ").trim().to_owned();
    (!name.is_empty()).then_some(name)
}

/// The stamp if there is such a time and it is not after `latest`.
pub(in crate::source) fn possible(stamp: u64, latest: u64) -> Option<u64> {
    let text = format!("{stamp:014}");
    let is_time = civil::DateTime::strptime("%Y%m%d%H%M%S", &text).is_ok();
    (is_time && stamp <= latest).then_some(stamp)
}

/// The last time that an export of now may name. Its clock may be in another time zone, and wrong by days.
pub(in crate::source) fn latest_stamp(now: Timestamp) -> u64 {
    let latest = now.checked_add(AHEAD).unwrap_or(Timestamp::MAX);
    let text = latest.strftime("%Y%m%d%H%M%S").to_string();
    text.parse().unwrap_or(LAST_STAMP)
}

fn stem(name: &str) -> &str {
    let name = name.rsplit_once('/').map_or(name, |(_, last)| last);
    let mut stem = name;
    for _ in 0..2 {
        stem = match stem.rsplit_once('.') {
            Some((before, end)) if end.len() <= 7 => before,
            _ => stem,
        };
    }
    stem
}

fn without_part(stem: &str) -> Option<&str> {
    let (before, part) = stem.rsplit_once('_')?;
    is_digits(part, 1..=5).then_some(before)
}

fn split_stamp(stem: &str) -> Option<(&str, u64)> {
    let (before, last) = stem.rsplit_once('_')?;
    if is_digits(last, 14..=14) {
        return Some((before, last.parse().ok()?));
    }
    let (before, day) = before.rsplit_once('_')?;
    if is_digits(day, 8..=8) && is_digits(last, 6..=6) {
        return Some((before, format!("{day}{last}").parse().ok()?));
    }
    None
}

fn is_digits(text: &str, length: std::ops::RangeInclusive<usize>) -> bool {
    length.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

fn audience(before: &str) -> Option<AudienceId> {
    const WORD: &str = "_segment";
    let id = if let Some(at) = before.rfind(WORD) {
        before.get(at + WORD.len()..)?
    } else {
        let last = before.rsplit_once('_').map_or(before, |(_, last)| last);
        Some(last).filter(|last| is_uuid(last))?
    };
    (!id.is_empty()).then(|| AudienceId::new(id))
}

fn is_uuid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.bytes().all(|b| b == b'-' || b.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_exports_are_read() {
        const UUID: &str = "7841ba61-23c1-4bb3-a495-00d3g5fe1e93";
        let cases = [
            (
                "Outreach_segmentabc_20260131041500.csv",
                Some("abc"),
                Some(20_260_131_041_500),
            ),
            (
                "My_Out_segmenta_b_20260131041500_2.csv.gz",
                Some("a_b"),
                Some(20_260_131_041_500),
            ),
            (
                "x/Outreach_segmentabc_20260131_041500_13.txt",
                Some("abc"),
                Some(20_260_131_041_500),
            ),
            (
                "Outreach_7841ba61-23c1-4bb3-a495-00d3g5fe1e93_20260131_041500.csv",
                Some(UUID),
                Some(20_260_131_041_500),
            ),
            ("daily_20260131041500.csv", None, Some(20_260_131_041_500)),
            (
                "Out_segmentabc_20260131041500.gz.parquet",
                Some("abc"),
                Some(20_260_131_041_500),
            ),
            ("Outreach_segmentabc.csv", None, None),
            (
                "Outreach_segment_20260131041500.csv",
                None,
                Some(20_260_131_041_500),
            ),
            ("export_2.csv", None, None),
            ("_.csv", None, None),
            ("", None, None),
        ];
        for (name, audience, stamp) in cases {
            let facts = facts(name, LAST_STAMP);
            assert_eq!(
                facts.audience.as_ref().map(AudienceId::as_str),
                audience,
                "{name}"
            );
            assert_eq!(facts.stamp, stamp, "{name}");
        }
    }

    #[test]
    fn what_stands_before_the_id_is_the_name() {
        for (name, expected) in [
            (
                "Gold_customers_segmentabc_20260131041500.csv",
                Some("Gold customers"),
            ),
            (
                "x/Gold_7841ba61-23c1-4bb3-a495-00d3g5fe1e93_20260131_041500_2.csv",
                Some("Gold"),
            ),
            (
                "7841ba61-23c1-4bb3-a495-00d3g5fe1e93_20260131041500.csv",
                None,
            ),
            ("daily_20260131041500.csv", None),
        ] {
            assert_eq!(audience_name(name).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn a_time_that_cannot_be_is_none() {
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().expect("an instant");
        let latest = latest_stamp(now);
        assert_eq!(latest, 20_261_224_120_000);
        for (name, is_possible) in [
            ("Out_segmenta1_20261123120000.csv", true),
            ("Out_segmenta1_20261224_120000.csv", true),
            ("Out_segmenta1_20261224_120001.csv", false),
            ("Out_segmenta1_20261324120000.csv", false),
            ("Out_segmenta1_20260230120000.csv", false),
            ("Out_segmenta1_20260228250000_2.csv", false),
            ("Out_segmenta1_99999999999999.csv", false),
            ("Out_segmenta1_00000000000000.csv", false),
        ] {
            let facts = facts(name, latest);
            assert_eq!(facts.stamp.is_some(), is_possible, "{name}");
            assert_eq!(facts.has_impossible_time, !is_possible, "{name}");
            assert_eq!(facts.audience, Some(AudienceId::new("a1")), "{name}");
        }
        assert!(!facts("Out_segmenta1.csv", latest).has_impossible_time);
    }

    #[test]
    fn notes_and_locks_are_no_data() {
        for name in [
            "readme.txt",
            "Read me first.txt",
            "LICENSE.txt",
            "~$profiles.csv",
            "~profiles.tmp.csv",
            ".~lock.profiles.csv#",
            ".DS_Store",
            "_SUCCESS",
        ] {
            assert!(is_beside_the_data(name), "{name}");
        }
        for name in [
            "profiles.csv",
            "notes_segmenta1_20260131041500.csv",
            "readme_segmenta1_20260131041500.txt",
            "changelog.csv",
            "members.txt",
        ] {
            assert!(!is_beside_the_data(name), "{name}");
        }
    }

    #[test]
    fn endings_and_folders_are_read() {
        assert_eq!(ending("a.CSV.gz"), Some(Ending::Delimited));
        assert_eq!(ending("a.jsonl"), Some(Ending::Json));
        for name in [
            "a.parquet",
            "a.gz.parquet",
            "a.SNAPPY.parquet",
            "part-0.c000.zstd.parquet",
        ] {
            assert_eq!(ending(name), Some(Ending::Parquet), "{name}");
        }
        assert_eq!(ending("a.xlsx"), Some(Ending::Workbook));
        assert_eq!(ending("a.avro"), None);
        assert_eq!(ending("csv"), None);
        assert_eq!(
            export_time("exportTime=202601310415"),
            Some(20_260_131_041_500)
        );
        assert_eq!(export_time("exportTime=x"), None);
        assert_eq!(export_time("other"), None);
        assert!(is_beside_the_data("manifest-1-2.json"));
    }
}
