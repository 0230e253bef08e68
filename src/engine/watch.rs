//! Keeps every enabled destination going: looks at the sources every moment and runs what is due.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp, civil::Date};
use tokio::{task::JoinSet, time::MissedTickBehavior};

use super::{Engine, Mode, Report, run, sign_in_news::SignInNews, today};
use crate::{
    model::{Account, Cause, Problem},
    source,
    store::{DataDir, Settings},
    sync::{Hindrance, Hooks},
};

/// How often the sources are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The wait after the first failed run; it doubles up to [`LONGEST_WAIT`].
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(15);

/// The longest wait between two tries of a run that fails.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(30);

/// Something to tell the person who watches.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// A run has ended.
    Run(Box<Report>),
    /// A file with settings cannot be used; its destination rests, the others go on.
    Settings(Problem),
    /// A sign-in was lost while no run needed it; nothing is sent for its account until a person signs in.
    SignInLost {
        /// The account's name.
        account: String,
        /// Why, and what to do.
        problem: Problem,
    },
    /// A sign-in could not be renewed and ends within three days.
    SignInEndsSoon {
        /// The account's name.
        account: String,
        /// When.
        until: Timestamp,
        /// Why, and what to do.
        problem: Problem,
    },
    /// An account whose sign-in was lost has another one.
    SignedInAgain {
        /// The account's name.
        account: String,
    },
}

/// What is remembered of one destination between looks.
#[derive(Debug, Default)]
pub(super) struct Watched {
    pub(super) is_running: bool,
    /// The name of the account that the last run was for.
    pub(super) account: String,
    /// The source at the last look: a file that is still being written changes from look to look.
    last_look: Option<String>,
    /// The source and the day of the last run.
    last_run: Option<(String, Date)>,
    n_failures: u32,
    pub(super) not_before: Option<Timestamp>,
    /// What the last run ended for, if it was for want of a sign-in.
    lost: Option<LostSignIn>,
}

/// Until when an account was signed in when a run could not go on with that.
#[derive(Debug)]
struct LostSignIn {
    until: Option<Timestamp>,
}

impl Engine {
    /// Runs destinations whenever their files or the day have changed, until the hooks say stop.
    pub async fn watch(&mut self, hooks: &Hooks, mut tell: impl FnMut(Notice)) {
        let mut watched: BTreeMap<String, Watched> = BTreeMap::new();
        let mut runs: JoinSet<(String, Account, Report)> = JoinSet::new();
        // A source that does not answer is looked at for good, and holds up nothing but its own destination.
        let mut looks: JoinSet<(Settings, String)> = JoinSet::new();
        let mut looked_at = BTreeSet::new();
        let mut ticks = tokio::time::interval(LOOK_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut broken_before = vec![];
        let mut news = SignInNews::default();
        loop {
            tokio::select! {
                () = hooks.stopping() => break,
                _ = ticks.tick() => {}
                Some(Ok((slug, account, report))) = runs.join_next(), if !runs.is_empty() => {
                    self.look_at_end(&account, &report, &mut news);
                    if let Some(state) = watched.get_mut(&slug) {
                        state.end(&report, || self.sign_in_of(&report.destination));
                    }
                    tell(Notice::Run(Box::new(report)));
                    continue;
                }
                Some(Ok((settings, look))) = looks.join_next(), if !looks.is_empty() => {
                    looked_at.remove(&settings.slug);
                    let state = watched.entry(settings.slug.clone()).or_default();
                    if let Some(cause) = self.due(state, &settings, look) {
                        runs.spawn(self.start(settings, cause, hooks.clone()));
                    }
                    continue;
                }
            }
            if self.token.is_none() {
                self.accounts.keep_alive(&self.dir);
            }
            self.remember_accounts();
            for notice in self.look_for_news(&mut news, &watched) {
                tell(notice);
            }
            let (all, broken) = self.read_settings();
            for problem in broken.iter().filter(|now| !broken_before.contains(*now)) {
                tell(Notice::Settings(problem.clone()));
            }
            broken_before = broken;
            for settings in all.into_iter().filter(|s| s.destination.enabled) {
                if looked_at.insert(settings.slug.clone()) {
                    let dir = self.dir.clone();
                    looks.spawn_blocking(move || {
                        let found = look(&settings, &dir);
                        (settings, found)
                    });
                }
            }
        }
        while let Some(ended) = runs.join_next().await {
            if let Ok((_, _, report)) = ended {
                tell(Notice::Run(Box::new(report)));
            }
        }
        self.remember_accounts();
    }
}

impl Engine {
    /// Whether a destination should run now, and why; from now on it does.
    fn due(&self, state: &mut Watched, settings: &Settings, look: String) -> Option<Cause> {
        let account = &settings.destination.account.name;
        state.look_for_sign_in(|| self.sign_in_at(account));
        let cause = state.due(look, Timestamp::now())?;
        state.is_running = true;
        state.account.clone_from(account);
        Some(cause)
    }

    /// A run as a task.
    pub(super) fn start(
        &mut self,
        settings: Settings,
        cause: Cause,
        hooks: Hooks,
    ) -> impl Future<Output = (String, Account, Report)> + use<> {
        let dir = self.dir.clone();
        let client = self.client(&settings.destination.account);
        async move {
            let mode = Mode::Send;
            let report = run::run_apart(&dir, &settings, Some(cause), mode, client, &hooks).await;
            (settings.slug, settings.destination.account, report)
        }
    }

    /// The settings there are, and what is wrong with the others.
    fn read_settings(&self) -> (Vec<Settings>, Vec<Problem>) {
        let (all, broken) = match self.dir.read_valid_destinations() {
            Ok(read) => read,
            Err(error) => (vec![], vec![error]),
        };
        (all, broken.iter().map(super::store_problem).collect())
    }

    /// What a run has learnt of its account.
    pub(super) fn look_at_end(
        &mut self,
        account: &Account,
        report: &Report,
        news: &mut SignInNews,
    ) {
        self.remember_accounts();
        if let Some(asking) = self.learn_who(account) {
            tokio::spawn(asking);
        }
        if report.hindrance == Some(Hindrance::SignIn)
            && let Ok(Some(account)) = self.dir.find_account(&account.name)
        {
            news.is_told(&account);
        }
    }

    /// What there is to tell of sign-ins; a token from the environment needs none.
    pub(super) fn look_for_news(
        &self,
        news: &mut SignInNews,
        watched: &BTreeMap<String, Watched>,
    ) -> Vec<Notice> {
        if self.token.is_some() {
            return vec![];
        }
        let accounts = self.dir.read_accounts().unwrap_or_default();
        let running = watched.values().filter(|state| state.is_running);
        let busy: BTreeSet<_> = running.map(|state| state.account.as_str()).collect();
        let trouble = |account: &_| self.accounts.trouble(account);
        news.look(&accounts, &busy, trouble, self.accounts.now())
    }

    fn sign_in_of(&self, destination: &str) -> Option<Timestamp> {
        let (all, _broken) = self.read_settings();
        let found = all
            .iter()
            .find(|settings| settings.destination.name == destination)?;
        self.sign_in_at(&found.destination.account.name)
    }

    pub(super) fn sign_in_at(&self, account: &str) -> Option<Timestamp> {
        self.dir.find_account(account).ok()??.signed_in_until
    }
}

impl Watched {
    /// Whether the destination should run now, and why.
    pub(super) fn due(&mut self, looks: String, now: Timestamp) -> Option<Cause> {
        if self.is_running {
            return None;
        }
        let is_steady = self.last_look.replace(looks.clone()) == Some(looks.clone());
        let day = today(now);
        let cause = match &self.last_run {
            None => Cause::SourceChanged,
            Some((source, _)) if *source != looks => Cause::SourceChanged,
            Some((_, date)) if *date != day => Cause::Schedule,
            Some(_) if self.not_before.is_some_and(|instant| instant <= now) => Cause::Schedule,
            Some(_) => return None,
        };
        is_steady.then(|| {
            self.last_run = Some((looks, day));
            self.not_before = None;
            cause
        })
    }

    /// A run that ended for want of a sign-in is run again once there is another one.
    pub(super) fn look_for_sign_in(&mut self, found: impl FnOnce() -> Option<Timestamp>) {
        if let Some(lost) = &self.lost
            && let until @ Some(_) = found()
            && until != lost.until
        {
            self.lost = None;
            self.not_before = Some(Timestamp::UNIX_EPOCH);
        }
    }

    pub(super) fn end(
        &mut self,
        report: &Report,
        signed_in_until: impl FnOnce() -> Option<Timestamp>,
    ) {
        self.is_running = false;
        let is_lost = report.hindrance == Some(Hindrance::SignIn);
        self.lost = is_lost.then(|| LostSignIn {
            until: signed_in_until(),
        });
        if report.is_transient {
            let wait = FIRST_WAIT
                .saturating_mul(1 << self.n_failures.min(10))
                .min(LONGEST_WAIT);
            self.n_failures = self.n_failures.saturating_add(1);
            self.not_before = report.ended.checked_add(wait).ok();
        } else {
            self.n_failures = 0;
        }
    }
}

/// The source, the settings and the fields that others write too as one text that changes when they do.
pub(super) fn look(settings: &Settings, dir: &DataDir) -> String {
    let source = match source::version(&settings.destination.source) {
        Ok(version) => version.to_string(),
        Err(error) => error.code().to_owned(),
    };
    let shared = dir.overlaps(settings);
    format!("{source} {shared:?} {}", settings.destination.to_json())
}
