//! What is said of a state that is of no use: what happened to it, where it is, and what a rebuild takes.

use crate::{
    model::Problem,
    store::{self, Loss, RebuildCost},
};

/// A destination's state is no basis for sending.
pub(super) fn state_problem(error: &store::Error, destination: Option<&str>) -> Option<Problem> {
    let store::Error::StateLost {
        path,
        why,
        backup,
        cost,
    } = error
    else {
        return None;
    };
    let of = destination.map_or_else(
        || "The state".to_owned(),
        |name| format!("The state of \"{name}\""),
    );
    let path = path.display();
    let (code, happened) = match why {
        Loss::Damaged => (
            "state_damaged",
            format!("{of} is damaged, so nothing was sent on its basis."),
        ),
        Loss::Vanished => (
            "state_gone",
            format!("{of} was there and is gone, so nothing was sent."),
        ),
        Loss::Older => (
            "state_older",
            format!(
                "{of} does not know the last run, so nothing was sent on its basis: an older copy is in its place, or one that was copied without its \"-wal\" file."
            ),
        ),
    };
    let kept = match (backup, why) {
        (Some(backup), Loss::Vanished) => {
            format!(
                " What was left of it was set aside as {}.",
                backup.display()
            )
        }
        (Some(backup), Loss::Damaged | Loss::Older) => {
            format!(" It was set aside as {}.", backup.display())
        }
        (None, Loss::Vanished) => String::new(),
        (None, Loss::Damaged | Loss::Older) => format!(" It is still at {path}."),
    };
    Some(Problem::new(
        code,
        happened + &kept,
        format!(
            "Rebuild it in the window, or with `audience-sync destination rebuild {} --yes`. {} Nothing is cleared in Outreach; who has left an audience and the source altogether since the last run is not known then, so look at those there. Or put a good copy back to {path} and run again.",
            destination.map_or_else(|| "NAME".to_owned(), |name| format!("\"{name}\"")),
            effort(*cost),
        ),
    ))
}

/// What the first run after a rebuild takes.
pub(super) fn effort(cost: Option<RebuildCost>) -> String {
    match cost {
        Some(RebuildCost {
            prospects,
            requests,
        }) => format!(
            "The next run then compares {prospects} prospects with Outreach and writes what differs, with {requests} requests at most."
        ),
        None => "The next run then compares all prospects of the source with Outreach and writes what differs; without `--yes` the command says how many requests that takes.".to_owned(),
    }
}
