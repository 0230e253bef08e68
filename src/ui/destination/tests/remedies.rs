//! What mends a problem stands beside it.

use egui_kittest::kittest::Queryable as _;

use super::{click, shown};
use crate::{
    model::Problem,
    ui::{Place, testing::synced},
};

#[test]
fn what_kind_of_export_it_is_can_be_said_by_one_click() {
    let with = |code| {
        let mut snapshot = synced::snapshot();
        let mut all = snapshot.destinations.iter_mut();
        let view = all.find(|view| view.slug == "outreach-dach-sales");
        let problem = Problem::new(code, "It is in doubt.", "Run a command.");
        view.expect("it is there").problem = Some(problem);
        shown(snapshot, Place::of("outreach-dach-sales"))
    };
    let mut harness = with("kind_in_doubt");
    harness.get_by_label_contains("whoever is missing leaves it");
    let asked = click(&mut harness, "They name everyone");
    assert!(
        asked[0].ends_with("what: SayKind(FullSnapshot) })"),
        "{asked:?}"
    );
    let asked = click(&mut harness, "They hold changes");
    assert!(
        asked[0].ends_with("what: SayKind(Incremental) })"),
        "{asked:?}"
    );
    let mut harness = with("source_kind_changed");
    assert!(harness.query_by_label("They name everyone").is_none());
    let asked = click(&mut harness, "They hold changes");
    assert!(
        asked[0].ends_with("what: SayKind(Incremental) })"),
        "{asked:?}"
    );
}

#[test]
fn what_a_setting_answers_leads_to_it() {
    for (code, button, step) in [
        ("source_status_unclear", "Change the source", "Source"),
        ("all_excluded", "Change the source", "Source"),
        ("source_column_missing", "Change the mapping", "Mapping"),
    ] {
        let mut snapshot = synced::snapshot();
        let mut all = snapshot.destinations.iter_mut();
        let view = all.find(|view| view.slug == "outreach-dach-sales");
        let problem = Problem::new(code, "Something is not said.", "Say it.");
        view.expect("it is there").problem = Some(problem);
        let mut harness = shown(snapshot, Place::of("outreach-dach-sales"));
        let asked = click(&mut harness, button);
        let expected = format!("Wizard(Draft {{ step: {step}, edits: Some(");
        assert!(asked[0].starts_with(&expected), "{asked:?}");
    }
}
