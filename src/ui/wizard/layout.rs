//! Where things stand on the wizard's pages.

use egui::{Align, Layout, Rect, Ui, UiBuilder, pos2, vec2};

use crate::ui::{
    theme::{Role, measure},
    widgets::{at_end, help, label},
};

/// The gap between the form and the card beside it.
pub(in crate::ui::wizard) const GAP: f32 = 32.0;
/// Below this width of the page the card goes under the form: a window of 1200 without its frame.
const WIDE: f32 = 934.0;

/// The page without the padding of the sheet.
pub(super) fn inside<R>(ui: &mut Ui, content: impl FnOnce(&mut Ui) -> R) -> R {
    ui.spacing_mut().item_spacing.y = 0.0;
    let room = ui.max_rect();
    let place = Rect::from_min_max(
        pos2(room.left() + measure::SHEET, ui.cursor().top() + 20.0),
        pos2(
            room.right() - measure::SHEET,
            room.bottom().max(ui.cursor().top() + 40.0) - 18.0,
        ),
    );
    let shown = ui.scope_builder(
        UiBuilder::new()
            .max_rect(place)
            .layout(Layout::top_down(Align::Min)),
        |ui| {
            ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
            content(ui)
        },
    );
    ui.add_space(18.0);
    shown.inner
}

/// Whether the card has its place beside the form.
pub(super) fn is_wide(ui: &Ui) -> bool {
    ui.available_width() >= WIDE
}

/// How high a card is for a table of so many rows: as high as they are, or as what is left of the page. Then the last
/// row is a whole one; or, with `peek`, it is cut so far that it can be read and shows that there are more.
pub(super) fn table_height(ui: &Ui, n_rows: usize, peek: bool) -> f32 {
    const FEWEST: f32 = 4.0;
    let line = 2.0;
    let room = ui.max_rect().bottom() - ui.cursor().top() - line - measure::HEAD;
    let n_rows = f32::from(u16::try_from(n_rows).unwrap_or(u16::MAX));
    let whole = (room / measure::ROW).floor();
    let part = room / measure::ROW - whole;
    let fit = match (peek, part) {
        (false, _) => whole.max(FEWEST),
        (true, ..0.5) => (whole - 1.0).max(FEWEST) + 0.8,
        (true, _) => whole.max(FEWEST) + part.min(0.8),
    };
    let shown = if n_rows * measure::ROW <= room.max(FEWEST * measure::ROW) {
        n_rows.max(1.0)
    } else {
        fit
    };
    measure::HEAD + shown * measure::ROW
}

/// A form with a card beside it, or under it where there is no room.
pub(super) fn beside<S>(
    ui: &mut Ui,
    card_width: f32,
    state: &mut S,
    form: impl FnOnce(&mut Ui, &mut S),
    card: impl FnOnce(&mut Ui, &mut S),
) {
    if !is_wide(ui) {
        form(ui, state);
        ui.add_space(16.0);
        card(ui, state);
        return;
    }
    let form_width = (ui.available_width() - card_width - GAP).min(measure::FORM_WIDTH);
    columns(ui, (form_width, GAP, card_width), state, form, card);
}

/// Two columns that grow downwards: the width of the left one, the gap, and the width of the right one.
pub(super) fn columns<S>(
    ui: &mut Ui,
    (left_width, gap, right_width): (f32, f32, f32),
    state: &mut S,
    left: impl FnOnce(&mut Ui, &mut S),
    right: impl FnOnce(&mut Ui, &mut S),
) {
    let room = ui.available_rect_before_wrap();
    let place = |x: f32, width: f32| {
        let place = Rect::from_min_size(pos2(x, room.top()), vec2(width, room.height()));
        UiBuilder::new()
            .max_rect(place)
            .layout(Layout::top_down(Align::Min))
    };
    let mut child = ui.new_child(place(room.left(), left_width));
    left(&mut child, state);
    let used = child.min_rect();
    let mut child = ui.new_child(place(room.left() + left_width + gap, right_width));
    right(&mut child, state);
    ui.advance_cursor_after_rect(used.union(child.min_rect()));
}

/// The title of a step with one line under it.
pub(super) fn heading(ui: &mut Ui, title: &str, line: &str) {
    label(ui, Role::Step, title);
    // At the right of it stand buttons.
    let width = (ui.available_width() - 264.0).max(320.0);
    for_width(ui, width, |ui| help(ui, line));
}

/// Draws at the right of what was drawn last, from left to right and without moving on.
pub(super) fn at_right(ui: &mut Ui, top: f32, height: f32, content: impl FnOnce(&mut Ui)) {
    let room = ui.max_rect();
    let place = Rect::from_x_y_ranges(room.x_range(), top..=top + height);
    at_end(ui, place, content);
}

/// Two fields side by side.
pub(super) fn pair<S>(
    ui: &mut Ui,
    state: &mut S,
    left: impl FnOnce(&mut Ui, &mut S),
    right: impl FnOnce(&mut Ui, &mut S),
) {
    let width = (ui.available_width() - 16.0) / 2.0;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing = vec2(16.0, 0.0);
        for_width(ui, width, |ui| left(ui, state));
        for_width(ui, width, |ui| right(ui, state));
    });
}

/// A column of this width.
pub(super) fn for_width<R>(ui: &mut Ui, width: f32, content: impl FnOnce(&mut Ui) -> R) -> R {
    ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(Align::Min), |ui| {
        ui.set_width(width);
        content(ui)
    })
    .inner
}
