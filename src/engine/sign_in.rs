//! What keeps an account from its sign-in, put for people.

use std::error::Error as _;

use jiff::{Timestamp, tz::TimeZone};

use super::problem::chain;
use crate::{
    auth::{CallbackError, Error, FlowError, Lost, NoCode, Pause, VaultError},
    model::Problem,
};

/// Why there is no sign-in or no token for the account of this name, in words.
pub fn auth_problem(error: &Error, account: &str) -> Problem {
    // The outer words only name the part that failed, and the sentences below do that better.
    let said = error.source().map_or_else(|| chain(error), chain);
    let (what, next_step) = match error {
        Error::SignedOut => (
            format!("Nobody is signed in with the account \"{account}\"."),
            connect(account),
        ),
        Error::Lost(Lost::Grant) | Error::Flow(FlowError::Grant { .. }) => (
            format!(
                "The sign-in of the account \"{account}\" no longer holds: it was revoked in Outreach, or was not used for 14 days."
            ),
            reconnect(account),
        ),
        Error::Lost(Lost::Client) | Error::Flow(FlowError::Client { .. }) => (
            format!(
                "Outreach does not take the client id and secret of the account \"{account}\"{}.",
                words(error)
            ),
            format!(
                "Ask your Outreach administrator for the app's present client id and secret. {}",
                reconnect(account)
            ),
        ),
        Error::NotYet { until, pause } => not_yet(*until, *pause),
        Error::Busy => (
            format!("Another sign-in with the account \"{account}\" is under way."),
            "Finish or cancel that one first.".to_owned(),
        ),
        Error::Vault(e) => vault(e, &said, account),
        Error::Flow(e) => flow(e, &said, account),
        Error::Callback(e) => callback(e, &said),
    };
    Problem::new(error.code(), what, next_step)
}

/// Why the code that the browser brought back is not taken; the sign-in before, if there was one, still holds.
pub fn connect_problem(error: &Error, account: &str) -> Problem {
    if let Error::Flow(FlowError::Grant { .. }) = error {
        return Problem::new(
            error.code(),
            format!("Outreach did not accept the sign-in{}.", words(error)),
            "Check that the redirect address in Outreach's app settings is letter by letter the one shown, and try again; a code is good for a few minutes and once.",
        );
    }
    auth_problem(error, account)
}

fn connect(account: &str) -> String {
    format!(
        "Run `audience-sync account connect --name \"{account}\"`; changes that wait are kept and sent afterwards."
    )
}

fn reconnect(account: &str) -> String {
    format!(
        "Reconnect: run `audience-sync account connect --name \"{account}\"`; changes that wait are kept and sent afterwards."
    )
}

/// Outreach's own words in brackets, if it said any.
fn words(error: &Error) -> String {
    let words = match error {
        Error::Flow(FlowError::Client { code, words }) if words.is_empty() => code,
        Error::Flow(FlowError::Grant { words } | FlowError::Client { words, .. }) => words,
        Error::Flow(_)
        | Error::Vault(_)
        | Error::Callback(_)
        | Error::NotYet { .. }
        | Error::SignedOut
        | Error::Lost(_)
        | Error::Busy => "",
    };
    if words.is_empty() {
        String::new()
    } else {
        format!(" ({words})")
    }
}

fn not_yet(until: Timestamp, pause: Pause) -> (String, String) {
    let time = until
        .to_zoned_datetime(TimeZone::system())
        .strftime("%H:%M:%S");
    match pause {
        Pause::TooSoon => (
            format!("Outreach gives one sign-in token a minute; the next one comes at {time}."),
            "Nothing has to be done: it is asked for again.".to_owned(),
        ),
        Pause::Unreachable => (
            format!("Outreach's sign-in could not be reached; it is tried again at {time}."),
            "Check the network; the changes that wait are kept.".to_owned(),
        ),
        Pause::NotSaved => (
            format!("The renewed sign-in could not be saved; it is tried again at {time}."),
            "Unlock the keyring of this computer; the changes that wait are kept.".to_owned(),
        ),
    }
}

fn vault(error: &VaultError, said: &str, account: &str) -> (String, String) {
    match error {
        VaultError::NoKeyring(_) => (
            format!("This computer has no keyring for the secrets: {said}."),
            "Install and start one (GNOME Keyring, KWallet or KeePassXC), or connect with --session-only, which keeps the sign-in until the program ends. For servers, put an access token into AUDIENCE_SYNC_ACCESS_TOKEN.".to_owned(),
        ),
        VaultError::Locked(why) => (
            format!("The keyring of this computer is locked ({why})."),
            "Unlock it and try again, or connect with --session-only, which keeps the sign-in until the program ends; the changes that wait are kept.".to_owned(),
        ),
        VaultError::Refused(_) => (
            format!("The keyring of this computer does not let Audience Sync in: {said}."),
            "Allow the access when the system asks, and try again.".to_owned(),
        ),
        VaultError::TooLong { .. } => (
            format!("A secret is too long to be kept: {said}."),
            "Check that the client secret was copied alone, without anything around it.".to_owned(),
        ),
        VaultError::NotFound(_) | VaultError::Damaged(_) => (
            format!("The sign-in of the account \"{account}\" is not in the keyring: {said}."),
            reconnect(account),
        ),
    }
}

fn flow(error: &FlowError, said: &str, account: &str) -> (String, String) {
    let next_step = match error {
        FlowError::Address { .. } | FlowError::NotEncrypted { .. } => {
            "Correct the address with --api; it begins with https://."
        }
        FlowError::NoRefreshToken => {
            "Ask your Outreach administrator to check the app's settings; the sign-in could not be kept."
        }
        FlowError::Setup(_)
        | FlowError::Network(_)
        | FlowError::Elsewhere { .. }
        | FlowError::TooSoon { .. }
        | FlowError::Declined { .. }
        | FlowError::Grant { .. }
        | FlowError::Client { .. } => {
            "Check the network, and try again in a minute; the changes that wait are kept."
        }
    };
    (
        format!("The account \"{account}\" got no token: {said}."),
        next_step.to_owned(),
    )
}

fn callback(error: &CallbackError, said: &str) -> (String, String) {
    let next_step = match error {
        CallbackError::PortInUse { .. } | CallbackError::NotListening { .. } => {
            "Close the program that uses it, choose another port with --port (and register the redirect address with it in Outreach), or use --redirect paste."
        }
        CallbackError::Certificate(_) => "Use --redirect http or --redirect paste.",
        CallbackError::NoCode(NoCode::Denied) => {
            "Try again, and allow the access on Outreach's page."
        }
        CallbackError::NoCode(NoCode::Refused { .. }) => {
            "Check in Outreach's app settings that the redirect address and every scope are registered, and try again."
        }
        CallbackError::NoCode(NoCode::WrongState | NoCode::Empty) | CallbackError::Again => {
            "Try again, and use only the page that was opened last."
        }
        CallbackError::TimedOut => "Try again; a sign-in has to be done within five minutes.",
        CallbackError::Cancelled => "Nothing was changed.",
    };
    (format!("Not connected: {said}."), next_step.to_owned())
}
