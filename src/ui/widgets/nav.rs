//! Breadcrumb, link, pager, monogram.

use egui::{Align2, Color32, Rect, Response, Sense, Stroke, Ui, Vec2, WidgetInfo, accesskit, vec2};

use super::{Button, draw, label_in, truncated};
use crate::ui::{
    icon::Icon,
    text::{t, t_args},
    theme::{self, Role, measure},
};

/// Where the screen stands; the index of the part that was clicked. The last part is the screen itself.
pub fn breadcrumb(ui: &mut Ui, parts: &[&str]) -> Option<usize> {
    let palette = theme::palette(ui);
    let mut clicked = None;
    ui.horizontal(|ui| {
        for (at, part) in parts.iter().enumerate() {
            if at + 1 == parts.len() {
                truncated(ui, Role::Card, palette.text, part);
                continue;
            }
            if text_button(ui, Role::Body, palette.text_3, palette.text, part).clicked() {
                clicked = Some(at);
            }
            let (rect, _) = ui.allocate_exact_size(vec2(12.0, 20.0), Sense::hover());
            draw::icon(ui, rect, Icon::CaretRight, 12.0, palette.text_3);
        }
    });
    clicked
}

/// A text that leads elsewhere: 12/500 in the accent.
pub fn link(ui: &mut Ui, text: &str) -> Response {
    let palette = theme::palette(ui);
    text_button(
        ui,
        Role::Label,
        palette.accent_text,
        palette.accent_text,
        text,
    )
}

fn text_button(ui: &mut Ui, role: Role, color: Color32, hover: Color32, text: &str) -> Response {
    let size = draw::whole(ui, role, color, text).size();
    let response = ui.allocate_response(size.ceil(), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Link, ui.is_enabled(), text));
    let over = response.hovered();
    let ink = if over { hover } else { color };
    draw::left(ui, response.rect, draw::whole(ui, role, ink, text));
    if over {
        let rect = response.rect;
        ui.painter()
            .hline(rect.x_range(), rect.bottom() - 1.5, Stroke::new(1.0, ink));
    }
    if response.has_focus() {
        let ring = response.rect.expand2(vec2(4.0, 2.0));
        draw::outline(ui, ring, measure::RADIUS_SMALL, theme::palette(ui).accent);
    }
    response.on_hover_cursor(egui::CursorIcon::PointingHand)
}

/// Back and forth through `pages`; true when `page` (from 0) changed.
pub fn pager(ui: &mut Ui, page: &mut usize, pages: usize) -> bool {
    let before = *page;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let last = pages.saturating_sub(1);
        let back = Button::icon_only(Icon::CaretLeft, t("page-before")).small();
        if back
            .disabled_if((*page == 0).then_some(""))
            .show(ui)
            .clicked()
        {
            *page = page.saturating_sub(1);
        }
        let args = [("page", (*page + 1).into()), ("pages", pages.max(1).into())];
        label_in(
            ui,
            Role::Help,
            theme::palette(ui).text_2,
            &t_args("page-of", &args),
        );
        let on = Button::icon_only(Icon::CaretRight, t("page-after")).small();
        if on
            .disabled_if((*page >= last).then_some(""))
            .show(ui)
            .clicked()
        {
            *page = (*page + 1).min(last);
        }
    });
    before != *page
}

/// The first letters of a name in a circle.
pub fn monogram(ui: &mut Ui, name: &str, size: f32) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(size), Sense::hover());
    let palette = theme::palette(ui);
    ui.painter()
        .circle_filled(rect.center(), size / 2.0, palette.mono_bg);
    let role = if size < 32.0 { Role::Axis } else { Role::Card };
    let text = draw::whole(ui, role, palette.mono_ink, &initials(name));
    draw::put(ui, rect, Align2::CENTER_CENTER, text);
    response
}

/// The mark of Outreach: an open ring with a dot, in a square.
pub fn outreach_mark(ui: &mut Ui, size: f32) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(size), Sense::hover());
    paint_outreach(ui, rect);
    response
}

/// The mark of Outreach in a box of its own.
pub fn paint_outreach(ui: &Ui, rect: Rect) {
    let palette = theme::palette(ui);
    let size = rect.width();
    ui.painter().rect_filled(rect, size * 0.2, palette.mono_bg);
    let radius = size * 0.27;
    let points = (0_u8..=28)
        .map(|i| {
            let angle = (10.0 + f32::from(i) * 9.0).to_radians();
            rect.center() + radius * vec2(angle.cos(), angle.sin())
        })
        .collect();
    let stroke = Stroke::new(size * 0.1, palette.mono_ink);
    ui.painter().add(egui::Shape::line(points, stroke));
    let dot = rect.center() + vec2(radius * 0.72, -radius * 0.72);
    ui.painter()
        .circle_filled(dot, size * 0.09, palette.mono_ink);
}

/// What stands in brackets, such as an e-mail address, is no part of the name.
fn initials(name: &str) -> String {
    let name = name.split('(').next().unwrap_or(name);
    let mut words = name.split_whitespace();
    let first = words.next().and_then(|word| word.chars().next());
    let last = words.next_back().and_then(|word| word.chars().next());
    first
        .into_iter()
        .chain(last)
        .flat_map(char::to_uppercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_are_those_of_first_and_last_name() {
        assert_eq!(initials("Maja Lindqvist"), "ML");
        assert_eq!(initials("Åsa af Ek"), "ÅE");
        assert_eq!(
            initials("Sam Rivera (sam.rivera@brightwater.example)"),
            "SR"
        );
        assert_eq!(initials("sandbox"), "S");
        assert_eq!(initials(""), "");
    }
}
