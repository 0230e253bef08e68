//! What a file is, told from its name and its beginning.

use std::{fmt, io, ops::ControlFlow, sync::Arc};

use super::{
    format::{
        csv::records::{self as csv_records, CsvRecords},
        json::{
            document::{self, Object},
            records::{self as json_records, JsonRecords},
        },
    },
    input::{MAX_RECORD, Options, Stop, Window, seeming},
    listing::Entry,
    names::Ending,
};
use crate::model::AudienceId;
use crate::source::{
    Error,
    columns::{self, Fact},
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

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) enum Format {
    Delimited { delimiter: u8 },
    Json,
}

/// What one file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::source) struct Shape {
    pub(in crate::source) format: Format,
    /// Nothing if the file has no record to tell it from.
    pub(in crate::source) layout: Option<Layout>,
    /// Whether a file of one audience has a status for each profile.
    pub(in crate::source) has_status: bool,
    /// Whether it has an identity map or memberships as profiles do.
    pub(in crate::source) is_profile: bool,
    /// The header, or the paths of the first records.
    pub(in crate::source) columns: Vec<String>,
    /// The audiences that are named in the columns or the first records.
    pub(in crate::source) audiences: Vec<AudienceId>,
}

const HEAD_RECORDS: usize = 50;

/// Looks at the beginning of the file.
pub(in crate::source) fn sniff(entry: &Entry) -> Result<Shape, Error> {
    let mut window = open_window(entry)?;
    while window.bytes().is_empty() && !window.has_ended() {
        window.fill().map_err(|e| stopped(entry, 1, e.into()))?;
    }
    if window.bytes().is_empty() {
        let file = Arc::clone(&entry.name);
        return Err(Error::FileEmpty { file });
    }
    let first = window.bytes().trim_ascii_start().first().copied();
    let looks_like_json = matches!(first, Some(b'{' | b'['));
    match entry.ending {
        Some(Ending::Json) => sniff_json(entry, window),
        None if looks_like_json => sniff_json(entry, window),
        None | Some(Ending::Delimited) => sniff_delimited(entry, window),
    }
}

/// Opens the file for reading its text.
pub(in crate::source) fn open_window(entry: &Entry) -> Result<Window, Error> {
    let opened = Window::open(entry.open()?, &Options::default());
    opened.map_err(|stop| stopped(entry, 1, stop))
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

fn sniff_delimited(entry: &Entry, mut window: Window) -> Result<Shape, Error> {
    let not_text = || Error::NotText {
        file: Arc::clone(&entry.name),
    };
    let delimiter = loop {
        let (delimiter, is_whole) = delimiter(window.bytes(), &entry.name);
        if is_whole || window.has_ended() {
            break delimiter;
        }
        if window.bytes().len() > MAX_RECORD {
            return Err(not_text());
        }
        window.fill().map_err(|e| stopped(entry, 1, e.into()))?;
    };
    let mut records = CsvRecords::new(window, delimiter);
    let found = records.next();
    let line = records.line();
    match found.map_err(|stop| stopped(entry, line, stop))? {
        csv_records::Found::Record | csv_records::Found::End => {}
        csv_records::Found::TooLarge => return Err(not_text()),
        csv_records::Found::Misquoted => {
            let what = "text stands behind a closing quote in the header".to_owned();
            return Err(stopped(entry, line, Stop::Damaged(what)));
        }
    }
    let record = records.record();
    let text = str::from_utf8(record.bytes).ok();
    let text = text.filter(|text| !text.contains(['\0', '\u{fffd}']));
    let text = text.ok_or_else(|| match records.window().proposal() {
        Some(proposal) => Error::OtherEncoding {
            file: Arc::clone(&entry.name),
            seems: seeming(proposal.encoding),
        },
        None => not_text(),
    })?;
    let columns = record.fields.iter().map(|field| text.get(field.clone()));
    let columns = columns.map(|name| name.unwrap_or_default().trim().to_owned());
    let columns: Vec<_> = columns.collect();
    delimited_shape(entry, delimiter, columns)
}

fn delimited_shape(entry: &Entry, delimiter: u8, columns: Vec<String>) -> Result<Shape, Error> {
    let mut facts = Facts::default();
    for name in &columns {
        facts.add_name(name);
    }
    let is_of_one_audience = facts.audiences.is_empty() && entry.facts.audience.is_some();
    if is_of_one_audience && columns.iter().any(|name| columns::is_renamed_status(name)) {
        facts.has_own_status = true;
    }
    let layout = if !facts.audiences.is_empty() {
        Layout::Wide
    } else if entry.facts.audience.is_some() {
        Layout::PerAudience
    } else if facts.has_own_status {
        let file = Arc::clone(&entry.name);
        return Err(Error::AudienceUnknown { file });
    } else {
        Layout::Wide
    };
    Ok(Shape {
        format: Format::Delimited { delimiter },
        layout: Some(layout),
        has_status: facts.has_own_status,
        is_profile: false,
        columns,
        audiences: facts.audiences,
    })
}

/// The delimiter that is most frequent in the first line outside quotes, and whether that line is all there.
fn delimiter(bytes: &[u8], name: &str) -> (u8, bool) {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    let mut in_quotes = false;
    let mut has_begun = false;
    let mut is_whole = false;
    for byte in bytes {
        in_quotes ^= *byte == b'"';
        let is_end = !in_quotes && matches!(byte, b'\n' | b'\r');
        if is_end && has_begun {
            is_whole = true;
            break;
        }
        has_begun |= !is_end;
        if !in_quotes && let Some((_, count)) = counts.iter_mut().find(|(d, _)| d == byte) {
            *count += 1;
        }
    }
    let name = name.to_ascii_lowercase();
    let default = if name.contains(".tsv") { b'\t' } else { b',' };
    let found = counts.into_iter().filter(|(_, count)| *count > 0);
    // The first of equals wins, so that a comma goes before the others.
    let most = found.rev().max_by_key(|(_, count)| *count);
    (most.map_or(default, |(delimiter, _)| delimiter), is_whole)
}

fn sniff_json(entry: &Entry, window: Window) -> Result<Shape, Error> {
    let mut records = JsonRecords::new(window);
    let mut facts = Facts::default();
    let mut n_values = 0;
    let mut n_objects = 0;
    let mut looks_like_json = false;
    // A fault here is for the reader to tell, with what was read before it.
    while n_values < HEAD_RECORDS
        && let Ok(json_records::Found::Value | json_records::Found::TooLarge) = records.next()
    {
        n_values += 1;
        let text = str::from_utf8(records.text()).unwrap_or_default();
        looks_like_json |=
            text.starts_with('{') || records.form() != Some(json_records::Form::Lines);
        for object in document::objects(text) {
            n_objects += 1;
            facts.add_object(&object);
        }
    }
    if n_values > 0 && !looks_like_json {
        let file = Arc::clone(&entry.name);
        return Err(Error::NotJson { file });
    }
    let is_of_one_audience = entry.facts.audience.is_some();
    let layout = if facts.is_profile {
        Some(Layout::Profiles)
    } else if !facts.audiences.is_empty() {
        Some(Layout::Wide)
    } else if is_of_one_audience {
        Some(Layout::PerAudience)
    } else if facts.has_own_status {
        let file = Arc::clone(&entry.name);
        return Err(Error::AudienceUnknown { file });
    } else if facts.is_nested {
        Some(Layout::Profiles)
    } else {
        (n_objects > 0).then_some(Layout::Wide)
    };
    Ok(Shape {
        format: Format::Json,
        layout,
        has_status: facts.has_own_status,
        is_profile: facts.is_profile,
        columns: facts.columns,
        audiences: facts.audiences,
    })
}

/// What the records of a JSON file have, each once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::source) struct Gathered {
    pub(in crate::source) columns: Vec<String>,
    pub(in crate::source) audiences: Vec<AudienceId>,
}

/// Goes through a whole JSON file; nothing comes of it if `on_record` breaks. A fault in the file ends it, and is for the
/// reader to tell.
pub(in crate::source) fn gather(
    entry: &Entry,
    on_record: &mut dyn FnMut() -> ControlFlow<()>,
) -> Result<Option<Gathered>, Error> {
    let mut records = JsonRecords::new(open_window(entry)?);
    let mut facts = Facts::default();
    while let Ok(json_records::Found::Value | json_records::Found::TooLarge) = records.next() {
        if on_record().is_break() {
            return Ok(None);
        }
        for object in document::objects(str::from_utf8(records.text()).unwrap_or_default()) {
            facts.add_object(&object);
        }
    }
    Ok(Some(Gathered {
        columns: facts.columns,
        audiences: facts.audiences,
    }))
}

/// What columns or keys tell together.
#[derive(Default)]
struct Facts {
    columns: Vec<String>,
    audiences: Vec<AudienceId>,
    has_own_status: bool,
    is_profile: bool,
    is_nested: bool,
}

impl Facts {
    fn add_name(&mut self, name: &str) {
        let Some(membership) = columns::membership(name) else {
            return;
        };
        match (membership.audience, membership.fact) {
            (Some(audience), Fact::Status) => self.add_audience(audience),
            (None, Fact::Status) => self.has_own_status = true,
            (_, Fact::Qualified | Fact::Other) => {}
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
        const MOST: usize = 2000;
        if self.columns.len() < MOST && !self.columns.contains(&path) {
            self.columns.push(path);
        }
    }

    fn add_object(&mut self, object: &Object<'_>) {
        for (key, node) in object.iter() {
            let key = columns::without_prefix(key);
            let Some(below) = node.object() else {
                self.add_name(key);
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
