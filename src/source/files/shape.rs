//! What a file is, told from its name and its beginning.

use std::{collections::BTreeMap, fmt, io, sync::Arc};

use super::{
    format::{
        Format, Written,
        csv::Delimited,
        document::node::{Node, Object},
        json::Json,
        parquet::Parquet,
        table,
        workbook::Workbook,
    },
    input::{Begins, FileKind, Input, Stop, Window},
    listing::Entry,
    names::Ending,
};
use crate::{
    model::{AudienceId, FileSource},
    source::{
        Error,
        columns::{self, Fact},
        null_words::NullWords,
        status::{self, OwnStatus, Said},
    },
};

/// How profiles and audiences are laid out over files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// One row for each profile, with a column for each audience.
    Wide,
    /// One file for each audience, with its members.
    PerAudience,
    /// Profiles as Adobe Experience Platform's streaming destinations send them.
    Profiles,
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Wide => "one row per profile",
            Self::PerAudience => "one file per audience",
            Self::Profiles => "XDM profiles",
        })
    }
}

/// What one file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::source) struct Shape {
    pub(in crate::source) written: Written,
    /// Nothing if the file has no record to tell it from.
    pub(in crate::source) layout: Option<Layout>,
    /// Where a file of one audience says who is a member.
    pub(in crate::source) own_status: OwnStatus,
    /// Whether a person has said where.
    pub(in crate::source) is_status_said: bool,
    /// Whether the first records of a file of one audience name somebody who has left.
    pub(in crate::source) says_left: bool,
    /// Whether it has an identity map or memberships as profiles do.
    pub(in crate::source) is_profile: bool,
    /// The header, or the paths of the first records.
    pub(in crate::source) columns: Vec<String>,
    /// The columns, by their number, in which every value is a number with a decimal point that may be a whole one.
    pub(in crate::source) decimals: Vec<usize>,
    /// The audiences that are named in the columns or the first records.
    pub(in crate::source) audiences: Vec<AudienceId>,
    /// Cells that stand for no value.
    pub(in crate::source) null_words: NullWords,
}

impl Shape {
    /// A table of these columns, told from its first rows.
    pub(in crate::source) fn of_table(
        entry: &Entry,
        settings: &FileSource,
        written: Written,
        columns: Vec<String>,
        rows: &[Vec<String>],
    ) -> Result<Self, Error> {
        let mut facts = Facts::default();
        for name in &columns {
            facts.add_name(&columns::visible(name));
        }
        let own_words = settings.reading.null_words.as_deref();
        let null_words = own_words.map_or_else(NullWords::default, NullWords::these);
        let cells = |at: usize| rows.iter().filter_map(move |row| row.get(at));
        let said = |at: usize| {
            let mut said = Said::default();
            for cell in cells(at) {
                said.add(null_words.value(cell));
            }
            said
        };
        let decimals = (0..columns.len())
            .filter(|at| table::are_decimals(cells(*at).map(String::as_str)))
            .collect();
        let of_column: Vec<_> = (0..columns.len()).map(said).collect();
        let all = columns
            .iter()
            .map(String::as_str)
            .zip(of_column.iter().copied());
        facts.find_own_status(entry, settings, all)?;
        let layout = if !facts.audiences.is_empty() {
            Layout::Wide
        } else if entry.facts.audience.is_some() {
            Layout::PerAudience
        } else if facts.signs.own_status || !entry.facts.rivals.is_empty() {
            return Err(audience_unknown(entry));
        } else {
            Layout::Wide
        };
        Ok(Self {
            decimals,
            null_words,
            ..facts.shape(settings, written, Some(layout), columns)
        })
    }

    /// Documents, told from the first ones.
    pub(in crate::source) fn of_documents(
        entry: &Entry,
        settings: &FileSource,
        written: Written,
        mut facts: Facts,
    ) -> Result<Self, Error> {
        let said = std::mem::take(&mut facts.said);
        let all = said.iter().map(|(name, said)| (name.as_str(), *said));
        let is_of_one_audience = entry.facts.audience.is_some();
        if facts.audiences.is_empty() && !facts.signs.profile {
            facts.find_own_status(entry, settings, all)?;
        }
        let layout = if facts.signs.profile {
            Some(Layout::Profiles)
        } else if !facts.audiences.is_empty() {
            Some(Layout::Wide)
        } else if is_of_one_audience {
            Some(Layout::PerAudience)
        } else if facts.signs.own_status {
            return Err(audience_unknown(entry));
        } else if facts.signs.nesting {
            Some(Layout::Profiles)
        } else {
            (facts.n_objects > 0).then_some(Layout::Wide)
        };
        let columns = std::mem::take(&mut facts.columns);
        Ok(facts.shape(settings, written, layout, columns))
    }
}

fn audience_unknown(entry: &Entry) -> Error {
    let (file, ids) = (Arc::clone(&entry.name), entry.facts.rivals.clone());
    if ids.is_empty() {
        Error::AudienceUnknown { file }
    } else {
        Error::AudienceAmbiguous { file, ids }
    }
}

/// Looks at the beginning of the file.
pub(in crate::source) fn sniff(entry: &Entry, settings: &FileSource) -> Result<Shape, Error> {
    let input = open_input(entry)?;
    let packed = |what| {
        let what = format!("it is {what} that was packed once more; unpack it");
        Err(stopped(entry, 1, Stop::Damaged(what)))
    };
    match (input.begins(), input.is_packed()) {
        (Begins::Parquet, false) => return Parquet.sniff(entry, settings),
        (Begins::Parquet, true) => return packed("a Parquet file"),
        (Begins::Workbook | Begins::Other(FileKind::OldWorkbook), false) => {
            return Workbook.sniff(entry, settings);
        }
        (Begins::Workbook, true) => return packed("an Excel workbook"),
        (Begins::Text | Begins::Other(_), _) => {}
    }
    let mut window = input
        .into_window()
        .map_err(|stop| stopped(entry, 1, stop))?;
    while window.bytes().is_empty() && !window.has_ended() {
        window.fill().map_err(|e| stopped(entry, 1, e.into()))?;
    }
    if window.bytes().is_empty() {
        let file = Arc::clone(&entry.name);
        return Err(Error::FileEmpty { file });
    }
    let first = window.bytes().trim_ascii_start().first().copied();
    let looks_like_json = matches!(first, Some(b'{' | b'['));
    drop(window);
    let format: &dyn Format = match entry.ending {
        Some(Ending::Json) => &Json,
        None if looks_like_json => &Json,
        None | Some(Ending::Delimited) => &Delimited,
        Some(Ending::Parquet) => &Parquet,
        Some(Ending::Workbook) => &Workbook,
    };
    format.sniff(entry, settings)
}

fn open_input(entry: &Entry) -> Result<Input, Error> {
    let opened = Input::open(entry.open()?, &entry.options);
    opened.map_err(|stop| stopped(entry, 1, stop))
}

/// Opens the file for reading its text.
pub(in crate::source) fn open_window(entry: &Entry) -> Result<Window, Error> {
    let opened = open_input(entry)?.into_window();
    opened.map_err(|stop| stopped(entry, 1, stop))
}

/// The beginning of the file's text, as far as it takes to tell its encoding.
pub(in crate::source) fn begin(entry: &Entry) -> Result<Window, Error> {
    const ENOUGH: usize = 1 << 20;
    let mut window = open_window(entry)?;
    while window.bytes().len() < ENOUGH && !window.has_ended() {
        window.fill().map_err(|e| stopped(entry, 1, e.into()))?;
    }
    Ok(window)
}

/// What it means that a file could not be read on.
pub(in crate::source) fn stopped(entry: &Entry, line: u64, stop: Stop) -> Error {
    let file = Arc::clone(&entry.name);
    match stop {
        Stop::CutOff => Error::CutOff {
            file,
            line,
            source: None,
        },
        Stop::Damaged(what) => Error::Damaged { file, line, what },
        Stop::OtherKind(kind) => Error::OtherKind { file, kind },
        Stop::Asked => Error::Stopped { file },
        // Only the decompression speaks of such faults.
        Stop::Io(e) if e.kind() == io::ErrorKind::UnexpectedEof => Error::CutOff {
            file,
            line,
            source: Some(e),
        },
        Stop::Io(e)
            if [io::ErrorKind::InvalidData, io::ErrorKind::InvalidInput].contains(&e.kind()) =>
        {
            Error::Damaged {
                file,
                line,
                what: e.to_string(),
            }
        }
        Stop::Io(e) => entry.io_error(e),
    }
}

/// The most columns or paths of a file that are told apart.
const MOST_COLUMNS: usize = 2000;

/// What columns or keys tell together.
#[derive(Debug, Default)]
pub(in crate::source) struct Facts {
    pub(in crate::source) columns: Vec<String>,
    pub(in crate::source) audiences: Vec<AudienceId>,
    /// What stands under the keys of flat objects.
    said: BTreeMap<String, Said>,
    n_objects: usize,
    own_status: OwnStatus,
    signs: Signs,
    /// Whether somebody has left the file's own audience.
    says_left: bool,
}

/// What the records of a file have somewhere.
#[derive(Debug, Clone, Copy, Default)]
struct Signs {
    /// A status that is about the file's own audience.
    own_status: bool,
    /// An identity map, or memberships of audiences as profiles have them.
    profile: bool,
    /// Objects within objects.
    nesting: bool,
}

impl Facts {
    fn shape(
        self,
        settings: &FileSource,
        written: Written,
        layout: Option<Layout>,
        columns: Vec<String>,
    ) -> Shape {
        Shape {
            written,
            layout,
            own_status: self.own_status,
            is_status_said: settings.status_column.is_some() || settings.everyone_is_member,
            says_left: self.says_left,
            is_profile: self.signs.profile,
            columns,
            decimals: vec![],
            audiences: self.audiences,
            null_words: NullWords::default(),
        }
    }

    /// Finds out where a file of one audience says who is a member, unless a person has said it.
    fn find_own_status<'a>(
        &mut self,
        entry: &Entry,
        settings: &FileSource,
        all: impl Iterator<Item = (&'a str, Said)> + Clone,
    ) -> Result<(), Error> {
        if entry.facts.audience.is_none() || !self.audiences.is_empty() {
            return Ok(());
        }
        if settings.everyone_is_member {
            self.signs.own_status = false;
            return Ok(());
        }
        self.own_status = match &settings.status_column {
            None => status::find(all.clone()),
            Some(name) => {
                let wanted = columns::folded(name);
                let mut names = all.clone().map(|(name, _)| name);
                let found = names.find(|name| columns::folded(name) == wanted);
                let found = found.ok_or_else(|| Error::ColumnMissing {
                    file: Arc::clone(&entry.name),
                    column: name.clone(),
                    form: "",
                    present: all.clone().map(|(name, _)| name.to_owned()).collect(),
                })?;
                OwnStatus::Column(found.to_owned())
            }
        };
        if self.own_status == OwnStatus::Nowhere && self.signs.own_status {
            self.own_status = OwnStatus::Nested;
        }
        let own = self.own_status.column();
        let mut of_own = all.filter(|(name, _)| own == Some(*name));
        self.says_left = of_own.any(|(_, said)| said.says_left());
        Ok(())
    }

    fn add_name(&mut self, name: &str) {
        let Some(membership) = columns::membership(name) else {
            return;
        };
        match (membership.audience, membership.fact) {
            (Some(audience), Fact::Status) => self.add_audience(audience),
            (None, Fact::Status) => self.signs.own_status = true,
            (_, Fact::Qualified | Fact::ValidUntil | Fact::Other) => {}
        }
    }

    fn add_audience(&mut self, audience: &str) {
        if !self
            .audiences
            .iter()
            .any(|known| known.as_str() == audience)
        {
            self.audiences.push(AudienceId::new(audience));
        }
    }

    fn add_column(&mut self, path: String) {
        if self.columns.len() < MOST_COLUMNS && !self.columns.contains(&path) {
            self.columns.push(path);
        }
    }

    /// Takes note of one record.
    pub(in crate::source) fn add_object(&mut self, object: &Object<'_>) {
        self.n_objects += 1;
        let entity = object.get("entityId").and(object.get("entity"));
        if let Some(entity) = entity.and_then(Node::object) {
            self.add_members(&entity);
        } else {
            self.add_members(object);
        }
    }

    fn add_members(&mut self, object: &Object<'_>) {
        for (key, node) in object.iter() {
            let key = columns::without_prefix(key);
            let Some(below) = node.object() else {
                self.add_name(key);
                if let Some(cell) = node.single()
                    && (self.said.len() < MOST_COLUMNS || self.said.contains_key(key))
                {
                    self.said.entry(key.to_owned()).or_default().add(&cell);
                }
                if node.single().is_some() {
                    self.add_column(key.to_owned());
                }
                continue;
            };
            self.signs.nesting = true;
            if columns::is_key(key, "segmentMembership") {
                self.add_memberships(&below);
            } else if columns::is_key(key, "identityMap") {
                self.signs.profile = true;
                for (namespace, _) in below.iter() {
                    let namespace = columns::without_prefix(namespace);
                    self.add_column(format!("{key}.{namespace}"));
                }
            } else {
                let prefix = if columns::is_key(key, "attributes") {
                    ""
                } else {
                    key
                };
                self.add_below(prefix, &below, 0);
            }
        }
    }

    fn add_memberships(&mut self, memberships: &Object<'_>) {
        for (namespace, node) in memberships.iter() {
            let Some(below) = node.object() else {
                self.signs.own_status |= Fact::of(namespace) == Fact::Status;
                continue;
            };
            for (audience, _) in below.iter() {
                let audience = columns::without_prefix(audience);
                if columns::is_placeholder(audience) {
                    self.signs.own_status = true;
                } else {
                    self.signs.profile = true;
                    self.add_audience(audience);
                }
            }
        }
    }

    fn add_below(&mut self, prefix: &str, object: &Object<'_>, depth: usize) {
        const DEEPEST: usize = 12;
        for (key, node) in object.iter() {
            let key = columns::without_prefix(key);
            let path = if prefix.is_empty() {
                key.to_owned()
            } else {
                format!("{prefix}.{key}")
            };
            match node.object() {
                // What a profile does not have may stand there empty.
                Some(below) if below.is_empty() => self.add_column(path),
                Some(below) if depth < DEEPEST => self.add_below(&path, &below, depth + 1),
                _ if key == "value" && !prefix.is_empty() => self.add_column(prefix.to_owned()),
                _ if node.single().is_some() => self.add_column(path),
                _ => {}
            }
        }
    }
}
