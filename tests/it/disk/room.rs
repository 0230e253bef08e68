//! Disks that are full, and folders that may not be written to, on a small file system in memory.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use audience_sync::model::RunStatus;
use serde_json::json;

use super::lost::code;
use crate::world::{World, member, members};

/// A file system of its own, unmounted when the test ends.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Nothing where the system mounts nothing for tests, which is said: nobody may take that for a check.
    fn mount(at: &Path, kib: u32) -> Option<Self> {
        let size = format!("size={kib}k");
        let mounted = mount(&["-t", "tmpfs", "-o", &size, "tmpfs"], at);
        if !mounted {
            let words = "disk: NOT CHECKED, because no file system may be mounted here";
            writeln!(io::stderr(), "{words}").expect("a place to speak");
        }
        mounted.then(|| Self(at.to_owned()))
    }

    fn remount(&self, option: &str) {
        assert!(mount(&["-o", &format!("remount,{option}")], &self.0));
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let ended = Command::new("umount").arg("-l").arg(&self.0).status();
        assert!(ended.is_ok_and(|status| status.success()));
    }
}

fn mount(options: &[&str], at: &Path) -> bool {
    let mut command = Command::new("mount");
    let command = command.args(options).arg(at).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// A world whose data folder is on the small disk.
async fn world_on(kib: u32) -> Option<(World, SmallDisk)> {
    let mut world = World::new().await;
    world.stop_engine();
    let disk = SmallDisk::mount(&world.data_dir(), kib)?;
    world.settle_destination(|_| ());
    world.start_engine();
    Some((world, disk))
}

fn titled(n: u32, title: &str) -> Vec<String> {
    let row = |prospect| member(prospect).replace("Engineer", title);
    (1..=n).map(row).collect()
}

/// Leaves so many bytes free.
fn fill(world: &World, leave: u64) -> PathBuf {
    let path = world.data_dir().join("filler");
    let mut file = fs::File::create(&path).expect("it can be made");
    while file.write_all(&[0; 4096]).is_ok() {}
    drop(file);
    let filled = fs::metadata(&path).expect("it is there").len();
    let file = fs::OpenOptions::new()
        .write(true)
        .open(&path)
        .expect("it opens");
    file.set_len(filled.saturating_sub(leave))
        .expect("it can be cut");
    path
}

#[tokio::test]
async fn a_full_disk_ends_the_run_and_the_next_one_goes_on() {
    let Some((mut world, _disk)) = world_on(16_384).await else {
        return;
    };
    world.write(&members(1..=300));
    assert_eq!(world.sync().await.figures.activated, 300);
    let mut n_ended = 0;
    for (round, leave) in [0, 4, 40, 100, 200, 400].into_iter().enumerate() {
        let title = format!("{} {round}", "Title ".repeat(20));
        world.write(&titled(300, &title));
        let filler = fill(&world, leave * 1024);
        let report = world.sync().await;
        if report.status == RunStatus::Failed {
            n_ended += 1;
            assert_eq!(code(&report), "disk_full", "{report:?}");
            let problem = report.problem.clone().expect("it failed");
            let path = world.data_dir().display().to_string();
            assert!(problem.what.contains(&path), "{problem}");
            assert!(problem.what.contains("are free there"), "{problem}");
            assert!(report.is_transient, "it is tried again");
        }
        // The next start finds room, and nothing is lost.
        fs::remove_file(filler).expect("it can be removed");
        world.start_engine();
        let again = world.sync().await;
        assert_eq!(again.status, RunStatus::Completed, "{again:?}");
        for prospect in 1..=300 {
            assert_eq!(world.held(prospect, "title"), json!(title), "{prospect}");
        }
        assert_eq!(world.n_pending(), 0);
        assert_eq!(
            world
                .store()
                .runs(100)
                .expect("runs")
                .iter()
                .filter(|run| run.ended.is_none())
                .count(),
            0
        );
    }
    assert!(n_ended > 2, "{n_ended}");
}

#[tokio::test]
async fn a_folder_that_may_not_be_written_to_has_words_of_its_own() {
    let Some((mut world, disk)) = world_on(16_384).await else {
        return;
    };
    world.write(&members(1..=30));
    assert_eq!(world.sync().await.figures.activated, 30);
    world.write(&titled(30, "Chief"));
    let n_requests = world.n_requests();
    world.stop_engine();
    // The lock is opened for reading, so an engine that holds it can live through this.
    disk.remount("ro");
    let dir = audience_sync::store::DataDir::open(Some(world.data_dir()));
    let error = dir
        .and_then(|dir| audience_sync::engine::Engine::open(dir, None))
        .expect_err("nothing can be written");
    let problem = audience_sync::engine::store_problem(&error);
    assert_eq!(problem.code, "read_only", "{problem}");
    let path = world.data_dir().display().to_string();
    assert!(problem.what.contains(&path), "{problem}");
    assert_eq!(world.n_requests(), n_requests);
    disk.remount("rw");
    world.start_engine();
    disk.remount("ro");
    let report = world.sync().await;
    assert_eq!(code(&report), "read_only", "{report:?}");
    assert!(report.is_transient);
    assert_eq!(world.n_requests(), n_requests);
    disk.remount("rw");
    let report = world.sync().await;
    assert_eq!(
        (report.status, report.figures.activated),
        (RunStatus::Completed, 30)
    );
}
