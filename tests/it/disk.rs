//! Faults of the disk: states that are damaged, gone, older or newer, disks that are full or may not be written to, and
//! data folders that were copied. Nothing is sent on the basis of a state that may be wrong, nothing is cleared in
//! Outreach, and nothing is deleted.

mod lost;
mod rebuild;
mod room;
