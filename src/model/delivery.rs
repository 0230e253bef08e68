//! How a destination's changes travel: prospect by prospect, or many prospects with one request.

use serde::{Deserialize, Serialize};

/// How a destination's changes travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Delivery {
    /// One request for each prospect, or one for many.
    pub route: RouteMode,
    /// Whether prospects that were never written are read first: what they hold already costs no write, and is kept as
    /// the value from before.
    pub read_first: bool,
}

impl Default for Delivery {
    fn default() -> Self {
        Self {
            route: RouteMode::default(),
            read_first: true,
        }
    }
}

/// How values that many prospects share are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RouteMode {
    /// Many prospects at once where that is much cheaper, one at a time where that is sooner.
    #[default]
    Auto,
    /// Always one prospect at a time.
    Patch,
    /// Many prospects at once wherever that is cheaper at all.
    Bulk,
}
