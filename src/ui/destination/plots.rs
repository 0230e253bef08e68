//! The two plots: changes per second, and requests per hour under the limit.

use egui::{Align, Layout, Rect, Sense, Ui, pos2, vec2};
use egui_plot::{Bar, BarChart};

use super::delivery::{self, HEIGHT};
use crate::{
    engine::snapshot::{BudgetView, DestinationView},
    ui::{
        View, format, page,
        text::{t, t_args},
        theme::{self, Role},
        widgets::{
            Card, label,
            plot::{Axes, Drawn},
        },
    },
};

/// Lines of dashes: so many points of line, so many of gap.
const LIMIT: (f32, f32) = (4.0, 3.0);
const CEILING: (f32, f32) = (2.0, 3.0);

/// Draws both, side by side.
pub(super) fn ui(ui: &mut Ui, view: &View<'_>, destination: &DestinationView) {
    let (whole, _) = ui.allocate_exact_size(vec2(ui.available_width(), 152.0), Sense::hover());
    let half = ((whole.width() - 12.0) / 2.0).floor();
    let left = Rect::from_min_size(whole.min, vec2(half, 152.0));
    let right = Rect::from_min_max(pos2(left.right() + 12.0, whole.top()), whole.max);
    let down = Layout::top_down(Align::Min);
    page::child(ui, left, down, |ui| {
        card(ui, |ui| delivery::ui(ui, view, destination));
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

pub(super) fn heading(ui: &mut Ui, title: &str, notes: impl FnOnce(&mut Ui)) {
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
        legend(ui, p.control, CEILING, &text);
        if ui.available_width() > 240.0 {
            ui.add_space(8.0);
            let text = t_args("plot-limit", &[("n", budget.limit.into())]);
            legend(ui, p.bad, LIMIT, &text);
        }
    });
    let drawn = bars(ui, title, budget, ceiling);
    let last = budget.hours.len().saturating_sub(1);
    let p = theme::palette(ui);
    for (i, (hour, x)) in budget.hours.iter().zip(0_u32..).enumerate() {
        if (last - i).is_multiple_of(2) && (i > 0 || last == 0) {
            let at = format::time(hour.start, &view.zone);
            drawn.below(ui, f64::from(x), Role::Axis, p.text_3, &at);
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
    let args = [("n", budget.used.into()), ("limit", budget.limit.into())];
    let value = t_args("plot-value-hours", &args);
    let axes = Axes::new(title, -0.6..=end, float(top), HEIGHT).value(&value);
    let drawn = axes.show(ui, thousands, move |plot| {
        plot.bar_chart(BarChart::new("", marks).allow_hover(false));
    });
    drawn.dashes(ui, -0.6..=end, limit, p.bad, LIMIT);
    drawn.dashes(ui, -0.6..=end, ceiling, p.control, CEILING);
    drawn
}

fn legend(ui: &mut Ui, color: egui::Color32, (line, gap): (f32, f32), text: &str) {
    label(ui, Role::Help, text);
    let (rect, _) = ui.allocate_exact_size(vec2(16.0, 16.0), Sense::hover());
    let y = rect.center().y;
    ui.painter().extend(egui::Shape::dashed_line(
        &[pos2(rect.left(), y), pos2(rect.right(), y)],
        egui::Stroke::new(1.5, color),
        line,
        gap,
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
