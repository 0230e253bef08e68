//! Facts: names at the left, values at the right, a rule between.

use egui::{Align, Layout, Response, Ui, vec2};

use super::{draw, label, label_in};
use crate::ui::theme::{self, Role};

/// A list of names with values.
#[must_use]
pub struct Facts<'u> {
    ui: &'u mut Ui,
    name_width: f32,
    first: bool,
}

impl<'u> Facts<'u> {
    /// A list whose names take `name_width` points.
    pub const fn new(ui: &'u mut Ui, name_width: f32) -> Self {
        Self {
            ui,
            name_width,
            first: true,
        }
    }

    /// A row with a plain value.
    pub fn row(&mut self, name: &str, value: &str) -> &mut Self {
        self.row_with(name, |ui| {
            label(ui, Role::Body, value);
        })
    }

    /// A row with a value in Hack.
    pub fn mono(&mut self, name: &str, value: &str) -> &mut Self {
        self.row_with(name, |ui| {
            ui.add_space(2.0);
            label(ui, Role::Mono, value);
        })
    }

    /// A row with any content.
    pub fn row_with(&mut self, name: &str, value: impl FnOnce(&mut Ui)) -> &mut Self {
        let palette = theme::palette(self.ui);
        if !self.first {
            draw::separator(self.ui);
        }
        self.first = false;
        self.ui.spacing_mut().item_spacing.y = 0.0;
        self.ui.add_space(6.0);
        self.ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
            ui.allocate_ui_with_layout(
                vec2(self.name_width, 20.0),
                Layout::left_to_right(Align::Min),
                |ui| {
                    ui.set_width(self.name_width);
                    label_in(ui, Role::Body, palette.text_3, name)
                },
            );
            ui.vertical(|ui| value(ui));
        });
        self.ui.add_space(6.0);
        self
    }
}

/// A check or a warning with a sentence, as in the list of what a source holds.
pub fn fact(ui: &mut Ui, kind: super::Kind, text: &str) -> Response {
    use crate::ui::icon::Icon;
    let palette = theme::palette(ui);
    let (icon, color) = match kind {
        super::Kind::Ok => (Icon::CheckCircle, palette.ok_text),
        super::Kind::Warn => (Icon::Warning, palette.warn),
        super::Kind::Bad => (Icon::XCircle, palette.bad_text),
        super::Kind::Neutral | super::Kind::Info => (Icon::Info, palette.text_3),
    };
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(egui::Vec2::splat(16.0), egui::Sense::hover());
        draw::icon_fill(ui, rect, icon, 16.0, color);
        label(ui, Role::Body, text)
    })
    .inner
}
