//! The chosen account: who is connected, with which scopes and what for, and until when.

use egui::{Align, Layout, Ui, Vec2, vec2};

use super::{ConnectForm, Stage, connect};
use crate::{
    engine::{AccountCommand, Command, snapshot::AccountView},
    model::NewAccount,
    ui::{
        Intent, View, format,
        icon::Icon,
        text::{t, t_args},
        theme::{self, Role},
        widgets::{Banner, Button, Card, Facts, Kind, draw, help, label, label_in},
        wizard::layout,
    },
};

pub(super) fn show(ui: &mut Ui, stage: &mut Stage<'_>, form: &mut ConnectForm) {
    let name = stage.draft.account.clone().unwrap_or_default();
    let Some(account) = stage.view.snapshot.account(&name) else {
        let text = t_args("wiz-account-gone", &[("name", name.as_str().into())]);
        Banner::new(Kind::Bad, t("wiz-signed-out"))
            .text(&text)
            .show(ui);
        return;
    };
    if account.settings.signed_in_until.is_some() && account.problem.is_none() {
        card(ui, stage, account);
    } else if stage.view.snapshot.sign_in.is_none() {
        signed_out(ui, stage, form, account);
    }
}

fn signed_out(ui: &mut Ui, stage: &mut Stage<'_>, form: &mut ConnectForm, account: &AccountView) {
    let text = account.problem.as_ref().map_or_else(
        || t("wiz-signed-out-text").to_owned(),
        |problem| format!("{} {}", problem.what, problem.next_step),
    );
    let banner = Banner::new(Kind::Warn, t("wiz-signed-out")).text(&text);
    let pressed = banner.show_with(ui, |ui| {
        Button::primary(t("wiz-connect-button"))
            .small()
            .show(ui)
            .clicked()
    });
    if pressed.inner {
        let secret = form.take_secret();
        connect(stage, NewAccount::of(&account.settings), secret);
    }
}

fn card(ui: &mut Ui, stage: &mut Stage<'_>, account: &AccountView) {
    Card::new().padding(24).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 8.0;
        head(ui, stage, account);
        draw::separator(ui);
        facts(ui, stage.view, account);
    });
}

fn head(ui: &mut Ui, stage: &mut Stage<'_>, account: &AccountView) {
    let top = ui.cursor().top();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing = vec2(16.0, 0.0);
        let (place, _) = ui.allocate_exact_size(Vec2::splat(40.0), egui::Sense::hover());
        let green = theme::palette(ui).ok_text;
        draw::icon_fill(ui, place, Icon::CheckCircle, 40.0, green);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            label(ui, Role::Step, t("wiz-connected"));
            let args = [("address", account.settings.api_address.as_str().into())];
            let ink = theme::palette(ui).text_2;
            label_in(ui, Role::Body, ink, &t_args("wiz-connected-line", &args));
        });
    });
    layout::at_right(ui, top, 44.0, |ui| {
        if Button::secondary(t("wiz-sign-out")).show(ui).clicked() {
            let account = account.settings.name.clone();
            let wish = AccountCommand::Disconnect { account };
            stage.out.push(Intent::Do(Command::Account(wish)));
        }
    });
}

fn facts(ui: &mut Ui, view: &View<'_>, account: &AccountView) {
    let settings = &account.settings;
    let who = settings
        .connected_as
        .as_deref()
        .unwrap_or(t("wiz-unknown-user"));
    let mut facts = Facts::new(ui, 152.0);
    facts.row_with(t("wiz-signed-in-as"), |ui| {
        let ink = theme::palette(ui).text;
        label_in(ui, Role::BodyStrong, ink, who);
    });
    facts.row_with(t("wiz-scopes"), |ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 4.0);
        let missing = settings.missing_scopes();
        for scope in &settings.scopes {
            let is_given = !missing.iter().any(|one| one.scope == scope);
            scope_row(ui, scope, is_given);
        }
    });
    let until = settings.signed_in_until;
    let until = until.map(|until| {
        let (day, time) = (
            format::day(until, &view.zone),
            format::time(until, &view.zone),
        );
        t_args(
            "wiz-day-time",
            &[("day", day.into()), ("time", time.into())],
        )
    });
    facts.row_with(t("wiz-valid-until"), |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let ink = theme::palette(ui).text;
        label_in(ui, Role::BodyStrong, ink, until.as_deref().unwrap_or(""));
        help(ui, t("wiz-valid-help"));
    });
    let place = match settings.keep {
        crate::model::Keep::Keyring => t("wiz-keep-keyring"),
        crate::model::Keep::SessionOnly => t("wiz-keep-session"),
    };
    facts.row(t("wiz-kept"), place);
}

fn scope_row(ui: &mut Ui, scope: &str, is_given: bool) {
    let palette = theme::palette(ui);
    let purpose = match scope {
        "prospects.read" => t("wiz-scope-prospects-read"),
        "prospects.write" => t("wiz-scope-prospects-write"),
        "users.read" => t("wiz-scope-users-read"),
        "batches.read" => t("wiz-scope-batches-read"),
        "batches.write" => t("wiz-scope-batches-write"),
        "batchItems.read" => t("wiz-scope-items-read"),
        _ => "",
    };
    let (icon, color) = if is_given {
        (Icon::Check, palette.ok_text)
    } else {
        (Icon::Warning, palette.warn)
    };
    ui.horizontal(|ui| {
        ui.set_height(20.0);
        let (place, _) = ui.allocate_exact_size(vec2(16.0, 20.0), egui::Sense::hover());
        draw::icon(ui, place, icon, 16.0, color);
        ui.allocate_ui_with_layout(
            vec2(128.0, 20.0),
            Layout::left_to_right(Align::Center),
            |ui| {
                ui.set_width(128.0);
                label(ui, Role::Mono, scope);
            },
        );
        if is_given {
            help(ui, purpose);
        } else {
            let text = t_args("wiz-scope-missing", &[("purpose", purpose.into())]);
            label_in(ui, Role::Help, palette.warn_text, &text);
        }
    });
}
