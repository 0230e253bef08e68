//! A source of files: opened once, looked at, and read.

use std::{cmp::Ordering, collections::HashSet, ops::ControlFlow, sync::Arc};

pub(in crate::source) mod format;
mod input;
mod listing;
pub(in crate::source) mod merge;
pub(in crate::source) mod names;
pub(in crate::source) mod shape;

use self::{
    format::{
        csv::{self, CsvPlan},
        json::{self, JsonPlan},
    },
    listing::Entry,
    merge::Merger,
    shape::{Format, Shape},
};
pub use self::{listing::Fingerprint, shape::Layout};
use super::{Batch, Error, Projection, columns, out::Out};
use crate::model::{AudienceId, Contents, Counts, FileSource, SourceKind};

/// The files of a source, as they were when it was opened.
#[derive(Debug, Clone)]
pub struct Files {
    contents: Contents,
    layout: Layout,
    pub(in crate::source) all: Vec<SourceFile>,
    pub(in crate::source) ignored: Vec<String>,
}

/// One file of a source.
#[derive(Debug, Clone)]
pub(in crate::source) struct SourceFile {
    pub(in crate::source) entry: Entry,
    pub(in crate::source) shape: Shape,
}

enum Plan {
    Csv(CsvPlan),
    Json(JsonPlan),
}

/// Lists the files of a source and looks at the beginning of each.
pub fn open(settings: &FileSource) -> Result<Files, Error> {
    match settings.kind {
        SourceKind::Files => {}
    }
    let listing = listing::list(&settings.path)?;
    let mut ignored = listing.ignored;
    let mut files = without_notes(listing.entries, &mut ignored)?;
    let layout = common_layout(&files)?;
    let contents = match settings.contents {
        Contents::Guess => guess_contents(layout, &files),
        known @ (Contents::FullSnapshot | Contents::Incremental) => known,
    };
    files.sort_by(|a, b| by_age(&a.entry, &b.entry));
    Ok(Files {
        contents,
        layout,
        all: files,
        ignored,
    })
}

/// Looks at the beginning of each file, and leaves out what is no data: a text beside files of another kind that has
/// no column in common with them. The parts of an export have one ending, so a part that was cut off is not taken for
/// such a text.
fn without_notes(entries: Vec<Entry>, ignored: &mut Vec<String>) -> Result<Vec<SourceFile>, Error> {
    let (texts, sure): (Vec<_>, Vec<_>) = entries.into_iter().partition(Entry::may_be_a_note);
    let mut files = vec![];
    for entry in sure {
        let shape = shape::sniff(&entry)?;
        files.push(SourceFile { entry, shape });
    }
    let known: HashSet<String> = files.iter().flat_map(SourceFile::plain_columns).collect();
    for entry in texts {
        match shape::sniff(&entry) {
            Err(error) if known.is_empty() || error.is_of_the_computer() => return Err(error),
            Ok(shape) => {
                let file = SourceFile { entry, shape };
                let mut columns = file.plain_columns();
                if known.is_empty() || columns.any(|column| known.contains(&column)) {
                    drop(columns);
                    files.push(file);
                } else {
                    ignored.push(file.entry.name.to_string());
                }
            }
            Err(_no_table) => ignored.push(entry.name.to_string()),
        }
    }
    ignored.sort();
    Ok(files)
}

fn common_layout(files: &[SourceFile]) -> Result<Layout, Error> {
    let mut found: Option<(&SourceFile, Layout)> = None;
    for file in files {
        match (found, file.shape.layout) {
            (Some((first, layout)), Some(other)) if layout != other => {
                return Err(Error::LayoutsMixed {
                    file: Arc::clone(&file.entry.name),
                    other: Arc::clone(&first.entry.name),
                });
            }
            (None, Some(layout)) => found = Some((file, layout)),
            _ => {}
        }
    }
    Ok(found.map_or(Layout::Profiles, |(_, layout)| layout))
}

fn guess_contents(layout: Layout, files: &[SourceFile]) -> Contents {
    let is_full = match layout {
        Layout::Wide => true,
        Layout::PerAudience => !files.iter().any(|file| file.shape.has_status),
        Layout::Profiles => false,
    };
    if is_full {
        Contents::FullSnapshot
    } else {
        Contents::Incremental
    }
}

/// Older files first: by the time in the name, then the time of the last change, then the name.
fn by_age(a: &Entry, b: &Entry) -> Ordering {
    let key = |entry: &Entry| (entry.facts.stamp, entry.version.modified);
    key(a).cmp(&key(b)).then_with(|| a.name.cmp(&b.name))
}

impl Files {
    /// Whether absence means "has left"; never [`Contents::Guess`].
    pub fn contents(&self) -> Contents {
        self.contents
    }

    /// How profiles and audiences are laid out over the files.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// A number that changes when a file of the source comes, goes or changes.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(self.all.iter().map(|file| &file.entry))
    }

    /// Reads what the projection asks for and hands it on batch by batch, until `emit` breaks.
    ///
    /// What was handed on before an error is not the whole source; a run must not act on it.
    pub fn read(
        &self,
        projection: &Projection,
        emit: &mut dyn FnMut(Batch) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        let files = self.wanted(projection)?;
        self.check_known(&files, projection)?;
        let mut planned = vec![];
        for file in &files {
            planned.push((&file.entry, self.plan(file, projection)?));
        }
        let width = projection.width();
        let merger = self
            .must_merge(&files)
            .then(|| Merger::new(width, projection.audiences.len()));
        let mut out = Out::new(width, merger, emit);
        for (entry, plan) in planned {
            out.start_part(&entry.name, Counts::Lines);
            plan.read(entry, &mut out)?;
            if out.is_stopped() {
                return Ok(());
            }
            entry.check_unchanged()?;
        }
        out.finish()
    }

    /// Refuses JSON that may be anything. CSV is held to its header, which has to have every column. Profiles may lack
    /// an identity, so among changes their form is enough; but a full snapshot of nobody known would take everyone out.
    fn check_known(&self, files: &[&SourceFile], projection: &Projection) -> Result<(), Error> {
        let is_full = self.contents == Contents::FullSnapshot;
        let is_unknown = |file: &&&SourceFile| file.is_unknown(projection);
        let unknown = files.iter().filter(is_unknown);
        let is_nothing_known = is_full && unknown.clone().count() == files.len();
        let mut refused = unknown.filter(|file| is_nothing_known || !file.shape.is_profile);
        refused.next().map_or(Ok(()), |file| {
            Err(Error::FieldsUnknown {
                file: Arc::clone(&file.entry.name),
                wanted: projection.outreach_id.clone(),
                present: some_of(&file.shape.columns),
            })
        })
    }

    fn plan(&self, file: &SourceFile, projection: &Projection) -> Result<Plan, Error> {
        let SourceFile { entry, shape } = file;
        Ok(match shape.format {
            Format::Delimited { delimiter } => Plan::Csv(csv::plan(
                entry,
                self.layout,
                delimiter,
                &shape.columns,
                projection,
            )?),
            Format::Json => {
                Plan::Json(json::plan(entry, self.layout, shape.has_status, projection))
            }
        })
    }

    /// Reads one file.
    pub(in crate::source) fn read_file(
        &self,
        file: &SourceFile,
        projection: &Projection,
        out: &mut Out<'_>,
    ) -> Result<(), Error> {
        self.plan(file, projection)?.read(&file.entry, out)
    }

    /// The files that count for a projection, older ones first.
    pub(in crate::source) fn wanted(
        &self,
        projection: &Projection,
    ) -> Result<Vec<&SourceFile>, Error> {
        let is_full = self.contents == Contents::FullSnapshot;
        if self.layout != Layout::PerAudience {
            let newest = self.all.iter().map(|file| file.entry.facts.stamp).max();
            let are_all_dated = self.all.iter().all(|f| f.entry.facts.stamp.is_some());
            let is_wanted = |file: &&SourceFile| {
                !(is_full && are_all_dated) || Some(file.entry.facts.stamp) == newest
            };
            return Ok(self.all.iter().filter(is_wanted).collect());
        }
        let mut wanted = vec![];
        for audience in &projection.audiences {
            let of_audience = self.all.iter().filter(|file| file.is_of(audience));
            let newest = of_audience.clone().map(|f| f.entry.facts.stamp).max();
            if is_full && newest.is_none() {
                let audience = audience.clone();
                return Err(Error::AudienceFileMissing { audience });
            }
            wanted.extend(of_audience.filter(|f| !is_full || Some(f.entry.facts.stamp) == newest));
        }
        wanted.sort_by(|a, b| by_age(&a.entry, &b.entry));
        Ok(wanted)
    }

    /// Whether rows of one profile may stand in more than one place.
    pub(in crate::source) fn must_merge(&self, files: &[&SourceFile]) -> bool {
        let is_full = self.contents == Contents::FullSnapshot;
        let is_json = |file: &&SourceFile| file.shape.format == Format::Json;
        match self.layout {
            Layout::PerAudience => {
                let mut audiences = files.iter().map(|file| &file.entry.facts.audience);
                let first = audiences.next();
                let is_one_audience = audiences.all(|other| Some(other) == first);
                files.len() > 1 && !(is_full && is_one_audience)
            }
            Layout::Wide | Layout::Profiles if is_full => false,
            Layout::Wide | Layout::Profiles => files.len() > 1 || files.iter().any(is_json),
        }
    }
}

/// Names for a person to recognize a file by.
fn some_of(columns: &[String]) -> String {
    const MOST: usize = 12;
    let some: Vec<_> = columns.iter().take(MOST).map(String::as_str).collect();
    match (some.len(), columns.len()) {
        (0, _) => "no field with a single value".to_owned(),
        (n, all) if n < all => format!("{} and {} more", some.join(", "), all - n),
        _ => some.join(", "),
    }
}

impl Plan {
    fn read(&self, entry: &Entry, out: &mut Out<'_>) -> Result<(), Error> {
        match self {
            Self::Csv(plan) => csv::read(entry, plan, out),
            Self::Json(plan) => json::read(entry, plan, out),
        }
    }
}

impl SourceFile {
    /// The names of its columns as they are compared.
    fn plain_columns(&self) -> impl Iterator<Item = String> + '_ {
        self.shape.columns.iter().map(|name| columns::plain(name))
    }

    /// Whether it is JSON that begins with neither the field that is looked for nor an audience.
    fn is_unknown(&self, projection: &Projection) -> bool {
        let ids = columns::identity_columns(&projection.outreach_id);
        let ids: Vec<_> = ids.iter().map(|id| columns::plain(id)).collect();
        let has_id = || {
            let mut columns = self.shape.columns.iter();
            columns.any(|column| ids.contains(&columns::plain(column)))
        };
        let is_wanted = |audience: &AudienceId| {
            let mut wanted = projection.audiences.iter();
            wanted.any(|wanted| wanted.as_str().eq_ignore_ascii_case(audience.as_str()))
        };
        let mut audiences = self
            .shape
            .audiences
            .iter()
            .chain(&self.entry.facts.audience);
        self.shape.format == Format::Json
            && self.shape.layout.is_some()
            && !has_id()
            && !audiences.any(is_wanted)
    }

    fn is_of(&self, audience: &AudienceId) -> bool {
        let own = self.entry.facts.audience.as_ref();
        own.is_some_and(|own| own.as_str().eq_ignore_ascii_case(audience.as_str()))
    }
}
