//! An account: how to sign in to one Outreach user, and what is known of that sign-in. Settings, never secrets.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{BudgetSettings, DEFAULT_API_ADDRESS};

/// The port of the redirect address, unless the account says otherwise.
pub const DEFAULT_PORT: u16 = 8765;

/// Outreach forgets a sign-in that nobody has renewed for so long.
pub const SIGN_IN_LASTS: SignedDuration = SignedDuration::from_hours(14 * 24);

/// So long before its end a sign-in counts as ending soon.
const SOON: SignedDuration = SignedDuration::from_hours(3 * 24);

/// What the program asks leave for, and what does not work without it.
const SCOPES: [(&str, &str); 6] = [
    (
        "prospects.read",
        "checking and comparing what Outreach holds",
    ),
    ("prospects.write", "updating prospects: nothing can be sent"),
    ("users.read", "showing who is connected"),
    (
        "batches.read",
        "following updates of many prospects at once",
    ),
    ("batches.write", "updating many prospects with one request"),
    (
        "batchItems.read",
        "naming the prospects that a bulk update failed for",
    ),
];

/// One sign-in to Outreach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountSettings {
    /// What its secrets are kept under; it never changes, so the account can be renamed.
    pub id: String,
    /// The name people know it by; unique.
    pub name: String,
    /// Scheme, host and port of the API; its tokens are sent nowhere else.
    pub api_address: String,
    /// Where the browser signs in; [`authorize_address`](Self::authorize_address) if nothing else is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorize_address: Option<String>,
    /// Where tokens are issued; [`token_address`](Self::token_address) if nothing else is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_address: Option<String>,
    /// The id of the app that the administrator made in Outreach.
    pub client_id: String,
    /// What leave is asked for.
    #[serde(default = "default_scopes")]
    pub scopes: Vec<String>,
    /// How the browser's answer comes back.
    #[serde(default)]
    pub redirect: RedirectMode,
    /// The port it comes back to.
    #[serde(default = "default_port")]
    pub port: u16,
    /// Who is signed in, as far as Outreach says so.
    #[serde(default)]
    pub connected_as: Option<String>,
    /// The user whose confirmed update told who is signed in; set once Outreach was asked for that user's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connected_user: Option<u64>,
    /// What leave was given.
    #[serde(default)]
    pub granted_scopes: Vec<String>,
    /// When the sign-in ends if it is not renewed; `None` without a sign-in.
    #[serde(default)]
    pub signed_in_until: Option<Timestamp>,
    /// Where the secrets are.
    #[serde(default)]
    pub keep: Keep,
    /// How much of its requests this program may use.
    #[serde(default)]
    pub budget: BudgetSettings,
}

/// How the browser's answer comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RedirectMode {
    /// To this computer, with a certificate that the browser warns of; Outreach may take no other.
    #[default]
    Https,
    /// To this computer, in the clear.
    Http,
    /// By hand: the person copies the address that the browser ends at.
    Paste,
}

/// Where an account's secrets are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// In the system's keyring.
    #[default]
    Keyring,
    /// In memory, until the program ends.
    SessionOnly,
}

/// A scope that was asked for and not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MissingScope<'a> {
    /// Its name.
    pub scope: &'a str,
    /// What does not work without it; empty if the program does not know.
    pub without: &'static str,
}

impl AccountSettings {
    /// An account that has never signed in.
    pub fn new(id: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            api_address: DEFAULT_API_ADDRESS.to_owned(),
            authorize_address: None,
            token_address: None,
            client_id: String::new(),
            scopes: default_scopes(),
            redirect: RedirectMode::default(),
            port: DEFAULT_PORT,
            connected_as: None,
            connected_user: None,
            granted_scopes: vec![],
            signed_in_until: None,
            keep: Keep::default(),
            budget: BudgetSettings::default(),
        }
    }

    /// The account without its sign-in.
    #[must_use]
    pub fn signed_out(self) -> Self {
        Self {
            signed_in_until: None,
            connected_as: None,
            connected_user: None,
            granted_scopes: vec![],
            ..self
        }
    }

    /// Where the browser signs in.
    pub fn authorize_address(&self) -> String {
        let own = self.authorize_address.clone();
        own.unwrap_or_else(|| self.oauth_address("authorize"))
    }

    /// Where tokens are issued.
    pub fn token_address(&self) -> String {
        let own = self.token_address.clone();
        own.unwrap_or_else(|| self.oauth_address("token"))
    }

    /// The address that the browser ends at, to be registered in Outreach letter by letter. Paste-back uses the one
    /// with https, which Outreach is sure to take, and nothing has to listen there.
    pub fn redirect_address(&self) -> String {
        let scheme = match self.redirect {
            RedirectMode::Https | RedirectMode::Paste => "https",
            RedirectMode::Http => "http",
        };
        format!("{scheme}://127.0.0.1:{}/callback", self.port)
    }

    /// Whether the account may be used at this API address.
    pub fn is_for(&self, api_address: &str) -> bool {
        let bare = |address: &str| address.trim().trim_end_matches('/').to_ascii_lowercase();
        bare(&self.api_address) == bare(api_address)
    }

    /// The scopes that were asked for and not given. Outreach may not say which it gave; then none counts as missing.
    pub fn missing_scopes(&self) -> Vec<MissingScope<'_>> {
        if self.granted_scopes.is_empty() {
            return vec![];
        }
        let is_missing = |scope: &&String| !self.grants(scope);
        let missing = self.scopes.iter().filter(is_missing);
        missing
            .map(|scope| MissingScope {
                scope,
                without: SCOPES
                    .iter()
                    .find(|(name, _)| name == scope)
                    .map_or("", |(_, without)| without),
            })
            .collect()
    }

    /// Whether Outreach may be asked for the name behind the number of a user, which it is once for each sign-in.
    pub fn may_ask_for_user(&self) -> bool {
        let is_allowed = self.granted_scopes.is_empty() || self.grants("users.read");
        self.connected_as.is_none() && self.connected_user.is_none() && is_allowed
    }

    /// `prospects.all` holds read, write and delete.
    fn grants(&self, scope: &str) -> bool {
        let all = scope
            .rsplit_once('.')
            .map(|(resource, _)| format!("{resource}.all"));
        let granted = &self.granted_scopes;
        granted
            .iter()
            .any(|given| given == scope || all.as_ref() == Some(given))
    }

    /// Whether there is a sign-in that ends within three days unless it is renewed.
    pub fn expires_soon(&self, now: Timestamp) -> bool {
        self.signed_in_until
            .is_some_and(|until| until.duration_since(now) <= SOON)
    }

    fn oauth_address(&self, what: &str) -> String {
        format!(
            "{}/oauth/{what}",
            self.api_address.trim().trim_end_matches('/')
        )
    }
}

fn default_scopes() -> Vec<String> {
    SCOPES.iter().map(|(name, _)| (*name).to_owned()).collect()
}

fn default_port() -> u16 {
    DEFAULT_PORT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_addresses_follow_the_api_unless_they_are_set() {
        let mut account = AccountSettings::new("a1", "Sales");
        assert_eq!(
            account.token_address(),
            "https://api.outreach.io/oauth/token"
        );
        account.api_address = "http://127.0.0.1:4010/".to_owned();
        assert_eq!(
            account.authorize_address(),
            "http://127.0.0.1:4010/oauth/authorize"
        );
        account.authorize_address = Some("https://login.example.com/a".to_owned());
        assert_eq!(account.authorize_address(), "https://login.example.com/a");
        assert!(account.is_for("http://127.0.0.1:4010"));
        assert!(!account.is_for("http://127.0.0.1:4011"));
        assert_eq!(
            account.redirect_address(),
            "https://127.0.0.1:8765/callback"
        );
    }

    #[test]
    fn a_missing_scope_is_named_with_what_it_is_for() {
        let mut account = AccountSettings::new("a1", "Sales");
        assert_eq!(account.missing_scopes(), []);
        account.granted_scopes = ["prospects.all", "batches.read", "batches.write"]
            .map(str::to_owned)
            .to_vec();
        let missing: Vec<_> = account.missing_scopes().iter().map(|m| m.scope).collect();
        assert_eq!(missing, ["users.read", "batchItems.read"]);
    }

    #[test]
    fn a_user_is_asked_for_once_and_only_where_that_is_allowed() {
        let mut account = AccountSettings::new("a1", "Sales");
        assert!(account.may_ask_for_user());
        account.granted_scopes = vec!["prospects.all".to_owned()];
        assert!(!account.may_ask_for_user());
        account.granted_scopes.push("users.all".to_owned());
        assert!(account.may_ask_for_user());
        account.connected_user = Some(7);
        assert!(!account.may_ask_for_user());
        account.connected_user = None;
        account.connected_as = Some("Sam".to_owned());
        assert!(!account.may_ask_for_user());
    }

    #[test]
    fn a_sign_in_ends_soon_three_days_ahead() {
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().expect("an instant");
        let mut account = AccountSettings::new("a1", "Sales");
        assert!(!account.expires_soon(now));
        account.signed_in_until = now.checked_add(SOON).ok();
        assert!(account.expires_soon(now));
        account.signed_in_until = now.checked_add(SIGN_IN_LASTS).ok();
        assert!(!account.expires_soon(now));
    }

    #[test]
    fn the_stored_form_reads_back_the_same_and_holds_no_secret() {
        let account = AccountSettings::new("a1", "Sales");
        let text = serde_json::to_string(&account).expect("plain values");
        assert!(!text.contains("secret"));
        let read: AccountSettings = serde_json::from_str(&text).expect("its own form");
        assert_eq!(read, account);
    }
}
