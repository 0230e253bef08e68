//! The items an org may have in batches: so many a day, refilled little by little.

use std::time::Duration;

use jiff::Timestamp;

use super::super::clock::{ceil_to_second, later};

const DAY_SECS: u128 = 24 * 60 * 60;
const DAY_NANOS: u128 = DAY_SECS * 1_000_000_000;

/// How much of a day's items is used.
#[derive(Clone, Debug)]
pub(in crate::sandbox) struct Quota {
    pub(in crate::sandbox) per_day: u64,
    used: u64,
    /// When `used` was right.
    since: Timestamp,
}

impl Quota {
    pub(in crate::sandbox) fn new(per_day: u64, now: Timestamp) -> Self {
        Self {
            per_day,
            used: 0,
            since: now,
        }
    }

    /// The items that are left now.
    pub(in crate::sandbox) fn left(&self, now: Timestamp) -> u64 {
        self.per_day.saturating_sub(self.used_by(now))
    }

    /// Takes items; `Err` is the time by which there are enough, or by which all is refilled if there never are.
    pub(in crate::sandbox) fn spend(
        &mut self,
        items: u64,
        now: Timestamp,
    ) -> Result<(), Timestamp> {
        let used = self.used_by(now);
        let wanted = used.saturating_add(items);
        if wanted <= self.per_day {
            self.use_up(items, now);
            return Ok(());
        }
        let missing = (wanted - self.per_day).min(used);
        let nanos = u128::from(missing) * DAY_NANOS / u128::from(self.per_day.max(1));
        let wait = Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
        Err(ceil_to_second(later(now, wait)))
    }

    /// Takes items even if there are not so many, as people do who work in Outreach itself.
    pub(in crate::sandbox) fn use_up(&mut self, items: u64, now: Timestamp) {
        let used = self.used_by(now);
        // Less than one item of the refill is lost by it.
        self.since = now;
        self.used = used.saturating_add(items).min(self.per_day);
    }

    fn used_by(&self, now: Timestamp) -> u64 {
        let passed = now.duration_since(self.since).as_nanos();
        let passed = u128::try_from(passed).unwrap_or(0);
        let refilled = passed.saturating_mul(u128::from(self.per_day)) / DAY_NANOS;
        self.used
            .saturating_sub(u64::try_from(refilled).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::constant(1_700_000_000, 0);

    #[test]
    fn what_is_used_comes_back_in_the_course_of_a_day() {
        let mut quota = Quota::new(24, NOW);
        let hours = |hours: u64| later(NOW, Duration::from_hours(hours));
        assert_eq!(quota.spend(20, NOW), Ok(()));
        assert_eq!(quota.left(NOW), 4);
        assert_eq!(quota.left(hours(5)), 9);
        assert_eq!(quota.spend(10, hours(5)), Err(hours(6)));
        assert_eq!(quota.spend(10, hours(6)), Ok(()));
        assert_eq!(quota.left(hours(6)), 0);
        assert_eq!(quota.left(hours(40)), 24);
    }

    #[test]
    fn what_never_fits_names_the_time_of_a_full_quota() {
        let mut quota = Quota::new(24, NOW);
        quota.use_up(100, NOW);
        let tomorrow = later(NOW, Duration::from_hours(24));
        assert_eq!(quota.spend(1000, NOW), Err(tomorrow));
        let mut none = Quota::new(0, NOW);
        assert_eq!(none.spend(1, NOW), Err(NOW));
    }
}
