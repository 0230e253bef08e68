//! The accounts at work: one keeper for each, and what may be remembered of them written back.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::timeout;

use super::{auth_problem, sign_in_news::Trouble, store_problem};
use crate::{
    auth::{self, Clock, Keeper, Vault},
    model::{AccountSettings, Keep, Problem},
    outreach::{Client, Consequence, NoToken, TokenFuture, Tokens},
    store::{self, DataDir},
};

/// How often it is looked whether a sign-in wants to be renewed.
const LOOK_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// How long Outreach may take to say who is signed in.
const ASK_FOR: Duration = Duration::from_secs(20);

/// The accounts that were used so far.
#[derive(Debug)]
pub(super) struct Accounts {
    clock: Clock,
    keyring: Option<Vault>,
    memory: Vault,
    has_own_vault: bool,
    /// By the account's id.
    kept: BTreeMap<String, Kept>,
    /// By the account's id.
    not_renewed: BTreeMap<String, NotRenewed>,
    last_look: Option<Timestamp>,
}

#[derive(Debug)]
struct Kept {
    settings: AccountSettings,
    keeper: Keeper,
}

/// What kept a sign-in from being renewed when that was tried last.
type NotRenewed = Arc<Mutex<Option<Problem>>>;

impl Accounts {
    pub(super) fn new(clock: Clock) -> Self {
        Self {
            clock,
            keyring: None,
            memory: Vault::memory(),
            has_own_vault: false,
            kept: BTreeMap::new(),
            not_renewed: BTreeMap::new(),
            last_look: None,
        }
    }

    /// Secrets are looked for here and nowhere else.
    pub(super) fn with_vault(self, vault: Vault) -> Self {
        Self {
            keyring: Some(vault.clone()),
            memory: vault,
            has_own_vault: true,
            ..self
        }
    }

    /// Whether secrets come from a vault that was handed in.
    pub(super) fn has_own_vault(&self) -> bool {
        self.has_own_vault
    }

    /// Where secrets that are kept in this way are.
    pub(super) fn vault(&mut self, keep: Keep) -> Result<Vault, auth::Error> {
        Ok(match (keep, &self.keyring) {
            (Keep::SessionOnly, _) => self.memory.clone(),
            (Keep::Keyring, Some(vault)) => vault.clone(),
            (Keep::Keyring, None) => self.keyring.insert(Vault::keyring()?).clone(),
        })
    }

    /// From now on this keeper speaks for the account.
    pub(super) fn adopt(&mut self, settings: AccountSettings, keeper: Keeper) {
        let id = settings.id.clone();
        self.not_renewed.remove(&id);
        self.kept.insert(id, Kept { settings, keeper });
    }

    /// Nobody speaks for the account any more.
    pub(super) fn drop_keeper(&mut self, id: &str) {
        self.kept.remove(id);
        self.not_renewed.remove(id);
    }

    /// The keeper of this account: a new one if it was set anew, or signed in again after the sign-in was lost.
    pub(super) fn keeper(&mut self, settings: &AccountSettings) -> Result<Keeper, auth::Error> {
        if let Some(kept) = self.kept.get(&settings.id)
            && kept.is_good_for(settings)
        {
            return Ok(kept.keeper.clone());
        }
        let vault = self.vault(settings.keep)?;
        let keeper = Keeper::new(settings, vault, self.clock.clone())?;
        let kept = Kept {
            settings: settings.clone(),
            keeper: keeper.clone(),
        };
        self.kept.insert(settings.id.clone(), kept);
        Ok(keeper)
    }

    /// By which sign-ins end.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// What is known of an account's sign-in beside its settings.
    pub(super) fn trouble(&self, account: &AccountSettings) -> Trouble {
        let kept = self.kept.get(&account.id);
        let not_renewed = self.not_renewed.get(&account.id);
        Trouble {
            lost: kept.and_then(|kept| kept.keeper.standing().lost),
            not_renewed: not_renewed.and_then(|problem| lock(problem).clone()),
        }
    }

    /// Renews what wants to be renewed, in tasks of their own; [`trouble`](Self::trouble) says what came of it.
    pub(super) fn keep_alive(&mut self, dir: &DataDir) {
        let now = self.clock.now();
        let is_due = |last: Timestamp| now.duration_since(last).abs() >= LOOK_EVERY;
        if !self.last_look.is_none_or(is_due) {
            return;
        }
        self.last_look = Some(now);
        let signed_in = dir.read_accounts().unwrap_or_default().into_iter();
        for account in signed_in.filter(|account| account.signed_in_until.is_some()) {
            let not_renewed = self.not_renewed.entry(account.id.clone()).or_default();
            let not_renewed = Arc::clone(not_renewed);
            match self.keeper(&account) {
                Ok(keeper) => drop(tokio::spawn(async move {
                    let renewed = keeper.keep_alive().await;
                    *lock(&not_renewed) = renewed.err().map(|e| auth_problem(&e, &account.name));
                })),
                Err(error) => *lock(&not_renewed) = Some(auth_problem(&error, &account.name)),
            }
        }
    }

    /// Writes back until when accounts are signed in.
    pub(super) fn remember(&mut self, dir: &DataDir) -> Result<(), store::Error> {
        let news: Vec<_> = self.kept.values_mut().filter_map(Kept::news).collect();
        if news.is_empty() {
            return Ok(());
        }
        dir.change_accounts(|accounts| {
            for news in news {
                let known = accounts.iter_mut().find(|account| account.id == news.id);
                if let Some(account) = known {
                    account.signed_in_until = news.signed_in_until;
                    account.granted_scopes = news.granted_scopes;
                }
            }
        })
    }
}

/// Problems are replaced whole, so a panic elsewhere leaves none half-written.
fn lock(problem: &Mutex<Option<Problem>>) -> std::sync::MutexGuard<'_, Option<Problem>> {
    problem.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Kept {
    fn is_good_for(&self, settings: &AccountSettings) -> bool {
        let as_before = AccountSettings {
            name: self.settings.name.clone(),
            connected_as: self.settings.connected_as.clone(),
            connected_user: self.settings.connected_user,
            granted_scopes: self.settings.granted_scopes.clone(),
            signed_in_until: self.settings.signed_in_until,
            ..settings.clone()
        };
        let is_signed_in = self.keeper.standing().signed_in_until.is_some();
        as_before == self.settings && is_signed_in == settings.signed_in_until.is_some()
    }

    /// The account as it has become since this was asked last.
    fn news(&mut self) -> Option<AccountSettings> {
        let standing = self.keeper.standing();
        let account = AccountSettings {
            signed_in_until: standing.signed_in_until,
            granted_scopes: standing.granted_scopes,
            ..self.settings.clone()
        };
        (account != self.settings).then(|| {
            self.settings = account.clone();
            account
        })
    }
}

/// A keeper as the client knows it.
pub(super) struct KeeperTokens(pub(super) Keeper);

impl Tokens for KeeperTokens {
    fn current(&self) -> TokenFuture<'_, SecretString> {
        Box::pin(async { self.0.access_token().await.map_err(no_token) })
    }

    fn replace<'a>(&'a self, refused: &'a SecretString) -> TokenFuture<'a, bool> {
        Box::pin(async {
            let fresh = self.0.on_unauthorized(refused).await.map_err(no_token)?;
            Ok(fresh.expose_secret() != refused.expose_secret())
        })
    }

    fn n_requests(&self) -> u64 {
        self.0.n_requests()
    }
}

fn no_token(error: auth::Error) -> NoToken {
    let consequence = if error.needs_sign_in() {
        Consequence::SignInNeeded
    } else if let Some(until) = error.wait_until() {
        Consequence::WaitUntil(until)
    } else if error.is_transient() {
        Consequence::Unreachable
    } else {
        Consequence::StopRun
    };
    NoToken {
        consequence,
        code: error.code(),
        cause: Box::new(error),
    }
}

/// Asks for the name of the user that an update was put down to, if nobody knows yet who is signed in. It is asked
/// for once a sign-in, whatever comes of it, and no run depends on it.
pub(super) async fn learn_who(dir: DataDir, account: String, client: Client) {
    let Some(user) = client.updater() else {
        return;
    };
    let is_meant = |known: &&mut AccountSettings| known.name.eq_ignore_ascii_case(&account);
    let marked = dir.change_accounts(|all| {
        let known = all.iter_mut().find(is_meant);
        let known = known.filter(|known| known.may_ask_for_user())?;
        known.connected_user = Some(user);
        Some(known.id.clone())
    });
    let Ok(Some(id)) = marked else {
        return;
    };
    let client = client.counting_anew();
    let Ok(Ok(Some(name))) = timeout(ASK_FOR, client.name_of_user(user)).await else {
        return;
    };
    let written = dir.change_accounts(|all| {
        let same = |known: &&mut AccountSettings| {
            known.id == id && known.connected_user == Some(user) && known.connected_as.is_none()
        };
        if let Some(known) = all.iter_mut().find(same) {
            known.connected_as = Some(name);
        }
    });
    // Who is signed in is a courtesy to the reader.
    drop(written);
}

/// Gives an account another name, in the destinations that use it too. Returns how many those are.
///
/// # Errors
/// If there is no such account, the name is taken or empty, or the settings cannot be read or written.
pub fn rename_account(dir: &DataDir, old: &str, new: &str) -> Result<u64, Problem> {
    let refused = |error: store::Error| store_problem(&error);
    let new = new.trim();
    let account = dir.find_account(old).map_err(refused)?;
    let account = account.ok_or_else(|| account_unknown(old))?;
    let taken = dir.find_account(new).map_err(refused)?;
    if new.is_empty() || taken.is_some_and(|taken| taken.id != account.id) {
        return Err(Problem::new(
            "account_name_taken",
            format!("An account cannot be named \"{new}\": the name is taken or empty."),
            "Choose another name.",
        ));
    }
    // The destinations first: if this ends half-way, the same command goes on.
    let mut n_destinations = 0;
    for mut settings in dir.read_destinations().map_err(refused)? {
        let used = &mut settings.destination.account.name;
        if used.eq_ignore_ascii_case(&account.name) {
            new.clone_into(used);
            dir.write_settings(&settings).map_err(refused)?;
            n_destinations += 1;
        }
    }
    let renamed = AccountSettings {
        name: new.to_owned(),
        ..account
    };
    dir.write_account(renamed).map_err(refused)?;
    Ok(n_destinations)
}

/// There is no account of this name.
pub fn account_unknown(name: &str) -> Problem {
    Problem::new(
        "account_unknown",
        format!("There is no account named \"{}\".", name.trim()),
        "`audience-sync account list` shows those there are.",
    )
}
