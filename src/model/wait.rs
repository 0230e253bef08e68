//! What a run waits for, and until when.

use jiff::Timestamp;

/// What has to happen before anything is sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitsFor {
    /// Outreach's limit of requests has to begin anew.
    Limit,
    /// The sign-in has to be renewed, and cannot be yet.
    SignIn,
    /// The network, or Outreach behind it, has to come back.
    Network,
    /// Outreach has asked to wait, or fails and is asked again.
    Outreach,
}

/// A wait that ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// For what.
    pub what: WaitsFor,
    /// When it goes on, or is tried again.
    pub until: Timestamp,
}
