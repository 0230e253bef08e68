//! Numbers, dates and durations as people read them.

use std::{
    borrow::Cow,
    path::{MAIN_SEPARATOR, Path},
    sync::OnceLock,
    time::Duration,
};

use jiff::{Timestamp, ZonedDateTime, civil::Date, tz::TimeZone};

use super::text::{t, t_args};

/// A count with its thousands set apart: 48,216.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A path with `~` in the place of the person's home: shorter, and it can be shown around.
pub fn path(path: &str) -> Cow<'_, str> {
    within(path, home())
}

/// The path that was meant by one that may begin with `~`.
pub fn whole_path(typed: &str) -> Cow<'_, str> {
    match typed.trim_start().strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with(MAIN_SEPARATOR) => {
            Cow::Owned(format!("{}{rest}", home()))
        }
        _ => Cow::Borrowed(typed),
    }
}

fn home() -> &'static str {
    static HOME: OnceLock<String> = OnceLock::new();
    HOME.get_or_init(|| {
        let home = std::env::home_dir().unwrap_or_default();
        home.display().to_string()
    })
}

fn within<'a>(path: &'a str, home: &str) -> Cow<'a, str> {
    let is_home = Path::new(home).components().count() > 1;
    let rest = path.strip_prefix(home).filter(|_| is_home);
    match rest {
        Some(rest) if rest.is_empty() || rest.starts_with(MAIN_SEPARATOR) => {
            Cow::Owned(format!("~{rest}"))
        }
        _ => Cow::Borrowed(path),
    }
}

/// A number that may be below zero: −1,102.
pub fn signed(number: i64) -> String {
    let sign = if number < 0 { "−" } else { "" };
    format!("{sign}{}", count(number.unsigned_abs()))
}

/// A change: +110, −1,102, 0.
pub fn change(number: i64) -> String {
    let sign = if number > 0 { "+" } else { "" };
    format!("{sign}{}", signed(number))
}

/// A share of 0..=1 in percent: 99.0 %. What is not whole never reads as 0.0 % or 100.0 %.
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    let shown = if percent > 0.0 && percent < 0.05 {
        0.1
    } else if (99.95..100.0).contains(&percent) {
        99.9
    } else {
        percent
    };
    format!("{shown:.1} %")
}

/// A date: 24 Nov 2026.
pub fn date(date: Date) -> String {
    date.strftime("%-d %b %Y").to_string()
}

/// The time of day: 09:41.
pub fn time(at: Timestamp, zone: &TimeZone) -> String {
    clock(&at.to_zoned_datetime(zone.clone()))
}

/// The same to the second: 09:58:04.
pub fn time_to_the_second(at: Timestamp, zone: &TimeZone) -> String {
    let at = at.to_zoned_datetime(zone.clone());
    format!("{}:{:02}", clock(&at), at.second())
}

/// The date of a moment: 24 Nov 2026.
pub fn day(at: Timestamp, zone: &TimeZone) -> String {
    date(at.to_zoned_datetime(zone.clone()).date())
}

/// A moment with its time: today 09:58, yesterday 22:00, 21 Nov 22:04, 2 Oct 2025 22:04.
pub fn moment(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let (at, now) = (
        at.to_zoned_datetime(zone.clone()),
        now.to_zoned_datetime(zone.clone()),
    );
    near(&at, &now).unwrap_or_else(|| {
        let day = if at.year() == now.year() {
            at.strftime("%-d %b").to_string()
        } else {
            date(at.date())
        };
        format!("{day} {}", clock(&at))
    })
}

/// A moment of a list: today 09:58, yesterday 22:00, else the date alone.
pub fn moment_or_day(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let (at, now) = (
        at.to_zoned_datetime(zone.clone()),
        now.to_zoned_datetime(zone.clone()),
    );
    near(&at, &now).unwrap_or_else(|| date(at.date()))
}

fn near(at: &ZonedDateTime, now: &ZonedDateTime) -> Option<String> {
    let time = clock(at);
    if at.date() == now.date() {
        Some(t_args("time-today", &[("time", time.into())]))
    } else if Some(at.date()) == now.date().yesterday().ok() {
        Some(t_args("time-yesterday", &[("time", time.into())]))
    } else {
        None
    }
}

fn clock(at: &ZonedDateTime) -> String {
    at.strftime("%H:%M").to_string()
}

/// How long ago: just now, 3 minutes ago, 2 hours ago, 5 days ago.
pub fn ago(at: Timestamp, now: Timestamp) -> String {
    let minutes = now.duration_since(at).as_secs().max(0) / 60;
    match minutes {
        0 => t("ago-now").to_owned(),
        1..60 => t_args("ago-minutes", &[("n", minutes.into())]),
        60..1440 => t_args("ago-hours", &[("n", (minutes / 60).into())]),
        _ => t_args("ago-days", &[("n", (minutes / 1440).into())]),
    }
}

/// A duration in its two largest units: 4 min 12 s, 1 h 5 min, 2 d 3 h; below a second it says so.
pub fn duration(length: Duration) -> String {
    let seconds = length.as_secs();
    let two = |big: u64, unit: &str, small: u64, part: &str| {
        if small == 0 {
            format!("{big} {unit}")
        } else {
            format!("{big} {unit} {small} {part}")
        }
    };
    match seconds {
        0 if length.is_zero() => "0 s".to_owned(),
        0 => t("length-short").to_owned(),
        1..60 => format!("{seconds} s"),
        60..3600 => two(seconds / 60, "min", seconds % 60, "s"),
        3600..86_400 => two(seconds / 3600, "h", seconds % 3600 / 60, "min"),
        _ => two(seconds / 86_400, "d", seconds % 86_400 / 3600, "h"),
    }
}

/// A size of a file: 512 B, 1.5 kB, 20.3 MB.
pub fn bytes(size: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if size < 1000 {
        return format!("{size} B");
    }
    #[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
    let mut size = size as f64;
    let mut unit = "B";
    for next in UNITS {
        // 999,950 B would read as 1000.0 kB.
        if size < 999.95 {
            break;
        }
        size /= 1000.0;
        unit = next;
    }
    format!("{size:.1} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_told_from_the_home() {
        let cases = [
            ("/home/maja/exports/a.csv", "~/exports/a.csv"),
            ("/home/maja", "~"),
            ("/home/majas/a.csv", "/home/majas/a.csv"),
            ("/srv/a.csv", "/srv/a.csv"),
        ];
        for (path, told) in cases {
            assert_eq!(within(path, "/home/maja"), told);
            for nowhere in ["", "/"] {
                assert_eq!(within(path, nowhere), path);
            }
        }
        for typed in ["/srv/a.csv", "~maja/a.csv", "a~"] {
            assert_eq!(whole_path(typed), typed);
        }
        let whole = whole_path(" ~/a.csv");
        assert!(whole.ends_with("/a.csv") && !whole.contains('~'), "{whole}");
        assert_eq!(path(&whole), "~/a.csv");
    }

    #[test]
    fn numbers() {
        let counts = [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1_234_567, "1,234,567"),
        ];
        for (number, text) in counts {
            assert_eq!(count(number), text);
        }
        assert_eq!(signed(-1102), "−1,102");
        assert_eq!(signed(i64::MIN), "−9,223,372,036,854,775,808");
        assert_eq!(change(110), "+110");
        assert_eq!(change(0), "0");
        let shares = [
            (0.99, "99.0 %"),
            (0.0, "0.0 %"),
            (0.000_01, "0.1 %"),
            (0.999_99, "99.9 %"),
            (1.0, "100.0 %"),
        ];
        for (share, text) in shares {
            assert_eq!(percent(share), text);
        }
    }

    #[test]
    fn moments() {
        let zone = TimeZone::get("Europe/Stockholm").unwrap();
        let now: Timestamp = "2026-11-24T09:00:00Z".parse().unwrap();
        let cases = [
            ("2026-11-24T08:58:00Z", "today 09:58", "today 09:58"),
            ("2026-11-23T23:30:00Z", "today 00:30", "today 00:30"),
            ("2026-11-23T21:00:00Z", "yesterday 22:00", "yesterday 22:00"),
            ("2026-11-21T21:04:00Z", "21 Nov 22:04", "21 Nov 2026"),
            ("2025-10-02T10:00:00Z", "2 Oct 2025 12:00", "2 Oct 2025"),
        ];
        for (at, long, short) in cases {
            let at: Timestamp = at.parse().unwrap();
            assert_eq!(moment(at, now, &zone), long);
            assert_eq!(moment_or_day(at, now, &zone), short);
        }
        assert_eq!(day(now, &zone), "24 Nov 2026");
        assert_eq!(time(now, &zone), "10:00");
    }

    #[test]
    fn how_long() {
        let now: Timestamp = "2026-11-24T09:00:00Z".parse().unwrap();
        let cases = [
            (-5, "just now"),
            (59, "just now"),
            (60, "1 minute ago"),
            (180, "3 minutes ago"),
            (7200, "2 hours ago"),
            (86_400, "1 day ago"),
        ];
        for (seconds, text) in cases {
            let at = Timestamp::from_second(now.as_second() - seconds).unwrap();
            assert_eq!(ago(at, now), text);
        }
        let lengths = [
            (0, "0 s"),
            (214, "under 1 s"),
            (12_000, "12 s"),
            (66_000, "1 min 6 s"),
            (252_000, "4 min 12 s"),
            (3_600_000, "1 h"),
            (90_000_000, "1 d 1 h"),
        ];
        for (ms, text) in lengths {
            assert_eq!(duration(Duration::from_millis(ms)), text);
        }
    }

    #[test]
    fn sizes() {
        let cases = [
            (0, "0 B"),
            (999, "999 B"),
            (1500, "1.5 kB"),
            (999_950, "1.0 MB"),
            (20_300_000, "20.3 MB"),
        ];
        for (size, text) in cases {
            assert_eq!(bytes(size), text);
        }
    }
}
