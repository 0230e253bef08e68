//! A source of files: opened once, looked at, and read.

pub(super) mod format;
mod input;
mod kind;
mod listing;
pub(super) mod merge;
pub(super) mod names;
pub(super) mod shape;
mod together;

use std::{
    cmp::Ordering,
    collections::{BTreeMap, HashSet},
    ops::ControlFlow,
    sync::Arc,
};

use self::{
    format::{Plan, document, table},
    input::Options,
    listing::Entry,
    merge::Merger,
    names::{Ending, NameFacts},
    shape::Shape,
};
pub use self::{
    input::{FileKind, Proposal},
    kind::{Kinds, Reason},
    listing::Fingerprint,
    names::Known,
    shape::Layout,
};
use super::{Batch, Error, Projection, Tether, columns, out::Out};
use crate::model::{AudienceId, FileSource};

/// The files of a source, as they were when it was opened.
#[derive(Debug, Clone)]
pub struct Files {
    kinds: Kinds,
    layout: Layout,
    pub(in crate::source) all: Vec<SourceFile>,
    pub(in crate::source) ignored: Vec<String>,
    /// Files with columns whose names are no text, in words.
    pub(in crate::source) odd_names: Vec<String>,
    fingerprint: Fingerprint,
}

/// One file of a source.
#[derive(Debug, Clone)]
pub(in crate::source) struct SourceFile {
    pub(in crate::source) entry: Entry,
    pub(in crate::source) shape: Shape,
}

/// Lists the files of a source and looks at the beginning of each.
pub(in crate::source) fn open(
    settings: &FileSource,
    known: &Known,
    tether: &Tether,
) -> Result<Files, Error> {
    let mut listing = listing::list(&settings.path, known)?;
    let options = Options {
        encoding: settings.reading.encoding.map(input::chosen),
        tether: tether.clone(),
    };
    for entry in &mut listing.entries {
        entry.options = options.clone();
    }
    let fingerprint = Fingerprint::of(listing.entries.iter());
    together::without_copies(&mut listing)?;
    together::check_manifests(&listing)?;
    let mut ignored = listing.ignored;
    let entries = without_other_views(listing.entries, &mut ignored);
    let mut files = without_notes(entries, settings, &mut ignored)?;
    leave_out_strangers(&mut files, &mut ignored);
    let layout = common_layout(&files)?;
    together::check(&files, layout)?;
    let kinds = Kinds::new(settings, layout, &files);
    files.sort_by(|a, b| by_age(&a.entry, &b.entry));
    let odd_names = files.iter().filter_map(|file| file.odd_names().transpose());
    Ok(Files {
        kinds,
        layout,
        odd_names: odd_names.collect::<Result<_, _>>()?,
        all: files,
        ignored,
        fingerprint,
    })
}

/// A number that changes when a file of the source comes, goes or changes; opens none of them.
pub(in crate::source) fn version(settings: &FileSource) -> Result<Fingerprint, Error> {
    let listing = listing::list(&settings.path, &Known::default())?;
    Ok(Fingerprint::of(listing.entries.iter()))
}

/// Leaves out workbooks and Parquet files that lie beside exports as text and are of no audience by their name: people
/// keep them there to look at the same data in another program.
fn without_other_views(entries: Vec<Entry>, ignored: &mut Vec<String>) -> Vec<Entry> {
    let is_text = |entry: &Entry| {
        matches!(entry.ending, Some(Ending::Delimited | Ending::Json)) && !entry.may_be_a_note()
    };
    let is_copy = |entry: &Entry| match entry.ending {
        Some(Ending::Workbook) => entry.facts.audience.is_none(),
        Some(Ending::Parquet) => entry.facts == NameFacts::default(),
        Some(Ending::Delimited | Ending::Json) | None => false,
    };
    if !entries.iter().any(is_text) {
        return entries;
    }
    let (copies, data): (Vec<_>, Vec<_>) = entries.into_iter().partition(is_copy);
    ignored.extend(copies.iter().map(|copy| copy.name.to_string()));
    data
}

/// Looks at the beginning of each file, and leaves out what is no data: a text beside files of another kind that has
/// no column in common with them. The parts of an export have one ending, so a part that was cut off is not taken for
/// such a text.
fn without_notes(
    entries: Vec<Entry>,
    settings: &FileSource,
    ignored: &mut Vec<String>,
) -> Result<Vec<SourceFile>, Error> {
    let (texts, sure): (Vec<_>, Vec<_>) = entries.into_iter().partition(Entry::may_be_a_note);
    let mut files = vec![];
    for entry in sure {
        let shape = shape::sniff(&entry, settings)?;
        files.push(SourceFile { entry, shape });
    }
    let known: HashSet<String> = files.iter().flat_map(SourceFile::plain_columns).collect();
    for entry in texts {
        match shape::sniff(&entry, settings) {
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

/// Leaves out what has nothing to do with audiences beside files of one audience each, and names it.
fn leave_out_strangers(files: &mut Vec<SourceFile>, ignored: &mut Vec<String>) {
    let is_of_audience = |file: &SourceFile| file.shape.layout == Some(Layout::PerAudience);
    let known: HashSet<String> = files
        .iter()
        .filter(|file| is_of_audience(file))
        .flat_map(SourceFile::plain_columns)
        .collect();
    if known.is_empty() {
        return;
    }
    files.retain(|file| {
        let is_table = file.shape.layout == Some(Layout::Wide);
        let is_strange = is_table
            && file.shape.audiences.is_empty()
            && !file.plain_columns().any(|column| known.contains(&column));
        if is_strange {
            ignored.push(file.entry.name.to_string());
        }
        !is_strange
    });
    ignored.sort();
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

/// Older files first: by the time in the name, then the time of the last change, then the name.
fn by_age(a: &Entry, b: &Entry) -> Ordering {
    let key = |entry: &Entry| (entry.facts.stamp, entry.version.modified);
    key(a).cmp(&key(b)).then_with(|| a.name.cmp(&b.name))
}

impl SourceFile {
    /// Whether the name of a column has bytes that are no text in the file's encoding.
    pub(in crate::source) fn has_odd_names(&self) -> bool {
        let is_text = matches!(self.shape.written, format::Written::Delimited(_));
        is_text && self.shape.columns.iter().any(|name| is_odd(name))
    }

    /// Such names, and what the file seems to be, in words.
    fn odd_names(&self) -> Result<Option<String>, Error> {
        if !self.has_odd_names() {
            return Ok(None);
        }
        let odd = self.shape.columns.iter().filter(|name| is_odd(name));
        let odd: Vec<_> = odd.map(String::as_str).collect();
        let what = shape::begin(&self.entry)?.wrong_encoding();
        Ok(Some(format!(
            "the header of {} has names that no mapping can have ({}): {what}",
            self.entry.name,
            odd.join(", ")
        )))
    }
}

/// Whether something in it was no text, and was replaced.
fn is_odd(name: &str) -> bool {
    name.contains(char::REPLACEMENT_CHARACTER)
}

impl Files {
    /// What the files are, taken together and of each audience.
    pub fn kinds(&self) -> &Kinds {
        &self.kinds
    }

    /// Whether the beginning of some file names this field, with a value or without.
    pub fn names_field(&self, field: &str) -> bool {
        let wanted = columns::folded(field);
        let mut columns = self.all.iter().flat_map(|file| &file.shape.columns);
        columns.any(|column| columns::folded(column) == wanted)
    }

    /// Of each audience that has files of its own which count: whether they say who is a member.
    pub fn status_signs(&self, audiences: &[AudienceId]) -> BTreeMap<AudienceId, bool> {
        let mut signs = BTreeMap::new();
        if self.layout != Layout::PerAudience {
            return signs;
        }
        for audience in audiences {
            let of_audience = self.all.iter().filter(|file| file.is_of(audience));
            let newest = of_audience.clone().map(|file| file.entry.facts.stamp).max();
            let is_full = self.kinds.is_full(audience);
            let mut counting =
                of_audience.filter(|file| !is_full || Some(file.entry.facts.stamp) == newest);
            if newest.is_some() {
                let is_said = counting.any(|file| file.shape.own_status.is_said());
                signs.insert(audience.clone(), is_said);
            }
        }
        signs
    }

    /// How profiles and audiences are laid out over the files.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// A number that changes when a file of the source comes, goes or changes.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
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
            planned.push((*file, self.plan(file, projection)?));
        }
        let width = projection.width();
        let merger = self
            .must_merge(&files)
            .then(|| Merger::new(width, projection.audiences.len()));
        let mut out = Out::new(width, merger, emit);
        for (file, plan) in planned {
            out.start_part(&file.entry.name, file.shape.written.counts());
            file.shape.written.format().read(file, &plan, &mut out)?;
            if out.is_stopped() {
                return Ok(());
            }
            file.entry.check_unchanged()?;
        }
        out.finish()
    }

    /// Refuses JSON that may be anything. CSV is held to its header, which has to have every column. Profiles may lack
    /// an identity, so among changes their form is enough; but a full snapshot of nobody known would take everyone out.
    fn check_known(&self, files: &[&SourceFile], projection: &Projection) -> Result<(), Error> {
        let is_full = self.kinds.is_any_full();
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
        file.plan(self.layout, projection, |audience| {
            self.kinds.is_full(audience)
        })
    }

    /// Reads one file.
    pub(in crate::source) fn read_file(
        &self,
        file: &SourceFile,
        projection: &Projection,
        out: &mut Out<'_>,
    ) -> Result<(), Error> {
        let plan = self.plan(file, projection)?;
        file.shape.written.format().read(file, &plan, out)
    }

    /// The files that count for a projection, older ones first.
    pub(in crate::source) fn wanted(
        &self,
        projection: &Projection,
    ) -> Result<Vec<&SourceFile>, Error> {
        if self.layout != Layout::PerAudience {
            let is_full = self.kinds.is_any_full();
            let newest = self.all.iter().map(|file| file.entry.facts.stamp).max();
            let are_all_dated = self.all.iter().all(|f| f.entry.facts.stamp.is_some());
            let is_wanted = |file: &&SourceFile| {
                !(is_full && are_all_dated) || Some(file.entry.facts.stamp) == newest
            };
            return Ok(self.all.iter().filter(is_wanted).collect());
        }
        let mut wanted = vec![];
        for audience in &projection.audiences {
            let is_full = self.kinds.is_full(audience);
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
        let is_full = self.kinds.is_any_full();
        let has_documents = |file: &&SourceFile| file.shape.written.has_documents();
        match self.layout {
            Layout::PerAudience => {
                let mut audiences = files.iter().map(|file| &file.entry.facts.audience);
                let first = audiences.next();
                let is_one_audience = audiences.all(|other| Some(other) == first);
                let own = first.and_then(Option::as_ref);
                let is_full = own.is_some_and(|audience| self.kinds.is_full(audience));
                files.len() > 1 && !(is_full && is_one_audience)
            }
            Layout::Wide | Layout::Profiles if is_full => false,
            Layout::Wide | Layout::Profiles => files.len() > 1 || files.iter().any(has_documents),
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

impl SourceFile {
    /// What to take out of its records for a projection; `is_full` says which audiences' files name everyone in them.
    pub(super) fn plan(
        &self,
        layout: Layout,
        projection: &Projection,
        is_full: impl Fn(&AudienceId) -> bool,
    ) -> Result<Plan, Error> {
        Ok(if self.shape.written.has_documents() {
            Plan::Document(Box::new(document::plan(self, layout, projection, is_full)?))
        } else {
            Plan::Table(table::plan(self, layout, projection, is_full)?)
        })
    }

    /// The names of its columns as they are compared.
    fn plain_columns(&self) -> impl Iterator<Item = String> + '_ {
        self.shape.columns.iter().map(|name| columns::plain(name))
    }

    /// Whether it is of documents that begin with neither the field that is looked for nor an audience.
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
        self.shape.written.has_documents()
            && self.shape.layout.is_some()
            && !has_id()
            && !audiences.any(is_wanted)
    }

    pub(super) fn is_of(&self, audience: &AudienceId) -> bool {
        let own = self.entry.facts.audience.as_ref();
        own.is_some_and(|own| own.as_str().eq_ignore_ascii_case(audience.as_str()))
    }
}
