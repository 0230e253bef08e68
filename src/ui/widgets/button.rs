//! Button: primary, secondary, ghost, danger, and the square with an icon alone.

use egui::{Align2, Color32, Rect, Response, Sense, Ui, WidgetInfo, accesskit, vec2};

use super::{draw, small::paint_spinner, tip};
use crate::ui::{
    icon::Icon,
    theme::{self, Palette, Role, measure},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Primary,
    Secondary,
    Ghost,
    Danger,
}

/// A button; see the constructors for its looks.
#[must_use]
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a builder's switches are independent of each other"
)]
pub struct Button<'a> {
    text: &'a str,
    look: Look,
    icon: Option<Icon>,
    icon_only: bool,
    small: bool,
    busy: bool,
    pressed: bool,
    /// Why it cannot be pressed.
    disabled: Option<&'a str>,
    tip: Option<&'a str>,
    width: Option<f32>,
}

struct Colors {
    fill: Color32,
    line: Color32,
    ink: Color32,
}

impl<'a> Button<'a> {
    const fn new(text: &'a str, look: Look) -> Self {
        Self {
            text,
            look,
            icon: None,
            icon_only: false,
            small: false,
            busy: false,
            pressed: false,
            disabled: None,
            tip: None,
            width: None,
        }
    }

    /// The one action of the screen.
    pub const fn primary(text: &'a str) -> Self {
        Self::new(text, Look::Primary)
    }

    /// Any other action.
    pub const fn secondary(text: &'a str) -> Self {
        Self::new(text, Look::Secondary)
    }

    /// Without outline.
    pub const fn ghost(text: &'a str) -> Self {
        Self::new(text, Look::Ghost)
    }

    /// Deletes or undoes.
    pub const fn danger(text: &'a str) -> Self {
        Self::new(text, Look::Danger)
    }

    /// A square without outline; its name is the tooltip.
    pub const fn icon_only(icon: Icon, name: &'a str) -> Self {
        let mut button = Self::new(name, Look::Ghost);
        button.icon = Some(icon);
        button.icon_only = true;
        button
    }

    /// Gives a square its outline.
    pub const fn outlined(mut self) -> Self {
        self.look = Look::Secondary;
        self
    }

    /// An icon before the text.
    pub const fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// 28 high with 12/16 text.
    pub const fn small(mut self) -> Self {
        self.small = true;
        self
    }

    /// Shows the spinner in the icon's place and takes no clicks.
    pub const fn busy(mut self, busy: bool) -> Self {
        self.busy = busy;
        self
    }

    /// Looks pressed, while its menu is open.
    pub const fn pressed(mut self, pressed: bool) -> Self {
        self.pressed = pressed;
        self
    }

    /// Takes no clicks; the reason is its tooltip.
    pub const fn disabled(mut self, reason: &'a str) -> Self {
        self.disabled = Some(reason);
        self
    }

    /// As [`Self::disabled`] when there is a reason.
    pub const fn disabled_if(mut self, reason: Option<&'a str>) -> Self {
        self.disabled = reason;
        self
    }

    /// A tooltip.
    pub const fn tip(mut self, text: &'a str) -> Self {
        self.tip = Some(text);
        self
    }

    /// A fixed width.
    pub const fn width(mut self, width: f32) -> Self {
        self.width = Some(width);
        self
    }

    /// Draws it; `clicked()` of the response tells.
    pub fn show(self, ui: &mut Ui) -> Response {
        let enabled = self.disabled.is_none() && !self.busy;
        let response = ui
            .add_enabled_ui(enabled, |ui| {
                let response = ui.allocate_response(self.size(ui), Sense::click());
                response.widget_info(|| {
                    WidgetInfo::labeled(accesskit::Role::Button, ui.is_enabled(), self.text)
                });
                self.paint(ui, &response);
                response
            })
            .inner;
        match self.disabled.filter(|reason| !reason.is_empty()) {
            Some(reason) => tip(response, reason),
            None if self.icon_only => tip(response, self.tip.unwrap_or(self.text)),
            None => match self.tip {
                Some(text) => tip(response, text),
                None => response,
            },
        }
    }

    const fn height(&self) -> f32 {
        if self.small {
            measure::CONTROL_SMALL
        } else {
            measure::CONTROL
        }
    }

    const fn role(&self) -> Role {
        if self.small {
            Role::Label
        } else {
            Role::BodyStrong
        }
    }

    fn size(&self, ui: &Ui) -> egui::Vec2 {
        if self.icon_only {
            return vec2(self.height(), self.height());
        }
        let text = draw::whole(ui, self.role(), Color32::WHITE, self.text);
        let padding = if self.small { 20.0 } else { 24.0 };
        let width = text.size().x.ceil() + padding + self.icon_width();
        vec2(self.width.unwrap_or(width), self.height())
    }

    const fn icon_width(&self) -> f32 {
        if self.icon.is_some() || self.busy {
            22.0
        } else {
            0.0
        }
    }

    fn paint(&self, ui: &Ui, response: &Response) {
        let palette = theme::palette(ui);
        let colors = self.colors(palette, response);
        draw::frame(
            ui,
            response.rect,
            measure::RADIUS_CONTROL,
            colors.fill,
            colors.line,
        );
        self.paint_content(ui, response.rect, colors.ink);
        if response.has_focus() {
            draw::focus_ring(ui, response, measure::RADIUS_CONTROL);
            if self.look == Look::Primary {
                let inner = response.rect.shrink(2.0);
                draw::frame(
                    ui,
                    inner,
                    measure::RADIUS_SMALL,
                    Color32::TRANSPARENT,
                    palette.on_accent,
                );
            }
        }
    }

    fn paint_content(&self, ui: &Ui, rect: Rect, ink: Color32) {
        let text = draw::whole(ui, self.role(), ink, self.text);
        let width = if self.icon_only {
            16.0
        } else {
            text.size().x + self.icon_width()
        };
        let inner = Align2::CENTER_CENTER.align_size_within_rect(vec2(width, rect.height()), rect);
        let mark = draw::square_left(inner, 16.0);
        if self.busy {
            paint_spinner(ui, mark);
        } else if let Some(icon) = self.icon {
            draw::icon(ui, mark, icon, 16.0, ink);
        }
        if !self.icon_only {
            draw::put(ui, inner, Align2::RIGHT_CENTER, text);
        }
    }

    fn colors(&self, p: &Palette, response: &Response) -> Colors {
        let pressed = self.pressed || response.is_pointer_button_down_on();
        let hovered = response.hovered();
        let of = |fill, line, ink| Colors { fill, line, ink };
        let none = Color32::TRANSPARENT;
        if self.disabled.is_some() {
            return match self.look {
                Look::Ghost => of(none, none, p.text_off),
                Look::Primary | Look::Secondary | Look::Danger => of(p.sunken, p.line, p.text_off),
            };
        }
        match (self.look, pressed, hovered) {
            (Look::Primary, true, _) => of(p.accent_press, p.accent_press, p.on_accent),
            (Look::Primary, _, true) => of(p.accent_hover, p.accent_hover, p.on_accent),
            (Look::Primary, ..) => of(p.accent, p.accent, p.on_accent),
            (Look::Secondary, true, _) => of(p.nav, p.line_strong, p.text),
            (Look::Secondary, _, true) => of(p.hover, p.line_strong, p.text),
            (Look::Secondary, ..) => of(p.surface, p.line_strong, p.text),
            (Look::Ghost, true, _) => of(p.nav, p.nav, p.text),
            (Look::Ghost, _, true) => of(p.hover, p.hover, p.text_2),
            (Look::Ghost, ..) => of(none, none, p.text_2),
            (Look::Danger, true, _) | (Look::Danger, _, true) => {
                of(p.bad_soft, p.bad_line, p.bad_text)
            }
            (Look::Danger, ..) => of(p.surface, p.bad_line, p.bad_text),
        }
    }
}
