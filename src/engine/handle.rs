//! The window's end of the engine: commands in, snapshots out, on a thread of its own.

use std::{
    fmt,
    sync::{Arc, OnceLock},
    thread,
};

use secrecy::SecretString;
use tokio::sync::{mpsc, watch};

use super::{Command, Snapshot, desk, snapshot::Demo};
use crate::{auth::Vault, model::Problem, store::DataDir};

/// Commands that wait to be carried out.
const N_WAITING: usize = 64;

/// The other end of a [`Handle`] that has no engine.
#[cfg(any(test, feature = "inspection"))]
#[derive(Debug)]
pub struct Stand {
    /// What the window asks for.
    pub commands: mpsc::Receiver<Command>,
    /// What the window shows.
    pub snapshots: watch::Sender<Arc<Snapshot>>,
}

/// Called whenever there is a new snapshot.
type Wake = Box<dyn Fn() + Send + Sync>;

/// What the engine needs to begin.
#[derive(Debug)]
pub struct Start {
    /// The data folder.
    pub dir: DataDir,
    /// An access token to use in place of every account's sign-in.
    pub token: Option<SecretString>,
    /// Where secrets are kept in place of the keyring.
    pub vault: Option<Vault>,
    /// The demo that was set up, to be shown as such.
    pub demo: Option<Demo>,
}

/// The engine, from outside.
pub struct Handle {
    commands: mpsc::Sender<Command>,
    snapshots: watch::Receiver<Arc<Snapshot>>,
    wake: Arc<OnceLock<Wake>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").finish_non_exhaustive()
    }
}

impl Handle {
    /// Starts the engine on a thread of its own.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start(start: Start) -> Result<Self, Problem> {
        let (commands, inbox) = mpsc::channel(N_WAITING);
        let (publish, snapshots) = watch::channel(Arc::new(Snapshot::default()));
        let wake: Arc<OnceLock<Wake>> = Arc::default();
        let woken = Arc::clone(&wake);
        let publisher = desk::Publisher::new(publish, move || {
            if let Some(wake) = woken.get() {
                wake();
            }
        });
        let thread = thread::Builder::new()
            .name("engine".to_owned())
            .spawn(move || desk::work(start, inbox, publisher))
            .map_err(|e| {
                Problem::new(
                    "no_thread",
                    format!("The engine cannot be started: {e}."),
                    "Close other programs and start again.",
                )
            })?;
        Ok(Self {
            commands,
            snapshots,
            wake,
            thread: Some(thread),
        })
    }

    /// A handle without an engine: what is asked for comes out of the first end, and snapshots go in at the second.
    #[cfg(test)]
    pub(crate) fn for_tests() -> (Self, mpsc::Receiver<Command>, watch::Sender<Arc<Snapshot>>) {
        let (commands, inbox) = mpsc::channel(N_WAITING);
        let (publish, snapshots) = watch::channel(Arc::default());
        let handle = Self {
            commands,
            snapshots,
            wake: Arc::default(),
            thread: None,
        };
        (handle, inbox, publish)
    }

    /// A handle without an engine, for benches and tests of the window: nothing is read, kept or sent, and the caller
    /// says what there is to show.
    #[cfg(any(test, feature = "inspection"))]
    pub fn detached() -> (Self, Stand) {
        let (sender, commands) = mpsc::channel(N_WAITING);
        let (snapshots, receiver) = watch::channel(Arc::default());
        let handle = Self {
            commands: sender,
            snapshots: receiver,
            wake: Arc::default(),
            thread: None,
        };
        let stand = Stand {
            commands,
            snapshots,
        };
        (handle, stand)
    }

    /// Has this called whenever there is a new snapshot; the first call counts.
    pub fn wake_with(&self, wake: impl Fn() + Send + Sync + 'static) {
        // A second window would need an engine of its own.
        drop(self.wake.set(Box::new(wake)));
    }

    /// The newest snapshot, if it is newer than the one that was taken last.
    pub fn news(&mut self) -> Option<Arc<Snapshot>> {
        self.snapshots
            .has_changed()
            .unwrap_or(false)
            .then(|| self.snapshots.borrow_and_update().clone())
    }

    /// Asks for something. Returns whether it will be carried out: not if too much waits already, or the engine has
    /// ended.
    #[must_use]
    pub fn send(&self, command: Command) -> bool {
        self.commands.try_send(command).is_ok()
    }

    /// Ends the engine: runs are stopped, and what was not sent waits for the next start.
    pub fn quit(mut self) {
        let thread = self.thread.take();
        drop(self);
        if let Some(thread) = thread {
            // A panic of the engine has shown itself on standard error already.
            drop(thread.join());
        }
    }
}
