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
    /// The newest runs, newest first; at most 200.
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

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::{
        engine::look::testing::{IN, Past, instant},
        model::{Cause, RunId},
    };

    #[test]
    fn each_audience_has_its_members_what_waits_and_its_last_change() {
        let past = Past::usual();
        let facts = facts(&past.dir, &past.settings, date(2026, 6, 1)).expect("it can be read");
        let rows: Vec<_> = facts
            .audiences
            .iter()
            .map(|row| {
                (
                    row.mapping_id.get(),
                    row.realized,
                    row.n_pending,
                    row.last_change,
                )
            })
            .collect();
        assert_eq!(
            rows,
            [
                (1, Some(1), 1, Some(instant(200))),
                (2, Some(1), 0, Some(instant(100))),
                (3, Some(0), 0, None),
            ]
        );
        let runs: Vec<_> = facts.activity.runs.iter().map(|run| run.id.get()).collect();
        assert_eq!((runs, facts.activity.n_waiting), (vec![2, 1], 2));
    }

    #[test]
    fn before_the_first_run_nothing_is_known() {
        let past = Past::new();
        assert_eq!(activity(&past.dir, &past.settings), Ok(Activity::default()));
        let facts = facts(&past.dir, &past.settings, date(2026, 6, 1)).expect("it can be read");
        assert_eq!(facts.activity, Activity::default());
        let realized: Vec<_> = facts.audiences.iter().map(|row| row.realized).collect();
        assert_eq!(realized, [None, None, None]);
    }

    #[test]
    fn an_audience_waits_is_written_and_ends_by_its_days() {
        use AudienceStatus::{Active, Ended, Waiting};
        let past = Past::new();
        let mut audience = past.settings.destination.audiences[0].clone();
        audience.end = Some(date(2026, 1, 3));
        let statuses: Vec<_> = [
            date(2025, 12, 31),
            date(2026, 1, 1),
            date(2026, 1, 3),
            date(2026, 1, 4),
        ]
        .map(|day| status(&audience, day))
        .to_vec();
        assert_eq!(statuses, [Waiting, Active, Active, Ended]);
    }

    #[test]
    fn a_plan_that_is_being_written_is_not_in_the_way() {
        let past = Past::usual();
        let mut store = past.store();
        let run = store
            .begin_run(Cause::Manual, instant(400))
            .expect("it can be written");
        let mut planning = store.begin_planning(run).expect("it can be written");
        planning
            .settle(crate::engine::look::testing::id(1), crate::model::Digest(7))
            .expect("it can be written");
        let activity = activity(&past.dir, &past.settings).expect("it can be read");
        assert_eq!(activity.n_waiting, 2);
        assert_eq!(activity.runs.first().map(|run| run.id), Some(RunId::new(3)));
        facts(&past.dir, &past.settings, date(2026, 6, 1)).expect("it can be read");
        planning
            .commit(&crate::model::Figures::default(), &[])
            .expect("it can be written");
    }

    #[test]
    fn while_a_run_delivers_its_own_count_is_what_waits() {
        let past = Past::new();
        let mut store = past.store();
        let run = store
            .begin_run(Cause::Manual, instant(400))
            .expect("it can be written");
        let figures = crate::model::Figures {
            pending: 5,
            ..Default::default()
        };
        let planning = store.begin_planning(run).expect("it can be written");
        planning.commit(&figures, &[]).expect("it can be written");
        let activity = activity(&past.dir, &past.settings).expect("it can be read");
        assert_eq!(activity.n_waiting, 5);
        past.confirm(500, &[(1, &[("custom1", IN)])]);
    }
}
