//! Card: a line around what belongs together.

use egui::{Frame, InnerResponse, Margin, Stroke, Ui};

use super::label;
use crate::ui::theme::{self, Role, measure};

/// A frame with an optional title.
#[must_use]
#[derive(Debug, Clone, Copy)]
pub struct Card<'a> {
    title: Option<&'a str>,
    note: Option<&'a str>,
    padding: Margin,
    sunken: bool,
}

impl<'a> Card<'a> {
    /// A card with 16 points around its content.
    pub const fn new() -> Self {
        Self {
            title: None,
            note: None,
            padding: Margin::same(16),
            sunken: false,
        }
    }

    /// The title, 13/20 600.
    pub const fn title(mut self, title: &'a str) -> Self {
        self.title = Some(title);
        self
    }

    /// What stands grey behind the title.
    pub const fn note(mut self, note: &'a str) -> Self {
        self.note = Some(note);
        self
    }

    /// Points between the line and the content.
    pub const fn padding(mut self, padding: i8) -> Self {
        self.padding = Margin::same(padding);
        self
    }

    /// On the ground of help cards.
    pub const fn sunken(mut self) -> Self {
        self.sunken = true;
        self
    }

    /// Draws the frame over the whole width, and `content` in it.
    pub fn show<R>(self, ui: &mut Ui, content: impl FnOnce(&mut Ui) -> R) -> InnerResponse<R> {
        let palette = theme::palette(ui);
        let fill = if self.sunken {
            palette.sunken
        } else {
            palette.surface
        };
        Frame::new()
            .fill(fill)
            .stroke(Stroke::new(1.0, palette.line))
            .corner_radius(measure::RADIUS_CARD)
            .inner_margin(self.padding)
            .show(ui, |ui| {
                ui.set_width(ui.available_width());
                self.heading(ui);
                content(ui)
            })
    }

    fn heading(&self, ui: &mut Ui) {
        let Some(title) = self.title else { return };
        ui.horizontal(|ui| {
            label(ui, Role::Card, title);
            if let Some(note) = self.note {
                label(ui, Role::Help, note);
            }
        });
        ui.add_space(4.0);
    }
}

impl Default for Card<'_> {
    fn default() -> Self {
        Self::new()
    }
}
