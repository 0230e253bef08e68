//! What a person can do about each error; one sentence each.

use super::Error;

const NOT_FOUND: &str =
    "Check the path in the destination's settings, and that the disk or share is connected.";
const IO: &str = "Check that you may open the file and that the disk or share is connected.";
const NOTHING_TO_READ: &str =
    "Put CSV, JSON (also .gz), Parquet or Excel exports into the folder, or choose another folder.";
const FILE_EMPTY: &str = "Export the file again, or delete it if it does not belong to the source.";
const NOT_TEXT: &str = "Export it as CSV or JSON, in UTF-8 or UTF-16.";
const STOPPED: &str = "Run again to read it from the beginning.";
const NOT_JSON: &str = "Give the file the ending that fits its contents, such as .csv.";
const CUT_OFF: &str = "Copy or export the file again: the end of it is missing.";
const DAMAGED: &str = "Export the file again, or correct it at that line.";
const DIALECT_UNCLEAR: &str =
    "Say in the source's settings how the file is written, or export it again without such values.";
const COLUMN_MISSING: &str =
    "Add the column to the export, or change the mapping or the audiences of the destination.";
const SHEET_UNCLEAR: &str = "Name the sheet in the source's settings (\"sheet\"), or leave only one with data in the workbook.";
const STATUS_UNCLEAR: &str = "Choose in the source's settings which column says it (\"status_column\"), or that everyone in the files is a member (\"everyone_is_member\").";
const LEAVER_IN_SNAPSHOT: &str = "If the files hold changes since the last file, set the kind of export to changes (\"contents\": \"incremental\"): then nobody leaves who is not in them. If they name everyone in the audience, export them without those who have left.";
const FIELDS_UNKNOWN: &str =
    "Check that the path leads to the export; if it does, map OutreachId to one of its fields.";
const COLUMN_TWICE: &str = "Export the column once, or give one of the two another name.";
const AUDIENCE_FILE_MISSING: &str = "Export the audience again, or take it out of the destination.";
const AUDIENCE_UNKNOWN: &str =
    "Keep the name of the export, which ends in _segment, the audience's id and the time.";
const LAYOUTS_MIXED: &str =
    "Keep exports of one kind in the folder, and move the others elsewhere.";
const CHANGED_WHILE_READ: &str = "Wait until the export is written, then run again.";
const NOT_A_FILE: &str = "Choose a file, or a folder of files.";
const TOO_MANY_FILES: &str = "Choose the folder that holds the exports, and nothing else.";
const AUDIENCE_AMBIGUOUS: &str =
    "Leave only the audience's id in the name of the export, or put the word segment before it.";
const ORDER_UNCLEAR: &str =
    "Remove one of the two, or let the export put date and time into the names of its files.";
const INCOMPLETE: &str = "Nothing has to be done if the files are still arriving: the source is looked at again by itself. Otherwise export or copy them again.";
const NO_ANSWER: &str = "Check that the disk or network share is connected; the source is tried again by itself. If it is only slow, raise \"patience_secs\" in the source's settings.";
const TOO_MANY_ROWS: &str = "Check which column is mapped to OutreachId: it seems to hold the same few values in very many rows.";
const TEMPORARY: &str = "Make room on the disk that holds temporary files, then run again.";

impl Error {
    /// What the reader can do now; one sentence.
    pub fn next_step(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => NOT_FOUND,
            Self::Io { .. } => IO,
            Self::NothingToRead { .. } => NOTHING_TO_READ,
            Self::FileEmpty { .. } => FILE_EMPTY,
            Self::NotText { .. } => NOT_TEXT,
            Self::OtherKind { kind, .. } => kind.next_step(),
            Self::Stopped { .. } => STOPPED,
            Self::NotJson { .. } => NOT_JSON,
            Self::CutOff { .. } => CUT_OFF,
            Self::Damaged { .. } => DAMAGED,
            Self::DialectUnclear { .. } => DIALECT_UNCLEAR,
            Self::ColumnMissing { .. } => COLUMN_MISSING,
            Self::SheetUnclear { .. } => SHEET_UNCLEAR,
            Self::StatusUnclear { .. } => STATUS_UNCLEAR,
            Self::LeaverInSnapshot { .. } => LEAVER_IN_SNAPSHOT,
            Self::FieldsUnknown { .. } => FIELDS_UNKNOWN,
            Self::ColumnTwice { .. } => COLUMN_TWICE,
            Self::AudienceFileMissing { .. } => AUDIENCE_FILE_MISSING,
            Self::AudienceUnknown { .. } => AUDIENCE_UNKNOWN,
            Self::LayoutsMixed { .. } => LAYOUTS_MIXED,
            Self::ChangedWhileRead { .. } => CHANGED_WHILE_READ,
            Self::NotAFile { .. } => NOT_A_FILE,
            Self::TooManyFiles { .. } => TOO_MANY_FILES,
            Self::AudienceAmbiguous { .. } => AUDIENCE_AMBIGUOUS,
            Self::OrderUnclear { .. } => ORDER_UNCLEAR,
            Self::Incomplete { .. } | Self::PartMissing { .. } => INCOMPLETE,
            Self::NoAnswer { .. } => NO_ANSWER,
            Self::TooManyRows => TOO_MANY_ROWS,
            Self::Temporary { .. } => TEMPORARY,
        }
    }
}
