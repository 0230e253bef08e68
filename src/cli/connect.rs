//! `account connect`: has a person sign in to Outreach in the browser.

use std::{
    io::{self, BufRead as _, IsTerminal as _},
    path::PathBuf,
    thread,
};

use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::{sync::mpsc, task::spawn_blocking};

use super::{
    Exit, Failure,
    account::{auth_failure, standing},
    args::{ConnectArgs, Redirect},
    asked_to_end, exit_of_auth, open_dir, output,
};
use crate::{
    auth::{Browser, Clock, Error, Keeper, News, NoCode, SIGN_IN_WITHIN, Vault},
    engine::{account_or_new, connect_problem, connected, known_secret, open_in_browser},
    model::{AccountSettings, Keep, Problem, RedirectMode, address_fault},
    store::DataDir,
};

/// Lines that wait to be looked at.
const N_WAITING: usize = 8;

/// Signs in and stores what may be stored.
pub(super) async fn run(data_dir: Option<PathBuf>, options: ConnectArgs) -> Result<Exit, Failure> {
    let dir = open_dir(data_dir)?;
    let account = settings(&dir, &options)?;
    let name = account.name.clone();
    let refused = |error: Error| auth_failure(&error, &name);
    // The keyring first: nobody should sign in only to hear that it cannot be kept.
    let (vault, known) = open_vault(&dir, &account).await.map_err(refused)?;
    let (account, secret) = ask(account, known).await?;
    let keeper = Keeper::new(&account, vault, Clock::system()).map_err(refused)?;
    let came = sign_in(&keeper, &account, secret, !options.no_browser).await?;
    came.map_err(|error| Failure {
        problem: connect_problem(&error, &name),
        exit: exit_of_auth(&error),
    })?;
    finish(&dir, connected(&keeper, account).await)
}

/// The account as it was or as a new one is, with what was typed.
fn settings(dir: &DataDir, options: &ConnectArgs) -> Result<AccountSettings, Failure> {
    let name = options.name.trim();
    if name.is_empty() {
        return Err(Failure::usage(Problem::new(
            "account_name_empty",
            "An account needs a name.",
            "Give it one with --name.",
        )));
    }
    let mut account = account_or_new(dir, name)?;
    if let Some(what) = options.api.as_deref().and_then(address_fault) {
        return Err(Failure::usage(Problem::new(
            "api_address_invalid",
            format!("The address of the API cannot be used: {what}."),
            "Correct the address with --api; it begins with https://.",
        )));
    }
    if let Some(api) = &options.api {
        api.trim()
            .trim_end_matches('/')
            .clone_into(&mut account.api_address);
    }
    if let Some(id) = &options.client_id {
        id.trim().clone_into(&mut account.client_id);
    }
    if let Some(redirect) = options.redirect {
        account.redirect = match redirect {
            Redirect::Https => RedirectMode::Https,
            Redirect::Http => RedirectMode::Http,
            Redirect::Paste => RedirectMode::Paste,
        };
    }
    account.port = options.port.unwrap_or(account.port);
    if options.session_only {
        // What the keyring may hold of an earlier sign-in stays as it is.
        if account.keep == Keep::Keyring && account.signed_in_until.is_some() {
            return Err(Failure::usage(Problem::new(
                "account_is_kept",
                format!(
                    "The account \"{}\" is signed in and kept in the keyring.",
                    account.name
                ),
                "Disconnect it first, or try the sign-in under another --name.",
            )));
        }
        account.keep = Keep::SessionOnly;
    } else {
        account.keep = Keep::Keyring;
    }
    Ok(account)
}

/// The vault, and the client secret in it from an earlier sign-in.
async fn open_vault(
    dir: &DataDir,
    account: &AccountSettings,
) -> Result<(Vault, Option<SecretString>), Error> {
    let vault = match account.keep {
        Keep::SessionOnly => Vault::memory(),
        Keep::Keyring => Vault::keyring()?,
    };
    let known = known_secret(dir, &vault, account).await?;
    Ok((vault, known))
}

/// Asks for what is not known yet: the client id, and the secret without echo. Without a terminal the first line of
/// standard input is the secret.
async fn ask(
    mut account: AccountSettings,
    known: Option<SecretString>,
) -> Result<(AccountSettings, SecretString), Failure> {
    let is_terminal = io::stdin().is_terminal();
    if account.client_id.is_empty() && is_terminal {
        output::note("Client id of the app in Outreach: ")?;
        let typed = spawn_blocking(read_line)
            .await
            .map_err(io::Error::other)??;
        typed.trim().clone_into(&mut account.client_id);
    }
    if account.client_id.is_empty() {
        return Err(Failure::usage(Problem::new(
            "client_id_missing",
            "The client id of the app in Outreach is not known.",
            "Give it with --client-id; an Outreach administrator finds it under API access.",
        )));
    }
    let keep = if known.is_some() {
        ", Enter for the one in the keyring"
    } else {
        ""
    };
    let prompt = format!("Client secret (it is not shown{keep}): ");
    let typed = spawn_blocking(move || {
        if is_terminal {
            rpassword::prompt_password(prompt)
        } else {
            read_line()
        }
    });
    let typed = SecretString::from(typed.await.map_err(io::Error::other)??);
    let secret = typed.expose_secret().trim();
    let n_characters = secret.chars().count();
    if n_characters == 0 {
        let known = known.map(|secret| (account, secret));
        return known.ok_or_else(|| {
            Failure::usage(Problem::new(
                "client_secret_missing",
                "No client secret was given.",
                "Type it when asked, or give it as the first line of standard input.",
            ))
        });
    }
    if is_terminal {
        output::note(&format!("The secret has {n_characters} characters.\n"))?;
    }
    let secret = SecretString::from(secret);
    Ok((account, secret))
}

fn read_line() -> io::Result<String> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    Ok(line)
}

async fn sign_in(
    keeper: &Keeper,
    account: &AccountSettings,
    secret: SecretString,
    opens_browser: bool,
) -> io::Result<Result<(), Error>> {
    let mut told = Ok(());
    let mut tell = |news: News<'_>| {
        let said = match news {
            News::SignInAt(address) => show(account, address, opens_browser),
            News::NotUsed(why) => output::note(not_used(why)),
        };
        if told.is_ok() {
            told = said;
        }
    };
    let is_paste = account.redirect == RedirectMode::Paste;
    let browser = Browser {
        within: SIGN_IN_WITHIN,
        pasted: pasted_lines(is_paste || io::stdin().is_terminal())?,
        cancelled: Box::pin(asked_to_end()),
        tell: &mut tell,
    };
    let came = keeper.connect(secret, browser).await;
    told?;
    Ok(came.map(drop))
}

/// The address goes to standard output, alone on its line, for whoever wants to pass it on.
fn show(account: &AccountSettings, address: &str, opens_browser: bool) -> io::Result<()> {
    output::note(&format!(
        "The app in Outreach has to have this redirect address, letter by letter: {}\n\
         Sign in to Outreach at this address within five minutes:\n",
        account.redirect_address()
    ))?;
    output::result(&format!("{address}\n"))?;
    output::note(match account.redirect {
        RedirectMode::Https => {
            "At the end the browser warns that a page of this computer (127.0.0.1) is not private; go on to it, it is Audience Sync's own. Or paste the address of that page here. Ctrl-C gives up.\n"
        }
        RedirectMode::Http => {
            "Or paste the address that the browser ends at here. Ctrl-C gives up.\n"
        }
        RedirectMode::Paste => {
            "The browser ends at a page that cannot be shown. Copy its whole address and paste it here. Ctrl-C gives up.\n"
        }
    })?;
    if opens_browser && !open_in_browser(address) {
        output::note("No browser could be started; open the address yourself.\n")?;
    }
    Ok(())
}

fn not_used(why: &NoCode) -> &'static str {
    match why {
        NoCode::WrongState => {
            "This address belongs to another sign-in. Paste the one that the page opened last ended at.\n"
        }
        NoCode::Empty | NoCode::Denied | NoCode::Refused { .. } => {
            "There is no code in this. Paste the whole address that the browser ended at.\n"
        }
    }
}

/// The lines of standard input from here on, or none; the thread that reads them ends with the program.
fn pasted_lines(wanted: bool) -> io::Result<mpsc::Receiver<String>> {
    let (send, lines) = mpsc::channel(N_WAITING);
    if wanted {
        thread::Builder::new()
            .name("terminal".to_owned())
            .spawn(move || {
                for line in io::stdin().lock().lines().map_while(Result::ok) {
                    if !line.trim().is_empty() && send.blocking_send(line).is_err() {
                        return;
                    }
                }
            })?;
    }
    Ok(lines)
}

fn finish(dir: &DataDir, account: AccountSettings) -> Result<Exit, Failure> {
    let mut text = format!("Connected the account \"{}\".\n", account.name);
    text.push_str(&standing(&account, Timestamp::now()));
    let is_kept = account.keep == Keep::Keyring;
    let stored = AccountSettings {
        signed_in_until: account.signed_in_until.filter(|_| is_kept),
        ..account
    };
    dir.write_account(stored)?;
    if !is_kept {
        text.push_str(
            "  The sign-in works, and ends here: with --session-only no secret is stored, so the next command needs another one.\n",
        );
    }
    output::result(&text)?;
    Ok(Exit::Well)
}
