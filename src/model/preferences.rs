//! What a person has set for the program as a whole.

use serde::{Deserialize, Serialize};

use super::BudgetSettings;

/// The calls a year that Outreach's smallest plan allows.
pub const SMALLEST_YEARLY_ALLOWANCE: u64 = 250_000;

/// Settings of the program, not of a destination.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// Light or dark.
    pub appearance: Appearance,
    /// What closing the window does while destinations are enabled.
    pub closing: Closing,
    /// How many calls a year the plan allows.
    pub yearly_allowance: u64,
    /// The share of the hourly limit, from 0 to 1, that is left for people and other programs of the same user.
    pub reserve_share: f64,
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

impl Default for Preferences {
    fn default() -> Self {
        Self {
            appearance: Appearance::default(),
            closing: Closing::default(),
            yearly_allowance: SMALLEST_YEARLY_ALLOWANCE,
            reserve_share: 0.1,
        }
    }
}

impl Preferences {
    /// How much of an account's requests this program may use.
    pub fn budget(&self) -> BudgetSettings {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of a hundred"
        )]
        let reserve_percent = (self.reserve_share.clamp(0.0, 1.0) * 100.0).round() as u8;
        BudgetSettings {
            reserve_percent,
            yearly_allowance: Some(self.yearly_allowance),
            ..BudgetSettings::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_becomes_whole_percent() {
        for (share, percent) in [(0.0, 0), (0.1, 10), (0.29, 29), (1.0, 100), (7.0, 100)] {
            let preferences = Preferences {
                reserve_share: share,
                ..Preferences::default()
            };
            assert_eq!(preferences.budget().reserve_percent, percent);
        }
    }
}
