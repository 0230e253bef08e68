//! Every refusal of the sandbox. The document declares few of them, so their bodies meet our own expectations here.

use audience_sync::sandbox::{Adjustments, Fault};
use reqwest::{
    Method,
    header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER},
};
use serde_json::{Value, json};

use crate::bench::{Answer, Bench, MEDIA};

pub(crate) async fn all(bench: &Bench) {
    unknown_questions(bench).await;
    unknown_records(bench).await;
    refused_writes(bench).await;
    unchanged_emails(bench).await;
    wrong_media(bench).await;
    no_good_token(bench).await;
    spent_limit(bench).await;
    failures(bench).await;
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    let value = headers.get(name).unwrap_or_else(|| panic!("no {name}"));
    value.to_str().unwrap()
}

/// An `errors` envelope with one error. `id` is null where none is known.
fn assert_error(answer: &Answer, status: u16, id: &Value, what: &str) {
    assert_eq!(answer.status, status, "{what}: {}", answer.body);
    assert_eq!(header(&answer.headers, "content-type"), MEDIA, "{what}");
    assert_limit(&answer.headers);
    let errors = answer.body["errors"].as_array().expect("errors");
    assert_eq!(errors.len(), 1, "{what}");
    assert_eq!(errors[0].get("id").unwrap_or(&Value::Null), id, "{what}");
    let detail = if status == 415 { "details" } else { "detail" };
    for key in ["title", detail] {
        let text = errors[0][key].as_str().unwrap_or_default();
        assert!(!text.is_empty(), "{what} has no {key}");
    }
    if status == 422 {
        let pointer = errors[0]["source"]["pointer"].as_str().unwrap_or_default();
        assert!(pointer.starts_with("/data"), "{what}: {pointer}");
    }
}

/// The provider announces the limit with every answer.
fn assert_limit(headers: &HeaderMap) {
    for name in [
        "x-ratelimit-limit",
        "x-ratelimit-remaining",
        "x-ratelimit-reset",
    ] {
        assert!(header(headers, name).parse::<u64>().is_ok(), "{name}");
    }
}

async fn unknown_questions(bench: &Bench) {
    for path in [
        "/prospects?filter[externalId]=1",
        "/prospects?filter[custom4]=realized",
        "/prospects?filter[tasks][id]=1",
        "/prospects?filter[id]=x",
        "/prospects?filter[id]=",
        "/prospects?newFilterSyntax=true&filter[id]=1,2",
        "/prospects?filter[updatedAt]=yesterday..inf",
        "/prospects?page[size]=0",
        "/prospects?page[size]=1001",
        "/prospects?page[after]=12",
        "/prospects?page[offset]=10",
        "/prospects?sort=updatedAt",
        "/prospects?include=owner",
        "/prospects?count=maybe",
        "/prospects?fields[prospect]=shoeSize",
        "/prospects/1?fields[prospect]=shoeSize",
        "/prospects/1?include=owner",
        "/users?page[size]=0",
        "/users?sort=email",
    ] {
        assert_error(&bench.get(path).await, 400, &Value::Null, path);
    }
}

async fn unknown_records(bench: &Bench) {
    let found = json!("resourceNotFound");
    for path in ["/prospects/1001", "/prospects/0", "/users/99", "/batches/1"] {
        assert_error(&bench.get(path).await, 404, &found, path);
    }
    let body = json!({"data": {"type": "prospect", "id": 1001}});
    assert_error(&bench.patch(1001, &body).await, 404, &found, "a write");
    let new = json!({"data": {"type": "prospect", "attributes": {"firstName": "Ada"}}}).to_string();
    for request in [
        bench.request(Method::GET, "/sequences/1"),
        bench.request(Method::GET, "/accounts"),
        bench.request(Method::DELETE, "/prospects/1"),
        bench.request(Method::POST, "/prospects").body(new),
    ] {
        let answer = bench.send(request).await;
        assert_error(&answer, 404, &json!("routeNotFound"), "another route");
    }
}

/// Writes that the document allows and the provider refuses.
async fn refused_writes(bench: &Bench) {
    let taken = bench.sandbox.prospect(2).unwrap()["emails"].clone();
    let owner = json!({"owner": {"data": {"type": "user", "id": 99}}});
    let updater = json!({"updater": {"data": {"type": "user", "id": 1}}});
    let invalid = json!("validationError");
    for (id, members, status, error) in [
        (1, json!({"attributes": {"name": "Ada"}}), 400, Value::Null),
        (
            1,
            json!({"attributes": {"custom151": "x"}}),
            400,
            Value::Null,
        ),
        (1, json!({"relationships": updater}), 400, Value::Null),
        (
            13,
            json!({"attributes": {"title": "CEO"}}),
            403,
            json!("unauthorizedRequest"),
        ),
        (
            1,
            json!({"attributes": {"custom7": "realized"}}),
            422,
            invalid.clone(),
        ),
        (
            1,
            json!({"attributes": {"custom8": "realized"}}),
            422,
            invalid.clone(),
        ),
        (
            1,
            json!({"attributes": {"custom10": "realized"}}),
            422,
            invalid.clone(),
        ),
        (
            1,
            json!({"attributes": {"callsOptStatus": "perhaps"}}),
            422,
            invalid.clone(),
        ),
        (
            1,
            json!({"attributes": {"emails": taken}}),
            422,
            invalid.clone(),
        ),
        (1, json!({"relationships": owner}), 422, invalid.clone()),
        (1, json!({"type": "user"}), 422, invalid.clone()),
        (1, json!({"id": 2}), 422, invalid),
    ] {
        let body = document(id, &members);
        let answer = bench.patch(id, &body).await;
        assert_error(&answer, status, &error, &body.to_string());
    }
}

/// These members of `data` beside or instead of the usual ones.
fn document(id: u32, members: &Value) -> Value {
    let mut data = json!({"type": "prospect", "id": id});
    let members = members.as_object().unwrap().clone();
    data.as_object_mut().unwrap().extend(members);
    json!({ "data": data })
}

async fn unchanged_emails(bench: &Bench) {
    refuse_unchanged_emails(bench, true);
    let emails = bench.sandbox.prospect(1).unwrap()["emails"].clone();
    let body = json!({"data": {"type": "prospect", "id": 1, "attributes": {"emails": emails}}});
    let answer = bench.patch(1, &body).await;
    assert_error(
        &answer,
        422,
        &json!("validationDuplicateValueError"),
        "unchanged emails",
    );
    refuse_unchanged_emails(bench, false);
}

fn refuse_unchanged_emails(bench: &Bench, refuse: bool) {
    bench.sandbox.adjust(Adjustments {
        refuse_unchanged_emails: Some(refuse),
        ..Adjustments::default()
    });
}

async fn wrong_media(bench: &Bench) {
    let unsupported = json!("unsupportedMediaType");
    let bare = |method, path| bench.bare(method, path).bearer_auth(&bench.token);
    for path in ["/prospects", "/prospects/1", "/users", "/users/1"] {
        let answer = bench.send(bare(Method::GET, path)).await;
        assert_error(&answer, 415, &unsupported, path);
    }
    let body = json!({"data": {"type": "prospect", "id": 1}}).to_string();
    let write = bare(Method::PATCH, "/prospects/1").header(CONTENT_TYPE, "application/json");
    let answer = bench.send(write.body(body)).await;
    assert_error(&answer, 415, &unsupported, "a write");
}

/// The gateway speaks, not the API: its body has a shape of its own, and it knows no limit of a user.
async fn no_good_token(bench: &Bench) {
    for path in [
        "/prospects",
        "/prospects/1",
        "/users",
        "/users/1",
        "/types",
        "",
    ] {
        let request = bench
            .bare(Method::GET, path)
            .bearer_auth("stale")
            .header(CONTENT_TYPE, MEDIA);
        let answer = bench.send(request).await;
        assert_eq!(answer.status, 401, "{path}");
        assert_eq!(header(&answer.headers, "content-type"), "application/json");
        let said = ["error", "description"].map(|key| answer.body[key].is_string());
        assert_eq!(said, [true, true], "{}", answer.body);
    }
}

async fn spent_limit(bench: &Bench) {
    let limit = |limit| {
        bench.sandbox.adjust(Adjustments {
            limit: Some(limit),
            reset_window: true,
            ..Adjustments::default()
        });
    };
    limit(0);
    let exceeded = json!("rateLimitExceeded");
    let body = json!({"data": {"type": "prospect", "id": 1}});
    let answers = [
        bench.get("/prospects").await,
        bench.get("/prospects/1").await,
        bench.get("/users").await,
        bench.get("/users/1").await,
        bench.patch(1, &body).await,
    ];
    for answer in answers {
        assert_error(&answer, 429, &exceeded, "a spent limit");
        assert_eq!(header(&answer.headers, "x-ratelimit-remaining"), "0");
        assert!(answer.headers.contains_key(RETRY_AFTER));
    }
    limit(10_000);
}

async fn failures(bench: &Bench) {
    for (status, id) in [
        (500, Some("internalServerError")),
        (502, None),
        (503, Some("scheduledServerMaintenance")),
        (504, None),
    ] {
        let fault = Fault {
            status: Some(status),
            ..Fault::default()
        };
        bench.sandbox.add_fault(fault).unwrap();
        let answer = bench.get("/prospects/1").await;
        if let Some(id) = id {
            assert_error(&answer, status, &json!(id), id);
        } else {
            assert_eq!(answer.status, status);
            assert!(header(&answer.headers, "content-type").starts_with("text/html"));
        }
    }
}
