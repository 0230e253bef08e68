//! `account list | rename | disconnect`: the sign-ins there are.

use std::{fmt::Write as _, path::PathBuf};

use jiff::Timestamp;
use serde::Serialize;

use super::{
    Exit, Failure, args::AccountCommand, connect, exit_of_auth, open_dir, open_engine, output,
    status::local,
};
use crate::{
    auth::{self, Vault},
    engine::{account_unknown, auth_problem, forget_sign_in, rename_account},
    model::{AccountSettings, Keep},
};

/// Carries out one of the commands.
pub(super) async fn run(
    data_dir: Option<PathBuf>,
    command: AccountCommand,
) -> Result<Exit, Failure> {
    match command {
        AccountCommand::Connect(options) => connect::run(data_dir, options).await,
        AccountCommand::List { json } => list(data_dir, json),
        AccountCommand::Rename { old, new } => rename(data_dir, &old, &new),
        AccountCommand::Disconnect { name } => disconnect(data_dir, &name).await,
    }
}

/// What keeps an account from its secrets or its sign-in.
pub(super) fn auth_failure(error: &auth::Error, account: &str) -> Failure {
    Failure {
        problem: auth_problem(error, account),
        exit: exit_of_auth(error),
    }
}

fn list(data_dir: Option<PathBuf>, json: bool) -> Result<Exit, Failure> {
    let accounts = open_dir(data_dir)?.read_accounts()?;
    let now = Timestamp::now();
    if json {
        let rows: Vec<_> = accounts.iter().map(|a| Row::new(a, now)).collect();
        output::json(&serde_json::json!({ "accounts": rows }))?;
    } else if accounts.is_empty() {
        output::result("There is no account yet; `audience-sync account connect` adds one.\n")?;
    }
    if !json {
        for account in &accounts {
            output::result(&describe(account, now))?;
        }
    }
    Ok(Exit::Well)
}

/// An account as programs read it.
#[derive(Debug, Serialize)]
struct Row<'a> {
    name: &'a str,
    api_address: &'a str,
    client_id: &'a str,
    redirect_address: String,
    keep: Keep,
    signed_in: bool,
    connected_as: Option<&'a str>,
    signed_in_until: Option<Timestamp>,
    expires_soon: bool,
    granted_scopes: &'a [String],
    missing_scopes: Vec<&'a str>,
}

impl<'a> Row<'a> {
    fn new(account: &'a AccountSettings, now: Timestamp) -> Self {
        let missing = account.missing_scopes();
        Self {
            name: &account.name,
            api_address: &account.api_address,
            client_id: &account.client_id,
            redirect_address: account.redirect_address(),
            keep: account.keep,
            signed_in: account.signed_in_until.is_some_and(|until| now < until),
            connected_as: account.connected_as.as_deref(),
            signed_in_until: account.signed_in_until,
            expires_soon: account.expires_soon(now),
            granted_scopes: &account.granted_scopes,
            missing_scopes: missing.iter().map(|missing| missing.scope).collect(),
        }
    }
}

fn describe(account: &AccountSettings, now: Timestamp) -> String {
    let mut text = format!("{}, {}\n", account.name, account.api_address);
    text.push_str(&standing(account, now));
    text
}

/// Who is signed in, until when, and what that does not cover; each line indented.
pub(super) fn standing(account: &AccountSettings, now: Timestamp) -> String {
    let mut text = String::new();
    let Some(until) = account.signed_in_until else {
        let name = &account.name;
        return format!(
            "  not signed in; `audience-sync account connect --name \"{name}\"` signs in\n"
        );
    };
    let who = account.connected_as.as_deref();
    let who = who.map_or_else(
        || "connected".to_owned(),
        |who| format!("connected as {who}"),
    );
    let (verb, advice) = if until <= now {
        ("was", "; connect again")
    } else if account.expires_soon(now) {
        ("is", ", soon: any run until then renews it")
    } else {
        ("is", "; every run renews it")
    };
    let until = local(until);
    writeln!(
        text,
        "  {who}; the sign-in {verb} valid until {until}{advice}"
    )
    .unwrap_or_default();
    if !account.granted_scopes.is_empty() {
        let scopes = account.granted_scopes.join(" ");
        writeln!(text, "  allowed: {scopes}").unwrap_or_default();
    }
    for missing in account.missing_scopes() {
        let (scope, without) = (missing.scope, missing.without);
        let what = if without.is_empty() {
            String::new()
        } else {
            format!(", which is needed for {without}")
        };
        writeln!(text, "  not allowed: {scope}{what}").unwrap_or_default();
    }
    text
}

fn rename(data_dir: Option<PathBuf>, old: &str, new: &str) -> Result<Exit, Failure> {
    let engine = open_engine(data_dir)?;
    let (old, new) = (old.trim(), new.trim());
    let n_destinations = rename_account(engine.dir(), old, new).map_err(Failure::usage)?;
    output::result(&format!(
        "Renamed \"{old}\" to \"{new}\", in {} too.\n",
        super::text::counted(n_destinations, "destination", "destinations")
    ))?;
    Ok(Exit::Well)
}

async fn disconnect(data_dir: Option<PathBuf>, name: &str) -> Result<Exit, Failure> {
    let dir = open_dir(data_dir)?;
    let account = dir
        .find_account(name)?
        .ok_or_else(|| Failure::usage(account_unknown(name)))?;
    let name = account.name.clone();
    let vault = match account.keep {
        Keep::Keyring => Vault::keyring(),
        Keep::SessionOnly => Ok(Vault::memory()),
    };
    let signed_out = forget_sign_in(vault.map_err(Into::into), account).await;
    dir.write_account(signed_out.map_err(|e| auth_failure(&e, &name))?)?;
    output::result(&format!(
        "Disconnected \"{name}\": its secrets are removed from this computer.\n\
         Outreach still lists the grant. To remove it there, open your Outreach settings, find the app under the connected apps and revoke its access.\n",
    ))?;
    Ok(Exit::Well)
}
