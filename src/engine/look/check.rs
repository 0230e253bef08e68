//! Whether a source fits the settings of a destination, told without a state and without asking Outreach.

use std::sync::Arc;

use tokio::sync::watch;

use crate::{
    engine::{doubts, kind::settle_kind, run::open},
    model::{Destination, Problem},
    source::Description,
    store::Store,
    sync::{self, Error, Hooks, Terms},
};

/// What a source holds, and what of it a person has to see to.
#[derive(Debug)]
pub struct Checked {
    /// What it holds.
    pub description: Description,
    /// Why a run of it would be no success.
    pub problem: Option<Problem>,
}

/// Reads the source to its end, as a first run would. Blocks.
///
/// # Errors
/// If it cannot be read, or does not have what the settings ask for.
pub fn check(destination: &Destination) -> Result<Checked, Error> {
    let (_never, stop) = watch::channel(false);
    let hooks = Hooks {
        stop,
        progress: Arc::new(|_| ()),
    };
    let order = open(destination, &hooks)?;
    // Once it is read to its end, the source is let go.
    let description = order.source.describe()?;
    let mut settled = destination.clone();
    settle_kind(&mut settled, order.source.kinds(), false);
    let nothing = Store::of_nothing()?;
    let (plan, _guarded) = sync::plan_only(&nothing, &order, &Terms::default(), 0, &hooks)?;
    let (_, problem) = doubts::outcome(&plan, &plan.figures, &settled);
    Ok(Checked {
        description,
        problem,
    })
}
