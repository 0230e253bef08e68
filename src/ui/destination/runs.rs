//! The second tab: the runs, and the one that is open below them.

use egui::{Align, Layout, Rect, Ui, pos2};

use super::{
    go,
    run_card::{duration, rate_text},
    run_detail::Detail,
};
use crate::{
    engine::{Look, snapshot::DestinationView},
    model::{Run, RunId, RunStatus},
    ui::{
        AskOnce, Intent, Place, View, format,
        icon::Icon,
        page,
        text::t,
        theme::{self, Role, measure},
        widgets::{
            Column, EmptyState, Table,
            table::{Cell, cell},
        },
        words::{cause, run_chip},
    },
};

/// The runs' own state.
#[derive(Debug, Default)]
pub(super) struct Runs {
    ask: AskOnce<(String, RunId, bool)>,
    detail: Detail,
}

impl Runs {
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        view: &View<'_>,
        destination: &DestinationView,
        place: &Place,
    ) -> Vec<Intent> {
        if destination.runs.is_empty() {
            ui.add_space(96.0);
            let empty = EmptyState::new(Icon::Activity, t("never-run"), t("never-run-text"));
            empty.show(ui, 0.0, |_| {});
            return vec![];
        }
        let open = place
            .run
            .and_then(|open| destination.runs.iter().find(|run| run.id == open));
        let whole = ui.available_rect_before_wrap();
        let rows = destination
            .runs
            .len()
            .min(if whole.height() > 520.0 { 5 } else { 3 });
        let split = open.map_or(whole.bottom(), |_| {
            let rows = f32::from(u8::try_from(rows).unwrap_or(5));
            whole.top() + measure::HEAD + rows * measure::ROW
        });
        let above = whole.with_max_y(split);
        let down = Layout::top_down(Align::Min);
        let mut intents = page::child(ui, above, down, |ui| {
            ui.shrink_clip_rect(above);
            table(ui, view, &destination.runs, place)
        });
        let Some(run) = open else { return intents };
        let question = (place.slug.clone(), run.id, run.ended.is_some());
        if self.ask.is_new(question) {
            intents.push(Intent::look(Look::Run {
                slug: place.slug.clone(),
                run: run.id,
            }));
        }
        let below = Rect::from_min_max(pos2(whole.left(), split), whole.max);
        let ground = theme::palette(ui).sunken;
        let corners = egui::CornerRadius {
            sw: 9,
            se: 9,
            nw: 0,
            ne: 0,
        };
        ui.painter().rect_filled(below, corners, ground);
        intents.extend(page::child(ui, below, down, |ui| {
            self.detail.ui(ui, view, destination, run)
        }));
        intents
    }
}

const CAUSE: usize = 2;
const DURATION: usize = 3;

/// All runs, newest first.
fn table(ui: &mut Ui, view: &View<'_>, runs: &[Run], place: &Place) -> Vec<Intent> {
    let all = [
        Column::new(t("head-run"), 52.0),
        Column::new(t("head-start"), 128.0).grow(),
        Column::new(t("head-cause"), 128.0),
        Column::new(t("head-duration"), 100.0),
        Column::new(t("head-received"), 84.0).number(),
        Column::new(t("sum-activated"), 80.0).number(),
        Column::new(t("sum-unchanged"), 92.0).number(),
        Column::new(t("sum-excluded"), 80.0).number(),
        Column::new(t("sum-failed"), 68.0).number(),
        Column::new(t("head-rate"), 84.0).number(),
        Column::new(t("head-status"), 130.0),
    ];
    // On a narrow sheet cause and duration stand below, where the run is opened.
    let is_narrow = ui.available_width() < 1000.0;
    let kept: Vec<usize> = (0..all.len())
        .filter(|at| !(is_narrow && matches!(*at, CAUSE | DURATION)))
        .collect();
    let columns: Vec<_> = kept.iter().filter_map(|at| all.get(*at).copied()).collect();
    let chosen = runs.iter().position(|run| Some(run.id) == place.run);
    let told = Table::new(t("runs-name"), &columns, runs.len())
        .on_sheet()
        .chosen(chosen)
        .show(ui, |ui, Cell { row, column }| {
            if let (Some(run), Some(column)) = (runs.get(row), kept.get(column)) {
                one(ui, view, run, *column);
            }
        });
    let row = told.chosen.or(told.opened);
    let run = row.and_then(|row| runs.get(row));
    run.map(|run| go(Place::of_run(&place.slug, run.id)))
        .into_iter()
        .collect()
}

fn one(ui: &mut Ui, view: &View<'_>, run: &Run, column: usize) {
    let figures = run.figures;
    let p = theme::palette(ui);
    match column {
        0 => {
            cell::name(ui, &run.id.to_string());
        }
        1 => {
            cell::text(ui, &format::moment(run.started, view.now, &view.zone));
        }
        CAUSE => {
            cell::text(ui, cause(run.cause));
        }
        DURATION => {
            let length = duration(run);
            cell::text(ui, length.as_deref().unwrap_or_else(|| t("run-going-on")));
        }
        4 => {
            cell::value(ui, &format::count(figures.received()));
        }
        5 => {
            cell::value(ui, &format::count(figures.activated));
        }
        6 => {
            cell::text(ui, &format::count(figures.unchanged));
        }
        7 => {
            cell::value(ui, &format::count(figures.excluded));
        }
        8 => {
            let color = if figures.failed > 0 {
                p.bad_text
            } else {
                p.text
            };
            cell::one(ui, Role::Body, color, &format::count(figures.failed));
        }
        9 => {
            cell::text(ui, &rate(run));
        }
        _ => {
            run_chip(run).show(ui);
        }
    }
}

/// A rate, unless there is none yet.
pub(in crate::ui) fn rate(run: &Run) -> String {
    if run.status == RunStatus::Processing {
        return "–".to_owned();
    }
    rate_text(run.figures)
}
