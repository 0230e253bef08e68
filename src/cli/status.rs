//! `status`: the destinations and their last runs.

use std::{fmt::Write as _, path::PathBuf};

use serde::Serialize;

use super::{Exit, Failure, args::StatusArgs, open_dir, output, text};
use crate::{
    model::{Account, Cause, Figures, Problem, Requests, Run, RunId, RunStatus},
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
    budget: Budget,
    /// Changes that wait in the outbox.
    waiting: u64,
    last_run: Option<LastRun>,
}

/// What is known of the account's requests.
#[derive(Debug, Serialize)]
struct Budget {
    /// Requests that a window allows.
    limit: Option<u64>,
    /// Requests left in the window, while it lasts.
    left: Option<u64>,
    /// When the window ends.
    until: Option<jiff::Timestamp>,
    /// Requests sent in the last 365 days.
    used_in_year: u64,
    /// Requests that the plan allows in a year, if somebody has said.
    yearly_allowance: Option<u64>,
}

impl Budget {
    fn read(dir: &DataDir, account: &Account) -> Result<Self, Error> {
        let now = jiff::Timestamp::now();
        let note = dir.read_budget(account);
        let settings = dir.find_account(&account.name)?;
        let left = note.left_at(now);
        Ok(Self {
            limit: note.limit,
            left,
            until: note.ends.filter(|_| left.is_some()),
            used_in_year: note.used_in_year(now.to_zoned_datetime(jiff::tz::TimeZone::UTC).date()),
            yearly_allowance: settings.and_then(|account| account.budget.yearly_allowance),
        })
    }

    fn to_text(&self) -> String {
        let now = match (self.left, self.limit, self.until) {
            (Some(left), Some(limit), Some(until)) => format!(
                "{} of {} requests left until {}; ",
                text::count(left),
                text::count(limit),
                local(until)
            ),
            _ => String::new(),
        };
        let year = text::counted(self.used_in_year, "request", "requests");
        match self.yearly_allowance {
            Some(allowance) => {
                format!("{now}{year} of {} in a year", text::count(allowance))
            }
            None => format!("{now}{year} in a year"),
        }
    }
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
            budget: Budget::read(dir, &destination.account)?,
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
        if self.budget.used_in_year > 0 {
            writeln!(text, "  budget {}", self.budget.to_text()).unwrap_or_default();
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
