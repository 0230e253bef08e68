//! The sign-in under way, and what became of it.

use std::time::Duration;

use egui::Ui;
use jiff::Timestamp;

use super::{ConnectForm, Pasting, Stage, connect};
use crate::{
    engine::{
        AccountCommand, Command,
        snapshot::{SignIn, SignInState},
    },
    model::{Keep, NewAccount, Problem},
    ui::{
        Intent, format,
        icon::Icon,
        text::{t, t_args},
        widgets::{Banner, Button, Input, Kind, help},
    },
};

pub(super) fn show(ui: &mut Ui, stage: &mut Stage<'_>, form: &mut ConnectForm) {
    let Some(sign_in) = &stage.view.snapshot.sign_in else {
        return;
    };
    match &sign_in.state {
        SignInState::Preparing => {
            Banner::new(Kind::Info, t("wiz-preparing"))
                .text(t("wiz-preparing-text"))
                .busy()
                .show(ui);
        }
        SignInState::Waiting {
            address,
            until,
            is_paste_refused,
        } => {
            waiting(ui, stage, form, address, *until);
            if form.pasting != Pasting::Closed
                || sign_in.redirect == crate::model::RedirectMode::Paste
            {
                paste(ui, stage, form, *is_paste_refused);
            }
        }
        SignInState::Failed {
            problem,
            is_keyring,
        } => {
            failed(ui, stage, form, sign_in, problem, *is_keyring);
        }
        SignInState::Done => {}
    }
}

fn waiting(
    ui: &mut Ui,
    stage: &mut Stage<'_>,
    form: &mut ConnectForm,
    address: &str,
    until: Timestamp,
) {
    let left = until.duration_since(stage.view.now);
    let left = Duration::try_from(left).unwrap_or_default();
    ui.ctx().request_repaint_after(Duration::from_secs(1));
    let args = [(
        "time",
        format::duration(Duration::from_secs(left.as_secs())).into(),
    )];
    let time_left = t_args("wiz-time-left", &args);
    let banner = Banner::new(Kind::Info, t("wiz-waiting"))
        .text(t("wiz-waiting-text"))
        .side(&time_left)
        .busy();
    let card = banner.show_with(ui, |ui| {
        if Button::secondary(t("wiz-open-again"))
            .icon(Icon::ArrowSquareOut)
            .small()
            .show(ui)
            .clicked()
        {
            stage.out.push(Intent::Open(address.to_owned()));
        }
        if Button::secondary(t("wiz-copy-link"))
            .icon(Icon::Link)
            .small()
            .show(ui)
            .clicked()
        {
            stage.out.push(Intent::Copy(address.to_owned()));
        }
        if Button::secondary(t("wiz-paste-instead"))
            .icon(Icon::Clipboard)
            .small()
            .show(ui)
            .clicked()
        {
            form.pasting = Pasting::Opening;
        }
        if Button::ghost(t("wiz-cancel-sign-in"))
            .small()
            .show(ui)
            .clicked()
        {
            cancel(stage);
        }
    });
    if form.shown != address {
        address.clone_into(&mut form.shown);
        // In a small window it comes up below what is in sight.
        card.response.scroll_to_me(None);
    }
}

fn cancel(stage: &mut Stage<'_>) {
    stage
        .out
        .push(Intent::Do(Command::Account(AccountCommand::CancelSignIn)));
}

fn paste(ui: &mut Ui, stage: &mut Stage<'_>, form: &mut ConnectForm, is_refused: bool) {
    ui.add_space(12.0);
    let error = is_refused.then(|| t("wiz-paste-refused"));
    let field = Input::new(t("wiz-paste"), &mut form.pasted)
        .mono()
        .hint("https://127.0.0.1:8765/callback?code=…")
        .help(t("wiz-paste-help"))
        .error(error)
        .show(ui);
    ui.add_space(8.0);
    let reason = form.pasted.trim().is_empty().then(|| t("wiz-paste-empty"));
    let go = Button::secondary(t("wiz-paste-go"))
        .disabled_if(reason)
        .show(ui);
    if form.pasting == Pasting::Opening {
        form.pasting = Pasting::Open;
        // The field has just come up, maybe below what is in sight.
        field.request_focus();
        go.scroll_to_me(None);
    }
    if go.clicked() {
        let address = std::mem::take(&mut form.pasted);
        stage
            .out
            .push(Intent::Do(Command::Account(AccountCommand::Paste {
                address,
            })));
    }
}

fn failed(
    ui: &mut Ui,
    stage: &mut Stage<'_>,
    form: &mut ConnectForm,
    sign_in: &SignIn,
    problem: &Problem,
    is_keyring: bool,
) {
    let text = format!("{} {}", problem.what, problem.next_step);
    let banner = Banner::new(Kind::Bad, t("wiz-failed")).text(&text);
    banner.show_with(ui, |ui| {
        let again = Button::secondary(t("wiz-try-again"))
            .icon(Icon::ArrowClockwise)
            .small();
        if again.show(ui).clicked() {
            again_with(stage, form, sign_in, Keep::Keyring);
        }
        let session = Button::secondary(t("wiz-session-only")).small();
        if is_keyring && session.show(ui).clicked() {
            again_with(stage, form, sign_in, Keep::SessionOnly);
        }
        if Button::ghost(t("wiz-put-aside")).small().show(ui).clicked() {
            cancel(stage);
        }
    });
    if !form.has_secret() && stage.draft.account.is_none() {
        ui.add_space(4.0);
        help(ui, t("wiz-secret-again"));
    }
}

/// The secret was handed over and forgotten; what was typed since goes along.
fn again_with(stage: &mut Stage<'_>, form: &mut ConnectForm, sign_in: &SignIn, keep: Keep) {
    let known = stage.view.snapshot.account(&sign_in.account);
    let mut account = match known {
        Some(known) if stage.draft.account.is_some() => NewAccount::of(&known.settings),
        _ => stage.draft.new_account.clone(),
    };
    account.keep = keep;
    if stage.draft.account.is_none() {
        stage.draft.new_account.keep = keep;
    }
    let secret = form.take_secret();
    connect(stage, account, secret);
}
