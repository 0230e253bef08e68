//! Faults on demand: the next requests of some kind fail in a chosen way.

use axum::http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    answer::{Answer, HTML},
    batch::BatchPlan,
};

const CAPTIVE_PORTAL: &str = "<!doctype html><html><head><title>Sign in to the network</title></head>\
    <body><h1>Welcome, guest</h1><p>Accept the terms to use this network.</p></body></html>";

const BAD_GATEWAY: &str = "<html><head><title>502 Bad Gateway</title></head>\
    <body><center><h1>502 Bad Gateway</h1></center></body></html>";

const GATEWAY_TIMEOUT: &str = "<html><head><title>504 Gateway Time-out</title></head>\
    <body><center><h1>504 Gateway Time-out</h1></center></body></html>";

/// What goes wrong.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The request is carried out, and the connection ends without an answer.
    DropAfterApply,
    /// The connection ends without an answer, and nothing was done.
    DropBefore,
    /// [`Fault::status`] with the body that the provider or its gateway gives it.
    #[default]
    Status,
    /// The request is carried out, and the answer comes [`Fault::ms`] later.
    Slow,
    /// The page of a captive portal, with status 200.
    #[serde(rename = "html_200")]
    Html200,
    /// [`Fault::status`] with [`Fault::body`].
    Errors,
    /// The request is carried out, and the answer says that [`Fault::attribute`] is [`Fault::value`].
    EchoOverride,
    /// The request is carried out, and answered with 204.
    NoContent,
    /// The request is carried out, and its list's rows come in another order than they should.
    AnyOrder,
    /// The batch that the request orders goes as [`Fault::batch`] says. Another fault may strike the same request.
    Batch,
}

/// A fault, and the requests it strikes.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fault {
    /// What goes wrong.
    pub kind: FaultKind,
    /// How many matching requests it strikes.
    pub times: u32,
    /// How many matching requests it lets pass first.
    pub skip: u32,
    /// Only requests of this method.
    pub method: Option<String>,
    /// Only paths that begin so, after `/api/v2`; `/oauth/token` is the token endpoint, which nothing else strikes.
    pub path: Option<String>,
    /// Only requests on this prospect's own path.
    pub prospect: Option<u32>,
    /// The status of `status` and `errors`.
    pub status: Option<u16>,
    /// The JSON body of `errors`.
    pub body: Option<Value>,
    /// Carry the request out before answering with `status`, `errors` or `html_200`.
    pub apply: bool,
    /// Milliseconds of `slow`.
    pub ms: Option<u64>,
    /// How far off the time is that 429 and 503 name; by default the end of the window or of the wait between two
    /// mints, and 60 s.
    pub retry_after_secs: Option<u64>,
    /// The attribute of `echo_override`.
    pub attribute: Option<String>,
    /// The value of `echo_override`.
    pub value: Value,
    /// How the batch of `batch` goes.
    pub batch: BatchPlan,
}

impl Default for Fault {
    fn default() -> Self {
        Self {
            kind: FaultKind::default(),
            times: 1,
            skip: 0,
            method: None,
            path: None,
            prospect: None,
            status: None,
            body: None,
            apply: false,
            ms: None,
            retry_after_secs: None,
            attribute: None,
            value: Value::Null,
            batch: BatchPlan::default(),
        }
    }
}

impl Fault {
    /// Names the part that the fault's kind needs and that is missing or wrong.
    pub(super) fn check(&self) -> Result<(), String> {
        let status_is_valid = self
            .status
            .is_some_and(|status| (200..600).contains(&status));
        match self.kind {
            FaultKind::Status | FaultKind::Errors if !status_is_valid => {
                Err("'status' must be a number from 200 to 599".to_owned())
            }
            FaultKind::Errors if self.body.is_none() => Err("'body' is missing".to_owned()),
            FaultKind::Slow if self.ms.is_none() => Err("'ms' is missing".to_owned()),
            _ if self.kind != FaultKind::Batch && self.batch != BatchPlan::default() => {
                Err("'batch' belongs to the kind 'batch' alone".to_owned())
            }
            FaultKind::EchoOverride if self.attribute.is_none() => {
                Err("'attribute' is missing".to_owned())
            }
            FaultKind::DropAfterApply
            | FaultKind::DropBefore
            | FaultKind::Status
            | FaultKind::Slow
            | FaultKind::Html200
            | FaultKind::Errors
            | FaultKind::EchoOverride
            | FaultKind::NoContent
            | FaultKind::AnyOrder
            | FaultKind::Batch => Ok(()),
        }
    }

    /// Whether the request is carried out although its answer goes wrong.
    pub(super) fn applies(&self) -> bool {
        match self.kind {
            FaultKind::DropAfterApply
            | FaultKind::Slow
            | FaultKind::EchoOverride
            | FaultKind::NoContent
            | FaultKind::AnyOrder
            | FaultKind::Batch => true,
            FaultKind::DropBefore => false,
            FaultKind::Status | FaultKind::Html200 | FaultKind::Errors => self.apply,
        }
    }

    pub(super) fn status_code(&self) -> StatusCode {
        self.status
            .and_then(|status| StatusCode::from_u16(status).ok())
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn matches(&self, method: &Method, path: &str, prospect: Option<u32>) -> bool {
        let method_matches = self
            .method
            .as_ref()
            .is_none_or(|wanted| wanted.eq_ignore_ascii_case(method.as_str()));
        // A fault of the API strikes no sign-in unless it names it.
        let path_matches = match &self.path {
            Some(wanted) => path.starts_with(wanted.as_str()),
            None => !path.starts_with("/oauth/"),
        };
        let prospect_matches = self.prospect.is_none() || self.prospect == prospect;
        method_matches && path_matches && prospect_matches
    }
}

/// The faults still to come, in the order they were asked for.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    pub(super) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn pending(&self) -> &[Fault] {
        &self.0
    }

    /// The first fault that strikes this request; those that let it pass count it.
    pub(super) fn strike(
        &mut self,
        method: &Method,
        path: &str,
        prospect: Option<u32>,
    ) -> Option<Fault> {
        self.first(|fault| fault.kind != FaultKind::Batch && fault.matches(method, path, prospect))
    }

    /// How the batch goes that is ordered at this path.
    pub(super) fn batch_plan(&mut self, path: &str) -> BatchPlan {
        let fault = self.first(|fault| {
            fault.kind == FaultKind::Batch && fault.matches(&Method::POST, path, None)
        });
        fault.map(|fault| fault.batch).unwrap_or_default()
    }

    fn first(&mut self, matches: impl Fn(&Fault) -> bool) -> Option<Fault> {
        for fault in &mut self.0 {
            if fault.times == 0 || !matches(fault) {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
                continue;
            }
            fault.times -= 1;
            let struck = fault.clone();
            self.0.retain(|fault| fault.times > 0);
            return Some(struck);
        }
        None
    }
}

pub(super) fn captive_portal() -> Answer {
    Answer::new(StatusCode::OK, HTML, CAPTIVE_PORTAL)
}

/// The HTML that a gateway in front of the API answers by itself.
pub(super) fn gateway_page(status: StatusCode) -> Option<Answer> {
    let page = match status {
        StatusCode::BAD_GATEWAY => BAD_GATEWAY,
        StatusCode::GATEWAY_TIMEOUT => GATEWAY_TIMEOUT,
        _ => return None,
    };
    Some(Answer::new(status, HTML, page))
}

/// Replaces one attribute in every resource of an answer.
pub(super) fn override_echo(answer: &mut Answer, attribute: &str, value: &Value) {
    let Ok(mut document) = serde_json::from_slice::<Value>(&answer.body) else {
        return;
    };
    let resources = match document.get_mut("data") {
        Some(Value::Array(resources)) => resources.as_mut_slice(),
        Some(resource) => std::slice::from_mut(resource),
        None => return,
    };
    for resource in resources {
        if let Some(Value::Object(attributes)) = resource.get_mut("attributes") {
            attributes.insert(attribute.to_owned(), value.clone());
        }
    }
    answer.body = document.to_string().into_bytes();
}

/// Turns the rows of a list around and begins in the middle, so that neither order is left.
pub(super) fn reverse(answer: &mut Answer) {
    let Ok(mut document) = serde_json::from_slice::<Value>(&answer.body) else {
        return;
    };
    if let Some(Value::Array(rows)) = document.get_mut("data") {
        rows.reverse();
        let half = rows.len() / 2;
        rows.rotate_left(half);
        answer.body = document.to_string().into_bytes();
    }
}

#[cfg(test)]
mod tests {
    use reqwest::Response;
    use serde_json::json;

    use super::{
        super::testing::{Bench, bench, header, read},
        *,
    };

    fn strike(faults: &mut Faults, method: Method, path: &str, prospect: u32) -> bool {
        faults.strike(&method, path, Some(prospect)).is_some()
    }

    #[test]
    fn a_fault_skips_strikes_and_is_gone() {
        let mut faults = Faults::default();
        faults.add(Fault {
            times: 2,
            skip: 1,
            method: Some("patch".to_owned()),
            path: Some("/prospects".to_owned()),
            ..Fault::default()
        });
        assert!(!strike(&mut faults, Method::PATCH, "/prospects/1", 1));
        assert!(!strike(&mut faults, Method::GET, "/prospects/1", 1));
        assert!(!strike(&mut faults, Method::PATCH, "/users/1", 1));
        assert!(strike(&mut faults, Method::PATCH, "/prospects/1", 1));
        assert!(strike(&mut faults, Method::PATCH, "/prospects/2", 2));
        assert!(!strike(&mut faults, Method::PATCH, "/prospects/3", 3));
        assert!(faults.pending().is_empty());
    }

    #[test]
    fn a_fault_can_lie_in_wait_for_one_prospect() {
        let mut faults = Faults::default();
        faults.add(Fault {
            prospect: Some(7),
            ..Fault::default()
        });
        assert!(!strike(&mut faults, Method::PATCH, "/prospects/70", 70));
        assert!(strike(&mut faults, Method::PATCH, "/prospects/7", 7));
    }

    #[test]
    fn each_kind_says_what_it_lacks() {
        for (json, lacks) in [
            (r#"{"kind":"status"}"#, "status"),
            (r#"{"kind":"status","status":99}"#, "status"),
            (r#"{"kind":"errors","status":403}"#, "body"),
            (r#"{"kind":"slow"}"#, "ms"),
            (r#"{"kind":"echo_override"}"#, "attribute"),
        ] {
            let fault: Fault = serde_json::from_str(json).unwrap();
            assert!(fault.check().unwrap_err().contains(lacks), "{json}");
        }
        let fault: Fault = serde_json::from_str(r#"{"kind":"html_200"}"#).unwrap();
        assert_eq!(fault.check(), Ok(()));
    }

    /// Orders a fault, and sends the write it is to strike.
    async fn struck(bench: &Bench, fault: Value) -> reqwest::Result<Response> {
        let (status, body) = bench.control("/faults", fault).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        bench.patching(5, &json!({"title": "Hit"})).send().await
    }

    fn is_written(bench: &Bench) -> bool {
        bench.sandbox.prospect(5).unwrap()["title"] == "Hit"
    }

    #[tokio::test]
    async fn dropped_connections_end_without_an_answer() {
        for (kind, applies) in [("drop_before", false), ("drop_after_apply", true)] {
            let bench = bench().await;
            let error = struck(&bench, json!({"kind": kind})).await.unwrap_err();
            assert!(error.is_request(), "{error:?}");
            assert_eq!(is_written(&bench), applies, "{kind}");
            let log = bench.sandbox.request_log();
            assert_eq!(log[0].status, None);
            assert_eq!(log[0].fault, Some(json!(kind)));
            assert_eq!(log[0].written.is_some(), applies);
            let (status, _) = bench.patch(5, json!({"title": "Hit"})).await;
            assert_eq!(status, StatusCode::OK, "the fault is used up");
            let repeated = bench.sandbox.counters().repeated_writes;
            assert_eq!(repeated, u64::from(applies));
        }
    }

    #[tokio::test]
    async fn forced_statuses_have_their_documented_bodies() {
        for (status, id) in [
            (429, "rateLimitExceeded"),
            (500, "internalServerError"),
            (503, "scheduledServerMaintenance"),
        ] {
            let bench = bench().await;
            let fault = json!({"kind": "status", "status": status});
            let (got, body) = read(struck(&bench, fault).await.unwrap()).await;
            assert_eq!(got.as_u16(), status);
            assert_eq!(body["errors"][0]["id"], id);
            assert!(!is_written(&bench));
        }
        for status in [502, 504] {
            let bench = bench().await;
            let fault = json!({"kind": "status", "status": status, "apply": true});
            let response = struck(&bench, fault).await.unwrap();
            assert_eq!(response.status().as_u16(), status);
            assert!(header(&response, "content-type").starts_with("text/html"));
            assert!(response.text().await.unwrap().contains("<html>"));
            assert!(is_written(&bench));
        }
    }

    #[tokio::test]
    async fn a_forced_429_looks_like_a_real_one() {
        let bench = bench().await;
        let fault = json!({"kind": "status", "status": 429, "retry_after_secs": 2});
        let response = struck(&bench, fault).await.unwrap();
        assert_eq!(header(&response, "x-ratelimit-remaining"), "0");
        let reset = header(&response, "x-ratelimit-reset");
        assert_eq!(header(&response, "retry-after"), reset);
        let left = reset.parse::<i64>().unwrap() - jiff::Timestamp::now().as_second();
        assert!((0..=4).contains(&left), "{left}");
    }

    #[tokio::test]
    async fn maintenance_names_its_end_twice() {
        let bench = bench().await;
        let fault = json!({"kind": "status", "status": 503, "retry_after_secs": 120});
        let response = struck(&bench, fault).await.unwrap();
        let until = header(&response, "retry-after").to_owned();
        assert!(until.parse::<jiff::Timestamp>().is_ok(), "{until}");
        let (_, body) = read(response).await;
        let detail = body["errors"][0]["detail"].as_str().unwrap();
        assert!(detail.contains(&until), "{detail}");
    }

    #[tokio::test]
    async fn a_captive_portal_answers_in_the_apis_place() {
        let bench = bench().await;
        let response = struck(&bench, json!({"kind": "html_200"})).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert!(header(&response, "content-type").starts_with("text/html"));
        assert!(response.text().await.unwrap().contains("Sign in"));
        assert!(!is_written(&bench));
    }

    #[tokio::test]
    async fn any_status_and_body_can_be_ordered() {
        let bench = bench().await;
        let body = json!({"errors": [{"id": "unauthorizedOauthScope", "title": "x"}]});
        let fault = json!({"kind": "errors", "status": 403, "body": body});
        let (status, got) = read(struck(&bench, fault).await.unwrap()).await;
        assert_eq!((status, got), (StatusCode::FORBIDDEN, body));
    }

    #[tokio::test]
    async fn an_echo_can_lie() {
        let bench = bench().await;
        let fault = json!({"kind": "echo_override", "attribute": "title", "value": "Other"});
        let (status, body) = read(struck(&bench, fault).await.unwrap()).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(body["data"]["attributes"]["title"], "Other");
        assert!(is_written(&bench));
    }

    #[tokio::test]
    async fn a_write_can_be_answered_with_nothing() {
        let bench = bench().await;
        let response = struck(&bench, json!({"kind": "no_content"})).await.unwrap();
        assert_eq!(response.status(), StatusCode::NO_CONTENT);
        assert_eq!(response.bytes().await.unwrap().len(), 0);
        assert!(is_written(&bench));
    }

    #[tokio::test]
    async fn a_late_answer_is_carried_out_at_once() {
        let bench = bench().await;
        let fault = json!({"kind": "slow", "ms": 3_600_000});
        bench.control("/faults", fault).await;
        let late = bench.patching(5, &json!({"title": "Hit"})).send();
        let written = async {
            while !is_written(&bench) {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            answer = late => panic!("answered early: {answer:?}"),
            () = written => {}
        }
        assert_eq!(bench.sandbox.writes().len(), 1);
        bench.sandbox.stop().await;
    }
}
