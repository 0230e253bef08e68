//! Prospects as JSON:API resources, written straight from what is stored.

use std::collections::BTreeSet;

use serde::{
    Serialize, Serializer,
    ser::{SerializeMap as _, SerializeSeq as _},
};
use serde_json::{Value, json};

use super::{
    prospects::Prospect,
    schema::{Cardinality, Relationship, Schema},
};

/// What every resource of one answer has in common.
#[derive(Clone, Copy)]
pub(super) struct Style<'a> {
    pub(super) schema: &'a Schema,
    /// Where the API lives, as the client sees it.
    pub(super) base: &'a str,
    /// The only attributes and relationships wanted.
    pub(super) fields: Option<&'a BTreeSet<String>>,
    /// The ids whose `meta` says that they cannot be written, if `meta` is wanted.
    pub(super) read_only: Option<&'a BTreeSet<u32>>,
}

/// One prospect.
pub(super) struct Resource<'a> {
    pub(super) style: Style<'a>,
    pub(super) prospect: &'a Prospect,
}

/// Several prospects.
pub(super) struct Resources<'a> {
    pub(super) style: Style<'a>,
    pub(super) prospects: &'a [Prospect],
}

struct Attributes<'a>(&'a Resource<'a>);

struct Relationships<'a>(&'a Resource<'a>);

impl Style<'_> {
    fn wants(&self, name: &str) -> bool {
        self.fields.is_none_or(|fields| fields.contains(name))
    }
}

impl Serialize for Resource<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let id = self.prospect.id;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", "prospect")?;
        map.serialize_entry("id", &id)?;
        map.serialize_entry("attributes", &Attributes(self))?;
        map.serialize_entry("relationships", &Relationships(self))?;
        let url = format!("{}/prospects/{id}", self.style.base);
        map.serialize_entry("links", &json!({ "self": url }))?;
        if let Some(read_only) = self.style.read_only {
            let can_write = !read_only.contains(&id);
            let meta = json!({"canWrite": can_write, "canDelete": can_write});
            map.serialize_entry("meta", &meta)?;
        }
        map.end()
    }
}

impl Serialize for Resources<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.prospects.len()))?;
        for prospect in self.prospects {
            let style = self.style;
            list.serialize_element(&Resource { style, prospect })?;
        }
        list.end()
    }
}

impl Serialize for Attributes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Resource { style, prospect } = self.0;
        let mut map = serializer.serialize_map(None)?;
        for (field, attribute) in style.schema.attributes.iter().enumerate() {
            if style.wants(&attribute.name) {
                let value = prospect.values.get(&field).unwrap_or(&Value::Null);
                map.serialize_entry(&attribute.name, value)?;
            }
        }
        map.end()
    }
}

impl Serialize for Relationships<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Resource { style, prospect } = self.0;
        let mut map = serializer.serialize_map(None)?;
        for (relation, relationship) in style.schema.relationships.iter().enumerate() {
            if style.wants(&relationship.name) {
                let target = prospect.related.get(&relation).copied();
                let value = self.0.relationship(relationship, target);
                map.serialize_entry(&relationship.name, &value)?;
            }
        }
        map.end()
    }
}

impl Resource<'_> {
    fn relationship(&self, relationship: &Relationship, target: Option<u64>) -> Value {
        let kind = &relationship.target;
        let links = || {
            let (base, id) = (self.style.base, self.prospect.id);
            let path = &relationship.name;
            json!({"related": format!("{base}/{path}?filter%5Bprospect%5D%5Bid%5D={id}")})
        };
        match relationship.cardinality {
            Cardinality::ToOne => {
                json!({"data": target.map(|target| json!({"type": kind, "id": target}))})
            }
            Cardinality::ToMany => json!({"data": [], "links": links()}),
            Cardinality::LinkOnly => json!({"links": links()}),
        }
    }
}
