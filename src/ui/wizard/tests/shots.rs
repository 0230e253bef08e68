//! Pictures of every step, to be looked at beside the design's; they are written below `target/shots` only.

use std::{fs, path::Path};

use egui::{Rect, Theme, pos2, vec2};
use egui_kittest::Harness;

use super::{Page, WizardScreen, sample, signing_in};
use crate::{
    engine::snapshot::SignInState,
    model::{Draft, Step},
    ui::theme,
};

/// Draws the wizard in the frame of the window: rail 208, top bar 48, bottom line 32, right margin 8.
fn shoot(
    name: &str,
    draft: Draft,
    snapshot: crate::engine::Snapshot,
    dark: bool,
    size: [f32; 2],
    clicks: &[&str],
) {
    use egui_kittest::kittest::Queryable as _;
    let mut wizard = WizardScreen::default();
    wizard.open(draft);
    let state = Page {
        wizard,
        snapshot,
        asked: vec![],
    };
    let mut harness = Harness::builder()
        .with_size(size)
        .with_context_setup(theme::install)
        .build_ui_state(
            |ui, page: &mut Page| {
                let palette = theme::palette(ui);
                let window = ui.ctx().content_rect();
                ui.painter().rect_filled(window, 0.0, palette.canvas);
                let sheet = Rect::from_min_max(pos2(208.0, 48.0), window.max - vec2(8.0, 32.0));
                ui.painter().rect_filled(sheet, 10.0, palette.surface);
                let mut child = ui.new_child(egui::UiBuilder::new().max_rect(sheet.shrink(1.0)));
                let view = sample::view(&page.snapshot);
                page.asked.extend(page.wizard.ui(&mut child, &view));
            },
            state,
        );
    harness
        .ctx
        .set_theme(if dark { Theme::Dark } else { Theme::Light });
    harness.run_steps(3);
    for click in clicks {
        harness.get_by_label(click).click();
        harness.run_steps(3);
    }
    let image = harness.render().expect("a picture");
    assert!(image.pixels().any(|pixel| pixel.0 != [0, 0, 0, 0]));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/shots");
    fs::create_dir_all(&folder).expect("a folder");
    let theme = if dark { "dark" } else { "light" };
    let file = format!("{name}-{theme}-{}.png", size[0]);
    image.save(folder.join(file)).expect("a file");
}

const WIDE: [f32; 2] = [1280.0, 800.0];
const SMALL: [f32; 2] = [1040.0, 640.0];

fn waiting() -> SignInState {
    SignInState::Waiting {
        address: "https://api.outreach.io/oauth/authorize".to_owned(),
        until: sample::at("2026-11-24T09:40:18Z"),
        is_paste_refused: false,
    }
}

#[test]
fn every_step_is_drawn() {
    let mut open = Draft::default();
    open.new_account.client_id = "kT3pXw0vN9bq1ZrY7hUeC2mD".to_owned();
    open.new_account.name = "Nordics".to_owned();
    let steps = [
        ("details", Step::Details),
        ("connect-done", Step::Connect),
        ("audiences", Step::Source),
        ("mapping", Step::Mapping),
        ("schedule", Step::Schedule),
        ("review", Step::Review),
    ];
    for (dark, size) in [(false, WIDE), (true, WIDE), (false, SMALL)] {
        shoot(
            "connect",
            open.clone(),
            signing_in(waiting()),
            dark,
            size,
            &[],
        );
        for (name, step) in steps {
            let mut draft = sample::draft(step);
            if step == Step::Schedule {
                draft.audiences[1].mapping_id = "4".to_owned();
                draft.audiences[2].mapping_id.clear();
            }
            if step == Step::Mapping {
                draft.mapping[2].target = "touchedAt".to_owned();
            }
            let snapshot = sample::full_snapshot(&draft);
            shoot(name, draft, snapshot, dark, size, &[]);
        }
    }
    let draft = sample::draft(Step::Mapping);
    let snapshot = sample::full_snapshot(&draft);
    shoot(
        "mapping-open",
        draft,
        snapshot,
        false,
        WIDE,
        &["Source field 4"],
    );
    let new = Draft::default();
    shoot(
        "connect-new",
        new,
        crate::engine::Snapshot::default(),
        false,
        WIDE,
        &["Advanced"],
    );
}

#[test]
fn the_parts_of_a_dialect_are_drawn() {
    let draft = sample::draft(Step::Source);
    let snapshot = sample::full_snapshot(&draft);
    for size in [WIDE, SMALL] {
        let (draft, snapshot) = (draft.clone(), snapshot.clone());
        shoot(
            "audiences-reading",
            draft,
            snapshot,
            false,
            size,
            &["Details"],
        );
    }
}
