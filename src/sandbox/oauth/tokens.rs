//! Codes and tokens: minted, rotated, expired and revoked, by the sandbox's own time.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{super::clock::later, pkce::Challenge, scope::Scopes};

/// How long a code waits to be redeemed.
const CODE_LIFE: Duration = Duration::from_mins(10);

/// How many access tokens, and how many refresh tokens, a user has with one app at most.
const MOST_LIVE: usize = 100;

/// What becomes of a refresh token that has been used.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum OldRefreshToken {
    /// It dies at once: the stricter of two reports.
    #[default]
    Dies,
    /// It lives until its time is over or a hundred newer ones exist.
    Lives,
}

/// How tokens are minted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Minting {
    pub(crate) access_life: Duration,
    pub(crate) refresh_life: Duration,
    /// The time between two mints for one user and app.
    pub(crate) interval: Duration,
    pub(crate) old_refresh_token: OldRefreshToken,
}

/// Who consented to what, and for which app.
#[derive(Clone, Debug)]
pub(super) struct Grant {
    pub(super) user: u64,
    pub(super) client_id: String,
    pub(super) scopes: Scopes,
}

/// What an access token stands for.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    pub(crate) user: u64,
    /// `None` for tokens from the control side.
    pub(crate) client_id: Option<String>,
    pub(crate) scopes: Scopes,
    /// `None` if only revoking ends it.
    pub(crate) expires: Option<Timestamp>,
    serial: u64,
}

#[derive(Clone, Debug)]
struct Refresh {
    grant: Grant,
    expires: Timestamp,
    serial: u64,
}

#[derive(Debug)]
pub(super) struct Code {
    pub(super) grant: Grant,
    pub(super) redirect_uri: String,
    pub(super) challenge: Option<Challenge>,
    expires: Timestamp,
}

/// What one mint gives the app.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct TokenPair {
    /// For the API.
    pub access_token: String,
    /// Always `bearer`.
    pub token_type: &'static str,
    /// Seconds from `created_at`.
    pub expires_in: u64,
    /// For the next pair.
    pub refresh_token: String,
    /// Scopes with spaces between.
    pub scope: String,
    /// Epoch seconds, in the sandbox's own time.
    pub created_at: i64,
}

/// How many tokens apps hold for a user at the moment.
#[derive(Clone, Copy, Debug, Default, Serialize, PartialEq, Eq)]
pub struct LiveTokens {
    /// Access tokens.
    pub access: usize,
    /// Refresh tokens.
    pub refresh: usize,
}

/// Every code and token there is.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    access: BTreeMap<String, Access>,
    refresh: BTreeMap<String, Refresh>,
    codes: BTreeMap<String, Code>,
    /// By user and app.
    last_mints: BTreeMap<(u64, String), Timestamp>,
    last_serial: u64,
}

impl Tokens {
    /// An access token outside every app, which passes until it is revoked.
    pub(crate) fn issue(&mut self, user: u64, scopes: Scopes) -> String {
        let serial = self.next_serial();
        let access = Access {
            user,
            client_id: None,
            scopes,
            expires: None,
            serial,
        };
        let token = random("sandbox");
        self.access.insert(token.clone(), access);
        token
    }

    /// What a live access token stands for.
    pub(crate) fn access(&self, token: &str, now: Timestamp) -> Option<&Access> {
        self.access.get(token).filter(|access| access.is_live(now))
    }

    /// Ends all access tokens; refresh tokens live on.
    pub(crate) fn revoke_access(&mut self) {
        self.access.clear();
    }

    /// Ends everything a user has let apps do.
    pub(super) fn revoke_user(&mut self, user: u64) {
        self.codes.retain(|_, code| code.grant.user != user);
        self.refresh.retain(|_, refresh| refresh.grant.user != user);
        self.access
            .retain(|_, access| access.user != user || access.client_id.is_none());
    }

    pub(super) fn live(&self, user: u64, now: Timestamp) -> LiveTokens {
        let is_own = |access: &&Access| {
            access.user == user && access.client_id.is_some() && access.is_live(now)
        };
        let is_own_refresh =
            |refresh: &&Refresh| refresh.grant.user == user && now < refresh.expires;
        LiveTokens {
            access: self.access.values().filter(is_own).count(),
            refresh: self.refresh.values().filter(is_own_refresh).count(),
        }
    }

    pub(super) fn new_code(
        &mut self,
        grant: Grant,
        redirect_uri: String,
        challenge: Option<Challenge>,
        now: Timestamp,
    ) -> String {
        self.codes.retain(|_, code| now < code.expires);
        let code = random("code");
        let held = Code {
            grant,
            redirect_uri,
            challenge,
            expires: later(now, CODE_LIFE),
        };
        self.codes.insert(code.clone(), held);
        code
    }

    pub(super) fn code(&self, code: &str, now: Timestamp) -> Option<&Code> {
        self.codes.get(code).filter(|code| now < code.expires)
    }

    pub(super) fn use_up_code(&mut self, code: &str) {
        self.codes.remove(code);
    }

    /// The grant behind a live refresh token.
    pub(super) fn refreshable(&self, token: &str, now: Timestamp) -> Option<&Grant> {
        let refresh = self.refresh.get(token).filter(|held| now < held.expires)?;
        Some(&refresh.grant)
    }

    pub(super) fn use_up_refresh(&mut self, token: &str) {
        self.refresh.remove(token);
    }

    /// When the next mint is possible, if not yet.
    pub(super) fn closed_until(
        &self,
        grant: &Grant,
        interval: Duration,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let last = self.last_mints.get(&grant.key())?;
        Some(later(*last, interval)).filter(|until| now < *until)
    }

    pub(super) fn mint(&mut self, grant: Grant, minting: Minting, now: Timestamp) -> TokenPair {
        self.forget_expired(now);
        self.last_mints.insert(grant.key(), now);
        let pair = TokenPair {
            access_token: random("sandbox"),
            token_type: "bearer",
            expires_in: minting.access_life.as_secs(),
            refresh_token: random("sandbox-refresh"),
            scope: grant.scopes.spelled(),
            created_at: now.as_second(),
        };
        let serial = self.next_serial();
        let access = Access {
            user: grant.user,
            client_id: Some(grant.client_id.clone()),
            scopes: grant.scopes.clone(),
            expires: Some(later(now, minting.access_life)),
            serial,
        };
        let (user, client_id) = grant.key();
        self.access.insert(pair.access_token.clone(), access);
        let refresh = Refresh {
            grant,
            expires: later(now, minting.refresh_life),
            serial,
        };
        self.refresh.insert(pair.refresh_token.clone(), refresh);
        self.end_oldest(user, &client_id);
        pair
    }

    /// A token dies once a hundred newer ones exist.
    fn end_oldest(&mut self, user: u64, client_id: &str) {
        let is_own =
            |access: &Access| access.user == user && access.client_id.as_deref() == Some(client_id);
        let serials = self.access.values().filter(|access| is_own(access));
        let floor = newest(serials.map(|access| access.serial));
        self.access
            .retain(|_, access| !is_own(access) || access.serial >= floor);
        let is_own =
            |refresh: &Refresh| refresh.grant.user == user && refresh.grant.client_id == client_id;
        let serials = self.refresh.values().filter(|refresh| is_own(refresh));
        let floor = newest(serials.map(|refresh| refresh.serial));
        self.refresh
            .retain(|_, refresh| !is_own(refresh) || refresh.serial >= floor);
    }

    fn forget_expired(&mut self, now: Timestamp) {
        self.access.retain(|_, access| access.is_live(now));
        self.refresh.retain(|_, refresh| now < refresh.expires);
    }

    fn next_serial(&mut self) -> u64 {
        self.last_serial += 1;
        self.last_serial
    }
}

impl Access {
    fn is_live(&self, now: Timestamp) -> bool {
        self.expires.is_none_or(|expires| now < expires)
    }
}

impl Grant {
    fn key(&self) -> (u64, String) {
        (self.user, self.client_id.clone())
    }
}

/// The lowest serial among as many of the newest as may live.
fn newest(serials: impl Iterator<Item = u64>) -> u64 {
    let sorted: BTreeSet<u64> = serials.collect();
    let floor = sorted.iter().rev().nth(MOST_LIVE - 1);
    floor.copied().unwrap_or(0)
}

pub(super) fn random(kind: &str) -> String {
    format!("{kind}.{:032x}", fastrand::u128(..))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::constant(1_700_000_000, 0);
    const MINTING: Minting = Minting {
        access_life: Duration::from_hours(2),
        refresh_life: Duration::from_hours(336),
        interval: Duration::from_mins(1),
        old_refresh_token: OldRefreshToken::Lives,
    };

    fn grant(user: u64) -> Grant {
        Grant {
            user,
            client_id: "app".to_owned(),
            scopes: Scopes::parse("prospects.read"),
        }
    }

    #[test]
    fn each_token_lives_its_own_time() {
        let mut tokens = Tokens::default();
        let pair = tokens.mint(grant(1), MINTING, NOW);
        let at = |hours: u64| later(NOW, Duration::from_hours(hours));
        let before = later(NOW, Duration::from_secs(7199));
        assert!(tokens.access(&pair.access_token, before).is_some());
        assert!(tokens.access(&pair.access_token, at(2)).is_none());
        assert!(tokens.refreshable(&pair.refresh_token, at(335)).is_some());
        assert!(tokens.refreshable(&pair.refresh_token, at(336)).is_none());
        let live = |access, refresh| LiveTokens { access, refresh };
        assert_eq!(tokens.live(1, NOW), live(1, 1));
        assert_eq!(tokens.live(1, at(2)), live(0, 1));
        assert_eq!(tokens.live(2, NOW), live(0, 0));
        assert_eq!(tokens.live(1, at(336)), live(0, 0));
    }

    #[test]
    fn the_oldest_of_more_than_a_hundred_dies() {
        let mut tokens = Tokens::default();
        let other = tokens.mint(grant(2), MINTING, NOW);
        let own = tokens.issue(1, Scopes::Everything);
        let pairs: Vec<_> = (0..102)
            .map(|_| tokens.mint(grant(1), MINTING, NOW))
            .collect();
        for (index, pair) in pairs.iter().enumerate() {
            let lives = index >= 2;
            let access = tokens.access(&pair.access_token, NOW);
            assert_eq!(access.is_some(), lives, "{index}");
            let refresh = tokens.refreshable(&pair.refresh_token, NOW);
            assert_eq!(refresh.is_some(), lives, "{index}");
        }
        assert!(tokens.access(&other.access_token, NOW).is_some());
        assert!(tokens.access(&own, NOW).is_some());
    }

    #[test]
    fn one_mint_in_a_while_for_each_user_and_app() {
        let mut tokens = Tokens::default();
        let closed = |tokens: &Tokens, user, seconds| {
            let now = later(NOW, Duration::from_secs(seconds));
            tokens.closed_until(&grant(user), MINTING.interval, now)
        };
        assert_eq!(closed(&tokens, 1, 0), None);
        tokens.mint(grant(1), MINTING, NOW);
        let until = later(NOW, Duration::from_mins(1));
        assert_eq!(closed(&tokens, 1, 59), Some(until));
        assert_eq!(closed(&tokens, 1, 60), None);
        assert_eq!(closed(&tokens, 2, 0), None);
    }

    #[test]
    fn revoking_a_user_ends_all_that_apps_have() {
        let mut tokens = Tokens::default();
        let own = tokens.issue(1, Scopes::Everything);
        let pair = tokens.mint(grant(1), MINTING, NOW);
        let other = tokens.mint(grant(2), MINTING, NOW);
        let code = tokens.new_code(grant(1), String::new(), None, NOW);
        tokens.revoke_user(1);
        assert!(tokens.access(&pair.access_token, NOW).is_none());
        assert!(tokens.refreshable(&pair.refresh_token, NOW).is_none());
        assert!(tokens.code(&code, NOW).is_none());
        assert!(tokens.access(&own, NOW).is_some());
        assert!(tokens.access(&other.access_token, NOW).is_some());
    }
}
