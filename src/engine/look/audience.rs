//! One audience: who came and who left with the last run that changed it, and its members over time.

use super::open;
use crate::{
    engine::{snapshot::AudienceSummary, store_problem},
    model::{AudienceId, Problem, Run, RunId, Target},
    store::{DataDir, Error, Movements, Settings, Store},
};

/// As many points as a small curve has.
const MOST_RUNS: u32 = 30;

/// A first load writes a million changes; what stands further back than this is not worth the wait.
const MOST_CHANGES: u32 = 2_000_000;

/// The audience in figures; all empty if it is not in the schedule or nothing was ever written.
///
/// # Errors
/// If the state cannot be read.
pub fn audience(
    dir: &DataDir,
    settings: &Settings,
    id: &AudienceId,
) -> Result<AudienceSummary, Problem> {
    let destination = &settings.destination;
    let scheduled = destination.audiences.iter().find(|known| known.id == *id);
    let field = scheduled.map(|audience| Target::custom(audience.mapping_id));
    let (Some(store), Some(field)) = (open(dir, settings)?, field) else {
        return Ok(AudienceSummary {
            n_entered: 0,
            n_left: 0,
            last_run: None,
            over_time: vec![],
        });
    };
    read(&store, field, &destination.status_words.exited).map_err(|e| store_problem(&e))
}

fn read(store: &Store, field: Target, exited: &str) -> Result<AudienceSummary, Error> {
    let runs = store.runs(MOST_RUNS)?;
    let oldest = runs.last().map_or(RunId::new(0), |run| run.id);
    let movements = store.movements(field, exited, oldest, MOST_CHANGES)?;
    let counts = store.count_statuses(&[field], exited)?;
    let n_members = counts.first().map_or(0, |count| count.n_members);
    let last = movements.by_run.iter().next_back();
    Ok(AudienceSummary {
        n_entered: last.map_or(0, |(_, movement)| movement.n_entered),
        n_left: last.map_or(0, |(_, movement)| movement.n_left),
        last_run: last.map(|(run, _)| *run),
        over_time: over_time(&runs, &movements, n_members),
    })
}

/// Goes back from the members there are now, run by run, as far as the journal was looked at.
fn over_time(
    newest_first: &[Run],
    movements: &Movements,
    n_members: u64,
) -> Vec<(jiff::Timestamp, u64)> {
    let mut points = vec![];
    let mut after = n_members;
    for run in newest_first {
        points.push((run.ended.unwrap_or(run.started), after));
        // The changes of this run are not all known, so what was before it is not either.
        if movements.complete_from.is_none_or(|from| run.id < from) {
            break;
        }
        let movement = movements.by_run.get(&run.id).copied().unwrap_or_default();
        after = (after + movement.n_left).saturating_sub(movement.n_entered);
    }
    points.reverse();
    points
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        engine::look::testing::{IN, OUT, Past, instant},
        model::FieldValue,
    };

    fn gold(past: &Past) -> AudienceSummary {
        let id = past.settings.destination.audiences[0].id.clone();
        audience(&past.dir, &past.settings, &id).expect("it can be read")
    }

    #[test]
    fn the_curve_goes_back_from_the_members_there_are() {
        let past = Past::usual();
        past.confirm(300, &[(3, &[("title", FieldValue::Text("x"))])]);
        let summary = gold(&past);
        assert_eq!((summary.n_entered, summary.n_left), (0, 1));
        assert_eq!(summary.last_run, Some(RunId::new(2)));
        assert_eq!(
            summary.over_time,
            [(instant(100), 2), (instant(200), 1), (instant(300), 1)]
        );
    }

    #[test]
    fn a_status_that_is_only_repeated_moves_nobody() {
        let past = Past::new();
        past.confirm(100, &[(1, &[("custom1", IN)]), (2, &[("custom1", OUT)])]);
        past.confirm(200, &[(1, &[("custom1", IN)]), (3, &[("custom1", IN)])]);
        let summary = gold(&past);
        assert_eq!((summary.n_entered, summary.n_left), (1, 0));
        assert_eq!(summary.over_time, [(instant(100), 1), (instant(200), 2)]);
    }

    #[test]
    fn only_the_last_thirty_runs_are_on_the_curve() {
        let past = Past::new();
        for run in 1..=32_u64 {
            let second = i64::try_from(run).expect("it is small");
            past.confirm(second, &[(run, &[("custom1", IN)])]);
        }
        let points = gold(&past).over_time;
        assert_eq!(points.len(), 30);
        assert_eq!(points.first(), Some(&(instant(3), 3)));
        assert_eq!(points.last(), Some(&(instant(32), 32)));
    }

    #[test]
    fn what_stands_behind_the_limit_is_not_guessed() {
        let past = Past::usual();
        let store = past.store();
        let field = Target::from_code(1).expect("custom1");
        let movements = store
            .movements(field, "exited", RunId::new(1), 2)
            .expect("it can be read");
        assert_eq!(movements.complete_from, Some(RunId::new(2)));
        let runs = store.runs(30).expect("it can be read");
        let points = over_time(&runs, &movements, 1);
        assert_eq!(points, [(instant(100), 2), (instant(200), 1)]);
        let movements = store
            .movements(field, "exited", RunId::new(1), 1)
            .expect("it can be read");
        assert_eq!(over_time(&runs, &movements, 1), [(instant(200), 1)]);
    }

    #[test]
    fn an_audience_that_nothing_is_known_of_is_empty() {
        let summary = gold(&Past::new());
        assert_eq!((summary.last_run, summary.over_time), (None, vec![]));
    }
}
