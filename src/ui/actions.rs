//! What can be done with a destination from its menu, and the dialogs that ask before it is done.

use egui::Ui;

use super::{
    Choice, Intent, View,
    icon::Icon,
    text::{t, t_args},
    widgets::{Button, Input, MenuItem, Modal, menu},
};
use crate::{
    engine::{DestinationCommand, snapshot::DestinationView},
    model::{Draft, Step},
};

/// The dialog that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Ask {
    Delete { slug: String },
    Duplicate { slug: String, name: String },
}

/// The menu of a destination with its dialogs.
#[derive(Debug, Clone, Default)]
pub(in crate::ui) struct Actions {
    ask: Option<Ask>,
}

impl Actions {
    /// Asks whether to delete.
    pub(in crate::ui) fn ask_delete(&mut self, slug: &str) {
        self.ask = Some(Ask::Delete {
            slug: slug.to_owned(),
        });
    }

    /// The items of the menu; `first` draws what stands above them.
    pub(in crate::ui) fn items(&mut self, ui: &mut Ui, view: &DestinationView) -> Vec<Intent> {
        let mut intents = vec![];
        let slug = view.slug.as_str();
        let why_not = view.running.is_some().then(|| t("runs-already"));
        if MenuItem::new(t("run-now"))
            .icon(Icon::Play)
            .shortcut("R")
            .disabled_if(why_not)
            .show(ui)
        {
            intents.push(Intent::destination(slug, DestinationCommand::Run));
        }
        intents.extend(enable(ui, view));
        menu::separator(ui);
        if MenuItem::new(t("edit")).icon(Icon::Pencil).show(ui) {
            intents.push(edit(view, Step::Connect));
        }
        if MenuItem::new(t("duplicate")).icon(Icon::Copy).show(ui) {
            self.ask = Some(Ask::Duplicate {
                slug: slug.to_owned(),
                name: t_args(
                    "duplicate-name",
                    &[("name", view.settings.name.as_str().into())],
                ),
            });
        }
        if MenuItem::new(t("export-settings"))
            .icon(Icon::Export)
            .show(ui)
        {
            intents.push(Intent::Choose(Choice::ExportSettings {
                slug: slug.to_owned(),
            }));
        }
        menu::separator(ui);
        if MenuItem::new(t("delete"))
            .icon(Icon::Trash)
            .danger()
            .show(ui)
        {
            self.ask_delete(slug);
        }
        intents
    }

    /// The dialog, if one is open.
    pub(in crate::ui) fn dialogs(&mut self, ui: &Ui, view: &View<'_>) -> Vec<Intent> {
        let Some(ask) = self.ask.take() else {
            return vec![];
        };
        let answer = match ask {
            Ask::Delete { slug } => delete(ui, view, slug),
            Ask::Duplicate { slug, name } => duplicate(ui, view, slug, name),
        };
        match answer {
            Answer::Open(ask) => {
                self.ask = Some(ask);
                vec![]
            }
            Answer::Closed => vec![],
            Answer::Do(intent) => vec![intent],
        }
    }
}

enum Answer {
    Open(Ask),
    Closed,
    Do(Intent),
}

/// Opens the wizard with a destination's settings.
pub(in crate::ui) fn edit(view: &DestinationView, step: Step) -> Intent {
    Intent::Wizard(Box::new(Draft::of(&view.slug, &view.settings, step)))
}

fn enable(ui: &mut Ui, view: &DestinationView) -> Option<Intent> {
    let enabled = view.settings.enabled;
    let (text, icon) = if enabled {
        (t("disable"), Icon::Prohibit)
    } else {
        (t("enable"), Icon::CheckCircle)
    };
    MenuItem::new(text)
        .icon(icon)
        .show(ui)
        .then(|| Intent::destination(&view.slug, DestinationCommand::Enable(!enabled)))
}

fn delete(ui: &Ui, view: &View<'_>, slug: String) -> Answer {
    let Some(destination) = view.snapshot.destination(&slug) else {
        return Answer::Closed;
    };
    let title = t_args(
        "delete-title",
        &[("name", destination.settings.name.as_str().into())],
    );
    let realized: u64 = destination
        .audiences
        .iter()
        .filter_map(|audience| audience.realized)
        .sum();
    let text = t_args(
        "delete-text",
        &[
            ("audiences", destination.audiences.len().into()),
            ("memberships", realized.into()),
        ],
    );
    let waiting = t_args("delete-waiting", &[("n", destination.n_waiting.into())]);
    let ((cancel, delete), close) = Modal::new(&title, &text).show(
        ui.ctx(),
        |ui| {
            if destination.n_waiting > 0 {
                super::widgets::help(ui, &waiting);
            }
        },
        |ui| {
            let cancel = Button::secondary(t("cancel")).show(ui);
            let delete = Button::danger(t("delete-yes")).icon(Icon::Trash).show(ui);
            (cancel.clicked(), delete.clicked())
        },
    );
    if delete {
        Answer::Do(Intent::destination(slug, DestinationCommand::Delete))
    } else if cancel || close {
        Answer::Closed
    } else {
        Answer::Open(Ask::Delete { slug })
    }
}

fn duplicate(ui: &Ui, view: &View<'_>, slug: String, mut name: String) -> Answer {
    let is_taken = view
        .snapshot
        .destinations
        .iter()
        .any(|other| other.settings.name.eq_ignore_ascii_case(name.trim()));
    let fault = if name.trim().is_empty() {
        Some(t("name-missing"))
    } else if is_taken {
        Some(t("name-taken"))
    } else {
        None
    };
    let mut is_entered = false;
    let ((cancel, make), close) = Modal::new(t("duplicate-title"), t("duplicate-text")).show(
        ui.ctx(),
        |ui| {
            let response = Input::new(t("field-name"), &mut name)
                .required()
                .error(fault)
                .show(ui);
            is_entered =
                response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        },
        |ui| {
            let cancel = Button::secondary(t("cancel")).show(ui);
            let make = Button::primary(t("duplicate-yes"))
                .disabled_if(fault)
                .show(ui);
            (cancel.clicked(), make.clicked())
        },
    );
    if fault.is_none() && (make || is_entered) {
        let name = name.trim().to_owned();
        Answer::Do(Intent::destination(
            slug,
            DestinationCommand::Duplicate { name },
        ))
    } else if cancel || close {
        Answer::Closed
    } else {
        Answer::Open(Ask::Duplicate { slug, name })
    }
}
