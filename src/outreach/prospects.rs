//! A prospect as Outreach holds it, writing one, and asking whether the sign-in still holds.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::{
    answer::Answer,
    client::Client,
    echo::{Echo, compare},
    error::Error,
    send::{Attempts, Call, Tried},
};
use crate::model::{FieldSet, OutreachId, Target};

/// A prospect that was updated so long ago was updated by the request that says so; clocks differ by less.
const JUST_NOW: SignedDuration = SignedDuration::from_mins(2);

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
        let call = self.patch_call(id, fields)?;
        self.send(&call, |answer| self.take_echo(answer, id, fields))
            .await
    }

    /// The same, but that the waits between attempts are the caller's: until then nothing of it is under way.
    pub async fn try_patch(
        &self,
        id: OutreachId,
        fields: &FieldSet,
        attempts: &mut Attempts,
    ) -> Tried<Echo> {
        match self.patch_call(id, fields) {
            Ok(call) => {
                let read = |answer: &Answer| self.take_echo(answer, id, fields);
                self.send_on(&call, attempts, read).await
            }
            Err(error) => Tried::Ended(Err(error)),
        }
    }

    fn patch_call(&self, id: OutreachId, fields: &FieldSet) -> Result<Call, Error> {
        let body = json!({"data": {"type": "prospect", "id": id, "attributes": fields.to_json()}});
        let url = self.url(&format!("prospects/{id}"))?;
        Ok(Call::patch(url, body.to_string()))
    }

    fn take_echo(&self, answer: &Answer, id: OutreachId, fields: &FieldSet) -> Result<Echo, Error> {
        let (echo, updater) = read_echo(answer, id, fields, self.now())?;
        if let Some(user) = updater.filter(|_| echo == Echo::Confirmed) {
            self.note_updater(user);
        }
        Ok(echo)
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

/// What the answer says of the fields that were sent, and who wrote them.
fn read_echo(
    answer: &Answer,
    id: OutreachId,
    sent: &FieldSet,
    now: Timestamp,
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
    Ok((echo, updater(&data, now)))
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
