//! The card of the run that goes on, or of the last one: the sum line, the rate and the time left.

use egui::{Align, Layout, Rect, Ui, pos2, vec2};
use jiff::Timestamp;

use crate::{
    engine::snapshot::{DestinationView, Phase, Running},
    model::{Figures, Run},
    ui::{
        View, format, page,
        text::{t, t_args},
        theme::{self, Role},
        widgets::{Card, SumLine, figures::Part, label, label_in, spinner},
        words::{cause, run_chip, waits},
    },
};

/// The rate with its formula takes so much at the right.
const RATE: f32 = 224.0;

/// Draws the card; the figure that was clicked, if one was.
pub(super) fn ui(ui: &mut Ui, view: &View<'_>, destination: &DestinationView) -> Option<Part> {
    let figures = match (&destination.running, destination.runs.first()) {
        (Some(running), _) => running.figures,
        (None, Some(run)) => run.figures,
        (None, None) => return None,
    };
    Card::new()
        .padding(12)
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.add_space(1.0);
            page::row(
                ui,
                20.0,
                |ui| heading(ui, view, destination),
                |ui| at_right(ui, view, destination),
            );
            ui.add_space(9.0);
            let clicked = sums(ui, figures);
            ui.add_space(4.0);
            clicked
        })
        .inner
}

fn heading(ui: &mut Ui, view: &View<'_>, destination: &DestinationView) {
    ui.add_space(4.0);
    let (run, why, started) = match (&destination.running, destination.runs.first()) {
        (Some(running), _) => (running.run, running.cause, running.started),
        (None, Some(run)) => (Some(run.id), run.cause, run.started),
        (None, None) => return,
    };
    let title = match run {
        Some(run) => t_args("run-title", &[("run", run.to_string().into())]),
        None => t("run-new").to_owned(),
    };
    label(ui, Role::Card, &title);
    let at = started_text(view, started);
    let args = [("cause", cause(why).into()), ("at", at.into())];
    let is_interrupted = is_last_interrupted(destination);
    let key = if is_interrupted {
        "run-started-interrupted"
    } else {
        "run-started"
    };
    label(ui, Role::Help, &t_args(key, &args));
}

/// Whether what is shown is a run that ended with the program.
fn is_last_interrupted(destination: &DestinationView) -> bool {
    let last = destination.runs.first();
    destination.running.is_none() && last.is_some_and(Run::is_interrupted)
}

/// The time of day alone, as long as it was today.
fn started_text(view: &View<'_>, at: Timestamp) -> String {
    let day = |at: Timestamp| at.to_zoned_datetime(view.zone.clone()).date();
    if day(at) == day(view.now) {
        format::time(at, &view.zone)
    } else {
        format::moment(at, view.now, &view.zone)
    }
}

fn at_right(ui: &mut Ui, view: &View<'_>, destination: &DestinationView) {
    ui.add_space(4.0);
    let color = theme::palette(ui).accent_text;
    if let Some(running) = &destination.running {
        label_in(ui, Role::Body, color, &progress(view, running));
        spinner(ui, 14.0);
        return;
    }
    if let Some(run) = destination.runs.first() {
        run_chip(run).show(ui);
        if let Some(length) = duration(run) {
            ui.add_space(4.0);
            label(ui, Role::Help, &length);
        }
    }
}

/// How long a run took.
pub(super) fn duration(run: &Run) -> Option<String> {
    let length = run.ended?.duration_since(run.started);
    Some(format::duration(length.unsigned_abs()))
}

/// What a run does, and how much is left.
fn progress(view: &View<'_>, running: &Running) -> String {
    if running.is_stopping {
        return t("progress-stopping").to_owned();
    }
    if let Some(wait) = running.waiting {
        return waits(wait, view);
    }
    match (running.phase, running.done_at) {
        (Phase::Planning { n_records }, _) => {
            t_args("progress-reading", &[("n", n_records.into())])
        }
        (Phase::Delivering { .. }, Some(done)) => {
            let left = done.duration_since(view.now).as_secs().max(0);
            let at = format::time(done, &view.zone);
            if left < 90 {
                return t_args("progress-left-soon", &[("at", at.into())]);
            }
            let minutes = (left + 59) / 60;
            t_args("progress-left", &[("n", minutes.into()), ("at", at.into())])
        }
        (
            Phase::Delivering {
                n_settled,
                n_changes,
            },
            None,
        ) => t_args(
            "progress-sent",
            &[("n", n_settled.into()), ("all", n_changes.into())],
        ),
    }
}

fn sums(ui: &mut Ui, figures: Figures) -> Option<Part> {
    let parts = [
        figures.activated,
        figures.unchanged,
        figures.excluded,
        figures.failed,
        figures.pending,
    ];
    let whole = ui.available_rect_before_wrap();
    let with_rate = whole.width() > 860.0;
    let room = whole.width() - 4.0 - if with_rate { RATE + 30.0 } else { 4.0 };
    let left = Rect::from_min_size(whole.min + vec2(4.0, 0.0), vec2(room, 60.0));
    let clicked = page::child(ui, left, Layout::top_down(Align::Min), |ui| {
        SumLine { parts }.show(ui)
    });
    if with_rate {
        let at = Rect::from_min_size(pos2(whole.right() - RATE, whole.top()), vec2(RATE, 60.0));
        page::upright_rule(ui, at.left() - 24.0, at.top()..=at.top() + 46.0);
        page::child(ui, at, Layout::top_down(Align::Min), |ui| rate(ui, figures));
    }
    ui.add_space(64.0);
    if !with_rate {
        ui.horizontal(|ui| {
            ui.add_space(4.0);
            let rate = rate_text(figures);
            let args = [("rate", rate.into()), ("formula", formula(figures).into())];
            label(ui, Role::Help, &t_args("rate-line", &args));
        });
    }
    clicked
}

fn rate(ui: &mut Ui, figures: Figures) {
    ui.spacing_mut().item_spacing.y = 0.0;
    label(ui, Role::Help, t("rate-title"));
    // On the lines of the figures and of the bar beside it.
    ui.add_space(2.0);
    label(ui, Role::Figure, &rate_text(figures));
    ui.add_space(2.0);
    label(ui, Role::Help, &formula(figures));
}

/// The rate, once there is something to have one of.
pub(in crate::ui) fn rate_text(figures: Figures) -> String {
    figures
        .activation_rate()
        .map_or_else(|| "–".to_owned(), format::percent)
}

/// Activated ÷ (activated + failed + excluded), in figures.
fn formula(figures: Figures) -> String {
    if figures.activation_rate().is_none() {
        return t("rate-nothing").to_owned();
    }
    let count = format::count;
    format!(
        "{} ÷ ({} + {} + {})",
        count(figures.activated),
        count(figures.activated),
        count(figures.failed),
        count(figures.excluded)
    )
}
