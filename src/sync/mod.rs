//! What the program exists for: from profiles to the fewest right requests, and nothing lost on the way.
//!
//! [`prepare()`] reads a source and plans (rules, index and plan are pure); the plan is in the outbox before anything
//! is sent. [`deliver()`] sends the outbox, one request a prospect, and settles every answer in the store.

mod deliver;
mod dry;
mod error;
mod forecast;
mod guard;
mod index;
mod kind;
mod mangled;
mod meaning;
mod moment;
mod outcome;
mod plan;
mod prepare;
mod route;
mod rules;
mod spared;
mod value;
mod wishes;

#[cfg(test)]
mod plan_tests;

pub use deliver::{MAX_IN_FLIGHT, Notice, Orders, deliver};
pub use dry::plan_only;
pub use error::{Error, Hindrance};
pub use forecast::{Forecast, Terms};
pub use guard::{Exits, TooMany};
pub use index::Index;
pub use kind::forget_signs;
pub use outcome::{Exclusions, InDoubt, Plan, SampleLine};
pub use plan::{Before, Desk, Planner};
pub use prepare::{Order, patiently, planned_source, prepare};
pub use route::{Group, Route, RouteSettings, Router};
pub use rules::{Exclusion, Rules, Whose};
pub use wishes::{AudienceSet, Coverage, Wish, WishRow, Wishes};

/// Fewer prospects than this are written without a look: it would cost as much as it could save.
const WORTH_A_LOOK: usize = 10;

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// So many records of the source are planned.
    Planning {
        /// Readable or not.
        n_records: u64,
    },
    /// So many changes are settled.
    Delivering {
        /// Settled: confirmed, refused or given up for this run.
        n_settled: u64,
        /// All that were in the outbox when delivery began.
        n_changes: u64,
    },
}

/// How a run hears that it shall stop, and how it says how far it is.
#[derive(Clone)]
pub struct Hooks {
    /// Turns true when the run shall stop.
    pub stop: tokio::sync::watch::Receiver<bool>,
    /// Called often, from any thread.
    pub progress: std::sync::Arc<dyn Fn(Progress) + Send + Sync>,
}

impl Hooks {
    /// Whether the run shall stop.
    pub fn is_stopping(&self) -> bool {
        *self.stop.borrow()
    }

    /// Waits until the run shall stop.
    pub async fn stopping(&self) {
        let mut stop = self.stop.clone();
        // An error means that whoever could ask is gone, which stops a run as well.
        drop(stop.wait_for(|stopping| *stopping).await);
    }
}

impl std::fmt::Debug for Hooks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hooks")
            .field("stopping", &self.is_stopping())
            .finish_non_exhaustive()
    }
}
