//! The engine behind a window: carries out commands, runs what is due, and publishes a snapshot of what has become.
//!
//! Everything happens on one thread. Whatever waits or blocks is a job: a task that ends in a change to the desk,
//! which is made back on that thread. So no lock is needed, and the order of changes is the order in which jobs end.

mod accounts;
mod alerts;
mod destinations;
mod draft;
mod looks;
mod runs;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time::MissedTickBehavior,
};

use super::{
    Command, Engine, Snapshot,
    handle::Start,
    problem::internal,
    sign_in_news::SignInNews,
    snapshot::{NoticeItem, NoticeKind, Pause},
    store_problem,
    watch::Watched,
};
use crate::{
    model::Problem,
    store::{self, Kept, SettingsVersion},
};

/// How often running destinations are looked at.
const TICK: Duration = Duration::from_millis(250);

/// Every so many ticks the sources and sign-ins are looked at.
const TICKS_BETWEEN_LOOKS: u64 = 4;

/// How long runs may take to stop when the program ends.
const GRACE: Duration = Duration::from_secs(10);

/// Notices that are kept for a window that was not looking.
const N_NOTICES: usize = 8;

/// What a job has to change when it ends.
type Done = Box<dyn FnOnce(&mut Desk) + Send>;

/// Hands snapshots to whoever shows them.
pub(super) struct Publisher {
    snapshots: watch::Sender<Arc<Snapshot>>,
    wake: Box<dyn Fn() + Send>,
}

impl Publisher {
    pub(super) fn new(
        snapshots: watch::Sender<Arc<Snapshot>>,
        wake: impl Fn() + Send + 'static,
    ) -> Self {
        Self {
            snapshots,
            wake: Box::new(wake),
        }
    }

    fn publish(&self, snapshot: &Snapshot) {
        self.snapshots.send_replace(Arc::new(snapshot.clone()));
        (self.wake)();
    }
}

/// Works until nobody can send a command any more.
pub(super) fn work(start: Start, mut commands: mpsc::Receiver<Command>, publisher: Publisher) {
    let runtime = match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            publisher.publish(&obstructed(Problem::new(
                "no_runtime",
                format!("The engine cannot be started: {error}."),
                "Close other programs and start again.",
            )));
            return;
        }
    };
    runtime.block_on(async {
        if let Some(engine) = open(&start, &mut commands, &publisher).await {
            Desk::new(engine, &start, publisher).work(commands).await;
        }
    });
    // A reader that hangs on a dead share must not keep the program from ending.
    runtime.shutdown_background();
}

fn obstructed(problem: Problem) -> Snapshot {
    Snapshot {
        is_ready: true,
        obstacle: Some(problem),
        ..Snapshot::default()
    }
}

/// Claims the data folder, trying again while another process has it.
async fn open(
    start: &Start,
    commands: &mut mpsc::Receiver<Command>,
    publisher: &Publisher,
) -> Option<Engine> {
    let mut told = None;
    let mut ticks = tokio::time::interval(Duration::from_secs(2));
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            command = commands.recv() => {
                // Nothing can be done before the folder is ours.
                command?;
                continue;
            }
        }
        match Engine::open(start.dir.clone(), start.token.clone()) {
            Ok(engine) => {
                return Some(match &start.vault {
                    Some(vault) => engine.with_vault(vault.clone(), crate::auth::Clock::system()),
                    None => engine,
                });
            }
            Err(error) => {
                let problem = store_problem(&error);
                if told.as_ref() != Some(&problem) {
                    publisher.publish(&obstructed(problem.clone()));
                    told = Some(problem);
                }
            }
        }
    }
}

/// The engine with all that a window wants to know of it.
struct Desk {
    engine: Engine,
    snapshot: Snapshot,
    publisher: Publisher,
    /// Whether the snapshot has changed since it was published.
    is_news: bool,
    jobs: JoinSet<Done>,
    /// For jobs that have something to tell before they end.
    mail: mpsc::Sender<Done>,
    watched: BTreeMap<String, Watched>,
    running: BTreeMap<String, runs::Live>,
    sign_in: Option<accounts::Attempt>,
    news: SignInNews,
    looks: looks::Desk,
    n_ticks: u64,
    last_id: u64,
    /// The settings that are shown.
    settings_version: SettingsVersion,
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").finish_non_exhaustive()
    }
}

impl Desk {
    fn new(engine: Engine, start: &Start, publisher: Publisher) -> Self {
        let (mail, _nobody) = mpsc::channel(1);
        let snapshot = Snapshot {
            demo: start.demo.clone(),
            ..Snapshot::default()
        };
        Self {
            engine,
            snapshot,
            publisher,
            is_news: true,
            jobs: JoinSet::new(),
            mail,
            watched: BTreeMap::new(),
            running: BTreeMap::new(),
            sign_in: None,
            news: SignInNews::default(),
            looks: looks::Desk::default(),
            n_ticks: 0,
            last_id: 0,
            settings_version: SettingsVersion::default(),
        }
    }

    async fn work(mut self, mut commands: mpsc::Receiver<Command>) {
        let (mail, mut inbox) = mpsc::channel::<Done>(16);
        self.mail = mail;
        self.begin();
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            self.publish();
            tokio::select! {
                command = commands.recv() => match command {
                    Some(command) => self.carry_out(command),
                    None => break,
                },
                Some(done) = inbox.recv() => done(&mut self),
                Some(ended) = self.jobs.join_next(), if !self.jobs.is_empty() => {
                    match ended {
                        Ok(done) => done(&mut self),
                        Err(_panic) => self.on_panic(),
                    }
                }
                _ = ticks.tick() => self.on_tick(),
            }
        }
        self.wind_down().await;
    }

    fn publish(&mut self) {
        if std::mem::take(&mut self.is_news) {
            self.publisher.publish(&self.snapshot);
        }
    }

    /// Reads what was kept, and shows everything once.
    fn begin(&mut self) {
        let dir = self.engine.dir().clone();
        let preferences = self.read_or_tell(dir.read_kept(Kept::Preferences));
        self.snapshot.preferences = preferences.unwrap_or_default();
        let draft = self.read_or_tell(dir.read_kept(Kept::Draft));
        self.snapshot.draft = draft.map(Arc::new);
        let is_kept = self.snapshot.draft.is_some();
        self.snapshot.draft_saved = is_kept.then(|| dir.kept_at(Kept::Draft)).flatten();
        let alerts = self.read_or_tell(dir.read_kept(Kept::Alerts));
        self.begin_alerts(alerts.unwrap_or_default());
        self.end_session_only_accounts();
        self.refresh_accounts();
        self.refresh_destinations();
        self.snapshot.is_ready = true;
    }

    fn carry_out(&mut self, command: Command) {
        match command {
            Command::Account(what) => self.on_account(what),
            Command::Draft(what) => self.on_draft(what),
            Command::Destination { slug, what } => self.on_destination(&slug, what),
            Command::Look(look) => self.on_look(look),
            Command::Pause { until } => self.on_pause(Some(Pause { until })),
            Command::Resume => self.on_pause(None),
            Command::SetPreferences(preferences) => {
                let kept = self
                    .engine
                    .dir()
                    .write_kept(Kept::Preferences, &preferences);
                self.tell_if_not(kept);
                self.snapshot.preferences = preferences;
            }
            Command::ReadAlerts { only } => self.on_read_alerts(only),
            Command::StartDemo => self.on_start_demo(),
        }
        self.is_news = true;
    }

    fn on_tick(&mut self) {
        self.n_ticks += 1;
        self.look_at_runs();
        if self.n_ticks.is_multiple_of(TICKS_BETWEEN_LOOKS) {
            self.look_at_sign_ins();
            self.look_at_settings();
            self.look_at_sources();
        }
    }

    /// The demo is a program of its own, so that it cannot touch what is real.
    fn on_start_demo(&mut self) {
        let started = std::env::current_exe().and_then(|program| {
            std::process::Command::new(program)
                .arg("demo")
                .env_remove(crate::auth::ACCESS_TOKEN_VARIABLE)
                .stdin(std::process::Stdio::null())
                .spawn()
        });
        if let Err(error) = started {
            self.tell(NoticeKind::Problem(Problem::new(
                "demo_not_started",
                format!("The demo cannot be started: {error}."),
                "Run `audience-sync demo` in a terminal.",
            )));
        }
    }

    /// Says something in passing.
    fn tell(&mut self, what: NoticeKind) {
        let id = self.next_id();
        let notices = &mut self.snapshot.notices;
        notices.push(NoticeItem {
            id,
            at: Timestamp::now(),
            what,
        });
        if notices.len() > N_NOTICES {
            notices.remove(0);
        }
        self.is_news = true;
    }

    fn tell_if_not<T>(&mut self, done: Result<T, store::Error>) -> Option<T> {
        done.map_err(|error| self.tell(NoticeKind::Problem(store_problem(&error))))
            .ok()
    }

    fn read_or_tell<T>(&mut self, read: Result<Option<T>, store::Error>) -> Option<T> {
        self.tell_if_not(read).flatten()
    }

    /// Numbers only grow, also over restarts, so that what was seen stays seen.
    fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// Begins a job.
    fn spawn(&mut self, job: impl Future<Output = Done> + Send + 'static) {
        self.jobs.spawn(job);
    }

    /// Begins a job that blocks.
    fn spawn_blocking<T: Send + 'static>(
        &mut self,
        work: impl FnOnce() -> T + Send + 'static,
        done: impl FnOnce(&mut Self, T) + Send + 'static,
    ) {
        self.jobs.spawn_blocking(move || -> Done {
            let value = work();
            Box::new(move |desk| done(desk, value))
        });
    }

    /// A job has failed in a way nobody foresaw: what it was busy with may be begun again.
    fn on_panic(&mut self) {
        self.looks.forget_what_is_busy();
        self.tell(NoticeKind::Problem(internal()));
    }

    /// Stops what runs, and waits for it a moment.
    async fn wind_down(&mut self) {
        for live in self.running.values() {
            live.stop();
        }
        self.sign_in = None;
        let ended = async {
            while !self.running.is_empty() {
                match self.jobs.join_next().await {
                    Some(Ok(done)) => done(self),
                    Some(Err(_panic)) => self.on_panic(),
                    None => return,
                }
            }
        };
        // What has not ended by then is ended by the process's end, which loses nothing.
        drop(tokio::time::timeout(GRACE, ended).await);
        self.engine.remember_accounts();
    }
}
