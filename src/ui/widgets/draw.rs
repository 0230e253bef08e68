//! What the widgets draw with: texts on the pixel grid, frames inside their box, the focus ring.

use std::sync::Arc;

use egui::{
    Align2, Color32, CornerRadius, Galley, Rect, Response, Shadow, Stroke, StrokeKind,
    TextWrapMode, Ui, Vec2, WidgetText, pos2,
};

use crate::ui::{icon::Icon, theme};

/// One line of text; it ends in … when it is wider than `width`.
pub fn line(ui: &Ui, role: theme::Role, color: Color32, text: &str, width: f32) -> Arc<Galley> {
    WidgetText::from(role.text(text, color)).into_galley(
        ui,
        Some(TextWrapMode::Truncate),
        width,
        role.font(),
    )
}

/// One line of text, as wide as it is.
pub fn whole(ui: &Ui, role: theme::Role, color: Color32, text: &str) -> Arc<Galley> {
    WidgetText::from(role.text(text, color)).into_galley(
        ui,
        Some(TextWrapMode::Extend),
        f32::INFINITY,
        role.font(),
    )
}

/// The end of a text that is wider than `width`, behind …; nothing for one that fits.
pub fn ending(
    ui: &Ui,
    role: theme::Role,
    color: Color32,
    text: &str,
    width: f32,
) -> Option<Arc<Galley>> {
    if whole(ui, role, color, text).size().x <= width {
        return None;
    }
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let fits = |start: &usize| {
        let end = format!("…{}", text.get(*start..).unwrap_or_default());
        whole(ui, role, color, &end).size().x <= width
    };
    let first = starts.partition_point(|start| !fits(start));
    let end = text.get(*starts.get(first)?..)?;
    Some(whole(ui, role, color, &format!("…{end}")))
}

/// Paints the text at the left middle of the box.
pub fn left(ui: &Ui, rect: Rect, text: Arc<Galley>) {
    put(ui, rect, Align2::LEFT_CENTER, text);
}

/// Paints the text in the box; its place is rounded to whole points.
pub fn put(ui: &Ui, rect: Rect, align: Align2, text: Arc<Galley>) {
    let place = align.align_size_within_rect(text.size(), rect).min;
    ui.painter().galley(
        pos2(place.x.round(), place.y.round()),
        text,
        Color32::PLACEHOLDER,
    );
}

/// Paints an outlined icon in the middle of the box.
pub fn icon(ui: &Ui, rect: Rect, icon: Icon, size: f32, color: Color32) {
    if icon == Icon::DotsThree {
        return dots(ui, rect, size, color);
    }
    glyph(ui, rect, icon.text(size, color));
}

/// Paints a filled icon in the middle of the box.
pub fn icon_fill(ui: &Ui, rect: Rect, icon: Icon, size: f32, color: Color32) {
    glyph(ui, rect, icon.filled(size, color));
}

/// The font's own dots are less than a point wide.
fn dots(ui: &Ui, rect: Rect, size: f32, color: Color32) {
    for step in [-1.0, 0.0, 1.0] {
        let center = rect.center() + egui::vec2(step * size * 0.3, 0.0);
        ui.painter().circle_filled(center, size * 0.085, color);
    }
}

fn glyph(ui: &Ui, rect: Rect, text: egui::RichText) {
    let galley = WidgetText::from(text).into_galley(
        ui,
        Some(TextWrapMode::Extend),
        f32::INFINITY,
        egui::TextStyle::Body,
    );
    // The font's line is as high as the icon is wide, but rounded up to the next point.
    let place = Align2::CENTER_CENTER
        .align_size_within_rect(galley.size(), rect)
        .min;
    ui.painter().galley(place, galley, Color32::PLACEHOLDER);
}

/// Fill and 1 px line, inside the box.
pub fn frame(ui: &Ui, rect: Rect, radius: u8, fill: Color32, stroke: Color32) {
    ui.painter().rect(
        rect,
        CornerRadius::same(radius),
        fill,
        Stroke::new(1.0, stroke),
        StrokeKind::Inside,
    );
}

/// A line of 2 px inside the box.
pub fn outline(ui: &Ui, rect: Rect, radius: u8, color: Color32) {
    ui.painter().rect_stroke(
        rect,
        CornerRadius::same(radius),
        Stroke::new(2.0, color),
        StrokeKind::Inside,
    );
}

/// The accent outline around what has the keyboard.
pub fn focus_ring(ui: &Ui, response: &Response, radius: u8) {
    if response.has_focus() {
        outline(ui, response.rect, radius, theme::palette(ui).accent);
    }
}

/// A horizontal line of 1 px that fills the pixels below `y`.
pub fn rule(ui: &Ui, x: impl Into<egui::Rangef>, y: f32, color: Color32) {
    let rect = Rect::from_x_y_ranges(x, y..=y + 1.0);
    ui.painter().rect_filled(rect, CornerRadius::ZERO, color);
}

/// A rule over the whole width, in the flow.
pub fn separator(ui: &mut Ui) {
    let (rect, _) =
        ui.allocate_exact_size(Vec2::new(ui.available_width(), 1.0), egui::Sense::hover());
    rule(ui, rect.x_range(), rect.top(), theme::palette(ui).line);
}

/// The frame of a popup or menu.
pub fn popup_frame(ui: &Ui) -> egui::Frame {
    let palette = theme::palette(ui);
    egui::Frame::new()
        .fill(palette.surface)
        .stroke(Stroke::new(1.0, palette.line_strong))
        .corner_radius(theme::measure::RADIUS_CARD)
        .shadow(shadow(palette))
        .inner_margin(egui::Margin::symmetric(0, 4))
}

/// Below what floats.
pub fn shadow(palette: &theme::Palette) -> Shadow {
    Shadow {
        offset: [0, 8],
        blur: 24,
        spread: 0,
        color: palette.shadow,
    }
}

/// A square of `side` at the left middle of the box.
pub fn square_left(rect: Rect, side: f32) -> Rect {
    Align2::LEFT_CENTER.align_size_within_rect(Vec2::splat(side), rect)
}
