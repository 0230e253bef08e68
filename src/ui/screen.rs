//! Where in the window a person is.

use serde::{Deserialize, Serialize};

use crate::model::{AudienceId, OutreachId, RunId};

/// A page of the window.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Screen {
    /// What there is to set up.
    Catalog,
    /// The destinations.
    #[default]
    Destinations,
    /// One destination.
    Destination(Place),
    /// The wizard, at the step that its draft names.
    Wizard,
    /// The sign-ins to Outreach.
    Accounts,
    /// Where profiles come from.
    Sources,
    /// The runs of all destinations.
    Activity,
    /// What happened.
    Alerts,
    /// What a person can set.
    Settings,
}

/// A place on a destination's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The destination's settings file.
    pub slug: String,
    /// The tab.
    pub tab: Tab,
    /// The audience that is open on the first tab.
    #[serde(default)]
    pub audience: Option<AudienceId>,
    /// The prospect that is open beside it.
    #[serde(skip)]
    pub prospect: Option<OutreachId>,
    /// The run that is open on the second tab.
    #[serde(default)]
    pub run: Option<RunId>,
}

/// The tabs of a destination's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tab {
    /// What is live.
    #[default]
    Activation,
    /// The runs.
    Runs,
    /// What was set in the wizard.
    Settings,
}

impl Place {
    /// A destination's first tab.
    pub fn of(slug: impl Into<String>) -> Self {
        Self {
            slug: slug.into(),
            tab: Tab::default(),
            audience: None,
            prospect: None,
            run: None,
        }
    }

    /// A run of a destination.
    pub fn of_run(slug: impl Into<String>, run: RunId) -> Self {
        Self {
            tab: Tab::Runs,
            run: Some(run),
            ..Self::of(slug)
        }
    }
}
