//! A destination: everything a person has set for one connection. Settings, never secrets.
//!
//! It is kept as one readable JSON file, which a person may write by hand. Reading is strict, and every fault is
//! named with its path; what serde alone cannot see is looked at in [`check`](super::check()).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{AudienceId, Delivery, Fault, MappingId, SourceSettings, check::Faults};

/// The version of the file's form.
pub const FORMAT: u32 = 1;

/// Where Outreach's API is, unless the account says otherwise.
pub const DEFAULT_API_ADDRESS: &str = "https://api.outreach.io";

/// One configured connection.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Destination {
    /// The version of the file's form, [`FORMAT`].
    pub format: u32,
    /// The name people know it by; unique.
    pub name: String,
    /// A sentence about it.
    pub description: String,
    /// Whether it is synced.
    pub enabled: bool,
    /// The account it writes with.
    pub account: Account,
    /// Where its profiles come from.
    pub source: SourceSettings,
    /// Which source field goes to which target field.
    pub mapping: Vec<MappingRow>,
    /// The audiences whose statuses are written.
    pub audiences: Vec<ScheduledAudience>,
    /// The words that are written for the two statuses.
    pub status_words: StatusWords,
    /// What a run may not exceed.
    pub guard: Guard,
    /// How changes travel.
    pub delivery: Delivery,
    /// Which alerts the person wants.
    pub alerts: Vec<Alert>,
    /// What the data is used for, in Adobe's words.
    pub marketing_actions: Vec<String>,
}

/// A sign-in to Outreach, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// The name people know it by.
    pub name: String,
    /// Scheme, host and port of the API, without a path.
    #[serde(default = "default_api_address")]
    pub api_address: String,
}

fn default_api_address() -> String {
    DEFAULT_API_ADDRESS.to_owned()
}

/// One pair of the mapping.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MappingRow {
    /// An XDM path, a column name or an identity namespace.
    pub source: String,
    /// `OutreachId`, or the name of a prospect attribute.
    pub target: String,
    /// What an empty value does.
    #[serde(default)]
    pub when_empty: WhenEmpty,
    /// What a value over the attribute's length does.
    #[serde(default)]
    pub when_too_long: WhenTooLong,
    /// What bare numbers in the source stand for, if the target is a day or an instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numbers_are: Option<NumbersAre>,
    /// Set by a person who knows that the target decides whether prospects may be contacted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub consent_confirmed: bool,
}

impl MappingRow {
    /// The target name of the mandatory row.
    pub const OUTREACH_ID: &'static str = "OutreachId";

    /// Whether this is the row that says which prospect a profile is.
    pub fn is_outreach_id(&self) -> bool {
        self.target == Self::OUTREACH_ID
    }
}

/// What a bare number stands for where a day or an instant is wanted; nobody can tell from the number alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumbersAre {
    /// Days as Excel counts them, with the time of day as a fraction: 45000 is 15 March 2023.
    ExcelDays,
    /// Year, month and day in eight digits.
    Yyyymmdd,
    /// Seconds since 1970.
    UnixSeconds,
    /// Milliseconds since 1970.
    UnixMillis,
}

/// What an empty source value does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenEmpty {
    /// Leaves the attribute as it is.
    #[default]
    Skip,
    /// Clears the attribute.
    Clear,
}

/// What a value over the attribute's length does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenTooLong {
    /// Excludes the record.
    #[default]
    Exclude,
    /// Cuts the value to the length.
    Cut,
}

/// An audience whose status is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScheduledAudience {
    /// Its id in Adobe Experience Platform.
    pub id: AudienceId,
    /// The name people know it by.
    pub name: String,
    /// The custom field that holds its status.
    pub mapping_id: MappingId,
    /// The first day it is written.
    pub start: Date,
    /// The last day it is written.
    #[serde(default)]
    pub end: Option<Date>,
}

impl ScheduledAudience {
    /// Whether its statuses are written on this day.
    pub fn is_active_on(&self, day: Date) -> bool {
        self.start <= day && self.end.is_none_or(|end| day <= end)
    }
}

/// The words that are written for the two statuses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StatusWords {
    /// For a member.
    pub realized: String,
    /// For one who has left.
    pub exited: String,
}

impl Default for StatusWords {
    fn default() -> Self {
        Self {
            realized: "realized".to_owned(),
            exited: "exited".to_owned(),
        }
    }
}

/// What a run may not exceed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Guard {
    /// The share of members, from 0 to 1, that one full snapshot may take out of their audiences; 1 switches it off.
    pub max_exit_share: f64,
}

impl Default for Guard {
    fn default() -> Self {
        Self {
            max_exit_share: 0.3,
        }
    }
}

/// Something a person can ask to be told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alert {
    /// A run starts.
    RunStart,
    /// A run ends well.
    RunSuccess,
    /// A run meets an error.
    RunFailure,
    /// A run takes longer than 150 minutes.
    RunDelay,
    /// More than 1 % of the profiles are excluded.
    SkippedRateExceeded,
    /// The sign-in lapses within three days.
    SignInExpires,
    /// The sign-in is lost.
    SignInLost,
    /// The source cannot be found.
    SourceMissing,
    /// The hourly requests are used up.
    BudgetExhausted,
}

/// The name of the file that holds a destination's settings or its state: its name in lower-case ASCII and hyphens.
pub fn slug(name: &str) -> String {
    let mut slug = String::new();
    for character in name.chars() {
        if character.is_ascii_alphanumeric() {
            slug.push(character.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let trimmed = slug.trim_end_matches('-');
    if trimmed.is_empty() {
        "destination".to_owned()
    } else {
        trimmed.to_owned()
    }
}

impl Destination {
    /// Reads the settings from their JSON form and checks them.
    ///
    /// # Errors
    /// Every fault that was found, each with its path.
    pub fn from_json(text: &str) -> Result<Self, Vec<Fault>> {
        // Editors of Windows put a mark before the text.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let document: Value = serde_json::from_str(text)
            .map_err(|e| vec![Fault::new("", format!("this is not JSON: {e}"))])?;
        let mut faults = Faults::default();
        let read = Self::read(document, &mut faults);
        match read {
            Some(destination) if faults.is_empty() => {
                let found = super::check(&destination);
                if found.is_empty() {
                    Ok(destination)
                } else {
                    Err(found)
                }
            }
            _ => Err(faults.into_vec()),
        }
    }

    /// The settings in their JSON form.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    fn read(document: Value, faults: &mut Faults) -> Option<Self> {
        let Value::Object(mut parts) = document else {
            faults.add("", "the file must hold one JSON object");
            return None;
        };
        let format = faults.part(&mut parts, "format", Some(FORMAT));
        if format.is_some_and(|format| format != FORMAT) {
            faults.add("format", format!("this program reads format {FORMAT}"));
        }
        let name = faults.part(&mut parts, "name", None);
        let description = faults.part(&mut parts, "description", Some(String::new()));
        let enabled = faults.part(&mut parts, "enabled", Some(true));
        let account = faults.part(&mut parts, "account", None);
        let source = faults.source(&mut parts, "source");
        let mapping = faults.rows(&mut parts, "mapping");
        let audiences = faults.rows(&mut parts, "audiences");
        let status_words = faults.part(&mut parts, "status_words", Some(StatusWords::default()));
        let guard = faults.part(&mut parts, "guard", Some(Guard::default()));
        let delivery = faults.part(&mut parts, "delivery", Some(Delivery::default()));
        let alerts = faults.part(&mut parts, "alerts", Some(vec![]));
        let marketing_actions = faults.part(&mut parts, "marketing_actions", Some(vec![]));
        for unknown in parts.keys() {
            faults.add(unknown, "there is no such setting");
        }
        Some(Self {
            format: format?,
            name: name?,
            description: description?,
            enabled: enabled?,
            account: account?,
            source: source?,
            mapping: mapping?,
            audiences: audiences?,
            status_words: status_words?,
            guard: guard?,
            delivery: delivery?,
            alerts: alerts?,
            marketing_actions: marketing_actions?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_safe_as_a_file_name() {
        assert_eq!(slug("Outreach – EMEA / Q3"), "outreach-emea-q3");
        assert_eq!(slug("../../etc"), "etc");
        assert_eq!(slug("李"), "destination");
    }

    #[test]
    fn the_json_form_reads_back_the_same() {
        let text = include_str!("../../assets/demo/destination.json");
        let destination = Destination::from_json(text).expect("the sample is valid");
        assert_eq!(
            Destination::from_json(&format!("\u{feff}{}", destination.to_json()))
                .expect("its own form is valid, also with a byte order mark"),
            destination
        );
    }

    #[test]
    fn every_fault_of_the_form_is_named_with_its_path() {
        let text = r#"{"format": 2, "name": 5, "colour": "blue", "account": {"name": "A", "token": "t"},
            "source": {"path": "x", "contents": "weekly"},
            "mapping": [{"source": "Oid", "target": "OutreachId"}, {"source": "a"}],
            "audiences": [{"id": "a", "name": "A", "mapping_id": 0, "start": "2026-01-01"},
                          {"id": "b", "name": "B", "mapping_id": "x", "start": "2026-13-01"}]}"#;
        let faults = Destination::from_json(text).expect_err("it is full of faults");
        let paths: Vec<_> = faults.iter().map(|fault| fault.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "format",
                "name",
                "account.token",
                "source.contents",
                "mapping[1]",
                "audiences[0].mapping_id",
                "audiences[1].mapping_id",
                "colour"
            ]
        );
    }
}
