//! The sandbox's own time: the one clock that windows, tokens, batches and the `Date` header go by.
//!
//! It starts as the wall clock shows. While it runs it follows the runtime's clock; while it is stopped it moves only
//! by what is added to it: by `advance_secs` and `advance_ms` among the settings, by [`Sandbox::advance`], and by the
//! time that each answered request costs (`request_ms`). A client that waits for the end of a window, for a batch or
//! for the next token so waits for a call, not for an hour. Latency and `slow` are waited for in the runtime's time.
//!
//! Under `tokio::time::pause` a running clock follows `tokio::time::advance`. Beware of its automatic advance with
//! real sockets: a runtime that waits for bytes counts as idle and jumps to the next timer, a request's timeout among
//! them. A task on `spawn_blocking` that lasts as long as the test holds that back.
//!
//! [`Sandbox::advance`]: super::Sandbox::advance

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

/// How the sandbox's time passes.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Passing {
    /// With the runtime's clock, which a test may have paused.
    #[default]
    Running,
    /// Not at all, but for what is added to it.
    Stopped,
}

/// Follows tokio's clock while it runs, so that a test with paused time moves the rate-limit window as well.
#[derive(Debug)]
pub(super) struct Clock {
    /// The time that was shown last time it was set.
    base: Timestamp,
    /// Since when the runtime's time counts besides; `None` if it does not.
    since: Option<Instant>,
    /// What each answered request adds.
    pub(super) request: Duration,
}

impl Clock {
    pub(super) fn start(begins: Option<Timestamp>, passing: Passing, request: Duration) -> Self {
        let mut clock = Self {
            base: begins.unwrap_or_else(Timestamp::now),
            since: None,
            request,
        };
        clock.pass(passing);
        clock
    }

    pub(super) fn now(&self) -> Timestamp {
        let passed = self.since.map(|since| since.elapsed());
        later(self.base, passed.unwrap_or_default())
    }

    /// Moves the time forward without anyone waiting.
    pub(super) fn advance(&mut self, by: Duration) {
        self.base = later(self.base, by);
    }

    /// Lets a request cost its time.
    pub(super) fn tick(&mut self) {
        self.advance(self.request);
    }

    pub(super) fn pass(&mut self, passing: Passing) {
        self.base = self.now();
        self.since = match passing {
            Passing::Running => Some(Instant::now()),
            Passing::Stopped => None,
        };
    }

    pub(super) fn passing(&self) -> Passing {
        self.since.map_or(Passing::Stopped, |_| Passing::Running)
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

/// The whole second it is in.
pub(super) fn floor_to_second(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
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
    fn whole_seconds_are_found_both_ways_and_stay() {
        let whole = Timestamp::from_second(1_700_000_000).unwrap();
        let part = later(whole, Duration::from_millis(1));
        assert_eq!(ceil_to_second(whole), whole);
        assert_eq!(ceil_to_second(part), later(whole, Duration::from_secs(1)));
        assert_eq!([whole, part].map(floor_to_second), [whole, whole]);
        assert_eq!(date_time(part), "2023-11-14T22:13:20.001Z");
    }

    #[tokio::test]
    async fn advancing_moves_the_time_at_once() {
        let mut clock = Clock::start(None, Passing::Running, Duration::ZERO);
        let before = clock.now();
        clock.advance(Duration::from_hours(2));
        assert!(clock.now() >= later(before, Duration::from_hours(2)));
    }

    #[tokio::test]
    async fn a_stopped_clock_moves_by_what_is_added() {
        let mut clock = Clock::start(None, Passing::Stopped, Duration::from_millis(20));
        let before = clock.now();
        clock.tick();
        clock.advance(Duration::from_secs(1));
        let expected = later(before, Duration::from_millis(1020));
        assert_eq!((clock.now(), clock.passing()), (expected, Passing::Stopped));
        clock.pass(Passing::Running);
        assert!(clock.now() >= expected);
        assert_eq!(clock.passing(), Passing::Running);
    }

    #[test]
    fn an_endless_duration_ends_at_the_end_of_time() {
        assert_eq!(later(Timestamp::UNIX_EPOCH, Duration::MAX), Timestamp::MAX);
    }
}
