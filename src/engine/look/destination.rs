//! How a destination stands: its runs, what waits, and each audience in figures.

use jiff::civil::Date;

use super::open;
use crate::{
    engine::{
        snapshot::{AudienceRow, AudienceStatus},
        store_problem,
    },
    model::{Problem, Run, RunStatus, ScheduledAudience, Target},
    store::{DataDir, Error, Settings, StatusCount, Store},
};

/// As many runs as a screen shows.
const MOST_RUNS: u32 = 200;

/// As far as the journal is looked through for the last change of an audience.
const MOST_CHANGES: u32 = 20_000;

/// What can be asked every moment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Activity {
    /// The newest runs, newest first; at most 200. One whose process died is still processing, until the next begins.
    pub runs: Vec<Run>,
    /// Changes that wait in the outbox.
    pub n_waiting: u64,
}

/// Everything that is known of a destination besides its settings.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DestinationFacts {
    /// Its runs and what waits.
    pub activity: Activity,
    /// A row for each audience of the schedule, in its order; without label and without members in the source, which
    /// the state does not know.
    pub audiences: Vec<AudienceRow>,
}

/// The runs and what waits: a few milliseconds, while a run goes on too.
///
/// # Errors
/// If the state cannot be read.
pub fn activity(dir: &DataDir, settings: &Settings) -> Result<Activity, Problem> {
    match open(dir, settings)? {
        Some(store) => read_activity(&store).map_err(|e| store_problem(&e)),
        None => Ok(Activity::default()),
    }
}

/// All of it: goes once through ledger and outbox.
///
/// # Errors
/// If the state cannot be read.
pub fn facts(dir: &DataDir, settings: &Settings, today: Date) -> Result<DestinationFacts, Problem> {
    let audiences = &settings.destination.audiences;
    let Some(store) = open(dir, settings)? else {
        let blank = |audience| row(audience, today, None);
        return Ok(DestinationFacts {
            audiences: audiences.iter().map(blank).collect(),
            ..DestinationFacts::default()
        });
    };
    let read = || {
        let fields: Vec<_> = audiences
            .iter()
            .map(|audience| Target::custom(audience.mapping_id))
            .collect();
        let exited = &settings.destination.status_words.exited;
        let counts = store.count_statuses(&fields, exited)?;
        let changes = store.last_written(&fields, MOST_CHANGES)?;
        let known = counts.into_iter().zip(changes);
        Ok(DestinationFacts {
            activity: read_activity(&store)?,
            audiences: audiences
                .iter()
                .zip(known)
                .map(|(audience, (count, last_change))| AudienceRow {
                    last_change,
                    ..row(audience, today, Some(count))
                })
                .collect(),
        })
    };
    read().map_err(|e| store_problem(&e))
}

fn read_activity(store: &Store) -> Result<Activity, Error> {
    let runs = store.runs(MOST_RUNS)?;
    // A run that delivers counts what is left by itself; counting a large outbox would take longer.
    let going_on = runs
        .first()
        .filter(|run| run.status == RunStatus::Processing && run.figures.pending > 0);
    let n_waiting = match going_on {
        Some(run) => run.figures.pending,
        None => store.n_pending()?,
    };
    Ok(Activity { runs, n_waiting })
}

fn row(audience: &ScheduledAudience, today: Date, count: Option<StatusCount>) -> AudienceRow {
    AudienceRow {
        id: audience.id.clone(),
        name: audience.name.clone(),
        mapping_id: audience.mapping_id,
        label: None,
        status: status(audience, today),
        start: audience.start,
        end: audience.end,
        in_source: None,
        realized: count.map(|count| count.n_members),
        n_pending: count.map_or(0, |count| count.n_pending),
        last_change: None,
    }
}

fn status(audience: &ScheduledAudience, today: Date) -> AudienceStatus {
    if audience.is_active_on(today) {
        AudienceStatus::Active
    } else if today < audience.start {
        AudienceStatus::Waiting
    } else {
        AudienceStatus::Ended
    }
}
