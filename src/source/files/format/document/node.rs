//! One JSON document, read only as deep as a field asks for; values keep their text, so that no number is rounded.

use std::{borrow::Cow, collections::HashSet, fmt};

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::source::columns::{folded, is_key, without_prefix};

/// The members of an object, in their order.
#[derive(Debug, Default)]
pub(in crate::source) struct Object<'a>(Vec<(Cow<'a, str>, Node<'a>)>);

/// A value that has not been looked into.
#[derive(Debug, Clone, Copy)]
pub(in crate::source) struct Node<'a>(&'a str);

/// What a value is.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::source) enum Value<'a> {
    /// A text, or a number or truth value as it is written; empty for null.
    Single(Cow<'a, str>),
    Object,
    List,
    /// A text with an escape that stands for no character.
    Broken,
}

#[derive(serde::Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
                let mut members = vec![];
                while let Some((Key(key), value)) = map.next_entry::<Key<'de>, &RawValue>()? {
                    members.push((key, Node(value.get())));
                }
                Ok(Object(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

impl<'a> Object<'a> {
    /// Reads the text of an object.
    pub(in crate::source) fn parse(text: &'a str) -> serde_json::Result<Self> {
        serde_json::from_str(text)
    }

    /// The members.
    pub(in crate::source) fn iter(&self) -> impl Iterator<Item = (&str, Node<'a>)> {
        self.0.iter().map(|(key, node)| (key.as_ref(), *node))
    }

    /// Whether it has no members.
    pub(in crate::source) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A key that it has twice.
    pub(in crate::source) fn repeated(&self) -> Option<&str> {
        const FEW: usize = 12;
        let keys = || self.0.iter().map(|(key, _)| key.as_ref());
        if self.0.len() <= FEW {
            let mut before = keys().enumerate();
            let found = before.find(|(at, key)| keys().take(*at).any(|other| other == *key));
            return found.map(|(_, key)| key);
        }
        let mut known = HashSet::with_capacity(self.0.len());
        keys().find(|key| !known.insert(*key))
    }

    /// The member of this key; an exact match goes before one that differs in case or has the prefix `xdm:`.
    pub(in crate::source) fn get(&self, key: &str) -> Option<Node<'a>> {
        let exact = self.0.iter().find(|(k, _)| k == key);
        let found = exact.or_else(|| self.0.iter().find(|(k, _)| is_key(k, key)));
        found.map(|(_, node)| *node)
    }

    /// The value at a dotted path, through nested objects, by a key that has dots in it or underscores for them, or by
    /// the number of an element, as in `emails[0].address`.
    pub(in crate::source) fn at(&self, path: &str) -> Option<Node<'a>> {
        if let Some(node) = self.step(path) {
            return Some(node);
        }
        // Names of columns drop the prefix at each step; keys with dots may have it at each.
        let is_same = |key: &str| {
            key.contains("xdm:")
                && key
                    .split('.')
                    .map(without_prefix)
                    .eq(path.split('.').map(without_prefix))
        };
        let found = self.iter().find(|(key, _)| is_same(key));
        let found = found.or_else(|| {
            let wanted = folded(path);
            self.iter()
                .find(|(key, _)| key.contains('_') && folded(key) == wanted)
        });
        found.map(|(_, node)| node)
    }

    fn step(&self, path: &str) -> Option<Node<'a>> {
        if let Some(node) = self.get(path).or_else(|| self.element(path)) {
            return Some(node);
        }
        for (at, _) in path.match_indices('.') {
            let (first, rest) = path.split_at_checked(at)?;
            let below = self.get(first).or_else(|| self.element(first));
            let rest = rest.strip_prefix('.').unwrap_or(rest);
            let below = below.and_then(Node::object);
            if let Some(node) = below.and_then(|object| object.step(rest)) {
                return Some(node);
            }
        }
        None
    }

    /// The element of a list at `key[number]`.
    fn element(&self, key: &str) -> Option<Node<'a>> {
        let (key, number) = key.strip_suffix(']')?.rsplit_once('[')?;
        let list = self.get(key).or_else(|| self.element(key))?;
        let number: usize = number.trim().parse().ok()?;
        list.is_list()
            .then(|| list.elements().get(number).copied())?
    }
}

impl<'a> Node<'a> {
    pub(in crate::source) fn value(self) -> Value<'a> {
        match self.0.as_bytes().first() {
            Some(b'{') => Value::Object,
            Some(b'[') => Value::List,
            Some(b'n') => Value::Single(Cow::Borrowed("")),
            Some(b'"') => self.text(),
            _ => Value::Single(Cow::Borrowed(self.0)),
        }
    }

    fn is_list(self) -> bool {
        self.0.starts_with('[')
    }

    /// Whether it is a list without an element.
    pub(in crate::source) fn is_empty_list(self) -> bool {
        let inner = self
            .0
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        inner.is_some_and(|inner| inner.trim().is_empty())
    }

    fn text(self) -> Value<'a> {
        let inner = self
            .0
            .strip_prefix('"')
            .and_then(|text| text.strip_suffix('"'));
        match inner {
            Some(inner) if !inner.contains('\\') => Value::Single(Cow::Borrowed(inner)),
            _ => match serde_json::from_str::<String>(self.0) {
                Ok(text) => Value::Single(Cow::Owned(text)),
                Err(_) => Value::Broken,
            },
        }
    }

    /// A single value, whatever its kind.
    pub(in crate::source) fn single(self) -> Option<Cow<'a, str>> {
        if let Value::Single(text) = self.value() {
            Some(text)
        } else {
            None
        }
    }

    /// The object, if it is one.
    pub(in crate::source) fn object(self) -> Option<Object<'a>> {
        self.0
            .starts_with('{')
            .then(|| Object::parse(self.0).ok())?
    }

    /// The elements of a list; any other value is the only one.
    pub(in crate::source) fn elements(self) -> Vec<Self> {
        if !self.is_list() {
            return vec![self];
        }
        let elements: Vec<&RawValue> = serde_json::from_str(self.0).unwrap_or_default();
        elements.into_iter().map(|raw| Node(raw.get())).collect()
    }
}

/// The objects that this text begins with, up to the first fault.
pub(in crate::source) fn objects(text: &str) -> impl Iterator<Item = Object<'_>> {
    let values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    let values = values.map_while(Result::ok);
    values.filter_map(|value| Node(value.get()).object())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_through_nesting_dots_and_prefixes() {
        let text = r#"{"xdm:person": {"xdm:name": {"firstName": "Ada", "n": 1.0}},
            "work.mail": {"address": "a@b"}, "_t": {"mails": [{"address": "x@y"}, {"address": "z"}], "n": [[1, 2]]},
            "person_name_middleName": "King", "xdm:x.xdm:y": true, "Upper": null, "big": 12345678901234567890123}"#;
        let object = Object::parse(text).expect("it is JSON");
        let single = |path: &str| object.at(path).and_then(Node::single).map(Cow::into_owned);
        for (path, expected) in [
            ("person.name.firstName", Some("Ada")),
            ("xdm:person.xdm:name.firstname", Some("Ada")),
            ("person.name.n", Some("1.0")),
            ("work.mail.address", Some("a@b")),
            ("x.y", Some("true")),
            ("upper", Some("")),
            ("big", Some("12345678901234567890123")),
            ("_t.mails[1].address", Some("z")),
            ("_t.mails[2].address", None),
            ("_t.n[0][1]", Some("2")),
            ("person.name.middleName", Some("King")),
            ("person.name", None),
            ("person.age", None),
            ("", None),
        ] {
            assert_eq!(single(path).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn texts_are_unescaped_and_broken_ones_told() {
        let value = |text: &'static str| Node(text).value();
        assert_eq!(value(r#""a\"\u00e9""#), Value::Single("a\"é".into()));
        assert_eq!(value(r#""\ud800""#), Value::Broken);
        assert_eq!(value("[1]"), Value::List);
        assert_eq!(value("{}"), Value::Object);
        assert_eq!(Node("[1, \"b\"]").elements().len(), 2);
        assert_eq!(Node("7").elements().len(), 1);
        assert!(Node("[ ]").is_empty_list() && !Node("[0]").is_empty_list());
    }

    #[test]
    fn a_key_that_is_there_twice_is_found_among_few_and_many() {
        for n_others in [0, 3, 40] {
            let others: Vec<_> = (0..n_others).map(|n| format!("\"k{n}\": 0, ")).collect();
            let others = others.concat();
            let text = format!("{{{others}\"a\": 1, \"b\": 2, \"a\": 3}}");
            let object = Object::parse(&text).expect("it is JSON");
            assert_eq!(object.repeated(), Some("a"), "{n_others}");
            let text = format!("{{{others}\"a\": 1}}");
            assert_eq!(Object::parse(&text).expect("it is JSON").repeated(), None);
        }
    }
}
