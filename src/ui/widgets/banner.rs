//! Banner: at most one on a screen, says what is the matter and offers the way out.

use egui::{
    Align, Align2, Frame, InnerResponse, Layout, Margin, Sense, Stroke, Ui, Vec2, WidgetInfo,
    accesskit, vec2,
};

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
    side: &'a str,
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
            side: "",
            icon,
            busy: false,
        }
    }

    /// One sentence below the title.
    pub const fn text(mut self, text: &'a str) -> Self {
        self.text = Some(text);
        self
    }

    /// What stands at the right of title and text, such as the time that is left.
    pub const fn side(mut self, text: &'a str) -> Self {
        self.side = text;
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
            .inner_margin(Margin::symmetric(16, 12))
            .show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.horizontal_top(|ui| {
                    ui.spacing_mut().item_spacing.x = 12.0;
                    self.mark(ui);
                    ui.vertical(|ui| {
                        ui.spacing_mut().item_spacing.y = 0.0;
                        self.words(ui);
                        below(ui)
                    })
                    .inner
                })
                .inner
            })
    }

    /// Title and text, beside what stands at the right of both.
    fn words(&self, ui: &mut Ui) {
        let palette = theme::palette(ui);
        let side = draw::whole(ui, Role::Help, palette.text_2, self.side);
        let room = ui.available_width();
        let taken = match side.size().x {
            0.0 => 0.0,
            width => width.ceil() + 16.0,
        };
        let both = Layout::top_down(Align::Min);
        let words = ui.allocate_ui_with_layout(vec2(room - taken, 0.0), both, |ui| {
            ui.set_width(room - taken);
            ui.spacing_mut().item_spacing.y = 0.0;
            label_in(ui, Role::Card, palette.text, self.title);
            if let Some(text) = self.text {
                label_in(ui, Role::Body, palette.text_2, text);
            }
        });
        let rect = words.response.rect;
        let place = rect.with_min_x(rect.right()).with_max_x(rect.left() + room);
        if taken > 0.0 {
            let told = ui.interact(place, ui.next_auto_id().with("side"), Sense::hover());
            told.widget_info(|| WidgetInfo::labeled(accesskit::Role::Label, true, self.side));
            draw::put(ui, place, Align2::RIGHT_CENTER, side);
        }
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
