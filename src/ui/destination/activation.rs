//! The first tab: what is live.

use egui::Ui;

use super::{audiences, go, plots, run_card};
use crate::{
    engine::{AccountCommand, Command, DestinationCommand, snapshot::DestinationView},
    model::{Contents, NewAccount, Problem, Step},
    ui::{
        Intent, Place, View, actions, format,
        icon::Icon,
        page,
        text::{t, t_args},
        widgets::{Banner, Button, EmptyState, chip::Kind},
        words::Remedy,
    },
};

/// The tab's own state: the audience that the keyboard is on.
#[derive(Debug, Default)]
pub(super) struct Activation {
    chosen: Option<usize>,
}

impl Activation {
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        view: &View<'_>,
        destination: &DestinationView,
        place: &Place,
    ) -> Vec<Intent> {
        let mut intents = vec![];
        ui.add_space(12.0);
        page::padded(ui, |ui| {
            let is_quiet = destination.running.is_none();
            let has_banner = banner(ui, view, destination, &mut intents);
            if is_quiet && destination.runs.is_empty() {
                if !has_banner {
                    never_run(ui, destination, &mut intents);
                }
                return;
            }
            if run_card::ui(ui, view, destination).is_some() {
                intents.push(go(run_place(destination, place)));
            }
            ui.add_space(12.0);
            let room = ui.available_height();
            if room > 300.0 && !(has_banner && room < 420.0) {
                plots::ui(ui, view, destination);
                ui.add_space(12.0);
            }
        });
        page::rule(ui);
        let told = audiences::ui(ui, view, destination, self.chosen);
        if told.chosen.is_some() {
            self.chosen = told.chosen;
        }
        let opened = page::opened(ui, told);
        let opened = opened.and_then(|row| destination.audiences.get(row));
        intents.extend(opened.map(|row| {
            go(Place {
                audience: Some(row.id.clone()),
                ..Place::of(&place.slug)
            })
        }));
        intents
    }
}

/// The list behind the figures: the run that goes on, or the last one.
fn run_place(destination: &DestinationView, place: &Place) -> Place {
    let running = destination.running.as_ref().and_then(|running| running.run);
    let run = running.or_else(|| destination.runs.first().map(|run| run.id));
    match run {
        Some(run) => Place::of_run(&place.slug, run),
        None => place.clone(),
    }
}

/// The worst thing there is to say, if there is one; at most one banner.
fn banner(
    ui: &mut Ui,
    view: &View<'_>,
    destination: &DestinationView,
    intents: &mut Vec<Intent>,
) -> bool {
    if let Some(problem) = &destination.problem {
        trouble(ui, view, destination, problem, intents);
    } else if let Some(pause) = &view.snapshot.pause {
        let text = match pause.until {
            Some(until) => {
                let at = format::moment(until, view.now, &view.zone);
                t_args("paused-until", &[("at", at.into())])
            }
            None => t("paused-text").to_owned(),
        };
        let banner = Banner::new(Kind::Info, t("paused-title")).text(&text);
        let resume = banner.icon(Icon::Pause).show_with(ui, |ui| {
            Button::secondary(t("resume")).small().show(ui).clicked()
        });
        if resume.inner {
            intents.push(Intent::Do(Command::Resume));
        }
    } else if !destination.settings.enabled {
        let banner = Banner::new(Kind::Neutral, t("disabled-title")).text(t("disabled-text"));
        let enable = banner.show_with(ui, |ui| {
            Button::secondary(t("enable")).small().show(ui).clicked()
        });
        if enable.inner {
            let what = DestinationCommand::Enable(true);
            intents.push(Intent::destination(&destination.slug, what));
        }
    } else {
        return false;
    }
    ui.add_space(12.0);
    true
}

fn trouble(
    ui: &mut Ui,
    view: &View<'_>,
    destination: &DestinationView,
    problem: &Problem,
    intents: &mut Vec<Intent>,
) {
    let remedy = Remedy::of(problem);
    let mut text = match remedy {
        Remedy::Kind { may_be_full: true } => t("kind-doubt-text").to_owned(),
        Remedy::Kind { may_be_full: false } => t("kind-changed-text").to_owned(),
        Remedy::SignIn
        | Remedy::Source
        | Remedy::Setting(_)
        | Remedy::Rebuild
        | Remedy::RunAgain => problem.next_step.clone(),
    };
    if let Some(next) = destination.next_try {
        let at = format::moment(next, view.now, &view.zone);
        text.push(' ');
        text.push_str(&t_args("next-try", &[("at", at.into())]));
    }
    if destination.n_waiting > 0 {
        let n = destination.n_waiting;
        text.push(' ');
        text.push_str(&t_args("kept-waiting", &[("n", n.into())]));
    }
    let icon = match remedy {
        Remedy::SignIn => Icon::SignOut,
        Remedy::Source => Icon::FolderDashed,
        Remedy::Setting(_) | Remedy::Kind { .. } => Icon::File,
        Remedy::Rebuild | Remedy::RunAgain => Icon::WarningCircle,
    };
    let banner = Banner::new(Kind::Bad, &problem.what).text(&text).icon(icon);
    let mend = banner.show_with(ui, |ui| mend(ui, view, destination, remedy));
    intents.extend(mend.inner);
}

/// The buttons that mend it.
fn mend(
    ui: &mut Ui,
    view: &View<'_>,
    destination: &DestinationView,
    remedy: Remedy,
) -> Vec<Intent> {
    let mut intents = vec![];
    let run = |ui: &mut Ui, text| {
        let clicked = Button::secondary(text).small().show(ui).clicked();
        clicked.then(|| Intent::destination(&destination.slug, DestinationCommand::Run))
    };
    match remedy {
        Remedy::SignIn => {
            let name = &destination.settings.account.name;
            let account = view.snapshot.account(name);
            if Button::primary(t("sign-in-again"))
                .small()
                .show(ui)
                .clicked()
            {
                intents.push(sign_in(destination, account.map(|view| &view.settings)));
            }
            if Button::secondary(t("other-account"))
                .small()
                .show(ui)
                .clicked()
            {
                intents.push(actions::edit(destination, Step::Connect));
            }
        }
        Remedy::Source => {
            if Button::primary(t("other-source"))
                .small()
                .show(ui)
                .clicked()
            {
                intents.push(actions::edit(destination, Step::Source));
            }
            intents.extend(run(ui, t("look-again")));
        }
        Remedy::Setting(step) => {
            let name = if step == Step::Mapping {
                t("change-mapping")
            } else {
                t("change-source")
            };
            if Button::primary(name).small().show(ui).clicked() {
                intents.push(actions::edit(destination, step));
            }
            intents.extend(run(ui, t("look-again")));
        }
        Remedy::Kind { may_be_full } => intents.extend(say_kind(ui, destination, may_be_full)),
        Remedy::Rebuild => {
            if Button::primary(t("rebuild")).small().show(ui).clicked() {
                let what = DestinationCommand::Rebuild;
                intents.push(Intent::destination(&destination.slug, what));
            }
            intents.extend(run(ui, t("look-again")));
        }
        Remedy::RunAgain => intents.extend(run(ui, t("run-now"))),
    }
    intents
}

/// Asks which kind of export the files are.
fn say_kind(ui: &mut Ui, destination: &DestinationView, may_be_full: bool) -> Option<Intent> {
    let full = (t("say-everyone"), Contents::FullSnapshot);
    let changes = (t("say-changes"), Contents::Incremental);
    let offered = may_be_full.then_some(full).into_iter().chain([changes]);
    let mut said = None;
    for (name, contents) in offered {
        if Button::secondary(name).small().show(ui).clicked() {
            let what = DestinationCommand::SayKind(contents);
            said = Some(Intent::destination(&destination.slug, what));
        }
    }
    said
}

/// Signs the account in again, or opens the wizard where there is none.
fn sign_in(
    destination: &DestinationView,
    account: Option<&crate::model::AccountSettings>,
) -> Intent {
    match account {
        Some(settings) => Intent::Do(Command::Account(AccountCommand::Connect {
            account: NewAccount::of(settings),
            secret: None,
        })),
        None => actions::edit(destination, Step::Connect),
    }
}

fn never_run(ui: &mut Ui, destination: &DestinationView, intents: &mut Vec<Intent>) {
    ui.add_space(12.0);
    let empty = EmptyState::new(Icon::PaperPlane, t("never-run"), t("never-run-text"));
    let run = empty.show(ui, 104.0, |ui| {
        Button::primary(t("run-now"))
            .icon(Icon::Play)
            .show(ui)
            .clicked()
    });
    if run {
        let what = DestinationCommand::Run;
        intents.push(Intent::destination(&destination.slug, what));
    }
    ui.add_space(24.0);
}
