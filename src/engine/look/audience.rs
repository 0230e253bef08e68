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
