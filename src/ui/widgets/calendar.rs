//! Calendar: a month below a date field, for the pointer and for the keyboard.

mod days;

use days::CELL;
use egui::{
    Popup, PopupAnchor, PopupCloseBehavior, Rect, Response, Sense, Ui, WidgetInfo, accesskit, pos2,
    vec2,
};
use jiff::{ToSpan as _, civil::Date};

use super::{Button, at_end, draw, label};
use crate::ui::{
    icon::Icon,
    text::t,
    theme::{self, Role, measure},
};

/// What was taken from a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// A day.
    Day(Date),
    /// No day at all.
    Nothing,
}

/// A month below a date field.
#[must_use]
#[derive(Debug, Clone, Copy)]
pub struct Calendar<'a> {
    name: &'a str,
    day: Option<Date>,
    today: Date,
    nothing: Option<&'a str>,
}

impl<'a> Calendar<'a> {
    /// A calendar that shows the month of `day`, or else of today; `name` is that of its button.
    pub const fn new(name: &'a str, day: Option<Date>, today: Date) -> Self {
        Self {
            name,
            day,
            today,
            nothing: None,
        }
    }

    /// With a button that takes no day, such as "No end".
    pub const fn nothing(mut self, name: &'a str) -> Self {
        self.nothing = Some(name);
        self
    }

    /// Draws the button over the icon at the right end of `field`, and the month while it is open.
    pub fn show(self, ui: &mut Ui, field: Rect) -> Option<Taken> {
        let place = Rect::from_center_size(
            pos2(field.right() - 17.0, field.center().y),
            egui::Vec2::splat(24.0),
        );
        let button = ui.interact(place, ui.next_auto_id().with("calendar"), Sense::click());
        ui.skip_ahead_auto_ids(1);
        button.widget_info(|| WidgetInfo::labeled(accesskit::Role::Button, true, self.name));
        let p = theme::palette(ui);
        if button.hovered() {
            ui.painter()
                .rect_filled(place, f32::from(measure::RADIUS_SMALL), p.hover);
        }
        draw::icon(ui, place, Icon::Calendar, 16.0, p.text_3);
        draw::focus_ring(ui, &button, measure::RADIUS_SMALL);
        self.popup(ui, field, &button)
    }

    fn popup(&self, ui: &Ui, field: Rect, button: &Response) -> Option<Taken> {
        let id = Popup::default_response_id(button);
        let was_open = Popup::is_id_open(ui.ctx(), id);
        let cursor = id.with("cursor");
        let shown = Popup::menu(button)
            .anchor(PopupAnchor::ParentRect(field))
            .gap(4.0)
            .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
            .frame(draw::popup_frame(ui).inner_margin(egui::Margin::same(12)))
            .show(|ui| {
                ui.set_width(CELL.x * 7.0);
                ui.spacing_mut().item_spacing = vec2(8.0, 4.0);
                let frame = ui.ctx().cumulative_frame_nr();
                let new = (self.day.unwrap_or(self.today), frame);
                let known: Option<(Date, u64)> = ui.data(|data| data.get_temp(cursor));
                let (mut at, opened) = known.filter(|_| was_open).unwrap_or(new);
                // The key that opened it is not one for it.
                let taken = self.month(ui, &mut at, opened == frame);
                ui.data_mut(|data| data.insert_temp(cursor, (at, opened)));
                if taken.is_some() {
                    ui.close();
                }
                taken
            });
        if was_open && !Popup::is_id_open(ui.ctx(), id) {
            button.request_focus();
        }
        shown.and_then(|shown| shown.inner)
    }

    fn month(&self, ui: &mut Ui, at: &mut Date, is_new: bool) -> Option<Taken> {
        head(ui, at);
        let mut taken = days::show(ui, self, at, is_new).map(Taken::Day);
        ui.horizontal(|ui| {
            if Button::ghost(t("calendar-today"))
                .small()
                .show(ui)
                .clicked()
            {
                taken = Some(Taken::Day(self.today));
            }
            if let Some(name) = self.nothing
                && Button::ghost(name).small().show(ui).clicked()
            {
                taken = Some(Taken::Nothing);
            }
        });
        taken
    }
}

/// The month between the buttons that turn the page.
fn head(ui: &mut Ui, at: &mut Date) {
    let size = vec2(ui.available_width(), measure::CONTROL_SMALL);
    let (place, _) = ui.allocate_exact_size(size, Sense::hover());
    let mut left = ui.new_child(egui::UiBuilder::new().max_rect(place.translate(vec2(8.0, 4.0))));
    label(&mut left, Role::Card, &month_name(*at));
    let turned = at_end(ui, place, |ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        let mut turn = |icon, name, months: i64| {
            let button = Button::icon_only(icon, name).small();
            button.show(ui).clicked().then_some(months)
        };
        let back = turn(Icon::CaretLeft, t("calendar-before"), -1);
        turn(Icon::CaretRight, t("calendar-after"), 1).or(back)
    });
    if let Some(months) = turned {
        *at = at.saturating_add(months.months());
    }
}

fn month_name(day: Date) -> String {
    day.strftime("%B %Y").to_string()
}
