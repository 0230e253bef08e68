//! What cells hold.

use egui::{Align2, Color32, Response, Sense, Ui, WidgetInfo, accesskit, vec2};

use crate::ui::{
    theme::{self, Role},
    widgets::{draw, tip},
};

/// A name: 13/500.
pub fn name(ui: &mut Ui, text: &str) -> Response {
    let color = theme::palette(ui).text;
    one(ui, Role::BodyStrong, color, text)
}

/// Any other text: 13/400 in the second colour.
pub fn text(ui: &mut Ui, text: &str) -> Response {
    let color = theme::palette(ui).text_2;
    one(ui, Role::Body, color, text)
}

/// A number or a value: 13/400.
pub fn value(ui: &mut Ui, text: &str) -> Response {
    let color = theme::palette(ui).text;
    one(ui, Role::Body, color, text)
}

/// An id or a path, in Hack.
pub fn mono(ui: &mut Ui, text: &str) -> Response {
    let color = theme::palette(ui).text;
    one(ui, Role::Mono, color, text)
}

/// One line in any role and colour; it ends in … when the cell is too narrow.
pub fn one(ui: &mut Ui, role: Role, color: Color32, text: &str) -> Response {
    let room = ui.available_width();
    let whole = draw::whole(ui, role, color, text);
    let cut = whole.size().x > room + 0.5;
    let line = if cut {
        draw::line(ui, role, color, text, room)
    } else {
        whole
    };
    let size = vec2(line.size().x.ceil().min(room.max(0.0)), role.line());
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Label, true, text));
    draw::left(ui, rect, line);
    if cut { tip(response, text) } else { response }
}

/// A name with a second line below it, as wide as the cell leaves.
pub fn two(ui: &mut Ui, first: &str, second: &str) -> Response {
    two_of(ui, Role::BodyStrong, first, second)
}

/// Two lines of which the first is in any role.
pub fn two_of(ui: &mut Ui, role: Role, first: &str, second: &str) -> Response {
    let p = theme::palette(ui);
    let room = ui.available_width();
    let right = ui.layout().prefer_right_to_left();
    let above = draw::line(ui, role, p.text, first, room);
    let below = draw::line(ui, Role::Help, p.text_3, second, room);
    let width = above.size().x.max(below.size().x).ceil();
    let (rect, response) =
        ui.allocate_exact_size(vec2(width.min(room.max(0.0)), 36.0), Sense::hover());
    let both = format!("{first}, {second}");
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Label, true, &both));
    let cut = above.elided || below.elided;
    let align = |center: Align2| {
        if right {
            Align2([egui::Align::Max, center.y()])
        } else {
            center
        }
    };
    let top = rect.with_max_y(rect.top() + 20.0);
    draw::put(ui, top, align(Align2::LEFT_CENTER), above);
    draw::put(
        ui,
        rect.with_min_y(top.bottom() - 2.0)
            .translate(vec2(0.0, 0.0)),
        align(Align2::LEFT_CENTER),
        below,
    );
    if cut { tip(response, &both) } else { response }
}
