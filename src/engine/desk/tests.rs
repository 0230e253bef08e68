//! A desk beside a keyring that is locked. What needs no look behind the vault is tested from outside.

use std::{
    sync::{Arc, mpsc},
    time::Duration,
};

use secrecy::SecretString;

use crate::{
    auth::Vault,
    engine::{
        AccountCommand, Command, DraftCommand, Handle, Snapshot, Start,
        snapshot::{NoticeKind, SignInState},
    },
    model::{Draft, NewAccount},
    store::DataDir,
};

/// No test should come near it; it turns a hanging test into a failing one.
const FAR_TOO_LONG: Duration = Duration::from_mins(1);

struct Window {
    handle: Handle,
    woken: mpsc::Receiver<()>,
    shown: Arc<Snapshot>,
}

impl Window {
    fn open(home: &std::path::Path, vault: Vault) -> Self {
        let start = Start {
            dir: DataDir::open(Some(home.to_owned())).expect("a data folder"),
            token: None,
            vault: Some(vault),
            demo: None,
        };
        let handle = Handle::start(start).expect("a thread");
        let (wake, woken) = mpsc::sync_channel(1);
        // One that waits already stands for all.
        handle.wake_with(move || wake.try_send(()).unwrap_or_default());
        Self {
            handle,
            woken,
            shown: Arc::default(),
        }
    }

    fn until(&mut self, what: &str, is: impl Fn(&Snapshot) -> bool) {
        loop {
            if let Some(news) = self.handle.news() {
                self.shown = news;
            }
            if is(&self.shown) {
                return;
            }
            let woken = self.woken.recv_timeout(FAR_TOO_LONG);
            assert!(woken.is_ok(), "never: {what}; {:#?}", self.shown);
        }
    }
}

fn state(shown: &Snapshot) -> Option<&SignInState> {
    shown.sign_in.as_ref().map(|sign_in| &sign_in.state)
}

#[test]
fn a_locked_keyring_keeps_nobody_waiting() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let (vault, questions) = Vault::silent();
    let mut window = Window::open(home.path(), vault);
    window.until("ready", |shown| shown.is_ready);
    let account = NewAccount {
        name: "Sandbox".to_owned(),
        ..NewAccount::default()
    };
    let secret = Some(SecretString::from("s3cret"));
    let connect = Command::Account(AccountCommand::Connect { account, secret });
    assert!(window.handle.send(connect));
    window.until("the keyring", |shown| {
        state(shown) == Some(&SignInState::Preparing)
    });
    let draft = Arc::new(Draft::default());
    let keep = Command::Draft(DraftCommand::Keep(draft));
    assert!(window.handle.send(keep));
    window.until("a kept draft", |shown| shown.draft_saved.is_some());
    assert_eq!(
        state(&window.shown),
        Some(&SignInState::Preparing),
        "the keyring is still asked"
    );
    let cancel = Command::Account(AccountCommand::CancelSignIn);
    assert!(window.handle.send(cancel));
    window.until("given up", |shown| shown.sign_in.is_none());
    // The keyring fails at last; the sign-in that it was for is no longer shown.
    drop(questions);
    let account = NewAccount {
        name: "Other".to_owned(),
        ..NewAccount::default()
    };
    let connect = Command::Account(AccountCommand::Connect {
        account,
        secret: None,
    });
    assert!(window.handle.send(connect));
    window.until("a failure", |shown| {
        matches!(
            state(shown),
            Some(SignInState::Failed {
                is_keyring: true,
                ..
            })
        )
    });
    let shown = &window.shown;
    assert_eq!(shown.sign_in.as_ref().map(|it| &*it.account), Some("Other"));
    let said = shown.notices.iter();
    let said: Vec<_> = said.map(|notice| &notice.what).collect();
    assert_eq!(said, Vec::<&NoticeKind>::new());
    window.handle.quit();
}
