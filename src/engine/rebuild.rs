//! States that are of no use: they are set aside, and a person decides whether a new one is made.
//!
//! A new state takes nothing for known: what the source asks for is compared with what Outreach holds, and what differs
//! is written. So what it takes is what a dry run over an empty state forecasts.

use std::path::PathBuf;

use tokio::task::spawn_blocking;

use super::{
    Engine, choose, problem_of,
    run::{Planning, terms},
    store_problem,
};
use crate::{
    model::Problem,
    store::{self, DataDir, RebuildCost, Settings, Store},
    sync::{Error, Hooks, Terms},
};

/// That the next run of a destination takes nothing for known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebuilt {
    /// The destination's name.
    pub destination: String,
    /// Where the state was set aside; `None` if there was none.
    pub backup: Option<PathBuf>,
}

impl Engine {
    /// What a new state of the destination of this name would take. Nothing is sent or kept.
    ///
    /// # Errors
    /// If there is no such destination, or its source cannot be read.
    pub async fn cost_of_rebuild(
        &mut self,
        name: &str,
        hooks: &Hooks,
    ) -> Result<RebuildCost, Problem> {
        let settings = self.settings_named(name)?;
        let client = self.client(&settings.destination.account);
        let terms = terms(&settings.destination, client.as_ref().ok());
        let task = Planning::new(&self.dir, &settings, hooks);
        let cost = cost(task, terms).await;
        cost.map_err(|error| problem_of(&error, &settings.destination))
    }

    /// Sets the state of the destination of this name aside: its next run takes nothing for known.
    ///
    /// # Errors
    /// If there is no such destination, or its state cannot be set aside.
    pub fn rebuild(&mut self, name: &str) -> Result<Rebuilt, Problem> {
        let settings = self.settings_named(name)?;
        let begun = self.dir.begin_state_anew(&settings);
        Ok(Rebuilt {
            backup: begun.map_err(|e| store_problem(&e))?,
            destination: settings.destination.name,
        })
    }

    fn settings_named(&self, name: &str) -> Result<Settings, Problem> {
        let read = self.dir.read_valid_destinations();
        let (all, _broken) = read.map_err(|e| store_problem(&e))?;
        Ok(choose(all, Some(name))?.remove(0))
    }
}

/// What ended a run; if that was a state of no use, it is set aside and says what a rebuild takes.
pub(super) async fn give_up_if_lost(error: Error, task: Planning, terms: Terms) -> Error {
    let Error::Store(error) = error else {
        return error;
    };
    let (dir, settings) = (task.dir.clone(), task.settings.clone());
    let error = set_aside(error, &dir, &settings);
    if error.is_state_lost()
        && let Ok(cost) = cost(task, terms).await
        && dir.note_rebuild_cost(&settings, cost).is_ok()
    {
        return Error::Store(dir.state_lost(&settings).unwrap_or(error));
    }
    Error::Store(error)
}

/// What cannot be set aside is told as it is.
fn set_aside(error: store::Error, dir: &DataDir, settings: &Settings) -> store::Error {
    let why = if let store::Error::StateLost { why, backup, .. } = &error {
        backup.is_none().then_some(*why)
    } else {
        error.is_corrupt().then_some(store::Loss::Damaged)
    };
    match why {
        Some(why) => dir.give_up_state(settings, why).unwrap_or(error),
        None => error,
    }
}

/// Plans as if nothing were known.
async fn cost(task: Planning, terms: Terms) -> Result<RebuildCost, Error> {
    let plan = move || {
        let (plan, _guarded) = task.look(&Store::of_nothing()?, &terms, 0)?.plan;
        Ok::<_, Error>(plan)
    };
    let plan = spawn_blocking(plan)
        .await
        .map_err(|_panic| Error::Reader)??;
    Ok(RebuildCost {
        prospects: plan.n_changes,
        requests: plan.forecast.unwrap_or_default().total(),
    })
}
