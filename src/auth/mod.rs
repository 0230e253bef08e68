//! Sign-in to Outreach in the browser, staying signed in, and the secrets that takes.
//!
//! A [`Keeper`] keeps one account signed in: [`Session`] says what may happen next, [`Endpoint`] speaks with
//! Outreach's sign-in server, and a [`Vault`] keeps the secrets. It reports what may be remembered as a
//! [`Standing`]; this room writes no file. For servers and CI a token can come from the environment instead; it is
//! good for as long as whoever issued it says.

mod callback;
mod clock;
mod connect;
mod error;
mod flow;
mod http;
mod keeper;
mod session;
#[cfg(test)]
mod testing;
mod vault;

use secrecy::SecretString;

pub use callback::Error as CallbackError;
pub use clock::Clock;
pub use connect::{Browser, News, SIGN_IN_WITHIN};
pub use error::Error;
pub use flow::{Attempt, Code, Endpoint, Error as FlowError, NoCode, Tokens};
pub use keeper::{Keeper, Standing};
pub use session::{Action, After, Event, Grant, Lost, Pause, Refusal, Session, Which};
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
