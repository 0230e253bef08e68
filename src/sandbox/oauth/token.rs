//! The token endpoint: a code or a refresh token becomes a pair of tokens.

use std::sync::Arc;

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{StatusCode, header},
    response::Response,
};
use jiff::Timestamp;
use serde_json::json;

use super::{
    super::{
        answer::{Answer, JSON},
        api::{Call, Outcome},
        budget::Budget,
        clock::{ceil_to_second, date_time},
        connection::Cut,
        fault::FaultKind,
        state::{Shared, World},
    },
    OAuth,
    app::App,
    fields::Fields,
    log::TokenRequest,
    tokens::{Grant, Minting, OldRefreshToken, TokenPair},
};

pub(super) const PATH: &str = "/oauth/token";

/// Why nothing is minted.
#[derive(Debug)]
enum Denied {
    Error {
        status: StatusCode,
        error: &'static str,
        text: String,
    },
    TooSoon {
        until: Timestamp,
    },
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

fn process(shared: &Shared, call: &Call) -> Outcome {
    let mut guard = shared.world();
    let world = &mut *guard;
    let now = world.clock.now();
    let fields = read(call);
    let field = |name| fields.as_ref().ok().and_then(|fields| fields.get(name));
    let mut entry = TokenRequest {
        time: date_time(now),
        grant_type: field("grant_type").map(str::to_owned),
        client_id: field("client_id").map(str::to_owned),
        ..TokenRequest::default()
    };
    let mut outcome = Outcome::new(world.options.latency);
    let budget = Budget::new(1, world.options.minting.interval);
    match world.faults.strike(&call.method, PATH, None) {
        None => outcome.answer = carry_out(world, fields, now, &mut entry),
        Some(fault) => {
            entry.fault = serde_json::to_value(fault.kind).ok();
            outcome.strike(world, &budget, now, &fault, |world| {
                carry_out(world, fields, now, &mut entry)
            });
            if fault.kind == FaultKind::Errors {
                outcome.answer.media = JSON;
            }
        }
    }
    if let Some(until) = outcome.used_up_until {
        let spelling = world.options.remaining;
        outcome.answer = budget.announce(outcome.answer, spelling, now, Some(until));
    }
    entry.status = (!outcome.is_cut).then(|| outcome.answer.status.as_u16());
    world.oauth.log.push(entry);
    world.clock.tick();
    outcome
}

/// Mints, or says in the endpoint's own shape why not.
fn carry_out(
    world: &mut World,
    fields: Result<Fields, Denied>,
    now: Timestamp,
    entry: &mut TokenRequest,
) -> Answer {
    let minting = world.options.minting;
    let minted = fields.and_then(|fields| world.oauth.mint(&fields, minting, now, entry));
    let answer = match minted {
        Ok(pair) => Answer::json(StatusCode::OK, &pair),
        Err(Denied::Error {
            status,
            error,
            text,
        }) => {
            entry.error = Some(error);
            Answer::json(status, &json!({"error": error, "error_description": text}))
        }
        Err(Denied::TooSoon { until }) => {
            let until = ceil_to_second(until);
            let (budget, options) = (Budget::new(1, minting.interval), &world.options);
            let refusal = budget.refusal(options.retry_after, now, until);
            budget.announce(refusal, options.remaining, now, Some(until))
        }
    };
    answer
        .with(header::CACHE_CONTROL, "no-store")
        .with(header::PRAGMA, "no-cache")
}

fn read(call: &Call) -> Result<Fields, Denied> {
    let media = call.header(&header::CONTENT_TYPE).unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim();
    let fields = if media.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        Fields::from_form(&call.body)
    } else if media.eq_ignore_ascii_case(JSON) {
        Fields::from_json(&call.body)
            .ok_or_else(|| invalid_request("The body is not a JSON object of strings."))?
    } else {
        let text = "The body must be application/x-www-form-urlencoded or application/json.";
        return Err(invalid_request(text));
    };
    match fields.first_repeated() {
        Some(name) => Err(invalid_request(format!("The request names {name} twice."))),
        None => Ok(fields),
    }
}

impl OAuth {
    fn mint(
        &mut self,
        fields: &Fields,
        minting: Minting,
        now: Timestamp,
        entry: &mut TokenRequest,
    ) -> Result<TokenPair, Denied> {
        let app = self.authenticate(fields)?;
        let grant_type = required(fields, "grant_type")?;
        let (field, grant) = match grant_type {
            "authorization_code" => ("code", self.redeem(app, fields, now)?),
            "refresh_token" => ("refresh_token", self.renew(app, fields, now)?),
            _ => {
                let text =
                    "The authorization grant type is not supported by the authorization server.";
                return Err(denied("unsupported_grant_type", text));
            }
        };
        entry.user = Some(grant.user);
        if let Some(until) = self.tokens.closed_until(&grant, minting.interval, now) {
            return Err(Denied::TooSoon { until });
        }
        let used = fields.get(field).unwrap_or_default();
        if field == "code" {
            self.tokens.use_up_code(used);
        } else if minting.old_refresh_token == OldRefreshToken::Dies {
            self.tokens.use_up_refresh(used);
        }
        entry.minted = true;
        Ok(self.tokens.mint(grant, minting, now))
    }

    /// Id and secret come in the body; an `Authorization` header does not count.
    fn authenticate(&self, fields: &Fields) -> Result<&App, Denied> {
        let app = fields.get("client_id").and_then(|id| self.apps.get(id));
        let secret = fields.get("client_secret");
        app.filter(|app| secret == Some(app.client_secret.as_str()))
            .ok_or_else(|| Denied::Error {
                status: StatusCode::UNAUTHORIZED,
                error: "invalid_client",
                text: "Client authentication failed due to unknown client, no client authentication included, or \
                       unsupported authentication method."
                    .to_owned(),
            })
    }

    /// The grant behind a code, if everything that was promised for it holds.
    fn redeem(&self, app: &App, fields: &Fields, now: Timestamp) -> Result<Grant, Denied> {
        let code = required(fields, "code")?;
        let redirect_uri = required(fields, "redirect_uri")?;
        let code = self.tokens.code(code, now).ok_or_else(invalid_grant)?;
        let is_proven = code.challenge.as_ref().is_none_or(|challenge| {
            let verifier = fields.get("code_verifier");
            verifier.is_some_and(|verifier| challenge.is_met_by(verifier))
        });
        let is_own = code.grant.client_id == app.client_id && code.redirect_uri == redirect_uri;
        if is_own && is_proven {
            Ok(code.grant.clone())
        } else {
            Err(invalid_grant())
        }
    }

    /// The grant behind a refresh token.
    fn renew(&self, app: &App, fields: &Fields, now: Timestamp) -> Result<Grant, Denied> {
        let token = required(fields, "refresh_token")?;
        let grant = self.tokens.refreshable(token, now);
        let redirect_uri = fields.get("redirect_uri");
        grant
            .filter(|grant| grant.client_id == app.client_id)
            .filter(|_| redirect_uri.is_none_or(|uri| app.has_redirect(uri)))
            .cloned()
            .ok_or_else(invalid_grant)
    }
}

fn required<'a>(fields: &'a Fields, name: &str) -> Result<&'a str, Denied> {
    fields
        .get(name)
        .ok_or_else(|| invalid_request(format!("Missing required parameter: {name}.")))
}

fn denied(error: &'static str, text: impl Into<String>) -> Denied {
    Denied::Error {
        status: StatusCode::BAD_REQUEST,
        error,
        text: text.into(),
    }
}

fn invalid_request(text: impl Into<String>) -> Denied {
    denied("invalid_request", text)
}

fn invalid_grant() -> Denied {
    denied(
        "invalid_grant",
        "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in \
         the authorization request, or was issued to another client.",
    )
}

#[cfg(test)]
mod tests {
    use reqwest::{Method, StatusCode};
    use serde_json::{Value, json};

    use super::super::{
        super::testing::{Bench, header, read},
        testing::{CHALLENGE, INGRID, REDIRECT, SAM, VERIFIER, desk, text},
    };

    /// A pair of tokens, a minute after it was minted.
    async fn pair(bench: &Bench) -> Value {
        let code = bench.code(SAM, &[]).await;
        let (status, pair) = bench.redeem(&code).await;
        assert_eq!(status, StatusCode::OK, "{pair}");
        bench.advance(60).await;
        pair
    }

    fn assert_denied(answer: &(StatusCode, Value), status: u16, error: &str) {
        assert_eq!(answer.0.as_u16(), status, "{}", answer.1);
        assert_eq!(answer.1["error"], error);
        assert!(!text(&answer.1, "error_description").is_empty());
    }

    #[tokio::test]
    async fn a_code_becomes_a_pair_once() {
        let mut bench = desk().await;
        let code = bench.code(SAM, &[]).await;
        let request = bench.token_request(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", REDIRECT),
        ]);
        let response = request.send().await.unwrap();
        assert_eq!(header(&response, "cache-control"), "no-store");
        assert_eq!(header(&response, "content-type"), "application/json");
        let (status, pair) = read(response).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(pair["token_type"], "bearer");
        assert_eq!(pair["expires_in"], 7200);
        assert_eq!(pair["scope"], "prospects.read prospects.write users.read");
        let age = jiff::Timestamp::now().as_second() - pair["created_at"].as_i64().unwrap();
        assert!((0..60).contains(&age), "{age}");
        assert_ne!(pair["access_token"], pair["refresh_token"]);
        bench.advance(60).await;
        assert_denied(&bench.redeem(&code).await, 400, "invalid_grant");
        text(&pair, "access_token").clone_into(&mut bench.token);
        assert_eq!(bench.get("/users").await.0, StatusCode::OK);
    }

    #[tokio::test]
    async fn a_code_waits_ten_minutes() {
        let bench = desk().await;
        let (late, timely) = (bench.code(SAM, &[]).await, bench.code(INGRID, &[]).await);
        bench.advance(590).await;
        assert_eq!(bench.redeem(&timely).await.0, StatusCode::OK);
        bench.advance(10).await;
        assert_denied(&bench.redeem(&late).await, 400, "invalid_grant");
    }

    #[tokio::test]
    async fn a_code_goes_with_its_redirect_uri_and_its_app() {
        let bench = desk().await;
        let other = json!({"client_id": "other", "client_secret": "s"});
        bench.control("/apps", other).await;
        let code = bench.code(SAM, &[]).await;
        let with = |redirect_uri, client: (&'static str, &'static str)| {
            let fields = [
                ("grant_type", "authorization_code"),
                ("code", code.as_str()),
                ("redirect_uri", redirect_uri),
                ("client_id", client.0),
                ("client_secret", client.1),
            ];
            let bench = &bench;
            async move { bench.mint(&fields).await }
        };
        let own = ("sandbox-client", "sandbox-secret");
        let https = "https://127.0.0.1:8765/callback";
        assert_denied(&with(https, own).await, 400, "invalid_grant");
        assert_denied(&with("", own).await, 400, "invalid_request");
        assert_denied(&with(REDIRECT, ("other", "s")).await, 400, "invalid_grant");
        assert_eq!(with(REDIRECT, own).await.0, StatusCode::OK);
    }

    #[tokio::test]
    async fn a_code_with_a_challenge_needs_its_verifier() {
        let bench = desk().await;
        for (challenge, method) in [(CHALLENGE, "S256"), (VERIFIER, "plain")] {
            let challenge = [
                ("code_challenge", challenge),
                ("code_challenge_method", method),
            ];
            let code = bench.code(SAM, &challenge).await;
            let other = "x".repeat(43);
            for (verifier, status) in [("", 400), (&other, 400), (VERIFIER, 200)] {
                let fields = [
                    ("grant_type", "authorization_code"),
                    ("code", code.as_str()),
                    ("redirect_uri", REDIRECT),
                    ("code_verifier", verifier),
                ];
                let (got, answer) = bench.mint(&fields).await;
                assert_eq!(got.as_u16(), status, "{method} {verifier}: {answer}");
            }
            bench.advance(60).await;
        }
    }

    #[tokio::test]
    async fn the_app_proves_itself_in_the_body() {
        let bench = desk().await;
        let pair = pair(&bench).await;
        let refresh = text(&pair, "refresh_token");
        for (id, secret) in [
            ("sandbox-client", ""),
            ("sandbox-client", "wrong"),
            ("stranger", "sandbox-secret"),
            ("", ""),
        ] {
            let fields = [
                ("grant_type", "refresh_token"),
                ("refresh_token", refresh),
                ("client_id", id),
                ("client_secret", secret),
            ];
            let request = bench.token_request(&fields);
            let request = request.basic_auth("sandbox-client", Some("sandbox-secret"));
            let answer = read(request.send().await.unwrap()).await;
            assert_denied(&answer, 401, "invalid_client");
        }
        assert_eq!(bench.refresh(refresh).await.0, StatusCode::OK);
    }

    #[tokio::test]
    async fn requests_that_say_nothing_known_are_refused() {
        let bench = desk().await;
        for (fields, error) in [
            (vec![], "invalid_request"),
            (vec![("grant_type", "password")], "unsupported_grant_type"),
            (
                vec![("grant_type", "authorization_code")],
                "invalid_request",
            ),
            (vec![("grant_type", "refresh_token")], "invalid_request"),
            (
                vec![("grant_type", "refresh_token"), ("grant_type", "x")],
                "invalid_request",
            ),
            (
                vec![
                    ("grant_type", "refresh_token"),
                    ("refresh_token", "made-up"),
                ],
                "invalid_grant",
            ),
        ] {
            assert_denied(&bench.mint(&fields).await, 400, error);
        }
        for (media, body) in [("text/plain", "grant_type=x"), ("application/json", "[1]")] {
            let request = bench.bare(Method::POST, "/oauth/token");
            let request = request.header("Content-Type", media).body(body);
            let answer = read(request.send().await.unwrap()).await;
            assert_denied(&answer, 400, "invalid_request");
        }
        let strange = bench.bare(Method::GET, "/oauth/token").send().await;
        assert_eq!(strange.unwrap().status(), StatusCode::METHOD_NOT_ALLOWED);
    }

    #[tokio::test]
    async fn a_json_body_does_as_well() {
        let bench = desk().await;
        let pair = pair(&bench).await;
        let body = json!({
            "client_id": "sandbox-client",
            "client_secret": "sandbox-secret",
            "grant_type": "refresh_token",
            "refresh_token": pair["refresh_token"],
            "redirect_uri": REDIRECT,
        });
        let request = bench.bare(Method::POST, "/oauth/token").json(&body);
        let (status, next) = read(request.send().await.unwrap()).await;
        assert_eq!(status, StatusCode::OK, "{next}");
    }

    #[tokio::test]
    async fn every_refresh_gives_a_new_pair_and_ends_the_old_refresh_token() {
        let mut bench = desk().await;
        let first = pair(&bench).await;
        let (status, second) = bench.refresh(text(&first, "refresh_token")).await;
        assert_eq!(status, StatusCode::OK);
        assert_ne!(first["refresh_token"], second["refresh_token"]);
        assert_ne!(first["access_token"], second["access_token"]);
        assert_eq!(first["scope"], second["scope"]);
        bench.advance(60).await;
        let again = bench.refresh(text(&first, "refresh_token")).await;
        assert_denied(&again, 400, "invalid_grant");
        for pair in [&first, &second] {
            text(pair, "access_token").clone_into(&mut bench.token);
            assert_eq!(bench.get("/users").await.0, StatusCode::OK);
        }
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", text(&second, "refresh_token")),
            ("redirect_uri", "http://elsewhere.example/"),
        ];
        assert_denied(&bench.mint(&fields).await, 400, "invalid_grant");
    }

    #[tokio::test]
    async fn an_old_refresh_token_can_live_on() {
        let bench = desk().await;
        bench
            .control("/settings", json!({"old_refresh_token": "lives"}))
            .await;
        let first = pair(&bench).await;
        for _ in 0..2 {
            let (status, _) = bench.refresh(text(&first, "refresh_token")).await;
            assert_eq!(status, StatusCode::OK);
            bench.advance(60).await;
        }
    }
}
