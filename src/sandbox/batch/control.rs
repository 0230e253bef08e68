//! The control side of batches: what the page shows of them.

use std::sync::Arc;

use axum::{Router, extract::State, response::Response, routing::get};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    super::{clock::date_time, control::ok, state::Shared},
    Batch,
};

#[derive(Deserialize)]
#[serde(default)]
struct Last {
    last: usize,
}

impl Default for Last {
    fn default() -> Self {
        Self { last: 300 }
    }
}

pub(in crate::sandbox) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/_control/batches", get(list))
}

/// The newest batches, newest first.
async fn list(
    State(shared): State<Arc<Shared>>,
    axum::extract::Query(wanted): axum::extract::Query<Last>,
) -> Response {
    let world = shared.world();
    let newest = world.batches.all.values().rev().take(wanted.last);
    let rows: Vec<Value> = newest.map(row).collect();
    ok(&json!({"total": world.batches.last_id, "rows": rows}))
}

fn row(batch: &Batch) -> Value {
    json!({
        "id": batch.id,
        "state": batch.state,
        "action": batch.order.action,
        "attributes": batch.order.payload,
        "total": batch.order.targets.len(),
        "pending": batch.pending(),
        "failures": batch.failures.len(),
        "created": date_time(batch.times.created),
    })
}
