//! The parameters of a request, from a query, a form or a JSON body.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use serde_json::{Map, Value};

/// A parameter without a value counts as missing (RFC 6749 §3.1).
#[derive(Debug, Default)]
pub(super) struct Fields {
    values: BTreeMap<String, String>,
    repeated: BTreeSet<String>,
}

impl Fields {
    pub(super) fn from_form(form: &[u8]) -> Self {
        let mut fields = Self::default();
        for (name, value) in form_urlencoded::parse(form) {
            if value.is_empty() {
                continue;
            }
            match fields.values.entry(name.into_owned()) {
                Entry::Vacant(place) => {
                    place.insert(value.into_owned());
                }
                Entry::Occupied(place) => {
                    fields.repeated.insert(place.key().clone());
                }
            }
        }
        fields
    }

    /// `None` if the body is not an object of strings.
    pub(super) fn from_json(body: &[u8]) -> Option<Self> {
        let object: Map<String, Value> = serde_json::from_slice(body).ok()?;
        let mut fields = Self::default();
        for (name, value) in object {
            match value {
                Value::String(text) if text.is_empty() => {}
                Value::String(text) => {
                    fields.values.insert(name, text);
                }
                Value::Null => {}
                Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                    return None;
                }
            }
        }
        Some(fields)
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// A parameter must not come twice (RFC 6749 §3.1).
    pub(super) fn repeats(&self, name: &str) -> bool {
        self.repeated.contains(name)
    }

    pub(super) fn first_repeated(&self) -> Option<&str> {
        self.repeated.first().map(String::as_str)
    }
}

/// The URI with parameters added to its query.
pub(super) fn with_query(uri: &str, parameters: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters);
    let joint = if uri.contains('?') { '&' } else { '?' };
    format!("{uri}{joint}{}", query.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_is_missing_and_repeated_is_told() {
        let fields = Fields::from_form(b"a=1+2%26&b=&c=x&c=y");
        assert_eq!(fields.get("a"), Some("1 2&"));
        assert_eq!(fields.get("b"), None);
        assert_eq!(fields.get("c"), Some("x"));
        assert!(fields.repeats("c") && !fields.repeats("a"));
        assert_eq!(fields.first_repeated(), Some("c"));
    }

    #[test]
    fn a_json_body_is_an_object_of_strings() {
        let fields = Fields::from_json(br#"{"a":"1","b":"","c":null}"#).unwrap();
        assert_eq!((fields.get("a"), fields.get("b")), (Some("1"), None));
        for body in [r#"{"a":1}"#, "[]", "", "a=1"] {
            assert!(Fields::from_json(body.as_bytes()).is_none(), "{body}");
        }
    }

    #[test]
    fn a_query_is_added_to_what_is_there() {
        let state = [("state", "a b&c")];
        assert_eq!(with_query("http://a/b", &state), "http://a/b?state=a+b%26c");
        assert_eq!(
            with_query("http://a/b?x=1", &state),
            "http://a/b?x=1&state=a+b%26c"
        );
    }
}
