//! The card beside the form: what the administrator does once, or what is good to know.

use egui::{Ui, vec2};

use super::{Stage, form};
use crate::{
    model::AccountSettings,
    ui::{
        icon::Icon,
        text::{t, t_args},
        theme::{self, Role},
        widgets::{Card, Tag, draw, help, label, label_in, link},
    },
};

pub(super) fn for_admin(ui: &mut Ui, stage: &mut Stage<'_>) {
    Card::new().padding(20).sunken().show(ui, |ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 4.0);
        label(ui, Role::Card, t("wiz-admin"));
        label_in(
            ui,
            Role::Help,
            theme::palette(ui).text_2,
            t("wiz-admin-line"),
        );
        ui.add_space(4.0);
        let steps = [
            t("wiz-admin-1"),
            t("wiz-admin-2"),
            t("wiz-admin-3"),
            t("wiz-admin-4"),
            t("wiz-admin-5"),
            t("wiz-admin-6"),
        ];
        for (at, step) in steps.into_iter().enumerate() {
            numbered(ui, at + 1, step, at == 3);
            ui.add_space(8.0);
        }
        draw::separator(ui);
        ui.add_space(4.0);
        ui.horizontal(|ui| {
            let (place, _) = ui.allocate_exact_size(vec2(16.0, 16.0), egui::Sense::hover());
            draw::icon(ui, place, Icon::Copy, 16.0, theme::palette(ui).accent_text);
            if link(ui, t("wiz-copy-email")).clicked() {
                stage.out.push(form::email(&stage.draft.new_account));
            }
        });
    });
}

fn numbered(ui: &mut Ui, number: usize, text: &str, has_scopes: bool) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 4.0);
        let (place, _) = ui.allocate_exact_size(vec2(16.0, 20.0), egui::Sense::hover());
        let ink = theme::palette(ui).text_2;
        draw::left(
            ui,
            place,
            draw::whole(ui, Role::Label, ink, &number.to_string()),
        );
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing = vec2(4.0, 4.0);
            label(ui, Role::Body, text);
            if has_scopes {
                ui.horizontal_wrapped(|ui| {
                    ui.spacing_mut().item_spacing = vec2(6.0, 4.0);
                    for scope in AccountSettings::new("", "").scopes {
                        Tag::Plain.show(ui, &scope);
                    }
                });
            }
        });
    });
}

pub(super) fn good_to_know(ui: &mut Ui, stage: &Stage<'_>) {
    let name = stage.draft.account.as_deref();
    let account = name.and_then(|name| stage.view.snapshot.account(name));
    let who = account.and_then(|account| account.settings.connected_as.clone());
    let who = who.unwrap_or_else(|| t("wiz-unknown-user").to_owned());
    let name_text = t_args("wiz-know-name-text", &[("who", who.into())]);
    let rows = [
        (
            Icon::Lock,
            t("wiz-know-keyring"),
            t("wiz-know-keyring-text"),
        ),
        (Icon::UserFocus, t("wiz-know-name"), name_text.as_str()),
        (Icon::Gauge, t("wiz-know-budget"), t("wiz-know-budget-text")),
        (
            Icon::ArrowsSplit,
            t("wiz-know-shared"),
            t("wiz-know-shared-text"),
        ),
    ];
    Card::new().padding(20).sunken().show(ui, |ui| {
        ui.spacing_mut().item_spacing = vec2(12.0, 0.0);
        label(ui, Role::Card, t("wiz-know"));
        for (icon, title, text) in rows {
            ui.add_space(12.0);
            ui.horizontal_top(|ui| {
                let (place, _) = ui.allocate_exact_size(vec2(16.0, 20.0), egui::Sense::hover());
                draw::icon(ui, place, icon, 16.0, theme::palette(ui).text_2);
                ui.vertical(|ui| {
                    label(ui, Role::BodyStrong, title);
                    help(ui, text);
                });
            });
        }
    });
}
