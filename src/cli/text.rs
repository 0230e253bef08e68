//! Figures and runs as people read them.

use std::fmt::Write as _;

use jiff::Timestamp;

use crate::{
    engine::Report,
    model::{Figures, Requests, RunStatus},
    sync::Forecast,
};

/// A count with its thousands set apart.
pub(super) fn count(number: u64) -> String {
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

/// A count with its noun.
pub(super) fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// The received profiles as the sum of what became of them.
pub(super) fn sum(figures: &Figures) -> String {
    format!(
        "{} received = {} activated + {} unchanged + {} excluded + {} failed + {} pending",
        count(figures.received()),
        count(figures.activated),
        count(figures.unchanged),
        count(figures.excluded),
        count(figures.failed),
        count(figures.pending),
    )
}

/// How many requests of which kind.
pub(super) fn requests(requests: &Requests) -> String {
    let kinds = [
        (requests.patch, "PATCH"),
        (requests.bulk, "bulk"),
        (requests.read, "read"),
        (requests.token, "sign-in"),
    ];
    let parts: Vec<_> = kinds
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, kind)| format!("{} {kind}", count(*n)))
        .collect();
    if parts.is_empty() {
        "0 requests".to_owned()
    } else {
        format!(
            "{} ({})",
            counted(requests.total(), "request", "requests"),
            parts.join(", ")
        )
    }
}

/// The word for a status.
pub(super) fn status(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Processing => "processing",
        RunStatus::Completed => "completed",
        RunStatus::Partial => "completed in part",
        RunStatus::Failed => "failed",
        RunStatus::Stopped => "stopped",
    }
}

/// What came of a run, in a few lines.
pub(super) fn report(report: &Report) -> String {
    let mut text = String::new();
    let seconds = seconds_between(report.started, report.ended);
    let what = match (report.run, &report.plan) {
        (Some(run), _) => format!("run {run}"),
        (None, Some(_)) => "dry run".to_owned(),
        (None, None) => "run".to_owned(),
    };
    let lines = [
        format!(
            "{}: {what} {} in {seconds:.1} s",
            report.destination,
            status(report.status)
        ),
        format!("  {}", sum(&report.figures)),
        format!(
            "  activation rate {:.1} % (activated ÷ (activated + failed + excluded)); {}",
            report.figures.activation_rate() * 100.0,
            requests(&report.requests)
        ),
    ];
    for line in lines.iter().take(if report.plan.is_some() { 2 } else { 3 }) {
        writeln!(text, "{line}").unwrap_or_default();
    }
    if let Some(plan) = &report.plan {
        writeln!(
            text,
            "  {} would change; that takes at most {}",
            counted(plan.n_changes, "prospect", "prospects"),
            forecast(&plan.forecast.unwrap_or_default())
        )
        .unwrap_or_default();
        for line in &plan.sample {
            writeln!(
                text,
                "    prospect {}: {} {} → {}",
                line.prospect, line.field, line.old, line.new
            )
            .unwrap_or_default();
        }
    }
    for notice in &report.notices {
        writeln!(text, "  {}\n  {}", notice.what, notice.next_step).unwrap_or_default();
    }
    if let Some(problem) = &report.problem {
        writeln!(text, "  {}\n  {}", problem.what, problem.next_step).unwrap_or_default();
    }
    text
}

/// Seconds between two instants.
pub(super) fn seconds_between(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64()
}

/// What a delivery would take: requests by kind, time, and the share of the year's.
fn forecast(forecast: &Forecast) -> String {
    let mut text = counted(forecast.total(), "request", "requests");
    let kinds = [
        (forecast.patch, "PATCH"),
        (forecast.bulk, "bulk"),
        (forecast.read, "read"),
        (forecast.poll, "poll"),
    ];
    let kinds: Vec<_> = kinds
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, kind)| format!("{n} {kind}"))
        .collect();
    if !kinds.is_empty() {
        write!(text, " ({})", kinds.join(", ")).unwrap_or_default();
    }
    write!(text, ", about {}", duration(forecast.secs)).unwrap_or_default();
    if let Some(share) = forecast.year_share {
        write!(text, ", {:.1} % of the yearly allowance", share * 100.0).unwrap_or_default();
    }
    text
}

/// A duration in its largest units.
fn duration(secs: u64) -> String {
    match (secs / 3600, secs % 3600 / 60, secs % 60) {
        (0, 0, secs) => format!("{secs} s"),
        (0, minutes, secs) => format!("{minutes} min {secs} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(count(number), text);
        }
        assert_eq!(counted(1, "request", "requests"), "1 request");
    }
}
