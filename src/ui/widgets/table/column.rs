//! A column of a table, and its head.

use egui::{Rect, Sense, Ui, WidgetInfo, accesskit, pos2, vec2};

use crate::ui::{
    icon::Icon,
    theme::{self, Role, measure},
    widgets::draw,
};

/// Which way a column is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// Smallest first.
    Up,
    /// Largest first.
    Down,
}

/// A column of a table.
#[must_use]
#[derive(Debug, Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a builder's switches are independent of each other"
)]
pub struct Column<'a> {
    head: &'a str,
    pub(super) width: f32,
    pub(super) grows: bool,
    pub(super) right: bool,
    required: bool,
    sort: Option<Sort>,
    sortable: bool,
}

impl<'a> Column<'a> {
    /// A column `width` points wide, its padding of 12 at each side in it.
    pub const fn new(head: &'a str, width: f32) -> Self {
        Self {
            head,
            width,
            grows: false,
            right: false,
            required: false,
            sort: None,
            sortable: false,
        }
    }

    /// Takes what the others leave, at least its width.
    pub const fn grow(mut self) -> Self {
        self.grows = true;
        self
    }

    /// Numbers: head and cells at the right.
    pub const fn number(mut self) -> Self {
        self.right = true;
        self
    }

    /// Marks the head with a star.
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// The head takes clicks; `sort` is how it is sorted now.
    pub const fn sortable(mut self, sort: Option<Sort>) -> Self {
        self.sortable = true;
        self.sort = sort;
        self
    }
}

/// Draws a head; whether it was clicked.
pub(super) fn head(ui: &Ui, place: Rect, column: &Column<'_>, at: usize) -> bool {
    let p = theme::palette(ui);
    let sense = if column.sortable {
        Sense::click()
    } else {
        Sense::hover()
    };
    let response = ui.interact(place, ui.scope_id().with(("head", column.head, at)), sense);
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::ColumnHeader, true, column.head));
    let ink = if column.sort.is_some() || (column.sortable && response.hovered()) {
        p.text_2
    } else {
        p.text_3
    };
    let room = place.width() - if column.sort.is_some() { 16.0 } else { 0.0 };
    let text = draw::line(ui, Role::Label, ink, column.head, room);
    let mut end = text.size().x;
    let mut left = place.left();
    if column.right {
        let mark = if column.sort.is_some() { 16.0 } else { 0.0 };
        left = place.right() - end - mark;
    }
    draw::left(ui, place.with_min_x(left), text);
    if column.required {
        let star = draw::whole(ui, Role::Label, p.bad_text, "*");
        draw::left(ui, place.with_min_x(left + end + 4.0), star);
        end += 12.0;
    }
    if let Some(sort) = column.sort {
        let icon = match sort {
            Sort::Up => Icon::ArrowUp,
            Sort::Down => Icon::ArrowDown,
        };
        let mark = Rect::from_min_size(
            pos2(left + end + 4.0, place.top()),
            vec2(12.0, place.height()),
        );
        draw::icon(ui, mark, icon, 12.0, ink);
    }
    draw::focus_ring(ui, &response, measure::RADIUS_SMALL);
    response.clicked()
}
