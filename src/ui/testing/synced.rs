//! A computer on which eight destinations sync.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp, ToSpan as _};

use super::sheet::now;
use crate::{
    engine::{
        Snapshot,
        snapshot::{
            AccountView, AudienceRow, AudienceStatus, BudgetView, DestinationView, HourOfRequests,
            Phase, Running, Sample,
        },
    },
    model::{
        AccountSettings, Alert, AudienceId, Cause, Destination, Figures, FileSource, MappingId,
        Problem, Requests, Run, RunId, RunStatus, ScheduledAudience,
    },
};

/// So many minutes before the samples' moment.
pub(in crate::ui) fn ago(minutes: i64) -> Timestamp {
    now()
        .checked_sub(SignedDuration::from_mins(minutes))
        .expect("an instant")
}

/// Settings of this name, with the audiences of the pictures.
pub(in crate::ui) fn settings(name: &str, description: &str, account: &str) -> Destination {
    let text = include_str!("../../../assets/demo/destination.json");
    let mut settings = Destination::from_json(text).expect("the sample is valid");
    name.clone_into(&mut settings.name);
    description.clone_into(&mut settings.description);
    account.clone_into(&mut settings.account.name);
    settings.source = FileSource::at("/data/exports/nordics").into();
    settings.audiences = audiences().iter().map(scheduled).collect();
    settings
}

fn scheduled(row: &AudienceRow) -> ScheduledAudience {
    ScheduledAudience {
        id: row.id.clone(),
        name: row.name.clone(),
        mapping_id: row.mapping_id,
        start: row.start,
        end: row.end,
    }
}

/// An audience that is written, with its counts in the source, in Outreach, and pending.
fn row(name: &str, n: u64, label: &str, counts: (u64, u64, u64), end: Option<&str>) -> AudienceRow {
    AudienceRow {
        id: AudienceId::new(format!("7841ba61-23c1-4bb3-a495-00d3b5fe1a{n:02}")),
        name: name.to_owned(),
        mapping_id: MappingId::new(n).expect("1 to 150"),
        label: Some(label.to_owned()),
        status: AudienceStatus::Active,
        start: "2026-11-24".parse().expect("a date"),
        end: end.map(|end| end.parse().expect("a date")),
        in_source: Some(counts.0),
        realized: Some(counts.1),
        n_pending: counts.2,
        last_change: Some(now()),
    }
}

/// The audiences of the pictures.
pub(in crate::ui) fn audiences() -> Vec<AudienceRow> {
    let mut rows = vec![
        row(
            "Gold customers",
            4,
            "Gold customers",
            (18_420, 17_318, 1_059),
            None,
        ),
        row(
            "Webinar Q4 attendees",
            5,
            "Webinar Q4",
            (6_312, 5_871, 402),
            Some("2027-01-31"),
        ),
        row(
            "Churn risk, high",
            7,
            "Churn risk",
            (4_905, 4_512, 356),
            None,
        ),
        row(
            "Renewal due in 60 days",
            12,
            "Renewal due",
            (3_297, 3_084, 196),
            None,
        ),
        row(
            "Trial expiring",
            6,
            "Trial expiring",
            (2_148, 1_976, 158),
            None,
        ),
    ];
    rows.push(AudienceRow {
        status: AudienceStatus::Waiting,
        start: "2026-12-01".parse().expect("a date"),
        realized: Some(0),
        last_change: None,
        ..row(
            "Pricing page visitors",
            11,
            "Pricing page visitors",
            (9_764, 0, 0),
            None,
        )
    });
    rows
}

/// A run that has ended.
pub(in crate::ui) fn run(id: i64, minutes_ago: i64, status: RunStatus, figures: Figures) -> Run {
    let started = ago(minutes_ago);
    Run {
        id: RunId::new(id),
        cause: Cause::SourceChanged,
        status,
        started,
        ended: started.checked_add(SignedDuration::from_secs(252)).ok(),
        figures,
        requests: Requests {
            bulk: 12,
            read: 30,
            ..Requests::default()
        },
        problem: None,
    }
}

/// Figures: activated, excluded, failed, unchanged, pending.
pub(in crate::ui) fn figures(parts: [u64; 5]) -> Figures {
    let [activated, excluded, failed, unchanged, pending] = parts;
    Figures {
        activated,
        excluded,
        failed,
        unchanged,
        pending,
    }
}

/// The five runs of the picture of runs, newest first.
pub(in crate::ui) fn runs() -> Vec<Run> {
    let mut runs = vec![
        run(
            341,
            30,
            RunStatus::Partial,
            figures([1_612, 156, 23, 25_549, 0]),
        ),
        run(
            340,
            718,
            RunStatus::Completed,
            figures([211, 154, 0, 26_936, 0]),
        ),
        run(
            339,
            1_503,
            RunStatus::Completed,
            figures([1_274, 154, 0, 25_860, 0]),
        ),
        run(338, 3_594, RunStatus::Completed, figures([17, 0, 0, 0, 0])),
        run(
            337,
            3_598,
            RunStatus::Partial,
            figures([402, 154, 17, 26_667, 0]),
        ),
    ];
    if let Some(run) = runs.get_mut(1) {
        run.cause = Cause::Schedule;
    }
    if let Some(run) = runs.get_mut(3) {
        run.cause = Cause::Manual;
    }
    runs
}

/// An idle destination with these runs.
pub(in crate::ui) fn destination(
    slug: &str,
    settings: Destination,
    runs: Vec<Run>,
) -> DestinationView {
    DestinationView {
        slug: slug.to_owned(),
        settings: Arc::new(settings),
        created: Some("2026-08-17T08:00:00Z".parse().expect("an instant")),
        runs: Arc::new(runs),
        running: None,
        delivered: None,
        n_waiting: 0,
        audiences: Arc::new(audiences()),
        problem: None,
        next_try: None,
    }
}

/// The run of the picture of activation data.
pub(in crate::ui) fn running() -> Running {
    let rate = |minute: i64| match minute {
        0 => 20,
        1..=13 => 40 + (minute * 7) % 6,
        14 => 18,
        _ => 2,
    };
    let mut n_settled = 0_u64;
    let samples = (0..=17 * 6)
        .map(|i| {
            n_settled += u64::try_from(rate(i / 6) * 10).unwrap_or(0);
            Sample {
                at: ago(17).checked_add((i * 10).seconds()).expect("an instant"),
                n_settled,
            }
        })
        .collect();
    Running {
        run: Some(RunId::new(212)),
        cause: Cause::FirstActivation,
        started: ago(17),
        phase: Phase::Delivering {
            n_settled: 34_427,
            n_changes: 38_032,
        },
        figures: figures([34_404, 314, 23, 9_870, 3_605]),
        requests: Requests {
            bulk: 412,
            patch: 2_113,
            read: 216,
            token: 0,
        },
        samples: Arc::new(samples),
        per_second: 2.5,
        done_at: Some(ago(-24)),
        waiting: None,
        is_stopping: false,
    }
}

/// An account with this person.
pub(in crate::ui) fn account(name: &str, person: &str, n_destinations: usize) -> AccountView {
    let mut settings = AccountSettings::new(name.to_lowercase().replace(' ', "-"), name);
    settings.client_id = "x4Yh2mQ8".to_owned();
    settings.connected_as = Some(person.to_owned());
    settings.signed_in_until = Some(ago(-60 * 24 * 13));
    settings.granted_scopes = settings.scopes.clone();
    AccountView {
        settings,
        problem: None,
        n_destinations,
        budget: budget(),
    }
}

fn budget() -> BudgetView {
    let counts = [
        310_u64, 90, 8_900, 9_000, 6_100, 120, 90, 80, 140, 1_800, 3_400, 2_741,
    ];
    let first = "2026-11-23T21:00:00Z"
        .parse::<Timestamp>()
        .expect("an instant");
    let hours = counts.iter().zip(0_i64..);
    BudgetView {
        limit: 10_000,
        reserve: 1_000,
        used: 2_741,
        waiting_until: None,
        hours: hours
            .map(|(n, i)| HourOfRequests {
                start: first.checked_add(i.hours()).expect("an instant"),
                n_requests: *n,
            })
            .collect(),
        in_year: 61_240,
    }
}

/// Something that keeps a destination from its work.
pub(in crate::ui) fn sign_in_lost() -> Problem {
    Problem::new(
        "sign_in_lost",
        "Outreach no longer accepts the sign-in of the account \"Daniel Reyes\".",
        "Sign in again; the changes that wait are kept and sent right after.",
    )
}

/// Everything of the picture of destinations.
pub(in crate::ui) fn snapshot() -> Snapshot {
    let mut lost = account(
        "Daniel Reyes",
        "Daniel Reyes (daniel@brightwater.example)",
        1,
    );
    lost.problem = Some(sign_in_lost());
    lost.settings.signed_in_until = None;
    let maja = account(
        "Maja Lindqvist",
        "Maja Lindqvist (maja@brightwater.example)",
        3,
    );
    Snapshot {
        is_ready: true,
        accounts: vec![maja, lost],
        destinations: destinations(),
        ..Snapshot::default()
    }
}

/// One that has never run, one with failures, one that runs, one disabled, one without a sign-in.
fn destinations() -> Vec<DestinationView> {
    let named = |slug: &str, name: &str, description: &str, account: &str, runs| {
        destination(slug, settings(name, description, account), runs)
    };
    let maja = "Maja Lindqvist";
    let fresh = named(
        "outreach-customer-success",
        "Outreach – Customer success",
        "Waits for its start date",
        "Priya Raman",
        vec![],
    );
    let dach = named(
        "outreach-dach-sales",
        "Outreach – DACH sales",
        "Gold and renewal audiences",
        maja,
        runs(),
    );
    let mut nordic = named(
        "outreach-nordic-sales",
        "Outreach – Nordic sales",
        "Prospects of the Nordic team",
        maja,
        vec![],
    );
    nordic.running = Some(running());
    let done = figures([90, 0, 0, 0, 0]);
    let mut partner = named(
        "outreach-partner-team",
        "Outreach – Partner team",
        "Paused while the list is cleaned",
        maja,
        vec![run(5, 60 * 24 * 50, RunStatus::Completed, done)],
    );
    Arc::make_mut(&mut partner.settings).enabled = false;
    vec![fresh, dach, nordic, partner, without_sign_in()]
}

fn without_sign_in() -> DestinationView {
    let mut failed = run(87, 27, RunStatus::Failed, figures([0, 0, 0, 0, 1_204]));
    failed.problem = Some(sign_in_lost());
    let us = settings(
        "Outreach – US mid-market",
        "From the CRM warehouse",
        "Daniel Reyes",
    );
    DestinationView {
        problem: Some(sign_in_lost()),
        n_waiting: 1_204,
        ..destination("outreach-us-mid-market", us, vec![failed])
    }
}

/// An alert about a destination.
pub(in crate::ui) fn alerts() -> Vec<crate::engine::snapshot::AlertItem> {
    let item = |id, minutes, kind, about: &str, slug: &str, run: Option<i64>| {
        crate::engine::snapshot::AlertItem {
            id,
            at: ago(minutes),
            kind,
            about: about.to_owned(),
            slug: Some(slug.to_owned()),
            run: run.map(RunId::new),
            problem: None,
            is_read: false,
        }
    };
    let mut lost = item(
        3,
        27,
        Alert::SignInLost,
        "Outreach – US mid-market",
        "outreach-us-mid-market",
        Some(87),
    );
    lost.problem = Some(sign_in_lost());
    let failure = item(
        2,
        30,
        Alert::RunFailure,
        "Outreach – DACH sales",
        "outreach-dach-sales",
        Some(341),
    );
    let mut success = item(
        1,
        720,
        Alert::RunSuccess,
        "Outreach – DACH sales",
        "outreach-dach-sales",
        Some(340),
    );
    success.is_read = true;
    vec![lost, failure, success]
}
