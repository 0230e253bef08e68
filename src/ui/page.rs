//! How every page is laid out: its padding, its title with the buttons at the right, and its tables.

use egui::{Align, Frame, Layout, Margin, Rect, Ui, UiBuilder, vec2};

use super::{
    theme::{self, Role, measure},
    widgets::{TableResponse, at_end, draw, label},
};

/// The inside of the sheet's padding at both sides, without gaps between what is in it.
pub(in crate::ui) fn padded<R>(ui: &mut Ui, content: impl FnOnce(&mut Ui) -> R) -> R {
    Frame::new()
        .inner_margin(Margin::symmetric(24, 0))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            content(ui)
        })
        .inner
}

/// A row of this height with something at the left and something at the right; what is at the right is laid out from
/// the edge.
pub(in crate::ui) fn row<L, R>(
    ui: &mut Ui,
    height: f32,
    left: impl FnOnce(&mut Ui) -> L,
    right: impl FnOnce(&mut Ui) -> R,
) -> (L, R) {
    let size = vec2(ui.available_width(), height);
    let (rect, _) = ui.allocate_exact_size(size, egui::Sense::hover());
    let left = child(ui, rect, Layout::left_to_right(Align::Center), left);
    let right = child(ui, rect, Layout::right_to_left(Align::Center), right);
    (left, right)
}

/// The same with several controls at the right: they are drawn, and so gone through, as they are read.
pub(in crate::ui) fn row_to_controls<L, R>(
    ui: &mut Ui,
    height: f32,
    left: impl FnOnce(&mut Ui) -> L,
    right: impl FnOnce(&mut Ui) -> R,
) -> (L, R) {
    let size = vec2(ui.available_width(), height);
    let (rect, _) = ui.allocate_exact_size(size, egui::Sense::hover());
    let left = child(ui, rect, Layout::left_to_right(Align::Center), left);
    (left, at_end(ui, rect, right))
}

/// A row of controls, 32 high, with a note at the right.
pub(in crate::ui) fn tools(ui: &mut Ui, left: impl FnOnce(&mut Ui), right: impl FnOnce(&mut Ui)) {
    let size = vec2(ui.available_width(), measure::CONTROL);
    let (rect, _) = ui.allocate_exact_size(size, egui::Sense::hover());
    // A field grows downwards from where it starts, so nothing here is put in the middle.
    child(ui, rect, Layout::left_to_right(Align::Min), left);
    child(ui, rect, Layout::right_to_left(Align::Center), right);
}

/// Something in a box of its own.
pub(in crate::ui) fn child<R>(
    ui: &mut Ui,
    rect: Rect,
    layout: Layout,
    content: impl FnOnce(&mut Ui) -> R,
) -> R {
    let salt = ui.next_auto_id();
    ui.skip_ahead_auto_ids(1);
    let mut child = ui.new_child(UiBuilder::new().id_salt(salt).max_rect(rect).layout(layout));
    content(&mut child)
}

/// A form: never wider than is easy to read.
pub(in crate::ui) fn form<R>(ui: &mut Ui, content: impl FnOnce(&mut Ui) -> R) -> R {
    let width = ui.available_width().min(measure::FORM_WIDTH);
    let layout = Layout::top_down(Align::Min);
    ui.allocate_ui_with_layout(vec2(width, 0.0), layout, |ui| {
        ui.set_width(width);
        content(ui)
    })
    .inner
}

/// The title of a page with its buttons at the right; 24 above and 16 below.
pub(in crate::ui) fn title<R>(ui: &mut Ui, title: &str, buttons: impl FnOnce(&mut Ui) -> R) -> R {
    ui.add_space(measure::SHEET);
    let shown = row(
        ui,
        measure::CONTROL,
        |ui| label(ui, Role::Title, title),
        buttons,
    );
    ui.add_space(16.0);
    shown.1
}

/// A rule over the whole width of the sheet.
pub(in crate::ui) fn rule(ui: &mut Ui) {
    draw::separator(ui);
}

/// A rule from top to bottom at the left edge of what is left.
pub(in crate::ui) fn upright_rule(ui: &Ui, x: f32, y: impl Into<egui::Rangef>) {
    let y = y.into();
    let rect = Rect::from_x_y_ranges(x..=x + 1.0, y);
    ui.painter().rect_filled(rect, 0.0, theme::palette(ui).line);
}

/// The row that a table wants opened: by a click, or by Enter.
pub(in crate::ui) fn opened(ui: &Ui, told: TableResponse) -> Option<usize> {
    let is_click = ui.input(|input| input.pointer.any_released() || input.pointer.any_click());
    told.opened.or(told.chosen.filter(|_| is_click))
}

/// Scrolls to what the keyboard has just come to by Tab, if it is out of sight. To be called at the end of a page that
/// scrolls.
pub(in crate::ui) fn keep_focus_in_sight(ui: &Ui) {
    let id = ui.scope_id().with("focus in sight");
    let frame = ui.ctx().cumulative_frame_nr();
    if ui.input(|input| input.key_pressed(egui::Key::Tab)) {
        ui.data_mut(|data| data.insert_temp(id, frame));
    }
    // Backwards it comes there a frame later.
    let tabbed: Option<u64> = ui.data(|data| data.get_temp(id));
    if tabbed.is_none_or(|tabbed| tabbed + 1 < frame) {
        return;
    }
    let focused = ui.memory(egui::Memory::focused);
    let place = focused.and_then(|focused| ui.ctx().read_response(focused));
    let Some(place) = place.filter(|place| place.layer_id == ui.layer_id()) else {
        return;
    };
    let rect = place.rect.expand(8.0);
    let is_here = ui.min_rect().contains(place.rect.center());
    if is_here && !ui.clip_rect().contains_rect(rect) {
        ui.scroll_to_rect(rect, None);
    }
}

/// Sets the gaps of a page: none from line to line, 8 within a line.
pub(in crate::ui) fn reset(ui: &mut Ui) {
    ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
}
