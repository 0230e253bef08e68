//! Table: only the rows in sight are laid out, so a million rows cost what a screenful costs.

pub mod cell;
mod column;
mod grid;
mod keyboard;
mod rows;

use egui::{ScrollArea, Sense, Ui, UiBuilder, vec2};

use super::draw;
use crate::ui::theme::{self, measure};
use grid::Grid;

pub use column::{Column, Sort};

/// What happened in a table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TableResponse {
    /// The row that was clicked or reached with the arrows.
    pub chosen: Option<usize>,
    /// The row that was double-clicked, or on which Enter was pressed.
    pub opened: Option<usize>,
    /// The row on which Space was pressed.
    pub ticked: Option<usize>,
    /// The column whose head was clicked.
    pub sort: Option<usize>,
}

/// A table of rows that all have one height.
#[must_use]
#[derive(Debug, Clone, Copy)]
pub struct Table<'a> {
    name: &'a str,
    columns: &'a [Column<'a>],
    rows: usize,
    row_height: f32,
    edge: f32,
    chosen: Option<usize>,
    marked: Option<&'a dyn Marked>,
    scroll: bool,
}

/// Says which rows are marked besides the chosen one, such as those that are ticked.
pub trait Marked: std::fmt::Debug {
    /// Whether the row has the ground of chosen rows.
    fn is_marked(&self, row: usize) -> bool;
}

impl Marked for [bool] {
    fn is_marked(&self, row: usize) -> bool {
        self.get(row).copied().unwrap_or(false)
    }
}

impl Marked for Vec<bool> {
    fn is_marked(&self, row: usize) -> bool {
        self.as_slice().is_marked(row)
    }
}

/// A cell: which row and column, to be filled by the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// From 0.
    pub row: usize,
    /// From 0.
    pub column: usize,
}

impl<'a> Table<'a> {
    /// A table of `rows` rows, 36 high each; `name` is for screen readers and keeps its place apart from others.
    pub const fn new(name: &'a str, columns: &'a [Column<'a>], rows: usize) -> Self {
        Self {
            name,
            columns,
            rows,
            row_height: measure::ROW,
            edge: 12.0,
            chosen: None,
            marked: None,
            scroll: true,
        }
    }

    /// Another height of rows.
    pub const fn row_height(mut self, height: f32) -> Self {
        self.row_height = height;
        self
    }

    /// The table touches the sheet: 24 points at its edges.
    pub const fn on_sheet(mut self) -> Self {
        self.edge = measure::SHEET;
        self
    }

    /// The row with the ground of chosen rows.
    pub const fn chosen(mut self, row: Option<usize>) -> Self {
        self.chosen = row;
        self
    }

    /// More rows with that ground.
    pub const fn marked(mut self, rows: &'a dyn Marked) -> Self {
        self.marked = Some(rows);
        self
    }

    /// As high as its rows, for a few rows in a card.
    pub const fn unscrolled(mut self) -> Self {
        self.scroll = false;
        self
    }

    /// Draws it over the place there is; `fill` fills a cell.
    pub fn show(self, ui: &mut Ui, mut fill: impl FnMut(&mut Ui, Cell)) -> TableResponse {
        let id = ui.make_persistent_id(("table", self.name));
        let mut told = TableResponse::default();
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
            let grid = self.grid(ui.available_width());
            let shift: f32 = ui.data(|data| data.get_temp(id)).unwrap_or(0.0);
            self.heads(ui, &grid, shift, &mut told);
            self.keys(ui, id, &mut told);
            let wanted = self.row_to_show(ui, id, told.chosen);
            let mut area = ScrollArea::both()
                .id_salt(id)
                .auto_shrink([false, !self.scroll]);
            if !self.scroll {
                area = area.vscroll(false);
            }
            if let Some(offset) = wanted {
                area = area.vertical_scroll_offset(offset);
            }
            let shown = area.show_viewport(ui, |ui, view| {
                self.body(ui, id, &grid, view, &mut told, &mut fill);
                view.height()
            });
            let offset = shown.state.clamped_offset();
            ui.data_mut(|data| {
                data.insert_temp(id, offset.x);
                data.insert_temp(id.with("view"), (offset.y, shown.inner));
            });
        });
        told
    }

    fn heads(&self, ui: &mut Ui, grid: &Grid, shift: f32, told: &mut TableResponse) {
        let palette = theme::palette(ui);
        let size = vec2(ui.available_width(), measure::HEAD);
        let (row, _) = ui.allocate_exact_size(size, Sense::hover());
        draw::rule(ui, row.x_range(), row.bottom() - 1.0, palette.line);
        let beside = row.with_min_x(row.left() + grid.first());
        for (at, column) in self.columns.iter().enumerate() {
            let clip = if at == 0 { row } else { beside };
            let mut child = ui.new_child(UiBuilder::new().max_rect(row));
            child.shrink_clip_rect(clip);
            let place = self.inside(grid, at, row, shift);
            if column::head(&child, place, column, at) {
                told.sort = Some(at);
            }
        }
    }
}
