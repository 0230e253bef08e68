//! What a rebuild says and takes, and copies of a data folder.

use std::{fs, path::Path};

use audience_sync::model::RunStatus;
use serde_json::json;

use super::lost::{set_aside, state, synced};
use crate::process::Program;

#[tokio::test]
async fn a_rebuild_says_what_it_takes_and_takes_no_more() {
    let mut world = synced(250).await;
    world.settle_destination(|destination| destination.delivery.read_first = true);
    let program = Program::of(&mut world);
    let before = fs::read(state(&world)).expect("it is there");
    let told = program.call(&["destination", "rebuild", "Test"]).await;
    assert_eq!(told.code, Some(0), "{told:?}");
    assert!(told.out.contains("250 prospects"), "{told:?}");
    assert!(told.out.contains("Nothing is changed yet"), "{told:?}");
    let requests = told.out.split("at most ").nth(1).expect("it says so");
    let requests: u64 = requests
        .split(' ')
        .next()
        .and_then(|n| n.parse().ok())
        .expect("a number");
    assert_eq!(fs::read(state(&world)).expect("it is there"), before);
    let done = program
        .call(&["destination", "rebuild", "Test", "--yes"])
        .await;
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(set_aside(&world, "rebuilt").len(), 1);
    world.start_engine();
    let n_before = world.n_requests();
    let report = world.sync().await;
    assert_eq!(report.status, RunStatus::Completed);
    let n_sent = world.n_requests() - n_before;
    // What Outreach holds already costs a read and no write: one prospect is new.
    assert!(n_sent <= requests, "{n_sent} of {requests}");
    assert_eq!(report.requests.patch, 1, "{:?}", report.requests);
    // Who is out of the source is not known any more, and stays as it is.
    assert_eq!(world.held(1, "custom1"), json!("realized"));
}

#[tokio::test]
async fn a_rebuild_of_nothing_and_of_nobody_is_told() {
    let mut world = synced(3).await;
    let program = Program::of(&mut world);
    for _ in 0..2 {
        let done = program
            .call(&["destination", "rebuild", "Test", "--yes"])
            .await;
        assert_eq!(done.code, Some(0), "{done:?}");
    }
    assert_eq!(set_aside(&world, "rebuilt").len(), 1);
    let nobody = program.call(&["destination", "rebuild", "Nobody"]).await;
    assert_eq!(nobody.code, Some(2));
    assert!(nobody.err.contains("no destination named"), "{nobody:?}");
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("it is there") {
        let from = entry.expect("it can be listed").path();
        let to = to.join(from.file_name().expect("a name"));
        if from.is_dir() {
            copy_folder(&from, &to);
        } else {
            fs::copy(&from, &to).expect("it can be copied");
        }
    }
}

#[tokio::test]
async fn a_copied_data_folder_does_not_send_while_the_first_is_there() {
    let mut world = synced(5).await;
    let copy = world.home().join("copy");
    copy_folder(&world.data_dir(), &copy);
    let n_requests = world.n_requests();
    let program = Program::of(&mut world);
    let second = program.on(copy.clone());
    let refused = second.call(&["sync"]).await;
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.err.contains("which is still there"), "{refused:?}");
    assert_eq!(world.n_requests(), n_requests);
    assert_eq!(program.call(&["sync"]).await.code, Some(0));
    assert_eq!(world.held(6, "custom1"), json!("realized"));
    // Without the first one it was moved, and goes on.
    fs::rename(world.data_dir(), world.home().join("gone")).expect("it can be renamed");
    fs::remove_dir_all(world.home().join("gone")).expect("it can be removed");
    assert_eq!(second.call(&["sync"]).await.code, Some(0));
}

#[tokio::test]
async fn a_second_process_on_the_same_folder_does_not_send() {
    let mut world = synced(5).await;
    let program = Program::of(&mut world);
    world.start_engine();
    let n_requests = world.n_requests();
    let refused = program.call(&["sync"]).await;
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(
        refused.err.contains("Another Audience Sync is working"),
        "{refused:?}"
    );
    assert_eq!(world.n_requests(), n_requests);
}
