//! The forms that files are written in.

pub(in crate::source) mod csv;
pub(in crate::source) mod json;
