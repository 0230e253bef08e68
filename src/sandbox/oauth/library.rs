//! What tests in the same process do with the authorization server.

use super::{
    super::{Sandbox, state::Shared, users::SampleUser},
    App, LiveTokens, TokenPair, TokenRequest,
    scope::Scopes,
    tokens::Grant,
};

impl Sandbox {
    /// The users one can sign in as.
    pub fn sample_users(&self) -> Vec<SampleUser> {
        self.shared.users.samples()
    }

    /// The apps that may ask for tokens.
    pub fn apps(&self) -> Vec<App> {
        self.shared.world().oauth.apps.all().cloned().collect()
    }

    /// Adds an app, or puts it in the place of the one with its client id; `Err` says what is wrong with it.
    pub fn register_app(&self, app: App) -> Result<(), String> {
        self.shared.world().oauth.apps.register(app)
    }

    /// A new access token for one user and some scopes, until it is revoked; `None` for an unknown user.
    pub fn issue_token_for(&self, user: u64, scope: &str) -> Option<String> {
        self.shared.issue_token(user, Scopes::parse(scope))
    }

    /// A pair of tokens, as if the user had signed in and consented to all the app has registered.
    ///
    /// It counts as a mint, but does not wait for its turn. `Err` names what is unknown.
    pub fn grant(&self, user: u64, client_id: &str) -> Result<TokenPair, String> {
        self.shared.grant(user, client_id, None)
    }

    /// Ends all codes and tokens that apps hold for a user, as when the user takes the app's access away.
    pub fn revoke_grant(&self, user: u64) {
        self.shared.world().oauth.tokens.revoke_user(user);
    }

    /// How many live tokens apps hold for a user; tokens from the control side belong to no app.
    pub fn live_tokens(&self, user: u64) -> LiveTokens {
        let world = self.shared.world();
        world.oauth.tokens.live(user, world.clock.now())
    }

    /// The newest requests to the token endpoint, oldest first, as many as the log keeps.
    pub fn token_requests(&self) -> Vec<TokenRequest> {
        self.shared.world().oauth.log.entries().cloned().collect()
    }
}

impl Shared {
    pub(super) fn issue_token(&self, user: u64, scopes: Scopes) -> Option<String> {
        self.users.sample(user)?;
        Some(self.world().oauth.tokens.issue(user, scopes))
    }

    pub(super) fn grant(
        &self,
        user: u64,
        client_id: &str,
        scope: Option<&str>,
    ) -> Result<TokenPair, String> {
        self.users
            .sample(user)
            .ok_or_else(|| format!("there is no user {user}"))?;
        let mut world = self.world();
        let (now, minting) = (world.clock.now(), world.options.minting);
        let oauth = &mut world.oauth;
        let app = oauth.apps.get(client_id);
        let app = app.ok_or_else(|| format!("there is no app '{client_id}'"))?;
        let grant = Grant {
            user,
            client_id: client_id.to_owned(),
            scopes: scope.map_or_else(|| Scopes::Listed(app.scopes.clone()), Scopes::parse),
        };
        Ok(oauth.tokens.mint(grant, minting, now))
    }
}
