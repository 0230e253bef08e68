//! The rows in sight: their ground, their clicks and their cells.

use std::ops::Range;

use egui::{
    Align, Color32, Id, Layout, Rect, Sense, Ui, UiBuilder, WidgetInfo, accesskit, pos2, vec2,
};

use super::{Cell, Table, TableResponse, grid::Grid};
use crate::ui::{theme, widgets::draw};

impl Table<'_> {
    pub(super) fn body(
        &self,
        ui: &mut Ui,
        id: Id,
        grid: &Grid,
        view: Rect,
        told: &mut TableResponse,
        fill: &mut impl FnMut(&mut Ui, Cell),
    ) {
        let whole = vec2(grid.whole, points(self.rows, self.row_height));
        let clip = ui.clip_rect();
        let origin = ui.max_rect().min + view.min.to_vec2();
        let (_, space) = ui.allocate_space(whole);
        let table = ui.interact(space.intersect(clip), id, Sense::focusable_noninteractive());
        table.widget_info(|| WidgetInfo::labeled(accesskit::Role::Table, true, self.name));
        for row in self.in_sight(view) {
            // Counted from the edge of the view: whole heights of a million rows are too large for exact places.
            let first = points(row, self.row_height) - view.min.y;
            let place = Rect::from_min_size(
                pos2(origin.x, (origin.y + first).round()),
                vec2(view.width().max(clip.width()), self.row_height),
            );
            self.row(ui, id, grid, place, view.min.x, row, told, fill);
        }
        if table.has_focus() {
            draw::outline(ui, clip, 0, theme::palette(ui).accent);
        }
    }

    fn in_sight(&self, view: Rect) -> Range<usize> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "rows, from 0"
        )]
        let row_at = |y: f32| (y.max(0.0) / self.row_height) as usize;
        row_at(view.min.y)..(row_at(view.max.y) + 1).min(self.rows)
    }

    #[expect(clippy::too_many_arguments, reason = "the state of one frame")]
    fn row(
        &self,
        ui: &mut Ui,
        id: Id,
        grid: &Grid,
        place: Rect,
        shift: f32,
        row: usize,
        told: &mut TableResponse,
        fill: &mut impl FnMut(&mut Ui, Cell),
    ) {
        let palette = theme::palette(ui);
        let response = ui.interact(place, id.with(row), Sense::CLICK);
        let chosen =
            self.chosen == Some(row) || self.marked.is_some_and(|rows| rows.is_marked(row));
        let ground = if chosen {
            palette.selected
        } else if response.contains_pointer() {
            palette.hover
        } else {
            Color32::TRANSPARENT
        };
        ui.painter().rect_filled(place, 0.0, ground);
        draw::rule(ui, place.x_range(), place.bottom() - 1.0, palette.line);
        if response.clicked() {
            told.chosen = Some(row);
            ui.memory_mut(|memory| memory.request_focus(id));
        }
        if response.double_clicked() {
            told.opened = Some(row);
        }
        let frozen = place.left() + grid.first();
        for column in 0..self.columns.len() {
            let inside = self.inside(grid, column, place, shift);
            let mut clip = inside.expand2(vec2(12.0, 0.0));
            if column > 0 {
                clip.min.x = clip.min.x.max(frozen);
            }
            if clip.width() > 0.0 {
                self.cell(ui, id, inside, clip, Cell { row, column }, fill);
            }
        }
    }

    fn cell(
        &self,
        ui: &mut Ui,
        id: Id,
        inside: Rect,
        clip: Rect,
        cell: Cell,
        fill: &mut impl FnMut(&mut Ui, Cell),
    ) {
        let right = self
            .columns
            .get(cell.column)
            .is_some_and(|column| column.right);
        let layout = if right {
            Layout::right_to_left(Align::Center)
        } else {
            Layout::left_to_right(Align::Center)
        };
        // The rule below takes no part in the middle.
        let inside = inside.with_max_y(inside.bottom() - 1.0);
        let salt = id.with((cell.row, cell.column));
        let mut child = ui.new_child(
            UiBuilder::new()
                .id_salt(salt)
                .max_rect(inside)
                .layout(layout),
        );
        child.shrink_clip_rect(clip);
        fill(&mut child, cell);
    }
}

/// The height of so many rows.
#[expect(clippy::cast_precision_loss, reason = "places on screen are f32")]
pub(super) fn points(rows: usize, height: f32) -> f32 {
    rows as f32 * height
}
