//! Checkbox, radio row and segmented filter.

use egui::{
    Color32, CornerRadius, Rect, Response, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo,
    accesskit, vec2,
};

use super::draw;
use crate::ui::{
    icon::Icon,
    theme::{self, Role, measure},
};

/// A box of 16 with its text; the whole row is the target.
#[must_use]
#[derive(Debug)]
pub struct Checkbox<'a> {
    name: &'a str,
    checked: &'a mut bool,
    mixed: bool,
    bare: bool,
    enabled: bool,
}

impl<'a> Checkbox<'a> {
    /// A box with `name` behind it.
    pub const fn new(name: &'a str, checked: &'a mut bool) -> Self {
        Self {
            name,
            checked,
            mixed: false,
            bare: false,
            enabled: true,
        }
    }

    /// A dash: some are checked, some not.
    pub const fn mixed(mut self, mixed: bool) -> Self {
        self.mixed = mixed;
        self
    }

    /// In a table: the name is said, but not shown.
    pub const fn bare(mut self) -> Self {
        self.bare = true;
        self
    }

    /// Whether it can be changed.
    pub const fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    /// Draws it; `changed()` of the response tells.
    pub fn show(self, ui: &mut Ui) -> Response {
        let palette = theme::palette(ui);
        let ink = if self.enabled {
            palette.text
        } else {
            palette.text_off
        };
        let text = (!self.bare).then(|| draw::whole(ui, Role::Body, ink, self.name));
        let width = text
            .as_ref()
            .map_or(16.0, |text| 24.0 + text.size().x.ceil());
        let mut response = ui
            .add_enabled_ui(self.enabled, |ui| {
                ui.allocate_response(vec2(width, 20.0), Sense::click())
            })
            .inner;
        if response.clicked() {
            *self.checked = self.mixed || !*self.checked;
            response.mark_changed();
        }
        let (checked, mixed) = (*self.checked, self.mixed);
        response.widget_info(|| {
            let mut info =
                WidgetInfo::selected(accesskit::Role::CheckBox, self.enabled, checked, self.name);
            if mixed {
                info.selected = None;
            }
            info
        });
        let square = draw::square_left(response.rect, 16.0);
        paint_box(ui, square, checked || mixed, mixed, self.enabled);
        if let Some(text) = text {
            draw::left(
                ui,
                response.rect.with_min_x(response.rect.left() + 24.0),
                text,
            );
        }
        if response.has_focus() {
            draw::outline(
                ui,
                square.expand(2.0),
                measure::RADIUS_CONTROL,
                palette.accent,
            );
        }
        response
    }
}

#[expect(
    clippy::fn_params_excessive_bools,
    reason = "the states of one drawing"
)]
fn paint_box(ui: &Ui, rect: Rect, on: bool, dash: bool, enabled: bool) {
    let p = theme::palette(ui);
    let (fill, line) = match (on, enabled) {
        (true, true) => (p.accent, p.accent),
        (true, false) => (p.text_off, p.text_off),
        (false, true) => (p.surface, p.control),
        (false, false) => (p.sunken, p.line),
    };
    draw::frame(ui, rect, measure::RADIUS_SMALL, fill, line);
    if on {
        let icon = if dash { Icon::Minus } else { Icon::Check };
        draw::icon(ui, rect, icon, 12.0, p.on_accent);
    }
}

/// The circle of a radio.
fn paint_radio(ui: &Ui, rect: Rect, on: bool) {
    let p = theme::palette(ui);
    if on {
        ui.painter().circle_filled(rect.center(), 8.0, p.accent);
        ui.painter().circle_filled(rect.center(), 3.0, p.on_accent);
    } else {
        let stroke = Stroke::new(1.0, p.control);
        ui.painter().circle(rect.center(), 7.5, p.surface, stroke);
    }
}

/// One of several rows in a card, of which one is chosen.
#[must_use]
#[derive(Debug, Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a builder's switches are independent of each other"
)]
pub struct RadioRow<'a> {
    name: &'a str,
    note: &'a str,
    chosen: bool,
    enabled: bool,
    first: bool,
    last: bool,
}

impl<'a> RadioRow<'a> {
    /// A row; `note` stands grey behind the name.
    pub const fn new(name: &'a str, note: &'a str, chosen: bool) -> Self {
        Self {
            name,
            note,
            chosen,
            enabled: true,
            first: false,
            last: false,
        }
    }

    /// Which corners are round: those of the first and of the last row.
    pub const fn place(mut self, at: usize, rows: usize) -> Self {
        self.first = at == 0;
        self.last = at + 1 == rows;
        self
    }

    /// Whether it can be chosen.
    pub const fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    /// Draws it over the whole width; `trailing` is laid out from the right. `clicked()` tells.
    pub fn show(self, ui: &mut Ui, trailing: impl FnOnce(&mut Ui)) -> Response {
        let p = theme::palette(ui);
        let gap = std::mem::take(&mut ui.spacing_mut().item_spacing.y);
        let response = ui
            .add_enabled_ui(self.enabled, |ui| {
                ui.allocate_response(vec2(ui.available_width(), 41.0), Sense::click())
            })
            .inner;
        ui.spacing_mut().item_spacing.y = gap;
        response.widget_info(|| {
            WidgetInfo::selected(
                accesskit::Role::RadioButton,
                self.enabled,
                self.chosen,
                self.name,
            )
        });
        // Rows share the line between them.
        let rect = response
            .rect
            .with_max_y(response.rect.bottom() + if self.last { 0.0 } else { 1.0 });
        let fill = match (self.chosen, response.hovered()) {
            (true, _) => p.selected,
            (false, true) => p.hover,
            (false, false) => p.surface,
        };
        let stroke = Stroke::new(1.0, p.line);
        ui.painter()
            .rect(rect, self.corners(), fill, stroke, StrokeKind::Inside);
        let inner = response.rect.shrink2(vec2(12.0, 0.0));
        paint_radio(ui, draw::square_left(inner, 16.0), self.chosen);
        self.texts(ui, inner);
        let mut child = ui.new_child(
            egui::UiBuilder::new()
                .max_rect(inner)
                .layout(egui::Layout::right_to_left(egui::Align::Center)),
        );
        trailing(&mut child);
        draw::focus_ring(ui, &response, measure::RADIUS_CARD);
        response
    }

    fn corners(&self) -> CornerRadius {
        let radius = |round| if round { measure::RADIUS_CARD } else { 0 };
        CornerRadius {
            nw: radius(self.first),
            ne: radius(self.first),
            sw: radius(self.last),
            se: radius(self.last),
        }
    }

    fn texts(&self, ui: &Ui, inner: Rect) {
        let p = theme::palette(ui);
        let ink = if self.enabled || self.chosen {
            p.text
        } else {
            p.text_3
        };
        let name = draw::whole(ui, Role::BodyStrong, ink, self.name);
        let after = inner.left() + 24.0 + name.size().x + 8.0;
        draw::left(ui, inner.with_min_x(inner.left() + 24.0), name);
        let note = draw::whole(ui, Role::Help, p.text_3, self.note);
        draw::left(ui, inner.with_min_x(after), note);
    }
}

/// A filter of a few parts; the counts stand in the labels.
#[derive(Debug, Clone, Copy)]
pub struct Segmented;

impl Segmented {
    /// Draws the parts; true when another was chosen.
    pub fn show(ui: &mut Ui, parts: &[&str], current: &mut usize) -> bool {
        let p = theme::palette(ui);
        let widths: Vec<f32> = parts
            .iter()
            .map(|part| draw::whole(ui, Role::Label, p.text, part).size().x.ceil() + 22.0)
            .collect();
        let size = vec2(widths.iter().sum::<f32>() + 6.0, measure::CONTROL);
        let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
        ui.painter()
            .rect_filled(rect, measure::RADIUS_CONTROL, p.hover);
        let before = *current;
        let mut left = rect.left() + 3.0;
        for (at, (part, width)) in parts.iter().zip(widths).enumerate() {
            let place = Rect::from_min_size(egui::pos2(left, rect.top() + 3.0), vec2(width, 26.0));
            if segment(ui, place, part, at == *current) {
                *current = at;
            }
            left += width;
        }
        before != *current
    }
}

fn segment(ui: &mut Ui, place: Rect, name: &str, chosen: bool) -> bool {
    let p = theme::palette(ui);
    let response = ui.allocate_rect_no_advance(place, name);
    response.widget_info(|| WidgetInfo::selected(accesskit::Role::RadioButton, true, chosen, name));
    let ink: Color32 = if chosen || response.hovered() {
        p.text
    } else {
        p.text_2
    };
    if chosen {
        draw::frame(ui, place, measure::RADIUS_CONTROL, p.surface, p.line_strong);
    }
    let text = draw::whole(ui, Role::Label, ink, name);
    draw::put(ui, place, egui::Align2::CENTER_CENTER, text);
    draw::focus_ring(ui, &response, measure::RADIUS_CONTROL);
    response.clicked()
}

trait Place {
    fn allocate_rect_no_advance(&self, rect: Rect, salt: &str) -> Response;
}

impl Place for Ui {
    /// A clickable place inside what is laid out already.
    fn allocate_rect_no_advance(&self, rect: Rect, salt: &str) -> Response {
        self.interact(rect, self.next_auto_id().with(salt), Sense::click())
    }
}

/// How wide the target of a bare checkbox is.
pub const BOX: Vec2 = Vec2::splat(16.0);
