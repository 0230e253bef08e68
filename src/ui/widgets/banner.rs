//! Banner: at most one on a screen, says what is the matter and offers the way out.

use egui::{Frame, InnerResponse, Margin, Sense, Stroke, Ui, Vec2};

use super::{Kind, draw, label_in, small::paint_spinner};
use crate::ui::{
    icon::Icon,
    theme::{self, Role, measure},
};

/// A coloured card with an icon, a title and one sentence.
#[must_use]
#[derive(Debug, Clone, Copy)]
pub struct Banner<'a> {
    kind: Kind,
    title: &'a str,
    text: Option<&'a str>,
    icon: Icon,
    busy: bool,
}

impl<'a> Banner<'a> {
    /// A banner of this kind.
    pub const fn new(kind: Kind, title: &'a str) -> Self {
        let icon = match kind {
            Kind::Neutral | Kind::Info => Icon::Info,
            Kind::Ok => Icon::CheckCircle,
            Kind::Warn => Icon::Warning,
            Kind::Bad => Icon::WarningCircle,
        };
        Self {
            kind,
            title,
            text: None,
            icon,
            busy: false,
        }
    }

    /// One sentence below the title.
    pub const fn text(mut self, text: &'a str) -> Self {
        self.text = Some(text);
        self
    }

    /// Another icon than that of its kind.
    pub const fn icon(mut self, icon: Icon) -> Self {
        self.icon = icon;
        self
    }

    /// The spinner in the place of the icon.
    pub const fn busy(mut self) -> Self {
        self.busy = true;
        self
    }

    /// Draws it without buttons.
    pub fn show(self, ui: &mut Ui) -> egui::Response {
        self.draw(ui, |_| {}).response
    }

    /// Draws it; `actions` is a row of small buttons under the text.
    pub fn show_with<R>(self, ui: &mut Ui, actions: impl FnOnce(&mut Ui) -> R) -> InnerResponse<R> {
        self.draw(ui, |ui| {
            ui.add_space(8.0);
            ui.spacing_mut().item_spacing = Vec2::splat(8.0);
            ui.horizontal_wrapped(actions).inner
        })
    }

    fn draw<R>(self, ui: &mut Ui, below: impl FnOnce(&mut Ui) -> R) -> InnerResponse<R> {
        let palette = theme::palette(ui);
        Frame::new()
            .fill(self.kind.soft(palette))
            .stroke(Stroke::new(1.0, self.kind.line(palette)))
            .corner_radius(measure::RADIUS_CARD)
            .inner_margin(Margin::symmetric(15, 11))
            .show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.horizontal_top(|ui| {
                    ui.spacing_mut().item_spacing.x = 12.0;
                    self.mark(ui);
                    ui.vertical(|ui| {
                        ui.spacing_mut().item_spacing.y = 0.0;
                        label_in(ui, Role::Card, palette.text, self.title);
                        if let Some(text) = self.text {
                            label_in(ui, Role::Body, palette.text_2, text);
                        }
                        below(ui)
                    })
                    .inner
                })
                .inner
            })
    }

    fn mark(&self, ui: &mut Ui) {
        let (rect, _) = ui.allocate_exact_size(Vec2::splat(20.0), Sense::hover());
        if self.busy {
            paint_spinner(ui, rect);
        } else {
            let color = self.kind.ink(theme::palette(ui));
            draw::icon_fill(ui, rect, self.icon, 20.0, color);
        }
    }
}
