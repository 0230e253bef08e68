//! The answers to what a screen asks for.

use std::sync::Arc;

use jiff::Timestamp;

use crate::{
    model::{
        AudienceId, Cause, Fate, Figures, OutreachId, Problem, Reading, RecordFault, Run, RunId,
    },
    source::{Kinds, NullWord, Proposal, is_same_field},
};

/// A source that was read from end to end.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SourceCheck {
    /// How profiles and audiences are laid out, as a short fixed word: `profiles`, `columns` or `per_audience`.
    pub layout: String,
    /// The kind of export that the files look like, whatever was said of it, and why.
    pub kinds: Kinds,
    /// Columns that may say who is a member, where the files do not tell which of them does.
    pub status_unclear: Vec<String>,
    /// The encoding that rows seem to be in which are no text in that of their file.
    pub encoding: Option<Proposal>,
    /// Words in tables that stand for no value, or may; the most frequent first.
    pub null_words: Vec<NullWord>,
    /// The column that says who is a member, in files of one audience.
    pub status_column: Option<String>,
    /// The files, older ones first.
    pub files: Vec<SourceFile>,
    /// The names of files that are not part of the source.
    pub ignored: Vec<String>,
    /// Readable records.
    pub n_profiles: u64,
    /// Records that cannot be read.
    pub n_rejected: u64,
    /// Records without a usable OutreachId.
    pub n_without_id: u64,
    /// Why the first of them cannot be read, each with its place.
    pub rejected: Vec<String>,
    /// The columns or XDM paths.
    pub columns: Vec<Column>,
    /// The field that most likely holds the OutreachId.
    pub id_field: Option<String>,
    /// The audiences.
    pub audiences: Vec<SourceAudience>,
    /// Up to three records: fields with their values.
    pub samples: Vec<Vec<(String, String)>>,
    /// When the newest file was changed.
    pub changed: Option<Timestamp>,
}

/// One file of a source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourceFile {
    /// Its name below the source's folder.
    pub name: String,
    /// Such as `comma-separated`, `JSON` or `Parquet`.
    pub format: String,
    /// How it is read, if it is delimited text.
    pub reading: Option<Reading>,
    /// Its size.
    pub n_bytes: u64,
}

impl SourceCheck {
    /// Whether a field is there, under this name or what Adobe Experience Platform makes of it.
    pub fn has_field(&self, name: &str) -> bool {
        let mut columns = self.columns.iter();
        columns.any(|column| is_same_field(&column.name, name))
    }
}

/// A field of a source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Column {
    /// Its name or XDM path.
    pub name: String,
    /// Whether it is an identity namespace rather than an attribute.
    pub is_identity: bool,
    /// How many records have a value.
    pub n_filled: u64,
    /// The longest value, in characters.
    pub longest: usize,
    /// Up to three different values.
    pub samples: Vec<String>,
}

/// An audience of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceAudience {
    /// Its id in Adobe Experience Platform.
    pub id: AudienceId,
    /// A name for it, if the source has one.
    pub name: Option<String>,
    /// Where it comes from: the file or the source's layout.
    pub origin: String,
    /// Members.
    pub n_members: u64,
    /// Profiles that are marked as having left.
    pub n_exited: u64,
}

/// What the first profiles would become.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Preview {
    /// Up to three profiles.
    pub profiles: Vec<PreviewProfile>,
    /// Whether the old values are Outreach's; without a sign-in there are none.
    pub is_compared: bool,
    /// Why it could not be compared.
    pub problem: Option<Problem>,
}

/// One profile before and after.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PreviewProfile {
    /// The person's name, if the mapping or Outreach has one.
    pub name: String,
    /// The prospect.
    pub prospect: Option<OutreachId>,
    /// Why the whole profile is excluded.
    pub excluded: Option<String>,
    /// Whether Outreach has no such prospect.
    pub is_unknown: bool,
    /// The fields.
    pub fields: Vec<PreviewField>,
}

/// One field before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewField {
    /// The attribute.
    pub field: String,
    /// Its label in Outreach.
    pub label: Option<String>,
    /// What Outreach holds; `None` if that is not known, empty if nothing.
    pub old: Option<String>,
    /// What would be written; empty for clearing.
    pub new: String,
    /// What becomes of it.
    pub outcome: Outcome,
}

/// What becomes of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is written.
    Changes,
    /// It is so already.
    Same,
    /// It is left as it is: the source has no value.
    Skipped,
}

/// What a run would do.
#[derive(Debug, Clone, PartialEq)]
pub struct DryRun {
    /// What would become of the profiles; those that change count as pending.
    pub figures: Figures,
    /// Whether the lines are all the changes there are.
    pub is_whole: bool,
    /// How many more lines there were whose value Outreach holds already.
    pub n_same: u64,
    /// What it would cost.
    pub forecast: Forecast,
    /// The first changes.
    pub lines: Arc<Vec<ChangeLine>>,
    /// Whether Outreach has said what it holds where this program has never written.
    pub is_compared: bool,
    /// What would hold the run back, such as a guard.
    pub problem: Option<Problem>,
}

/// What a run would cost.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Forecast {
    /// Requests of one prospect each.
    pub n_single: u64,
    /// Requests of many prospects each.
    pub n_bulk: u64,
    /// Reads and polls.
    pub n_other: u64,
    /// How long it takes under the hourly limit, in seconds.
    pub secs: u64,
    /// The share of the yearly allowance, from 0 to 1.
    pub year_share: f64,
}

impl Forecast {
    /// All requests.
    pub fn n_requests(&self) -> u64 {
        self.n_single + self.n_bulk + self.n_other
    }
}

/// One field of one prospect that would change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeLine {
    /// The prospect.
    pub prospect: OutreachId,
    /// The attribute.
    pub field: String,
    /// Its label in Outreach.
    pub label: Option<String>,
    /// What it is now, as far as that is known.
    pub old: Option<String>,
    /// What it would be; empty for clearing.
    pub new: String,
}

/// A run with its records.
#[derive(Debug, Clone, PartialEq)]
pub struct RunDetail {
    /// The run.
    pub run: Run,
    /// Records that were not written, by cause; those of most records first.
    pub groups: Vec<FaultGroup>,
}

/// Records that were not written for the same cause.
#[derive(Debug, Clone, PartialEq)]
pub struct FaultGroup {
    /// Whose decision it was.
    pub fate: Fate,
    /// A short fixed word.
    pub code: String,
    /// What is wrong with the first record.
    pub what: String,
    /// Outreach's own words for the first record; empty if it was not asked.
    pub outreach: String,
    /// How many records there are.
    pub n_records: u64,
    /// The first of them, at most 1,000; a file that is asked for holds all.
    pub records: Arc<Vec<RecordFault>>,
}

/// An audience in figures.
#[derive(Debug, Clone, PartialEq)]
pub struct AudienceSummary {
    /// How many came in with the last run that changed it.
    pub n_entered: u64,
    /// How many left with it.
    pub n_left: u64,
    /// That run.
    pub last_run: Option<RunId>,
    /// Members in Outreach after each of the last runs, oldest first.
    pub over_time: Vec<(Timestamp, u64)>,
}

/// Which prospects to show.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProspectQuery {
    /// The destination's settings file.
    pub slug: String,
    /// Only prospects that this audience was ever written for.
    pub audience: Option<AudienceId>,
    /// Only those with this status.
    pub status: StatusFilter,
    /// Only those with this in their number or one of their texts.
    pub search: String,
    /// The first row that is on screen, counted from 0.
    pub first: u64,
}

/// Which statuses to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StatusFilter {
    /// All.
    #[default]
    All,
    /// Members.
    Realized,
    /// Those who have left.
    Exited,
}

/// Rows around those that are on screen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProspectPage {
    /// How many rows there are in all.
    pub n_rows: u64,
    /// The number of the first row that is here, counted from 0.
    pub first: u64,
    /// The rows.
    pub rows: Vec<ProspectRow>,
}

/// One prospect in a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProspectRow {
    /// The prospect.
    pub prospect: OutreachId,
    /// The person's name, if the mapping has one.
    pub name: String,
    /// The status of the audience asked for.
    pub status: Option<String>,
    /// Whether a change of it waits in the outbox.
    pub is_pending: bool,
    /// When it was last changed.
    pub changed: Option<Timestamp>,
}

/// One prospect with its history.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// The prospect.
    pub prospect: OutreachId,
    /// The person's name, if the mapping has one.
    pub name: String,
    /// What Outreach has confirmed: attribute, label, value.
    pub fields: Vec<(String, Option<String>, String)>,
    /// What waits to be sent: attribute, label, value.
    pub pending: Vec<(String, Option<String>, String)>,
    /// What was written, newest first.
    pub history: Vec<HistoryEntry>,
}

/// One field that was written once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    /// When.
    pub at: Timestamp,
    /// By which run.
    pub run: RunId,
    /// Why that run was started.
    pub cause: Option<Cause>,
    /// The attribute.
    pub field: String,
    /// Its label in Outreach.
    pub label: Option<String>,
    /// The audience whose status it is.
    pub audience: Option<String>,
    /// What it was; `None` if that was not known.
    pub old: Option<String>,
    /// What it became; empty for cleared.
    pub new: String,
}
