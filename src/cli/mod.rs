//! The commands without a window, over the same engine.

mod account;
mod args;
mod connect;
mod demo;
mod destination;
mod failures;
mod output;
mod progress;
mod sandbox;
mod status;
mod sync;
mod text;
mod window;

use std::{io, path::PathBuf, process::ExitCode, sync::Arc};

use tokio::sync::watch;

pub use args::Args;
use args::{Command, DemoArgs};

use crate::{
    auth,
    engine::{Engine, Hooks, Progress, Start, store_problem},
    model::Problem,
    store::{self, DataDir},
};

/// What the program's end tells whoever started it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// All is well.
    Well = 0,
    /// Some records failed, a guard held the run back, or it was stopped.
    SomeFailed = 1,
    /// The command or the settings are wrong.
    Usage = 2,
    /// A person has to sign in.
    SignIn = 3,
    /// The source or Outreach is out of reach.
    OutOfReach = 4,
}

/// A command that could not do its work.
#[derive(Debug)]
pub struct Failure {
    /// What to tell the person.
    pub problem: Problem,
    /// What to tell the shell.
    pub exit: Exit,
}

impl Failure {
    fn usage(problem: Problem) -> Self {
        Self {
            problem,
            exit: Exit::Usage,
        }
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        let exit = if error.is_settings() || error.is_locked() || error.is_copied() {
            Exit::Usage
        } else {
            Exit::SomeFailed
        };
        Self {
            problem: store_problem(&error),
            exit,
        }
    }
}

/// The terminal, or the file in its place, cannot be written to.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let problem = Problem::new(
            "output",
            format!("The output cannot be written: {error}."),
            "Check the disk or the program that reads the output.",
        );
        Self {
            problem,
            exit: Exit::SomeFailed,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Carries out one command; `show` opens a window and returns when it is closed.
///
/// # Errors
/// If there is nowhere to say what went wrong; everything else becomes words and an [`Exit`].
pub fn run(args: Args, show: &dyn Fn(Start) -> Result<(), Problem>) -> io::Result<Exit> {
    let ended = match args.command {
        None => window::run(args.data_dir, show),
        Some(Command::Demo(DemoArgs { headless: false })) => window::run_demo(args.data_dir, show),
        Some(command) => run_headless(args.data_dir, command),
    };
    ended.or_else(|failure| {
        output::problem(&failure.problem)?;
        Ok(failure.exit)
    })
}

fn run_headless(data_dir: Option<PathBuf>, command: Command) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let ended = runtime.block_on(carry_out(data_dir, command));
    // A reader that hangs on a dead share must not keep the program from ending.
    runtime.shutdown_background();
    ended
}

async fn carry_out(data_dir: Option<PathBuf>, command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Demo(_) => demo::run(data_dir).await,
        Command::Sync(options) => sync::run(data_dir, options).await,
        Command::Run => sync::keep_running(data_dir).await,
        Command::Status(options) => status::run(data_dir, options),
        Command::Failures(options) => failures::run(data_dir, options),
        Command::Destination(command) => destination::run(data_dir, command).await,
        Command::Account(command) => account::run(data_dir, command).await,
        Command::Sandbox(options) => sandbox::run(options).await,
    }
}

/// The data folder, looked at only.
fn open_dir(named: Option<PathBuf>) -> Result<DataDir, Failure> {
    Ok(DataDir::open(named)?)
}

/// The data folder, claimed.
fn open_engine(named: Option<PathBuf>) -> Result<Engine, Failure> {
    Ok(Engine::open(
        open_dir(named)?,
        auth::access_token_from_environment(),
    )?)
}

/// What the end of a sign-in or a keyring in the way tells the shell.
fn exit_of_auth(error: &auth::Error) -> Exit {
    let is_own = match error {
        auth::Error::Callback(e) => e.is_port(),
        auth::Error::Flow(e) => !e.is_transient() && !error.needs_sign_in(),
        auth::Error::Vault(_)
        | auth::Error::NotYet { .. }
        | auth::Error::SignedOut
        | auth::Error::Lost(_)
        | auth::Error::Busy => false,
    };
    if is_own {
        Exit::Usage
    } else if error.is_transient() && error.keyring().is_none() {
        Exit::OutOfReach
    } else {
        Exit::SignIn
    }
}

/// Hooks that stop on Ctrl-C, or when the system asks the program to end.
fn hooks(progress: impl Fn(Progress) + Send + Sync + 'static) -> Hooks {
    let (send, stop) = watch::channel(false);
    tokio::spawn(async move {
        asked_to_end().await;
        send.send_replace(true);
        // The channel stays open: its end would look like no news for ever.
        send.closed().await;
    });
    Hooks {
        stop,
        progress: Arc::new(progress),
    }
}

#[cfg(unix)]
async fn asked_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return wait_for_ctrl_c().await;
    };
    tokio::select! {
        () = wait_for_ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn asked_to_end() {
    wait_for_ctrl_c().await;
}

async fn wait_for_ctrl_c() {
    if tokio::signal::ctrl_c().await.is_err() {
        // Without a handler the system ends the program itself.
        std::future::pending::<()>().await;
    }
}
