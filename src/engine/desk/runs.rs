//! Runs of the destinations: started when they are due or asked for, followed while they go on.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use super::{Desk, Done};
use crate::{
    engine::{
        Mode, Notice, Report, run,
        snapshot::{Delivered, DestinationView, NoticeKind, Pause, Phase, Running, Sample},
        watch::look,
    },
    model::{Account, Alert, Cause, Figures, Requests, RunStatus, WaitsFor},
    outreach::Client,
    store::Settings,
    sync::{Hooks, Progress},
};

/// Points of a plot; older ones are thinned out.
const MAX_SAMPLES: usize = 400;

/// The span over which the present speed is taken.
const SPEED_OVER: SignedDuration = SignedDuration::from_secs(10);

/// How often a running destination's figures are read.
const FIGURES_EVERY: SignedDuration = SignedDuration::from_secs(1);

/// A run takes too long after so long, in Adobe's words a delay.
const DELAY: SignedDuration = SignedDuration::from_mins(150);

/// A run that goes on.
pub(super) struct Live {
    stop: watch::Sender<bool>,
    progress: watch::Receiver<Option<Progress>>,
    client: Option<Client>,
    samples: Vec<Sample>,
    last_figures: Option<Timestamp>,
    is_told_of_delay: bool,
}

impl Live {
    pub(super) fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// How the run delivered, if it sent anything.
    fn delivered(mut self, report: &Report) -> Option<Delivered> {
        let Some(Progress::Delivering { n_settled, .. }) = *self.progress.borrow() else {
            return None;
        };
        let at = report.ended;
        add_sample(&mut self.samples, Sample { at, n_settled });
        (n_settled > 0).then(|| Delivered {
            run: report.run,
            started: report.started,
            ended: report.ended,
            samples: Arc::new(self.samples),
        })
    }
}

impl Desk {
    /// Runs whatever is due, unless somebody paused it all.
    pub(super) fn look_at_sources(&mut self) {
        let now = Timestamp::now();
        if let Some(Pause { until: Some(until) }) = self.snapshot.pause
            && until <= now
        {
            self.on_pause(None);
        }
        if self.snapshot.pause.is_some() {
            return;
        }
        let enabled: Vec<_> = self
            .snapshot
            .destinations
            .iter()
            .filter(|view| view.settings.enabled && !self.running.contains_key(&view.slug))
            .map(settings_of)
            .collect();
        for settings in enabled {
            if self.looks.is_watching(&settings.slug) {
                continue;
            }
            let dir = self.engine.dir().clone();
            self.spawn_blocking(
                move || (look(&settings, &dir), settings),
                |desk, (looks, settings)| desk.on_looked(looks, settings),
            );
        }
    }

    /// A source was looked at.
    fn on_looked(&mut self, looks: String, settings: Settings) {
        self.looks.watched(&settings.slug);
        let account = settings.destination.account.name.clone();
        let signed_in = self.engine.sign_in_at(&account);
        let state = self.watched.entry(settings.slug.clone()).or_default();
        state.look_for_sign_in(|| signed_in);
        let cause = state.due(looks.clone(), Timestamp::now());
        self.survey_if_changed(&settings, &looks);
        if let Some(cause) = cause
            && self.snapshot.pause.is_none()
        {
            self.run(settings, Some(cause), Mode::Send);
        }
    }

    /// Starts a run, unless one goes on.
    pub(super) fn run(&mut self, settings: Settings, cause: Option<Cause>, mode: Mode) {
        if self.running.contains_key(&settings.slug) {
            return;
        }
        let account = settings.destination.account.clone();
        let client = self.engine.client(&account);
        let (stop, stopping) = watch::channel(false);
        let (publish, progress) = watch::channel(None);
        let hooks = Hooks {
            stop: stopping,
            progress: Arc::new(move |progress| {
                publish.send_replace(Some(progress));
            }),
        };
        let state = self.watched.entry(settings.slug.clone()).or_default();
        state.is_running = true;
        state.account.clone_from(&account.name);
        self.running.insert(
            settings.slug.clone(),
            Live {
                stop,
                progress,
                client: client.as_ref().ok().cloned(),
                samples: vec![],
                last_figures: None,
                is_told_of_delay: false,
            },
        );
        let now = Timestamp::now();
        self.with_view(&settings.slug, |view| {
            view.running = Some(begun(cause.unwrap_or(Cause::Manual), now));
            view.next_try = None;
        });
        self.alert_of_destination(&settings.slug, Alert::RunStart, None, None);
        let dir = self.engine.dir().clone();
        self.spawn(async move {
            let report = run::run_apart(&dir, &settings, cause, mode, client, &hooks).await;
            let done: Done = Box::new(move |desk: &mut Self| {
                desk.on_run_ended(&settings.slug, &account, report);
            });
            done
        });
    }

    fn on_run_ended(&mut self, slug: &str, account: &Account, report: Report) {
        self.engine.look_at_end(account, &report, &mut self.news);
        let live = self.running.remove(slug);
        let delivered = live.and_then(|live| live.delivered(&report));
        let signed_in = self.engine.sign_in_at(&account.name);
        let next_try = self.watched.get_mut(slug).and_then(|state| {
            state.end(&report, || signed_in);
            state.not_before
        });
        self.with_view(slug, |view| {
            view.running = None;
            view.next_try = next_try;
            if delivered.is_some() {
                view.delivered = delivered;
            }
        });
        self.alert_of_run(slug, &report);
        self.refresh_after_run(slug);
        self.refresh_accounts();
    }

    /// Shows how far the runs are.
    pub(super) fn look_at_runs(&mut self) {
        let now = Timestamp::now();
        let slugs: Vec<_> = self.running.keys().cloned().collect();
        for slug in slugs {
            self.look_at_run(&slug, now);
        }
    }

    fn look_at_run(&mut self, slug: &str, now: Timestamp) {
        let Some(live) = self.running.get_mut(slug) else {
            return;
        };
        let progress = *live.progress.borrow_and_update();
        if let Some(Progress::Delivering { n_settled, .. }) = progress {
            add_sample(&mut live.samples, Sample { at: now, n_settled });
        }
        let samples = live.samples.clone();
        let waiting = live.client.as_ref().and_then(Client::waiting);
        let waiting = waiting.filter(|wait| wait.until > now);
        let is_stopping = *live.stop.borrow();
        let wants_figures = live
            .last_figures
            .is_none_or(|last| now.duration_since(last) >= FIGURES_EVERY);
        if wants_figures {
            live.last_figures = Some(now);
        }
        self.with_view(slug, |view| {
            if let Some(running) = &mut view.running {
                running.is_stopping = is_stopping;
                running.waiting = waiting;
                show_progress(running, progress, samples, now);
            }
        });
        if wants_figures {
            self.refresh_running_facts(slug);
        }
        if waiting.is_some_and(|wait| wait.what == WaitsFor::Limit) {
            self.alert_once_of_budget(slug);
        }
        self.look_for_delay(slug, now);
    }

    fn look_for_delay(&mut self, slug: &str, now: Timestamp) {
        let started = self
            .snapshot
            .destination(slug)
            .and_then(|view| view.running.as_ref())
            .map(|running| running.started);
        let is_late = started.is_some_and(|started| now.duration_since(started) > DELAY);
        let Some(live) = self.running.get_mut(slug).filter(|_| is_late) else {
            return;
        };
        if !std::mem::replace(&mut live.is_told_of_delay, true) {
            self.alert_of_destination(slug, Alert::RunDelay, None, None);
        }
    }

    /// Stops a destination's run.
    pub(super) fn stop(&mut self, slug: &str) {
        if let Some(live) = self.running.get(slug) {
            live.stop();
        }
    }

    /// Pauses everything, or goes on.
    pub(super) fn on_pause(&mut self, pause: Option<Pause>) {
        self.snapshot.pause = pause;
        if pause.is_some() {
            for live in self.running.values() {
                live.stop();
            }
        } else {
            // What was stopped or missed meanwhile is due now.
            for state in self.watched.values_mut() {
                state.not_before = Some(Timestamp::UNIX_EPOCH);
            }
        }
        self.is_news = true;
    }

    /// Renews sign-ins, and tells what became of them.
    pub(super) fn look_at_sign_ins(&mut self) {
        if self.engine.token.is_none() {
            self.engine.accounts.keep_alive(&self.engine.dir);
        }
        self.engine.remember_accounts();
        let notices = self.engine.look_for_news(&mut self.news, &self.watched);
        for notice in notices {
            match notice {
                Notice::SignInLost { account, problem } => {
                    self.alert_of_account(&account, Alert::SignInLost, Some(problem));
                }
                Notice::SignInEndsSoon {
                    account, problem, ..
                } => self.alert_of_account(&account, Alert::SignInExpires, Some(problem)),
                Notice::SignedInAgain { account } => self.tell(NoticeKind::Connected { account }),
                Notice::Run(_) | Notice::Settings(_) => {}
            }
        }
        self.refresh_accounts();
    }

    /// Changes what is shown of a destination.
    pub(super) fn with_view(&mut self, slug: &str, change: impl FnOnce(&mut DestinationView)) {
        let mut all = self.snapshot.destinations.iter_mut();
        if let Some(view) = all.find(|view| view.slug == slug) {
            change(view);
            self.is_news = true;
        }
    }
}

pub(super) fn settings_of(view: &DestinationView) -> Settings {
    Settings {
        slug: view.slug.clone(),
        destination: (*view.settings).clone(),
    }
}

fn begun(cause: Cause, started: Timestamp) -> Running {
    Running {
        run: None,
        cause,
        started,
        phase: Phase::Planning { n_records: 0 },
        figures: Figures::default(),
        requests: Requests::default(),
        samples: Arc::default(),
        per_second: 0.0,
        done_at: None,
        waiting: None,
        is_stopping: false,
    }
}

fn show_progress(
    running: &mut Running,
    progress: Option<Progress>,
    samples: Vec<Sample>,
    now: Timestamp,
) {
    running.phase = match progress {
        None => return,
        Some(Progress::Planning { n_records }) => Phase::Planning { n_records },
        Some(Progress::Delivering {
            n_settled,
            n_changes,
        }) => Phase::Delivering {
            n_settled,
            n_changes,
        },
    };
    running.per_second = speed(&samples);
    running.done_at = done_at(running, now);
    running.samples = Arc::new(samples);
}

/// Adds a point; when there are too many, every other one of the older half goes.
fn add_sample(samples: &mut Vec<Sample>, sample: Sample) {
    samples.push(sample);
    if samples.len() > MAX_SAMPLES {
        let older = samples.len() / 2;
        let mut place = 0;
        samples.retain(|_| {
            place += 1;
            place > older || place % 2 == 1
        });
    }
}

/// Changes settled in a second, over the last few.
fn speed(samples: &[Sample]) -> f64 {
    let Some(last) = samples.last() else {
        return 0.0;
    };
    let first = samples
        .iter()
        .rev()
        .take_while(|sample| last.at.duration_since(sample.at) <= SPEED_OVER)
        .last()
        .unwrap_or(last);
    let secs = last.at.duration_since(first.at).as_secs_f64();
    let n_settled = last.n_settled.saturating_sub(first.n_settled);
    if secs < 0.5 {
        return 0.0;
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "a speed is shown with a few digits"
    )]
    let speed = n_settled as f64 / secs;
    speed
}

/// When the delivery will be done at the present speed, after the wait for the limit.
fn done_at(running: &Running, now: Timestamp) -> Option<Timestamp> {
    let Phase::Delivering {
        n_settled,
        n_changes,
    } = running.phase
    else {
        return None;
    };
    let n_left = n_changes.saturating_sub(n_settled);
    let waiting_until = running.waiting.map(|wait| wait.until);
    if running.per_second <= 0.0 {
        return waiting_until;
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "a time left is shown in minutes"
    )]
    let secs = n_left as f64 / running.per_second;
    let left = SignedDuration::try_from_secs_f64(secs).ok()?;
    waiting_until.unwrap_or(now).checked_add(left).ok()
}

/// Whether a run ended without doing all of its work.
pub(super) fn is_failure(status: RunStatus) -> bool {
    matches!(status, RunStatus::Failed | RunStatus::Partial)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Wait;

    fn sample(second: i64, n_settled: u64) -> Sample {
        Sample {
            at: Timestamp::from_second(second).expect("an instant"),
            n_settled,
        }
    }

    #[test]
    fn the_speed_is_that_of_the_last_ten_seconds() {
        assert!((speed(&[]) - 0.0).abs() < 1e-9);
        assert!((speed(&[sample(0, 5)]) - 0.0).abs() < 1e-9);
        let samples = [
            sample(0, 0),
            sample(20, 1000),
            sample(25, 1010),
            sample(30, 1020),
        ];
        assert!((speed(&samples) - 2.0).abs() < 1e-9);
    }

    #[test]
    fn the_end_is_told_from_the_speed_and_the_wait() {
        let now = Timestamp::from_second(1000).expect("an instant");
        let mut running = begun(Cause::Manual, now);
        running.phase = Phase::Delivering {
            n_settled: 400,
            n_changes: 1000,
        };
        assert_eq!(done_at(&running, now), None);
        running.per_second = 2.0;
        let at = |second| Timestamp::from_second(second).ok();
        assert_eq!(done_at(&running, now), at(1300));
        running.waiting = at(1500).map(|until| Wait {
            what: WaitsFor::Limit,
            until,
        });
        assert_eq!(done_at(&running, now), at(1800));
    }

    #[test]
    fn old_points_are_thinned_out_and_the_newest_stay() {
        let mut samples = vec![];
        for second in 0..2000 {
            add_sample(&mut samples, sample(second, second.unsigned_abs()));
        }
        assert!(samples.len() <= MAX_SAMPLES);
        assert_eq!(samples.first(), Some(&sample(0, 0)));
        assert_eq!(samples.last(), Some(&sample(1999, 1999)));
        assert!(samples.is_sorted_by_key(|sample| sample.at));
    }
}
