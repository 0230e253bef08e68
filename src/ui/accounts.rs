//! The sign-ins to Outreach: who is signed in, until when, and what that sign-in may do.

mod limits;

use egui::{ScrollArea, Ui};

use self::limits::Limits;

use super::{
    Intent, View, format,
    icon::Icon,
    page,
    text::{t, t_args},
    theme::{self, Role, measure},
    widgets::{
        Banner, Button, Card, Chip, EmptyState, Facts, Input, MenuItem, Modal, Tag, chip::Kind,
        gauge, label, menu, menu_button, nav, skeleton, truncated,
    },
    words::share,
};
use crate::{
    engine::{AccountCommand, Command, snapshot::AccountView},
    model::NewAccount,
};

/// The list of accounts, with the dialog that is open.
#[derive(Debug, Default)]
pub(in crate::ui) struct Accounts {
    ask: Option<Ask>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Ask {
    Rename { account: String, to: String },
    Limits(Limits),
    Disconnect { account: String },
}

impl Accounts {
    pub(in crate::ui) fn ui(&mut self, ui: &mut Ui, view: &View<'_>) -> Vec<Intent> {
        page::reset(ui);
        let accounts = &view.snapshot.accounts;
        let mut intents = vec![];
        page::padded(ui, |ui| {
            let is_new = page::title(ui, t("accounts-title"), |ui| {
                !accounts.is_empty()
                    && Button::primary(t("account-connect"))
                        .icon(Icon::Plus)
                        .show(ui)
                        .clicked()
            });
            if is_new {
                intents.push(Intent::Wizard(Box::default()));
            }
        });
        if !view.snapshot.is_ready {
            page::rule(ui);
            skeleton(ui, 4, &[0.0, 0.4, 0.7]);
            return intents;
        }
        if accounts.is_empty() {
            ui.add_space(72.0);
            intents.extend(nothing(ui));
            return intents;
        }
        ScrollArea::vertical().id_salt("accounts").show(ui, |ui| {
            page::padded(ui, |ui| {
                for account in accounts {
                    intents.extend(self.card(ui, view, account));
                    ui.add_space(16.0);
                }
            });
        });
        intents.extend(self.dialogs(ui, view));
        intents
    }

    fn card(&mut self, ui: &mut Ui, view: &View<'_>, account: &AccountView) -> Vec<Intent> {
        let mut intents = vec![];
        Card::new().show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.set_max_width(ui.available_width());
            intents.extend(self.head(ui, view, account));
            ui.add_space(12.0);
            if let Some(problem) = &account.problem {
                Banner::new(Kind::Bad, &problem.what)
                    .text(&problem.next_step)
                    .show(ui);
                ui.add_space(12.0);
            } else if account.settings.expires_soon(view.now) {
                Banner::new(Kind::Warn, t("account-expires"))
                    .text(t("account-expires-text"))
                    .show(ui);
                ui.add_space(12.0);
            }
            facts(ui, view, account);
        });
        intents
    }

    fn head(&mut self, ui: &mut Ui, view: &View<'_>, account: &AccountView) -> Vec<Intent> {
        let mut intents = vec![];
        let settings = &account.settings;
        let is_in = settings.signed_in_until.is_some() && account.problem.is_none();
        page::row(
            ui,
            40.0,
            |ui| {
                ui.set_max_width(ui.available_width() - 180.0);
                nav::monogram(ui, &settings.name, 40.0);
                ui.add_space(4.0);
                let p = theme::palette(ui);
                truncated(ui, Role::Step, p.text, &settings.name);
                if is_in && settings.expires_soon(view.now) {
                    Chip::warn(t("account-soon")).show(ui);
                } else if is_in {
                    Chip::ok(t("account-connected")).show(ui);
                } else {
                    Chip::error(t("account-lost")).show(ui);
                }
            },
            |ui| {
                let name = t_args("actions-of", &[("name", settings.name.as_str().into())]);
                menu_button(ui, &name, |ui| self.menu(ui, account));
                let reconnect = Button::secondary(t("account-reconnect"))
                    .icon(Icon::SignIn)
                    .small();
                if reconnect.show(ui).clicked() {
                    intents.push(Intent::Do(Command::Account(AccountCommand::Connect {
                        account: NewAccount::of(settings),
                        secret: None,
                    })));
                }
            },
        );
        intents
    }

    fn menu(&mut self, ui: &mut Ui, account: &AccountView) {
        let name = account.settings.name.clone();
        if MenuItem::new(t("account-rename"))
            .icon(Icon::Pencil)
            .show(ui)
        {
            self.ask = Some(Ask::Rename {
                account: name.clone(),
                to: name.clone(),
            });
        }
        if MenuItem::new(t("account-limits"))
            .icon(Icon::Gauge)
            .show(ui)
        {
            self.ask = Some(Ask::Limits(Limits::of(account)));
        }
        menu::separator(ui);
        if MenuItem::new(t("account-disconnect"))
            .icon(Icon::SignOut)
            .danger()
            .show(ui)
        {
            self.ask = Some(Ask::Disconnect { account: name });
        }
    }

    fn dialogs(&mut self, ui: &Ui, view: &View<'_>) -> Option<Intent> {
        let (stays, intent) = match self.ask.take()? {
            Ask::Rename { account, to } => rename(ui, view, account, to),
            Ask::Limits(limits) => {
                let (stays, intent) = limits.ui(ui);
                (stays.map(Ask::Limits), intent)
            }
            Ask::Disconnect { account } => disconnect(ui, view, account),
        };
        self.ask = stays;
        intent
    }
}

fn nothing(ui: &mut Ui) -> Option<Intent> {
    EmptyState::new(
        Icon::UserCircle,
        t("accounts-empty"),
        t("accounts-empty-text"),
    )
    .show(ui, 164.0, |ui| {
        let connect = Button::primary(t("account-connect"))
            .icon(Icon::Plus)
            .show(ui);
        connect.clicked().then(|| Intent::Wizard(Box::default()))
    })
}

fn facts(ui: &mut Ui, view: &View<'_>, account: &AccountView) {
    let settings = &account.settings;
    ui.spacing_mut().item_spacing.y = 6.0;
    let until = settings
        .signed_in_until
        .map(|at| format::moment(at, view.now, &view.zone));
    let mut facts = Facts::new(ui, 160.0);
    facts.row(
        t("fact-person"),
        settings
            .connected_as
            .as_deref()
            .unwrap_or_else(|| t("fact-nobody")),
    );
    facts.row(
        t("fact-until"),
        until.as_deref().unwrap_or_else(|| t("fact-signed-out")),
    );
    facts.mono(t("fact-address"), &settings.api_address);
    facts.row_with(t("fact-scopes"), |ui| {
        ui.set_max_width(ui.available_width().min(measure::FORM_WIDTH));
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = egui::vec2(4.0, 4.0);
            for scope in &settings.granted_scopes {
                Tag::Plain.show(ui, scope);
            }
            if settings.granted_scopes.is_empty() {
                label(ui, Role::Body, t("fact-scopes-unknown"));
            }
        });
        for missing in settings.missing_scopes() {
            let args = [
                ("scope", missing.scope.into()),
                ("without", missing.without.into()),
            ];
            super::widgets::facts::fact(ui, Kind::Warn, &t_args("scope-missing", &args));
        }
    });
    facts.row_with(t("fact-budget"), |ui| budget(ui, account));
    facts.row(
        t("head-destinations"),
        &format::count(account.n_destinations as u64),
    );
}

fn budget(ui: &mut Ui, account: &AccountView) {
    let budget = &account.budget;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 12.0;
        #[expect(clippy::cast_possible_truncation, reason = "a share of a gauge")]
        let share = share(budget.used, budget.limit) as f32;
        gauge(ui, share, t("fact-budget"));
        let args = [
            ("used", budget.used.into()),
            ("limit", budget.limit.into()),
            ("year", budget.in_year.into()),
        ];
        label(ui, Role::Body, &t_args("budget-used", &args));
    });
}

fn rename(
    ui: &Ui,
    view: &View<'_>,
    account: String,
    mut to: String,
) -> (Option<Ask>, Option<Intent>) {
    let name = to.trim().to_owned();
    let is_taken = view
        .snapshot
        .account(&name)
        .is_some_and(|other| other.settings.name != account);
    let fault = if name.is_empty() {
        Some(t("name-missing"))
    } else if is_taken {
        Some(t("account-taken"))
    } else {
        None
    };
    let mut is_entered = false;
    let ((cancel, save), close) = Modal::new(t("rename-title"), t("rename-text")).show(
        ui.ctx(),
        |ui| {
            let response = Input::new(t("field-name"), &mut to)
                .required()
                .error(fault)
                .show(ui);
            is_entered =
                response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        },
        |ui| {
            let cancel = Button::secondary(t("cancel")).show(ui).clicked();
            let save = Button::primary(t("rename-yes")).disabled_if(fault);
            (cancel, save.show(ui).clicked())
        },
    );
    if fault.is_none() && (save || is_entered) {
        let to = to.trim().to_owned();
        let what = AccountCommand::Rename { account, to };
        (None, Some(Intent::Do(Command::Account(what))))
    } else if cancel || close {
        (None, None)
    } else {
        (Some(Ask::Rename { account, to }), None)
    }
}

fn disconnect(ui: &Ui, view: &View<'_>, account: String) -> (Option<Ask>, Option<Intent>) {
    let n = view
        .snapshot
        .account(&account)
        .map_or(0, |view| view.n_destinations);
    let title = t_args("disconnect-title", &[("name", account.as_str().into())]);
    let text = t_args("disconnect-text", &[("n", n.into())]);
    let ((cancel, yes), close) = Modal::new(&title, &text).show(
        ui.ctx(),
        |ui| {
            super::widgets::help(ui, t("disconnect-grant"));
        },
        |ui| {
            let cancel = Button::secondary(t("cancel")).show(ui).clicked();
            let yes = Button::danger(t("disconnect-yes")).show(ui).clicked();
            (cancel, yes)
        },
    );
    if yes {
        let what = AccountCommand::Disconnect { account };
        (None, Some(Intent::Do(Command::Account(what))))
    } else if cancel || close {
        (None, None)
    } else {
        (Some(Ask::Disconnect { account }), None)
    }
}
