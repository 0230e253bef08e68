//! `status`: the destinations and their last runs.

use std::{fmt::Write as _, path::PathBuf};

use serde::Serialize;

use super::{Exit, Failure, args::StatusArgs, open_dir, output, text};
use crate::{
    model::{Cause, Figures, Problem, Requests, Run, RunId, RunStatus},
    store::{DataDir, Error, Settings, Store},
};

/// Shows every destination with its last run; another process may be at work meanwhile.
pub(super) fn run(data_dir: Option<PathBuf>, options: StatusArgs) -> Result<Exit, Failure> {
    let dir = open_dir(data_dir)?;
    let rows = read(&dir)?;
    if options.json {
        output::json(&serde_json::json!({ "destinations": rows }))?;
    } else if rows.is_empty() {
        output::result(
            "There is no destination yet; `audience-sync destination import FILE` adds one.\n",
        )?;
    } else {
        for row in &rows {
            output::result(&row.to_text())?;
        }
    }
    Ok(Exit::Well)
}

fn read(dir: &DataDir) -> Result<Vec<Row>, Error> {
    let is_worked_on = dir.is_worked_on()?;
    dir.read_destinations()?
        .into_iter()
        .map(|settings| Row::read(dir, settings, is_worked_on))
        .collect()
}

/// One destination as it stands.
#[derive(Debug, Serialize)]
struct Row {
    name: String,
    enabled: bool,
    account: String,
    source: PathBuf,
    audiences: usize,
    /// Changes that wait in the outbox.
    waiting: u64,
    last_run: Option<LastRun>,
}

#[derive(Debug, Serialize)]
struct LastRun {
    run: RunId,
    cause: Cause,
    status: RunStatus,
    started: jiff::Timestamp,
    ended: Option<jiff::Timestamp>,
    profiles_received: u64,
    figures: Figures,
    requests: Requests,
    problem: Option<Problem>,
}

impl Row {
    fn read(dir: &DataDir, settings: Settings, is_worked_on: bool) -> Result<Self, Error> {
        let store = Store::open_to_read(&dir.state(&settings))?;
        let (last_run, waiting) = match store {
            Some(store) => {
                let last = store.runs(1)?.pop();
                (
                    last.map(|run| if is_worked_on { run } else { seen_dead(run) }),
                    store.n_pending()?,
                )
            }
            None => (None, 0),
        };
        let destination = settings.destination;
        Ok(Self {
            name: destination.name,
            enabled: destination.enabled,
            account: destination.account.name,
            source: destination.source.path,
            audiences: destination.audiences.len(),
            waiting,
            last_run: last_run.map(LastRun::from),
        })
    }

    fn to_text(&self) -> String {
        let mut text = format!(
            "{} ({}), account {}, {}\n  source {}\n",
            self.name,
            if self.enabled { "enabled" } else { "disabled" },
            self.account,
            text::counted(self.audiences as u64, "audience", "audiences"),
            self.source.display()
        );
        match &self.last_run {
            None => text.push_str("  never run\n"),
            Some(last) => {
                writeln!(
                    text,
                    "  run {} {}, started {}",
                    last.run,
                    text::status(last.status),
                    local(last.started)
                )
                .unwrap_or_default();
                writeln!(
                    text,
                    "  {}; {}",
                    text::sum(&last.figures),
                    text::requests(&last.requests)
                )
                .unwrap_or_default();
                if let Some(problem) = &last.problem {
                    writeln!(text, "  {}\n  {}", problem.what, problem.next_step)
                        .unwrap_or_default();
                }
            }
        }
        if self.waiting > 0 {
            writeln!(
                text,
                "  {} in the outbox",
                text::counted(self.waiting, "change waits", "changes wait")
            )
            .unwrap_or_default();
        }
        text
    }
}

impl From<Run> for LastRun {
    fn from(run: Run) -> Self {
        Self {
            run: run.id,
            cause: run.cause,
            status: run.status,
            started: run.started,
            ended: run.ended,
            profiles_received: run.figures.received(),
            figures: run.figures,
            requests: run.requests,
            problem: run.problem,
        }
    }
}

/// A run that goes on although nobody works is one whose process died.
fn seen_dead(run: Run) -> Run {
    if run.status != RunStatus::Processing {
        return run;
    }
    Run {
        status: RunStatus::Stopped,
        problem: Some(Problem::interrupted()),
        ..run
    }
}

/// An instant where the person is, to the minute.
pub(super) fn local(instant: jiff::Timestamp) -> String {
    instant
        .to_zoned_datetime(jiff::tz::TimeZone::system())
        .strftime("%Y-%m-%d %H:%M")
        .to_string()
}
