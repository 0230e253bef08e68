//! `demo`: the whole job at work on this computer, with a sandbox in place of Outreach.

mod company;
mod past;

use std::{fs, path::PathBuf};

use secrecy::SecretString;

use super::{
    Exit, Failure, hooks, open_dir, output, progress::Meter, sandbox::not_started, sync::exit_of,
    text,
};
use crate::{
    engine::{Engine, Hooks, Mode, Report},
    model::{Destination, FileSource, Problem},
    sandbox::{Sandbox, Settings},
    store::DataDir,
};

pub(super) use company::N_PROSPECTS;
pub(super) use past::Past;

const DESTINATION: &str = include_str!("../../assets/demo/destination.json");
const FIRST_DAY: &str = include_str!("../../assets/demo/profiles.csv");
const NEXT_DAY: &str = include_str!("../../assets/demo/profiles-next-day.csv");

/// Syncs the sample, changes it, syncs again, and once more with nothing changed.
///
/// Nothing is kept afterwards unless a data folder is named.
pub(super) async fn run(data_dir: Option<PathBuf>) -> Result<Exit, Failure> {
    let home = tempfile::tempdir()?;
    let dir = open_dir(Some(data_dir.unwrap_or_else(|| home.path().join("data"))))?;
    // The sample has no prospect that the sandbox's user may not edit.
    let settings = Settings {
        read_only: [].into(),
        ..Settings::default()
    };
    let sandbox = Sandbox::start(settings)
        .await
        .map_err(|e| not_started(&e))?;
    let shown = show(&dir, &sandbox).await;
    sandbox.stop().await;
    shown
}

async fn show(dir: &DataDir, sandbox: &Sandbox) -> Result<Exit, Failure> {
    let token = SecretString::from(sandbox.issue_token());
    let mut engine = Engine::open(dir.clone(), Some(token))?;
    let source = dir.path().join("demo-profiles.csv");
    fs::write(&source, FIRST_DAY)?;
    let name = set_up(dir, sandbox, &source)?;
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
        let report = once(&mut engine, &name, &hooks)
            .await
            .map_err(Failure::usage)?;
        meter.clear();
        output::result(&format!("{title}\n{}\n", text::report(&report)))?;
        worst = worst.max(exit_of(&report));
    }
    Ok(worst)
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
fn set_up(dir: &DataDir, sandbox: &Sandbox, source: &std::path::Path) -> Result<String, Failure> {
    let mut destination = valid(DESTINATION)?;
    destination.account.api_address = sandbox.address();
    destination.source = FileSource::at(source).into();
    let settings = dir.write_destination(destination)?;
    dir.forget_state(&settings)?;
    Ok(settings.destination.name)
}

fn valid(settings: &str) -> Result<Destination, Failure> {
    Destination::from_json(settings).map_err(|faults| {
        let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
        Failure::usage(Problem::new(
            "demo_broken",
            format!("The demo's settings are not valid: {}.", faults.join("; ")),
            "Report this.",
        ))
    })
}
