//! What the names of exported files say: the audience, the time and the part.
//!
//! Adobe Experience Platform lets people put a name together from those of the destination and the audience, their ids,
//! the time in several forms, and words of their own, in any order; browsers and desktops add marks to copies.

mod time;

use std::ops::Range;

use jiff::{SignedDuration, Timestamp};

pub(in crate::source) use self::time::{export_time, possible};
use crate::model::AudienceId;

/// A time further ahead than this is a mistake.
const AHEAD: SignedDuration = SignedDuration::from_hours(31 * 24);

/// The last one there is.
const LAST_STAMP: u64 = 99_991_231_235_959;

/// What somebody who looks at files knows of what they are for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    /// The ids of the audiences, each with the name that people know it by.
    pub audiences: Vec<(AudienceId, String)>,
    /// Names and ids of destinations, which are none of audiences.
    pub others: Vec<String>,
}

/// What one file's name says; nothing if it is any other name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::source) struct NameFacts {
    pub(in crate::source) audience: Option<AudienceId>,
    /// Ids that may all be the audience's, if the name does not tell which is.
    pub(in crate::source) rivals: Vec<String>,
    /// The digits of the time, `yyyymmddhhmmss`, as a number.
    pub(in crate::source) stamp: Option<u64>,
    /// Whether there are digits of a time that is none, or lies too far ahead; then there is no `stamp`.
    pub(in crate::source) has_impossible_time: bool,
    /// The number of the part, as Adobe Experience Platform numbers them from the second one on.
    pub(in crate::source) part: Option<u32>,
    /// Whether a browser or a desktop has marked it as a copy.
    pub(in crate::source) is_copy: bool,
}

impl NameFacts {
    /// Takes what the folder's name says and the file's does not.
    pub(in crate::source) fn take_from_folder(&mut self, folder: &Self) {
        if self.audience.is_none() && self.rivals.is_empty() {
            self.audience.clone_from(&folder.audience);
        }
        self.stamp = self.stamp.or(folder.stamp);
    }
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

/// Endings of what a file is packed in.
const PACKED: [&str; 10] = [
    "gz", "gzip", "bz2", "zst", "zstd", "lz4", "snappy", "sz", "zip", "deflate",
];

/// Endings of what programs have not finished writing.
const UNFINISHED: [&str; 6] = [
    "tmp",
    "part",
    "partial",
    "crdownload",
    "filepart",
    "download",
];

/// Endings of encrypted files.
const ENCRYPTED: [&str; 3] = ["gpg", "pgp", "asc"];

/// The kind of contents this name promises, or nothing if it is of no known kind.
pub(in crate::source) fn ending(name: &str) -> Option<Ending> {
    let name = without_mark(last_part(name)).0.to_ascii_lowercase();
    let mut parts = name.rsplit('.');
    let mut last = parts.next()?;
    if PACKED.contains(&last) {
        last = parts.next()?;
    }
    parts.next()?;
    match last {
        "csv" | "txt" | "tsv" | "tab" | "psv" => Some(Ending::Delimited),
        "json" | "ndjson" | "jsonl" => Some(Ending::Json),
        "parquet" | "parq" => Some(Ending::Parquet),
        "xlsx" | "xlsm" | "xlsb" | "xls" => Some(Ending::Workbook),
        _ => None,
    }
}

/// Why a file of no known kind is left out, if its name tells.
pub(in crate::source) fn why_left_out(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    let last = name.rsplit('.').next()?;
    if ENCRYPTED.contains(&last) {
        Some("encrypted: decrypt it, or switch the encryption off in the export")
    } else if UNFINISHED.contains(&last) {
        Some("not finished")
    } else {
        None
    }
}

/// Whether the name is one of a text as people write it.
pub(in crate::source) fn is_text(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".txt")
}

/// Whether the name is that of a manifest, which lists the files of an export.
pub(in crate::source) fn is_manifest(name: &str) -> bool {
    name.to_ascii_lowercase().starts_with("manifest") && ending(name) == Some(Ending::Json)
}

/// Whether such a file stands beside the data: a manifest, a marker of the program that wrote it, or a note. Only the
/// name decides: by its contents a part of a snapshot that was cut off might look like a note as well.
pub(in crate::source) fn is_beside_the_data(name: &str) -> bool {
    let small = name.to_lowercase();
    let is_text = small.strip_suffix(".txt").is_some()
        && facts(name, &Known::default(), LAST_STAMP).stamp.is_none();
    let is_note = is_text && NOTES.iter().any(|note| small.starts_with(note));
    // Office programs put a tilde before the names of what they keep beside an open file.
    name.starts_with(['.', '_', '~']) || is_manifest(name) || is_note
}

/// Reads a file's name below the source's folder; what the file's own name does not say, its folders may. A time that is
/// none or lies after `latest` counts as missing: it would make its file the newest one for good.
pub(in crate::source) fn facts(name: &str, known: &Known, latest: u64) -> NameFacts {
    let mut found = NameFacts::default();
    for (at, part) in name.rsplit('/').enumerate() {
        let (plain, is_copy) = without_mark(part);
        let stem = if at == 0 { stem(&plain) } else { &plain };
        let said = of_stem(stem, known, latest);
        if at == 0 {
            (found.part, found.is_copy) = (said.part, is_copy);
        }
        if found.audience.is_none() && found.rivals.is_empty() {
            (found.audience, found.rivals) = (said.audience, said.rivals);
        }
        if found.stamp.is_none() {
            found.stamp = export_time(part).and_then(|stamp| possible(stamp, latest));
            found.stamp = found.stamp.or(said.stamp);
            found.has_impossible_time |= said.has_impossible_time;
        }
    }
    found
}

/// The name without the mark of a copy: what two files have in common that are one.
pub(in crate::source) fn original_name(name: &str) -> String {
    let (folder, last) = name.rsplit_once('/').map_or(("", name), |(a, b)| (a, b));
    let (plain, _) = without_mark(last);
    if folder.is_empty() {
        plain
    } else {
        format!("{folder}/{plain}")
    }
}

/// What a file's name calls its audience: all that stands before the id.
pub(in crate::source) fn audience_name(name: &str) -> Option<String> {
    let (plain, _) = without_mark(last_part(name));
    let stem = stem(&plain);
    let id = audience_in(stem, &Known::default())?.0?;
    let before = stem.get(..id.start)?;
    let before = without_segment(before);
    let name = before.replace('_', " ").trim().to_owned();
    (!name.is_empty()).then_some(name)
}

/// The last time that an export of now may name. Its clock may be in another time zone, and wrong by days.
pub(in crate::source) fn latest_stamp(now: Timestamp) -> u64 {
    let latest = now.checked_add(AHEAD).unwrap_or(Timestamp::MAX);
    let text = latest.strftime("%Y%m%d%H%M%S").to_string();
    text.parse().unwrap_or(LAST_STAMP)
}

fn last_part(name: &str) -> &str {
    name.rsplit_once('/').map_or(name, |(_, last)| last)
}

/// The name without its endings.
fn stem(name: &str) -> &str {
    let mut stem = name;
    while let Some((before, end)) = stem.rsplit_once('.') {
        let end = end.to_ascii_lowercase();
        let is_ending = PACKED.contains(&end.as_str())
            || [
                "csv", "txt", "tsv", "tab", "psv", "json", "ndjson", "jsonl", "parquet", "parq",
                "xlsx", "xlsm", "xlsb", "xls",
            ]
            .contains(&end.as_str());
        if !is_ending || before.is_empty() {
            break;
        }
        stem = before;
    }
    stem
}

/// The name without what browsers and desktops put into that of a copy, and whether there was any: `name (1).csv`,
/// `name - Copy.csv`, `name copy 2.csv`, `Copy of name.csv`, in several languages.
fn without_mark(name: &str) -> (String, bool) {
    const BEFORE: [&str; 4] = ["copy of ", "kopie von ", "copie de ", "kopia av "];
    const BEHIND: [&str; 9] = [
        " - copy", " - kopie", " - copie", " - kopia", " - copia", " copy", " kopie", " copie",
        " kopia",
    ];
    let end = stem(name).len();
    let (stem, endings) = name.split_at_checked(end).unwrap_or((name, ""));
    let mut plain = stem.trim_end();
    let mut is_copy = false;
    if let Some((before, number)) = plain
        .strip_suffix(')')
        .and_then(|rest| rest.rsplit_once('('))
        && time::is_digits(number, 1..=3)
        && !before.is_empty()
    {
        (plain, is_copy) = (before.trim_end(), true);
    }
    let small = plain.to_lowercase();
    for mark in BEHIND {
        let numberless = small
            .trim_end_matches(|c: char| c.is_ascii_digit())
            .trim_end();
        for text in [small.as_str(), numberless] {
            if text.ends_with(mark) && text.len() <= plain.len() {
                let length = text.len() - mark.len();
                if let Some(before) = plain.get(..length).filter(|before| !before.is_empty()) {
                    return (format!("{before}{endings}"), true);
                }
            }
        }
    }
    for mark in BEFORE {
        if small.starts_with(mark)
            && let Some(rest) = plain.get(mark.len()..)
        {
            return (format!("{rest}{endings}"), true);
        }
    }
    if is_copy {
        (format!("{plain}{endings}"), true)
    } else {
        (name.to_owned(), false)
    }
}

fn of_stem(stem: &str, known: &Known, latest: u64) -> NameFacts {
    let (id, rivals) = audience_in(stem, known).unwrap_or_default();
    let audience = id.clone().and_then(|id| stem.get(id)).map(|id| {
        let same = |(other, _): &&(AudienceId, String)| other.as_str().eq_ignore_ascii_case(id);
        let known = known.audiences.iter().find(same);
        known.map_or_else(|| AudienceId::new(id), |(known, _)| known.clone())
    });
    // The digits of an id are no time.
    let mut rest = stem.to_owned();
    for range in id.into_iter().chain(uuids(stem)) {
        let blank = "/".repeat(range.len());
        rest.replace_range(range, &blank);
    }
    let time = time::find(&rest, latest);
    NameFacts {
        audience: audience.or_else(|| by_name(stem, known)),
        rivals,
        stamp: time.stamp,
        has_impossible_time: time.is_impossible,
        part: time.part,
        is_copy: false,
    }
}

/// Where the audience's id stands, or which ids may all be it; nothing if there is none.
fn audience_in(stem: &str, known: &Known) -> Option<(Option<Range<usize>>, Vec<String>)> {
    let small = stem.to_ascii_lowercase();
    let mut ids: Vec<_> = known
        .audiences
        .iter()
        .filter_map(|(id, _)| token(&small, &id.as_str().to_ascii_lowercase()))
        .collect();
    ids.sort_by_key(|range| std::cmp::Reverse(range.len()));
    if let Some(longest) = ids.first() {
        return Some((Some(longest.clone()), vec![]));
    }
    let is_other = |range: &Range<usize>| {
        let id = stem.get(range.clone()).unwrap_or_default();
        known
            .others
            .iter()
            .any(|other| other.eq_ignore_ascii_case(id))
    };
    let uuids: Vec<_> = uuids(stem).filter(|range| !is_other(range)).collect();
    let is_segment = |range: &Range<usize>| {
        let before = small.get(..range.start).unwrap_or_default();
        before.ends_with("segment") || before.ends_with("segment_")
    };
    match uuids.as_slice() {
        [] => segment_id(stem).map(|id| (Some(id), vec![])),
        [only] => Some((Some(only.clone()), vec![])),
        many => {
            let mut named = many.iter().filter(|range| is_segment(range));
            if let (Some(only), None) = (named.next(), named.next()) {
                return Some((Some(only.clone()), vec![]));
            }
            let ids = many.iter().filter_map(|range| stem.get(range.clone()));
            Some((None, ids.map(str::to_owned).collect()))
        }
    }
}

/// Where this stands in a name, with nothing of a word around it but the word `segment`.
fn token(small: &str, wanted: &str) -> Option<Range<usize>> {
    let is_border = |c: char| !c.is_alphanumeric();
    let found = small
        .match_indices(wanted)
        .map(|(at, _)| at..at + wanted.len());
    let mut found = found.filter(|range| {
        let before = small.get(..range.start).unwrap_or_default();
        let behind = small.get(range.end..).unwrap_or_default();
        let begins =
            before.is_empty() || before.ends_with(is_border) || before.ends_with("segment");
        begins && (behind.is_empty() || behind.starts_with(is_border))
    });
    found.next().filter(|_| !wanted.is_empty())
}

/// The id behind the word `_segment`, up to the time behind it.
fn segment_id(stem: &str) -> Option<Range<usize>> {
    const WORD: &str = "_segment";
    let start = stem.rfind(WORD)? + WORD.len();
    let rest = stem.get(start..)?;
    let end = rest
        .match_indices('_')
        .map(|(at, _)| at)
        .find(|at| rest.get(at + 1..).is_some_and(time::begins_with_time))?;
    (end > 0).then_some(start..start + end)
}

/// The name without `segment` at its end, and what stands between it and an id.
fn without_segment(before: &str) -> &str {
    let before = before.trim_end_matches(['_', '-', ' ']);
    before.strip_suffix("_segment").unwrap_or(before)
}

/// Where texts in the form of a UUID stand. Adobe's own examples have letters beyond `f` in them.
fn uuids(text: &str) -> impl Iterator<Item = Range<usize>> {
    const LENGTH: usize = 36;
    let bytes = text.as_bytes();
    let is_uuid = |window: &[u8]| {
        window.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_alphanumeric(),
        }) && window.iter().any(u8::is_ascii_digit)
    };
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let window = bytes.get(from..from + LENGTH)?;
            let behind = bytes.get(from + LENGTH);
            if is_uuid(window) && !behind.is_some_and(u8::is_ascii_alphanumeric) {
                from += LENGTH;
                return Some(from - LENGTH..from);
            }
            from += 1;
        }
    })
}

/// The audience whose name stands in it, if no other's does.
fn by_name(stem: &str, known: &Known) -> Option<AudienceId> {
    let words = words(stem);
    let mut named = known.audiences.iter().filter(|(_, name)| {
        let name = self::words(name);
        !name.trim().is_empty() && words.contains(&name)
    });
    let (id, _) = named.next()?;
    named.next().is_none().then(|| id.clone())
}

/// The words of a name in small letters, with one blank before, between and behind them.
fn words(text: &str) -> String {
    let parts = text.split(|c: char| !c.is_alphanumeric());
    let parts = parts.filter(|part| !part.is_empty()).map(str::to_lowercase);
    parts.fold(" ".to_owned(), |all, part| all + &part + " ")
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
            let facts = facts(name, &Known::default(), LAST_STAMP);
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
            let facts = facts(name, &Known::default(), latest);
            assert_eq!(facts.stamp.is_some(), is_possible, "{name}");
            assert_eq!(facts.has_impossible_time, !is_possible, "{name}");
            assert_eq!(facts.audience, Some(AudienceId::new("a1")), "{name}");
        }
        assert!(!facts("Out_segmenta1.csv", &Known::default(), latest).has_impossible_time);
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
