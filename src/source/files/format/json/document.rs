//! One JSON document, read only as deep as a field asks for; values keep their text, so that no number is rounded.

use std::{borrow::Cow, fmt};

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::source::columns::{is_key, without_prefix};

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

    /// The member of this key; an exact match goes before one that differs in case or has the prefix `xdm:`.
    pub(in crate::source) fn get(&self, key: &str) -> Option<Node<'a>> {
        let exact = self.0.iter().find(|(k, _)| k == key);
        let found = exact.or_else(|| self.0.iter().find(|(k, _)| is_key(k, key)));
        found.map(|(_, node)| *node)
    }

    /// The value at a dotted path, through nested objects or by a key that has dots in it.
    pub(in crate::source) fn at(&self, path: &str) -> Option<Node<'a>> {
        if let Some(node) = self.get(path) {
            return Some(node);
        }
        for (at, _) in path.match_indices('.') {
            let (first, rest) = path.split_at_checked(at)?;
            let below = self.get(first).and_then(Node::object);
            let rest = rest.strip_prefix('.').unwrap_or(rest);
            if let Some(node) = below.and_then(|object| object.at(rest)) {
                return Some(node);
            }
        }
        // Names of columns drop the prefix at each step; keys with dots may have it at each.
        let is_same = |key: &str| {
            key.contains("xdm:")
                && key
                    .split('.')
                    .map(without_prefix)
                    .eq(path.split('.').map(without_prefix))
        };
        self.iter()
            .find(|(key, _)| is_same(key))
            .map(|(_, node)| node)
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
        if !self.0.starts_with('[') {
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
            "work.mail": {"address": "a@b"}, "xdm:x.xdm:y": true, "Upper": null, "big": 12345678901234567890123}"#;
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
    }
}
