//! Why a run could not go on.

use super::TooMany;
use crate::{
    auth,
    model::{AudienceId, Contents, Overlap},
    outreach, source, store,
};

/// What ended a run before it was done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The source could not be read.
    #[error("the source could not be read")]
    Source(#[from] source::Error),
    /// The state could not be read or written.
    #[error("the state could not be read or written")]
    Store(#[from] store::Error),
    /// Outreach answers no request, or none of this kind.
    #[error("delivery to Outreach ended")]
    Outreach(#[from] outreach::Error),
    /// There is no access token.
    #[error("there is no access token")]
    NoToken,
    /// The account's sign-in cannot be used.
    #[error("the sign-in cannot be used")]
    Auth(#[from] auth::Error),
    /// The account's tokens are for another address than the destination's, and go nowhere else.
    #[error("the account is for {address}")]
    OtherAddress {
        /// The account's.
        address: String,
    },
    /// The token in the environment is not for the destination's address.
    #[error("the token in the environment is not for {address}")]
    TokenElsewhere {
        /// The destination's.
        address: String,
    },
    /// Outreach refuses one record after the other for the same reason.
    #[error("outreach refused {times} records in a row with {code}")]
    SameRefusal {
        /// Outreach's name for it.
        code: String,
        /// How many times in a row.
        times: usize,
    },
    /// Another destination of the account writes fields that this one writes.
    #[error("another destination writes the same fields")]
    SharedFields(Vec<Overlap>),
    /// The files of an audience begin or cease to say who is a member, so that they may be another kind of export.
    #[error("the files of {audience} look like another kind of export")]
    KindInDoubt {
        /// The audience.
        audience: AudienceId,
        /// What its files are taken for.
        contents: Contents,
        /// Whether they say now who is a member.
        says_status: bool,
    },
    /// A full snapshot holds nobody.
    #[error("the snapshot is empty")]
    SnapshotEmpty,
    /// A full snapshot takes out too many.
    #[error("the snapshot takes {leaving} of {members} members out", leaving = .too_many.leaving, members = .too_many.members)]
    TooManyExits {
        /// How many of how many.
        too_many: TooMany,
        /// The audience; `None` for all of them together.
        audience: Option<AudienceId>,
    },
    /// A person asked.
    #[error("the run was asked to stop")]
    Asked,
    /// The thread that reads the source could not be started or died.
    #[error("the thread that reads the source failed")]
    Reader,
}

/// What kind of thing keeps a run from its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hindrance {
    /// A guard refused the plan.
    Guard,
    /// A person asked.
    Asked,
    /// A person has to sign in.
    SignIn,
    /// The source or Outreach is out of reach.
    OutOfReach,
    /// A person has to change settings, here or in Outreach.
    Settings,
    /// This computer failed: its disk, its memory.
    Computer,
}

impl Error {
    /// What kind of thing it is.
    pub fn hindrance(&self) -> Hindrance {
        match self {
            Self::Source(e) if e.is_empty_file() || e.leaver().is_some() => Hindrance::Guard,
            Self::Source(_) => Hindrance::OutOfReach,
            Self::Store(e) if e.is_settings() => Hindrance::Settings,
            Self::Store(_) | Self::Reader => Hindrance::Computer,
            Self::Outreach(e) => match e.consequence() {
                outreach::Consequence::SignInNeeded => Hindrance::SignIn,
                outreach::Consequence::StopRun if e.status() == Some(403) => Hindrance::SignIn,
                outreach::Consequence::StopRun | outreach::Consequence::FailRecord => {
                    Hindrance::Settings
                }
                outreach::Consequence::Retry
                | outreach::Consequence::Unreachable
                | outreach::Consequence::WaitUntil(_) => Hindrance::OutOfReach,
            },
            Self::NoToken => Hindrance::SignIn,
            Self::Auth(e) if e.needs_sign_in() => Hindrance::SignIn,
            Self::Auth(e) if e.is_transient() => Hindrance::OutOfReach,
            Self::Auth(_)
            | Self::OtherAddress { .. }
            | Self::TokenElsewhere { .. }
            | Self::SharedFields(_)
            | Self::SameRefusal { .. } => Hindrance::Settings,
            Self::KindInDoubt { .. } | Self::SnapshotEmpty | Self::TooManyExits { .. } => {
                Hindrance::Guard
            }
            Self::Asked => Hindrance::Asked,
        }
    }

    /// Whether the same run may work a little later without anyone doing anything.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Source(e) => e.is_transient() || e.is_source_missing(),
            Self::Outreach(e) => e.is_transient(),
            Self::Auth(e) => e.is_transient(),
            Self::Store(e) => !e.is_state_lost(),
            Self::NoToken
            | Self::OtherAddress { .. }
            | Self::TokenElsewhere { .. }
            | Self::SharedFields(_)
            | Self::SameRefusal { .. }
            | Self::KindInDoubt { .. }
            | Self::SnapshotEmpty
            | Self::TooManyExits { .. }
            | Self::Asked
            | Self::Reader => false,
        }
    }
}
