//! Writing one prospect, reading many, and asking whether the sign-in still holds.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::{
    answer::Answer,
    client::Client,
    echo::{Echo, compare},
    error::Error,
    send::{Call, MAX_PAGE_BYTES},
};
use crate::model::{FieldSet, OutreachId, Target};

/// More ids than this make an address too long for some servers.
const MAX_IDS: usize = 200;

/// A prospect that was updated so long ago was updated by the request that says so; clocks differ by less.
const JUST_NOW: SignedDuration = SignedDuration::from_mins(2);

/// A prospect as Outreach holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Prospect {
    /// Its number.
    pub id: OutreachId,
    /// The attributes that were asked for and came.
    pub values: BTreeMap<Target, Value>,
}

impl Prospect {
    /// Compares what was written with what is held here.
    pub fn echo(&self, written: &FieldSet) -> Echo {
        compare(written, &self.values)
    }
}

impl Client {
    /// The most prospects that one request reads.
    pub const MAX_IDS: usize = MAX_IDS;

    /// Writes these fields of one prospect and leaves its others alone. Writing them twice does no harm.
    pub async fn patch_prospect(&self, id: OutreachId, fields: &FieldSet) -> Result<Echo, Error> {
        let body = json!({"data": {"type": "prospect", "id": id, "attributes": fields.to_json()}});
        let call = Call::patch(self.url(&format!("prospects/{id}"))?, body.to_string());
        self.send(&call, |answer| {
            let (echo, updater) = read_echo(answer, id, fields)?;
            if let Some(user) = updater.filter(|_| echo == Echo::Confirmed) {
                self.note_updater(user);
            }
            Ok(echo)
        })
        .await
    }

    /// Reads these attributes of these prospects, with one request for each [`MAX_IDS`](Self::MAX_IDS) of them and
    /// none for none. A prospect that does not exist or is hidden from the user is not among the answers.
    pub async fn prospects(
        &self,
        ids: &[OutreachId],
        fields: &[Target],
    ) -> Result<Vec<Prospect>, Error> {
        let mut found = Vec::with_capacity(ids.len());
        for chunk in ids.chunks(MAX_IDS) {
            let mut url = self.url("prospects")?;
            url.query_pairs_mut()
                .append_pair("filter[id]", &joined(chunk))
                .append_pair("fields[prospect]", &field_names(fields))
                .append_pair("page[size]", &chunk.len().to_string())
                .append_pair("count", "false");
            let call = Call::get(url).up_to(MAX_PAGE_BYTES);
            found.extend(
                self.send(&call, |answer| read_page(answer, chunk, fields))
                    .await?,
            );
        }
        Ok(found)
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

fn joined(ids: &[OutreachId]) -> String {
    let ids: Vec<_> = ids.iter().map(OutreachId::to_string).collect();
    ids.join(",")
}

/// The attributes to ask for; without a list Outreach would send all 230.
fn field_names(fields: &[Target]) -> String {
    if fields.is_empty() {
        return "updatedAt".to_owned();
    }
    let names: Vec<_> = fields.iter().map(|target| target.name()).collect();
    names.join(",")
}

/// What the answer says of the fields that were sent, and who wrote them.
fn read_echo(
    answer: &Answer,
    id: OutreachId,
    sent: &FieldSet,
) -> Result<(Echo, Option<u64>), Error> {
    // Outreach documents an answer with the whole prospect. One without a body, such as a 204, is a success all the
    // same: a proxy may have cut the body off, and asking again would cost a request for nothing but certainty.
    if answer.is_empty() {
        return Ok((Echo::Unsaid, None));
    }
    let data = answer.document()?;
    if data.get("id").and_then(prospect_id) != Some(id) {
        return Err(answer.not_outreach("it is about another record"));
    }
    let echo =
        data.get("attributes")
            .and_then(Value::as_object)
            .map_or(Echo::Unsaid, |attributes| {
                compare(
                    sent,
                    &values(attributes, |target| sent.get(target).is_some()),
                )
            });
    Ok((echo, updater(&data, Timestamp::now())))
}

/// The user who wrote just now. A write that changes nothing may leave the last writer's name and time in place.
fn updater(data: &Value, now: Timestamp) -> Option<u64> {
    let at: Timestamp = data
        .pointer("/attributes/updatedAt")?
        .as_str()?
        .parse()
        .ok()?;
    let is_ours = now.duration_since(at).abs() <= JUST_NOW;
    let user = data.pointer("/relationships/updater/data")?;
    let id = user.get("id")?;
    let id = id.as_u64().or_else(|| id.as_str()?.parse().ok())?;
    (is_ours && user.get("type").is_none_or(|kind| kind == "user")).then_some(id)
}

fn read_page(
    answer: &Answer,
    asked: &[OutreachId],
    fields: &[Target],
) -> Result<Vec<Prospect>, Error> {
    let data = answer.document()?;
    let rows = data
        .as_array()
        .ok_or_else(|| answer.not_outreach("its data is no list"))?;
    let mut wanted: BTreeSet<_> = asked.iter().copied().collect();
    Ok(rows
        .iter()
        .filter_map(|row| {
            // Outreach was seen to send rows that nobody asked for.
            let id = row.get("id").and_then(prospect_id)?;
            wanted.remove(&id).then(|| Prospect {
                id,
                values: row
                    .get("attributes")
                    .and_then(Value::as_object)
                    .map(|attributes| values(attributes, |target| fields.contains(&target)))
                    .unwrap_or_default(),
            })
        })
        .collect())
}

fn values(
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

fn prospect_id(id: &Value) -> Option<OutreachId> {
    id.as_u64()
        .and_then(OutreachId::new)
        .or_else(|| id.as_str().and_then(OutreachId::parse))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_writer_is_told_only_of_a_write_that_was_made_now() {
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().expect("an instant");
        for (data, user) in [
            (
                r#"{"attributes":{"updatedAt":"2026-11-23T12:00:01.000Z"},"relationships":{"updater":{"data":{"type":"user","id":7}}}}"#,
                Some(7),
            ),
            (
                r#"{"attributes":{"updatedAt":"2026-11-23T11:59:59Z"},"relationships":{"updater":{"data":{"id":"7"}}}}"#,
                Some(7),
            ),
            (
                r#"{"attributes":{"updatedAt":"2026-11-22T12:00:00Z"},"relationships":{"updater":{"data":{"type":"user","id":8}}}}"#,
                None,
            ),
            (
                r#"{"attributes":{"updatedAt":"2026-11-23T12:00:00Z"},"relationships":{"updater":{"data":{"type":"app","id":8}}}}"#,
                None,
            ),
            (
                r#"{"attributes":{"updatedAt":"2026-11-23T12:00:00Z"},"relationships":{"updater":{"data":null}}}"#,
                None,
            ),
            (
                r#"{"attributes":{},"relationships":{"updater":{"data":{"type":"user","id":7}}}}"#,
                None,
            ),
        ] {
            let data = serde_json::from_str(data).expect("it is JSON");
            assert_eq!(updater(&data, now), user, "{data}");
        }
    }
}
