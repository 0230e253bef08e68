//! How much of an account's requests this program may use.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
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
    /// How many of so many requests in an hour are left to others.
    pub fn reserve_of(&self, limit: u64) -> u64 {
        limit.saturating_mul(u64::from(self.reserve_percent.min(100))) / 100
    }

    /// How many requests a year this program may send; `None` if nobody has said.
    pub fn yearly_limit(&self) -> Option<u64> {
        let share = u64::from(self.stop_at_percent.min(100));
        self.yearly_allowance
            .map(|allowance| allowance.saturating_mul(share) / 100)
    }
}

/// Requests that Outreach allows a user in an hour by its documentation, until it says otherwise.
pub const HOURLY_LIMIT: u64 = 10_000;

/// Batch items that an organisation may use in a day, by Outreach's documentation; they come back little by little.
pub const ITEMS_A_DAY: u64 = 5_000_000;

const SECS_A_DAY: u64 = 86_400;
const A_DAY: SignedDuration = SignedDuration::from_hours(24);

/// What is known of an organisation's batch items. People who work in Outreach use them too, so it is an upper bound
/// until Outreach says that there are too few.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemsNote {
    /// How many were left.
    left: u64,
    /// When.
    at: Timestamp,
    /// Outreach has refused an order: until then there are too few.
    #[serde(default)]
    is_refused: bool,
}

impl ItemsNote {
    /// How many may be left now. A note of a time to come, as it is left after a computer's clock was set back, says
    /// how many there were; no refusal lasts longer than a day.
    fn left_at(self, now: Timestamp) -> u64 {
        let since = now.duration_since(self.at);
        match u64::try_from(since.as_millis()) {
            Err(_still_to_come) if self.is_refused && since.abs() <= A_DAY => 0,
            Err(_still_to_come) => self.left,
            Ok(millis) => {
                let back = millis.saturating_mul(ITEMS_A_DAY) / (SECS_A_DAY * 1_000);
                self.left.saturating_add(back).min(ITEMS_A_DAY)
            }
        }
    }
}

/// How many seconds it takes until so many batch items have come back.
pub fn secs_of_items(n: u64) -> u64 {
    n.saturating_mul(SECS_A_DAY).div_ceil(ITEMS_A_DAY)
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
    /// What is known of the organisation's batch items.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items: Option<ItemsNote>,
    /// Requests sent by this program, by day in UTC.
    pub days: BTreeMap<Date, u64>,
    /// The same of the last day, by the second that an hour begins with.
    pub hours: BTreeMap<i64, u64>,
}

impl BudgetNote {
    /// How many requests this program has sent in the year up to this day.
    pub fn used_in_year(&self, today: Date) -> u64 {
        let first = first_day(today);
        self.days.range(first..).map(|(_, n)| n).sum()
    }

    /// Requests of the present window that are used, by this program and by others, as far as Outreach has said.
    pub fn used_at(&self, now: Timestamp) -> u64 {
        match (self.limit, self.left_at(now)) {
            (Some(limit), Some(left)) => limit.saturating_sub(left),
            // Whatever had been sent since would have begun another window.
            _ if self.ends.is_some() => 0,
            _ => self.in_hour(hour_of(now)),
        }
    }

    /// Requests that this program has sent in the hour that begins with this second.
    pub fn in_hour(&self, hour: i64) -> u64 {
        self.hours.get(&hour).copied().unwrap_or_default()
    }

    /// Counts a request, and forgets days that are more than a year back.
    pub fn count(&mut self, now: Timestamp) {
        let today = utc_day(now);
        *self.days.entry(today).or_default() += 1;
        let hour = hour_of(now);
        *self.hours.entry(hour).or_default() += 1;
        let oldest = hour - HOURS_KEPT * SECS_OF_HOUR;
        if self
            .hours
            .first_key_value()
            .is_some_and(|(hour, _)| *hour < oldest)
        {
            self.hours = self.hours.split_off(&oldest);
        }
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
    pub fn ahead(mut self, n: u64, now: Timestamp) -> Self {
        *self.days.entry(utc_day(now)).or_default() += n;
        self.left = self.left.map(|left| left.saturating_sub(n));
        self
    }

    /// Batch items that may be left now.
    pub fn items_left(&self, now: Timestamp) -> u64 {
        self.items.map_or(ITEMS_A_DAY, |items| items.left_at(now))
    }

    /// Counts batch items that were ordered.
    pub fn spend_items(&mut self, n: u64, now: Timestamp) {
        let left = self.items_left(now).saturating_sub(n);
        self.items = Some(ItemsNote {
            left,
            at: now,
            is_refused: false,
        });
    }

    /// Outreach has too few batch items for an order of so many, until this instant if it says so.
    pub fn refuse_items(&mut self, n: u64, until: Option<Timestamp>, now: Timestamp) {
        let until = until.filter(|until| *until > now);
        let (left, at) = until.map_or((0, now), |until| (n, until));
        self.items = Some(ItemsNote {
            left,
            at,
            is_refused: true,
        });
    }

    /// Requests that were left when last heard of, as long as that window lasts.
    pub fn left_at(&self, now: Timestamp) -> Option<u64> {
        self.left
            .filter(|_| self.ends.is_some_and(|ends| ends > now))
    }
}

const HOURS_KEPT: i64 = 24;

/// Seconds of an hour.
pub const SECS_OF_HOUR: i64 = 3600;

/// The second that the hour of this instant begins with.
pub fn hour_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(SECS_OF_HOUR) * SECS_OF_HOUR
}

/// The day by which requests are counted.
pub fn utc_day(at: Timestamp) -> Date {
    at.to_zoned_datetime(TimeZone::UTC).date()
}

fn first_day(today: Date) -> Date {
    let back = SignedDuration::from_hours(24 * (YEAR - 1));
    today.saturating_sub(back)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_of_days_is_counted_and_older_ones_are_forgotten() {
        let day = |text: &str| text.parse::<Date>().expect("a day");
        let at = |text: &str| format!("{text}T12:30:00Z").parse().expect("an instant");
        let mut note = BudgetNote::default();
        note.count(at("2025-05-01"));
        note.count(at("2025-05-02"));
        note.count(at("2026-04-30"));
        assert_eq!(note.used_in_year(day("2026-04-30")), 3);
        assert_eq!(note.used_in_year(day("2026-05-01")), 2);
        note.count(at("2026-05-01"));
        assert_eq!(note.days.len(), 3);
        assert_eq!(note.used_in_year(day("2026-05-01")), 3);
    }

    #[test]
    fn what_is_used_is_what_outreach_says_while_that_holds() {
        let at = |text: &str| text.parse::<Timestamp>().expect("an instant");
        let mut note = BudgetNote::default();
        note.count(at("2026-05-01T11:59:59Z"));
        note.count(at("2026-05-01T12:00:00Z"));
        note.count(at("2026-05-01T12:10:00Z"));
        assert_eq!(note.used_at(at("2026-05-01T12:20:00Z")), 2);
        assert_eq!(note.in_hour(hour_of(at("2026-05-01T11:00:00Z"))), 1);
        note.limit = Some(10_000);
        note.left = Some(9_000);
        note.ends = Some(at("2026-05-01T12:40:00Z"));
        assert_eq!(note.used_at(at("2026-05-01T12:20:00Z")), 1_000);
        assert_eq!(note.used_at(at("2026-05-01T12:50:00Z")), 0);
        note.count(at("2026-05-03T12:00:00Z"));
        assert_eq!(note.hours.len(), 1);
    }

    #[test]
    fn batch_items_are_spent_come_back_and_may_be_refused() {
        let at = |secs: i64| Timestamp::from_second(1_700_000_000 + secs).expect("an instant");
        let mut note = BudgetNote::default();
        assert_eq!(note.items_left(at(0)), ITEMS_A_DAY);
        note.spend_items(1_000_000, at(0));
        note.spend_items(3_999_000, at(0));
        assert_eq!(note.items_left(at(0)), 1_000);
        assert_eq!(note.items_left(at(864)), 51_000);
        assert_eq!(secs_of_items(50_000), 864);
        assert_eq!(note.items_left(at(10 * 86_400)), ITEMS_A_DAY);
        note.refuse_items(70_000, Some(at(600)), at(0));
        assert_eq!(
            (note.items_left(at(599)), note.items_left(at(600))),
            (0, 70_000)
        );
        note.refuse_items(70_000, None, at(700));
        assert_eq!(
            (note.items_left(at(700)), note.items_left(at(718))),
            (0, 1_041)
        );
        let text = serde_json::to_string(&note).expect("JSON");
        assert_eq!(
            serde_json::from_str::<BudgetNote>(&text).expect("a note"),
            note
        );
    }

    #[test]
    fn a_clock_that_was_set_back_leaves_the_batch_items() {
        let at = |secs: i64| Timestamp::from_second(1_700_000_000 + secs).expect("an instant");
        let mut note = BudgetNote::default();
        note.spend_items(1_000, at(86_400));
        assert_eq!(note.items_left(at(0)), ITEMS_A_DAY - 1_000);
        note.refuse_items(70_000, Some(at(3 * 86_400)), at(0));
        assert_eq!(
            (note.items_left(at(86_399)), note.items_left(at(2 * 86_400))),
            (70_000, 0)
        );
    }

    #[test]
    fn requests_ahead_count_as_sent() {
        let now: Timestamp = "2026-05-01T12:00:00Z".parse().expect("an instant");
        let note = BudgetNote {
            left: Some(30),
            ..BudgetNote::default()
        };
        let note = note.ahead(20, now).ahead(20, now);
        assert_eq!((note.used_in_year(utc_day(now)), note.left), (40, Some(0)));
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
