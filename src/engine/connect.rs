//! The steps of connecting and disconnecting an account that are the same in a window and in a terminal.

use std::{process::Stdio, sync::Arc, time::Duration};

use secrecy::SecretString;
use tokio::time::timeout;

use super::account::KeeperTokens;
use crate::{
    auth::{self, ACCESS_TOKEN_VARIABLE, Keeper, Slot, Vault},
    model::AccountSettings,
    outreach::Client,
    store::{self, DataDir},
};

/// How long Outreach may take to say who is signed in.
const ASK_FOR: Duration = Duration::from_secs(20);

/// The account of this name, or a new one.
///
/// # Errors
/// If the accounts cannot be read.
pub fn account_or_new(dir: &DataDir, name: &str) -> Result<AccountSettings, store::Error> {
    let new = || AccountSettings::new(format!("account-{:016x}", fastrand::u64(..)), name.trim());
    Ok(dir.find_account(name)?.unwrap_or_else(new))
}

/// The secret of the account's app from an earlier sign-in, from a vault that was seen to work: nobody should sign in
/// only to hear that it cannot be kept.
///
/// It is for the server that it was typed for: another one has to be given its own.
///
/// # Errors
/// If the vault is out of reach or locked.
pub async fn known_secret(
    dir: &DataDir,
    vault: &Vault,
    account: &AccountSettings,
) -> Result<Option<SecretString>, auth::Error> {
    vault.check().await?;
    let known = dir.read_accounts().unwrap_or_default().into_iter();
    let mut known = known.filter(|known| known.id == account.id);
    if !known.any(|known| known.token_address() == account.token_address()) {
        return Ok(None);
    }
    Ok(vault.read(&account.id, Slot::ClientSecret).await?)
}

/// The account after a sign-in: who that is, what was allowed, and until when.
pub async fn connected(keeper: &Keeper, account: AccountSettings) -> AccountSettings {
    let who = connected_as(keeper, &account.api_address).await;
    let standing = keeper.standing();
    AccountSettings {
        connected_as: who,
        connected_user: None,
        granted_scopes: standing.granted_scopes,
        signed_in_until: standing.signed_in_until,
        ..account
    }
}

/// Asks Outreach who is signed in; nothing of the sign-in depends on the answer, so there may be none.
async fn connected_as(keeper: &Keeper, api_address: &str) -> Option<String> {
    let client = Client::with_tokens(api_address, Arc::new(KeeperTokens(keeper.clone()))).ok()?;
    let asked = timeout(ASK_FOR, client.connected_as()).await;
    asked.ok()?.ok()?
}

/// Removes the account's tokens and secret from the vault, and returns it without a sign-in.
///
/// # Errors
/// If the vault is out of reach or locked; then everything is as before.
pub async fn forget_sign_in(
    vault: Result<Vault, auth::Error>,
    account: AccountSettings,
) -> Result<AccountSettings, auth::Error> {
    vault?.forget(&account.id).await?;
    Ok(account.signed_out())
}

/// Opens an address in the person's browser, which must not inherit a token that stands in our environment. Returns
/// whether a program for that was found.
pub fn open_in_browser(address: &str) -> bool {
    open::commands(address).into_iter().any(|mut command| {
        command
            .env_remove(ACCESS_TOKEN_VARIABLE)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .is_ok()
    })
}
