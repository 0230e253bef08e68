//! The request that orders a batch: which prospects, and which values.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{
    super::{
        answer::Refusal,
        api::Call,
        prospects::{Prospects, Write},
        query::{ActionQuery, Ids},
        schema::Schema,
        update,
    },
    Order,
};

/// The most ids that one request may list.
const MOST_IDS: usize = 100_000;

/// The one action there is.
pub(super) const BULK_MODIFY: &str = "prospectsBulkModify";

impl Order {
    /// Without any id, and without a filter, it is about every prospect there is, as with the provider.
    pub(super) fn read(
        schema: &Schema,
        prospects: &Prospects,
        call: &Call,
    ) -> Result<Self, Refusal> {
        let query = ActionQuery::parse(schema, &call.uri)?;
        let mut attributes = attributes(&call.body)?;
        let ids = ids(attributes.remove("ids"))?;
        if matches!(&query.filter.ids, Ids::Listed(listed) if listed.len() > MOST_IDS) {
            return Err(too_many());
        }
        let matching = || prospects.matching_ids(schema, &query.filter).map(u64::from);
        let targets = if ids.is_empty() {
            matching().collect()
        } else if query.is_filtered() {
            let matching: BTreeSet<u64> = matching().collect();
            ids.into_iter().filter(|id| matching.contains(id)).collect()
        } else {
            ids
        };
        let (write, invalid) = write(schema, &fields(&attributes)?)?;
        Ok(Self {
            action: BULK_MODIFY,
            payload: attributes,
            fingerprint: write.fingerprint(),
            write,
            invalid,
            skips_confirmation: query.skip_confirmation,
            targets,
        })
    }
}

fn attributes(body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    let mut document: Value = serde_json::from_slice(body)
        .map_err(|error| Refusal::bad_request(format!("The body is not valid JSON: {error}")))?;
    match document.pointer_mut("/data/attributes").map(Value::take) {
        Some(Value::Object(attributes)) => Ok(attributes),
        Some(_) | None => Err(Refusal::bad_request(
            "The body has no 'data.attributes' object.",
        )),
    }
}

/// Each id once, in the order in which they were sent.
fn ids(sent: Option<Value>) -> Result<Vec<u64>, Refusal> {
    let wrong = || Refusal::invalid("/data/attributes/ids", "Ids is not a list of integers.");
    let sent = match sent {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(sent)) => sent,
        Some(_) => return Err(wrong()),
    };
    if sent.len() > MOST_IDS {
        return Err(too_many());
    }
    let ids: Vec<u64> = sent
        .iter()
        .map(|id| id.as_u64().ok_or_else(wrong))
        .collect::<Result<_, _>>()?;
    let mut known = BTreeSet::new();
    Ok(ids.into_iter().filter(|id| known.insert(*id)).collect())
}

fn too_many() -> Refusal {
    let detail = format!("Ids is too long (maximum is {MOST_IDS} items).");
    Refusal::invalid("/data/attributes/ids", detail)
}

/// The pairs of names and values, in either of the two forms that are documented.
fn fields(attributes: &Map<String, Value>) -> Result<Map<String, Value>, Refusal> {
    let Some(name) = attributes.get("fieldName") else {
        return Ok(attributes.clone());
    };
    let pointer = "/data/attributes/fieldName";
    let name = name
        .as_str()
        .ok_or_else(|| Refusal::invalid(pointer, "Field name is not a string."))?;
    let value = attributes.get("fieldValue").ok_or_else(|| {
        Refusal::invalid("/data/attributes/fieldValue", "Field value is missing.")
    })?;
    if let Some(other) = attributes
        .keys()
        .find(|key| !matches!(key.as_str(), "fieldName" | "fieldValue"))
    {
        return Err(Refusal::bad_request(format!(
            "'{other}' cannot stand beside 'fieldName'"
        )));
    }
    Ok(Map::from_iter([(name.to_owned(), value.clone())]))
}

/// What to write, and why it cannot be written, if it cannot: that is each item's own failure.
fn write(schema: &Schema, fields: &Map<String, Value>) -> Result<(Write, Option<String>), Refusal> {
    if fields.is_empty() {
        return Err(Refusal::invalid("/data/attributes", "No field is named."));
    }
    let mut write = Write::default();
    let mut invalid = None;
    for (name, value) in fields {
        match update::attribute(schema, name, value) {
            Ok(field) => {
                write.values.insert(field, value.clone());
            }
            Err(refusal) if refusal.is_about_a_value() => {
                invalid.get_or_insert(refusal.into_detail());
            }
            Err(refusal) => return Err(refusal),
        }
    }
    Ok((write, invalid))
}
