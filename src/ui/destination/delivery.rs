//! The plot of delivered changes per second: of the run that goes on, with what is to come, or of the last one.

use egui::{Rect, Ui};
use jiff::{Timestamp, tz::TimeZone};

use super::{
    plots::heading,
    rate::{per_second, seconds},
    run_card::duration,
};
use crate::{
    engine::snapshot::{Delivered, DestinationView, Running},
    ui::{
        View, format,
        text::{t, t_args},
        theme::{self, Role},
        widgets::{
            draw, label,
            plot::{Axes, Drawn, area, nice_top},
        },
    },
};

/// Below its title a plot is so high.
pub(super) const HEIGHT: f32 = 106.0;

/// A line of dashes for what is to come.
const FORECAST: (f32, f32) = (3.0, 3.0);

pub(super) fn ui(ui: &mut Ui, view: &View<'_>, destination: &DestinationView) {
    match (&destination.running, &destination.delivered) {
        (Some(running), _) => of_running(ui, view, running),
        (None, Some(last)) => of_last(ui, view, destination, last),
        (None, None) => {
            heading(ui, t("plot-delivery"), |_| {});
            instead(ui, &in_words(destination));
        }
    }
}

/// A sentence in the place of a plot.
fn instead(ui: &mut Ui, text: &str) {
    ui.add_space(36.0);
    ui.vertical_centered(|ui| label(ui, Role::Help, text));
}

fn of_running(ui: &mut Ui, view: &View<'_>, running: &Running) {
    let title = t("plot-delivery");
    heading(ui, title, |_| {});
    let points = per_second(&running.samples);
    if points.len() < 2 {
        instead(ui, t("plot-soon"));
        return;
    }
    let now = seconds(view.now);
    let from = seconds(running.started);
    let to = running.done_at.map_or(now, seconds).max(now + 1.0);
    let most = most(&points).max(running.per_second);
    let args = [
        ("rate", rate(running.per_second).into()),
        ("most", rate(most).into()),
    ];
    let value = t_args("plot-value-now", &args);
    let drawn = curve(ui, title, &value, points, (from, to), most);
    if running.done_at.is_some() && running.waiting.is_none() {
        let color = theme::palette(ui).plot_line;
        drawn.dashes(ui, now..=to, running.per_second, color, FORECAST);
    }
    notes(ui, view, running, &drawn);
    times(ui, &drawn, from, to, &view.zone);
}

fn of_last(ui: &mut Ui, view: &View<'_>, destination: &DestinationView, last: &Delivered) {
    let title = t("plot-delivery");
    let points = per_second(&last.samples);
    if points.len() < 2 {
        heading(ui, title, |_| {});
        instead(ui, &in_words(destination));
        return;
    }
    let newest = destination.runs.first().map(|run| run.id);
    let at = format::moment(last.ended, view.now, &view.zone);
    let name = match last.run.filter(|run| Some(*run) != newest) {
        None => t_args("plot-last", &[("at", at.into())]),
        Some(run) => {
            let args = [("run", run.to_string().into()), ("at", at.into())];
            t_args("plot-last-of", &args)
        }
    };
    heading(ui, title, |ui| {
        ui.add_space(4.0);
        label(ui, Role::Help, &name);
    });
    let most = most(&points);
    let value = t_args("plot-value-last", &[("most", rate(most).into())]);
    let (from, to) = (seconds(last.started), seconds(last.ended));
    let drawn = curve(ui, title, &value, points, (from, to.max(from + 1.0)), most);
    times(ui, &drawn, from, to, &view.zone);
}

/// What the last run that sent something did, without its course.
fn in_words(destination: &DestinationView) -> String {
    let mut runs = destination.runs.iter();
    let last = runs.find(|run| run.figures.activated > 0);
    let length = last.and_then(duration);
    match (last, length) {
        (Some(run), Some(length)) => {
            let args = [
                ("n", run.figures.activated.into()),
                ("run", run.id.to_string().into()),
                ("length", length.into()),
            ];
            t_args("plot-last-short", &args)
        }
        _ => t("plot-idle").to_owned(),
    }
}

fn most(points: &[[f64; 2]]) -> f64 {
    points.iter().map(|[_, rate]| *rate).fold(0.0, f64::max)
}

fn rate(per_second: f64) -> String {
    format!("{per_second:.1}")
}

fn curve(
    ui: &mut Ui,
    title: &str,
    value: &str,
    points: Vec<[f64; 2]>,
    (from, to): (f64, f64),
    most: f64,
) -> Drawn {
    let p = theme::palette(ui);
    Axes::new(title, from..=to, nice_top(most), HEIGHT)
        .value(value)
        .show(
            ui,
            |number| format!("{number:.0}"),
            move |plot| area(plot, &points, p.plot_fill, p.accent),
        )
}

/// What stands at the marks: the rate now, and until when it goes on.
fn notes(ui: &Ui, view: &View<'_>, running: &Running, drawn: &Drawn) {
    let p = theme::palette(ui);
    let x = drawn.x(seconds(view.now)).round();
    let rect = drawn.rect();
    let line = Rect::from_x_y_ranges(x..=x + 1.0, rect.y_range());
    ui.painter().rect_filled(line, 0.0, p.control);
    let args = [
        ("at", format::time(view.now, &view.zone).into()),
        ("rate", rate(running.per_second).into()),
    ];
    drawn.note(ui, x + 6.0, rect.top() - 1.0, &t_args("plot-now", &args));
    if let Some(done) = running.done_at {
        let until = format::time(done, &view.zone);
        let text = t_args("plot-until", &[("at", until.into())]);
        let width = draw::whole(ui, Role::Axis, p.text_2, &text).size().x;
        let y = (drawn.y(running.per_second) - 20.0).max(rect.top() + 18.0);
        if rect.right() - x > width + 8.0 {
            drawn.note(ui, rect.right() - width, y, &text);
        }
    }
}

/// The start, and round times after it.
fn times(ui: &Ui, drawn: &Drawn, from: f64, to: f64, zone: &TimeZone) {
    const STEPS: [f64; 10] = [
        10.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1_800.0, 3_600.0, 7_200.0, 21_600.0,
    ];
    let color = theme::palette(ui).text_3;
    let fits = |step: &&f64| (to - from) / **step <= 4.0;
    let step = STEPS.iter().find(fits).copied().unwrap_or(86_400.0);
    let word = |at: f64| clock(at, step, zone);
    drawn.below(ui, from, Role::Axis, color, &word(from));
    let mut at = (from / step).ceil() * step;
    while at <= to {
        let x = drawn.x(at);
        if x > drawn.x(from) + 60.0 && x < drawn.rect().right() - 24.0 {
            drawn.below(ui, at, Role::Axis, color, &word(at));
        }
        at += step;
    }
}

/// To the second where the next word stands less than a minute away.
fn clock(at: f64, step: f64, zone: &TimeZone) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "seconds of this century")]
    let at = Timestamp::from_second(at as i64).unwrap_or_default();
    if step < 60.0 {
        format::time_to_the_second(at, zone)
    } else {
        format::time(at, zone)
    }
}
