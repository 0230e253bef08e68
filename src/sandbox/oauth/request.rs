//! The authorization request: who asks for what, and how it is refused.

use super::{
    app::{App, Apps},
    fields::{Fields, with_query},
    pkce::Challenge,
    scope::Scopes,
};

/// A request a person may consent to.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) client_id: String,
    pub(super) redirect_uri: String,
    pub(super) scopes: Vec<String>,
    pub(super) state: Option<String>,
    pub(super) challenge: Option<Challenge>,
}

/// Why nobody is asked.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// Nothing in the request says safely where to go back to.
    Page(String),
    /// The app is told, by this address.
    Redirect(String),
}

impl Wanted {
    pub(super) fn parse(apps: &Apps, fields: &Fields) -> Result<Self, Refused> {
        let page = |text: &str| Refused::Page(text.to_owned());
        for name in ["client_id", "redirect_uri"] {
            if fields.repeats(name) {
                return Err(Refused::Page(format!("The request names {name} twice.")));
            }
        }
        let client_id = fields
            .get("client_id")
            .ok_or_else(|| page("The request names no client_id."))?;
        let app = apps
            .get(client_id)
            .ok_or_else(|| Refused::Page(format!("No app has the client id “{client_id}”.")))?;
        let redirect_uri = fields
            .get("redirect_uri")
            .ok_or_else(|| page("The request names no redirect_uri."))?;
        if !app.has_redirect(redirect_uri) {
            return Err(Refused::Page(format!(
                "“{redirect_uri}” is not a redirect URI of {}. It must be registered with the app, to the letter.",
                app.name
            )));
        }
        let mut wanted = Self {
            client_id: client_id.to_owned(),
            redirect_uri: redirect_uri.to_owned(),
            scopes: Vec::new(),
            state: fields.get("state").map(str::to_owned),
            challenge: None,
        };
        match wanted.read(app, fields) {
            Ok(()) => Ok(wanted),
            Err((error, text)) => Err(Refused::Redirect(wanted.refusal(error, &text))),
        }
    }

    /// Reads what the app is told about if it is wrong.
    fn read(&mut self, app: &App, fields: &Fields) -> Result<(), (&'static str, String)> {
        if let Some(name) = fields.first_repeated() {
            return Err((
                "invalid_request",
                format!("The request names {name} twice."),
            ));
        }
        if fields.get("response_type") != Some("code") {
            let text = "The authorization server does not support this response type.";
            return Err(("unsupported_response_type", text.to_owned()));
        }
        if let Scopes::Listed(scopes) = Scopes::parse(fields.get("scope").unwrap_or_default()) {
            self.scopes = scopes;
        }
        let unregistered = self.scopes.iter().find(|scope| !app.has_scope(scope));
        if self.scopes.is_empty() || unregistered.is_some() {
            let text = "The requested scope is invalid, unknown, or malformed.";
            return Err(("invalid_scope", text.to_owned()));
        }
        if let Some(challenge) = fields.get("code_challenge") {
            let method = fields.get("code_challenge_method");
            let challenge = Challenge::parse(challenge, method);
            self.challenge = Some(challenge.map_err(|text| ("invalid_request", text.to_owned()))?);
        }
        Ok(())
    }

    /// Where a person is sent who may not or does not consent.
    pub(super) fn refusal(&self, error: &str, text: &str) -> String {
        self.back(&[("error", error), ("error_description", text)])
    }

    /// Where a person is sent who consents.
    pub(super) fn success(&self, code: &str) -> String {
        self.back(&[("code", code)])
    }

    fn back(&self, answer: &[(&str, &str)]) -> String {
        let mut parameters = answer.to_vec();
        parameters.extend(self.state.as_deref().map(|state| ("state", state)));
        with_query(&self.redirect_uri, &parameters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: [(&str, &str); 6] = [
        ("client_id", "sandbox-client"),
        ("redirect_uri", "http://127.0.0.1:8765/callback"),
        ("response_type", "code"),
        ("scope", "prospects.read users.read"),
        ("state", "s&1"),
        ("unknown", "is ignored"),
    ];

    /// The good request with one parameter replaced; an empty one counts as missing.
    fn parse(name: &str, value: &str) -> Result<Wanted, Refused> {
        let mut apps = Apps::default();
        apps.register(App::default()).unwrap();
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(GOOD.iter().filter(|(known, _)| *known != name));
        query.append_pair(name, value);
        Wanted::parse(&apps, &Fields::from_form(query.finish().as_bytes()))
    }

    #[test]
    fn a_good_request_is_taken() {
        let wanted = parse("unknown", "x").unwrap();
        assert_eq!(wanted.scopes, ["prospects.read", "users.read"]);
        assert_eq!(
            wanted.success("c"),
            "http://127.0.0.1:8765/callback?code=c&state=s%261"
        );
        assert_eq!(
            parse("state", "").unwrap().success("c"),
            "http://127.0.0.1:8765/callback?code=c"
        );
    }

    #[test]
    fn nobody_is_sent_where_the_app_is_not() {
        for (name, value, says) in [
            ("client_id", "", "no client_id"),
            ("client_id", "stranger", "“stranger”"),
            ("redirect_uri", "", "no redirect_uri"),
            (
                "redirect_uri",
                "http://127.0.0.1:8765/callback/",
                "not a redirect URI",
            ),
            (
                "redirect_uri",
                "http://127.0.0.1:8766/callback",
                "not a redirect URI",
            ),
            (
                "redirect_uri",
                "http://localhost:8765/callback",
                "not a redirect URI",
            ),
        ] {
            match parse(name, value) {
                Err(Refused::Page(text)) => assert!(text.contains(says), "{text}"),
                other => panic!("{name}={value}: {other:?}"),
            }
        }
    }

    #[test]
    fn the_app_is_told_of_its_other_mistakes() {
        for (name, value, error) in [
            ("response_type", "", "unsupported_response_type"),
            ("response_type", "token", "unsupported_response_type"),
            ("scope", "", "invalid_scope"),
            ("scope", "prospects.read sequences.read", "invalid_scope"),
            ("scope", "prospects.all", "invalid_scope"),
            ("code_challenge", "short", "invalid_request"),
        ] {
            match parse(name, value) {
                Err(Refused::Redirect(to)) => {
                    let start = format!("http://127.0.0.1:8765/callback?error={error}&");
                    assert!(to.starts_with(&start), "{to}");
                    assert!(to.ends_with("&state=s%261"), "{to}");
                }
                other => panic!("{name}={value}: {other:?}"),
            }
        }
    }

    #[test]
    fn no_parameter_comes_twice() {
        let mut apps = Apps::default();
        apps.register(App::default()).unwrap();
        let twice = |name: &str| {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.extend_pairs(GOOD).append_pair(name, "x");
            Wanted::parse(&apps, &Fields::from_form(query.finish().as_bytes()))
        };
        assert!(matches!(twice("redirect_uri"), Err(Refused::Page(_))));
        match twice("scope") {
            Err(Refused::Redirect(to)) => assert!(to.contains("error=invalid_request"), "{to}"),
            other => panic!("{other:?}"),
        }
    }
}
