//! Two destinations of one account that write the same field.

use std::fs;

use audience_sync::model::{Destination, MappingId, RunStatus};
use serde_json::json;

use crate::{
    process::Program,
    world::{World, members, until},
};

/// A second destination that shares the first name and Mapping ID 2 with the world's own.
fn second(world: &World) -> Destination {
    let mut second = world.destination.clone();
    "Twin".clone_into(&mut second.name);
    second.mapping.truncate(2);
    second.audiences.remove(0);
    second
}

/// Puts a file there as an editor would.
fn write_by_hand(world: &World, destination: &Destination) {
    let folder = world.data_dir().join("destinations");
    let file = folder.join(format!("{}.json", destination.name.to_lowercase()));
    fs::write(file, destination.to_json()).expect("it can be written");
}

#[tokio::test]
async fn a_run_of_either_is_refused_with_both_names_and_the_fields() {
    let mut world = World::new().await;
    world.write(&members(1..=3));
    let mut second = second(&world);
    write_by_hand(&world, &second);
    for report in [world.dry_run().await, world.sync().await] {
        assert_eq!(report.status, RunStatus::Failed);
        let problem = report.problem.expect("a reason");
        assert_eq!(problem.code, "shared_fields");
        for words in [
            "\"Test\"",
            "\"Twin\"",
            "firstName",
            "custom2",
            "\"Sandbox\"",
        ] {
            assert!(problem.what.contains(words), "{words}: {problem}");
        }
        assert!(!problem.what.contains("title"), "{problem}");
    }
    assert_eq!((world.n_requests(), world.n_pending()), (0, 0));
    second.enabled = false;
    write_by_hand(&world, &second);
    let report = world.sync().await;
    assert_eq!(
        (report.status, report.figures.activated),
        (RunStatus::Completed, 3)
    );
}

#[tokio::test]
async fn settings_that_share_a_field_are_neither_valid_nor_imported() {
    let mut world = World::new().await;
    world.write(&members(1..=3));
    let mut second = second(&world);
    let file = world.home().join("second.json");
    let path = file.to_str().expect("a path in UTF-8").to_owned();
    let program = Program::of(&mut world);
    fs::write(&file, second.to_json()).expect("it can be written");
    for command in ["validate", "import"] {
        let ended = program.call(&["destination", command, &path]).await;
        assert_eq!(ended.code, Some(2), "{ended:?}");
        for words in [
            "mapping[1].target: firstName is also written by the destination \"Test\"",
            "audiences[0].mapping_id: custom2 is also written",
            "choose another field, or disable \"Test\"",
        ] {
            assert!(ended.err.contains(words), "{words}: {ended:?}");
        }
    }
    // Nothing is in the way of settings that rest, or that replace those of the same name.
    second.enabled = false;
    fs::write(&file, second.to_json()).expect("it can be written");
    let ended = program.call(&["destination", "import", &path]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    fs::write(&file, world.destination.to_json()).expect("it can be written");
    let ended = program.call(&["destination", "import", &path]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let ended = program.call(&["sync", "--destination", "Twin"]).await;
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(
        ended.out.contains("written by other destinations"),
        "{ended:?}"
    );
}

#[tokio::test]
async fn what_was_refused_runs_by_itself_once_the_other_file_is_mended() {
    let mut world = World::new().await;
    world.write(&members(1..=3));
    let mut second = second(&world);
    write_by_hand(&world, &second);
    let program = Program::of(&mut world);
    let mut running = program.start(&["run"]);
    until("a refused run", || {
        let runs = world.store().runs(9).expect("they can be read");
        runs.iter().any(|run| run.problem.is_some())
    })
    .await;
    assert_eq!(world.n_requests(), 0);
    second.mapping.truncate(1);
    second.audiences[0].mapping_id = MappingId::new(9).expect("a Mapping ID");
    write_by_hand(&world, &second);
    until("a whole run", || {
        world.held(3, "custom1") == json!("realized")
    })
    .await;
    running.interrupt();
    let ended = running.end().await;
    assert!(
        ended.out.contains("written by other destinations"),
        "{ended:?}"
    );
}
