//! Why a request did not do its work, and what has to follow from it.

use std::borrow::Cow;

use jiff::Timestamp;
use reqwest::header::InvalidHeaderValue;

use super::NoToken;

/// A request that did not do its work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The settings name no usable address.
    #[error("the address of Outreach is not a web address")]
    Address,
    /// The token cannot stand in a header, so it is none.
    #[error("the access token has characters that a token cannot have")]
    Token(#[source] InvalidHeaderValue),
    /// There is no token to ask with; nothing was sent.
    #[error(transparent)]
    NoToken(NoToken),
    /// TLS or the proxy could not be set up.
    #[error("the connection to Outreach could not be set up")]
    Setup(#[source] reqwest::Error),
    /// The request or its answer got lost.
    #[error("no connection to Outreach")]
    Network(#[source] reqwest::Error),
    /// Something answered that is not Outreach: a sign-in page of a network, a proxy, a broken answer.
    #[error("the answer did not come from Outreach: {why}")]
    NotOutreach {
        /// The status of the answer.
        status: u16,
        /// What gave it away.
        why: &'static str,
    },
    /// The requests that the plan allows in a year are used up, as far as the person lets this program use them.
    #[error("{limit} of the {allowance} requests a year are used")]
    AllowanceSpent {
        /// How many this program may send in a year.
        limit: u64,
        /// How many the plan allows.
        allowance: u64,
    },
    /// The organisation has too few batch items left today.
    #[error("too few batch items are left")]
    ItemsSpent {
        /// When there are enough, if Outreach says so.
        until: Option<Timestamp>,
        /// Outreach's own words.
        words: String,
    },
    /// A batch that names no prospect would be one of all prospects, so it is never sent.
    #[error("a batch without prospects is not sent")]
    EmptyBatch,
    /// Outreach said no.
    #[error("refused by Outreach with HTTP {}", .0.status)]
    Refused(Box<Refusal>),
}

/// An answer of Outreach that is not a success.
#[derive(Debug)]
pub struct Refusal {
    pub(super) status: u16,
    /// Whether the gateway before Outreach said it, which knows nothing of records.
    pub(super) is_gateway: bool,
    /// Outreach's name for it, such as `resourceNotFound`.
    pub(super) id: Option<String>,
    /// Outreach's own text.
    pub(super) words: String,
    /// When to ask again, by this computer's clock.
    pub(super) wait_until: Option<Timestamp>,
}

/// What has to follow from an [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consequence {
    /// This record will not be written; the others may be.
    FailRecord,
    /// Every further request would end the same way.
    StopRun,
    /// The token is no longer good: refresh it, or sign in again.
    SignInNeeded,
    /// Nothing may be sent before this instant.
    WaitUntil(Timestamp),
    /// Outreach failed; the same request may succeed later.
    Retry,
    /// Nothing of Outreach answered; the same request may succeed when the network is back.
    Unreachable,
}

impl Error {
    /// What has to follow.
    pub fn consequence(&self) -> Consequence {
        match self {
            Self::Address | Self::Setup(_) | Self::EmptyBatch | Self::AllowanceSpent { .. } => {
                Consequence::StopRun
            }
            // The prospects can be written by themselves, or later.
            Self::ItemsSpent { .. } => Consequence::FailRecord,
            Self::Token(_) => Consequence::SignInNeeded,
            Self::NoToken(none) => none.consequence,
            Self::Network(_) | Self::NotOutreach { .. } => Consequence::Unreachable,
            Self::Refused(refusal) => refusal.consequence(),
        }
    }

    /// A refusal for want of batch items.
    pub(super) fn of_items(self) -> Self {
        if let Self::Refused(refusal) = self {
            return Self::ItemsSpent {
                until: refusal.wait_until,
                words: refusal.words,
            };
        }
        self
    }

    /// A short fixed word: Outreach's own, such as `resourceNotFound`, or ours, such as `http_502` or `network`.
    pub fn code(&self) -> Cow<'_, str> {
        match self {
            Self::Address => Cow::Borrowed("api_address"),
            Self::Token(_) => Cow::Borrowed("token_unusable"),
            Self::NoToken(none) => Cow::Borrowed(none.code),
            Self::Setup(_) => Cow::Borrowed("connection_setup"),
            Self::EmptyBatch => Cow::Borrowed("batch_empty"),
            Self::ItemsSpent { .. } => Cow::Borrowed("batch_items_spent"),
            Self::AllowanceSpent { .. } => Cow::Borrowed("yearly_allowance_spent"),
            Self::Network(e) if e.is_timeout() => Cow::Borrowed("timeout"),
            Self::Network(_) => Cow::Borrowed("network"),
            Self::NotOutreach { .. } => Cow::Borrowed("not_outreach"),
            Self::Refused(refusal) => refusal.id.as_deref().map_or_else(
                || Cow::Owned(format!("http_{}", refusal.status)),
                Cow::Borrowed,
            ),
        }
    }

    /// What Outreach itself said, at most 2,000 characters; empty if it said nothing. It may quote the record.
    pub fn words(&self) -> &str {
        match self {
            Self::Refused(refusal) => &refusal.words,
            Self::ItemsSpent { words, .. } => words,
            Self::Address
            | Self::Token(_)
            | Self::NoToken(_)
            | Self::Setup(_)
            | Self::EmptyBatch
            | Self::AllowanceSpent { .. }
            | Self::Network(_)
            | Self::NotOutreach { .. } => "",
        }
    }

    /// The HTTP status, if there was an answer.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused(refusal) => Some(refusal.status),
            Self::NotOutreach { status, .. } => Some(*status),
            Self::Address
            | Self::Token(_)
            | Self::NoToken(_)
            | Self::Setup(_)
            | Self::EmptyBatch
            | Self::ItemsSpent { .. }
            | Self::AllowanceSpent { .. }
            | Self::Network(_) => None,
        }
    }

    /// Whether the same request may succeed later without anybody doing anything.
    pub fn is_transient(&self) -> bool {
        match self.consequence() {
            Consequence::WaitUntil(_) | Consequence::Retry | Consequence::Unreachable => true,
            Consequence::FailRecord | Consequence::StopRun | Consequence::SignInNeeded => false,
        }
    }

    /// Why there is no token, if that is all that is wrong.
    pub fn no_token(&self) -> Option<&NoToken> {
        if let Self::NoToken(none) = self {
            Some(none)
        } else {
            None
        }
    }

    /// The error of a request that got lost. Its address is taken off: it may name a prospect.
    pub(super) fn network(error: reqwest::Error) -> Self {
        Self::Network(error.without_url())
    }
}

impl Refusal {
    fn consequence(&self) -> Consequence {
        match (self.status, self.id.as_deref(), self.wait_until) {
            (401, ..) => Consequence::SignInNeeded,
            (404, Some("resourceNotFound"), _) => Consequence::FailRecord,
            // A path that Outreach does not know will not be known for the next record either.
            (403, Some("unauthorizedOauthScope"), _) | (404 | 415, ..) => Consequence::StopRun,
            (403, ..) if self.is_gateway => Consequence::StopRun,
            (429 | 503, _, Some(until)) => Consequence::WaitUntil(until),
            (408 | 429 | 500.., ..) => Consequence::Retry,
            _ => Consequence::FailRecord,
        }
    }
}

#[cfg(test)]
impl Error {
    /// An error of each kind that has words of its own, for the tests of their texts.
    pub(crate) fn one_of_each() -> Vec<Self> {
        let refused = |status, id: &str, words: &str| {
            Self::Refused(Box::new(Refusal {
                status,
                is_gateway: false,
                id: Some(id.to_owned()),
                words: words.to_owned(),
                wait_until: None,
            }))
        };
        vec![
            Self::Address,
            Self::AllowanceSpent {
                limit: 200_000,
                allowance: 250_000,
            },
            Self::NotOutreach {
                status: 200,
                why: "it is a web page",
            },
            refused(401, "unauthorized", ""),
            refused(
                403,
                "unauthorizedOauthScope",
                "Your authorization does not include the required scope 'prospects.write'.",
            ),
            refused(
                404,
                "routeNotFound",
                "The request path does not match any known resource endpoints.",
            ),
            refused(502, "badGateway", ""),
        ]
    }
}
