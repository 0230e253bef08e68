//! What is live: names and values, the last run's course, what a run waits for, and a run that was interrupted.

use std::sync::Arc;

use egui_kittest::kittest::Queryable as _;

use super::{nordic, on_gold, shown, with_prospects};
use crate::{
    engine::{
        Snapshot,
        snapshot::{Delivered, DestinationView},
    },
    model::{Problem, RunId, RunStatus, Wait, WaitsFor},
    ui::{Place, testing::synced},
};

#[test]
fn every_figure_and_plot_has_a_name_and_a_value() {
    use egui::accesskit::Role;
    let harness = shown(synced::snapshot(), nordic());
    harness.get_by_label("Profiles received 48,216");
    for (name, value) in [
        (
            "What became of the profiles",
            "Activated 34,404, Unchanged 9,870, Excluded 314, Failed 23, Pending 3,605",
        ),
        ("Delivered changes per second", "2.5 now, at most 45.0"),
        (
            "Requests per hour",
            "2,741 in the hour that runs, limit 10,000",
        ),
    ] {
        let image = harness.get_by_role_and_label(Role::Image, name);
        assert_eq!(image.value().as_deref(), Some(value), "{name}");
    }
    let harness = shown(with_prospects(synced::snapshot(), 0), on_gold());
    let image = harness.get_by_role_and_label(Role::Image, "Members over time");
    assert_eq!(image.value().as_deref(), Some("18,031 to 18,553"));
}

/// The destination of the picture of runs, whose run 341 has ended at half past nine.
fn after_a_run(change: impl FnOnce(&mut DestinationView)) -> Snapshot {
    let mut snapshot = synced::snapshot();
    let mut all = snapshot.destinations.iter_mut();
    change(
        all.find(|view| view.slug == "outreach-dach-sales")
            .expect("it is there"),
    );
    snapshot
}

pub(super) fn with_delivered(run: i64) -> Snapshot {
    use jiff::ToSpan as _;
    let mut samples = synced::running().samples;
    for sample in Arc::make_mut(&mut samples) {
        sample.at = sample.at.checked_sub(30.minutes()).expect("an instant");
    }
    after_a_run(|view| {
        view.delivered = Some(Delivered {
            run: Some(RunId::new(run)),
            started: synced::ago(47),
            ended: synced::ago(30),
            samples,
        });
    })
}

#[test]
fn the_plot_of_the_last_run_stays_and_is_named_as_such() {
    let dach = || Place::of("outreach-dach-sales");
    let harness = shown(with_delivered(341), dach());
    harness.get_by_label("last run, today 09:28");
    let name = "Delivered changes per second";
    let role = egui::accesskit::Role::Image;
    harness.get_by_role_and_label(role, name);
    let harness = shown(with_delivered(339), dach());
    harness.get_by_label("run 339, the last to send, today 09:28");
    // After a restart its course is not known, but its figures are.
    let harness = shown(synced::snapshot(), dach());
    harness.get_by_label("Last run to send, run 341: 1,612 changes in 4 min 12 s");
    assert!(harness.query_by_role_and_label(role, name).is_none());
}

#[test]
fn a_run_that_waits_says_for_what_and_when_it_goes_on() {
    for (what, text) in [
        (WaitsFor::Limit, "Waits for the hourly limit until 10:00"),
        (
            WaitsFor::SignIn,
            "Waits for the sign-in, tries again at 10:00",
        ),
        (
            WaitsFor::Network,
            "Waits for the network, tries again at 10:00",
        ),
        (WaitsFor::Outreach, "Waits for Outreach until 10:00"),
    ] {
        let mut snapshot = synced::snapshot();
        let running = snapshot
            .destinations
            .iter_mut()
            .find_map(|view| view.running.as_mut())
            .expect("one runs");
        let until = synced::ago(-2);
        running.waiting = Some(Wait { what, until });
        let harness = shown(snapshot, nordic());
        harness.get_by_label(text);
    }
}

pub(super) fn interrupted() -> Snapshot {
    after_a_run(|view| {
        let run = &mut Arc::make_mut(&mut view.runs)[0];
        run.status = RunStatus::Stopped;
        run.problem = Some(Problem::interrupted());
        run.figures.pending = 405;
        view.n_waiting = 405;
    })
}

#[test]
fn a_run_that_ended_with_the_program_says_what_follows() {
    let harness = shown(interrupted(), Place::of("outreach-dach-sales"));
    harness.get_by_label("Interrupted");
    harness.get_by_label_contains("The program ended before it did; the next run sends the rest");
    assert!(harness.query_by_label("Processing").is_none());
}
