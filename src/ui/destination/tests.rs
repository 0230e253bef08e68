//! The page of a destination in each of its states.

mod live;
mod remedies;

use std::sync::Arc;

use egui::Ui;
use egui_kittest::{Harness, kittest::Queryable as _};

use super::DestinationPage;
use crate::{
    engine::{
        Snapshot,
        snapshot::{
            Asked, AudienceSummary, FaultGroup, HistoryEntry, Pause, Person, ProspectPage,
            ProspectQuery, ProspectRow, RunDetail,
        },
    },
    model::{AudienceId, Cause, Fate, OutreachId, Part, Problem, RecordFault, RunId},
    ui::{
        Intent, Place, Screen, Tab, View,
        testing::{
            sheet::{NARROW, Sheet, WIDE, now, sheet},
            synced,
        },
    },
};

/// The page, and the place that a click leads to.
#[derive(Debug)]
struct Page {
    page: DestinationPage,
    place: Place,
}

impl Default for Page {
    fn default() -> Self {
        Self {
            page: DestinationPage::default(),
            place: Place::of("outreach-nordic-sales"),
        }
    }
}

fn draw(screen: &mut Page, ui: &mut Ui, view: &View<'_>) -> Vec<Intent> {
    let intents = screen.page.ui(ui, view, &screen.place);
    for intent in &intents {
        if let Intent::Go(Screen::Destination(place)) = intent {
            screen.place = place.clone();
        }
    }
    intents
}

type Shown = Harness<'static, Sheet<Page>>;

fn shown(snapshot: Snapshot, place: Place) -> Shown {
    let mut harness = sheet(snapshot, WIDE, draw);
    harness.state_mut().screen.place = place;
    harness.state_mut().take();
    harness.run_steps(3);
    harness
}

fn click(harness: &mut Shown, label: &str) -> Vec<String> {
    harness.get_by_label(label).click();
    harness.run_steps(3);
    harness.state_mut().take()
}

fn nordic() -> Place {
    Place::of("outreach-nordic-sales")
}

pub(in crate::ui) fn gold() -> AudienceId {
    synced::audiences()[0].id.clone()
}

pub(in crate::ui) fn on_gold() -> Place {
    Place {
        audience: Some(gold()),
        ..nordic()
    }
}

pub(in crate::ui) fn prospect(number: u64) -> OutreachId {
    OutreachId::new(number).expect("above 0")
}

/// A page of a million prospects around this row.
fn page(first: u64) -> ProspectPage {
    let names = [
        "Anna Berg",
        "Jonas Holm",
        "Priya Raman",
        "Lars Eklund",
        "Sofia Nyström",
    ];
    let rows = (first..first + 60).map(|row| ProspectRow {
        prospect: prospect(104_877 + row),
        name: names[usize::try_from(row % 5).expect("small")].to_owned(),
        status: Some(if row % 5 == 1 { "exited" } else { "realized" }.to_owned()),
        is_pending: row % 7 == 3,
        changed: Some(now()),
    });
    ProspectPage {
        n_rows: 1_000_000,
        first,
        rows: rows.collect(),
    }
}

pub(in crate::ui) fn with_prospects(mut snapshot: Snapshot, first: u64) -> Snapshot {
    let question = ProspectQuery {
        slug: "outreach-nordic-sales".to_owned(),
        audience: Some(gold()),
        ..ProspectQuery::default()
    };
    snapshot.looks.prospects = Some(answered(question, page(first)));
    let summary = AudienceSummary {
        n_entered: 110,
        n_left: 12,
        last_run: Some(RunId::new(212)),
        over_time: (0..20)
            .map(|day| {
                let n = u64::try_from(18_031 + day * 27 + day % 3 * 9).expect("above 0");
                (synced::ago((20 - day) * 1440), n)
            })
            .collect(),
    };
    let question = ("outreach-nordic-sales".to_owned(), gold());
    snapshot.looks.audience = Some(answered(question, summary));
    snapshot
}

fn answered<Q, T>(question: Q, answer: T) -> Asked<Q, T> {
    Asked {
        is_looking: false,
        answer: Some(Arc::new(answer)),
        at: Some(now()),
        ..Asked::new(question)
    }
}

pub(in crate::ui) fn with_person(mut snapshot: Snapshot) -> Snapshot {
    let entry =
        |run: i64, minutes, field: &str, old: Option<&str>, new: &str, audience: Option<&str>| {
            HistoryEntry {
                at: synced::ago(minutes),
                run: RunId::new(run),
                cause: Some(Cause::SourceChanged),
                field: field.to_owned(),
                label: Some("Gold customers".to_owned()),
                audience: audience.map(str::to_owned),
                old: old.map(str::to_owned),
                new: new.to_owned(),
            }
        };
    let gold = Some("Gold customers");
    let person = Person {
        prospect: prospect(104_877),
        name: "Anna Berg".to_owned(),
        fields: vec![
            (
                "custom4".to_owned(),
                gold.map(str::to_owned),
                "realized".to_owned(),
            ),
            (
                "custom6".to_owned(),
                Some("Trial expiring".to_owned()),
                "exited".to_owned(),
            ),
            ("title".to_owned(), None, "Head of Procurement".to_owned()),
        ],
        pending: vec![],
        history: vec![
            entry(231, 60, "custom4", Some("exited"), "realized", gold),
            entry(
                231,
                60,
                "custom12",
                Some(""),
                "realized",
                Some("Renewal due"),
            ),
            entry(218, 1500, "custom4", Some("realized"), "exited", gold),
            entry(212, 4000, "lastName", Some("Berg-Olsen"), "Berg", None),
            entry(212, 4000, "custom4", None, "realized", gold),
        ],
    };
    let question = ("outreach-nordic-sales".to_owned(), prospect(104_877));
    snapshot.looks.person = Some(answered(question, person));
    snapshot
}

pub(in crate::ui) fn with_run(mut snapshot: Snapshot) -> Snapshot {
    let record = |number: u64, line| RecordFault {
        fate: Fate::Failed,
        prospect: Some(prospect(number)),
        place: Part::of_lines("profiles.csv").place(line),
        code: "validationDataTooLongError".to_owned(),
        what: "The title has 64 characters, Outreach takes 50".to_owned(),
        outreach: "Data provided is too long.".to_owned(),
    };
    let group = |fate, code: &str, records: Vec<RecordFault>| FaultGroup {
        fate,
        code: code.to_owned(),
        what: "The title has 64 characters, Outreach takes 50".to_owned(),
        outreach: "Data provided is too long.".to_owned(),
        n_records: records.len() as u64,
        records: Arc::new(records),
    };
    let long = (0..14).map(|i| record(231_044 + i * 17, 20 + i)).collect();
    let detail = RunDetail {
        run: synced::runs()[0].clone(),
        groups: vec![
            group(Fate::Failed, "validationDataTooLongError", long),
            group(Fate::Failed, "resourceNotFound", vec![record(9, 3)]),
            group(Fate::Excluded, "outreach_id_missing", vec![record(10, 4)]),
        ],
    };
    let question = ("outreach-dach-sales".to_owned(), RunId::new(341));
    snapshot.looks.run = Some(answered(question, detail));
    snapshot
}

pub(in crate::ui) fn run_341() -> Place {
    Place::of_run("outreach-dach-sales", RunId::new(341))
}

#[test]
fn a_run_is_shown_as_a_sum_that_adds_up() {
    let mut harness = shown(synced::snapshot(), nordic());
    for label in [
        "Run 212",
        "99.0 %",
        "34,404 ÷ (34,404 + 23 + 314)",
        "Pending 3,605",
    ] {
        assert!(
            harness.query_all_by_label(label).next().is_some(),
            "{label}"
        );
    }
    harness.get_by_label("About 24 min left, done about 10:22");
    harness.get_by_label("−1,102, 1,059 pending, 43 not written");
    let asked = click(&mut harness, "Stop run");
    assert_eq!(
        asked,
        ["Do(Destination { slug: \"outreach-nordic-sales\", what: Stop })"]
    );
}

#[test]
fn a_figure_opens_the_run_behind_it() {
    let mut harness = shown(synced::snapshot(), nordic());
    let asked = click(&mut harness, "Failed 23");
    assert!(
        asked
            .iter()
            .any(|asked| asked.contains("tab: Runs") && asked.contains("RunId(212)")),
        "{asked:?}"
    );
}

#[test]
fn no_run_yet_says_so_and_can_be_started() {
    let place = Place::of("outreach-customer-success");
    let mut harness = shown(synced::snapshot(), place);
    harness.get_by_label("No run yet");
    let run = harness
        .get_all_by_label("Run now")
        .last()
        .expect("one below");
    run.click();
    harness.run_steps(2);
    let asked = harness.state_mut().take();
    assert!(asked[0].ends_with("what: Run })"), "{asked:?}");
}

#[test]
fn a_lost_sign_in_stands_beside_what_mends_it() {
    let mut harness = shown(synced::snapshot(), Place::of("outreach-us-mid-market"));
    harness.get_by_label_contains("Outreach no longer accepts the sign-in");
    harness.get_by_label_contains("1,204 changes wait");
    let asked = click(&mut harness, "Sign in again");
    assert!(
        asked[0].contains("Connect { account: NewAccount { name: \"Daniel Reyes\""),
        "{asked:?}"
    );
    let asked = click(&mut harness, "Use another account");
    assert!(
        asked[0].starts_with("Wizard(Draft { step: Connect, edits: Some("),
        "{asked:?}"
    );
}

#[test]
fn a_lost_state_can_be_rebuilt() {
    for code in ["state_damaged", "state_gone", "state_older"] {
        let mut snapshot = synced::snapshot();
        let mut all = snapshot.destinations.iter_mut();
        let view = all.find(|view| view.slug == "outreach-dach-sales");
        let problem = Problem::new(code, "The state is lost.", "Rebuild it.");
        view.expect("it is there").problem = Some(problem);
        let mut harness = shown(snapshot, Place::of("outreach-dach-sales"));
        harness.get_by_label_contains("The state is lost.");
        let asked = click(&mut harness, "Rebuild the state");
        assert!(asked[0].ends_with("what: Rebuild })"), "{asked:?}");
        let asked = click(&mut harness, "Look again now");
        assert!(asked[0].ends_with("what: Run })"), "{asked:?}");
    }
}

#[test]
fn a_pause_and_a_disabled_destination_can_be_ended() {
    let mut snapshot = synced::snapshot();
    snapshot.pause = Some(Pause { until: None });
    let mut harness = shown(snapshot, Place::of("outreach-dach-sales"));
    harness.get_by_label("Everything is paused");
    assert_eq!(click(&mut harness, "Resume"), ["Do(Resume)"]);
    let mut harness = shown(synced::snapshot(), Place::of("outreach-partner-team"));
    harness.get_by_label("This destination is disabled");
    let asked = click(&mut harness, "Enable");
    assert!(asked[0].contains("Enable(true)"), "{asked:?}");
}

#[test]
fn what_was_deleted_leads_back() {
    let mut harness = shown(synced::snapshot(), Place::of("no-such"));
    assert_eq!(
        click(&mut harness, "All destinations"),
        ["Go(Destinations)"]
    );
}

#[test]
fn an_audience_is_asked_for_once_and_opens_from_its_row() {
    let mut harness = shown(synced::snapshot(), nordic());
    let asked = click(&mut harness, "Gold customers, Mapping ID 4, Gold customers");
    let looks = |what: &str| asked.iter().filter(|asked| asked.contains(what)).count();
    assert_eq!(looks("Look(Audience"), 1, "{asked:?}");
    assert_eq!(looks("Look(Prospects"), 1, "{asked:?}");
    harness.run_steps(5);
    assert!(harness.state_mut().take().is_empty());
    let asked = click(&mut harness, "Back to all audiences");
    assert!(asked[0].contains("audience: None"), "{asked:?}");
}

#[test]
fn a_million_prospects_are_asked_for_a_screenful_at_a_time() {
    let snapshot = with_prospects(synced::snapshot(), 0);
    let mut harness = shown(snapshot, on_gold());
    harness.get_by_label("1,000,000 prospects");
    harness.get_by_label("104877");
    let n_ids = harness.query_all_by_label_contains("1048").count();
    assert!(n_ids < 60, "{n_ids}");
    harness.state_mut().take();
    let table = egui::pos2(400.0, 500.0);
    harness.hover_at(table);
    harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: egui::vec2(0.0, -36_000.0),
        source: egui::MouseWheelSource::Wheel,
        phase: egui::TouchPhase::Move,
        modifiers: egui::Modifiers::NONE,
    });
    harness.run_steps(20);
    let asked = harness.state_mut().take();
    let last = asked.last().expect("another page is asked for");
    assert!(last.contains("Look(Prospects"), "{asked:?}");
    assert!(!last.contains("first: 0"), "{asked:?}");
    assert!(harness.query_by_label("104877").is_none());
}

#[test]
fn a_prospect_opens_beside_the_table_with_its_history() {
    let snapshot = with_person(with_prospects(synced::snapshot(), 0));
    let mut harness = shown(snapshot, on_gold());
    let asked = click(&mut harness, "104877");
    assert!(
        asked.iter().any(|asked| asked.contains("Look(Person")),
        "{asked:?}"
    );
    harness.get_by_label("Written by run 231");
    harness
        .get_all_by_label("exited becomes realized")
        .next()
        .expect("the newest change");
    harness.get_by_label("not known becomes realized");
    harness.get_by_label_contains("Entered Gold customers. Entered Renewal due. Source changed");
    // A new page of the table leaves the person where it is.
    harness.state_mut().snapshot = with_person(with_prospects(synced::snapshot(), 400));
    harness.run_steps(2);
    harness.get_by_label("Written by run 231");
    let asked = click(&mut harness, "Close prospect");
    assert!(
        asked.iter().any(|asked| asked.contains("Go(Destination")),
        "{asked:?}"
    );
    assert!(harness.query_by_label("Written by run 231").is_none());
}

#[test]
fn a_run_explains_each_cause() {
    let mut harness = shown(with_run(synced::snapshot()), run_341());
    for label in [
        "Failed 15",
        "Excluded 1",
        "Value too long",
        "Prospect not found",
        "231044",
    ] {
        assert!(
            harness.query_all_by_label(label).next().is_some(),
            "{label}"
        );
    }
    harness.get_by_label("Data provided is too long.");
    let asked = click(&mut harness, "Open the mapping");
    assert!(asked[0].contains("Look(Run"), "{asked:?}");
    assert!(
        asked[1].starts_with("Wizard(Draft { step: Mapping"),
        "{asked:?}"
    );
    let asked = click(&mut harness, "Export CSV");
    assert_eq!(
        asked,
        ["Choose(ExportFaults { slug: \"outreach-dach-sales\", run: RunId(341) })"]
    );
    let asked = click(&mut harness, "Retry failed");
    assert!(asked[0].contains("RetryFailed"), "{asked:?}");
    click(&mut harness, "Excluded 1");
    harness.get_by_label("OutreachId missing");
}

/// The same run, but with many more records of the first cause than are shown.
fn with_many_records() -> Snapshot {
    let mut snapshot = with_run(synced::snapshot());
    let asked = snapshot.looks.run.as_mut().expect("it was asked");
    let detail = Arc::make_mut(asked.answer.as_mut().expect("an answer"));
    detail.groups[0].n_records = 23_000;
    snapshot
}

#[test]
fn of_too_many_records_the_first_are_shown_and_all_are_counted() {
    let harness = shown(with_many_records(), run_341());
    harness.get_by_label("Failed 23,001");
    harness.get_by_label("The first 14 of 23,000 records. Export CSV writes them all");
}

#[test]
fn a_run_is_looked_up_once_when_it_is_opened() {
    let place = Place {
        tab: Tab::Runs,
        ..Place::of("outreach-dach-sales")
    };
    let mut harness = shown(synced::snapshot(), place);
    assert!(harness.state_mut().take().is_empty());
    let asked = click(&mut harness, "341");
    assert_eq!(
        asked
            .iter()
            .filter(|asked| asked.contains("Look(Run"))
            .count(),
        1,
        "{asked:?}"
    );
    harness.run_steps(3);
    assert!(harness.state_mut().take().is_empty());
}

#[test]
fn each_step_of_the_settings_opens_the_wizard_there() {
    let place = Place {
        tab: Tab::Settings,
        ..Place::of("outreach-dach-sales")
    };
    let mut harness = shown(synced::snapshot(), place);
    harness.get_by_label("Email targeting, Export to third party");
    let edits: Vec<_> = harness.get_all_by_label("Edit").collect();
    edits[1].click();
    harness.run_steps(2);
    let asked = harness.state_mut().take();
    assert!(
        asked[0].starts_with("Wizard(Draft { step: Details"),
        "{asked:?}"
    );
    harness
        .get_by_role_and_label(egui::accesskit::Role::CheckBox, "Enabled")
        .click();
    harness.run_steps(2);
    let asked = harness.state_mut().take();
    assert!(asked[0].contains("Enable(false)"), "{asked:?}");
}

#[test]
fn the_smallest_window_has_room_for_everything() {
    let mut harness = sheet(synced::snapshot(), NARROW, draw);
    harness.run_steps(2);
    harness.get_by_label("Run 212");
    harness.get_by_label("Gold customers, Mapping ID 4, Gold customers");
}

#[cfg(feature = "snapshots")]
#[test]
fn pictures() {
    use crate::ui::testing::sheet::shoot;
    use live::{interrupted, with_delivered};
    let at = |place: Place| {
        move |harness: &mut Shown| {
            harness.state_mut().screen.place = place.clone();
            harness.run_steps(2);
        }
    };
    let full = with_run(with_person(with_prospects(synced::snapshot(), 0)));
    shoot("activation", &full, draw, at(nordic()));
    shoot(
        "activation-idle",
        &full,
        draw,
        at(Place::of("outreach-dach-sales")),
    );
    shoot(
        "activation-last",
        &with_delivered(341),
        draw,
        at(Place::of("outreach-dach-sales")),
    );
    shoot(
        "activation-interrupted",
        &interrupted(),
        draw,
        at(Place::of("outreach-dach-sales")),
    );
    shoot(
        "activation-problem",
        &full,
        draw,
        at(Place::of("outreach-us-mid-market")),
    );
    shoot(
        "activation-never",
        &full,
        draw,
        at(Place::of("outreach-customer-success")),
    );
    shoot("runs", &full, draw, at(run_341()));
    shoot("runs-many", &with_many_records(), draw, at(run_341()));
    let settings = Place {
        tab: Tab::Settings,
        ..Place::of("outreach-dach-sales")
    };
    shoot("destination-settings", &full, draw, at(settings));
    shoot("audience", &full, draw, at(on_gold()));
    let person = Place {
        prospect: Some(prospect(104_877)),
        ..on_gold()
    };
    shoot("person", &full, draw, at(person));
    shoot("audience-loading", &synced::snapshot(), draw, at(on_gold()));
}
