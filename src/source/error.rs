//! What keeps a source from being read: no record data in it, only names, lines and columns.

use std::{io, path::PathBuf, sync::Arc};

use super::files::FileKind;
use crate::model::AudienceId;

/// Why a source cannot be read, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The path leads nowhere.
    #[error("there is no file or folder at {}", path.display())]
    NotFound {
        /// The path that was asked for.
        path: PathBuf,
    },
    /// The operating system refuses.
    #[error("cannot read {}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system says.
        #[source]
        source: io::Error,
    },
    /// The folder has no file of a known kind.
    #[error("no file of a known kind in {}{}", path.display(), left_out(ignored))]
    NothingToRead {
        /// The folder.
        path: PathBuf,
        /// The names of the files in it that are of no known kind.
        ignored: Vec<String>,
    },
    /// A file of 0 bytes; an export has at least a header or an empty list.
    #[error("{file} is empty")]
    FileEmpty {
        /// The file.
        file: Arc<str>,
    },
    /// Not text, or not in the encoding its beginning promises.
    #[error("{file} is not text in UTF-8 or UTF-16")]
    NotText {
        /// The file.
        file: Arc<str>,
    },
    /// The file is of a kind that is not read.
    #[error("{file} is {kind}")]
    OtherKind {
        /// The file.
        file: Arc<str>,
        /// What it is.
        kind: FileKind,
    },
    /// Not UTF-8, but text in an encoding that can be chosen.
    #[error("{file} is not UTF-8; it looks like {seems}")]
    OtherEncoding {
        /// The file.
        file: Arc<str>,
        /// What the encoding seems to be.
        seems: &'static str,
    },
    /// Somebody has asked to stop.
    #[error("the reading of {file} was stopped")]
    Stopped {
        /// The file that was being read.
        file: Arc<str>,
    },
    /// The name says JSON, the contents are something else.
    #[error("{file} is not JSON")]
    NotJson {
        /// The file.
        file: Arc<str>,
    },
    /// The file stops inside a record, a list or the compressed data.
    #[error("{file} ends in the middle of what starts at line {line}")]
    CutOff {
        /// The file.
        file: Arc<str>,
        /// The line of the last record that starts.
        line: u64,
        /// What the decompression says, if it noticed.
        #[source]
        source: Option<io::Error>,
    },
    /// The rest of the file cannot be taken apart into records.
    #[error("{file} cannot be read from line {line} on: {what}")]
    Damaged {
        /// The file.
        file: Arc<str>,
        /// The first line that cannot be read.
        line: u64,
        /// What is wrong there.
        what: String,
    },
    /// A column the mapping or an audience needs is not in the header.
    #[error("{file} has no column {column}")]
    ColumnMissing {
        /// The file.
        file: Arc<str>,
        /// The column that was looked for.
        column: String,
        /// The columns there are.
        present: Vec<String>,
    },
    /// A JSON file whose fields are none of those that the mapping and the audiences need.
    #[error(
        "{file} has neither a field {wanted} nor any of the destination's audiences; it has {present}"
    )]
    FieldsUnknown {
        /// The file.
        file: Arc<str>,
        /// The field with the OutreachId that was looked for.
        wanted: String,
        /// The fields that were found, as many as a reader takes in.
        present: String,
    },
    /// Two columns answer to one name.
    #[error("{file} has more than one column {column}")]
    ColumnTwice {
        /// The file.
        file: Arc<str>,
        /// The column that was looked for.
        column: String,
    },
    /// A full snapshot has no file for an audience; to read on would mean that everyone has left it.
    #[error("there is no file for the audience {audience}")]
    AudienceFileMissing {
        /// The audience.
        audience: AudienceId,
    },
    /// The file has a status for each profile, but nothing says of which audience.
    #[error("the name of {file} does not say which audience it is for")]
    AudienceUnknown {
        /// The file.
        file: Arc<str>,
    },
    /// The files of the folder do not belong together.
    #[error("{file} and {other} are laid out in different ways")]
    LayoutsMixed {
        /// One file.
        file: Arc<str>,
        /// Another one.
        other: Arc<str>,
    },
    /// The file was written to, replaced or removed since it was opened.
    #[error("{file} changed while it was read")]
    ChangedWhileRead {
        /// The file.
        file: Arc<str>,
    },
    /// The temporary file that profiles are sorted in cannot be used.
    #[error("cannot use a temporary file")]
    Temporary {
        /// What the operating system says.
        #[source]
        source: io::Error,
    },
}

/// The names of files that do not count, for a person who wonders why.
fn left_out(ignored: &[String]) -> String {
    const MOST: usize = 5;
    if ignored.is_empty() {
        return String::new();
    }
    let some: Vec<_> = ignored.iter().take(MOST).map(String::as_str).collect();
    let more = if ignored.len() > MOST { ", …" } else { "" };
    format!(", only {}{more}", some.join(", "))
}

impl Error {
    /// Whether the same reading may work a little later without anyone doing anything.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::ChangedWhileRead { .. } => true,
            Self::Io { source, .. } => {
                use io::ErrorKind as Kind;
                let transient = [
                    Kind::Interrupted,
                    Kind::TimedOut,
                    Kind::WouldBlock,
                    Kind::ResourceBusy,
                    Kind::StaleNetworkFileHandle,
                    Kind::NetworkDown,
                    Kind::HostUnreachable,
                    Kind::NetworkUnreachable,
                ];
                transient.contains(&source.kind())
            }
            Self::NotFound { .. }
            | Self::NothingToRead { .. }
            | Self::FileEmpty { .. }
            | Self::NotText { .. }
            | Self::OtherKind { .. }
            | Self::OtherEncoding { .. }
            | Self::Stopped { .. }
            | Self::NotJson { .. }
            | Self::CutOff { .. }
            | Self::Damaged { .. }
            | Self::ColumnMissing { .. }
            | Self::FieldsUnknown { .. }
            | Self::ColumnTwice { .. }
            | Self::AudienceFileMissing { .. }
            | Self::AudienceUnknown { .. }
            | Self::LayoutsMixed { .. }
            | Self::Temporary { .. } => false,
        }
    }

    /// Whether there is nothing to read at all: the file or folder is gone, or holds no file of a known kind.
    pub fn is_source_missing(&self) -> bool {
        matches!(self, Self::NotFound { .. } | Self::NothingToRead { .. })
    }

    /// Whether the file was not given, whatever is in it.
    pub(super) fn is_of_the_computer(&self) -> bool {
        matches!(
            self,
            Self::Io { .. } | Self::ChangedWhileRead { .. } | Self::Stopped { .. }
        )
    }

    /// Whether a file is there and holds nothing, as one does that was cut off at once.
    pub fn is_empty_file(&self) -> bool {
        matches!(self, Self::FileEmpty { .. })
    }

    /// A short fixed word to search for.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "source_not_found",
            Self::Io { .. } => "source_unreadable",
            Self::NothingToRead { .. } => "source_without_files",
            Self::FileEmpty { .. } => "source_file_empty",
            Self::NotText { .. } => "source_not_text",
            Self::OtherKind { .. } => "source_other_kind",
            Self::OtherEncoding { .. } => "source_other_encoding",
            Self::Stopped { .. } => "source_stopped",
            Self::NotJson { .. } => "source_not_json",
            Self::CutOff { .. } => "source_cut_off",
            Self::Damaged { .. } => "source_damaged",
            Self::ColumnMissing { .. } => "source_column_missing",
            Self::FieldsUnknown { .. } => "source_fields_unknown",
            Self::ColumnTwice { .. } => "source_column_twice",
            Self::AudienceFileMissing { .. } => "source_audience_missing",
            Self::AudienceUnknown { .. } => "source_audience_unknown",
            Self::LayoutsMixed { .. } => "source_layouts_mixed",
            Self::ChangedWhileRead { .. } => "source_changed",
            Self::Temporary { .. } => "temporary_file",
        }
    }

    /// The file's name below the source's folder, if it is about one file.
    pub fn file(&self) -> Option<&Arc<str>> {
        match self {
            Self::FileEmpty { file }
            | Self::NotText { file }
            | Self::OtherKind { file, .. }
            | Self::OtherEncoding { file, .. }
            | Self::Stopped { file }
            | Self::NotJson { file }
            | Self::CutOff { file, .. }
            | Self::Damaged { file, .. }
            | Self::ColumnMissing { file, .. }
            | Self::FieldsUnknown { file, .. }
            | Self::ColumnTwice { file, .. }
            | Self::AudienceUnknown { file }
            | Self::LayoutsMixed { file, .. }
            | Self::ChangedWhileRead { file } => Some(file),
            Self::NotFound { .. }
            | Self::Io { .. }
            | Self::NothingToRead { .. }
            | Self::AudienceFileMissing { .. }
            | Self::Temporary { .. } => None,
        }
    }

    /// The line, counted from 1, if it is about one.
    pub fn line(&self) -> Option<u64> {
        if let Self::CutOff { line, .. } | Self::Damaged { line, .. } = self {
            Some(*line)
        } else {
            None
        }
    }

    /// The column's name, if it is about one.
    pub fn column(&self) -> Option<&str> {
        if let Self::ColumnMissing { column, .. } | Self::ColumnTwice { column, .. } = self {
            Some(column)
        } else {
            None
        }
    }

    /// What the reader can do now; one sentence.
    pub fn next_step(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => {
                "Check the path in the destination's settings, and that the disk or share is connected."
            }
            Self::Io { .. } => {
                "Check that you may open the file and that the disk or share is connected."
            }
            Self::NothingToRead { .. } => {
                "Put CSV or JSON exports (also .gz) into the folder, or choose another folder."
            }
            Self::FileEmpty { .. } => {
                "Export the file again, or delete it if it does not belong to the source."
            }
            Self::NotText { .. } => "Export it as CSV or JSON, in UTF-8 or UTF-16.",
            Self::OtherKind { kind, .. } => kind.next_step(),
            Self::OtherEncoding { .. } => {
                "Save it as “CSV UTF-8”, or choose its encoding in the settings of the source."
            }
            Self::Stopped { .. } => "Run again to read it from the beginning.",
            Self::NotJson { .. } => {
                "Give the file the ending that fits its contents, such as .csv."
            }
            Self::CutOff { .. } => "Copy or export the file again: the end of it is missing.",
            Self::Damaged { .. } => "Export the file again, or correct it at that line.",
            Self::ColumnMissing { .. } => {
                "Add the column to the export, or change the mapping or the audiences of the destination."
            }
            Self::FieldsUnknown { .. } => {
                "Check that the path leads to the export; if it does, map OutreachId to one of its fields."
            }
            Self::ColumnTwice { .. } => {
                "Export the column once, or give one of the two another name."
            }
            Self::AudienceFileMissing { .. } => {
                "Export the audience again, or take it out of the destination."
            }
            Self::AudienceUnknown { .. } => {
                "Keep the name of the export, which ends in _segment, the audience's id and the time."
            }
            Self::LayoutsMixed { .. } => {
                "Keep exports of one kind in the folder, and move the others elsewhere."
            }
            Self::ChangedWhileRead { .. } => "Wait until the export is written, then run again.",
            Self::Temporary { .. } => {
                "Make room on the disk that holds temporary files, then run again."
            }
        }
    }
}

#[cfg(test)]
impl Error {
    /// An error of each variant, for the tests of their texts.
    pub(crate) fn one_of_each() -> Vec<Self> {
        let file = || Arc::<str>::from("members.csv");
        let path = || PathBuf::from("exports");
        let source = || io::Error::from(io::ErrorKind::PermissionDenied);
        let column = || "Oid".to_owned();
        let kind = FileKind::Parquet;
        let seems = "Windows-1252, as Excel saves CSV";
        let of_other_kind = |file| Self::OtherKind { file, kind };
        let of_other_encoding = |file| Self::OtherEncoding { file, seems };
        vec![
            Self::NotFound { path: path() },
            Self::Io {
                path: path(),
                source: source(),
            },
            Self::NothingToRead {
                path: path(),
                ignored: vec![],
            },
            Self::FileEmpty { file: file() },
            Self::NotText { file: file() },
            of_other_kind(file()),
            of_other_encoding(file()),
            Self::Stopped { file: file() },
            Self::NotJson { file: file() },
            Self::CutOff {
                file: file(),
                line: 7,
                source: None,
            },
            Self::Damaged {
                file: file(),
                line: 7,
                what: "a comma is missing".to_owned(),
            },
            Self::ColumnMissing {
                file: file(),
                column: column(),
                present: vec![],
            },
            Self::FieldsUnknown {
                file: file(),
                wanted: column(),
                present: "lead, score".to_owned(),
            },
            Self::ColumnTwice {
                file: file(),
                column: column(),
            },
            Self::AudienceFileMissing {
                audience: AudienceId::new("a1"),
            },
            Self::AudienceUnknown { file: file() },
            Self::LayoutsMixed {
                file: file(),
                other: "b.csv".into(),
            },
            Self::ChangedWhileRead { file: file() },
            Self::Temporary { source: source() },
        ]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_error_has_a_code_of_its_own_and_says_what_to_do() {
        let errors = Error::one_of_each();
        let codes: BTreeSet<_> = errors.iter().map(Error::code).collect();
        assert_eq!(codes.len(), errors.len());
        for error in errors {
            let text = error.to_string();
            assert!(text.starts_with(char::is_lowercase), "{text}");
            assert!(!text.ends_with('.'), "{text}");
            assert!(error.next_step().ends_with('.'), "{text}");
            let names_file = error.file().is_some_and(|file| text.contains(&**file));
            assert_eq!(names_file, error.file().is_some(), "{text}");
        }
    }

    #[test]
    fn only_what_passes_by_itself_is_transient() {
        let transient: Vec<_> = Error::one_of_each()
            .iter()
            .filter(|e| e.is_transient())
            .map(Error::code)
            .collect();
        assert_eq!(transient, ["source_changed"]);
        let source = io::Error::from(io::ErrorKind::TimedOut);
        assert!(
            Error::Io {
                path: "x".into(),
                source
            }
            .is_transient()
        );
    }
}
