//! Sign-in to Outreach.
//!
//! For servers and CI a token can come from the environment; it is good for as long as whoever issued it says.

mod session;
mod vault;

use secrecy::SecretString;

pub use session::{Lost, Pause, Refusal, Session};
pub use vault::{Error as VaultError, Slot, Vault};

/// The environment variable that may hold an access token.
pub const ACCESS_TOKEN_VARIABLE: &str = "AUDIENCE_SYNC_ACCESS_TOKEN";

/// The access token in the environment, if there is one.
pub fn access_token_from_environment() -> Option<SecretString> {
    std::env::var(ACCESS_TOKEN_VARIABLE)
        .ok()
        .filter(|token| !token.trim().is_empty())
        .map(SecretString::from)
}
