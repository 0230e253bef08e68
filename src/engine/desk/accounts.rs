//! Accounts: connected in the browser, renamed, disconnected, and shown with their budgets.

use std::sync::Arc;

use jiff::Timestamp;
use secrecy::SecretString;
use tokio::sync::{mpsc, oneshot};

use super::{Desk, Done};
use crate::{
    auth::{self, Browser, Clock, Keeper, News, SIGN_IN_WITHIN, Vault},
    engine::{
        AccountCommand, account_or_new, auth_problem, connect_problem, connected, forget_sign_in,
        known_secret, rename_account,
        snapshot::{
            AccountView, BudgetView, DestinationView, HourOfRequests, NoticeKind, SignIn,
            SignInState,
        },
    },
    model::{
        Account, AccountSettings, Alert, BudgetSettings, HOURLY_LIMIT, Keep, NewAccount,
        SECS_OF_HOUR, WaitsFor, hour_of, utc_day,
    },
    store::DataDir,
};

/// Pasted addresses that wait to be looked at.
const N_WAITING: usize = 4;

/// Hours that the budget's plot shows.
const N_HOURS: i64 = 12;

/// A sign-in under way. It is given up when this is dropped.
pub(super) struct Attempt {
    id: u64,
    pasted: mpsc::Sender<String>,
    _cancel: oneshot::Sender<()>,
}

/// What came of a sign-in that worked.
struct Connected {
    account: AccountSettings,
    keeper: Keeper,
}

impl Desk {
    pub(super) fn on_account(&mut self, what: AccountCommand) {
        match what {
            AccountCommand::Connect { account, secret } => self.connect(&account, secret),
            AccountCommand::Paste { address } => {
                if let Some(attempt) = &self.sign_in {
                    // A person who pastes faster than addresses are looked at can paste again.
                    drop(attempt.pasted.try_send(address));
                }
            }
            AccountCommand::CancelSignIn => {
                self.sign_in = None;
                self.snapshot.sign_in = None;
            }
            AccountCommand::Rename { account, to } => {
                match rename_account(self.engine.dir(), &account, &to) {
                    Ok(_) => {}
                    Err(problem) => self.tell(NoticeKind::Problem(problem)),
                }
                self.refresh_accounts();
                self.refresh_destinations();
            }
            AccountCommand::SetBudget { account, budget } => self.set_budget(&account, budget),
            AccountCommand::Disconnect { account } => self.disconnect(&account),
        }
    }

    fn connect(&mut self, wanted: &NewAccount, secret: Option<SecretString>) {
        let account = account_or_new(self.engine.dir(), &wanted.name);
        let Some(mut account) = self.tell_if_not(account) else {
            return;
        };
        wanted.apply_to(&mut account);
        let (pasted, addresses) = mpsc::channel(N_WAITING);
        let (cancel, cancelled) = oneshot::channel();
        let id = self.next_id();
        self.sign_in = Some(Attempt {
            id,
            pasted,
            _cancel: cancel,
        });
        self.snapshot.sign_in = Some(SignIn {
            account: account.name.clone(),
            redirect: account.redirect,
            state: SignInState::Preparing,
        });
        let vault = self.engine.accounts.vault(account.keep);
        let (dir, mail) = (self.engine.dir().clone(), self.mail.clone());
        self.spawn(async move {
            let name = account.name.clone();
            let came = sign_in(&dir, account, vault, secret, addresses, cancelled, mail).await;
            let done: Done = Box::new(move |desk| desk.on_connected(id, &name, came));
            done
        });
    }

    fn on_connected(&mut self, id: u64, name: &str, came: Result<Connected, auth::Error>) {
        // A person may have given this one up and begun another, which must go on.
        let is_shown = self.sign_in.take_if(|attempt| attempt.id == id).is_some();
        let state = match came {
            Ok(connected) => {
                let stored = self.engine.dir().write_account(connected.account.clone());
                self.tell_if_not(stored);
                self.engine
                    .accounts
                    .adopt(connected.account, connected.keeper);
                self.tell(NoticeKind::Connected {
                    account: name.to_owned(),
                });
                SignInState::Done
            }
            Err(error) => SignInState::Failed {
                is_keyring: error.keyring().is_some(),
                problem: connect_problem(&error, name),
            },
        };
        if let Some(sign_in) = self.snapshot.sign_in.as_mut().filter(|_| is_shown) {
            sign_in.state = state;
        }
        self.refresh_accounts();
        self.is_news = true;
    }

    fn on_sign_in_news(&mut self, name: &str, state: SignInState) {
        if let Some(sign_in) = self.snapshot.sign_in.as_mut()
            && sign_in.account == name
        {
            sign_in.state = state;
            self.is_news = true;
        }
    }

    fn disconnect(&mut self, name: &str) {
        let known = self.engine.dir().find_account(name);
        let Some(account) = self.tell_if_not(known).flatten() else {
            return;
        };
        let vault = self.engine.accounts.vault(account.keep);
        self.spawn(async move {
            let name = account.name.clone();
            let signed_out = forget_sign_in(vault, account).await;
            let done: Done = Box::new(move |desk| desk.on_disconnected(name, signed_out));
            done
        });
    }

    fn on_disconnected(&mut self, name: String, came: Result<AccountSettings, auth::Error>) {
        let account = match came {
            Ok(account) => account,
            Err(error) => {
                self.tell(NoticeKind::Problem(auth_problem(&error, &name)));
                return;
            }
        };
        self.engine.accounts.drop_keeper(&account.id);
        let stored = self.engine.dir().write_account(account);
        self.tell_if_not(stored);
        self.tell(NoticeKind::Disconnected { account: name });
        self.refresh_accounts();
    }

    /// A sign-in that was kept for a session only ended with it.
    pub(super) fn end_session_only_accounts(&mut self) {
        if self.engine.accounts.has_own_vault() {
            return;
        }
        let changed = self.engine.dir().change_accounts(|accounts| {
            for account in accounts.iter_mut() {
                if account.keep == Keep::SessionOnly {
                    *account = account.clone().signed_out();
                }
            }
        });
        self.tell_if_not(changed);
    }

    /// Keeps how much of an account's requests this program may use, also for what is being sent.
    fn set_budget(&mut self, account: &str, budget: BudgetSettings) {
        let changed = self.engine.dir().change_accounts(|accounts| {
            let mut all = accounts.iter_mut();
            if let Some(known) = all.find(|known| known.name.eq_ignore_ascii_case(account)) {
                known.budget = budget;
            }
        });
        if self.tell_if_not(changed).is_some() {
            self.engine.limit_budget(account, budget);
        }
        self.refresh_accounts();
    }

    /// Shows the accounts as they are now.
    pub(super) fn refresh_accounts(&mut self) {
        let read = self.engine.dir().read_accounts();
        let Some(accounts) = self.tell_if_not(read) else {
            return;
        };
        let now = Timestamp::now();
        let views: Vec<_> = accounts
            .into_iter()
            .map(|settings| self.account_view(settings, now))
            .collect();
        if views != self.snapshot.accounts {
            self.snapshot.accounts = views;
            self.is_news = true;
        }
    }

    fn account_view(&self, settings: AccountSettings, now: Timestamp) -> AccountView {
        let is_its_own = |name: &str| name.eq_ignore_ascii_case(&settings.name);
        let destinations = || {
            let all = self.snapshot.destinations.iter();
            all.filter(|view| is_its_own(&view.settings.account.name))
        };
        let trouble = self.engine.accounts.trouble(&settings);
        let lost = trouble
            .lost
            .map(|lost| auth_problem(&auth::Error::Lost(lost), &settings.name));
        let told = || {
            let mut alerts = self.snapshot.alerts.iter();
            alerts.find(|alert| alert.kind == Alert::SignInLost && alert.about == settings.name)
        };
        let is_out = settings.signed_in_until.is_none();
        let problem = lost
            .or(trouble.not_renewed)
            .or_else(|| told().filter(|_| is_out)?.problem.clone());
        AccountView {
            n_destinations: destinations().count(),
            budget: self.budget(&settings, destinations(), now),
            problem,
            settings,
        }
    }

    /// What the account's requests come to, by the note that sending keeps.
    fn budget<'a>(
        &self,
        settings: &AccountSettings,
        destinations: impl Iterator<Item = &'a DestinationView>,
        now: Timestamp,
    ) -> BudgetView {
        let note = self.engine.budget_note(&Account {
            name: settings.name.clone(),
            api_address: settings.api_address.clone(),
        });
        let waiting = destinations.filter_map(|view| view.running.as_ref()?.waiting);
        let waiting = waiting.filter(|wait| wait.what == WaitsFor::Limit);
        let this_hour = hour_of(now);
        let hours = (0..N_HOURS).rev().map(|ago| this_hour - ago * SECS_OF_HOUR);
        let limit = note.limit.unwrap_or(HOURLY_LIMIT);
        BudgetView {
            limit,
            reserve: settings.budget.reserve_of(limit),
            used: note.used_at(now),
            waiting_until: waiting.map(|wait| wait.until).max(),
            hours: hours
                .map(|hour| HourOfRequests {
                    start: Timestamp::from_second(hour).unwrap_or(now),
                    n_requests: note.in_hour(hour),
                })
                .collect(),
            in_year: note.used_in_year(utc_day(now)),
        }
    }
}

/// Has a person sign in, and tells the desk how far that is.
async fn sign_in(
    dir: &DataDir,
    account: AccountSettings,
    vault: Result<Vault, auth::Error>,
    secret: Option<SecretString>,
    pasted: mpsc::Receiver<String>,
    cancelled: oneshot::Receiver<()>,
    mail: mpsc::Sender<Done>,
) -> Result<Connected, auth::Error> {
    let vault = vault?;
    let known = known_secret(dir, &vault, &account).await?;
    let secret = secret.or(known).unwrap_or_default();
    let keeper = Keeper::new(&account, vault, Clock::system())?;
    let name: Arc<str> = account.name.as_str().into();
    let mut shown = None;
    let mut tell = |news: News<'_>| {
        let (address, is_paste_refused) = match news {
            News::SignInAt(address) => (address.to_owned(), false),
            News::NotUsed(_) => (shown.clone().unwrap_or_default(), true),
        };
        shown = Some(address.clone());
        let until = Timestamp::now()
            .checked_add(SIGN_IN_WITHIN)
            .unwrap_or(Timestamp::MAX);
        let state = SignInState::Waiting {
            address,
            until,
            is_paste_refused,
        };
        let name = Arc::clone(&name);
        let done: Done = Box::new(move |desk| desk.on_sign_in_news(&name, state));
        // A desk that is too busy to hear this shows it a moment later, with the next news.
        drop(mail.try_send(done));
    };
    let browser = Browser {
        within: SIGN_IN_WITHIN,
        pasted,
        cancelled: Box::pin(async move {
            // The sender is never used: its end is the news.
            drop(cancelled.await);
        }),
        tell: &mut tell,
    };
    keeper.connect(secret, browser).await?;
    let account = connected(&keeper, account).await;
    Ok(Connected { account, keeper })
}
