//! Whether the judge judges: what is wrong on purpose has to be found, in a request and in an answer.

use audience_sync::sandbox::{Fault, FaultKind};
use reqwest::Method;
use serde_json::{Value, json};

use crate::bench::Bench;

/// What the document forbids; the sandbox, which reads no document, refuses it as well.
async fn wrong_requests(bench: &Bench) {
    let with = |attributes: Value| json!({"data": {"type": "prospect", "id": 1, "attributes": attributes}});
    for body in [
        json!({"data": {"type": "prospect", "id": "1"}}),
        json!({"data": {"type": "prospect"}}),
        json!({"data": {"id": 1}}),
        with(json!({"firstName": 5})),
        with(json!({"firstName": "x".repeat(256)})),
        with(json!({"custom4": "x".repeat(32_001)})),
        with(json!({"custom4": true})),
        with(json!({"dateOfBirth": "31/12/1990"})),
        with(json!({"availableAt": "soon"})),
        with(json!({"availableAt": "2026-11-23T10:00Z"})),
        with(json!({"availableAt": "20261123T100000Z"})),
        with(json!({"availableAt": "2026-11-23T10:00:00Z[UTC]"})),
        with(json!({"linkedInConnections": 1.5})),
        with(json!({"score": "1.5"})),
        with(json!({"optedOut": "true"})),
        with(json!({"emails": "ada@halcyon.example"})),
        with(json!({"emails": ["nobody"]})),
        with(json!({"emails": ["zoë@halcyon.example"]})),
        with(json!({"emails": ["a..b@halcyon.example"]})),
        with(json!({"emails": ["a@-b.example"]})),
        with(json!({"tags": [1]})),
    ] {
        let answer = bench.patch(1, &body).await;
        let words: String = body.to_string().chars().take(120).collect();
        assert_eq!(answer.status, 422, "{words}");
        let violations = bench.last_violations();
        assert!(!violations.is_empty(), "not found: {words}");
        for violation in violations {
            assert!(violation.is_in("request"), "{violation:?}");
        }
    }
    for (request, status) in [
        (bench.request(Method::GET, "/prospects/one"), 404),
        (bench.bare(Method::GET, "/prospects/1"), 401),
    ] {
        assert_eq!(bench.send(request).await.status, status);
        let violations = bench.last_violations();
        let [violation] = violations.as_slice() else {
            panic!("{violations:?}");
        };
        assert!(violation.is_in("request"), "{violation:?}");
    }
}

async fn wrong_answers(bench: &Bench) {
    let echo = Fault {
        kind: FaultKind::EchoOverride,
        attribute: Some("firstName".to_owned()),
        value: json!(5),
        ..Fault::default()
    };
    let answering = |status: u16, body: Value| Fault {
        kind: FaultKind::Errors,
        status: Some(status),
        body: Some(body),
        ..Fault::default()
    };
    for (path, fault) in [
        ("/prospects/1", echo),
        (
            "/prospects/1",
            answering(200, json!({"data": {"type": "prospect", "id": "1"}})),
        ),
        (
            "/prospects",
            answering(200, json!({"data": [{"type": "prospect", "id": "1"}]})),
        ),
        ("/prospects", answering(200, json!({"data": {}}))),
        ("/users/1", answering(404, json!({"errors": {"id": 5}}))),
        ("/prospects/1", answering(418, json!({}))),
    ] {
        let name = format!("{fault:?}");
        bench.sandbox.add_fault(fault).unwrap();
        bench.get(path).await;
        let violations = bench.last_violations();
        assert!(!violations.is_empty(), "not found: {name}");
        for violation in violations {
            assert!(violation.is_in("response"), "{violation:?}");
        }
    }
}

#[tokio::test]
async fn the_judge_finds_what_is_wrong() {
    let bench = Bench::start().await;
    wrong_requests(&bench).await;
    wrong_answers(&bench).await;
    bench.assert_transparent("wrong on purpose");
}
