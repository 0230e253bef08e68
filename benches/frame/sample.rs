//! What the window shows: a destination of 150 audiences, one of them with a million prospects, and a draft.

use std::sync::Arc;

use audience_sync::{
    engine::{
        Snapshot,
        snapshot::{
            AccountView, Asked, AudienceRow, AudienceStatus, AudienceSummary, BudgetView, Column,
            DestinationView, HourOfRequests, Phase, Preview, PreviewField, PreviewProfile,
            ProspectPage, ProspectQuery, ProspectRow, Running, Sample, SourceAudience, SourceCheck,
        },
    },
    model::{
        AccountSettings, AudienceId, Cause, Destination, Draft, DraftAudience, Figures, FileSource,
        MappingId, OutreachId, Requests, RunId, SourceSettings, Step, suggest,
    },
    ui::{Place, Screen},
};
use jiff::{Timestamp, ToSpan as _, civil::date};

const SLUG: &str = "nordic-sales";
const ACCOUNT: &str = "Maja Lindqvist";
const SOURCE: &str = "/exports/nordics";
const N_AUDIENCES: u64 = 150;
const N_PROSPECTS: u64 = 1_000_000;

pub(crate) fn activation_screen() -> Screen {
    Screen::Destination(Place::of(SLUG))
}

pub(crate) fn audience_screen() -> Screen {
    Screen::Destination(Place {
        audience: Some(audience_id(1)),
        ..Place::of(SLUG)
    })
}

/// A run that has settled so many changes.
pub(crate) fn activation(n_settled: u64) -> Snapshot {
    let mut snapshot = idle();
    let now = Timestamp::now();
    let samples = (0..300_u64).map(|i| Sample {
        at: now - (1_200 - i64::try_from(i).unwrap_or(0) * 4).seconds(),
        n_settled: i * i * 7 % 40 + i * 100,
    });
    let running = Running {
        run: Some(RunId::new(212)),
        cause: Cause::FirstActivation,
        started: now - 20.minutes(),
        phase: Phase::Delivering {
            n_settled,
            n_changes: 38_032,
        },
        figures: Figures {
            activated: 34_404 + n_settled,
            excluded: 314,
            failed: 23,
            unchanged: 9_870,
            pending: 3_605,
        },
        requests: Requests::default(),
        samples: Arc::new(samples.collect()),
        per_second: 2.5,
        done_at: Some(now + 24.minutes()),
        waiting: None,
        is_stopping: false,
    };
    for destination in &mut snapshot.destinations {
        destination.running = Some(running.clone());
        destination.audiences =
            Arc::new((1..=N_AUDIENCES).map(|n| audience(n, n_settled)).collect());
    }
    snapshot
}

/// The page around this row.
pub(crate) fn prospects(first: u64) -> Snapshot {
    let first = first.saturating_sub(20);
    let rows = (first..(first + 80).min(N_PROSPECTS)).filter_map(|row| {
        Some(ProspectRow {
            prospect: OutreachId::new(104_877 + row)?,
            name: format!("Prospect of row {row}"),
            status: Some(if row % 5 == 1 { "exited" } else { "realized" }.to_owned()),
            is_pending: row % 7 == 3,
            changed: Some(Timestamp::now() - i64::try_from(row % 3000).unwrap_or(0).minutes()),
        })
    });
    let page = ProspectPage {
        n_rows: N_PROSPECTS,
        first,
        rows: rows.collect(),
    };
    let query = ProspectQuery {
        slug: SLUG.to_owned(),
        audience: Some(audience_id(1)),
        ..ProspectQuery::default()
    };
    let summary = AudienceSummary {
        n_entered: 110,
        n_left: 12,
        last_run: Some(RunId::new(212)),
        over_time: (0..60_u64)
            .map(|day| {
                let ago = 60 - i64::try_from(day).unwrap_or(0);
                (Timestamp::now() - (ago * 24).hours(), 18_031 + day * 27)
            })
            .collect(),
    };
    let mut snapshot = idle();
    snapshot.looks.prospects = Some(answered(query, page));
    snapshot.looks.audience = Some(answered((SLUG.to_owned(), audience_id(1)), summary));
    snapshot
}

/// A draft of twelve mappings and its preview.
pub(crate) fn wizard() -> Snapshot {
    let names = [
        "person.name.firstName",
        "person.name.lastName",
        "extendedWorkDetails.jobTitle",
        "workAddress.city",
        "b2b.companyName",
        "loyalty.points",
        "loyalty.tier",
        "web.mainInterest",
        "crm.lastTouch",
        "crm.owner",
        "workAddress.country",
    ];
    let mut draft = Draft {
        step: Step::Mapping,
        account: Some(ACCOUNT.to_owned()),
        name: "Outreach – Nordic sales".to_owned(),
        source: FileSource::at(SOURCE).into(),
        audiences: vec![DraftAudience::new(audience_id(1), "Gold", date(2026, 1, 1))],
        ..Draft::default()
    };
    for (name, n) in names.iter().zip(20..) {
        draft
            .mapping
            .push(suggest::row(name, &format!("custom{n}")));
    }
    let fields = names.iter().zip(20..).map(|(name, n)| PreviewField {
        field: format!("custom{n}"),
        label: Some((*name).to_owned()),
        old: Some("as it was".to_owned()),
        new: "as it becomes".to_owned(),
        outcome: audience_sync::engine::snapshot::Outcome::Changes,
    });
    let preview = Preview {
        profiles: vec![PreviewProfile {
            name: "Anna Berg".to_owned(),
            prospect: OutreachId::new(104_877),
            fields: fields.collect(),
            ..PreviewProfile::default()
        }],
        is_compared: true,
        problem: None,
    };
    let mut snapshot = idle();
    let draft = Arc::new(draft);
    snapshot.looks.preview = Some(answered(Arc::clone(&draft), preview));
    let source = answered((), source(&names));
    let key = SourceSettings::from(FileSource::at(SOURCE)).key();
    snapshot.looks.sources.insert(key, source);
    snapshot.draft = Some(draft);
    snapshot
}

fn source(names: &[&str]) -> SourceCheck {
    let columns = ["Oid"].iter().chain(names).map(|name| Column {
        name: (*name).to_owned(),
        n_filled: 48_216,
        longest: 18,
        samples: vec!["Anna".to_owned(), "Jonas".to_owned()],
        ..Column::default()
    });
    SourceCheck {
        layout: "profiles".to_owned(),
        n_profiles: 48_216,
        columns: columns.collect(),
        id_field: Some("Oid".to_owned()),
        audiences: vec![SourceAudience {
            id: audience_id(1),
            name: Some("Gold".to_owned()),
            origin: "Segmentation Service".to_owned(),
            n_members: 18_420,
            n_exited: 110,
        }],
        ..SourceCheck::default()
    }
}

/// One destination, and its account in the middle of its hours.
fn idle() -> Snapshot {
    let settings = include_str!("../../assets/demo/destination.json");
    let mut settings = Destination::from_json(settings).unwrap_or_else(|_| unreachable!());
    ACCOUNT.clone_into(&mut settings.account.name);
    let now = Timestamp::now();
    let hours = (0..12_i64).map(|hour| HourOfRequests {
        start: now - (12 - hour).hours(),
        n_requests: u64::try_from(hour * 750).unwrap_or(0),
    });
    let account = AccountView {
        settings: AccountSettings::new("maja", ACCOUNT),
        problem: None,
        n_destinations: 1,
        budget: BudgetView {
            limit: 10_000,
            reserve: 1_000,
            used: 2_741,
            waiting_until: None,
            hours: hours.collect(),
            in_year: 61_240,
        },
    };
    let destination = DestinationView {
        delivered: None,
        slug: SLUG.to_owned(),
        settings: Arc::new(settings),
        created: Some(now),
        runs: Arc::default(),
        running: None,
        n_waiting: 0,
        audiences: Arc::new((1..=N_AUDIENCES).map(|n| audience(n, 0)).collect()),
        problem: None,
        next_try: None,
    };
    Snapshot {
        is_ready: true,
        accounts: vec![account],
        destinations: vec![destination],
        ..Snapshot::default()
    }
}

fn audience_id(n: u64) -> AudienceId {
    AudienceId::new(format!("7841ba61-23c1-4bb3-a495-00d3b5fe{n:04}"))
}

fn audience(n: u64, n_settled: u64) -> AudienceRow {
    AudienceRow {
        id: audience_id(n),
        name: format!("Audience {n} of the Nordic sales team"),
        mapping_id: MappingId::new(n).unwrap_or_else(|| unreachable!()),
        label: Some(format!("Label of custom field {n}")),
        status: AudienceStatus::Active,
        start: date(2026, 1, 1),
        end: None,
        in_source: Some(18_420 + n),
        realized: Some(17_318 + n_settled / 7),
        n_pending: 1_059,
        last_change: Some(Timestamp::now() - i64::try_from(n).unwrap_or(0).minutes()),
    }
}

fn answered<Q, T>(question: Q, answer: T) -> Asked<Q, T> {
    Asked {
        is_looking: false,
        answer: Some(Arc::new(answer)),
        at: Some(Timestamp::now()),
        ..Asked::new(question)
    }
}
