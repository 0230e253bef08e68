//! All destinations: may each run, did it run, and what can be done with it.

mod table;
#[cfg(test)]
mod tests;

use egui::Ui;

use super::{
    Intent, Place, Screen, View,
    actions::Actions,
    icon::Icon,
    page,
    text::{t, t_args},
    theme::Role,
    widgets::{
        Banner, Button, Card, EmptyState, Segmented, chip::Kind, help, label, search, skeleton,
    },
    words::needs_attention,
};
use crate::engine::{Command, Snapshot, snapshot::DestinationView};
use table::Order;

/// The list of destinations.
#[derive(Debug, Default)]
pub(in crate::ui) struct Destinations {
    query: String,
    /// All, enabled, needing attention.
    filter: usize,
    order: Order,
    /// The row that the keyboard is on, by settings file.
    chosen: Option<String>,
    actions: Actions,
}

impl Destinations {
    pub(in crate::ui) fn ui(&mut self, ui: &mut Ui, view: &View<'_>) -> Vec<Intent> {
        page::reset(ui);
        let snapshot = view.snapshot;
        if !snapshot.is_ready {
            return loading(ui);
        }
        if snapshot.destinations.is_empty() && snapshot.broken.is_empty() {
            return nothing(ui);
        }
        if snapshot.destinations.is_empty() {
            return none_readable(ui, snapshot);
        }
        let mut intents = page::padded(ui, |ui| self.head(ui, view));
        let rows = self.rows(snapshot);
        page::rule(ui);
        if rows.is_empty() {
            ui.add_space(48.0);
            ui.vertical_centered(|ui| label(ui, Role::Body, t("destinations-none-found")));
        } else {
            intents.extend(self.table(ui, view, &rows));
        }
        intents.extend(self.actions.dialogs(ui, view));
        intents
    }

    fn head(&mut self, ui: &mut Ui, view: &View<'_>) -> Vec<Intent> {
        let mut intents = vec![];
        let is_new = page::title(ui, t("destinations-title"), |ui| {
            Button::primary(t("destination-new"))
                .icon(Icon::Plus)
                .show(ui)
                .clicked()
        });
        if is_new {
            intents.push(Intent::Wizard(Box::default()));
        }
        if broken(ui, view.snapshot) {
            ui.add_space(16.0);
        }
        let destinations = &view.snapshot.destinations;
        let count = |keep: fn(&DestinationView) -> bool| {
            destinations.iter().filter(|view| keep(view)).count()
        };
        let parts = [
            t_args("filter-all", &[("n", destinations.len().into())]),
            t_args(
                "filter-enabled",
                &[("n", count(|view| view.settings.enabled).into())],
            ),
            t_args("filter-attention", &[("n", count(needs_attention).into())]),
        ];
        let n_audiences: usize = destinations.iter().map(|view| view.audiences.len()).sum();
        let sum = t_args(
            "destinations-sum",
            &[
                ("audiences", n_audiences.into()),
                ("destinations", destinations.len().into()),
            ],
        );
        page::tools(
            ui,
            |ui| {
                search(ui, &mut self.query, t("destinations-search"), 264.0);
                let [all, enabled, attention] = &parts;
                Segmented::show(ui, &[all, enabled, attention], &mut self.filter);
            },
            |ui| {
                if ui.available_width() > 760.0 {
                    help(ui, &sum);
                }
            },
        );
        ui.add_space(12.0);
        intents
    }

    /// The destinations that are asked for, in the order that is asked for.
    fn rows<'a>(&self, snapshot: &'a Snapshot) -> Vec<&'a DestinationView> {
        let query = self.query.trim().to_lowercase();
        let mut rows: Vec<_> = snapshot
            .destinations
            .iter()
            .filter(|view| match self.filter {
                0 => true,
                1 => view.settings.enabled,
                _ => needs_attention(view),
            })
            .filter(|view| {
                let has = |text: &str| text.to_lowercase().contains(&query);
                query.is_empty() || has(&view.settings.name) || has(&view.settings.account.name)
            })
            .collect();
        self.order.sort(&mut rows);
        rows
    }

    fn table(&mut self, ui: &mut Ui, view: &View<'_>, rows: &[&DestinationView]) -> Vec<Intent> {
        let at = rows
            .iter()
            .position(|row| Some(&row.slug) == self.chosen.as_ref());
        let mut intents = vec![];
        let actions = &mut self.actions;
        let told = table::show(ui, view, rows, self.order, at, |ui, row| {
            intents.extend(menu(ui, actions, row));
        });
        if let Some(column) = told.sort {
            self.order.click(column);
        }
        if let Some(row) = told.chosen.and_then(|row| rows.get(row)) {
            self.chosen = Some(row.slug.clone());
        }
        if let Some(row) = page::opened(ui, told).and_then(|row| rows.get(row)) {
            intents.push(open(row));
        }
        intents
    }
}

fn open(row: &DestinationView) -> Intent {
    Intent::Go(Screen::Destination(Place::of(&row.slug)))
}

/// The menu of one row.
fn menu(ui: &mut Ui, actions: &mut Actions, row: &DestinationView) -> Vec<Intent> {
    let name = t_args("actions-of", &[("name", row.settings.name.as_str().into())]);
    let shown = super::widgets::menu_button(ui, &name, |ui| {
        ui.set_width(214.0);
        let mut intents = vec![];
        let item = super::widgets::MenuItem::new(t("open"));
        if item.icon(Icon::ArrowRight).shortcut("Enter").show(ui) {
            intents.push(open(row));
        }
        intents.extend(actions.items(ui, row));
        intents
    });
    shown.map(|shown| shown.inner).unwrap_or_default()
}

/// Settings files that cannot be read; whether there are any.
fn broken(ui: &mut Ui, snapshot: &Snapshot) -> bool {
    let Some(first) = snapshot.broken.first() else {
        return false;
    };
    let title = t_args("broken-title", &[("n", snapshot.broken.len().into())]);
    let text = format!("{} {}", first.what, first.next_step);
    Banner::new(Kind::Bad, &title).text(&text).show(ui);
    true
}

/// There are settings files, and none of them can be read.
fn none_readable(ui: &mut Ui, snapshot: &Snapshot) -> Vec<Intent> {
    page::padded(ui, |ui| {
        page::title(ui, t("destinations-title"), |_| {});
        let n = snapshot.broken.len();
        let title = t_args("broken-title", &[("n", n.into())]);
        Banner::new(Kind::Bad, &title)
            .text(t("broken-all-text"))
            .show(ui);
        ui.add_space(16.0);
        Card::new().show(ui, |ui| {
            for (at, problem) in snapshot.broken.iter().enumerate() {
                if at > 0 {
                    ui.add_space(8.0);
                    page::rule(ui);
                    ui.add_space(8.0);
                }
                label(ui, Role::Body, &problem.what);
                help(ui, &problem.next_step);
            }
        });
        ui.add_space(16.0);
        let is_new = Button::secondary(t("destination-new"))
            .icon(Icon::Plus)
            .show(ui)
            .clicked();
        let wish = is_new.then(|| Intent::Wizard(Box::default()));
        wish.into_iter().collect()
    })
}

fn loading(ui: &mut Ui) -> Vec<Intent> {
    page::padded(ui, |ui| {
        page::title(ui, t("destinations-title"), |_| {});
        help(ui, t("destinations-loading"));
        ui.add_space(12.0);
    });
    page::rule(ui);
    skeleton(ui, 6, &[0.0, 0.26, 0.38, 0.58, 0.72]);
    vec![]
}

fn nothing(ui: &mut Ui) -> Vec<Intent> {
    ui.add_space((ui.available_height() / 3.0 - 90.0).max(24.0));
    EmptyState::new(
        Icon::PaperPlane,
        t("destinations-empty"),
        t("destinations-empty-text"),
    )
    .show(ui, 292.0, |ui| {
        let mut intents = vec![];
        if Button::primary(t("set-up-outreach")).show(ui).clicked() {
            intents.push(Intent::Wizard(Box::default()));
        }
        if Button::secondary(t("explore-demo"))
            .icon(Icon::PlayCircle)
            .show(ui)
            .clicked()
        {
            intents.push(Intent::Do(Command::StartDemo));
        }
        intents
    })
}
