//! Updates one prospect as a draft says, so that a person can see it in Outreach before everyone else follows.

use std::ops::ControlFlow;

use jiff::Timestamp;
use tokio::task::spawn_blocking;

use super::preview::{First, ask, profile, read_until};
use crate::{
    engine::{
        problem::{problem_of, source_look_problem},
        snapshot::{Outcome, PreviewProfile},
    },
    model::{Destination, KnownFields, OutreachId, Problem, Target},
    outreach::Client,
    sync::{Error, Wish},
};

/// Looks for the prospect in the source, compares it with Outreach, and writes what differs.
///
/// That is one request to read, and at most one to write. The ledger is not touched, so the first run finds the
/// prospect as it is then.
///
/// # Errors
/// If the source cannot be read or has no such profile, or Outreach does not take the update.
pub async fn test_one(
    destination: &Destination,
    now: Timestamp,
    prospect: OutreachId,
    client: &Client,
    fields: Option<&KnownFields>,
) -> Result<PreviewProfile, Problem> {
    let settings = destination.clone();
    let is_it = move |first: &First| match &first.wish {
        Ok((id, _)) => *id == prospect,
        Err(exclusion) => exclusion.whose.prospect() == Some(prospect),
    };
    let read = spawn_blocking(move || {
        let mut found = None;
        let rules = read_until(&settings, now, &mut |first| {
            if is_it(&first) {
                found = Some(first);
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        })?;
        Ok((rules, found))
    });
    let (rules, found) = read
        .await
        .map_err(|_panic| problem_of(&Error::Reader, destination))?
        .map_err(|error| source_look_problem(&error))?;
    let first = found.ok_or_else(|| not_in_source(prospect))?;
    let refused = |error| problem_of(&Error::Outreach(error), destination);
    let held = ask(client, destination, &rules, std::slice::from_ref(&first))
        .await
        .map_err(refused)?;
    let shown = profile(destination, &rules, &first, Some(&held), fields);
    if shown.is_unknown {
        return Err(not_in_outreach(prospect));
    }
    if let Ok((_, wish)) = &first.wish {
        let changes = changing(wish, &shown);
        if !changes.is_empty() {
            client
                .patch_prospect(prospect, &changes)
                .await
                .map_err(refused)?;
        }
    }
    Ok(shown)
}

/// The fields that the comparison shows as changing.
fn changing(wish: &Wish, shown: &PreviewProfile) -> crate::model::FieldSet {
    let changes = |target: Target| {
        let mut fields = shown.fields.iter();
        fields.any(|field| field.outcome == Outcome::Changes && field.field == target.name())
    };
    wish.fields.filtered(|target, _| changes(target))
}

fn not_in_source(prospect: OutreachId) -> Problem {
    Problem::new(
        "prospect_not_in_source",
        format!("The source has no profile with the OutreachId {prospect}."),
        "Take the number from a profile that the preview shows, or from the address of a prospect in Outreach that is in the source.",
    )
}

fn not_in_outreach(prospect: OutreachId) -> Problem {
    Problem::new(
        "resourceNotFound",
        format!(
            "Outreach has no prospect with the number {prospect}, or hides it from the connected user."
        ),
        "Check the number, or ask your Outreach administrator which prospects the user may see.",
    )
}
