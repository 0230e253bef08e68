//! The values of a prospect's attributes, packed: a million prospects' worth must fit in little memory.
//!
//! A [`FieldSet`] is the list of its fields in the order of their codes, each as its code, a tag and the value. Short
//! texts have their length in the tag, and the two usual statuses are tags of their own, since a prospect has many of
//! them. The bytes are what the state database stores, so the format may grow new tags but never change one.

use std::fmt;

use serde_json::{Map, Value};

use super::Target;

/// A value to write to an attribute of a prospect.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FieldValue<'a> {
    /// Clears the attribute.
    Null,
    /// Text, a date or an instant.
    Text(&'a str),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Float(f64),
    /// Yes or no.
    Boolean(bool),
}

impl FieldValue<'_> {
    /// The value as JSON.
    pub fn to_json(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Text(text) => Value::from(text),
            Self::Integer(number) => Value::from(number),
            Self::Float(number) => Value::from(number),
            Self::Boolean(yes) => Value::from(yes),
        }
    }
}

impl fmt::Display for FieldValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("empty"),
            Self::Text(text) => f.write_str(text),
            Self::Integer(number) => number.fmt(f),
            Self::Float(number) => number.fmt(f),
            Self::Boolean(yes) => yes.fmt(f),
        }
    }
}

/// Attributes with their values, at most one value an attribute, in the order of their codes.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct FieldSet(Vec<u8>);

const NULL: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
const INTEGER: u8 = 3;
const FLOAT: u8 = 4;
const REALIZED: u8 = 5;
const EXITED: u8 = 6;
/// The length follows, in groups of seven bits.
const LONG_TEXT: u8 = 7;
/// A text of no bytes; the tags from here up are texts of one, two, three … bytes.
const SHORT_TEXT: u8 = 8;

impl FieldSet {
    /// A set without fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// A set without fields that has room for this many bytes of them.
    pub fn with_capacity(n_bytes: usize) -> Self {
        Self(Vec::with_capacity(n_bytes))
    }

    /// Whether there is no field in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many fields are in it.
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Adds a field behind the others. Fields are pushed in the order of their codes.
    pub fn push(&mut self, target: Target, value: FieldValue<'_>) {
        debug_assert!(
            self.iter().last().is_none_or(|(last, _)| last < target),
            "{target} is out of order"
        );
        self.0.push(target.code());
        match value {
            FieldValue::Null => self.0.push(NULL),
            FieldValue::Text("realized") => self.0.push(REALIZED),
            FieldValue::Text("exited") => self.0.push(EXITED),
            FieldValue::Text(text) => {
                push_length(&mut self.0, text.len());
                self.0.extend_from_slice(text.as_bytes());
            }
            FieldValue::Integer(number) => {
                self.0.push(INTEGER);
                self.0.extend_from_slice(&number.to_le_bytes());
            }
            FieldValue::Float(number) => {
                self.0.push(FLOAT);
                self.0.extend_from_slice(&number.to_le_bytes());
            }
            FieldValue::Boolean(yes) => self.0.push(if yes { TRUE } else { FALSE }),
        }
    }

    /// The value of one attribute.
    pub fn get(&self, target: Target) -> Option<FieldValue<'_>> {
        self.iter()
            .find(|(held, _)| *held == target)
            .map(|(_, value)| value)
    }

    /// Every field, in the order of the codes.
    pub fn iter(&self) -> Iter<'_> {
        Iter(self.packed())
    }

    fn packed(&self) -> PackedFields<'_> {
        PackedFields { rest: &self.0 }
    }

    /// These fields with those of `newer` on top.
    #[must_use]
    pub fn merged(&self, newer: &Self) -> Self {
        let mut merged = Self::new();
        let (mut old, mut new) = (self.iter().peekable(), newer.iter().peekable());
        loop {
            let field = match (old.peek(), new.peek()) {
                (None, None) => return merged,
                (Some(_), None) => old.next(),
                (None, Some(_)) => new.next(),
                (Some((a, _)), Some((b, _))) if a < b => old.next(),
                (Some((a, _)), Some((b, _))) => {
                    if a == b {
                        old.next();
                    }
                    new.next()
                }
            };
            if let Some((target, value)) = field {
                merged.push(target, value);
            }
        }
    }

    /// Only the fields that `keep` accepts.
    #[must_use]
    pub fn filtered(&self, mut keep: impl FnMut(Target, FieldValue<'_>) -> bool) -> Self {
        let mut kept = Vec::with_capacity(self.0.len());
        for field in self.packed() {
            if field.value().is_some_and(|value| keep(field.target, value)) {
                kept.extend_from_slice(field.bytes);
            }
        }
        Self(kept)
    }

    /// All but the fields of these targets.
    #[must_use]
    pub fn without(&self, is_left_out: impl Fn(Target) -> bool) -> Self {
        let mut kept = Vec::with_capacity(self.0.len());
        for field in self.packed() {
            if !is_left_out(field.target) {
                kept.extend_from_slice(field.bytes);
            }
        }
        Self(kept)
    }

    /// The stored form.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Reads the stored form; `None` if the bytes are not one.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut fields = PackedFields { rest: bytes };
        let mut last = None;
        for field in fields.by_ref() {
            field.value()?;
            if last.is_some_and(|last| last >= field.target) {
                return None;
            }
            last = Some(field.target);
        }
        fields.rest.is_empty().then(|| Self(bytes.to_vec()))
    }

    /// The fields in the stored form, one after the other and not copied; ends early where the bytes are no field.
    pub fn read(bytes: &[u8]) -> Iter<'_> {
        Iter(PackedFields { rest: bytes })
    }

    /// The attributes as Outreach reads them.
    pub fn to_json(&self) -> Map<String, Value> {
        self.iter()
            .map(|(target, value)| (target.name().into_owned(), value.to_json()))
            .collect()
    }
}

impl fmt::Debug for FieldSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<'a> FromIterator<(Target, FieldValue<'a>)> for FieldSet {
    /// Collects the fields in any order; the last value of an attribute counts.
    fn from_iter<I: IntoIterator<Item = (Target, FieldValue<'a>)>>(fields: I) -> Self {
        let sorted: std::collections::BTreeMap<_, _> = fields.into_iter().collect();
        let mut set = Self::new();
        for (target, value) in sorted {
            set.push(target, value);
        }
        set
    }
}

impl<'a> IntoIterator for &'a FieldSet {
    type Item = (Target, FieldValue<'a>);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

/// Walks the fields of a set.
#[derive(Debug, Clone)]
pub struct Iter<'a>(PackedFields<'a>);

impl<'a> Iterator for Iter<'a> {
    type Item = (Target, FieldValue<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let field = self.0.next()?;
        Some((field.target, field.value()?))
    }
}

/// Walks the fields without looking into their values; ends early where the bytes are no field.
#[derive(Debug, Clone)]
struct PackedFields<'a> {
    rest: &'a [u8],
}

#[derive(Debug)]
struct PackedField<'a> {
    target: Target,
    tag: u8,
    payload: &'a [u8],
    /// All of it.
    bytes: &'a [u8],
}

impl<'a> Iterator for PackedFields<'a> {
    type Item = PackedField<'a>;

    fn next(&mut self) -> Option<PackedField<'a>> {
        let (&[code, tag], behind) = self.rest.split_first_chunk()?;
        let target = Target::from_code(code)?;
        let (length, behind) = match tag {
            NULL | FALSE | TRUE | REALIZED | EXITED => (0, behind),
            INTEGER | FLOAT => (8, behind),
            LONG_TEXT => take_length(behind)?,
            SHORT_TEXT.. => (usize::from(tag - SHORT_TEXT), behind),
        };
        let (payload, rest) = behind.split_at_checked(length)?;
        let (bytes, _) = self.rest.split_at_checked(self.rest.len() - rest.len())?;
        self.rest = rest;
        Some(PackedField {
            target,
            tag,
            payload,
            bytes,
        })
    }
}

impl<'a> PackedField<'a> {
    fn value(&self) -> Option<FieldValue<'a>> {
        Some(match self.tag {
            NULL => FieldValue::Null,
            FALSE => FieldValue::Boolean(false),
            TRUE => FieldValue::Boolean(true),
            REALIZED => FieldValue::Text("realized"),
            EXITED => FieldValue::Text("exited"),
            INTEGER => FieldValue::Integer(i64::from_le_bytes(self.payload.try_into().ok()?)),
            FLOAT => FieldValue::Float(f64::from_le_bytes(self.payload.try_into().ok()?)),
            LONG_TEXT.. => FieldValue::Text(std::str::from_utf8(self.payload).ok()?),
        })
    }
}

/// Writes the tag of a text of this many bytes.
fn push_length(bytes: &mut Vec<u8>, mut length: usize) {
    if let Some(tag) = u8::try_from(length)
        .ok()
        .and_then(|length| SHORT_TEXT.checked_add(length))
    {
        return bytes.push(tag);
    }
    bytes.push(LONG_TEXT);
    while length > 0x7f {
        bytes.push(length.to_le_bytes()[0] | 0x80);
        length >>= 7;
    }
    bytes.push(length.to_le_bytes()[0]);
}

fn take_length(mut bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut length = 0_usize;
    for shift in (0..35).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        length |= usize::from(byte & 0x7f) << shift;
        bytes = rest;
        if byte & 0x80 == 0 {
            return Some((length, bytes));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn target(name: &str) -> Target {
        Target::parse(name).expect(name)
    }

    #[test]
    fn a_set_reads_back_what_was_pushed() {
        let (long, short, edge) = ("ö".repeat(40_000), "x".repeat(247), "x".repeat(248));
        let fields = [
            (target("custom1"), FieldValue::Text("exited")),
            (target("custom2"), FieldValue::Text("")),
            (target("custom3"), FieldValue::Text(&short)),
            (target("custom4"), FieldValue::Text("realized")),
            (target("custom5"), FieldValue::Text(&edge)),
            (target("custom150"), FieldValue::Text(&long)),
            (target("firstName"), FieldValue::Null),
            (target("linkedInConnections"), FieldValue::Integer(-7)),
            (target("optedOut"), FieldValue::Boolean(true)),
            (target("score"), FieldValue::Float(0.5)),
        ];
        let set: FieldSet = fields.into_iter().rev().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), fields);
        assert_eq!(FieldSet::from_bytes(set.as_bytes()).as_ref(), Some(&set));
        assert_eq!(set.get(target("score")), Some(FieldValue::Float(0.5)));
        assert_eq!(set.get(target("title")), None);
    }

    #[test]
    fn the_newer_value_wins_a_merge() {
        let set = |pairs: &[(&str, &'static str)]| -> FieldSet {
            pairs
                .iter()
                .map(|(name, text)| (target(name), FieldValue::Text(text)))
                .collect()
        };
        let old = set(&[("custom1", "a"), ("firstName", "b")]);
        let new = set(&[("custom1", "c"), ("title", "d")]);
        assert_eq!(
            old.merged(&new),
            set(&[("custom1", "c"), ("firstName", "b"), ("title", "d")])
        );
    }

    proptest! {
        #[test]
        fn bytes_from_elsewhere_never_panic(bytes: Vec<u8>) {
            if let Some(set) = FieldSet::from_bytes(&bytes) {
                prop_assert_eq!(set.as_bytes(), bytes.as_slice());
            }
        }
    }
}
