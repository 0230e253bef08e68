//! Parts of the texts of errors: names in quotes, columns that come close, what was left out.

use crate::{model::MembershipStatus, source::columns};

/// What was read as the header, and which of its names comes closest.
pub(super) fn header(form: &str, column: &str, present: &[String]) -> String {
    const MOST: usize = 12;
    let mut text = String::from("; ");
    if !form.is_empty() {
        text = format!("; read as {form}, ");
    }
    let some: Vec<_> = present
        .iter()
        .take(MOST)
        .map(|name| format!("\u{201c}{name}\u{201d}"))
        .collect();
    text = text + "its columns are " + &some.join(", ");
    if present.len() > MOST {
        text = text + " and " + &(present.len() - MOST).to_string() + " more";
    }
    if let Some(closest) = closest(column, present) {
        text = text + ". The closest is \u{201c}" + closest + "\u{201d}";
    }
    if present.iter().any(|name| name.contains('\u{fffd}')) {
        text += ". It has bytes that are not UTF-8: save the file as CSV UTF-8, or choose its encoding in the source's settings";
    }
    if looks_like_a_record(present) {
        text += ". The first line looks like a record: the header with the names of the columns seems to be missing";
    }
    text
}

/// The name that differs least, if it differs little.
fn closest<'a>(wanted: &str, present: &'a [String]) -> Option<&'a str> {
    const LEAST: f64 = 0.6;
    let wanted = columns::folded(wanted);
    let last = wanted.rsplit('_').next().unwrap_or(&wanted);
    let alike = |name: &str| {
        let name = columns::folded(name);
        let ends_alike = name.rsplit('_').next() == Some(last) && name.len() > 2;
        let alike = strsim::normalized_damerau_levenshtein(&wanted, &name);
        if ends_alike {
            alike.max(LEAST + 0.1)
        } else {
            alike
        }
    };
    let all = present.iter().map(|name| (alike(name), name.as_str()));
    let best = all.max_by(|a, b| a.0.total_cmp(&b.0));
    best.filter(|(alike, _)| *alike >= LEAST)
        .map(|(_, name)| name)
}

/// Whether these are values rather than names: a number, an address of mail, a word for a status.
fn looks_like_a_record(header: &[String]) -> bool {
    let is_value = |cell: &String| {
        let cell = cell.trim();
        let is_number = !cell.is_empty() && cell.bytes().all(|byte| byte.is_ascii_digit());
        is_number || cell.contains('@') || MembershipStatus::parse(cell).is_some()
    };
    header.iter().any(is_value)
}

/// What is wrong with a file that a manifest lists.
pub(super) fn lacks(sizes: Option<&(u64, u64)>) -> String {
    sizes.map_or_else(
        || ", which is not there".to_owned(),
        |(listed, found)| format!(" with {listed} bytes, and it has {found}"),
    )
}

/// Names in quotes.
pub(super) fn named(names: &[String]) -> String {
    quoted(names).join(", ")
}

fn quoted(names: &[String]) -> Vec<String> {
    let quoted = names.iter();
    quoted
        .map(|name| format!("\u{201c}{name}\u{201d}"))
        .collect()
}

/// Columns that may say who is a member.
pub(super) fn may_say(columns: &[String]) -> String {
    let names = quoted(columns);
    match names.as_slice() {
        [one] => format!("the column {one} may say it, or something else"),
        all => format!("each of the columns {} may say it", all.join(" and ")),
    }
}

/// The names of files that do not count, for a person who wonders why.
pub(super) fn left_out(ignored: &[String]) -> String {
    const MOST: usize = 5;
    if ignored.is_empty() {
        return String::new();
    }
    let some: Vec<_> = ignored.iter().take(MOST).map(String::as_str).collect();
    let more = if ignored.len() > MOST { ", …" } else { "" };
    format!(", only {}{more}", some.join(", "))
}
