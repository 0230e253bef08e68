//! What a file is, told from its name and its beginning.

use std::{
    collections::BTreeMap,
    fmt,
    io::{self, Read as _},
    sync::Arc,
};

use super::{
    format::{
        Format, Written,
        csv::Delimited,
        document::node::{Node, Object},
        json::Json,
        parquet::{self, Parquet},
        table,
        workbook::{self, Workbook},
    },
    input::{Stop, Window},
    listing::Entry,
    names::Ending,
};
use crate::{
    model::{AudienceId, FileSource},
    source::{
        Error,
        columns::{self, Fact},
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
        let cells = |at: usize| rows.iter().filter_map(move |row| row.get(at));
        let said = |at: usize| {
            let mut said = Said::default();
            for cell in cells(at) {
                said.add(cell);
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
        } else if facts.has_own_status {
            return Err(audience_unknown(entry));
        } else {
            Layout::Wide
        };
        Ok(Self {
            decimals,
            ..facts.shape(written, Some(layout), columns)
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
        if facts.audiences.is_empty() && !facts.is_profile {
            facts.find_own_status(entry, settings, all)?;
        }
        let layout = if facts.is_profile {
            Some(Layout::Profiles)
        } else if !facts.audiences.is_empty() {
            Some(Layout::Wide)
        } else if is_of_one_audience {
            Some(Layout::PerAudience)
        } else if facts.has_own_status {
            return Err(audience_unknown(entry));
        } else if facts.is_nested {
            Some(Layout::Profiles)
        } else {
            (facts.n_objects > 0).then_some(Layout::Wide)
        };
        let columns = std::mem::take(&mut facts.columns);
        Ok(facts.shape(written, layout, columns))
    }
}

fn audience_unknown(entry: &Entry) -> Error {
    let file = Arc::clone(&entry.name);
    Error::AudienceUnknown { file }
}

/// Looks at the beginning of the file.
pub(in crate::source) fn sniff(entry: &Entry, settings: &FileSource) -> Result<Shape, Error> {
    if let Some(format) = binary(entry)? {
        return format.sniff(entry, settings);
    }
    let mut window = open_window(entry)?;
    while window.bytes().is_empty() && !window.has_ended() {
        window.fill().map_err(|e| stopped(entry, 1, Stop::Io(e)))?;
    }
    if window.bytes().is_empty() {
        let file = Arc::clone(&entry.name);
        return Err(Error::FileEmpty { file });
    }
    let first = window.bytes().trim_ascii_start().first().copied();
    let looks_like_json = matches!(first, Some(b'{' | b'['));
    if window.bytes().starts_with(&parquet::MAGIC) {
        let what = "it is a Parquet file that was packed with gzip; unpack it".to_owned();
        return Err(stopped(entry, 1, Stop::Damaged(what)));
    }
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

/// The form of a file that is no text, by its first bytes, whatever its name.
fn binary(entry: &Entry) -> Result<Option<&'static dyn Format>, Error> {
    let mut magic = vec![];
    let read = entry.open()?.take(4).read_to_end(&mut magic);
    read.map_err(|e| entry.io_error(e))?;
    let is = |magics: [[u8; 4]; 2]| magics.iter().any(|known| known.as_slice() == magic);
    Ok(if is([parquet::MAGIC, parquet::MAGIC_ENCRYPTED]) {
        Some(&Parquet)
    } else if is([workbook::MAGIC, workbook::MAGIC_OLD]) {
        Some(&Workbook)
    } else {
        None
    })
}

/// Opens the file for reading its text.
pub(in crate::source) fn open_window(entry: &Entry) -> Result<Window, Error> {
    Window::open(entry.open()?).map_err(|e| stopped(entry, 1, Stop::Io(e)))
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
    has_own_status: bool,
    own_status: OwnStatus,
    is_status_said: bool,
    says_left: bool,
    is_profile: bool,
    is_nested: bool,
}

impl Facts {
    fn shape(self, written: Written, layout: Option<Layout>, columns: Vec<String>) -> Shape {
        Shape {
            written,
            layout,
            own_status: self.own_status,
            is_status_said: self.is_status_said,
            says_left: self.says_left,
            is_profile: self.is_profile,
            columns,
            decimals: vec![],
            audiences: self.audiences,
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
            self.is_status_said = true;
            self.has_own_status = false;
            return Ok(());
        }
        self.own_status = match &settings.status_column {
            None => status::find(all.clone()),
            Some(name) => {
                self.is_status_said = true;
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
        if self.own_status == OwnStatus::Nowhere && self.has_own_status {
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
            (None, Fact::Status) => self.has_own_status = true,
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
            self.is_nested = true;
            if columns::is_key(key, "segmentMembership") {
                self.add_memberships(&below);
            } else if columns::is_key(key, "identityMap") {
                self.is_profile = true;
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
                self.has_own_status |= Fact::of(namespace) == Fact::Status;
                continue;
            };
            for (audience, _) in below.iter() {
                let audience = columns::without_prefix(audience);
                if columns::is_placeholder(audience) {
                    self.has_own_status = true;
                } else {
                    self.is_profile = true;
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
                Some(below) if depth < DEEPEST => self.add_below(&path, &below, depth + 1),
                _ if key == "value" && !prefix.is_empty() => self.add_column(prefix.to_owned()),
                _ if node.single().is_some() => self.add_column(path),
                _ => {}
            }
        }
    }
}
