//! The program killed again and again in the middle of its work, as a crash or a power cut would.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use audience_sync::{
    model::{Delivery, RunStatus},
    sync::MAX_IN_FLIGHT,
};
use serde_json::json;

use crate::{
    process::Program,
    world::{World, members, open_sandbox, until},
};

const N_PROSPECTS: u32 = 2_000;
const N_KILLS: u32 = 50;

/// When a process is killed.
enum Point {
    /// After so many more writes, or requests.
    Count(u64),
    /// This long after its start, which is mostly while it opens its state and plans.
    Time(Duration),
}

impl Point {
    fn random(random: &mut fastrand::Rng, most: u64) -> Self {
        if random.u8(..5) == 0 {
            Self::Time(Duration::from_millis(random.u64(..150)))
        } else {
            Self::Count(random.u64(1..=most))
        }
    }
}

#[tokio::test]
async fn nothing_is_lost_and_little_is_repeated_however_often_the_program_dies() {
    let seed = fastrand::u64(..);
    let mut random = fastrand::Rng::with_seed(seed);
    let mut world = World::with(audience_sync::sandbox::Settings {
        prospects: N_PROSPECTS,
        ..open_sandbox()
    })
    .await;
    let rows: Vec<_> = (1..=N_PROSPECTS)
        .map(|i| format!("{i},First {i},Title {i},{i},realized,"))
        .collect();
    world.write(&rows);
    let program = Program::of(&mut world);
    let mut starts = vec![];
    for _ in 0..N_KILLS {
        starts.push(world.n_requests());
        let point = Point::random(&mut random, 60);
        let mut running = program.start(&["sync"]);
        let (began, before) = (Instant::now(), world.sandbox.counters().writes);
        loop {
            let is_reached = match point {
                Point::Count(n) => world.sandbox.counters().writes >= before + n,
                Point::Time(wait) => began.elapsed() >= wait,
            };
            if is_reached {
                break;
            }
            assert!(!running.has_ended(), "it ended by itself; seed {seed}");
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        running.kill();
        // The state opens, whatever moment that was.
        assert!(world.n_pending() <= u64::from(N_PROSPECTS), "seed {seed}");
    }
    starts.push(world.n_requests());
    let ended = program.call(&["sync"]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}; seed {seed}");
    assert_eq!(world.n_pending(), 0, "seed {seed}");
    expect_all_written(&world, seed);
    expect_few_repeats(&world, &starts, seed);
    expect_dead_runs_stopped(&world, seed);
    let requests = world.n_requests();
    assert_eq!(program.call(&["sync"]).await.code, Some(0), "seed {seed}");
    assert_eq!(world.n_requests(), requests, "seed {seed}");
}

/// Half of the prospects have values of their own, and all share a status: single requests and batches side by side.
/// `AUDIENCE_SYNC_KILLS` sets how often the program dies; a seed that failed is replayed with `AUDIENCE_SYNC_SEED`.
#[tokio::test]
async fn nothing_is_lost_and_no_batch_is_submitted_twice_however_often_the_program_dies() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let seed = number("AUDIENCE_SYNC_SEED").unwrap_or_else(|| fastrand::u64(..));
    let n_kills = number("AUDIENCE_SYNC_KILLS").unwrap_or(25);
    let mut random = fastrand::Rng::with_seed(seed);
    let mut world = World::with(audience_sync::sandbox::Settings {
        prospects: N_MIXED,
        limit: 1_000_000,
        batch_processing: Duration::from_millis(300),
        ..open_sandbox()
    })
    .await;
    world.settle_destination(|destination| {
        destination.delivery = Delivery::default();
        destination.guard.max_exit_share = 1.0;
    });
    let program = Program::of(&mut world);
    let mut expected = vec![];
    for n in 0..n_kills {
        if n % 5 == 0 {
            expected = mixed_rows(&mut random, n);
            world.write(&expected);
        }
        let mut running = program.start(&["sync"]);
        let (began, before) = (Instant::now(), world.n_requests());
        let point = Point::random(&mut random, 500);
        while !running.has_ended() {
            let is_reached = match point {
                Point::Count(n) => world.n_requests() >= before + n,
                Point::Time(wait) => began.elapsed() >= wait,
            };
            if is_reached {
                break;
            }
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        running.kill();
        assert!(world.n_pending() <= u64::from(N_MIXED), "seed {seed}");
    }
    let ended = program.call(&["sync"]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}; seed {seed}");
    assert_eq!(world.n_pending(), 0, "seed {seed}");
    assert_eq!(
        world.store().batches().expect("they can be read"),
        [],
        "seed {seed}"
    );
    expect_rows(&world, &expected, seed);
    expect_no_twin_batches(&world, seed);
}

const N_MIXED: u32 = 600;

fn mixed_rows(random: &mut fastrand::Rng, round: u64) -> Vec<String> {
    let row = |i| {
        let own = if i % 2 == 0 {
            format!("Own {i} {round}")
        } else {
            format!("Shared {round}")
        };
        let status = if random.bool() { "realized" } else { "exited" };
        // A first row as a member, so that leaving is something to write.
        let status = if round == 0 { "realized" } else { status };
        format!("{i},First {round},{own},ten {round},{status},")
    };
    (1..=N_MIXED).map(row).collect()
}

fn expect_rows(world: &World, rows: &[String], seed: u64) {
    for row in rows {
        let cells: Vec<_> = row.split(',').collect();
        let prospect = cells[0].parse().expect("a number");
        for (attribute, cell) in [
            ("firstName", 1),
            ("title", 2),
            ("custom20", 3),
            ("custom1", 4),
        ] {
            assert_eq!(
                world.held(prospect, attribute),
                json!(cells[cell]),
                "{prospect} {attribute}; seed {seed}"
            );
        }
    }
}

/// A batch that is submitted twice shows as two with the same values and the same prospects. Statuses say nothing: between
/// two rounds of rows the same batch may be right again.
fn expect_no_twin_batches(world: &World, seed: u64) {
    let batches = world.sandbox.batches();
    assert!(batches.len() > 2, "{} batches; seed {seed}", batches.len());
    for (i, batch) in batches.iter().enumerate() {
        let own = batch.attributes.keys().any(|name| name != "custom1");
        let twin = batches.iter().skip(i + 1).find(|other| {
            own && other.attributes == batch.attributes && other.prospects == batch.prospects
        });
        assert!(
            twin.is_none(),
            "{batch:?} and {twin:?} are one; seed {seed}"
        );
    }
}

#[tokio::test]
async fn status_tells_a_run_that_goes_on_from_one_that_died() {
    let mut world = World::new().await;
    world.write(&members(1..=100));
    world.fault(json!({"kind": "slow", "ms": 60_000, "skip": 20, "times": 100}));
    let program = Program::of(&mut world);
    let running = program.start(&["sync"]);
    until("a write", || world.sandbox.counters().writes > 0).await;
    let last_run =
        async || program.json(&["status", "--json"]).await.1["destinations"][0]["last_run"].clone();
    assert_eq!(last_run().await["status"], "processing");
    running.kill();
    let last = last_run().await;
    assert_eq!(
        (&last["status"], &last["problem"]["code"]),
        (&json!("stopped"), &json!("interrupted"))
    );
}

fn expect_all_written(world: &World, seed: u64) {
    for i in 1..=N_PROSPECTS {
        for (attribute, value) in [
            ("firstName", json!(format!("First {i}"))),
            ("title", json!(format!("Title {i}"))),
            ("custom20", json!(i.to_string())),
            ("custom1", json!("realized")),
        ] {
            assert_eq!(
                world.held(i, attribute),
                value,
                "{i} {attribute}; seed {seed}"
            );
        }
        assert_eq!(world.n_journal(u64::from(i)), 1, "{i}; seed {seed}");
    }
}

/// A kill makes at most those writes happen a second time that were on their way then. Some of a dead process's last
/// requests are carried out after the next one has started, so what is bounded is the sum up to each start.
fn expect_few_repeats(world: &World, starts: &[u64], seed: u64) {
    let mut written = BTreeSet::new();
    let mut n_repeats = vec![0; starts.len()];
    for write in world.sandbox.writes() {
        if !written.insert(write.prospect) {
            let n_started = starts.partition_point(|start| *start < write.sequence);
            n_repeats[n_started - 1] += 1;
        }
    }
    let mut sum = 0;
    for (n_kills, n) in n_repeats.iter().enumerate() {
        sum += n;
        assert!(
            sum <= n_kills * MAX_IN_FLIGHT && *n <= 2 * MAX_IN_FLIGHT,
            "{n_repeats:?}; seed {seed}"
        );
    }
    assert_eq!(written.len(), N_PROSPECTS as usize, "seed {seed}");
}

fn expect_dead_runs_stopped(world: &World, seed: u64) {
    let runs = world.store().runs(1_000).expect("they can be read");
    let (last, dead) = runs.split_first().expect("there are runs");
    assert_eq!(last.status, RunStatus::Completed, "seed {seed}");
    assert!(
        dead.len() > N_KILLS as usize / 2,
        "{} runs; seed {seed}",
        dead.len()
    );
    for run in dead {
        let code = run.problem.as_ref().map(|problem| problem.code.as_str());
        assert_eq!(
            (run.status, code),
            (RunStatus::Stopped, Some("interrupted")),
            "run {}; seed {seed}",
            run.id
        );
    }
    let n_activated: u64 = runs.iter().map(|run| run.figures.activated).sum();
    assert_eq!(n_activated, u64::from(N_PROSPECTS), "seed {seed}");
}
