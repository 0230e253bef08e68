//! What a person can set for the program as a whole.

use egui::{ScrollArea, Ui};

use super::{
    Intent, View, page,
    text::{t, t_args},
    theme::Role,
    widgets::{Card, Facts, RadioRow, help, label},
};
use crate::{
    engine::Command,
    model::{Appearance, Closing, Preferences},
};

/// Draws the page.
pub(in crate::ui) fn ui(ui: &mut Ui, view: &View<'_>) -> Vec<Intent> {
    page::reset(ui);
    let before = &view.snapshot.preferences;
    let mut after = before.clone();
    page::padded(ui, |ui| page::title(ui, t("settings-title"), |_| {}));
    ScrollArea::vertical().id_salt("settings").show(ui, |ui| {
        page::padded(ui, |ui| {
            page::form(ui, |ui| {
                appearance(ui, &mut after);
                ui.add_space(24.0);
                closing(ui, &mut after);
                ui.add_space(24.0);
                data(ui);
                ui.add_space(24.0);
            });
        });
        page::keep_focus_in_sight(ui);
    });
    if after == *before {
        vec![]
    } else {
        vec![Intent::Do(Command::SetPreferences(after))]
    }
}

fn heading(ui: &mut Ui, text: &str) {
    label(ui, Role::Step, text);
    ui.add_space(8.0);
}

fn appearance(ui: &mut Ui, after: &mut Preferences) {
    heading(ui, t("settings-appearance"));
    let rows = [
        (
            Appearance::System,
            t("appearance-system"),
            t("appearance-system-note"),
        ),
        (Appearance::Light, t("appearance-light"), ""),
        (Appearance::Dark, t("appearance-dark"), ""),
    ];
    for (i, (value, name, note)) in rows.into_iter().enumerate() {
        let row = RadioRow::new(name, note, after.appearance == value).place(i, rows.len());
        if row.show(ui, |_| {}).clicked() {
            after.appearance = value;
        }
    }
}

fn closing(ui: &mut Ui, after: &mut Preferences) {
    heading(ui, t("settings-closing"));
    let rows = [
        (Closing::Ask, t("closing-ask"), t("closing-ask-note")),
        (Closing::Quit, t("closing-quit"), t("closing-quit-note")),
        (
            Closing::KeepRunning,
            t("closing-keep"),
            t("closing-keep-note"),
        ),
    ];
    for (i, (value, name, note)) in rows.into_iter().enumerate() {
        let row = RadioRow::new(name, note, after.closing == value).place(i, rows.len());
        if row.show(ui, |_| {}).clicked() {
            after.closing = value;
        }
    }
}

fn data(ui: &mut Ui) {
    heading(ui, t("settings-data"));
    Card::new().sunken().show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 6.0;
        let mut facts = Facts::new(ui, 160.0);
        facts.row(t("data-settings"), t("data-settings-text"));
        facts.row(t("data-secrets"), t("data-secrets-text"));
        facts.row(t("data-profiles"), t("data-profiles-text"));
    });
    ui.add_space(8.0);
    let version = env!("CARGO_PKG_VERSION");
    help(
        ui,
        &t_args("settings-version", &[("version", version.into())]),
    );
}
