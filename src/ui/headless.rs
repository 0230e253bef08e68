//! The window without a display: the same frames, for a bench to time. Only with the feature `inspection`.

use std::fmt;

use egui::{Context, Ui};

use super::{
    Screen,
    app::{self, App},
};
use crate::engine::Handle;

/// The window, to be drawn by whoever holds it.
pub struct Headless(App);

impl fmt::Debug for Headless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Headless").finish_non_exhaustive()
    }
}

impl Headless {
    /// A window over this engine that shows this screen first.
    pub fn new(ctx: &Context, engine: Handle, screen: Screen) -> Self {
        app::dress(ctx, &engine);
        Self(App::at(engine, screen))
    }

    /// One frame, as the real window has it: the newest snapshot is taken, drawn, and what is asked for carried out.
    pub fn frame(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        self.0.prepare(&ctx);
        self.0.draw(ui, jiff::Timestamp::now());
    }
}
