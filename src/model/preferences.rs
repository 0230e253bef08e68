//! What a person has set for the program as a whole.

use serde::{Deserialize, Serialize};

/// Settings of the program, neither of a destination nor of an account.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// Light or dark.
    pub appearance: Appearance,
    /// What closing the window does while destinations are enabled.
    pub closing: Closing,
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Appearance {
    /// As the system is set.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// What closing the window does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Closing {
    /// Asks, if a run goes on.
    #[default]
    Ask,
    /// Ends the program; a run stops, and goes on at the next start.
    Quit,
    /// Puts the window aside and keeps syncing.
    KeepRunning,
}
