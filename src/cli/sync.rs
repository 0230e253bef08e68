//! `sync` and `run`: one pass, or one after the other.

use std::path::PathBuf;

use serde::Serialize;

use super::{Exit, Failure, args::SyncArgs, hooks, open_engine, output, progress::Meter, text};
use crate::{
    engine::{Mode, Notice, Report},
    model::{Cause, Problem, Requests, RunId, RunStatus},
    sync::{Forecast, Hindrance, SampleLine},
};

/// Runs every enabled destination once, or one by name.
pub(super) async fn run(data_dir: Option<PathBuf>, options: SyncArgs) -> Result<Exit, Failure> {
    let mut engine = open_engine(data_dir)?;
    let meter = Meter::new();
    let shown = meter.clone();
    let hooks = hooks(move |progress| shown.show(progress));
    let mode = if options.dry_run {
        Mode::Dry {
            max_sample: text::MAX_SAMPLE,
        }
    } else if options.retry_failed {
        Mode::SendRefused
    } else {
        Mode::Send
    };
    let reports = engine
        .sync(options.destination.as_deref(), mode, &hooks)
        .await;
    meter.clear();
    let reports = reports.map_err(Failure::usage)?;
    let broken = match &options.destination {
        None => engine.broken_settings().map_err(Failure::usage)?,
        Some(_) => vec![],
    };
    if options.json {
        output::json(&Runs {
            runs: reports.iter().map(JsonRun::new).collect(),
        })?;
    } else if reports.is_empty() && broken.is_empty() {
        output::note(
            "There is no enabled destination; `audience-sync destination import FILE` adds one.\n",
        )?;
    } else {
        for report in &reports {
            output::result(&text::report(report))?;
        }
    }
    for problem in &broken {
        output::problem(problem)?;
    }
    let of_settings = broken.iter().map(|_| Exit::Usage);
    let exits = reports.iter().map(exit_of).chain(of_settings);
    Ok(exits.max().unwrap_or(Exit::Well))
}

/// Keeps every destination going until the program is asked to end.
pub(super) async fn keep_running(data_dir: Option<PathBuf>) -> Result<Exit, Failure> {
    let mut engine = open_engine(data_dir)?;
    let hooks = hooks(|_| ());
    let (all, _) = engine.dir().read_valid_destinations()?;
    output::note(if all.iter().any(|known| known.destination.enabled) {
        "Watching the sources of all enabled destinations; Ctrl-C ends it.\n"
    } else {
        "There is no enabled destination yet, so there is nothing to watch. Set \"enabled\" in a destination's settings, or add one with `audience-sync destination import FILE` and start again; Ctrl-C ends it.\n"
    })?;
    let mut written = Ok(());
    let mut stopped = Exit::Well;
    engine
        .watch(&hooks, |notice| {
            let text = match notice {
                Notice::Run(report) => {
                    if report.hindrance == Some(Hindrance::Asked) {
                        stopped = Exit::SomeFailed;
                    }
                    text::report(&report)
                }
                Notice::Settings(problem)
                | Notice::SignInLost { problem, .. }
                | Notice::SignInEndsSoon { problem, .. } => text::problem(&problem),
                Notice::SignedInAgain { account } => format!(
                    "The account \"{account}\" is signed in again; the changes that wait are sent now.\n"
                ),
            };
            if written.is_ok() {
                written = output::result(&text);
            }
        })
        .await;
    written?;
    Ok(stopped)
}

/// What a run's end tells the shell.
pub(super) fn exit_of(report: &Report) -> Exit {
    match report.hindrance {
        Some(Hindrance::SignIn) => Exit::SignIn,
        Some(Hindrance::OutOfReach) => Exit::OutOfReach,
        Some(Hindrance::Settings) => Exit::Usage,
        Some(Hindrance::Guard | Hindrance::Asked | Hindrance::Computer) => Exit::SomeFailed,
        None if report.figures.failed > 0 || report.problem.is_some() => Exit::SomeFailed,
        None => Exit::Well,
    }
}

#[derive(Debug, Serialize)]
struct Runs<'a> {
    runs: Vec<JsonRun<'a>>,
}

/// A run as programs read it.
#[derive(Debug, Serialize)]
struct JsonRun<'a> {
    destination: &'a str,
    run: Option<RunId>,
    cause: Cause,
    status: RunStatus,
    profiles_received: u64,
    identities_activated: u64,
    identities_excluded: u64,
    identities_failed: u64,
    unchanged: u64,
    pending: u64,
    activation_rate: Option<f64>,
    requests: Requests,
    seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<&'a Problem>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    notices: &'a [Problem],
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    forecast: Option<Forecast>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sample: Option<&'a [SampleLine]>,
}

impl<'a> JsonRun<'a> {
    fn new(report: &'a Report) -> Self {
        let figures = &report.figures;
        Self {
            destination: &report.destination,
            run: report.run,
            cause: report.cause,
            status: report.status,
            profiles_received: figures.received(),
            identities_activated: figures.activated,
            identities_excluded: figures.excluded,
            identities_failed: figures.failed,
            unchanged: figures.unchanged,
            pending: figures.pending,
            activation_rate: figures.activation_rate(),
            requests: report.requests,
            seconds: text::seconds_between(report.started, report.ended),
            problem: report.problem.as_ref(),
            notices: &report.notices,
            changes: report.plan.as_ref().map(|plan| plan.n_changes),
            forecast: report.plan.as_ref().and_then(|plan| plan.forecast),
            sample: report.plan.as_ref().map(|plan| plan.sample.as_slice()),
        }
    }
}
