//! The keyboard in a table: which row it is on, and where to scroll so that it is in sight.

use egui::{Id, Key, Ui};

use super::{Table, TableResponse, rows::points};

impl Table<'_> {
    /// Arrows, Enter and Space, while the table has the keyboard.
    pub(super) fn keys(&self, ui: &Ui, id: Id, told: &mut TableResponse) {
        if !ui.memory(|memory| memory.has_focus(id)) || self.rows == 0 {
            return;
        }
        ui.memory_mut(|memory| {
            memory.set_focus_lock_filter(
                id,
                egui::EventFilter {
                    vertical_arrows: true,
                    ..Default::default()
                },
            );
        });
        let pressed = |key| ui.input(|input| input.key_pressed(key));
        let last = self.rows - 1;
        let at = self.chosen;
        let steps = [
            (Key::ArrowDown, at.map_or(0, |row| (row + 1).min(last))),
            (Key::ArrowUp, at.map_or(last, |row| row.saturating_sub(1))),
            (Key::PageDown, at.map_or(0, |row| (row + 10).min(last))),
            (Key::PageUp, at.map_or(last, |row| row.saturating_sub(10))),
            (Key::Home, 0),
            (Key::End, last),
        ];
        for (key, row) in steps {
            if pressed(key) {
                told.chosen = Some(row);
            }
        }
        if pressed(Key::Enter) {
            told.opened = at;
        }
        if pressed(Key::Space) {
            told.ticked = at;
        }
    }

    /// Where to scroll so that the row reached with the keyboard is in sight.
    pub(super) fn row_to_show(&self, ui: &Ui, id: Id, row: Option<usize>) -> Option<f32> {
        let row = row?;
        let (offset, height): (f32, f32) = ui.data(|data| data.get_temp(id.with("view")))?;
        let top = points(row, self.row_height);
        if top < offset {
            Some(top)
        } else if top + self.row_height > offset + height {
            Some(top + self.row_height - height)
        } else {
            None
        }
    }
}
