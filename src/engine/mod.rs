//! Works on the data folder: runs destinations, one after the other or for as long as the program lives.
//!
//! The engine is the only place where errors become [`Problem`]s. It knows nothing of windows or terminals; it
//! speaks through [`Hooks`] and [`Report`]s.

mod account;
mod command;
mod connect;
mod desk;
mod doubts;
mod export;
mod handle;
mod kind;
pub mod look;
mod newer;
mod notices;
mod problem;
mod rebuild;
mod run;
mod sign_in;
mod sign_in_news;
pub mod snapshot;
mod state_words;
mod watch;

use std::{collections::BTreeMap, sync::Arc};

use jiff::{Timestamp, tz::TimeZone};
use secrecy::SecretString;

use crate::{
    auth::{self, Clock, Vault},
    model::{
        Account, BudgetNote, BudgetSettings, Cause, Destination, Figures, Problem, Requests, RunId,
        RunStatus,
    },
    outreach::{Client, RetryPolicy},
    store::{self, DataDir, Lock, Settings},
    sync::{self, Hindrance, Plan},
};
use account::{Accounts, KeeperTokens};

pub use account::{account_unknown, rename_account};
pub use command::{AccountCommand, Command, DestinationCommand, DraftCommand, Look};
pub use connect::{account_or_new, connected, forget_sign_in, known_secret, open_in_browser};
#[cfg(any(test, feature = "inspection"))]
pub use handle::Stand;
pub use handle::{Handle, Start};
pub use kind::{choose_kind, kind_words, known_to, settle_kind};
pub use notices::notice_problem;
pub use problem::{problem_of, shared_fields_problem, store_problem};
pub use rebuild::Rebuilt;
pub use run::Mode;
pub use sign_in::{auth_problem, connect_problem};
pub use snapshot::Snapshot;
pub use watch::Notice;

pub use crate::sync::{Hooks, Progress};

/// The one worker on a data folder.
#[derive(Debug)]
pub struct Engine {
    dir: DataDir,
    token: Option<SecretString>,
    accounts: Accounts,
    retry: RetryPolicy,
    /// One for each account, since its limit is one.
    clients: BTreeMap<String, Client>,
    _lock: Lock,
}

/// What came of one run.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The destination's name.
    pub destination: String,
    /// The run's number; `None` for a dry run.
    pub run: Option<RunId>,
    /// Why it was started.
    pub cause: Cause,
    /// How it ended.
    pub status: RunStatus,
    /// What became of every profile.
    pub figures: Figures,
    /// What it cost.
    pub requests: Requests,
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// What kept it from its work.
    pub problem: Option<Problem>,
    /// What kind of thing that is.
    pub hindrance: Option<Hindrance>,
    /// Whether the same run may work a little later without anyone doing anything.
    pub is_transient: bool,
    /// What a dry run would change.
    pub plan: Option<Plan>,
    /// What a person should know of the delivery although it went on.
    pub notices: Vec<Problem>,
}

impl Engine {
    /// Claims the data folder, and ends the runs that its last owner has left going on.
    ///
    /// # Errors
    /// If another process works on it.
    pub fn open(dir: DataDir, token: Option<SecretString>) -> Result<Self, store::Error> {
        let lock = dir.lock()?;
        run::end_interrupted(&dir);
        Ok(Self {
            dir,
            token,
            accounts: Accounts::new(Clock::system()),
            retry: RetryPolicy::default(),
            clients: BTreeMap::new(),
            _lock: lock,
        })
    }

    /// The same engine with another patience towards Outreach.
    #[must_use]
    pub fn with_retry(self, retry: RetryPolicy) -> Self {
        Self { retry, ..self }
    }

    /// The same engine with secrets from this vault, and by this clock.
    #[must_use]
    pub fn with_vault(self, vault: Vault, clock: Clock) -> Self {
        Self {
            accounts: Accounts::new(clock).with_vault(vault),
            ..self
        }
    }

    /// The same engine, which speaks with this account by means of this client.
    #[must_use]
    pub fn with_client(mut self, account: &Account, client: Client) -> Self {
        self.keep_budget(account, &client);
        self.remember_client(key_of(account), client);
        self
    }

    /// The data folder.
    pub fn dir(&self) -> &DataDir {
        &self.dir
    }

    /// What is wrong with the settings that cannot be used, a problem a file; their destinations do not run.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn broken_settings(&self) -> Result<Vec<Problem>, Problem> {
        let read = self.dir.read_valid_destinations();
        let (_all, broken) = read.map_err(|e| store_problem(&e))?;
        Ok(broken.iter().map(store_problem).collect())
    }

    /// Runs every enabled destination once, or the one of this name whether it is enabled or not.
    ///
    /// # Errors
    /// If no settings can be read or they name no such destination; a run's own failure is in its report, and broken
    /// settings are in [`broken_settings`](Self::broken_settings).
    pub async fn sync(
        &mut self,
        name: Option<&str>,
        mode: Mode,
        hooks: &Hooks,
    ) -> Result<Vec<Report>, Problem> {
        let read = self.dir.read_valid_destinations();
        let (all, _broken) = read.map_err(|e| store_problem(&e))?;
        let chosen = choose(all, name)?;
        let mut reports = Vec::with_capacity(chosen.len());
        for settings in chosen {
            reports.push(self.run(&settings, None, mode, hooks).await);
            if hooks.is_stopping() {
                break;
            }
            if let Some(asking) = self.learn_who(&settings.destination.account) {
                tokio::select! {
                    () = asking => {}
                    () = hooks.stopping() => break,
                }
            }
        }
        Ok(reports)
    }

    /// Runs the destination of this name once, for this cause.
    ///
    /// # Errors
    /// As [`sync`](Self::sync).
    pub async fn sync_because(
        &mut self,
        name: &str,
        cause: Cause,
        hooks: &Hooks,
    ) -> Result<Option<Report>, Problem> {
        let read = self.dir.read_valid_destinations();
        let (all, _broken) = read.map_err(|e| store_problem(&e))?;
        match choose(all, Some(name))?.first() {
            Some(settings) => Ok(Some(
                self.run(settings, Some(cause), Mode::Send, hooks).await,
            )),
            None => Ok(None),
        }
    }

    async fn run(
        &mut self,
        settings: &Settings,
        cause: Option<Cause>,
        mode: Mode,
        hooks: &Hooks,
    ) -> Report {
        let client = self.client(&settings.destination.account);
        let report = run::run_apart(&self.dir, settings, cause, mode, client, hooks).await;
        self.remember_accounts();
        report
    }

    /// Speaks for the account: with the token the engine was given, or else with those of the account's sign-in.
    fn client(&mut self, account: &Account) -> Result<Client, sync::Error> {
        let key = key_of(account);
        if let Some(token) = &self.token {
            if let Some(client) = self.clients.get(&key) {
                return Ok(client.clone());
            }
            if !auth::environment_token_is_for(&account.api_address) {
                return Err(sync::Error::TokenElsewhere {
                    address: account.api_address.clone(),
                });
            }
            let client = Client::new(&account.api_address, token.clone())?;
            self.keep_budget(account, &client);
            return Ok(self.remember_client(key, client));
        }
        let settings = self
            .dir
            .find_account(&account.name)?
            .filter(|settings| settings.signed_in_until.is_some())
            .ok_or(sync::Error::NoToken)?;
        if !settings.is_for(&account.api_address) {
            return Err(sync::Error::OtherAddress {
                address: settings.api_address,
            });
        }
        let tokens = Arc::new(KeeperTokens(self.accounts.keeper(&settings)?));
        if let Some(client) = self.clients.get(&key) {
            client.renew_from(tokens);
            client.limit_budget(settings.budget);
            return Ok(client.clone());
        }
        let client = Client::with_tokens(&account.api_address, tokens)?;
        self.keep_budget(account, &client);
        Ok(self.remember_client(key, client))
    }

    /// One budget for all that speak for an account, and across starts of the program.
    fn keep_budget(&self, account: &Account, client: &Client) {
        let settings = self.dir.find_account(&account.name).ok().flatten();
        let settings = settings.map(|found| found.budget).unwrap_or_default();
        let (dir, account) = (self.dir.clone(), account.clone());
        let note = dir.read_budget(&account);
        // What cannot be written is forgotten at the next start, which costs a request at most.
        let keep = move |note: &_| drop(dir.write_budget(&account, note));
        client.keep_budget(settings, note, Box::new(keep));
    }

    /// Has whatever speaks for an account keep to other limits from now on.
    fn limit_budget(&self, account: &str, budget: BudgetSettings) {
        let name = format!("{}\n", folded(account));
        for (_, client) in self
            .clients
            .iter()
            .filter(|(key, _)| key.starts_with(&name))
        {
            client.limit_budget(budget);
        }
    }

    /// What is known of an account's requests: by the client that speaks for it, or else as it was left.
    fn budget_note(&self, account: &Account) -> BudgetNote {
        let client = self.clients.get(&key_of(account));
        client.map_or_else(|| self.dir.read_budget(account), Client::budget_note)
    }

    /// What asks who is signed in, if an update has told whom to ask for.
    fn learn_who(&self, account: &Account) -> Option<impl Future<Output = ()> + Send + use<>> {
        let client = self.clients.get(&key_of(account))?;
        let is_told = self.token.is_none() && client.updater().is_some();
        is_told.then(|| {
            account::learn_who(
                self.dir.clone(),
                account.name.trim().to_owned(),
                client.clone(),
            )
        })
    }

    fn remember_client(&mut self, key: String, client: Client) -> Client {
        let client = client.with_retry(self.retry);
        self.clients.insert(key, client.clone());
        client
    }

    /// What cannot be remembered is worked out anew at the next start: the secrets themselves are in the vault.
    fn remember_accounts(&mut self) {
        drop(self.accounts.remember(&self.dir));
    }
}

/// What an account's client is kept under.
fn key_of(account: &Account) -> String {
    format!("{}\n{}", folded(&account.name), account.api_address)
}

/// An account's name as it is compared.
fn folded(account: &str) -> String {
    account.trim().to_lowercase()
}

fn choose(all: Vec<Settings>, name: Option<&str>) -> Result<Vec<Settings>, Problem> {
    let Some(name) = name else {
        return Ok(all
            .into_iter()
            .filter(|settings| settings.destination.enabled)
            .collect());
    };
    let names: Vec<_> = all
        .iter()
        .map(|settings| format!("\"{}\"", settings.destination.name))
        .collect();
    let found = all
        .into_iter()
        .find(|settings| is_named(&settings.destination, name));
    found.map(|settings| vec![settings]).ok_or_else(|| {
        let known = if names.is_empty() {
            "There is none yet".to_owned()
        } else {
            format!("There are {}", names.join(", "))
        };
        Problem::new(
            "destination_unknown",
            format!("There is no destination named \"{name}\"."),
            format!("{known}; `audience-sync destination import FILE` adds one."),
        )
    })
}

/// Whether a person who types this name means the destination.
pub fn is_named(destination: &Destination, name: &str) -> bool {
    destination.name.eq_ignore_ascii_case(name.trim())
        || crate::model::slug(&destination.name) == name.trim()
}

/// The day it is where the person is.
pub fn today(now: Timestamp) -> jiff::civil::Date {
    now.to_zoned_datetime(TimeZone::system()).date()
}
