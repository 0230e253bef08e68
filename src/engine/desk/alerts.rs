//! Alerts: what happened that somebody wanted to know, kept over restarts.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{Desk, runs::is_failure};
use crate::{
    engine::{Report, snapshot::AlertItem},
    model::{Alert, Figures, Problem, RunId, RunStatus},
    store::Kept,
    sync::Hindrance,
};

/// Older alerts than this many are forgotten.
const N_KEPT: usize = 500;

/// Within this span the same alert about the same thing is told once.
const QUIET: SignedDuration = SignedDuration::from_hours(1);

/// The share of excluded profiles that is worth an alert, Adobe's own.
const SKIPPED_SHARE: f64 = 0.01;

impl Desk {
    pub(super) fn begin_alerts(&mut self, kept: Vec<AlertItem>) {
        let newest = kept.iter().map(|alert| alert.id).max();
        self.last_id = newest.unwrap_or(0);
        self.snapshot.alerts = Arc::new(kept);
    }

    pub(super) fn on_read_alerts(&mut self, only: Option<u64>) {
        let alerts = Arc::make_mut(&mut self.snapshot.alerts);
        for alert in alerts {
            alert.is_read |= only.is_none_or(|id| id == alert.id);
        }
        self.keep_alerts();
    }

    /// What a run's end gives reason to tell.
    pub(super) fn alert_of_run(&mut self, slug: &str, report: &Report) {
        let problem = report.problem.clone();
        match report.hindrance {
            Some(Hindrance::SignIn) => {
                // Without a sign-in nothing works, so this is told whether it was asked for or not.
                self.alert_of_account_of(slug, Alert::SignInLost, problem.clone());
            }
            Some(Hindrance::OutOfReach) if is_source(problem.as_ref()) => {
                self.alert_of_destination(slug, Alert::SourceMissing, report.run, problem.clone());
            }
            _ => {}
        }
        if is_failure(report.status) {
            self.alert_of_destination(slug, Alert::RunFailure, report.run, problem);
        } else if report.status == RunStatus::Completed {
            self.alert_of_destination(slug, Alert::RunSuccess, report.run, None);
        }
        if is_much_skipped(&report.figures) {
            self.alert_of_destination(slug, Alert::SkippedRateExceeded, report.run, None);
        }
    }

    /// Tells something of a destination, if its settings ask for that.
    pub(super) fn alert_of_destination(
        &mut self,
        slug: &str,
        kind: Alert,
        run: Option<RunId>,
        problem: Option<Problem>,
    ) {
        let Some(view) = self.snapshot.destination(slug) else {
            return;
        };
        if view.settings.alerts.contains(&kind) {
            let item = AlertItem {
                id: 0,
                at: Timestamp::now(),
                kind,
                about: view.settings.name.clone(),
                slug: Some(slug.to_owned()),
                run,
                problem,
                is_read: false,
            };
            self.add_alert(item);
        }
    }

    /// Tells something of an account.
    pub(super) fn alert_of_account(
        &mut self,
        account: &str,
        kind: Alert,
        problem: Option<Problem>,
    ) {
        let item = AlertItem {
            id: 0,
            at: Timestamp::now(),
            kind,
            about: account.to_owned(),
            slug: None,
            run: None,
            problem,
            is_read: false,
        };
        if !self.was_just_told(&item) {
            self.add_alert(item);
        }
    }

    fn alert_of_account_of(&mut self, slug: &str, kind: Alert, problem: Option<Problem>) {
        let view = self.snapshot.destination(slug);
        if let Some(account) = view.map(|view| view.settings.account.name.clone()) {
            self.alert_of_account(&account, kind, problem);
        }
    }

    /// Tells once an hour that the hourly requests are used up.
    pub(super) fn alert_once_of_budget(&mut self, slug: &str) {
        let now = Timestamp::now();
        let is_told = self.snapshot.alerts.iter().any(|alert| {
            alert.kind == Alert::BudgetExhausted
                && alert.slug.as_deref() == Some(slug)
                && now.duration_since(alert.at) < QUIET
        });
        if !is_told {
            self.alert_of_destination(slug, Alert::BudgetExhausted, None, None);
        }
    }

    fn was_just_told(&self, item: &AlertItem) -> bool {
        self.snapshot.alerts.iter().any(|known| {
            known.kind == item.kind
                && known.about == item.about
                && item.at.duration_since(known.at) < QUIET
        })
    }

    fn add_alert(&mut self, item: AlertItem) {
        let id = self.next_id();
        let alerts = Arc::make_mut(&mut self.snapshot.alerts);
        alerts.insert(0, AlertItem { id, ..item });
        alerts.truncate(N_KEPT);
        self.keep_alerts();
    }

    fn keep_alerts(&mut self) {
        let kept = self
            .engine
            .dir()
            .write_kept(Kept::Alerts, self.snapshot.alerts.as_ref());
        self.tell_if_not(kept);
        self.is_news = true;
    }
}

fn is_source(problem: Option<&Problem>) -> bool {
    problem.is_some_and(|problem| problem.code.starts_with("source"))
}

fn is_much_skipped(figures: &Figures) -> bool {
    #[expect(clippy::cast_precision_loss, reason = "a share needs few digits")]
    let share = figures.excluded as f64 / figures.received().max(1) as f64;
    share > SKIPPED_SHARE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_one_percent_excluded_is_much() {
        let figures = |excluded| Figures {
            unchanged: 1000 - excluded,
            excluded,
            ..Figures::default()
        };
        assert!(!is_much_skipped(&figures(0)));
        assert!(!is_much_skipped(&figures(10)));
        assert!(is_much_skipped(&figures(11)));
        assert!(!is_much_skipped(&Figures::default()));
    }
}
