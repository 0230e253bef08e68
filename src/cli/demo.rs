//! `demo`: the whole job at work on this computer, with a sandbox in place of Outreach.

use std::{fs, path::PathBuf};

use secrecy::SecretString;

use super::{
    Exit, Failure, hooks, open_dir, output, progress::Meter, sandbox::not_started, sync::exit_of,
    text,
};
use crate::{
    engine::{Engine, Hooks, Mode, Report, store_problem},
    model::{Destination, Problem},
    sandbox::{Sandbox, Settings},
    store::DataDir,
};

const DESTINATION: &str = include_str!("../../assets/demo/destination.json");
const FIRST_DAY: &str = include_str!("../../assets/demo/profiles.csv");
const NEXT_DAY: &str = include_str!("../../assets/demo/profiles-next-day.csv");

/// Syncs the sample, changes it, syncs again, and once more with nothing changed.
///
/// Nothing is kept afterwards unless a data folder is named.
pub(super) async fn run(data_dir: Option<PathBuf>) -> anyhow::Result<Result<Exit, Failure>> {
    let home = tempfile::tempdir()?;
    let dir = match open_dir(Some(data_dir.unwrap_or_else(|| home.path().join("data")))) {
        Ok(dir) => dir,
        Err(failure) => return Ok(Err(failure)),
    };
    // The sample has no prospect that the sandbox's user may not edit.
    let sandbox = match Sandbox::start(Settings {
        read_only: [].into(),
        ..Settings::default()
    })
    .await
    {
        Ok(sandbox) => sandbox,
        Err(error) => return Ok(Err(not_started(&error))),
    };
    let shown = show(&dir, &sandbox).await;
    sandbox.stop().await;
    shown
}

async fn show(dir: &DataDir, sandbox: &Sandbox) -> anyhow::Result<Result<Exit, Failure>> {
    let token = SecretString::from(sandbox.issue_token());
    let mut engine = match Engine::open(dir.clone(), Some(token)) {
        Ok(engine) => engine,
        Err(error) => return Ok(Err(Failure::usage(store_problem(&error)))),
    };
    let source = dir.path().join("demo-profiles.csv");
    fs::write(&source, FIRST_DAY)?;
    let name = match set_up(dir, sandbox, &source) {
        Ok(name) => name,
        Err(problem) => return Ok(Err(Failure::usage(problem))),
    };
    output::result(&format!(
        "A sandbox stands in for Outreach at {}.\n\n",
        sandbox.address()
    ))?;
    let meter = Meter::new();
    let shown = meter.clone();
    let hooks = hooks(move |progress| shown.show(progress));
    let mut worst = Exit::Well;
    for (title, change) in [
        ("First run: everything is new", None),
        (
            "The sample changes; second run: only what changed is sent",
            Some(NEXT_DAY),
        ),
        ("Third run: nothing has changed", None),
    ] {
        if let Some(profiles) = change {
            fs::write(&source, profiles)?;
        }
        let report = match once(&mut engine, &name, &hooks).await {
            Ok(report) => report,
            Err(problem) => return Ok(Err(Failure::usage(problem))),
        };
        meter.clear();
        output::result(&format!("{title}\n{}\n", text::report(&report)))?;
        worst = worst.max(exit_of(&report));
    }
    Ok(Ok(worst))
}

async fn once(engine: &mut Engine, name: &str, hooks: &Hooks) -> Result<Report, Problem> {
    let reports = engine.sync(Some(name), Mode::Send, hooks).await?;
    reports.into_iter().next().ok_or_else(|| {
        Problem::new(
            "demo_broken",
            "The demo's destination did not run.",
            "Report this.",
        )
    })
}

/// Stores the sample destination, pointed at the sandbox, without what an earlier demo remembers of another sandbox.
fn set_up(dir: &DataDir, sandbox: &Sandbox, source: &std::path::Path) -> Result<String, Problem> {
    let mut destination = Destination::from_json(DESTINATION).map_err(|faults| {
        let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
        Problem::new(
            "demo_broken",
            format!("The demo's settings are not valid: {}.", faults.join("; ")),
            "Report this.",
        )
    })?;
    destination.account.api_address = sandbox.address();
    source.clone_into(&mut destination.source.path);
    let settings = dir
        .write_destination(destination)
        .map_err(|e| store_problem(&e))?;
    dir.forget_state(&settings.slug)
        .map_err(|e| store_problem(&e))?;
    Ok(settings.destination.name)
}
