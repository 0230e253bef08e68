//! One page of prospects: filtered, in the order of their ids, after a cursor.

use super::{
    prospects::{Prospect, Prospects},
    query::{Ids, Query},
    schema::Schema,
};

#[derive(Debug)]
pub(super) struct Page {
    pub(super) prospects: Vec<Prospect>,
    /// The cursor of the page that follows, if one does.
    pub(super) next_after: Option<u32>,
    pub(super) count: Option<usize>,
}

impl Prospects {
    pub(super) fn page(&self, schema: &Schema, query: &Query) -> Page {
        let mut prospects: Vec<Prospect> = self
            .candidates(&query.ids, query.after)
            .filter_map(|id| self.matching(schema, query, id))
            .take(query.page_size + 1)
            .collect();
        let has_more = prospects.len() > query.page_size;
        prospects.truncate(query.page_size);
        let last = prospects.last().map(|prospect| prospect.id);
        Page {
            next_after: last.filter(|_| has_more),
            prospects,
            count: query.count.then(|| self.count_matching(schema, query)),
        }
    }

    /// The ids of all that a question is about, in their order.
    pub(super) fn matching_ids<'a>(
        &'a self,
        schema: &'a Schema,
        query: &'a Query,
    ) -> impl Iterator<Item = u32> + 'a {
        let is_matching = move |id: &u32| {
            query.conditions.is_empty() || self.matching(schema, query, *id).is_some()
        };
        self.candidates(&query.ids, 0).filter(is_matching)
    }

    fn matching(&self, schema: &Schema, query: &Query, id: u32) -> Option<Prospect> {
        let prospect = self.get(schema, id)?;
        let holds = query
            .conditions
            .iter()
            .all(|condition| condition.holds(&prospect));
        holds.then_some(prospect)
    }

    fn count_matching(&self, schema: &Schema, query: &Query) -> usize {
        let candidates = self.candidates(&query.ids, 0);
        if query.conditions.is_empty() {
            return candidates.count();
        }
        candidates
            .filter_map(|id| self.matching(schema, query, id))
            .count()
    }

    /// The ids behind the cursor, found without a walk through those before it.
    fn candidates<'a>(&self, ids: &'a Ids, after: u32) -> Box<dyn Iterator<Item = u32> + 'a> {
        let last = self.len();
        let first = after.saturating_add(1);
        match ids {
            Ids::All => Box::new(first..=last),
            Ids::Listed(ids) => {
                let known = move |id: &u32| (first..=last).contains(id);
                Box::new(ids.iter().copied().filter(known))
            }
            Ids::Between(range) => Box::new((*range.start()).max(first)..=(*range.end()).min(last)),
        }
    }
}
