//! A sandbox without a socket: requests are answered at once, in the caller's own thread and time.
//!
//! With a paused runtime, a fixed start of its clock and a seeded caller everything then happens the same each time.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{
    body::Bytes,
    http::{HeaderMap, Method, Uri},
    response::Response,
};
use serde_json::{Map, Value};
use tokio::sync::watch;

use super::{
    Error, Sandbox, Settings,
    api::{Call, process},
    state::Shared,
};

/// What came of a request, and how the faults of the sandbox want it delivered.
#[derive(Debug)]
pub struct Reply {
    /// The answer.
    pub response: Response,
    /// How much later it is to come.
    pub delay: Duration,
    /// Whether it never comes.
    pub is_cut: bool,
}

impl Sandbox {
    /// A sandbox that listens nowhere and is asked by [`answer`](Self::answer).
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub fn in_process(settings: Settings) -> Result<Self, Error> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let (stop, stopped) = watch::channel(false);
        Ok(Self {
            shared: Arc::new(Shared::new(settings, address, stopped)?),
            stop,
            server: None,
        })
    }

    /// Answers a request to the API at once.
    pub fn answer(&self, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Reply {
        let call = Call {
            method,
            uri,
            headers,
            body,
        };
        let outcome = process(&self.shared, &call);
        Reply {
            delay: outcome.delay,
            is_cut: outcome.is_cut,
            response: outcome.answer.into_response(),
        }
    }

    /// Takes requests from the window, as another program of the same user does.
    pub fn spend(&self, n_requests: u32) {
        let mut world = self.shared.world();
        let now = world.clock.now();
        for _ in 0..n_requests {
            world.budget.spend(now);
        }
    }

    /// One attribute of a prospect as it is now; `None` if there is no such prospect.
    pub fn attribute(&self, prospect: u32, name: &str) -> Option<Value> {
        let schema = &self.shared.schema;
        let found = self.shared.world().prospects.get(schema, prospect)?;
        Some(found.value(schema, name).cloned().unwrap_or_default())
    }

    /// Sets attributes of a prospect as somebody else in Outreach would; `Err` is a name that no attribute has.
    ///
    /// # Errors
    /// If an attribute is unknown.
    pub fn change_prospect(&self, prospect: u32, values: Map<String, Value>) -> Result<(), String> {
        let mut world = self.shared.world();
        world
            .set_attributes(&self.shared.schema, prospect, values)
            .map(drop)
    }

    /// Takes back the faults that have not struck.
    pub fn clear_faults(&self) {
        self.shared.world().faults.clear();
    }

    /// Deletes a prospect as somebody else in Outreach would.
    pub fn delete_prospect(&self, prospect: u32) {
        self.shared.world().prospects.delete(prospect);
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::json;

    use super::*;
    use crate::sandbox::answer::API_MEDIA;

    #[tokio::test]
    async fn it_answers_without_a_socket_and_forgets_a_deleted_prospect() {
        let sandbox = Sandbox::in_process(Settings::default()).unwrap();
        let token = format!("Bearer {}", sandbox.issue_token());
        let get = || {
            let mut headers = HeaderMap::new();
            headers.insert("content-type", API_MEDIA.parse().unwrap());
            headers.insert("authorization", token.parse().unwrap());
            let uri = Uri::from_static("/api/v2/prospects/7");
            let reply = sandbox.answer(Method::GET, uri, headers, Bytes::new());
            reply.response.status()
        };
        let title = Map::from_iter([("title".to_owned(), json!("Chief"))]);
        sandbox.change_prospect(7, title).unwrap();
        assert_eq!(sandbox.attribute(7, "title"), Some(json!("Chief")));
        assert_eq!(get(), StatusCode::OK);
        sandbox.delete_prospect(7);
        assert_eq!(sandbox.attribute(7, "title"), None);
        assert_eq!(get(), StatusCode::NOT_FOUND);
        assert_eq!(sandbox.counters().requests, 2);
    }
}
