//! What the authorization server's own tests share: a person with a browser, and an app's token requests.

use reqwest::{Method, RequestBuilder, StatusCode, redirect::Policy};
use serde_json::{Value, json};

use super::super::{
    Settings,
    testing::{Bench, bench_with, header, read},
};

pub(super) const REDIRECT: &str = "http://127.0.0.1:8765/callback";
pub(super) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(super) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub(super) const SAM: (&str, &str) = ("sam.rivera@brightwater.example", "sam-sandbox");
pub(super) const INGRID: (&str, &str) = ("ingrid.halvorsen@brightwater.example", "ingrid-sandbox");

/// A sandbox whose client follows no redirect.
pub(super) async fn desk() -> Bench {
    desk_with(Settings::default()).await
}

pub(super) async fn desk_with(settings: Settings) -> Bench {
    let mut bench = bench_with(settings).await;
    let client = reqwest::Client::builder().no_proxy();
    bench.client = client.redirect(Policy::none()).build().unwrap();
    bench
}

/// What came of a request to a page: the status, the address one is sent to, and the page.
pub(super) struct Seen {
    pub(super) status: StatusCode,
    pub(super) to: String,
    pub(super) page: String,
}

async fn seen(request: RequestBuilder) -> Seen {
    let response = request.send().await.unwrap();
    let is_sent_on = response.headers().contains_key("location");
    Seen {
        status: response.status(),
        to: if is_sent_on {
            header(&response, "location").to_owned()
        } else {
            String::new()
        },
        page: response.text().await.unwrap(),
    }
}

impl Bench {
    pub(super) async fn visit(&self, path: &str) -> Seen {
        seen(self.bare(Method::GET, path)).await
    }

    pub(super) async fn send(&self, path: &str, fields: &[(&str, &str)]) -> Seen {
        seen(self.bare(Method::POST, path).form_body(fields)).await
    }

    /// Sends a person to the sandbox as the default app does, with some parameters set otherwise.
    pub(super) async fn ask(&self, changes: &[(&str, &str)]) -> Seen {
        let mut parameters = vec![
            ("client_id", "sandbox-client"),
            ("redirect_uri", REDIRECT),
            ("response_type", "code"),
            ("scope", "prospects.read prospects.write users.read"),
            ("state", "xyz"),
        ];
        parameters.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        parameters.extend(changes);
        let request = self.bare(Method::GET, "/oauth/authorize");
        seen(request.query(&parameters)).await
    }

    /// Signs in up to the consent page; its address.
    pub(super) async fn sign_in(&self, who: (&str, &str), changes: &[(&str, &str)]) -> String {
        let flow = self.ask(changes).await.to;
        assert!(flow.starts_with("/oauth/authorize/flow."), "{flow}");
        for fields in [
            [("step", "email"), ("email", who.0)],
            [("step", "password"), ("password", who.1)],
        ] {
            let sent = self.send(&flow, &fields).await;
            assert_eq!((sent.status, &sent.to), (StatusCode::SEE_OTHER, &flow));
        }
        flow
    }

    /// Signs in and consents; the code.
    pub(super) async fn code(&self, who: (&str, &str), changes: &[(&str, &str)]) -> String {
        let flow = self.sign_in(who, changes).await;
        let allow = [("step", "consent"), ("decision", "allow")];
        let sent = self.send(&flow, &allow).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER);
        parameter(&sent.to, "code").unwrap()
    }

    /// A token request with the default app's id and secret, unless the fields say otherwise; empty fields are left out.
    pub(super) fn token_request(&self, fields: &[(&str, &str)]) -> RequestBuilder {
        let mut all = vec![
            ("client_id", "sandbox-client"),
            ("client_secret", "sandbox-secret"),
        ];
        all.retain(|(name, _)| !fields.iter().any(|(given, _)| given == name));
        all.extend(fields);
        self.bare(Method::POST, "/oauth/token").form_body(&all)
    }

    pub(super) async fn mint(&self, fields: &[(&str, &str)]) -> (StatusCode, Value) {
        read(self.token_request(fields).send().await.unwrap()).await
    }

    pub(super) async fn redeem(&self, code: &str) -> (StatusCode, Value) {
        self.mint(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
        ])
        .await
    }

    pub(super) async fn refresh(&self, token: &str) -> (StatusCode, Value) {
        self.mint(&[("grant_type", "refresh_token"), ("refresh_token", token)])
            .await
    }

    pub(super) async fn advance(&self, seconds: u64) {
        let (status, _) = self
            .control("/settings", json!({"advance_secs": seconds}))
            .await;
        assert_eq!(status, StatusCode::OK);
    }
}

trait FormBody {
    fn form_body(self, fields: &[(&str, &str)]) -> Self;
}

impl FormBody for RequestBuilder {
    fn form_body(self, fields: &[(&str, &str)]) -> Self {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        self.header("Content-Type", "application/x-www-form-urlencoded")
            .body(form.finish())
    }
}

/// A parameter in the query of an address.
pub(super) fn parameter(address: &str, name: &str) -> Option<String> {
    let (_, query) = address.split_once('?')?;
    form_urlencoded::parse(query.as_bytes())
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.into_owned())
}

pub(super) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}
