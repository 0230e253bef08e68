//! Words and chips for the states of destinations, runs and audiences.

use crate::{
    engine::snapshot::{AudienceStatus, DestinationView, Phase, Running},
    model::{Alert, Cause, Problem, Run, RunStatus, Step, Wait, WaitsFor},
    ui::{
        View, format,
        text::{t, t_args},
        widgets::{Chip, chip::Kind},
    },
};

/// Whether a destination may run, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::ui) enum State {
    Error,
    Processing,
    Enabled,
    Disabled,
}

impl State {
    pub(in crate::ui) fn of(view: &DestinationView) -> Self {
        let never_ended = || view.runs.iter().all(|run| run.ended.is_none());
        if !view.settings.enabled {
            Self::Disabled
        } else if view.problem.is_some() {
            Self::Error
        } else if view.running.is_some() && never_ended() {
            Self::Processing
        } else {
            Self::Enabled
        }
    }

    pub(in crate::ui) fn chip(self) -> Chip<'static> {
        match self {
            Self::Error => Chip::error(t("state-error")),
            Self::Processing => Chip::running(t("state-processing")),
            Self::Enabled => Chip::ok(t("state-enabled")),
            Self::Disabled => Chip::off(t("state-disabled")),
        }
    }
}

/// What a run waits for, and when it goes on.
pub(in crate::ui) fn waits(wait: Wait, view: &View<'_>) -> String {
    let key = match wait.what {
        WaitsFor::Limit => "waits-limit",
        WaitsFor::SignIn => "waits-sign-in",
        WaitsFor::Network => "waits-network",
        WaitsFor::Outreach => "waits-outreach",
    };
    let at = format::time(wait.until, &view.zone);
    t_args(key, &[("at", at.into())])
}

/// Whether a person has to look at a destination: it has a problem, or its last run met one.
pub(in crate::ui) fn needs_attention(view: &DestinationView) -> bool {
    let ended_badly = |status| matches!(status, RunStatus::Partial | RunStatus::Failed);
    view.settings.enabled
        && (view.problem.is_some()
            || view
                .runs
                .iter()
                .find(|run| run.ended.is_some())
                .is_some_and(|run| ended_badly(run.status)))
}

/// How a run ended.
pub(in crate::ui) fn run_chip(run: &Run) -> Chip<'static> {
    match run.status {
        RunStatus::Stopped if run.is_interrupted() => Chip::off(t("run-interrupted")),
        RunStatus::Processing => Chip::running(t("run-processing")),
        RunStatus::Completed => Chip::ok(t("run-completed")),
        RunStatus::Partial => Chip::warn(t("run-partial")),
        RunStatus::Failed => Chip::failed(t("run-failed")),
        RunStatus::Stopped => Chip::off(t("run-stopped")),
    }
}

/// Why a run was started.
pub(in crate::ui) fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::FirstActivation => t("cause-first"),
        Cause::SourceChanged => t("cause-source"),
        Cause::Schedule => t("cause-schedule"),
        Cause::Manual => t("cause-manual"),
    }
}

/// Whether an audience is written today.
pub(in crate::ui) fn audience_chip(status: AudienceStatus) -> Chip<'static> {
    match status {
        AudienceStatus::Waiting => Chip::waiting(t("audience-waiting")),
        AudienceStatus::Active => Chip::ok(t("audience-active")),
        AudienceStatus::Ended => Chip::off(t("audience-ended")),
    }
}

/// What kind of thing an alert is.
pub(in crate::ui) fn alert(alert: Alert) -> &'static str {
    match alert {
        Alert::RunStart => t("alert-run-start"),
        Alert::RunSuccess => t("alert-run-success"),
        Alert::RunFailure => t("alert-run-failure"),
        Alert::RunDelay => t("alert-run-delay"),
        Alert::SkippedRateExceeded => t("alert-skipped"),
        Alert::SignInExpires => t("alert-sign-in-expires"),
        Alert::SignInLost => t("alert-sign-in-lost"),
        Alert::SourceMissing => t("alert-source-missing"),
        Alert::BudgetExhausted => t("alert-budget"),
    }
}

/// How bad the thing is that an alert tells of.
pub(in crate::ui) fn alert_kind(alert: Alert) -> Kind {
    match alert {
        Alert::RunStart => Kind::Info,
        Alert::RunSuccess => Kind::Ok,
        Alert::RunDelay
        | Alert::SkippedRateExceeded
        | Alert::SignInExpires
        | Alert::BudgetExhausted => Kind::Warn,
        Alert::RunFailure | Alert::SignInLost | Alert::SourceMissing => Kind::Bad,
    }
}

/// What mends a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ui) enum Remedy {
    SignIn,
    Source,
    /// A setting on this step of the wizard.
    Setting(Step),
    /// A word on what kind of export it is; it may be either, or only changes.
    Kind {
        may_be_full: bool,
    },
    Rebuild,
    RunAgain,
}

impl Remedy {
    pub(in crate::ui) fn of(problem: &Problem) -> Self {
        let code = problem.code.as_str();
        if code.starts_with("sign_in")
            || code.starts_with("keyring")
            || matches!(code, "invalid_grant" | "unauthorized")
        {
            Self::SignIn
        } else if matches!(code, "kind_in_doubt" | "source_kind_changed") {
            Self::Kind {
                may_be_full: code == "kind_in_doubt",
            }
        } else if matches!(
            code,
            "source_dialect_unclear"
                | "source_status_unclear"
                | "source_sheet_unclear"
                | "source_lacks"
                | "nothing_received"
                | "all_excluded"
        ) {
            Self::Setting(Step::Source)
        } else if matches!(code, "source_column_missing" | "source_fields_unknown") {
            Self::Setting(Step::Mapping)
        } else if code.starts_with("source_") {
            Self::Source
        } else if matches!(code, "state_damaged" | "state_gone" | "state_older") {
            Self::Rebuild
        } else {
            Self::RunAgain
        }
    }

    /// Two words beside a chip.
    pub(in crate::ui) fn short(self) -> Option<&'static str> {
        match self {
            Self::SignIn => Some(t("short-sign-in")),
            Self::Source | Self::Setting(_) | Self::Kind { .. } => Some(t("short-source")),
            Self::Rebuild | Self::RunAgain => None,
        }
    }
}

/// The share of a run that is done, once it is known.
pub(in crate::ui) fn share_done(running: &Running) -> Option<f64> {
    match running.phase {
        Phase::Planning { .. } => None,
        Phase::Delivering {
            n_settled,
            n_changes,
        } => (n_changes > 0).then(|| share(n_settled, n_changes)),
    }
}

/// A part of a whole, from 0 to 1.
pub(in crate::ui) fn share(part: u64, whole: u64) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a share is shown with few digits"
    )]
    let share = part as f64 / whole.max(1) as f64;
    share
}
