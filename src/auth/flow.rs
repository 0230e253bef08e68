//! The authorization code flow: the address to show, what comes back from it, and the exchange for tokens.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken,
    EndpointNotSet, EndpointSet, ExtraTokenFields, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, RefreshToken, RequestTokenError, Scope, StandardRevocableToken,
    StandardTokenResponse, TokenResponse as _, TokenUrl,
    basic::{
        BasicErrorResponse, BasicErrorResponseType as Kind, BasicRevocationErrorResponse,
        BasicTokenIntrospectionResponse, BasicTokenType,
    },
};
use reqwest::Url;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use super::{
    Clock,
    http::{self, Http, is_loopback},
};
use crate::model::{AccountSettings, without_secrets};

/// Outreach's tokens are good for two hours; so is one that does not say.
const DEFAULT_LIFETIME: SignedDuration = SignedDuration::from_hours(2);
/// A time of issue further off than this comes from another clock.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_mins(10);
/// People read the server's words, so they are short.
const MAX_WORDS: usize = 500;

/// Why there are no tokens.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An address of the account cannot be used.
    #[error("{what} is not a web address: {address}")]
    Address {
        /// Which one.
        what: &'static str,
        /// As it is set.
        address: String,
    },
    /// Secrets would go over the network in the clear.
    #[error("{what} does not begin with https: {address}")]
    NotEncrypted {
        /// Which one.
        what: &'static str,
        /// As it is set.
        address: String,
    },
    /// TLS or the proxy could not be set up.
    #[error("the connection to Outreach could not be set up")]
    Setup(#[source] reqwest::Error),
    /// The request or its answer got lost.
    #[error("no connection to Outreach's sign-in")]
    Network(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Something answered that is no sign-in server, or one that fails.
    #[error("the answer with HTTP {status} did not come from Outreach's sign-in")]
    Elsewhere {
        /// Its status.
        status: u16,
    },
    /// No token is issued yet.
    #[error("Outreach issues at most one token a minute")]
    TooSoon {
        /// When the next one is, if it said so.
        until: Option<Timestamp>,
    },
    /// The code or refresh token is not taken: `invalid_grant`.
    #[error("Outreach does not take this sign-in any more{}", said(.words))]
    Grant {
        /// Its own words.
        words: String,
    },
    /// The client id or secret is not taken, or the app may not do this.
    #[error("Outreach does not take the client id and secret ({code}{})", said(.words))]
    Client {
        /// Its word for it, such as `invalid_client`.
        code: String,
        /// Its own words.
        words: String,
    },
    /// It refuses for a reason of its own.
    #[error("Outreach's sign-in refuses ({code}{})", said(.words))]
    Declined {
        /// Its word for it.
        code: String,
        /// Its own words.
        words: String,
    },
    /// There is nothing to renew the sign-in with.
    #[error("Outreach gave no refresh token")]
    NoRefreshToken,
}

fn said(words: &str) -> String {
    if words.is_empty() {
        String::new()
    } else {
        format!(": {words}")
    }
}

impl Error {
    /// A short fixed word.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Address { .. } => "sign_in_address",
            Self::NotEncrypted { .. } => "sign_in_not_encrypted",
            Self::Setup(_) => "connection_setup",
            Self::Network(_) => "sign_in_network",
            Self::Elsewhere { .. } => "sign_in_not_outreach",
            Self::TooSoon { .. } => "sign_in_too_soon",
            Self::Grant { .. } => "invalid_grant",
            Self::Client { .. } => "client_refused",
            Self::Declined { .. } => "sign_in_declined",
            Self::NoRefreshToken => "no_refresh_token",
        }
    }

    /// Whether the request never left, since there was no server to take it.
    pub(super) fn is_unsent(&self) -> bool {
        let Self::Network(cause) = self else {
            return false;
        };
        let cause = cause.downcast_ref::<http::Error>();
        cause.is_some_and(http::Error::is_unsent)
    }

    /// Whether the same may work later without anybody doing anything.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Network(_)
            | Self::Elsewhere { .. }
            | Self::TooSoon { .. }
            | Self::Declined { .. } => true,
            Self::Address { .. }
            | Self::NotEncrypted { .. }
            | Self::Setup(_)
            | Self::Grant { .. }
            | Self::Client { .. }
            | Self::NoRefreshToken => false,
        }
    }
}

/// Fresh tokens.
#[derive(Debug)]
pub struct Tokens {
    /// For requests.
    pub access: SecretString,
    /// When it ends, by this computer's clock.
    pub access_until: Timestamp,
    /// For the next tokens; a refresh may leave the old one in use.
    pub refresh: Option<SecretString>,
    /// What leave was given, if Outreach says so.
    pub scopes: Option<Vec<String>>,
}

/// What Outreach adds to the standard's response.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Extra {
    /// Seconds since 1970; whatever else it may be is no reason to lose the tokens.
    #[serde(default)]
    created_at: serde_json::Value,
}

impl ExtraTokenFields for Extra {}

type Response = StandardTokenResponse<Extra, BasicTokenType>;

type OauthClient = Client<
    BasicErrorResponse,
    Response,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

/// Outreach's sign-in server, for one account.
#[derive(Debug, Clone)]
pub struct Endpoint {
    client: OauthClient,
    scopes: Vec<Scope>,
    redirect: String,
    http: Http,
    clock: Clock,
}

/// One try to sign in; what it keeps is good for one answer.
#[derive(Debug)]
pub struct Attempt {
    url: Url,
    expected: Expected,
    verifier: PkceCodeVerifier,
}

/// What an answer has to bring along to be one to our question.
#[derive(Debug, Clone)]
pub(super) struct Expected(Arc<CsrfToken>);

/// What the browser brought back.
#[derive(Debug)]
pub struct Code(AuthorizationCode);

/// Why what came back is no code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoCode {
    /// It belongs to another try, or someone else made it up.
    #[error("the answer does not belong to this sign-in")]
    WrongState,
    /// The person said no at Outreach.
    #[error("access was denied at Outreach")]
    Denied,
    /// Outreach refuses the app: its word for it, and its words.
    #[error("Outreach refuses the sign-in ({code}{})", said(.words))]
    Refused {
        /// Such as `invalid_scope`.
        code: String,
        /// Its own words.
        words: String,
    },
    /// There is neither a code nor a refusal in it.
    #[error("the address has no code in it")]
    Empty,
}

impl Endpoint {
    /// The server that the account names.
    ///
    /// # Errors
    /// If an address of the account cannot be used, or TLS cannot be set up.
    pub fn new(account: &AccountSettings, clock: Clock) -> Result<Self, Error> {
        let authorize = web_address("the sign-in address", account.authorize_address())?;
        let token = web_address("the token address", account.token_address())?;
        let redirect = account.redirect_address();
        let redirect_url = RedirectUrl::new(redirect.clone()).map_err(|_bad| Error::Address {
            what: "the redirect address",
            address: redirect.clone(),
        })?;
        let client = Client::new(ClientId::new(account.client_id.trim().to_owned()))
            .set_auth_uri(AuthUrl::from_url(authorize))
            .set_token_uri(TokenUrl::from_url(token.clone()))
            .set_redirect_uri(redirect_url)
            // Basic authentication is not documented.
            .set_auth_type(AuthType::RequestBody);
        Ok(Self {
            client,
            scopes: account.scopes.iter().cloned().map(Scope::new).collect(),
            redirect,
            http: Http::new(&token, clock.clone()).map_err(Error::Setup)?,
            clock,
        })
    }

    /// Begins a try to sign in.
    pub fn begin(&self) -> Attempt {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state) = self
            .client
            .authorize_url(CsrfToken::new_random)
            .add_scopes(self.scopes.iter().cloned())
            // Not documented by Outreach; a server has to ignore what it does not know.
            .set_pkce_challenge(challenge)
            .url();
        Attempt {
            url,
            expected: Expected(Arc::new(state)),
            verifier,
        }
    }

    /// Exchanges a code for tokens.
    pub async fn exchange(
        &self,
        attempt: Attempt,
        code: Code,
        secret: &SecretString,
    ) -> Result<Tokens, Error> {
        let asked = self.clock.now();
        let client = self.with_secret(secret);
        let sent = [
            secret.expose_secret().to_owned(),
            code.0.secret().to_owned(),
            attempt.verifier.secret().to_owned(),
        ];
        let request = client
            .exchange_code(code.0)
            .set_pkce_verifier(attempt.verifier);
        let response = request.request_async(&self.http).await;
        let response =
            response.map_err(|error| failed(error, &sent.each_ref().map(String::as_str)))?;
        let tokens = Tokens::from_response(&response, asked);
        if tokens.refresh.is_none() {
            return Err(Error::NoRefreshToken);
        }
        Ok(tokens)
    }

    /// Exchanges a refresh token for new tokens.
    pub async fn refresh(
        &self,
        token: &SecretString,
        secret: &SecretString,
    ) -> Result<Tokens, Error> {
        let asked = self.clock.now();
        let client = self.with_secret(secret);
        let token = RefreshToken::new(token.expose_secret().trim().to_owned());
        let request = client
            .exchange_refresh_token(&token)
            // Outreach documents it for this request too.
            .add_extra_param("redirect_uri", self.redirect.as_str());
        let response = request.request_async(&self.http).await;
        let sent = [secret.expose_secret(), token.secret().as_str()];
        let response = response.map_err(|error| failed(error, &sent))?;
        Ok(Tokens::from_response(&response, asked))
    }

    fn with_secret(&self, secret: &SecretString) -> OauthClient {
        let secret = ClientSecret::new(secret.expose_secret().trim().to_owned());
        self.client.clone().set_client_secret(secret)
    }
}

impl Attempt {
    /// The address to show in a browser.
    pub fn address(&self) -> &str {
        self.url.as_str()
    }

    pub(super) fn expected(&self) -> Expected {
        self.expected.clone()
    }
}

impl Expected {
    /// Reads the query that the browser came back with.
    pub(super) fn judge(&self, query: &str) -> Result<Code, NoCode> {
        // The base is of no matter; only its query is looked at.
        let mut url = Url::parse("https://127.0.0.1/").map_err(|_never| NoCode::Empty)?;
        url.set_query(Some(query));
        let only = |name: &str| {
            let mut found = url.query_pairs().filter(|(key, _)| key == name);
            let value = found.next()?.1.into_owned();
            // A name that stands twice is somebody's trick.
            found.next().is_none().then_some(value)
        };
        let (code, error) = (only("code"), only("error"));
        if code.is_none() && error.is_none() {
            return Err(NoCode::Empty);
        }
        let state = only("state").unwrap_or_default();
        if !bool::from(state.as_bytes().ct_eq(self.0.secret().as_bytes())) {
            return Err(NoCode::WrongState);
        }
        match (error.as_deref(), code) {
            (Some("access_denied"), _) => Err(NoCode::Denied),
            (Some(error), _) => Err(NoCode::Refused {
                code: short(error, 64),
                words: short(&only("error_description").unwrap_or_default(), MAX_WORDS),
            }),
            (None, Some(code)) => Ok(Code(AuthorizationCode::new(code))),
            (None, None) => Err(NoCode::Empty),
        }
    }

    /// Reads an address that a person has copied: whole, without its beginning, or only its query.
    pub(super) fn judge_pasted(&self, text: &str) -> Result<Code, NoCode> {
        let text = text.trim_matches(|c: char| c.is_whitespace() || "\"'<>".contains(c));
        let query = text.split_once('?').map_or(text, |(_, query)| query);
        let query = query.split_once('#').map_or(query, |(query, _)| query);
        self.judge(query)
    }
}

impl Tokens {
    fn from_response(response: &Response, asked: Timestamp) -> Self {
        let lifetime = response.expires_in().map_or(DEFAULT_LIFETIME, |lifetime| {
            SignedDuration::try_from(lifetime).unwrap_or(SignedDuration::MAX)
        });
        let issued = response
            .extra_fields()
            .created_at
            .as_i64()
            .and_then(|secs| Timestamp::from_second(secs).ok())
            .filter(|issued| issued.duration_since(asked).abs() <= CLOCK_TOLERANCE)
            .unwrap_or(asked)
            .min(asked);
        let secret = |text: &str| SecretString::from(text.trim());
        Self {
            access: secret(response.access_token().secret()),
            access_until: issued.checked_add(lifetime).unwrap_or(Timestamp::MAX),
            refresh: response.refresh_token().map(|token| secret(token.secret())),
            scopes: response
                .scopes()
                .map(|scopes| scopes.iter().map(|scope| scope.to_string()).collect()),
        }
    }
}

/// Why there are no tokens. A server may repeat what it was sent, so nothing of that is passed on.
fn failed(error: RequestTokenError<http::Error, BasicErrorResponse>, sent: &[&str]) -> Error {
    match error {
        RequestTokenError::ServerResponse(said) => refused(&said, sent),
        RequestTokenError::Request(http::Error::TooSoon { until }) => Error::TooSoon { until },
        RequestTokenError::Request(http::Error::Elsewhere { status }) => {
            Error::Elsewhere { status }
        }
        RequestTokenError::Request(error @ (http::Error::Network(_) | http::Error::Broken(_))) => {
            Error::Network(Box::new(error))
        }
        // What could not be read may hold a token, so it is not passed on.
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
            Error::Elsewhere { status: 200 }
        }
    }
}

/// Only the standard's words are looked at; the texts beside them differ from server to server.
fn refused(said: &BasicErrorResponse, sent: &[&str]) -> Error {
    let words = said.error_description().map_or("", String::as_str);
    let words = short(&without_secrets(words, sent), MAX_WORDS);
    let code = short(&without_secrets(said.error().as_ref(), sent), 64);
    match said.error() {
        Kind::InvalidGrant => Error::Grant { words },
        Kind::InvalidClient
        | Kind::UnauthorizedClient
        | Kind::InvalidScope
        | Kind::InvalidRequest
        | Kind::UnsupportedGrantType => Error::Client { code, words },
        Kind::Extension(_) => Error::Declined { code, words },
    }
}

fn web_address(what: &'static str, address: String) -> Result<Url, Error> {
    let url = Url::parse(address.trim()).ok();
    let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    match url {
        None => Err(Error::Address { what, address }),
        Some(url) if url.scheme() == "http" && !is_loopback(&url) => {
            Err(Error::NotEncrypted { what, address })
        }
        Some(url) => Ok(url),
    }
}

/// One line of at most so many characters.
fn short(text: &str, max: usize) -> String {
    let words: Vec<_> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ").chars().take(max).collect()
}

#[cfg(test)]
mod tests;
