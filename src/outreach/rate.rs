//! The times and counts of the rate limit, in all the spellings they come in.

use jiff::{SignedDuration, Timestamp, civil, fmt::rfc2822, tz::TimeZone};
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// The window of the limit is an hour; more than that, with a minute for clocks that differ, is a mistake somewhere.
pub(super) const LONGEST_WAIT: SignedDuration = SignedDuration::from_secs(3600 + 60);
/// How long to wait when Outreach says "later" and not when.
pub(super) const DEFAULT_WAIT: SignedDuration = SignedDuration::from_secs(60);
/// The `Date` header has whole seconds and takes a while to arrive; less than this is no wrong clock.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_secs(2);
/// From here on an integer counts seconds since 1970, below it seconds from now.
const FIRST_EPOCH: f64 = 1e9;
/// No number of seconds that could be meant is greater.
const MAX_SECS: f64 = 1e12;

/// What the headers of an answer say of the limit; instants are by this computer's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct RateHeaders {
    /// How many requests a window allows.
    pub(super) limit: Option<u64>,
    /// How many requests are left in the window.
    pub(super) remaining: Option<u64>,
    /// When the window ends.
    pub(super) reset: Option<Timestamp>,
    /// When to ask again.
    pub(super) retry_after: Option<Timestamp>,
    /// What Outreach's clock showed.
    pub(super) date: Option<Timestamp>,
    /// How far the clock of Outreach is ahead of ours.
    pub(super) ahead: SignedDuration,
}

impl RateHeaders {
    pub(super) fn read(headers: &HeaderMap, now: Timestamp) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let date = text(DATE.as_str()).and_then(http_date);
        let ahead = date
            .map(|date| date.duration_since(now))
            .filter(|ahead| ahead.abs() > CLOCK_TOLERANCE)
            .unwrap_or_default();
        let time = |name| text(name).and_then(|spelling| resume_time(spelling, now, ahead));
        Self {
            limit: text("x-ratelimit-limit").and_then(first_count),
            remaining: text("x-ratelimit-remaining").and_then(first_count),
            reset: time("x-ratelimit-reset"),
            retry_after: time(RETRY_AFTER.as_str()),
            date,
            ahead,
        }
    }

    /// The instant that a text such as "please try again at 2017-01-01T00:00:00." names.
    pub(super) fn time_in(&self, text: &str, now: Timestamp) -> Option<Timestamp> {
        text.split_whitespace()
            .map(|word| word.trim_matches(|c: char| !c.is_ascii_alphanumeric()))
            .filter(|word| word.contains('T') && word.contains('-'))
            .find_map(instant)
            .map(|server| to_local(server, now, self.ahead))
    }
}

/// `t` so much later, or the end of time.
pub(super) fn later(t: Timestamp, by: SignedDuration) -> Timestamp {
    t.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// The first of one or two numbers: `9999, 19988` are two limits, and the first is the hourly one.
fn first_count(text: &str) -> Option<u64> {
    text.split(',').next()?.trim().parse().ok()
}

fn resume_time(spelling: &str, now: Timestamp, ahead: SignedDuration) -> Option<Timestamp> {
    let spelling = spelling.trim();
    let number = spelling.split(',').next().unwrap_or(spelling).trim();
    if let Ok(seconds) = number.parse::<f64>() {
        let duration =
            SignedDuration::try_from_secs_f64(seconds.clamp(-MAX_SECS, MAX_SECS)).ok()?;
        return Some(if seconds >= FIRST_EPOCH {
            to_local(later(Timestamp::UNIX_EPOCH, duration), now, ahead)
        } else {
            later(now, duration).min(later(now, LONGEST_WAIT))
        });
    }
    let server = instant(spelling).or_else(|| http_date(spelling))?;
    Some(to_local(server, now, ahead))
}

fn to_local(server: Timestamp, now: Timestamp, ahead: SignedDuration) -> Timestamp {
    later(server, -ahead).min(later(now, LONGEST_WAIT))
}

/// Reads ISO 8601; without a zone it is UTC.
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    text.parse().ok().or_else(|| {
        let civil: civil::DateTime = text.parse().ok()?;
        TimeZone::UTC.to_timestamp(civil).ok()
    })
}

/// Reads the three spellings of HTTP dates.
fn http_date(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(zoned) = rfc2822::parse(text) {
        return Some(zoned.timestamp());
    }
    ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"]
        .into_iter()
        .find_map(|format| civil::DateTime::strptime(format, text).ok())
        .and_then(|civil| TimeZone::UTC.to_timestamp(civil).ok())
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    const NOW: &str = "2026-05-01T12:00:00Z";

    fn read(pairs: &[(&str, &str)]) -> RateHeaders {
        let headers = pairs
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::try_from(*name).expect("a name"),
                    HeaderValue::try_from(*value).expect("a value"),
                )
            })
            .collect();
        RateHeaders::read(&headers, NOW.parse().expect("a time"))
    }

    fn time(text: &str) -> Timestamp {
        text.parse().expect(text)
    }

    #[test]
    fn every_spelling_of_a_resume_time_is_read() {
        for (spelling, is) in [
            ("1777637400", Some(time("2026-05-01T12:10:00Z"))),
            ("1777637400.5", Some(time("2026-05-01T12:10:00.5Z"))),
            ("600", Some(time("2026-05-01T12:10:00Z"))),
            (" 600 ", Some(time("2026-05-01T12:10:00Z"))),
            ("0", Some(time(NOW))),
            ("2026-05-01T12:10:00", Some(time("2026-05-01T12:10:00Z"))),
            ("2026-05-01T12:10:00Z", Some(time("2026-05-01T12:10:00Z"))),
            (
                "2026-05-01T14:10:00+02:00",
                Some(time("2026-05-01T12:10:00Z")),
            ),
            (
                "Fri, 01 May 2026 12:10:00 GMT",
                Some(time("2026-05-01T12:10:00Z")),
            ),
            (
                "Friday, 01-May-26 12:10:00 GMT",
                Some(time("2026-05-01T12:10:00Z")),
            ),
            (
                "Fri May  1 12:10:00 2026",
                Some(time("2026-05-01T12:10:00Z")),
            ),
            // Absurd ones are held to an hour and a minute.
            ("2000000000", Some(time("2026-05-01T13:01:00Z"))),
            ("999999999", Some(time("2026-05-01T13:01:00Z"))),
            ("99999999999999999999", Some(time("2026-05-01T13:01:00Z"))),
            ("9999-12-30T00:00:00Z", Some(time("2026-05-01T13:01:00Z"))),
            // One that is past stays so.
            ("2017-01-01T00:00:00", Some(time("2017-01-01T00:00:00Z"))),
            ("", None),
            ("soon", None),
            ("NaN", None),
        ] {
            assert_eq!(
                read(&[("retry-after", spelling)]).retry_after,
                is,
                "{spelling}"
            );
            assert_eq!(
                read(&[("X-RateLimit-Reset", spelling)]).reset,
                is,
                "{spelling}"
            );
        }
    }

    #[test]
    fn the_first_of_two_counts_is_the_hourly_one() {
        for (text, count) in [
            ("9999", Some(9999)),
            ("9999, 19988", Some(9999)),
            (" 0 ,5", Some(0)),
            ("", None),
            ("-1", None),
            ("many", None),
        ] {
            assert_eq!(
                read(&[("x-ratelimit-remaining", text)]).remaining,
                count,
                "{text}"
            );
        }
    }

    #[test]
    fn the_date_header_corrects_a_wrong_clock() {
        let behind = read(&[
            ("date", "Sat, 02 May 2026 12:00:00 GMT"),
            ("x-ratelimit-reset", "2026-05-02T12:10:00Z"),
            ("retry-after", "600"),
        ]);
        assert_eq!(behind.reset, Some(time("2026-05-01T12:10:00Z")));
        assert_eq!(behind.retry_after, Some(time("2026-05-01T12:10:00Z")));
        let now = NOW.parse().expect("a time");
        assert_eq!(
            behind.time_in("please try again at 2026-05-02T12:10:00.", now),
            Some(time("2026-05-01T12:10:00Z"))
        );
        let hardly = read(&[
            ("date", "Fri, 01 May 2026 11:59:59 GMT"),
            ("x-ratelimit-reset", "2026-05-01T12:10:00Z"),
        ]);
        assert_eq!(hardly.reset, Some(time("2026-05-01T12:10:00Z")));
    }

    #[test]
    fn a_resume_time_is_found_in_a_sentence() {
        let now = NOW.parse().expect("a time");
        for (text, is) in [
            (
                "Rate limit of 10,000; please try again at 2026-05-01T12:10:00.",
                Some(time("2026-05-01T12:10:00Z")),
            ),
            (
                "Try again at 2026-05-01T12:10:00Z",
                Some(time("2026-05-01T12:10:00Z")),
            ),
            ("Try again LATER-Today", None),
            ("", None),
        ] {
            assert_eq!(RateHeaders::default().time_in(text, now), is, "{text}");
        }
    }
}
