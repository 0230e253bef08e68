//! Stands where the client expects Outreach: passes requests on to Prism, and notes what Prism says of each exchange.

use std::{
    net::Ipv4Addr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, Uri, header},
    response::Response,
};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::verdict::Violation;

/// Below it lives the API; Prism has its paths at the root.
const PREFIX: &str = "/api/v2";
const VIOLATIONS: HeaderName = HeaderName::from_static("sl-violations");
/// They concern one connection, and each side makes its own.
const HOP_BY_HOP: [HeaderName; 4] = [
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::HOST,
    header::TRANSFER_ENCODING,
];

/// A request with what came of it.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    pub(crate) method: String,
    /// Path and query as the client sent them.
    pub(crate) target: String,
    pub(crate) status: u16,
    /// What Prism found wrong; `None` for a path that the document does not have.
    pub(crate) verdict: Option<Vec<Violation>>,
}

pub(crate) struct Forwarder {
    pub(crate) address: String,
    relay: Arc<Relay>,
    server: JoinHandle<()>,
}

struct Relay {
    http: reqwest::Client,
    prism: String,
    sandbox: String,
    exchanges: Mutex<Vec<Exchange>>,
}

impl Drop for Forwarder {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Forwarder {
    pub(crate) async fn start(http: reqwest::Client, prism: &str, sandbox: &str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let relay = Arc::new(Relay {
            http,
            prism: prism.to_owned(),
            sandbox: sandbox.to_owned(),
            exchanges: Mutex::default(),
        });
        let router = Router::new()
            .fallback(pass_on)
            .with_state(Arc::clone(&relay));
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            address,
            relay,
            server,
        }
    }

    /// Every exchange so far, in the order in which they ended.
    pub(crate) fn exchanges(&self) -> Vec<Exchange> {
        self.relay.exchanges.lock().unwrap().clone()
    }
}

async fn pass_on(State(relay): State<Arc<Relay>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let is_judged = is_in_document(&parts.uri);
    let target = parts.uri.to_string();
    let url = if is_judged {
        let path = target.strip_prefix(PREFIX).expect("a path of the API");
        format!("{}{path}", relay.prism)
    } else {
        format!("{}{target}", relay.sandbox)
    };
    let mut request = relay
        .http
        .request(parts.method.clone(), url)
        .headers(without(parts.headers, &HOP_BY_HOP));
    if !body.is_empty() {
        request = request.body(body);
    }
    let answer = request.send().await.unwrap();
    let verdict = is_judged.then(|| {
        let header = answer.headers().get(VIOLATIONS);
        Violation::read(header.map(|text| text.to_str().expect("a header in ASCII")))
    });
    let exchange = Exchange {
        method: parts.method.to_string(),
        target,
        status: answer.status().as_u16(),
        verdict,
    };
    relay.exchanges.lock().unwrap().push(exchange);
    let status = answer.status();
    let headers = without(answer.headers().clone(), &HOP_BY_HOP);
    let body: Bytes = answer.bytes().await.unwrap();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    *response.headers_mut() = without(headers, &[VIOLATIONS]);
    response
}

fn is_in_document(uri: &Uri) -> bool {
    !matches!(
        uri.path().trim_end_matches('/'),
        "/api/v2" | "/api/v2/types"
    )
}

fn without(mut headers: HeaderMap, names: &[HeaderName]) -> HeaderMap {
    for name in names {
        headers.remove(name);
    }
    headers
}
