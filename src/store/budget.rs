//! What is remembered of accounts' requests, one small file each; without it a start only knows less.

use std::{fs, path::PathBuf};

use super::{DataDir, Error, data_dir};
use crate::model::{Account, BudgetNote, slug};

impl DataDir {
    /// What is remembered of an account's requests; nothing if that cannot be read.
    pub fn read_budget(&self, account: &Account) -> BudgetNote {
        let text = fs::read_to_string(self.budget_file(account)).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Remembers an account's requests.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write_budget(&self, account: &Account, note: &BudgetNote) -> Result<(), Error> {
        let mut text = serde_json::to_string_pretty(note).unwrap_or_default();
        text.push('\n');
        data_dir::replace_private_file(&self.budget_file(account), &text)
    }

    fn budget_file(&self, account: &Account) -> PathBuf {
        let name = format!(
            "{}@{}.budget.json",
            slug(&account.name),
            slug(&account.api_address)
        );
        self.path().join("state").join(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_reads_back_the_same() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let dir = DataDir::open(Some(home.path().to_owned())).expect("it can be made");
        let account = Account {
            name: "Sales EMEA".to_owned(),
            api_address: "https://api.outreach.io".to_owned(),
        };
        assert_eq!(dir.read_budget(&account), BudgetNote::default());
        let mut note = BudgetNote {
            limit: Some(10_000),
            left: Some(7),
            ends: "2026-05-01T12:00:00Z".parse().ok(),
            ..BudgetNote::default()
        };
        note.count("2026-05-01T12:00:00Z".parse().expect("an instant"));
        dir.write_budget(&account, &note)
            .expect("it can be written");
        assert_eq!(dir.read_budget(&account), note);
        fs::write(dir.budget_file(&account), "{").expect("it can be written");
        assert_eq!(dir.read_budget(&account), BudgetNote::default());
    }
}
