//! Why there is no access token, or no sign-in.

use jiff::Timestamp;

use super::{CallbackError, FlowError, Lost, Pause, Refusal, VaultError};

/// Why there is no access token, or no sign-in.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A secret could not be read or kept.
    #[error("the secrets cannot be used")]
    Vault(#[from] VaultError),
    /// Outreach issued no token.
    #[error("Outreach issued no token")]
    Flow(#[from] FlowError),
    /// The browser did not come back with a code.
    #[error("the sign-in did not come to an end")]
    Callback(#[from] CallbackError),
    /// The next try has to wait.
    #[error("no token can be had before {until}")]
    NotYet {
        /// Until when.
        until: Timestamp,
        /// What for.
        pause: Pause,
    },
    /// Nobody has signed in.
    #[error("nobody is signed in")]
    SignedOut,
    /// The sign-in no longer holds.
    #[error("the sign-in is lost")]
    Lost(Lost),
    /// Another sign-in is under way.
    #[error("another sign-in is under way")]
    Busy,
}

impl Error {
    /// A short fixed word.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Vault(e) => e.code(),
            Self::Flow(e) => e.code(),
            Self::Callback(e) => e.code(),
            Self::NotYet { pause, .. } => match pause {
                Pause::TooSoon => "sign_in_too_soon",
                Pause::Unreachable => "sign_in_network",
                Pause::NotSaved => "keyring_locked",
            },
            Self::SignedOut => "sign_in_needed",
            Self::Lost(_) => "sign_in_lost",
            Self::Busy => "sign_in_busy",
        }
    }

    /// Whether nothing will do but a person who signs in.
    pub fn needs_sign_in(&self) -> bool {
        match self {
            Self::SignedOut | Self::Lost(_) => true,
            Self::Flow(e) => matches!(
                e,
                FlowError::Grant { .. } | FlowError::Client { .. } | FlowError::NoRefreshToken
            ),
            Self::Vault(e) => e.is_lost(),
            Self::Callback(_) | Self::NotYet { .. } | Self::Busy => false,
        }
    }

    /// When Outreach issues the next token, if that is all there is to wait for.
    pub fn wait_until(&self) -> Option<Timestamp> {
        match self {
            Self::NotYet {
                until,
                pause: Pause::TooSoon,
            } => Some(*until),
            Self::NotYet { .. }
            | Self::Vault(_)
            | Self::Flow(_)
            | Self::Callback(_)
            | Self::SignedOut
            | Self::Lost(_)
            | Self::Busy => None,
        }
    }

    /// Whether the same may work later without anybody signing in.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::NotYet { .. } | Self::Busy => true,
            Self::Vault(e) => e.is_transient(),
            Self::Flow(e) => e.is_transient(),
            Self::Callback(_) | Self::SignedOut | Self::Lost(_) => false,
        }
    }

    /// Whether it is this computer's keyring that is in the way.
    pub fn keyring(&self) -> Option<&VaultError> {
        if let Self::Vault(e) = self {
            Some(e)
        } else {
            None
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::SignedOut => Self::SignedOut,
            Refusal::SignInLost(why) => Self::Lost(why),
            // The keeper makes one move at a time, so it makes none out of turn.
            Refusal::Busy | Refusal::OutOfTurn => Self::Busy,
        }
    }
}
