//! The window without a pointer: what Tab goes through, and what Enter and Escape do.

use std::sync::Arc;

use egui::{
    Key, Rect,
    accesskit::{self, Role},
};
use egui_kittest::{
    Harness,
    kittest::{By, NodeT as _, Queryable as _},
};

use super::{SIZE, Window, press, window};
use crate::{
    engine::Snapshot,
    model::{Draft, RunId, Step},
    ui::{
        Place, Screen,
        testing::{synced, wizard as sample},
    },
};

const SMALL: [f32; 2] = [1040.0, 640.0];
/// More stops than any screen has.
const MOST: usize = 90;

/// A stop of the keyboard.
#[derive(Debug, PartialEq)]
struct Stop {
    name: String,
    rect: Rect,
    /// Where the stop before it was at that moment: the page may have been scrolled since.
    from: Option<Rect>,
    id: accesskit::NodeId,
}

/// What has the keyboard.
fn focused(harness: &Harness<'static, Window>) -> Option<String> {
    stop(harness, None).map(|stop| stop.name)
}

fn stop(harness: &Harness<'static, Window>, before: Option<&Stop>) -> Option<Stop> {
    let found = harness
        .query_all(By::new())
        .find(egui_kittest::Node::is_focused)?;
    let before = before.and_then(|before| {
        let mut all = harness.query_all(By::new());
        all.find(|node| node.accesskit_node().locate().0 == before.id)
    });
    Some(Stop {
        name: found.accesskit_node().label().unwrap_or_default(),
        rect: found.rect(),
        from: before.map(|before| before.rect()),
        id: found.accesskit_node().locate().0,
    })
}

/// Everything that Tab goes through, from the first to the last.
fn stops(harness: &mut Harness<'static, Window>) -> Vec<Stop> {
    let window = Rect::from_min_size(egui::Pos2::ZERO, harness.ctx.content_rect().size());
    let mut stops: Vec<Stop> = vec![];
    for _ in 0..MOST {
        harness.key_press(Key::Tab);
        harness.run_steps(3);
        // Past the last one nothing has the keyboard until the next press.
        let Some(stop) = stop(harness, stops.last()) else {
            continue;
        };
        if stops.first().is_some_and(|first| first.id == stop.id) {
            return stops;
        }
        assert!(
            window.intersects(stop.rect),
            "{} has the keyboard out of sight at {:?}",
            stop.name,
            stop.rect
        );
        stops.push(stop);
    }
    panic!("Tab comes to no end: {stops:#?}");
}

/// Whatever comes next stands below or further right.
fn assert_reading_order(of: &str, stops: &[Stop]) {
    for stop in stops {
        assert!(!stop.name.is_empty(), "{of}: no name at {:?}", stop.rect);
    }
    for pair in stops.windows(2) {
        let [before, after] = pair else { continue };
        let (from, to) = (after.from.unwrap_or(before.rect), after.rect);
        let is_back = to.top() <= from.top() + 4.0 && to.left() <= from.left() + 4.0;
        assert!(
            !is_back,
            "{of}: from {} at {from:?} back to {} at {to:?}",
            before.name, after.name
        );
    }
}

fn names(stops: &[Stop]) -> Vec<&str> {
    stops.iter().map(|stop| stop.name.as_str()).collect()
}

fn in_wizard(draft: Draft, size: [f32; 2]) -> Harness<'static, Window> {
    let mut snapshot = sample::full_snapshot(&draft);
    snapshot.draft = Some(Arc::new(draft));
    window(Screen::Wizard, snapshot, size)
}

/// Each step with some of what is on it.
const STEPS: [(Step, &[&str]); 6] = [
    (Step::Connect, &["Account", "Sign out"]),
    (
        Step::Details,
        &["Name", "Description", "Export to third party"],
    ),
    (
        Step::Source,
        &[
            "Source",
            "Choose file…",
            "All audiences on screen",
            "Gold customers",
        ],
    ),
    (
        Step::Mapping,
        &[
            "Suggest by name",
            "Source field 1",
            "Target field 2",
            "Add new mapping",
        ],
    ),
    (
        Step::Schedule,
        &[
            "Start date of Gold customers",
            "Mapping ID of Gold customers",
        ],
    ),
    (
        Step::Review,
        &["Run again", "Search prospects", "Test with one prospect"],
    ),
];

#[test]
fn tab_goes_through_every_step_as_it_is_read() {
    for (size, (step, own)) in [SIZE, SMALL]
        .into_iter()
        .flat_map(|size| STEPS.map(|step| (size, step)))
    {
        let of = format!("{step:?} at {size:?}");
        let mut harness = in_wizard(sample::draft(step), size);
        let stops = stops(&mut harness);
        assert_reading_order(&of, &stops);
        let names = names(&stops);
        let forward = if step == Step::Review {
            "Finish"
        } else {
            "Next"
        };
        let frame = ["Destinations", "Step 1, Connect", "Cancel", "Save & exit"];
        for name in frame.iter().chain(own) {
            assert!(names.contains(name), "{of}: {name} is not among {names:#?}");
        }
        assert_eq!(names.last().copied(), Some(forward), "{of}");
    }
}

#[test]
fn tab_goes_through_the_form_of_a_new_account() {
    for size in [SIZE, SMALL] {
        let mut harness = window(
            Screen::Wizard,
            Snapshot {
                is_ready: true,
                draft: Some(Arc::default()),
                ..Snapshot::default()
            },
            size,
        );
        let stops = stops(&mut harness);
        assert_reading_order("new account", &stops);
        let names = names(&stops);
        for name in [
            "Account",
            "Account name",
            "Client ID",
            "Client secret",
            "Copy as e-mail",
        ] {
            assert!(names.contains(&name), "{name} is not among {names:#?}");
        }
    }
}

#[test]
fn tab_goes_through_catalog_and_destinations_as_they_are_read() {
    let empty = Snapshot {
        is_ready: true,
        ..Snapshot::default()
    };
    for size in [SIZE, SMALL] {
        let mut harness = window(Screen::Catalog, empty.clone(), size);
        let catalog = stops(&mut harness);
        assert_reading_order("catalog", &catalog);
        for name in ["Set up", "Explore the demo"] {
            let names = names(&catalog);
            assert!(names.contains(&name), "{name} is not among {names:#?}");
        }
        let mut harness = window(Screen::Destinations, synced::snapshot(), size);
        let list = stops(&mut harness);
        assert_reading_order("destinations", &list);
        let names = names(&list);
        for name in [
            "New destination",
            "Search by name or account",
            "Last run",
            "Actions for Outreach – DACH sales",
        ] {
            assert!(names.contains(&name), "{name} is not among {names:#?}");
        }
    }
}

#[test]
fn tab_goes_through_a_destination_as_it_is_read() {
    for size in [SIZE, SMALL] {
        let place = Place::of("outreach-nordic-sales");
        let mut harness = window(Screen::Destination(place), synced::snapshot(), size);
        let page = stops(&mut harness);
        assert_reading_order("destination", &page);
        let names = names(&page);
        for name in ["Stop run", "Actions for Outreach – Nordic sales"] {
            assert!(names.contains(&name), "{name} is not among {names:#?}");
        }
        let run = Place::of_run("outreach-dach-sales", RunId::new(341));
        let mut harness = window(Screen::Destination(run), synced::snapshot(), size);
        assert_reading_order("run", &stops(&mut harness));
    }
}

#[test]
fn leaving_the_wizard_is_asked_with_the_keyboard_on_the_safe_answer() {
    let mut harness = in_wizard(sample::draft(Step::Details), SIZE);
    let field = |harness: &Harness<'static, Window>| {
        harness
            .get_by_role_and_label(Role::TextInput, "Description")
            .focus();
    };
    field(&harness);
    harness.run_steps(2);
    harness.event(egui::Event::Text("s".to_owned()));
    harness.run_steps(2);
    let cancel = |harness: &mut Harness<'static, Window>| {
        harness
            .get_by_role_and_label(Role::Button, "Cancel")
            .focus();
        harness.run_steps(2);
        press(harness, Key::Enter);
        harness.get_by_label("Keep what you typed?");
    };
    let is_asking = |harness: &Harness<'static, Window>| {
        harness.query_by_label("Keep what you typed?").is_some()
    };
    cancel(&mut harness);
    let at = focused(&harness);
    assert_eq!(at.as_deref(), Some("Go on"));
    press(&mut harness, Key::Enter);
    assert!(!is_asking(&harness));
    cancel(&mut harness);
    press(&mut harness, Key::Escape);
    assert!(!is_asking(&harness));
    let at = focused(&harness);
    assert_eq!(at.as_deref(), Some("Cancel"), "back where it was");
    // Inside the dialog Tab goes round.
    cancel(&mut harness);
    let mut round = vec![];
    for _ in 0..4 {
        harness.key_press(Key::Tab);
        harness.run_steps(2);
        round.extend(focused(&harness));
    }
    assert!(
        round
            .iter()
            .all(|name| ["Go on", "Keep the draft", "Discard"].contains(&&**name)),
        "{round:?}"
    );
    assert!(round.len() >= 3, "{round:?}");
}

#[test]
fn a_prospect_is_tested_with_enter_and_the_dialog_left_with_escape() {
    let mut harness = in_wizard(sample::draft(Step::Review), SIZE);
    harness
        .get_by_role_and_label(Role::Button, "Test with one prospect")
        .click();
    harness.run_steps(4);
    let at = focused(&harness);
    assert_eq!(at.as_deref(), Some("OutreachId"));
    harness.event(egui::Event::Text("104877".to_owned()));
    harness.run_steps(2);
    harness.state_mut().asked();
    press(&mut harness, Key::Enter);
    let asked = harness.state_mut().asked();
    assert!(asked.iter().any(|it| it.contains("TestOne")), "{asked:?}");
    press(&mut harness, Key::Escape);
    let field = harness.query_by_role_and_label(Role::TextInput, "OutreachId");
    assert!(field.is_none());
}

#[test]
fn a_field_is_searched_for_and_taken_without_a_pointer() {
    let mut harness = in_wizard(sample::draft(Step::Mapping), SIZE);
    let field = |harness: &Harness<'static, Window>| {
        harness
            .get_by_role_and_label(Role::ComboBox, "Source field 2")
            .value()
    };
    assert_eq!(field(&harness).as_deref(), Some("person.name.firstName"));
    harness
        .get_by_role_and_label(Role::ComboBox, "Source field 2")
        .focus();
    harness.run_steps(2);
    press(&mut harness, Key::Enter);
    let at = focused(&harness);
    assert_eq!(at.as_deref(), Some("Search 7 fields"));
    harness.event(egui::Event::Text("city".to_owned()));
    harness.run_steps(2);
    press(&mut harness, Key::Enter);
    assert_eq!(field(&harness).as_deref(), Some("workAddress.city"));
    let at = focused(&harness);
    assert_eq!(at.as_deref(), Some("Source field 2"), "back at the field");
    press(&mut harness, Key::Enter);
    press(&mut harness, Key::Escape);
    assert!(harness.query_by_label("Search 7 fields").is_none());
    assert_eq!(field(&harness).as_deref(), Some("workAddress.city"));
}

#[test]
fn a_day_is_taken_from_the_calendar_without_a_pointer() {
    let mut harness = in_wizard(sample::draft(Step::Schedule), SIZE);
    let end = |harness: &Harness<'static, Window>| {
        let draft = harness.state().app.screens.wizard.draft();
        draft.audiences[0].end.clone()
    };
    let open = |harness: &mut Harness<'static, Window>| {
        harness
            .get_by_role_and_label(Role::Button, "Calendar for End date of Gold customers")
            .focus();
        harness.run_steps(2);
        press(harness, Key::Enter);
    };
    open(&mut harness);
    // It begins today, the 24th.
    harness.get_by_role_and_label(Role::Grid, "November 2026");
    press(&mut harness, Key::ArrowDown);
    harness.get_by_role_and_label(Role::Grid, "December 2026");
    press(&mut harness, Key::ArrowRight);
    press(&mut harness, Key::PageDown);
    press(&mut harness, Key::ArrowUp);
    press(&mut harness, Key::Enter);
    assert_eq!(end(&harness), "2026-12-26");
    assert!(harness.query_by_role(Role::Grid).is_none());
    let at = focused(&harness);
    assert_eq!(
        at.as_deref(),
        Some("Calendar for End date of Gold customers")
    );
    open(&mut harness);
    press(&mut harness, Key::Home);
    press(&mut harness, Key::Escape);
    assert_eq!(end(&harness), "2026-12-26", "Escape takes nothing");
    open(&mut harness);
    harness
        .get_by_role_and_label(Role::GridCell, "31 Dec 2026")
        .click();
    harness.run_steps(3);
    assert_eq!(end(&harness), "2026-12-31");
    open(&mut harness);
    harness
        .get_by_role_and_label(Role::Button, "No end")
        .click();
    harness.run_steps(3);
    assert_eq!(end(&harness), "");
}
