//! Pictures of the whole window, to be looked at beside the design's; they are written below `target/shots` only.

use std::{fs, path::Path, sync::Arc};

use egui::Theme;
use egui_kittest::kittest::Queryable as _;

use super::{notice, window};
use crate::{
    engine::{
        Snapshot,
        snapshot::{SignIn, SignInState},
    },
    model::{Appearance, Draft, FileSource, Problem, RedirectMode, Step},
    ui::{
        Screen,
        testing::{synced, wizard as sample},
    },
};

fn shoot(name: &str, screen: &Screen, snapshot: &Snapshot, clicks: &[&str]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/shots");
    fs::create_dir_all(&folder).expect("a folder");
    for (theme, size) in [
        (Theme::Light, [1280.0, 800.0]),
        (Theme::Dark, [1280.0, 800.0]),
        (Theme::Light, [1040.0, 640.0]),
    ] {
        let mut snapshot = snapshot.clone();
        let (appearance, word) = match theme {
            Theme::Light => (Appearance::Light, "light"),
            Theme::Dark => (Appearance::Dark, "dark"),
        };
        snapshot.preferences.appearance = appearance;
        let mut harness = window(screen.clone(), snapshot, size);
        for click in clicks {
            harness.get_by_label(click).click();
            harness.run_steps(3);
        }
        let image = harness.render().expect("a picture");
        assert!(image.pixels().any(|pixel| pixel.0 != [0, 0, 0, 0]));
        let file = format!("window-{name}-{word}-{}.png", size[0]);
        image.save(folder.join(file)).expect("a file");
    }
}

fn with_draft(mut snapshot: Snapshot, draft: Draft) -> Snapshot {
    snapshot.draft_saved = Some(sample::at("2026-11-24T08:31:00Z"));
    snapshot.draft = Some(Arc::new(draft));
    snapshot
}

#[test]
fn the_window_is_drawn() {
    let empty = Snapshot {
        is_ready: true,
        ..Snapshot::default()
    };
    shoot("catalog", &Screen::Catalog, &empty, &[]);
    shoot(
        "destinations",
        &Screen::Destinations,
        &synced::snapshot(),
        &[],
    );
    let mut snapshot = synced::snapshot();
    snapshot.notices = vec![notice(1, "Outreach – Nordic sales")];
    shoot("toast", &Screen::Destinations, &snapshot, &[]);
    let mut broken = empty.clone();
    broken.broken = ["nordics", "emea"]
        .map(|name| {
            let what = format!("The settings in {name}.json are not valid: line 3 is no JSON.");
            Problem::new("settings_invalid", what, "Correct the file, or delete it.")
        })
        .to_vec();
    shoot("broken", &Screen::Destinations, &broken, &[]);
}

#[test]
fn the_wizard_is_drawn_in_its_window() {
    let mut new = Draft::default();
    new.new_account.client_id = "kT3pXw0vN9bq1ZrY7hUeC2mD".to_owned();
    new.new_account.name = "Nordics".to_owned();
    let mut snapshot = with_draft(
        Snapshot {
            is_ready: true,
            ..Snapshot::default()
        },
        new,
    );
    snapshot.sign_in = Some(SignIn {
        account: "Nordics".to_owned(),
        redirect: RedirectMode::Https,
        state: SignInState::Waiting {
            address: "https://api.outreach.io/oauth/authorize".to_owned(),
            until: sample::at("2026-11-24T09:02:18Z"),
            is_paste_refused: false,
        },
    });
    shoot("connect", &Screen::Wizard, &snapshot, &[]);
    for (name, step) in [
        ("connect-done", Step::Connect),
        ("details", Step::Details),
        ("audiences", Step::Source),
        ("mapping", Step::Mapping),
        ("schedule", Step::Schedule),
        ("review", Step::Review),
    ] {
        let mut draft = sample::draft(step);
        if step == Step::Schedule {
            draft.audiences[1].mapping_id = "4".to_owned();
            draft.audiences[2].mapping_id.clear();
        }
        let snapshot = with_draft(sample::full_snapshot(&draft), draft);
        shoot(name, &Screen::Wizard, &snapshot, &[]);
        if step == Step::Schedule {
            let button = "Calendar for End date of Gold customers";
            shoot("calendar", &Screen::Wizard, &snapshot, &[button]);
        }
        if step == Step::Mapping {
            shoot("picker", &Screen::Wizard, &snapshot, &["Source field 4"]);
        }
    }
    let mut draft = sample::draft(Step::Source);
    draft.source =
        FileSource::at("/home/maja.lindqvist/Documents/exports/platform/nordics/2026").into();
    let mut snapshot = with_draft(sample::snapshot(), draft.clone());
    let known = snapshot.looks.sources.remove(&sample::source_key());
    let path = draft.source.key();
    snapshot
        .looks
        .sources
        .extend(known.map(|known| (path, known)));
    shoot(
        "long-path",
        &Screen::Wizard,
        &snapshot,
        &["Rename Gold customers"],
    );
}
