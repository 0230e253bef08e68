//! A destination with a past.
