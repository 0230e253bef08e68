//! The window as a whole: its shortcuts, its questions, and what it says in passing.

mod keyboard;
#[cfg(feature = "snapshots")]
mod shots;

use std::sync::Arc;

use egui::{
    Key, Modifiers, UiBuilder, ViewportCommand, ViewportEvent, ViewportId, accesskit::Role,
};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{mpsc, watch};

use super::App;
use crate::{
    engine::{
        Command, DraftCommand, Handle, Snapshot,
        snapshot::{NoticeItem, NoticeKind, Pause},
    },
    model::{Closing, Draft, Step},
    ui::{
        Place, Screen,
        testing::{
            sheet::{now, zone},
            synced, wizard as sample,
        },
        theme,
    },
};

/// A window over an engine that only listens.
struct Window {
    app: App,
    inbox: mpsc::Receiver<Command>,
    publish: watch::Sender<Arc<Snapshot>>,
    now: Timestamp,
    /// What the window's system was told.
    told: Vec<ViewportCommand>,
}

impl Window {
    /// What was asked of the engine since it was looked at last.
    fn asked(&mut self) -> Vec<String> {
        let mut asked = vec![];
        while let Ok(command) = self.inbox.try_recv() {
            asked.push(format!("{command:?}"));
        }
        asked
    }
}

fn window(screen: Screen, snapshot: Snapshot, size: [f32; 2]) -> Harness<'static, Window> {
    let (engine, inbox, publish) = Handle::for_tests();
    publish.send_replace(Arc::new(snapshot));
    let mut app = App::over(Some(engine), screen);
    app.zone = zone();
    let window = Window {
        app,
        inbox,
        publish,
        now: now(),
        told: vec![],
    };
    let mut harness = Harness::builder()
        .with_size(size)
        .with_max_steps(30)
        .with_context_setup(theme::install)
        .build_ui_state(
            |ui, window: &mut Window| {
                window.app.prepare(ui.ctx());
                // Without the margin that the harness leaves.
                let whole = ui.ctx().content_rect();
                let mut whole = ui.new_child(UiBuilder::new().max_rect(whole));
                window.app.draw(&mut whole, window.now);
                let told = ui.ctx().viewport(|viewport| viewport.commands.clone());
                window.told.extend(told);
            },
            window,
        );
    harness.run_steps(3);
    harness
}

const SIZE: [f32; 2] = [1280.0, 800.0];

fn at(screen: Screen) -> Harness<'static, Window> {
    window(screen, synced::snapshot(), SIZE)
}

fn press(harness: &mut Harness<'static, Window>, key: Key) {
    harness.key_press(key);
    harness.run_steps(3);
}

fn type_text(harness: &mut Harness<'static, Window>, text: &str) {
    harness.event(egui::Event::Text(text.to_owned()));
    harness.run_steps(3);
}

/// Whether the window's system was told this since it was looked at last.
fn has_told(harness: &mut Harness<'static, Window>, wanted: &ViewportCommand) -> bool {
    let told = std::mem::take(&mut harness.state_mut().told);
    told.contains(wanted)
}

fn ask_to_close(harness: &mut Harness<'static, Window>) {
    let viewports = &mut harness.input_mut().viewports;
    let root = viewports.entry(ViewportId::ROOT).or_default();
    root.events.push(ViewportEvent::Close);
    harness.step();
    let viewports = &mut harness.input_mut().viewports;
    let root = viewports.entry(ViewportId::ROOT).or_default();
    root.events.clear();
}

#[test]
fn r_runs_what_is_open_or_all_that_are_enabled() {
    let mut harness = at(Screen::Destinations);
    press(&mut harness, Key::R);
    let enabled = synced::snapshot()
        .destinations
        .iter()
        .filter(|it| it.settings.enabled)
        .count();
    let asked = harness.state_mut().asked();
    assert_eq!(asked.len(), enabled, "{asked:?}");
    assert!(asked.iter().all(|it| it.contains("what: Run")), "{asked:?}");
    let slug = synced::snapshot().destinations[0].slug.clone();
    let mut harness = at(Screen::Destination(Place::of(&slug)));
    harness.state_mut().asked();
    press(&mut harness, Key::R);
    let asked = harness.state_mut().asked();
    let runs: Vec<_> = asked.iter().filter(|it| it.contains("what: Run")).collect();
    assert!(
        matches!(runs.as_slice(), [only] if only.contains(&slug)),
        "{asked:?}"
    );
}

#[test]
fn p_pauses_and_goes_on() {
    let mut harness = at(Screen::Alerts);
    press(&mut harness, Key::P);
    assert_eq!(harness.state_mut().asked(), ["Pause { until: None }"]);
    let mut snapshot = synced::snapshot();
    snapshot.pause = Some(Pause { until: None });
    harness.state_mut().publish.send_replace(Arc::new(snapshot));
    harness.run_steps(2);
    press(&mut harness, Key::P);
    assert_eq!(harness.state_mut().asked(), ["Resume"]);
}

#[test]
fn the_search_field_is_a_key_away_and_takes_letters_as_letters() {
    let mut harness = at(Screen::Destinations);
    press(&mut harness, Key::Slash);
    let search = |harness: &Harness<'static, Window>| {
        let field = harness.get_by_role_and_label(Role::TextInput, "Search by name or account");
        (field.is_focused(), field.value())
    };
    assert!(search(&harness).0);
    harness.key_press(Key::R);
    type_text(&mut harness, "r");
    assert_eq!(search(&harness).1.as_deref(), Some("r"));
    assert_eq!(harness.state_mut().asked(), [""; 0], "R was typed");
    press(&mut harness, Key::Escape);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::F);
    harness.run_steps(3);
    assert!(search(&harness).0);
}

#[test]
fn screens_are_two_letters_away_and_settings_a_comma() {
    let mut harness = at(Screen::Destinations);
    for (letter, screen) in [
        (Key::C, Screen::Catalog),
        (Key::A, Screen::Accounts),
        (Key::S, Screen::Sources),
        (Key::R, Screen::Activity),
        (Key::L, Screen::Alerts),
        (Key::D, Screen::Destinations),
    ] {
        press(&mut harness, Key::G);
        press(&mut harness, letter);
        assert_eq!(harness.state().app.screen, screen);
    }
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Comma);
    harness.run_steps(3);
    assert_eq!(harness.state().app.screen, Screen::Settings);
    let asked = harness.state_mut().asked();
    let has_run = asked.iter().any(|it| it.contains("what: Run"));
    assert!(!has_run, "G and then R shows the activity: {asked:?}");
}

#[test]
fn a_shortcut_works_while_a_button_has_the_keyboard() {
    let mut harness = at(Screen::Destinations);
    press(&mut harness, Key::Tab);
    press(&mut harness, Key::P);
    assert_eq!(harness.state_mut().asked(), ["Pause { until: None }"]);
}

#[test]
fn the_question_mark_lists_the_shortcuts_and_nothing_else_hears_the_keys_then() {
    let mut harness = at(Screen::Destinations);
    type_text(&mut harness, "?");
    harness.get_by_label("Keyboard shortcuts");
    press(&mut harness, Key::R);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Comma);
    harness.run_steps(3);
    assert_eq!(harness.state_mut().asked(), [""; 0]);
    assert_eq!(harness.state().app.screen, Screen::Destinations);
    press(&mut harness, Key::Escape);
    assert!(harness.query_by_label("Keyboard shortcuts").is_none());
    type_text(&mut harness, "?");
    // The keyboard is on its only button from the start.
    press(&mut harness, Key::Enter);
    assert!(harness.query_by_label("Keyboard shortcuts").is_none());
}

#[test]
fn closing_asks_while_a_run_goes_on() {
    let mut harness = at(Screen::Destinations);
    ask_to_close(&mut harness);
    assert!(has_told(&mut harness, &ViewportCommand::CancelClose));
    harness.run_steps(3);
    harness.get_by_label("A run is under way");
    let stay = harness.get_by_role_and_label(Role::Button, "Keep running");
    assert!(stay.is_focused(), "the safe way out is the first");
    press(&mut harness, Key::Escape);
    assert!(harness.query_by_label("A run is under way").is_none());

    ask_to_close(&mut harness);
    harness.run_steps(3);
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    assert!(has_told(&mut harness, &ViewportCommand::Minimized(true)));
    harness.run_steps(2);
    assert!(harness.query_by_label("A run is under way").is_none());

    ask_to_close(&mut harness);
    harness.run_steps(3);
    harness.key_press(Key::Tab);
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    assert!(has_told(&mut harness, &ViewportCommand::Close));
    // The second time it closes.
    ask_to_close(&mut harness);
    assert!(!has_told(&mut harness, &ViewportCommand::CancelClose));
}

#[test]
fn closing_does_as_was_set() {
    let mut snapshot = synced::snapshot();
    snapshot.preferences.closing = Closing::KeepRunning;
    let mut harness = window(Screen::Destinations, snapshot, SIZE);
    ask_to_close(&mut harness);
    let told = [
        ViewportCommand::CancelClose,
        ViewportCommand::Minimized(true),
    ];
    assert!(told.iter().all(|it| harness.state().told.contains(it)));

    let mut snapshot = synced::snapshot();
    snapshot.preferences.closing = Closing::Quit;
    let mut harness = window(Screen::Destinations, snapshot, SIZE);
    ask_to_close(&mut harness);
    assert!(!has_told(&mut harness, &ViewportCommand::CancelClose));

    let mut snapshot = synced::snapshot();
    for destination in &mut snapshot.destinations {
        destination.running = None;
    }
    let mut harness = window(Screen::Destinations, snapshot, SIZE);
    ask_to_close(&mut harness);
    assert!(!has_told(&mut harness, &ViewportCommand::CancelClose));
}

fn notice(id: u64, destination: &str) -> NoticeItem {
    NoticeItem {
        id,
        at: now(),
        what: NoticeKind::Saved {
            destination: destination.to_owned(),
        },
    }
}

#[test]
fn a_notice_is_said_once_and_goes_by_itself() {
    let mut harness = at(Screen::Destinations);
    let mut snapshot = synced::snapshot();
    snapshot.notices = vec![notice(1, "Nordics")];
    let publish = |harness: &mut Harness<'static, Window>, snapshot: &Snapshot| {
        let snapshot = Arc::new(snapshot.clone());
        harness.state_mut().publish.send_replace(snapshot);
        harness.run_steps(2);
    };
    publish(&mut harness, &snapshot);
    harness.get_by_label("Saved Nordics");
    // Frames of a quarter of a second.
    harness.run_steps(30);
    assert!(harness.query_by_label("Saved Nordics").is_none());
    publish(&mut harness, &snapshot);
    assert!(
        harness.query_by_label("Saved Nordics").is_none(),
        "old news"
    );
    snapshot.notices.push(notice(2, "DACH"));
    publish(&mut harness, &snapshot);
    harness.get_by_label("Saved DACH");
}

#[test]
fn a_notice_lies_over_nothing_that_can_be_used() {
    for size in [SIZE, [1040.0, 640.0]] {
        let mut snapshot = synced::snapshot();
        snapshot.notices = vec![notice(1, "Outreach – Nordic sales and all its neighbours")];
        let harness = window(Screen::Destinations, snapshot, size);
        let toast = harness
            .get_by_label_contains("and all its neighbours")
            .rect()
            .expand(12.0);
        let is_control = |role| {
            matches!(
                role,
                Role::Button
                    | Role::Link
                    | Role::TextInput
                    | Role::RadioButton
                    | Role::ColumnHeader
            )
        };
        for node in harness.query_all(egui_kittest::kittest::By::new()) {
            let role = node.accesskit_node().role();
            assert!(
                !is_control(role) || !node.rect().intersects(toast),
                "{:?} at {:?} is under {toast:?}",
                node.accesskit_node().label(),
                node.rect()
            );
        }
    }
}

#[test]
fn the_rail_counts_only_what_needs_a_look() {
    let mut snapshot = synced::snapshot();
    let mut alerts = synced::alerts();
    for alert in &mut alerts {
        alert.is_read = false;
        alert.kind = crate::model::Alert::RunSuccess;
    }
    snapshot.alerts = Arc::new(alerts.clone());
    let harness = window(Screen::Destinations, snapshot.clone(), SIZE);
    harness.get_by_role_and_label(Role::Link, "Alerts");
    alerts[0].kind = crate::model::Alert::RunFailure;
    snapshot.alerts = Arc::new(alerts);
    let harness = window(Screen::Destinations, snapshot, SIZE);
    harness.get_by_role_and_label(Role::Link, "Alerts, 1 to look at");
}

#[test]
fn the_top_bar_names_the_person_and_keeps_its_parts_apart() {
    for size in [SIZE, [1040.0, 640.0]] {
        let mut draft = sample::draft(Step::Details);
        draft.name = "Outreach – Nordic sales, field and partners, second half of the year".into();
        let mut snapshot = synced::snapshot();
        snapshot.accounts = vec![sample::account()];
        snapshot.draft = Some(Arc::new(draft.clone()));
        let harness = window(Screen::Wizard, snapshot, size);
        let account = harness.get_by_role_and_label(Role::Button, "Account: Maja Lindqvist");
        let pause = harness.get_by_role_and_label(Role::Button, "Pause");
        let state = harness.get_by_role_and_label(Role::Button, "Needs attention");
        let name = harness.get_by_role_and_label(Role::Label, &draft.name);
        let order = [name.rect(), state.rect(), pause.rect(), account.rect()];
        for pair in order.windows(2) {
            assert!(pair[0].right() + 8.0 <= pair[1].left(), "{order:?}");
        }
        assert!(account.rect().right() <= size[0] - 8.0, "{order:?}");
    }
}

#[test]
fn what_was_kept_of_the_wizard_is_said_at_the_foot_of_the_window() {
    let mut snapshot = sample::snapshot();
    snapshot.draft = Some(Arc::new(sample::draft(Step::Source)));
    snapshot.draft_saved = Some(now() - SignedDuration::from_mins(5));
    let harness = window(Screen::Wizard, snapshot, SIZE);
    harness.get_by_label("Draft saved 09:53. You can close the window and go on later");
}

#[test]
fn a_draft_is_opened_where_it_was_left_and_a_new_one_is_not_begun_over_it() {
    let mut snapshot = sample::snapshot();
    snapshot.draft = Some(Arc::new(sample::draft(Step::Schedule)));
    let mut harness = window(Screen::Wizard, snapshot, SIZE);
    harness.get_by_role_and_label(Role::TextInput, "Mapping ID of Gold customers");
    let ctx = harness.ctx.clone();
    let app = &mut harness.state_mut().app;
    app.carry_out(&ctx, vec![crate::ui::Intent::Wizard(Box::default())]);
    assert_eq!(app.screens.wizard.draft(), &sample::draft(Step::Schedule));
}

#[test]
fn what_cannot_be_handed_over_is_said() {
    let mut harness = at(Screen::Destinations);
    harness.state_mut().inbox.close();
    press(&mut harness, Key::P);
    harness.get_by_label("Busy. Try again in a moment");
}

#[test]
fn finishing_shows_the_destinations() {
    let mut harness = window(Screen::Catalog, synced::snapshot(), SIZE);
    let ctx = harness.ctx.clone();
    let draft = Arc::new(Draft::default());
    let finish = Command::Draft(DraftCommand::Finish(draft));
    let app = &mut harness.state_mut().app;
    app.carry_out(&ctx, vec![crate::ui::Intent::Do(finish)]);
    assert_eq!(app.screen, Screen::Destinations);
}
