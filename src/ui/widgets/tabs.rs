//! Tabs: 36 high, the current one with an accent line.

use egui::{Rect, Sense, Ui, WidgetInfo, accesskit, vec2};

use super::draw;
use crate::ui::theme::{self, Role};

/// Draws the tabs with a rule below; true when another was chosen.
pub fn tabs(ui: &mut Ui, names: &[&str], current: &mut usize) -> bool {
    let palette = theme::palette(ui);
    let before = *current;
    let row = ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 24.0;
        for (at, name) in names.iter().enumerate() {
            if tab(ui, name, at == *current) {
                *current = at;
            }
        }
    });
    let area = row.response.rect;
    let sheet = ui.max_rect().x_range();
    draw::rule(ui, sheet, area.bottom() - 1.0, palette.line);
    before != *current
}

fn tab(ui: &mut Ui, name: &str, current: bool) -> bool {
    let palette = theme::palette(ui);
    let size = draw::whole(ui, Role::BodyStrong, palette.text, name).size();
    let response = ui.allocate_response(vec2(size.x.ceil(), 36.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(accesskit::Role::Tab, true, current, name));
    let color = if current || response.hovered() {
        palette.text
    } else {
        palette.text_2
    };
    draw::left(
        ui,
        response.rect,
        draw::whole(ui, Role::BodyStrong, color, name),
    );
    if current {
        let rect = response.rect;
        let line = Rect::from_x_y_ranges(rect.x_range(), rect.bottom() - 2.0..=rect.bottom());
        ui.painter().rect_filled(line, 0.0, palette.accent);
    }
    if response.has_focus() {
        draw::outline(ui, response.rect.expand2(vec2(6.0, 0.0)), 6, palette.accent);
    }
    response.clicked()
}
