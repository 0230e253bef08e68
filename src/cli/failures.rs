//! `failures`: the records that were excluded or failed, each with its reason.

use std::{fmt::Write as _, path::PathBuf};

use serde::Serialize;

use super::{Exit, Failure, args::FailuresArgs, open_dir, output, text};
use crate::{
    engine::is_named,
    model::{Problem, RecordFault, RunId},
    store::{DataDir, Error, Store},
};

/// The faults of one run.
#[derive(Debug, Serialize)]
struct Found {
    destination: String,
    run: RunId,
    failures: Vec<RecordFault>,
}

/// Shows the faults of one run, or of every destination's last.
pub(super) fn run(data_dir: Option<PathBuf>, options: FailuresArgs) -> Result<Exit, Failure> {
    let dir = open_dir(data_dir)?;
    if let Some(name) = &options.destination {
        let (known, _broken) = dir.read_valid_destinations()?;
        if !known.iter().any(|known| is_named(&known.destination, name)) {
            return Err(Failure::usage(Problem::new(
                "destination_unknown",
                format!("There is no destination named \"{name}\"."),
                "`audience-sync status` shows those there are.",
            )));
        }
    }
    let found = read(&dir, &options)?;
    if let (Some(run), true) = (options.run, found.is_empty()) {
        return Err(Failure::usage(Problem::new(
            "run_unknown",
            format!("There is no run {run}."),
            "`audience-sync status` shows the last run of every destination.",
        )));
    }
    if options.json {
        output::json(&serde_json::json!({ "runs": found }))?;
    } else {
        for found in &found {
            output::result(&found.to_text())?;
        }
    }
    Ok(Exit::Well)
}

fn read(dir: &DataDir, options: &FailuresArgs) -> Result<Vec<Found>, Error> {
    let mut all = vec![];
    for settings in dir.read_valid_destinations()?.0 {
        let is_wanted = options
            .destination
            .as_deref()
            .is_none_or(|name| is_named(&settings.destination, name));
        let Some(store) = Store::open_to_read(&dir.state(&settings))?.filter(|_| is_wanted) else {
            continue;
        };
        let run = match options.run {
            Some(run) => store.has_run(run)?.then_some(run),
            None => store.runs(1)?.first().map(|run| run.id),
        };
        if let Some(run) = run {
            all.push(Found {
                destination: settings.destination.name,
                run,
                failures: store.faults(run)?,
            });
        }
    }
    Ok(all)
}

impl Found {
    fn to_text(&self) -> String {
        let n_faults = text::counted(self.failures.len() as u64, "record was", "records were");
        let mut text = format!(
            "{}, run {}: {n_faults} excluded or failed\n",
            self.destination, self.run
        );
        for fault in &self.failures {
            let prospect = fault
                .prospect
                .map_or_else(String::new, |id| format!(" prospect {id}"));
            writeln!(
                text,
                "  {}{prospect} ({}): {} [{}]",
                fault.fate, fault.place, fault.what, fault.code
            )
            .unwrap_or_default();
            if !fault.outreach.is_empty() {
                writeln!(text, "    Outreach: {}", fault.outreach).unwrap_or_default();
            }
        }
        text
    }
}
