//! Where the simulated program gets its tokens.

use std::sync::{
    Arc, Mutex, MutexGuard,
    atomic::{AtomicU64, Ordering},
};

use audience_sync::{
    outreach::{Consequence, NoToken, TokenFuture, Tokens},
    sandbox::Sandbox,
};
use secrecy::{ExposeSecret as _, SecretString};

/// Gives tokens of the sandbox, and now and then none until the person signs in again.
pub(super) struct Door {
    sandbox: Arc<Sandbox>,
    state: Mutex<State>,
    n_requests: AtomicU64,
}

struct State {
    random: fastrand::Rng,
    token: Option<String>,
}

impl Door {
    pub(super) fn new(sandbox: Arc<Sandbox>, random: fastrand::Rng) -> Self {
        let state = Mutex::new(State {
            random,
            token: None,
        });
        Self {
            sandbox,
            state,
            n_requests: AtomicU64::new(0),
        }
    }

    /// The person signs in, if that is needed.
    pub(super) fn sign_in(&self) {
        let mut state = self.state();
        if state.token.is_none() {
            state.token = Some(self.sandbox.issue_token());
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("a lock")
    }

    fn token(&self) -> Result<SecretString, NoToken> {
        let token = self.state().token.clone();
        token.map(SecretString::from).ok_or_else(|| NoToken {
            consequence: Consequence::SignInNeeded,
            code: "sign_in_lost",
            cause: "the sign-in is over".into(),
        })
    }
}

impl Tokens for Door {
    fn current(&self) -> TokenFuture<'_, SecretString> {
        Box::pin(async { self.token() })
    }

    fn replace<'a>(&'a self, refused: &'a SecretString) -> TokenFuture<'a, bool> {
        Box::pin(async {
            let mut state = self.state();
            if state.token.as_deref() == Some(refused.expose_secret()) {
                self.n_requests.fetch_add(1, Ordering::Relaxed);
                let is_revoked = state.random.u8(..4) == 0;
                state.token = (!is_revoked).then(|| self.sandbox.issue_token());
            }
            drop(state);
            self.token().map(|_| true)
        })
    }

    fn n_requests(&self) -> u64 {
        self.n_requests.load(Ordering::Relaxed)
    }
}
