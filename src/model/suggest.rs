//! What the wizard can propose by comparing names: a target for a source field, a Mapping ID for an audience.
//!
//! Nothing here is applied by itself; a person takes or leaves each proposal.

use std::collections::BTreeSet;

use super::{Access, Draft, Kind, KnownFields, MappingId, MappingRow, Target, WhenEmpty, Writers};

/// Names of XDM's last parts that mean an attribute of another name, both [`normal`].
const SYNONYMS: [(&str, &str); 12] = [
    ("jobtitle", "title"),
    ("surname", "lastName"),
    ("givenname", "firstName"),
    ("companyname", "company"),
    ("organization", "company"),
    ("birthdate", "dateOfBirth"),
    ("street1", "addressStreet"),
    ("city", "addressCity"),
    ("postalcode", "addressZip"),
    ("state", "addressState"),
    ("country", "addressCountry"),
    ("linkedin", "linkedInUrl"),
];

/// Words that tell nothing apart in the names of audiences and labels.
const FILLERS: [&str; 8] = [
    "audience",
    "segment",
    "the",
    "of",
    "in",
    "status",
    "aep",
    "membership",
];

/// A name without letter case, blanks and signs, to be compared.
pub fn normal(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// The last part of an XDM path, without the number of a list: `name` of `a.b[0].name`.
pub fn leaf(path: &str) -> &str {
    let last = path.rsplit(['.', '/']).next().unwrap_or(path);
    last.split('[').next().unwrap_or(last)
}

/// The attribute that a source field most likely belongs to: one of the same name, or of a name that means the same.
pub fn target_for(source: &str) -> Option<Target> {
    let name = normal(leaf(source));
    let writable = |target: &Target| {
        target.access() == Access::Writable && !matches!(target.kind(), Kind::List)
    };
    let same = Target::standard_attributes()
        .filter(writable)
        .find(|target| normal(&target.name()) == name);
    same.or_else(|| {
        let (_, meant) = SYNONYMS.iter().find(|(synonym, _)| *synonym == name)?;
        Target::parse(meant).filter(writable)
    })
}

/// Rows for the fields of a source that are not mapped yet and have a target of their own; each target once, and none
/// that another destination writes.
pub fn rows_for(draft: &Draft, columns: &[String], writers: &Writers) -> Vec<MappingRow> {
    let mapped = draft.mapping.iter();
    let mut taken: BTreeSet<Target> = mapped
        .filter_map(|row| Target::parse(&row.target))
        .chain(writers.keys().copied())
        .collect();
    let is_mapped = |column: &&String| !draft.mapping.iter().any(|row| row.source == **column);
    let mut rows = vec![];
    for column in columns.iter().filter(is_mapped) {
        let Some(target) = target_for(column) else {
            continue;
        };
        if taken.insert(target) {
            rows.push(row(column, &target.name()));
        }
    }
    rows
}

/// A row of the mapping with the usual rules.
pub fn row(source: &str, target: &str) -> MappingRow {
    MappingRow {
        source: source.to_owned(),
        target: target.to_owned(),
        when_empty: WhenEmpty::default(),
        when_too_long: super::WhenTooLong::default(),
        numbers_are: None,
        consent_confirmed: false,
    }
}

/// The custom field whose label is most like an audience's name, of those that no other audience, no row of the mapping
/// and no other destination writes.
///
/// `audience` counts the draft's audiences from 0.
pub fn mapping_id_for(
    draft: &Draft,
    audience: usize,
    fields: &KnownFields,
    writers: &Writers,
) -> Option<MappingId> {
    let name = words(&draft.audiences.get(audience)?.name);
    let others = draft.audiences.iter().enumerate();
    let mut taken: BTreeSet<MappingId> = others
        .filter(|(i, _)| *i != audience)
        .filter_map(|(_, other)| other.mapping_id())
        .collect();
    let targets = draft.mapping.iter();
    taken.extend(targets.filter_map(|row| Target::parse(&row.target)?.mapping_id()));
    taken.extend(writers.keys().filter_map(|target| target.mapping_id()));
    let free = fields.iter().filter(|(number, _)| !taken.contains(number));
    let ranked = free.filter_map(|(number, field)| {
        let score = likeness(&name, &words(&field.label))?;
        Some((score, *number))
    });
    // Of equally good ones the lowest number wins, so that the answer is always the same.
    let best = ranked.max_by_key(|(score, number)| (*score, std::cmp::Reverse(*number)))?;
    Some(best.1)
}

/// A Mapping ID for every audience that has none or one that clashes; each number once.
pub fn mapping_ids_for(
    draft: &Draft,
    fields: &KnownFields,
    writers: &Writers,
) -> Vec<(usize, MappingId)> {
    let mut draft = draft.clone();
    let mut found = vec![];
    for i in 0..draft.audiences.len() {
        let is_open = draft
            .audiences
            .get(i)
            .is_some_and(|audience| audience.mapping_id.trim().is_empty());
        if !is_open {
            continue;
        }
        let Some(number) = mapping_id_for(&draft, i, fields, writers) else {
            continue;
        };
        if let Some(audience) = draft.audiences.get_mut(i) {
            audience.mapping_id = number.to_string();
        }
        found.push((i, number));
    }
    found
}

fn words(name: &str) -> Vec<String> {
    let parts = name.split(|c: char| !c.is_alphanumeric());
    parts
        .map(normal)
        .filter(|word| !word.is_empty() && !FILLERS.contains(&word.as_str()))
        .collect()
}

/// How alike two names are, in percent; `None` below the half.
fn likeness(name: &[String], label: &[String]) -> Option<u32> {
    if name.is_empty() || label.is_empty() {
        return None;
    }
    if name == label {
        return Some(100);
    }
    let shared = label.iter().filter(|word| name.contains(word)).count();
    let all = name.len().max(label.len());
    // A label that is the start of the name, such as "Renewal due" of "Renewal due in 60 days".
    let is_start = name.starts_with(label) || label.starts_with(name);
    let score = u32::try_from(shared * 100 / all).unwrap_or(0);
    (score >= 50 || (is_start && shared >= 2)).then_some(score.min(99))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AudienceId, DraftAudience, FieldLabel};

    fn fields(labels: &[(u64, &str)]) -> KnownFields {
        let all = labels.iter().map(|(number, label)| {
            let field = FieldLabel {
                label: (*label).to_owned(),
                kind: "string".to_owned(),
                options: vec![],
            };
            (MappingId::new(*number).expect("a Mapping ID"), field)
        });
        all.collect()
    }

    fn draft(names: &[&str]) -> Draft {
        let day = jiff::civil::date(2026, 11, 24);
        let audiences = names
            .iter()
            .map(|name| DraftAudience::new(AudienceId::new(*name), *name, day));
        Draft {
            audiences: audiences.collect(),
            ..Draft::default()
        }
    }

    #[test]
    fn a_field_finds_the_attribute_of_its_name() {
        for (source, target) in [
            ("person.name.firstName", Some("firstName")),
            ("person.name.last_name", Some("lastName")),
            ("extendedWorkDetails.jobTitle", Some("title")),
            ("workAddress[0].city", Some("addressCity")),
            ("company", Some("company")),
            ("crm.touchedAt", None),
            ("consents.optedOut", None),
            ("personalEmail.emails", None),
            ("_brightwater.web.mainInterest", None),
            ("", None),
        ] {
            let found = target_for(source).map(|target| target.name().into_owned());
            assert_eq!(found.as_deref(), target, "{source}");
        }
    }

    #[test]
    fn each_target_and_each_field_is_proposed_once() {
        let mut draft = Draft::default();
        draft.mapping.push(row("a.firstName", "firstName"));
        let columns = [
            "b.firstName",
            "lastName",
            "c.lastName",
            "a.firstName",
            "jobTitle",
        ];
        let rows = rows_for(&draft, &columns.map(str::to_owned), &Writers::new());
        let pairs: Vec<_> = rows
            .iter()
            .map(|row| (row.source.as_str(), row.target.as_str()))
            .collect();
        assert_eq!(pairs, [("lastName", "lastName"), ("jobTitle", "title")]);
    }

    #[test]
    fn an_audience_finds_the_field_of_its_name() {
        let fields = fields(&[
            (4, "Gold customers"),
            (5, "Webinar Q4"),
            (11, "Pricing page visitors"),
            (12, "Renewal due"),
            (20, "Gold"),
        ]);
        for (name, number) in [
            ("gold customers", Some(4)),
            ("Webinar Q4 attendees", Some(5)),
            ("Renewal due in 60 days", Some(12)),
            ("Audience: Pricing page visitors", Some(11)),
            ("Churn risk, high", None),
            ("", None),
        ] {
            let found =
                mapping_id_for(&draft(&[name]), 0, &fields, &Writers::new()).map(MappingId::get);
            assert_eq!(found, number, "{name}");
        }
    }

    #[test]
    fn what_is_taken_is_not_proposed() {
        let fields = fields(&[(4, "Gold customers"), (7, "Gold customers")]);
        let mut draft = draft(&["Gold customers", "Gold customers", "Silver"]);
        let found = mapping_ids_for(&draft, &fields, &Writers::new());
        let numbers: Vec<_> = found.iter().map(|(i, number)| (*i, number.get())).collect();
        assert_eq!(numbers, [(0, 4), (1, 7)]);
        draft.mapping.push(row("x", "custom4"));
        draft.audiences[2].mapping_id = "7".to_owned();
        assert_eq!(mapping_id_for(&draft, 0, &fields, &Writers::new()), None);
    }

    #[test]
    fn what_another_destination_writes_is_not_proposed() {
        let field = |name: &str| Target::parse(name).expect("a field");
        let writers = ["custom4", "lastName"].map(|name| (field(name), "Nordic".to_owned()));
        let writers = Writers::from(writers);
        let fields = fields(&[(4, "Gold customers"), (7, "Gold customers")]);
        let draft = draft(&["Gold customers"]);
        let found = mapping_id_for(&draft, 0, &fields, &writers).map(MappingId::get);
        assert_eq!(found, Some(7));
        let columns = ["lastName", "jobTitle"].map(str::to_owned);
        let rows = rows_for(&draft, &columns, &writers);
        let targets: Vec<_> = rows.iter().map(|row| row.target.as_str()).collect();
        assert_eq!(targets, ["title"]);
    }
}
