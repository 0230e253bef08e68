//! Takes JSON text apart into its top-level values, or the elements of its one list, without reading what is in them.

use crate::source::files::input::{MAX_RECORD, Stop, Window};

/// The values of one file, one after the other.
pub(in crate::source) struct JsonRecords {
    window: Window,
    form: Option<Form>,
    /// Of the window's beginning: the value that was found last.
    length: usize,
    /// The line the window begins in.
    next_line: u64,
    line: u64,
    has_elements: bool,
    /// Whether the list or the members are within an object that ends behind them.
    is_wrapped: bool,
}

/// How values follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) enum Form {
    /// `[ …, … ]`, by itself or under a key of the file's one object.
    List,
    /// The values of the file's one object: `{"id": …, "id": …}`.
    Members,
    /// One or more values on each line; a fault in one line does not touch the next.
    Lines,
    /// Values that may go over several lines.
    Free,
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) enum Found {
    /// A value, or in [`Form::Lines`] a line, ready in [`JsonRecords::text`].
    Value,
    /// A value over [`MAX_RECORD`], which was passed over.
    TooLarge,
    /// The end of the file.
    End,
}

impl JsonRecords {
    /// Reads the values of this window.
    pub(in crate::source) fn new(window: Window) -> Self {
        Self {
            window,
            form: None,
            length: 0,
            next_line: 1,
            line: 1,
            has_elements: false,
            is_wrapped: false,
        }
    }

    /// The line that the value or the fault starts at, counted from 1.
    pub(in crate::source) fn line(&self) -> u64 {
        self.line
    }

    /// How values follow each other; nothing before the first is found.
    pub(in crate::source) fn form(&self) -> Option<Form> {
        self.form
    }

    /// The text from what was found last on.
    pub(in crate::source) fn window(&self) -> &Window {
        &self.window
    }

    /// The value that [`next`](Self::next) found.
    pub(in crate::source) fn text(&self) -> &[u8] {
        self.window.bytes().get(..self.length).unwrap_or_default()
    }

    /// Whether the value is the last thing in the file, without even the end of a line behind it.
    pub(in crate::source) fn is_at_end(&self) -> bool {
        self.window.has_ended() && self.window.bytes().len() == self.length
    }

    /// Goes on to the next value.
    pub(in crate::source) fn next(&mut self) -> Result<Found, Stop> {
        self.consume_value();
        let first = self.first()?;
        self.line = self.next_line;
        let form = match (self.form, first) {
            (Some(form), _) => form,
            (None, None) => return Ok(Found::End),
            (None, Some(b'[')) => {
                self.consume(1);
                Form::List
            }
            (None, Some(b'{')) => self.guess_object()?,
            (None, Some(_)) => self.guess_form()?,
        };
        self.form = Some(form);
        match form {
            Form::List => self.next_element(),
            Form::Members => self.next_member(),
            Form::Lines | Form::Free if first.is_none() => Ok(Found::End),
            Form::Lines => self.take(&mut LineEnd),
            Form::Free => self.take(&mut ValueEnd::default()),
        }
    }

    fn next_element(&mut self) -> Result<Found, Stop> {
        let mut first = self.first()?;
        self.line = self.next_line;
        if self.has_elements && first == Some(b',') {
            self.consume(1);
            first = self.first()?;
            self.line = self.next_line;
        } else if first == Some(b']') {
            return self.end_list();
        } else if self.has_elements && first.is_some() {
            return Err(Stop::Damaged(
                "a comma is missing between two elements".to_owned(),
            ));
        }
        match first {
            None => Err(Stop::CutOff),
            Some(b',' | b']' | b'}' | b':') => Err(Stop::Damaged(
                "an element of the list is missing".to_owned(),
            )),
            Some(_) => {
                self.has_elements = true;
                self.take(&mut ValueEnd::default())
            }
        }
    }

    /// Goes on to the value of the next member of the file's one object.
    fn next_member(&mut self) -> Result<Found, Stop> {
        let mut first = self.first()?;
        if self.has_elements && first == Some(b',') {
            self.consume(1);
            first = self.first()?;
        } else if first == Some(b'}') {
            self.is_wrapped = false;
            return self.end_list();
        }
        self.line = self.next_line;
        match first {
            Some(b'"') => {}
            None => return Err(Stop::CutOff),
            Some(_) => return Err(Stop::Damaged("a key of the object is missing".to_owned())),
        }
        self.take(&mut ValueEnd::default())?;
        self.consume_value();
        match self.first()? {
            Some(b':') => self.consume(1),
            None => return Err(Stop::CutOff),
            Some(_) => return Err(Stop::Damaged("a key has no value".to_owned())),
        }
        self.line = self.next_line;
        if self.first()?.is_none() {
            return Err(Stop::CutOff);
        }
        self.line = self.next_line;
        self.has_elements = true;
        self.take(&mut ValueEnd::default())
    }

    /// Passes over the end of the list, and of the object that it stands in; what follows must be the end of the file.
    fn end_list(&mut self) -> Result<Found, Stop> {
        self.consume(1);
        if std::mem::take(&mut self.is_wrapped) {
            self.take(&mut ValueEnd {
                depth: 1,
                at: Within::Between,
            })?;
            self.consume_value();
        }
        let rest = self.first()?;
        self.line = self.next_line;
        match rest {
            None => {
                // From now on the file is like one with no more lines.
                self.form = Some(Form::Free);
                Ok(Found::End)
            }
            Some(_) => Err(Stop::Damaged("text follows the end of the list".to_owned())),
        }
    }

    /// Finds where the value ends that the window begins with.
    fn take(&mut self, end: &mut dyn End) -> Result<Found, Stop> {
        let mut seen = 0;
        let mut is_too_large = false;
        loop {
            let new = self.window.bytes().get(seen..).unwrap_or_default();
            if let Some(at) = end.find(new) {
                self.length = seen + at;
                break;
            }
            seen += new.len();
            if self.window.has_ended() {
                if !end.may_be_end_of_file() {
                    return Err(Stop::CutOff);
                }
                self.length = seen;
                break;
            }
            if seen > MAX_RECORD {
                is_too_large = true;
                self.consume(seen);
                seen = 0;
            }
            self.window.fill()?;
        }
        is_too_large |= self.length > MAX_RECORD;
        Ok(if is_too_large {
            Found::TooLarge
        } else {
            Found::Value
        })
    }

    /// What a file is that begins with an object: that of a profile, one with the list of profiles under a key, or one
    /// with a profile under each key.
    fn guess_object(&mut self) -> Result<Form, Stop> {
        while !self.window.has_ended() && self.window.bytes().len() < HEAD {
            self.window.fill()?;
        }
        match wrapped(self.window.bytes()) {
            Wrapped::List(at) => {
                self.consume(at + 1);
                self.is_wrapped = true;
                Ok(Form::List)
            }
            Wrapped::Members => {
                self.consume(1);
                Ok(Form::Members)
            }
            Wrapped::Not => self.guess_form(),
        }
    }

    /// Lines, if one of the first two has as many closing as opening brackets.
    fn guess_form(&mut self) -> Result<Form, Stop> {
        loop {
            let bytes = self.window.bytes();
            let mut lines = bytes.splitn(3, |b| *b == b'\n');
            let first = lines.next().unwrap_or_default();
            let second = lines.next().unwrap_or_default();
            let is_complete = lines.next().is_some();
            if is_complete || self.window.has_ended() || bytes.len() > MAX_RECORD {
                let has_lines = is_balanced(first)
                    || (second.starts_with(b"{") && is_balanced(second))
                    || !first.starts_with(b"{");
                return Ok(if has_lines { Form::Lines } else { Form::Free });
            }
            self.window.fill()?;
        }
    }

    /// The first byte of the next value; nothing at the end of the file.
    fn first(&mut self) -> Result<Option<u8>, Stop> {
        loop {
            let bytes = self.window.bytes();
            let n_blank = bytes.iter().take_while(|b| b.is_ascii_whitespace()).count();
            self.consume(n_blank);
            match self.window.bytes().first() {
                Some(first) => return Ok(Some(*first)),
                None if self.window.has_ended() => return Ok(None),
                None => self.window.fill()?,
            }
        }
    }

    /// Lets go of what was found last.
    fn consume_value(&mut self) {
        let length = std::mem::take(&mut self.length);
        self.consume(length);
    }

    fn consume(&mut self, n_bytes: usize) {
        let bytes = self.window.bytes().get(..n_bytes).unwrap_or_default();
        let n_lines: u64 = bytes.iter().map(|b| u64::from(*b == b'\n')).sum();
        self.next_line += n_lines;
        self.window.consume(n_bytes);
    }
}

/// As much of a file as its form is told from.
const HEAD: usize = 128 << 10;

/// What an object holds that a file begins with.
#[derive(Debug, PartialEq, Eq)]
enum Wrapped {
    /// A list of profiles begins here.
    List(usize),
    /// Each of its values is a profile.
    Members,
    /// It is a profile, or none of these.
    Not,
}

/// Keys under which services and programs put a list of records.
const LISTS: [&[u8]; 7] = [
    b"profiles",
    b"results",
    b"records",
    b"entities",
    b"data",
    b"items",
    b"rows",
];

/// Keys that only a profile has, or what is put around one.
const MARKS: [&[u8]; 5] = [
    b"identityMap",
    b"xdm:identityMap",
    b"segmentMembership",
    b"xdm:segmentMembership",
    b"entity",
];

fn wrapped(bytes: &[u8]) -> Wrapped {
    for (key, at) in members(bytes, 0) {
        let value = bytes.get(at..).unwrap_or_default();
        if MARKS.contains(&key) {
            return Wrapped::Not;
        }
        match value.first() {
            Some(b'{') if members(bytes, at).any(|(below, _)| MARKS.contains(&below)) => {
                return Wrapped::Members;
            }
            Some(b'[') if LISTS.contains(&key) => {
                let inner = value.get(1..).unwrap_or_default().trim_ascii_start();
                if matches!(inner.first(), Some(b'{' | b']')) {
                    return Wrapped::List(at);
                }
            }
            _ => {}
        }
    }
    Wrapped::Not
}

/// The keys of the object that begins at `start`, as far as they are in memory, each with the place of its value.
fn members(bytes: &[u8], start: usize) -> impl Iterator<Item = (&[u8], usize)> {
    let mut at = start + 1;
    std::iter::from_fn(move || {
        at += blank(bytes, at);
        if bytes.get(at) == Some(&b',') {
            at += 1;
            at += blank(bytes, at);
        }
        let key = bytes.get(at..)?;
        let length = (key.first() == Some(&b'"')).then(|| ValueEnd::default().find(key))??;
        let name = key.get(1..length.checked_sub(1)?)?;
        at += length;
        at += blank(bytes, at);
        (bytes.get(at) == Some(&b':')).then_some(())?;
        at += 1;
        at += blank(bytes, at);
        let value = at;
        let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
        // What is not all in memory is the last one.
        at += ValueEnd::default().find(rest).unwrap_or(rest.len());
        Some((name, value))
    })
}

fn blank(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter().take_while(|b| b.is_ascii_whitespace()).count()
}

fn is_balanced(line: &[u8]) -> bool {
    let mut rest = line.trim_ascii_end();
    loop {
        let mut end = ValueEnd::default();
        match end.find(rest) {
            Some(at) => rest = rest.get(at..).unwrap_or_default().trim_ascii_start(),
            None => return end.may_be_end_of_file(),
        }
    }
}

/// Looks for the end of a value in one piece of text after the other.
trait End {
    /// Where in this piece, which follows the one before, the value has ended.
    fn find(&mut self, piece: &[u8]) -> Option<usize>;
    /// Whether the value is complete if nothing follows.
    fn may_be_end_of_file(&self) -> bool;
}

struct LineEnd;

impl End for LineEnd {
    fn find(&mut self, piece: &[u8]) -> Option<usize> {
        piece.iter().position(|b| *b == b'\n')
    }

    fn may_be_end_of_file(&self) -> bool {
        true
    }
}

/// The bracket that closes the first one, the quote that closes a text, or what ends a number or word.
#[derive(Default)]
struct ValueEnd {
    depth: usize,
    at: Within,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Within {
    /// Nothing has come yet.
    #[default]
    Start,
    Text,
    Escape,
    /// A number, `true`, `false` or `null` that stands by itself.
    Word,
    /// Behind a bracket or a text, or between the brackets.
    Between,
}

impl End for ValueEnd {
    fn find(&mut self, piece: &[u8]) -> Option<usize> {
        piece.iter().position(|b| self.is_behind(*b))
    }

    fn may_be_end_of_file(&self) -> bool {
        self.depth == 0 && matches!(self.at, Within::Word | Within::Between)
    }
}

impl ValueEnd {
    /// Whether the value has ended before this byte.
    fn is_behind(&mut self, byte: u8) -> bool {
        self.at = match (self.at, byte) {
            (Within::Between, _) if self.depth == 0 => return true,
            (Within::Word, _) if byte.is_ascii_whitespace() => return true,
            (Within::Word, b',' | b'[' | b']' | b'{' | b'}' | b'"') => return true,
            (Within::Text, b'\\') => Within::Escape,
            (Within::Text, b'"') => Within::Between,
            (Within::Text | Within::Escape, _) | (Within::Start | Within::Between, b'"') => {
                Within::Text
            }
            (Within::Start | Within::Between, b'{' | b'[') => {
                self.depth += 1;
                Within::Between
            }
            (Within::Between, b'}' | b']') => {
                self.depth -= 1;
                Within::Between
            }
            (Within::Between, _) => Within::Between,
            (Within::Start | Within::Word, _) => Within::Word,
        };
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, piece: usize) -> Vec<String> {
        let mut records = JsonRecords::new(Window::in_pieces(text.as_bytes(), piece));
        let mut found = vec![];
        loop {
            let next = records.next();
            let line = records.line();
            match next {
                Ok(Found::Value) => {
                    let text = str::from_utf8(records.text()).expect("it was text");
                    found.push(format!("{line} {}", text.trim_end()));
                }
                Ok(Found::TooLarge) => found.push(format!("{line} too large")),
                Ok(Found::End) => return found,
                Err(stop) => {
                    found.push(format!("{line} {stop:?}"));
                    return found;
                }
            }
        }
    }

    fn every_piece(cases: &[(&str, &[&str])]) {
        for (text, expected) in cases {
            for piece in [1, 2, 3, 7, 1 << 20] {
                assert_eq!(
                    read(text, piece),
                    *expected,
                    "{text:?} in pieces of {piece}"
                );
            }
        }
    }

    #[test]
    fn profiles_are_found_within_what_services_put_around_them() {
        every_piece(&[
            (
                "{\"n\": 2, \"profiles\":\n[{\"a\": 1}, {\"a\": 2}], \"next\": {\"x\": [\"]}\"]}}\n",
                &["2 {\"a\": 1}", "2 {\"a\": 2}"],
            ),
            ("{\"results\": []}", &[]),
            ("{\"profiles\": [{\"a\": 1}]", &["1 {\"a\": 1}", "1 CutOff"]),
            (
                "{\"profiles\": [{\"a\": 1}]} x",
                &[
                    "1 {\"a\": 1}",
                    "1 Damaged(\"text follows the end of the list\")",
                ],
            ),
            (
                "{\n\"k}1\": {\"entity\": {}},\n\"k2\" :\n{\"b\": 1}}",
                &["2 {\"entity\": {}}", "4 {\"b\": 1}"],
            ),
            (
                "{\"k\": {\"identityMap\": {}}",
                &["1 {\"identityMap\": {}}", "1 CutOff"],
            ),
            (
                "{\"identityMap\": {}, \"items\": [{\"a\": 1}]}",
                &["1 {\"identityMap\": {}, \"items\": [{\"a\": 1}]}"],
            ),
            ("{\"items\": [1, 2]}", &["1 {\"items\": [1, 2]}"]),
        ]);
    }

    #[test]
    fn values_are_found_in_every_form_and_in_pieces_of_any_size() {
        let cases: [(&str, &[&str]); 12] = [
            ("", &[]),
            (" \n\n", &[]),
            ("[]", &[]),
            (
                "{\"a\": 1}\n\n{\"a\": 2}",
                &["1 {\"a\": 1}", "3 {\"a\": 2}"],
            ),
            ("{\"a\": 1}{\"a\": 2}\n", &["1 {\"a\": 1}{\"a\": 2}"]),
            (
                "{\n\"a\": 1\n}\n{\"a\":\n2}",
                &["1 {\n\"a\": 1\n}", "4 {\"a\":\n2}"],
            ),
            (
                "[\n{\"}\": \"]\\\"\"},\n\n7 , null]",
                &["2 {\"}\": \"]\\\"\"}", "4 7", "4 null"],
            ),
            ("[\"a,b\",[[1],{}]\n]", &["1 \"a,b\"", "1 [[1],{}]"]),
            ("[1", &["1 1", "1 CutOff"]),
            ("[{\"a\"", &["1 CutOff"]),
            (
                "[,1]",
                &["1 Damaged(\"an element of the list is missing\")"],
            ),
            (
                "[1 2]",
                &[
                    "1 1",
                    "1 Damaged(\"a comma is missing between two elements\")",
                ],
            ),
        ];
        every_piece(&cases);
    }
}
