//! What is wrong with a draft while it is being typed: each fault with its spot, as a value; the words are the screen's.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Draft, DraftAudience, Step};
use crate::model::{Access, AudienceId, Kind, MappingId, MappingRow, Target, Writers};

/// What the owner of an Outreach account calls a custom field, and what it takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldLabel {
    /// What it is called on screen.
    pub label: String,
    /// Outreach's word for its type, such as `string`, `date` or `inclusion`; empty if it named none.
    pub kind: String,
    /// The values to choose from; empty if any value will do.
    pub options: Vec<String>,
}

/// The labelled custom fields of an account.
pub type KnownFields = BTreeMap<MappingId, FieldLabel>;

/// What the draft is checked against; whatever is not known yet is `None`, and then nothing is said about it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Surroundings<'a> {
    /// The names of the other destinations.
    pub other_names: &'a [String],
    /// The fields that the other destinations of the chosen account write.
    pub writers: Option<&'a Writers>,
    /// Whether the chosen account is signed in.
    pub is_signed_in: bool,
    /// The account's custom fields.
    pub fields: Option<&'a KnownFields>,
    /// The columns or XDM paths of the source.
    pub columns: Option<&'a [String]>,
    /// The audiences in the source.
    pub audiences: Option<&'a [AudienceId]>,
    /// Whether the source does not tell which of its columns says who is a member.
    pub is_status_unclear: bool,
}

/// Where on the wizard's pages a fault stands; rows are counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spot {
    /// The account.
    Account,
    /// The name.
    Name,
    /// The file or folder.
    Source,
    /// The column that says who is a member.
    StatusColumn,
    /// The list of audiences.
    Audiences,
    /// The source field of a row of the mapping.
    MappingSource(usize),
    /// The target of a row of the mapping.
    MappingTarget(usize),
    /// The start date of an audience.
    Start(usize),
    /// The end date of an audience.
    End(usize),
    /// The Mapping ID of an audience.
    MappingId(usize),
}

impl Spot {
    /// The page it is on.
    pub fn step(self) -> Step {
        match self {
            Self::Account => Step::Connect,
            Self::Name => Step::Details,
            Self::Source | Self::StatusColumn | Self::Audiences => Step::Source,
            Self::MappingSource(_) | Self::MappingTarget(_) => Step::Mapping,
            Self::Start(_) | Self::End(_) | Self::MappingId(_) => Step::Schedule,
        }
    }
}

/// What is wrong, or doubtful, at a spot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DraftFault {
    /// No account is chosen.
    AccountMissing,
    /// The chosen account is not signed in.
    SignedOut,
    /// There is no name.
    NameMissing,
    /// The name has over 100 characters or several lines.
    NameTooLong,
    /// Another destination has this name.
    NameTaken,
    /// No source is chosen.
    SourceMissing,
    /// Nobody has said which column says who is a member, and the source does not tell it.
    StatusColumnMissing,
    /// No audience is chosen; then only attributes are kept up to date.
    NoAudience,
    /// More than 250 audiences, Adobe's soft limit.
    ManyAudiences,
    /// More than 50 mapped attributes, Adobe's soft limit.
    ManyRows,
    /// The chosen audience is not in the source any more.
    AudienceGone,
    /// A row has no source field.
    SourceFieldMissing,
    /// The source has no such field.
    SourceFieldUnknown,
    /// A row has no target.
    TargetMissing,
    /// Outreach has no such attribute.
    TargetUnknown,
    /// Outreach computes the attribute itself.
    TargetReadOnly,
    /// The attribute decides whether a prospect may be contacted, which needs to be confirmed.
    TargetConsent,
    /// The attribute is a list.
    TargetList,
    /// Another row has the same target.
    TargetTwice {
        /// That row's source field.
        other: String,
    },
    /// The custom field holds the status of an audience.
    TargetIsStatus {
        /// The audience's name.
        audience: String,
    },
    /// Another destination of the account writes the field.
    WrittenElsewhere {
        /// The other destination's name.
        destination: String,
    },
    /// There is no date where one is needed.
    DateMissing,
    /// What was typed is no date.
    NoDate,
    /// The end is before the start.
    EndBeforeStart,
    /// There is no Mapping ID yet.
    MappingIdMissing,
    /// What was typed is no number.
    MappingIdNoNumber,
    /// The number is outside 1 to 150.
    MappingIdOutside,
    /// Another audience has the same number.
    MappingIdTwice {
        /// The other audience's name.
        other: String,
    },
    /// A row of the mapping writes to the same custom field.
    MappingIdIsTarget {
        /// That row's source field.
        source: String,
    },
    /// The field's type cannot hold the word for a status.
    FieldWrongType {
        /// Outreach's word for the type.
        kind: String,
    },
    /// The field is a list of values to choose from, and a status word is not among them.
    FieldLacksWord {
        /// The missing word.
        word: String,
    },
    /// The field has no label in Outreach.
    FieldUnlabelled,
}

impl DraftFault {
    /// Whether it is only worth a look, and does not hold up the wizard.
    pub fn is_warning(&self) -> bool {
        matches!(
            self,
            Self::NoAudience
                | Self::ManyAudiences
                | Self::ManyRows
                | Self::AudienceGone
                | Self::SourceFieldUnknown
                | Self::FieldUnlabelled
        )
    }
}

/// A fault at its spot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where.
    pub spot: Spot,
    /// What.
    pub fault: DraftFault,
}

/// The most characters of a destination's name.
const MAX_NAME: usize = 100;
/// Adobe's soft limit on audiences of a destination.
const MANY_AUDIENCES: usize = 250;
/// Adobe's soft limit on mapped attributes.
const MANY_ROWS: usize = 50;

/// Everything that is wrong or doubtful, in the order of the pages.
pub fn check_draft(draft: &Draft, known: &Surroundings<'_>) -> Vec<Finding> {
    let mut findings = Findings(vec![]);
    check_general(draft, known, &mut findings);
    for (i, row) in draft.mapping.iter().enumerate() {
        check_row(draft, known, i, row, &mut findings);
    }
    for (i, audience) in draft.audiences.iter().enumerate() {
        check_dates(i, audience, &mut findings);
        if let Some(fault) = mapping_id_fault(draft, known, i, audience) {
            findings.add(Spot::MappingId(i), fault);
        }
    }
    findings.0
}

struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, spot: Spot, fault: DraftFault) {
        self.0.push(Finding { spot, fault });
    }

    fn add_if(&mut self, is_so: bool, spot: Spot, fault: DraftFault) {
        if is_so {
            self.add(spot, fault);
        }
    }
}

fn check_general(draft: &Draft, known: &Surroundings<'_>, findings: &mut Findings) {
    if draft.account.is_none() {
        findings.add(Spot::Account, DraftFault::AccountMissing);
    } else {
        findings.add_if(!known.is_signed_in, Spot::Account, DraftFault::SignedOut);
    }
    let name = draft.name.trim();
    let is_same = |other: &String| other.eq_ignore_ascii_case(name);
    if name.is_empty() {
        findings.add(Spot::Name, DraftFault::NameMissing);
    } else if name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
        findings.add(Spot::Name, DraftFault::NameTooLong);
    } else if known.other_names.iter().any(is_same) {
        findings.add(Spot::Name, DraftFault::NameTaken);
    }
    findings.add_if(
        draft.source.is_blank(),
        Spot::Source,
        DraftFault::SourceMissing,
    );
    findings.add_if(
        known.is_status_unclear,
        Spot::StatusColumn,
        DraftFault::StatusColumnMissing,
    );
    let n_audiences = draft.audiences.len();
    findings.add_if(n_audiences == 0, Spot::Audiences, DraftFault::NoAudience);
    let is_many = n_audiences > MANY_AUDIENCES;
    findings.add_if(is_many, Spot::Audiences, DraftFault::ManyAudiences);
    let is_gone = |audience: &DraftAudience| {
        known
            .audiences
            .is_some_and(|there| !there.contains(&audience.id))
    };
    let some_gone = draft.audiences.iter().any(is_gone);
    findings.add_if(some_gone, Spot::Audiences, DraftFault::AudienceGone);
    let is_long = draft.mapping.len() > MANY_ROWS + 1;
    findings.add_if(
        is_long,
        Spot::MappingTarget(MANY_ROWS),
        DraftFault::ManyRows,
    );
}

fn check_row(
    draft: &Draft,
    known: &Surroundings<'_>,
    i: usize,
    row: &MappingRow,
    findings: &mut Findings,
) {
    let source = row.source.trim();
    let is_unknown = known
        .columns
        .is_some_and(|columns| !row.is_outreach_id() && !columns.iter().any(|name| name == source));
    if source.is_empty() {
        findings.add(Spot::MappingSource(i), DraftFault::SourceFieldMissing);
    } else if is_unknown {
        findings.add(Spot::MappingSource(i), DraftFault::SourceFieldUnknown);
    }
    if let Some(fault) = target_fault(draft, known, i, row) {
        findings.add(Spot::MappingTarget(i), fault);
    }
}

/// The other destination that writes this field.
fn written_elsewhere(known: &Surroundings<'_>, field: Target) -> Option<DraftFault> {
    let destination = known.writers?.get(&field)?.clone();
    Some(DraftFault::WrittenElsewhere { destination })
}

fn target_fault(
    draft: &Draft,
    known: &Surroundings<'_>,
    i: usize,
    row: &MappingRow,
) -> Option<DraftFault> {
    if row.is_outreach_id() {
        return None;
    }
    if row.target.trim().is_empty() {
        return Some(DraftFault::TargetMissing);
    }
    let Some(target) = Target::parse(&row.target) else {
        return Some(DraftFault::TargetUnknown);
    };
    match (target.access(), target.kind()) {
        (Access::ReadOnly, _) => return Some(DraftFault::TargetReadOnly),
        (Access::Consent, _) if !row.consent_confirmed => return Some(DraftFault::TargetConsent),
        (_, Kind::List) => return Some(DraftFault::TargetList),
        _ => {}
    }
    let mut others = draft.mapping.iter().take(i);
    if let Some(other) = others.find(|other| other.target == row.target) {
        return Some(DraftFault::TargetTwice {
            other: other.source.clone(),
        });
    }
    let mut audiences = draft.audiences.iter();
    let number = target.mapping_id();
    let audience = audiences.find(|one| number.is_some() && one.mapping_id() == number);
    let status = audience.map(|audience| DraftFault::TargetIsStatus {
        audience: audience.name.clone(),
    });
    status.or_else(|| written_elsewhere(known, target))
}

fn check_dates(i: usize, audience: &DraftAudience, findings: &mut Findings) {
    let start: Option<Date> = audience.start.trim().parse().ok();
    if audience.start.trim().is_empty() {
        findings.add(Spot::Start(i), DraftFault::DateMissing);
    } else if start.is_none() {
        findings.add(Spot::Start(i), DraftFault::NoDate);
    }
    if audience.end.trim().is_empty() {
        return;
    }
    match audience.end.trim().parse::<Date>() {
        Err(_no_date) => findings.add(Spot::End(i), DraftFault::NoDate),
        Ok(end) => {
            let is_before = start.is_some_and(|start| end < start);
            findings.add_if(is_before, Spot::End(i), DraftFault::EndBeforeStart);
        }
    }
}

fn mapping_id_fault(
    draft: &Draft,
    known: &Surroundings<'_>,
    i: usize,
    audience: &DraftAudience,
) -> Option<DraftFault> {
    let typed = audience.mapping_id.trim();
    if typed.is_empty() {
        return Some(DraftFault::MappingIdMissing);
    }
    if typed.parse::<i64>().is_err() {
        return Some(DraftFault::MappingIdNoNumber);
    }
    let Some(number) = audience.mapping_id() else {
        return Some(DraftFault::MappingIdOutside);
    };
    let mut others = draft.audiences.iter().enumerate();
    // Both rows of a clash say with whom.
    let twin = others.find(|(j, other)| *j != i && other.mapping_id() == Some(number));
    if let Some((_, other)) = twin {
        return Some(DraftFault::MappingIdTwice {
            other: other.name.clone(),
        });
    }
    let target = Target::custom(number);
    let is_target = |row: &&MappingRow| Target::parse(&row.target) == Some(target);
    if let Some(row) = draft.mapping.iter().find(is_target) {
        return Some(DraftFault::MappingIdIsTarget {
            source: row.source.clone(),
        });
    }
    if let Some(fault) = written_elsewhere(known, target) {
        return Some(fault);
    }
    match known.fields?.get(&number) {
        None => Some(DraftFault::FieldUnlabelled),
        Some(field) => field_fault(field, draft),
    }
}

/// Outreach's types of custom fields that take any text.
const TEXT_KINDS: [&str; 4] = ["", "string", "text", "longtext"];
/// Outreach's type of a field whose values are chosen from a list.
const PICKLIST_KIND: &str = "inclusion";

fn field_fault(field: &FieldLabel, draft: &Draft) -> Option<DraftFault> {
    if field.kind == PICKLIST_KIND || !field.options.is_empty() {
        let words = [&draft.status_words.realized, &draft.status_words.exited];
        let mut missing = words
            .into_iter()
            .filter(|word| !field.options.contains(word));
        return missing
            .next()
            .map(|word| DraftFault::FieldLacksWord { word: word.clone() });
    }
    (!TEXT_KINDS.contains(&field.kind.as_str())).then(|| DraftFault::FieldWrongType {
        kind: field.kind.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Destination;

    fn draft() -> Draft {
        let destination =
            Destination::from_json(include_str!("../../../assets/demo/destination.json"))
                .expect("the sample is valid");
        Draft::of("sample", &destination, Step::Review)
    }

    fn findings(change: impl FnOnce(&mut Draft)) -> Vec<(Spot, DraftFault)> {
        let mut draft = draft();
        change(&mut draft);
        let fields: KnownFields = [
            (1, "string", vec![]),
            (2, "inclusion", vec!["realized", "exited"]),
            (3, "", vec![]),
            (4, "date", vec![]),
            (5, "inclusion", vec!["realized", "left"]),
        ]
        .into_iter()
        .map(|(number, kind, options)| {
            let label = FieldLabel {
                label: format!("Field {number}"),
                kind: kind.to_owned(),
                options: options.into_iter().map(str::to_owned).collect(),
            };
            (MappingId::new(number).expect("a Mapping ID"), label)
        })
        .collect();
        let field = |name| Target::parse(name).expect("an attribute");
        let writers = [field("nickname"), field("custom7")]
            .map(|field| (field, "Partners".to_owned()))
            .into();
        let known = Surroundings {
            other_names: &["Taken".to_owned()],
            writers: Some(&writers),
            is_signed_in: true,
            fields: Some(&fields),
            columns: None,
            audiences: None,
            is_status_unclear: false,
        };
        let found = check_draft(&draft, &known).into_iter();
        found.map(|f| (f.spot, f.fault)).collect()
    }

    #[test]
    fn the_sample_has_nothing_to_correct() {
        assert_eq!(findings(|_| ()), []);
    }

    #[test]
    fn a_mapping_id_is_judged_while_it_is_typed() {
        use DraftFault as F;
        for (typed, fault) in [
            ("", F::MappingIdMissing),
            ("four", F::MappingIdNoNumber),
            ("0", F::MappingIdOutside),
            ("151", F::MappingIdOutside),
            ("-3", F::MappingIdOutside),
            ("6", F::FieldUnlabelled),
            (
                "4",
                F::FieldWrongType {
                    kind: "date".to_owned(),
                },
            ),
            (
                "5",
                F::FieldLacksWord {
                    word: "exited".to_owned(),
                },
            ),
        ] {
            let found = findings(|d| d.audiences[0].mapping_id = typed.to_owned());
            assert_eq!(found, [(Spot::MappingId(0), fault)], "{typed}");
        }
    }

    #[test]
    fn both_rows_of_a_clash_say_with_whom() {
        let found = findings(|d| d.audiences[1].mapping_id = " 1 ".to_owned());
        let twice = |other: &str| DraftFault::MappingIdTwice {
            other: other.to_owned(),
        };
        assert_eq!(
            found,
            [
                (Spot::MappingId(0), twice("Webinar attendees")),
                (Spot::MappingId(1), twice("Gold customers")),
            ]
        );
        let found = findings(|d| d.audiences[0].mapping_id = "20".to_owned());
        let spots: Vec<_> = found.iter().map(|(spot, _)| *spot).collect();
        assert_eq!(spots, [Spot::MappingTarget(5), Spot::MappingId(0)]);
    }

    #[test]
    fn a_field_that_another_destination_writes_is_refused_at_its_row() {
        let elsewhere = || DraftFault::WrittenElsewhere {
            destination: "Partners".to_owned(),
        };
        for target in ["nickname", "custom7"] {
            let found = findings(|d| d.mapping[1].target = target.to_owned());
            assert_eq!(found, [(Spot::MappingTarget(1), elsewhere())], "{target}");
        }
        let found = findings(|d| d.audiences[0].mapping_id = "7".to_owned());
        assert_eq!(found, [(Spot::MappingId(0), elsewhere())]);
    }

    #[test]
    fn a_target_that_cannot_be_written_is_refused() {
        use DraftFault as F;
        for (target, fault) in [
            ("", F::TargetMissing),
            ("favouriteColour", F::TargetUnknown),
            ("touchedAt", F::TargetReadOnly),
            ("optedOut", F::TargetConsent),
            ("emails", F::TargetList),
        ] {
            let found = findings(|d| d.mapping[1].target = target.to_owned());
            assert_eq!(found, [(Spot::MappingTarget(1), fault)], "{target}");
        }
    }

    #[test]
    fn names_and_dates_are_judged() {
        use DraftFault as F;
        let name = |text: &str| {
            let text = text.to_owned();
            findings(|d| d.name = text)
        };
        assert_eq!(name(" "), [(Spot::Name, F::NameMissing)]);
        assert_eq!(name("taken"), [(Spot::Name, F::NameTaken)]);
        assert_eq!(name(&"x".repeat(101)), [(Spot::Name, F::NameTooLong)]);
        assert_eq!(
            findings(|d| d.audiences[0].end = "2020-01-01".to_owned()),
            [(Spot::End(0), F::EndBeforeStart)]
        );
        assert_eq!(
            findings(|d| d.audiences[0].start = "soon".to_owned()),
            [(Spot::Start(0), F::NoDate)]
        );
        assert_eq!(
            findings(|d| d.account = None),
            [(Spot::Account, F::AccountMissing)]
        );
    }
}
