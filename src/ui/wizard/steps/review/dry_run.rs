//! What a run of the draft would do and cost.

use std::{sync::Arc, time::Duration};

use egui::{Ui, vec2};

use super::{ReviewForm, Stage, changes};
use crate::{
    engine::{Look, snapshot::DryRun},
    model::Step,
    ui::{
        format,
        icon::Icon,
        text::{t, t_args},
        theme::{self, Role},
        widgets::{
            Banner, Button, Card, Kind, Part, draw, help, label, skeleton, spinner, sum_bar,
        },
        wizard::layout,
    },
};

pub(super) fn show(ui: &mut Ui, stage: &mut Stage<'_>, form: &mut ReviewForm) {
    let asked = stage.view.snapshot.looks.dry_run.as_ref();
    let answer = asked.and_then(|asked| asked.answer.clone());
    let problem = asked.and_then(|asked| asked.problem.clone());
    let held = answer.as_ref().and_then(|run| run.problem.clone());
    if let Some(problem) = problem.or(held) {
        let text = format!("{} {}", problem.what, problem.next_step);
        Banner::new(Kind::Bad, t("wiz-dry-problem"))
            .text(&text)
            .show(ui);
        ui.add_space(12.0);
    }
    let is_looking = asked.is_none_or(|asked| asked.is_looking);
    let n_seen = asked.map_or(0, |asked| asked.n_seen);
    let at = asked.and_then(|asked| asked.at);
    let at = at.map(|at| format::time(at, &stage.view.zone));
    Card::new().padding(16).show(ui, |ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
        let is_compared = answer.as_ref().is_none_or(|run| run.is_compared);
        let made = at.as_deref().map(|at| {
            let text = if is_compared {
                "wiz-dry-at"
            } else {
                "wiz-dry-alone"
            };
            t_args(text, &[("time", at.into())])
        });
        head(ui, stage, is_looking, n_seen, made.as_deref());
        ui.add_space(8.0);
        match &answer {
            Some(run) => figures(ui, stage, run),
            None => skeleton(ui, 2, &[0.0, 0.3, 0.6]),
        }
    });
    ui.add_space(12.0);
    if let Some(run) = &answer {
        changes::show(ui, form, run);
    }
}

fn head(ui: &mut Ui, stage: &mut Stage<'_>, is_looking: bool, n_seen: u64, made: Option<&str>) {
    let top = ui.cursor().top();
    ui.horizontal(|ui| {
        ui.set_height(28.0);
        label(ui, Role::Card, t("wiz-dry-run"));
        if is_looking {
            spinner(ui, 16.0);
            help(ui, &t_args("wiz-dry-reading", &[("n", n_seen.into())]));
        } else if let Some(made) = made {
            help(ui, made);
        }
    });
    layout::at_right(ui, top, 28.0, |ui| {
        let again = Button::secondary(t("wiz-dry-again"))
            .icon(Icon::ArrowsClockwise)
            .small();
        if again.busy(is_looking).show(ui).clicked() {
            let mut draft = stage.draft.clone();
            draft.step = Step::Review;
            stage.look(Look::DryRun(Arc::new(draft)));
        }
    });
}

fn figures(ui: &mut Ui, stage: &Stage<'_>, run: &DryRun) {
    let cost = &run.forecast;
    let account = stage.draft.account.as_deref();
    let account = account.and_then(|name| stage.view.snapshot.account(name));
    let budget = account
        .map(|account| account.settings.budget)
        .unwrap_or_default();
    let all = run.figures.received();
    let other = cost.n_bulk + cost.n_other;
    let cells = [
        (
            t("wiz-dry-prospects"),
            format::count(run.figures.pending),
            t_args("wiz-dry-of-profiles", &[("n", all.into())]),
        ),
        (
            t("wiz-dry-requests"),
            format::count(cost.n_requests()),
            t_args(
                "wiz-dry-kinds",
                &[("single", cost.n_single.into()), ("other", other.into())],
            ),
        ),
        (
            t("wiz-dry-time"),
            format::duration(Duration::from_secs(cost.secs)),
            t_args(
                "wiz-dry-reserve",
                &[("share", format!("{} %", budget.reserve_percent).into())],
            ),
        ),
        (
            t("wiz-dry-year"),
            budget
                .yearly_allowance
                .map_or_else(|| "–".to_owned(), |_| format::percent(cost.year_share)),
            budget.yearly_allowance.map_or_else(
                || t("wiz-dry-year-unsaid").to_owned(),
                |n| t_args("wiz-dry-of-year", &[("n", n.into())]),
            ),
        ),
    ];
    row(ui, &cells);
    ui.add_space(12.0);
    let figures = &run.figures;
    let parts = [
        figures.pending,
        figures.unchanged,
        figures.excluded,
        figures.failed,
        0,
    ];
    sum_bar(ui, &parts);
    ui.add_space(8.0);
    legend(ui, run);
}

/// Four figures side by side, or two by two where there is no room.
fn row(ui: &mut Ui, cells: &[(&str, String, String); 4]) {
    let n = if ui.available_width() > 560.0 { 4 } else { 2 };
    let palette = theme::palette(ui);
    for cells in cells.chunks(n) {
        let count = f32::from(u16::try_from(n).unwrap_or(1));
        let width = ((ui.available_width() - 16.0 * (count - 1.0)) / count).floor();
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing = vec2(16.0, 0.0);
            for (at, (title, figure, line)) in cells.iter().enumerate() {
                let left = ui.cursor().left() - 16.0;
                let shown = layout::for_width(ui, width, |ui| {
                    help(ui, title);
                    label(ui, Role::Figure, figure);
                    help(ui, line);
                    ui.min_rect()
                });
                if at > 0 {
                    let stroke = egui::Stroke::new(1.0, palette.line);
                    ui.painter().vline(left, shown.y_range(), stroke);
                }
            }
        });
        ui.add_space(4.0);
    }
}

fn legend(ui: &mut Ui, run: &DryRun) {
    let figures = &run.figures;
    let parts = [
        (Part::Activated, "change", figures.pending),
        (Part::Unchanged, "same", figures.unchanged),
        (Part::Excluded, "excluded", figures.excluded),
    ];
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 4.0);
        for (part, kind, n) in parts {
            let args = [("n", n.into())];
            let text = match kind {
                "change" => t_args("wiz-dry-change", &args),
                "same" => t_args("wiz-dry-same", &args),
                _ => t_args("wiz-dry-excluded", &args),
            };
            let (place, _) = ui.allocate_exact_size(vec2(8.0, 16.0), egui::Sense::hover());
            let square = egui::Rect::from_center_size(place.center(), vec2(8.0, 8.0));
            let palette = theme::palette(ui);
            ui.painter().rect_filled(square, 2.0, part.color(palette));
            draw_text(ui, &text);
            ui.add_space(10.0);
        }
    });
}

fn draw_text(ui: &mut Ui, text: &str) {
    let ink = theme::palette(ui).text_2;
    let line = draw::whole(ui, Role::Help, ink, text);
    let (place, response) = ui.allocate_exact_size(line.size(), egui::Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Label, true, text));
    draw::left(ui, place, line);
}
