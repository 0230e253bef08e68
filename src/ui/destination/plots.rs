//! The two plots: changes per second with what is to come, and requests per hour under the limit.

use egui::{Align, Layout, Rect, Sense, Ui, pos2, vec2};
use egui_plot::{Bar, BarChart};
use jiff::{Timestamp, tz::TimeZone};

use super::rate::{per_second, seconds};
use crate::{
    engine::snapshot::{BudgetView, DestinationView, Running},
    ui::{
        View, format, page,
        text::{t, t_args},
        theme::{self, Role},
        widgets::{
            Card, draw, label,
            plot::{Axes, Drawn, area, dashed, nice_top},
        },
    },
};

/// Below its title a plot is so high.
const HEIGHT: f32 = 106.0;

/// Draws both, side by side.
pub(super) fn ui(ui: &mut Ui, view: &View<'_>, destination: &DestinationView) {
    let (whole, _) = ui.allocate_exact_size(vec2(ui.available_width(), 152.0), Sense::hover());
    let half = ((whole.width() - 12.0) / 2.0).floor();
    let left = Rect::from_min_size(whole.min, vec2(half, 152.0));
    let right = Rect::from_min_max(pos2(left.right() + 12.0, whole.top()), whole.max);
    let down = Layout::top_down(Align::Min);
    page::child(ui, left, down, |ui| {
        card(ui, |ui| delivery(ui, view, destination.running.as_ref()));
    });
    let budget = view.snapshot.account(&destination.settings.account.name);
    page::child(ui, right, down, |ui| {
        card(ui, |ui| {
            hours(ui, view, budget.map(|account| &account.budget));
        });
    });
}

fn card(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    Card::new().padding(12).show(ui, |ui| {
        ui.set_height(128.0);
        ui.spacing_mut().item_spacing.y = 0.0;
        content(ui);
    });
}

fn heading(ui: &mut Ui, title: &str, notes: impl FnOnce(&mut Ui)) {
    page::row(
        ui,
        20.0,
        |ui| {
            ui.add_space(4.0);
            label(ui, Role::Card, title);
        },
        notes,
    );
    ui.add_space(2.0);
}

fn delivery(ui: &mut Ui, view: &View<'_>, running: Option<&Running>) {
    let title = t("plot-delivery");
    heading(ui, title, |_| {});
    let points = running.map(|running| per_second(&running.samples));
    let (Some(running), Some(points)) = (running, points.filter(|points| points.len() > 1)) else {
        let text = if running.is_some() {
            t("plot-soon")
        } else {
            t("plot-idle")
        };
        ui.add_space(36.0);
        ui.vertical_centered(|ui| label(ui, Role::Help, text));
        return;
    };
    let p = theme::palette(ui);
    let most = points
        .iter()
        .map(|[_, rate]| *rate)
        .fold(running.per_second, f64::max);
    let now = seconds(view.now);
    let from = seconds(running.started);
    let to = running.done_at.map_or(now, seconds).max(now + 1.0);
    let ahead = running.per_second;
    let has_forecast = running.done_at.is_some() && running.waiting_until.is_none();
    let drawn = Axes::new(title, from..=to, nice_top(most), HEIGHT).show(
        ui,
        |number| format!("{number:.0}"),
        move |plot| {
            area(plot, &points, p.plot_fill, p.accent);
            if has_forecast {
                dashed(plot, [now, ahead], [to, ahead], p.plot_line, 3.0);
            }
        },
    );
    notes(ui, view, running, &drawn);
    times(ui, &drawn, from, to, &view.zone);
}

/// What stands at the marks: the rate now, and until when it goes on.
fn notes(ui: &Ui, view: &View<'_>, running: &Running, drawn: &Drawn) {
    let p = theme::palette(ui);
    let x = drawn.x(seconds(view.now)).round();
    let rect = drawn.rect();
    let line = Rect::from_x_y_ranges(x..=x + 1.0, rect.y_range());
    ui.painter().rect_filled(line, 0.0, p.control);
    let rate = format!("{:.1}", running.per_second);
    let args = [
        ("at", format::time(view.now, &view.zone).into()),
        ("rate", rate.into()),
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
    let word = |at: f64| clock(at, zone);
    drawn.below(ui, from, Role::Axis, color, &word(from));
    let fits = |step: &&f64| (to - from) / **step <= 4.0;
    let step = STEPS.iter().find(fits).copied().unwrap_or(86_400.0);
    let mut at = (from / step).ceil() * step;
    while at <= to {
        let x = drawn.x(at);
        if x > drawn.x(from) + 52.0 && x < drawn.rect().right() - 16.0 {
            drawn.below(ui, at, Role::Axis, color, &word(at));
        }
        at += step;
    }
}

fn clock(at: f64, zone: &TimeZone) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "seconds of this century")]
    let at = Timestamp::from_second(at as i64).unwrap_or_default();
    format::time(at, zone)
}

fn hours(ui: &mut Ui, view: &View<'_>, budget: Option<&BudgetView>) {
    let title = t("plot-hours");
    let Some(budget) = budget.filter(|budget| !budget.hours.is_empty()) else {
        heading(ui, title, |_| {});
        ui.add_space(36.0);
        ui.vertical_centered(|ui| label(ui, Role::Help, t("plot-no-hours")));
        return;
    };
    let ceiling = budget.limit.saturating_sub(budget.reserve);
    heading(ui, title, |ui| {
        ui.add_space(4.0);
        let p = theme::palette(ui);
        let text = t_args("plot-ceiling", &[("n", ceiling.into())]);
        legend(ui, p.control, 2.0, &text);
        if ui.available_width() > 240.0 {
            ui.add_space(8.0);
            let text = t_args("plot-limit", &[("n", budget.limit.into())]);
            legend(ui, p.bad, 4.0, &text);
        }
    });
    let drawn = bars(ui, title, budget, ceiling);
    let last = budget.hours.len().saturating_sub(1);
    let p = theme::palette(ui);
    for (i, (hour, x)) in budget.hours.iter().zip(0_u32..).enumerate() {
        if (last - i).is_multiple_of(2) && (i > 0 || last == 0) {
            let (role, color) = if i == last {
                (Role::Axis, p.text)
            } else {
                (Role::Axis, p.text_3)
            };
            let at = format::time(hour.start, &view.zone);
            drawn.below(ui, f64::from(x), role, color, &at);
        }
    }
}

fn bars(ui: &mut Ui, title: &str, budget: &BudgetView, ceiling: u64) -> Drawn {
    let p = theme::palette(ui);
    let most = budget.hours.iter().map(|hour| hour.n_requests).max();
    let top = budget.limit.max(most.unwrap_or(0)).max(1);
    let last = budget.hours.len().saturating_sub(1);
    let marks: Vec<Bar> = budget
        .hours
        .iter()
        .zip(0_u32..)
        .enumerate()
        .map(|(i, (hour, x))| {
            let fill = if i == last { p.accent } else { p.bar_unchanged };
            Bar::new(f64::from(x), float(hour.n_requests))
                .width(0.7)
                .fill(fill)
                .stroke(egui::Stroke::NONE)
        })
        .collect();
    let end = f64::from(u32::try_from(last).unwrap_or(0)) + 0.6;
    let (limit, ceiling) = (float(budget.limit), float(ceiling));
    Axes::new(title, -0.6..=end, float(top), HEIGHT).show(ui, thousands, move |plot| {
        plot.bar_chart(BarChart::new("", marks).allow_hover(false));
        dashed(plot, [-0.6, limit], [end, limit], p.bad, 4.0);
        dashed(plot, [-0.6, ceiling], [end, ceiling], p.control, 2.0);
    })
}

fn legend(ui: &mut Ui, color: egui::Color32, dash: f32, text: &str) {
    label(ui, Role::Help, text);
    let (rect, _) = ui.allocate_exact_size(vec2(16.0, 16.0), Sense::hover());
    let y = rect.center().y;
    ui.painter().extend(egui::Shape::dashed_line(
        &[pos2(rect.left(), y), pos2(rect.right(), y)],
        egui::Stroke::new(1.5, color),
        dash,
        dash,
    ));
}

/// 10k, 5k, 0.
fn thousands(number: f64) -> String {
    if number >= 1_000.0 {
        format!("{}k", number / 1_000.0)
    } else {
        format!("{number:.0}")
    }
}

fn float(number: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "it becomes a place on screen")]
    let number = number as f64;
    number
}
