//! What the whole program is doing, in one word and in one line.

use super::{
    View, format,
    icon::Icon,
    text::{t, t_args},
    widgets::Kind,
    words::waits,
};
use crate::{
    engine::{
        Snapshot,
        snapshot::{DestinationView, Phase, Running, SignInState},
    },
    model::RunStatus,
};

/// The program in one word. If several hold, the first one counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SyncState {
    /// Something waits for a person.
    NeedsAttention,
    /// Nothing is run for a while.
    Paused,
    /// A run goes on.
    Syncing,
    /// Everything is sent.
    UpToDate,
    /// There is nothing to sync.
    Nothing,
}

impl SyncState {
    pub(super) fn of(snapshot: &Snapshot) -> Self {
        let enabled = || {
            snapshot
                .destinations
                .iter()
                .filter(|it| it.settings.enabled)
        };
        if snapshot.obstacle.is_some()
            || !snapshot.broken.is_empty()
            || snapshot
                .accounts
                .iter()
                .any(|it| it.problem.is_some() && it.n_destinations > 0)
            || enabled().any(needs_attention)
        {
            Self::NeedsAttention
        } else if snapshot.pause.is_some() {
            Self::Paused
        } else if snapshot.destinations.iter().any(|it| it.running.is_some()) {
            Self::Syncing
        } else if enabled().next().is_none() {
            Self::Nothing
        } else {
            Self::UpToDate
        }
    }
}

/// Whether a destination's last run left something for a person to do.
fn needs_attention(view: &DestinationView) -> bool {
    if view.running.is_some() {
        return false;
    }
    let last = view.runs.first().map(|run| run.status);
    view.problem.is_some()
        || matches!(
            last,
            Some(RunStatus::Failed | RunStatus::Partial | RunStatus::Stopped)
        )
}

/// The line at the foot of the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BottomLine {
    /// The icon with its kind; a spinner if there is none.
    pub(super) icon: Option<(Icon, Kind)>,
    /// What is happening.
    pub(super) text: String,
}

impl BottomLine {
    pub(super) fn of(view: &View<'_>) -> Self {
        let snapshot = view.snapshot;
        if !snapshot.is_ready {
            return Self::busy(t("bottom-starting").to_owned());
        }
        if let Some(problem) = snapshot.obstacle.as_ref().or(snapshot.broken.first()) {
            return Self::bad(problem.what.clone());
        }
        if let Some(SignInState::Waiting { .. }) = snapshot.sign_in.as_ref().map(|it| &it.state) {
            // The person is at work, not the program.
            return Self::quiet(Icon::Clock, t("bottom-signing-in").to_owned());
        }
        let mut all = snapshot.destinations.iter();
        if let Some((it, running)) =
            all.find_map(|it| it.running.as_ref().map(|running| (it, running)))
        {
            return Self::busy(of_run(it, running, view));
        }
        if let Some(pause) = snapshot.pause {
            let text = pause.until.map_or_else(
                || t("bottom-paused").to_owned(),
                |until| {
                    let time = format::moment(until, view.now, &view.zone);
                    t_args("bottom-paused-until", &[("time", time.into())])
                },
            );
            return Self::quiet(Icon::Pause, text);
        }
        let mut enabled = snapshot
            .destinations
            .iter()
            .filter(|it| it.settings.enabled);
        if let Some(it) = enabled.find(|it| needs_attention(it)) {
            return Self::bad(of_failure(it));
        }
        of_quiet_time(view)
    }

    fn busy(text: String) -> Self {
        Self { icon: None, text }
    }

    fn bad(text: String) -> Self {
        Self {
            icon: Some((Icon::WarningCircle, Kind::Bad)),
            text,
        }
    }

    fn quiet(icon: Icon, text: String) -> Self {
        Self {
            icon: Some((icon, Kind::Neutral)),
            text,
        }
    }
}

fn of_run(view: &DestinationView, running: &Running, at: &View<'_>) -> String {
    let name = view.settings.name.as_str();
    if let Some(wait) = running.waiting.filter(|wait| wait.until > at.now) {
        return t_args(
            "bottom-waiting",
            &[("name", name.into()), ("wait", waits(wait, at).into())],
        );
    }
    match running.phase {
        Phase::Planning { n_records } => t_args(
            "bottom-planning",
            &[("name", name.into()), ("n", n_records.into())],
        ),
        Phase::Delivering {
            n_settled,
            n_changes,
        } => t_args(
            "bottom-delivering",
            &[
                ("name", name.into()),
                ("n", n_changes.saturating_sub(n_settled).into()),
            ],
        ),
    }
}

fn of_failure(view: &DestinationView) -> String {
    let name = view.settings.name.as_str();
    if let Some(problem) = &view.problem {
        return t_args(
            "bottom-problem",
            &[
                ("name", name.into()),
                ("what", problem.what.as_str().into()),
            ],
        );
    }
    let last = view.runs.first();
    let (run, n) = last.map_or((0, 0), |run| (run.id.get(), run.figures.failed));
    t_args(
        "bottom-refused",
        &[
            ("name", name.into()),
            ("run", run.to_string().into()),
            ("n", n.into()),
        ],
    )
}

fn of_quiet_time(view: &View<'_>) -> BottomLine {
    let snapshot = view.snapshot;
    if let Some(saved) = snapshot.draft_saved {
        let time = format::time(saved, &view.zone);
        return BottomLine {
            icon: Some((Icon::CheckCircle, Kind::Ok)),
            text: t_args("bottom-draft", &[("time", time.into())]),
        };
    }
    let last = snapshot
        .destinations
        .iter()
        .filter_map(|it| Some((it, it.runs.first()?.ended?)))
        .max_by_key(|(_, ended)| *ended);
    match last {
        Some((it, ended)) => BottomLine {
            icon: Some((Icon::CheckCircle, Kind::Ok)),
            text: t_args(
                "bottom-last",
                &[
                    ("name", it.settings.name.as_str().into()),
                    ("ago", format::ago(ended, view.now).into()),
                ],
            ),
        },
        None if snapshot.accounts.is_empty() => {
            BottomLine::quiet(Icon::Info, t("bottom-nothing").to_owned())
        }
        None => BottomLine::quiet(Icon::Info, t("bottom-never").to_owned()),
    }
}
