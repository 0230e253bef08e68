//! What a dry run has found, and what a run would cost.

use std::sync::Arc;

use serde_json::Value;

use super::label;
use crate::{
    engine::{
        Report,
        snapshot::{ChangeLine, DryRun, Forecast},
    },
    model::{KnownFields, Target},
    sync::{self, SampleLine},
};

/// What came of a dry run that kept so many changes at most, for the screen.
pub fn dry_run(report: &Report, max_sample: usize, fields: Option<&KnownFields>) -> DryRun {
    let sample = report.plan.as_ref().map(|plan| plan.sample.as_slice());
    let found = report.plan.as_ref().and_then(|plan| plan.forecast);
    let lines: Vec<_> = sample
        .unwrap_or_default()
        .iter()
        .map(|line| change_line(line, fields))
        .collect();
    DryRun {
        figures: report.figures,
        is_whole: lines.len() < max_sample,
        n_same: 0,
        forecast: forecast(found.unwrap_or_default()),
        lines: Arc::new(lines),
        is_compared: false,
        problem: report.problem.clone(),
    }
}

/// What delivering would cost, as a person reads it.
fn forecast(found: sync::Forecast) -> Forecast {
    Forecast {
        n_single: found.patch,
        n_bulk: found.bulk,
        n_other: found.read + found.poll,
        secs: found.secs,
        year_share: found.year_share.unwrap_or_default(),
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
            notices: vec![],
        };
        let label = FieldLabel {
            label: "Gold".to_owned(),
            kind: String::new(),
            options: vec![],
        };
        let known = KnownFields::from([(MappingId::new(1).expect("in range"), label)]);
        let found = dry_run(&report, 3, Some(&known));
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
        assert_eq!((found.figures, found.is_whole), (figures, true));
        assert!(!dry_run(&report, 2, Some(&known)).is_whole);
    }

    #[test]
    fn the_cost_is_told_by_kind() {
        let found = sync::Forecast {
            patch: 5,
            bulk: 2,
            read: 3,
            poll: 4,
            items: 900,
            waiting: 0,
            secs: 60,
            year_share: Some(0.25),
        };
        let told = forecast(found);
        assert_eq!(
            (told.n_single, told.n_bulk, told.n_other, told.secs),
            (5, 2, 7, 60)
        );
        assert_eq!(told.n_requests(), 14);
        assert!((told.year_share - 0.25).abs() < 1e-9);
    }
}
