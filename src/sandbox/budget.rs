//! The request budget: a fixed window, announced in the headers of every API answer.

use std::time::Duration;

use axum::http::{HeaderName, header};
use jiff::{Timestamp, fmt::rfc2822};
use serde::{Deserialize, Serialize};

use super::{
    answer::{Answer, Refusal},
    clock::{floor_to_second, later},
};

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// How `Retry-After` is spelled on a 429.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum RetryAfter {
    /// Epoch seconds: an alias of `X-RateLimit-Reset`, as the provider documents it.
    #[default]
    Epoch,
    /// Seconds from now, as RFC 9110 has it.
    Delta,
    /// An ISO 8601 time.
    Iso,
    /// An HTTP date.
    HttpDate,
    /// No such header.
    Absent,
}

/// How `X-RateLimit-Remaining` is spelled.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Remaining {
    /// One number.
    #[default]
    One,
    /// Two numbers, `9999, 19988`, as was seen in the wild.
    Two,
}

/// Requests per window, and how many of them are spent.
#[derive(Clone, Debug)]
pub(super) struct Budget {
    pub(super) limit: u32,
    pub(super) window: Duration,
    used: u32,
    ends: Option<Timestamp>,
}

impl Budget {
    pub(super) fn new(limit: u32, window: Duration) -> Self {
        Self {
            limit,
            window,
            used: 0,
            ends: None,
        }
    }

    /// Takes one request from the window; false if it is used up.
    pub(super) fn spend(&mut self, now: Timestamp) -> bool {
        self.roll(now);
        if self.ends.is_none() {
            self.ends = Some(self.window_from(now));
        }
        let has_room = self.used < self.limit;
        if has_room {
            self.used += 1;
        }
        has_room
    }

    /// Begins a new window with the next request.
    pub(super) fn reset(&mut self) {
        self.used = 0;
        self.ends = None;
    }

    pub(super) fn remaining(&self) -> u32 {
        self.limit.saturating_sub(self.used)
    }

    pub(super) fn ends(&self, now: Timestamp) -> Timestamp {
        self.ends.unwrap_or_else(|| self.window_from(now))
    }

    /// When a window ends that begins now: windows begin at whole seconds, for the header can name no other end.
    fn window_from(&self, now: Timestamp) -> Timestamp {
        later(floor_to_second(now), self.window)
    }

    /// Forgets a window that is over.
    pub(super) fn roll(&mut self, now: Timestamp) {
        if self.ends.is_some_and(|ends| ends <= now) {
            self.reset();
        }
    }

    /// Adds the headers that every API answer carries.
    pub(super) fn announce(
        &self,
        answer: Answer,
        spelling: Remaining,
        now: Timestamp,
        used_up_until: Option<Timestamp>,
    ) -> Answer {
        let first = used_up_until.map_or(self.remaining(), |_| 0);
        let remaining = match spelling {
            Remaining::One => first.to_string(),
            Remaining::Two => {
                let second = self.limit.saturating_mul(2).saturating_sub(self.used);
                format!("{first}, {second}")
            }
        };
        let reset = used_up_until.unwrap_or_else(|| self.ends(now));
        answer
            .with(LIMIT, self.limit.to_string())
            .with(REMAINING, remaining)
            .with(RESET, reset.as_second().to_string())
            .with(header::DATE, http_date(now))
    }

    /// The 429 that lasts until `until`.
    pub(super) fn refusal(&self, spelling: RetryAfter, now: Timestamp, until: Timestamp) -> Answer {
        let refusal = Refusal::rate_limited(format!(
            "You have exceeded your permitted rate limit of {}; please try again at {}.",
            thousands(self.limit),
            until.strftime("%Y-%m-%dT%H:%M:%S"),
        ));
        let answer = Answer::from(refusal);
        match spelling.spell(now, until) {
            Some(value) => answer.with(header::RETRY_AFTER, value),
            None => answer,
        }
    }
}

impl RetryAfter {
    /// The time in this spelling, if it is told at all.
    pub(super) fn spell(self, now: Timestamp, until: Timestamp) -> Option<String> {
        match self {
            Self::Epoch => Some(until.as_second().to_string()),
            Self::Delta => {
                let wait = until.duration_since(now).as_secs_f64().ceil();
                Some(format!("{wait:.0}"))
            }
            Self::Iso => Some(until.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()),
            Self::HttpDate => Some(http_date(until)),
            Self::Absent => None,
        }
    }
}

pub(super) fn http_date(time: Timestamp) -> String {
    let printer = rfc2822::DateTimePrinter::new();
    printer
        .timestamp_to_rfc9110_string(&time)
        .unwrap_or_else(|_| time.to_string())
}

/// 10000 as `10,000`.
pub(super) fn thousands(number: impl ToString) -> String {
    let digits = number.to_string();
    let mut spelled = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            spelled.push(',');
        }
        spelled.push(digit);
    }
    spelled
}

#[cfg(test)]
mod tests {
    use reqwest::{Method, StatusCode};
    use serde_json::json;

    use super::{
        super::testing::{bench, bench_with, header, read},
        *,
    };
    use crate::sandbox::Settings;

    const NOW: Timestamp = Timestamp::constant(1_700_000_000, 0);

    #[test]
    fn a_window_is_spent_and_begins_again() {
        let mut budget = Budget::new(2, Duration::from_secs(10));
        let end = later(NOW, Duration::from_secs(10));
        assert!(budget.spend(NOW) && budget.spend(NOW));
        assert!(!budget.spend(later(NOW, Duration::from_secs(9))));
        assert_eq!((budget.remaining(), budget.ends(NOW)), (0, end));
        assert!(budget.spend(end));
        assert_eq!(budget.remaining(), 1);
    }

    #[test]
    fn every_spelling_of_retry_after_is_the_same_time() {
        let until = later(NOW, Duration::from_secs(90));
        let spelled = |spelling: RetryAfter| spelling.spell(NOW, until);
        assert_eq!(spelled(RetryAfter::Epoch).unwrap(), "1700000090");
        assert_eq!(spelled(RetryAfter::Delta).unwrap(), "90");
        assert_eq!(spelled(RetryAfter::Iso).unwrap(), "2023-11-14T22:14:50Z");
        assert_eq!(
            spelled(RetryAfter::HttpDate).unwrap(),
            "Tue, 14 Nov 2023 22:14:50 GMT"
        );
        assert_eq!(spelled(RetryAfter::Absent), None);
    }

    #[tokio::test]
    async fn every_answer_announces_the_budget() {
        let bench = bench().await;
        for (path, remaining) in [("/users", "9999"), ("/nowhere", "9998")] {
            let response = bench.api(Method::GET, path).send().await.unwrap();
            assert_eq!(header(&response, "x-ratelimit-limit"), "10000");
            assert_eq!(header(&response, "x-ratelimit-remaining"), remaining);
            let reset: i64 = header(&response, "x-ratelimit-reset").parse().unwrap();
            let date = header(&response, "date");
            let date = rfc2822::DateTimeParser::new().parse_timestamp(date);
            let left = reset - date.unwrap().as_second();
            assert!((3590..=3601).contains(&left), "{left}");
        }
        bench
            .control("/settings", json!({"remaining": "two"}))
            .await;
        let response = bench.api(Method::GET, "/users").send().await.unwrap();
        let remaining = header(&response, "x-ratelimit-remaining");
        assert_eq!(remaining, "9997, 19997");
    }

    #[tokio::test]
    async fn over_the_limit_is_refused_until_the_window_ends() {
        let settings = Settings {
            limit: 2,
            window: Duration::from_mins(5),
            ..Settings::default()
        };
        let bench = bench_with(settings).await;
        for _ in 0..2 {
            assert_eq!(bench.get("/users").await.0, StatusCode::OK);
        }
        let response = bench.patching(1, &json!({"title": "x"})).send().await;
        let response = response.unwrap();
        assert_eq!(header(&response, "x-ratelimit-remaining"), "0");
        let reset = header(&response, "x-ratelimit-reset").to_owned();
        assert_eq!(header(&response, "retry-after"), reset);
        let (status, body) = read(response).await;
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
        let error = &body["errors"][0];
        assert_eq!(error["id"], "rateLimitExceeded");
        let until = Timestamp::from_second(reset.parse().unwrap()).unwrap();
        let detail = format!(
            "You have exceeded your permitted rate limit of 2; please try again at {}.",
            until.strftime("%Y-%m-%dT%H:%M:%S")
        );
        assert_eq!(error["detail"], detail);
        assert!(bench.sandbox.writes().is_empty());

        bench
            .control("/settings", json!({"advance_secs": 301}))
            .await;
        assert_eq!(bench.get("/users").await.0, StatusCode::OK);
    }

    #[tokio::test]
    async fn the_spelling_of_retry_after_can_be_set() {
        let settings = Settings {
            limit: 0,
            ..Settings::default()
        };
        let bench = bench_with(settings).await;
        for (spelling, matches) in [
            (
                "delta",
                (|value| value.parse::<u32>().is_ok_and(|wait| wait <= 3601)) as fn(&str) -> bool,
            ),
            ("iso", |value| value.parse::<Timestamp>().is_ok()),
            ("http-date", |value| value.ends_with(" GMT")),
        ] {
            bench
                .control("/settings", json!({"retry_after": spelling}))
                .await;
            let response = bench.api(Method::GET, "/users").send().await.unwrap();
            let value = header(&response, "retry-after");
            assert!(matches(value), "{spelling}: {value}");
        }
        bench
            .control("/settings", json!({"retry_after": "absent"}))
            .await;
        let response = bench.api(Method::GET, "/users").send().await.unwrap();
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert!(!response.headers().contains_key("retry-after"));
    }

    #[test]
    fn numbers_are_grouped() {
        for (number, spelled) in [
            (7, "7"),
            (999, "999"),
            (10_000, "10,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(thousands(number), spelled);
        }
    }
}
