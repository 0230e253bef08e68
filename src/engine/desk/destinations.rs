//! Destinations: listed with what is known of them, and what a person does with them.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::Timestamp;

use super::{Desk, runs::settings_of};
use crate::{
    engine::{
        DestinationCommand, Mode, choose_kind,
        export::write_whole,
        look,
        problem::export_problem,
        shared_fields_problem,
        snapshot::{AudienceRow, AudienceStatus, DestinationView, NoticeKind},
        store_problem, today,
    },
    model::{Cause, Contents, Destination, Problem, RunId},
    store::Settings,
};

impl Desk {
    pub(super) fn on_destination(&mut self, slug: &str, what: DestinationCommand) {
        let Some(settings) = self.snapshot.destination(slug).map(settings_of) else {
            return;
        };
        match what {
            DestinationCommand::Run => self.run(settings, Some(Cause::Manual), Mode::Send),
            DestinationCommand::RetryFailed => {
                self.run(settings, Some(Cause::Manual), Mode::SendRefused);
            }
            DestinationCommand::Stop => self.stop(slug),
            DestinationCommand::Enable(enabled) => self.enable(settings, enabled),
            DestinationCommand::SayKind(contents) => self.say_kind(settings, contents),
            DestinationCommand::Duplicate { name } => self.duplicate(settings, name),
            DestinationCommand::Export { path } => self.export_settings(&settings, path),
            DestinationCommand::ExportFaults { run, path } => {
                self.export_faults(settings, run, path);
            }
            DestinationCommand::Rebuild => self.rebuild(settings),
            DestinationCommand::Delete => self.delete(&settings),
        }
    }

    /// Takes the source for this kind of export, and runs the destination by it.
    fn say_kind(&mut self, settings: Settings, contents: Contents) {
        if self.is_busy(
            &settings,
            "Stop the run, then say what kind of export it is.",
        ) {
            return;
        }
        let chosen = choose_kind(self.engine.dir(), settings, contents);
        if let Some(settings) = self.tell_if_not(chosen) {
            self.with_view(&settings.slug, |view| view.problem = None);
            self.refresh_destinations();
            self.run(settings, Some(Cause::Manual), Mode::Send);
        }
    }

    fn enable(&mut self, mut settings: Settings, enabled: bool) {
        settings.destination.enabled = enabled;
        let shared = self.engine.dir().overlaps(&settings);
        if enabled && !shared.is_empty() {
            let problem = shared_fields_problem(&shared, &settings.destination);
            self.tell(NoticeKind::Problem(problem));
            return;
        }
        if !enabled {
            self.stop(&settings.slug);
        }
        let stored = self.engine.dir().write_settings(&settings);
        self.tell_if_not(stored);
        self.refresh_destinations();
    }

    fn duplicate(&mut self, settings: Settings, name: String) {
        let copy = Destination {
            name,
            enabled: false,
            ..settings.destination
        };
        let is_taken = self
            .snapshot
            .destinations
            .iter()
            .any(|view| view.settings.name.eq_ignore_ascii_case(copy.name.trim()));
        if is_taken || copy.name.trim().is_empty() {
            self.tell(NoticeKind::Problem(Problem::new(
                "name_taken",
                format!("The copy cannot be named \"{}\".", copy.name),
                "Choose a name that no other destination has.",
            )));
            return;
        }
        let stored = self.engine.dir().write_destination(copy);
        if let Some(stored) = self.tell_if_not(stored) {
            self.tell(NoticeKind::Saved {
                destination: stored.destination.name,
            });
        }
        self.refresh_destinations();
    }

    fn is_busy(&mut self, settings: &Settings, next_step: &str) -> bool {
        let is_busy = self.running.contains_key(&settings.slug);
        if is_busy {
            self.tell(NoticeKind::Problem(Problem::new(
                "destination_busy",
                format!("\"{}\" is running.", settings.destination.name),
                next_step,
            )));
        }
        is_busy
    }

    fn rebuild(&mut self, settings: Settings) {
        if self.is_busy(&settings, "Stop the run, then rebuild the state.") {
            return;
        }
        let begun = self.engine.dir().begin_state_anew(&settings);
        if self.tell_if_not(begun).is_some() {
            self.with_view(&settings.slug, |view| view.problem = None);
            self.run(settings, Some(Cause::Manual), Mode::Send);
        }
    }

    fn delete(&mut self, settings: &Settings) {
        if self.is_busy(settings, "Stop the run, then delete the destination.") {
            return;
        }
        let deleted = self.engine.dir().delete_destination(settings);
        if self.tell_if_not(deleted).is_some() {
            self.watched.remove(&settings.slug);
            self.tell(NoticeKind::Deleted {
                destination: settings.destination.name.clone(),
            });
        }
        self.refresh_destinations();
    }

    /// Writes a file, and says what came of it.
    fn export(
        &mut self,
        path: PathBuf,
        write: impl FnOnce(&Path) -> Result<u64, Problem> + Send + 'static,
    ) {
        let shown = path.display().to_string();
        self.spawn_blocking(
            move || write(&path),
            move |desk, written| {
                desk.tell(match written {
                    Ok(n_records) => NoticeKind::Exported {
                        path: shown,
                        n_records,
                    },
                    Err(problem) => NoticeKind::Problem(problem),
                });
            },
        );
    }

    fn export_settings(&mut self, settings: &Settings, path: PathBuf) {
        let json = settings.destination.to_json();
        self.export(path, move |path| {
            write_whole(path, |out| out.write_all(json.as_bytes()))
                .map_err(|e| export_problem(path, &e))?;
            Ok(1)
        });
    }

    fn export_faults(&mut self, settings: Settings, run: RunId, path: PathBuf) {
        let dir = self.engine.dir().clone();
        self.export(path, move |path| {
            look::export_faults(&dir, &settings, run, path)
        });
    }

    /// Shows the destinations that there are now; what is known of them follows.
    pub(super) fn refresh_destinations(&mut self) {
        self.settings_version = self.engine.dir().settings_version();
        let read = self.engine.dir().read_valid_destinations();
        let Some((all, broken)) = self.tell_if_not(read) else {
            return;
        };
        self.snapshot.broken = broken.iter().map(store_problem).collect();
        let before = std::mem::take(&mut self.snapshot.destinations);
        let mut slugs = vec![];
        for settings in all {
            let created = self.engine.dir().created(&settings.slug);
            let known = before.iter().find(|view| view.slug == settings.slug);
            slugs.push(settings.slug.clone());
            self.snapshot
                .destinations
                .push(view(settings, created, known));
        }
        self.is_news = true;
        for slug in slugs {
            self.show_labels(&slug);
            self.refresh_facts(&slug);
        }
    }

    /// Shows settings as somebody else has written them: by hand, or from a terminal.
    pub(super) fn look_at_settings(&mut self) {
        if self.engine.dir().settings_version() != self.settings_version {
            self.refresh_destinations();
        }
    }

    /// Shows what a run has changed. It may have settled in the settings what kind of export the source is.
    pub(super) fn refresh_after_run(&mut self, slug: &str) {
        let (all, _broken) = self
            .engine
            .dir()
            .read_valid_destinations()
            .unwrap_or_default();
        let shown = self.snapshot.destination(slug);
        let stored = all.iter().find(|settings| settings.slug == slug);
        if shown.map(|view| &*view.settings) == stored.map(|settings| &settings.destination) {
            self.refresh_facts(slug);
        } else {
            self.refresh_destinations();
        }
    }

    /// Reads all that is known of a destination.
    pub(super) fn refresh_facts(&mut self, slug: &str) {
        let Some(settings) = self.snapshot.destination(slug).map(settings_of) else {
            return;
        };
        let dir = self.engine.dir().clone();
        let slug = slug.to_owned();
        self.spawn_blocking(
            move || look::facts(&dir, &settings, today(Timestamp::now())),
            move |desk, facts| desk.on_facts(&slug, facts),
        );
    }

    fn on_facts(&mut self, slug: &str, facts: Result<look::DestinationFacts, Problem>) {
        self.with_view(slug, |view| match facts {
            Ok(facts) => {
                for (row, found) in Arc::make_mut(&mut view.audiences)
                    .iter_mut()
                    .zip(&facts.audiences)
                {
                    row.realized = found.realized;
                    row.n_pending = found.n_pending;
                    row.last_change = found.last_change;
                }
                show_recent(view, facts.activity);
            }
            Err(problem) => view.problem = Some(problem),
        });
        self.refresh_accounts();
    }

    /// Reads what changes from second to second while a run goes on.
    pub(super) fn refresh_running_facts(&mut self, slug: &str) {
        if !self.looks.begin_reading(slug) {
            return;
        }
        let Some(settings) = self.snapshot.destination(slug).map(settings_of) else {
            return;
        };
        let dir = self.engine.dir().clone();
        let slug = slug.to_owned();
        self.spawn_blocking(
            move || look::activity(&dir, &settings),
            move |desk, recent| {
                let is_full = desk.looks.end_reading(&slug);
                if let Ok(recent) = recent {
                    desk.with_view(&slug, |view| show_recent(view, recent));
                }
                if is_full {
                    desk.refresh_facts(&slug);
                }
            },
        );
    }

    /// Puts labels and members of the source into a destination's rows.
    pub(super) fn show_labels(&mut self, slug: &str) {
        let Some(view) = self.snapshot.destination(slug) else {
            return;
        };
        let fields = self.snapshot.looks.fields.get(&view.settings.account.name);
        let fields = fields.and_then(|asked| asked.answer.clone());
        let source = self.snapshot.looks.source(&view.settings.source);
        let source = source.and_then(|asked| asked.answer.clone());
        self.with_view(slug, |view| {
            for row in Arc::make_mut(&mut view.audiences) {
                let label = fields.as_ref().and_then(|all| all.get(&row.mapping_id));
                row.label = label.map(|field| field.label.clone());
                let mut audiences = source.iter().flat_map(|source| &source.audiences);
                let found = audiences.find(|audience| audience.id == row.id);
                row.in_source = found.map(|audience| audience.n_members).or(row.in_source);
            }
        });
    }
}

fn show_recent(view: &mut DestinationView, recent: look::Activity) {
    view.n_waiting = recent.n_waiting;
    if let (Some(running), Some(run)) = (&mut view.running, recent.runs.first())
        && run.ended.is_none()
    {
        running.run = Some(run.id);
        running.cause = run.cause;
        running.figures = run.figures;
        running.requests = run.requests;
    }
    if view.running.is_none() {
        // A run that ended with the program needs nobody: the next one goes on.
        let last = recent.runs.first().filter(|run| !run.is_interrupted());
        view.problem = last.and_then(|run| run.problem.clone());
    }
    view.runs = Arc::new(recent.runs);
}

fn view(
    settings: Settings,
    created: Option<Timestamp>,
    known: Option<&DestinationView>,
) -> DestinationView {
    let day = today(Timestamp::now());
    let audiences = settings.destination.audiences.iter().map(|audience| {
        let status = if day < audience.start {
            AudienceStatus::Waiting
        } else if audience.is_active_on(day) {
            AudienceStatus::Active
        } else {
            AudienceStatus::Ended
        };
        let before = known.and_then(|view| view.audiences.iter().find(|row| row.id == audience.id));
        AudienceRow {
            id: audience.id.clone(),
            name: audience.name.clone(),
            mapping_id: audience.mapping_id,
            label: None,
            status,
            start: audience.start,
            end: audience.end,
            in_source: before.and_then(|row| row.in_source),
            realized: before.and_then(|row| row.realized),
            n_pending: before.map_or(0, |row| row.n_pending),
            last_change: before.and_then(|row| row.last_change),
        }
    });
    DestinationView {
        audiences: Arc::new(audiences.collect()),
        created,
        runs: known.map(|view| Arc::clone(&view.runs)).unwrap_or_default(),
        running: known.and_then(|view| view.running.clone()),
        delivered: known.and_then(|view| view.delivered.clone()),
        n_waiting: known.map_or(0, |view| view.n_waiting),
        problem: known.and_then(|view| view.problem.clone()),
        next_try: known.and_then(|view| view.next_try),
        settings: Arc::new(settings.destination),
        slug: settings.slug,
    }
}
