//! What a dry run has found, and what a run would cost.

use std::sync::Arc;

use serde_json::Value;

use super::label;
use crate::{
    engine::{
        Report,
        snapshot::{ChangeLine, DryRun, Forecast},
    },
    model::{KnownFields, Preferences, Target},
    sync::{MAX_IN_FLIGHT, SampleLine},
};

/// The requests that Outreach allows a user in an hour.
/// Source: `https://developers.outreach.io/api/making-requests/#rate-limiting`.
const HOURLY_LIMIT: f64 = 10_000.0;

/// How long Outreach takes to answer one request, in seconds.
const USUAL_ANSWER_SECS: f64 = 0.2;

/// What came of a dry run, for the screen.
pub fn dry_run(report: &Report, preferences: &Preferences, fields: Option<&KnownFields>) -> DryRun {
    let sample = report.plan.as_ref().map(|plan| plan.sample.as_slice());
    let lines: Vec<_> = sample
        .unwrap_or_default()
        .iter()
        .map(|line| change_line(line, fields))
        .collect();
    DryRun {
        figures: report.figures,
        n_values: lines.len() as u64,
        forecast: forecast(report.figures.pending, preferences),
        lines: Arc::new(lines),
        problem: report.problem.clone(),
    }
}

/// What so many changes cost, sent with one request each and nothing else used of this hour's limit.
pub fn forecast(n_changes: u64, preferences: &Preferences) -> Forecast {
    let hourly = (HOURLY_LIMIT * (1.0 - preferences.reserve_share.clamp(0.0, 1.0))).max(1.0);
    #[expect(
        clippy::cast_precision_loss,
        reason = "requests are far below 2⁵³, and this is a forecast"
    )]
    let (n, allowance) = (n_changes as f64, preferences.yearly_allowance.max(1) as f64);
    #[expect(
        clippy::cast_precision_loss,
        reason = "there are a few places in flight"
    )]
    let in_flight = MAX_IN_FLIGHT as f64;
    let at_least = n / in_flight * USUAL_ANSWER_SECS;
    let under_limit = (n - hourly).max(0.0) / hourly * 3600.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is a positive number of seconds, and the cast saturates"
    )]
    let secs = at_least.max(under_limit).ceil() as u64;
    Forecast {
        n_single: n_changes,
        secs,
        year_share: n / allowance,
        ..Forecast::default()
    }
}

fn change_line(line: &SampleLine, fields: Option<&KnownFields>) -> ChangeLine {
    let target = Target::parse(&line.field);
    ChangeLine {
        prospect: line.prospect,
        field: line.field.clone(),
        label: target.and_then(|target| label(target, fields)),
        old: line.old.as_ref().map(text_of),
        new: text_of(&line.new),
    }
}

/// A value of Outreach's as people read it; empty if there is none.
pub(super) fn text_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text_of).collect::<Vec<_>>().join(", "),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;
    use crate::{
        model::{Cause, FieldLabel, Figures, MappingId, OutreachId, Requests, RunStatus},
        sync::Plan,
    };

    fn line(field: &str, old: Option<Value>, new: Value) -> SampleLine {
        SampleLine {
            prospect: OutreachId::new(1).expect("it is positive"),
            field: field.to_owned(),
            old,
            new,
        }
    }

    #[test]
    fn the_lines_are_the_plans_as_people_read_them() {
        let figures = Figures {
            pending: 1,
            ..Figures::default()
        };
        let plan = Plan {
            sample: vec![
                line("custom1", None, json!("realized")),
                line("score", Some(json!(0.5)), json!(null)),
            ],
            ..Plan::default()
        };
        let report = Report {
            destination: "a".to_owned(),
            run: None,
            cause: Cause::Manual,
            status: RunStatus::Completed,
            figures,
            requests: Requests::default(),
            started: Timestamp::UNIX_EPOCH,
            ended: Timestamp::UNIX_EPOCH,
            problem: None,
            hindrance: None,
            is_transient: false,
            plan: Some(plan),
        };
        let label = FieldLabel {
            label: "Gold".to_owned(),
            kind: String::new(),
            options: vec![],
        };
        let known = KnownFields::from([(MappingId::new(1).expect("in range"), label)]);
        let found = dry_run(&report, &Preferences::default(), Some(&known));
        let lines: Vec<_> = found
            .lines
            .iter()
            .map(|line| {
                (
                    &*line.field,
                    line.label.as_deref(),
                    line.old.as_deref(),
                    &*line.new,
                )
            })
            .collect();
        assert_eq!(
            lines,
            [
                ("custom1", Some("Gold"), None, "realized"),
                ("score", None, Some("0.5"), "")
            ]
        );
        assert_eq!((found.figures, found.n_values), (figures, 2));
    }

    #[test]
    fn a_run_takes_as_long_as_the_limit_or_the_answers_make_it() {
        // A tenth of 10,000 requests an hour is left to others, and 250,000 a year are allowed.
        let preferences = Preferences::default();
        for (n_changes, secs, share) in [
            (0, 0, 0.0),
            (1, 1, 0.000_004),
            // 1,600 ÷ 16 in flight × 0.2 s.
            (1_600, 20, 0.006_4),
            // The whole hour's requests at once: 9,000 ÷ 16 × 0.2 s is 112.5 s.
            (9_000, 113, 0.036),
            // As many again have to wait for the next hour.
            (18_000, 3_600, 0.072),
        ] {
            let forecast = forecast(n_changes, &preferences);
            assert_eq!((forecast.n_requests(), forecast.secs), (n_changes, secs));
            assert!((forecast.year_share - share).abs() < 1e-9, "{forecast:?}");
        }
    }
}
