//! What is wrong with a destination's settings, each fault with the path of the setting.

use std::{collections::BTreeMap, fmt};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::{
    Access, AudienceId, Destination, FileSource, Kind, MappingId, MappingRow, SourceSettings,
    Target, source::SourceKind,
};

/// Something wrong with one setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Where in the settings, such as `audiences[2].mapping_id`; empty for the whole.
    pub path: String,
    /// What is wrong, and what would be right.
    pub what: String,
}

impl Fault {
    /// A fault from its path and its text.
    pub fn new(path: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            what: what.into(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.what)
        } else {
            write!(f, "{}: {}", self.path, self.what)
        }
    }
}

/// Collects faults while settings are read part by part, so that one fault does not hide the next.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    pub(super) fn add(&mut self, path: impl Into<String>, what: impl Into<String>) {
        self.0.push(Fault::new(path, what));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn into_vec(self) -> Vec<Fault> {
        self.0
    }

    /// Takes one part out of the object and reads it; a missing part is its default, or a fault if it has none.
    pub(super) fn part<T: DeserializeOwned>(
        &mut self,
        parts: &mut Map<String, Value>,
        key: &str,
        default: Option<T>,
    ) -> Option<T> {
        match parts.remove(key) {
            Some(value) => self.read(key, value),
            None if default.is_some() => default,
            None => {
                self.add(key, "this setting is missing");
                None
            }
        }
    }

    /// Takes the settings of a source out of the object and reads them as those of its kind.
    pub(super) fn source(
        &mut self,
        parts: &mut Map<String, Value>,
        key: &str,
    ) -> Option<SourceSettings> {
        let mut parts: Map<String, Value> = self.part(parts, key, None)?;
        match SourceKind::take(&mut parts) {
            Ok(SourceKind::Files) => self
                .read::<FileSource>(key, Value::Object(parts))
                .map(SourceSettings::Files),
            Err(what) => {
                self.add(format!("{key}.kind"), what);
                None
            }
        }
    }

    /// Takes a list out of the object and reads each of its rows for itself.
    pub(super) fn rows<T: DeserializeOwned>(
        &mut self,
        parts: &mut Map<String, Value>,
        key: &str,
    ) -> Option<Vec<T>> {
        let rows: Vec<Value> = self.part(parts, key, None)?;
        let read: Vec<_> = rows
            .into_iter()
            .enumerate()
            .map(|(i, row)| self.read(&format!("{key}[{i}]"), row))
            .collect();
        read.into_iter().collect()
    }

    fn read<T: DeserializeOwned>(&mut self, path: &str, value: Value) -> Option<T> {
        serde_path_to_error::deserialize(value)
            .map_err(|e| {
                let inner = e.path().to_string();
                let path = if inner == "." {
                    path.to_owned()
                } else {
                    format!("{path}.{inner}")
                };
                self.add(path, e.into_inner().to_string());
            })
            .ok()
    }
}

/// Looks for faults that no single setting shows: unknown, read-only or repeated targets, clashing Mapping IDs,
/// dates in the wrong order.
pub fn check(destination: &Destination) -> Vec<Fault> {
    let mut faults = Faults::default();
    check_general(destination, &mut faults);
    let targets = check_mapping(&destination.mapping, &mut faults);
    check_audiences(destination, &targets, &mut faults);
    faults.into_vec()
}

/// The most characters that a destination's name has; it is also the name of its files.
const MAX_NAME: usize = 100;

/// What is wrong with the address of an API: it has to be a scheme, a host and perhaps a port.
///
/// What is put behind the host would be lost or kept in the open, so it is refused; a password is not said again.
pub fn address_fault(address: &str) -> Option<String> {
    let address = address.trim();
    let rest = ["https://", "http://"]
        .iter()
        .find_map(|scheme| address.strip_prefix(scheme));
    let Some(rest) = rest else {
        return Some(format!(
            "{address:?} must start with https://, or with http:// on this computer itself"
        ));
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, behind) = rest.split_at(end);
    if host.contains('@') {
        return Some(
            "an address has no user name or password in it; sign in with `audience-sync account connect`"
                .to_owned(),
        );
    }
    if host.is_empty() || host.starts_with(':') || host.contains(char::is_whitespace) {
        return Some(format!("{address:?} names no computer behind the //"));
    }
    let is_here = ["127.0.0.1", "localhost", "[::1]"].iter().any(|here| {
        let port = host.strip_prefix(here);
        port.is_some_and(|port| port.is_empty() || port.starts_with(':'))
    });
    if address.starts_with("http://") && !is_here {
        return Some(format!(
            "{address:?} must start with https://, or with http:// on this computer itself"
        ));
    }
    let scheme = address.strip_suffix(rest).unwrap_or_default();
    (!matches!(behind, "" | "/")).then(|| {
        format!("an address ends with the host and its port; leave only {scheme}{host}, without the {behind:?} behind it")
    })
}

fn check_general(destination: &Destination, faults: &mut Faults) {
    if destination.name.trim().is_empty() {
        faults.add("name", "give the destination a name");
    }
    if destination.name.chars().count() > MAX_NAME || destination.name.chars().any(char::is_control)
    {
        faults.add(
            "name",
            format!("a name is one line of at most {MAX_NAME} characters"),
        );
    }
    if destination.source.is_blank() {
        faults.add("source.path", "give a file or a folder");
    }
    if let Some(what) = address_fault(&destination.account.api_address) {
        faults.add("account.api_address", what);
    }
    if !(0.0..=1.0).contains(&destination.guard.max_exit_share) {
        faults.add("guard.max_exit_share", "a share is a number from 0 to 1");
    }
    let words = &destination.status_words;
    if words.realized.is_empty() || words.exited.is_empty() || words.realized == words.exited {
        faults.add(
            "status_words",
            "the two words must be there and must differ",
        );
    }
}

/// Returns the row that fills each target.
fn check_mapping(mapping: &[MappingRow], faults: &mut Faults) -> BTreeMap<Target, usize> {
    let mut targets = BTreeMap::new();
    let n_ids = mapping.iter().filter(|row| row.is_outreach_id()).count();
    if n_ids != 1 {
        faults.add(
            "mapping",
            format!("exactly one row must have the target OutreachId; {n_ids} have it"),
        );
    }
    for (i, row) in mapping.iter().enumerate() {
        let path = |part: &str| format!("mapping[{i}].{part}");
        if row.source.trim().is_empty() {
            faults.add(path("source"), "choose a source field");
        }
        if row.is_outreach_id() {
            continue;
        }
        let Some(target) = Target::parse(&row.target) else {
            faults.add(
                path("target"),
                format!(
                    "Outreach has no prospect attribute {:?}; letter case counts",
                    row.target
                ),
            );
            continue;
        };
        if let Some(what) = refusal(target, row) {
            faults.add(path("target"), what);
        }
        if let Some(first) = targets.insert(target, i) {
            faults.add(
                path("target"),
                format!("{target} is already the target of mapping[{first}]"),
            );
        }
    }
    targets
}

/// Why this attribute cannot be a target.
fn refusal(target: Target, row: &MappingRow) -> Option<String> {
    match (target.access(), target.kind()) {
        (Access::ReadOnly, _) => Some(format!(
            "{target} is computed by Outreach and cannot be written"
        )),
        (Access::Consent, _) if !row.consent_confirmed => Some(format!(
            "{target} decides whether a prospect may be contacted; add \"consent_confirmed\": true to this row if you mean it"
        )),
        (_, Kind::List) => Some(format!(
            "{target} is a list, which one source value cannot fill"
        )),
        _ => None,
    }
}

fn check_audiences(
    destination: &Destination,
    targets: &BTreeMap<Target, usize>,
    faults: &mut Faults,
) {
    let mut ids: BTreeMap<&AudienceId, usize> = BTreeMap::new();
    let mut fields: BTreeMap<MappingId, usize> = BTreeMap::new();
    for (i, audience) in destination.audiences.iter().enumerate() {
        let path = |part: &str| format!("audiences[{i}].{part}");
        if audience.id.as_str().trim().is_empty() {
            faults.add(path("id"), "an audience has an id");
        }
        if let Some(first) = ids.insert(&audience.id, i) {
            faults.add(
                path("id"),
                format!("this audience is already audiences[{first}]"),
            );
        }
        let field = audience.mapping_id;
        if let Some(first) = fields.insert(field, i) {
            faults.add(
                path("mapping_id"),
                format!("Mapping ID {field} is already used by audiences[{first}]"),
            );
        }
        if let Some(row) = targets.get(&Target::custom(field)) {
            faults.add(path("mapping_id"), format!("custom{field} is also the target of mapping[{row}]; the two would overwrite each other"));
        }
        if audience.end.is_some_and(|end| end < audience.start) {
            faults.add(path("end"), "the end date is before the start date");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(change: impl FnOnce(&mut Value)) -> Vec<String> {
        let mut document = serde_json::from_str(include_str!("../../assets/demo/destination.json"))
            .expect("the sample is JSON");
        change(&mut document);
        match Destination::from_json(&document.to_string()) {
            Ok(_) => vec![],
            Err(faults) => faults.iter().map(ToString::to_string).collect(),
        }
    }

    fn only_fault(change: impl FnOnce(&mut Value)) -> String {
        let mut found = faults(change);
        assert_eq!(found.len(), 1, "{found:?}");
        found.remove(0)
    }

    #[test]
    fn the_sample_has_no_fault() {
        assert_eq!(faults(|_| ()), [""; 0]);
    }

    #[test]
    fn each_bad_target_is_named() {
        for (target, says) in [
            (
                "favouriteColour",
                "mapping[1].target: Outreach has no prospect attribute",
            ),
            (
                "engagedScore",
                "mapping[1].target: engagedScore is computed",
            ),
            ("emails", "mapping[1].target: emails is a list"),
            ("optedOut", "mapping[1].target: optedOut decides"),
            ("custom151", "mapping[1].target: Outreach has no"),
            (
                "lastName",
                "mapping[2].target: lastName is already the target of mapping[1]",
            ),
        ] {
            let fault = only_fault(|d| d["mapping"][1]["target"] = target.into());
            assert!(fault.starts_with(says), "{fault}");
        }
    }

    #[test]
    fn clashing_mapping_ids_are_named() {
        let twice = only_fault(|d| {
            d["audiences"][1]["mapping_id"] = d["audiences"][0]["mapping_id"].clone();
        });
        assert!(
            twice.starts_with(
                "audiences[1].mapping_id: Mapping ID 1 is already used by audiences[0]"
            ),
            "{twice}"
        );
        let target = only_fault(|d| d["mapping"][1]["target"] = "custom1".into());
        assert!(
            target.starts_with("audiences[0].mapping_id: custom1 is also the target of mapping[1]"),
            "{target}"
        );
    }

    #[test]
    fn the_mandatory_row_must_be_there_once() {
        let gone = faults(|d| d["mapping"][0]["target"] = "nickname".into());
        assert_eq!(
            gone,
            ["mapping: exactly one row must have the target OutreachId; 0 have it"]
        );
    }

    #[test]
    fn what_is_too_much_in_an_address_is_named_but_for_a_password() {
        let fault = |address| address_fault(address).expect("it is wrong");
        let path = fault("https://api.outreach.io/api/v2");
        assert!(
            path.contains(r#"only https://api.outreach.io, without the "/api/v2""#),
            "{path}"
        );
        let password = fault("https://sam:hunter2@api.outreach.io");
        assert!(
            password.contains("password") && !password.contains("hunter2"),
            "{password}"
        );
    }

    #[test]
    fn an_address_must_be_https_or_loopback() {
        for (address, ok) in [
            ("https://api.outreach.io", true),
            ("http://127.0.0.1:4010", true),
            ("http://127.0.0.1.example.org", false),
            ("http://api.outreach.io", false),
            ("api.outreach.io", false),
            ("https://api.outreach.io/", true),
            ("http://[::1]:1", true),
            ("http://localhost.example.org", false),
            ("https://", false),
            ("https://:443", false),
            ("https://api outreach.io", false),
            ("https://api.outreach.io/api/v2", false),
            ("https://api.outreach.io?token=x", false),
            ("https://api.outreach.io#x", false),
            ("https://sam:hunter2@api.outreach.io", false),
            ("http://127.0.0.1@example.org", false),
            ("ftp://api.outreach.io", false),
        ] {
            assert_eq!(
                faults(|d| d["account"]["api_address"] = address.into()).is_empty(),
                ok,
                "{address}"
            );
        }
    }

    #[test]
    fn dates_shares_and_words_are_checked() {
        assert!(
            only_fault(|d| d["audiences"][0]["end"] = "2020-01-01".into())
                .starts_with("audiences[0].end")
        );
        assert!(
            only_fault(|d| d["guard"]["max_exit_share"] = 1.5.into())
                .starts_with("guard.max_exit_share")
        );
        assert!(
            only_fault(|d| d["status_words"] = serde_json::json!({"exited": "realized"}))
                .starts_with("status_words")
        );
    }
}
