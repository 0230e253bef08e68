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
        snapshot::{AccountView, BudgetView, HourOfRequests, NoticeKind, SignIn, SignInState},
    },
    model::{AccountSettings, Alert, Keep, NewAccount, WaitsFor},
};

/// Pasted addresses that wait to be looked at.
const N_WAITING: usize = 4;

/// Requests that Outreach allows an hour and user.
const HOURLY_LIMIT: u64 = 10_000;

/// Hours that the budget's plot shows.
const N_HOURS: usize = 12;

const SECS_OF_HOUR: i64 = 3600;

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
            AccountCommand::Disconnect { account } => self.disconnect(&account),
        }
    }

    fn connect(&mut self, wanted: &NewAccount, secret: Option<SecretString>) {
        let account = account_or_new(self.engine.dir(), &wanted.name);
        let Some(mut account) = self.tell_if_not(account) else {
            return;
        };
        wanted.apply_to(&mut account);
        account.budget = self.snapshot.preferences.budget();
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
        let mail = self.mail.clone();
        self.spawn(async move {
            let name = account.name.clone();
            let came = sign_in(account, vault, secret, addresses, cancelled, mail).await;
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

    /// Gives every account the reserve and the allowance that the person has set.
    pub(super) fn budget_accounts(&mut self) {
        let budget = self.snapshot.preferences.budget();
        let changed = self.engine.dir().change_accounts(|accounts| {
            for account in accounts.iter_mut() {
                account.budget = budget;
            }
        });
        self.tell_if_not(changed);
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
            budget: self.budget(destinations(), now),
            problem,
            settings,
        }
    }

    /// The requests of the last hours, as the runs have counted them.
    fn budget<'a>(
        &self,
        destinations: impl Iterator<Item = &'a crate::engine::snapshot::DestinationView>,
        now: Timestamp,
    ) -> BudgetView {
        let this_hour = now.as_second().div_euclid(SECS_OF_HOUR);
        let mut hours = [0_u64; N_HOURS];
        let (mut this_year, mut waiting_until) = (0, None);
        let year = now.strftime("%Y").to_string();
        for view in destinations {
            let waiting = view.running.as_ref().and_then(|running| running.waiting);
            let waiting = waiting.filter(|wait| wait.what == WaitsFor::Limit);
            waiting_until = waiting_until.max(waiting.map(|wait| wait.until));
            for run in view.runs.iter() {
                let at = run.ended.unwrap_or(now);
                let n_requests = run.requests.total();
                if at.strftime("%Y").to_string() == year {
                    this_year += n_requests;
                }
                let hours_ago = this_hour - at.as_second().div_euclid(SECS_OF_HOUR);
                let place = usize::try_from(hours_ago)
                    .ok()
                    .and_then(|ago| (N_HOURS - 1).checked_sub(ago));
                if let Some(hour) = place.and_then(|place| hours.get_mut(place)) {
                    *hour += n_requests;
                }
            }
        }
        let starts = (0_i64..).map(|i| {
            let hour = this_hour - (i64::try_from(N_HOURS).unwrap_or(0) - 1) + i;
            Timestamp::from_second(hour * SECS_OF_HOUR).unwrap_or(now)
        });
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a share of ten thousand"
        )]
        let reserve =
            (self.snapshot.preferences.reserve_share.clamp(0.0, 1.0) * HOURLY_LIMIT as f64) as u64;
        BudgetView {
            limit: HOURLY_LIMIT,
            reserve,
            used: hours.last().copied().unwrap_or(0),
            waiting_until,
            hours: starts
                .zip(hours)
                .map(|(start, n_requests)| HourOfRequests { start, n_requests })
                .collect(),
            this_year,
        }
    }
}

/// Has a person sign in, and tells the desk how far that is.
async fn sign_in(
    account: AccountSettings,
    vault: Result<Vault, auth::Error>,
    secret: Option<SecretString>,
    pasted: mpsc::Receiver<String>,
    cancelled: oneshot::Receiver<()>,
    mail: mpsc::Sender<Done>,
) -> Result<Connected, auth::Error> {
    let vault = vault?;
    let known = known_secret(&vault, &account).await?;
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
