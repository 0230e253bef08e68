//! Takes the record that some bytes begin with apart into fields.

use std::ops::Range;

use memchr::{memchr, memchr_iter};

use super::dialect::{Open, Syntax};

/// Where a field stands within its record.
pub(in crate::source) type Field = Range<usize>;

/// What is known of a record.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Split {
    /// The bytes up to and with the end of the line.
    pub(super) length: usize,
    pub(super) n_lines: u64,
    pub(super) is_terminated: bool,
    /// Text stands behind a closing quote.
    pub(super) is_misquoted: bool,
    /// It has escaped quotes that have to be undone.
    pub(super) has_escape: bool,
}

pub(super) enum Attempt {
    Whole(Split),
    Partial { in_quotes: bool },
}

/// Finds the fields of the record these bytes begin with.
///
/// Blanks around an unquoted field are no part of it, nor are those outside the quotes of a quoted one.
pub(super) fn split(
    bytes: &[u8],
    syntax: &Syntax,
    is_all: bool,
    fields: &mut Vec<Field>,
) -> Attempt {
    fields.clear();
    let mut split = Split::default();
    let mut at = 0;
    loop {
        let mut quoted = None;
        // Most fields begin with a letter or digit, which needs no second look.
        if bytes.get(at).is_some_and(|first| *first <= b'\'') {
            let open = after_blanks(bytes, at, syntax.delimiter);
            if let Some(quote) = syntax.quote
                && bytes.get(open) == Some(&quote)
            {
                let Some(end) = closing_quote(bytes, open + 1, quote, syntax, &mut split) else {
                    return Attempt::Partial { in_quotes: true };
                };
                quoted = Some(open + 1..end);
                at = after_blanks(bytes, end + 1, syntax.delimiter);
            }
        }
        let found = field_end(bytes, at, syntax);
        if found.is_none() && !is_all {
            return Attempt::Partial { in_quotes: false };
        }
        let end = found.unwrap_or(bytes.len());
        let is_last = bytes.get(end) != Some(&syntax.delimiter);
        let has_return = is_last && end > at && syntax.end == b'\n' && is_at(bytes, end - 1, b'\r');
        let text = at..end - usize::from(has_return);
        if quoted.is_some() {
            split.is_misquoted |= !text.is_empty();
        } else if syntax.quote.is_none() {
            note_escapes(bytes, &text, syntax, &mut split);
        }
        fields.push(quoted.unwrap_or_else(|| trimmed(bytes, text, syntax.is_padded)));
        at = end + 1;
        if is_last {
            split.is_terminated = found.is_some() || has_return;
            split.n_lines += u64::from(split.is_terminated);
            split.length = at.min(bytes.len());
            return Attempt::Whole(split);
        }
    }
}

#[inline]
fn is_at(bytes: &[u8], at: usize, byte: u8) -> bool {
    bytes.get(at) == Some(&byte)
}

/// Where a field ends that has no quotes, or whose quotes are closed.
#[inline]
fn field_end(bytes: &[u8], start: usize, syntax: &Syntax) -> Option<usize> {
    let end = start + end_in(bytes.get(start..)?, syntax.delimiter, syntax.end)?;
    match (syntax.quote, syntax.escape) {
        (None, Some(escape)) => unescaped_end(bytes, start, end, escape, syntax),
        _ => Some(end),
    }
}

/// The first of two bytes, eight at a time: most fields are too short for `memchr2` to pay.
#[inline]
fn end_in(bytes: &[u8], delimiter: u8, end: u8) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = ONES << 7;
    // The lowest bit that this sets is at the first byte which is zero.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    let (delimiters, ends) = (ONES * u64::from(delimiter), ONES * u64::from(end));
    let mut at = 0;
    let mut rest = bytes;
    while let Some((eight, behind)) = rest.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*eight);
        let found = zeros(word ^ delimiters) | zeros(word ^ ends);
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
        rest = behind;
    }
    let found = rest.iter().position(|b| *b == delimiter || *b == end);
    found.map(|found| at + found)
}

/// Goes on from one end to the next, until one is not escaped.
#[cold]
fn unescaped_end(
    bytes: &[u8],
    start: usize,
    mut end: usize,
    escape: u8,
    syntax: &Syntax,
) -> Option<usize> {
    while is_escaped(bytes.get(start..end)?, escape) {
        end += 1;
        end += end_in(bytes.get(end..)?, syntax.delimiter, syntax.end)?;
    }
    Some(end)
}

/// Without quotes, an escape may stand before everything.
fn note_escapes(bytes: &[u8], field: &Field, syntax: &Syntax, split: &mut Split) {
    let text = bytes.get(field.clone()).unwrap_or_default();
    if syntax.escape.is_some_and(|e| memchr(e, text).is_some()) {
        split.has_escape = true;
        split.n_lines += n_line_ends(text, syntax.end);
    }
}

fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

#[inline]
fn after_blanks(bytes: &[u8], mut at: usize, delimiter: u8) -> usize {
    while bytes
        .get(at)
        .is_some_and(|b| is_blank(*b) && *b != delimiter)
    {
        at += 1;
    }
    at
}

/// The field without the blanks around it, if the file is padded; blanks alone are an empty field in any file. A tab that
/// is the delimiter is in no unquoted field.
#[inline]
fn trimmed(bytes: &[u8], whole: Field, is_padded: bool) -> Field {
    let mut field = whole.clone();
    let is_blank_at = |at: usize| bytes.get(at).is_some_and(|b| is_blank(*b));
    if !is_blank_at(field.start) && !is_blank_at(field.end.saturating_sub(1)) {
        return field;
    }
    while field.start < field.end && is_blank_at(field.end - 1) {
        field.end -= 1;
    }
    while field.start < field.end && is_blank_at(field.start) {
        field.start += 1;
    }
    if is_padded || field.is_empty() {
        field
    } else {
        whole
    }
}

/// Where the quote that closes this field stands; nothing if it is not yet in memory.
fn closing_quote(
    bytes: &[u8],
    start: usize,
    quote: u8,
    syntax: &Syntax,
    split: &mut Split,
) -> Option<usize> {
    let mut at = start;
    let end = loop {
        at += end_in(bytes.get(at..)?, quote, syntax.end)?;
        if !is_at(bytes, at, quote) {
            split.n_lines += 1;
            at += 1;
        } else if let Some(escape) = syntax.escape {
            if !is_escaped(bytes.get(start..at)?, escape) {
                break at;
            }
            at += 1;
        } else {
            if bytes.get(at + 1) != Some(&quote) {
                break at;
            }
            split.has_escape = true;
            at += 2;
        }
    };
    let field = bytes.get(start..end)?;
    split.has_escape |= syntax.escape.is_some_and(|e| memchr(e, field).is_some());
    Some(end)
}

/// Whether what follows these bytes is escaped by the last of them.
fn is_escaped(before: &[u8], escape: u8) -> bool {
    let run = before.iter().rev().take_while(|b| **b == escape);
    run.count() % 2 == 1
}

/// Writes the record anew into `into`, without the escapes in its quoted fields; false if a character that only
/// escapes stands there before something else.
pub(super) fn unescape(
    bytes: &[u8],
    syntax: &Syntax,
    fields: &mut [Field],
    into: &mut Vec<u8>,
) -> bool {
    into.clear();
    let mut is_clean = true;
    for field in fields {
        let start = into.len();
        let text = bytes.get(field.clone()).unwrap_or_default();
        match (syntax.quote, syntax.escape) {
            (Some(quote), escape) if is_quoted(bytes, field, syntax) => {
                let escape = escape.unwrap_or(quote);
                is_clean &= unescape_field(text, escape, Some(quote), into);
            }
            (None, Some(escape)) => is_clean &= unescape_field(text, escape, None, into),
            _ => into.extend_from_slice(text),
        }
        *field = start..into.len();
    }
    is_clean
}

/// Whether only quotes and escapes were escaped, if there are quotes.
fn unescape_field(text: &[u8], escape: u8, quote: Option<u8>, into: &mut Vec<u8>) -> bool {
    let mut is_clean = true;
    let mut is_after_escape = false;
    for byte in text {
        if is_after_escape {
            is_clean &= *byte == escape || quote.is_none_or(|quote| *byte == quote);
            is_after_escape = false;
        } else if *byte == escape {
            is_after_escape = true;
            continue;
        }
        into.push(*byte);
    }
    is_clean
}

/// Whether this field of a record that is not rewritten stands in quotes.
pub(super) fn is_quoted(bytes: &[u8], field: &Field, syntax: &Syntax) -> bool {
    let before = field.start.checked_sub(1).and_then(|at| bytes.get(at));
    syntax.quote.is_some() && before == syntax.quote.as_ref()
}

/// Whether the answers to the open questions decide how this record is read.
pub(super) fn is_doubtful(bytes: &[u8], syntax: &Syntax, open: Open, fields: &[Field]) -> bool {
    fields.iter().any(|field| {
        let text = bytes.get(field.clone()).unwrap_or_default();
        if is_quoted(bytes, field, syntax) {
            // With the quote behind the field, which may be a part of it.
            let text = bytes.get(field.start..=field.end).unwrap_or_default();
            (open.backslash && has_escaped(text, b'\\', syntax))
                || (open.apostrophe && has_escaped(text, b'\'', syntax))
        } else {
            open.single_quotes && text.starts_with(b"'")
        }
    })
}

/// Whether an escape stands in this text before a quote or another escape.
pub(super) fn has_escaped(text: &[u8], escape: u8, syntax: &Syntax) -> bool {
    let is_pair = |pair: &[u8]| {
        pair.first() == Some(&escape)
            && (pair.get(1) == Some(&escape) || pair.get(1) == syntax.quote.as_ref())
    };
    syntax.quote.is_some() && text.windows(2).any(is_pair)
}

/// Whether an unquoted field looks as if something in it were escaped.
pub(super) fn has_stray_escape(bytes: &[u8], syntax: &Syntax, fields: &[Field]) -> bool {
    fields.iter().any(|field| {
        let text = bytes.get(field.clone()).unwrap_or_default();
        let is_stray = |escape: &u8| memchr(*escape, text).is_some() && is_escaping(text, *escape);
        syntax.strays.iter().any(is_stray) && !is_quoted(bytes, field, syntax)
    })
}

/// Whether this character seems to escape: it stands before a quote or a line end, or only in pairs, or a backslash
/// before the end.
fn is_escaping(text: &[u8], escape: u8) -> bool {
    let escaped = |byte: &u8| matches!(byte, b'"' | b'\'' | b'\r' | b'\n');
    let is_before_quote =
        |pair: &[u8]| pair.first() == Some(&escape) && pair.get(1).is_some_and(escaped);
    let mut runs = text.split(|b| *b != escape).map(<[u8]>::len);
    let is_single = escape == b'\'';
    text.windows(2)
        .any(|pair| is_before_quote(pair) && !(is_single && pair.ends_with(b"'")))
        || (!is_single && is_escaped(text, escape))
        || runs.all(|run| run % 2 == 0)
}

/// Whether the line end of this record may be escaped.
pub(super) fn may_go_on(bytes: &[u8], syntax: &Syntax) -> bool {
    let text = bytes.strip_suffix(&[syntax.end]).unwrap_or(bytes);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    syntax.strays.contains(&b'\\') && is_escaped(text, b'\\')
}

/// The lines of some bytes, each with its end.
pub(super) fn lines(bytes: &[u8], end: u8) -> impl Iterator<Item = &[u8]> {
    bytes.split_inclusive(move |b| *b == end)
}

/// How the lines that a quote seems to hold together look with quotes as ordinary characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    /// As a value of several lines would.
    Uneven,
    /// The first and the last are as a row, though not all between them.
    EvenAtEnds,
    /// Each of several is as a row: the quote is a lone one.
    Even(u64),
}

/// Whether each of these lines has as many fields as the header.
pub(super) fn evenness(bytes: &[u8], syntax: &Syntax, width: usize) -> Lines {
    let (mut n_lines, mut n_even) = (0, 0);
    let mut is_first_even = false;
    let mut is_last_even = false;
    for line in lines(bytes, syntax.end) {
        is_last_even = n_plain_fields(line, syntax.delimiter) == width;
        is_first_even |= is_last_even && n_lines == 0;
        n_lines += 1;
        n_even += u64::from(is_last_even);
    }
    if n_lines < 2 || width < 2 {
        Lines::Uneven
    } else if n_even == n_lines {
        Lines::Even(n_lines)
    } else if is_first_even && is_last_even {
        Lines::EvenAtEnds
    } else {
        Lines::Uneven
    }
}

/// Whether the first line is a comment; a row may begin with that sign too.
pub(super) fn begins_with_comment(bytes: &[u8], syntax: &Syntax, width: usize) -> bool {
    let line = lines(bytes, syntax.end).next().unwrap_or_default();
    let n_fields = n_plain_fields(line, syntax.delimiter);
    let is_apart = line
        .get(1)
        .is_none_or(|b| b.is_ascii_whitespace() || *b == b'#');
    line.starts_with(b"#") && n_fields != width && (is_apart || n_fields == 1)
}

/// How many fields a line has if it has no quotes.
pub(super) fn n_plain_fields(line: &[u8], delimiter: u8) -> usize {
    memchr_iter(delimiter, line).count() + 1
}

/// How many lines end in these bytes.
pub(super) fn n_line_ends(bytes: &[u8], end: u8) -> u64 {
    memchr_iter(end, bytes).count() as u64
}
