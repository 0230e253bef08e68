//! A destination on its way through the wizard: everything as it was typed, complete or not.
//!
//! It is kept as a JSON file, so that an unfinished wizard goes on after a restart. Settings, never secrets.

mod check;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    Account, AccountSettings, Alert, AudienceId, Delivery, Destination, FORMAT, Fault, Guard, Keep,
    MappingId, MappingRow, RedirectMode, ScheduledAudience, SourceSettings, StatusWords, WhenEmpty,
    WhenTooLong,
};

pub use check::{DraftFault, FieldLabel, Finding, KnownFields, Spot, Surroundings, check_draft};

/// What the data is used for unless somebody says otherwise, in Adobe's words.
const DEFAULT_MARKETING_ACTIONS: [&str; 2] = ["Email targeting", "Export to third party"];

/// The marketing actions that Adobe ships, in the order of its documentation.
pub const MARKETING_ACTIONS: [&str; 10] = [
    "Analytics",
    "Combine with directly identifiable data",
    "Cross Site Targeting",
    "Data Science",
    "Email targeting",
    "Export to third party",
    "Onsite Advertising",
    "Onsite Personalization",
    "Segment Match",
    "Single Identity Personalization",
];

/// The steps of the wizard, in their order.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Sign in to Outreach.
    #[default]
    Connect,
    /// Name, description, alerts, marketing actions.
    Details,
    /// Where the profiles come from, and which audiences are written.
    Source,
    /// Which source field goes to which prospect attribute.
    Mapping,
    /// Dates and a Mapping ID for each audience.
    Schedule,
    /// Everything on one page, and the dry run.
    Review,
}

impl Step {
    /// All of them, in order.
    pub const ALL: [Self; 6] = [
        Self::Connect,
        Self::Details,
        Self::Source,
        Self::Mapping,
        Self::Schedule,
        Self::Review,
    ];

    /// The step after this one.
    pub fn next(self) -> Option<Self> {
        Self::ALL.into_iter().find(|step| *step > self)
    }

    /// The step before this one.
    pub fn previous(self) -> Option<Self> {
        Self::ALL.into_iter().rev().find(|step| *step < self)
    }
}

/// A destination as far as it has been typed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// The step that is on screen.
    pub step: Step,
    /// The name of the settings file of the destination that is being edited; `None` for a new one.
    pub edits: Option<String>,
    /// The name of the chosen account; `None` until one is connected or chosen.
    pub account: Option<String>,
    /// What was typed for an account that does not exist yet.
    pub new_account: NewAccount,
    /// The destination's name.
    pub name: String,
    /// A sentence about it.
    pub description: String,
    /// Whether it is synced once it is finished.
    pub enabled: bool,
    /// The alerts that the person wants.
    pub alerts: Vec<Alert>,
    /// What the data is used for, in Adobe's words.
    pub marketing_actions: Vec<String>,
    /// Where the profiles come from.
    #[serde(alias = "source_path")]
    pub source: SourceSettings,
    /// The mapping; its first row is the mandatory one.
    pub mapping: Vec<MappingRow>,
    /// The chosen audiences.
    pub audiences: Vec<DraftAudience>,
    /// The words that are written for the two statuses.
    pub status_words: StatusWords,
    /// What a run may not exceed.
    pub guard: Guard,
    /// How the changes travel.
    pub delivery: Delivery,
}

/// An account that is about to be connected, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NewAccount {
    /// What it shall be called.
    pub name: String,
    /// Scheme, host and port of the API.
    pub api_address: String,
    /// The id of the app that the administrator made in Outreach.
    pub client_id: String,
    /// How the browser's answer comes back.
    pub redirect: RedirectMode,
    /// The port it comes back to.
    pub port: u16,
    /// Where the secrets are kept.
    pub keep: Keep,
}

/// An audience with what was typed for its schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftAudience {
    /// Its id in Adobe Experience Platform.
    pub id: AudienceId,
    /// The name people know it by.
    pub name: String,
    /// The first day it is written, such as 2026-11-24.
    pub start: String,
    /// The last day it is written; empty for no end.
    #[serde(default)]
    pub end: String,
    /// The number of the custom field.
    #[serde(default)]
    pub mapping_id: String,
}

impl Default for NewAccount {
    fn default() -> Self {
        let blank = AccountSettings::new("", "");
        Self {
            name: String::new(),
            api_address: blank.api_address,
            client_id: String::new(),
            redirect: blank.redirect,
            port: blank.port,
            keep: blank.keep,
        }
    }
}

impl NewAccount {
    /// What an existing account has, for signing in again.
    pub fn of(account: &AccountSettings) -> Self {
        Self {
            name: account.name.clone(),
            api_address: account.api_address.clone(),
            client_id: account.client_id.clone(),
            redirect: account.redirect,
            port: account.port,
            keep: account.keep,
        }
    }

    /// Puts what was typed into an account's settings.
    pub fn apply_to(&self, account: &mut AccountSettings) {
        self.name.trim().clone_into(&mut account.name);
        self.api_address
            .trim()
            .trim_end_matches('/')
            .clone_into(&mut account.api_address);
        self.client_id.trim().clone_into(&mut account.client_id);
        account.redirect = self.redirect;
        account.port = self.port;
        account.keep = self.keep;
    }
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            step: Step::default(),
            edits: None,
            account: None,
            new_account: NewAccount::default(),
            name: String::new(),
            description: String::new(),
            enabled: true,
            alerts: vec![
                Alert::RunFailure,
                Alert::SkippedRateExceeded,
                Alert::SignInExpires,
                Alert::SignInLost,
                Alert::SourceMissing,
            ],
            marketing_actions: DEFAULT_MARKETING_ACTIONS.map(str::to_owned).to_vec(),
            source: SourceSettings::default(),
            mapping: vec![mandatory_row("Oid")],
            audiences: vec![],
            status_words: StatusWords::default(),
            guard: Guard::default(),
            delivery: Delivery::default(),
        }
    }
}

/// The row that says which prospect a profile is.
fn mandatory_row(source: &str) -> MappingRow {
    MappingRow {
        source: source.to_owned(),
        target: MappingRow::OUTREACH_ID.to_owned(),
        when_empty: WhenEmpty::default(),
        when_too_long: WhenTooLong::default(),
        numbers_are: None,
        consent_confirmed: false,
    }
}

impl Draft {
    /// An existing destination, to be edited from this step on.
    pub fn of(slug: &str, destination: &Destination, step: Step) -> Self {
        let mut mapping = destination.mapping.clone();
        // The screen shows the mandatory row first, wherever it stands in the file.
        mapping.sort_by_key(|row| !row.is_outreach_id());
        Self {
            step,
            edits: Some(slug.to_owned()),
            account: Some(destination.account.name.clone()),
            new_account: NewAccount {
                api_address: destination.account.api_address.clone(),
                ..NewAccount::default()
            },
            name: destination.name.clone(),
            description: destination.description.clone(),
            enabled: destination.enabled,
            alerts: destination.alerts.clone(),
            marketing_actions: destination.marketing_actions.clone(),
            source: destination.source.clone(),
            mapping,
            audiences: destination
                .audiences
                .iter()
                .map(DraftAudience::of)
                .collect(),
            status_words: destination.status_words.clone(),
            guard: destination.guard,
            delivery: destination.delivery,
        }
    }

    /// The destination, sending to the address of its account.
    ///
    /// # Errors
    /// Every fault that the settings would have.
    pub fn to_destination(&self, api_address: &str) -> Result<Destination, Vec<Fault>> {
        let mut faults = vec![];
        let mut audiences = vec![];
        for (i, audience) in self.audiences.iter().enumerate() {
            match audience.scheduled() {
                Ok(scheduled) => audiences.push(scheduled),
                Err((part, what)) => {
                    faults.push(Fault::new(format!("audiences[{i}].{part}"), what));
                }
            }
        }
        let destination = Destination {
            format: FORMAT,
            name: self.name.trim().to_owned(),
            description: self.description.trim().to_owned(),
            enabled: self.enabled,
            account: Account {
                name: self.account.clone().unwrap_or_default(),
                api_address: api_address.to_owned(),
            },
            source: self.source.clone(),
            mapping: self.mapping.clone(),
            audiences,
            status_words: self.status_words.clone(),
            guard: self.guard,
            delivery: self.delivery,
            alerts: self.alerts.clone(),
            marketing_actions: self.marketing_actions.clone(),
        };
        faults.extend(super::check(&destination));
        if faults.is_empty() {
            Ok(destination)
        } else {
            Err(faults)
        }
    }
}

impl DraftAudience {
    /// A new row, written from this day on.
    pub fn new(id: AudienceId, name: impl Into<String>, start: Date) -> Self {
        Self {
            id,
            name: name.into(),
            start: start.to_string(),
            end: String::new(),
            mapping_id: String::new(),
        }
    }

    fn of(audience: &ScheduledAudience) -> Self {
        Self {
            id: audience.id.clone(),
            name: audience.name.clone(),
            start: audience.start.to_string(),
            end: audience.end.map(|end| end.to_string()).unwrap_or_default(),
            mapping_id: audience.mapping_id.to_string(),
        }
    }

    /// The number that was typed, if it is a Mapping ID.
    pub fn mapping_id(&self) -> Option<MappingId> {
        self.mapping_id.trim().parse().ok().and_then(MappingId::new)
    }

    fn scheduled(&self) -> Result<ScheduledAudience, (&'static str, &'static str)> {
        let end = match self.end.trim() {
            "" => None,
            text => Some(
                text.parse()
                    .map_err(|_no_date| ("end", "this is no date"))?,
            ),
        };
        Ok(ScheduledAudience {
            id: self.id.clone(),
            name: self.name.trim().to_owned(),
            mapping_id: self
                .mapping_id()
                .ok_or(("mapping_id", "this is no number from 1 to 150"))?,
            start: self
                .start
                .trim()
                .parse()
                .map_err(|_no_date| ("start", "this is no date"))?,
            end,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Destination {
        Destination::from_json(include_str!("../../../assets/demo/destination.json"))
            .expect("the sample is valid")
    }

    #[test]
    fn a_destination_goes_through_the_wizard_unchanged() {
        let before = sample();
        let draft = Draft::of("sample-audiences", &before, Step::Review);
        let text = serde_json::to_string(&draft).expect("plain values");
        let read: Draft = serde_json::from_str(&text).expect("its own form");
        let after = read.to_destination(&before.account.api_address);
        assert_eq!(after, Ok(before));
    }

    #[test]
    fn what_is_typed_wrong_is_a_fault_of_its_row() {
        let mut draft = Draft::of("a", &sample(), Step::Schedule);
        draft.audiences[1].mapping_id = "four".to_owned();
        draft.audiences[2].start = "tomorrow".to_owned();
        let faults = draft
            .to_destination("https://api.outreach.io")
            .expect_err("two rows are wrong");
        let paths: Vec<_> = faults.iter().map(|fault| fault.path.as_str()).collect();
        assert_eq!(paths, ["audiences[1].mapping_id", "audiences[2].start"]);
    }

    #[test]
    fn the_steps_follow_each_other() {
        let mut walked = vec![Step::Connect];
        while let Some(step) = walked.last().and_then(|step| step.next()) {
            walked.push(step);
        }
        assert_eq!(walked, Step::ALL);
        assert_eq!(Step::Connect.previous(), None);
        assert_eq!(Step::Review.previous(), Some(Step::Schedule));
    }
}
