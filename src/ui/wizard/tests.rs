//! The wizard by its controls.
