//! What is typed for an account that does not exist yet.

use egui::{Ui, vec2};

use super::{ConnectForm, Stage, choose, connect, is_waiting};
use crate::{
    model::{AccountSettings, NewAccount, RedirectMode},
    ui::{
        Intent,
        text::{t, t_args},
        theme::{self, Role},
        widgets::{
            Banner, Button, Input, Kind, RadioRow, copy_button, help,
            input::{Secret, field_label},
            label, label_in, nav,
        },
        wizard::layout,
    },
};

pub(super) fn new_account(ui: &mut Ui, stage: &mut Stage<'_>, form: &mut ConnectForm) {
    let is_locked = is_waiting(stage);
    let mut both = (&mut *stage, &mut *form);
    layout::pair(
        ui,
        &mut both,
        |ui, (stage, form)| choose(ui, stage, form),
        |ui, (stage, _)| {
            let error = name_fault(stage);
            Input::new(t("wiz-account-name"), &mut stage.draft.new_account.name)
                .required()
                .hint(t("wiz-account-name-hint"))
                .error(error)
                .read_only(is_locked)
                .show(ui);
        },
    );
    ui.add_space(16.0);
    app_heading(ui, form);
    ui.add_space(8.0);
    app(ui, stage, form, is_locked);
    if form.is_advanced {
        ui.add_space(12.0);
        advanced(ui, stage, form, is_locked);
    }
    ui.add_space(12.0);
    redirect(ui, stage, is_locked);
    ui.add_space(16.0);
    if stage.view.snapshot.sign_in.is_none() {
        demo(ui, stage, form);
        button(ui, stage, form);
    }
}

fn name_fault(stage: &Stage<'_>) -> Option<&'static str> {
    let name = stage.draft.new_account.name.trim();
    let is_taken = stage.view.snapshot.account(name).is_some();
    // While the sign-in works the account is there already.
    (is_taken && stage.view.snapshot.sign_in.is_none()).then(|| t("wiz-account-name-taken"))
}

fn app_heading(ui: &mut Ui, form: &mut ConnectForm) {
    let top = ui.cursor().top();
    label(ui, Role::Card, t("wiz-app"));
    layout::at_right(ui, top, 20.0, |ui| {
        let name = if form.is_advanced {
            t("wiz-advanced-hide")
        } else {
            t("wiz-advanced")
        };
        if nav::link(ui, name).clicked() {
            form.is_advanced = !form.is_advanced;
        }
    });
}

fn app(ui: &mut Ui, stage: &mut Stage<'_>, form: &mut ConnectForm, is_locked: bool) {
    let mut both = (stage, form);
    layout::pair(
        ui,
        &mut both,
        |ui, (stage, _)| {
            Input::new(t("wiz-client-id"), &mut stage.draft.new_account.client_id)
                .required()
                .mono()
                .read_only(is_locked)
                .show(ui);
        },
        |ui, (_, form)| secret(ui, form, is_locked),
    );
}

/// The secret; once it was handed over nothing of it is left to show.
fn secret(ui: &mut Ui, form: &mut ConnectForm, is_locked: bool) {
    if is_locked && !form.has_secret() {
        let mut dots = "•".repeat(24);
        Input::new(t("wiz-client-secret"), &mut dots)
            .required()
            .mono()
            .read_only(true)
            .help(t("wiz-secret-handed"))
            .show(ui);
        return;
    }
    Secret::new(t("wiz-client-secret"), form.secret())
        .required()
        .read_only(is_locked)
        .show(ui);
}

fn advanced(ui: &mut Ui, stage: &mut Stage<'_>, form: &mut ConnectForm, is_locked: bool) {
    if form.port.is_empty() {
        form.port = stage.draft.new_account.port.to_string();
    }
    let mut both = (stage, form);
    layout::pair(
        ui,
        &mut both,
        |ui, (stage, _)| {
            Input::new(
                t("wiz-api-address"),
                &mut stage.draft.new_account.api_address,
            )
            .mono()
            .read_only(is_locked)
            .help(t("wiz-api-address-help"))
            .show(ui);
        },
        |ui, (stage, form)| {
            let error = port(&form.port).is_none().then(|| t("wiz-port-fault"));
            let shown = Input::new(t("wiz-port"), &mut form.port)
                .mono()
                .read_only(is_locked)
                .help(t("wiz-port-help"))
                .error(error)
                .show(ui);
            if shown.changed()
                && let Some(port) = port(&form.port)
            {
                stage.draft.new_account.port = port;
            }
        },
    );
}

/// Ports below 1024 are the system's.
fn port(typed: &str) -> Option<u16> {
    typed.trim().parse().ok().filter(|port| *port >= 1024)
}

const MODES: [RedirectMode; 3] = [RedirectMode::Https, RedirectMode::Http, RedirectMode::Paste];

fn redirect(ui: &mut Ui, stage: &mut Stage<'_>, is_locked: bool) {
    field_label(ui, t("wiz-redirect"), true);
    ui.add_space(4.0);
    let top = ui.cursor().min;
    for (at, mode) in MODES.into_iter().enumerate() {
        let (name, note) = match mode {
            RedirectMode::Https => (t("wiz-redirect-https"), t("wiz-redirect-https-note")),
            RedirectMode::Http => (t("wiz-redirect-http"), t("wiz-redirect-http-note")),
            RedirectMode::Paste => (t("wiz-redirect-paste"), t("wiz-redirect-paste-note")),
        };
        let is_chosen = stage.draft.new_account.redirect == mode;
        let address = redirect_address(&stage.draft.new_account, mode);
        let row = RadioRow::new(name, note, is_chosen)
            .place(at, MODES.len())
            .enabled(!is_locked);
        let shown = row.show(ui, |ui| {
            let has_address = mode != RedirectMode::Paste || is_chosen;
            if has_address && ui.available_width() > 480.0 {
                let args = [("mode", name.into())];
                copy_button(ui, &t_args("wiz-copy-redirect", &args), &address);
                ui.add_space(4.0);
                let ink = theme::palette(ui).text;
                label_in(ui, Role::Mono, ink, &address);
            }
        });
        if shown.clicked() && !is_locked {
            stage.draft.new_account.redirect = mode;
        }
    }
    let frame = egui::Rect::from_min_max(top, ui.cursor().min + vec2(ui.available_width(), 0.0));
    let palette = theme::palette(ui);
    ui.painter().rect_stroke(
        frame,
        8,
        egui::Stroke::new(1.0, palette.line),
        egui::StrokeKind::Inside,
    );
    ui.add_space(4.0);
    help(
        ui,
        match stage.draft.new_account.redirect {
            RedirectMode::Https => t("wiz-redirect-https-help"),
            RedirectMode::Http => t("wiz-redirect-http-help"),
            RedirectMode::Paste => t("wiz-redirect-paste-help"),
        },
    );
}

/// The address to be registered in Outreach.
pub(super) fn redirect_address(account: &NewAccount, mode: RedirectMode) -> String {
    let mut settings = AccountSettings::new("", "");
    settings.port = account.port;
    settings.redirect = mode;
    settings.redirect_address()
}

/// In the demo the sandbox's app can be filled in, and its user is named.
fn demo(ui: &mut Ui, stage: &mut Stage<'_>, form: &mut ConnectForm) {
    let Some(demo) = &stage.view.snapshot.demo else {
        return;
    };
    let (email, password) = &demo.user;
    let args = [
        ("email", email.as_str().into()),
        ("password", password.as_str().into()),
    ];
    let text = t_args("wiz-demo-text", &args);
    let banner = Banner::new(Kind::Info, t("wiz-demo-title")).text(&text);
    let is_filled = banner.show_with(ui, |ui| {
        Button::secondary(t("wiz-demo-fill"))
            .small()
            .show(ui)
            .clicked()
    });
    if is_filled.inner {
        let account = &mut stage.draft.new_account;
        t("wiz-demo-name").clone_into(&mut account.name);
        account.client_id.clone_from(&demo.app.0);
        account.api_address.clone_from(&demo.address);
        account.redirect = RedirectMode::Http;
        form.secret().clone_from(&demo.app.1);
    }
    ui.add_space(12.0);
}

fn button(ui: &mut Ui, stage: &mut Stage<'_>, form: &mut ConnectForm) {
    let account = &stage.draft.new_account;
    let is_filled = !account.name.trim().is_empty()
        && !account.client_id.trim().is_empty()
        && form.has_secret()
        && name_fault(stage).is_none()
        && (form.port.is_empty() || port(&form.port).is_some());
    let reason = (!is_filled).then(|| t("wiz-connect-blocked"));
    ui.horizontal(|ui| {
        let pressed = Button::primary(t("wiz-connect-button"))
            .icon(crate::ui::icon::Icon::ArrowSquareOut)
            .disabled_if(reason)
            .show(ui)
            .clicked();
        if let Some(reason) = reason {
            help(ui, reason);
        } else {
            help(ui, t("wiz-connect-next"));
        }
        if pressed {
            let account = stage.draft.new_account.clone();
            let secret = form.take_secret();
            connect(stage, account, secret);
        }
    });
}

/// The steps for the administrator as a text for an e-mail.
pub(super) fn email(account: &NewAccount) -> Intent {
    let address = redirect_address(account, account.redirect);
    let scopes = AccountSettings::new("", "").scopes.join(" ");
    let args = [("address", address.into()), ("scopes", scopes.into())];
    Intent::Copy(t_args("wiz-admin-email", &args))
}
