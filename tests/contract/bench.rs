//! The whole chain with a raw client before it, and the judgement over all that went through.

use std::time::Duration;

use audience_sync::sandbox::{Sandbox, Settings};
use reqwest::{
    Method, RequestBuilder, Url,
    header::{ACCEPT, CONTENT_TYPE, HeaderMap},
};
use serde_json::Value;

use crate::{
    documents::{openapi, say},
    forwarder::{Exchange, Forwarder},
    prism::Prism,
    verdict::Violation,
};

pub(crate) const MEDIA: &str = "application/vnd.api+json";
/// A request that hangs fails the test instead of holding it up.
const TIMEOUT: Duration = Duration::from_mins(1);

pub(crate) struct Bench {
    pub(crate) sandbox: Sandbox,
    pub(crate) token: String,
    pub(crate) forwarder: Forwarder,
    prism: Prism,
    http: reqwest::Client,
}

/// An answer as a raw client sees it.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// Null if it is not JSON.
    pub(crate) body: Value,
}

impl Bench {
    /// Starts everything.
    pub(crate) async fn start() -> Self {
        let document = openapi();
        let sandbox = Sandbox::start(Settings::default()).await.unwrap();
        let upstream = format!("{}/api/v2", sandbox.address());
        let prism = Prism::start(&document, &upstream).await;
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(TIMEOUT)
            .build()
            .unwrap();
        let forwarder = Forwarder::start(http.clone(), &prism.address, &sandbox.address()).await;
        Self {
            token: sandbox.issue_token(),
            sandbox,
            forwarder,
            prism,
            http,
        }
    }

    /// A request with neither token nor media type; the path is the one after `/api/v2`.
    pub(crate) fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        let address = &self.forwarder.address;
        self.http.request(method, format!("{address}/api/v2{path}"))
    }

    /// A request as the provider's documentation wants it.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.bare(method, path)
            .bearer_auth(&self.token)
            .header(CONTENT_TYPE, MEDIA)
            .header(ACCEPT, MEDIA)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn patch(&self, id: u32, body: &Value) -> Answer {
        let request = self.request(Method::PATCH, &format!("/prospects/{id}"));
        self.send(request.body(body.to_string())).await
    }

    pub(crate) async fn send(&self, request: RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default(),
        }
    }

    /// What Prism found wrong with the last exchange, a status that is not declared aside.
    pub(crate) fn last_violations(&self) -> Vec<Violation> {
        let exchanges = self.forwarder.exchanges();
        violations(exchanges.last().expect("an exchange"))
    }

    /// The judgement: Prism has seen every exchange, has answered none itself, and has found nothing wrong with it.
    pub(crate) fn assert_clean(self, what: &str) {
        let exchanges = self.assert_transparent(what);
        let guilty: Vec<_> = exchanges
            .iter()
            .map(|exchange| (exchange, violations(exchange)))
            .filter(|(_, violations)| !violations.is_empty())
            .map(|(exchange, violations)| {
                let Exchange {
                    method,
                    target,
                    status,
                    ..
                } = exchange;
                format!("{method} {target} -> {status}: {violations:#?}")
            })
            .collect();
        assert!(guilty.is_empty(), "{}", guilty.join("\n"));
    }

    /// Compares the sandbox's own log with the forwarder's, so that no answer of Prism's passes for the sandbox's.
    pub(crate) fn assert_transparent(mut self, what: &str) -> Vec<Exchange> {
        assert!(self.prism.is_running());
        let exchanges = self.forwarder.exchanges();
        let mut passed_on: Vec<_> = exchanges
            .iter()
            .map(|exchange| {
                let (path, query) = parts(&exchange.target);
                (path, query, exchange.method.clone(), Some(exchange.status))
            })
            .collect();
        let mut carried_out: Vec<_> = self
            .sandbox
            .request_log()
            .into_iter()
            .map(|logged| {
                let (path, query) = parts(&logged.path);
                (path, query, logged.method, logged.status)
            })
            .collect();
        passed_on.sort();
        carried_out.sort();
        assert_eq!(passed_on, carried_out);
        let n_judged = exchanges
            .iter()
            .filter(|exchange| exchange.verdict.is_some())
            .count();
        say(&format!(
            "{what}: Prism judged {n_judged} exchanges, {} went past it",
            exchanges.len() - n_judged
        ));
        exchanges
    }
}

fn violations(exchange: &Exchange) -> Vec<Violation> {
    let verdict = exchange.verdict.iter().flatten();
    verdict
        .filter(|violation| !violation.is_undeclared_status(exchange.status))
        .cloned()
        .collect()
}

/// Path and query, the latter without its spelling and order: Prism writes it anew.
fn parts(target: &str) -> (String, Vec<(String, String)>) {
    let url = Url::parse(&format!("http://sandbox{target}")).unwrap();
    let mut query: Vec<_> = url.query_pairs().into_owned().collect();
    query.sort();
    (url.path().to_owned(), query)
}
