//! Every screen with what was typed and chosen on it, so that going away and coming back loses nothing.

use egui::Ui;

use super::{Intent, Screen, View};

/// The screens.
#[derive(Debug, Default)]
pub(super) struct Screens {}

impl Screens {
    /// Draws the screen that is open.
    pub(super) fn ui(&mut self, ui: &mut Ui, screen: &mut Screen, view: &View<'_>) -> Vec<Intent> {
        vec![]
    }
}
