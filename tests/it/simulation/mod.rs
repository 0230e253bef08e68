//! The whole engine in a seeded simulation: one seed decides the source, Outreach, the network, the clock and every
//! crash, so that whatever goes wrong can be looked at again.
//!
//! Time stands still but for what is waited for, requests go from the client straight into the sandbox, and everything
//! runs on one thread; what happened is hashed, and the same seed has to give the same hash. After the storm the faults
//! end, and within a few runs Outreach must hold what the newest export asks for.
//!
//! `AUDIENCE_SYNC_SEED=7` goes through one seed, and `AUDIENCE_SYNC_SEEDS=1000` through so many instead of
//! fifty; `scripts/simulate` goes through a thousand.

mod checker;
mod disk;
mod network;
mod source;
mod storm;
mod tokens;
mod trace;
mod world;

use std::{
    collections::BTreeMap,
    io::{self, Write as _},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use world::{Outcome, simulate};

const N_SEEDS: u64 = 50;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

#[test]
fn whatever_happens_outreach_holds_at_last_what_the_source_asks_for() {
    let seeds: Vec<u64> = match number("AUDIENCE_SYNC_SEED") {
        Some(seed) => vec![seed],
        None => (1..=number("AUDIENCE_SYNC_SEEDS").unwrap_or(N_SEEDS)).collect(),
    };
    // Whoever looks at one seed wants to see all of it.
    let n_lines = if seeds.len() == 1 { usize::MAX } else { 60 };
    let (next, failures, sums) = (
        AtomicU64::new(0),
        Mutex::new(vec![]),
        Mutex::new(BTreeMap::<&str, u64>::new()),
    );
    let work = || {
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let seed = usize::try_from(place).ok().and_then(|i| seeds.get(i));
            let Some(seed) = seed.copied() else { return };
            match catch_unwind(AssertUnwindSafe(|| simulate(seed, n_lines))) {
                Ok(outcome) => {
                    for (name, n) in &outcome.counts {
                        *sums.lock().expect("a lock").entry(name).or_default() += n;
                    }
                    if let Err(fault) = &outcome.verdict {
                        failures
                            .lock()
                            .expect("a lock")
                            .push(told(seed, fault, &outcome));
                    }
                }
                Err(_panic) => failures
                    .lock()
                    .expect("a lock")
                    .push(format!("seed {seed}: a panic, see above")),
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let (failures, sums) = (
        failures.into_inner().expect("a lock"),
        sums.into_inner().expect("a lock"),
    );
    assert!(
        failures.is_empty(),
        "{} of {} seeds failed\n\n{}",
        failures.len(),
        seeds.len(),
        failures.join("\n\n")
    );
    // Past the capture of the tests' output: a long simulation should say what it has gone through.
    drop(writeln!(
        io::stderr(),
        "{} seeds simulated: {sums:?}",
        seeds.len()
    ));
    if seeds.len() as u64 >= N_SEEDS {
        expect_weather(&sums);
    }
}

/// A storm that does nothing proves nothing.
fn expect_weather(sums: &BTreeMap<&str, u64>) {
    for name in [
        "crashes",
        "batches",
        "429",
        "clock set",
        "sleeps",
        "tokens die",
        "person edits",
    ] {
        assert!(
            sums.get(name).is_some_and(|n| *n > 0),
            "no {name}: {sums:?}"
        );
    }
}

fn told(seed: u64, fault: &str, outcome: &Outcome) -> String {
    format!(
        "seed {seed}: {fault}\nagain: AUDIENCE_SYNC_SEED={seed} cargo test --test it simulation\nat last:\n{}",
        outcome.tail
    )
}

#[test]
fn a_seed_gives_the_same_trace_each_time() {
    for seed in [1, 2, 3, 4, 5, 6] {
        let [first, second] = [seed; 2].map(|seed| simulate(seed, 0).fingerprint);
        assert_eq!(first, second, "seed {seed}");
    }
}
