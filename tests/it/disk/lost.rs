//! States that are of no use, and how that is found out.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use audience_sync::{
    engine::Report,
    model::RunStatus,
    sandbox::Settings,
    store::{self, DataDir},
};
use serde_json::json;

use crate::{
    process::Program,
    world::{World, member, members, open_sandbox},
};

/// Prospects of most tests: enough for a database of many pages.
const N: u32 = 300;

pub(super) fn settings(world: &World) -> (DataDir, store::Settings) {
    let dir = DataDir::open(Some(world.data_dir())).expect("the folder opens");
    let settings = dir.read_destinations().expect("they are valid").remove(0);
    (dir, settings)
}

pub(super) fn state(world: &World) -> PathBuf {
    let (dir, settings) = settings(world);
    dir.state(&settings)
}

pub(super) fn beside(state: &Path, ending: &str) -> PathBuf {
    let mut path = state.as_os_str().to_owned();
    path.push(ending);
    path.into()
}

/// The files that were set aside for this reason.
pub(super) fn set_aside(world: &World, why: &str) -> Vec<PathBuf> {
    let folder = world.data_dir().join("state");
    let entries = fs::read_dir(folder).expect("it is there");
    let paths = entries.map(|entry| entry.expect("it can be listed").path());
    let is_meant = |path: &PathBuf| path.to_string_lossy().contains(&format!(".{why}-"));
    let mut found: Vec<_> = paths.filter(is_meant).collect();
    found.sort();
    found
}

pub(super) fn code(report: &Report) -> &str {
    report
        .problem
        .as_ref()
        .map_or("none", |problem| &*problem.code)
}

/// A world with one run behind it, whose source asks for more since.
pub(super) async fn synced(n: u32) -> World {
    let mut world = World::with(Settings {
        limit: 1_000_000,
        ..open_sandbox()
    })
    .await;
    world.write(&members(1..=n));
    let report = world.sync().await;
    assert_eq!(
        (report.status, report.figures.activated),
        (RunStatus::Completed, u64::from(n))
    );
    world.stop_engine();
    world.write(&members(2..=n + 1));
    world
}

/// Where in the file the first page of a table begins: some other pages may be of no use, and harmless.
fn first_page(state: &Path, table: &str) -> usize {
    let db = rusqlite::Connection::open(state).expect("it opens");
    let sql =
        "SELECT (rootpage - 1) * page_size FROM sqlite_schema, pragma_page_size WHERE name = ?1";
    db.query_row(sql, [table], |row| row.get(0))
        .expect("there is such a table")
}

/// Nothing was sent, nothing is cleared, and the texts say what there is to know.
fn expect_held(world: &World, report: &Report, why: &str, n_requests: u64) {
    assert_eq!(code(report), why, "{report:?}");
    assert_eq!(report.status, RunStatus::Failed);
    assert!(!report.is_transient, "trying again mends nothing");
    assert_eq!(world.n_requests(), n_requests, "nothing was sent");
    for prospect in 2..=20 {
        assert_eq!(world.held(prospect, "custom1"), json!("realized"));
    }
    let problem = report.problem.as_ref().expect("it failed");
    let n = N.to_string();
    for said in ["destination rebuild \"Test\" --yes", "requests", &n] {
        assert!(problem.next_step.contains(said), "{said}: {problem}");
    }
}

/// A rebuild is what mends it; then Outreach holds what the source asks for.
async fn expect_mended(world: &mut World) {
    let program = Program::of(world);
    let rebuilt = program
        .call(&["destination", "rebuild", "Test", "--yes"])
        .await;
    assert_eq!(rebuilt.code, Some(0), "{rebuilt:?}");
    world.start_engine();
    let report = world.sync().await;
    assert_eq!(report.status, RunStatus::Completed, "{:?}", report.problem);
    for prospect in 2..=N + 1 {
        assert_eq!(world.held(prospect, "custom1"), json!("realized"));
    }
    assert_eq!(world.n_pending(), 0);
    world.stop_engine();
    world.start_engine();
    let n_requests = world.n_requests();
    let report = world.sync().await;
    assert_eq!((code(&report), world.n_requests()), ("none", n_requests));
}

#[tokio::test]
async fn a_damaged_page_is_found_before_anything_is_sent_and_the_file_is_kept() {
    let mut world = synced(N).await;
    let path = state(&world);
    let page = first_page(&path, "ledger");
    let mut bytes = fs::read(&path).expect("it is there");
    for byte in &mut bytes[page..page + 64] {
        *byte ^= 0x55;
    }
    fs::write(&path, &bytes).expect("it can be written");
    world.start_engine();
    let n_requests = world.n_requests();
    let begun = Instant::now();
    let report = world.sync().await;
    assert!(begun.elapsed() < Duration::from_secs(10));
    expect_held(&world, &report, "state_damaged", n_requests);
    let kept = set_aside(&world, "damaged");
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!(fs::read(&kept[0]).expect("it is there"), bytes);
    let named = kept[0].display().to_string();
    assert!(report.problem.expect("it failed").what.contains(&named));
    // It stays so over starts, and is told each time.
    world.start_engine();
    let report = world.sync().await;
    expect_held(&world, &report, "state_damaged", n_requests);
    assert_eq!(set_aside(&world, "damaged"), kept);
    expect_mended(&mut world).await;
    assert_eq!(set_aside(&world, "damaged"), kept);
}

#[tokio::test]
async fn one_flipped_bit_anywhere_is_found_or_does_no_harm() {
    let mut world = synced(N).await;
    let path = state(&world);
    let whole = fs::read(&path).expect("it is there");
    let (dir, _) = settings(&world);
    let marked = dir.destinations().join(path.file_name().expect("a name"));
    let marked = marked.with_extension("mark");
    let mark = fs::read(&marked).expect("it is there");
    let used: Vec<_> = (0..whole.len()).filter(|at| whole[*at] != 0).collect();
    let mut random = fastrand::Rng::with_seed(7);
    let (mut n_found, mut n_harmless) = (0, 0);
    for round in 0..40 {
        // The first rounds hit the header, on which everything depends.
        let place = if round < 12 {
            random.usize(..100)
        } else {
            used[random.usize(..used.len())]
        };
        let bit = 1 << random.u8(..8);
        for ending in ["", "-wal", "-shm"] {
            drop(fs::remove_file(beside(&path, ending)));
        }
        let mut bytes = whole.clone();
        bytes[place] ^= bit;
        fs::write(&path, bytes).expect("it can be written");
        fs::write(&marked, &mark).expect("it can be written");
        world.start_engine();
        let n_requests = world.n_requests();
        let title = format!("Title {round}");
        let row = |prospect: u32| member(prospect).replace("Engineer", &title);
        world.write(&(2..=N + 1).map(row).collect::<Vec<_>>());
        let report = world.sync().await;
        world.stop_engine();
        if report.status == RunStatus::Completed {
            n_harmless += 1;
            for prospect in 2..=N + 1 {
                assert_eq!(
                    world.held(prospect, "title"),
                    json!(title),
                    "byte {place}, bit {bit}, prospect {prospect}"
                );
            }
        } else {
            n_found += 1;
            assert_eq!(world.n_requests(), n_requests, "byte {place}: {report:?}");
            let texts = [
                "state_damaged",
                "state_newer",
                "state_unusable",
                "state_gone",
            ];
            assert!(texts.contains(&code(&report)), "byte {place}: {report:?}");
        }
    }
    assert!(n_found > 10 && n_harmless > 10, "{n_found} {n_harmless}");
}

#[tokio::test]
async fn a_log_that_was_cut_off_costs_repetitions_at_most() {
    let mut world = World::new().await;
    world.write(&members(1..=40));
    assert_eq!(world.sync().await.figures.activated, 40);
    world.write(
        &(1..=40)
            .map(|n| member(n).replace("Engineer", "Chief"))
            .collect::<Vec<_>>(),
    );
    // A reader keeps the log from being put into the database at the end.
    let reader = rusqlite::Connection::open(state(&world)).expect("it opens");
    reader
        .query_row("SELECT count(*) FROM ledger", [], |_| Ok(()))
        .expect("it can be read");
    let report = world.sync().await;
    assert_eq!(report.figures.activated, 40);
    let path = state(&world);
    let log = beside(&path, "-wal");
    let (whole, written) = (
        fs::read(&path).expect("it is there"),
        fs::read(&log).expect("it is there"),
    );
    drop(reader);
    world.stop_engine();
    let (_, settings) = settings(&world);
    for eighths in [0, 1, 3, 5, 7, 8] {
        fs::write(&path, &whole).expect("it can be written");
        drop(fs::remove_file(beside(&path, "-shm")));
        let end = written.len() * eighths / 8;
        fs::write(&log, &written[..end]).expect("it can be written");
        world.start_engine();
        let report = world.sync().await;
        if report.status == RunStatus::Failed {
            assert!(
                ["state_older", "state_gone"].contains(&code(&report)),
                "{eighths}: {report:?}"
            );
            world.stop_engine();
            let rebuilt = Program::of(&mut world)
                .call(&["destination", "rebuild", "Test", "--yes"])
                .await;
            assert_eq!(rebuilt.code, Some(0), "{rebuilt:?}");
            world.start_engine();
            assert_eq!(world.sync().await.status, RunStatus::Completed);
        }
        world.stop_engine();
        for prospect in 1..=40 {
            assert_eq!(world.held(prospect, "title"), json!("Chief"), "{eighths}");
        }
        // The mark of the run that is put back.
        let (dir, _) = self::settings(&world);
        dir.mark_begun(&settings, audience_sync::model::RunId::new(2))
            .and_then(|()| dir.mark_ended(&settings, audience_sync::model::RunId::new(2)))
            .expect("it can be written");
    }
}

#[tokio::test]
async fn an_older_copy_in_its_place_is_found() {
    let mut world = synced(N).await;
    let path = state(&world);
    let before = fs::read(&path).expect("it is there");
    world.start_engine();
    let report = world.sync().await;
    assert_eq!(report.figures.activated, 2);
    world.stop_engine();
    fs::write(&path, &before).expect("it can be written");
    world.start_engine();
    let n_requests = world.n_requests();
    let report = world.sync().await;
    expect_held(&world, &report, "state_older", n_requests);
    assert_eq!(
        fs::read(&set_aside(&world, "older")[0])
            .expect("it is there")
            .len(),
        before.len()
    );
    expect_mended(&mut world).await;
}

#[tokio::test]
async fn a_state_that_is_gone_is_no_first_run() {
    let mut world = synced(N).await;
    fs::remove_dir_all(world.data_dir().join("state")).expect("it can be removed");
    world.start_engine();
    let n_requests = world.n_requests();
    let report = world.sync().await;
    expect_held(&world, &report, "state_gone", n_requests);
    let program = Program::of(&mut world);
    let status = program.call(&["status"]).await;
    assert!(status.out.contains("was there and is gone"), "{status:?}");
    assert!(!status.out.contains("never run"), "{status:?}");
    expect_mended(&mut world).await;
}

#[tokio::test]
async fn a_good_copy_that_is_put_back_goes_on() {
    let mut world = synced(N).await;
    let path = state(&world);
    let good = world.home().join("good.db");
    fs::copy(&path, &good).expect("it can be copied");
    fs::write(&path, "nonsense").expect("it can be written");
    world.start_engine();
    let report = world.sync().await;
    assert_eq!(code(&report), "state_damaged");
    fs::copy(&good, &path).expect("it can be copied");
    let n_before = world.n_requests();
    let report = world.sync().await;
    assert_eq!(
        (
            report.status,
            report.figures.activated,
            report.figures.unchanged
        ),
        (RunStatus::Completed, 2, u64::from(N) - 1)
    );
    // Who is in the snapshot no longer is taken out: the ledger knows of them.
    assert_eq!(world.held(1, "custom1"), json!("exited"));
    assert_eq!(world.n_requests(), n_before + 2);
}

#[tokio::test]
async fn a_state_of_a_later_version_is_left_alone() {
    let mut world = synced(N).await;
    let path = state(&world);
    let db = rusqlite::Connection::open(&path).expect("it opens");
    db.pragma_update(None, "user_version", 1_000)
        .expect("it can be set");
    drop(db);
    let bytes = fs::read(&path).expect("it is there");
    world.start_engine();
    let n_requests = world.n_requests();
    let report = world.sync().await;
    assert_eq!(
        (code(&report), world.n_requests()),
        ("state_newer", n_requests)
    );
    assert_eq!(fs::read(&path).expect("it is there"), bytes);
}

#[tokio::test]
async fn a_dry_run_finds_the_damage_and_moves_nothing() {
    let mut world = synced(N).await;
    let path = state(&world);
    fs::write(&path, "nonsense").expect("it can be written");
    world.start_engine();
    let report = world.dry_run().await;
    assert_eq!(code(&report), "state_damaged");
    assert!(set_aside(&world, "damaged").is_empty());
    assert_eq!(fs::read(&path).expect("it is there"), b"nonsense");
}
