//! Takes the record that some bytes begin with apart into fields.

use std::ops::Range;

use memchr::{memchr, memchr2};

use super::dialect::{Doubt, Open, Syntax};

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
    pub(super) has_quoted: bool,
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
        let start = at;
        let mut is_quoted = false;
        // Most fields begin with a letter or digit, which needs no second look.
        if bytes.get(at).is_some_and(|first| *first <= b'\'') {
            let open = after_blanks(bytes, at, syntax.delimiter);
            if let Some(quote) = syntax.quote
                && bytes.get(open) == Some(&quote)
            {
                let Some(end) = closing_quote(bytes, open + 1, quote, syntax, &mut split) else {
                    return Attempt::Partial { in_quotes: true };
                };
                is_quoted = true;
                split.has_quoted = true;
                fields.push(open + 1..end);
                at = after_blanks(bytes, end + 1, syntax.delimiter);
            }
        }
        let rest = bytes.get(at..).unwrap_or_default();
        let found = field_end(rest, syntax.delimiter);
        if found.is_none() && !is_all {
            return Attempt::Partial { in_quotes: false };
        }
        let length = found.unwrap_or(rest.len());
        if is_quoted {
            split.is_misquoted |= length > 0;
        } else {
            fields.push(trimmed(bytes, start..at + length));
        }
        at += length;
        if found.is_none() {
            split.length = at;
            return Attempt::Whole(split);
        }
        at += 1;
        if rest.get(length) != Some(&syntax.delimiter) {
            split.length = at;
            split.n_lines += 1;
            split.is_terminated = true;
            return Attempt::Whole(split);
        }
    }
}

/// Where an unquoted field ends.
#[inline]
fn field_end(rest: &[u8], delimiter: u8) -> Option<usize> {
    // Most bytes are above all that end a field, so that one comparison tells.
    let most = delimiter.max(b'\r');
    let mut bytes = rest.iter();
    bytes.position(|b| *b <= most && (*b == delimiter || *b == b'\n' || *b == b'\r'))
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

/// The field without the blanks around it; a tab that is the delimiter is in no unquoted field.
#[inline]
fn trimmed(bytes: &[u8], mut field: Field) -> Field {
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
    field
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
        at += memchr(quote, bytes.get(at..)?)?;
        if let Some(escape) = syntax.escape {
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
    if memchr2(b'\n', b'\r', field).is_some() {
        split.n_lines += n_line_ends(field);
    }
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
        match syntax.quote.filter(|_| is_quoted(bytes, field, syntax)) {
            Some(quote) => {
                is_clean &= unescape_field(text, quote, syntax.escape.unwrap_or(quote), into);
            }
            None => into.extend_from_slice(text),
        }
        *field = start..into.len();
    }
    is_clean
}

fn unescape_field(text: &[u8], quote: u8, escape: u8, into: &mut Vec<u8>) -> bool {
    let mut is_clean = true;
    let mut is_after_escape = false;
    for byte in text {
        if is_after_escape {
            is_clean &= *byte == quote || *byte == escape;
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

/// Whether this record is read differently by one of the answers to an open question.
pub(super) fn doubt(
    bytes: &[u8],
    syntax: &Syntax,
    open: Open,
    fields: &[Field],
    is_ragged: bool,
) -> Option<Doubt> {
    let quoted = || fields.iter().filter(|f| is_quoted(bytes, f, syntax));
    let is_escaped_by = |escape: u8| {
        // With the quote behind the field, which may be a part of it.
        let has = |field: &Field| {
            has_escaped(
                bytes.get(field.start..=field.end).unwrap_or_default(),
                escape,
                syntax,
            )
        };
        quoted().any(has)
    };
    if open.backslash && is_escaped_by(b'\\') {
        return Some(Doubt::Backslash);
    }
    if open.apostrophe && is_escaped_by(b'\'') {
        return Some(Doubt::Apostrophe);
    }
    let is_in_single = |field: &Field| {
        let text = bytes.get(field.clone()).unwrap_or_default();
        let is_wrapped = text.len() > 1 && text.ends_with(b"'");
        text.starts_with(b"'") && (is_wrapped || is_ragged) && !is_quoted(bytes, field, syntax)
    };
    (open.single_quotes && fields.iter().any(is_in_single)).then_some(Doubt::SingleQuotes)
}

/// Whether an escape stands in this text before a quote or another escape.
pub(super) fn has_escaped(text: &[u8], escape: u8, syntax: &Syntax) -> bool {
    let is_pair = |pair: &[u8]| {
        pair.first() == Some(&escape)
            && (pair.get(1) == Some(&escape) || pair.get(1) == syntax.quote.as_ref())
    };
    syntax.quote.is_some() && text.windows(2).any(is_pair)
}

/// Whether an unquoted field looks as if backslashes escaped something in it: some programs write so.
pub(super) fn has_stray_escape(bytes: &[u8], syntax: &Syntax, fields: &[Field]) -> bool {
    fields.iter().any(|field| {
        let text = bytes.get(field.clone()).unwrap_or_default();
        memchr(b'\\', text).is_some()
            && !is_quoted(bytes, field, syntax)
            && (is_quote_escaped(text, syntax.quote) || are_all_doubled(text))
    })
}

fn is_quote_escaped(text: &[u8], quote: Option<u8>) -> bool {
    quote.is_some_and(|quote| text.windows(2).any(|pair| pair == [b'\\', quote]))
}

/// Whether every backslash stands beside another one.
fn are_all_doubled(text: &[u8]) -> bool {
    let mut runs = text.split(|b| *b != b'\\').map(<[u8]>::len);
    runs.all(|run| run % 2 == 0)
}

/// The lines of some bytes, each with its end.
pub(super) fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let at = memchr2(b'\n', b'\r', rest);
        let is_pair = at.is_some_and(|at| rest.get(at..at + 2) == Some(b"\r\n"));
        let length = at.map_or(rest.len(), |at| at + 1 + usize::from(is_pair));
        let (line, behind) = rest.split_at_checked(length)?;
        rest = behind;
        (!line.is_empty()).then_some(line)
    })
}

/// How many lines these are, if there are several and each, its quotes taken as ordinary characters, has this many
/// fields: then a quote that seems to hold them together is a lone one.
pub(super) fn n_even_lines(bytes: &[u8], delimiter: u8, width: usize) -> Option<u64> {
    let mut n_lines = 0;
    for line in lines(bytes) {
        if n_plain_fields(line, delimiter) != width {
            return None;
        }
        n_lines += 1;
    }
    (n_lines > 1 && width > 1).then_some(n_lines)
}

/// Whether the first line is a comment; a row may begin with that sign too.
pub(super) fn begins_with_comment(bytes: &[u8], delimiter: u8, width: usize) -> bool {
    let line = lines(bytes).next().unwrap_or_default();
    line.starts_with(b"#") && n_plain_fields(line, delimiter) != width
}

/// How many fields a line has if it has no quotes.
pub(super) fn n_plain_fields(line: &[u8], delimiter: u8) -> usize {
    line.iter().filter(|b| **b == delimiter).count() + 1
}

/// How many lines end in these bytes; `\r\n` is one end, and so is `\r` alone.
pub(super) fn n_line_ends(bytes: &[u8]) -> u64 {
    let mut n_lines = 0;
    let mut after_return = false;
    for byte in bytes {
        n_lines += u64::from(*byte == b'\r' || (*byte == b'\n' && !after_return));
        after_return = *byte == b'\r';
    }
    n_lines
}

pub(super) fn n_newlines(bytes: &[u8]) -> u64 {
    bytes.iter().map(|b| u64::from(*b == b'\n')).sum()
}
