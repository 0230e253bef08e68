//! A prospect as Outreach holds it, writing one, and asking whether the sign-in still holds.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    answer::Answer,
    client::Client,
    echo::{Echo, compare},
    error::Error,
    send::Call,
};
use crate::model::{FieldSet, OutreachId, Target};

/// A prospect as Outreach holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Prospect {
    /// Its number.
    pub id: OutreachId,
    /// The attributes that were asked for and came.
    pub values: BTreeMap<Target, Value>,
    /// Whether the user may write it, if Outreach says so.
    pub may_write: Option<bool>,
}

impl Prospect {
    /// Compares what was written with what is held here.
    pub fn echo(&self, written: &FieldSet) -> Echo {
        compare(written, &self.values)
    }
}

impl Client {
    /// Writes these fields of one prospect and leaves its others alone. Writing them twice does no harm.
    pub async fn patch_prospect(&self, id: OutreachId, fields: &FieldSet) -> Result<Echo, Error> {
        let body = json!({"data": {"type": "prospect", "id": id, "attributes": fields.to_json()}});
        let call = Call::patch(self.url(&format!("prospects/{id}"))?, body.to_string());
        self.send(&call, |answer| read_echo(answer, id, fields))
            .await
    }

    /// Asks whether Outreach takes the token. A user who may not see users is signed in all the same.
    pub async fn check(&self) -> Result<(), Error> {
        let mut url = self.url("users")?;
        url.query_pairs_mut()
            .append_pair("page[size]", "1")
            .append_pair("count", "false")
            .append_pair("fields[user]", "email");
        let answer = self
            .send(&Call::get(url), |answer| {
                answer
                    .document()?
                    .as_array()
                    .map(|_users| ())
                    .ok_or_else(|| answer.not_outreach("its data is no list"))
            })
            .await;
        match answer {
            Err(error)
                if error.status() == Some(403) && error.code().starts_with("unauthorized") =>
            {
                Ok(())
            }
            other => other,
        }
    }
}

fn read_echo(answer: &Answer, id: OutreachId, sent: &FieldSet) -> Result<Echo, Error> {
    if answer.is_empty() {
        return Ok(Echo::Unsaid);
    }
    let data = answer.document()?;
    if data.get("id").and_then(prospect_id) != Some(id) {
        return Err(answer.not_outreach("it is about another record"));
    }
    Ok(data
        .get("attributes")
        .and_then(Value::as_object)
        .map_or(Echo::Unsaid, |attributes| {
            compare(
                sent,
                &values(attributes, |target| sent.get(target).is_some()),
            )
        }))
}

pub(super) fn values(
    attributes: &Map<String, Value>,
    is_wanted: impl Fn(Target) -> bool,
) -> BTreeMap<Target, Value> {
    attributes
        .iter()
        .filter_map(|(name, value)| {
            let target = Target::parse(name).filter(|target| is_wanted(*target))?;
            Some((target, value.clone()))
        })
        .collect()
}

pub(super) fn prospect_id(id: &Value) -> Option<OutreachId> {
    id.as_u64()
        .and_then(OutreachId::new)
        .or_else(|| id.as_str().and_then(OutreachId::parse))
}
