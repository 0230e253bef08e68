//! What the tests of screens share: sample snapshots, and the frame they are photographed in.

pub(in crate::ui) mod sheet;
pub(in crate::ui) mod synced;
#[cfg(feature = "snapshots")]
pub(in crate::ui) mod window;
pub(in crate::ui) mod wizard;
