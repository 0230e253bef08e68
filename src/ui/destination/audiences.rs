//! The audiences of a destination: what the source says, what Outreach holds, and why they differ.

use egui::Ui;

use crate::{
    engine::snapshot::{AudienceRow, AudienceStatus, DestinationView},
    ui::{
        View, format,
        text::{t, t_args},
        theme::{self, Role, measure},
        widgets::{
            Column, Table, TableResponse,
            table::{Cell, cell},
        },
        words::audience_chip,
    },
};

const DATES: usize = 2;
const LAST_CHANGE: usize = 6;

pub(super) fn ui(
    ui: &mut Ui,
    view: &View<'_>,
    destination: &DestinationView,
    chosen: Option<usize>,
) -> TableResponse {
    let all = [
        Column::new(t("head-audience"), 200.0).grow(),
        Column::new(t("head-status"), 104.0),
        Column::new(t("head-dates"), 108.0),
        Column::new(t("head-in-source"), 100.0).number(),
        Column::new(t("head-realized"), 148.0).number(),
        Column::new(t("head-difference"), 228.0).number(),
        Column::new(t("head-last-change"), 130.0),
    ];
    // On a narrow sheet the dates and the last change stand on the audience's own page.
    let is_narrow = ui.available_width() < 1000.0;
    let kept: Vec<usize> = (0..all.len())
        .filter(|at| !(is_narrow && matches!(*at, DATES | LAST_CHANGE)))
        .collect();
    let columns: Vec<_> = kept.iter().filter_map(|at| all.get(*at).copied()).collect();
    let rows = &destination.audiences;
    Table::new(t("audiences-name"), &columns, rows.len())
        .on_sheet()
        .row_height(measure::ROW_TWO)
        .chosen(chosen)
        .show(ui, |ui, Cell { row, column }| {
            if let (Some(row), Some(column)) = (rows.get(row), kept.get(column)) {
                one(ui, view, row, *column);
            }
        })
}

fn one(ui: &mut Ui, view: &View<'_>, row: &AudienceRow, column: usize) {
    match column {
        0 => {
            cell::two(ui, &row.name, &field(row));
        }
        1 => {
            audience_chip(row.status).show(ui);
        }
        DATES => {
            let end = row.end.map_or_else(|| t("no-end").to_owned(), format::date);
            cell::two_of(ui, Role::Body, &format::date(row.start), &end);
        }
        3 => number(ui, row.in_source),
        4 => number(ui, row.realized),
        5 => {
            let (difference, why) = difference(view, row);
            cell::two_of(ui, Role::Body, &difference, &why);
        }
        _ => {
            let at = row.last_change;
            let text = at.map(|at| format::moment(at, view.now, &view.zone));
            cell::text(ui, text.as_deref().unwrap_or_else(|| t("never")));
        }
    }
}

/// The field that holds the status.
pub(super) fn field(row: &AudienceRow) -> String {
    let n = row.mapping_id.to_string();
    match &row.label {
        Some(label) => t_args(
            "mapping-id-label",
            &[("n", n.into()), ("label", label.as_str().into())],
        ),
        None => t_args("mapping-id", &[("n", n.into())]),
    }
}

fn number(ui: &mut Ui, number: Option<u64>) {
    if let Some(number) = number {
        cell::value(ui, &format::count(number));
    } else {
        let color = theme::palette(ui).text_3;
        cell::one(ui, Role::Body, color, t("unknown"));
    }
}

/// How many more Outreach has than the source, and what explains it.
fn difference(view: &View<'_>, row: &AudienceRow) -> (String, String) {
    let today = view.now.to_zoned_datetime(view.zone.clone()).date();
    match row.status {
        AudienceStatus::Waiting => {
            let days = today.until(row.start).map_or(0, |span| span.get_days());
            let why = t_args("starts-in", &[("n", days.into())]);
            return (t("none-yet").to_owned(), why);
        }
        AudienceStatus::Ended => {
            return (t("none-now").to_owned(), t("kept-as-it-was").to_owned());
        }
        AudienceStatus::Active => {}
    }
    let (Some(source), Some(realized)) = (row.in_source, row.realized) else {
        return (t("unknown").to_owned(), t("source-not-read").to_owned());
    };
    let signed = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let difference = signed(realized).saturating_sub(signed(source));
    let why = explain(difference, row.n_pending);
    (format::change(difference), why)
}

/// Who is pending, and how many of the rest were left out or refused.
fn explain(difference: i64, n_pending: u64) -> String {
    let missing = u64::try_from(difference.saturating_neg()).unwrap_or(0);
    let not_written = missing.saturating_sub(n_pending);
    match (n_pending, not_written) {
        (0, 0) if difference == 0 => t("all-there").to_owned(),
        (0, 0) => t("more-than-source").to_owned(),
        (pending, 0) => t_args("why-pending", &[("n", pending.into())]),
        (0, rest) => t_args("why-not-written", &[("n", rest.into())]),
        (pending, rest) => t_args(
            "why-both",
            &[("pending", pending.into()), ("rest", rest.into())],
        ),
    }
}
