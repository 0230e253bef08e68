//! Every error has a code of its own and says what to do.

use std::collections::BTreeSet;

use super::*;

impl Error {
    /// An error of each variant, for the tests of their texts.
    pub(crate) fn one_of_each() -> Vec<Self> {
        let mut all = Self::of_contents();
        all.extend(Self::of_records());
        all.extend(Self::of_the_whole());
        all
    }

    fn of_contents() -> Vec<Self> {
        let file = || Arc::<str>::from("members.csv");
        let path = || PathBuf::from("exports");
        let source = || io::Error::from(io::ErrorKind::PermissionDenied);
        let kind = FileKind::Parquet;
        let of_other_kind = |file| Self::OtherKind { file, kind };
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
            Self::Stopped { file: file() },
            Self::NotJson { file: file() },
        ]
    }

    fn of_records() -> Vec<Self> {
        let file = || Arc::<str>::from("members.csv");
        let column = || "Oid".to_owned();
        vec![
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
            Self::DialectUnclear {
                file: file(),
                line: 7,
                what: "a backslash may escape a quote".to_owned(),
            },
            Self::ColumnMissing {
                file: file(),
                column: column(),
                form: "comma-separated",
                present: vec!["id".to_owned(), "Outreach Oid".to_owned()],
            },
            Self::SheetUnclear {
                file: file(),
                sheets: vec!["Members".to_owned(), "Last week".to_owned()],
            },
            Self::StatusUnclear {
                file: file(),
                columns: vec!["status".to_owned(), "state".to_owned()],
            },
            Self::LeaverInSnapshot {
                file: file(),
                line: 7,
                audience: AudienceId::new("a1"),
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
        ]
    }

    fn of_the_whole() -> Vec<Self> {
        let file = || Arc::<str>::from("members.csv");
        let path = || PathBuf::from("exports");
        let source = || io::Error::from(io::ErrorKind::PermissionDenied);
        vec![
            Self::ChangedWhileRead { file: file() },
            Self::NotAFile { path: path() },
            Self::TooManyFiles {
                path: path(),
                most: 100_000,
            },
            Self::AudienceAmbiguous {
                file: file(),
                ids: vec!["a1".to_owned(), "b2".to_owned()],
            },
            Self::OrderUnclear {
                file: file(),
                other: "b.csv".into(),
            },
            Self::Incomplete {
                listed: "b.csv".to_owned(),
                by: "manifest-1.json".to_owned(),
                sizes: Some((300, 200)),
            },
            Self::PartMissing {
                file: file(),
                missing: 2,
                most: 3,
            },
            Self::NoAnswer { secs: 120 },
            Self::TooManyRows,
            Self::Temporary { source: source() },
        ]
    }
}

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
    assert_eq!(
        transient,
        [
            "source_changed",
            "source_incomplete",
            "source_part_missing",
            "source_no_answer"
        ]
    );
    let source = io::Error::from(io::ErrorKind::TimedOut);
    assert!(
        Error::Io {
            path: "x".into(),
            source
        }
        .is_transient()
    );
}
