//! What stands around every step: the stepper, the footer, and the question before everything is put away.

use egui::{Align, Context, Layout, Ui, UiBuilder, vec2};

use crate::{
    model::Step,
    ui::{
        icon::Icon,
        text::{t, t_args},
        theme::{self, Role},
        widgets::{self, Button, Modal, StepState, at_end, draw, label_in},
    },
};

use super::{
    Move,
    steps::{Forms, Stage},
    words,
};

/// The steps on top; the one that was clicked.
pub(super) fn stepper(ui: &mut Ui, stage: &Stage<'_>, furthest: Step) -> Option<Move> {
    let steps = Step::ALL.map(|step| widgets::Step {
        name: words::step(step),
        state: state(stage, step, furthest),
        locked: None,
    });
    let clicked = widgets::stepper(ui, &steps)?;
    Step::ALL.get(clicked).copied().map(Move::To)
}

fn state(stage: &Stage<'_>, step: Step, furthest: Step) -> StepState {
    let current = stage.draft.step;
    if step == current {
        StepState::Current
    } else if step > furthest {
        StepState::Future
    } else if stage.n_wrong(step) > 0 || stage.n_missing(step) > 0 {
        StepState::Problem
    } else if step == Step::Review {
        StepState::Future
    } else {
        StepState::Done
    }
}

/// The buttons below; what was pressed.
pub(super) fn footer(ui: &mut Ui, stage: &Stage<'_>, forms: &mut Forms) -> Option<Move> {
    let mut moved = None;
    let place = ui.max_rect();
    // A button without a line is in line with the page by its text.
    let cancel = place.with_min_x(place.left() - 11.0);
    let mut left = ui.new_child(
        UiBuilder::new()
            .max_rect(cancel)
            .layout(Layout::left_to_right(Align::Center)),
    );
    if Button::ghost(t("wiz-cancel")).show(&mut left).clicked() {
        moved = Some(Move::Cancel);
    }
    at_end(ui, place, |ui| buttons(ui, stage, forms)).or(moved)
}

fn buttons(ui: &mut Ui, stage: &Stage<'_>, forms: &mut Forms) -> Option<Move> {
    let step = stage.draft.step;
    let blocked = blocker(stage);
    let reason = blocked.as_ref().map(|(text, _)| text.as_str());
    let mut moved = None;
    if let Some((text, is_wrong)) = &blocked {
        note(ui, text, *is_wrong);
        ui.add_space(8.0);
    }
    if step == Step::Review {
        let test = Button::secondary(t("wiz-test-one")).icon(Icon::UserFocus);
        if test.disabled_if(reason).show(ui).clicked() {
            forms.review.open_test();
        }
    }
    let none_before = step.previous().is_none().then(|| t("wiz-first-step"));
    let back = Button::secondary(t("wiz-back")).disabled_if(none_before);
    if back.show(ui).clicked() {
        moved = step.previous().map(Move::To);
    }
    if Button::secondary(t("wiz-save-exit")).show(ui).clicked() {
        moved = Some(Move::SaveAndExit);
    }
    let (name, to) = match step.next() {
        Some(next) => (t("wiz-next"), Move::To(next)),
        None => (t("wiz-finish"), Move::Finish),
    };
    if Button::primary(name).disabled_if(reason).show(ui).clicked() {
        moved = Some(to);
    }
    moved
}

/// What keeps a person from going on, and whether it is a fault rather than something still to fill in.
fn blocker(stage: &Stage<'_>) -> Option<(String, bool)> {
    let step = stage.draft.step;
    if step == Step::Connect && stage.n_wrong(step) + stage.n_missing(step) > 0 {
        return Some((t("wiz-connect-to-go-on").to_owned(), false));
    }
    let steps = Step::ALL
        .into_iter()
        .filter(|other| step == Step::Review || *other == step);
    let (mut wrong, mut missing) = (0, 0);
    for other in steps {
        wrong += stage.n_wrong(other);
        missing += stage.n_missing(other);
    }
    let args = [("wrong", wrong.into()), ("missing", missing.into())];
    match (wrong, missing) {
        (0, 0) => None,
        (0, _) => Some((t_args("wiz-n-missing", &args), false)),
        (_, 0) => Some((t_args("wiz-n-wrong", &args), true)),
        _ => Some((t_args("wiz-n-wrong-missing", &args), true)),
    }
}

fn note(ui: &mut Ui, text: &str, is_wrong: bool) {
    let palette = theme::palette(ui);
    let color = if is_wrong {
        palette.bad_text
    } else {
        palette.text_3
    };
    if is_wrong {
        let (place, _) = ui.allocate_exact_size(vec2(16.0, 16.0), egui::Sense::hover());
        draw::icon_fill(ui, place, Icon::WarningCircle, 16.0, color);
        ui.add_space(-4.0);
    }
    label_in(ui, Role::Help, color, text);
}

/// Asks before what was typed is put away.
pub(super) fn leave_dialog(ctx: &Context) -> Option<Move> {
    let modal = Modal::new(t("wiz-leave-title"), t("wiz-leave-text"));
    let (moved, is_closed) = modal.show(
        ctx,
        |_| {},
        |ui| {
            let mut moved = None;
            if Button::secondary(t("wiz-leave-stay")).show(ui).clicked() {
                moved = Some(Move::Stay);
            }
            if Button::primary(t("wiz-leave-keep")).show(ui).clicked() {
                moved = Some(Move::SaveAndExit);
            }
            if Button::danger(t("wiz-leave-discard")).show(ui).clicked() {
                moved = Some(Move::Discard);
            }
            moved
        },
    );
    moved.or(is_closed.then_some(Move::Stay))
}
