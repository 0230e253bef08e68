//! What people and scripts get to see: commands, texts, JSON and exit codes.

use std::{fs, path::Path};

use audience_sync::sandbox::Sandbox;
use serde_json::{Value, json};

use crate::{
    process::Program,
    world::{World, member, members, open_sandbox, until, write_source},
};

fn keys(object: &Value) -> Vec<&str> {
    let object = object.as_object().expect("an object");
    let mut keys: Vec<_> = object.keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

fn sorted<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let mut words = words.to_vec();
    words.sort_unstable();
    words
}

#[tokio::test]
async fn a_sync_prints_one_json_object_with_these_keys() {
    let mut world = World::new().await;
    world.write(&members(1..=3));
    let program = Program::of(&mut world);
    let (code, printed) = program.json(&["sync", "--json"]).await;
    assert_eq!(code, Some(0));
    assert_eq!(keys(&printed), ["runs"]);
    let run = &printed["runs"][0];
    let expected = [
        "destination",
        "run",
        "cause",
        "status",
        "profiles_received",
        "identities_activated",
        "identities_excluded",
        "identities_failed",
        "unchanged",
        "pending",
        "activation_rate",
        "requests",
        "seconds",
    ];
    assert_eq!(keys(run), sorted(&expected));
    for (key, value) in [
        ("destination", json!("Test")),
        ("run", json!(1)),
        ("cause", json!("first_activation")),
        ("status", json!("completed")),
        ("profiles_received", json!(3)),
        ("identities_activated", json!(3)),
        ("identities_excluded", json!(0)),
        ("identities_failed", json!(0)),
        ("unchanged", json!(0)),
        ("pending", json!(0)),
        ("activation_rate", json!(1.0)),
        (
            "requests",
            json!({"patch": 3, "bulk": 0, "read": 0, "token": 0}),
        ),
    ] {
        assert_eq!(run[key], value, "{key}");
    }
    assert!(run["seconds"].as_f64().is_some_and(|s| s > 0.0));
    let text = program.call(&["sync"]).await;
    assert!(
        text.out.contains("3 received = 0 activated + 3 unchanged"),
        "{text:?}"
    );
    assert_eq!((text.code, text.err.as_str()), (Some(0), ""));
}

#[tokio::test]
async fn a_dry_run_prints_changes_and_a_sample_and_does_nothing() {
    let mut world = World::new().await;
    world.write(&members(1..=30));
    let program = Program::of(&mut world).without_token();
    let (code, printed) = program.json(&["sync", "--dry-run", "--json"]).await;
    assert_eq!(code, Some(0));
    let run = &printed["runs"][0];
    assert_eq!((&run["changes"], &run["run"]), (&json!(30), &Value::Null));
    let sample = run["sample"].as_array().expect("a list");
    assert_eq!(sample.len(), 20, "as much as one looks at");
    assert_eq!(keys(&sample[0]), ["field", "new", "old", "prospect"]);
    assert_eq!(sample[0]["prospect"], json!(1));
    assert_eq!(world.n_requests(), 0);
    assert_eq!(world.n_pending(), 0);
    let (_, status) = program.json(&["status", "--json"]).await;
    assert_eq!(status["destinations"][0]["last_run"], Value::Null);
}

#[tokio::test]
async fn status_and_failures_tell_what_became_of_the_last_run() {
    let mut world = World::new().await;
    world.write(&members(1..=3));
    world.fault(json!({"kind": "errors", "status": 422, "prospect": 2,
        "body": {"errors": [{"id": "validationError", "title": "No", "detail": "Title is odd."}]}}));
    let program = Program::of(&mut world);
    let (code, _) = program.json(&["sync", "--json"]).await;
    assert_eq!(code, Some(1), "a record failed");
    let (code, status) = program.json(&["status", "--json"]).await;
    assert_eq!(code, Some(0));
    let destination = &status["destinations"][0];
    assert_eq!(
        (
            &destination["name"],
            &destination["waiting"],
            &destination["audiences"]
        ),
        (&json!("Test"), &json!(0), &json!(2))
    );
    let last = &destination["last_run"];
    assert_eq!(last["status"], json!("partial"));
    assert_eq!(last["profiles_received"], json!(3));
    assert_eq!(
        (&last["figures"]["activated"], &last["figures"]["failed"]),
        (&json!(2), &json!(1))
    );
    let (code, failures) = program.json(&["failures", "--json"]).await;
    assert_eq!(code, Some(0));
    let run = &failures["runs"][0];
    assert_eq!(
        (&run["destination"], &run["run"]),
        (&json!("Test"), &json!(1))
    );
    let [failure] = run["failures"].as_array().expect("a list").as_slice() else {
        panic!("{run}");
    };
    for (key, value) in [
        ("fate", json!("failed")),
        ("prospect", json!(2)),
        ("file", json!("profiles.csv")),
        ("line", json!(3)),
        ("code", json!("validationError")),
    ] {
        assert_eq!(failure[key], value, "{key}");
    }
    let text = program.call(&["failures"]).await.out;
    for words in ["prospect 2", "profiles.csv", "Title is odd."] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let unknown = program.call(&["failures", "--run", "99"]).await;
    assert_eq!(unknown.code, Some(2));
}

#[tokio::test]
async fn the_exit_code_tells_what_kind_of_thing_is_wrong() {
    let mut world = World::new().await;
    world.write(&members(1..=10));
    let program = Program::of(&mut world);
    let ended = program.without_token().call(&["sync"]).await;
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(
        ended.out.contains("AUDIENCE_SYNC_ACCESS_TOKEN"),
        "{ended:?}"
    );
    assert_eq!(world.n_pending(), 10, "the plan is kept for the sign-in");
    assert_eq!(program.call(&["sync"]).await.code, Some(0));

    world.write(&members(1..=5));
    let ended = program.call(&["sync"]).await;
    assert_eq!(ended.code, Some(1), "the guard: {ended:?}");
    assert!(ended.out.contains("5 of 10"), "{ended:?}");

    fs::remove_file(world.source()).expect("it is there");
    let ended = program.call(&["sync"]).await;
    assert_eq!(ended.code, Some(4), "{ended:?}");
    assert!(ended.out.contains("profiles.csv"), "{ended:?}");

    let ended = program.call(&["sync", "--destination", "Nobody"]).await;
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.err.contains("\"Test\""), "{ended:?}");
    assert_eq!(program.call(&["sink"]).await.code, Some(2));

    world.write(&[member(11)]);
    world.settle_destination(|d| d.guard.max_exit_share = 1.0);
    world.sandbox.revoke_tokens();
    let ended = program.call(&["sync"]).await;
    assert_eq!(ended.code, Some(3), "{ended:?}");
}

#[tokio::test]
async fn an_outreach_out_of_reach_is_told_from_records_that_failed() {
    let mut world = World::new().await;
    world.write(&members(1..=3));
    world.fault(json!({"kind": "html_200", "times": 1000}));
    let program = Program::of(&mut world);
    let (code, printed) = program.json(&["sync", "--json"]).await;
    assert_eq!(code, Some(4), "{printed}");
    let run = &printed["runs"][0];
    assert_eq!(
        (&run["status"], &run["pending"], &run["identities_failed"]),
        (&json!("failed"), &json!(3), &json!(0))
    );
    assert_eq!(run["problem"]["code"], json!("not_outreach"));
    assert_eq!(world.n_pending(), 3);
}

#[tokio::test]
async fn a_destination_goes_in_and_out_as_a_file() {
    let mut world = World::new().await;
    world.write(&members(1..=2));
    let program = Program::of(&mut world).on(world.home().join("other"));
    let file = world.home().join("mine.json");
    let mut settings: Value =
        serde_json::from_str(&world.destination.to_json()).expect("its own form");
    // Relative to the file, not to wherever one stands.
    settings["source"]["path"] = json!("profiles.csv");
    fs::write(&file, settings.to_string()).expect("it can be written");
    let file = file.to_str().expect("a plain path");

    let valid = program.call(&["destination", "validate", file]).await;
    assert_eq!(valid.code, Some(0), "{valid:?}");
    assert!(valid.out.contains("valid"), "{valid:?}");
    let imported = program.call(&["destination", "import", file]).await;
    assert_eq!(imported.code, Some(0), "{imported:?}");
    let (code, exported) = program.json(&["destination", "export", "test"]).await;
    assert_eq!(code, Some(0));
    assert_eq!(
        exported["source"]["path"],
        json!(world.source().to_str().expect("a plain path"))
    );
    assert_eq!(exported["audiences"], settings["audiences"]);
    assert_eq!(program.call(&["sync"]).await.code, Some(0));
    assert_eq!(world.sandbox.counters().writes, 2);

    settings["source"]["path"] = json!("missing.csv");
    fs::write(file, settings.to_string()).expect("it can be written");
    let missing = program.call(&["destination", "validate", file]).await;
    assert_eq!(missing.code, Some(4), "{missing:?}");
    settings["mapping"][1]["target"] = json!("favouriteColour");
    settings["colour"] = json!("blue");
    fs::write(file, settings.to_string()).expect("it can be written");
    for command in ["validate", "import"] {
        let wrong = program.call(&["destination", command, file]).await;
        assert_eq!(wrong.code, Some(2), "{wrong:?}");
        assert!(wrong.err.contains("colour"), "{wrong:?}");
    }
    let unknown = program.call(&["destination", "export", "nobody"]).await;
    assert_eq!(unknown.code, Some(2));
}

#[tokio::test]
async fn run_follows_the_source_alone_until_it_is_interrupted() {
    let mut world = World::new().await;
    world.write(&members(1..=3));
    let program = Program::of(&mut world);
    let mut running = program.start(&["run"]);
    until("the first run", || world.sandbox.counters().writes == 3).await;

    let second = program.call(&["sync"]).await;
    assert_eq!(second.code, Some(2), "{second:?}");
    assert!(
        second.err.contains("Another Audience Sync is working"),
        "{second:?}"
    );
    let looking = program.call(&["status"]).await;
    assert_eq!(looking.code, Some(0), "one may look meanwhile: {looking:?}");

    write_source(world.source(), &members(1..=4));
    until("the second run", || world.sandbox.counters().writes == 4).await;
    running.interrupt();
    let ended = running.end().await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.out.contains("run 2"), "{ended:?}");
    assert_eq!(world.n_pending(), 0);
}

#[tokio::test]
async fn an_interrupt_ends_a_sync_with_its_books_in_order() {
    let settings = audience_sync::sandbox::Settings {
        latency: std::time::Duration::from_millis(20),
        ..open_sandbox()
    };
    let mut world = World::with(settings).await;
    world.write(&members(1..=600));
    let program = Program::of(&mut world);
    let mut running = program.start(&["sync", "--json"]);
    until("some writes", || world.sandbox.counters().writes >= 40).await;
    running.interrupt();
    let ended = running.end().await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let printed: Value = serde_json::from_str(&ended.out).expect("JSON");
    let run = &printed["runs"][0];
    assert_eq!(run["status"], json!("stopped"));
    assert_eq!(run["problem"]["code"], json!("stopped"));
    let n_writes = world.sandbox.counters().writes;
    assert_eq!(run["identities_activated"], json!(n_writes));
    assert_eq!(run["pending"], json!(600 - n_writes));
    assert_eq!(world.n_pending(), 600 - n_writes);
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_can_read_the_data_folder() {
    let mut world = World::new().await;
    world.write(&members(1..=3));
    let program = Program::of(&mut world);
    let mut running = program.start(&["run"]);
    until("the first run", || world.sandbox.counters().writes == 3).await;
    let mut n_files = 0;
    expect_private(&world.data_dir(), &mut n_files);
    assert!(n_files >= 3, "a lock, settings and a state");
    running.interrupt();
    running.end().await;
}

#[cfg(unix)]
fn expect_private(path: &Path, n_files: &mut u32) {
    use std::os::unix::fs::PermissionsExt as _;
    let about = fs::metadata(path).expect("it is there");
    let mode = about.permissions().mode() & 0o777;
    if about.is_dir() {
        assert_eq!(mode, 0o700, "{}", path.display());
        for entry in fs::read_dir(path).expect("it can be listed") {
            expect_private(&entry.expect("it can be listed").path(), n_files);
        }
    } else {
        assert_eq!(mode, 0o600, "{}", path.display());
        *n_files += 1;
    }
}

#[tokio::test]
async fn what_was_refused_is_sent_again_when_a_person_asks() {
    let mut world = World::new().await;
    world.write(&members(1..=3));
    world.fault(json!({"kind": "errors", "status": 403, "prospect": 2, "times": 1,
        "body": {"errors": [{"id": "unauthorizedRequest", "detail": "You are not authorized to perform that request."}]}}));
    let program = Program::of(&mut world);
    assert_eq!(program.call(&["sync"]).await.code, Some(1));
    assert_eq!(program.call(&["sync"]).await.code, Some(1));
    assert_eq!(
        program.call(&["sync", "--retry-failed"]).await.code,
        Some(0)
    );
    assert_eq!(world.held(2, "custom1"), json!("realized"));
}

#[tokio::test]
async fn another_address_is_another_outreach() {
    let mut world = World::new().await;
    world.write(&members(1..=3));
    world.sync().await;
    let other = Sandbox::start(open_sandbox()).await.expect("it starts");
    world.settle_destination(|destination| destination.account.api_address = other.address());
    let report = world.dry_run().await;
    assert_eq!(report.plan.expect("a plan").n_changes, 3);
    other.stop().await;
}

#[tokio::test]
async fn one_broken_settings_file_stops_no_other_destination() {
    let mut world = World::new().await;
    world.write(&members(1..=3));
    let broken = world.data_dir().join("destinations").join("other.json");
    fs::write(&broken, r#"{"format": 1, "name": "Other", "colour": 7}"#)
        .expect("it can be written");
    let program = Program::of(&mut world);
    let ended = program.call(&["sync"]).await;
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.out.contains("Test: run 1 completed"), "{ended:?}");
    assert_eq!(world.sandbox.counters().writes, 3);
    for words in ["other.json", "colour", "account"] {
        assert!(ended.err.contains(words), "{words}: {ended:?}");
    }
    let one = program.call(&["sync", "--destination", "Test"]).await;
    assert_eq!(one.code, Some(0), "{one:?}");
    let (code, status) = program.json(&["status", "--json"]).await;
    assert_eq!(code, Some(2), "{status}");
    assert_eq!(status["destinations"][0]["name"], json!("Test"));
    let told = &status["broken_settings"][0];
    assert_eq!(told["code"], json!("settings_invalid"));
    assert!(
        told["what"]
            .as_str()
            .is_some_and(|what| what.contains("other.json"))
    );

    let mut running = program.start(&["run"]);
    write_source(world.source(), &members(1..=4));
    until("the run", || world.sandbox.counters().writes == 4).await;
    running.interrupt();
    let ended = running.end().await;
    assert_eq!(ended.out.matches("other.json").count(), 1, "{ended:?}");
}

#[tokio::test]
async fn run_says_when_there_is_nothing_to_watch_and_when_it_leaves_something_undone() {
    let settings = audience_sync::sandbox::Settings {
        latency: std::time::Duration::from_millis(20),
        ..open_sandbox()
    };
    let mut world = World::with(settings).await;
    world.write(&members(1..=600));
    let program = Program::of(&mut world);
    let mut running = program.start(&["run"]);
    until("some writes", || world.sandbox.counters().writes >= 40).await;
    running.interrupt();
    let ended = running.end().await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(
        ended.out.contains("the next start goes on with it"),
        "{ended:?}"
    );
    let n_pending = world.n_pending();
    assert!(
        ended.out.contains(&format!("{n_pending} pending")),
        "{ended:?}"
    );

    world.settle_destination(|destination| destination.enabled = false);
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_audience-sync"))
        .arg("run")
        .env("AUDIENCE_SYNC_DATA_DIR", world.data_dir())
        .stdin(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut first = String::new();
    let mut said = std::io::BufReader::new(child.stderr.take().expect("a pipe"));
    std::io::BufRead::read_line(&mut said, &mut first).expect("it speaks");
    child.kill().expect("it can be ended");
    child.wait().expect("it is ours");
    assert!(first.contains("no enabled destination"), "{first}");
    assert!(first.contains("destination import"), "{first}");
}
