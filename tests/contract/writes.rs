//! Writes that the client itself never sends: lists and relationships.

use audience_sync::sandbox::{Fault, FaultKind};
use serde_json::{Value, json};

use crate::bench::Bench;

pub(crate) async fn all(bench: &Bench) {
    let phones = json!(["+46 8 123 45 67", "+1 206 555 0100"]);
    for attributes in [
        json!({"emails": ["zoe@halcyon.example", "z.o'e+2@halcyon-labs.example"]}),
        json!({"tags": ["vip", ""], "homePhones": phones, "mobilePhones": phones, "otherPhones": phones}),
        json!({"voipPhones": phones, "workPhones": phones}),
        json!({"emails": [], "tags": [], "homePhones": [], "mobilePhones": null}),
        json!({"availableAt": "2026-11-23T10:00:00.000Z", "addedAt": "2026-11-23T10:00:00+01:00"}),
        json!({"optedOut": true}),
        json!({"optedOut": false, "emailOptedOut": true, "callOptedOut": true}),
    ] {
        let echo = write(bench, &json!({ "attributes": attributes })).await;
        for (name, value) in attributes.as_object().unwrap() {
            assert_eq!(echo["attributes"][name], *value, "{name}");
        }
    }
    for (name, kind) in [
        ("account", "account"),
        ("owner", "user"),
        ("persona", "persona"),
        ("stage", "stage"),
    ] {
        for target in [json!({"type": kind, "id": 2}), Value::Null] {
            let echo = write(bench, &json!({"relationships": {name: {"data": target}}})).await;
            assert_eq!(echo["relationships"][name]["data"], target, "{name}");
        }
    }
    write(bench, &json!({})).await;
    late(bench).await;
}

/// Sends these members of `data` and returns the echo.
async fn write(bench: &Bench, members: &Value) -> Value {
    let mut data = members.clone();
    data["type"] = json!("prospect");
    data["id"] = json!(9);
    let mut answer = bench.patch(9, &json!({ "data": data })).await;
    assert_eq!(answer.status, 200, "{members}: {}", answer.body);
    assert_eq!(answer.body["data"]["id"], 9);
    answer.body["data"].take()
}

async fn late(bench: &Bench) {
    let fault = Fault {
        kind: FaultKind::Slow,
        ms: Some(1),
        ..Fault::default()
    };
    bench.sandbox.add_fault(fault).unwrap();
    write(bench, &json!({"attributes": {"title": "Late"}})).await;
}
