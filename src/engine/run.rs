//! One pass of one destination, from its source to the settled outbox.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::task::{JoinSet, spawn_blocking};

use super::{
    Report, doubts,
    kind::{self, known_to, settle_kind},
    newer::Newer,
    notice_problem,
    problem::internal,
    problem_of, rebuild, today,
};
use crate::{
    model::{
        Cause, Destination, Figures, Overlap, Problem, Requests, Run, RunId, RunStatus,
        SourceSettings,
    },
    outreach::Client,
    source::{self, Tether},
    store::{self, DataDir, Settings, Store},
    sync::{self, Error, Hindrance, Hooks, Order, Orders, Plan, RouteSettings, Rules, Terms},
};

/// Whether anything is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Plan, send and remember.
    Send,
    /// The same, with what Outreach has refused before.
    SendRefused,
    /// Plan only, keeping the first changed fields to look at.
    Dry {
        /// How many fields.
        max_sample: usize,
    },
}

/// Ends the runs that go on although nobody works on them: their process died. A state that cannot be written is left
/// to its destination's next run, which says what is wrong with it.
pub(super) fn end_interrupted(dir: &DataDir) {
    let (all, _broken) = dir.read_valid_destinations().unwrap_or_default();
    for settings in all {
        let problem = Problem::interrupted();
        drop(end_unfinished(dir, &settings, RunStatus::Stopped, &problem));
    }
}

fn end_unfinished(
    dir: &DataDir,
    settings: &Settings,
    status: RunStatus,
    problem: &Problem,
) -> Result<Option<RunId>, store::Error> {
    let path = dir.state(settings);
    // A state is opened for writing only if there is something to write, and none is made.
    let is_unfinished = |store: Store| -> Result<bool, store::Error> {
        let last = store.runs(1)?.pop();
        Ok(last.is_some_and(|run| run.status == RunStatus::Processing))
    };
    match Store::open_to_read(&path)?.map(is_unfinished).transpose()? {
        Some(true) => Store::open(&path)?.end_unfinished(status, problem),
        Some(false) | None => Ok(None),
    }
}

/// Runs a destination as a task of its own: what nobody foresaw is in the report too.
///
/// A run that nobody waits for any more goes no further.
pub(super) async fn run_apart(
    dir: &DataDir,
    settings: &Settings,
    cause: Option<Cause>,
    mode: Mode,
    client: Result<Client, Error>,
    hooks: &Hooks,
) -> Report {
    let mut report = begun(settings, cause);
    let mut task = JoinSet::new();
    task.spawn({
        let (dir, settings, hooks) = (dir.clone(), settings.clone(), hooks.clone());
        async move { run(&dir, &settings, cause, mode, client, &hooks).await }
    });
    if let Some(Ok(report)) = task.join_next().await {
        return report;
    }
    report.ended = Timestamp::now();
    report.break_off(internal());
    report.is_transient = true;
    if !matches!(mode, Mode::Dry { .. }) {
        report.end_in(dir, settings);
    }
    report
}

/// A report of nothing yet.
fn begun(settings: &Settings, cause: Option<Cause>) -> Report {
    let started = Timestamp::now();
    Report {
        destination: settings.destination.name.clone(),
        run: None,
        cause: cause.unwrap_or(Cause::Manual),
        status: RunStatus::Processing,
        figures: Figures::default(),
        requests: Requests::default(),
        started,
        ended: started,
        problem: None,
        hindrance: None,
        is_transient: false,
        plan: None,
        notices: vec![],
    }
}

/// Runs a destination; whatever goes wrong is in the report.
async fn run(
    dir: &DataDir,
    settings: &Settings,
    cause: Option<Cause>,
    mode: Mode,
    client: Result<Client, Error>,
    hooks: &Hooks,
) -> Report {
    let destination = &settings.destination;
    let mut report = begun(settings, cause);
    let terms = terms(destination, client.as_ref().ok());
    let task = Planning::new(dir, settings, hooks);
    let ended = match task.open().await {
        Ok(mut store) => match mode {
            Mode::Dry { max_sample } => {
                dry_run(store, task.clone(), terms, max_sample, &mut report).await
            }
            Mode::Send => send(store, task.clone(), cause, client, &mut report).await,
            Mode::SendRefused => match store.forget_all_refusals() {
                Ok(()) => send(store, task.clone(), cause, client, &mut report).await,
                Err(error) => Err(error.into()),
            },
        },
        Err(error) => Err(error),
    };
    report.ended = Timestamp::now();
    match ended {
        Ok(()) => {}
        Err(error) if matches!(mode, Mode::Dry { .. }) => report.fail(&error, destination),
        Err(error) => {
            let error = rebuild::give_up_if_lost(error, task, terms).await;
            report.fail(&error, destination);
            report.end_in(dir, settings);
        }
    }
    report
}

async fn dry_run(
    store: Store,
    task: Planning,
    terms: Terms,
    max_sample: usize,
    report: &mut Report,
) -> Result<(), Error> {
    let destination = task.settings.destination.clone();
    let looked = spawn_blocking(move || task.look(&store, &terms, max_sample))
        .await
        .map_err(|_panic| Error::Reader)??;
    let Planned {
        plan: (plan, guarded),
        notices,
        ..
    } = looked;
    report.notices = notices;
    report.notices.extend(doubts::kept_problem(&plan));
    report.figures = plan.figures;
    let forecast = plan.forecast.unwrap_or_default();
    report.requests = Requests {
        patch: forecast.patch,
        bulk: forecast.bulk,
        read: forecast.read + forecast.poll,
        ..Requests::default()
    };
    let outcome = doubts::outcome(&plan, &plan.figures, &destination);
    report.plan = Some(plan);
    guarded?;
    (report.status, report.problem) = outcome;
    Ok(())
}

async fn send(
    mut store: Store,
    task: Planning,
    cause: Option<Cause>,
    client: Result<Client, Error>,
    report: &mut Report,
) -> Result<(), Error> {
    let (hooks, dir, settings) = (task.hooks.clone(), task.dir.clone(), task.settings.clone());
    let is_first = store.runs(1)?.is_empty();
    let is_watched = cause.is_some();
    let cause = if is_first {
        Cause::FirstActivation
    } else {
        cause.unwrap_or(Cause::Manual)
    };
    let id = store.begin_run(cause, report.started)?;
    (report.run, report.cause) = (Some(id), cause);
    dir.mark_begun(&settings, id)?;
    let (mut store, planned) = spawn_blocking(move || task.commit(store, id))
        .await
        .map_err(|_panic| Error::Reader)?;
    let (destination, planned) = match planned {
        Ok(planned) => {
            report.notices = planned.notices;
            (planned.destination, Ok(planned.plan))
        }
        Err(error) => (settings.destination.clone(), Err(error)),
    };
    let figures = planned.as_ref().map(|plan| plan.figures);
    let mut run = report.as_run(id, figures.unwrap_or_default());
    let kept = planned.as_ref().ok().and_then(doubts::kept_problem);
    report.notices.extend(kept);
    let ended = match &planned {
        Ok(plan) if plan.figures.pending > 0 => match client {
            Ok(client) => {
                let watched = is_watched.then_some(&destination.source);
                let orders = Orders {
                    route: terms(&destination, Some(&client)).route,
                    ..Orders::new(destination.delivery, plan.in_doubt.clone())
                };
                let orders = (orders, watched);
                deliver(&mut store, &client, &mut run, orders, &hooks, report).await
            }
            Err(error) => Err(error),
        },
        Ok(_) | Err(_) => Ok(()),
    };
    let ended = planned.and_then(|plan| ended.map(|()| plan));
    end(&mut store, run, ended, &destination, report)?;
    dir.mark_ended(&settings, id)?;
    Ok(())
}

fn end(
    store: &mut Store,
    run: Run,
    ended: Result<Plan, Error>,
    destination: &Destination,
    report: &mut Report,
) -> Result<(), Error> {
    report.figures = run.figures;
    report.requests = run.requests;
    let plan = match ended {
        Ok(plan) => Some(plan),
        Err(error) => {
            report.fail(&error, destination);
            None
        }
    };
    if let Some(plan) = plan {
        (report.status, report.problem) = doubts::outcome(&plan, &run.figures, destination);
        // What got no clear answer is still in the outbox, and may get one later.
        report.is_transient = store.n_pending()? > 0;
    }
    report.ended = Timestamp::now();
    store.end_run(&Run {
        status: report.status,
        ended: Some(report.ended),
        problem: report.problem.clone(),
        ..run
    })?;
    Ok(())
}

async fn deliver(
    store: &mut Store,
    client: &Client,
    run: &mut Run,
    (orders, watched): (Orders, Option<&SourceSettings>),
    hooks: &Hooks,
    report: &mut Report,
) -> Result<(), Error> {
    let newer = watched.map_or_else(Newer::never, |source| Newer::than_planned(store, source));
    let superseded = newer.is_newer.clone();
    let orders = Orders {
        superseded,
        ..orders
    };
    let client = client.counting_anew();
    let delivered = sync::deliver(store, &client, run, &orders, hooks).await;
    client.remember_budget();
    report.notices.extend(delivered?.iter().map(notice_problem));
    Ok(())
}

/// What forecasting needs to know of the account's budget.
pub(super) fn terms(destination: &Destination, client: Option<&Client>) -> Terms {
    let delivery = destination.delivery;
    let mut terms = Terms {
        delivery,
        route: RouteSettings {
            mode: delivery.route,
            ..RouteSettings::default()
        },
        ..Terms::default()
    };
    if let Some(client) = client {
        let (settings, note) = (client.budget_settings(), client.budget_note());
        let per_window = note.limit.unwrap_or(terms.route.requests_per_hour);
        let reserved = per_window * u64::from(settings.reserve_percent) / 100;
        terms.route.requests_per_hour = per_window - reserved.min(per_window);
        let left = note.left_at(Timestamp::now());
        terms.route.items_left = client.items_left();
        terms.left_in_hour = left.map(|left| left.saturating_sub(reserved));
        terms.yearly_allowance = settings.yearly_allowance;
    }
    terms
}

/// What the planning thread needs.
#[derive(Clone)]
pub(super) struct Planning {
    pub(super) dir: DataDir,
    pub(super) settings: Settings,
    /// What other destinations write too.
    shared: Vec<Overlap>,
    hooks: Hooks,
}

impl Planning {
    pub(super) fn new(dir: &DataDir, settings: &Settings, hooks: &Hooks) -> Self {
        Self {
            dir: dir.clone(),
            settings: settings.clone(),
            shared: dir.overlaps(settings),
            hooks: hooks.clone(),
        }
    }

    /// The state, looked through on a thread of its own.
    async fn open(&self) -> Result<Store, Error> {
        let (dir, settings) = (self.dir.clone(), self.settings.clone());
        let opened = spawn_blocking(move || dir.open_state(&settings)).await;
        Ok(opened.map_err(|_panic| Error::Reader)??)
    }

    fn commit(self, mut store: Store, run: RunId) -> (Store, Result<Planned<Plan>, Error>) {
        let keep = Keep::Settings;
        let planned = self.with_order(keep, |order, hooks| {
            sync::prepare(&mut store, run, order, hooks)
        });
        (store, planned)
    }

    pub(super) fn look(
        self,
        store: &Store,
        terms: &Terms,
        max_sample: usize,
    ) -> Result<Planned<(Plan, Guarded)>, Error> {
        self.with_order(Keep::Nothing, |order, hooks| {
            sync::plan_only(store, order, terms, max_sample, hooks)
        })
    }

    /// Opens the source and plans. A kind of export that is still open is found out first; one that was found out and
    /// turns out to be changes is corrected, and planned once more.
    fn with_order<T>(
        self,
        keep: Keep,
        mut plan: impl FnMut(&Order, &Hooks) -> Result<T, Error>,
    ) -> Result<Planned<T>, Error> {
        if !self.shared.is_empty() {
            return Err(Error::SharedFields(self.shared));
        }
        let mut settings = self.settings;
        let mut notices = vec![];
        loop {
            let destination = &settings.destination;
            let order = open(destination, &self.hooks)?;
            let planned = plan(&order, &self.hooks);
            let is_settled = settle_kind(&mut settings.destination, order.source.kinds(), false);
            let corrected = match &planned {
                Err(Error::Source(error)) => error
                    .leaver()
                    .filter(|audience| kind::correct_kind(&mut settings.destination, audience)),
                _ => None,
            };
            if keep == Keep::Settings && (is_settled || corrected.is_some()) {
                self.dir.write_settings(&settings)?;
            }
            if let Some(audience) = corrected {
                notices.push(kind::corrected_problem(&settings.destination, audience));
                continue;
            }
            let plan = planned?;
            notices.extend(doubts::odd_names_problem(order.source.odd_names()));
            return Ok(Planned {
                plan,
                destination: settings.destination,
                notices,
            });
        }
    }
}

/// Opens the source of a destination, which may not answer, and makes its rules ready.
pub(super) fn open(destination: &Destination, hooks: &Hooks) -> Result<Order, Error> {
    let tether = Tether::default();
    let patience = destination.source.patience();
    let (settings, known) = (destination.source.clone(), known_to(destination));
    let held = tether.clone();
    let opened = sync::patiently(&tether, patience, hooks, move || {
        source::open(&settings, &known, &held)
    });
    let source = opened??;
    let now = Timestamp::now();
    let rules = Rules::new(destination, source.kinds(), today(now), now);
    Ok(Order {
        source: Arc::new(source),
        rules: Arc::new(rules),
        max_exit_share: destination.guard.max_exit_share,
        tether,
        patience,
    })
}

/// What a guard says to a plan that is only looked at.
type Guarded = Result<(), Error>;

/// What is kept of what planning has found out about the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keep {
    Settings,
    Nothing,
}

/// A plan, and what was found out on the way to it.
pub(super) struct Planned<T> {
    pub(super) plan: T,
    /// The settings that it was planned by.
    destination: Destination,
    notices: Vec<Problem>,
}

impl Report {
    /// The run that it is about, as it begins.
    fn as_run(&self, id: RunId, figures: Figures) -> Run {
        Run {
            id,
            cause: self.cause,
            status: RunStatus::Processing,
            started: self.started,
            ended: None,
            figures,
            requests: Requests::default(),
            problem: None,
        }
    }

    /// Ends in the state what a run has begun there and could not end.
    fn end_in(&mut self, dir: &DataDir, settings: &Settings) {
        let problem = self.problem.clone().unwrap_or_else(internal);
        // A state that cannot be written is told by the next run.
        let ended = end_unfinished(dir, settings, self.status, &problem);
        self.run = self.run.or(ended.ok().flatten());
    }

    fn break_off(&mut self, problem: Problem) {
        self.status = RunStatus::Failed;
        self.problem = Some(problem);
        self.hindrance = Some(Hindrance::Computer);
    }

    fn fail(&mut self, error: &Error, destination: &Destination) {
        let hindrance = error.hindrance();
        self.status = match hindrance {
            Hindrance::Guard | Hindrance::Asked => RunStatus::Stopped,
            Hindrance::SignIn
            | Hindrance::OutOfReach
            | Hindrance::Settings
            | Hindrance::Computer => RunStatus::Failed,
        };
        self.problem = Some(problem_of(error, destination));
        self.hindrance = Some(hindrance);
        self.is_transient = error.is_transient();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use secrecy::SecretString;
    use tokio::sync::watch;

    use super::*;
    use crate::engine::look::testing::Past;

    /// Hooks of somebody who fails as soon as something is told of the delivery.
    fn broken_hooks(stop: &watch::Sender<bool>) -> Hooks {
        Hooks {
            stop: stop.subscribe(),
            progress: Arc::new(|progress| {
                assert!(
                    !matches!(progress, sync::Progress::Delivering { .. }),
                    "a failure on purpose"
                );
            }),
        }
    }

    #[tokio::test]
    async fn a_run_that_fails_unforeseen_is_reported_and_ended() {
        let past = Past::usual();
        let destination = &past.settings.destination;
        let mapped = destination.mapping.iter().map(|row| row.source.clone());
        let audiences = destination.audiences.iter();
        let audiences = audiences.map(|one| format!("segmentMembership.ups.{}.status", one.id));
        let columns: Vec<_> = mapped.chain(audiences).collect();
        let rows = "1,Ada,Lovelace,Chief,,,realized,,\n3,,,Chief,,,,realized,\n";
        let text = format!("{}\n{rows}", columns.join(","));
        std::fs::write(destination.source.name(), text).expect("a source");
        let client = Client::new("http://127.0.0.1:9", SecretString::from("t"));
        let client = client.map_err(Error::Outreach);
        let report = run_apart(
            &past.dir,
            &past.settings,
            None,
            Mode::Send,
            client,
            &broken_hooks(&watch::Sender::new(false)),
        )
        .await;
        let problem = report.problem.expect("it failed");
        assert_eq!((&*problem.code, report.is_transient), ("internal", true));
        let last = past.store().runs(1).expect("it can be read").remove(0);
        assert_eq!(Some(last.id), report.run);
        assert_eq!(last.status, RunStatus::Failed);
        assert!(last.ended.is_some() && last.problem == Some(problem));
    }

    #[test]
    fn what_went_on_when_the_program_died_is_ended_at_its_start() {
        let past = Past::usual();
        let begun = past
            .store()
            .begin_run(Cause::Manual, Timestamp::now())
            .expect("it can be written");
        let engine = crate::engine::Engine::open(past.dir.clone(), None);
        drop(engine.expect("nobody else works there"));
        let last = past.store().runs(1).expect("it can be read").remove(0);
        assert_eq!((last.id, last.status), (begun, RunStatus::Stopped));
        assert!(last.is_interrupted() && last.ended.is_some());
    }
}
