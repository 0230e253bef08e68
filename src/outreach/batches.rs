//! Writing the same values to many prospects with one request, and following what becomes of it.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    answer::Answer,
    client::Client,
    error::Error,
    prospects::prospect_id,
    rate::instant,
    read::next_link,
    send::{Call, MAX_PAGE_BYTES},
};
use crate::model::{FieldSet, OutreachId};

/// What is looked at of a batch; its payload may name a hundred thousand prospects.
const FIELDS: &str =
    "action,state,total,pending,failures,confirmCount,confirmedCountRequired,createdAt";

/// How many of the newest batches are looked through for one whose answer was lost.
const NEWEST: usize = 200;

/// An update of many prospects as Outreach knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// Outreach's number for it.
    pub id: u64,
    /// How far it is.
    pub state: BatchState,
    /// How many prospects it is about, if Outreach says so.
    pub total: Option<u64>,
    /// How many of them failed, if Outreach says so.
    pub failures: Option<u64>,
    /// How many prospects somebody has to confirm, if Outreach says so.
    pub confirm_count: Option<u64>,
    /// When it was made, by Outreach's clock.
    pub created: Option<Timestamp>,
    /// What it writes, as far as it was asked for and came.
    payload: Option<Map<String, Value>>,
}

/// How far a batch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchState {
    /// Not begun, or under way, or anything that is not known here.
    Working,
    /// Waits to be confirmed.
    Confirming,
    /// Every prospect was tried.
    Finished,
    /// Broken off by Outreach.
    Failed,
    /// Broken off by somebody.
    Canceled,
}

impl BatchState {
    /// Whether nothing more comes of it.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Finished | Self::Failed | Self::Canceled)
    }

    fn read(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "confirming" => Self::Confirming,
            "finished" | "complete" | "completed" => Self::Finished,
            "failed" | "error" | "errored" => Self::Failed,
            "canceled" | "cancelled" => Self::Canceled,
            _ => Self::Working,
        }
    }
}

/// What became of one prospect of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchItem {
    /// The prospect, if Outreach says which.
    pub prospect: Option<OutreachId>,
    /// Outreach's own words; empty if it has none.
    pub info: String,
}

impl Batch {
    /// The number of prospects that Outreach would write to, as far as it says so.
    pub fn n_prospects(&self) -> Option<u64> {
        match self.state {
            BatchState::Confirming => self.confirm_count.or(self.total),
            BatchState::Working
            | BatchState::Finished
            | BatchState::Failed
            | BatchState::Canceled => self.total,
        }
    }

    /// Whether this may be the batch that writes these fields to these prospects, as far as Outreach says what it does.
    pub fn may_be(&self, fields: &FieldSet, prospects: &[OutreachId]) -> bool {
        let Some(mut payload) = self.payload.clone() else {
            return true;
        };
        let same_ids = payload.remove("ids").is_none_or(|ids| {
            let ids = ids.as_array().map(Vec::as_slice).unwrap_or_default();
            ids.len() == prospects.len()
                && ids
                    .iter()
                    .zip(prospects)
                    .all(|(id, p)| prospect_id(id) == Some(*p))
        });
        same_ids && payload == fields.to_json()
    }
}

impl Client {
    /// Asks Outreach to write these fields of all these prospects. Each needs a confirmation before it begins.
    /// It is sent once: after an error that is no refusal nobody knows whether it was carried out.
    ///
    /// # Errors
    /// If the request does not do its work, or there is no prospect: a batch without any is one of all of them.
    pub async fn submit_batch(
        &self,
        fields: &FieldSet,
        prospects: &[OutreachId],
    ) -> Result<Batch, Error> {
        if prospects.is_empty() || fields.is_empty() {
            return Err(Error::EmptyBatch);
        }
        let mut attributes = fields.to_json();
        attributes.insert("ids".to_owned(), json!(prospects));
        let body = json!({"data": {"type": "batch", "attributes": attributes}, "type": "batch"});
        let url = self.url("batches/actions/prospectsBulkModify")?;
        let call = Call::post_once(url, body.to_string()).up_to(MAX_PAGE_BYTES);
        let sent = self.send(&call.for_items(), read_batch).await;
        self.note_items(prospects.len() as u64, sent.as_ref().map(drop));
        sent
    }

    /// How far a batch is.
    ///
    /// # Errors
    /// If the request does not do its work.
    pub async fn batch(&self, id: u64) -> Result<Batch, Error> {
        let mut url = self.url(&format!("batches/{id}"))?;
        url.set_query(Some(&format!("fields%5Bbatch%5D={FIELDS}")));
        self.send(&Call::get(url), read_batch).await
    }

    /// Lets a batch begin that waits to be confirmed.
    ///
    /// # Errors
    /// If the request does not do its work.
    pub async fn confirm_batch(&self, id: u64, n_prospects: usize) -> Result<Batch, Error> {
        let mut url = self.url(&format!("batches/{id}/actions/confirm"))?;
        url.set_query(Some(&format!(
            "actionParams%5BconfirmedCount%5D={n_prospects}"
        )));
        let call = Call::post_once(url, String::new()).up_to(MAX_PAGE_BYTES);
        self.send(&call, read_batch).await
    }

    /// Ends a batch; what it has done stays done.
    ///
    /// # Errors
    /// If the request does not do its work.
    pub async fn cancel_batch(&self, id: u64) -> Result<Batch, Error> {
        let url = self.url(&format!("batches/{id}/actions/cancel"))?;
        let call = Call::post_once(url, String::new()).up_to(MAX_PAGE_BYTES);
        self.send(&call, read_batch).await
    }

    /// Looks for a batch among the newest that may be the one that writes these fields to these prospects and whose
    /// answer was lost; `known` are other batches of ours.
    ///
    /// # Errors
    /// If a request does not do its work.
    pub async fn find_batch(
        &self,
        fields: &FieldSet,
        prospects: &[OutreachId],
        not_before: Timestamp,
        known: &[u64],
    ) -> Result<Option<Batch>, Error> {
        let mut url = self.url("batches")?;
        url.set_query(Some(&format!(
            "sort=-createdAt&page%5Bsize%5D={NEWEST}&count=false&fields%5Bbatch%5D={FIELDS}"
        )));
        let call = Call::get(url).up_to(MAX_PAGE_BYTES);
        let newest = self.send(&call, read_batches).await?;
        let n = prospects.len() as u64;
        for batch in newest {
            let may_be = batch.total.is_none_or(|total| total == n || total == 0)
                && batch.created.is_none_or(|created| created >= not_before)
                && !known.contains(&batch.id);
            if !may_be {
                continue;
            }
            let call = Call::get(self.url(&format!("batches/{}", batch.id))?).up_to(MAX_PAGE_BYTES);
            let whole = self.send(&call, read_batch).await?;
            if whole.may_be(fields, prospects) {
                return Ok(Some(whole));
            }
        }
        Ok(None)
    }

    /// The items of a batch that failed.
    ///
    /// # Errors
    /// If a request does not do its work.
    pub async fn failed_items(&self, id: u64) -> Result<Vec<BatchItem>, Error> {
        let mut url = self.url("batchItems")?;
        url.set_query(Some(&format!(
            "filter%5BbatchId%5D={id}&filter%5Bfailed%5D=true&page%5Bsize%5D=1000&count=false"
        )));
        let mut items = vec![];
        let mut next = Some(url);
        while let Some(url) = next {
            let call = Call::get(url).up_to(MAX_PAGE_BYTES);
            let (rows, link) = self.send(&call, read_items).await?;
            items.extend(rows);
            next = link.map(|link| self.same_place(&link)).transpose()?;
        }
        Ok(items)
    }
}

fn read_batch(answer: &Answer) -> Result<Batch, Error> {
    batch(&answer.document()?).ok_or_else(|| answer.not_outreach("it is no batch"))
}

fn read_batches(answer: &Answer) -> Result<Vec<Batch>, Error> {
    let data = answer.document()?;
    let rows = data
        .as_array()
        .ok_or_else(|| answer.not_outreach("its data is no list"))?;
    Ok(rows.iter().filter_map(batch).collect())
}

fn batch(data: &Value) -> Option<Batch> {
    let id = data.get("id")?;
    let attributes = data.get("attributes")?;
    let number = |name: &str| attributes.get(name).and_then(Value::as_u64);
    let text = |name: &str| attributes.get(name).and_then(Value::as_str);
    Some(Batch {
        id: id.as_u64().or_else(|| id.as_str()?.parse().ok())?,
        state: BatchState::read(text("state").unwrap_or_default()),
        total: number("total"),
        failures: number("failures"),
        confirm_count: number("confirmCount"),
        created: text("createdAt").and_then(instant),
        payload: attributes
            .get("payload")
            .and_then(Value::as_object)
            .cloned(),
    })
}

fn read_items(answer: &Answer) -> Result<(Vec<BatchItem>, Option<String>), Error> {
    let document = answer.json()?;
    let rows = document
        .get("data")
        .and_then(Value::as_array)
        .ok_or_else(|| answer.not_outreach("its data is no list"))?;
    let items = rows.iter().map(|row| BatchItem {
        prospect: row.pointer("/attributes/data").and_then(prospect_of),
        info: row
            .pointer("/attributes/info")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
    });
    Ok((items.collect(), next_link(&document)))
}

/// Which prospect an item is about: its data is JSON in a text, whose form is unpublished.
fn prospect_of(data: &Value) -> Option<OutreachId> {
    let parsed = data
        .as_str()
        .and_then(|text| serde_json::from_str(text).ok());
    let data: &Value = parsed.as_ref().unwrap_or(data);
    ["id", "prospectId", "recordId"]
        .iter()
        .find_map(|name| data.get(name).and_then(prospect_id))
        .or_else(|| prospect_id(data))
}
