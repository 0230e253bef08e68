//! The accounts, in one readable JSON file. Settings, never secrets.

use std::{
    fs::{self, File},
    io,
    path::PathBuf,
};

use serde::{Deserialize, Serialize};

use super::{DataDir, Error, data_dir};
use crate::model::{AccountSettings, Fault};

/// The version of the file's form.
const FORMAT: u32 = 1;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Accounts {
    format: u32,
    accounts: Vec<AccountSettings>,
}

impl DataDir {
    /// All accounts, in the order they were added.
    ///
    /// # Errors
    /// If the file cannot be read or is not valid.
    pub fn read_accounts(&self) -> Result<Vec<AccountSettings>, Error> {
        let path = self.accounts_file();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(vec![]),
            Err(e) => return Err(Error::file(&path, e)),
        };
        let invalid = |what: String| Error::Settings {
            path: path.clone(),
            faults: vec![Fault::new("", what)],
        };
        let read: Accounts = serde_json::from_str(text.strip_prefix('\u{feff}').unwrap_or(&text))
            .map_err(|e| invalid(format!("it is not valid: {e}")))?;
        if read.format != FORMAT {
            return Err(invalid(format!("this program reads format {FORMAT}")));
        }
        Ok(read.accounts)
    }

    /// The account of this name, whatever its letter case.
    ///
    /// # Errors
    /// As [`read_accounts`](Self::read_accounts).
    pub fn find_account(&self, name: &str) -> Result<Option<AccountSettings>, Error> {
        let mut all = self.read_accounts()?.into_iter();
        Ok(all.find(|account| account.name.eq_ignore_ascii_case(name.trim())))
    }

    /// Changes the list of accounts. Another process may want to do so at the same moment; then one waits.
    ///
    /// # Errors
    /// If the file cannot be read or written; then nothing is changed.
    pub fn change_accounts<T>(
        &self,
        change: impl FnOnce(&mut Vec<AccountSettings>) -> T,
    ) -> Result<T, Error> {
        let path = self.path().join("accounts.lock");
        data_dir::create_private_file(&path)?;
        // The lock ends with the file.
        let file = File::open(&path).map_err(|e| Error::file(&path, e))?;
        file.lock().map_err(|e| Error::file(&path, e))?;
        let mut accounts = self.read_accounts()?;
        let before = accounts.clone();
        let result = change(&mut accounts);
        if accounts != before {
            let all = Accounts {
                format: FORMAT,
                accounts,
            };
            let mut text = serde_json::to_string_pretty(&all).unwrap_or_default();
            text.push('\n');
            data_dir::replace_private_file(&self.accounts_file(), &text)?;
        }
        Ok(result)
    }

    /// Stores an account: over the one of the same id, or as a new one.
    ///
    /// # Errors
    /// As [`change_accounts`](Self::change_accounts).
    pub fn write_account(&self, account: AccountSettings) -> Result<(), Error> {
        self.change_accounts(|all| match all.iter_mut().find(|a| a.id == account.id) {
            Some(known) => *known = account,
            None => all.push(account),
        })
    }

    fn accounts_file(&self) -> PathBuf {
        self.path().join("accounts.json")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, DataDir) {
        let home = tempfile::tempdir().expect("a temporary folder");
        let dir = DataDir::open(Some(home.path().to_owned())).expect("it can be made");
        (home, dir)
    }

    #[test]
    fn accounts_are_added_found_by_name_and_replaced_by_id() {
        let (_home, dir) = folder();
        assert_eq!(dir.read_accounts().expect("none yet"), []);
        dir.write_account(AccountSettings::new("a1", "Sales"))
            .expect("it is stored");
        dir.write_account(AccountSettings::new("a2", "Partners"))
            .expect("it is stored");
        dir.write_account(AccountSettings::new("a1", "Sales EMEA"))
            .expect("it is stored");
        let all = dir.read_accounts().expect("they are there");
        let names: Vec<_> = all.iter().map(|account| account.name.as_str()).collect();
        assert_eq!(names, ["Sales EMEA", "Partners"]);
        let found = dir.find_account(" sales emea ").expect("it is readable");
        assert_eq!(found.map(|account| account.id).as_deref(), Some("a1"));
    }

    #[test]
    fn a_file_that_is_not_valid_is_named_and_kept() {
        let (_home, dir) = folder();
        let path = dir.accounts_file();
        for text in [
            "",
            "{\"format\": 2, \"accounts\": []}",
            "{\"format\": 1, \"accounts\": [], \"secret\": 1}",
        ] {
            fs::write(&path, text).expect("it can be written");
            let error = dir
                .write_account(AccountSettings::new("a1", "Sales"))
                .expect_err("it is not valid");
            assert!(error.is_settings() && error.to_string().contains("accounts.json"));
            assert_eq!(fs::read_to_string(&path).expect("it is there"), text);
        }
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_the_accounts() {
        use std::os::unix::fs::PermissionsExt as _;
        let (_home, dir) = folder();
        dir.write_account(AccountSettings::new("a1", "Sales"))
            .expect("it is stored");
        let mode = fs::metadata(dir.accounts_file())
            .expect("it is there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
