//! One simulation: a computer, a source, Outreach and a network, all out of one seed.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use audience_sync::{
    engine::{Engine, Hooks, Mode, Report},
    model::{Delivery, Destination, RouteMode},
    outreach::Client,
    sandbox::{Adjustments, BatchOffer, BatchPayload, Remaining, RetryAfter, Sandbox, Settings},
    store::{DataDir, Store},
};
use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::sleep;

use super::{
    checker::Checker,
    disk::Disk,
    network::{Ending, Network},
    source::{OWNED, Script},
    storm::Storm,
    tokens::Door,
    trace::Trace,
};
use crate::world::{GOLD, TRIAL};

const ADDRESS: &str = "https://outreach.example";
/// A run that takes longer never ends.
const ENDLESS: Duration = Duration::from_hours(72);
/// After so many undisturbed runs everything has to be done.
const MAX_CALM_RUNS: u32 = 8;

/// What came of a simulation.
pub(super) struct Outcome {
    pub(super) fingerprint: u64,
    pub(super) counts: BTreeMap<&'static str, u64>,
    pub(super) tail: String,
    pub(super) verdict: Result<(), String>,
}

struct World {
    random: fastrand::Rng,
    home: TempDir,
    sandbox: Arc<Sandbox>,
    network: Network,
    door: Arc<Door>,
    trace: Trace,
    script: Script,
    engine: Option<Engine>,
    destination: Destination,
    n_prospects: u32,
    first: BTreeMap<(u32, &'static str), Value>,
}

/// Goes through a whole simulation.
pub(super) fn simulate(seed: u64, n_lines: usize) -> Outcome {
    // What the client spreads its repetitions with.
    fastrand::seed(seed);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let mut world = World::new(seed);
        let verdict = world.live().await;
        Outcome {
            fingerprint: world.trace.fingerprint(),
            counts: world.network.state().counts.clone(),
            tail: world.trace.tail(n_lines),
            verdict,
        }
    })
}

impl World {
    fn new(seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let n_prospects = random.u32(8..=80);
        let sandbox =
            Arc::new(Sandbox::in_process(settings(&mut random, n_prospects)).expect("a sandbox"));
        let home = tempfile::tempdir().expect("a temporary folder");
        let destination = destination(&mut random, home.path().join("profiles.csv"));
        let dir = DataDir::open(Some(home.path().join("data"))).expect("a data folder");
        dir.write_destination(destination.clone())
            .expect("it can be stored");
        let settings = dir.read_destinations().expect("it is valid").remove(0);
        let trace = Trace::new();
        let network = Network::new(
            Arc::clone(&sandbox),
            trace.clone(),
            Storm::new(random.fork()),
            Disk::new(dir.state(&settings), &dir.destinations()),
            n_prospects,
        );
        let first = (1..=n_prospects).flat_map(|prospect| {
            let held = |name| sandbox.attribute(prospect, name).expect("it is there");
            OWNED.map(|name| ((prospect, name), held(name)))
        });
        Self {
            first: first.collect(),
            door: Arc::new(Door::new(Arc::clone(&sandbox), random.fork())),
            script: Script::new(random.fork(), n_prospects),
            home,
            sandbox,
            network,
            trace,
            engine: None,
            destination,
            n_prospects,
            random,
        }
    }

    async fn live(&mut self) -> Result<(), String> {
        let n_exports = self.random.u32(2..=5);
        for n in 1..=n_exports {
            self.export(n == n_exports);
            self.change_outreach();
            for _ in 0..self.random.u32(1..=3) {
                self.stormy_run().await?;
                self.pass_time().await;
            }
        }
        self.calm_down().await
    }

    fn export(&mut self, is_last: bool) {
        let rows = self.script.export(
            &self.destination.source.files().expect("files").path,
            is_last,
        );
        self.trace.note(format!("export: {rows}"));
        let mut state = self.network.state();
        state.n_old_batches = self.sandbox.batches().len();
        state.is_edited_lately = false;
    }

    /// People and faults in Outreach.
    fn change_outreach(&mut self) {
        let random = &mut self.random;
        if random.u8(..4) == 0 {
            let prospect = random.u32(1..=self.n_prospects);
            self.trace.note(format!("{prospect} is deleted"));
            self.sandbox.delete_prospect(prospect);
        }
        if random.u8(..3) == 0 {
            let shut: BTreeSet<_> = (0..random.u8(..3))
                .map(|_| random.u32(1..=self.n_prospects))
                .collect();
            self.trace.note(format!("{shut:?} cannot be written"));
            self.sandbox.adjust(Adjustments {
                read_only: Some(shut),
                ..Adjustments::default()
            });
        }
        for _ in 0..random.u8(..3) {
            let batch = [
                json!({"end": "never"}),
                json!({"end": "failed", "after": 2}),
                json!({"end": "canceled", "after": 3}),
                json!({"items": [{"every": 3}]}),
                json!({"items": [{"every": 4, "failure": "failed_after_apply"}]}),
                json!({"items": [{"every": 2, "failure": "lost"}]}),
                json!({"confirm": false}),
                json!({"confirm_count": 7}),
                json!({"polls": 3}),
            ];
            let batch = &batch[random.usize(..batch.len())];
            self.trace.note(format!("batch fault: {batch}"));
            let fault = json!({"kind": "batch", "skip": random.u8(..3), "batch": batch});
            let fault = serde_json::from_value(fault).expect("a fault");
            self.sandbox.add_fault(fault).expect("a whole fault");
        }
    }

    /// A run in the storm, which may end with the computer dead.
    async fn stormy_run(&mut self) -> Result<(), String> {
        let ending = match self.random.u8(..10) {
            0..5 => Some(Ending::Crash),
            5 => Some(Ending::Stop),
            _ => None,
        };
        let after = self.random.u32(..80);
        self.network.state().ending = ending.map(|ending| (after, ending));
        if self.random.u8(..4) == 0 {
            // An orderly start of the program.
            self.engine = None;
        }
        let mode = if self.random.u8(..6) == 0 {
            Mode::SendRefused
        } else {
            Mode::Send
        };
        self.run(mode).await.map(drop)
    }

    /// One run; `None` if the computer has died in it.
    async fn run(&mut self, mode: Mode) -> Result<Option<Report>, String> {
        self.trace.note(format!("run: {mode:?}"));
        self.door.sign_in();
        let network = self.network.clone();
        network.state().stop.send_replace(false);
        let hooks = Hooks {
            stop: network.state().stop.subscribe(),
            progress: Arc::new(|_| ()),
        };
        let mut engine = match self.engine.take() {
            Some(engine) => engine,
            None => self.start(),
        };
        let report = tokio::select! {
            biased;
            () = network.died() => None,
            reports = engine.sync(Some("Test"), mode, &hooks) => Some(reports),
            () = sleep(ENDLESS) => return Err("a run does not end".to_owned()),
        };
        network.state().ending = None;
        let Some(reports) = report else {
            drop(engine);
            self.restart_after_crash().await?;
            return Ok(None);
        };
        self.engine = Some(engine);
        let report = reports.map_err(|problem| problem.what)?.remove(0);
        let code = report.problem.as_ref().map(|problem| problem.code.clone());
        self.trace.note(format!(
            "run {:?} {code:?} {:?} {:?}",
            report.status, report.figures, report.requests
        ));
        let store = self.store();
        self.checker().always(&store)?;
        Checker::figures(&store, &report, &self.script)?;
        Ok(Some(report))
    }

    async fn restart_after_crash(&mut self) -> Result<(), String> {
        // What the dead program had under way lands now or never.
        sleep(Duration::from_secs(1)).await;
        let mut state = self.network.state();
        let image = state.image.take().ok_or("a crash without an image")?;
        state.disk.restore(image);
        *state.counts.entry("crashes").or_default() += 1;
        drop(state);
        self.checker().always(&self.store())
    }

    fn start(&self) -> Engine {
        self.network.begin_life();
        let outside = Arc::new(self.network.clone());
        let client =
            Client::through(outside, ADDRESS, Arc::clone(&self.door) as _).expect("a client");
        let dir = DataDir::open(Some(self.home.path().join("data"))).expect("a data folder");
        let token = SecretString::from("the door has the real one");
        let engine = Engine::open(dir, Some(token)).expect("nobody else works there");
        engine.with_client(&self.destination.account, client)
    }

    async fn pass_time(&mut self) {
        let secs = [0, 1, 90, 3_700, 90_000][self.random.usize(..5)];
        sleep(Duration::from_secs(secs)).await;
    }

    /// The storm is over: a few runs later Outreach holds what it should, and nothing more is sent.
    async fn calm_down(&mut self) -> Result<(), String> {
        self.trace.note("calm");
        self.network.state().storm.end();
        self.sandbox.clear_faults();
        for n in 0..MAX_CALM_RUNS {
            sleep(Duration::from_hours(2)).await;
            let mode = if n == 0 {
                Mode::SendRefused
            } else {
                Mode::Send
            };
            let before = self.sandbox.counters().requests;
            let report = self.run(mode).await?.ok_or("a crash without a cause")?;
            let is_quiet = self.sandbox.counters().requests == before;
            if n > 0 && is_quiet && report.figures.pending == 0 {
                self.checker().at_last(&self.store(), &self.script)?;
                return Ok(());
            }
        }
        Err(format!(
            "still at work after {MAX_CALM_RUNS} undisturbed runs"
        ))
    }

    fn store(&self) -> Store {
        let dir = DataDir::open(Some(self.home.path().join("data"))).expect("a data folder");
        let settings = dir.read_destinations().expect("it is valid").remove(0);
        Store::open(&dir.state(&settings)).expect("the state opens")
    }

    fn checker(&self) -> Checker<'_> {
        Checker {
            sandbox: &self.sandbox,
            network: &self.network,
            n_prospects: self.n_prospects,
            first: &self.first,
        }
    }
}

fn settings(random: &mut fastrand::Rng, n_prospects: u32) -> Settings {
    Settings {
        prospects: n_prospects,
        begins: Some(Timestamp::constant(1_790_000_000, 0)),
        limit: [10_000, 300, 25][random.usize(..3)],
        window: Duration::from_secs([3_600, 600, 60][random.usize(..3)]),
        heaviest_page: [usize::MAX, 10][random.usize(..2)],
        retry_after: [
            RetryAfter::Epoch,
            RetryAfter::Delta,
            RetryAfter::Iso,
            RetryAfter::HttpDate,
            RetryAfter::Absent,
        ][random.usize(..5)],
        remaining: [Remaining::One, Remaining::Two][random.usize(..2)],
        read_only: BTreeSet::new(),
        batches: [
            BatchOffer::On,
            BatchOffer::On,
            BatchOffer::On,
            BatchOffer::Forbidden,
        ][random.usize(..4)],
        batch_pending: Duration::from_millis([0, 800, 5_000][random.usize(..3)]),
        batch_processing: Duration::from_secs([0, 2, 60][random.usize(..3)]),
        batch_payload: [
            BatchPayload::Values,
            BatchPayload::WithIds,
            BatchPayload::Absent,
        ][random.usize(..3)],
        batch_item_data: random.bool(),
        batch_count_above: [0, 100][random.usize(..2)],
        log_capacity: usize::MAX,
        ..Settings::default()
    }
}

fn destination(random: &mut fastrand::Rng, source: PathBuf) -> Destination {
    let json = json!({
        "format": 1,
        "name": "Test",
        "account": { "name": "Sandbox", "api_address": ADDRESS },
        "source": { "path": source, "contents": "full_snapshot" },
        "mapping": [
            { "source": "Oid", "target": "OutreachId" },
            { "source": "person.firstName", "target": "firstName" },
            { "source": "title", "target": "title" },
            { "source": "points", "target": "custom20", "when_empty": "clear" },
        ],
        "audiences": [
            { "id": GOLD, "name": "Gold customers", "mapping_id": 1, "start": "2020-01-01" },
            { "id": TRIAL, "name": "Trial users", "mapping_id": 2, "start": "2020-01-01" },
        ],
        "guard": { "max_exit_share": 1.0 },
    });
    let mut destination = Destination::from_json(&json.to_string()).expect("a valid destination");
    destination.delivery = Delivery {
        route: [
            RouteMode::Bulk,
            RouteMode::Bulk,
            RouteMode::Bulk,
            RouteMode::Patch,
        ][random.usize(..4)],
        read_first: random.bool(),
    };
    destination
}
