//! The main screens beside the images that are kept of them in `tests/snapshots`.

use std::sync::Arc;

use egui::Theme;

use super::{
    Place, Screen,
    destination::tests::{on_gold, prospect, with_person, with_prospects},
    testing::{synced, window::looks_like, wizard},
};
use crate::{engine::Snapshot, model::Step};

fn at_step(step: Step) -> Snapshot {
    let draft = wizard::draft(step);
    Snapshot {
        draft: Some(Arc::new(draft.clone())),
        draft_saved: Some(wizard::at("2026-11-24T09:35:00Z")),
        ..wizard::full_snapshot(&draft)
    }
}

fn nordic() -> Screen {
    Screen::Destination(Place::of("outreach-nordic-sales"))
}

#[test]
fn the_catalog_on_the_first_start() {
    let first = Snapshot {
        is_ready: true,
        ..Snapshot::default()
    };
    looks_like("catalog", Theme::Light, first, Screen::Catalog);
}

#[test]
fn the_destinations() {
    let screen = Screen::Destinations;
    looks_like("destinations", Theme::Light, synced::snapshot(), screen);
}

#[test]
fn a_run_that_goes_on_light_and_dark() {
    looks_like("activation", Theme::Light, synced::snapshot(), nordic());
    looks_like("activation-dark", Theme::Dark, synced::snapshot(), nordic());
}

#[test]
fn the_prospects_of_an_audience_and_one_of_them() {
    let snapshot = || with_person(with_prospects(synced::snapshot(), 0));
    let audience = Screen::Destination(on_gold());
    looks_like("audience", Theme::Light, snapshot(), audience);
    let person = Screen::Destination(Place {
        prospect: Some(prospect(104_877)),
        ..on_gold()
    });
    looks_like("person-dark", Theme::Dark, snapshot(), person);
}

#[test]
fn the_mapping_and_the_review() {
    let screen = || Screen::Wizard;
    looks_like(
        "mapping-dark",
        Theme::Dark,
        at_step(Step::Mapping),
        screen(),
    );
    looks_like("review", Theme::Light, at_step(Step::Review), screen());
}
