//! Where the profiles of a destination come from.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::{Map, Value};

use super::{AudienceId, Reading};

/// The settings of a source, by its kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SourceSettings {
    /// A file, or a folder of files, as Adobe Experience Platform exports them.
    Files(FileSource),
}

/// Files on this computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileSource {
    /// The file or folder; relative paths are relative to the destination's file when it is imported.
    pub path: PathBuf,
    /// The kind of export: whether absence means "has left".
    #[serde(default)]
    pub contents: Contents,
    /// Whether `contents` was found out when the settings were imported, and nobody has said it. Then files that
    /// turn out to hold changes are read as changes, which takes nobody out; a kind that a person chose is asked about.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub contents_guessed: bool,
    /// Audiences whose files are of another kind than those of the others.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub audience_contents: BTreeMap<AudienceId, Contents>,
    /// How the files are written, where that is not to be found from each.
    #[serde(default, skip_serializing_if = "Reading::is_empty")]
    pub reading: Reading,
    /// The column that says who is a member, in files of one audience that do not tell it by themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_column: Option<String>,
    /// After how many seconds without a byte the source is given up.
    #[serde(default = "usual_patience", skip_serializing_if = "is_usual_patience")]
    pub patience_secs: u64,
    /// Whether everyone in a file of one audience is a member, whatever its columns seem to say.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub everyone_is_member: bool,
    /// The sheet of an Excel workbook that is read, where several have data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
}

/// What the files of a source are, taken together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contents {
    /// Found out from the files, and then kept.
    #[default]
    Guess,
    /// Everyone in the audience now: a profile or membership that is not there has left.
    FullSnapshot,
    /// Changes since the last file: absence means nothing.
    Incremental,
}

const USUAL_PATIENCE_SECS: u64 = 120;

fn usual_patience() -> u64 {
    USUAL_PATIENCE_SECS
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands on references"
)]
fn is_usual_patience(secs: &u64) -> bool {
    *secs == USUAL_PATIENCE_SECS
}

impl Default for FileSource {
    fn default() -> Self {
        Self::at("")
    }
}

impl FileSource {
    /// The files at this path, of a kind that is still to be found out.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            contents: Contents::Guess,
            contents_guessed: false,
            audience_contents: BTreeMap::new(),
            reading: Reading::default(),
            status_column: None,
            patience_secs: USUAL_PATIENCE_SECS,
            everyone_is_member: false,
            sheet: None,
        }
    }

    /// The kind of export of this audience's files.
    pub fn contents_of(&self, audience: &AudienceId) -> Contents {
        let own = self
            .audience_contents
            .iter()
            .find(|(id, _)| id.as_str().eq_ignore_ascii_case(audience.as_str()));
        own.map_or(self.contents, |(_, contents)| *contents)
    }

    /// Whether the kind of export of some file is still to be found out.
    pub fn is_guess(&self) -> bool {
        let mut own = self.audience_contents.values();
        self.contents == Contents::Guess || own.any(|contents| *contents == Contents::Guess)
    }
}

impl SourceSettings {
    /// What tells this source from every other one; equal for two destinations that read the same in the same way.
    pub fn key(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The same with nothing said of its kind of export, which is then found out.
    #[must_use]
    pub fn with_open_kind(&self) -> Self {
        match self {
            Self::Files(files) => Self::Files(FileSource {
                contents: Contents::Guess,
                contents_guessed: false,
                audience_contents: BTreeMap::new(),
                ..files.clone()
            }),
        }
    }

    /// What people call it: where it is.
    pub fn name(&self) -> String {
        match self {
            Self::Files(files) => files.path.display().to_string(),
        }
    }

    /// The same, short: the last part of where it is.
    pub fn short_name(&self) -> String {
        match self {
            Self::Files(files) => files
                .path
                .file_name()
                .map_or_else(|| self.name(), |name| name.to_string_lossy().into_owned()),
        }
    }

    /// Whether nothing says yet where it is.
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Files(files) => files.path.as_os_str().is_empty(),
        }
    }

    /// The settings of files, if it consists of files.
    pub fn files(&self) -> Option<&FileSource> {
        match self {
            Self::Files(files) => Some(files),
        }
    }

    /// The same, to be changed.
    pub fn files_mut(&mut self) -> Option<&mut FileSource> {
        match self {
            Self::Files(files) => Some(files),
        }
    }

    /// The kind of export that the person or the import has settled on, for the whole of it.
    pub fn contents(&self) -> Contents {
        match self {
            Self::Files(files) => files.contents,
        }
    }

    /// How long the source may give no sign before it is given up.
    pub fn patience(&self) -> Duration {
        match self {
            Self::Files(files) => Duration::from_secs(files.patience_secs),
        }
    }

    /// Takes a relative path from this folder on.
    pub fn resolve(&mut self, folder: &Path) {
        match self {
            Self::Files(files) => {
                let path = folder.join(&files.path);
                files.path = std::path::absolute(&path).unwrap_or(path);
            }
        }
    }
}

/// The kinds of source there are, as settings name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SourceKind {
    Files,
}

impl SourceKind {
    /// Takes the kind out of a source's settings; they are of files if they name none.
    pub(super) fn take(parts: &mut Map<String, Value>) -> Result<Self, &'static str> {
        match parts.remove("kind") {
            None => Ok(Self::Files),
            Some(Value::String(kind)) if kind == "files" => Ok(Self::Files),
            Some(_) => Err("the only kind of source is \"files\""),
        }
    }
}

impl<'de> Deserialize<'de> for SourceSettings {
    /// Also reads a mere path, as unfinished wizards once kept it.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut parts = match Value::deserialize(deserializer)? {
            Value::String(path) => return Ok(FileSource::at(path).into()),
            Value::Object(parts) => parts,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => {
                return Err(D::Error::custom("a source is a JSON object"));
            }
        };
        match SourceKind::take(&mut parts).map_err(D::Error::custom)? {
            SourceKind::Files => FileSource::deserialize(Value::Object(parts))
                .map(Self::Files)
                .map_err(D::Error::custom),
        }
    }
}

impl Default for SourceSettings {
    fn default() -> Self {
        Self::Files(FileSource::default())
    }
}

impl From<FileSource> for SourceSettings {
    fn from(files: FileSource) -> Self {
        Self::Files(files)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_every_age_are_read() {
        for (text, contents) in [
            (r#""exports""#, Contents::Guess),
            (r#"{"path": "exports"}"#, Contents::Guess),
            (
                r#"{"kind": "files", "path": "exports", "contents": "incremental"}"#,
                Contents::Incremental,
            ),
        ] {
            let SourceSettings::Files(files) = serde_json::from_str(text).expect(text);
            assert_eq!(
                (files.path.as_path(), files.contents),
                (Path::new("exports"), contents)
            );
        }
        for text in [
            "7",
            r#"{"kind": "sql", "path": "x"}"#,
            r#"{"path": "x", "colour": 1}"#,
        ] {
            assert!(
                serde_json::from_str::<SourceSettings>(text).is_err(),
                "{text}"
            );
        }
    }

    #[test]
    fn an_audience_may_have_a_kind_of_its_own() {
        let mut files = FileSource::at("exports");
        files.contents = Contents::FullSnapshot;
        files
            .audience_contents
            .insert(AudienceId::new("A1"), Contents::Incremental);
        assert_eq!(
            files.contents_of(&AudienceId::new("a1")),
            Contents::Incremental
        );
        assert_eq!(
            files.contents_of(&AudienceId::new("b2")),
            Contents::FullSnapshot
        );
        let settings = SourceSettings::from(files);
        let text = serde_json::to_string(&settings).expect("plain values");
        assert_eq!(
            serde_json::from_str::<SourceSettings>(&text).ok(),
            Some(settings)
        );
    }
}
