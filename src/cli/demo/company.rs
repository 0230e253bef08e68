//! The demo's company: its destinations, and what the exports of each say on each day.
//!
//! The people are the sandbox's own, so that an export and a prospect are about the same person. Everything is computed
//! from the person's number and the day: two demos are alike.

use std::{collections::BTreeSet, path::Path};

use jiff::{ToSpan as _, civil::Date};
use serde_json::{Value, json};

use crate::sandbox::Sandbox;

/// How many prospects the sandbox needs to have.
pub(in crate::cli) const N_PROSPECTS: u32 = 2_600;

/// Titles that exports have and Outreach does not know yet.
const NEW_TITLES: [&str; 8] = [
    "Head of Procurement",
    "Chief Operating Officer",
    "Regional Sales Director",
    "IT Director",
    "Senior Buyer",
    "Marketing Manager",
    "Head of Facilities",
    "VP Operations",
];

/// An audience: its id at Adobe, its name and Mapping ID, how many of a thousand people are in it on the first day, and
/// how many more on each day after.
type Audience = (&'static str, &'static str, u32, u64, u64);

const AUDIENCES: [Audience; 6] = [
    (
        "7841ba61-23c1-4bb3-a495-00d3b5fe1a01",
        "Gold customers",
        1,
        380,
        4,
    ),
    (
        "59bd2ffd-3c1a-4f0e-9f2c-6c1f0a5e7b02",
        "Webinar attendees",
        2,
        210,
        9,
    ),
    (
        "c2f8d4a0-8a51-4a7e-b1d9-2d8e6f3b9c03",
        "Trial users",
        3,
        90,
        3,
    ),
    (
        "0d5b7c1e-6f0a-4c55-8e1b-95f4a7d20c04",
        "Newsletter readers",
        4,
        520,
        6,
    ),
    (
        "e83c2f97-1b4d-4a6e-a3f0-47c9d8e61b05",
        "Churn risk",
        5,
        120,
        2,
    ),
    (
        "3a9e5d40-72c8-4f1b-9d06-b8e2c7f35a06",
        "Event leads",
        6,
        160,
        5,
    ),
];

/// An audience that only starts in a week.
const STARTS_LATER: &str = "Event leads";

/// One of the company's destinations.
pub(super) struct Region {
    pub(super) name: &'static str,
    description: &'static str,
    /// What its exports are called.
    pub(super) file: &'static str,
    /// The number of its first prospect, and how many follow.
    first: u32,
    n: u32,
    n_audiences: usize,
    pub(super) is_enabled: bool,
    /// When its runs were, in hours before now, oldest first.
    pub(super) runs: &'static [f64],
    /// Whether all its points are counted anew on the day that is shown.
    counts_anew: bool,
    has_faults: bool,
}

pub(super) const REGIONS: [Region; 4] = [
    Region {
        name: "Outreach – Nordic sales",
        description: "Prospects of the Nordic team",
        file: "nordics.csv",
        first: 1,
        n: 860,
        n_audiences: 6,
        is_enabled: true,
        runs: &[146.2, 98.1, 73.9, 50.2, 26.1, 10.6, 7.4, 5.8, 3.1, 1.6],
        counts_anew: true,
        has_faults: false,
    },
    Region {
        name: "Outreach – DACH sales",
        description: "Gold and renewal audiences",
        file: "dach.csv",
        first: 1_401,
        n: 270,
        n_audiences: 4,
        is_enabled: true,
        runs: &[127.3, 97.8, 74.6, 49.9, 25.7, 9.3, 6.9, 4.2],
        counts_anew: false,
        has_faults: true,
    },
    Region {
        name: "Outreach – UK & Ireland",
        description: "Field sales and renewals",
        file: "uk-and-ireland.csv",
        first: 2_001,
        n: 180,
        n_audiences: 3,
        is_enabled: true,
        runs: &[119.4, 71.2, 28.3, 9.8, 2.3],
        counts_anew: false,
        has_faults: false,
    },
    Region {
        name: "Outreach – Partner team",
        description: "Paused while the list is cleaned",
        file: "partners.csv",
        first: 2_401,
        n: 60,
        n_audiences: 2,
        is_enabled: false,
        runs: &[170.0, 146.5],
        counts_anew: false,
        has_faults: false,
    },
];

/// An export that no destination reads yet, for the one that a person sets up.
pub(super) const NEXT: Region = Region {
    name: "Outreach – Benelux partners",
    description: "Resellers in Belgium and the Netherlands",
    file: "benelux.csv",
    first: 2_490,
    n: 110,
    n_audiences: 5,
    is_enabled: false,
    runs: &[],
    counts_anew: false,
    has_faults: false,
};

/// The prospects that the demo's user may not edit.
pub(super) fn read_only() -> BTreeSet<u32> {
    (1_401..1_671).step_by(6).collect()
}

impl Region {
    /// Its settings, as a person would have made them.
    pub(super) fn settings(
        &self,
        account: &str,
        address: &str,
        exports: &Path,
        day: Date,
    ) -> Value {
        let audiences = AUDIENCES.iter().take(self.n_audiences);
        let audiences: Vec<_> = audiences
            .map(|(id, name, mapping_id, ..)| {
                let ahead = if *name == STARTS_LATER { 7 } else { -6 };
                let start = day.saturating_add(ahead.days());
                json!({ "id": id, "name": name, "mapping_id": mapping_id, "start": start })
            })
            .collect();
        json!({
            "format": 1,
            "name": self.name,
            "description": self.description,
            "enabled": self.is_enabled,
            "account": { "name": account, "api_address": address },
            "source": { "kind": "files", "path": exports.join(self.file), "contents": "full_snapshot" },
            "mapping": [
                { "source": "Oid", "target": "OutreachId" },
                { "source": "person.name.firstName", "target": "firstName" },
                { "source": "person.name.lastName", "target": "lastName" },
                { "source": "extendedWorkDetails.jobTitle", "target": "title" },
                { "source": "b2b.companyName", "target": "company" },
                { "source": "loyalty.points", "target": "custom20", "when_empty": "clear" },
            ],
            "audiences": audiences,
            "alerts": ["run_failure", "skipped_rate_exceeded", "source_missing"],
            "marketing_actions": ["Email targeting", "Export to third party"],
        })
    }

    /// Its export after so many runs.
    pub(super) fn export(&self, sandbox: &Sandbox, day: u64) -> String {
        let mut text = String::from(
            "Oid,person.name.firstName,person.name.lastName,extendedWorkDetails.jobTitle,b2b.companyName,loyalty.points",
        );
        for (id, ..) in AUDIENCES.iter().take(self.n_audiences) {
            text.push_str(&[",segmentMembership.ups.", id, ".status"].concat());
        }
        text.push('\n');
        for person in self.first..self.first + self.n {
            self.row(&mut text, sandbox, person, &person.to_string(), day);
        }
        if self.has_faults {
            self.faults(&mut text, sandbox, day);
        }
        text
    }

    /// People who are no prospects any more, lately, and rows that an export is not free of.
    fn faults(&self, text: &mut String, sandbox: &Sandbox, day: u64) {
        if day >= self.first_faulty_day() {
            for (person, oid) in (900..).zip(["90310", "90317", "90324", "90331", "90338"]) {
                self.row(text, sandbox, person, oid, day);
            }
        }
        for (person, oid) in [(930, ""), (931, "unknown")] {
            self.row(text, sandbox, person, oid, day);
        }
    }

    /// From when on Outreach refuses some of its prospects.
    pub(super) fn first_faulty_day(&self) -> u64 {
        let n = if self.has_faults {
            self.runs.len()
        } else {
            usize::MAX
        };
        n as u64 - 1
    }

    fn row(&self, text: &mut String, sandbox: &Sandbox, person: u32, oid: &str, day: u64) {
        let known = sandbox.prospect(person).unwrap_or_default();
        let word = |name: &str| known.get(name).and_then(Value::as_str).unwrap_or_default();
        let title = self.title(person, day);
        let title = title.as_deref().unwrap_or_else(|| word("title"));
        let cells = [
            oid.to_owned(),
            word("firstName").to_owned(),
            word("lastName").to_owned(),
            title.to_owned(),
            word("company").to_owned(),
            self.points(person, day),
        ];
        let cells: Vec<_> = cells.iter().map(|cell| quoted(cell)).collect();
        text.push_str(&cells.join(","));
        for (i, audience) in (0_u64..).zip(AUDIENCES).take(self.n_audiences) {
            text.push(',');
            text.push_str(status(person, i, audience, day));
        }
        text.push('\n');
    }

    /// The person's title, where it is not the one that Outreach has.
    fn title(&self, person: u32, day: u64) -> Option<String> {
        let place = usize::try_from(roll(person, 31)).unwrap_or(0) % NEW_TITLES.len();
        let title = NEW_TITLES.get(place)?;
        if self.has_faults && day > 2 && person % 97 == 11 {
            return Some(format!(
                "{title}, {}",
                "responsible for all regions and ".repeat(9)
            ));
        }
        let promoted = roll(person, 32) % 60;
        (promoted < 6 || promoted - 6 < day).then(|| (*title).to_owned())
    }

    /// Loyalty points; not everybody collects them.
    fn points(&self, person: u32, day: u64) -> String {
        if person.is_multiple_of(4) {
            return String::new();
        }
        let is_statement = self.counts_anew && day >= self.runs.len() as u64;
        let bought = (1..=day).filter(|day| roll(person, 100 + day).is_multiple_of(40));
        let bought: u64 = bought.map(|day| 5 * (1 + day)).sum();
        let bonus = if is_statement {
            10 + roll(person, 41) % 90
        } else {
            0
        };
        (roll(person, 40) % 4_000 + bought + bonus).to_string()
    }
}

/// People come in day by day, and some who were in from the beginning leave.
fn status(person: u32, number: u64, audience: Audience, day: u64) -> &'static str {
    let (_, _, _, share, growth) = audience;
    let comes = roll(person, 1 + number) % 1_000;
    let goes = roll(person, 11 + number) % 1_000;
    if comes >= share + growth * day {
        ""
    } else if comes < share && goes < 4 * day {
        "exited"
    } else {
        "realized"
    }
}

/// A number that depends on these two alone (the finish of `SplitMix64`).
fn roll(person: u32, what: u64) -> u64 {
    let seed = u64::from(person).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut mixed = seed.wrapping_add(what.wrapping_mul(0xD1B5_4A32_D192_ED03));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::Destination, sandbox::Settings};

    #[test]
    fn the_settings_are_valid() {
        for region in REGIONS {
            let day = "2026-11-24".parse().expect("a day");
            let json = region.settings(
                "Brightwater",
                "http://127.0.0.1:4010",
                Path::new("/exports"),
                day,
            );
            let read = Destination::from_json(&json.to_string()).expect("no fault");
            assert_eq!(read.name, region.name);
        }
    }

    #[tokio::test]
    async fn every_day_differs_a_little_from_the_one_before() {
        let settings = Settings {
            prospects: N_PROSPECTS,
            ..Settings::default()
        };
        let sandbox = Sandbox::start(settings).await.expect("a sandbox");
        for region in &REGIONS {
            for day in 1..region.runs.len() as u64 {
                let (before, after) = (
                    region.export(&sandbox, day - 1),
                    region.export(&sandbox, day),
                );
                let pairs = before.lines().zip(after.lines());
                let n_changed = pairs.filter(|(before, after)| before != after).count();
                let most = before.lines().count() / 4;
                assert!(
                    (1..most).contains(&n_changed),
                    "{} {day}: {n_changed}",
                    region.name
                );
            }
        }
        sandbox.stop().await;
    }

    #[test]
    fn a_cell_with_a_comma_stays_one() {
        assert_eq!(
            quoted("Vice President, \"Growth\""),
            "\"Vice President, \"\"Growth\"\"\""
        );
        assert_eq!(quoted("Buyer"), "Buyer");
    }
}
