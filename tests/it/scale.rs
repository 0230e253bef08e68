//! The large case in small: ten audiences, each prospect in two of them, and two attributes that agree already.

use std::fmt::Write as _;

use audience_sync::{
    model::{Delivery, Destination, MappingId, RunStatus},
    sandbox::Settings,
};
use serde_json::json;

use crate::world::{World, open_sandbox};

const N_AUDIENCES: u32 = 10;

fn audience(number: u32) -> String {
    format!("audience-{number}")
}

/// The audiences that a prospect is in; `moved` prospects have left their first for another.
fn audiences_of(prospect: u32, is_moved: bool) -> [u32; 2] {
    let first = prospect % N_AUDIENCES;
    let second = (first + 1 + prospect / N_AUDIENCES % 8) % N_AUDIENCES;
    if is_moved {
        let other = (0..N_AUDIENCES).find(|n| *n != first && *n != second);
        [other.expect("there are ten"), second]
    } else {
        [first, second]
    }
}

/// A source with the names that Outreach holds, so that they agree.
fn rows(world: &World, n: u32, is_moved: impl Fn(u32) -> bool) -> String {
    let mut text = "Oid,person.firstName,title".to_owned();
    for number in 0..N_AUDIENCES {
        write!(text, ",segmentMembership.ups.{}.status", audience(number)).expect("a text");
    }
    for prospect in 1..=n {
        let held = |attribute| world.held(prospect, attribute);
        let text_of = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        write!(
            text,
            "\n{prospect},\"{}\",\"{}\"",
            text_of(held("firstName")),
            text_of(held("title"))
        )
        .expect("a text");
        let member = audiences_of(prospect, is_moved(prospect));
        for number in 0..N_AUDIENCES {
            text.push_str(if member.contains(&number) {
                ",realized"
            } else {
                ","
            });
        }
    }
    text
}

fn ten_audiences(destination: &mut Destination) {
    destination.delivery = Delivery::default();
    destination.guard.max_exit_share = 1.0;
    destination.mapping.retain(|row| row.target != "custom20");
    let template = destination.audiences[0].clone();
    destination.audiences = (0..N_AUDIENCES)
        .map(|number| {
            let mut audience = template.clone();
            audience.id = audience_sync::model::AudienceId::new(self::audience(number));
            audience.name = format!("Audience {number}");
            audience.mapping_id = MappingId::new(u64::from(number) + 101).expect("a custom field");
            audience
        })
        .collect();
}

#[tokio::test]
async fn ten_thousand_statuses_cost_a_hundredth_of_a_request_each() {
    const N: u32 = 10_000;
    let mut world = World::with(Settings {
        prospects: N,
        ..open_sandbox()
    })
    .await;
    world.settle_destination(ten_audiences);
    std::fs::write(world.source(), rows(&world, N, |_| false)).expect("it can be written");
    let first = world.sync().await;
    assert_eq!(
        (first.status, first.figures.activated),
        (RunStatus::Completed, u64::from(N)),
        "{:?}",
        first.figures
    );
    assert_eq!(first.requests.patch, 0);
    assert!(first.requests.total() <= 100, "{:?}", first.requests);
    for prospect in [1, 77, N] {
        let member = audiences_of(prospect, false);
        for number in 0..N_AUDIENCES {
            let held = world.held(prospect, &format!("custom{}", number + 101));
            assert_eq!(
                held == json!("realized"),
                member.contains(&number),
                "{prospect}"
            );
        }
    }
    // One in ten leaves an audience for another.
    let is_moved = |prospect| prospect % 10 == 3;
    std::fs::write(world.source(), rows(&world, N, is_moved)).expect("it can be written");
    let second = world.sync().await;
    assert_eq!(
        (second.figures.activated, second.figures.failed),
        (1_000, 0)
    );
    assert!(second.requests.total() <= 100, "{:?}", second.requests);
    assert_eq!(world.held(1_003, "custom104"), json!("exited"));
    let third = world.sync().await;
    assert_eq!(
        (third.requests.total(), third.figures.unchanged),
        (0, u64::from(N))
    );
}
