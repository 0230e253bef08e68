//! The control routes under `/_control`: what tests and the page set and see, past the API.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, Query, State, rejection::JsonRejection},
    http::StatusCode,
    response::Response,
    routing::get,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    adjust::Adjustments,
    answer::Answer,
    fault::Fault,
    prospects::{OTHER_USER, Prospect, Write},
    schema::Schema,
    state::{Shared, World},
};

/// Rows the page gets at most in one piece.
const LARGEST_PAGE: usize = 500;

/// One fault or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Ordered {
    Many(Vec<Value>),
    One(Value),
}

#[derive(Deserialize)]
#[serde(default)]
struct Since {
    after: u64,
    last: usize,
}

impl Default for Since {
    fn default() -> Self {
        Self {
            after: 0,
            last: usize::MAX,
        }
    }
}

#[derive(Deserialize)]
#[serde(default)]
struct Search {
    #[serde(rename = "search")]
    words: String,
    offset: usize,
    size: usize,
}

impl Default for Search {
    fn default() -> Self {
        Self {
            words: String::new(),
            offset: 0,
            size: 50,
        }
    }
}

type SharedState = State<Arc<Shared>>;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route(
            "/_control/faults",
            get(list_faults).post(add_faults).delete(clear_faults),
        )
        .route(
            "/_control/requests",
            get(list_requests).delete(clear_requests),
        )
        .route(
            "/_control/settings",
            get(show_settings).post(change_settings),
        )
        .route("/_control/prospects", get(list_prospects))
        .route(
            "/_control/prospects/{id}",
            get(show_prospect).post(change_prospect),
        )
}

async fn list_faults(State(shared): SharedState) -> Response {
    ok(&json!({ "faults": shared.world().faults.pending() }))
}

async fn add_faults(
    State(shared): SharedState,
    body: Result<Json<Ordered>, JsonRejection>,
) -> Response {
    let values = match body {
        Ok(Json(Ordered::One(value))) => vec![value],
        Ok(Json(Ordered::Many(values))) => values,
        Err(rejection) => return refuse(&rejection.body_text()),
    };
    let faults: Result<Vec<Fault>, String> = values.into_iter().map(read_fault).collect();
    match faults {
        Ok(faults) => {
            let mut world = shared.world();
            for fault in faults {
                world.faults.add(fault);
            }
            ok(&json!({ "faults": world.faults.pending() }))
        }
        Err(error) => refuse(&error),
    }
}

fn read_fault(value: Value) -> Result<Fault, String> {
    let fault: Fault = serde_json::from_value(value).map_err(|error| error.to_string())?;
    fault.check()?;
    Ok(fault)
}

async fn clear_faults(State(shared): SharedState) -> Response {
    shared.world().faults.clear();
    ok(&json!({ "faults": [] }))
}

async fn list_requests(State(shared): SharedState, Query(since): Query<Since>) -> Response {
    let world = shared.world();
    let newer = |entry: &&_| -> bool {
        let entry: &super::LoggedRequest = entry;
        entry.sequence > since.after
    };
    let mut requests: Vec<_> = world
        .log
        .entries()
        .rev()
        .take_while(newer)
        .take(since.last)
        .collect();
    requests.reverse();
    ok(&json!({ "counters": world.log.counters, "requests": requests }))
}

async fn clear_requests(State(shared): SharedState) -> Response {
    shared.world().log.clear();
    ok(&json!({}))
}

async fn show_settings(State(shared): SharedState) -> Response {
    ok(&shared.world().settings())
}

async fn change_settings(
    State(shared): SharedState,
    body: Result<Json<Adjustments>, JsonRejection>,
) -> Response {
    match body {
        Ok(Json(adjustments)) => {
            let mut world = shared.world();
            world.adjust(adjustments);
            ok(&world.settings())
        }
        Err(rejection) => refuse(&rejection.body_text()),
    }
}

async fn show_prospect(State(shared): SharedState, Path(id): Path<u32>) -> Response {
    let prospect = shared.world().prospects.get(&shared.schema, id);
    match prospect {
        Some(prospect) => ok(&prospect.attributes(&shared.schema)),
        None => unknown(id),
    }
}

/// Sets attributes as somebody else in Outreach would: past checks, limits and the log.
async fn change_prospect(
    State(shared): SharedState,
    Path(id): Path<u32>,
    body: Result<Json<Map<String, Value>>, JsonRejection>,
) -> Response {
    let values = match body {
        Ok(Json(values)) => values,
        Err(rejection) => return refuse(&rejection.body_text()),
    };
    match shared.world().set_attributes(&shared.schema, id, values) {
        Ok(Some(prospect)) => ok(&prospect.attributes(&shared.schema)),
        Ok(None) => unknown(id),
        Err(name) => refuse(&format!("'{name}' is not an attribute of 'prospect'")),
    }
}

async fn list_prospects(State(shared): SharedState, Query(search): Query<Search>) -> Response {
    let schema = &shared.schema;
    let world = shared.world();
    let wanted = search.words.trim().to_lowercase();
    let size = search.size.min(LARGEST_PAGE);
    let n_prospects = usize::try_from(world.prospects.len()).unwrap_or(usize::MAX);
    let shown = search.offset..search.offset.saturating_add(size);
    let mut rows = Vec::new();
    let total = if wanted.is_empty() {
        let ids = (1..=world.prospects.len()).skip(search.offset).take(size);
        let prospects = ids.filter_map(|id| world.prospects.get(schema, id));
        rows.extend(prospects.map(|prospect| row(&prospect, schema)));
        n_prospects
    } else {
        let mut n_found = 0;
        for id in 1..=world.prospects.len() {
            let prospect = world.prospects.get(schema, id);
            if let Some(found) = prospect.filter(|found| is_about(found, schema, &wanted)) {
                if shown.contains(&n_found) {
                    rows.push(row(&found, schema));
                }
                n_found += 1;
            }
        }
        n_found
    };
    ok(&json!({ "total": total, "fields": schema.labelled, "rows": rows }))
}

fn is_about(prospect: &Prospect, schema: &Schema, wanted: &str) -> bool {
    prospect.id.to_string() == wanted
        || ["name", "company", "title"]
            .iter()
            .any(|name| prospect.text(schema, name).to_lowercase().contains(wanted))
        || prospect
            .value(schema, "emails")
            .is_some_and(|emails| emails.to_string().to_lowercase().contains(wanted))
}

fn row(prospect: &Prospect, schema: &Schema) -> Value {
    let value = |name: &str| prospect.value(schema, name).cloned().unwrap_or_default();
    let custom: Map<String, Value> = schema
        .labelled
        .iter()
        .map(|field| (field.name.clone(), value(&field.name)))
        .collect();
    json!({
        "id": prospect.id,
        "name": value("name"),
        "company": value("company"),
        "title": value("title"),
        "updatedAt": value("updatedAt"),
        "custom": custom,
    })
}

impl World {
    /// Sets attributes by name; `Err` is a name that no attribute has.
    pub(super) fn set_attributes(
        &mut self,
        schema: &Schema,
        id: u32,
        values: Map<String, Value>,
    ) -> Result<Option<Prospect>, String> {
        let mut write = Write::default();
        for (name, value) in values {
            let field = schema.field(&name).ok_or(name)?;
            write.values.insert(field, value);
        }
        let now = self.clock.now();
        let applied = self.prospects.apply(schema, id, &write, OTHER_USER, now);
        Ok(applied.and_then(|_| self.prospects.get(schema, id)))
    }
}

pub(super) fn ok(body: &impl Serialize) -> Response {
    Answer::json(StatusCode::OK, body).into_response()
}

pub(super) fn refuse(error: &str) -> Response {
    Answer::json(StatusCode::BAD_REQUEST, &json!({ "error": error })).into_response()
}

fn unknown(id: u32) -> Response {
    let error = json!({ "error": format!("there is no prospect {id}") });
    Answer::json(StatusCode::NOT_FOUND, &error).into_response()
}

#[cfg(test)]
mod tests {
    use reqwest::Method;

    use super::*;
    use crate::sandbox::testing::{Bench, bench, read};

    async fn see(bench: &Bench, method: Method, path: &str) -> Value {
        let request = bench.bare(method, &format!("/_control{path}"));
        read(request.send().await.unwrap()).await.1
    }

    #[tokio::test]
    async fn tokens_are_issued_and_revoked() {
        let mut bench = bench().await;
        let issued = see(&bench, Method::POST, "/token").await;
        issued["access_token"]
            .as_str()
            .unwrap()
            .clone_into(&mut bench.token);
        assert_eq!(bench.get("/users").await.0, StatusCode::OK);
        see(&bench, Method::DELETE, "/token").await;
        assert_eq!(bench.get("/users").await.0, StatusCode::UNAUTHORIZED);
    }

    #[tokio::test]
    async fn the_log_tells_what_was_written() {
        let bench = bench().await;
        let owner = json!({"owner": {"data": {"type": "user", "id": 3}}});
        let data = json!({"type": "prospect", "id": 4, "attributes": {"custom1": "exited"}, "relationships": owner});
        for _ in 0..2 {
            let request = bench.api(Method::PATCH, "/prospects/4");
            let body = json!({ "data": data }).to_string();
            request.body(body).send().await.unwrap();
        }
        bench.get("/prospects/4?fields[prospect]=title").await;
        let log = see(&bench, Method::GET, "/requests").await;
        assert_eq!(
            log["counters"],
            json!({
                "requests": 3, "writes": 2, "repeated_writes": 1, "unchanged_writes": 1,
                "batches": 0, "batch_writes": 0, "repeated_batch_writes": 0, "unchanged_batch_writes": 0,
            })
        );
        let [first, _, third] = log["requests"].as_array().unwrap().as_slice() else {
            panic!("{log}");
        };
        assert_eq!(first["written"], json!({"custom1": "exited", "owner": 3}));
        assert_eq!(
            (&first["prospect"], &first["status"]),
            (&json!(4), &json!(200))
        );
        assert_eq!(third["written"], Value::Null);
        assert_eq!(third["path"], "/api/v2/prospects/4?fields[prospect]=title");
        let newest = see(&bench, Method::GET, "/requests?after=1&last=1").await;
        assert_eq!(newest["requests"][0]["sequence"], 3);
        see(&bench, Method::DELETE, "/requests").await;
        let log = see(&bench, Method::GET, "/requests").await;
        assert_eq!(
            (&log["requests"], &log["counters"]["writes"]),
            (&json!([]), &json!(0))
        );
    }

    #[tokio::test]
    async fn faults_are_listed_and_cleared() {
        let bench = bench().await;
        let faults = json!([{"kind": "drop_before", "skip": 2}, {"kind": "status", "status": 500}]);
        let (_, body) = bench.control("/faults", faults).await;
        assert_eq!(body["faults"].as_array().unwrap().len(), 2);
        let cleared = see(&bench, Method::DELETE, "/faults").await;
        assert_eq!(cleared, see(&bench, Method::GET, "/faults").await);
        assert_eq!(bench.get("/users").await.0, StatusCode::OK);
    }

    #[tokio::test]
    async fn orders_that_make_no_sense_are_refused() {
        let bench = bench().await;
        for (path, body) in [
            ("/faults", json!({"kind": "explode"})),
            ("/faults", json!({"kind": "slow"})),
            ("/faults", json!({"kind": "slow", "ms": 1, "tmies": 2})),
            ("/settings", json!({"limt": 1})),
            ("/settings", json!({"retry_after": "never"})),
            ("/prospects/1", json!({"custom151": "x"})),
        ] {
            let (status, answer) = bench.control(path, body).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{answer}");
            assert!(answer["error"].is_string());
        }
    }

    #[tokio::test]
    async fn somebody_else_can_change_a_prospect() {
        let bench = bench().await;
        let (status, changed) = bench.control("/prospects/6", json!({"custom1": "x"})).await;
        assert_eq!((status, &changed["custom1"]), (StatusCode::OK, &json!("x")));
        assert_eq!(see(&bench, Method::GET, "/prospects/6").await, changed);
        let (_, read) = bench.get("/prospects/6?fields[prospect]=updater").await;
        let updater = &read["data"]["relationships"]["updater"]["data"];
        assert_eq!(updater["id"], OTHER_USER);
        assert_eq!(bench.sandbox.counters().writes, 0);
        let (status, _) = bench.control("/prospects/5000", json!({})).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn the_page_finds_prospects_by_words() {
        let bench = bench().await;
        bench
            .patch(900, json!({"firstName": "Quentin", "custom2": "realized"}))
            .await;
        let found = see(&bench, Method::GET, "/prospects?search=QUENTIN").await;
        assert_eq!(
            (&found["total"], &found["rows"][0]["id"]),
            (&json!(1), &json!(900))
        );
        assert_eq!(found["rows"][0]["custom"]["custom2"], "realized");
        assert_eq!(found["fields"][0]["label"], "Gold customers");
        let all = see(&bench, Method::GET, "/prospects?offset=10&size=5").await;
        assert_eq!(
            (&all["total"], &all["rows"][4]["id"]),
            (&json!(1000), &json!(15))
        );
    }
}
