//! What keeps a source from being read: no record data in it, only names, lines and columns.

use std::{io, path::PathBuf, sync::Arc};

mod next_step;
#[cfg(test)]
mod tests;
mod words;

use self::words::{header, lacks, left_out, may_say, named};
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
    /// The file can be read in two ways, and nothing in it tells which is right.
    #[error("{file} can be read in two ways from line {line} on: {what}")]
    DialectUnclear {
        /// The file.
        file: Arc<str>,
        /// The first line that would be read differently.
        line: u64,
        /// Both ways, and the setting that tells which is right.
        what: String,
    },
    /// A column the mapping or an audience needs is not in the header.
    #[error("{file} has no column {column}{}", header(form, column, present))]
    ColumnMissing {
        /// The file.
        file: Arc<str>,
        /// The column that was looked for.
        column: String,
        /// How the file was read, such as "semicolon-separated"; empty if that is of no interest.
        form: &'static str,
        /// The columns there are.
        present: Vec<String>,
    },
    /// A workbook does not tell which of its sheets is meant.
    #[error("{file} does not tell which of its sheets is meant: {}", named(sheets))]
    SheetUnclear {
        /// The file.
        file: Arc<str>,
        /// The sheets that may be meant.
        sheets: Vec<String>,
    },
    /// A file of one audience does not tell which of its columns says who is a member.
    #[error("{file} does not tell who is a member: {}", may_say(columns))]
    StatusUnclear {
        /// The file.
        file: Arc<str>,
        /// The columns that may say it.
        columns: Vec<String>,
    },
    /// A file that should name everyone in its audience, and nobody else, says that somebody has left.
    #[error(
        "{file} says at line {line} that somebody has left the audience, which an export of everyone in it does not"
    )]
    LeaverInSnapshot {
        /// The file.
        file: Arc<str>,
        /// The line of the first one.
        line: u64,
        /// The audience.
        audience: AudienceId,
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
    /// Neither a file nor a folder, such as a pipe.
    #[error("{} is neither a file nor a folder", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// More files than a source has.
    #[error("there are more than {most} files and folders in {}", path.display())]
    TooManyFiles {
        /// The folder.
        path: PathBuf,
        /// The most there may be.
        most: usize,
    },
    /// A name has several ids that may be the audience's.
    #[error("the name of {file} has several ids in it ({}), and does not tell which is the audience's", ids.join(", "))]
    AudienceAmbiguous {
        /// The file.
        file: Arc<str>,
        /// The ids.
        ids: Vec<String>,
    },
    /// The names of two files of one audience do not tell which is newer.
    #[error("the names of {file} and {other} do not tell which of them is newer")]
    OrderUnclear {
        /// One file.
        file: Arc<str>,
        /// Another one of the same audience.
        other: Arc<str>,
    },
    /// The list of an export names a file that is not there, or that is not all there.
    #[error("the export is not complete yet: {by} lists {listed}{}", lacks(sizes.as_ref()))]
    Incomplete {
        /// The file that is listed.
        listed: String,
        /// The manifest.
        by: String,
        /// The size that is listed and the one there is; nothing if the file is missing.
        sizes: Option<(u64, u64)>,
    },
    /// A part of an export is not there, though later ones are.
    #[error(
        "the export of {file} is not complete yet: part {missing} of at least {most} is missing"
    )]
    PartMissing {
        /// A part that is there.
        file: Arc<str>,
        /// The number of the first that is not.
        missing: u32,
        /// The number of the last that is.
        most: u32,
    },
    /// Nothing came for so long that the source was given up, as a network share does that has gone away.
    #[error("the source has not answered for {secs} s")]
    NoAnswer {
        /// Seconds.
        secs: u64,
    },
    /// Rows of a few profiles are too many to be brought together.
    #[error("some ids stand in so many rows that these cannot be brought together in memory")]
    TooManyRows,
    /// The temporary file that profiles are sorted in cannot be used.
    #[error("cannot use a temporary file")]
    Temporary {
        /// What the operating system says.
        #[source]
        source: io::Error,
    },
}

impl Error {
    /// Whether the same reading may work a little later without anyone doing anything.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::ChangedWhileRead { .. }
            | Self::NoAnswer { .. }
            | Self::Incomplete { .. }
            | Self::PartMissing { .. } => true,
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
            | Self::Stopped { .. }
            | Self::NotJson { .. }
            | Self::CutOff { .. }
            | Self::Damaged { .. }
            | Self::DialectUnclear { .. }
            | Self::ColumnMissing { .. }
            | Self::SheetUnclear { .. }
            | Self::StatusUnclear { .. }
            | Self::LeaverInSnapshot { .. }
            | Self::FieldsUnknown { .. }
            | Self::ColumnTwice { .. }
            | Self::AudienceFileMissing { .. }
            | Self::AudienceUnknown { .. }
            | Self::LayoutsMixed { .. }
            | Self::NotAFile { .. }
            | Self::TooManyFiles { .. }
            | Self::AudienceAmbiguous { .. }
            | Self::OrderUnclear { .. }
            | Self::TooManyRows
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

    /// The audience whose files name somebody who has left, though they should name members only.
    pub fn leaver(&self) -> Option<&AudienceId> {
        if let Self::LeaverInSnapshot { audience, .. } = self {
            Some(audience)
        } else {
            None
        }
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
            Self::Stopped { .. } => "source_stopped",
            Self::NotJson { .. } => "source_not_json",
            Self::CutOff { .. } => "source_cut_off",
            Self::Damaged { .. } => "source_damaged",
            Self::DialectUnclear { .. } => "source_dialect_unclear",
            Self::ColumnMissing { .. } => "source_column_missing",
            Self::SheetUnclear { .. } => "source_sheet_unclear",
            Self::StatusUnclear { .. } => "source_status_unclear",
            Self::LeaverInSnapshot { .. } => "source_kind_changed",
            Self::FieldsUnknown { .. } => "source_fields_unknown",
            Self::ColumnTwice { .. } => "source_column_twice",
            Self::AudienceFileMissing { .. } => "source_audience_missing",
            Self::AudienceUnknown { .. } => "source_audience_unknown",
            Self::LayoutsMixed { .. } => "source_layouts_mixed",
            Self::ChangedWhileRead { .. } => "source_changed",
            Self::NotAFile { .. } => "source_not_a_file",
            Self::TooManyFiles { .. } => "source_too_many_files",
            Self::AudienceAmbiguous { .. } => "source_audience_ambiguous",
            Self::OrderUnclear { .. } => "source_order_unclear",
            Self::Incomplete { .. } => "source_incomplete",
            Self::PartMissing { .. } => "source_part_missing",
            Self::NoAnswer { .. } => "source_no_answer",
            Self::TooManyRows => "source_too_many_rows",
            Self::Temporary { .. } => "temporary_file",
        }
    }

    /// The file's name below the source's folder, if it is about one file.
    pub fn file(&self) -> Option<&Arc<str>> {
        match self {
            Self::FileEmpty { file }
            | Self::NotText { file }
            | Self::OtherKind { file, .. }
            | Self::Stopped { file }
            | Self::NotJson { file }
            | Self::CutOff { file, .. }
            | Self::Damaged { file, .. }
            | Self::DialectUnclear { file, .. }
            | Self::ColumnMissing { file, .. }
            | Self::SheetUnclear { file, .. }
            | Self::StatusUnclear { file, .. }
            | Self::LeaverInSnapshot { file, .. }
            | Self::FieldsUnknown { file, .. }
            | Self::ColumnTwice { file, .. }
            | Self::AudienceUnknown { file }
            | Self::LayoutsMixed { file, .. }
            | Self::AudienceAmbiguous { file, .. }
            | Self::OrderUnclear { file, .. }
            | Self::PartMissing { file, .. }
            | Self::ChangedWhileRead { file } => Some(file),
            Self::NotFound { .. }
            | Self::Io { .. }
            | Self::NothingToRead { .. }
            | Self::AudienceFileMissing { .. }
            | Self::NotAFile { .. }
            | Self::TooManyFiles { .. }
            | Self::Incomplete { .. }
            | Self::NoAnswer { .. }
            | Self::TooManyRows
            | Self::Temporary { .. } => None,
        }
    }

    /// The line, counted from 1, if it is about one.
    pub fn line(&self) -> Option<u64> {
        if let Self::CutOff { line, .. }
        | Self::Damaged { line, .. }
        | Self::LeaverInSnapshot { line, .. }
        | Self::DialectUnclear { line, .. } = self
        {
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
}
