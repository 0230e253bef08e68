//! Surveys of whole sources.
