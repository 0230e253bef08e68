//! What becomes of sign-ins while no run needs them: lost, about to end, there again. Each is told once.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, tz::TimeZone};

use super::{Notice, auth_problem};
use crate::{
    auth::{Error, Lost},
    model::{AccountSettings, Problem},
};

/// What has been told so far, by the account's id.
#[derive(Debug, Default)]
pub(super) struct SignInNews(BTreeMap<String, Told>);

#[derive(Debug, Default)]
struct Told {
    is_lost: bool,
    /// The end that was warned of.
    end: Option<Timestamp>,
}

/// What is known of a sign-in beside its account's settings.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    /// Why it was lost.
    pub(super) lost: Option<Lost>,
    /// Why it could not be renewed when that was tried last.
    pub(super) not_renewed: Option<Problem>,
}

impl SignInNews {
    /// What there is to tell now. The runs of busy accounts, by name, tell of a loss themselves.
    pub(super) fn look(
        &mut self,
        accounts: &[AccountSettings],
        busy: &BTreeSet<&str>,
        trouble: impl Fn(&AccountSettings) -> Trouble,
        now: Timestamp,
    ) -> Vec<Notice> {
        let mut news = vec![];
        for account in accounts {
            let told = self.0.entry(account.id.clone()).or_default();
            let is_busy = busy
                .iter()
                .any(|name| name.trim().eq_ignore_ascii_case(&account.name));
            news.extend(told.look(account, is_busy, trouble(account), now));
        }
        news
    }

    /// A run has told that this account is not signed in.
    pub(super) fn is_told(&mut self, account: &AccountSettings) {
        if account.signed_in_until.is_none() {
            self.0.entry(account.id.clone()).or_default().is_lost = true;
        }
    }
}

impl Told {
    fn look(
        &mut self,
        account: &AccountSettings,
        is_busy: bool,
        trouble: Trouble,
        now: Timestamp,
    ) -> Option<Notice> {
        let name = || account.name.clone();
        match (account.signed_in_until, trouble) {
            (
                None,
                Trouble {
                    lost: Some(why), ..
                },
            ) if !self.is_lost && !is_busy => {
                self.is_lost = true;
                Some(Notice::SignInLost {
                    account: name(),
                    problem: auth_problem(&Error::Lost(why), &account.name),
                })
            }
            (Some(_), _) if self.is_lost => {
                self.is_lost = false;
                Some(Notice::SignedInAgain { account: name() })
            }
            (
                Some(until),
                Trouble {
                    not_renewed: Some(why),
                    ..
                },
            ) if account.expires_soon(now) && self.end != Some(until) => {
                self.end = Some(until);
                Some(Notice::SignInEndsSoon {
                    account: name(),
                    until,
                    problem: ends_soon(account, until, &why, now),
                })
            }
            _ => None,
        }
    }
}

fn ends_soon(
    account: &AccountSettings,
    until: Timestamp,
    why: &Problem,
    now: Timestamp,
) -> Problem {
    let end = until
        .to_zoned_datetime(TimeZone::system())
        .strftime("%Y-%m-%d %H:%M");
    let ends = if now < until { "ends" } else { "ended" };
    Problem::new(
        "sign_in_ends_soon",
        format!(
            "The sign-in of the account \"{}\" {ends} on {end}, since it could not be renewed: {}",
            account.name, why.what
        ),
        format!(
            "{} The sign-in is renewed as soon as that works; after its end a person has to connect again.",
            why.next_step
        ),
    )
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    fn now() -> Timestamp {
        "2026-11-23T12:00:00Z".parse().expect("an instant")
    }

    fn account(days_left: Option<i64>) -> AccountSettings {
        AccountSettings {
            signed_in_until: days_left.map(|days| now() + SignedDuration::from_hours(24 * days)),
            ..AccountSettings::new("a1", "Sales")
        }
    }

    fn not_renewed() -> Trouble {
        Trouble {
            not_renewed: Some(Problem::new("x", "The network is down.", "Check it.")),
            ..Trouble::default()
        }
    }

    fn lost() -> Trouble {
        Trouble {
            lost: Some(Lost::Grant),
            ..Trouble::default()
        }
    }

    /// The kinds of what is told.
    fn kinds(news: &mut SignInNews, account: &AccountSettings, trouble: Trouble) -> Vec<String> {
        busy_kinds(news, account, trouble, &[])
    }

    fn busy_kinds(
        news: &mut SignInNews,
        account: &AccountSettings,
        trouble: Trouble,
        busy: &[&str],
    ) -> Vec<String> {
        let trouble = std::cell::Cell::new(trouble);
        let busy = busy.iter().copied().collect();
        let all = std::slice::from_ref(account);
        let told = news.look(all, &busy, |_| trouble.take(), now());
        told.iter()
            .map(|notice| match notice {
                Notice::SignInLost { problem, .. } | Notice::SignInEndsSoon { problem, .. } => {
                    problem.code.clone()
                }
                Notice::Run(_) | Notice::Settings(_) | Notice::SignedInAgain { .. } => {
                    format!("{notice:?}")
                }
            })
            .collect()
    }

    #[test]
    fn a_loss_is_told_once_and_so_is_its_end() {
        let news = &mut SignInNews::default();
        let none: [&str; 0] = [];
        assert_eq!(
            kinds(news, &account(Some(14)), Trouble::default()),
            none,
            "all is well"
        );
        for told in [&["sign_in_lost"][..], &[]] {
            assert_eq!(kinds(news, &account(None), lost()), told);
        }
        // The keeper of before may still stand for the loss.
        let again = [r#"SignedInAgain { account: "Sales" }"#];
        for told in [&again[..], &[]] {
            assert_eq!(kinds(news, &account(Some(14)), lost()), told);
        }
        assert_eq!(kinds(news, &account(None), lost()), ["sign_in_lost"]);
    }

    #[test]
    fn a_run_that_tells_of_the_loss_tells_it_alone() {
        let news = &mut SignInNews::default();
        let none: [&str; 0] = [];
        assert_eq!(
            busy_kinds(news, &account(None), lost(), &[" sales"]),
            none,
            "its run goes on"
        );
        news.is_told(&account(None));
        assert_eq!(kinds(news, &account(None), lost()), none);
        assert_eq!(kinds(news, &account(Some(14)), lost()).len(), 1);
        // A scope that is missing is no loss.
        news.is_told(&account(Some(14)));
        assert_eq!(kinds(news, &account(Some(14)), Trouble::default()), none);
    }

    #[test]
    fn an_end_is_warned_of_once_three_days_ahead_if_the_sign_in_cannot_be_renewed() {
        let news = &mut SignInNews::default();
        let none: [&str; 0] = [];
        assert_eq!(kinds(news, &account(Some(4)), not_renewed()), none);
        assert_eq!(
            kinds(news, &account(Some(3)), Trouble::default()),
            none,
            "it is about to be renewed"
        );
        for told in [&["sign_in_ends_soon"][..], &[]] {
            assert_eq!(kinds(news, &account(Some(3)), not_renewed()), told);
        }
        assert_eq!(
            kinds(news, &account(Some(2)), not_renewed()),
            ["sign_in_ends_soon"],
            "another end"
        );
    }
}
