//! The whole window at the samples' moment, to be compared with the image that is kept of it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use egui::{Theme, Ui, vec2};
use egui_kittest::{Harness, SnapshotOptions, image_snapshot_options};

use super::{sheet, wizard};
use crate::{
    engine::Snapshot,
    ui::{Screen, View, screens::Screens, shell::shell_ui, theme},
};

/// So many pixels of the million may look different: another release of the software renderer rounds a few edges
/// differently, and a rule that moves by a point is a hundred pixels at least.
const N_ODD_PIXELS: usize = 40;

/// The window, with the clock stopped.
struct Still {
    snapshot: Snapshot,
    screen: Screen,
    screens: Screens,
}

impl eframe::App for Still {
    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        let is_wizard = self.screen == Screen::Wizard;
        let view = if is_wizard {
            wizard::view(&self.snapshot)
        } else {
            View {
                snapshot: &self.snapshot,
                now: sheet::now(),
                zone: sheet::zone(),
            }
        };
        let screens = &mut self.screens;
        // What is asked for is in the snapshot already.
        let _asked = shell_ui(ui, &view, &self.screen, |ui| {
            screens.ui(ui, &self.screen, &view)
        });
    }
}

/// Compares the window with `tests/snapshots/NAME.png`.
pub(in crate::ui) fn looks_like(name: &str, theme: Theme, snapshot: Snapshot, screen: Screen) {
    let mut screens = Screens::default();
    if let Some(draft) = snapshot.draft.as_deref() {
        screens.wizard.open(draft.clone());
    }
    let mut harness = Harness::builder()
        .with_size(vec2(1280.0, 800.0))
        .with_theme(theme)
        .build_eframe(|creation| {
            theme::install(&creation.egui_ctx);
            Still {
                snapshot,
                screen,
                screens,
            }
        });
    harness.run_steps(4);
    // The spinner stands where it stands at a whole second.
    harness.input_mut().time = Some(8.0);
    harness.run_steps(2);
    let drawn = catch_unwind(AssertUnwindSafe(|| harness.render()));
    let image = drawn.ok().and_then(Result::ok).unwrap_or_else(|| {
        panic!("there is nothing to draw with: scripts/install-e2e installs mesa-vulkan-drivers, a Vulkan without a card")
    });
    let options = SnapshotOptions::new().max_failed_pixels(N_ODD_PIXELS);
    image_snapshot_options(&image, name, &options);
}
