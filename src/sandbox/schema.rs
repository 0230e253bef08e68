//! What a prospect is made of: the provider's published attributes and relationships, and the org's custom-field labels.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The position of an attribute in [`Schema::attributes`].
pub(super) type Field = usize;

/// The position of a relationship in [`Schema::relationships`].
pub(super) type Relation = usize;

/// All attributes and relationships of a prospect.
#[derive(Debug)]
pub(super) struct Schema {
    pub(super) attributes: Vec<Attribute>,
    pub(super) relationships: Vec<Relationship>,
    /// The custom fields the org has given a label, in the order of their numbers.
    pub(super) labelled: Vec<CustomField>,
    fields: BTreeMap<String, Field>,
    rules: BTreeMap<Field, usize>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Attribute {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) max_length: Option<usize>,
    #[serde(default)]
    pub(super) read_only: bool,
    #[serde(default)]
    pub(super) filterable: bool,
}

/// The JSON form of an attribute's value.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Text,
    Date,
    DateTime,
    Integer,
    Number,
    Boolean,
    Emails,
    Texts,
    Histogram,
}

#[derive(Debug, Deserialize)]
pub(super) struct Relationship {
    pub(super) name: String,
    pub(super) cardinality: Cardinality,
    #[serde(default)]
    pub(super) target: String,
    #[serde(default)]
    pub(super) writable: bool,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Cardinality {
    ToOne,
    ToMany,
    LinkOnly,
}

/// A custom field as an admin has set it up.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct CustomField {
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: CustomKind,
    pub(super) label: String,
    pub(super) definition: Option<Vec<String>>,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum CustomKind {
    String,
    Inclusion,
    Date,
    Numerical,
}

#[derive(Deserialize)]
struct Published {
    custom_fields: usize,
    custom_max_length: usize,
    attributes: Vec<Attribute>,
    relationships: Vec<Relationship>,
}

impl Schema {
    pub(super) fn load() -> Result<Self, serde_json::Error> {
        let published: Published =
            serde_json::from_str(include_str!("../../assets/sandbox/prospect-schema.json"))?;
        let labelled: Vec<CustomField> =
            serde_json::from_str(include_str!("../../assets/sandbox/custom-fields.json"))?;
        let mut attributes = published.attributes;
        attributes.extend((1..=published.custom_fields).map(|number| Attribute {
            name: format!("custom{number}"),
            kind: Kind::Text,
            max_length: Some(published.custom_max_length),
            read_only: false,
            filterable: false,
        }));
        let fields: BTreeMap<_, _> = attributes
            .iter()
            .enumerate()
            .map(|(field, attribute)| (attribute.name.clone(), field))
            .collect();
        let rules = labelled
            .iter()
            .enumerate()
            .filter_map(|(rule, custom)| Some((*fields.get(&custom.name)?, rule)))
            .collect();
        Ok(Self {
            attributes,
            relationships: published.relationships,
            labelled,
            fields,
            rules,
        })
    }

    pub(super) fn field(&self, name: &str) -> Option<Field> {
        self.fields.get(name).copied()
    }

    pub(super) fn attribute(&self, name: &str) -> Option<(Field, &Attribute)> {
        let field = self.field(name)?;
        Some((field, self.attributes.get(field)?))
    }

    /// The admin's set-up of a custom field, if it has one.
    pub(super) fn rule(&self, field: Field) -> Option<&CustomField> {
        self.labelled.get(*self.rules.get(&field)?)
    }

    pub(super) fn relation(&self, name: &str) -> Option<(Relation, &Relationship)> {
        self.relationships
            .iter()
            .enumerate()
            .find(|(_, relationship)| relationship.name == name)
    }

    /// The body of `GET /types`. Unused slots are listed as well, without a label.
    pub(super) fn types(&self) -> Value {
        let validations: serde_json::Map<_, _> = self
            .attributes
            .iter()
            .enumerate()
            .filter(|(_, attribute)| attribute.name.starts_with("custom"))
            .map(|(field, attribute)| {
                let custom = self.rule(field);
                let rule = json!({
                    "type": custom.map_or(CustomKind::String, |custom| custom.kind),
                    "required": false,
                    "label": custom.map(|custom| &custom.label),
                    "definition": custom.and_then(|custom| custom.definition.as_ref()),
                });
                (attribute.name.clone(), rule)
            })
            .collect();
        json!({"data": [
            {"type": "Account", "meta": {"validations": {
                "custom1": {"type": "string", "required": false, "label": "Industry segment", "definition": null},
            }}},
            {"type": "Prospect", "meta": {"validations": validations}},
        ]})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_the_published_counts() {
        let schema = Schema::load().unwrap();
        let count = |test: fn(&Attribute) -> bool| {
            schema
                .attributes
                .iter()
                .filter(|attribute| test(attribute))
                .count()
        };
        assert_eq!(schema.attributes.len(), 230);
        assert_eq!(count(|attribute| attribute.read_only), 16);
        assert_eq!(count(|attribute| attribute.filterable), 17);
        assert_eq!(schema.relationships.len(), 21);
        assert_eq!(schema.rules.len(), schema.labelled.len());
    }

    #[test]
    fn only_labelled_fields_have_a_label() {
        let types = Schema::load().unwrap().types();
        let fields = &types["data"][1]["meta"]["validations"];
        assert_eq!(fields["custom1"]["label"], "Gold customers");
        assert_eq!(fields["custom150"]["label"], Value::Null);
        assert_eq!(fields["custom7"]["type"], "inclusion");
        let options = fields["custom7"]["definition"].as_array().unwrap();
        assert!(!options.contains(&json!("realized")));
    }
}
