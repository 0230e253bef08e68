//! Batches and their items as JSON:API resources.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{super::clock::date_time, Batch, BatchPayload, BatchState, Manners};

/// What the resources of one answer have in common.
#[derive(Clone, Copy)]
pub(super) struct Look<'a> {
    /// Where the API lives, as the client sees it.
    pub(super) base: &'a str,
    pub(super) manners: Manners,
    /// The only attributes and relationships wanted.
    pub(super) fields: Option<&'a BTreeSet<String>>,
}

/// One item of a batch.
#[derive(Clone, Copy)]
pub(super) struct Item<'a> {
    pub(super) batch: &'a Batch,
    pub(super) index: usize,
}

impl Look<'_> {
    /// Only what is wanted of a resource's attributes or relationships.
    fn wanted<const N: usize>(&self, all: [(&str, Value); N]) -> Map<String, Value> {
        let wants = |name: &str| self.fields.is_none_or(|fields| fields.contains(name));
        all.into_iter()
            .filter(|(name, _)| wants(name))
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }
}

impl Batch {
    pub(super) fn pending(&self) -> usize {
        self.order.targets.len().saturating_sub(self.done)
    }

    pub(super) fn item(&self, index: usize) -> Item<'_> {
        Item { batch: self, index }
    }

    pub(super) fn resource(&self, look: Look<'_>) -> Value {
        let time = |time: Option<jiff::Timestamp>| json!(time.map(date_time));
        let times = self.times;
        let attributes = look.wanted([
            ("action", json!(self.order.action)),
            ("canceledAt", time(times.canceled)),
            ("confirmCount", json!(self.confirm_count)),
            ("confirmedAt", time(times.confirmed)),
            ("confirmedCountRequired", json!(self.count_required)),
            ("createdAt", time(Some(times.created))),
            ("externalStartPayload", Value::Null),
            ("failures", json!(self.failures.len())),
            ("finishedAt", time(times.finished)),
            ("payload", self.payload(look)),
            ("pending", json!(self.pending())),
            ("startedAt", time(times.started)),
            ("state", json!(self.state)),
            ("summary", self.summary()),
            ("total", json!(self.order.targets.len())),
            ("updatedAt", time(Some(times.updated))),
        ]);
        let Look { base, .. } = look;
        let id = self.id;
        let items = format!("{base}/batchItems?filter%5BbatchId%5D={id}");
        let relationships = look.wanted([
            ("batchItems", json!({"links": {"related": items}})),
            (
                "creator",
                json!({"data": {"type": "user", "id": self.creator}}),
            ),
        ]);
        json!({
            "type": "batch",
            "id": id,
            "attributes": attributes,
            "relationships": relationships,
            "links": {"self": format!("{base}/batches/{id}")},
        })
    }

    fn payload(&self, look: Look<'_>) -> Value {
        let wants = look.fields.is_none_or(|fields| fields.contains("payload"));
        match look.manners.payload {
            BatchPayload::Absent => Value::Null,
            BatchPayload::WithIds if wants => {
                let mut payload = self.order.payload.clone();
                payload.insert("ids".to_owned(), json!(self.order.targets));
                Value::Object(payload)
            }
            BatchPayload::WithIds | BatchPayload::Values => json!(self.order.payload),
        }
    }

    /// How often each text came; the provider's own form is unpublished.
    fn summary(&self) -> Value {
        if !self.state.is_over() {
            return Value::Null;
        }
        let mut texts: BTreeMap<&str, usize> = BTreeMap::new();
        for text in self.failures.values() {
            *texts.entry(text).or_default() += 1;
        }
        let mut summary = json!({"failures": texts});
        if let (BatchState::Failed, Value::Object(summary)) = (self.state, &mut summary) {
            let error = json!("The batch failed before every item was processed.");
            summary.insert("error".to_owned(), error);
        }
        summary
    }
}

impl Item<'_> {
    pub(super) fn id(self) -> u64 {
        self.batch.first_item + self.index as u64
    }

    pub(super) fn has_failed(self) -> bool {
        self.batch.failures.contains_key(&self.index)
    }

    pub(super) fn state(self) -> &'static str {
        if self.index >= self.batch.done {
            "pending"
        } else if self.has_failed() {
            "failed"
        } else {
            "finished"
        }
    }

    pub(super) fn resource(self, look: Look<'_>) -> Value {
        let batch = self.batch;
        let prospect = batch.order.targets.get(self.index);
        let data = prospect.filter(|_| look.manners.item_data);
        let attributes = look.wanted([
            ("batchId", json!(batch.id)),
            ("createdAt", json!(date_time(batch.times.created))),
            ("data", json!(data.map(|id| json!({"id": id}).to_string()))),
            ("failed", json!(self.has_failed())),
            ("info", json!(batch.failures.get(&self.index))),
            ("state", json!(self.state())),
        ]);
        let relationships =
            look.wanted([("batch", json!({"data": {"type": "batch", "id": batch.id}}))]);
        let (base, id) = (look.base, self.id());
        json!({
            "type": "batchItem",
            "id": id,
            "attributes": attributes,
            "relationships": relationships,
            "links": {"self": format!("{base}/batchItems/{id}")},
        })
    }
}
