//! The days of a month, from Monday to Sunday.

use egui::{Align2, EventFilter, Id, Key, Rect, Response, Sense, Ui, WidgetInfo, accesskit, vec2};
use jiff::{ToSpan as _, civil::Date};

use super::{Calendar, month_name};
use crate::ui::{
    format,
    text::t,
    theme::{self, Role, measure},
    widgets::draw,
};

/// One day.
pub(super) const CELL: egui::Vec2 = vec2(32.0, 28.0);

/// The days from Monday to Sunday. The whole month is one stop of the keyboard; arrows go from day to day.
pub(super) fn show(
    ui: &mut Ui,
    calendar: &Calendar<'_>,
    at: &mut Date,
    is_new: bool,
) -> Option<Date> {
    let p = theme::palette(ui);
    let first = at.first_of_month();
    let before = first.weekday().to_monday_zero_offset();
    let n_days = i32::from(at.days_in_month());
    let weeks = (i32::from(before) + n_days + 6) / 7;
    #[expect(clippy::cast_precision_loss, reason = "at most six weeks")]
    let size = vec2(CELL.x * 7.0, 20.0 + CELL.y * weeks as f32);
    let id = ui.next_auto_id().with("days");
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let grid = ui.interact(rect, id, Sense::focusable_noninteractive());
    grid.widget_info(|| {
        let mut info = WidgetInfo::labeled(accesskit::Role::Grid, true, month_name(*at));
        info.current_text_value = Some(format::date(*at));
        info
    });
    let mut taken = None;
    if is_new {
        grid.request_focus();
    } else {
        taken = keys(ui, &grid, at);
    }
    for (offset, name) in (0_i8..).zip(t("calendar-weekdays").split_whitespace()) {
        let text = draw::whole(ui, Role::Label, p.text_3, name);
        let place = Rect::from_min_size(
            rect.min + vec2(f32::from(offset) * CELL.x, 0.0),
            vec2(CELL.x, 20.0),
        );
        draw::put(ui, place, Align2::CENTER_CENTER, text);
    }
    for offset in 0..at.days_in_month() {
        let Ok(day) = first.checked_add(i32::from(offset).days()) else {
            break;
        };
        let cell = before + offset;
        let place = Rect::from_min_size(
            rect.min
                + vec2(
                    f32::from(cell % 7) * CELL.x,
                    20.0 + f32::from(cell / 7) * CELL.y,
                ),
            CELL,
        );
        if one(ui, calendar, place, id, day, grid.has_focus() && day == *at) {
            taken = Some(day);
        }
    }
    taken
}

fn one(ui: &Ui, calendar: &Calendar<'_>, place: Rect, id: Id, day: Date, is_at: bool) -> bool {
    let p = theme::palette(ui);
    let place = place.shrink(1.0);
    let response = ui.interact(place, id.with(day), Sense::CLICK);
    let is_chosen = calendar.day == Some(day);
    let name = format::date(day);
    response
        .widget_info(|| WidgetInfo::selected(accesskit::Role::GridCell, true, is_chosen, &name));
    let radius = f32::from(measure::RADIUS_CONTROL);
    let (role, ink) = if is_chosen {
        ui.painter().rect_filled(place, radius, p.accent);
        (Role::BodyStrong, p.on_accent)
    } else if day == calendar.today {
        (Role::Card, p.accent_text)
    } else {
        (Role::Body, p.text)
    };
    if response.hovered() && !is_chosen {
        ui.painter().rect_filled(place, radius, p.hover);
    }
    let text = draw::whole(ui, role, ink, &day.day().to_string());
    draw::put(ui, place, Align2::CENTER_CENTER, text);
    if is_at {
        let ring = if is_chosen { place.expand(2.0) } else { place };
        draw::outline(ui, ring, measure::RADIUS_CONTROL, p.accent);
    }
    response.clicked()
}

/// Moves through the days while the month has the keyboard; the day that was taken.
fn keys(ui: &Ui, grid: &Response, at: &mut Date) -> Option<Date> {
    if !grid.has_focus() {
        return None;
    }
    let filter = EventFilter {
        horizontal_arrows: true,
        vertical_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(grid.id, filter));
    let pressed = |key| ui.input(|input| input.key_pressed(key));
    let steps = [
        (Key::ArrowLeft, -1.days()),
        (Key::ArrowRight, 1.days()),
        (Key::ArrowUp, -7.days()),
        (Key::ArrowDown, 7.days()),
        (Key::PageUp, -1.months()),
        (Key::PageDown, 1.months()),
    ];
    for (_, step) in steps.into_iter().filter(|(key, _)| pressed(*key)) {
        *at = at.saturating_add(step);
    }
    if pressed(Key::Home) {
        *at = at.first_of_month();
    }
    if pressed(Key::End) {
        *at = at.last_of_month();
    }
    (pressed(Key::Enter) || pressed(Key::Space)).then_some(*at)
}
