//! The prospects the sandbox starts with, computed from their ids: nothing is stored until something is written.

use jiff::Timestamp;
use serde_json::{Value, json};

const FIRST_NAMES: [(&str, &str); 32] = [
    ("Ada", "ada"),
    ("Amara", "amara"),
    ("Anton", "anton"),
    ("Beatriz", "beatriz"),
    ("Chiara", "chiara"),
    ("Daniel", "daniel"),
    ("Elif", "elif"),
    ("Emma", "emma"),
    ("Farid", "farid"),
    ("Freya", "freya"),
    ("Grace", "grace"),
    ("Hannah", "hannah"),
    ("Hiro", "hiro"),
    ("Ines", "ines"),
    ("Ivan", "ivan"),
    ("Jasmine", "jasmine"),
    ("Jonas", "jonas"),
    ("Kavya", "kavya"),
    ("Leon", "leon"),
    ("Lucía", "lucia"),
    ("Maja", "maja"),
    ("Mateo", "mateo"),
    ("Nadia", "nadia"),
    ("Noah", "noah"),
    ("Olivia", "olivia"),
    ("Omar", "omar"),
    ("Priscilla", "priscilla"),
    ("Rasmus", "rasmus"),
    ("Sofia", "sofia"),
    ("Søren", "soren"),
    ("Tariq", "tariq"),
    ("Zoë", "zoe"),
];

const LAST_NAMES: [(&str, &str); 31] = [
    ("Abbott", "abbott"),
    ("Andersson", "andersson"),
    ("Baker", "baker"),
    ("Bianchi", "bianchi"),
    ("Carvalho", "carvalho"),
    ("Chen", "chen"),
    ("Dubois", "dubois"),
    ("Eriksen", "eriksen"),
    ("Fischer", "fischer"),
    ("Fraser", "fraser"),
    ("García", "garcia"),
    ("Haddad", "haddad"),
    ("Ivanova", "ivanova"),
    ("Jansen", "jansen"),
    ("Kowalski", "kowalski"),
    ("Larsson", "larsson"),
    ("Lopez", "lopez"),
    ("Mehta", "mehta"),
    ("Moreau", "moreau"),
    ("Murphy", "murphy"),
    ("Nakamura", "nakamura"),
    ("Novak", "novak"),
    ("O'Brien", "obrien"),
    ("Okafor", "okafor"),
    ("Petrov", "petrov"),
    ("Rossi", "rossi"),
    ("Schneider", "schneider"),
    ("Silva", "silva"),
    ("Tanaka", "tanaka"),
    ("Walker", "walker"),
    ("Yilmaz", "yilmaz"),
];

const COMPANIES: [(&str, &str); 23] = [
    ("Northwind Traders", "northwind.example"),
    ("Halcyon Labs", "halcyonlabs.example"),
    ("Brightwater Energy", "brightwater.example"),
    ("Cobalt Freight", "cobaltfreight.example"),
    ("Evergreen Dental", "evergreendental.example"),
    ("Fjord Analytics", "fjordanalytics.example"),
    ("Granite Bank", "granitebank.example"),
    ("Harbour & Finch", "harbourfinch.example"),
    ("Indigo Robotics", "indigorobotics.example"),
    ("Juniper Foods", "juniperfoods.example"),
    ("Kestrel Insurance", "kestrel.example"),
    ("Lumen Studios", "lumenstudios.example"),
    ("Meridian Health", "meridianhealth.example"),
    ("Nordlys Media", "nordlys.example"),
    ("Orchard Retail", "orchardretail.example"),
    ("Pinecrest Schools", "pinecrest.example"),
    ("Quarry Software", "quarrysoftware.example"),
    ("Redwood Legal", "redwoodlegal.example"),
    ("Saltmarsh Travel", "saltmarsh.example"),
    ("Tidewater Logistics", "tidewater.example"),
    ("Umbra Security", "umbrasecurity.example"),
    ("Vantage Motors", "vantagemotors.example"),
    ("Willow & Sons", "willowandsons.example"),
];

const TITLES: [&str; 13] = [
    "Account Manager",
    "Chief Financial Officer",
    "Chief Technology Officer",
    "Customer Success Lead",
    "Data Analyst",
    "Director of Sales",
    "Head of Marketing",
    "IT Manager",
    "Operations Manager",
    "Procurement Specialist",
    "Product Owner",
    "Purchasing Director",
    "Vice President, Growth",
];

const CITIES: [(&str, &str, &str); 11] = [
    ("Seattle", "United States", "America/Los_Angeles"),
    ("Austin", "United States", "America/Chicago"),
    ("Toronto", "Canada", "America/Toronto"),
    ("London", "United Kingdom", "Europe/London"),
    ("Dublin", "Ireland", "Europe/Dublin"),
    ("Stockholm", "Sweden", "Europe/Stockholm"),
    ("Berlin", "Germany", "Europe/Berlin"),
    ("Lyon", "France", "Europe/Paris"),
    ("Milan", "Italy", "Europe/Rome"),
    ("Singapore", "Singapore", "Asia/Singapore"),
    ("Sydney", "Australia", "Australia/Sydney"),
];

const LIFECYCLE_STAGES: [&str; 3] = ["Lead", "Customer", "Former customer"];

/// The numbers of accounts, users, stages and personas that a prospect can point to.
pub(super) const ACCOUNTS: u64 = COMPANIES.len() as u64;
pub(super) const STAGES: u64 = 8;
pub(super) const PERSONAS: u64 = 5;

/// 2025-01-01T00:00:00Z, before which no seeded prospect was made.
const FIRST_CREATED: i64 = 1_735_689_600;

/// The attributes a seeded prospect starts with; those that are not listed are null.
pub(super) fn attributes(id: u32) -> Vec<(&'static str, Value)> {
    let mut values = Vec::new();
    each(id, |name, value| values.push((name, value())));
    values
}

/// One of them, for which the others are not made.
pub(super) fn attribute(id: u32, wanted: &str) -> Option<Value> {
    let mut found = None;
    each(id, |name, value| {
        if name == wanted {
            found = Some(value());
        }
    });
    found
}

/// Calls `put` with every name, and with what makes its value.
fn each(id: u32, mut put: impl FnMut(&'static str, &dyn Fn() -> Value)) {
    let mut dice = Dice::of(id);
    let (first_name, first_local) = dice.pick(&FIRST_NAMES);
    let (last_name, last_local) = dice.pick(&LAST_NAMES);
    let (company, domain) = company(id);
    let title = dice.pick(&TITLES);
    let (city, country, time_zone) = dice.pick(&CITIES);
    let email = || format!("{first_local}.{last_local}.{id}@{domain}");
    for (name, text) in [
        ("firstName", first_name),
        ("lastName", last_name),
        ("company", company),
        ("title", title),
        ("addressCity", city),
        ("addressCountry", country),
        ("timeZone", time_zone),
    ] {
        put(name, &|| json!(text));
    }
    put("emails", &|| json!([email()]));
    for (name, most) in [("openCount", 40), ("clickCount", 12), ("replyCount", 4)] {
        let count = dice.below(most);
        put(name, &|| json!(count));
    }
    put("optedOut", &|| json!(false));
    custom_fields(&mut dice, put);
}

fn custom_fields(dice: &mut Dice, mut put: impl FnMut(&'static str, &dyn Fn() -> Value)) {
    for field in [
        "custom1", "custom2", "custom3", "custom4", "custom5", "custom6",
    ] {
        match dice.below(10) {
            0 | 1 => put(field, &|| json!("realized")),
            2 => put(field, &|| json!("exited")),
            _ => {}
        }
    }
    if dice.below(3) > 0 {
        let stage = dice.pick(&LIFECYCLE_STAGES);
        put("custom7", &|| json!(stage));
    }
    if dice.below(4) == 0 {
        let (month, day) = (1 + dice.below(12), 1 + dice.below(28));
        put("custom8", &|| json!(format!("2027-{month:02}-{day:02}")));
    }
    if dice.below(5) == 0 {
        let seats = 1 + dice.below(500);
        put("custom10", &|| json!(seats.to_string()));
    }
}

/// When a seeded prospect was made and last changed.
pub(super) fn times(id: u32) -> (Timestamp, Timestamp) {
    let created = FIRST_CREATED + i64::from(id).wrapping_mul(7919) % 40_000_000;
    let updated = created + i64::from(id).wrapping_mul(104_729) % 10_000_000;
    let time = |second| Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH);
    (time(created), time(updated))
}

/// The id a seeded prospect's relationship points to, if it is set.
pub(super) fn related(id: u32, relationship: &str, users: u64) -> Option<u64> {
    let id = u64::from(id);
    match relationship {
        "account" => Some(id % ACCOUNTS + 1),
        "owner" | "updater" => Some(id.checked_rem(users)? + 1),
        "creator" => Some(1),
        "stage" => Some(id % STAGES + 1),
        "persona" => id.is_multiple_of(3).then_some(id % PERSONAS + 1),
        _ => None,
    }
}

/// The id that a seeded address ends its local part with.
pub(super) fn id_in_email(email: &str) -> Option<u32> {
    let (local, _) = email.split_once('@')?;
    let (_, id) = local.rsplit_once('.')?;
    id.parse().ok()
}

fn company(id: u32) -> (&'static str, &'static str) {
    let index = usize::try_from(u64::from(id) % ACCOUNTS).unwrap_or(0);
    COMPANIES.get(index).copied().unwrap_or_default()
}

/// A stream of numbers that depends on the id alone (the `SplitMix64` generator).
struct Dice(u64);

impl Dice {
    fn of(id: u32) -> Self {
        Self(u64::from(id))
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.roll() % bound
    }

    fn pick<T: Copy + Default>(&mut self, choices: &[T]) -> T {
        let index = self.below(choices.len() as u64);
        usize::try_from(index)
            .ok()
            .and_then(|index| choices.get(index).copied())
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_same_id_is_always_the_same_person() {
        assert_eq!(attributes(42), attributes(42));
        assert_ne!(attributes(42), attributes(43));
        assert_eq!(times(42), times(42));
    }

    #[test]
    fn one_attribute_is_the_one_among_all() {
        for id in 1..50 {
            for (name, value) in attributes(id) {
                assert_eq!(attribute(id, name), Some(value), "{id} {name}");
            }
            assert_eq!(attribute(id, "custom11"), None);
        }
    }

    #[test]
    fn nobody_shares_an_address() {
        let addresses: BTreeSet<String> = (1..=2000)
            .flat_map(attributes)
            .filter(|(name, _)| *name == "emails")
            .map(|(_, emails)| emails[0].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(addresses.len(), 2000);
        assert!(addresses.iter().all(|address| address.is_ascii()));
    }

    #[test]
    fn every_status_field_is_filled_for_some_and_empty_for_others() {
        for field in ["custom1", "custom6"] {
            let filled = (1..=200)
                .filter(|id| attributes(*id).iter().any(|(name, _)| *name == field))
                .count();
            assert!((20..180).contains(&filled), "{field}: {filled}");
        }
    }
}
