//! Registered apps: who may ask for tokens, where people are sent back to, and what may be asked for.

use std::collections::BTreeMap;

use axum::http::Uri;
use serde::{Deserialize, Serialize};

use super::scope::is_scope;

/// An app as an admin registers it.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct App {
    /// Names the app in requests.
    pub client_id: String,
    /// Proves that a token request comes from the app.
    pub client_secret: String,
    /// The name on the consent page.
    pub name: String,
    /// Where people may be sent back to; compared to the letter.
    pub redirect_uris: Vec<String>,
    /// The scopes that may be asked for; `prospects.all` does not register `prospects.read`.
    pub scopes: Vec<String>,
}

impl Default for App {
    fn default() -> Self {
        let owned = |texts: &[&str]| texts.iter().copied().map(str::to_owned).collect();
        Self {
            client_id: "sandbox-client".to_owned(),
            client_secret: "sandbox-secret".to_owned(),
            name: "Audience Sync (sandbox app)".to_owned(),
            redirect_uris: owned(&[
                "https://127.0.0.1:8765/callback",
                "http://127.0.0.1:8765/callback",
            ]),
            scopes: owned(&[
                "prospects.read",
                "prospects.write",
                "users.read",
                "batches.read",
                "batches.write",
                "batchItems.read",
            ]),
        }
    }
}

/// Changes to an app, or a new one: what is missing stays, or is as in the default app.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AppChange {
    client_id: String,
    client_secret: Option<String>,
    name: Option<String>,
    redirect_uris: Option<Vec<String>>,
    scopes: Option<Vec<String>>,
}

impl App {
    /// Names what is wrong with it.
    fn check(&self) -> Result<(), String> {
        if self.client_id.is_empty() || self.client_secret.is_empty() {
            return Err("'client_id' and 'client_secret' must not be empty".to_owned());
        }
        if let Some(uri) = self.redirect_uris.iter().find(|uri| !is_absolute(uri)) {
            return Err(format!("'{uri}' is not an absolute URI without a fragment"));
        }
        if let Some(scope) = self.scopes.iter().find(|scope| !is_scope(scope)) {
            return Err(format!("'{scope}' is not a scope"));
        }
        Ok(())
    }

    pub(super) fn has_redirect(&self, uri: &str) -> bool {
        self.redirect_uris.iter().any(|known| known == uri)
    }

    pub(super) fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|known| known == scope)
    }
}

/// Without scheme and host there is nowhere to go, and a fragment would hide the answer from the app (RFC 6749 §3.1.2).
fn is_absolute(uri: &str) -> bool {
    let parsed = uri.parse::<Uri>();
    !uri.contains('#')
        && parsed.is_ok_and(|uri| uri.scheme().is_some() && uri.authority().is_some())
}

/// All registered apps, by client id.
#[derive(Debug, Default)]
pub(super) struct Apps(BTreeMap<String, App>);

impl Apps {
    pub(super) fn get(&self, client_id: &str) -> Option<&App> {
        self.0.get(client_id)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &App> {
        self.0.values()
    }

    /// Adds an app, or puts it in the place of the one with its id.
    pub(super) fn register(&mut self, app: App) -> Result<(), String> {
        app.check()?;
        self.0.insert(app.client_id.clone(), app);
        Ok(())
    }

    pub(super) fn change(&mut self, change: AppChange) -> Result<App, String> {
        let AppChange {
            client_id,
            client_secret,
            name,
            redirect_uris,
            scopes,
        } = change;
        let base = self.get(&client_id).cloned().unwrap_or_default();
        let app = App {
            client_id,
            client_secret: client_secret.unwrap_or(base.client_secret),
            name: name.unwrap_or(base.name),
            redirect_uris: redirect_uris.unwrap_or(base.redirect_uris),
            scopes: scopes.unwrap_or(base.scopes),
        };
        self.register(app.clone())?;
        Ok(app)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_that_cannot_work_is_not_registered() {
        let mut apps = Apps::default();
        apps.register(App::default()).unwrap();
        for (app, complaint) in [
            (
                App {
                    client_secret: String::new(),
                    ..App::default()
                },
                "must not be empty",
            ),
            (
                App {
                    redirect_uris: vec!["/callback".to_owned()],
                    ..App::default()
                },
                "'/callback' is not an absolute URI",
            ),
            (
                App {
                    redirect_uris: vec!["https://a.example/#x".to_owned()],
                    ..App::default()
                },
                "fragment",
            ),
            (
                App {
                    scopes: vec!["prospects".to_owned()],
                    ..App::default()
                },
                "'prospects' is not a scope",
            ),
        ] {
            let error = apps.register(app).unwrap_err();
            assert!(error.contains(complaint), "{error}");
        }
        assert_eq!(apps.all().collect::<Vec<_>>(), [&App::default()]);
    }

    #[test]
    fn a_change_leaves_alone_what_it_does_not_name() {
        let mut apps = Apps::default();
        apps.register(App::default()).unwrap();
        let change = r#"{"client_id":"sandbox-client","scopes":["prospects.all"]}"#;
        let changed = apps.change(serde_json::from_str(change).unwrap()).unwrap();
        let expected = App {
            scopes: vec!["prospects.all".to_owned()],
            ..App::default()
        };
        assert_eq!(changed, expected);
        assert_eq!(apps.get("sandbox-client"), Some(&expected));
    }
}
