//! Keeps one account signed in: drives its session with the vault and Outreach's sign-in server.
//!
//! Whatever fetches tokens runs as a task of its own. A caller that gives up half-way must not take a new pair with
//! it into the grave: on a strict server the old one is dead by then.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::{Mutex, MutexGuard, watch};

use super::{
    Clock, Endpoint, Error, FlowError, Lost, Pause, Session, Slot, Tokens, Vault, VaultError,
    flow::{Attempt, Code},
    session::{Action, Event, Grant, Which},
};
use crate::model::{AccountSettings, RedirectMode};

/// Keeps one account signed in. Clones are the same keeper.
#[derive(Clone)]
pub struct Keeper(Arc<Inner>);

struct Inner {
    account: String,
    redirect: RedirectMode,
    port: u16,
    endpoint: Endpoint,
    vault: Vault,
    clock: Clock,
    /// Held for as long as tokens are fetched, so that only one caller fetches them.
    desk: Mutex<Desk>,
    standing: watch::Sender<Standing>,
    n_requests: AtomicU64,
}

/// What may be shown and remembered of a sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// When it ends if it is not renewed; `None` without one.
    pub signed_in_until: Option<Timestamp>,
    /// What leave was given.
    pub granted_scopes: Vec<String>,
    /// Why it was lost, if it was.
    pub lost: Option<Lost>,
}

struct Desk {
    session: Session,
    access: Option<SecretString>,
    /// The pair that has come and is not saved.
    unsaved: Option<Unsaved>,
    /// The refresh token that was sent last.
    tried: Option<SecretString>,
    is_loaded: bool,
}

struct Unsaved {
    tokens: Tokens,
    replaced: Option<SecretString>,
    /// That of a new sign-in.
    client_secret: Option<SecretString>,
}

/// A move of the session that was worked out, and what went wrong with it.
type Outcome = (Event, Option<Error>);

impl Keeper {
    /// Keeps this account signed in. Its secrets are first looked at when a token is needed.
    ///
    /// # Errors
    /// If an address of the account cannot be used, or TLS cannot be set up.
    pub fn new(account: &AccountSettings, vault: Vault, clock: Clock) -> Result<Self, Error> {
        let standing = Standing {
            signed_in_until: account.signed_in_until,
            granted_scopes: account.granted_scopes.clone(),
            lost: None,
        };
        Ok(Self(Arc::new(Inner {
            account: account.id.clone(),
            redirect: account.redirect,
            port: account.port,
            endpoint: Endpoint::new(account, clock.clone())?,
            vault,
            clock,
            desk: Mutex::new(Desk {
                session: Session::resume(account.signed_in_until),
                access: None,
                unsaved: None,
                tried: None,
                is_loaded: false,
            }),
            standing: watch::Sender::new(standing),
            n_requests: AtomicU64::new(0),
        })))
    }

    /// A good access token. Fetches a new one if need be; callers that come meanwhile get the same.
    ///
    /// # Errors
    /// [`Error::needs_sign_in`], [`Error::wait_until`] and [`Error::is_transient`] say what has to follow.
    pub async fn access_token(&self) -> Result<SecretString, Error> {
        self.need(Event::Wanted, None).await
    }

    /// Another access token than this one, which Outreach has refused.
    ///
    /// # Errors
    /// As [`access_token`](Self::access_token).
    pub async fn on_unauthorized(&self, refused: &SecretString) -> Result<SecretString, Error> {
        self.need(Event::Unauthorized, Some(refused.clone())).await
    }

    /// Renews the sign-in if that was not done for a day. To be called now and then while the program runs.
    ///
    /// # Errors
    /// As [`access_token`](Self::access_token).
    pub async fn keep_alive(&self) -> Result<(), Error> {
        let keeper = self.clone();
        let driven = tokio::spawn(async move { keeper.drive(Event::Idle, None).await });
        driven.await.map_err(|_panic| Error::Busy)?.map(drop)
    }

    /// Signs out on this computer: removes the secrets. Outreach has no way to be told.
    ///
    /// # Errors
    /// If the vault does not let go of them.
    pub async fn disconnect(&self) -> Result<(), Error> {
        let mut desk = self.desk().await;
        self.0.vault.forget(&self.0.account).await?;
        self.step(&mut desk, Event::Disconnect)?;
        desk.access = None;
        desk.unsaved = None;
        Ok(())
    }

    /// What may be shown and remembered.
    pub fn standing(&self) -> Standing {
        self.0.standing.borrow().clone()
    }

    /// Follows [`standing`](Self::standing).
    pub fn watch(&self) -> watch::Receiver<Standing> {
        self.0.standing.subscribe()
    }

    /// Takes back the count of a request that never left.
    fn uncount(&self, error: &FlowError) {
        if error.is_unsent() {
            self.0.n_requests.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// How many requests for tokens were sent, with or without an answer.
    pub fn n_requests(&self) -> u64 {
        self.0.n_requests.load(Ordering::Relaxed)
    }

    pub(super) fn endpoint(&self) -> &Endpoint {
        &self.0.endpoint
    }

    pub(super) fn redirect(&self) -> (RedirectMode, u16) {
        (self.0.redirect, self.0.port)
    }

    async fn need(
        &self,
        event: Event,
        refused: Option<SecretString>,
    ) -> Result<SecretString, Error> {
        let keeper = self.clone();
        let driven = tokio::spawn(async move { keeper.drive(event, refused).await });
        // A task that panicked has left the session where it was.
        let token = driven.await.map_err(|_panic| Error::Busy)??;
        token.ok_or(Error::Busy)
    }

    /// Makes moves until there is a token, or nothing more to do.
    async fn drive(
        &self,
        event: Event,
        refused: Option<SecretString>,
    ) -> Result<Option<SecretString>, Error> {
        let mut desk = self.desk().await;
        self.load(&mut desk).await?;
        let is_old_news = refused.is_some_and(|refused| !is_same(&refused, desk.access.as_ref()));
        let event = if is_old_news { Event::Wanted } else { event };
        self.run(&mut desk, event).await
    }

    async fn run(&self, desk: &mut Desk, event: Event) -> Result<Option<SecretString>, Error> {
        let mut action = self.step(desk, event)?;
        let mut trouble = None;
        loop {
            let (event, error) = match action {
                Action::Refresh(which) => self.refresh(desk, which).await,
                Action::Save => self.save(desk).await,
                Action::UseToken => return Ok(desk.access.clone()),
                Action::WaitUntil(until, pause) => {
                    // Only the wait itself says until when.
                    let trouble = trouble.filter(|_| pause != Pause::TooSoon);
                    return Err(trouble.unwrap_or(Error::NotYet { until, pause }));
                }
                Action::Nothing | Action::ShowSignIn | Action::Exchange | Action::Forget => {
                    return match (trouble, &desk.session) {
                        (Some(trouble), _) => Err(trouble),
                        (None, Session::SignInLost { why }) => Err(Error::Lost(*why)),
                        (None, _) => Ok(None),
                    };
                }
            };
            trouble = error.or(trouble);
            action = self.step(desk, event)?;
        }
    }

    /// One move of the session that leaves tokens alone.
    pub(super) async fn step_alone(&self, event: Event) -> Result<(), Error> {
        let mut desk = self.desk().await;
        self.step(&mut desk, event).map(drop)
    }

    fn step(&self, desk: &mut Desk, event: Event) -> Result<Action, Error> {
        let session = std::mem::replace(&mut desk.session, Session::SignedOut);
        match session.next(event, self.0.clock.now()) {
            Ok((session, action)) => {
                desk.session = session;
                self.publish(desk);
                Ok(action)
            }
            Err((session, refusal)) => {
                desk.session = session;
                Err(refusal.into())
            }
        }
    }

    async fn desk(&self) -> MutexGuard<'_, Desk> {
        self.0.desk.lock().await
    }

    /// Exchanges the code and saves what comes. The session is at [`Action::Exchange`].
    pub(super) async fn finish(
        &self,
        attempt: Attempt,
        code: Code,
        client_secret: SecretString,
    ) -> Result<Standing, Error> {
        let mut desk = self.desk().await;
        self.0.n_requests.fetch_add(1, Ordering::Relaxed);
        let exchanged = self
            .endpoint()
            .exchange(attempt, code, &client_secret)
            .await;
        match exchanged {
            Ok(tokens) => {
                let event = Event::Issued {
                    access_until: tokens.access_until,
                };
                desk.unsaved = Some(Unsaved {
                    tokens,
                    replaced: None,
                    client_secret: Some(client_secret),
                });
                let saved = self.run(&mut desk, event).await;
                desk.is_loaded = true;
                saved.map(|_token| self.standing())
            }
            Err(error) => {
                self.uncount(&error);
                self.step(&mut desk, Event::Abandoned)?;
                Err(error.into())
            }
        }
    }

    /// Takes over what an earlier process has kept, so that a start costs no token.
    async fn load(&self, desk: &mut Desk) -> Result<(), Error> {
        if desk.is_loaded || desk.session == Session::SignedOut {
            return Ok(());
        }
        if let Some((grant, token)) = self.kept_access().await? {
            let session = std::mem::replace(&mut desk.session, Session::SignedOut);
            desk.session = session.with_kept(grant);
            desk.access = Some(token);
        }
        desk.is_loaded = true;
        Ok(())
    }

    async fn refresh(&self, desk: &mut Desk, which: Which) -> Outcome {
        match self.try_refresh(desk, which).await {
            Ok(event) => (event, None),
            Err(error) => (event_of(&error), Some(error)),
        }
    }

    async fn try_refresh(&self, desk: &mut Desk, which: Which) -> Result<Event, Error> {
        let (vault, account) = (&self.0.vault, &self.0.account);
        if which == Which::Current
            && let Some((grant, token)) = self.kept_access().await?
            && grant.is_fresh(self.0.clock.now())
            && !is_same(&token, desk.access.as_ref())
        {
            // Another process was faster.
            desk.access = Some(token);
            return Ok(Event::Found(grant));
        }
        let client_secret = vault.need(account, Slot::ClientSecret).await?;
        let current = vault.read(account, Slot::RefreshToken).await?;
        let token = match which {
            Which::Current => current,
            // Another process may have replaced the one that was refused.
            Which::Previous => match current.filter(|token| !is_same(token, desk.tried.as_ref())) {
                None => vault.read(account, Slot::PreviousRefreshToken).await?,
                other => other,
            },
        };
        let Some(token) = token else {
            return Ok(Event::GrantRefused);
        };
        desk.tried = Some(token.clone());
        self.0.n_requests.fetch_add(1, Ordering::Relaxed);
        let refreshed = self.endpoint().refresh(&token, &client_secret).await;
        let tokens = refreshed.inspect_err(|error| self.uncount(error))?;
        let event = Event::Issued {
            access_until: tokens.access_until,
        };
        desk.unsaved = Some(Unsaved {
            tokens,
            replaced: Some(token),
            client_secret: None,
        });
        Ok(event)
    }

    async fn save(&self, desk: &mut Desk) -> Outcome {
        let Some(unsaved) = desk.unsaved.take() else {
            return (Event::NotSaved, None);
        };
        if let Err(error) = self.try_save(&unsaved).await {
            desk.unsaved = Some(unsaved);
            return (Event::NotSaved, Some(error.into()));
        }
        if let Some(scopes) = &unsaved.tokens.scopes {
            self.0.standing.send_if_modified(|standing| {
                standing.granted_scopes.clone_from(scopes);
                false
            });
        }
        self.keep_access(&unsaved.tokens).await;
        desk.access = Some(unsaved.tokens.access);
        (Event::Saved, None)
    }

    async fn try_save(&self, unsaved: &Unsaved) -> Result<(), VaultError> {
        let (vault, account) = (&self.0.vault, &self.0.account);
        if let Some(secret) = &unsaved.client_secret {
            vault.write(account, Slot::ClientSecret, secret).await?;
        }
        let replaced = unsaved.replaced.as_ref();
        match &unsaved.tokens.refresh {
            Some(fresh) if !is_same(fresh, replaced) => {
                vault.rotate(account, fresh, replaced).await
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The access token that was kept last, with its times.
    async fn kept_access(&self) -> Result<Option<(Grant, SecretString)>, Error> {
        let kept = self.0.vault.read(&self.0.account, Slot::AccessToken);
        let kept = kept.await?;
        Ok(kept.and_then(|kept| {
            let mut parts = kept.expose_secret().splitn(3, ' ');
            let mut instant = || Timestamp::from_second(parts.next()?.parse().ok()?).ok();
            let (issued, until) = (instant()?, instant()?);
            let grant = Grant {
                access_until: Some(until),
                issued,
            };
            Some((grant, SecretString::from(parts.next()?)))
        }))
    }

    /// Keeps the access token, so that the next start needs no other one. If it cannot be kept, that start fetches
    /// one; an outdated one must not stay, so it is removed at least.
    async fn keep_access(&self, tokens: &Tokens) {
        let (vault, account) = (&self.0.vault, &self.0.account);
        let text = SecretString::from(format!(
            "{} {} {}",
            self.0.clock.now().as_second(),
            tokens.access_until.as_second(),
            tokens.access.expose_secret()
        ));
        if vault
            .write(account, Slot::AccessToken, &text)
            .await
            .is_err()
        {
            drop(vault.remove(account, Slot::AccessToken).await);
        }
    }

    /// Tells those who follow, once the session has come to rest.
    fn publish(&self, desk: &Desk) {
        let (until, lost) = match &desk.session {
            Session::SignedIn(grant) => (Some(grant.signed_in_until()), None),
            Session::SignedOut => (None, None),
            Session::SignInLost { why } => (None, Some(*why)),
            Session::WaitingForBrowser { .. }
            | Session::Exchanging { .. }
            | Session::Refreshing { .. }
            | Session::Saving { .. }
            | Session::RefreshWaiting { .. } => return,
        };
        self.0.standing.send_if_modified(|standing| {
            let is_news = (standing.signed_in_until, standing.lost) != (until, lost);
            (standing.signed_in_until, standing.lost) = (until, lost);
            is_news
        });
    }
}

impl fmt::Debug for Keeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keeper")
            .field("account", &self.0.account)
            .field("standing", &*self.0.standing.borrow())
            .finish_non_exhaustive()
    }
}

/// What a failed refresh means for the session.
fn event_of(error: &Error) -> Event {
    match error {
        Error::Flow(FlowError::TooSoon { until }) => Event::Throttled { until: *until },
        Error::Flow(FlowError::Grant { .. }) => Event::GrantRefused,
        Error::Flow(FlowError::Client { .. })
        | Error::Vault(VaultError::NotFound(_) | VaultError::Damaged(_)) => Event::ClientRefused,
        Error::Flow(_)
        | Error::Vault(_)
        | Error::Callback(_)
        | Error::NotYet { .. }
        | Error::SignedOut
        | Error::Lost(_)
        | Error::Busy => Event::Unreachable,
    }
}

/// Both are ours and neither was sent here, so there is nobody to learn from the time this takes.
fn is_same(token: &SecretString, other: Option<&SecretString>) -> bool {
    other.is_some_and(|other| token.expose_secret() == other.expose_secret())
}

#[cfg(test)]
mod tests;
