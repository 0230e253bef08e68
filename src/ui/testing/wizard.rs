//! A destination on its way through the wizard, as in the design's pictures.

use std::sync::Arc;

use jiff::{Timestamp, tz::TimeZone};

use crate::{
    engine::{
        Snapshot,
        snapshot::{
            AccountView, Asked, BudgetView, ChangeLine, Column, DryRun, Forecast, Kinds, Outcome,
            Preview, PreviewField, PreviewProfile, Reason, SourceAudience, SourceCheck, SourceFile,
        },
    },
    model::{
        AccountSettings, AudienceId, Contents, Delimiter, Draft, DraftAudience, Escape, FieldLabel,
        Figures, FileSource, KnownFields, MappingId, OutreachId, Quote, Reading, SourceSettings,
        Step, TextEncoding, suggest,
    },
    ui::View,
};

const PATH: &str = "/exports/nordics";

/// What the snapshot keeps the sample's source under.
pub(in crate::ui) fn source_key() -> String {
    SourceSettings::from(FileSource::at(PATH)).key()
}
pub(in crate::ui) const ACCOUNT: &str = "Maja Lindqvist, Brightwater";

pub(in crate::ui) fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

pub(in crate::ui) fn view(snapshot: &Snapshot) -> View<'_> {
    View {
        snapshot,
        now: at("2026-11-24T09:36:00Z"),
        zone: TimeZone::UTC,
    }
}

pub(in crate::ui) fn account() -> AccountView {
    let mut settings = AccountSettings::new("a1", ACCOUNT);
    settings.connected_as = Some("Maja Lindqvist (maja.lindqvist@brightwater.example)".to_owned());
    settings.granted_scopes = settings.scopes.clone();
    settings.signed_in_until = Some(at("2026-12-08T09:12:00Z"));
    settings.client_id = "kT3pXw0vN9bq1ZrY7hUeC2mD".to_owned();
    AccountView {
        settings,
        problem: None,
        n_destinations: 1,
        budget: BudgetView::default(),
    }
}

fn column(name: &str, n_filled: u64, longest: usize, samples: &[&str]) -> Column {
    Column {
        name: name.to_owned(),
        is_identity: name == "Oid",
        n_filled,
        longest,
        samples: samples.iter().map(|text| (*text).to_owned()).collect(),
    }
}

const AUDIENCES: [(&str, &str, u64); 7] = [
    ("0a4bb6f8-e361-4d0e", "Newsletter readers, 30 days", 31_870),
    ("8f2c41d0-6a1e-4c11", "Gold customers", 18_420),
    ("e1590c3d-77aa-43f0", "Lapsed customers", 12_056),
    ("d3a81c77-92be-4c77", "Pricing page visitors", 9_764),
    ("1b77e9a4-03fd-4f1a", "Webinar Q4 attendees", 6_312),
    ("5e6f0b93-41c2-4a2b", "Churn risk, high", 4_905),
    ("7c2294fe-1d05-4e8c", "Renewal due in 60 days", 3_297),
];

fn columns() -> Vec<Column> {
    vec![
        column("Oid", 47_985, 6, &["104877", "104912"]),
        column(
            "person.name.firstName",
            48_216,
            18,
            &["Anna", "Jonas", "Priya"],
        ),
        column(
            "person.name.lastName",
            48_216,
            22,
            &["Berg", "Holm", "Raman"],
        ),
        column(
            "extendedWorkDetails.jobTitle",
            44_108,
            71,
            &["Head of Procurement", "IT Director"],
        ),
        column(
            "extendedWorkDetails.departments",
            30_100,
            40,
            &["Purchasing, IT", "Operations"],
        ),
        column("workAddress.city", 40_100, 40, &["Malmö", "Oslo"]),
        column("_brightwater.crm.lastTouch", 40_100, 20, &["2026-11-02"]),
        column(
            "_brightwater.web.mainInterest",
            20_100,
            40,
            &["Forklift leasing"],
        ),
    ]
}

fn reading() -> Reading {
    Reading {
        encoding: Some(TextEncoding::Utf8),
        delimiter: Some(Delimiter::Comma),
        quote: Some(Quote::Double),
        escape: Some(Escape::Doubled),
        header_line: Some(1),
        null_words: None,
    }
}

pub(in crate::ui) fn source() -> SourceCheck {
    let rows = [
        ("104877", "Anna", "Berg", "Head of Procurement"),
        ("104912", "Jonas", "Holm", "IT Director"),
        ("105340", "Priya", "Raman", "VP Operations"),
    ];
    let names = [
        "Oid",
        "person.name.firstName",
        "person.name.lastName",
        "extendedWorkDetails.jobTitle",
    ];
    let samples = rows.map(|(id, first, last, title)| {
        let values = [id, first, last, title];
        let pairs = names.iter().zip(values);
        pairs
            .map(|(name, value)| ((*name).to_owned(), value.to_owned()))
            .collect()
    });
    SourceCheck {
        layout: "profiles".to_owned(),
        files: vec![SourceFile {
            name: "profiles.csv".to_owned(),
            format: "comma-separated".to_owned(),
            reading: Some(reading()),
            n_bytes: 20_300_000,
        }],
        n_profiles: 48_216,
        kinds: Kinds::of_all(Contents::Incremental, Reason::Profiles),
        n_without_id: 231,
        columns: columns(),
        id_field: Some("Oid".to_owned()),
        audiences: AUDIENCES
            .map(|(id, name, n_members)| SourceAudience {
                id: AudienceId::new(id),
                name: Some(name.to_owned()),
                origin: "Segmentation Service".to_owned(),
                n_members,
                n_exited: n_members / 40,
            })
            .to_vec(),
        samples: samples.to_vec(),
        ..SourceCheck::default()
    }
}

pub(in crate::ui) fn fields() -> KnownFields {
    let labels = [
        (4, "Gold customers"),
        (5, "Webinar Q4"),
        (6, "Trial expiring"),
        (11, "Pricing page visitors"),
        (12, "Renewal due"),
        (21, "Main interest"),
    ];
    let all = labels.map(|(number, label)| {
        let field = FieldLabel {
            label: label.to_owned(),
            kind: "string".to_owned(),
            options: vec![],
        };
        (MappingId::new(number).expect("a Mapping ID"), field)
    });
    all.into_iter().collect()
}

pub(in crate::ui) fn answered<Q, T>(question: Q, answer: T) -> Asked<Q, T> {
    Asked {
        is_looking: false,
        answer: Some(Arc::new(answer)),
        at: Some(at("2026-11-24T09:24:00Z")),
        ..Asked::new(question)
    }
}

/// An account, a source and its labels; nothing looked up that depends on the draft.
pub(in crate::ui) fn snapshot() -> Snapshot {
    let mut snapshot = Snapshot {
        is_ready: true,
        accounts: vec![account()],
        ..Snapshot::default()
    };
    let looks = &mut snapshot.looks;
    looks.sources.insert(source_key(), answered((), source()));
    looks
        .fields
        .insert(ACCOUNT.to_owned(), answered((), fields()));
    snapshot
}

/// As [`snapshot`], with preview and dry run.
pub(in crate::ui) fn full_snapshot(draft: &Draft) -> Snapshot {
    let mut snapshot = snapshot();
    let question = Arc::new(draft.clone());
    snapshot.looks.preview = Some(answered(Arc::clone(&question), preview()));
    snapshot.looks.dry_run = Some(answered(question, dry_run()));
    snapshot
}

fn field(name: &str, label: Option<&str>, old: &str, new: &str) -> PreviewField {
    PreviewField {
        field: name.to_owned(),
        label: label.map(str::to_owned),
        old: Some(old.to_owned()),
        new: new.to_owned(),
        outcome: if old == new {
            Outcome::Same
        } else {
            Outcome::Changes
        },
    }
}

fn preview() -> Preview {
    let profile = |name: &str, id: u64| PreviewProfile {
        name: name.to_owned(),
        prospect: OutreachId::new(id),
        fields: vec![
            field("firstName", None, "Anna", "Anna"),
            field("title", None, "Purchaser", "Head of Procurement"),
            field("lastName", None, "Berg-Olsen", "Berg"),
            field("custom21", Some("Main interest"), "", "Forklift leasing"),
            field("custom4", Some("Gold customers"), "exited", "realized"),
            field("custom6", Some("Trial expiring"), "exited", "exited"),
        ],
        ..PreviewProfile::default()
    };
    Preview {
        profiles: vec![
            profile("Anna Berg", 104_877),
            profile("Jonas Holm", 104_912),
        ],
        is_compared: true,
        problem: None,
    }
}

pub(in crate::ui) fn dry_run() -> DryRun {
    let line = |id: u64, name: &str, label: Option<&str>, old: &str, new: &str| ChangeLine {
        prospect: OutreachId::new(id).expect("an OutreachId"),
        field: name.to_owned(),
        label: label.map(str::to_owned),
        old: Some(old.to_owned()),
        new: new.to_owned(),
    };
    DryRun {
        figures: Figures {
            activated: 0,
            excluded: 314,
            failed: 0,
            unchanged: 9_870,
            pending: 38_032,
        },
        is_whole: false,
        n_same: 2,
        forecast: Forecast {
            n_single: 6_118,
            n_bulk: 12,
            n_other: 74,
            secs: 2_460,
            year_share: 0.0124,
        },
        lines: Arc::new(vec![
            line(104_877, "lastName", None, "Berg-Olsen", "Berg"),
            line(
                104_877,
                "custom4",
                Some("Gold customers"),
                "exited",
                "realized",
            ),
            line(
                104_912,
                "custom6",
                Some("Trial expiring"),
                "realized",
                "exited",
            ),
            line(105_340, "title", None, "", "VP Operations"),
            line(105_341, "custom5", Some("Webinar Q4"), "", "realized"),
        ]),
        is_compared: true,
        problem: None,
    }
}

/// A draft without fault at this step.
pub(in crate::ui) fn draft(step: Step) -> Draft {
    let audience = |at: usize, number: &str| {
        let (id, name, _) = AUDIENCES[at];
        let day = jiff::civil::date(2026, 11, 24);
        DraftAudience {
            mapping_id: number.to_owned(),
            ..DraftAudience::new(AudienceId::new(id), name, day)
        }
    };
    let mut draft = Draft {
        step,
        account: Some(ACCOUNT.to_owned()),
        name: "Outreach – Nordic sales".to_owned(),
        description: "Prospects of the Nordic team".to_owned(),
        source: FileSource::at(PATH).into(),
        audiences: vec![audience(1, "4"), audience(4, "5"), audience(3, "11")],
        ..Draft::default()
    };
    for (source, target) in [
        ("person.name.firstName", "firstName"),
        ("person.name.lastName", "lastName"),
        ("extendedWorkDetails.jobTitle", "title"),
        ("_brightwater.web.mainInterest", "custom21"),
    ] {
        draft.mapping.push(suggest::row(source, target));
    }
    draft
}
