//! What a delivery has met and gone on from, put for people.

use crate::{model::Problem, sync::Notice};

/// The text for what a delivery has met and gone on from.
pub fn notice_problem(notice: &Notice) -> Problem {
    match notice {
        Notice::NoBatches { code, words } => Problem::new(
            "no_batches",
            format!(
                "Outreach does not let this account update many prospects with one request ({code}{}{words}), so each was updated by itself.",
                if words.is_empty() { "" } else { ": " }
            ),
            "That takes many more requests. Ask your Outreach administrator to give the app the scopes batches.read, batches.write and batchItems.read, and connect again.",
        ),
        Notice::WrongCount {
            batch,
            sent,
            claimed,
        } => Problem::new(
            "batch_wrong_count",
            format!(
                "Outreach would have written to {claimed} prospects instead of the {sent} that were sent, so batch {batch} was cancelled and its prospects were updated one by one."
            ),
            "Nothing else was written. If it happens again, set the destination's delivery.route to \"patch\".",
        ),
        Notice::ItemsSpent { n_waiting } => Problem::new(
            "batch_items_spent",
            format!(
                "Outreach allows an organisation 5,000,000 batch items a day, and too few are left for {n_waiting} prospects, so these wait."
            ),
            "Nothing is lost: the items come back in the course of the day, and later runs go on with what waits. To send it at once, set the destination's delivery.route to \"patch\"; that takes a request for each prospect.",
        ),
        Notice::Superseded => Problem::new(
            "superseded",
            "The source has newer content, so this run made way for it.",
            "Nothing is lost: the next run begins at once with what is new, and sends the rest afterwards.",
        ),
        Notice::Stuck { batch } => Problem::new(
            "batch_stuck",
            format!(
                "Batch {batch} did not end in time, so it was cancelled; what it had not written was updated one by one."
            ),
            "Outreach is slow with batches at times. If it happens often, set the destination's delivery.route to \"patch\".",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_notice_says_what_happened_and_what_to_do() {
        let words = "Your authorization does not include the required scope 'batches.write'.";
        for notice in [
            Notice::NoBatches {
                code: "unauthorizedOauthScope".to_owned(),
                words: words.to_owned(),
            },
            Notice::WrongCount {
                batch: 7,
                sent: 3,
                claimed: 900,
            },
            Notice::Superseded,
            Notice::ItemsSpent { n_waiting: 2_000 },
            Notice::Stuck { batch: 7 },
        ] {
            let problem = notice_problem(&notice);
            assert!(problem.what.ends_with('.') && problem.next_step.ends_with('.'));
        }
    }
}
