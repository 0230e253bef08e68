//! The authorization endpoint: an app's request becomes a sign-in, page by page, and ends back at the app.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{StatusCode, Uri, header},
    response::Response,
};

use super::{
    super::{
        answer::{Answer, HTML},
        state::{Shared, World},
    },
    fields::Fields,
    flow::Decision,
    page,
    request::{Refused, Wanted},
    scope::Scopes,
    tokens::Grant,
};

/// Where an app sends a person.
pub(super) async fn begin(State(shared): State<Arc<Shared>>, uri: Uri) -> Response {
    let fields = Fields::from_form(uri.query().unwrap_or_default().as_bytes());
    let mut world = shared.world();
    let now = world.clock.now();
    let answer = match Wanted::parse(&world.oauth.apps, &fields) {
        Ok(wanted) => {
            let flow = world.oauth.flows.begin(wanted, now);
            redirect(StatusCode::FOUND, format!("/oauth/authorize/{flow}"))
        }
        Err(Refused::Redirect(to)) => redirect(StatusCode::FOUND, to),
        Err(Refused::Page(text)) => page::error(
            StatusCode::BAD_REQUEST,
            "This app cannot ask for access",
            &text,
        ),
    };
    answer.into_response()
}

/// The page that a sign-in has come to.
pub(super) async fn show(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Response {
    let mut guard = shared.world();
    let World { clock, oauth, .. } = &mut *guard;
    let shown = oauth.flows.get(&id, clock.now()).and_then(|flow| {
        let app = oauth.apps.get(&flow.wanted.client_id)?;
        Some(page::of(flow, app, &shared.users))
    });
    shown.unwrap_or_else(over).into_response()
}

/// What a page sends; the answer is always another address, so that reloading sends nothing twice.
pub(super) async fn submit(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let fields = Fields::from_form(&body);
    let mut guard = shared.world();
    let World { clock, oauth, .. } = &mut *guard;
    let now = clock.now();
    let Some(flow) = oauth.flows.get(&id, now) else {
        return over().into_response();
    };
    let Some(decision) = flow.submit(&shared.users, &fields) else {
        return redirect(StatusCode::SEE_OTHER, format!("/oauth/authorize/{id}")).into_response();
    };
    let wanted = flow.wanted.clone();
    oauth.flows.end(&id);
    let to = match decision {
        Decision::Denied => wanted.refusal(
            "access_denied",
            "The resource owner or authorization server denied the request.",
        ),
        Decision::Allowed { user } => {
            let grant = Grant {
                user,
                client_id: wanted.client_id.clone(),
                scopes: Scopes::Listed(wanted.scopes.clone()),
            };
            let (uri, challenge) = (wanted.redirect_uri.clone(), wanted.challenge.clone());
            let code = oauth.tokens.new_code(grant, uri, challenge, now);
            wanted.success(&code)
        }
    };
    redirect(StatusCode::SEE_OTHER, to).into_response()
}

fn redirect(status: StatusCode, to: String) -> Answer {
    Answer::new(status, HTML, [])
        .with(header::LOCATION, to)
        .with(header::CACHE_CONTROL, "no-store")
}

fn over() -> Answer {
    page::error(
        StatusCode::NOT_FOUND,
        "This sign-in is over",
        "It was finished already, or it took too long. Go back to the app and start again.",
    )
}

#[cfg(test)]
mod tests {
    use reqwest::{Method, StatusCode};
    use serde_json::json;

    use super::super::{
        super::testing::header,
        testing::{REDIRECT, SAM, desk, parameter},
    };

    #[tokio::test]
    async fn a_person_walks_from_page_to_page_and_back_to_the_app() {
        let bench = desk().await;
        let asked = bench.ask(&[]).await;
        assert_eq!(asked.status, StatusCode::FOUND);
        let flow = asked.to;
        let email = bench.visit(&flow).await.page;
        for part in [
            "id=\"email\"",
            "id=\"next\"",
            "for=\"email\"",
            "username",
            "Audience Sync",
        ] {
            assert!(email.contains(part), "{part}");
        }
        let sent = bench
            .send(
                &flow,
                &[
                    ("step", "email"),
                    ("email", " SAM.Rivera@brightwater.example "),
                ],
            )
            .await;
        assert_eq!((sent.status, &sent.to), (StatusCode::SEE_OTHER, &flow));
        let password = bench.visit(&flow).await.page;
        for part in [
            "id=\"password\"",
            "id=\"sign-in\"",
            "for=\"password\"",
            "current-password",
        ] {
            assert!(password.contains(part), "{part}");
        }
        let sent = bench
            .send(&flow, &[("step", "password"), ("password", SAM.1)])
            .await;
        assert_eq!((sent.status, &sent.to), (StatusCode::SEE_OTHER, &flow));
        let consent = bench.visit(&flow).await.page;
        for part in [
            "id=\"allow\"",
            "id=\"deny\"",
            "Audience Sync (sandbox app) asks for access",
            "Sam Rivera",
            "See prospects",
            "prospects.write",
            "http://127.0.0.1:8765",
        ] {
            assert!(consent.contains(part), "{part}");
        }
        assert!(!consent.contains("batches.read"), "only what was asked for");
        let sent = bench
            .send(&flow, &[("step", "consent"), ("decision", "allow")])
            .await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER);
        assert!(sent.to.starts_with(REDIRECT), "{}", sent.to);
        assert_eq!(parameter(&sent.to, "state").as_deref(), Some("xyz"));
        assert!(parameter(&sent.to, "code").is_some());
        let over = bench.visit(&flow).await;
        assert_eq!(over.status, StatusCode::NOT_FOUND);
        assert!(over.page.contains("This sign-in is over"));
    }

    #[tokio::test]
    async fn a_person_can_say_no() {
        let bench = desk().await;
        let flow = bench.sign_in(SAM, &[("state", "a b&c")]).await;
        let sent = bench
            .send(&flow, &[("step", "consent"), ("decision", "deny")])
            .await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER);
        assert!(sent.to.starts_with(REDIRECT));
        assert_eq!(
            parameter(&sent.to, "error").as_deref(),
            Some("access_denied")
        );
        assert_eq!(parameter(&sent.to, "state").as_deref(), Some("a b&c"));
        assert_eq!(parameter(&sent.to, "code"), None);
        let again = [("step", "consent"), ("decision", "allow")];
        assert_eq!(
            bench.send(&flow, &again).await.status,
            StatusCode::NOT_FOUND
        );
    }

    #[tokio::test]
    async fn what_is_wrong_stands_beside_the_field() {
        let bench = desk().await;
        let flow = bench.ask(&[]).await.to;
        for (email, complaint) in [
            ("", "Enter your e-mail address."),
            ("<i>@x.example", "No user has this e-mail address."),
        ] {
            bench
                .send(&flow, &[("step", "email"), ("email", email)])
                .await;
            let page = bench.visit(&flow).await.page;
            assert!(
                page.contains(&format!("role=\"alert\">{complaint}<")),
                "{page}"
            );
            assert!(page.contains("aria-invalid=\"true\""));
            assert!(!page.contains("<i>"));
        }
        assert!(
            bench
                .visit(&flow)
                .await
                .page
                .contains("value=\"&lt;i&gt;@x.example\"")
        );
        bench
            .send(&flow, &[("step", "email"), ("email", SAM.0)])
            .await;
        for (password, complaint) in [
            ("", "Enter your password."),
            ("Sam-sandbox", "This is not the right password."),
        ] {
            bench
                .send(&flow, &[("step", "password"), ("password", password)])
                .await;
            let page = bench.visit(&flow).await.page;
            assert!(
                page.contains(&format!("role=\"alert\">{complaint}<")),
                "{page}"
            );
            assert!(page.contains("id=\"password\"") && page.contains(SAM.0));
            assert!(!page.contains("Sam-sandbox"), "no password comes back");
        }
    }

    #[tokio::test]
    async fn no_page_can_be_skipped() {
        let bench = desk().await;
        let flow = bench.ask(&[]).await.to;
        let allow = [("step", "consent"), ("decision", "allow")];
        let password = [("step", "password"), ("password", SAM.1)];
        for early in [&allow, &password] {
            assert_eq!(bench.send(&flow, early).await.to, flow);
            assert!(bench.visit(&flow).await.page.contains("id=\"email\""));
        }
        bench
            .send(&flow, &[("step", "email"), ("email", SAM.0)])
            .await;
        assert_eq!(bench.send(&flow, &allow).await.to, flow);
        assert!(bench.visit(&flow).await.page.contains("id=\"password\""));
        bench.send(&flow, &password).await;
        bench.send(&flow, &[("step", "restart")]).await;
        assert_eq!(bench.send(&flow, &allow).await.to, flow);
        assert!(bench.visit(&flow).await.page.contains("id=\"email\""));
    }

    #[tokio::test]
    async fn whom_nobody_knows_sees_a_page_and_goes_nowhere() {
        let bench = desk().await;
        for change in [
            ("client_id", "<b>stranger"),
            ("redirect_uri", "https://evil.example/callback"),
            ("redirect_uri", ""),
        ] {
            let seen = bench.ask(&[change]).await;
            assert_eq!(seen.status, StatusCode::BAD_REQUEST);
            assert_eq!(seen.to, "");
            assert!(seen.page.contains("This app cannot ask for access"));
            assert!(!seen.page.contains("<b>"));
        }
        let strange = bench.visit("/oauth/authorize/flow.0").await;
        assert_eq!(strange.status, StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn the_app_learns_what_it_did_wrong() {
        let bench = desk().await;
        for (change, error) in [
            (("scope", "prospects.read sequences.read"), "invalid_scope"),
            (("scope", "prospects.all"), "invalid_scope"),
            (("response_type", ""), "unsupported_response_type"),
            (("code_challenge", "x"), "invalid_request"),
        ] {
            let seen = bench.ask(&[change]).await;
            assert_eq!(seen.status, StatusCode::FOUND);
            assert!(seen.to.starts_with(REDIRECT));
            assert_eq!(parameter(&seen.to, "error").as_deref(), Some(error));
            assert_eq!(parameter(&seen.to, "state").as_deref(), Some("xyz"));
        }
    }

    #[tokio::test]
    async fn an_app_can_be_given_other_addresses_and_scopes() {
        let bench = desk().await;
        let change = json!({
            "client_id": "sandbox-client",
            "name": "Mine & <yours>",
            "redirect_uris": ["http://127.0.0.1:5000/back?x=1"],
            "scopes": ["prospects.all"],
        });
        assert_eq!(bench.control("/apps", change).await.0, StatusCode::OK);
        let back = [
            ("redirect_uri", "http://127.0.0.1:5000/back?x=1"),
            ("scope", "prospects.all"),
        ];
        let flow = bench.sign_in(SAM, &back).await;
        let page = bench.visit(&flow).await.page;
        assert!(page.contains("Mine &amp; &lt;yours&gt; asks for access"));
        let sent = bench
            .send(&flow, &[("step", "consent"), ("decision", "allow")])
            .await;
        let start = "http://127.0.0.1:5000/back?x=1&code=";
        assert!(sent.to.starts_with(start), "{}", sent.to);
        assert_eq!(bench.ask(&[]).await.status, StatusCode::BAD_REQUEST);
    }

    #[tokio::test]
    async fn a_sign_in_left_alone_is_over_in_an_hour() {
        let bench = desk().await;
        let flow = bench.ask(&[]).await.to;
        bench.advance(3600).await;
        assert_eq!(bench.visit(&flow).await.status, StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn pages_are_kept_out_of_caches_and_frames() {
        let bench = desk().await;
        let flow = bench.ask(&[]).await.to;
        let response = bench.bare(Method::GET, &flow).send().await.unwrap();
        assert_eq!(header(&response, "cache-control"), "no-store");
        assert_eq!(header(&response, "referrer-policy"), "no-referrer");
        let policy = header(&response, "content-security-policy");
        assert!(policy.contains("frame-ancestors 'none'"));
        assert!(!policy.contains("form-action"));
    }
}
