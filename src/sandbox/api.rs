//! The API under `/api/v2`: every request is admitted, struck by faults, carried out, announced and logged.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Bytes, to_bytes},
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::Response,
};
use jiff::Timestamp;

use super::{
    answer::{API_MEDIA, Answer, Refusal},
    budget::{Budget, RetryAfter},
    clock::{ceil_to_second, date_time, later},
    connection::Cut,
    fault::{Fault, FaultKind, captive_portal, gateway_page, override_echo, reverse},
    log::LoggedRequest,
    oauth::Access,
    state::{Shared, World},
};

/// Far above any document the API takes.
const LARGEST_BODY: usize = 16 * 1024 * 1024;

/// How long a forced maintenance says it lasts, unless the fault says otherwise.
const MAINTENANCE: Duration = Duration::from_mins(1);

/// One request, read whole.
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// What the client gets, and when.
pub(super) struct Outcome {
    pub(super) answer: Answer,
    pub(super) delay: Duration,
    pub(super) is_cut: bool,
    /// Until then a 429 says that the budget is used up, forced or not.
    pub(super) used_up_until: Option<Timestamp>,
}

/// A request that was let in: whose, and when.
pub(super) struct Visit {
    pub(super) who: Access,
    pub(super) now: Timestamp,
}

pub(super) async fn serve(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    request: Request,
) -> Response {
    match Call::read(request).await {
        Ok(call) => process(&shared, &call).deliver(&shared, &cut).await,
        Err(answer) => answer.into_response(),
    }
}

/// Everything that happens to a request, at one moment: two requests never see each other half done.
pub(super) fn process(shared: &Shared, call: &Call) -> Outcome {
    let mut guard = shared.world();
    let world = &mut *guard;
    let now = world.clock.now();
    let mut entry = call.log_entry(now);
    let mut outcome = Outcome::new(world.options.latency);
    let who = world.oauth.tokens.access(call.token(), now).cloned();
    if let Some(visit) = who.map(|who| Visit { who, now }) {
        entry.user = Some(visit.who.user);
        if world.budget.spend(now) {
            let fault = world
                .faults
                .strike(&call.method, call.path(), entry.prospect);
            match fault {
                None => outcome.answer = call.carry_out(shared, world, &visit, &mut entry),
                Some(fault) => {
                    entry.fault = serde_json::to_value(fault.kind).ok();
                    let budget = world.budget.clone();
                    outcome.strike(world, &budget, now, &fault, |world| {
                        call.carry_out(shared, world, &visit, &mut entry)
                    });
                }
            }
        } else {
            let until = world.budget.ends(now);
            let spelling = world.options.retry_after;
            outcome.answer = world.budget.refusal(spelling, now, until);
        }
    }
    let used_up_until = outcome.used_up_until;
    let spelling = world.options.remaining;
    outcome.answer = world
        .budget
        .announce(outcome.answer, spelling, now, used_up_until);
    entry.status = (!outcome.is_cut).then(|| outcome.answer.status.as_u16());
    world.log.push(entry);
    world.clock.tick();
    outcome
}

impl Call {
    pub(super) async fn read(request: Request) -> Result<Self, Answer> {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, LARGEST_BODY)
            .await
            .ok()
            .ok_or_else(|| Refusal::bad_request("The body could not be read."))?;
        Ok(Self {
            method: parts.method,
            uri: parts.uri,
            headers: parts.headers,
            body,
        })
    }

    /// The path below `/api/v2`, without a slash at its end.
    pub(super) fn path(&self) -> &str {
        let path = self.uri.path();
        path.strip_prefix("/api/v2")
            .unwrap_or(path)
            .trim_end_matches('/')
    }

    fn token(&self) -> &str {
        self.header(&header::AUTHORIZATION)
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map_or("", |(_, token)| token)
    }

    pub(super) fn header(&self, name: &header::HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(super) fn has_api_media(&self) -> bool {
        self.header(&header::CONTENT_TYPE).is_some_and(|value| {
            let media = value.split(';').next().unwrap_or_default();
            media.trim().eq_ignore_ascii_case(API_MEDIA)
        })
    }

    fn log_entry(&self, now: Timestamp) -> LoggedRequest {
        let target = self.uri.path_and_query();
        let prospect = self.path().strip_prefix("/prospects/");
        let batch = self.path().strip_prefix("/batches/");
        let batch = batch.and_then(|rest| rest.split('/').next());
        LoggedRequest {
            time: date_time(now),
            method: self.method.to_string(),
            path: target.map(ToString::to_string).unwrap_or_default(),
            prospect: prospect.and_then(|id| id.parse().ok()),
            batch: batch.and_then(|id| id.parse().ok()),
            ..LoggedRequest::default()
        }
    }
}

impl Outcome {
    /// Refused, until the request is known to be let in.
    pub(super) fn new(delay: Duration) -> Self {
        Self {
            answer: Answer::invalid_token(),
            delay,
            is_cut: false,
            used_up_until: None,
        }
    }

    pub(super) async fn deliver(self, shared: &Shared, cut: &Cut) -> Response {
        shared.pause(self.delay).await;
        if self.is_cut {
            cut.now();
        }
        self.answer.into_response()
    }

    /// Lets a fault have its way, with the request carried out first if the fault is of that kind.
    pub(super) fn strike(
        &mut self,
        world: &mut World,
        budget: &Budget,
        now: Timestamp,
        fault: &Fault,
        carry_out: impl FnOnce(&mut World) -> Answer,
    ) {
        if fault.applies() {
            self.answer = carry_out(world);
        }
        match fault.kind {
            FaultKind::DropAfterApply | FaultKind::DropBefore => self.is_cut = true,
            FaultKind::Slow => self.delay += Duration::from_millis(fault.ms.unwrap_or(0)),
            FaultKind::Html200 => self.answer = captive_portal(),
            FaultKind::Status => {
                let spelling = world.options.retry_after;
                self.force_status(budget, spelling, fault, now);
            }
            FaultKind::Errors => self.answer = Answer::api(fault.status_code(), &fault.body),
            FaultKind::EchoOverride => {
                let attribute = fault.attribute.as_deref().unwrap_or_default();
                override_echo(&mut self.answer, attribute, &fault.value);
            }
            FaultKind::AnyOrder => reverse(&mut self.answer),
            // It strikes the batch, when the order is taken.
            FaultKind::Batch => {}
            FaultKind::NoContent => {
                if self.answer.status.is_success() {
                    self.answer = Answer::new(StatusCode::NO_CONTENT, API_MEDIA, []);
                }
            }
        }
    }

    fn force_status(
        &mut self,
        budget: &Budget,
        spelling: RetryAfter,
        fault: &Fault,
        now: Timestamp,
    ) {
        let until = |otherwise: Timestamp| {
            fault.retry_after_secs.map_or(otherwise, |seconds| {
                ceil_to_second(later(now, Duration::from_secs(seconds)))
            })
        };
        let status = fault.status_code();
        self.answer = if status == StatusCode::TOO_MANY_REQUESTS {
            let until = until(budget.ends(now));
            self.used_up_until = Some(until);
            budget.refusal(spelling, now, until)
        } else if status == StatusCode::SERVICE_UNAVAILABLE {
            maintenance(until(ceil_to_second(later(now, MAINTENANCE))))
        } else {
            gateway_page(status).unwrap_or_else(|| Answer {
                status,
                ..Answer::from(Refusal::internal())
            })
        };
    }
}

/// Names its end in the header and in the text.
fn maintenance(until: Timestamp) -> Answer {
    let until = until.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let refusal = Refusal::maintenance(format!(
        "Scheduled server maintenance is under way; please try again at {until}."
    ));
    Answer::from(refusal).with(header::RETRY_AFTER, until)
}

#[cfg(test)]
mod tests {
    use reqwest::{Method, StatusCode};
    use serde_json::json;

    use super::super::testing::{bench, header, read};

    #[tokio::test]
    async fn a_write_needs_the_media_type() {
        let bench = bench().await;
        for media in [None, Some("application/json")] {
            let request = bench
                .bare(Method::PATCH, "/api/v2/prospects/1")
                .bearer_auth(&bench.token)
                .body(r#"{"data":{"type":"prospect","id":1}}"#);
            let request = match media {
                Some(media) => request.header("Content-Type", media),
                None => request,
            };
            let (status, body) = read(request.send().await.unwrap()).await;
            assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
            let error = &body["errors"][0];
            assert_eq!(error["id"], "unsupportedMediaType");
            assert!(error["details"].as_str().unwrap().contains("vnd.api+json"));
            assert_eq!(error.get("detail"), None);
        }
    }

    #[tokio::test]
    async fn a_read_needs_the_media_type_unless_told_otherwise() {
        let bench = bench().await;
        let get = || {
            bench
                .bare(Method::GET, "/api/v2/prospects/1")
                .bearer_auth(&bench.token)
        };
        let response = get().send().await.unwrap();
        assert_eq!(response.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
        bench
            .control("/settings", json!({"content_type_on_get": false}))
            .await;
        let response = get().send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(
            header(&response, "content-type"),
            "application/vnd.api+json"
        );
    }

    #[tokio::test]
    async fn only_issued_tokens_pass() {
        let bench = bench().await;
        let with = |token: &str| bench.api(Method::GET, "/users").header("x", token);
        let strange = bench
            .bare(Method::GET, "/api/v2/users")
            .bearer_auth("strange");
        let (status, body) = read(strange.send().await.unwrap()).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
        assert_eq!(body["error"], "Invalid JWT token.");
        assert!(body["description"].is_string());
        assert_eq!(
            with("").send().await.unwrap().status(),
            StatusCode::OK,
            "an issued token"
        );
        bench.sandbox.revoke_tokens();
        assert_eq!(
            with("").send().await.unwrap().status(),
            StatusCode::UNAUTHORIZED
        );
    }

    #[tokio::test]
    async fn what_is_not_there_is_not_found_in_its_own_shape() {
        let bench = bench().await;
        for id in ["0", "1001", "abc"] {
            let (status, body) = bench.get(&format!("/prospects/{id}")).await;
            assert_eq!(status, StatusCode::NOT_FOUND);
            let error = &body["errors"][0];
            assert_eq!(error["id"], "resourceNotFound");
            let detail = format!("Could not find 'prospect' with ID '{id}'.");
            assert_eq!(error["detail"], detail);
        }
        assert_eq!(
            bench.patch(1001, json!({})).await.0,
            StatusCode::NOT_FOUND,
            "an unknown prospect"
        );
        let (status, body) = bench.get("/pros").await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert_eq!(body["errors"][0]["id"], "routeNotFound");
        let outside = bench.bare(Method::GET, "/api/v1/prospects");
        let (status, body) = read(outside.send().await.unwrap()).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert_eq!(
            body,
            json!({"error": "404", "error_description": "route not found"})
        );
    }
}
