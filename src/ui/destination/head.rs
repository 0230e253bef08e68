//! The head of a destination's page: what it is, and what can be done with it.

use egui::Ui;

use crate::{
    engine::{DestinationCommand, snapshot::DestinationView},
    ui::{
        Intent, View,
        actions::Actions,
        icon::Icon,
        page,
        text::{t, t_args},
        theme::{self, Role},
        widgets::{Button, draw, menu, nav, truncated},
        words::State,
    },
};

/// 17 above, 40 high, 9 below.
pub(super) fn ui(
    ui: &mut Ui,
    view: &View<'_>,
    destination: &DestinationView,
    actions: &mut Actions,
) -> Vec<Intent> {
    ui.add_space(17.0);
    let buttons = if destination.running.is_some() {
        274.0
    } else {
        160.0
    };
    let ((), intents) = page::row_to_controls(
        ui,
        40.0,
        |ui| {
            ui.set_max_width(ui.available_width() - buttons);
            nav::outreach_mark(ui, 40.0);
            ui.add_space(4.0);
            ui.vertical(|ui| names(ui, view, destination));
        },
        |ui| {
            ui.spacing_mut().item_spacing.x = 12.0;
            buttons_of(ui, destination, actions)
        },
    );
    ui.add_space(9.0);
    intents
}

fn names(ui: &mut Ui, view: &View<'_>, destination: &DestinationView) {
    ui.spacing_mut().item_spacing.y = 0.0;
    let p = theme::palette(ui);
    ui.horizontal(|ui| {
        ui.set_height(24.0);
        let chip = 96.0;
        let room = ui.available_width() - chip;
        let name = &destination.settings.name;
        let width = draw::whole(ui, Role::Title, p.text, name).size().x;
        ui.scope(|ui| {
            ui.set_max_width(width.ceil().min(room));
            truncated(ui, Role::Title, p.text, name);
        });
        State::of(destination).chip().show(ui);
    });
    truncated(ui, Role::Help, p.text_3, &subtitle(view, destination));
}

/// Who writes, and from which source.
fn subtitle(view: &View<'_>, destination: &DestinationView) -> String {
    let account = &destination.settings.account.name;
    let person = view
        .snapshot
        .account(account)
        .and_then(|account| account.settings.connected_as.as_deref());
    let source = source_name(destination);
    match person.filter(|person| !person.starts_with(account.as_str())) {
        Some(person) => t_args(
            "destination-subtitle-person",
            &[
                ("account", account.as_str().into()),
                ("person", person.into()),
                ("source", source.into()),
            ],
        ),
        None => t_args(
            "destination-subtitle",
            &[
                ("account", account.as_str().into()),
                ("source", source.into()),
            ],
        ),
    }
}

/// The last part of the source's path.
pub(super) fn source_name(destination: &DestinationView) -> String {
    destination.settings.source.short_name()
}

fn buttons_of(ui: &mut Ui, view: &DestinationView, actions: &mut Actions) -> Vec<Intent> {
    let mut intents = vec![];
    if let Some(running) = &view.running {
        let text = if running.is_stopping {
            t("stopping")
        } else {
            t("stop-run")
        };
        let stop = Button::secondary(text)
            .icon(Icon::StopCircle)
            .busy(running.is_stopping)
            .tip(t("stop-run-tip"))
            .show(ui);
        if stop.clicked() {
            intents.push(Intent::destination(&view.slug, DestinationCommand::Stop));
        }
    }
    let why_not = view.running.is_some().then(|| t("runs-already"));
    let run = Button::secondary(t("run-now"))
        .icon(Icon::Play)
        .disabled_if(why_not)
        .show(ui);
    if run.clicked() {
        intents.push(Intent::destination(&view.slug, DestinationCommand::Run));
    }
    let name = t_args(
        "actions-of",
        &[("name", view.settings.name.as_str().into())],
    );
    let dots = Button::icon_only(Icon::DotsThree, &name)
        .outlined()
        .show(ui);
    let shown = menu(&dots, |ui| {
        ui.set_width(214.0);
        actions.items(ui, view)
    });
    intents.extend(shown.map(|shown| shown.inner).unwrap_or_default());
    intents
}
