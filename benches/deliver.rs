//! Delivery beside `oha`, and under a limit, each against a sandbox on a thread of its own.
//!
//! usage: `deliver oha PATH_OF_OHA` or `deliver limit`; each prints a row of the table.

use std::{
    collections::BTreeSet,
    env,
    fmt::Write as _,
    fs,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use audience_sync::{
    engine::{Engine, Hooks, Mode, Report},
    model::{AccountSettings, Destination},
    sandbox::{Fault, Sandbox, Settings},
    store::DataDir,
};
use serde_json::{Value, json};
use tokio::{sync::watch, task::spawn_blocking};

const N_PATCHES: u32 = 5_000;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let args: Vec<_> = env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["oha", path] => beside_oha(path).await,
        ["limit"] => under_a_limit().await,
        // `cargo bench` and `cargo test --benches` call every bench without arguments.
        _ => Ok(()),
    }
}

struct World {
    home: tempfile::TempDir,
    sandbox: Sandbox,
}

impl World {
    async fn new(settings: Settings) -> anyhow::Result<Self> {
        // On a thread of its own, as another program would be.
        let (started, sandbox) = tokio::sync::oneshot::channel();
        let thread = std::thread::Builder::new().name("sandbox".to_owned());
        thread.spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.map(|runtime| {
                runtime.block_on(async {
                    let settings = Settings {
                        read_only: BTreeSet::new(),
                        ..settings
                    };
                    drop(started.send(Sandbox::start(settings).await));
                    std::future::pending::<()>().await;
                });
            })
        })?;
        Ok(Self {
            home: tempfile::tempdir()?,
            sandbox: sandbox.await??,
        })
    }

    fn source(&self) -> std::path::PathBuf {
        self.home.path().join("profiles.csv")
    }

    async fn sync(&self, settings: Value, reserve_percent: u8) -> anyhow::Result<(Report, f64)> {
        let dir = DataDir::open(Some(self.home.path().join("data")))?;
        let mut account = AccountSettings::new("bench", "bench");
        account.api_address = self.sandbox.address();
        account.budget.reserve_percent = reserve_percent;
        dir.write_account(account)?;
        let destination = Destination::from_json(&settings.to_string());
        dir.write_destination(destination.map_err(|faults| anyhow::anyhow!("{faults:?}"))?)?;
        let mut engine = Engine::open(dir, Some(self.sandbox.issue_token().into()))?;
        let (_send, stop) = watch::channel(false);
        let hooks = Hooks {
            stop,
            progress: Arc::new(|_| ()),
        };
        let began = Instant::now();
        let reports = engine.sync(None, Mode::Send, &hooks).await;
        let mut reports = reports.map_err(|problem| anyhow::anyhow!("{problem}"))?;
        let report = reports.pop().context("there is one destination")?;
        Ok((report, began.elapsed().as_secs_f64()))
    }

    fn single(&self) -> Value {
        json!({
            "name": "bench",
            "account": { "name": "bench", "api_address": self.sandbox.address() },
            "source": { "path": self.source(), "contents": "incremental" },
            "delivery": { "route": "patch", "read_first": false },
            "mapping": [
                { "source": "Oid", "target": "OutreachId" },
                { "source": "first", "target": "firstName" },
            ],
            "audiences": [],
        })
    }

    /// One request in fifty is answered with 503.
    fn fail_now_and_then(&self) -> anyhow::Result<()> {
        let fault = json!({
            "kind": "errors", "status": 503, "method": "PATCH",
            "body": {"errors": [{"id": "serviceUnavailable", "title": "Service Unavailable", "detail": "Try again."}]},
        });
        for n in 1..=N_PATCHES / 50 {
            let mut fault: Fault = serde_json::from_value(fault.clone())?;
            fault.skip = 49 * n;
            self.sandbox.add_fault(fault).map_err(anyhow::Error::msg)?;
        }
        Ok(())
    }
}

fn own_names(path: &Path) -> anyhow::Result<()> {
    let mut text = "Oid,first".to_owned();
    for prospect in 1..=N_PATCHES {
        write!(text, "\n{prospect},First {prospect}")?;
    }
    Ok(fs::write(path, text)?)
}

async fn beside_oha(oha: &str) -> anyhow::Result<()> {
    let settings = Settings {
        prospects: N_PATCHES,
        limit: 1_000_000,
        latency: Duration::from_millis(20),
        ..Settings::default()
    };
    let (mut ours, mut theirs, mut ratios) = (vec![], vec![], vec![]);
    let (mut our_requests, mut their_requests) = (0, 0);
    for _ in 0..3 {
        let world = World::new(settings.clone()).await?;
        own_names(&world.source())?;
        world.fail_now_and_then()?;
        let (report, our_secs) = world.sync(world.single(), 0).await?;
        ensure!(
            report.figures.activated == u64::from(N_PATCHES),
            "{report:?}"
        );
        our_requests = world.sandbox.counters().requests;
        world.fail_now_and_then()?;
        let body = r#"{"data":{"type":"prospect","id":1,"attributes":{"firstName":"First 1"}}}"#;
        let began = Instant::now();
        let mut command = Command::new(oha);
        command
            .args(["-n", &N_PATCHES.to_string(), "-c", "16", "--no-tui"])
            .args(["-m", "PATCH", "-d", body, "-T", "application/vnd.api+json"])
            .arg("-H")
            .arg(format!(
                "Authorization: Bearer {}",
                world.sandbox.issue_token()
            ))
            .arg(format!("{}/api/v2/prospects/1", world.sandbox.address()))
            .stdout(Stdio::null());
        let status = spawn_blocking(move || command.status()).await??;
        ensure!(status.success(), "oha failed");
        let their_secs = began.elapsed().as_secs_f64();
        their_requests = world.sandbox.counters().requests - our_requests;
        ours.push(our_secs);
        theirs.push(their_secs);
        ratios.push(our_secs / their_secs);
    }
    let (ours, theirs, ratio) = (median(ours), median(theirs), median(ratios));
    say(&format!(
        "| 5,000 PATCHes, 20 ms, 2 % 503 | {ours:.2} s, {our_requests} requests | oha, 16 connections: {theirs:.2} s, {their_requests} requests | {ratio:.2} |"
    ))
}

async fn under_a_limit() -> anyhow::Result<()> {
    const LIMIT: u32 = 1_500;
    const WINDOW: u32 = 5;
    let world = World::new(Settings {
        prospects: N_PATCHES,
        limit: LIMIT,
        window: Duration::from_secs(u64::from(WINDOW)),
        latency: Duration::from_millis(20),
        ..Settings::default()
    })
    .await?;
    own_names(&world.source())?;
    let (report, secs) = world.sync(world.single(), 0).await?;
    ensure!(
        report.figures.activated == u64::from(N_PATCHES),
        "{report:?}"
    );
    let log = world.sandbox.request_log();
    let refused = log
        .iter()
        .filter(|request| request.status == Some(429))
        .count();
    let floor = f64::from((N_PATCHES - 1) / LIMIT * WINDOW);
    say(&format!(
        "| 5,000 PATCHes under 1,500 per 5 s | {secs:.2} s, {refused} × 429 | floor: {floor:.2} s | {:.2} |",
        secs / floor
    ))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn say(text: &str) -> anyhow::Result<()> {
    use std::io::Write as _;
    Ok(writeln!(std::io::stdout(), "{text}")?)
}
