//! Whose an id may have been that is no number of a prospect any more: spreadsheets and number columns rewrite ids.
//!
//! Such a row is not sent, because nobody knows for sure whose it is. But it may be a prospect's who would otherwise count
//! as gone from a full snapshot, so everyone whose it may be stays in.

use std::ops::RangeInclusive;

/// Why an id is no whole number, in words, and the numbers that it may have been.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mangled {
    /// What was seen, without the value.
    pub(super) what: &'static str,
    /// Empty if it may have been anything.
    pub(super) may_be: Vec<RangeInclusive<u64>>,
}

const EXPONENT: &str = "the OutreachId is written with an exponent, as Excel shows long numbers and programs write numbers with decimals; export it anew, or format its column as text before the file is saved";
const DECIMALS: &str = "the OutreachId has decimals, as Excel and programs write it that keep ids as numbers; export it as text or as a whole number";
const QUOTED: &str = "the OutreachId has a quote or an equals sign before it, which Excel needs to show a number as text; remove it";
const SEPARATED: &str = "the OutreachId has separators or blanks in it, as Excel shows numbers; format its column as text";
const OTHER_DIGITS: &str = "the OutreachId is written with digits of another script than 0 to 9";
const NO_NUMBER: &str = "the OutreachId is not a positive whole number";

/// Looks at an id that is none.
pub(super) fn mangled(id: &str) -> Mangled {
    let id = id.trim();
    let has_other_digits = id.chars().any(|c| !c.is_ascii() && digit(c).is_some());
    let plain: String = id
        .chars()
        .map(|c| digit(c).and_then(|d| char::from_digit(d, 10)).unwrap_or(c))
        .collect();
    let runs = numbers(&plain);
    if let Some(range) = rounded(&plain) {
        return Mangled {
            what: EXPONENT,
            may_be: vec![range],
        };
    }
    let has_sign = plain.starts_with(['\'', '"', '=', '\u{2019}', '`']);
    let is_whole_number = plain.bytes().all(|byte| byte.is_ascii_digit());
    let what = if has_other_digits && is_whole_number {
        OTHER_DIGITS
    } else if runs.is_empty() || plain.chars().any(char::is_alphabetic) || plain.starts_with('-') {
        NO_NUMBER
    } else if has_sign {
        QUOTED
    } else if is_decimal(&plain) {
        DECIMALS
    } else if runs.len() > 1 {
        SEPARATED
    } else {
        NO_NUMBER
    };
    let joined = plain
        .chars()
        .filter(char::is_ascii_digit)
        .collect::<String>();
    let mut may_be = runs;
    may_be.extend(joined.parse::<u64>().ok());
    may_be.retain(|number| *number > 0);
    may_be.sort_unstable();
    may_be.dedup();
    Mangled {
        what,
        may_be: may_be.into_iter().map(|number| number..=number).collect(),
    }
}

/// The numbers that stand in it.
fn numbers(text: &str) -> Vec<u64> {
    let runs = text.split(|c: char| !c.is_ascii_digit());
    runs.filter_map(|run| run.parse().ok()).collect()
}

/// Digits of the scripts that spreadsheets and input methods put in place of 0 to 9.
fn digit(c: char) -> Option<u32> {
    const ZEROS: [char; 6] = ['0', '\u{660}', '\u{6f0}', '\u{966}', '\u{9e6}', '\u{ff10}'];
    let number = u32::from(c);
    ZEROS
        .iter()
        .find_map(|zero| number.checked_sub(u32::from(*zero)).filter(|d| *d < 10))
}

/// Whether it is `23.0`, `23,00` or `23.`.
fn is_decimal(text: &str) -> bool {
    let parts = text.split_once(['.', ',']);
    parts.is_some_and(|(whole, rest)| {
        !whole.is_empty()
            && whole.bytes().all(|byte| byte.is_ascii_digit())
            && rest.bytes().all(|byte| byte == b'0')
    })
}

/// The whole numbers that are written like this when they are rounded: `2.40E+01` is 24, `1.23E+05` any of a thousand.
fn rounded(text: &str) -> Option<RangeInclusive<u64>> {
    let (mantissa, exponent) = text.split_once(['E', 'e'])?;
    let exponent: u32 = exponent
        .strip_prefix('+')
        .unwrap_or(exponent)
        .parse()
        .ok()?;
    let (whole, rest) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, ""));
    let digits = format!("{whole}{rest}");
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits: u128 = digits.parse().ok()?;
    let n_decimals = u32::try_from(rest.len()).ok()?;
    let limit = |number: u128| u64::try_from(number).unwrap_or(u64::MAX);
    if let Some(zeros) = exponent.checked_sub(n_decimals) {
        let unit = 10_u128.checked_pow(zeros)?;
        let middle = digits.checked_mul(unit)?;
        return Some(
            limit(middle.saturating_sub(unit / 2))..=limit(middle.saturating_add(unit / 2)),
        );
    }
    let unit = 10_u128.checked_pow(n_decimals - exponent)?;
    Some(limit(digits / unit)..=limit(digits.div_ceil(unit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_made_of_an_id_tells_whose_it_may_be() {
        for (id, what, may_be) in [
            ("23.0", DECIMALS, vec![23..=23, 230..=230]),
            ("18.", DECIMALS, vec![18..=18]),
            ("2.40E+01", EXPONENT, vec![24..=24]),
            ("1.4E1", EXPONENT, vec![14..=14]),
            ("1,23E+05", EXPONENT, vec![122_500..=123_500]),
            ("1.2345678E7", EXPONENT, vec![12_345_678..=12_345_678]),
            ("1E3", EXPONENT, vec![500..=1500]),
            ("'25", QUOTED, vec![25..=25]),
            ("=\"11\"", QUOTED, vec![11..=11]),
            ("1 2", SEPARATED, vec![1..=1, 2..=2, 12..=12]),
            (
                "12,345",
                SEPARATED,
                vec![12..=12, 345..=345, 12_345..=12_345],
            ),
            ("\u{ff11}\u{ff15}", OTHER_DIGITS, vec![15..=15]),
            ("\u{661}\u{666}", OTHER_DIGITS, vec![16..=16]),
            ("-5", NO_NUMBER, vec![5..=5]),
            ("P-7", NO_NUMBER, vec![7..=7]),
            ("0", NO_NUMBER, vec![]),
            ("Total", NO_NUMBER, vec![]),
        ] {
            let found = mangled(id);
            assert_eq!(found.what, what, "{id}");
            let in_it = |number: &RangeInclusive<u64>| found.may_be.iter().any(|r| r == number);
            assert!(may_be.iter().all(in_it), "{id}: {:?}", found.may_be);
            assert!(
                found.may_be.is_empty() == may_be.is_empty(),
                "{id}: {:?}",
                found.may_be
            );
        }
    }
}
