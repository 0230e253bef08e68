//! The tables of attributes that client and sandbox each carry, against the published one.

use std::collections::{BTreeMap, BTreeSet};

use audience_sync::{
    model::{Access, Kind, MappingId, Target},
    sandbox::{Sandbox, Settings},
};
use serde_json::Value;

use crate::documents;

type Table = BTreeMap<String, (Kind, Access)>;

fn published() -> Table {
    let document = documents::attributes();
    let rows = document["attributes"].as_array().unwrap().iter();
    rows.map(|row| {
        let name = row["name"].as_str().unwrap().to_owned();
        (name, (kind(row), access(row)))
    })
    .collect()
}

fn kind(row: &Value) -> Kind {
    let max_length = row["maxLength"].as_u64();
    match (row["type"].as_str().unwrap(), row["format"].as_str()) {
        ("string", None) => Kind::Text(max_length.map(|length| length.try_into().unwrap())),
        ("string", Some("date")) => Kind::Date,
        ("string", Some("date-time")) => Kind::DateTime,
        ("integer", None) => Kind::Integer,
        ("number", Some("float")) => Kind::Float,
        ("boolean", None) => Kind::Boolean,
        ("array", None) => Kind::List,
        other => panic!("an unknown type: {other:?}"),
    }
}

fn access(row: &Value) -> Access {
    match row["readOnly"].as_bool().unwrap() {
        true => Access::ReadOnly,
        false if row["consent"].as_bool().unwrap() => Access::Consent,
        false => Access::Writable,
    }
}

#[test]
fn the_models_attributes_are_the_published_ones() {
    let published = published();
    let custom =
        (1..=u64::from(MappingId::MAX)).map(|n| Target::custom(MappingId::new(n).unwrap()));
    let own: Table = Target::standard_attributes()
        .chain(custom)
        .map(|target| (target.name().into_owned(), (target.kind(), target.access())))
        .collect();
    assert_eq!(Target::standard_attributes().count(), 80);
    assert_eq!(own, published);
    assert_eq!(
        own["custom150"],
        (Kind::Text(Some(32_000)), Access::Writable)
    );
}

#[tokio::test]
async fn the_sandboxs_attributes_are_the_published_ones() {
    let published = published();
    let sandbox = Sandbox::start(Settings::default()).await.unwrap();
    let prospect = sandbox.prospect(1).unwrap();
    let own: BTreeSet<&String> = prospect.keys().collect();
    assert_eq!(own, published.keys().collect());
}
