//! The window. It draws the engine's newest [`Snapshot`](crate::engine::Snapshot) and hands back what the person asks for.
//!
//! A screen is a plain value with what was typed and chosen on it. It gets a [`View`], draws itself, and returns
//! [`Intent`]s; it reads no file, takes no lock and waits for nothing.

mod accounts;
mod actions;
mod activity;
mod alerts;
mod app;
mod catalog;
#[cfg(all(unix, not(target_os = "macos")))]
mod desktop;
mod destination;
mod destinations;
pub mod format;
#[cfg(feature = "inspection")]
mod headless;
pub mod icon;
#[cfg(test)]
mod idle_tests;
#[cfg(all(test, feature = "snapshots"))]
mod image_tests;
mod intent;
mod keys;
#[cfg(test)]
mod lists_tests;
mod page;
mod screen;
mod screens;
mod settings;
mod shell;
mod shortcuts;
mod sources;
mod state;
#[cfg(test)]
mod testing;
pub mod text;
pub mod theme;
mod view;
pub mod widgets;
pub mod wizard;
mod words;

use crate::{
    engine::{Handle, Start},
    model::Problem,
};

#[cfg(feature = "inspection")]
pub use headless::Headless;
pub use intent::{Choice, Intent};
pub use screen::{Place, Screen, Tab};
pub use view::{AskOnce, View};

/// Opens the window over an engine, and returns when it is closed and the engine has ended.
///
/// # Errors
/// If there is no display, or it cannot be drawn on.
pub fn open(start: Start) -> Result<(), Problem> {
    let title = if start.demo.is_some() {
        text::t("app-name-demo")
    } else {
        text::t("app-name")
    };
    let kept = start.dir.path().join("window.ron");
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_title(title)
            .with_app_id("audience-sync")
            .with_inner_size([1280.0, 800.0])
            .with_min_inner_size([1040.0, 640.0]),
        persistence_path: Some(kept),
        ..eframe::NativeOptions::default()
    };
    let engine = Handle::start(start)?;
    eframe::run_native(
        "audience-sync",
        options,
        Box::new(move |creation| {
            app::dress(&creation.egui_ctx, &engine);
            Ok(Box::new(app::App::new(engine, creation.storage)))
        }),
    )
    .map_err(no_window)
}

fn no_window(error: eframe::Error) -> Problem {
    Problem::new(
        "no_display",
        format!("There is no window: {error}."),
        "Start it on a desktop. Without one, `audience-sync run` keeps syncing, and `audience-sync demo --headless` shows it at work.",
    )
}
