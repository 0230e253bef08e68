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

/// An audience of a destination's own: no two write to the same field.
pub(super) struct Audience {
    /// At Adobe.
    id: &'static str,
    name: &'static str,
    mapping_id: u32,
    /// How many of a thousand people are in it on the first day.
    share: u64,
    /// How many more of a thousand on each day after.
    growth: u64,
}

const fn audience(
    id: &'static str,
    name: &'static str,
    mapping_id: u32,
    share: u64,
    growth: u64,
) -> Audience {
    Audience {
        id,
        name,
        mapping_id,
        share,
        growth,
    }
}

const NORDIC: [Audience; 6] = [
    audience(
        "7841ba61-23c1-4bb3-a495-00d3b5fe1a01",
        "Gold customers",
        1,
        380,
        4,
    ),
    audience(
        "59bd2ffd-3c1a-4f0e-9f2c-6c1f0a5e7b02",
        "Webinar attendees",
        2,
        210,
        9,
    ),
    audience(
        "c2f8d4a0-8a51-4a7e-b1d9-2d8e6f3b9c03",
        "Trial users",
        3,
        90,
        3,
    ),
    audience(
        "0d5b7c1e-6f0a-4c55-8e1b-95f4a7d20c04",
        "Newsletter readers",
        4,
        520,
        6,
    ),
    audience(
        "e83c2f97-1b4d-4a6e-a3f0-47c9d8e61b05",
        "Churn risk",
        5,
        120,
        2,
    ),
    audience(
        "3a9e5d40-72c8-4f1b-9d06-b8e2c7f35a06",
        STARTS_LATER,
        6,
        160,
        5,
    ),
];

const DACH: [Audience; 4] = [
    audience(
        "91c04d7e-5b38-4e2a-8f61-d20b9a47c311",
        "DACH gold customers",
        11,
        380,
        4,
    ),
    audience(
        "b6e2a895-0f7c-4d13-a94e-63f81c5d2e12",
        "DACH renewal due",
        12,
        210,
        9,
    ),
    audience(
        "2f85d1c3-a46b-4970-b3e8-0c94e76af513",
        "DACH webinar attendees",
        13,
        90,
        3,
    ),
    audience(
        "d470be29-8c15-4a6f-92d7-5e1b38f0a614",
        "DACH churn risk",
        14,
        120,
        6,
    ),
];

const UK: [Audience; 3] = [
    audience(
        "48a7f3e6-d92c-4b05-8e1d-7c6053b9a416",
        "UK gold customers",
        16,
        380,
        4,
    ),
    audience(
        "f01d9c52-67ae-4384-b5c9-a8e4270d6f17",
        "UK renewal due",
        17,
        210,
        9,
    ),
    audience(
        "6cb83e07-1fd4-49a2-87e5-9b2d540c7a18",
        "UK event leads",
        18,
        90,
        3,
    ),
];

const PARTNERS: [Audience; 2] = [
    audience(
        "ae5916d0-3b7f-42c8-90e4-d8f1652a7c19",
        "Gold partners",
        19,
        380,
        4,
    ),
    audience(
        "05d2c7f8-94e1-4b63-a07d-3f6c8e59b121",
        "New partners",
        21,
        210,
        9,
    ),
];

const BENELUX: [Audience; 5] = [
    audience(
        "c7390e5a-86d2-4f1b-b4a8-1e5d7f62c022",
        "Benelux gold resellers",
        22,
        380,
        4,
    ),
    audience(
        "1b64f8d7-e05c-4293-9a7e-c48b30d6f523",
        "Benelux webinar attendees",
        23,
        210,
        9,
    ),
    audience(
        "8ed51a39-72b6-4c0f-85d4-f90a6e3c7b24",
        "Benelux trial users",
        24,
        90,
        3,
    ),
    audience(
        "50f7c2be-a81d-4e69-bd03-27e4951fa825",
        "Benelux newsletter readers",
        25,
        520,
        6,
    ),
    audience(
        "e94b06d1-5fc3-48a7-a6e2-b03d8c7f1926",
        "Benelux churn risk",
        26,
        120,
        2,
    ),
];

/// What an export says of a person, beside the audiences.
const COLUMNS: [&str; 5] = [
    "person.name.firstName",
    "person.name.lastName",
    "extendedWorkDetails.jobTitle",
    "b2b.companyName",
    "loyalty.points",
];

/// The same, where people are looked for by where they are.
const COLUMNS_OF_PLACES: [&str; 5] = [
    "person.name.nickname",
    "extendedWorkDetails.jobTitle",
    "homeAddress.city",
    "homeAddress.country",
    "loyalty.points",
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
    audiences: &'static [Audience],
    columns: &'static [&'static str],
    /// Which of them go to which field; no two destinations write the same one.
    mapping: &'static [(&'static str, &'static str)],
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
        audiences: &NORDIC,
        columns: &COLUMNS,
        mapping: &[
            ("person.name.firstName", "firstName"),
            ("person.name.lastName", "lastName"),
            ("extendedWorkDetails.jobTitle", "title"),
            ("b2b.companyName", "company"),
            ("loyalty.points", "custom20"),
        ],
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
        audiences: &DACH,
        columns: &COLUMNS,
        mapping: &[
            ("extendedWorkDetails.jobTitle", "occupation"),
            ("loyalty.points", "custom15"),
        ],
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
        audiences: &UK,
        columns: &COLUMNS,
        mapping: &[],
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
        audiences: &PARTNERS,
        columns: &COLUMNS,
        mapping: &[],
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
    audiences: &BENELUX,
    columns: &COLUMNS_OF_PLACES,
    mapping: &[],
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
        let audiences = self.audiences.iter().map(|audience| {
            let ahead = if audience.name == STARTS_LATER { 7 } else { -6 };
            let start = day.saturating_add(ahead.days());
            json!({
                "id": audience.id,
                "name": audience.name,
                "mapping_id": audience.mapping_id,
                "start": start,
            })
        });
        let id = json!({ "source": "Oid", "target": "OutreachId" });
        let fields = self.mapping.iter().map(|(source, target)| {
            let when_empty = if *source == "loyalty.points" {
                "clear"
            } else {
                "skip"
            };
            json!({ "source": source, "target": target, "when_empty": when_empty })
        });
        let mapping: Vec<_> = std::iter::once(id).chain(fields).collect();
        let audiences: Vec<_> = audiences.collect();
        json!({
            "format": 1,
            "name": self.name,
            "description": self.description,
            "enabled": self.is_enabled,
            "account": { "name": account, "api_address": address },
            "source": { "kind": "files", "path": exports.join(self.file), "contents": "full_snapshot" },
            "mapping": mapping,
            "audiences": audiences,
            "alerts": ["run_failure", "skipped_rate_exceeded", "source_missing"],
            "marketing_actions": ["Email targeting", "Export to third party"],
        })
    }

    /// Its export after so many runs.
    pub(super) fn export(&self, sandbox: &Sandbox, day: u64) -> String {
        let mut text = ["Oid", &self.columns.join(",")].join(",");
        for audience in self.audiences {
            text.push_str(&[",segmentMembership.ups.", audience.id, ".status"].concat());
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
        let cells = self.columns.iter().map(|column| match *column {
            "person.name.lastName" => word("lastName").to_owned(),
            "extendedWorkDetails.jobTitle" => {
                title.clone().unwrap_or_else(|| word("title").to_owned())
            }
            "b2b.companyName" => word("company").to_owned(),
            "homeAddress.city" => word("addressCity").to_owned(),
            "homeAddress.country" => word("addressCountry").to_owned(),
            "loyalty.points" => self.points(person, day),
            _ => word("firstName").to_owned(),
        });
        let cells = std::iter::once(oid.to_owned()).chain(cells);
        let cells: Vec<_> = cells.map(|cell| quoted(&cell)).collect();
        text.push_str(&cells.join(","));
        for (i, audience) in (0_u64..).zip(self.audiences) {
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
fn status(person: u32, number: u64, audience: &Audience, day: u64) -> &'static str {
    let Audience { share, growth, .. } = *audience;
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
    use crate::{
        model::{Destination, overlaps},
        sandbox::Settings,
    };

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

    #[test]
    fn no_destination_writes_what_another_one_does() {
        let day = "2026-11-24".parse().expect("a day");
        let read = |region: &Region| {
            let json = region.settings("A", "http://127.0.0.1:1", Path::new("/x"), day);
            Destination::from_json(&json.to_string()).expect("no fault")
        };
        // One that is disabled would be refused when somebody enables it.
        let all: Vec<_> = REGIONS.iter().chain([&NEXT]).map(read).collect();
        let all = all.into_iter().map(|one| Destination {
            enabled: true,
            ..one
        });
        let all: Vec<_> = all.collect();
        for (i, one) in all.iter().enumerate() {
            let others = all.iter().enumerate().filter(|(j, _)| i != *j);
            let found = overlaps(one, others.map(|(_, other)| other));
            assert!(found.is_empty(), "{}: {found:?}", one.name);
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
