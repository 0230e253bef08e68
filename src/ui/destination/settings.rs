//! The third tab: what was set in the wizard, each step with its way back there.

use egui::{ScrollArea, Ui};

use crate::{
    engine::{DestinationCommand, snapshot::DestinationView},
    model::{Contents, Destination, Step},
    ui::{
        Intent, View,
        actions::{self, Actions},
        format,
        icon::Icon,
        page,
        text::{t, t_args},
        theme::Role,
        widgets::{Button, Card, Checkbox, Facts, help, label},
        words,
    },
};

/// Names of facts take so much.
const NAMES: f32 = 160.0;

/// The tab has no state of its own.
#[derive(Debug, Default)]
pub(super) struct Settings;

impl Settings {
    #[expect(clippy::unused_self, reason = "every tab is drawn alike")]
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        view: &View<'_>,
        destination: &DestinationView,
        actions: &mut Actions,
    ) -> Vec<Intent> {
        let mut intents = vec![];
        ScrollArea::vertical().id_salt("settings").show(ui, |ui| {
            page::padded(ui, |ui| {
                page::form(ui, |ui| {
                    ui.add_space(16.0);
                    intents.extend(enabled(ui, destination));
                    for step in Step::ALL.into_iter().filter(|step| *step != Step::Review) {
                        intents.extend(card(ui, view, destination, step));
                        ui.add_space(12.0);
                    }
                    if Button::danger(t("delete"))
                        .icon(Icon::Trash)
                        .show(ui)
                        .clicked()
                    {
                        actions.ask_delete(&destination.slug);
                    }
                    ui.add_space(24.0);
                });
            });
        });
        intents
    }
}

fn enabled(ui: &mut Ui, destination: &DestinationView) -> Option<Intent> {
    let mut is_enabled = destination.settings.enabled;
    let changed = Card::new()
        .show(ui, |ui| {
            let changed = Checkbox::new(t("state-enabled"), &mut is_enabled)
                .show(ui)
                .changed();
            help(ui, t("enabled-help"));
            changed
        })
        .inner;
    ui.add_space(12.0);
    changed.then(|| Intent::destination(&destination.slug, DestinationCommand::Enable(is_enabled)))
}

fn card(ui: &mut Ui, view: &View<'_>, destination: &DestinationView, step: Step) -> Option<Intent> {
    let name = step_name(step);
    Card::new()
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 6.0;
            let (_, edit) = page::row(
                ui,
                28.0,
                |ui| label(ui, Role::Card, name),
                |ui| {
                    let tip = t_args("edit-step", &[("step", name.into())]);
                    Button::secondary(t("edit"))
                        .small()
                        .tip(&tip)
                        .show(ui)
                        .clicked()
                },
            );
            facts(ui, view, destination, step);
            edit.then(|| actions::edit(destination, step))
        })
        .inner
}

fn step_name(step: Step) -> &'static str {
    match step {
        Step::Connect => t("part-connect"),
        Step::Details => t("part-details"),
        Step::Source => t("part-source"),
        Step::Mapping => t("part-mapping"),
        Step::Schedule | Step::Review => t("part-schedule"),
    }
}

fn facts(ui: &mut Ui, view: &View<'_>, destination: &DestinationView, step: Step) {
    let settings = &destination.settings;
    let mut facts = Facts::new(ui, NAMES);
    match step {
        Step::Connect => {
            facts.row(t("head-account"), &settings.account.name);
            let account = view.snapshot.account(&settings.account.name);
            let person = account.and_then(|account| account.settings.connected_as.as_deref());
            facts.row(t("fact-person"), person.unwrap_or_else(|| t("fact-nobody")));
            facts.mono(t("fact-address"), &settings.account.api_address);
        }
        Step::Details => {
            facts.row(t("field-name"), &settings.name);
            facts.row(t("fact-description"), or_none(&settings.description));
            let alerts: Vec<_> = settings
                .alerts
                .iter()
                .map(|alert| words::alert(*alert))
                .collect();
            facts.row(t("fact-alerts"), or_none(&alerts.join(", ")));
            facts.row(
                t("fact-marketing"),
                or_none(&settings.marketing_actions.join(", ")),
            );
        }
        Step::Source => {
            let path = settings.source.name();
            facts.mono(t("fact-path"), &format::path(&path));
            facts.row(t("fact-contents"), contents(settings.source.contents()));
        }
        Step::Mapping => mapping(&mut facts, settings),
        Step::Schedule | Step::Review => schedule(&mut facts, settings),
    }
}

fn or_none(text: &str) -> &str {
    if text.is_empty() {
        t("fact-none")
    } else {
        text
    }
}

pub(in crate::ui) fn contents(contents: Contents) -> &'static str {
    match contents {
        Contents::Guess => t("contents-guess"),
        Contents::FullSnapshot => t("contents-full"),
        Contents::Incremental => t("contents-incremental"),
    }
}

fn mapping(facts: &mut Facts<'_>, settings: &Destination) {
    for row in &settings.mapping {
        facts.mono(&row.source, &row.target);
    }
}

fn schedule(facts: &mut Facts<'_>, settings: &Destination) {
    for audience in &settings.audiences {
        let n = audience.mapping_id.to_string();
        let start = format::date(audience.start);
        let text = match audience.end {
            Some(end) => t_args(
                "scheduled-until",
                &[
                    ("n", n.into()),
                    ("start", start.into()),
                    ("end", format::date(end).into()),
                ],
            ),
            None => t_args("scheduled", &[("n", n.into()), ("start", start.into())]),
        };
        facts.row(&audience.name, &text);
    }
}
