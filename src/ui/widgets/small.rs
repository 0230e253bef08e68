//! Spinner, copy button, old → new.

use egui::{Align2, Color32, Painter, Rect, Response, Sense, Shape, Stroke, Ui, Vec2, pos2, vec2};

use super::{Button, draw};
use crate::ui::{
    icon::Icon,
    text::{t, t_args},
    theme::{self, Role},
};

/// Places of the spinner on its way round, which takes a second.
const TICKS: u64 = 10;

/// The only thing that moves; it asks for the next picture while it is on screen.
pub fn spinner(ui: &mut Ui, size: f32) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(size), Sense::hover());
    paint_spinner(ui, rect);
    response
}

/// The spinner in a box of its own.
pub fn paint_spinner(ui: &Ui, rect: Rect) {
    if !ui.is_rect_visible(rect) {
        return;
    }
    // It ticks like a clock: a window that is left open over a run of hours draws ten pictures a second, not sixty.
    ui.ctx()
        .request_repaint_after(std::time::Duration::from_millis(1000 / TICKS));
    let palette = theme::palette(ui);
    let center = rect.center();
    let radius = rect.width() / 2.0 - 2.0;
    ui.painter()
        .circle_stroke(center, radius, Stroke::new(2.0, palette.accent_line));
    #[expect(clippy::cast_precision_loss, reason = "ten is exact")]
    let ticks = TICKS as f64;
    let turns = (ui.input(|input| input.time).fract() * ticks).floor() / ticks;
    arc(ui.painter(), center, radius, turns, palette.accent);
}

/// A third of a circle that starts after `turns` of a turn.
fn arc(painter: &Painter, center: egui::Pos2, radius: f32, turns: f64, color: Color32) {
    #[expect(clippy::cast_possible_truncation, reason = "a part of a turn")]
    let start = turns as f32 * std::f32::consts::TAU;
    let points = (0_u8..=12)
        .map(|i| {
            let angle = start + f32::from(i) / 12.0 * std::f32::consts::TAU * 0.35;
            center + radius * vec2(angle.cos(), angle.sin())
        })
        .collect();
    painter.add(Shape::line(points, Stroke::new(2.0, color)));
}

/// A square that copies `text`; `name` says what is copied.
pub fn copy_button(ui: &mut Ui, name: &str, text: &str) -> Response {
    let id = ui.next_auto_id().with("copied");
    let now = ui.input(|input| input.time);
    let until: Option<f64> = ui.data(|data| data.get_temp(id));
    let copied = until.is_some_and(|until| now < until);
    let icon = if copied { Icon::Check } else { Icon::Copy };
    let hint = if copied { t("copied") } else { t("copy") };
    let response = Button::icon_only(icon, name).tip(hint).small().show(ui);
    if response.clicked() {
        ui.ctx().copy_text(text.to_owned());
        ui.data_mut(|data| data.insert_temp(id, now + 2.0));
        ui.ctx()
            .request_repaint_after(std::time::Duration::from_secs(2));
    }
    response
}

/// A value that changes: the old one grey, an arrow, the new one strong.
pub fn old_new(ui: &mut Ui, old: &str, new: &str) -> Response {
    let palette = theme::palette(ui);
    let was = draw::line(
        ui,
        Role::Help,
        palette.text_3,
        old,
        ui.available_width() / 2.0,
    );
    let room = ui.available_width() - was.size().x - 24.0;
    let becomes = draw::line(ui, Role::Label, palette.text, new, room.max(24.0));
    let size = vec2((was.size().x + 24.0 + becomes.size().x).ceil(), 20.0);
    let (place, told) = ui.allocate_exact_size(size, Sense::hover());
    let name = t_args("changes-to", &[("old", old.into()), ("new", new.into())]);
    told.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Label, true, &name));
    let middle = place.left() + was.size().x + 12.0;
    let arrow = Rect::from_center_size(pos2(middle, place.center().y), Vec2::splat(14.0));
    draw::left(ui, place, was);
    draw::icon(ui, arrow, Icon::ArrowRight, 14.0, palette.text_3);
    draw::put(ui, place, Align2::RIGHT_CENTER, becomes);
    told
}
