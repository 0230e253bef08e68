//! Catalog, accounts, sources, activity, alerts, settings and shortcuts in each of their states.

use std::sync::Arc;

use egui::{Ui, accesskit::Role};
use egui_kittest::{Harness, kittest::Queryable as _};

use super::{
    Intent, View,
    accounts::Accounts,
    activity::Activity,
    alerts::Alerts,
    catalog::Catalog,
    settings as settings_page, shortcuts,
    sources::Sources,
    testing::{
        sheet::{Sheet, WIDE, now, sheet},
        synced,
    },
};
use crate::{
    engine::{
        Snapshot,
        snapshot::{Asked, SourceCheck},
    },
    model::{FileSource, Problem, SourceSettings},
};

fn ready() -> Snapshot {
    Snapshot {
        is_ready: true,
        ..Snapshot::default()
    }
}

fn click<S>(harness: &mut Harness<'static, Sheet<S>>, label: &str) -> Vec<String> {
    harness.get_by_label(label).click();
    harness.run_steps(3);
    harness.state_mut().take()
}

macro_rules! drawing {
    ($($name:ident = $screen:ty,)*) => {
        $(fn $name(screen: &mut $screen, ui: &mut Ui, view: &View<'_>) -> Vec<Intent> {
            screen.ui(ui, view)
        })*
    };
}

drawing! {
    catalog = Catalog,
    accounts = Accounts,
    sources = Sources,
    activity = Activity,
    alerts = Alerts,
}

fn settings(_: &mut (), ui: &mut Ui, view: &View<'_>) -> Vec<Intent> {
    settings_page::ui(ui, view)
}

fn with_alerts() -> Snapshot {
    Snapshot {
        alerts: Arc::new(synced::alerts()),
        ..synced::snapshot()
    }
}

fn with_sources() -> Snapshot {
    let mut snapshot = synced::snapshot();
    let source = |name: &str| SourceSettings::from(FileSource::at(format!("/data/exports/{name}")));
    for (destination, name) in snapshot.destinations.iter_mut().zip(["emea", "dach"]) {
        Arc::make_mut(&mut destination.settings).source = source(name);
    }
    let good = SourceCheck {
        n_profiles: 48_216,
        n_without_id: 12,
        changed: Some(now()),
        ..SourceCheck::default()
    };
    let asked = |answer: Option<SourceCheck>, problem| Asked {
        is_looking: false,
        answer: answer.map(Arc::new),
        problem,
        ..Asked::new(())
    };
    let missing = Problem::new("source_not_found", "The folder is gone.", "Bring it back.");
    let sources = &mut snapshot.looks.sources;
    sources.insert(source("nordics").key(), asked(Some(good), None));
    sources.insert(source("dach").key(), asked(None, Some(missing)));
    sources.insert(source("emea").key(), Asked::new(()));
    snapshot
}

#[test]
fn the_catalog_has_one_way_in_and_the_demo() {
    let mut harness = sheet(ready(), WIDE, catalog);
    let asked = click(&mut harness, "Set up");
    assert!(
        asked[0].starts_with("Wizard(Draft { step: Connect"),
        "{asked:?}"
    );
    assert_eq!(click(&mut harness, "Explore the demo"), ["Do(StartDemo)"]);
}

#[test]
fn accounts_say_who_is_signed_in_and_can_sign_in_again() {
    let mut harness = sheet(synced::snapshot(), WIDE, accounts);
    harness.get_by_label("Connected");
    assert!(harness.query_all_by_label("Not signed in").next().is_some());
    harness.get_by_label("Maja Lindqvist (maja@brightwater.example)");
    harness
        .get_all_by_label("Reconnect")
        .last()
        .expect("one for each")
        .click();
    harness.run_steps(2);
    let asked = harness.state_mut().take();
    assert!(asked[0].contains("name: \"Daniel Reyes\""), "{asked:?}");
    assert!(asked[0].contains("secret: None"), "{asked:?}");
}

#[test]
fn a_sign_in_that_ends_within_three_days_is_warned_of() {
    let mut snapshot = synced::snapshot();
    snapshot.accounts[0].settings.signed_in_until = Some(synced::ago(-60 * 24 * 2));
    let harness = sheet(snapshot, WIDE, accounts);
    harness.get_by_label("Expires soon");
    harness.get_by_label("This sign-in expires soon");
}

#[test]
fn disconnecting_asks_first_and_says_what_is_left_to_do() {
    let mut harness = sheet(synced::snapshot(), WIDE, accounts);
    click(&mut harness, "Actions for Maja Lindqvist");
    assert!(click(&mut harness, "Disconnect…").is_empty());
    harness.get_by_label_contains("3 destinations cannot send");
    harness.get_by_label_contains("remove this app there");
    let asked = click(&mut harness, "Disconnect");
    assert_eq!(
        asked,
        ["Do(Account(Disconnect { account: \"Maja Lindqvist\" }))"]
    );
}

#[test]
fn the_limits_of_an_account_are_its_own_and_may_stay_unsaid() {
    let mut harness = sheet(synced::snapshot(), WIDE, accounts);
    click(&mut harness, "Actions for Maja Lindqvist");
    click(&mut harness, "Limits…");
    let asked = click(&mut harness, "Save");
    assert_eq!(
        asked,
        [
            "Do(Account(SetBudget { account: \"Maja Lindqvist\", budget: BudgetSettings { reserve_percent: 10, yearly_allowance: None, stop_at_percent: 100 } }))"
        ]
    );
}

#[test]
fn an_account_gets_another_name_unless_it_is_taken() {
    let mut harness = sheet(synced::snapshot(), WIDE, accounts);
    click(&mut harness, "Actions for Maja Lindqvist");
    click(&mut harness, "Rename…");
    let field = |harness: &mut Harness<'static, Sheet<Accounts>>, text: &str| {
        let name = harness.get_by_role(Role::TextInput);
        name.focus();
        name.type_text(text);
        harness.run_steps(3);
    };
    field(&mut harness, " 2");
    let asked = click(&mut harness, "Rename");
    assert_eq!(
        asked,
        ["Do(Account(Rename { account: \"Maja Lindqvist\", to: \"Maja Lindqvist 2\" }))"]
    );
}

#[test]
fn without_accounts_the_wizard_connects_one() {
    let mut harness = sheet(ready(), WIDE, accounts);
    harness.get_by_label("No accounts yet");
    let asked = click(&mut harness, "Connect account");
    assert!(asked[0].starts_with("Wizard("), "{asked:?}");
}

#[test]
fn each_source_is_asked_for_once_and_named_once() {
    let mut harness = sheet(with_sources(), WIDE, sources);
    let asked = harness.state_mut().take();
    assert_eq!(asked.len(), 3, "{asked:?}");
    for label in ["Readable in part", "Problem", "Reading", "48,216"] {
        harness.get_by_label(label);
    }
    harness.run_steps(3);
    assert!(harness.state_mut().take().is_empty());
    assert_eq!(click(&mut harness, "Look again now").len(), 3);
    let asked = click(&mut harness, "Problem");
    assert!(
        asked[0].starts_with("Wizard(Draft { step: Source"),
        "{asked:?}"
    );
}

#[test]
fn runs_of_all_destinations_are_filtered_by_how_they_ended() {
    let mut harness = sheet(synced::snapshot(), WIDE, activity);
    harness.get_by_label("87");
    let with_failures = harness.get_by_role_and_label(Role::RadioButton, "With failures");
    with_failures.click();
    harness.run_steps(3);
    assert!(harness.query_by_label("87").is_none());
    let asked = click(&mut harness, "341");
    assert!(asked[0].contains("run: Some(RunId(341))"), "{asked:?}");
    let harness = sheet(ready(), WIDE, activity);
    harness.get_by_label("No runs yet");
}

#[test]
fn an_alert_is_read_and_opens_its_run() {
    let mut harness = sheet(with_alerts(), WIDE, alerts);
    assert_eq!(harness.query_all_by_label("Unread").count(), 2);
    let asked = click(
        &mut harness,
        "Destination Flow Run Failure, 23 failed, 156 excluded of 27,340 profiles",
    );
    assert_eq!(asked[0], "Do(ReadAlerts { only: Some(2) })");
    assert!(asked[1].contains("run: Some(RunId(341))"), "{asked:?}");
    let asked = click(&mut harness, "Mark all as read");
    assert_eq!(asked, ["Do(ReadAlerts { only: None })"]);
    let harness = sheet(ready(), WIDE, alerts);
    harness.get_by_label("No alerts");
}

#[test]
fn a_setting_is_kept_when_it_is_chosen() {
    let mut harness = sheet(ready(), WIDE, settings);
    let asked = click(&mut harness, "Dark");
    assert!(asked[0].contains("appearance: Dark"), "{asked:?}");
    let asked = click(&mut harness, "Keep syncing");
    assert!(asked[0].contains("closing: KeepRunning"), "{asked:?}");
}

#[test]
fn the_dialog_lists_every_shortcut_once() {
    fn draw(_: &mut (), ui: &mut Ui, _: &View<'_>) -> Vec<Intent> {
        shortcuts::dialog(ui.ctx());
        vec![]
    }
    let harness = sheet(ready(), WIDE, draw);
    let mut seen = std::collections::BTreeSet::new();
    for shortcut in shortcuts::SHORTCUTS {
        harness.get_by_label(shortcut.what.text());
        for keys in shortcut.keys {
            assert!(seen.insert(*keys), "{keys}");
        }
    }
}

#[cfg(feature = "snapshots")]
#[test]
fn pictures() {
    use crate::ui::testing::sheet::shoot;
    fn keys(_: &mut (), ui: &mut Ui, _: &View<'_>) -> Vec<Intent> {
        shortcuts::dialog(ui.ctx());
        vec![]
    }
    shoot("catalog", &ready(), catalog, |_| {});
    shoot("accounts", &synced::snapshot(), accounts, |_| {});
    shoot("limits", &synced::snapshot(), accounts, |harness| {
        harness.get_by_label("Actions for Maja Lindqvist").click();
        harness.run_steps(3);
        harness.get_by_label("Limits…").click();
        harness.run_steps(3);
    });
    shoot("sources", &with_sources(), sources, |_| {});
    shoot("activity", &synced::snapshot(), activity, |_| {});
    shoot("alerts", &with_alerts(), alerts, |_| {});
    shoot("settings", &ready(), settings, |_| {});
    shoot("shortcuts", &ready(), keys, |_| {});
}
