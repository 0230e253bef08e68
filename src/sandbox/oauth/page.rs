//! The pages a person sees, and the page for those who cannot be sent back.

use axum::http::{HeaderName, StatusCode, header};

use super::{
    super::{
        answer::{Answer, HTML},
        users::Users,
    },
    app::App,
    flow::{Flow, Step},
    scope::in_words,
};

const LAYOUT: &str = include_str!("../../../assets/sandbox/oauth/layout.html");
const EMAIL: &str = include_str!("../../../assets/sandbox/oauth/email.html");
const PASSWORD: &str = include_str!("../../../assets/sandbox/oauth/password.html");
const CONSENT: &str = include_str!("../../../assets/sandbox/oauth/consent.html");
const SCOPE: &str = include_str!("../../../assets/sandbox/oauth/scope.html");
const ERROR: &str = include_str!("../../../assets/sandbox/oauth/error.html");

/// Nothing from elsewhere, and in no frame. `form-action` would keep the browser from going back to the app.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; \
    frame-ancestors 'none'";

/// What stands in a template's place.
#[derive(Clone, Copy)]
enum Part<'a> {
    Text(&'a str),
    Html(&'a str),
}

/// The page that a sign-in under way has come to.
pub(super) fn of(flow: &Flow, app: &App, users: &Users) -> Answer {
    let shared = [
        ("app", Part::Text(&app.name)),
        ("email", Part::Text(&flow.email)),
        ("complaint", Part::Text(flow.complaint.unwrap_or_default())),
        (
            "invalid",
            Part::Text(if flow.complaint.is_some() {
                "true"
            } else {
                "false"
            }),
        ),
    ];
    match flow.step {
        Step::Email => page(StatusCode::OK, "Sign in", &fill(EMAIL, &shared)),
        Step::Password => page(StatusCode::OK, "Password", &fill(PASSWORD, &shared)),
        Step::Consent => consent(flow, app, users),
    }
}

fn consent(flow: &Flow, app: &App, users: &Users) -> Answer {
    let user = flow.user.and_then(|id| users.sample(id));
    let scopes: String = flow
        .wanted
        .scopes
        .iter()
        .map(|scope| scope_item(scope))
        .collect();
    let origin = origin(&flow.wanted.redirect_uri);
    let content = fill(
        CONSENT,
        &[
            ("app", Part::Text(&app.name)),
            (
                "name",
                Part::Text(user.as_ref().map_or("", |user| &user.name)),
            ),
            (
                "email",
                Part::Text(user.as_ref().map_or("", |user| &user.email)),
            ),
            ("scopes", Part::Html(&scopes)),
            ("origin", Part::Text(origin)),
        ],
    );
    page(StatusCode::OK, "Allow access", &content)
}

fn scope_item(scope: &str) -> String {
    let words = in_words(scope);
    fill(
        SCOPE,
        &[("words", Part::Text(&words)), ("scope", Part::Text(scope))],
    )
}

/// What is shown in place of a redirect.
pub(super) fn error(status: StatusCode, title: &str, text: &str) -> Answer {
    let parts = [("title", Part::Text(title)), ("text", Part::Text(text))];
    page(status, title, &fill(ERROR, &parts))
}

fn page(status: StatusCode, title: &str, content: &str) -> Answer {
    let parts = [
        ("title", Part::Text(title)),
        ("content", Part::Html(content)),
    ];
    Answer::new(status, HTML, fill(LAYOUT, &parts))
        .with(header::CACHE_CONTROL, "no-store")
        .with(header::CONTENT_SECURITY_POLICY, POLICY)
        .with(header::REFERRER_POLICY, "no-referrer")
        .with(HeaderName::from_static("x-content-type-options"), "nosniff")
}

/// Scheme, host and port of a redirect URI.
fn origin(uri: &str) -> &str {
    let host = uri.find("://").map_or(0, |at| at + 3);
    let end = uri
        .get(host..)
        .and_then(|rest| rest.find(['/', '?']))
        .map_or(uri.len(), |at| host + at);
    uri.get(..end).unwrap_or(uri)
}

/// Puts parts in the places of `{{name}}`, in one pass: what a part holds is never read as a template.
fn fill(template: &str, parts: &[(&str, Part<'_>)]) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        filled.push_str(before);
        let Some((name, after)) = after.split_once("}}") else {
            break;
        };
        match parts.iter().find(|(known, _)| *known == name) {
            Some((_, Part::Text(text))) => escape(text, &mut filled),
            Some((_, Part::Html(html))) => filled.push_str(html),
            None => {}
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

fn escape(text: &str, into: &mut String) {
    for letter in text.chars() {
        match letter {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '"' => into.push_str("&quot;"),
            '\'' => into.push_str("&#39;"),
            _ => into.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_escaped_and_never_templates() {
        let parts = [
            ("a", Part::Text("<b> {{c}} \"&'")),
            ("b", Part::Html("<i>{{a}}</i>")),
        ];
        assert_eq!(
            fill("1 {{a}} 2 {{b}} 3 {{none}}.", &parts),
            "1 &lt;b&gt; {{c}} &quot;&amp;&#39; 2 <i>{{a}}</i> 3 ."
        );
    }

    #[test]
    fn an_origin_ends_where_the_path_begins() {
        for (uri, expected) in [
            ("https://127.0.0.1:8765/callback", "https://127.0.0.1:8765"),
            ("https://a.example?x=/", "https://a.example"),
            ("https://a.example", "https://a.example"),
        ] {
            assert_eq!(origin(uri), expected);
        }
    }

    #[test]
    fn pages_need_nothing_from_elsewhere() {
        for template in [LAYOUT, EMAIL, PASSWORD, CONSENT, SCOPE, ERROR] {
            for elsewhere in ["http://", "https://", "src=", "@import", "<script"] {
                assert!(!template.contains(elsewhere), "{elsewhere}");
            }
        }
    }
}
