//! Where the access token of a request comes from; this room asks for one and does not know how it is had.

use std::{future::Future, pin::Pin};

use secrecy::SecretString;

use super::Consequence;

/// What a source of tokens does in its own time.
pub type TokenFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, NoToken>> + Send + 'a>>;

/// Gives access tokens, and another one when Outreach refuses one.
pub trait Tokens: Send + Sync {
    /// A token that should be good.
    fn current(&self) -> TokenFuture<'_, SecretString>;

    /// Outreach has refused this one. Whether [`current`](Self::current) gives another one from now on.
    fn replace<'a>(&'a self, refused: &'a SecretString) -> TokenFuture<'a, bool>;

    /// How many requests for tokens were sent so far.
    fn n_requests(&self) -> u64;
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
#[error("there is no access token")]
pub struct NoToken {
    /// What has to follow from it.
    pub consequence: Consequence,
    /// A short fixed word.
    pub code: &'static str,
    /// What the source of tokens says.
    #[source]
    pub cause: Box<dyn std::error::Error + Send + Sync>,
}

/// One token, for as long as it is good.
pub(super) struct Fixed(pub(super) SecretString);

impl Tokens for Fixed {
    fn current(&self) -> TokenFuture<'_, SecretString> {
        Box::pin(async { Ok(self.0.clone()) })
    }

    fn replace<'a>(&'a self, _refused: &'a SecretString) -> TokenFuture<'a, bool> {
        Box::pin(async { Ok(false) })
    }

    fn n_requests(&self) -> u64 {
        0
    }
}
