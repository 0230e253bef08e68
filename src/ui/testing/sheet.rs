//! A screen in a sheet of the window's size, with what it asks for.

use egui::{Context, Theme, Ui, Vec2, vec2};
use egui_kittest::Harness;
use jiff::{Timestamp, tz::TimeZone};

use crate::{
    engine::Snapshot,
    ui::{Intent, View, theme},
};

/// The sheet of a window of 1280×800.
pub(in crate::ui) const WIDE: Vec2 = vec2(1064.0, 720.0);
/// The sheet of the smallest window, 1040×640.
pub(in crate::ui) const NARROW: Vec2 = vec2(824.0, 560.0);

/// A screen with what it is shown, and all that it has asked for so far.
pub(in crate::ui) struct Sheet<S> {
    pub(in crate::ui) screen: S,
    pub(in crate::ui) snapshot: Snapshot,
    pub(in crate::ui) intents: Vec<Intent>,
}

impl<S> Sheet<S> {
    /// What was asked for, as text, and forgets it.
    pub(in crate::ui) fn take(&mut self) -> Vec<String> {
        let intents = std::mem::take(&mut self.intents);
        intents.iter().map(|intent| format!("{intent:?}")).collect()
    }
}

/// The moment that every sample is of: 24 Nov 2026, 09:58 in Stockholm.
pub(in crate::ui) fn now() -> Timestamp {
    "2026-11-24T08:58:00Z".parse().expect("an instant")
}

/// The zone of the samples.
pub(in crate::ui) fn zone() -> TimeZone {
    TimeZone::fixed(jiff::tz::offset(1))
}

/// A harness around a screen.
pub(in crate::ui) fn sheet<S: Default>(
    snapshot: Snapshot,
    size: Vec2,
    draw: impl FnMut(&mut S, &mut Ui, &View<'_>) -> Vec<Intent> + 'static,
) -> Harness<'static, Sheet<S>> {
    build(Theme::Light, snapshot, size, draw)
}

fn build<S: Default>(
    theme: Theme,
    snapshot: Snapshot,
    size: Vec2,
    mut draw: impl FnMut(&mut S, &mut Ui, &View<'_>) -> Vec<Intent> + 'static,
) -> Harness<'static, Sheet<S>> {
    let state = Sheet {
        screen: S::default(),
        snapshot,
        intents: vec![],
    };
    let mut harness = Harness::builder()
        .with_size(size)
        .with_theme(theme)
        .with_context_setup(|ctx: &Context| theme::install(ctx))
        .build_ui_state(
            move |ui, state: &mut Sheet<S>| {
                let rect = ui.ctx().content_rect();
                let ground = theme::palette(ui).surface;
                ui.painter().rect_filled(rect, 0.0, ground);
                let view = View {
                    snapshot: &state.snapshot,
                    now: now(),
                    zone: zone(),
                };
                let mut inside = ui.new_child(egui::UiBuilder::new().max_rect(rect));
                let intents = draw(&mut state.screen, &mut inside, &view);
                state.intents.extend(intents);
            },
            state,
        );
    harness.run_steps(3);
    harness
}

/// Renders a screen, light and dark, wide and narrow, to pictures in `target/shots`.
#[cfg(feature = "snapshots")]
pub(in crate::ui) fn shoot<S: Default>(
    name: &str,
    snapshot: &Snapshot,
    draw: impl FnMut(&mut S, &mut Ui, &View<'_>) -> Vec<Intent> + Clone + 'static,
    mut before: impl FnMut(&mut Harness<'static, Sheet<S>>),
) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/shots");
    std::fs::create_dir_all(&folder).expect("a folder for pictures");
    for (theme, size, kind) in [
        (Theme::Light, WIDE, "light-1280"),
        (Theme::Dark, WIDE, "dark-1280"),
        (Theme::Light, NARROW, "light-1040"),
    ] {
        let mut harness = build(theme, snapshot.clone(), size, draw.clone());
        before(&mut harness);
        harness.run_steps(2);
        let image = harness.render().expect("a picture");
        let path = folder.join(format!("{name}-{kind}.png"));
        image.save(&path).expect("a picture can be written");
    }
}
