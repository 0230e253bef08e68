//! Figures and runs as people read them.

use std::{collections::BTreeSet, fmt::Write as _};

use jiff::Timestamp;
use serde_json::Value;

use crate::{
    engine::Report,
    model::{Figures, Problem, Requests, RunStatus},
    sync::{Forecast, Plan},
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

/// What is wrong and what to do, a line each.
pub(super) fn problem(problem: &Problem) -> String {
    format!("{}\n{}\n", problem.what, problem.next_step)
}

fn rate(figures: &Figures) -> String {
    figures.activation_rate().map_or_else(
        || "–: there was nothing to activate".to_owned(),
        |rate| {
            format!(
                "{:.1} % (activated ÷ (activated + failed + excluded))",
                rate * 100.0
            )
        },
    )
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
            "  activation rate {}; {}",
            rate(&report.figures),
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
        text.push_str(&sample(plan));
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

/// How many changed fields a dry run shows.
pub(super) const MAX_SAMPLE: usize = 20;

/// The first fields that would change, and of how many prospects they are if those are not all.
fn sample(plan: &Plan) -> String {
    let mut text = String::new();
    if plan.sample.len() >= MAX_SAMPLE {
        let shown: BTreeSet<_> = plan.sample.iter().map(|line| line.prospect).collect();
        writeln!(
            text,
            "  the first {} changed fields, of {} of {}:",
            plan.sample.len(),
            count(shown.len() as u64),
            counted(plan.n_changes, "prospect", "prospects")
        )
        .unwrap_or_default();
    }
    for line in &plan.sample {
        let old = match &line.old {
            None => "not yet known".to_owned(),
            Some(Value::Null) => "empty".to_owned(),
            Some(value) => value.to_string(),
        };
        let new = if line.new.is_null() {
            "empty".to_owned()
        } else {
            line.new.to_string()
        };
        writeln!(
            text,
            "    prospect {}: {} {old} → {new}",
            line.prospect, line.field
        )
        .unwrap_or_default();
    }
    text
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
    if forecast.waiting > 0 {
        let prospects = counted(forecast.waiting, "prospect waits", "prospects wait");
        write!(text, ", of which {prospects} for batch items").unwrap_or_default();
    }
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
    use serde_json::json;

    use super::*;
    use crate::{model::OutreachId, sync::SampleLine};

    #[test]
    fn a_sample_says_what_is_not_known_and_that_it_is_cut() {
        let line = |prospect, old, new| SampleLine {
            prospect: OutreachId::new(prospect).expect("a number"),
            field: "title".to_owned(),
            old,
            new,
        };
        let mut plan = Plan {
            n_changes: 3,
            sample: vec![
                line(1, None, json!("CEO")),
                line(2, Some(json!("CTO")), json!(null)),
                line(3, Some(json!(null)), json!(7)),
            ],
            ..Plan::default()
        };
        assert_eq!(
            sample(&plan),
            "    prospect 1: title not yet known → \"CEO\"\n    prospect 2: title \"CTO\" → empty\n    prospect 3: title empty → 7\n"
        );
        plan.n_changes = 1243;
        plan.sample = (1..=20).map(|i| line(i, None, json!(1))).collect();
        assert!(
            sample(&plan).starts_with("  the first 20 changed fields, of 20 of 1,243 prospects:\n")
        );
    }

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
