//! What stands beside the window: nothing, and egui's own table of as many rows and columns as ours has in sight.

use egui::{CentralPanel, Ui};
use egui_extras::{Column, TableBuilder};

/// A window with nothing in it.
pub(crate) fn empty(ui: &mut Ui) {
    CentralPanel::default().show(ui, |_| ());
}

/// A million rows of four texts, of which a screenful is laid out.
pub(crate) fn table(ui: &mut Ui) {
    CentralPanel::default().show(ui, |ui| {
        TableBuilder::new(ui)
            .column(Column::exact(128.0))
            .columns(Column::exact(300.0), 3)
            .header(32.0, |mut head| {
                for name in ["OutreachId", "Name", "Status", "Last written"] {
                    head.col(|ui| drop(ui.label(name)));
                }
            })
            .body(|body| {
                body.rows(36.0, 1_000_000, |mut row| {
                    let number = row.index() + 104_877;
                    for text in [&number.to_string(), "Anna Berg", "realized", "today 09:58"] {
                        row.col(|ui| drop(ui.label(text)));
                    }
                });
            });
    });
}
