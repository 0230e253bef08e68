//! The steps of the wizard, on top of it.

use egui::{Align2, Color32, Rect, Response, Sense, Stroke, Ui, WidgetInfo, accesskit, vec2};

use super::{draw, tip};
use crate::ui::{
    icon::Icon,
    text::t_args,
    theme::{self, Role, measure},
};

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// Shown now.
    Current,
    /// Filled in.
    Done,
    /// Filled in, with something to correct.
    Problem,
    /// Not yet.
    Future,
}

/// A step of the stepper.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// Its name.
    pub name: &'a str,
    /// Where it stands.
    pub state: StepState,
    /// Why it cannot be opened yet.
    pub locked: Option<&'a str>,
}

/// Draws the steps over the whole width, 56 high; the index of the step that was clicked.
pub fn stepper(ui: &mut Ui, steps: &[Step<'_>]) -> Option<usize> {
    let palette = theme::palette(ui);
    let (row, _) = ui.allocate_exact_size(vec2(ui.available_width(), 56.0), Sense::hover());
    let widths: Vec<f32> = steps.iter().map(|step| step_width(ui, step)).collect();
    let gaps = f32::from(u16::try_from(steps.len().saturating_sub(1)).unwrap_or(1));
    let gap = ((row.width() - widths.iter().sum::<f32>()) / gaps.max(1.0)).max(8.0);
    let mut clicked = None;
    let mut left = row.left();
    for (at, (step, width)) in steps.iter().zip(widths).enumerate() {
        let place = Rect::from_min_size(egui::pos2(left.round(), row.top()), vec2(width, 56.0));
        if one(ui, place, at, step).clicked() && step.locked.is_none() {
            clicked = Some(at);
        }
        left += width + gap;
        if at + 1 < steps.len() && gap > 32.0 {
            let line = place.right() + 12.0..=left - 12.0;
            draw::rule(ui, line, row.center().y.floor(), palette.line_strong);
        }
    }
    clicked
}

fn step_width(ui: &Ui, step: &Step<'_>) -> f32 {
    let role = label_role(step.state);
    28.0 + draw::whole(ui, role, Color32::WHITE, step.name)
        .size()
        .x
        .ceil()
}

fn label_role(state: StepState) -> Role {
    if state == StepState::Current {
        Role::Card
    } else {
        Role::BodyStrong
    }
}

fn one(ui: &Ui, place: Rect, at: usize, step: &Step<'_>) -> Response {
    let palette = theme::palette(ui);
    let target = place.shrink2(vec2(0.0, 12.0));
    let id = ui.next_auto_id().with(("step", at));
    let response = ui.interact(target, id, Sense::click());
    let name = t_args(
        "step-of",
        &[("n", (at + 1).into()), ("name", step.name.into())],
    );
    let current = step.state == StepState::Current;
    response.widget_info(|| {
        WidgetInfo::selected(accesskit::Role::Tab, step.locked.is_none(), current, &name)
    });
    circle(ui, draw::square_left(place, 20.0), at, step.state);
    let ink = match step.state {
        StepState::Future => palette.text_2,
        StepState::Current | StepState::Done | StepState::Problem => palette.text,
    };
    let text = draw::whole(ui, label_role(step.state), ink, step.name);
    draw::left(ui, place.with_min_x(place.left() + 28.0), text);
    if response.has_focus() {
        draw::outline(
            ui,
            target.expand2(vec2(6.0, 0.0)),
            measure::RADIUS_CONTROL,
            palette.accent,
        );
    }
    match step.locked {
        Some(reason) => tip(response, reason),
        None => response,
    }
}

fn circle(ui: &Ui, rect: Rect, at: usize, state: StepState) {
    let p = theme::palette(ui);
    let (fill, line, ink) = match state {
        StepState::Current => (p.accent, p.accent, p.on_accent),
        StepState::Done => (p.accent_soft, p.accent_line, p.accent_text),
        StepState::Problem => (p.bad_soft, p.bad_line, p.bad_text),
        StepState::Future => (p.surface, p.control, p.text_2),
    };
    ui.painter()
        .circle(rect.center(), 9.5, fill, Stroke::new(1.0, line));
    match state {
        StepState::Done => draw::icon(ui, rect, Icon::Check, 12.0, ink),
        StepState::Problem => {
            let text = draw::whole(ui, Role::Count, ink, "!");
            draw::put(ui, rect, Align2::CENTER_CENTER, text);
        }
        StepState::Current | StepState::Future => {
            let text = draw::whole(ui, Role::Label, ink, &(at + 1).to_string());
            draw::put(ui, rect, Align2::CENTER_CENTER, text);
        }
    }
}
