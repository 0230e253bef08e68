//! The delivery of a million prospects in simulated time: what it costs in requests, and how long Outreach's limit and
//! its own slowness make it.
//!
//! usage: `million [PROSPECTS]`; each delivery prints a row of the table. Requests go from the client straight into a
//! sandbox whose clock is the runtime's, which stands still but for what is waited for.

use std::{
    collections::BTreeSet,
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, bail, ensure};
use audience_sync::{
    engine::{Engine, Hooks, Mode, Report},
    model::Destination,
    outreach::{Carried, Client, Outside, TokenFuture, Tokens},
    sandbox::{Sandbox, Settings},
    store::DataDir,
};
use axum::{
    body::{Bytes, to_bytes},
    http::Response,
};
use jiff::Timestamp;
use reqwest::Request;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::{
    sync::watch,
    time::{Instant, sleep},
};

const MILLION: u32 = 1_000_000;
const N_AUDIENCES: u32 = 10;
const ADDRESS: &str = "https://outreach.example";
/// A page of a thousand prospects takes Outreach about a second.
const LATENCY: Duration = Duration::from_secs(1);
/// What people who watch a bulk request of theirs see at most.
const BATCH: Duration = Duration::from_mins(2);

fn main() -> anyhow::Result<()> {
    let args: Vec<_> = env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let n = match args.as_slice() {
        // `cargo bench` and `cargo test --benches` call every bench without arguments.
        [] => return Ok(()),
        [n] => n.parse()?,
        _ => bail!("usage: million [PROSPECTS], {MILLION} for the table"),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()?;
    runtime.block_on(deliveries(n))
}

async fn deliveries(n: u32) -> anyhow::Result<()> {
    let world = World::new(n)?;
    for (what, moved_of_a_hundred) in [
        ("first delivery", 0),
        ("1 % left an audience", 1),
        ("10 % more left one", 11),
        ("nothing changed", 11),
    ] {
        world.write_source(moved_of_a_hundred)?;
        let began = Instant::now();
        let report = world.sync().await?;
        let minutes = began.elapsed().as_secs_f64() / 60.0;
        ensure!(
            report.figures.failed == 0 && report.figures.pending == 0,
            "{report:?}"
        );
        let requests = &report.requests;
        say(&format!(
            "| {n} prospects, {what} | {} activated | {} requests ({} PATCH, {} bulk, {} read) | {minutes:.1} min |",
            report.figures.activated,
            requests.total(),
            requests.patch,
            requests.bulk,
            requests.read,
        ))?;
    }
    Ok(())
}

struct World {
    home: tempfile::TempDir,
    sandbox: Arc<Sandbox>,
    n: u32,
}

impl World {
    fn new(n: u32) -> anyhow::Result<Self> {
        let settings = Settings {
            prospects: n,
            read_only: BTreeSet::new(),
            latency: LATENCY,
            batch_processing: BATCH,
            log_capacity: 1,
            ..Settings::default()
        };
        Ok(Self {
            home: tempfile::tempdir()?,
            sandbox: Arc::new(Sandbox::in_process(settings)?),
            n,
        })
    }

    fn source(&self) -> PathBuf {
        self.home.path().join("profiles.csv")
    }

    async fn sync(&self) -> anyhow::Result<Report> {
        let dir = DataDir::open(Some(self.home.path().join("data")))?;
        let destination = destination(&self.source())?;
        dir.write_destination(destination.clone())?;
        let token = self.sandbox.issue_token();
        let outside = Arc::new(InProcess(Arc::clone(&self.sandbox)));
        let tokens = Arc::new(Pass(token.clone().into()));
        let client = Client::through(outside, ADDRESS, tokens)?;
        let engine = Engine::open(dir, Some(token.into()))?;
        let mut engine = engine.with_client(&destination.account, client);
        let (_send, stop) = watch::channel(false);
        let hooks = Hooks {
            stop,
            progress: Arc::new(|_| ()),
        };
        let reports = engine.sync(None, Mode::Send, &hooks).await;
        let mut reports = reports.map_err(|problem| anyhow::anyhow!("{problem}"))?;
        reports.pop().context("there is one destination")
    }

    /// Everyone is in two of the audiences, with the names that Outreach holds; some have left the first of them.
    fn write_source(&self, moved_of_a_hundred: u32) -> anyhow::Result<()> {
        let mut text = "Oid,first,title".to_owned();
        for number in 0..N_AUDIENCES {
            write!(text, ",segmentMembership.ups.audience-{number}.status")?;
        }
        for prospect in 1..=self.n {
            let held = self.sandbox.prospect(prospect).context("it exists")?;
            let text_of = |name| held.get(name).and_then(Value::as_str).unwrap_or_default();
            let names = [text_of("firstName"), text_of("title")];
            write!(text, "\n{prospect},\"{}\",\"{}\"", names[0], names[1])?;
            let first = prospect % N_AUDIENCES;
            let second = (first + 1 + prospect / N_AUDIENCES % 8) % N_AUDIENCES;
            let leaves = prospect / N_AUDIENCES % 100 < moved_of_a_hundred;
            for number in 0..N_AUDIENCES {
                let is_member = number == second || (number == first && !leaves);
                text.push_str(if is_member { ",realized" } else { "," });
            }
        }
        Ok(fs::write(self.source(), text)?)
    }
}

fn destination(source: &Path) -> anyhow::Result<Destination> {
    let audience = |n| json!({"id": format!("audience-{n}"), "name": format!("Audience {n}"), "mapping_id": n + 101, "start": "2020-01-01"});
    let settings = json!({
        "name": "million",
        "account": { "name": "Sandbox", "api_address": ADDRESS },
        "source": { "path": source, "contents": "full_snapshot" },
        "mapping": [
            { "source": "Oid", "target": "OutreachId" },
            { "source": "first", "target": "firstName" },
            { "source": "title", "target": "title" },
        ],
        "audiences": (0..N_AUDIENCES).map(audience).collect::<Vec<_>>(),
    });
    Destination::from_json(&settings.to_string()).map_err(|faults| anyhow::anyhow!("{faults:?}"))
}

/// A token that is always good.
struct Pass(SecretString);

impl Tokens for Pass {
    fn current(&self) -> TokenFuture<'_, SecretString> {
        Box::pin(async { Ok(self.0.clone()) })
    }

    fn replace<'a>(&'a self, _refused: &'a SecretString) -> TokenFuture<'a, bool> {
        Box::pin(async { Ok(false) })
    }

    fn n_requests(&self) -> u64 {
        0
    }
}

/// The sandbox in place of the network, and its clock in place of the computer's.
struct InProcess(Arc<Sandbox>);

impl Outside for InProcess {
    fn carry(&self, request: Request) -> Carried {
        let sandbox = Arc::clone(&self.0);
        Box::pin(async move {
            let body = request.body().and_then(reqwest::Body::as_bytes);
            let body = Bytes::copy_from_slice(body.unwrap_or_default());
            // An address that is one for the client is one for the sandbox too.
            let uri = request.url().as_str().parse().unwrap_or_default();
            let headers = request.headers().clone();
            let reply = sandbox.answer(request.method().clone(), uri, headers, body);
            sleep(reply.delay).await;
            let (parts, body) = reply.response.into_parts();
            let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
            Ok(Response::from_parts(parts, body).into())
        })
    }

    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

fn say(text: &str) -> anyhow::Result<()> {
    use std::io::Write as _;
    Ok(writeln!(std::io::stdout(), "{text}")?)
}
