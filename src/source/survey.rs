//! A source read from end to end: what its columns hold, how many are in its audiences, what cannot be read.
//!
//! Each file is read by itself with all its columns, so that one without a column that another has is no fault. Where
//! rows of one profile may stand in several places, the audiences are counted once more over the merged rows.

use std::ops::ControlFlow;

use jiff::Timestamp;

use super::{
    Batch, DescribedFile, Error, Files, Layout, Projection, columns,
    files::{Kinds, Proposal, SourceFile, format::Plan, names, shape},
    null_words::{NullCounts, NullWord, NullWords},
    out::Out,
    status::OwnStatus,
    tally::{Tally, best_id},
};
use crate::model::{AudienceId, MembershipStatus};

/// What a source holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Survey {
    /// How profiles and audiences are laid out.
    pub layout: Layout,
    /// The kind of export: whether absence means "has left".
    pub kinds: Kinds,
    /// The encoding that the first file seems to be in whose header or rows are no text in theirs, with such a line in
    /// it.
    pub encoding: Option<Proposal>,
    /// Words in tables that stand for no value, or may.
    pub null_words: Vec<NullWord>,
    /// The column that says who is a member, in files of one audience.
    pub status_column: Option<String>,
    /// Columns that may say who is a member, in a file that does not tell which of them does; everyone in it was taken
    /// for a member meanwhile.
    pub status_unclear: Vec<String>,
    /// The files, older ones first.
    pub files: Vec<DescribedFile>,
    /// The names of files that are not part of the source.
    pub ignored: Vec<String>,
    /// Readable records.
    pub n_profiles: u64,
    /// Records that cannot be read.
    pub n_rejected: u64,
    /// Why the first of them cannot be read, each with its place.
    pub rejected: Vec<String>,
    /// Records without a usable id of a prospect; all of them if no field looks like one.
    pub n_without_id: u64,
    /// The field that most likely holds the id of the prospect.
    pub id_field: Option<String>,
    /// The columns or XDM paths but for those of memberships; a column that is there twice cannot be used and is not
    /// in it.
    pub columns: Vec<SurveyedColumn>,
    /// The audiences.
    pub audiences: Vec<SurveyedAudience>,
    /// The first records of the newest file: fields with their values.
    pub samples: Vec<Vec<(String, String)>>,
    /// When the newest file was changed.
    pub changed: Option<Timestamp>,
}

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SurveyedColumn {
    /// Its name or XDM path.
    pub name: String,
    /// Whether it is an identity namespace rather than an attribute.
    pub is_identity: bool,
    /// How many records have a value.
    pub n_filled: u64,
    /// The longest value, in characters.
    pub longest: usize,
    /// The first different values.
    pub samples: Vec<String>,
}

/// Who is in an audience.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SurveyedAudience {
    /// Its id in Adobe Experience Platform.
    pub id: AudienceId,
    /// What the file's name calls it.
    pub name: Option<String>,
    /// The newest file of its own, if it has any.
    pub file: Option<String>,
    /// Members.
    pub n_members: u64,
    /// Profiles that are marked as having left.
    pub n_exited: u64,
}

const MOST_COLUMNS: usize = 2000;
const MOST_SAMPLES: usize = 3;
const MOST_REASONS: usize = 5;

impl Files {
    /// Reads the source from end to end, telling now and then how many records it has read, until that breaks; what was
    /// read by then is returned.
    pub fn survey(
        &self,
        on_progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<Survey, Error> {
        let mut surveyor = Surveyor {
            survey: self.unread(),
            tallies: vec![],
            null_words: None,
            null_counts: NullCounts::default(),
            is_stopped: false,
            has_odd_rows: false,
            on_progress,
        };
        let everyone: Vec<_> = surveyor.audience_ids();
        let files = self.wanted(&projection(String::new(), vec![], everyone))?;
        for file in &files {
            surveyor.read(self, file)?;
            if surveyor.is_stopped {
                break;
            }
        }
        surveyor.conclude();
        if self.must_merge(&files) && !surveyor.is_stopped {
            surveyor.count_merged(self)?;
        }
        Ok(surveyor.survey)
    }

    /// What is known before a record is read.
    fn unread(&self) -> Survey {
        let mut audiences: Vec<SurveyedAudience> = vec![];
        for file in &self.all {
            let own = file.entry.facts.audience.iter();
            for id in own.filter(|_| self.layout() == Layout::PerAudience) {
                let place = place_of(&mut audiences, id);
                if let Some(found) = audiences.get_mut(place) {
                    // The last is the newest.
                    found.file = Some(file.entry.name.as_ref().to_owned());
                    found.name = names::audience_name(&file.entry.name);
                }
            }
            for id in &file.shape.audiences {
                place_of(&mut audiences, id);
            }
        }
        forget_common_names(&mut audiences);
        let newest = self
            .all
            .iter()
            .map(|file| file.entry.version.modified)
            .max();
        Survey {
            layout: self.layout(),
            kinds: self.kinds().clone(),
            encoding: None,
            null_words: vec![],
            status_column: None,
            status_unclear: vec![],
            files: self.all.iter().map(DescribedFile::of).collect(),
            ignored: self.ignored.clone(),
            n_profiles: 0,
            n_rejected: 0,
            rejected: vec![],
            n_without_id: 0,
            id_field: None,
            columns: vec![],
            audiences,
            samples: vec![],
            changed: newest.and_then(|ns| Timestamp::from_nanosecond(ns).ok()),
        }
    }
}

/// The place of the audience of this id, whatever its letter case; it is added if it is not there.
fn place_of(audiences: &mut Vec<SurveyedAudience>, id: &AudienceId) -> usize {
    let is_it = |known: &SurveyedAudience| known.id.as_str().eq_ignore_ascii_case(id.as_str());
    let found = audiences.iter().position(is_it);
    found.unwrap_or_else(|| {
        audiences.push(SurveyedAudience {
            id: id.clone(),
            name: None,
            file: None,
            n_members: 0,
            n_exited: 0,
        });
        audiences.len() - 1
    })
}

/// Files are mostly called after the destination that exported them, which names none of its audiences.
fn forget_common_names(audiences: &mut [SurveyedAudience]) {
    let names: Vec<_> = audiences.iter().map(|a| a.name.clone()).collect();
    for audience in audiences {
        if names.iter().filter(|name| **name == audience.name).count() > 1 {
            audience.name = None;
        }
    }
}

fn projection(
    outreach_id: String,
    attributes: Vec<String>,
    audiences: Vec<AudienceId>,
) -> Projection {
    Projection {
        outreach_id,
        attributes,
        audiences,
        now: Timestamp::MIN,
    }
}

struct Surveyor<'p> {
    survey: Survey,
    /// In the order of the survey's columns.
    tallies: Vec<Tally>,
    /// Those of the file.
    null_words: Option<NullWords>,
    null_counts: NullCounts,
    is_stopped: bool,
    /// Whether the file has rows that are no text in its encoding.
    has_odd_rows: bool,
    on_progress: &'p mut dyn FnMut(u64) -> ControlFlow<()>,
}

/// One file's cells: which tally and which audience each is of.
struct Way {
    projection: Projection,
    /// Whether the first cell is of the first column, or of nothing.
    has_id_cell: bool,
    tallies: Vec<usize>,
    audiences: Vec<usize>,
    /// Whether the statuses stand in the file, rather than follow from who is in it.
    has_statuses: bool,
}

impl Surveyor<'_> {
    fn audience_ids(&self) -> Vec<AudienceId> {
        let audiences = self.survey.audiences.iter();
        audiences.map(|audience| audience.id.clone()).collect()
    }

    fn read(&mut self, files: &Files, file: &SourceFile) -> Result<(), Error> {
        let layout = files.layout();
        let file = &self.without_doubt(file);
        let way = if file.shape.written.has_documents() {
            self.document_way(layout, file)?
        } else {
            self.table_way(layout, file)
        };
        let Some(way) = way else {
            return Ok(());
        };
        let earlier = std::mem::take(&mut self.survey.samples);
        self.has_odd_rows = file.has_odd_names();
        self.read_along(&way, layout, file)?;
        if self.has_odd_rows && self.survey.encoding.is_none() {
            self.survey.encoding = shape::begin(&file.entry)?.proposal();
        }
        if self.survey.samples.is_empty() {
            self.survey.samples = earlier;
        }
        Ok(())
    }

    /// The file with everyone in it as a member where it does not tell who is; what it does not tell is noted.
    fn without_doubt(&mut self, file: &SourceFile) -> SourceFile {
        let mut file = file.clone();
        file.shape.is_status_said = true;
        if let OwnStatus::Unclear(columns) = &file.shape.own_status {
            for column in columns {
                if !self.survey.status_unclear.contains(column) {
                    self.survey.status_unclear.push(column.clone());
                }
            }
            file.shape.own_status = OwnStatus::Nowhere;
        }
        if let Some(column) = file.shape.own_status.column() {
            self.survey.status_column = Some(column.to_owned());
        }
        // They are counted, so they have to be seen. In documents there are none.
        let words = std::mem::replace(&mut file.shape.null_words, NullWords::none());
        self.null_words = Some(words).filter(|_| !file.shape.written.has_documents());
        file
    }

    fn read_along(&mut self, way: &Way, layout: Layout, file: &SourceFile) -> Result<(), Error> {
        let entry = &file.entry;
        let mut emit = |batch: Batch| self.add(way, &batch);
        let mut out = Out::new(way.projection.width(), None, &mut emit);
        out.start_part(&entry.name, file.shape.written.counts());
        let plan = match file.plan(layout, &way.projection, |_| false)? {
            Plan::Document(plan) => Plan::Document(Box::new(plan.for_survey())),
            table @ Plan::Table(_) => table,
        };
        file.shape.written.format().read(file, &plan, &mut out)?;
        if !out.is_stopped() {
            entry.check_unchanged()?;
        }
        out.finish()
    }

    /// A table: the first column stands where the id would, which every row must have.
    /// Nothing comes of a file without a column that could be told from the others.
    fn table_way(&mut self, layout: Layout, file: &SourceFile) -> Option<Way> {
        let all = &file.shape.columns;
        let is_once = |name: &&String| all.iter().filter(|other| other == name).count() == 1;
        let names: Vec<_> = all
            .iter()
            .take(MOST_COLUMNS)
            .filter(|name| !name.is_empty() && columns::membership(name).is_none())
            .filter(is_once)
            .cloned()
            .collect();
        let audiences = if layout == Layout::PerAudience {
            file.entry.facts.audience.iter().cloned().collect()
        } else {
            file.shape.audiences.clone()
        };
        let tallies = names.iter().map(|name| self.tally(name)).collect();
        let mut names = names.into_iter();
        let first = names.next();
        let has_id_cell = first.is_some();
        // A file of statuses alone: any of them will do, since it is passed over.
        let first = first.or_else(|| all.iter().find(|name| !name.is_empty()).cloned());
        Some(Way {
            audiences: self.places(&audiences),
            projection: projection(first?, names.collect(), audiences),
            has_id_cell,
            tallies,
            has_statuses: layout != Layout::PerAudience || file.shape.own_status.is_said(),
        })
    }

    /// Documents: what the first of them have is not all there is, so it is gone through before.
    fn document_way(&mut self, layout: Layout, file: &SourceFile) -> Result<Option<Way>, Error> {
        let on_progress = &mut *self.on_progress;
        let mut n_seen = 0;
        let n_before = self.survey.n_profiles;
        let gathered = file.shape.written.format().gather(file, &mut || {
            n_seen += 1;
            if n_seen % Batch::MAX_ROWS == 0 {
                on_progress(n_before)
            } else {
                ControlFlow::Continue(())
            }
        })?;
        let Some(gathered) = gathered else {
            self.is_stopped = true;
            return Ok(None);
        };
        let audiences = if layout == Layout::PerAudience {
            file.entry.facts.audience.iter().cloned().collect()
        } else {
            gathered.audiences
        };
        let names: Vec<_> = gathered
            .columns
            .into_iter()
            .filter(|name| columns::membership(name).is_none())
            .collect();
        Ok(Some(Way {
            tallies: names.iter().map(|name| self.tally(name)).collect(),
            audiences: self.places(&audiences),
            projection: projection(String::new(), names, audiences),
            has_id_cell: false,
            has_statuses: layout != Layout::PerAudience || file.shape.own_status.is_said(),
        }))
    }

    fn tally(&mut self, name: &str) -> usize {
        let known = self.tallies.iter().position(|tally| tally.name() == name);
        known.unwrap_or_else(|| {
            self.tallies.push(Tally::new(name));
            self.tallies.len() - 1
        })
    }

    fn places(&mut self, audiences: &[AudienceId]) -> Vec<usize> {
        let all = &mut self.survey.audiences;
        audiences.iter().map(|id| place_of(all, id)).collect()
    }

    fn add(&mut self, way: &Way, batch: &Batch) -> ControlFlow<()> {
        self.survey.n_rejected += batch.rejected.len() as u64;
        let mut codes = batch.rejected.iter().map(|rejected| rejected.code);
        self.has_odd_rows |= codes.any(|code| code == "row_encoding");
        let free = MOST_REASONS.saturating_sub(self.survey.rejected.len());
        for rejected in batch.rejected.iter().take(free) {
            let reason = format!("{}: {}", rejected.place, rejected.what);
            self.survey.rejected.push(reason);
        }
        for row in batch.rows() {
            self.survey.n_profiles += 1;
            let mut cells = row.cells().skip(usize::from(!way.has_id_cell));
            for place in &way.tallies {
                let cell = cells.next().flatten();
                if let (Some(cell), Some(tally)) = (cell, self.tallies.get_mut(*place)) {
                    let words = self.null_words.as_ref();
                    tally.add(words.map_or(cell, |words| self.null_counts.value(cell, words)));
                }
            }
            count_statuses(&mut self.survey.audiences, &way.audiences, cells);
            if self.survey.samples.len() < MOST_SAMPLES {
                let words = self.null_words.as_ref();
                let value = |cell| words.map_or(cell, |words: &NullWords| words.value(cell));
                let sample = way.sample(row.cells().map(|cell| cell.map(value)));
                self.survey.samples.push(sample);
            }
        }
        let told = (self.on_progress)(self.survey.n_profiles + self.survey.n_rejected);
        self.is_stopped = told.is_break();
        told
    }

    fn conclude(&mut self) {
        let id = best_id(&self.tallies);
        let n_ids = id.map_or(0, Tally::n_ids);
        self.survey.n_without_id = self.survey.n_profiles.saturating_sub(n_ids);
        self.survey.id_field = id.map(|tally| tally.name().to_owned());
        for audience in &self.survey.audiences {
            if audience.n_exited > 0 {
                self.survey.kinds.on_leaver(&audience.id);
            }
        }
        self.survey.null_words = std::mem::take(&mut self.null_counts).into_words();
        self.survey.columns = self.tallies.drain(..).map(Tally::into_column).collect();
    }

    /// Counts the audiences over profiles rather than records; leaves them as they are where the files do not allow it,
    /// because one of them has not all columns.
    fn count_merged(&mut self, files: &Files) -> Result<(), Error> {
        let Some(id) = self.survey.id_field.clone() else {
            return Ok(());
        };
        let ids = self.audience_ids();
        let places: Vec<_> = (0..ids.len()).collect();
        let mut audiences = self.survey.audiences.clone();
        for audience in &mut audiences {
            (audience.n_members, audience.n_exited) = (0, 0);
        }
        let n_records = self.survey.n_profiles + self.survey.n_rejected;
        let mut is_stopped = false;
        let read = files.read(&projection(id, vec![], ids), &mut |batch| {
            for row in batch.rows() {
                count_statuses(&mut audiences, &places, row.cells().skip(1));
            }
            let told = (self.on_progress)(n_records);
            is_stopped = told.is_break();
            told
        });
        match read {
            Ok(()) if !is_stopped => self.survey.audiences = audiences,
            // That people have left is told by the kind of export.
            Ok(()) | Err(Error::ColumnMissing { .. } | Error::LeaverInSnapshot { .. }) => {}
            Err(error) => return Err(error),
        }
        self.is_stopped |= is_stopped;
        Ok(())
    }
}

impl Way {
    /// A record as its fields with their values; those that it does not have are left out.
    fn sample<'a>(&self, cells: impl Iterator<Item = Option<&'a str>>) -> Vec<(String, String)> {
        let id = Some(&self.projection.outreach_id).filter(|_| self.has_id_cell);
        let attributes = id.into_iter().chain(&self.projection.attributes).cloned();
        let audiences = self
            .projection
            .audiences
            .iter()
            .filter(|_| self.has_statuses);
        let status =
            |id: &AudienceId| format!("segmentMembership.{}.{id}.status", columns::OWN_NAMESPACE);
        attributes
            .chain(audiences.map(status))
            .zip(cells.skip(usize::from(!self.has_id_cell)))
            .filter_map(|(name, cell)| Some((name, cell?.to_owned())))
            .collect()
    }
}

fn count_statuses<'a>(
    audiences: &mut [SurveyedAudience],
    places: &[usize],
    cells: impl Iterator<Item = Option<&'a str>>,
) {
    for (place, cell) in places.iter().zip(cells) {
        let status = cell.and_then(MembershipStatus::parse);
        if let (Some(status), Some(audience)) = (status, audiences.get_mut(*place)) {
            match status {
                MembershipStatus::Realized => audience.n_members += 1,
                MembershipStatus::Exited => audience.n_exited += 1,
            }
        }
    }
}
