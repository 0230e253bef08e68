//! How much of an account's requests this program may use.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
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

/// How many days a year's requests are counted over.
const YEAR: i64 = 365;

/// What is remembered of an account's requests between starts of the program.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BudgetNote {
    /// Requests that a window allows, as Outreach said last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// Requests that were left in the last window.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left: Option<u64>,
    /// When that window ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends: Option<Timestamp>,
    /// Requests sent by this program, by day in UTC.
    pub days: BTreeMap<Date, u64>,
}

impl BudgetNote {
    /// How many requests this program has sent in the year up to this day.
    pub fn used_in_year(&self, today: Date) -> u64 {
        let first = first_day(today);
        self.days.range(first..).map(|(_, n)| n).sum()
    }

    /// Counts a request, and forgets days that are more than a year back.
    pub fn count(&mut self, today: Date) {
        *self.days.entry(today).or_default() += 1;
        let first = first_day(today);
        if self
            .days
            .first_key_value()
            .is_some_and(|(day, _)| *day < first)
        {
            self.days = self.days.split_off(&first);
        }
    }

    /// The note with this many requests more than were sent, for a program that may die before it writes the next one.
    #[must_use]
    pub fn ahead(mut self, n: u64, today: Date) -> Self {
        *self.days.entry(today).or_default() += n;
        self.left = self.left.map(|left| left.saturating_sub(n));
        self
    }

    /// Requests that were left when last heard of, as long as that window lasts.
    pub fn left_at(&self, now: Timestamp) -> Option<u64> {
        self.left
            .filter(|_| self.ends.is_some_and(|ends| ends > now))
    }
}

fn first_day(today: Date) -> Date {
    let back = jiff::SignedDuration::from_hours(24 * (YEAR - 1));
    today.saturating_sub(back)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_of_days_is_counted_and_older_ones_are_forgotten() {
        let day = |text: &str| text.parse::<Date>().expect("a day");
        let mut note = BudgetNote::default();
        note.count(day("2025-05-01"));
        note.count(day("2025-05-02"));
        note.count(day("2026-04-30"));
        assert_eq!(note.used_in_year(day("2026-04-30")), 3);
        assert_eq!(note.used_in_year(day("2026-05-01")), 2);
        note.count(day("2026-05-01"));
        assert_eq!(note.days.len(), 3);
        assert_eq!(note.used_in_year(day("2026-05-01")), 3);
    }

    #[test]
    fn requests_ahead_count_as_sent() {
        let day: Date = "2026-05-01".parse().expect("a day");
        let note = BudgetNote {
            left: Some(30),
            ..BudgetNote::default()
        };
        let note = note.ahead(20, day).ahead(20, day);
        assert_eq!((note.used_in_year(day), note.left), (40, Some(0)));
    }

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
