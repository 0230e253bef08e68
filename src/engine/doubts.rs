//! What makes a run that went to its end no success: nothing useful came of it, or the source lacks what was asked for.

use crate::{
    model::{Destination, Figures, Problem, RunStatus},
    sync::Plan,
};

/// How a run ends that nothing kept from its work, and what a person has to see to.
pub(super) fn outcome(
    plan: &Plan,
    figures: &Figures,
    destination: &Destination,
) -> (RunStatus, Option<Problem>) {
    if plan.n_records == 0 {
        return (RunStatus::Failed, Some(nothing_received(destination)));
    }
    if plan.exclusions.total() == plan.n_records && figures.failed == 0 {
        return (RunStatus::Failed, Some(all_excluded(plan, destination)));
    }
    let delivered = status_of(figures);
    match lacking(plan, destination) {
        Some(problem) if delivered == RunStatus::Completed => (RunStatus::Partial, Some(problem)),
        problem => (delivered, problem),
    }
}

/// How a delivery ended.
fn status_of(figures: &Figures) -> RunStatus {
    if figures.failed == 0 {
        RunStatus::Completed
    } else if figures.activated == 0 && figures.unchanged == 0 {
        RunStatus::Failed
    } else {
        RunStatus::Partial
    }
}

fn nothing_received(destination: &Destination) -> Problem {
    let names: Vec<_> = destination
        .audiences
        .iter()
        .map(|audience| format!("\"{}\" ({})", audience.name, audience.id))
        .collect();
    Problem::new(
        "nothing_received",
        format!(
            "The source {} has no record for the destination's audiences, so nothing was done: {}.",
            destination.source.name(),
            names.join(", ")
        ),
        "Check that the source is the right folder, and that the ids of the audiences are those in the names or columns of its files.",
    )
}

fn all_excluded(plan: &Plan, destination: &Destination) -> Problem {
    let n = plan.n_records;
    let records = if n == 1 {
        "The only record".to_owned()
    } else {
        format!("All {n} records")
    };
    let reasons: Vec<_> = plan
        .exclusions
        .by_code()
        .map(|(code, n, what)| format!("{n} × {code}: {what}"))
        .collect();
    Problem::new(
        "all_excluded",
        format!(
            "{records} of the source {} were excluded, so nothing was done: {}.",
            destination.source.name(),
            reasons.join("; ")
        ),
        "`audience-sync failures` lists each with its place. Correct the export or the settings of the source, then run again.",
    )
}

/// Audiences without a file or a record, and mapped fields that no record has.
fn lacking(plan: &Plan, destination: &Destination) -> Option<Problem> {
    let mut parts = vec![];
    if !plan.lacking_audiences.is_empty() {
        let names = plan.lacking_audiences.iter().map(|id| {
            let known = destination.audiences.iter().find(|known| known.id == *id);
            let name = known.map_or("", |known| &known.name);
            format!("\"{name}\" ({id})")
        });
        parts.push(format!(
            "no file or record names the audience {}",
            names.collect::<Vec<_>>().join(", ")
        ));
    }
    if !plan.lacking_fields.is_empty() {
        parts.push(format!(
            "no record has the mapped field {}",
            plan.lacking_fields.join(", ")
        ));
    }
    (!parts.is_empty()).then(|| {
        Problem::new(
            "source_lacks",
            format!(
                "The source {} was read to its end, but {}.",
                destination.source.name(),
                parts.join(", and ")
            ),
            "Compare the ids and fields in the destination's settings with those of the source; take out what is no longer exported. What the source does have was written.",
        )
    })
}

/// That people stay in an audience because a record may be theirs.
pub(super) fn kept_problem(plan: &Plan) -> Option<Problem> {
    (plan.n_kept > 0).then(|| {
        Problem::new(
            "people_kept",
            format!(
                "{} gone from the source, and {} without a readable OutreachId are new in it, which may be theirs: so they stay in their audiences.",
                if plan.n_kept == 1 { "1 member is".to_owned() } else { format!("{} members are", plan.n_kept) },
                plan.n_nameless,
            ),
            "`audience-sync failures` lists the records. Once their ids are mended, the next run knows who has left.",
        )
    })
}

/// That columns are there which no mapping can name.
pub(super) fn odd_names_problem(odd_names: &[String]) -> Option<Problem> {
    (!odd_names.is_empty()).then(|| {
        Problem::new(
            "source_names_no_text",
            format!("Some columns could not be used: {}.", odd_names.join("; ")),
            "Nothing has to be done as long as none of them is to be mapped.",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::AudienceId;

    fn sample() -> Destination {
        Destination::from_json(include_str!("../../assets/demo/destination.json"))
            .expect("it is valid")
    }

    fn plan(n_records: u64, n_excluded: u64) -> Plan {
        let mut plan = Plan {
            n_records,
            ..Plan::default()
        };
        for _ in 0..n_excluded {
            plan.exclusions.add("row_encoding", "it is not UTF-8");
        }
        plan
    }

    #[test]
    fn only_something_useful_is_completed() {
        let destination = sample();
        let done = |activated| Figures {
            activated,
            ..Figures::default()
        };
        let lacks = Plan {
            lacking_audiences: vec![AudienceId::new("a1")],
            lacking_fields: vec!["person.nam".to_owned()],
            ..plan(3, 1)
        };
        for (plan, figures, status, code) in [
            (plan(3, 1), done(2), RunStatus::Completed, None),
            (
                plan(0, 0),
                done(0),
                RunStatus::Failed,
                Some("nothing_received"),
            ),
            (plan(3, 3), done(0), RunStatus::Failed, Some("all_excluded")),
            (lacks, done(2), RunStatus::Partial, Some("source_lacks")),
        ] {
            let (found, problem) = outcome(&plan, &figures, &destination);
            assert_eq!(
                (found, problem.as_ref().map(|p| p.code.as_str())),
                (status, code)
            );
            if let Some(problem) = problem {
                assert!(problem.what.ends_with('.') && problem.next_step.ends_with('.'));
            }
        }
    }
}
