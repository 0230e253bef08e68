//! The runs of all destinations.

use egui::Ui;

use super::{
    Intent, Place, Screen, View, format,
    icon::Icon,
    page,
    text::{t, t_args},
    theme::Role,
    widgets::{
        Column, EmptyState, Segmented, Table, help, label, search, skeleton,
        table::{Cell, cell},
    },
    words::{cause, run_chip},
};
use crate::{
    engine::snapshot::DestinationView,
    model::{Run, RunStatus},
};

const CAUSE: usize = 3;
const RECEIVED: usize = 4;

/// The list of runs.
#[derive(Debug, Default)]
pub(in crate::ui) struct Activity {
    query: String,
    /// All, completed, with failures, failed, stopped.
    filter: usize,
    chosen: Option<usize>,
}

impl Activity {
    pub(in crate::ui) fn ui(&mut self, ui: &mut Ui, view: &View<'_>) -> Vec<Intent> {
        page::reset(ui);
        let all = runs(view);
        page::padded(ui, |ui| {
            page::title(ui, t("activity-title"), |_| {});
            if !all.is_empty() {
                self.filters(ui, &all);
            }
        });
        if !view.snapshot.is_ready {
            page::rule(ui);
            skeleton(ui, 6, &[0.0, 0.3, 0.6]);
            return vec![];
        }
        if all.is_empty() {
            ui.add_space(96.0);
            EmptyState::new(
                Icon::Activity,
                t("activity-empty"),
                t("activity-empty-text"),
            )
            .show(ui, 0.0, |_| {});
            return vec![];
        }
        page::rule(ui);
        let rows: Vec<_> = all.into_iter().filter(|row| self.keeps(row)).collect();
        if rows.is_empty() {
            ui.add_space(48.0);
            ui.vertical_centered(|ui| label(ui, Role::Body, t("activity-none-found")));
            return vec![];
        }
        self.table(ui, view, &rows)
    }

    fn filters(&mut self, ui: &mut Ui, all: &[(&DestinationView, &Run)]) {
        page::tools(
            ui,
            |ui| {
                search(ui, &mut self.query, t("activity-search"), 232.0);
                let parts = [
                    t("filter-any"),
                    t("run-completed"),
                    t("run-partial"),
                    t("run-failed"),
                    t("run-stopped"),
                ];
                Segmented::show(ui, &parts, &mut self.filter);
            },
            |ui| {
                if ui.available_width() > 760.0 {
                    help(ui, &t_args("activity-sum", &[("n", all.len().into())]));
                }
            },
        );
        ui.add_space(12.0);
    }

    fn keeps(&self, (destination, run): &(&DestinationView, &Run)) -> bool {
        let query = self.query.trim().to_lowercase();
        let is_found =
            query.is_empty() || destination.settings.name.to_lowercase().contains(&query);
        let status = match self.filter {
            0 => return is_found,
            1 => RunStatus::Completed,
            2 => RunStatus::Partial,
            3 => RunStatus::Failed,
            _ => RunStatus::Stopped,
        };
        is_found && run.status == status
    }

    fn table(
        &mut self,
        ui: &mut Ui,
        view: &View<'_>,
        rows: &[(&DestinationView, &Run)],
    ) -> Vec<Intent> {
        let all = [
            Column::new(t("head-destination"), 180.0).grow(),
            Column::new(t("head-run"), 64.0),
            Column::new(t("head-start"), 132.0),
            Column::new(t("head-cause"), 132.0),
            Column::new(t("head-received"), 96.0).number(),
            Column::new(t("sum-activated"), 96.0).number(),
            Column::new(t("sum-failed"), 76.0).number(),
            Column::new(t("head-rate"), 88.0).number(),
            Column::new(t("head-status"), 144.0),
        ];
        // On a narrow sheet cause and received stand where the run is opened.
        let is_narrow = ui.available_width() < 1000.0;
        let kept: Vec<usize> = (0..all.len())
            .filter(|at| !(is_narrow && matches!(*at, CAUSE | RECEIVED)))
            .collect();
        let columns: Vec<_> = kept.iter().filter_map(|at| all.get(*at).copied()).collect();
        let told = Table::new(t("activity-title"), &columns, rows.len())
            .on_sheet()
            .chosen(self.chosen)
            .show(ui, |ui, Cell { row, column }| {
                if let (Some((destination, run)), Some(column)) = (rows.get(row), kept.get(column))
                {
                    one(ui, view, destination, run, *column);
                }
            });
        self.chosen = told.chosen.or(self.chosen);
        let row = page::opened(ui, told).and_then(|row| rows.get(row));
        row.map(|(destination, run)| {
            Intent::Go(Screen::Destination(Place::of_run(
                &destination.slug,
                run.id,
            )))
        })
        .into_iter()
        .collect()
    }
}

/// Every run that is known, newest first.
fn runs<'a>(view: &View<'a>) -> Vec<(&'a DestinationView, &'a Run)> {
    let destinations = view.snapshot.destinations.iter();
    let mut runs: Vec<_> = destinations
        .flat_map(|destination| destination.runs.iter().map(move |run| (destination, run)))
        .collect();
    runs.sort_by_key(|(_, run)| std::cmp::Reverse(run.started));
    runs
}

fn one(ui: &mut Ui, view: &View<'_>, destination: &DestinationView, run: &Run, column: usize) {
    let count = |n| format::count(n);
    match column {
        0 => cell::name(ui, &destination.settings.name),
        1 => cell::text(ui, &run.id.to_string()),
        2 => cell::text(ui, &format::moment(run.started, view.now, &view.zone)),
        CAUSE => cell::text(ui, cause(run.cause)),
        RECEIVED => cell::value(ui, &count(run.figures.received())),
        5 => cell::value(ui, &count(run.figures.activated)),
        6 => cell::value(ui, &count(run.figures.failed)),
        7 => cell::text(ui, &super::destination::rate(run)),
        _ => run_chip(run).show(ui),
    };
}
