//! How much of an account's requests this program may use.

use serde::{Deserialize, Serialize};

/// How much of an account's requests this program may use; shares are in percent, from 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BudgetSettings {
    /// The share of the hourly limit that is left to people and to other integrations.
    pub reserve_percent: u8,
    /// How many requests a year the plan allows; `None` if nobody has said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub yearly_allowance: Option<u64>,
    /// The share of the yearly allowance at which sending stops.
    pub stop_at_percent: u8,
}

impl Default for BudgetSettings {
    fn default() -> Self {
        Self {
            reserve_percent: 10,
            yearly_allowance: None,
            stop_at_percent: 100,
        }
    }
}

impl BudgetSettings {
    /// How many requests a year this program may send; `None` if nobody has said.
    pub fn yearly_limit(&self) -> Option<u64> {
        let share = u64::from(self.stop_at_percent.min(100));
        self.yearly_allowance
            .map(|allowance| allowance.saturating_mul(share) / 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_yearly_limit_is_a_share_of_the_allowance() {
        let mut settings = BudgetSettings::default();
        assert_eq!(settings.yearly_limit(), None);
        settings.yearly_allowance = Some(250_000);
        assert_eq!(settings.yearly_limit(), Some(250_000));
        settings.stop_at_percent = 80;
        assert_eq!(settings.yearly_limit(), Some(200_000));
    }
}
