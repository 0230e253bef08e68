//! What may be shown now: the engine's state as plain values, published whenever something has changed.
//!
//! A snapshot is cheap to clone: whatever can be long stands behind an [`Arc`]. What was asked for and takes its time
//! is an [`Asked`], which keeps the last value while a new one is on its way.

mod look;

use std::{collections::BTreeMap, sync::Arc};

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::model::{
    AccountSettings, Alert, AudienceId, Cause, Destination, Draft, Figures, KnownFields, MappingId,
    Preferences, Problem, RedirectMode, Requests, Run, RunId, SourceSettings, Wait,
};

pub use crate::source::{Kinds, NullWord, Proposal, Reason};
pub use look::{
    AudienceSummary, ChangeLine, Column, DryRun, FaultGroup, Forecast, HistoryEntry, Outcome,
    Person, Preview, PreviewField, PreviewProfile, ProspectPage, ProspectQuery, ProspectRow,
    RunDetail, SourceAudience, SourceCheck, SourceFile, StatusFilter,
};

/// Everything that the window shows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Snapshot {
    /// Whether the engine has looked at the data folder once.
    pub is_ready: bool,
    /// What keeps the program from working at all, such as a data folder that another one works on.
    pub obstacle: Option<Problem>,
    /// The sandbox, if the demo is on.
    pub demo: Option<Demo>,
    /// Every account, in the order they were added.
    pub accounts: Vec<AccountView>,
    /// Every destination, by name of file.
    pub destinations: Vec<DestinationView>,
    /// Settings files that cannot be read.
    pub broken: Vec<Problem>,
    /// The sign-in that is under way, or the last one until it is put aside.
    pub sign_in: Option<SignIn>,
    /// Whether nothing is run, and until when.
    pub pause: Option<Pause>,
    /// The unfinished wizard that is kept.
    pub draft: Option<Arc<Draft>>,
    /// When the draft was kept last.
    pub draft_saved: Option<Timestamp>,
    /// What the person has set.
    pub preferences: Preferences,
    /// Alerts, newest first.
    pub alerts: Arc<Vec<AlertItem>>,
    /// The last few things to say in passing, oldest first.
    pub notices: Vec<NoticeItem>,
    /// What was asked for.
    pub looks: Looks,
}

/// The demo at work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demo {
    /// The sandbox's address, which shows its prospects in a browser.
    pub address: String,
    /// The name of the demo's account.
    pub account: String,
    /// A sample source, ready to be chosen.
    pub source_path: String,
    /// The e-mail address and the password of a user of the sandbox.
    pub user: (String, String),
    /// The id and the secret of the app that the sandbox knows.
    pub app: (String, String),
}

/// One account.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountView {
    /// Its settings, with who is signed in and until when.
    pub settings: AccountSettings,
    /// What keeps it from its sign-in.
    pub problem: Option<Problem>,
    /// How many destinations write with it.
    pub n_destinations: usize,
    /// Its hourly requests.
    pub budget: BudgetView,
}

/// The hourly requests of an account.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BudgetView {
    /// How many an hour Outreach allows.
    pub limit: u64,
    /// How many of them this program leaves for others.
    pub reserve: u64,
    /// How many of the present window are used, as far as Outreach has said.
    pub used: u64,
    /// Until when nothing is sent, because the limit is spent.
    pub waiting_until: Option<Timestamp>,
    /// The requests of the last hours, oldest first; the last is the hour that runs.
    pub hours: Vec<HourOfRequests>,
    /// How many this program has sent in the last 365 days.
    pub in_year: u64,
}

/// The requests of one hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HourOfRequests {
    /// When it began.
    pub start: Timestamp,
    /// How many.
    pub n_requests: u64,
}

/// One destination.
#[derive(Debug, Clone, PartialEq)]
pub struct DestinationView {
    /// The name of its settings file, which never changes.
    pub slug: String,
    /// Its settings.
    pub settings: Arc<Destination>,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// The newest runs, newest first.
    pub runs: Arc<Vec<Run>>,
    /// The run that goes on.
    pub running: Option<Running>,
    /// How the last run went that sent anything, if that was since the program was started.
    pub delivered: Option<Delivered>,
    /// Changes that wait in the outbox.
    pub n_waiting: u64,
    /// A row for each audience of the schedule.
    pub audiences: Arc<Vec<AudienceRow>>,
    /// What keeps it from its work now.
    pub problem: Option<Problem>,
    /// When it runs again by itself after a failure.
    pub next_try: Option<Timestamp>,
}

/// A run that goes on.
#[derive(Debug, Clone, PartialEq)]
pub struct Running {
    /// Its number, once it has one.
    pub run: Option<RunId>,
    /// Why it was started.
    pub cause: Cause,
    /// When it began.
    pub started: Timestamp,
    /// What it does now.
    pub phase: Phase,
    /// What became of the profiles so far.
    pub figures: Figures,
    /// What it has cost so far.
    pub requests: Requests,
    /// How many changes were settled at each of these instants, oldest first; at most a few hundred.
    pub samples: Arc<Vec<Sample>>,
    /// Changes settled in a second, over the last ten.
    pub per_second: f64,
    /// When it will be done, as far as that can be told.
    pub done_at: Option<Timestamp>,
    /// What it waits for, and until when.
    pub waiting: Option<Wait>,
    /// Whether it was asked to stop.
    pub is_stopping: bool,
}

/// What a run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Reads the source and compares.
    Planning {
        /// Records read so far.
        n_records: u64,
    },
    /// Sends.
    Delivering {
        /// Changes settled so far.
        n_settled: u64,
        /// All of them.
        n_changes: u64,
    },
}

/// A point of the delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// When.
    pub at: Timestamp,
    /// How many changes were settled by then.
    pub n_settled: u64,
}

/// How a run that has ended delivered its changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivered {
    /// Its number, if it got one.
    pub run: Option<RunId>,
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// As those of the run while it went on.
    pub samples: Arc<Vec<Sample>>,
}

/// One audience of a destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudienceRow {
    /// Its id in Adobe Experience Platform.
    pub id: AudienceId,
    /// The name people know it by.
    pub name: String,
    /// The number of the custom field.
    pub mapping_id: MappingId,
    /// The field's label in Outreach, if it is known and there is one.
    pub label: Option<String>,
    /// Whether it is written today.
    pub status: AudienceStatus,
    /// The first day it is written.
    pub start: Date,
    /// The last day it is written.
    pub end: Option<Date>,
    /// Members in the source, when it was read last.
    pub in_source: Option<u64>,
    /// Prospects that Outreach has confirmed as members.
    pub realized: Option<u64>,
    /// Changes of this audience that wait in the outbox.
    pub n_pending: u64,
    /// When its last change was confirmed.
    pub last_change: Option<Timestamp>,
}

/// Whether an audience is written today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AudienceStatus {
    /// Its start date is still to come.
    Waiting,
    /// It is written.
    Active,
    /// Its end date has passed.
    Ended,
}

/// A sign-in in the browser.
#[derive(Debug, Clone, PartialEq)]
pub struct SignIn {
    /// The account's name.
    pub account: String,
    /// How the browser's answer comes back.
    pub redirect: RedirectMode,
    /// How far it is.
    pub state: SignInState,
}

/// How far a sign-in is.
#[derive(Debug, Clone, PartialEq)]
pub enum SignInState {
    /// The keyring is opened.
    Preparing,
    /// The person is at Outreach's pages.
    Waiting {
        /// The address that was opened.
        address: String,
        /// When it is given up.
        until: Timestamp,
        /// Whether an address was pasted that is of no use.
        is_paste_refused: bool,
    },
    /// It worked, and the account is among the accounts.
    Done,
    /// It did not work, and everything is as before.
    Failed {
        /// Why.
        problem: Problem,
        /// Whether keeping the secrets for this session only would help.
        is_keyring: bool,
    },
}

/// Nothing is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// Until when; `None` until somebody resumes.
    pub until: Option<Timestamp>,
}

/// Something that happened and that somebody wanted to know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlertItem {
    /// Its number; later ones are higher.
    pub id: u64,
    /// When.
    pub at: Timestamp,
    /// What kind of thing.
    pub kind: Alert,
    /// The destination or account it is about, by name.
    pub about: String,
    /// The destination's settings file, if it is about one.
    pub slug: Option<String>,
    /// The run it is about.
    pub run: Option<RunId>,
    /// What happened and what to do, if it is a problem.
    pub problem: Option<Problem>,
    /// Whether it was seen.
    pub is_read: bool,
}

/// Something to say in passing.
#[derive(Debug, Clone, PartialEq)]
pub struct NoticeItem {
    /// Its number; later ones are higher.
    pub id: u64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: NoticeKind,
}

/// What there is to say in passing.
#[derive(Debug, Clone, PartialEq)]
pub enum NoticeKind {
    /// An account is connected.
    Connected {
        /// Its name.
        account: String,
    },
    /// An account is disconnected.
    Disconnected {
        /// Its name.
        account: String,
    },
    /// A destination was stored.
    Saved {
        /// Its name.
        destination: String,
    },
    /// A destination was deleted.
    Deleted {
        /// Its name.
        destination: String,
    },
    /// A file was written.
    Exported {
        /// Where.
        path: String,
        /// How many records are in it.
        n_records: u64,
    },
    /// One prospect was updated as a test.
    Tested {
        /// The prospect's number.
        prospect: String,
    },
    /// What was asked for could not be done.
    Problem(Problem),
}

/// What was asked for, each kind with the last question.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Looks {
    /// Sources, by the key of what is looked at.
    pub sources: BTreeMap<String, Asked<(), SourceCheck>>,
    /// The custom fields of accounts, by the account's name.
    pub fields: BTreeMap<String, Asked<(), KnownFields>>,
    /// What the first profiles would become.
    pub preview: Option<Asked<Arc<Draft>, Preview>>,
    /// What a run of the draft would do.
    pub dry_run: Option<Asked<Arc<Draft>, DryRun>>,
    /// A test with one prospect.
    pub test: Option<Asked<(), PreviewProfile>>,
    /// A run's records.
    pub run: Option<Asked<(String, RunId), RunDetail>>,
    /// An audience.
    pub audience: Option<Asked<(String, AudienceId), AudienceSummary>>,
    /// Prospects of a destination.
    pub prospects: Option<Asked<ProspectQuery, ProspectPage>>,
    /// One prospect, by the destination's file and the prospect's number.
    pub person: Option<Asked<(String, crate::model::OutreachId), Person>>,
}

impl Looks {
    /// What was asked of a source, whatever is said of its kind of export.
    pub fn source(&self, settings: &SourceSettings) -> Option<&Asked<(), SourceCheck>> {
        self.sources.get(&settings.with_open_kind().key())
    }
}

/// Something that was asked for and takes its time.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked<Q, T> {
    /// The question.
    pub question: Q,
    /// Whether the answer is still on its way.
    pub is_looking: bool,
    /// How much was looked at so far: records, or 0.
    pub n_seen: u64,
    /// The answer; while a new one is on its way, the one to the question before.
    pub answer: Option<Arc<T>>,
    /// Why there is no answer.
    pub problem: Option<Problem>,
    /// When the answer came.
    pub at: Option<Timestamp>,
}

impl<Q, T> Asked<Q, T> {
    /// A question without an answer yet.
    pub fn new(question: Q) -> Self {
        Self {
            question,
            is_looking: true,
            n_seen: 0,
            answer: None,
            problem: None,
            at: None,
        }
    }
}

impl Snapshot {
    /// The destination of this settings file.
    pub fn destination(&self, slug: &str) -> Option<&DestinationView> {
        self.destinations.iter().find(|view| view.slug == slug)
    }

    /// The account of this name.
    pub fn account(&self, name: &str) -> Option<&AccountView> {
        self.accounts
            .iter()
            .find(|view| view.settings.name.eq_ignore_ascii_case(name))
    }

    /// How many alerts nobody has seen.
    pub fn n_unread(&self) -> usize {
        self.alerts.iter().filter(|alert| !alert.is_read).count()
    }
}
