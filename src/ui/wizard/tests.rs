//! The wizard by its controls.

#[cfg(feature = "snapshots")]
mod shots;
mod source;

use egui::accesskit::Role;
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};

use super::WizardScreen;
use crate::{
    engine::{
        AccountCommand, Command, DraftCommand, Look, Snapshot,
        snapshot::{Asked, SignIn, SignInState},
    },
    model::{Draft, Keep, Problem, RedirectMode, Step},
    ui::{
        Choice, Intent, Screen,
        testing::wizard::{self as sample, draft},
        theme,
    },
};

/// A wizard on a sheet, with everything it has asked for.
struct Page {
    wizard: WizardScreen,
    snapshot: Snapshot,
    asked: Vec<Intent>,
}

fn page(draft: Draft, snapshot: Snapshot) -> Harness<'static, Page> {
    let mut wizard = WizardScreen::default();
    wizard.open(draft);
    let state = Page {
        wizard,
        snapshot,
        asked: vec![],
    };
    let mut harness = Harness::builder()
        .with_size([1064.0, 720.0])
        .with_max_steps(30)
        .with_context_setup(theme::install)
        .build_ui_state(
            |ui, page: &mut Page| {
                let view = sample::view(&page.snapshot);
                page.asked.extend(page.wizard.ui(ui, &view));
            },
            state,
        );
    harness.run_steps(3);
    harness
}

fn at(step: Step) -> Harness<'static, Page> {
    let draft = draft(step);
    let snapshot = sample::full_snapshot(&draft);
    page(draft, snapshot)
}

fn press(harness: &mut Harness<'static, Page>, name: &str) {
    harness.get_by_role_and_label(Role::Button, name).click();
    harness.run_steps(3);
}

fn type_in(harness: &mut Harness<'static, Page>, name: &str, text: &str) {
    harness.get_by_role_and_label(Role::TextInput, name).focus();
    harness.run_steps(2);
    harness
        .get_by_role_and_label(Role::TextInput, name)
        .type_text(text);
    harness.run_steps(3);
}

fn asked<'h, T>(
    harness: &'h Harness<'static, Page>,
    is_meant: impl Fn(&'h Intent) -> Option<T>,
) -> Vec<T> {
    harness.state().asked.iter().filter_map(is_meant).collect()
}

fn kept(intent: &Intent) -> Option<&Draft> {
    let Intent::Do(Command::Draft(DraftCommand::Keep(draft))) = intent else {
        return None;
    };
    Some(draft)
}

#[test]
fn the_stepper_leads_everywhere_and_keeps_the_draft() {
    let mut harness = at(Step::Details);
    for (name, step) in [
        ("Step 5, Schedule", Step::Schedule),
        ("Step 1, Connect", Step::Connect),
        ("Step 4, Mapping", Step::Mapping),
    ] {
        harness.get_by_role_and_label(Role::Tab, name).click();
        harness.run_steps(3);
        assert_eq!(harness.state().wizard.draft().step, step);
        let last = asked(&harness, kept).pop().map(|draft| draft.step);
        assert_eq!(last, Some(step));
    }
}

#[test]
fn next_waits_until_the_step_is_filled_in() {
    let mut harness = page(
        Draft {
            name: String::new(),
            ..draft(Step::Details)
        },
        sample::snapshot(),
    );
    assert!(
        harness
            .get_by_role_and_label(Role::Button, "Next")
            .accesskit_node()
            .is_disabled()
    );
    harness.get_by_label("1 to fill in");
    type_in(&mut harness, "Name", "Nordic sales");
    press(&mut harness, "Next");
    assert_eq!(harness.state().wizard.draft().name, "Nordic sales");
    assert_eq!(harness.state().wizard.draft().step, Step::Source);
}

#[test]
fn what_is_typed_is_kept_when_it_has_settled() {
    let mut harness = at(Step::Details);
    type_in(&mut harness, "Description", "s");
    assert_eq!(asked(&harness, kept).len(), 0);
    harness.run_steps(8);
    let kept = asked(&harness, kept);
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].description, "Prospects of the Nordic teams");
}

#[test]
fn cancel_asks_only_if_something_was_typed() {
    let mut harness = at(Step::Details);
    press(&mut harness, "Cancel");
    assert!(matches!(
        harness.state().asked.last(),
        Some(Intent::Go(Screen::Destinations))
    ));
    let mut harness = at(Step::Details);
    type_in(&mut harness, "Description", "s");
    press(&mut harness, "Cancel");
    harness.get_by_label("Keep what you typed?");
    press(&mut harness, "Go on");
    assert!(harness.query_by_label("Keep what you typed?").is_none());
    press(&mut harness, "Cancel");
    press(&mut harness, "Discard");
    let is_discarded = |intent: &Intent| {
        matches!(intent, Intent::Do(Command::Draft(DraftCommand::Discard))).then_some(())
    };
    assert_eq!(asked(&harness, is_discarded).len(), 1);
}

#[test]
fn a_resumed_draft_outlives_cancel_and_a_blank_one_does_not() {
    let mut harness = at(Step::Details);
    press(&mut harness, "Cancel");
    assert_eq!(asked(&harness, kept).len(), 1);
    let mut harness = page(Draft::default(), Snapshot::default());
    press(&mut harness, "Cancel");
    let first = harness.state().asked.first();
    assert!(matches!(
        first,
        Some(Intent::Do(Command::Draft(DraftCommand::Discard)))
    ));
}

#[test]
fn a_new_account_is_connected_with_the_secret_that_is_forgotten_then() {
    let mut harness = page(Draft::default(), Snapshot::default());
    harness.get_by_label("Connect to go on");
    type_in(&mut harness, "Account name", "Sales");
    type_in(&mut harness, "Client ID", "the-id");
    let secret = |harness: &Harness<'static, Page>| {
        harness
            .get_by_role_and_label(Role::PasswordInput, "Client secret")
            .focus();
    };
    secret(&harness);
    harness.run_steps(2);
    harness
        .get_by_role_and_label(Role::PasswordInput, "Client secret")
        .type_text("s3cr3t-of-the-app");
    harness.run_steps(3);
    assert!(!format!("{:?}", harness.state().wizard).contains("s3cr3t"));
    press(&mut harness, "Connect to destination");
    let connects = asked(&harness, |intent| {
        let Intent::Do(Command::Account(AccountCommand::Connect { account, secret })) = intent
        else {
            return None;
        };
        Some((account.clone(), secret.is_some()))
    });
    let [(account, true)] = connects.as_slice() else {
        panic!("{connects:?}");
    };
    assert_eq!(
        (account.name.as_str(), account.client_id.as_str()),
        ("Sales", "the-id")
    );
    let blocked = harness.get_by_role_and_label(Role::Button, "Connect to destination");
    assert!(blocked.accesskit_node().is_disabled());
}

fn signing_in(state: SignInState) -> Snapshot {
    Snapshot {
        sign_in: Some(SignIn {
            account: "Sales".to_owned(),
            redirect: RedirectMode::Https,
            state,
        }),
        ..Snapshot::default()
    }
}

#[test]
fn while_the_browser_is_open_every_way_out_is_there() {
    let waiting = SignInState::Waiting {
        address: "https://api.outreach.io/oauth/authorize?x".to_owned(),
        until: sample::at("2026-11-24T09:40:18Z"),
        is_paste_refused: false,
    };
    let mut harness = page(Draft::default(), signing_in(waiting));
    press(&mut harness, "Open again");
    assert!(matches!(
        harness.state().asked.last(),
        Some(Intent::Open(_))
    ));
    press(&mut harness, "Copy link");
    assert!(matches!(
        harness.state().asked.last(),
        Some(Intent::Copy(_))
    ));
    press(&mut harness, "Paste the address instead");
    type_in(
        &mut harness,
        "Address that the browser ended at",
        "https://127.0.0.1/?code=1",
    );
    press(&mut harness, "Use this address");
    let last = harness.state().asked.last();
    let Some(Intent::Do(Command::Account(AccountCommand::Paste { address }))) = last else {
        panic!("{last:?}");
    };
    assert_eq!(address, "https://127.0.0.1/?code=1");
    press(&mut harness, "Cancel the sign-in");
    let last = harness.state().asked.last();
    assert!(matches!(
        last,
        Some(Intent::Do(Command::Account(AccountCommand::CancelSignIn)))
    ));
}

#[test]
fn without_a_keyring_the_session_alone_is_offered() {
    let failed = SignInState::Failed {
        problem: Problem::new("no_keyring", "There is no keyring.", "Start one."),
        is_keyring: true,
    };
    let mut harness = page(Draft::default(), signing_in(failed));
    harness.get_by_label_contains("There is no keyring.");
    press(&mut harness, "Keep for this session only");
    let last = harness.state().asked.last();
    let Some(Intent::Do(Command::Account(AccountCommand::Connect { account, .. }))) = last else {
        panic!("{last:?}");
    };
    assert_eq!(account.keep, Keep::SessionOnly);
}

#[test]
fn a_sign_in_that_worked_becomes_the_choice() {
    let mut snapshot = sample::snapshot();
    snapshot.sign_in = Some(SignIn {
        account: sample::ACCOUNT.to_owned(),
        redirect: RedirectMode::Https,
        state: SignInState::Done,
    });
    let harness = page(Draft::default(), snapshot);
    assert_eq!(
        harness.state().wizard.draft().account.as_deref(),
        Some(sample::ACCOUNT)
    );
    harness.get_by_label("Connected");
}

#[test]
fn a_source_is_asked_for_once_and_chosen_by_dialog() {
    let mut snapshot = sample::snapshot();
    snapshot.looks.sources.clear();
    let mut harness = page(draft(Step::Source), snapshot);
    harness.run_steps(5);
    let sources = |intent: &Intent| {
        matches!(intent, Intent::Do(Command::Look(Look::Source(_)))).then_some(())
    };
    assert_eq!(asked(&harness, sources).len(), 1);
    press(&mut harness, "Choose folder…");
    assert!(matches!(
        harness.state().asked.last(),
        Some(Intent::Choose(Choice::SourceFolder))
    ));
    let wizard = &mut harness.state_mut().wizard;
    wizard.on_chosen(&Choice::SourceFolder, Some("/other".into()));
    assert_eq!(wizard.draft().source.name(), "/other");
    harness.run_steps(3);
    assert_eq!(asked(&harness, sources).len(), 2);
}

#[test]
fn audiences_are_ticked_and_searched_for() {
    let mut harness = at(Step::Source);
    harness.get_by_label("231 profiles without OutreachId will be excluded");
    harness
        .get_by_role_and_label(Role::CheckBox, "Lapsed customers")
        .click();
    harness.run_steps(3);
    let chosen = &harness.state().wizard.draft().audiences;
    assert_eq!(
        chosen.last().map(|one| one.name.as_str()),
        Some("Lapsed customers")
    );
    assert_eq!(
        chosen.last().map(|one| one.start.as_str()),
        Some("2026-11-24")
    );
    harness
        .get_by_role_and_label(Role::CheckBox, "Gold customers")
        .click();
    harness.run_steps(3);
    assert_eq!(harness.state().wizard.draft().audiences.len(), 3);
    type_in(&mut harness, "Search by name or id", "webinar");
    assert!(
        harness
            .query_by_role_and_label(Role::CheckBox, "Gold customers")
            .is_none()
    );
    harness.get_by_role_and_label(Role::CheckBox, "Webinar Q4 attendees");
}

#[test]
fn a_source_that_cannot_be_read_says_why() {
    let mut snapshot = sample::snapshot();
    let asked = Asked {
        is_looking: false,
        problem: Some(Problem::new(
            "x",
            "The folder is gone.",
            "Choose another one.",
        )),
        ..Asked::new(())
    };
    snapshot.looks.sources.insert(sample::source_key(), asked);
    let mut harness = page(draft(Step::Source), snapshot);
    harness.get_by_label_contains("The folder is gone.");
    press(&mut harness, "Check again");
    let last = harness.state().asked.last();
    assert!(matches!(
        last,
        Some(Intent::Do(Command::Look(Look::Source(_))))
    ));
}

#[test]
fn a_mapping_is_suggested_chosen_and_removed() {
    let mut harness = at(Step::Mapping);
    press(&mut harness, "Suggest by name");
    let rows = &harness.state().wizard.draft().mapping;
    assert_eq!(
        rows.last().map(|row| row.target.as_str()),
        Some("addressCity")
    );
    press(&mut harness, "Remove the mapping of workAddress.city");
    press(&mut harness, "Add new mapping");
    harness
        .get_by_role_and_label(Role::ComboBox, "Source field 6")
        .click();
    harness.run_steps(3);
    type_in(&mut harness, "Search 7 fields", "touch");
    harness
        .get_by_role_and_label(Role::TreeItem, "_brightwater.crm.lastTouch")
        .click();
    harness.run_steps(3);
    harness
        .get_by_role_and_label(Role::ComboBox, "Target field 6")
        .click();
    harness.run_steps(3);
    type_in(&mut harness, "Search attributes", "nick");
    harness
        .get_by_role_and_label(Role::ListBoxOption, "nickname")
        .click();
    harness.run_steps(3);
    let rows = &harness.state().wizard.draft().mapping;
    let pair = rows
        .last()
        .map(|row| (row.source.as_str(), row.target.as_str()));
    assert_eq!(pair, Some(("_brightwater.crm.lastTouch", "nickname")));
}

#[test]
fn a_field_that_decides_who_may_be_contacted_needs_a_tick() {
    let mut draft = draft(Step::Mapping);
    draft.mapping[1].target = "optedOut".to_owned();
    let snapshot = sample::full_snapshot(&draft);
    let mut harness = page(draft, snapshot);
    harness.get_by_label_contains("optedOut decides who may be contacted.");
    assert!(
        harness
            .get_by_role_and_label(Role::Button, "Next")
            .accesskit_node()
            .is_disabled()
    );
    let name = "I know that optedOut decides who may be contacted";
    harness.get_by_role_and_label(Role::CheckBox, name).click();
    harness.run_steps(3);
    assert!(harness.state().wizard.draft().mapping[1].consent_confirmed);
    assert!(
        !harness
            .get_by_role_and_label(Role::Button, "Next")
            .accesskit_node()
            .is_disabled()
    );
}

#[test]
fn the_preview_is_asked_for_when_the_mapping_has_settled() {
    let mut harness = at(Step::Mapping);
    let previews = |intent: &Intent| {
        matches!(intent, Intent::Do(Command::Look(Look::Preview(_)))).then_some(())
    };
    assert_eq!(asked(&harness, previews).len(), 1);
    press(&mut harness, "Remove the mapping of person.name.firstName");
    harness.run_steps(4);
    assert_eq!(asked(&harness, previews).len(), 2);
}

#[test]
fn mapping_ids_are_judged_and_suggested() {
    let mut draft = draft(Step::Schedule);
    draft.audiences[1].mapping_id = "4".to_owned();
    draft.audiences[2].mapping_id.clear();
    let snapshot = sample::full_snapshot(&draft);
    let mut harness = page(draft, snapshot);
    harness.get_by_label("2 to correct, 1 to fill in");
    harness.get_by_label_contains("4 is used twice, also by Webinar Q4 attendees.");
    harness.get_by_label_contains("4 is used twice, also by Gold customers.");
    press(&mut harness, "Use 5, Webinar Q4");
    press(&mut harness, "Suggest all");
    let numbers: Vec<_> = harness
        .state()
        .wizard
        .draft()
        .audiences
        .iter()
        .map(|one| one.mapping_id.clone())
        .collect();
    assert_eq!(numbers, ["4", "5", "11"]);
    press(&mut harness, "Read labels again");
    let last = harness.state().asked.last();
    assert!(matches!(
        last,
        Some(Intent::Do(Command::Look(Look::Fields { .. })))
    ));
}

#[test]
fn review_shows_the_dry_run_tests_one_and_finishes() {
    let mut harness = at(Step::Review);
    let runs = |intent: &Intent| {
        matches!(intent, Intent::Do(Command::Look(Look::DryRun(_)))).then_some(())
    };
    assert_eq!(asked(&harness, runs).len(), 1);
    harness.get_by_label("the first 5 values of 38,032 prospects, 2 more are so already");
    press(&mut harness, "Test with one prospect");
    type_in(&mut harness, "OutreachId", "104877");
    press(&mut harness, "Update this prospect");
    let last = harness.state().asked.last();
    let Some(Intent::Do(Command::Look(Look::TestOne { prospect, .. }))) = last else {
        panic!("{last:?}");
    };
    assert_eq!(prospect.get(), 104_877);
    press(&mut harness, "Close");
    press(&mut harness, "Finish");
    let finished = |intent: &Intent| {
        matches!(intent, Intent::Do(Command::Draft(DraftCommand::Finish(_)))).then_some(())
    };
    assert_eq!(asked(&harness, finished).len(), 1);
}

#[test]
fn what_is_open_blocks_finish_and_is_one_click_away() {
    let draft = Draft {
        name: String::new(),
        ..draft(Step::Review)
    };
    let snapshot = sample::snapshot();
    let mut harness = page(draft, snapshot);
    assert!(
        harness
            .get_by_role_and_label(Role::Button, "Finish")
            .accesskit_node()
            .is_disabled()
    );
    press(&mut harness, "Details");
    assert_eq!(harness.state().wizard.draft().step, Step::Details);
}

#[test]
fn an_old_value_that_is_not_known_says_why() {
    let draft = draft(Step::Review);
    let mut snapshot = sample::full_snapshot(&draft);
    let shown = |snapshot: &Snapshot| page(draft.clone(), snapshot.clone());
    let set = |snapshot: &mut Snapshot, is_compared| {
        let mut run = sample::dry_run();
        run.is_compared = is_compared;
        let mut lines = run.lines.as_ref().clone();
        lines[0].old = None;
        run.lines = std::sync::Arc::new(lines);
        let question = std::sync::Arc::new(draft.clone());
        snapshot.looks.dry_run = Some(sample::answered(question, run));
    };
    set(&mut snapshot, true);
    let harness = shown(&snapshot);
    harness.get_by_label("no such prospect");
    harness.get_by_label("Compared with Outreach at 09:24. Nothing was written.");
    set(&mut snapshot, false);
    let harness = shown(&snapshot);
    harness.get_by_label("not read");
    harness.get_by_label_contains("as it did not answer");
}

#[test]
fn a_chosen_audience_gets_the_name_that_people_know_it_by() {
    let mut harness = at(Step::Source);
    press(&mut harness, "Rename Gold customers");
    let field = "Name of 8f2c41d0-6a1e-4c11";
    assert!(
        harness
            .get_by_role_and_label(Role::TextInput, field)
            .is_focused()
    );
    type_in(&mut harness, field, ", Nordics");
    harness.key_press(egui::Key::Enter);
    harness.run_steps(3);
    assert!(
        harness
            .query_by_role_and_label(Role::TextInput, field)
            .is_none()
    );
    let chosen = &harness.state().wizard.draft().audiences;
    assert_eq!(chosen[0].name, "Gold customers, Nordics");
}

#[test]
fn an_audience_without_a_name_in_the_source_has_its_field_from_the_start() {
    let draft = draft(Step::Source);
    let mut snapshot = sample::full_snapshot(&draft);
    let mut source = sample::source();
    source.audiences[1].name = None;
    snapshot
        .looks
        .sources
        .insert(sample::source_key(), sample::answered((), source));
    let mut harness = page(draft, snapshot);
    type_in(&mut harness, "Name of 8f2c41d0-6a1e-4c11", "!");
    let chosen = &harness.state().wizard.draft().audiences;
    assert_eq!(chosen[0].name, "Gold customers!");
    let pencil = harness.query_by_role_and_label(Role::Button, "Rename Gold customers!");
    assert!(pencil.is_none());
}
