//! Modal: names what will happen, the safe way out first.

use egui::{Align, Context, Frame, Id, Layout, Margin, Ui};

use super::{draw, label, label_in};
use crate::ui::theme::{self, Role, measure};

/// A dialog 480 wide over a flat scrim.
#[must_use]
#[derive(Debug, Clone, Copy)]
pub struct Modal<'a> {
    title: &'a str,
    text: &'a str,
    width: f32,
}

impl<'a> Modal<'a> {
    /// A dialog with a title and what will happen.
    pub const fn new(title: &'a str, text: &'a str) -> Self {
        Self {
            title,
            text,
            width: 480.0,
        }
    }

    /// Another width than 480.
    pub const fn width(mut self, width: f32) -> Self {
        self.width = width;
        self
    }

    /// Draws it. `buttons` are laid out from the right, so the last button on screen comes first; true of the second
    /// value when Escape or a click beside it asks to close.
    pub fn show<R>(
        self,
        ctx: &Context,
        content: impl FnOnce(&mut Ui),
        buttons: impl FnOnce(&mut Ui) -> R,
    ) -> (R, bool) {
        let palette = theme::of(ctx);
        let frame = Frame::new()
            .fill(palette.surface)
            .stroke(egui::Stroke::new(1.0, palette.line_strong))
            .corner_radius(measure::RADIUS_MODAL)
            .shadow(draw::shadow(palette))
            .inner_margin(Margin::same(23));
        let shown = egui::Modal::new(Id::unique(("modal", self.title)))
            .frame(frame)
            .backdrop_color(palette.scrim)
            .show(ctx, |ui| {
                ui.set_width(self.width - 48.0);
                label(ui, Role::Step, self.title);
                label_in(ui, Role::Body, palette.text_2, self.text);
                ui.add_space(8.0);
                content(ui);
                ui.add_space(12.0);
                ui.allocate_ui_with_layout(
                    egui::vec2(ui.available_width(), measure::CONTROL),
                    Layout::right_to_left(Align::Center),
                    buttons,
                )
                .inner
            });
        let close = shown.should_close();
        (shown.inner, close)
    }
}
