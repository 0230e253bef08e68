//! `destination import | export | validate | rebuild`: settings in and out as files, and states that begin anew.

use std::{
    fmt::Write as _,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use jiff::Timestamp;

use super::{Exit, Failure, args::DestinationCommand, hooks, open_dir, open_engine, output, text};
use crate::{
    engine::{is_named, problem_of, today},
    model::{AudienceId, Contents, Destination, Fault, Overlap, Problem, overlaps},
    source,
    store::{Error, Settings, read_destination},
    sync::Rules,
};

/// Carries out one of them.
pub(super) async fn run(
    data_dir: Option<PathBuf>,
    command: DestinationCommand,
) -> Result<Exit, Failure> {
    match command {
        DestinationCommand::Import { file } => import(data_dir, &file),
        DestinationCommand::Export { name } => export(data_dir, &name),
        DestinationCommand::Rebuild { name, yes: true } => rebuild(data_dir, &name),
        DestinationCommand::Rebuild { name, yes: false } => cost_of_rebuild(data_dir, &name).await,
        DestinationCommand::Validate { file } => validate(data_dir, &file),
    }
}

fn import(data_dir: Option<PathBuf>, file: &Path) -> Result<Exit, Failure> {
    let destination = read(file)?;
    let engine = open_engine(data_dir)?;
    let (known, _broken) = engine.dir().read_valid_destinations()?;
    look_at_others(file, &destination, &known)?;
    let settings = engine.dir().write_destination(destination)?;
    let replaced = known.iter().find(|known| known.slug == settings.slug);
    let done = replaced.map_or_else(
        || "Added".to_owned(),
        |old| {
            format!(
                "Replaced the settings of \"{}\" by those of",
                old.destination.name
            )
        },
    );
    output::result(&format!(
        "{done} \"{}\". `audience-sync sync --dry-run` shows what it would change.\n",
        settings.destination.name
    ))?;
    Ok(Exit::Well)
}

fn export(data_dir: Option<PathBuf>, name: &str) -> Result<Exit, Failure> {
    let (all, _broken) = open_dir(data_dir)?.read_valid_destinations()?;
    let found = all
        .into_iter()
        .find(|settings| is_named(&settings.destination, name));
    let Some(settings) = found else {
        return Err(Failure::usage(Problem::new(
            "destination_unknown",
            format!("There is no destination named \"{name}\"."),
            "`audience-sync status` shows those there are.",
        )));
    };
    output::result(&settings.destination.to_json())?;
    Ok(Exit::Well)
}

fn rebuild(data_dir: Option<PathBuf>, name: &str) -> Result<Exit, Failure> {
    let rebuilt = open_engine(data_dir)?.rebuild(name);
    let rebuilt = rebuilt.map_err(Failure::usage)?;
    let kept = rebuilt.backup.map_or_else(
        || "There was no state to set aside.".to_owned(),
        |backup| format!("The state was set aside as {}.", backup.display()),
    );
    output::result(&format!(
        "{kept} The next run of \"{}\" takes nothing for known: `audience-sync sync` starts it.\n",
        rebuilt.destination
    ))?;
    Ok(Exit::Well)
}

async fn cost_of_rebuild(data_dir: Option<PathBuf>, name: &str) -> Result<Exit, Failure> {
    let mut engine = open_engine(data_dir)?;
    let cost = engine.cost_of_rebuild(name, &hooks(|_| ())).await;
    let cost = cost.map_err(Failure::usage)?;
    output::result(&format!(
        "After a rebuild the next run compares {} with Outreach and writes what differs: at most {}. The present state is set aside, not deleted, and nothing is cleared in Outreach; who has left an audience and the source altogether since the last run is not known then. Nothing is changed yet; `--yes` does it.\n",
        text::counted(cost.prospects, "prospect", "prospects"),
        text::counted(cost.requests, "request", "requests"),
    ))?;
    Ok(Exit::Well)
}

fn validate(data_dir: Option<PathBuf>, file: &Path) -> Result<Exit, Failure> {
    let destination = read(file)?;
    // Without a data folder there are no others.
    let known = open_dir(data_dir).and_then(|dir| Ok(dir.read_valid_destinations()?.0));
    look_at_others(file, &destination, &known.unwrap_or_default())?;
    match look_at_source(&destination) {
        Ok(description) => {
            output::result(&describe(&destination, &description))?;
            Ok(Exit::Well)
        }
        Err(error) => {
            output::result("The settings are valid.\n")?;
            Err(Failure {
                problem: problem_of(&error.into(), &destination),
                exit: Exit::OutOfReach,
            })
        }
    }
}

/// Refuses settings that write what another destination writes; those of the same name would be replaced.
fn look_at_others(
    file: &Path,
    destination: &Destination,
    known: &[Settings],
) -> Result<(), Failure> {
    let is_other = |name: &str| !name.eq_ignore_ascii_case(&destination.name);
    let others = known.iter().map(|settings| &settings.destination);
    let shared = overlaps(destination, others.filter(|other| is_other(&other.name)));
    if shared.is_empty() || !destination.enabled {
        return Ok(());
    }
    let faults: Vec<_> = shared.iter().map(Overlap::fault).collect();
    Err(invalid(file, &faults))
}

/// Opens the source, and reads far enough to see whether it has everything that the settings want of it.
fn look_at_source(destination: &Destination) -> Result<source::Description, source::Error> {
    let source = source::open(&destination.source)?;
    let now = Timestamp::now();
    let rules = Rules::new(destination, source.kinds(), today(now), now);
    source.read(&rules.projection(), &mut |_first_batch| {
        ControlFlow::Break(())
    })?;
    source.describe()
}

/// Reads settings from a file outside the data folder; a relative source is relative to that file.
fn read(file: &Path) -> Result<Destination, Failure> {
    let mut destination = read_destination(file).map_err(|error| match error {
        Error::Settings { faults, .. } => invalid(file, &faults),
        other @ (Error::File { .. }
        | Error::Database { .. }
        | Error::Newer { .. }
        | Error::Locked { .. }
        | Error::StateLost { .. }
        | Error::Copied { .. }
        | Error::NoHome) => Failure::usage(Problem::new(
            "settings_unreadable",
            format!("The file cannot be read: {other}."),
            "Check the path.",
        )),
    })?;
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    destination.source.resolve(folder);
    Ok(destination)
}

fn invalid(file: &Path, faults: &[Fault]) -> Failure {
    let mut what = format!("{} is not valid:", file.display());
    for fault in faults {
        write!(what, "\n  {fault}").unwrap_or_default();
    }
    Failure::usage(Problem::new(
        "settings_invalid",
        what,
        "The README documents every setting.",
    ))
}

fn describe(destination: &Destination, found: &source::Description) -> String {
    let mut text = String::from("The settings are valid.\n");
    let contents = match found.kinds.all() {
        Contents::FullSnapshot => "a full snapshot",
        Contents::Incremental | Contents::Guess => "changes only",
    };
    let files: Vec<_> = found
        .files
        .iter()
        .map(|file| format!("{} ({})", file.name, file.format))
        .collect();
    let lines = [
        format!(
            "Source {}: {}, {contents}",
            destination.source.name(),
            found.layout
        ),
        format!("  files: {}", files.join(", ")),
        format!("  columns: {}", found.columns.join(", ")),
        format!(
            "  audiences: {}",
            found
                .audiences
                .iter()
                .map(AudienceId::as_str)
                .collect::<Vec<_>>()
                .join(", ")
        ),
    ];
    for line in lines {
        writeln!(text, "{line}").unwrap_or_default();
    }
    if !found.doubtful.is_empty() {
        writeln!(
            text,
            "  with a time in the name that cannot be, taken for files without one: {}",
            found.doubtful.join(", ")
        )
        .unwrap_or_default();
    }
    if !found.ignored.is_empty() {
        writeln!(text, "  left out: {}", found.ignored.join(", ")).unwrap_or_default();
    }
    text
}
