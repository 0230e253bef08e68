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

use reqwest::Url;
use secrecy::SecretString;

use crate::model::DEFAULT_API_ADDRESS;

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

/// The environment variable that names the API address which that token is for, unless it is Outreach's own or one on
/// this computer.
pub const ACCESS_TOKEN_ADDRESS_VARIABLE: &str = "AUDIENCE_SYNC_ACCESS_TOKEN_ADDRESS";

/// Whether the token in the environment may go to this address: settings that somebody else wrote do not decide that.
pub fn environment_token_is_for(api_address: &str) -> bool {
    let named = std::env::var(ACCESS_TOKEN_ADDRESS_VARIABLE).ok();
    let named = named.filter(|named| !named.trim().is_empty());
    is_token_for(api_address, named.as_deref())
}

fn is_token_for(api_address: &str, named: Option<&str>) -> bool {
    let read = |address: &str| Url::parse(address.trim()).ok();
    let Some(url) = read(api_address) else {
        return false;
    };
    let is_same = |other: &str| read(other).is_some_and(|other| other.origin() == url.origin());
    match named {
        Some(named) => is_same(named),
        None => is_same(DEFAULT_API_ADDRESS) || http::is_loopback(&url),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_of_the_environment_goes_nowhere_that_settings_alone_name() {
        for (address, named, is_for) in [
            ("https://api.outreach.io", None, true),
            ("https://api.outreach.io/", None, true),
            ("http://127.0.0.1:4010", None, true),
            ("https://api.outreach.io.example", None, false),
            ("https://api.outreach.io:8443", None, false),
            ("http://api.outreach.io", None, false),
            ("https://proxy.example", None, false),
            (
                "https://proxy.example/",
                Some("https://proxy.example"),
                true,
            ),
            (
                "https://api.outreach.io",
                Some("https://proxy.example"),
                false,
            ),
            ("no address", None, false),
        ] {
            assert_eq!(is_token_for(address, named), is_for, "{address} {named:?}");
        }
    }
}
