//! Where secrets are kept: the system's keyring, or this program's memory.
//!
//! A keyring may ask the person to unlock it, which can take minutes, and on Linux it runs a little executor of its
//! own that must not start on a thread of ours. So all its calls are made on one thread that does nothing else.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};

use keyring_core::CredentialStore;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::{mpsc, oneshot};

const SERVICE: &str = "audience-sync";

/// What the smallest keyring, that of Windows, takes in one entry.
const MAX_BYTES: usize = 2560;

/// Requests that wait for the thread; a keyring is asked a few times an hour.
const N_WAITING: usize = 16;

/// Why a secret could not be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The system has no keyring, or it cannot be reached.
    #[error("this system has no keyring that can be reached: {0}")]
    NoKeyring(String),
    /// It is locked, and nobody unlocked it.
    #[error("the keyring is locked: {0}")]
    Locked(String),
    /// The system lets this program not use it.
    #[error("the keyring refuses access: {0}")]
    Refused(String),
    /// An entry is too long for some keyrings.
    #[error("{what} has {n_bytes} bytes; a keyring takes {MAX_BYTES}")]
    TooLong {
        /// Which one.
        what: Slot,
        /// How long it is.
        n_bytes: usize,
    },
    /// An entry that has to be there is not.
    #[error("{0} is not in the keyring")]
    NotFound(Slot),
    /// There is something else under our name.
    #[error("{0} in the keyring cannot be read")]
    Damaged(Slot),
}

impl Error {
    /// A short fixed word.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoKeyring(_) => "keyring_missing",
            Self::Locked(_) => "keyring_locked",
            Self::Refused(_) => "keyring_refused",
            Self::TooLong { .. } => "secret_too_long",
            Self::NotFound(_) => "secret_missing",
            Self::Damaged(_) => "secret_damaged",
        }
    }

    /// Whether keeping secrets for this session only would work.
    pub fn is_no_keyring(&self) -> bool {
        matches!(self, Self::NoKeyring(_))
    }

    /// Whether it works once the person unlocks the keyring.
    pub fn is_locked(&self) -> bool {
        matches!(self, Self::Locked(_))
    }

    /// Whether the person has to sign in anew for the entry to come back.
    pub fn is_lost(&self) -> bool {
        matches!(self, Self::NotFound(_) | Self::Damaged(_))
    }

    /// Whether the same may work later.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::NoKeyring(_) | Self::Locked(_))
    }
}

/// One of the secrets of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slot {
    /// That of the app in Outreach.
    ClientSecret,
    /// The one that is good.
    RefreshToken,
    /// The one before it.
    PreviousRefreshToken,
    /// The access token in use, so that the next start needs no other one.
    AccessToken,
}

impl Slot {
    const ALL: [Self; 4] = [
        Self::ClientSecret,
        Self::RefreshToken,
        Self::PreviousRefreshToken,
        Self::AccessToken,
    ];

    fn key(self) -> &'static str {
        match self {
            Self::ClientSecret => "client-secret",
            Self::RefreshToken => "refresh-token",
            Self::PreviousRefreshToken => "previous-refresh-token",
            Self::AccessToken => "access-token",
        }
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ClientSecret => "the client secret",
            Self::RefreshToken => "the refresh token",
            Self::PreviousRefreshToken => "the previous refresh token",
            Self::AccessToken => "the access token",
        })
    }
}

/// No account has this id.
const OF_THE_CHECK: &str = "check";

/// Keeps the secrets of all accounts. Clones share them.
#[derive(Clone)]
pub struct Vault(Arc<Backend>);

enum Backend {
    Keyring(mpsc::Sender<Request>),
    Memory(Memory),
}

#[derive(Default)]
struct Memory {
    entries: Mutex<BTreeMap<(String, Slot), SecretString>>,
    #[cfg(test)]
    refuses_writes: std::sync::atomic::AtomicBool,
}

struct Request {
    user: String,
    slot: Slot,
    what: Task,
    answer: oneshot::Sender<Result<Option<SecretString>, Error>>,
}

enum Task {
    Read,
    Write(SecretString),
    Remove,
}

impl Vault {
    /// The system's keyring. It is first spoken to when it is first used.
    ///
    /// # Errors
    /// If its thread cannot be started.
    pub fn keyring() -> Result<Self, Error> {
        let (send, mut requests) = mpsc::channel::<Request>(N_WAITING);
        let work = move || {
            let mut keyring = Keyring::default();
            while let Some(request) = requests.blocking_recv() {
                let answer = keyring.carry_out(&request);
                // Whoever asked may have gone meanwhile.
                drop(request.answer.send(answer));
            }
        };
        thread::Builder::new()
            .name("keyring".to_owned())
            .spawn(work)
            .map_err(|e| Error::NoKeyring(e.to_string()))?;
        Ok(Self(Arc::new(Backend::Keyring(send))))
    }

    /// This program's memory.
    pub fn memory() -> Self {
        Self(Arc::new(Backend::Memory(Memory::default())))
    }

    /// Reads a secret; `None` if it is not there.
    pub async fn read(&self, account: &str, slot: Slot) -> Result<Option<SecretString>, Error> {
        self.ask(account, slot, Task::Read).await
    }

    /// Reads a secret that has to be there.
    pub async fn need(&self, account: &str, slot: Slot) -> Result<SecretString, Error> {
        self.read(account, slot).await?.ok_or(Error::NotFound(slot))
    }

    /// Keeps a secret in place of the one that was there.
    pub async fn write(
        &self,
        account: &str,
        slot: Slot,
        secret: &SecretString,
    ) -> Result<(), Error> {
        let n_bytes = secret.expose_secret().len();
        if n_bytes > MAX_BYTES {
            return Err(Error::TooLong {
                what: slot,
                n_bytes,
            });
        }
        self.ask(account, slot, Task::Write(secret.clone()))
            .await
            .map(drop)
    }

    /// Removes a secret if it is there.
    pub async fn remove(&self, account: &str, slot: Slot) -> Result<(), Error> {
        self.ask(account, slot, Task::Remove).await.map(drop)
    }

    /// Removes all secrets of an account.
    pub async fn forget(&self, account: &str) -> Result<(), Error> {
        for slot in Slot::ALL {
            self.remove(account, slot).await?;
        }
        Ok(())
    }

    /// Whether a secret can be kept. Only writing one tells: a keyring that is locked and holds nothing of ours says of
    /// each secret that it is not there.
    ///
    /// # Errors
    /// If it cannot.
    pub async fn check(&self) -> Result<(), Error> {
        let nothing = SecretString::from("nothing");
        self.write(OF_THE_CHECK, Slot::AccessToken, &nothing)
            .await?;
        self.remove(OF_THE_CHECK, Slot::AccessToken).await
    }

    /// Keeps a new refresh token, and the one it replaces as the previous one. In this order: whenever the process
    /// ends in between, one of the two entries holds the token that is still good for sure.
    pub async fn rotate(
        &self,
        account: &str,
        fresh: &SecretString,
        replaced: Option<&SecretString>,
    ) -> Result<(), Error> {
        match replaced {
            Some(replaced) => {
                self.write(account, Slot::PreviousRefreshToken, replaced)
                    .await?;
            }
            None => self.remove(account, Slot::PreviousRefreshToken).await?,
        }
        self.write(account, Slot::RefreshToken, fresh).await
    }

    async fn ask(
        &self,
        account: &str,
        slot: Slot,
        what: Task,
    ) -> Result<Option<SecretString>, Error> {
        match &*self.0 {
            #[cfg(test)]
            Backend::Memory(memory) if memory.refuses(&what) => {
                Err(Error::Locked("a test says so".to_owned()))
            }
            Backend::Memory(memory) => Ok(memory.carry_out(account, slot, what)),
            Backend::Keyring(thread) => {
                let (send, answer) = oneshot::channel();
                let request = Request {
                    user: format!("{account}/{}", slot.key()),
                    slot,
                    what,
                    answer: send,
                };
                let gone = || Error::NoKeyring("its thread has ended".to_owned());
                thread.send(request).await.map_err(|_gone| gone())?;
                answer.await.map_err(|_gone| gone())?
            }
        }
    }

    /// A keyring that takes questions and answers none, as one does that waits for a person's password. The questions
    /// are the second value.
    #[cfg(test)]
    pub(crate) fn silent() -> (Self, impl Send + 'static) {
        let (send, requests) = mpsc::channel::<Request>(N_WAITING);
        (Self(Arc::new(Backend::Keyring(send))), requests)
    }

    #[cfg(test)]
    pub(super) fn refuse_writes(&self, refuse: bool) {
        if let Backend::Memory(memory) = &*self.0 {
            let flag = &memory.refuses_writes;
            flag.store(refuse, std::sync::atomic::Ordering::SeqCst);
        }
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &*self.0 {
            Backend::Keyring(_) => "Vault(keyring, [hidden])",
            Backend::Memory(_) => "Vault(memory, [hidden])",
        })
    }
}

impl Memory {
    fn carry_out(&self, account: &str, slot: Slot, what: Task) -> Option<SecretString> {
        let mut entries = self.entries();
        let key = (account.to_owned(), slot);
        match what {
            Task::Read => return entries.get(&key).cloned(),
            Task::Write(secret) => entries.insert(key, secret),
            Task::Remove => entries.remove(&key),
        };
        None
    }

    #[cfg(test)]
    fn refuses(&self, what: &Task) -> bool {
        matches!(what, Task::Write(_))
            && self
                .refuses_writes
                .load(std::sync::atomic::Ordering::SeqCst)
    }

    fn entries(&self) -> MutexGuard<'_, BTreeMap<(String, Slot), SecretString>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The keyring as its thread holds it: the one that `keyring` opens, or one that was opened here since.
///
/// `keyring` opens the system's keyring once in a process, and never again if it was not there then.
#[derive(Default)]
struct Keyring(Option<Arc<CredentialStore>>);

impl Keyring {
    /// A keyring that was started anew, or only now, is found by opening it once more.
    fn carry_out(&mut self, request: &Request) -> Result<Option<SecretString>, Error> {
        match self.attempt(request) {
            Err(Error::NoKeyring(_)) => {
                let opened = open_store().map_err(|e| Error::NoKeyring(e.to_string()))?;
                self.0 = Some(opened);
                self.attempt(request)
            }
            answer => answer,
        }
    }

    fn attempt(&self, request: &Request) -> Result<Option<SecretString>, Error> {
        let failed = |error| error_of(error, request);
        let entry = match &self.0 {
            Some(store) => store.build(SERVICE, &request.user, None),
            None => keyring::Entry::new(SERVICE, &request.user).map(|entry| entry.inner),
        };
        let entry = entry.map_err(failed)?;
        let done = match &request.what {
            Task::Read => entry.get_secret().map(Some),
            Task::Write(secret) => entry
                .set_secret(secret.expose_secret().as_bytes())
                .map(|()| None),
            Task::Remove => entry.delete_credential().map(|()| None),
        };
        match done {
            Ok(Some(bytes)) => String::from_utf8(bytes)
                .map(|text| Some(SecretString::from(text)))
                .map_err(|_not_ours| Error::Damaged(request.slot)),
            Ok(None) | Err(keyring_core::Error::NoEntry) => Ok(None),
            Err(error) => Err(error_of(error, request)),
        }
    }
}

/// Only texts are taken over: some of these errors carry the secret itself.
fn error_of(error: keyring_core::Error, request: &Request) -> Error {
    use keyring_core::Error as E;
    match error {
        // Linux tells a dismissed question from a locked keyring only in words, and both end the same way.
        E::NoStorageAccess(why) if cfg!(all(unix, not(target_os = "macos"))) => {
            Error::Locked(why.to_string())
        }
        E::NoStorageAccess(why) => Error::Refused(why.to_string()),
        E::PlatformFailure(why) => Error::NoKeyring(why.to_string()),
        E::TooLong(..) => Error::TooLong {
            what: request.slot,
            n_bytes: match &request.what {
                Task::Write(secret) => secret.expose_secret().len(),
                Task::Read | Task::Remove => 0,
            },
        },
        E::NoEntry => Error::NotFound(request.slot),
        E::BadEncoding(_) | E::BadDataFormat(..) | E::Ambiguous(_) => Error::Damaged(request.slot),
        E::Invalid(what, why) => Error::Refused(format!("{what}: {why}")),
        E::BadStoreFormat(why) | E::NotSupportedByStore(why) => Error::NoKeyring(why),
        E::NoDefaultStore => Error::NoKeyring("none is set".to_owned()),
        _ => Error::NoKeyring("it fails in a new way".to_owned()),
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
fn open_store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(target_os = "macos")]
fn open_store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(windows)]
fn open_store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(windows_native_keyring_store::Store::new()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretString {
        SecretString::from(text)
    }

    async fn held(vault: &Vault, slot: Slot) -> Option<String> {
        let read = vault.read("a1", slot).await.expect("memory can be read");
        read.map(|secret| secret.expose_secret().to_owned())
    }

    #[tokio::test]
    async fn what_is_written_is_read_back_and_forgotten() {
        let vault = Vault::memory();
        assert_eq!(held(&vault, Slot::RefreshToken).await, None);
        for (fresh, replaced) in [("r1", None), ("r2", Some("r1")), ("r3", Some("r2"))] {
            let replaced_secret = replaced.map(secret);
            vault
                .rotate("a1", &secret(fresh), replaced_secret.as_ref())
                .await
                .expect("memory takes it");
            assert_eq!(
                held(&vault, Slot::RefreshToken).await.as_deref(),
                Some(fresh)
            );
            assert_eq!(
                held(&vault, Slot::PreviousRefreshToken).await.as_deref(),
                replaced
            );
        }
        vault.forget("a1").await.expect("memory lets go");
        for slot in Slot::ALL {
            assert_eq!(held(&vault, slot).await, None);
        }
        let missing = vault.need("a1", Slot::ClientSecret).await;
        assert!(missing.is_err_and(|e| e.is_lost() && e.code() == "secret_missing"));
    }

    #[tokio::test]
    async fn an_entry_that_some_keyring_would_not_take_is_refused() {
        let vault = Vault::memory();
        let longest = secret(&"x".repeat(MAX_BYTES));
        vault
            .write("a1", Slot::ClientSecret, &longest)
            .await
            .expect("it just fits");
        let error = vault
            .write("a1", Slot::ClientSecret, &secret(&"é".repeat(1281)))
            .await
            .expect_err("it is too long");
        assert_eq!(error.code(), "secret_too_long");
        assert_eq!(
            error.to_string(),
            "the client secret has 2562 bytes; a keyring takes 2560"
        );
    }

    #[test]
    fn no_error_quotes_a_secret_and_each_has_its_code() {
        use keyring_core::Error as E;
        let request = |what| Request {
            user: "a1/refresh-token".to_owned(),
            slot: Slot::RefreshToken,
            what,
            answer: oneshot::channel().0,
        };
        let io = || Box::new(std::io::Error::other("the system says so"));
        for (error, code) in [
            (E::PlatformFailure(io()), "keyring_missing"),
            (E::NoStorageAccess(io()), "keyring_locked"),
            (E::BadEncoding(b"s3cret".to_vec()), "secret_damaged"),
            (E::BadDataFormat(b"s3cret".to_vec(), io()), "secret_damaged"),
            (E::TooLong("password".to_owned(), 2560), "secret_too_long"),
            (E::NoEntry, "secret_missing"),
        ] {
            let error = error_of(error, &request(Task::Write(secret("s3cret"))));
            assert_eq!(error.code(), code);
            assert!(!format!("{error} {error:?}").contains("s3cret"));
        }
        let vault = Vault::memory();
        assert_eq!(format!("{vault:?}"), "Vault(memory, [hidden])");
    }
}
