//! The sandbox's own time: wall clock at the start, then the runtime's clock, plus what the control route adds.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// Follows tokio's clock, so that a test with paused time moves the rate-limit window as well.
#[derive(Debug)]
pub(super) struct Clock {
    epoch: Timestamp,
    origin: Instant,
    advanced: Duration,
}

impl Clock {
    pub(super) fn start() -> Self {
        Self {
            epoch: Timestamp::now(),
            origin: Instant::now(),
            advanced: Duration::ZERO,
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        later(self.epoch, self.origin.elapsed() + self.advanced)
    }

    /// Moves the time forward without anyone waiting.
    pub(super) fn advance(&mut self, by: Duration) {
        self.advanced = self.advanced.saturating_add(by);
    }
}

/// Adds a duration to a time, and stays at the end of time instead of overflowing.
pub(super) fn later(time: Timestamp, by: Duration) -> Timestamp {
    SignedDuration::try_from(by)
        .ok()
        .and_then(|by| time.checked_add(by).ok())
        .unwrap_or(Timestamp::MAX)
}

/// The spelling of date-time attributes, with milliseconds.
pub(super) fn date_time(time: Timestamp) -> String {
    format!("{time:.3}")
}

/// The next whole second, because the API announces resets in whole epoch seconds.
pub(super) fn ceil_to_second(time: Timestamp) -> Timestamp {
    if time.subsec_nanosecond() == 0 {
        return time;
    }
    Timestamp::from_second(time.as_second().saturating_add(1)).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_seconds_round_up_and_stay() {
        let whole = Timestamp::from_second(1_700_000_000).unwrap();
        let part = later(whole, Duration::from_millis(1));
        assert_eq!(ceil_to_second(whole), whole);
        assert_eq!(ceil_to_second(part), later(whole, Duration::from_secs(1)));
        assert_eq!(date_time(part), "2023-11-14T22:13:20.001Z");
    }

    #[tokio::test]
    async fn advancing_moves_the_time_at_once() {
        let mut clock = Clock::start();
        let before = clock.now();
        clock.advance(Duration::from_hours(2));
        assert!(clock.now() >= later(before, Duration::from_hours(2)));
    }

    #[test]
    fn an_endless_duration_ends_at_the_end_of_time() {
        assert_eq!(later(Timestamp::UNIX_EPOCH, Duration::MAX), Timestamp::MAX);
    }
}
