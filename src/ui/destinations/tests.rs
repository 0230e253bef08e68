//! The list of destinations in each of its states.

use egui::Ui;
use egui_kittest::{Harness, kittest::Queryable as _};

use super::Destinations;
use crate::{
    engine::Snapshot,
    model::Problem,
    ui::{
        Intent, View,
        testing::{
            sheet::{Sheet, WIDE, sheet},
            synced,
        },
    },
};

fn draw(screen: &mut Destinations, ui: &mut Ui, view: &View<'_>) -> Vec<Intent> {
    screen.ui(ui, view)
}

fn shown(snapshot: Snapshot) -> Harness<'static, Sheet<Destinations>> {
    sheet(snapshot, WIDE, draw)
}

fn click(harness: &mut Harness<'static, Sheet<Destinations>>, label: &str) -> Vec<String> {
    harness.get_by_label(label).click();
    harness.run_steps(3);
    harness.state_mut().take()
}

#[test]
fn nothing_yet_offers_the_wizard_and_the_demo() {
    let mut harness = shown(Snapshot {
        is_ready: true,
        ..Snapshot::default()
    });
    harness.get_by_label("No destinations yet");
    let asked = click(&mut harness, "Explore the demo");
    assert_eq!(asked, ["Do(StartDemo)"]);
    let asked = click(&mut harness, "Set up Outreach");
    assert!(
        asked[0].starts_with("Wizard(Draft { step: Connect"),
        "{asked:?}"
    );
}

#[test]
fn what_is_not_read_yet_has_its_shape() {
    let harness = shown(Snapshot::default());
    harness.get_by_label("Reading the data folder");
    assert!(harness.query_by_label("No destinations yet").is_none());
}

#[test]
fn a_row_says_whether_it_may_run_and_whether_it_did() {
    let harness = shown(synced::snapshot());
    for label in [
        "All 5",
        "Enabled 4",
        "Needs attention 2",
        "90 %",
        "sign-in lost",
        "23 failed",
        "No run yet",
        "With failures",
        "Error",
        "Outreach – DACH sales, Gold and renewal audiences",
    ] {
        assert!(
            harness.query_all_by_label(label).next().is_some(),
            "{label}"
        );
    }
}

#[test]
fn a_filter_and_a_search_leave_what_fits() {
    let mut harness = shown(synced::snapshot());
    click(&mut harness, "Needs attention 2");
    assert!(harness.query_by_label("No run yet").is_none());
    harness.get_by_label("23 failed");
    click(&mut harness, "All 5");
    harness.state_mut().screen.query = "daniel".to_owned();
    harness.run_steps(2);
    harness.get_by_label("sign-in lost");
    assert!(harness.query_by_label("23 failed").is_none());
    harness.state_mut().screen.query = "nobody".to_owned();
    harness.run_steps(2);
    harness.get_by_label("No destination matches");
}

#[test]
fn a_click_opens_a_destination() {
    let mut harness = shown(synced::snapshot());
    let asked = click(&mut harness, "23 failed");
    let expected = "Go(Destination(Place { slug: \"outreach-dach-sales\", tab: Activation";
    assert!(
        asked.iter().any(|asked| asked.starts_with(expected)),
        "{asked:?}"
    );
}

#[test]
fn the_keyboard_reaches_the_search_and_the_rows() {
    let mut harness = shown(synced::snapshot());
    crate::ui::widgets::focus_search(&harness.ctx);
    harness.run_steps(2);
    let field = harness.get_by_role(egui::accesskit::Role::TextInput);
    assert!(field.is_focused());
    harness.get_by_role(egui::accesskit::Role::Table).focus();
    harness.run_steps(2);
    for key in [egui::Key::ArrowDown, egui::Key::ArrowDown, egui::Key::Enter] {
        harness.key_press(key);
        harness.run_steps(2);
    }
    let asked = harness.state_mut().take();
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert!(asked[0].contains("outreach-us-mid-market"), "{asked:?}");
}

#[test]
fn the_menu_does_what_it_says() {
    let mut harness = shown(synced::snapshot());
    let menu = "Actions for Outreach – DACH sales";
    let cases = [
        ("Run now", "what: Run }"),
        ("Disable", "what: Enable(false)"),
        ("Edit", "edits: Some(\"outreach-dach-sales\")"),
        (
            "Export settings…",
            "Choose(ExportSettings { slug: \"outreach-dach-sales\" })",
        ),
    ];
    for (item, expected) in cases {
        click(&mut harness, menu);
        let asked = click(&mut harness, item);
        assert!(
            asked.iter().any(|asked| asked.contains(expected)),
            "{item}: {asked:?}"
        );
    }
}

#[test]
fn deleting_asks_first_and_names_what_happens() {
    let mut harness = shown(synced::snapshot());
    click(&mut harness, "Actions for Outreach – US mid-market");
    assert!(click(&mut harness, "Delete…").is_empty());
    harness.get_by_label("1,204 changes that wait are not sent any more.");
    assert!(click(&mut harness, "Cancel").is_empty());
    assert!(harness.query_by_label("Delete destination").is_none());
    click(&mut harness, "Actions for Outreach – US mid-market");
    click(&mut harness, "Delete…");
    let asked = click(&mut harness, "Delete destination");
    assert_eq!(
        asked,
        ["Do(Destination { slug: \"outreach-us-mid-market\", what: Delete })"]
    );
}

#[test]
fn escape_closes_the_dialog_and_deletes_nothing() {
    let mut harness = shown(synced::snapshot());
    click(&mut harness, "Actions for Outreach – DACH sales");
    click(&mut harness, "Delete…");
    harness.key_press(egui::Key::Escape);
    harness.run_steps(3);
    assert!(harness.query_by_label("Delete destination").is_none());
    assert!(harness.state_mut().take().is_empty());
}

#[test]
fn a_copy_needs_a_name_of_its_own() {
    let mut harness = shown(synced::snapshot());
    click(&mut harness, "Actions for Outreach – DACH sales");
    click(&mut harness, "Duplicate…");
    let asked = click(&mut harness, "Duplicate");
    assert!(
        asked[0].contains("name: \"Outreach – DACH sales (copy)\""),
        "{asked:?}"
    );
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let mut snapshot = synced::snapshot();
    snapshot.broken = vec![Problem::new(
        "settings_invalid",
        "emea.json is no JSON.",
        "Correct it.",
    )];
    let harness = shown(snapshot);
    harness.get_by_label("A settings file cannot be read");
    harness.get_by_label("emea.json is no JSON. Correct it.");
}

#[test]
fn without_a_file_that_can_be_read_nothing_is_searched() {
    let broken = ["nordics", "emea"].map(|name| {
        Problem::new(
            "settings_invalid",
            format!("{name}.json is no JSON."),
            "Correct it.",
        )
    });
    let harness = shown(Snapshot {
        is_ready: true,
        broken: broken.to_vec(),
        ..Snapshot::default()
    });
    harness.get_by_label("2 settings files cannot be read");
    harness.get_by_label("emea.json is no JSON.");
    assert!(
        harness
            .query_by_role(egui::accesskit::Role::TextInput)
            .is_none()
    );
    assert!(harness.query_by_label("No destination matches").is_none());
    harness.get_by_label("New destination");
}

#[cfg(feature = "snapshots")]
#[test]
fn pictures() {
    use crate::ui::testing::sheet::shoot;
    shoot("destinations", &synced::snapshot(), draw, |_| {});
    let empty = Snapshot {
        is_ready: true,
        ..Snapshot::default()
    };
    shoot("destinations-empty", &empty, draw, |_| {});
    shoot("destinations-menu", &synced::snapshot(), draw, |harness| {
        harness
            .get_by_label("Actions for Outreach – DACH sales")
            .click();
    });
    shoot(
        "destinations-delete",
        &synced::snapshot(),
        draw,
        |harness| {
            harness
                .get_by_label("Actions for Outreach – DACH sales")
                .click();
            harness.run_steps(2);
            harness.get_by_label("Delete…").click();
        },
    );
}
