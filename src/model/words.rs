//! What others say, made fit to be shown and kept: without secrets, and with everything in it to be seen.

use std::{borrow::Cow, fmt::Write as _};

/// What stands in the place of a secret.
const HIDDEN: &str = "•••";

/// Shorter ones would hide what is none.
const SHORTEST: usize = 6;

/// The text without these secrets, written plainly or as they stand in a form or an address.
pub fn without_secrets(text: &str, secrets: &[&str]) -> String {
    // A secret may be a part of another one.
    let mut secrets: Vec<_> = secrets.iter().map(|secret| secret.trim()).collect();
    secrets.retain(|secret| secret.len() >= SHORTEST);
    secrets.sort_unstable_by_key(|secret| std::cmp::Reverse(secret.len()));
    let mut left = text;
    let mut shown = String::with_capacity(text.len());
    while let Some(c) = left.chars().next() {
        let mut found = secrets.iter().filter_map(|secret| behind(left, secret));
        if let Some(rest) = found.next() {
            shown.push_str(HIDDEN);
            left = rest;
        } else {
            shown.push(c);
            left = left.get(c.len_utf8()..).unwrap_or_default();
        }
    }
    shown
}

/// What stands behind the secret, if the text begins with it, each of its bytes written plainly or percent-encoded.
fn behind<'t>(text: &'t str, secret: &str) -> Option<&'t str> {
    let mut left = text.as_bytes();
    for byte in secret.bytes() {
        left = match left {
            [plain, rest @ ..] if *plain == byte || (*plain == b'+' && byte == b' ') => rest,
            [b'%', high, low, rest @ ..] => {
                let digit = |digit: &u8| char::from(*digit).to_digit(16);
                let coded = digit(high)? * 16 + digit(low)?;
                (coded == u32::from(byte)).then_some(rest)?
            }
            _ => return None,
        };
    }
    text.get(text.len() - left.len()..)
}

/// The text with every character written out that would not be seen, or that would change how others are seen.
///
/// Those are what steers a terminal, and what turns the direction of what follows. The ends of lines stay.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) {
            // As JSON writes it, so that JSON stays JSON.
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                write!(shown, "\\u{unit:04x}").unwrap_or_default();
            }
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

fn is_hidden(c: char) -> bool {
    let turns = matches!(
        c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    turns || (c.is_control() && !matches!(c, '\n' | '\t'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_hidden_however_it_is_written() {
        let secrets = ["s3cret/with+signs", "token-1234", ""];
        for (text, expected) in [
            ("no such app", "no such app"),
            ("bad token-1234.", "bad •••."),
            (
                "grant_type=refresh&client_secret=s3cret%2Fwith%2Bsigns&token=token-1234",
                "grant_type=refresh&client_secret=•••&token=•••",
            ),
            ("s3cret/with+signs", "•••"),
            ("s3cret%2fwith%2bsigns, s3cret%2with", "•••, s3cret%2with"),
        ] {
            assert_eq!(without_secrets(text, &secrets), expected);
        }
        assert_eq!(without_secrets("abc", &["ab"]), "abc");
        assert_eq!(without_secrets("7%7E+6é", &["7~ 6é ", "7~ 6é8"]), "•••");
        let nested = ["abcdef", "abcdefgh"];
        assert_eq!(without_secrets("abcdefgh abcdef", &nested), "••• •••");
    }

    #[test]
    fn what_steers_a_terminal_or_turns_text_is_written_out() {
        for (text, expected) in [
            ("Zoë 株式会社 👋🏽\tx\n", "Zoë 株式会社 👋🏽\tx\n"),
            ("\u{1b}[2Jgone", "\\u001b[2Jgone"),
            ("a\u{9b}31m", "a\\u009b31m"),
            ("abc\u{202e}exe.csv", "abc\\u202eexe.csv"),
            ("a\rb", "a\\u000db"),
        ] {
            assert_eq!(visible(text), expected);
        }
    }
}
