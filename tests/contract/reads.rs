//! Lists and single resources, with every parameter the sandbox knows.

use serde_json::{Value, json};

use crate::bench::{Answer, Bench};

/// Attributes and relationships of a prospect.
const WHOLE: (usize, usize) = (230, 21);

pub(crate) async fn all(bench: &Bench) {
    lists(bench).await;
    pages(bench).await;
    singles(bench).await;
    users(bench).await;
    past_the_judge(bench).await;
}

/// The answer of a question that is answered.
async fn ok(bench: &Bench, path: &str) -> Answer {
    let answer = bench.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer
}

fn ids(body: &Value) -> Vec<u64> {
    let rows = body["data"].as_array().expect("rows");
    rows.iter().map(|row| row["id"].as_u64().unwrap()).collect()
}

fn size(resource: &Value) -> (usize, usize) {
    let count = |key: &str| resource[key].as_object().expect(key).len();
    (count("attributes"), count("relationships"))
}

async fn lists(bench: &Bench) {
    for (query, expected) in [
        ("filter[id]=3,1,2", &[1, 2, 3][..]),
        ("filter[id]=5..7", &[5, 6, 7]),
        ("filter[id]=998..inf", &[998, 999, 1000]),
        ("filter[id]=2000", &[]),
        (
            "newFilterSyntax=true&filter[id][]=9&filter[id][]=4",
            &[4, 9],
        ),
        ("filter[id]=1,2&filter[updatedAt]=2020-01-01..inf", &[1, 2]),
        (
            "newFilterSyntax=true&filter[id]=1&filter[updatedAt][gte]=2020-01-01",
            &[1],
        ),
        ("filter[id]=1,2&filter[title]=__null__", &[]),
        ("filter[id]=1,2&filter[lastName]=__notnull__", &[1, 2]),
        ("filter[id]=1&sort=id&provideDataConnections=true", &[1]),
    ] {
        let answer = ok(bench, &format!("/prospects?{query}")).await;
        assert_eq!(ids(&answer.body), expected, "{query}");
        assert_eq!(answer.body["meta"]["count"], expected.len(), "{query}");
        assert_eq!(answer.body.get("links").is_none(), expected.is_empty());
        for row in answer.body["data"].as_array().unwrap() {
            assert_eq!(size(row), WHOLE);
        }
    }
    for relation in ["owner", "stage", "persona", "account"] {
        let path = format!("/prospects?filter[{relation}][id]=1&page[size]=3");
        for row in ok(bench, &path).await.body["data"].as_array().unwrap() {
            assert_eq!(row["relationships"][relation]["data"]["id"], 1, "{path}");
        }
    }
}

async fn pages(bench: &Bench) {
    let mut target =
        "/prospects?filter[id]=5..12&page[size]=3&fields[prospect]=firstName,owner".to_owned();
    let mut seen = Vec::new();
    loop {
        let answer = ok(bench, &target).await;
        seen.extend(ids(&answer.body));
        assert_eq!(size(&answer.body["data"][0]), (1, 1));
        // The link leads to the sandbox itself, past the judge.
        match answer.body["links"]["next"].as_str() {
            Some(next) => next
                .split_once("/api/v2")
                .unwrap()
                .1
                .clone_into(&mut target),
            None => break,
        }
    }
    assert_eq!(seen, (5..=12).collect::<Vec<_>>());
    let first = ok(bench, "/prospects").await.body;
    assert_eq!(
        (ids(&first).len(), &first["meta"]["count"]),
        (50, &json!(1000))
    );
    let largest = ok(
        bench,
        "/prospects?page[size]=1000&count=false&fields[prospect]=",
    )
    .await
    .body;
    assert_eq!((ids(&largest).len(), largest.get("meta")), (1000, None));
    let rights = ok(
        bench,
        "/prospects?filter[id]=12,13&provideAuthorizationMeta=true",
    )
    .await
    .body;
    let can_write = |row: usize| &rights["data"][row]["meta"]["canWrite"];
    assert_eq!((can_write(0), can_write(1)), (&json!(true), &json!(false)));
}

async fn singles(bench: &Bench) {
    for (path, expected) in [
        ("/prospects/7", WHOLE),
        (
            "/prospects/7?fields[prospect]=firstName,custom4,owner",
            (2, 1),
        ),
        ("/prospects/7?provideAuthorizationMeta=true", WHOLE),
    ] {
        let body = ok(bench, path).await.body;
        assert_eq!(
            (&body["data"]["type"], &body["data"]["id"]),
            (&json!("prospect"), &json!(7))
        );
        assert_eq!(size(&body["data"]), expected, "{path}");
    }
}

async fn users(bench: &Bench) {
    let everyone = ok(bench, "/users").await.body;
    let email = everyone["data"][0]["attributes"]["email"].as_str().unwrap();
    let by_email = format!("/users?filter[email]={email}");
    for (path, expected) in [
        (by_email.as_str(), 1),
        ("/users?filter[id]=1,2", 2),
        ("/users?filter[email]=nobody@halcyon.example", 0),
        ("/users?page[size]=1&count=false&fields[user]=", 1),
        ("/users?page[size]=2&fields[user]=email,name", 2),
    ] {
        assert_eq!(ids(&ok(bench, path).await.body).len(), expected, "{path}");
    }
    let one = ok(bench, "/users/1").await.body;
    assert_eq!(one["data"]["attributes"]["email"], email);
}

async fn past_the_judge(bench: &Bench) {
    assert!(ok(bench, "").await.body["meta"].is_object());
    let types = ok(bench, "/types").await.body;
    let rows = types["data"].as_array().unwrap();
    let prospect = rows.iter().find(|row| row["type"] == "Prospect").unwrap();
    let fields = prospect["meta"]["validations"].as_object().unwrap();
    assert_eq!(fields.len(), 150);
    let unread: Vec<_> = bench
        .forwarder
        .exchanges()
        .into_iter()
        .filter(|exchange| exchange.verdict.is_none())
        .map(|exchange| exchange.target)
        .collect();
    assert_eq!(unread, ["/api/v2", "/api/v2/types"]);
}
