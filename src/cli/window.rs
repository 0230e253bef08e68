//! What the window needs to open: the data folder, or the demo with a sandbox at work behind it.

use std::{path::PathBuf, thread, time::Duration};

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use tokio::sync::oneshot;

use super::{Exit, Failure, demo, open_dir, output, sandbox::not_started};
use crate::{
    auth::{self, Clock, Slot, Vault},
    engine::{Engine, Start, snapshot::Demo},
    model::{AccountSettings, Keep, Problem, SIGN_IN_LASTS},
    sandbox::{Adjustments, Sandbox, Settings},
    store::DataDir,
};

/// Shows the window until it is closed.
pub(super) type Show<'a> = &'a dyn Fn(Start) -> Result<(), Problem>;

/// Opens the window over the data folder.
pub(super) fn run(data_dir: Option<PathBuf>, show: Show<'_>) -> Result<Exit, Failure> {
    let start = Start {
        dir: open_dir(data_dir)?,
        token: auth::access_token_from_environment(),
        vault: None,
        demo: None,
    };
    shown(show(start))
}

/// Opens the window over the demo: a sandbox in place of Outreach, an account at it, and a company with a few days
/// behind it. Nothing of it is kept unless a data folder is named.
pub(super) fn run_demo(data_dir: Option<PathBuf>, show: Show<'_>) -> Result<Exit, Failure> {
    let home = tempfile::tempdir()?;
    let dir = open_dir(Some(data_dir.unwrap_or_else(|| home.path().join("data"))))?;
    let host = Host::start()?;
    let vault = Vault::memory();
    host.connect(&dir, &vault)?;
    output::note("The demo's last days are played to its sandbox\n")?;
    let source = host.play_the_past(&dir, &vault)?;
    let app = host.sandbox.apps().into_iter().next();
    let user = host.sandbox.sample_users().into_iter().next();
    let start = Start {
        demo: Some(Demo {
            address: host.sandbox.address(),
            account: ACCOUNT.to_owned(),
            source_path: source.display().to_string(),
            user: user
                .map(|user| (user.email, user.password))
                .unwrap_or_default(),
            app: app
                .map(|app| (app.client_id, app.client_secret))
                .unwrap_or_default(),
        }),
        dir,
        token: None,
        vault: Some(vault),
    };
    output::note(&format!(
        "The sandbox's prospects are shown at {}\n",
        host.sandbox.address()
    ))?;
    let ended = shown(show(start));
    host.stop();
    ended
}

fn shown(shown: Result<(), Problem>) -> Result<Exit, Failure> {
    shown.map(|()| Exit::Well).map_err(Failure::usage)
}

/// The account of the demo's destinations.
const ACCOUNT: &str = "Brightwater";

/// How late the sandbox answers once the window is open: about as late as Outreach does.
const LATENCY_MS: u64 = 500;

const A_WHILE: SignedDuration = SignedDuration::from_mins(5);

/// The sample user that the demo is signed in as.
const USER: u64 = 1;

/// The sandbox on a thread of its own, since the window has the main one.
struct Host {
    sandbox: Sandbox,
    runtime: tokio::runtime::Handle,
    stop: oneshot::Sender<()>,
    thread: thread::JoinHandle<()>,
}

impl Host {
    fn start() -> Result<Self, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let handle = runtime.handle().clone();
        let settings = Settings {
            prospects: demo::N_PROSPECTS,
            // Those come later.
            read_only: [].into(),
            // The demo has just been given a token; nobody should wait a minute for the first one that is used.
            mint_interval: Duration::ZERO,
            ..Settings::default()
        };
        let sandbox = runtime
            .block_on(Sandbox::start(settings))
            .map_err(|e| not_started(&e))?;
        let (stop, stopped) = oneshot::channel();
        let serve = move || {
            // The sender is dropped at the latest when the program ends.
            runtime.block_on(async { drop(stopped.await) });
        };
        let thread = thread::Builder::new()
            .name("sandbox".to_owned())
            .spawn(serve)?;
        Ok(Self {
            sandbox,
            runtime: handle,
            stop,
            thread,
        })
    }

    /// Puts an account that is signed in at the sandbox into the data folder, its secrets into the vault.
    fn connect(&self, dir: &DataDir, vault: &Vault) -> Result<(), Failure> {
        let broken = |what: &str| {
            Failure::usage(Problem::new(
                "demo_broken",
                format!("The demo cannot sign in to its sandbox: {what}."),
                "Report this.",
            ))
        };
        let app = self.sandbox.apps().into_iter().next();
        let app = app.ok_or_else(|| broken("it knows no app"))?;
        let pair = self.sandbox.grant(USER, &app.client_id);
        let pair = pair.map_err(|what| broken(&what))?;
        let known = dir.find_account(ACCOUNT)?;
        let mut account = known.unwrap_or_else(|| AccountSettings::new("account-sandbox", ACCOUNT));
        account.api_address = self.sandbox.address();
        account.client_id = app.client_id;
        account.keep = Keep::SessionOnly;
        account.granted_scopes = pair.scope.split(' ').map(str::to_owned).collect();
        // As if somebody had signed in a while ago: a sign-in that is younger than a minute is not renewed at once.
        account.signed_in_until = Timestamp::now().checked_add(SIGN_IN_LASTS - A_WHILE).ok();
        let users = self.sandbox.sample_users().into_iter();
        account.connected_as = users
            .filter(|user| user.id == USER)
            .map(|user| user.name)
            .next();
        let secrets = [
            (Slot::ClientSecret, SecretString::from(app.client_secret)),
            (Slot::RefreshToken, SecretString::from(pair.refresh_token)),
        ];
        for (slot, secret) in secrets {
            let written = self
                .runtime
                .block_on(vault.write(&account.id, slot, &secret));
            written.map_err(|error| broken(&error.to_string()))?;
        }
        Ok(dir.write_account(account)?)
    }

    /// Has the company's destinations look as if they had been synced for days. Returns an export for another one.
    fn play_the_past(&self, dir: &DataDir, vault: &Vault) -> Result<PathBuf, Failure> {
        let engine = Engine::open(dir.clone(), None)?;
        let mut engine = engine.with_vault(vault.clone(), Clock::system());
        let past = demo::Past {
            dir,
            sandbox: &self.sandbox,
            account: ACCOUNT,
            exports: &dir.path().join("exports"),
            now: Timestamp::now(),
        };
        self.runtime.block_on(past.play(&mut engine))?;
        self.sandbox.adjust(Adjustments {
            latency_ms: Some(LATENCY_MS),
            ..Adjustments::default()
        });
        Ok(past.sample())
    }

    fn stop(self) {
        drop(self.stop);
        // Its panic has shown itself on standard error already.
        drop(self.thread.join());
    }
}
