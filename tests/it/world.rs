//! A small world of its own for each test: a data folder, a source, a sandbox and an engine between them.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use audience_sync::{
    auth::{Clock, Vault},
    engine::{Engine, Hooks, Mode, Progress, Report},
    model::{AccountSettings, BudgetNote, Destination, FieldSet, OutreachId, RecordFault},
    outreach::RetryPolicy,
    sandbox::{Sandbox, Settings},
    store::{DataDir, Store},
};
use secrecy::SecretString;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::watch;

/// The audience whose status is in `custom1`.
pub(crate) const GOLD: &str = "7841ba61-23c1-4bb3-a495-00d3b5fe1a01";
/// The audience whose status is in `custom2`.
pub(crate) const TRIAL: &str = "c2f8d4a0-8a51-4a7e-b1d9-2d8e6f3b9c03";

/// Tries again at once, so that no test waits for patience to end.
const IMPATIENT: RetryPolicy = RetryPolicy {
    attempts: 4,
    base: Duration::from_millis(1),
    cap: Duration::from_millis(2),
};

/// No test should come near it; it turns a hanging test into a failing one.
const FAR_TOO_LONG: Duration = Duration::from_mins(1);

pub(crate) struct World {
    home: TempDir,
    pub(crate) sandbox: Arc<Sandbox>,
    pub(crate) token: String,
    engine: Option<Engine>,
    pub(crate) destination: Destination,
    stop: watch::Sender<bool>,
}

/// A sandbox in which the user may write to every prospect.
pub(crate) fn open_sandbox() -> Settings {
    Settings {
        read_only: BTreeSet::new(),
        ..Settings::default()
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(open_sandbox()).await
    }

    pub(crate) async fn with(settings: Settings) -> Self {
        let sandbox = Arc::new(Sandbox::start(settings).await.expect("a sandbox"));
        let token = sandbox.issue_token();
        let home = tempfile::tempdir().expect("a temporary folder");
        let destination = destination(&sandbox.address(), &home.path().join("profiles.csv"));
        let mut world = Self {
            home,
            sandbox,
            token,
            engine: None,
            destination,
            stop: watch::Sender::new(false),
        };
        world.start_engine();
        world.settle_destination(|_| ());
        world
    }

    pub(crate) fn data_dir(&self) -> PathBuf {
        self.home.path().join("data")
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    pub(crate) fn source(&self) -> &Path {
        &self.destination.source.files().expect("files").path
    }

    /// A new engine, as after a start of the program.
    pub(crate) fn start_engine(&mut self) {
        self.engine = None;
        let dir = DataDir::open(Some(self.data_dir())).expect("a data folder");
        let token = SecretString::from(self.token.clone());
        let engine = Engine::open(dir, Some(token)).expect("nobody else works there");
        self.engine = Some(engine.with_retry(IMPATIENT));
    }

    /// A new engine that has no token of its own and uses the account's sign-in.
    pub(crate) fn start_engine_signed_in(&mut self, vault: &Vault, clock: &Clock) {
        self.engine = None;
        let dir = DataDir::open(Some(self.data_dir())).expect("a data folder");
        let engine = Engine::open(dir, None).expect("nobody else works there");
        let engine = engine.with_vault(vault.clone(), clock.clone());
        self.engine = Some(engine.with_retry(IMPATIENT));
    }

    /// Gives the data folder up, for processes to work on.
    pub(crate) fn stop_engine(&mut self) {
        self.engine = None;
    }

    /// Changes the destination and stores it.
    pub(crate) fn settle_destination(&mut self, change: impl FnOnce(&mut Destination)) {
        change(&mut self.destination);
        DataDir::open(Some(self.data_dir()))
            .and_then(|dir| dir.write_destination(self.destination.clone()))
            .expect("the destination can be stored");
    }

    /// Writes the source: `Oid,first,title,points,gold,trial` a row; the header is line 1.
    pub(crate) fn write(&self, rows: &[impl AsRef<str>]) {
        write_source(self.source(), rows);
    }

    pub(crate) async fn sync(&mut self) -> Report {
        let hooks = self.hooks(|_| ());
        self.sync_with(Mode::Send, &hooks).await
    }

    /// Runs and sends what was refused before, as a person can ask.
    pub(crate) async fn sync_refused(&mut self) -> Report {
        let hooks = self.hooks(|_| ());
        self.sync_with(Mode::SendRefused, &hooks).await
    }

    pub(crate) async fn dry_run(&mut self) -> Report {
        let hooks = self.hooks(|_| ());
        self.sync_with(Mode::Dry { max_sample: 50 }, &hooks).await
    }

    /// Runs and tells of every step of the way.
    pub(crate) async fn sync_watched(
        &mut self,
        progress: impl Fn(Progress) + Send + Sync + 'static,
    ) -> Report {
        let hooks = self.hooks(progress);
        self.sync_with(Mode::Send, &hooks).await
    }

    /// Runs until the condition holds at some step of the way, and asks the run to stop there.
    pub(crate) async fn sync_until(
        &mut self,
        condition: impl Fn(Progress) -> bool + Send + Sync + 'static,
    ) -> Report {
        let (stop, stopped) = watch::channel(false);
        let stop = Arc::new(Mutex::new(stop));
        let hooks = Hooks {
            stop: stopped,
            progress: Arc::new(move |progress| {
                if condition(progress) {
                    stop.lock().expect("a lock").send_replace(true);
                }
            }),
        };
        self.sync_with(Mode::Send, &hooks).await
    }

    /// Runs until the condition holds, whatever the run is at, and asks it to stop then.
    pub(crate) async fn sync_until_true(
        &mut self,
        condition: impl Fn() -> bool + Send + 'static,
    ) -> Report {
        let stop = self.stop.clone();
        let watching = tokio::spawn(async move {
            until("the moment to stop", condition).await;
            stop.send_replace(true);
        });
        let report = self.sync().await;
        watching.await.expect("no panic");
        self.stop.send_replace(false);
        report
    }

    /// Forgets everything about the destination, as if its state had been lost.
    pub(crate) fn forget_state(&mut self) {
        let dir = DataDir::open(Some(self.data_dir())).expect("the folder opens");
        let settings = dir.read_destinations().expect("they are valid").remove(0);
        dir.forget_state(&settings).expect("it can be removed");
    }

    /// Changes the settings of the destination's account.
    pub(crate) fn settle_account(&self, change: impl FnOnce(&mut AccountSettings)) {
        let mut account = AccountSettings::new("a1", &self.destination.account.name);
        account
            .api_address
            .clone_from(&self.destination.account.api_address);
        change(&mut account);
        DataDir::open(Some(self.data_dir()))
            .and_then(|dir| dir.write_account(account))
            .expect("the account can be stored");
    }

    /// What is remembered of the account's requests.
    pub(crate) fn budget(&self) -> BudgetNote {
        let dir = DataDir::open(Some(self.data_dir())).expect("the folder opens");
        dir.read_budget(&self.destination.account)
    }

    async fn sync_with(&mut self, mode: Mode, hooks: &Hooks) -> Report {
        let engine = self.engine.as_mut().expect("the engine is started");
        let run = engine.sync(Some(&self.destination.name), mode, hooks);
        let mut reports = tokio::time::timeout(FAR_TOO_LONG, run)
            .await
            .expect("the run ends")
            .expect("the settings are valid");
        assert_eq!(reports.len(), 1);
        reports.remove(0)
    }

    /// The engine, for a task that keeps it running.
    pub(crate) fn take_engine(&mut self) -> Engine {
        self.engine.take().expect("the engine is started")
    }

    fn hooks(&self, progress: impl Fn(Progress) + Send + Sync + 'static) -> Hooks {
        Hooks {
            stop: self.stop.subscribe(),
            progress: Arc::new(progress),
        }
    }

    /// The state, looked at from outside.
    pub(crate) fn store(&self) -> Store {
        let dir = DataDir::open(Some(self.data_dir())).expect("the folder opens");
        let settings = dir.read_destinations().expect("they are valid").remove(0);
        Store::open(&dir.state(&settings)).expect("the state opens")
    }

    pub(crate) fn n_pending(&self) -> u64 {
        self.store().n_pending().expect("it can be read")
    }

    /// The records that the newest run did not write.
    pub(crate) fn faults(&self) -> Vec<RecordFault> {
        let store = self.store();
        let newest = store.runs(1).expect("it can be read").remove(0);
        store.faults(newest.id).expect("it can be read")
    }

    /// What the ledger holds for a prospect.
    pub(crate) fn ledger(&self, prospect: u64) -> Value {
        let prospect = OutreachId::new(prospect).expect("a number");
        let known = self.store().known(prospect).expect("it can be read");
        Value::Object(known.ledger.to_json())
    }

    /// What was changed of a prospect: the old and the new values of each change.
    pub(crate) fn journal(&self, prospect: u64) -> Vec<(Value, Value)> {
        let db = rusqlite::Connection::open(self.store().path()).expect("it opens");
        let mut statement = db
            .prepare("SELECT old, new FROM journal WHERE prospect_id = ?1 ORDER BY id")
            .expect("a table");
        let fields = |bytes: Vec<u8>| {
            let fields = FieldSet::from_bytes(&bytes).expect("its own form");
            Value::Object(fields.to_json())
        };
        let rows = statement.query_map([prospect], |row| Ok((row.get(0)?, row.get(1)?)));
        rows.expect("it can be read")
            .map(|row| {
                row.map(|(old, new)| (fields(old), fields(new)))
                    .expect("a row")
            })
            .collect()
    }

    /// How many journal rows a prospect has.
    pub(crate) fn n_journal(&self, prospect: u64) -> u64 {
        let db = rusqlite::Connection::open(self.store().path()).expect("it opens");
        db.query_row(
            "SELECT count(*) FROM journal WHERE prospect_id = ?1",
            [prospect],
            |row| row.get(0),
        )
        .expect("it can be read")
    }

    /// The writes since the sandbox's log had so many requests: prospect and fields.
    pub(crate) fn writes_after(&self, sequence: u64) -> Vec<(u32, Value)> {
        self.sandbox
            .writes()
            .into_iter()
            .filter(|write| write.sequence > sequence)
            .map(|write| (write.prospect, Value::Object(write.attributes)))
            .collect()
    }

    pub(crate) fn n_requests(&self) -> u64 {
        self.sandbox.counters().requests
    }

    /// What the sandbox holds in one attribute of a prospect.
    pub(crate) fn held(&self, prospect: u32, attribute: &str) -> Value {
        self.sandbox.prospect(prospect).expect("it exists")[attribute].clone()
    }

    /// Orders a fault by its JSON form.
    pub(crate) fn fault(&self, fault: Value) {
        let fault = serde_json::from_value(fault).expect("a fault");
        self.sandbox.add_fault(fault).expect("a whole fault");
    }
}

pub(crate) fn write_source(path: &Path, rows: &[impl AsRef<str>]) {
    let mut text = format!(
        "Oid,person.firstName,title,points,segmentMembership.ups.{GOLD}.status,segmentMembership.ups.{TRIAL}.status\n"
    );
    for row in rows {
        text.push_str(row.as_ref());
        text.push('\n');
    }
    // As exports should: whole or not at all.
    let fresh = path.with_extension("part");
    fs::write(&fresh, text).expect("it can be written");
    fs::rename(&fresh, path).expect("it can be renamed");
}

/// A row in which everything but the number and the gold status is always the same.
pub(crate) fn member(prospect: u32) -> String {
    format!("{prospect},Ada,Engineer,10,realized,")
}

pub(crate) fn members(prospects: impl IntoIterator<Item = u32>) -> Vec<String> {
    prospects.into_iter().map(member).collect()
}

fn destination(address: &str, source: &Path) -> Destination {
    let json = json!({
        "format": 1,
        "name": "Test",
        "account": { "name": "Sandbox", "api_address": address },
        "source": { "path": source, "contents": "full_snapshot" },
        // Most tests are about single requests; those about the others set this anew.
        "delivery": { "route": "patch", "read_first": false },
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
    });
    Destination::from_json(&json.to_string()).expect("a valid destination")
}

/// Waits for a condition that another task or process brings about.
pub(crate) async fn until(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + FAR_TOO_LONG;
    while !condition() {
        assert!(Instant::now() < deadline, "never: {what}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
