//! Step 1: the account that the destination writes with, and the sign-in at Outreach.

mod connected;
mod form;
mod help_card;
mod progress;

use egui::Ui;
use secrecy::{ExposeSecret as _, ExposeSecretMut as _, SecretBox, SecretString};

use super::{Stage, alone};
use crate::{
    engine::{AccountCommand, Command, snapshot::SignInState},
    model::{Draft, NewAccount},
    ui::{Intent, View, icon::Icon, text::t, widgets::Select, wizard::layout},
};

/// What is typed beside the draft; the secret is never part of it.
#[derive(Debug, Default)]
pub struct ConnectForm {
    secret: SecretBox<String>,
    is_advanced: bool,
    port: String,
    pasting: Pasting,
    pasted: String,
    /// The page of the sign-in that was brought into sight, so that each is once.
    shown: String,
    /// The account that was chosen last, to take what its sign-in did only once.
    is_done: bool,
}

/// Whether the field for the pasted address is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Pasting {
    /// It is not.
    #[default]
    Closed,
    /// It is about to come up.
    Opening,
    /// It is.
    Open,
}

impl ConnectForm {
    fn secret(&mut self) -> &mut String {
        self.secret.expose_secret_mut()
    }

    fn has_secret(&self) -> bool {
        !self.secret.expose_secret().trim().is_empty()
    }

    /// Hands the secret over and forgets it.
    fn take_secret(&mut self) -> Option<SecretString> {
        let typed = std::mem::take(&mut self.secret);
        let secret = typed.expose_secret().trim();
        (!secret.is_empty()).then(|| SecretString::from(secret))
    }
}

/// The step alone.
pub fn connect_ui(
    ui: &mut Ui,
    view: &View<'_>,
    draft: &mut Draft,
    form: &mut ConnectForm,
) -> Vec<Intent> {
    alone(view, draft, |stage| show(ui, stage, form))
}

pub(in crate::ui::wizard) fn show(ui: &mut Ui, stage: &mut Stage<'_>, form: &mut ConnectForm) {
    take_new_account(stage, form);
    let mut both = (stage, form);
    layout::beside(
        ui,
        334.0,
        &mut both,
        |ui, (stage, form)| {
            layout::heading(ui, t("wiz-connect-title"), t("wiz-connect-line"));
            ui.add_space(16.0);
            page(ui, stage, form);
        },
        |ui, (stage, _)| {
            ui.add_space(4.0);
            if stage.draft.account.is_some() {
                help_card::good_to_know(ui, stage);
            } else {
                help_card::for_admin(ui, stage);
            }
        },
    );
}

fn page(ui: &mut Ui, stage: &mut Stage<'_>, form: &mut ConnectForm) {
    if stage.draft.account.is_none() {
        form::new_account(ui, stage, form);
    } else {
        choose(ui, stage, form);
        ui.add_space(16.0);
        connected::show(ui, stage, form);
    }
    progress::show(ui, stage, form);
}

/// A sign-in that has just worked is the choice.
fn take_new_account(stage: &mut Stage<'_>, form: &mut ConnectForm) {
    let sign_in = stage.view.snapshot.sign_in.as_ref();
    let done = sign_in.filter(|sign_in| sign_in.state == SignInState::Done);
    let Some(done) = done.filter(|done| stage.view.snapshot.account(&done.account).is_some())
    else {
        form.is_done = false;
        return;
    };
    if !std::mem::replace(&mut form.is_done, true) && stage.draft.account.is_none() {
        stage.draft.account = Some(done.account.clone());
        form.pasting = Pasting::Closed;
        form.pasted.clear();
    }
}

/// The list of accounts with "New account" on top.
fn choose(ui: &mut Ui, stage: &mut Stage<'_>, form: &mut ConnectForm) {
    let accounts = &stage.view.snapshot.accounts;
    let mut names = vec![t("wiz-new-account")];
    names.extend(
        accounts
            .iter()
            .map(|account| account.settings.name.as_str()),
    );
    let shown = stage.draft.account.clone();
    let shown = shown.as_deref().unwrap_or_else(|| t("wiz-new-account"));
    let icon = if stage.draft.account.is_some() {
        Icon::UserCircle
    } else {
        Icon::Plus
    };
    let is_free = !is_waiting(stage);
    let select = Select::new(t("wiz-account"), shown)
        .required()
        .icon(icon)
        .enabled(is_free);
    match select.pick(ui, &names) {
        Some(0) => {
            stage.draft.account = None;
            form.is_done = true;
        }
        Some(taken) => {
            let account = accounts.get(taken - 1);
            stage.draft.account = account.map(|account| account.settings.name.clone());
        }
        None => {}
    }
}

/// Whether the person is at Outreach's pages; the form is locked then.
fn is_waiting(stage: &Stage<'_>) -> bool {
    let sign_in = stage.view.snapshot.sign_in.as_ref();
    sign_in.is_some_and(|sign_in| {
        matches!(
            sign_in.state,
            SignInState::Preparing | SignInState::Waiting { .. }
        )
    })
}

/// Asks for the sign-in.
fn connect(stage: &mut Stage<'_>, account: NewAccount, secret: Option<SecretString>) {
    let wish = AccountCommand::Connect { account, secret };
    stage.out.push(Intent::Do(Command::Account(wish)));
}
