//! The query of a collection: filters, sparse fields and paging, in the API's own spelling.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
};

use axum::{extract::Query as UrlQuery, http::Uri};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde_json::Value;

use super::{
    answer::Refusal,
    clock::date_time,
    prospects::Prospect,
    schema::{Attribute, Field, Kind, Relation, Schema},
};

const DEFAULT_PAGE: usize = 50;
const LARGEST_PAGE: usize = 1000;

/// What a `GET` asks for.
#[derive(Debug)]
pub(super) struct Query {
    pub(super) ids: Ids,
    pub(super) conditions: Vec<Condition>,
    /// Sparse fieldsets by resource type.
    pub(super) fields: BTreeMap<String, BTreeSet<String>>,
    pub(super) page_size: usize,
    /// The last id of the page before.
    pub(super) after: u32,
    pub(super) count: bool,
    pub(super) authorization_meta: bool,
    /// The pairs as they came, for the link to the next page.
    pairs: Vec<(String, String)>,
}

/// Which ids are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ids {
    All,
    Listed(BTreeSet<u32>),
    Between(RangeInclusive<u32>),
}

/// A filter on one attribute or relationship.
#[derive(Debug)]
pub(super) enum Condition {
    OneOf(Field, Vec<String>),
    Between(Field, Option<String>, Option<String>),
    IsNull(Field, bool),
    Related(Relation, u64),
}

impl Query {
    pub(super) fn parse(schema: &Schema, uri: &Uri) -> Result<Self, Refusal> {
        let UrlQuery(pairs) = UrlQuery::<Vec<(String, String)>>::try_from_uri(uri)
            .map_err(|error| Refusal::bad_request(error.to_string()))?;
        let is_new_syntax = pairs
            .iter()
            .any(|(key, value)| key == "newFilterSyntax" && value == "true");
        let mut query = Self::everything();
        for (key, value) in &pairs {
            query.take(schema, is_new_syntax, key, value)?;
        }
        query.pairs = pairs;
        Ok(query)
    }

    /// The question without any parameter.
    fn everything() -> Self {
        Self {
            ids: Ids::All,
            conditions: Vec::new(),
            fields: BTreeMap::new(),
            page_size: DEFAULT_PAGE,
            after: 0,
            count: true,
            authorization_meta: false,
            pairs: Vec::new(),
        }
    }

    fn take(
        &mut self,
        schema: &Schema,
        is_new_syntax: bool,
        key: &str,
        value: &str,
    ) -> Result<(), Refusal> {
        match brackets(key).as_slice() {
            ["newFilterSyntax" | "provideDataConnections"] => {}
            ["count"] => self.count = flag(key, value)?,
            ["provideAuthorizationMeta"] => self.authorization_meta = flag(key, value)?,
            ["page", "size"] => self.page_size = page_size(value)?,
            ["page", "after"] => self.after = read_cursor(value)?,
            ["sort"] if value == "id" => {}
            ["fields", resource] => {
                let names = value.split(',').filter(|name| !name.is_empty());
                let names = names.map(str::to_owned).collect();
                self.fields.insert((*resource).to_owned(), names);
            }
            ["filter", filter @ ..] if is_new_syntax => self.filter(schema, key, filter, value)?,
            ["filter", filter @ ..] => self.old_filter(schema, key, filter, value)?,
            _ => return Err(unsupported(key)),
        }
        Ok(())
    }

    /// Commas separate values, two dots make a range, and `__null__` is a word.
    fn old_filter(
        &mut self,
        schema: &Schema,
        key: &str,
        filter: &[&str],
        value: &str,
    ) -> Result<(), Refusal> {
        if let ["id"] = filter {
            self.ids = match value.split_once("..") {
                Some((from, to)) => Ids::Between(bound(key, from, 0)?..=bound(key, to, u32::MAX)?),
                None => Ids::Listed(
                    value
                        .split(',')
                        .map(|id| number(key, id))
                        .collect::<Result<_, _>>()?,
                ),
            };
            return Ok(());
        }
        let [name] = filter else {
            return self.related(schema, key, filter, value);
        };
        let (field, attribute) = filterable(schema, key, name)?;
        self.conditions.push(match (value, value.split_once("..")) {
            ("__null__", _) => Condition::IsNull(field, true),
            ("__notnull__", _) => Condition::IsNull(field, false),
            (_, Some((from, to))) => Condition::Between(
                field,
                comparable(key, attribute, from)?,
                comparable(key, attribute, to)?,
            ),
            (_, None) => Condition::OneOf(field, value.split(',').map(str::to_owned).collect()),
        });
        Ok(())
    }

    /// Every value has its own key, so that it may hold commas and dots.
    fn filter(
        &mut self,
        schema: &Schema,
        key: &str,
        filter: &[&str],
        value: &str,
    ) -> Result<(), Refusal> {
        match filter {
            ["id"] | ["id", ""] => {
                let id = number(key, value)?;
                if let Ids::Listed(ids) = &mut self.ids {
                    ids.insert(id);
                } else {
                    self.ids = Ids::Listed(BTreeSet::from([id]));
                }
            }
            [name] | [name, ""] => {
                let (field, _) = filterable(schema, key, name)?;
                let known = self
                    .conditions
                    .iter_mut()
                    .find_map(|condition| match condition {
                        Condition::OneOf(known, values) if *known == field => Some(values),
                        Condition::OneOf(..)
                        | Condition::Between(..)
                        | Condition::IsNull(..)
                        | Condition::Related(..) => None,
                    });
                match known {
                    Some(values) => values.push(value.to_owned()),
                    None => self
                        .conditions
                        .push(Condition::OneOf(field, vec![value.to_owned()])),
                }
            }
            [name, bound @ ("gte" | "lte")] => {
                let (field, attribute) = filterable(schema, key, name)?;
                let limit = comparable(key, attribute, value)?;
                self.conditions.push(if *bound == "gte" {
                    Condition::Between(field, limit, None)
                } else {
                    Condition::Between(field, None, limit)
                });
            }
            _ => return self.related(schema, key, filter, value),
        }
        Ok(())
    }

    fn related(
        &mut self,
        schema: &Schema,
        key: &str,
        filter: &[&str],
        value: &str,
    ) -> Result<(), Refusal> {
        let [name @ ("owner" | "stage" | "persona" | "account"), "id"] = filter else {
            return Err(unsupported(key));
        };
        let (relation, _) = schema.relation(name).ok_or_else(|| unsupported(key))?;
        let target = number(key, value)?;
        self.conditions
            .push(Condition::Related(relation, u64::from(target)));
        Ok(())
    }

    /// The same query for what comes after `last`, percent-encoded.
    pub(super) fn next_page(&self, last: u32) -> String {
        let cursor = write_cursor(last);
        let kept = self.pairs.iter().filter(|(key, _)| key != "page[after]");
        kept.map(|(key, value)| (key.as_str(), value.as_str()))
            .chain([("page[after]", cursor.as_str())])
            .map(|(key, value)| format!("{}={}", encode(key), encode(value)))
            .collect::<Vec<_>>()
            .join("&")
    }
}

impl Condition {
    pub(super) fn holds(&self, prospect: &Prospect) -> bool {
        let value = |field| prospect.values.get(field);
        match self {
            Self::OneOf(field, wanted) => {
                value(field).is_some_and(|value| wanted.iter().any(|wanted| equals(value, wanted)))
            }
            Self::Between(field, from, to) => {
                value(field).and_then(Value::as_str).is_some_and(|value| {
                    from.as_deref().is_none_or(|from| from <= value)
                        && to.as_deref().is_none_or(|to| value <= to)
                })
            }
            Self::IsNull(field, is_null) => value(field).is_none() == *is_null,
            Self::Related(relation, target) => prospect.related.get(relation) == Some(target),
        }
    }
}

/// A list equals a text that it holds, as with `filter[emails]`.
fn equals(value: &Value, wanted: &str) -> bool {
    match value {
        Value::String(text) => text == wanted,
        Value::Array(items) => items.iter().any(|item| item == wanted),
        Value::Number(number) => wanted.parse().ok() == number.as_f64(),
        Value::Null | Value::Bool(_) | Value::Object(_) => false,
    }
}

/// What an action is to be done to, and how: the parameters below `actionParams`.
#[derive(Debug)]
pub(super) struct ActionQuery {
    pub(super) filter: Query,
    pub(super) skip_confirmation: bool,
    pub(super) confirmed_count: Option<u64>,
}

impl ActionQuery {
    /// Filters are in the new syntax; a list with commas is taken as well, as older documentation had it. A filter
    /// without a value is none, which makes it as dangerous as it can be.
    pub(super) fn parse(schema: &Schema, uri: &Uri) -> Result<Self, Refusal> {
        let UrlQuery(pairs) = UrlQuery::<Vec<(String, String)>>::try_from_uri(uri)
            .map_err(|error| Refusal::bad_request(error.to_string()))?;
        let mut query = Self {
            filter: Query::everything(),
            skip_confirmation: false,
            confirmed_count: None,
        };
        for (key, value) in &pairs {
            match brackets(key).as_slice() {
                ["newFilterSyntax" | "provideAuthorizationMeta"] | ["fields", _] => {}
                ["actionParams", "skipConfirmation"] => query.skip_confirmation = flag(key, value)?,
                ["actionParams", "confirmedCount"] => {
                    query.confirmed_count = Some(u64::from(number(key, value)?));
                }
                ["actionParams", "filter", ..] if value.is_empty() => {}
                ["actionParams", "filter", filter @ ..] if filter.first() == Some(&"id") => {
                    for id in value.split(',') {
                        query.filter.filter(schema, key, filter, id)?;
                    }
                }
                ["actionParams", "filter", filter @ ..] => {
                    query.filter.filter(schema, key, filter, value)?;
                }
                _ => return Err(unsupported(key)),
            }
        }
        Ok(query)
    }

    pub(super) fn is_filtered(&self) -> bool {
        self.filter.ids != Ids::All || !self.filter.conditions.is_empty()
    }
}

/// `filter[owner][id]` as `filter`, `owner`, `id`.
pub(super) fn brackets(key: &str) -> Vec<&str> {
    let mut parts = key.split('[');
    let mut words = vec![parts.next().unwrap_or_default()];
    words.extend(parts.map(|part| part.strip_suffix(']').unwrap_or(part)));
    words
}

pub(super) fn unsupported(key: &str) -> Refusal {
    Refusal::bad_request(format!("'{key}' is not a supported parameter"))
}

fn filterable<'a>(
    schema: &'a Schema,
    key: &str,
    name: &str,
) -> Result<(Field, &'a Attribute), Refusal> {
    schema
        .attribute(name)
        .filter(|(_, attribute)| attribute.filterable)
        .ok_or_else(|| unsupported(key))
}

pub(super) fn invalid(key: &str, value: &str) -> Refusal {
    Refusal::bad_request(format!("'{value}' is not a valid value for '{key}'"))
}

fn number(key: &str, value: &str) -> Result<u32, Refusal> {
    let number = value.trim().parse().ok();
    number.ok_or_else(|| invalid(key, value))
}

fn bound(key: &str, value: &str, endless: u32) -> Result<u32, Refusal> {
    match value {
        "" | "inf" | "neginf" => Ok(endless),
        _ => number(key, value),
    }
}

pub(super) fn flag(key: &str, value: &str) -> Result<bool, Refusal> {
    match value {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(invalid(key, value)),
    }
}

pub(super) fn page_size(value: &str) -> Result<usize, Refusal> {
    value
        .parse()
        .ok()
        .filter(|size| (1..=LARGEST_PAGE).contains(size))
        .ok_or_else(|| invalid("page[size]", value))
}

/// The end of a range in the spelling that the values have, so that text order is the right order.
fn comparable(key: &str, attribute: &Attribute, value: &str) -> Result<Option<String>, Refusal> {
    if matches!(value, "" | "inf" | "neginf") {
        return Ok(None);
    }
    if attribute.kind != Kind::DateTime {
        return Ok(Some(value.to_owned()));
    }
    let midnight = |date: Date| date.to_zoned_datetime(TimeZone::UTC).ok();
    let time = value
        .parse::<Timestamp>()
        .ok()
        .or_else(|| Some(midnight(value.parse().ok()?)?.timestamp()));
    time.map(|time| Some(date_time(time)))
        .ok_or_else(|| invalid(key, value))
}

/// Opaque to clients: the last id, disguised so that nobody counts on its form.
fn write_cursor(last: u32) -> String {
    format!("c{:08x}", last ^ 0x5EED_5EED)
}

fn read_cursor(cursor: &str) -> Result<u32, Refusal> {
    cursor
        .strip_prefix('c')
        .and_then(|digits| u32::from_str_radix(digits, 16).ok())
        .map(|masked| masked ^ 0x5EED_5EED)
        .ok_or_else(|| invalid("page[after]", cursor))
}

/// Percent-encodes all but RFC 3986's unreserved characters.
pub(super) fn encode(text: &str) -> String {
    let encoded = text.bytes().map(|byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    });
    encoded.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(query: &str) -> Result<Query, Refusal> {
        let uri: Uri = format!("/prospects?{query}").parse().unwrap();
        Query::parse(&Schema::load().unwrap(), &uri)
    }

    #[test]
    fn ids_are_listed_ranged_or_repeated() {
        let listed = |ids: &[u32]| Ids::Listed(ids.iter().copied().collect());
        for (query, ids) in [
            ("count=false", Ids::All),
            ("filter[id]=3,1,2", listed(&[1, 2, 3])),
            ("filter%5Bid%5D=7", listed(&[7])),
            ("filter[id]=5..10", Ids::Between(5..=10)),
            ("filter[id]=5..inf", Ids::Between(5..=u32::MAX)),
            (
                "newFilterSyntax=true&filter[id][]=1&filter[id][]=2",
                listed(&[1, 2]),
            ),
        ] {
            assert_eq!(parse(query).unwrap().ids, ids, "{query}");
        }
    }

    #[test]
    fn what_is_not_supported_is_refused() {
        for query in [
            "filter[externalId]=1",
            "filter[custom4]=realized",
            "filter[tasks][id]=1",
            "filter[id]=x",
            "filter[id]=",
            "filter[id][]=1",
            "newFilterSyntax=true&filter[id]=1,2",
            "filter[updatedAt]=yesterday..inf",
            "page[size]=0",
            "page[size]=1001",
            "page[after]=12",
            "page[offset]=10",
            "sort=updatedAt",
            "include=owner",
            "count=maybe",
        ] {
            assert!(parse(query).is_err(), "{query}");
        }
    }

    #[test]
    fn dates_become_comparable_times() {
        let query = parse("filter[updatedAt]=2026-01-01..inf").unwrap();
        let [Condition::Between(_, Some(from), None)] = query.conditions.as_slice() else {
            panic!("{:?}", query.conditions);
        };
        assert_eq!(from, "2026-01-01T00:00:00.000Z");
    }

    #[test]
    fn the_next_page_is_the_same_question() {
        let query = parse("filter[id]=1..9&page[size]=2&page[after]=c5eed5eef").unwrap();
        assert_eq!((query.after, query.page_size), (2, 2));
        let next = parse(&query.next_page(4)).unwrap();
        assert_eq!((next.after, next.page_size), (4, 2));
        assert_eq!(next.ids, Ids::Between(1..=9));
        assert_eq!(
            encode("filter[name]=a b/é"),
            "filter%5Bname%5D%3Da%20b%2F%C3%A9"
        );
    }
}
