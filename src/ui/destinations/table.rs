//! The table of destinations.

use egui::Ui;
use jiff::Timestamp;

use crate::{
    engine::snapshot::DestinationView,
    model::{Run, RunStatus},
    ui::{
        View, format,
        text::{t, t_args},
        theme::{self, Role, measure},
        widgets::{
            Chip, Column, Sort, Table, TableResponse, nav,
            table::{Cell, cell},
        },
        words::{Remedy, State, run_chip, share_done},
    },
};

const NAME: usize = 0;
const STATUS: usize = 1;
const LAST_STATUS: usize = 2;
const LAST_RUN: usize = 3;
const ACCOUNT: usize = 4;
const AUDIENCES: usize = 5;
const CREATED: usize = 6;
const MENU: usize = 7;

/// By which column the rows are sorted, and which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Order {
    column: usize,
    sort: Sort,
}

impl Default for Order {
    fn default() -> Self {
        Self {
            column: LAST_RUN,
            sort: Sort::Down,
        }
    }
}

impl Order {
    /// The head of this column was clicked.
    pub(super) fn click(&mut self, column: usize) {
        self.sort = match (self.column == column, self.sort) {
            (true, Sort::Down) => Sort::Up,
            (false, _) if matches!(column, NAME | ACCOUNT) => Sort::Up,
            (true, Sort::Up) | (false, _) => Sort::Down,
        };
        self.column = column;
    }

    fn of(self, column: usize) -> Option<Sort> {
        (self.column == column).then_some(self.sort)
    }

    pub(super) fn sort(self, rows: &mut [&DestinationView]) {
        match self.column {
            ACCOUNT => rows.sort_by_cached_key(|row| row.settings.account.name.to_lowercase()),
            AUDIENCES => rows.sort_by_key(|row| row.audiences.len()),
            CREATED => rows.sort_by_key(|row| row.created),
            LAST_RUN => rows.sort_by_key(|row| last_run(row)),
            _ => rows.sort_by_cached_key(|row| row.settings.name.to_lowercase()),
        }
        if self.sort == Sort::Down {
            rows.reverse();
        }
    }
}

/// When the last run began, or the one that goes on.
fn last_run(row: &DestinationView) -> Option<Timestamp> {
    let running = row.running.as_ref().map(|running| running.started);
    running.or_else(|| row.runs.first().map(|run| run.started))
}

/// Draws the rows; `menu` fills the last column.
pub(super) fn show(
    ui: &mut Ui,
    view: &View<'_>,
    rows: &[&DestinationView],
    order: Order,
    chosen: Option<usize>,
    mut menu: impl FnMut(&mut Ui, &DestinationView),
) -> TableResponse {
    let all = columns(order);
    // The menu stays in sight on a narrow sheet: account and day of making stand on the destination's own page.
    let is_narrow = ui.available_width() < 1000.0;
    let kept: Vec<usize> = (0..all.len())
        .filter(|at| !(is_narrow && matches!(*at, ACCOUNT | CREATED)))
        .collect();
    let columns: Vec<_> = kept.iter().filter_map(|at| all.get(*at).copied()).collect();
    let mut told = Table::new(t("destinations-title"), &columns, rows.len())
        .on_sheet()
        .row_height(measure::ROW_MONOGRAM)
        .chosen(chosen)
        .show(ui, |ui, Cell { row, column }| {
            let (Some(row), Some(column)) = (rows.get(row), kept.get(column)) else {
                return;
            };
            match *column {
                NAME => name(ui, row),
                STATUS => {
                    State::of(row).chip().show(ui);
                }
                LAST_STATUS => last_status(ui, row),
                MENU => menu(ui, row),
                other => {
                    text(ui, view, row, other);
                }
            }
        });
    told.sort = told.sort.and_then(|at| kept.get(at).copied());
    told
}

fn columns(order: Order) -> [Column<'static>; 8] {
    [
        Column::new(t("head-name"), 232.0)
            .grow()
            .sortable(order.of(NAME)),
        Column::new(t("head-status"), 116.0),
        Column::new(t("head-last-run-status"), 188.0),
        Column::new(t("head-last-run"), 108.0).sortable(order.of(LAST_RUN)),
        Column::new(t("head-account"), 112.0).sortable(order.of(ACCOUNT)),
        Column::new(t("head-audiences"), 92.0)
            .number()
            .sortable(order.of(AUDIENCES)),
        Column::new(t("head-created"), 108.0).sortable(order.of(CREATED)),
        Column::new("", 52.0).number(),
    ]
}

/// A cell that holds nothing but words or a number.
fn text(ui: &mut Ui, view: &View<'_>, row: &DestinationView, column: usize) -> egui::Response {
    match column {
        LAST_RUN => cell::text(ui, &last_run_text(view, row)),
        ACCOUNT => cell::text(ui, &row.settings.account.name),
        AUDIENCES => cell::value(ui, &format::count(row.audiences.len() as u64)),
        _ => {
            let day = row.created.map(|at| format::day(at, &view.zone));
            cell::text(ui, &day.unwrap_or_default())
        }
    }
}

fn name(ui: &mut Ui, row: &DestinationView) {
    nav::outreach_mark(ui, 32.0);
    ui.add_space(4.0);
    let settings = &row.settings;
    if settings.description.is_empty() {
        cell::name(ui, &settings.name);
    } else {
        cell::two(ui, &settings.name, &settings.description);
    }
}

fn last_status(ui: &mut Ui, row: &DestinationView) {
    if let Some(running) = &row.running {
        Chip::running(t("run-processing")).show(ui);
        let share = share_done(running);
        note(
            ui,
            &share.map_or_else(|| t("run-reading").to_owned(), whole_percent),
        );
        return;
    }
    let Some(run) = row.runs.first() else {
        cell::text(ui, t("run-none"));
        return;
    };
    run_chip(run).show(ui);
    if let Some(reason) = reason(run) {
        note(ui, &reason);
    }
}

fn whole_percent(share: f64) -> String {
    format!("{:.0} %", (share * 100.0).floor())
}

/// Why a run did not end well, in two words.
fn reason(run: &Run) -> Option<String> {
    match run.status {
        RunStatus::Partial => Some(t_args("short-failed", &[("n", run.figures.failed.into())])),
        RunStatus::Failed | RunStatus::Stopped => {
            let remedy = Remedy::of(run.problem.as_ref()?);
            remedy.short().map(str::to_owned)
        }
        RunStatus::Processing | RunStatus::Completed => None,
    }
}

fn note(ui: &mut Ui, text: &str) {
    let color = theme::palette(ui).text_3;
    cell::one(ui, Role::Help, color, text);
}

fn last_run_text(view: &View<'_>, row: &DestinationView) -> String {
    if let Some(at) = last_run(row) {
        return format::moment_or_day(at, view.now, &view.zone);
    }
    let today = view.now.to_zoned_datetime(view.zone.clone()).date();
    let first = row.audiences.iter().map(|audience| audience.start).min();
    match first.filter(|first| *first > today) {
        Some(first) => t_args("from-day", &[("day", format::date(first).into())]),
        None => t("never").to_owned(),
    }
}
