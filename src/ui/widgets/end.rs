//! What stands at the right end of a row, in reading order.

use egui::{Align, Layout, Rect, Ui, UiBuilder, vec2};

/// Draws at the right end of `place`, from left to right: so the keyboard goes through it as it is read. A layout from
/// the right would turn that order round.
///
/// How wide it is was seen in the frame before, so in the first one it is not to be seen. To draw that frame twice
/// instead would do twice what was clicked in it.
pub fn at_end<R>(ui: &mut Ui, place: Rect, content: impl FnOnce(&mut Ui) -> R) -> R {
    let id = ui.next_auto_id().with("at end");
    ui.skip_ahead_auto_ids(1);
    let known: Option<f32> = ui.data(|data| data.get_temp(id));
    let left = place.right() - known.unwrap_or(place.width());
    // What has become wider has room to say so.
    let room = Rect::from_min_size(
        egui::pos2(left, place.top()),
        vec2(place.width(), place.height()),
    );
    let mut child = ui.new_child(
        UiBuilder::new()
            .id_salt(id)
            .max_rect(room)
            .layout(Layout::left_to_right(Align::Center)),
    );
    child.spacing_mut().item_spacing.x = 8.0;
    if known.is_none() {
        child.set_invisible();
    }
    let shown = content(&mut child);
    let width = child.min_rect().width().ceil().min(place.width());
    ui.data_mut(|data| data.insert_temp(id, width));
    if known != Some(width) {
        ui.ctx().request_repaint();
    }
    shown
}
