//! `destination import | export | validate | rebuild`: settings in and out as files, and states that begin anew.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use super::{
    Exit, Failure,
    args::{DestinationCommand, ExportKind},
    hooks, open_dir, open_engine, output, text,
};
use crate::{
    engine::{
        choose_kind, is_named, kind_words, known_to,
        look::{self, Checked},
        problem_of, settle_kind,
    },
    model::{AudienceId, Contents, Destination, Fault, Overlap, Problem, overlaps},
    source::{self, Tether},
    store::{DataDir, Error, Settings, read_destination},
};

/// Carries out one of them.
pub(super) async fn run(
    data_dir: Option<PathBuf>,
    command: DestinationCommand,
) -> Result<Exit, Failure> {
    match command {
        DestinationCommand::Import { file } => import(data_dir, &file),
        DestinationCommand::Export { name } => export(data_dir, &name),
        DestinationCommand::Kind { name, kind } => say_kind(data_dir, &name, kind),
        DestinationCommand::Rebuild { name, yes: true } => rebuild(data_dir, &name),
        DestinationCommand::Rebuild { name, yes: false } => cost_of_rebuild(data_dir, &name).await,
        DestinationCommand::Validate { file } => validate(data_dir, &file),
    }
}

fn import(data_dir: Option<PathBuf>, file: &Path) -> Result<Exit, Failure> {
    let mut destination = read(file)?;
    let engine = open_engine(data_dir)?;
    let kind = find_kind(&mut destination);
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
        "{done} \"{}\". `audience-sync sync --dry-run` shows what it would change.\n{kind}",
        settings.destination.name
    ))?;
    Ok(Exit::Well)
}

/// Finds out what kind of export the source is, if the settings leave it open, and says so. A source that cannot be read
/// yet is told by the first run.
fn find_kind(destination: &mut Destination) -> String {
    let Ok(source) = source::open(
        &destination.source,
        &known_to(destination),
        &Tether::default(),
    ) else {
        return String::new();
    };
    if !settle_kind(destination, source.kinds(), false) {
        return String::new();
    }
    let kinds = source.kinds();
    let mut text = String::new();
    for audience in &destination.audiences {
        let (contents, reason) = kinds.of(&audience.id);
        writeln!(
            text,
            "The files of \"{}\" are taken for {}: {reason}.",
            audience.name,
            kind_words(contents)
        )
        .unwrap_or_default();
    }
    writeln!(
        text,
        "If that is wrong, say so before the first run: `audience-sync destination kind \"{}\" full` or `changes`.",
        destination.name
    )
    .unwrap_or_default();
    text
}

fn say_kind(data_dir: Option<PathBuf>, name: &str, kind: ExportKind) -> Result<Exit, Failure> {
    let contents = match kind {
        ExportKind::Full => Contents::FullSnapshot,
        ExportKind::Changes => Contents::Incremental,
    };
    let engine = open_engine(data_dir)?;
    let settings = choose_kind(engine.dir(), find(engine.dir(), name)?, contents)?;
    let missing = match kind {
        ExportKind::Full => "whoever is missing from the newest file leaves the audience",
        ExportKind::Changes => "nobody leaves an audience for being missing from a file",
    };
    output::result(&format!(
        "The source of \"{}\" is taken for {}: {missing}. `audience-sync sync --dry-run` shows what that means.\n",
        settings.destination.name,
        kind_words(contents)
    ))?;
    Ok(Exit::Well)
}

/// The destination of this name.
fn find(dir: &DataDir, name: &str) -> Result<Settings, Failure> {
    let (all, _broken) = dir.read_valid_destinations()?;
    let mut named = all
        .into_iter()
        .filter(|settings| is_named(&settings.destination, name));
    named.next().ok_or_else(|| {
        Failure::usage(Problem::new(
            "destination_unknown",
            format!("There is no destination named \"{name}\"."),
            "`audience-sync status` shows those there are.",
        ))
    })
}

fn export(data_dir: Option<PathBuf>, name: &str) -> Result<Exit, Failure> {
    let settings = find(&open_dir(data_dir)?, name)?;
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
    match look::check(&destination) {
        Ok(Checked {
            description,
            problem,
        }) => {
            output::result(&describe(&destination, &description))?;
            problem.map_or(Ok(Exit::Well), |problem| {
                Err(Failure {
                    problem,
                    exit: Exit::SomeFailed,
                })
            })
        }
        Err(error) => {
            output::result("The settings are valid.\n")?;
            Err(Failure {
                problem: problem_of(&error, &destination),
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
    let contents = kind_words(found.kinds.all());
    let files: Vec<_> = found
        .files
        .iter()
        .map(|file| format!("{} ({})", file.name, file.format))
        .collect();
    let lines = [
        format!(
            "Source {}: {}, {contents}: {}",
            destination.source.name(),
            found.layout,
            found.kinds.reason()
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
    for odd in &found.odd_names {
        writeln!(text, "  {odd}").unwrap_or_default();
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
