//! `/batchItems`: what became of each prospect of a batch.

use super::{
    super::answer::Answer,
    Batch, Batches,
    listing::{Filter, Listing, Rules},
    resource::{Item, Look},
};

pub(super) const RULES: Rules = Rules {
    resource: "batchItem",
    filters: &["batchId", "failed", "state"],
    sorts: &["batchId", "failed", "state"],
};

impl Item<'_> {
    /// A value as a query spells it.
    fn spelled(self, name: &str) -> String {
        match name {
            "failed" => self.has_failed().to_string(),
            "state" => self.state().to_owned(),
            "batchId" => self.batch.id.to_string(),
            _ => self.id().to_string(),
        }
    }

    /// What the order by an attribute goes by; the id settles what is equal.
    fn rank(self, name: &str) -> (&'static str, u64, u64) {
        match name {
            "failed" => (
                if self.has_failed() { "true" } else { "false" },
                0,
                self.id(),
            ),
            "state" => (self.state(), 0, self.id()),
            "batchId" => ("", self.batch.id, self.id()),
            _ => ("", 0, self.id()),
        }
    }
}

impl Batches {
    pub(super) fn item(&self, id: u64) -> Option<Item<'_>> {
        let holds = |batch: &&Batch| {
            (batch.first_item..batch.first_item + batch.order.targets.len() as u64).contains(&id)
        };
        let batch = self.all.values().find(holds)?;
        let index = usize::try_from(id - batch.first_item).ok()?;
        Some(batch.item(index))
    }

    pub(super) fn list_items(&self, listing: &Listing, look: Look<'_>) -> Answer {
        let (by_batch, others): (Vec<&Filter>, Vec<&Filter>) = listing
            .filters
            .iter()
            .partition(|filter| filter.name == "batchId");
        let is_wanted = |batch: &&Batch| {
            let id = batch.id.to_string();
            by_batch.iter().all(|filter| filter.wanted.takes(&id))
        };
        let takes = |item: &Item<'_>| {
            let takes = |filter: &&Filter| filter.wanted.takes(&item.spelled(&filter.name));
            others.iter().all(takes)
        };
        // From the item behind the cursor, so that a long list can be read page by page in linear time.
        let from = |first: u64| {
            self.all
                .values()
                .filter(is_wanted)
                .flat_map(move |batch| {
                    let skipped = first.saturating_sub(batch.first_item);
                    let skipped = usize::try_from(skipped).unwrap_or(usize::MAX);
                    (skipped..batch.order.targets.len()).map(|index| batch.item(index))
                })
                .filter(takes)
        };
        let url = format!("{}/batchItems", look.base);
        let page = if let Some((name, falls)) = &listing.sort {
            let mut sorted: Vec<Item<'_>> = from(0).collect();
            sorted.sort_by_key(|item| item.rank(name));
            if *falls {
                sorted.reverse();
            }
            listing.page(&sorted, |item| item.id())
        } else {
            let first = listing.after.map_or(0, |after| after.saturating_add(1));
            let mut page = listing.cut(from(first), |item| item.id());
            page.count = listing.count.then(|| from(0).count());
            page
        };
        listing.answer(&page, &url, |item| item.resource(look))
    }
}
