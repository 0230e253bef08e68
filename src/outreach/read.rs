//! Reading many prospects with few requests: which addresses to ask, and their pages.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Url;
use serde_json::Value;

use super::{
    answer::Answer,
    client::Client,
    error::Error,
    prospects::{Prospect, prospect_id, values},
    send::{Call, MAX_PAGE_BYTES},
};
use crate::model::{OutreachId, Target};

/// The most rows of a page.
const MAX_PAGE: usize = 1_000;

/// Some servers take no address longer than 8 KB; this leaves room for the host and the headers' share.
const MAX_ADDRESS: usize = 7_800;

/// One request's worth of prospects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Those that are wanted, in the order of their numbers; never empty.
    pub wanted: Vec<OutreachId>,
    /// Whether all between the first and the last are asked for, which is shorter than a list of them.
    pub is_range: bool,
}

impl Ask {
    /// How many rows may come.
    fn n_rows(&self) -> u64 {
        match (self.wanted.first(), self.wanted.last()) {
            (Some(first), Some(last)) if self.is_range => {
                last.get().saturating_sub(first.get()).saturating_add(1)
            }
            _ => self.wanted.len() as u64,
        }
    }

    /// Two asks for what this one is too heavy for.
    fn halves(mut self) -> [Self; 2] {
        let rest = self.wanted.split_off(self.wanted.len() / 2);
        let is_range = self.is_range;
        let rest = Self {
            wanted: rest,
            is_range,
        };
        [self, rest]
    }
}

/// The fewest asks for these prospects, which are in the order of their numbers: by lists that fit an address, or by
/// ranges where the numbers stand close together.
pub fn asks(prospects: &[OutreachId], fields: &[Target]) -> Vec<Ask> {
    let room = MAX_ADDRESS.saturating_sub(field_names(fields).len() + 200);
    let mut asks = vec![];
    let mut rest = prospects;
    while let Some(first) = rest.first() {
        let last = first.get().saturating_add(MAX_PAGE as u64 - 1);
        let close_by = rest.partition_point(|prospect| prospect.get() <= last);
        let mut bytes = 0;
        let listed = rest
            .iter()
            .take(MAX_PAGE)
            .take_while(|prospect| {
                bytes += prospect.get().ilog10() as usize + 2;
                bytes <= room
            })
            .count()
            .max(1);
        let is_range = close_by > listed;
        let (wanted, left) = rest
            .split_at_checked(close_by.max(listed))
            .unwrap_or((rest, &[]));
        asks.push(Ask {
            wanted: wanted.to_vec(),
            is_range,
        });
        rest = left;
    }
    asks
}

impl Client {
    /// Reads these attributes of these prospects, which are in the order of their numbers, with as few requests as
    /// there can be and none for none. A prospect that does not exist or is hidden from the user is not among the
    /// answers.
    ///
    /// # Errors
    /// If one of the requests does not do its work.
    pub async fn prospects(
        &self,
        ids: &[OutreachId],
        fields: &[Target],
    ) -> Result<Vec<Prospect>, Error> {
        let mut found = Vec::with_capacity(ids.len());
        for ask in asks(ids, fields) {
            found.extend(self.read(ask, fields).await?);
        }
        Ok(found)
    }

    /// Reads these attributes of the prospects of one ask, and whether the user may write them. An ask that is too
    /// heavy for Outreach is halved until it is not.
    ///
    /// # Errors
    /// If a request does not do its work.
    pub async fn read(&self, ask: Ask, fields: &[Target]) -> Result<Vec<Prospect>, Error> {
        let mut found = Vec::with_capacity(ask.wanted.len());
        let mut rest = vec![ask];
        while let Some(ask) = rest.pop() {
            match self.read_ask(&ask, fields).await {
                Ok(rows) => found.extend(rows),
                Err(error) if error.status() == Some(502) && ask.wanted.len() > 1 => {
                    rest.extend(ask.halves());
                }
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    async fn read_ask(&self, ask: &Ask, fields: &[Target]) -> Result<Vec<Prospect>, Error> {
        let mut wanted: BTreeSet<_> = ask.wanted.iter().copied().collect();
        let mut found = Vec::with_capacity(wanted.len());
        let mut next = Some(self.address(ask, fields)?);
        while let Some(url) = next {
            let call = Call::get(url).up_to(MAX_PAGE_BYTES);
            let call = if ask.wanted.len() > 1 {
                call.halved_on_502()
            } else {
                call
            };
            let page = self.send(&call, |answer| read_page(answer, fields)).await?;
            // Outreach was seen to send rows that nobody asked for, and in any order.
            let rows = page.rows.into_iter();
            found.extend(rows.filter(|row| wanted.remove(&row.id)));
            next = match page.next {
                Some(link) if !wanted.is_empty() => Some(self.same_place(&link)?),
                Some(_) | None => None,
            };
        }
        Ok(found)
    }

    fn address(&self, ask: &Ask, fields: &[Target]) -> Result<Url, Error> {
        let mut url = self.url("prospects")?;
        let ids = match (ask.wanted.first(), ask.wanted.last()) {
            (Some(first), Some(last)) if ask.is_range => format!("{first}..{last}"),
            _ => {
                let ids: Vec<_> = ask.wanted.iter().map(OutreachId::to_string).collect();
                ids.join(",")
            }
        };
        // Commas stay as they are: spelled with three letters each, a list would be a third longer.
        url.set_query(Some(&format!(
            "filter%5Bid%5D={ids}&fields%5Bprospect%5D={}&page%5Bsize%5D={}&count=false&provideAuthorizationMeta=true",
            field_names(fields),
            ask.n_rows().clamp(1, MAX_PAGE as u64),
        )));
        Ok(url)
    }

    /// A link of an answer, if it leads where the token may go.
    pub(super) fn same_place(&self, link: &str) -> Result<Url, Error> {
        let base = self.url("")?;
        base.join(link)
            .ok()
            .filter(|url| url.origin() == base.origin())
            .ok_or(Error::NotOutreach {
                status: 200,
                why: "its next page is elsewhere",
            })
    }
}

/// The attributes to ask for; without a list Outreach would send all 230.
fn field_names(fields: &[Target]) -> String {
    if fields.is_empty() {
        return "updatedAt".to_owned();
    }
    let names: Vec<_> = fields.iter().map(|target| target.name()).collect();
    names.join(",")
}

struct Page {
    rows: Vec<Prospect>,
    next: Option<String>,
}

fn read_page(answer: &Answer, fields: &[Target]) -> Result<Page, Error> {
    let mut document = answer.json()?;
    let next = next_link(&document);
    let Some(Value::Array(rows)) = document.get_mut("data").map(Value::take) else {
        return Err(answer.not_outreach("its data is no list"));
    };
    let rows = rows.iter().filter_map(|row| {
        Some(Prospect {
            id: row.get("id").and_then(prospect_id)?,
            values: row
                .get("attributes")
                .and_then(Value::as_object)
                .map_or_else(BTreeMap::new, |attributes| {
                    values(attributes, |target| fields.contains(&target))
                }),
            may_write: row.pointer("/meta/canWrite").and_then(Value::as_bool),
        })
    });
    Ok(Page {
        rows: rows.collect(),
        next,
    })
}

/// Where the next page is; an empty page has no links at all.
pub(super) fn next_link(document: &Value) -> Option<String> {
    let next = document.pointer("/links/next")?;
    next.as_str()
        .or_else(|| next.get("href").and_then(Value::as_str))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ids(numbers: impl IntoIterator<Item = u64>) -> Vec<OutreachId> {
        numbers.into_iter().filter_map(OutreachId::new).collect()
    }

    #[test]
    fn close_numbers_are_a_range_and_far_ones_a_list() {
        let close = asks(&ids(1_000_000..1_002_500), &[]);
        assert_eq!(close.len(), 3);
        let ranges: Vec<_> = close.iter().map(|ask| ask.is_range).collect();
        assert_eq!(ranges, [true, true, false]);
        let far = asks(&ids((1..=2_000).map(|i| i * 1_000)), &[]);
        assert!(far.iter().all(|ask| !ask.is_range));
        assert_eq!(far.len(), 3);
        assert_eq!(asks(&[], &[]), []);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn everything_is_asked_for_once_in_addresses_that_fit(
            numbers in prop::collection::btree_set(prop_oneof![1_u64..5_000, 1_u64..u64::from(u32::MAX)], 0..3_000)
        ) {
            let all = ids(numbers);
            let client = Client::new("https://api.outreach.io", "t".into()).expect("a client");
            let asks = asks(&all, &[]);
            let asked: Vec<_> = asks.iter().flat_map(|ask| ask.wanted.clone()).collect();
            prop_assert_eq!(asked, all);
            for ask in &asks {
                let url = client.address(ask, &[]).expect("an address");
                prop_assert!(url.as_str().len() <= 8_000 && !ask.wanted.is_empty());
                prop_assert!(ask.n_rows() <= MAX_PAGE as u64);
            }
        }
    }
}
