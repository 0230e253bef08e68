//! Sign-in as a state machine: what may happen next, and what has to be done then. No clock, no secrets, no waiting.
//!
//! Outreach issues at most one token a minute, every refresh replaces the refresh token, and a sign-in that nobody
//! renews ends after 14 days. So a pair of tokens is saved before it is used, one refresh at a time is under way, and
//! being told to wait never ends a sign-in.

use jiff::{SignedDuration, Timestamp};

use crate::model::SIGN_IN_LASTS;

/// An access token with less time left is replaced before it is used.
const EARLY: SignedDuration = SignedDuration::from_mins(5);
/// Outreach issues no second token within this time.
const BETWEEN_TOKENS: SignedDuration = SignedDuration::from_mins(1);
/// However little is sent, a sign-in is renewed this often while the program runs.
const RENEW_AFTER: SignedDuration = SignedDuration::from_hours(24);
/// No wait is longer, whatever anyone says; a clock that was set back must not stretch one.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(1);
/// The first wait after a failure; it doubles up to [`LONGEST_BACKOFF`].
const FIRST_BACKOFF: SignedDuration = SignedDuration::from_secs(1);
/// The longest wait after a failure: a network that is back is noticed within this time.
const LONGEST_BACKOFF: SignedDuration = SignedDuration::from_secs(15);

/// Where a sign-in stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Session {
    /// Nobody is signed in.
    SignedOut,
    /// A person is at Outreach's sign-in page.
    WaitingForBrowser {
        /// What comes back if nothing comes of it.
        before: Box<Self>,
    },
    /// The browser's answer is being exchanged for tokens.
    Exchanging {
        /// What comes back if nothing comes of it.
        before: Box<Self>,
    },
    /// Tokens are there that were saved.
    SignedIn(Grant),
    /// A new pair of tokens is being fetched.
    Refreshing {
        /// The pair so far.
        grant: Grant,
        /// With which token.
        with: Which,
        /// How many tries in a row have failed.
        n_failed: u32,
    },
    /// A new pair has come and is being saved; it is not used before.
    Saving {
        /// The new pair.
        grant: Grant,
        /// What it came from.
        after: After,
    },
    /// The next try has to wait.
    RefreshWaiting {
        /// The pair so far; the unsaved one if [`Pause::NotSaved`].
        grant: Grant,
        /// Until when.
        until: Timestamp,
        /// What for.
        pause: Pause,
        /// How many tries in a row have failed.
        n_failed: u32,
    },
    /// A person has to sign in again.
    SignInLost {
        /// Why.
        why: Lost,
    },
}

/// A pair of tokens, as far as time is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// When the access token ends; `None` if there is none that is known to be good.
    pub access_until: Option<Timestamp>,
    /// When the pair was issued.
    pub issued: Timestamp,
}

/// Which refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The newest.
    Current,
    /// The one before it, which is good if the newest never came into use.
    Previous,
}

/// What a new pair came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum After {
    /// A person's sign-in.
    SignIn {
        /// What comes back if the pair cannot be saved.
        before: Box<Session>,
    },
    /// A refresh; so many tries in a row have failed.
    Refresh {
        /// Saving included.
        n_failed: u32,
    },
}

/// What the next try waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pause {
    /// Outreach issues no further token yet.
    TooSoon,
    /// Outreach cannot be reached, or fails.
    Unreachable,
    /// The new pair could not be saved.
    NotSaved,
}

/// Why a sign-in is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// Outreach takes neither refresh token: it was revoked, it ended, or it was replaced elsewhere.
    Grant,
    /// Outreach does not take the client id and secret.
    Client,
}

/// Something that has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A person wants to sign in.
    Connect,
    /// The browser has come back with a code.
    Answered,
    /// The sign-in was given up or refused.
    Abandoned,
    /// Someone needs an access token.
    Wanted,
    /// Outreach has refused the access token.
    Unauthorized,
    /// Time has passed.
    Idle,
    /// A pair of tokens has come.
    Issued {
        /// When its access token ends.
        access_until: Timestamp,
    },
    /// A pair was found that another process has fetched and saved, with a good access token.
    Found(Grant),
    /// The new pair is saved.
    Saved,
    /// The new pair could not be saved.
    NotSaved,
    /// Outreach said to come back later.
    Throttled {
        /// When, if it said so.
        until: Option<Timestamp>,
    },
    /// There was no usable answer.
    Unreachable,
    /// The refresh token is not taken.
    GrantRefused,
    /// The client id or secret is not taken.
    ClientRefused,
    /// A person wants to sign out.
    Disconnect,
}

/// What has to be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Nothing.
    Nothing,
    /// Show the sign-in page.
    ShowSignIn,
    /// Exchange the code.
    Exchange,
    /// Fetch a new pair.
    Refresh(Which),
    /// Save the new pair.
    Save,
    /// Use the access token in hand.
    UseToken,
    /// Come back at this instant.
    WaitUntil(Timestamp, Pause),
    /// Remove the secrets.
    Forget,
}

/// An event that cannot happen here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no sign-in.
    #[error("nobody is signed in")]
    SignedOut,
    /// There is none any more.
    #[error("the sign-in is lost")]
    SignInLost(Lost),
    /// A sign-in or refresh is under way.
    #[error("a sign-in is under way")]
    Busy,
    /// Nothing is under way that this could belong to.
    #[error("nothing was asked for that this answers")]
    OutOfTurn,
}

impl Session {
    /// Where a sign-in stands when the program starts: `signed_in_until` is what was remembered of it.
    pub fn resume(signed_in_until: Option<Timestamp>) -> Self {
        signed_in_until.map_or(Self::SignedOut, |until| {
            Self::SignedIn(Grant {
                access_until: None,
                issued: later(until, -SIGN_IN_LASTS),
            })
        })
    }

    /// The same with the pair that was found in its place.
    pub(super) fn with_kept(self, kept: Grant) -> Self {
        if matches!(self, Self::SignedIn(_)) {
            Self::SignedIn(kept)
        } else {
            self
        }
    }

    /// The tokens, if there are some; those of a new pair only once they are saved.
    pub fn grant(&self) -> Option<Grant> {
        match self {
            Self::SignedIn(grant)
            | Self::Refreshing { grant, .. }
            | Self::RefreshWaiting {
                grant,
                pause: Pause::TooSoon | Pause::Unreachable,
                ..
            } => Some(*grant),
            Self::WaitingForBrowser { before } | Self::Exchanging { before } => before.grant(),
            Self::SignedOut
            | Self::Saving { .. }
            | Self::RefreshWaiting { .. }
            | Self::SignInLost { .. } => None,
        }
    }

    /// What follows from an event.
    ///
    /// # Errors
    /// If it cannot happen here; then nothing changes.
    pub fn next(self, event: Event, now: Timestamp) -> Result<(Self, Action), (Self, Refusal)> {
        match event {
            Event::Connect | Event::Answered | Event::Abandoned => self.on_sign_in(event),
            Event::Wanted | Event::Unauthorized | Event::Idle => self.on_need(event, now),
            Event::Issued { .. } | Event::Found(_) | Event::Saved | Event::NotSaved => {
                self.on_tokens(event, now)
            }
            Event::Throttled { .. }
            | Event::Unreachable
            | Event::GrantRefused
            | Event::ClientRefused => self.on_failure(event, now),
            Event::Disconnect => Ok((Self::SignedOut, Action::Forget)),
        }
    }

    fn on_sign_in(self, event: Event) -> Result<(Self, Action), (Self, Refusal)> {
        match (self, event) {
            (
                before @ (Self::SignedOut
                | Self::SignedIn(_)
                | Self::RefreshWaiting { .. }
                | Self::SignInLost { .. }),
                Event::Connect,
            ) => {
                let before = Box::new(before);
                Ok((Self::WaitingForBrowser { before }, Action::ShowSignIn))
            }
            (Self::WaitingForBrowser { before }, Event::Answered) => {
                Ok((Self::Exchanging { before }, Action::Exchange))
            }
            (
                Self::WaitingForBrowser { before } | Self::Exchanging { before },
                Event::Abandoned,
            ) => Ok((*before, Action::Nothing)),
            (busy, Event::Connect) => Err((busy, Refusal::Busy)),
            (other, _) => Err((other, Refusal::OutOfTurn)),
        }
    }

    fn on_need(self, event: Event, now: Timestamp) -> Result<(Self, Action), (Self, Refusal)> {
        match (self, event) {
            (Self::SignedIn(grant), Event::Idle) if !grant.is_old(now) => {
                Ok((Self::SignedIn(grant), Action::Nothing))
            }
            (Self::SignedIn(grant), Event::Wanted) if grant.is_fresh(now) => {
                Ok((Self::SignedIn(grant), Action::UseToken))
            }
            (Self::SignedIn(grant), Event::Unauthorized) => Ok(grant.refused().renew(now)),
            (Self::SignedIn(grant), _) => Ok(grant.renew(now)),
            (
                Self::RefreshWaiting {
                    grant,
                    until,
                    pause,
                    n_failed,
                },
                _,
            ) => Ok(grant.go_on(until, pause, n_failed, event, now)),
            (Self::SignedOut, _) => Err((Self::SignedOut, Refusal::SignedOut)),
            (Self::SignInLost { why }, _) => {
                Err((Self::SignInLost { why }, Refusal::SignInLost(why)))
            }
            (busy, Event::Wanted) if busy.grant().is_some_and(|grant| grant.is_fresh(now)) => {
                Ok((busy, Action::UseToken))
            }
            (busy, _) => Err((busy, Refusal::Busy)),
        }
    }

    fn on_tokens(self, event: Event, now: Timestamp) -> Result<(Self, Action), (Self, Refusal)> {
        let issued = |access_until| Grant {
            access_until: Some(access_until),
            issued: now,
        };
        match (self, event) {
            (Self::Exchanging { before }, Event::Issued { access_until }) => Ok((
                Self::Saving {
                    grant: issued(access_until),
                    after: After::SignIn { before },
                },
                Action::Save,
            )),
            (Self::Refreshing { n_failed, .. }, Event::Issued { access_until }) => Ok((
                Self::Saving {
                    grant: issued(access_until),
                    after: After::Refresh { n_failed },
                },
                Action::Save,
            )),
            (Self::Refreshing { .. }, Event::Found(grant))
            | (Self::Saving { grant, .. }, Event::Saved) => {
                Ok((Self::SignedIn(grant), Action::UseToken))
            }
            (
                Self::Saving {
                    after: After::SignIn { before },
                    ..
                },
                Event::NotSaved,
            ) => Ok((*before, Action::Nothing)),
            (
                Self::Saving {
                    grant,
                    after: After::Refresh { n_failed },
                },
                Event::NotSaved,
            ) => Ok(grant.back_off(Pause::NotSaved, n_failed, now)),
            (other, _) => Err((other, Refusal::OutOfTurn)),
        }
    }

    fn on_failure(self, event: Event, now: Timestamp) -> Result<(Self, Action), (Self, Refusal)> {
        match (self, event) {
            (Self::Exchanging { before }, _) => Ok((*before, Action::Nothing)),
            (
                Self::Refreshing {
                    grant, n_failed, ..
                },
                Event::Throttled { until },
            ) => {
                let until = until.unwrap_or_else(|| later(now, BETWEEN_TOKENS));
                let until = until.max(later(now, FIRST_BACKOFF));
                Ok(grant.wait(until, Pause::TooSoon, n_failed, now))
            }
            (
                Self::Refreshing {
                    grant, n_failed, ..
                },
                Event::Unreachable,
            ) => Ok(grant.back_off(Pause::Unreachable, n_failed, now)),
            (
                Self::Refreshing {
                    grant,
                    with: Which::Current,
                    n_failed,
                },
                Event::GrantRefused,
            ) => Ok(grant.refresh(Which::Previous, n_failed)),
            (Self::Refreshing { .. }, Event::GrantRefused) => {
                Ok((Self::SignInLost { why: Lost::Grant }, Action::Nothing))
            }
            (Self::Refreshing { .. }, _) => {
                Ok((Self::SignInLost { why: Lost::Client }, Action::Nothing))
            }
            (other, _) => Err((other, Refusal::OutOfTurn)),
        }
    }
}

impl Grant {
    /// When the sign-in ends if nobody renews it.
    pub fn signed_in_until(&self) -> Timestamp {
        later(self.issued, SIGN_IN_LASTS)
    }

    pub(super) fn is_fresh(&self, now: Timestamp) -> bool {
        self.access_until
            .is_some_and(|until| until > later(now, EARLY))
    }

    fn is_alive(&self, now: Timestamp) -> bool {
        self.access_until.is_some_and(|until| until > now)
    }

    fn is_old(&self, now: Timestamp) -> bool {
        now >= later(self.issued, RENEW_AFTER)
    }

    fn refused(self) -> Self {
        Self {
            access_until: None,
            ..self
        }
    }

    /// Fetches a new pair, as soon as Outreach issues one.
    fn renew(self, now: Timestamp) -> (Session, Action) {
        let next = later(self.issued, BETWEEN_TOKENS).min(later(now, BETWEEN_TOKENS));
        if self.issued > now || next <= now {
            self.refresh(Which::Current, 0)
        } else if self.is_alive(now) {
            (Session::SignedIn(self), Action::UseToken)
        } else {
            self.wait(next, Pause::TooSoon, 0, now)
        }
    }

    fn refresh(self, with: Which, n_failed: u32) -> (Session, Action) {
        let session = Session::Refreshing {
            grant: self,
            with,
            n_failed,
        };
        (session, Action::Refresh(with))
    }

    /// A need that comes while the next try waits.
    fn go_on(
        self,
        until: Timestamp,
        pause: Pause,
        n_failed: u32,
        event: Event,
        now: Timestamp,
    ) -> (Session, Action) {
        let grant = match (event, pause) {
            // The token that was refused is the old one, not that of a pair which was never used.
            (Event::Unauthorized, Pause::TooSoon | Pause::Unreachable) => self.refused(),
            _ => self,
        };
        let is_over = until <= now || until > later(now, LONGEST_WAIT);
        match pause {
            Pause::NotSaved if is_over => {
                let after = After::Refresh { n_failed };
                (Session::Saving { grant, after }, Action::Save)
            }
            Pause::TooSoon | Pause::Unreachable if is_over => {
                grant.refresh(Which::Current, n_failed)
            }
            Pause::TooSoon | Pause::Unreachable if grant.is_alive(now) => {
                let (session, _) = grant.wait(until, pause, n_failed, now);
                (session, Action::UseToken)
            }
            Pause::TooSoon | Pause::Unreachable | Pause::NotSaved => {
                grant.wait(until, pause, n_failed, now)
            }
        }
    }

    fn back_off(self, pause: Pause, n_failed: u32, now: Timestamp) -> (Session, Action) {
        let wait = FIRST_BACKOFF
            .saturating_mul(1 << n_failed.min(10))
            .min(LONGEST_BACKOFF);
        self.wait(later(now, wait), pause, n_failed.saturating_add(1), now)
    }

    fn wait(
        self,
        until: Timestamp,
        pause: Pause,
        n_failed: u32,
        now: Timestamp,
    ) -> (Session, Action) {
        let until = until.min(later(now, LONGEST_WAIT));
        let session = Session::RefreshWaiting {
            grant: self,
            until,
            pause,
            n_failed,
        };
        (session, Action::WaitUntil(until, pause))
    }
}

/// The instant so much later, or the last one there is.
fn later(instant: Timestamp, by: SignedDuration) -> Timestamp {
    instant.checked_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
