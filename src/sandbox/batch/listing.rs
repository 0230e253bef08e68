//! What a `GET` of batches or of items asks for: filters, order, sparse fields and paging.

use std::{collections::BTreeSet, ops::RangeInclusive};

use axum::{
    extract::Query as UrlQuery,
    http::{StatusCode, Uri},
};
use serde_json::{Map, Value, json};

use super::super::{
    answer::{Answer, Refusal},
    query::{brackets, encode, flag, invalid, page_size, unsupported},
};

/// Makes cursors opaque, so that nobody counts on their form.
const DISGUISE: u64 = 0x5EED_5EED_5EED_5EED;

/// One question about a collection.
#[derive(Debug)]
pub(super) struct Listing {
    pub(super) filters: Vec<Filter>,
    /// The attribute to sort by, and whether the largest comes first.
    pub(super) sort: Option<(String, bool)>,
    pub(super) fields: Option<BTreeSet<String>>,
    page_size: usize,
    /// The id that the page before ended with.
    pub(super) after: Option<u64>,
    pub(super) count: bool,
    pairs: Vec<(String, String)>,
}

/// A filter by one attribute.
#[derive(Debug)]
pub(super) struct Filter {
    pub(super) name: String,
    pub(super) wanted: Wanted,
}

#[derive(Debug)]
pub(super) enum Wanted {
    OneOf(BTreeSet<String>),
    Between(RangeInclusive<u64>),
}

/// What a collection can be asked.
pub(super) struct Rules {
    /// The type of its resources.
    pub(super) resource: &'static str,
    pub(super) filters: &'static [&'static str],
    pub(super) sorts: &'static [&'static str],
}

/// The rows of one page.
pub(super) struct Page<T> {
    pub(super) rows: Vec<T>,
    pub(super) count: Option<usize>,
    next_after: Option<u64>,
}

impl Wanted {
    /// Whether a value, spelled as in a query, is wanted.
    pub(super) fn takes(&self, value: &str) -> bool {
        match self {
            Self::OneOf(values) => values.contains(value),
            Self::Between(range) => value.parse().is_ok_and(|value: u64| range.contains(&value)),
        }
    }
}

impl Listing {
    pub(super) fn parse(uri: &Uri, rules: &Rules) -> Result<Self, Refusal> {
        let UrlQuery(pairs) = UrlQuery::<Vec<(String, String)>>::try_from_uri(uri)
            .map_err(|error| Refusal::bad_request(error.to_string()))?;
        let mut listing = Self {
            filters: Vec::new(),
            sort: None,
            fields: None,
            page_size: page_size("50")?,
            after: None,
            count: true,
            pairs: Vec::new(),
        };
        for (key, value) in &pairs {
            listing.take(rules, key, value)?;
        }
        listing.pairs = pairs;
        Ok(listing)
    }

    fn take(&mut self, rules: &Rules, key: &str, value: &str) -> Result<(), Refusal> {
        match brackets(key).as_slice() {
            ["newFilterSyntax" | "provideAuthorizationMeta"] => {}
            ["count"] => self.count = flag(key, value)?,
            ["page", "size"] => self.page_size = page_size(value)?,
            ["page", "after"] => self.after = Some(read_cursor(value)?),
            ["sort"] => {
                let name = value.strip_prefix('-').unwrap_or(value);
                if name != "id" && !rules.sorts.contains(&name) {
                    return Err(invalid(key, value));
                }
                self.sort = Some((name.to_owned(), name != value));
            }
            ["fields", resource] if *resource == rules.resource => {
                let names = value.split(',').filter(|name| !name.is_empty());
                self.fields = Some(names.map(str::to_owned).collect());
            }
            ["filter", "batch", "id"] if rules.filters.contains(&"batchId") => {
                self.filter(key, "batchId", value)?;
            }
            ["filter", name] | ["filter", name, ""]
                if *name == "id" || rules.filters.contains(name) =>
            {
                self.filter(key, name, value)?;
            }
            _ => return Err(unsupported(key)),
        }
        Ok(())
    }

    /// A list with commas, a range of numbers, or one more value of the same key.
    fn filter(&mut self, key: &str, name: &str, value: &str) -> Result<(), Refusal> {
        let number = |text: &str, endless: u64| match text {
            "" | "inf" | "neginf" => Ok(endless),
            _ => text.parse().ok().ok_or_else(|| invalid(key, value)),
        };
        if let Some((from, to)) = value.split_once("..") {
            let range = number(from, 0)?..=number(to, u64::MAX)?;
            self.filters.push(Filter {
                name: name.to_owned(),
                wanted: Wanted::Between(range),
            });
            return Ok(());
        }
        let values = value.split(',').map(str::to_owned);
        let known = self
            .filters
            .iter_mut()
            .find_map(|filter| match &mut filter.wanted {
                Wanted::OneOf(known) if filter.name == name => Some(known),
                Wanted::OneOf(_) | Wanted::Between(_) => None,
            });
        match known {
            Some(known) => known.extend(values),
            None => self.filters.push(Filter {
                name: name.to_owned(),
                wanted: Wanted::OneOf(values.collect()),
            }),
        }
        Ok(())
    }

    /// Whether every filter takes the row, of which `value` tells the named value.
    pub(super) fn takes<V: AsRef<str>>(&self, value: impl Fn(&str) -> V) -> bool {
        let takes = |filter: &Filter| filter.wanted.takes(value(&filter.name).as_ref());
        self.filters.iter().all(takes)
    }

    /// Cuts one page out of all rows, which come in their order.
    pub(super) fn page<T>(&self, rows: &[T], id: impl Fn(&T) -> u64) -> Page<T>
    where
        T: Copy,
    {
        let at_cursor = |row: &T| self.after.is_some_and(|after| id(row) == after);
        let first = match (self.after, &self.sort) {
            (None, _) => 0,
            (Some(after), None) => rows.partition_point(|row| id(row) <= after),
            // A row that is gone ends the list, as it would for anyone who looks for it.
            (Some(_), Some(_)) => rows
                .iter()
                .position(at_cursor)
                .map_or(rows.len(), |last| last + 1),
        };
        let mut page = self.cut(rows.iter().skip(first).copied(), id);
        page.count = self.count.then_some(rows.len());
        page
    }

    /// Cuts one page out of rows that begin behind the cursor.
    pub(super) fn cut<T>(&self, rows: impl Iterator<Item = T>, id: impl Fn(&T) -> u64) -> Page<T> {
        let mut found: Vec<T> = rows.take(self.page_size + 1).collect();
        let has_more = found.len() > self.page_size;
        found.truncate(self.page_size);
        Page {
            next_after: found.last().map(id).filter(|_| has_more),
            rows: found,
            count: None,
        }
    }

    /// The document of a page; one without rows has no `links` at all.
    pub(super) fn answer<T>(
        &self,
        page: &Page<T>,
        url: &str,
        resource: impl Fn(&T) -> Value,
    ) -> Answer {
        let data: Vec<Value> = page.rows.iter().map(resource).collect();
        let mut document = Map::new();
        if !data.is_empty() {
            let mut links = Map::from_iter([("first".to_owned(), json!(url))]);
            if let Some(last) = page.next_after {
                links.insert("next".to_owned(), json!(self.next(url, last)));
            }
            document.insert("links".to_owned(), Value::Object(links));
        }
        if let Some(count) = page.count {
            let meta = json!({"count": count, "count_truncated": false});
            document.insert("meta".to_owned(), meta);
        }
        document.insert("data".to_owned(), Value::Array(data));
        Answer::api(StatusCode::OK, &document)
    }

    fn next(&self, url: &str, last: u64) -> String {
        let cursor = format!("c{:016x}", last ^ DISGUISE);
        let kept = self.pairs.iter().filter(|(key, _)| key != "page[after]");
        let pairs = kept
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .chain([("page[after]", cursor.as_str())])
            .map(|(key, value)| format!("{}={}", encode(key), encode(value)));
        format!("{url}?{}", pairs.collect::<Vec<_>>().join("&"))
    }
}

fn read_cursor(cursor: &str) -> Result<u64, Refusal> {
    cursor
        .strip_prefix('c')
        .and_then(|digits| u64::from_str_radix(digits, 16).ok())
        .map(|masked| masked ^ DISGUISE)
        .ok_or_else(|| invalid("page[after]", cursor))
}
