//! How much of an account's requests this program may use: a dialog.

use std::num::{NonZeroU64, ParseIntError};

use egui::Ui;

use crate::{
    engine::{AccountCommand, Command, snapshot::AccountView},
    model::BudgetSettings,
    ui::{
        Intent, format,
        text::{t, t_args},
        widgets::{Button, Input, Modal},
    },
};

/// The limits as they are typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Limits {
    account: String,
    /// Empty as long as nobody has said.
    allowance: String,
    stop_at: String,
    reserve: String,
}

impl Limits {
    pub(super) fn of(account: &AccountView) -> Self {
        let budget = account.settings.budget;
        let allowance = budget.yearly_allowance;
        Self {
            account: account.settings.name.clone(),
            allowance: allowance.map(format::count).unwrap_or_default(),
            stop_at: budget.stop_at_percent.to_string(),
            reserve: budget.reserve_percent.to_string(),
        }
    }

    /// The dialog, as long as it stays open, and what it asks for.
    pub(super) fn ui(mut self, ui: &Ui) -> (Option<Self>, Option<Intent>) {
        let title = t_args("limits-title", &[("name", self.account.as_str().into())]);
        let read = self.read();
        let ((cancel, save), close) = Modal::new(&title, t("limits-text")).show(
            ui.ctx(),
            |ui| self.fields(ui),
            |ui| {
                let cancel = Button::secondary(t("cancel")).show(ui).clicked();
                let fault = read.is_none().then(|| t("limits-fault"));
                let save = Button::primary(t("limits-yes")).disabled_if(fault);
                (cancel, save.show(ui).clicked())
            },
        );
        if let Some(budget) = read.filter(|_| save) {
            let account = self.account;
            let what = AccountCommand::SetBudget { account, budget };
            (None, Some(Intent::Do(Command::Account(what))))
        } else if cancel || close {
            (None, None)
        } else {
            (Some(self), None)
        }
    }

    fn fields(&mut self, ui: &mut Ui) {
        let fault = allowance(&self.allowance).is_err();
        Input::new(t("limits-allowance"), &mut self.allowance)
            .hint(t("limits-allowance-unsaid"))
            .suffix(t("limits-allowance-unit"))
            .help(t("limits-allowance-help"))
            .error(fault.then(|| t("limits-allowance-fault")))
            .show(ui);
        ui.add_space(12.0);
        let fault = percent(&self.stop_at, 100).is_none();
        Input::new(t("limits-stop"), &mut self.stop_at)
            .suffix("%")
            .help(t("limits-stop-help"))
            .error(fault.then(|| t("limits-stop-fault")))
            .show(ui);
        ui.add_space(12.0);
        let fault = percent(&self.reserve, MOST_RESERVED).is_none();
        Input::new(t("limits-reserve"), &mut self.reserve)
            .suffix("%")
            .help(t("limits-reserve-help"))
            .error(fault.then(|| t("limits-reserve-fault")))
            .show(ui);
    }

    fn read(&self) -> Option<BudgetSettings> {
        Some(BudgetSettings {
            reserve_percent: percent(&self.reserve, MOST_RESERVED)?,
            yearly_allowance: allowance(&self.allowance).ok()?,
            stop_at_percent: percent(&self.stop_at, 100)?,
        })
    }
}

/// More than this would leave next to nothing to send with.
const MOST_RESERVED: u8 = 90;

fn percent(typed: &str, most: u8) -> Option<u8> {
    typed.trim().parse().ok().filter(|n| *n <= most)
}

/// A number above 0, or that nobody has said.
fn allowance(typed: &str) -> Result<Option<u64>, ParseIntError> {
    let digits = typed.replace([',', ' ', '\u{a0}', '\u{202f}'], "");
    if digits.is_empty() {
        return Ok(None);
    }
    let n: NonZeroU64 = digits.parse()?;
    Ok(Some(n.get()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_has_said_is_no_limit() {
        for (typed, expected) in [
            ("", Some(None)),
            ("  ", Some(None)),
            ("1,000,000", Some(Some(1_000_000))),
            ("0", None),
            ("many", None),
        ] {
            assert_eq!(allowance(typed).ok(), expected, "{typed}");
        }
        assert_eq!(percent("90", MOST_RESERVED), Some(90));
        assert_eq!(percent("91", MOST_RESERVED), None);
    }
}
