//! What a source was taken for, and who is asked about it.

use egui::accesskit::{Role, Toggled};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};

use super::{Page, at, page, sample};
use crate::{
    engine::snapshot::Asked,
    model::{Contents, Step},
    ui::testing::wizard::draft,
};

#[test]
fn the_kind_that_was_found_stands_until_another_one_is_chosen() {
    let mut harness = at(Step::Source);
    let kind = |harness: &Harness<'static, Page>| {
        let files = harness.state().wizard.draft().source.files().cloned();
        files.expect("files").contents
    };
    let changes = harness.get_by_role_and_label(Role::RadioButton, "Changes since the last file");
    assert_eq!(changes.accesskit_node().toggled(), Some(Toggled::True));
    harness.get_by_label_contains("they are profiles as they are sent when they change");
    harness.get_by_label_contains("Who is missing from the next file stays as they are.");
    assert_eq!(kind(&harness), Contents::Guess, "Finish keeps it");
    harness
        .get_by_role_and_label(Role::RadioButton, "Everyone in the audience now")
        .click();
    harness.run_steps(3);
    assert_eq!(kind(&harness), Contents::FullSnapshot);
    harness.get_by_label_contains("The files look otherwise");
    harness.get_by_label_contains("Whoever has not changed would leave.");
    harness.get_by_label_contains("Who is missing from the next file has left the audience");
    harness.get_by_label("48,216 profiles, 8 columns, 7 audiences");
}

#[test]
fn who_is_a_member_is_asked_before_anything_goes_on() {
    let draft = draft(Step::Source);
    let mut snapshot = sample::full_snapshot(&draft);
    let mut check = sample::source();
    check.status_unclear = vec!["state".to_owned(), "stage".to_owned()];
    let asked = Asked {
        is_looking: false,
        answer: Some(check.into()),
        ..Asked::new(())
    };
    snapshot.looks.sources.insert(sample::source_key(), asked);
    let mut harness = page(draft, snapshot);
    harness.get_by_label("Which column says who is a member?");
    let next = harness.get_by_role_and_label(Role::Button, "Next");
    assert!(next.accesskit_node().is_disabled());
    harness
        .get_by_role_and_label(Role::ComboBox, "Column of the status")
        .click();
    harness.run_steps(3);
    harness.get_by_label("stage").click();
    harness.run_steps(3);
    let draft = harness.state().wizard.draft();
    let files = draft.source.files().expect("files");
    assert_eq!(files.status_column.as_deref(), Some("stage"));
}
