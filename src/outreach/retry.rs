//! How often a request that failed by no fault of its own is sent again, and after how long.

use std::time::Duration;

/// How often and how long apart a request is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How often it is sent at most, the first time included.
    pub attempts: u32,
    /// The longest wait before the second attempt; it doubles with every further one.
    pub base: Duration,
    /// No wait is longer.
    pub cap: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 6,
            base: Duration::from_millis(500),
            cap: Duration::from_secs(30),
        }
    }
}

impl RetryPolicy {
    /// How long to wait after so many attempts, or `None` if those were all. `jitter`, from 0 to 1, spreads senders
    /// that failed together over the upper half of the wait.
    pub(super) fn wait(&self, attempts_made: u32, jitter: f64) -> Option<Duration> {
        if attempts_made >= self.attempts {
            return None;
        }
        let doublings = attempts_made.saturating_sub(1).min(20);
        let longest = self.base.saturating_mul(1 << doublings).min(self.cap);
        Some(longest.mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_cap_and_then_there_are_no_more() {
        let policy = RetryPolicy::default();
        let millis = |attempt, jitter| policy.wait(attempt, jitter).map(|d| d.as_millis());
        assert_eq!(millis(1, 1.0), Some(500));
        assert_eq!(millis(1, 0.0), Some(250));
        assert_eq!(millis(5, 1.0), Some(8000));
        assert_eq!(millis(6, 1.0), None);
        let patient = RetryPolicy {
            attempts: u32::MAX,
            ..policy
        };
        assert_eq!(patient.wait(4_000_000, 1.0), Some(policy.cap));
    }
}
