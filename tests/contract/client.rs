//! The real client through the judge: everything it can write and ask for.

use std::{collections::BTreeMap, time::Duration};

use audience_sync::{
    model::{Access, FieldLabel, FieldSet, FieldValue, Kind, MappingId, OutreachId, Target},
    outreach::{Client, Echo, RetryPolicy},
    sandbox::Fault,
};
use secrecy::SecretString;

use crate::bench::Bench;

type Labels = BTreeMap<MappingId, FieldLabel>;

fn id(number: u64) -> OutreachId {
    OutreachId::new(number).unwrap()
}

fn customs() -> impl Iterator<Item = Target> {
    (1..=u64::from(MappingId::MAX)).map(|number| Target::custom(MappingId::new(number).unwrap()))
}

fn writable() -> impl Iterator<Item = Target> {
    Target::standard_attributes().filter(|target| target.access() != Access::ReadOnly)
}

/// As much as the attribute takes; `long` is what texts are cut from. A list cannot be filled, only cleared.
fn fullest<'a>(target: Target, labels: &'a Labels, long: &'a str) -> FieldValue<'a> {
    let label = target.mapping_id().and_then(|id| labels.get(&id));
    let is_opt_status = ["callsOptStatus", "emailsOptStatus"].contains(&&*target.name());
    match (target.kind(), label.map(|label| label.kind.as_str())) {
        (_, Some("inclusion")) => FieldValue::Text(&label.unwrap().options[0]),
        (_, Some("date")) | (Kind::Date, _) => FieldValue::Text("1990-12-31"),
        (_, Some("numerical")) => FieldValue::Text("12.5"),
        (Kind::Text(_), _) if is_opt_status => FieldValue::Text("opted_in"),
        (Kind::Text(max_length), _) => {
            let end = long.char_indices().nth(max_length.unwrap_or(1_000));
            FieldValue::Text(end.map_or(long, |(end, _)| &long[..end]))
        }
        (Kind::DateTime, _) => FieldValue::Text("2026-01-31T23:59:59.999Z"),
        (Kind::Integer, _) => FieldValue::Integer(i64::from(i32::MAX)),
        (Kind::Float, _) => FieldValue::Float(-12.25),
        (Kind::Boolean, _) => FieldValue::Boolean(true),
        (Kind::List, _) => FieldValue::Null,
    }
}

async fn write_everything(client: &Client, labels: &Labels) {
    let long = "Å".repeat(65_535);
    let mut patches: Vec<FieldSet> = vec![
        writable()
            .map(|target| (target, fullest(target, labels, &long)))
            .collect(),
        customs()
            .map(|target| (target, fullest(target, labels, "realized")))
            .collect(),
        writable()
            .chain(customs())
            .map(|target| (target, FieldValue::Null))
            .collect(),
        writable()
            .filter(|target| matches!(target.kind(), Kind::Text(_)))
            .filter(|target| target.access() != Access::Consent)
            .map(|target| (target, FieldValue::Text("")))
            .collect(),
        FieldSet::new(),
    ];
    let singles = writable().chain([1, 150].map(|n| Target::custom(MappingId::new(n).unwrap())));
    patches.extend(singles.map(|target| {
        [(target, fullest(target, labels, &long))]
            .into_iter()
            .collect()
    }));
    for patch in &patches {
        let echo = client.patch_prospect(id(42), patch).await.unwrap();
        let names: Vec<_> = patch.iter().map(|(target, _)| target).collect();
        assert_eq!(echo, Echo::Confirmed, "{names:?}");
    }
}

async fn read_everything(client: &Client) {
    let all: Vec<Target> = Target::standard_attributes().chain(customs()).collect();
    let ids: Vec<_> = (1..=250).map(id).collect();
    for fields in [all.as_slice(), &all[..1], &[]] {
        let found = client.prospects(&ids, fields).await.unwrap();
        assert_eq!(found.len(), ids.len());
        let is_whole = found
            .iter()
            .all(|prospect| prospect.values.len() == fields.len());
        assert!(is_whole, "{fields:?}");
    }
    let hidden = client
        .prospects(&[id(1), id(1_000_000)], &all)
        .await
        .unwrap();
    assert_eq!(hidden.len(), 1);
    client.check().await.unwrap();
}

async fn be_refused(client: &Client) {
    let text = |name, text| [(Target::parse(name).unwrap(), FieldValue::Text(text))];
    let email = || text("title", "CEO");
    for (number, fields, status) in [
        (1_000_000, email(), 404),
        (13, email(), 403),
        (1, text("name", "Ada"), 400),
        (1, text("custom7", "realized"), 422),
    ] {
        let fields = fields.into_iter().collect();
        let error = client
            .patch_prospect(id(number), &fields)
            .await
            .unwrap_err();
        assert_eq!(error.status(), Some(status));
    }
}

#[tokio::test]
async fn every_request_of_the_client_keeps_to_the_document() {
    let bench = Bench::start().await;
    let policy = RetryPolicy {
        base: Duration::from_millis(1),
        ..RetryPolicy::default()
    };
    let client = Client::new(&bench.forwarder.address, SecretString::from(&*bench.token))
        .unwrap()
        .with_retry(policy);
    let labels = client.prospect_field_labels().await.unwrap();
    assert_eq!(labels.len(), 27);
    write_everything(&client, &labels).await;
    read_everything(&client).await;
    be_refused(&client).await;
    let fault = Fault {
        status: Some(502),
        ..Fault::default()
    };
    bench.sandbox.add_fault(fault).unwrap();
    let again = [(Target::parse("title").unwrap(), FieldValue::Text("CEO"))]
        .into_iter()
        .collect();
    let echo = client.patch_prospect(id(1), &again).await.unwrap();
    assert_eq!(echo, Echo::Confirmed);
    client.renew(SecretString::from("stale")).unwrap();
    let error = client.check().await.unwrap_err();
    assert_eq!(error.status(), Some(401));
    assert_eq!(
        client.requests().patch + client.requests().read,
        bench.forwarder.exchanges().len() as u64
    );
    bench.assert_clean("the client's requests");
}
