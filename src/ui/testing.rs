//! What the tests of screens share.

pub(in crate::ui) mod sheet;
pub(in crate::ui) mod synced;
