//! The address that is shown, the address that comes back, and the exchange.

use std::collections::BTreeMap;

use super::{
    super::testing::{Server, TestClock},
    *,
};
use crate::model::RedirectMode;

fn endpoint(account: &AccountSettings) -> Endpoint {
    Endpoint::new(account, Clock::system()).expect("its addresses are good")
}

fn query(attempt: &Attempt) -> BTreeMap<String, String> {
    attempt.url.query_pairs().into_owned().collect()
}

#[test]
fn the_address_asks_for_everything_that_outreach_wants() {
    let account = AccountSettings {
        client_id: "client-1\n".to_owned(),
        redirect: RedirectMode::Http,
        ..AccountSettings::new("a1", "Sales")
    };
    let endpoint = endpoint(&account);
    let (first, second) = (endpoint.begin(), endpoint.begin());
    let asked = query(&first);
    let expected = [
        ("client_id", "client-1"),
        ("code_challenge_method", "S256"),
        ("redirect_uri", "http://127.0.0.1:8765/callback"),
        ("response_type", "code"),
        (
            "scope",
            "prospects.read prospects.write users.read batches.read batches.write batchItems.read",
        ),
    ];
    for (name, value) in expected {
        assert_eq!(asked[name], value, "{name}");
    }
    assert!(
        first
            .address()
            .starts_with("https://api.outreach.io/oauth/authorize?")
    );
    for name in ["state", "code_challenge"] {
        assert!(asked[name].len() >= 22, "{name}");
        assert_ne!(asked[name], query(&second)[name], "{name}");
    }
}

#[test]
fn secrets_go_nowhere_in_the_clear() {
    for (address, code) in [
        ("https://api.outreach.io", None),
        ("http://127.0.0.1:4010", None),
        ("http://[::1]:4010", None),
        ("http://api.outreach.io", Some("sign_in_not_encrypted")),
        (
            "http://127.0.0.1.example.com",
            Some("sign_in_not_encrypted"),
        ),
        ("api.outreach.io", Some("sign_in_address")),
        ("ftp://api.outreach.io", Some("sign_in_address")),
    ] {
        let account = AccountSettings {
            api_address: address.to_owned(),
            ..AccountSettings::new("a1", "Sales")
        };
        let came = Endpoint::new(&account, Clock::system());
        assert_eq!(came.err().map(|e| e.code()), code, "{address}");
    }
}

#[test]
fn a_pasted_address_is_read_in_every_form_people_copy_it() {
    let attempt = endpoint(&AccountSettings::new("a1", "Sales")).begin();
    let state = query(&attempt)["state"].clone();
    let read = |text: &str| {
        let text = text.replace("STATE", &state);
        match attempt.expected().judge_pasted(&text) {
            Ok(code) => Ok(code.0.secret().clone()),
            Err(why) => Err(why),
        }
    };
    for text in [
        "https://127.0.0.1:8765/callback?code=a%2Fb&state=STATE",
        "  \"http://127.0.0.1:8765/callback?state=STATE&code=a%2Fb#top\"\n",
        "127.0.0.1:8765/callback?code=a%2Fb&state=STATE",
        "?code=a%2Fb&state=STATE",
        "<code=a%2Fb&state=STATE>",
    ] {
        assert_eq!(read(text).as_deref(), Ok("a/b"), "{text}");
    }
    for (text, why) in [
        ("", NoCode::Empty),
        ("c0de", NoCode::Empty),
        (
            "https://api.outreach.io/oauth/authorize?state=STATE",
            NoCode::Empty,
        ),
        (
            "https://127.0.0.1:8765/callback?code=c0de&state=STAT",
            NoCode::WrongState,
        ),
        (
            "https://127.0.0.1:8765/callback?code=c0de",
            NoCode::WrongState,
        ),
        (
            "https://127.0.0.1:8765/callback?error=access_denied&state=STATE",
            NoCode::Denied,
        ),
    ] {
        assert_eq!(read(text), Err(why), "{text}");
    }
}

#[tokio::test]
async fn a_code_is_exchanged_with_the_secret_in_the_body_and_the_same_redirect_address() {
    let (server, clock) = (Server::start().await, TestClock::default());
    let endpoint = Endpoint::new(&server.account(), clock.clock()).expect("good addresses");
    let attempt = endpoint.begin();
    let asked = query(&attempt);
    let code = attempt
        .expected()
        .judge(&format!("code=c0de&state={}", asked["state"]))
        .expect("a code");
    let secret = SecretString::from(" s3cret\n");
    let tokens = endpoint.exchange(attempt, code, &secret).await;
    let tokens = tokens.expect("tokens");
    assert_eq!(tokens.access_until, clock.now() + DEFAULT_LIFETIME);
    assert!(!format!("{tokens:?}").contains("access-1"));
    let form = server.script().forms[0].clone();
    for (name, value) in [
        ("grant_type", "authorization_code"),
        ("code", "c0de"),
        ("client_id", "client-1"),
        ("client_secret", "s3cret"),
        ("redirect_uri", asked["redirect_uri"].as_str()),
    ] {
        assert_eq!(form[name], value, "{name}");
    }
    let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(
        form["code_verifier"].clone(),
    ));
    assert_eq!(challenge.as_str(), asked["code_challenge"]);
}

#[test]
fn the_end_of_a_token_is_told_by_our_clock() {
    let asked: Timestamp = "2026-11-23T12:00:00Z".parse().expect("an instant");
    let read = |times: &str| {
        let text = format!(r#"{{"access_token":"a","token_type":"bearer"{times}}}"#);
        let response: Response = serde_json::from_str(&text).expect("a response");
        let tokens = Tokens::from_response(&response, asked);
        tokens.access_until.duration_since(asked).as_secs()
    };
    for (times, secs) in [
        ("", 7200),
        (r#","expires_in":600"#, 600),
        (r#","expires_in":600,"created_at":1795435200"#, 600),
        // It was issued a minute ago.
        (r#","expires_in":600,"created_at":1795435140"#, 540),
        // The server's clock is ahead, or altogether wrong.
        (r#","expires_in":600,"created_at":1795435260"#, 600),
        (r#","expires_in":600,"created_at":1795400000"#, 600),
        (r#","expires_in":600,"created_at":"today""#, 600),
    ] {
        assert_eq!(read(times), secs, "{times}");
    }
}

#[tokio::test]
async fn what_a_server_repeats_of_a_request_is_not_passed_on() {
    let server = Server::start().await;
    server.script().is_echoing = true;
    let endpoint = endpoint(&server.account());
    let secret = SecretString::from("kT3p/Xw0v+N9");
    let token = SecretString::from("refresh~7 marker=");
    let refused = endpoint.refresh(&token, &secret).await;
    let attempt = endpoint.begin();
    let verifier = attempt.verifier.secret().to_owned();
    let code = Code(AuthorizationCode::new("code-of-a-person".to_owned()));
    let not_exchanged = endpoint.exchange(attempt, code, &secret).await;
    let said = format!("{refused:?} {not_exchanged:?}");
    assert!(said.contains("bad: "), "{said}");
    for hidden in ["kT3p", "Xw0v", "marker", "code-of-a-person", &verifier] {
        assert!(!said.contains(hidden), "{hidden} in {said}");
    }
}
