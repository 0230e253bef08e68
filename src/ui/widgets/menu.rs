//! Menus: the row menu with three dots, and the items in them.

use egui::{
    Align, InnerResponse, Layout, Popup, Rect, Response, Sense, Ui, WidgetInfo, accesskit, vec2,
};

use super::{Button, draw};
use crate::ui::{
    icon::Icon,
    theme::{self, Role, measure},
};

/// A line of a menu.
#[must_use]
#[derive(Debug, Clone, Copy)]
pub struct MenuItem<'a> {
    text: &'a str,
    icon: Option<Icon>,
    shortcut: &'a str,
    danger: bool,
    chosen: bool,
    disabled: Option<&'a str>,
}

impl<'a> MenuItem<'a> {
    /// An item.
    pub const fn new(text: &'a str) -> Self {
        Self {
            text,
            icon: None,
            shortcut: "",
            danger: false,
            chosen: false,
            disabled: None,
        }
    }

    /// The icon before the text.
    pub const fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// The key that does the same, grey at the right.
    pub const fn shortcut(mut self, key: &'a str) -> Self {
        self.shortcut = key;
        self
    }

    /// Deletes or undoes; it stands last.
    pub const fn danger(mut self) -> Self {
        self.danger = true;
        self
    }

    /// The one that holds now, with a check.
    pub const fn chosen(mut self, chosen: bool) -> Self {
        self.chosen = chosen;
        self
    }

    /// Cannot be taken; the reason is its tooltip.
    pub const fn disabled_if(mut self, reason: Option<&'a str>) -> Self {
        self.disabled = reason;
        self
    }

    /// Draws it; true when it was taken. The menu closes then.
    pub fn show(self, ui: &mut Ui) -> bool {
        let p = theme::palette(ui);
        let ink = match (self.disabled, self.danger) {
            (Some(_), _) => p.text_off,
            (None, true) => p.bad_text,
            (None, false) => p.text,
        };
        let text = draw::whole(ui, Role::Body, ink, self.text);
        let key = draw::whole(ui, Role::Help, p.text_3, self.shortcut);
        let lead = if self.icon.is_some() { 24.0 } else { 0.0 };
        let need = text.size().x + key.size().x + lead + 64.0;
        let width = need.max(ui.available_width());
        let response = ui
            .add_enabled_ui(self.disabled.is_none(), |ui| {
                ui.allocate_response(vec2(width, measure::CONTROL), Sense::click())
            })
            .inner;
        response.widget_info(|| {
            WidgetInfo::labeled(
                accesskit::Role::MenuItem,
                self.disabled.is_none(),
                self.text,
            )
        });
        let row = response.rect.shrink2(vec2(4.0, 0.0));
        if response.hovered() || response.has_focus() {
            ui.painter()
                .rect_filled(row, measure::RADIUS_SMALL, p.hover);
        }
        let inner = row.shrink2(vec2(12.0, 0.0));
        if let Some(icon) = self.icon {
            draw::icon(ui, draw::square_left(inner, 16.0), icon, 16.0, ink);
        }
        draw::left(ui, inner.with_min_x(inner.left() + lead), text);
        if self.chosen {
            let place = inner.with_min_x(inner.right() - 16.0);
            draw::icon(ui, place, Icon::Check, 16.0, p.accent_text);
        } else {
            draw::put(ui, inner, egui::Align2::RIGHT_CENTER, key);
        }
        if response.has_focus() {
            draw::outline(ui, row, measure::RADIUS_SMALL, p.accent);
        }
        let taken = response.clicked();
        if let Some(reason) = self.disabled {
            super::tip(response, reason);
        }
        taken
    }
}

/// The line between groups.
pub fn separator(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 9.0), Sense::hover());
    let line: Rect = rect.shrink2(vec2(0.0, 4.0));
    draw::rule(ui, line.x_range(), line.top(), theme::palette(ui).line);
}

/// Opens a menu under `anchor` at a click. The content's value comes back while the menu is open.
pub fn menu<R>(anchor: &Response, content: impl FnOnce(&mut Ui) -> R) -> Option<InnerResponse<R>> {
    let palette = theme::of(&anchor.ctx);
    let was_open = Popup::is_id_open(&anchor.ctx, Popup::default_response_id(anchor));
    let shown = Popup::menu(anchor)
        .gap(4.0)
        .frame(
            egui::Frame::new()
                .fill(palette.surface)
                .stroke(egui::Stroke::new(1.0, palette.line_strong))
                .corner_radius(measure::RADIUS_CARD)
                .shadow(draw::shadow(palette))
                .inner_margin(egui::Margin::symmetric(0, 3)),
        )
        .layout(Layout::top_down_justified(Align::Min))
        .show(|ui| {
            ui.set_min_width(anchor.rect.width().max(160.0));
            ui.spacing_mut().item_spacing.y = 0.0;
            content(ui)
        });
    let is_open = Popup::is_id_open(&anchor.ctx, Popup::default_response_id(anchor));
    if was_open
        && !is_open
        && anchor
            .ctx
            .input(|input| input.key_pressed(egui::Key::Escape))
    {
        anchor.request_focus();
    }
    shown
}

/// The three dots with their menu; `name` tells whose they are.
pub fn menu_button<R>(
    ui: &mut Ui,
    name: &str,
    content: impl FnOnce(&mut Ui) -> R,
) -> Option<InnerResponse<R>> {
    let id = ui.next_auto_id().with("open");
    let open: bool = ui.data(|data| data.get_temp(id)).unwrap_or(false);
    let button = Button::icon_only(Icon::DotsThree, name)
        .tip(crate::ui::text::t("row-menu"))
        .small()
        .pressed(open)
        .show(ui);
    let shown = menu(&button, content);
    ui.data_mut(|data| data.insert_temp(id, shown.is_some()));
    shown
}
