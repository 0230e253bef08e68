//! What stands in the place of content: the empty state and the skeleton.

use egui::{Align, Layout, Rect, Sense, Ui, Vec2, vec2};

use super::{draw, label, label_in};
use crate::ui::{
    icon::Icon,
    theme::{self, Role},
};

/// One sentence, and the way in.
#[must_use]
#[derive(Debug, Clone, Copy)]
pub struct EmptyState<'a> {
    icon: Icon,
    title: &'a str,
    text: &'a str,
}

impl<'a> EmptyState<'a> {
    /// An empty state.
    pub const fn new(icon: Icon, title: &'a str, text: &'a str) -> Self {
        Self { icon, title, text }
    }

    /// Draws it in the middle of the width; `actions` are at most two buttons, `width` points together.
    pub fn show<R>(self, ui: &mut Ui, width: f32, actions: impl FnOnce(&mut Ui) -> R) -> R {
        let palette = theme::palette(ui);
        ui.vertical_centered(|ui| {
            let (rect, _) = ui.allocate_exact_size(Vec2::splat(48.0), Sense::hover());
            ui.painter().rect_filled(rect, 10.0, palette.hover);
            draw::icon(ui, rect, self.icon, 24.0, palette.text_2);
            ui.add_space(8.0);
            label(ui, Role::Step, self.title);
            ui.allocate_ui_with_layout(vec2(360.0, 0.0), Layout::top_down(Align::Center), |ui| {
                label_in(ui, Role::Body, palette.text_2, self.text)
            });
            ui.add_space(12.0);
            ui.allocate_ui_with_layout(
                vec2(width, 32.0),
                Layout::left_to_right(Align::Center),
                actions,
            )
            .inner
        })
        .inner
    }
}

/// Bars in the shape of a table while it is read: `rows` rows whose bars start at the shares `columns` of the width.
pub fn skeleton(ui: &mut Ui, rows: usize, columns: &[f32]) {
    let palette = theme::palette(ui);
    for row in 0..rows {
        let size = vec2(ui.available_width(), theme::measure::ROW);
        let gap = std::mem::take(&mut ui.spacing_mut().item_spacing.y);
        let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
        ui.spacing_mut().item_spacing.y = gap;
        for (column, share) in columns.iter().enumerate() {
            // Uneven widths look like words.
            let width = [56.0, 104.0, 72.0, 128.0, 88.0]
                .get((row * 2 + column) % 5)
                .copied()
                .unwrap_or(72.0);
            let left = rect.left() + 24.0 + share * (rect.width() - 48.0);
            let top = rect.center().y - 5.0;
            let bar = Rect::from_min_size(egui::pos2(left, top), vec2(width, 10.0));
            ui.painter().rect_filled(bar, 4.0, palette.line);
        }
        draw::rule(ui, rect.x_range(), rect.bottom() - 1.0, palette.line);
    }
}
