//! What happened that somebody wanted to know.

use egui::{Sense, Ui, vec2};

use super::{
    Intent, Place, Screen, View, format,
    icon::Icon,
    page,
    text::{t, t_args},
    theme::{self, Role, measure},
    widgets::{
        Button, Column, EmptyState, Table,
        chip::Kind,
        draw, skeleton,
        table::{Cell, cell},
    },
    words,
};
use crate::engine::{Command, snapshot::AlertItem};

/// The list of alerts.
#[derive(Debug, Default)]
pub(in crate::ui) struct Alerts {
    chosen: Option<usize>,
}

impl Alerts {
    pub(in crate::ui) fn ui(&mut self, ui: &mut Ui, view: &View<'_>) -> Vec<Intent> {
        page::reset(ui);
        let alerts = &view.snapshot.alerts;
        let mut intents = vec![];
        let is_all_read = page::padded(ui, |ui| {
            page::title(ui, t("alerts-title"), |ui| {
                let why_not = (view.snapshot.n_unread() == 0).then(|| t("alerts-all-read"));
                !alerts.is_empty()
                    && Button::secondary(t("alerts-read-all"))
                        .icon(Icon::Check)
                        .disabled_if(why_not)
                        .show(ui)
                        .clicked()
            })
        });
        if is_all_read {
            intents.push(Intent::Do(Command::ReadAlerts { only: None }));
        }
        if !view.snapshot.is_ready {
            page::rule(ui);
            skeleton(ui, 5, &[0.0, 0.4, 0.8]);
            return intents;
        }
        if alerts.is_empty() {
            ui.add_space(96.0);
            EmptyState::new(Icon::Bell, t("alerts-empty"), t("alerts-empty-text")).show(
                ui,
                0.0,
                |_| {},
            );
            return intents;
        }
        page::rule(ui);
        intents.extend(self.table(ui, view, alerts));
        intents
    }

    fn table(&mut self, ui: &mut Ui, view: &View<'_>, alerts: &[AlertItem]) -> Vec<Intent> {
        let columns = [
            Column::new(t("head-alert"), 300.0).grow(),
            Column::new(t("head-about"), 220.0),
            Column::new(t("head-run"), 72.0),
            Column::new(t("head-when"), 140.0),
        ];
        let told = Table::new(t("alerts-title"), &columns, alerts.len())
            .on_sheet()
            .row_height(measure::ROW_MONOGRAM)
            .chosen(self.chosen)
            .show(ui, |ui, Cell { row, column }| {
                if let Some(alert) = alerts.get(row) {
                    one(ui, view, alert, column);
                }
            });
        self.chosen = told.chosen.or(self.chosen);
        let alert = page::opened(ui, told).and_then(|row| alerts.get(row));
        alert.map(open).unwrap_or_default()
    }
}

/// Counts it as seen and shows what it is about.
fn open(alert: &AlertItem) -> Vec<Intent> {
    let mut intents = vec![Intent::Do(Command::ReadAlerts {
        only: Some(alert.id),
    })];
    intents.push(Intent::Go(match (&alert.slug, alert.run) {
        (Some(slug), Some(run)) => Screen::Destination(Place::of_run(slug, run)),
        (Some(slug), None) => Screen::Destination(Place::of(slug)),
        (None, _) => Screen::Accounts,
    }));
    intents
}

fn one(ui: &mut Ui, view: &View<'_>, alert: &AlertItem, column: usize) {
    match column {
        0 => {
            mark(ui, alert);
            let title = words::alert(alert.kind);
            match detail(view, alert) {
                Some(detail) if alert.is_read => cell::two_of(ui, Role::Body, title, &detail),
                Some(detail) => cell::two(ui, title, &detail),
                None if alert.is_read => cell::text(ui, title),
                None => cell::name(ui, title),
            };
        }
        1 => {
            cell::text(ui, &alert.about);
        }
        2 => {
            let run = alert.run.map(|run| run.to_string());
            cell::text(ui, run.as_deref().unwrap_or_default());
        }
        _ => {
            cell::text(ui, &format::moment(alert.at, view.now, &view.zone));
        }
    }
}

/// What happened: the problem, or what became of the run's profiles.
fn detail(view: &View<'_>, alert: &AlertItem) -> Option<String> {
    if let Some(problem) = &alert.problem {
        return Some(problem.what.clone());
    }
    let destination = view.snapshot.destination(alert.slug.as_deref()?)?;
    let mut runs = destination.runs.iter();
    let figures = runs.find(|run| Some(run.id) == alert.run)?.figures;
    let args = [
        ("received", figures.received().into()),
        ("excluded", figures.excluded.into()),
        ("failed", figures.failed.into()),
    ];
    Some(t_args("alert-run", &args))
}

/// A dot for what nobody has seen, and an icon for how bad it is.
fn mark(ui: &mut Ui, alert: &AlertItem) {
    let p = theme::palette(ui);
    let (dot, response) = ui.allocate_exact_size(vec2(8.0, 16.0), Sense::hover());
    if !alert.is_read {
        ui.painter().circle_filled(dot.center(), 4.0, p.accent);
        response.widget_info(|| {
            egui::WidgetInfo::labeled(egui::accesskit::Role::Label, true, t("alert-unread"))
        });
    }
    let kind = words::alert_kind(alert.kind);
    let icon = match kind {
        Kind::Neutral | Kind::Info => Icon::Info,
        Kind::Ok => Icon::CheckCircle,
        Kind::Warn => Icon::Warning,
        Kind::Bad => Icon::XCircle,
    };
    let (rect, _) = ui.allocate_exact_size(vec2(20.0, 20.0), Sense::hover());
    draw::icon_fill(ui, rect, icon, 20.0, kind.ink(p));
    ui.add_space(4.0);
}
