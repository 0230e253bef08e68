//! What is to be written to one prospect.

use super::{FieldSet, OutreachId, Place};

/// A fingerprint of everything a profile asks of its prospect: equal digests mean nothing new is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub u64);

impl Digest {
    /// That of no profile: nothing that was asked for is known to be held.
    pub const NEVER: Self = Self(0);
}

/// The fields of one prospect that are to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The prospect.
    pub prospect: OutreachId,
    /// The fields that differ, with the values they are to have.
    pub fields: FieldSet,
    /// What the profile asked for when the change was planned.
    pub digest: Digest,
    /// Where the profile stands in the source.
    pub place: Place,
}

/// What is known of a prospect before it is planned anew.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    /// What Outreach has confirmed.
    pub ledger: FieldSet,
    /// What may have been written: sent or to be sent, not yet confirmed.
    pub pending: FieldSet,
}
