//! What a person should know of a delivery although it went on.

/// What a person should know of a delivery although it went on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Outreach does not let the account update many prospects at once, so each was updated by itself.
    NoBatches {
        /// Outreach's word for it.
        code: String,
        /// Outreach's own words; empty if it has none.
        words: String,
    },
    /// Outreach would have written to another number of prospects than were sent, so the batch was cancelled.
    WrongCount {
        /// Outreach's number for the batch.
        batch: u64,
        /// How many were sent.
        sent: u64,
        /// How many Outreach would have written to.
        claimed: u64,
    },
    /// The organisation has too few batch items left today, so prospects wait.
    ItemsSpent {
        /// How many.
        n_waiting: u64,
    },
    /// The source has newer content, so what was left waits for the next run, which begins with what is new.
    Superseded,
    /// A batch did not end in time and was cancelled.
    Stuck {
        /// Outreach's number for the batch.
        batch: u64,
    },
}
