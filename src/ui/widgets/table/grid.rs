//! Where the columns of a table begin, and how wide they are.

use egui::{Rect, pos2};

use super::Table;

/// Where columns begin and how wide they are.
pub(super) struct Grid {
    left: Vec<f32>,
    width: Vec<f32>,
    /// All columns together.
    pub(super) whole: f32,
}

impl Grid {
    /// How much the first column takes, which stays where it is.
    pub(super) fn first(&self) -> f32 {
        self.width.first().copied().unwrap_or(0.0)
    }
}

impl Table<'_> {
    pub(super) fn grid(&self, room: f32) -> Grid {
        let padding = 2.0 * (self.edge - 12.0);
        let fixed: f32 = self.columns.iter().map(|column| column.width).sum::<f32>() + padding;
        let growing = self.columns.iter().filter(|column| column.grows).count();
        let share = (room - fixed).max(0.0) / f32::from(u16::try_from(growing.max(1)).unwrap_or(1));
        let (mut left, mut width) = (vec![], vec![]);
        let mut at = 0.0;
        for (i, column) in self.columns.iter().enumerate() {
            let mut own = column.width + if column.grows { share.floor() } else { 0.0 };
            if i == 0 {
                own += self.edge - 12.0;
            }
            if i + 1 == self.columns.len() {
                own += self.edge - 12.0;
            }
            left.push(at);
            width.push(own);
            at += own;
        }
        Grid {
            left,
            width,
            whole: at.max(room),
        }
    }

    /// The inside of a cell: its column without the padding.
    pub(super) fn inside(&self, grid: &Grid, column: usize, row: Rect, shift: f32) -> Rect {
        let left = grid.left.get(column).copied().unwrap_or(0.0);
        let width = grid.width.get(column).copied().unwrap_or(0.0);
        let before = if column == 0 { self.edge } else { 12.0 };
        let after = if column + 1 == self.columns.len() {
            self.edge
        } else {
            12.0
        };
        // The first column stays where it is.
        let shift = if column == 0 { 0.0 } else { shift };
        let x = row.left() + left - shift;
        Rect::from_min_max(
            pos2(x + before, row.top()),
            pos2((x + width - after).max(x + before), row.bottom()),
        )
    }
}
