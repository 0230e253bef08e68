//! The prospects: seeded from their ids, with what was written since laid over that.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::Arc,
};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    clock::date_time,
    schema::{Field, Relation, Schema},
    seed,
};

/// The user whose token every request carries.
pub(super) const TOKEN_USER: u64 = 1;

/// The user who changes prospects past the API.
pub(super) const OTHER_USER: u64 = 2;

#[derive(Debug)]
pub(super) struct Prospects {
    count: u32,
    deleted: BTreeSet<u32>,
    users: u64,
    edited: BTreeMap<u32, Edited>,
    /// Who an address was last written to; it may have been replaced since.
    written_emails: BTreeMap<String, u32>,
    made: Made,
    /// What was written to a prospect that nobody has written to.
    untouched: Arc<Values>,
}

/// What was written to one prospect. A batch leaves thousands with the very same values, so they share them.
#[derive(Debug)]
struct Edited {
    values: Arc<Values>,
    updated_at: Option<Timestamp>,
    last_write: Option<u64>,
}

/// Everything that was ever written to a prospect, the newest of each.
#[derive(Clone, Debug, Default)]
struct Values {
    values: BTreeMap<Field, Value>,
    related: BTreeMap<Relation, Option<u64>>,
}

/// What the newest write makes of what was there before, so that its like need not be made again.
#[derive(Debug, Default)]
struct Made {
    /// The write, its user and its time.
    by: Option<(u64, u64, Timestamp)>,
    /// By the address of what was there before, which is kept so that nothing else gets that address.
    results: HashMap<usize, (Arc<Values>, Arc<Values>)>,
}

/// A checked change to one prospect; null clears.
#[derive(Clone, Debug, Default)]
pub(super) struct Write {
    pub(super) values: BTreeMap<Field, Value>,
    pub(super) related: BTreeMap<Relation, Option<u64>>,
}

/// What a write came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Applied {
    /// Some value is now another than before.
    pub(super) changed: bool,
    /// The prospect's previous write set the very same values.
    pub(super) repeated: bool,
}

/// One prospect as it is now.
#[derive(Clone, Debug)]
pub(super) struct Prospect {
    pub(super) id: u32,
    pub(super) values: BTreeMap<Field, Value>,
    pub(super) related: BTreeMap<Relation, u64>,
}

impl Prospects {
    pub(super) fn seeded(count: u32, users: u64) -> Self {
        Self {
            count,
            deleted: BTreeSet::new(),
            users,
            edited: BTreeMap::new(),
            written_emails: BTreeMap::new(),
            made: Made::default(),
            untouched: Arc::default(),
        }
    }

    pub(super) fn len(&self) -> u32 {
        self.count
    }

    pub(super) fn contains(&self, id: u32) -> bool {
        (1..=self.count).contains(&id) && !self.deleted.contains(&id)
    }

    pub(super) fn delete(&mut self, id: u32) {
        self.deleted.insert(id);
    }

    pub(super) fn get(&self, schema: &Schema, id: u32) -> Option<Prospect> {
        if !self.contains(id) {
            return None;
        }
        let mut values: BTreeMap<Field, Value> = seed::attributes(id)
            .into_iter()
            .filter_map(|(name, value)| Some((schema.field(name)?, value)))
            .collect();
        let mut related: BTreeMap<Relation, u64> = schema
            .relationships
            .iter()
            .enumerate()
            .filter_map(|(relation, relationship)| {
                let target = seed::related(id, &relationship.name, self.users)?;
                Some((relation, target))
            })
            .collect();
        let (created_at, mut updated_at) = seed::times(id);
        if let Some(edited) = self.edited.get(&id) {
            edited.lay_over(&mut values, &mut related);
            updated_at = edited.updated_at.unwrap_or(updated_at);
        }
        let mut prospect = Prospect {
            id,
            values,
            related,
        };
        prospect.set(schema, "createdAt", json!(date_time(created_at)));
        prospect.set(schema, "updatedAt", json!(date_time(updated_at)));
        prospect.derive(schema);
        Some(prospect)
    }

    /// Applies a user's write; `None` for an unknown prospect.
    pub(super) fn apply(
        &mut self,
        schema: &Schema,
        id: u32,
        write: &Write,
        user: u64,
        now: Timestamp,
    ) -> Option<Applied> {
        self.apply_marked(schema, id, write, write.fingerprint(), user, now)
    }

    /// The same for a write whose fingerprint is known already.
    pub(super) fn apply_marked(
        &mut self,
        schema: &Schema,
        id: u32,
        write: &Write,
        fingerprint: u64,
        user: u64,
        now: Timestamp,
    ) -> Option<Applied> {
        if !self.contains(id) {
            return None;
        }
        self.note_emails(schema, id, write);
        let untouched = &self.untouched;
        let edited = self.edited.entry(id).or_insert_with(|| Edited {
            values: Arc::clone(untouched),
            updated_at: None,
            last_write: None,
        });
        let changed = edited.is_changed_by(schema, id, self.users, write);
        let repeated = edited.last_write.replace(fingerprint) == Some(fingerprint);
        edited.values = self
            .made
            .after(&edited.values, (fingerprint, user, now), || {
                let mut values = Values::clone(&edited.values);
                values.take(schema, write, user, now);
                values
            });
        if !write.is_empty() {
            edited.updated_at = Some(now);
        }
        Some(Applied {
            changed,
            repeated: repeated && !write.is_empty(),
        })
    }

    /// The prospect that has this address now.
    pub(super) fn owner_of(&self, schema: &Schema, email: &str) -> Option<u32> {
        let written = self.written_emails.get(&email.to_lowercase()).copied();
        [written, seed::id_in_email(email)]
            .into_iter()
            .flatten()
            .find(|id| {
                self.get(schema, *id)
                    .is_some_and(|prospect| prospect.has_email(schema, email))
            })
    }

    fn note_emails(&mut self, schema: &Schema, id: u32, write: &Write) {
        let emails = schema
            .field("emails")
            .and_then(|field| write.values.get(&field));
        if let Some(Value::Array(emails)) = emails {
            let emails = emails.iter().filter_map(Value::as_str);
            self.written_emails
                .extend(emails.map(|email| (email.to_lowercase(), id)));
        }
    }
}

impl Edited {
    fn lay_over(&self, values: &mut BTreeMap<Field, Value>, related: &mut BTreeMap<Relation, u64>) {
        for (field, value) in &self.values.values {
            if value.is_null() {
                values.remove(field);
            } else {
                values.insert(*field, value.clone());
            }
        }
        for (relation, target) in &self.values.related {
            match target {
                Some(target) => related.insert(*relation, *target),
                None => related.remove(relation),
            };
        }
    }
}

impl Edited {
    /// Whether a write would leave some value another than it is.
    fn is_changed_by(&self, schema: &Schema, id: u32, users: u64, write: &Write) -> bool {
        let written = &self.values;
        let value_changes = write.values.iter().any(|(field, value)| {
            if let Some(before) = written.values.get(field) {
                return before != value;
            }
            let attribute = schema.attributes.get(*field);
            let seeded = attribute.and_then(|attribute| seed::attribute(id, &attribute.name));
            seeded.unwrap_or_default() != *value
        });
        let target_changes = write.related.iter().any(|(relation, target)| {
            let seeded = || {
                let relationship = schema.relationships.get(*relation)?;
                seed::related(id, &relationship.name, users)
            };
            let before = written.related.get(relation).copied();
            before.unwrap_or_else(seeded) != *target
        });
        value_changes || target_changes
    }
}

impl Values {
    fn take(&mut self, schema: &Schema, write: &Write, user: u64, now: Timestamp) {
        self.values.extend(write.values.clone());
        self.related.extend(write.related.clone());
        stamp_opt_outs(schema, write, &mut self.values, now);
        if let Some((updater, _)) = schema.relation("updater") {
            self.related.insert(updater, Some(user));
        }
    }
}

impl Made {
    fn after(
        &mut self,
        before: &Arc<Values>,
        by: (u64, u64, Timestamp),
        make: impl FnOnce() -> Values,
    ) -> Arc<Values> {
        if self.by != Some(by) {
            self.by = Some(by);
            self.results.clear();
        }
        let address = Arc::as_ptr(before).addr();
        let (_, result) = self
            .results
            .entry(address)
            .or_insert_with(|| (Arc::clone(before), Arc::new(make())));
        Arc::clone(result)
    }
}

impl Write {
    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty() && self.related.is_empty()
    }

    /// The same for the same values.
    pub(super) fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for (field, value) in &self.values {
            (field, value.to_string()).hash(&mut hasher);
        }
        self.related.hash(&mut hasher);
        hasher.finish()
    }

    /// The written names and values, for the request log.
    pub(super) fn named(&self, schema: &Schema) -> serde_json::Map<String, Value> {
        let values = self.values.iter().filter_map(|(field, value)| {
            let attribute = schema.attributes.get(*field)?;
            Some((attribute.name.clone(), value.clone()))
        });
        let related = self.related.iter().filter_map(|(relation, target)| {
            let relationship = schema.relationships.get(*relation)?;
            Some((relationship.name.clone(), json!(target)))
        });
        values.chain(related).collect()
    }
}

impl Prospect {
    pub(super) fn value(&self, schema: &Schema, name: &str) -> Option<&Value> {
        self.values.get(&schema.field(name)?)
    }

    pub(super) fn text(&self, schema: &Schema, name: &str) -> &str {
        self.value(schema, name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    pub(super) fn set(&mut self, schema: &Schema, name: &str, value: Value) {
        if let Some(field) = schema.field(name) {
            self.values.insert(field, value);
        }
    }

    fn has_email(&self, schema: &Schema, email: &str) -> bool {
        let emails = self.value(schema, "emails").and_then(Value::as_array);
        emails.is_some_and(|emails| {
            emails
                .iter()
                .filter_map(Value::as_str)
                .any(|own| own.eq_ignore_ascii_case(email))
        })
    }

    /// Every attribute by name, null where there is no value.
    pub(super) fn attributes(&self, schema: &Schema) -> serde_json::Map<String, Value> {
        schema
            .attributes
            .iter()
            .enumerate()
            .map(|(field, attribute)| {
                let value = self.values.get(&field).cloned().unwrap_or_default();
                (attribute.name.clone(), value)
            })
            .collect()
    }

    /// Fills the read-only attributes that follow from others.
    fn derive(&mut self, schema: &Schema) {
        let first_name = self.text(schema, "firstName");
        let last_name = self.text(schema, "lastName");
        let name = format!("{first_name} {last_name}").trim().to_owned();
        if !name.is_empty() {
            self.set(schema, "name", json!(name));
        }
        let time_zone = self.text(schema, "timeZone").to_owned();
        if time_zone.contains('/') {
            self.set(schema, "timeZoneIana", json!(time_zone));
        }
    }
}

/// Opting out or in stamps its own time, which nobody can write directly.
fn stamp_opt_outs(
    schema: &Schema,
    write: &Write,
    values: &mut BTreeMap<Field, Value>,
    now: Timestamp,
) {
    for (flag, stamp) in [
        ("optedOut", "optedOutAt"),
        ("emailsOptStatus", "emailsOptedAt"),
        ("callsOptStatus", "callsOptedAt"),
    ] {
        let (Some(flag), Some(stamp)) = (schema.field(flag), schema.field(stamp)) else {
            continue;
        };
        match write.values.get(&flag) {
            None => {}
            Some(Value::Null | Value::Bool(false)) => {
                values.insert(stamp, Value::Null);
            }
            Some(_) => {
                values.insert(stamp, json!(date_time(now)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(schema: &Schema, name: &str, value: Value) -> Write {
        let mut write = Write::default();
        write.values.insert(schema.field(name).unwrap(), value);
        write
    }

    #[test]
    fn repeats_and_real_changes_are_told_apart() {
        let schema = Schema::load().unwrap();
        let mut prospects = Prospects::seeded(3, 5);
        let mut apply = |name: &str, value: Value| {
            let write = write(&schema, name, value);
            let applied = prospects.apply(&schema, 2, &write, TOKEN_USER, Timestamp::UNIX_EPOCH);
            let Applied { changed, repeated } = applied.unwrap();
            (changed, repeated)
        };
        assert_eq!(apply("custom20", json!("realized")), (true, false));
        assert_eq!(apply("custom20", json!("realized")), (false, true));
        assert_eq!(apply("custom20", json!("exited")), (true, false));
        assert_eq!(apply("custom20", json!("realized")), (true, false));
        assert_eq!(apply("custom21", Value::Null), (false, false));
    }

    #[test]
    fn unknown_prospects_stay_unknown() {
        let schema = Schema::load().unwrap();
        let mut prospects = Prospects::seeded(3, 5);
        let change = write(&schema, "title", json!("x"));
        for id in [0, 4] {
            assert!(prospects.get(&schema, id).is_none());
            let applied = prospects.apply(&schema, id, &change, TOKEN_USER, Timestamp::UNIX_EPOCH);
            assert_eq!(applied, None);
        }
    }

    #[test]
    fn derived_attributes_follow_what_they_derive_from() {
        let schema = Schema::load().unwrap();
        let mut prospects = Prospects::seeded(1, 5);
        for (name, value) in [
            ("firstName", json!("Sally")),
            ("lastName", Value::Null),
            ("optedOut", json!(true)),
        ] {
            let change = write(&schema, name, value);
            prospects.apply(&schema, 1, &change, TOKEN_USER, Timestamp::UNIX_EPOCH);
        }
        let attributes = prospects.get(&schema, 1).unwrap().attributes(&schema);
        assert_eq!(attributes["name"], "Sally");
        assert_eq!(attributes["lastName"], Value::Null);
        assert_eq!(attributes["optedOutAt"], "1970-01-01T00:00:00.000Z");
        assert_eq!(attributes["updatedAt"], "1970-01-01T00:00:00.000Z");
        assert_eq!(attributes.len(), 230);
    }
}
