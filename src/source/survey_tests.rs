//! Surveys of whole sources, in every layout and format.

use std::{fmt::Write as _, fs, ops::ControlFlow, path::PathBuf};

use super::{Error, Known, Layout, Source, Survey, Tether, open};
use crate::model::{Contents, FileSource};

fn fixture(name: &str) -> PathBuf {
    PathBuf::from("tests/fixtures/sources").join(name)
}

fn opened(path: PathBuf) -> Source {
    let settings = FileSource {
        contents: Contents::Guess,
        ..FileSource::at(path)
    };
    open(&settings.into(), &Known::default(), &Tether::default()).expect("the source can be opened")
}

fn survey(path: PathBuf) -> Result<Survey, Error> {
    opened(path).survey(&mut |_| ControlFlow::Continue(()))
}

/// A survey of one file with this text.
fn survey_of(name: &str, text: &str) -> Survey {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(name);
    fs::write(&path, text).expect("it can be written");
    survey(path).expect("it can be read")
}

/// Each audience as its id, members and those who have left.
fn audiences(survey: &Survey) -> Vec<(&str, u64, u64)> {
    let audiences = survey.audiences.iter();
    audiences
        .map(|audience| (audience.id.as_str(), audience.n_members, audience.n_exited))
        .collect()
}

#[test]
fn every_form_of_the_same_profiles_is_surveyed_the_same() {
    let mut n_read = 0;
    for item in fs::read_dir(fixture("")).expect("the fixtures") {
        let path = item.expect("a fixture").path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() || name == "xdm-updates.ndjson" {
            continue;
        }
        let survey = survey(path).expect(&name);
        assert_eq!((survey.n_profiles, survey.n_rejected), (3, 0), "{name}");
        assert_eq!(survey.n_without_id, 0, "{name}");
        for id in ["a1", "b2"] {
            let found = survey
                .audiences
                .iter()
                .find(|audience| audience.id.as_str().eq_ignore_ascii_case(id))
                .expect(&name);
            assert_eq!((found.n_members, found.n_exited), (2, 1), "{name}: {id}");
        }
        let id = survey.id_field.expect(&name).to_ascii_lowercase();
        assert!(
            id == "oid" || id.starts_with("identitymap.oid"),
            "{name}: {id}"
        );
        let first_name = survey
            .columns
            .iter()
            .find(|column| column.name.ends_with("firstName"))
            .expect(&name);
        assert_eq!((first_name.n_filled, first_name.longest), (3, 3), "{name}");
        assert_eq!(first_name.samples, ["Ada", "Åsa", "李"], "{name}");
        n_read += 1;
    }
    assert!(n_read >= 20, "{n_read}");
}

#[test]
fn columns_are_told_with_their_values_and_memberships_apart() {
    let survey = survey(fixture("wide.csv")).expect("it can be read");
    let columns: Vec<_> = survey
        .columns
        .iter()
        .map(|column| (column.name.as_str(), column.n_filled, column.longest))
        .collect();
    assert_eq!(
        columns,
        [
            ("Oid", 3, 1),
            ("person.name.firstName", 3, 3),
            ("note", 2, 16)
        ]
    );
    let last = survey.samples.last().expect("three samples");
    let last: Vec<_> = last.iter().map(|(name, cell)| (&**name, &**cell)).collect();
    assert_eq!(
        last,
        [
            ("Oid", "3"),
            ("person.name.firstName", "李"),
            ("note", ""),
            ("segmentMembership.ups.a1.status", "realized"),
            ("segmentMembership.ups.b2.status", "realized"),
        ]
    );
    assert_eq!(survey.samples.len(), 3);
    assert!(survey.changed.is_some());
}

#[test]
fn files_of_one_audience_each_are_counted_without_the_older_snapshots() {
    let survey = survey(fixture("per-audience")).expect("it can be read");
    assert_eq!(survey.layout, Layout::PerAudience);
    // Two newest parts of a1 with a row each; b2 has three rows, one of them without an id.
    assert_eq!((survey.n_profiles, survey.n_without_id), (5, 1));
    assert_eq!(audiences(&survey), [("a1", 2, 0), ("b2", 3, 0)]);
    let origins: Vec<_> = survey
        .audiences
        .iter()
        .map(|audience| (audience.name.as_deref(), audience.file.as_deref()))
        .collect();
    assert_eq!(
        origins,
        [
            (None, Some("Out_segmenta1_20260102000000_2.csv")),
            (None, Some("Out_segmentb2_20260103000000.csv"))
        ]
    );
}

#[test]
fn what_was_said_later_of_a_membership_counts() {
    // Profile 1 was active and has expired; profile 2 is active again since after it expired.
    let survey = survey(fixture("per-audience-status")).expect("it can be read");
    assert_eq!(survey.kinds.all(), Contents::Incremental);
    assert_eq!(survey.n_profiles, 4);
    assert_eq!(audiences(&survey), [("a1", 1, 1)]);
}

#[test]
fn the_name_in_a_files_name_is_the_audiences_unless_they_share_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for name in [
        "Gold_segmenta1_20260101000000.csv",
        "Trial_users_segmentb2_20260101000000.csv",
    ] {
        fs::write(folder.path().join(name), "Oid\n1\n").expect("it can be written");
    }
    let survey = survey(folder.path().to_owned()).expect("it can be read");
    let names: Vec<_> = survey.audiences.iter().map(|a| a.name.as_deref()).collect();
    assert_eq!(names, [Some("Gold"), Some("Trial users")]);
}

#[test]
fn records_that_cannot_be_read_are_counted_and_the_first_told_with_their_places() {
    let mut text = "Oid,mail\n1,a@b\nx,c@d\n,e@f\n".to_owned();
    text.push_str(&"7\n".repeat(7));
    let survey = survey_of("a.csv", &text);
    assert_eq!((survey.n_profiles, survey.n_rejected), (3, 7));
    assert_eq!(survey.n_without_id, 2);
    assert_eq!(survey.rejected.len(), 5);
    assert_eq!(
        survey.rejected.first().map(String::as_str),
        Some("a.csv, line 5: it has 1 columns, the header has 2")
    );
}

#[test]
fn without_a_field_of_ids_no_record_has_one() {
    let survey = survey_of("a.csv", "mail,points\na@b,5\nc@d,5\n");
    assert_eq!(survey.id_field, None);
    assert_eq!(survey.n_without_id, 2);
}

#[test]
fn a_column_that_is_there_twice_is_left_out() {
    let survey = survey_of("a.csv", "Oid,mail,mail\n1,a@b,c@d\n");
    let names: Vec<_> = survey.columns.iter().map(|column| &*column.name).collect();
    assert_eq!((names, survey.n_profiles), (vec!["Oid"], 1));
}

#[test]
fn a_file_of_statuses_alone_is_counted_too() {
    let survey = survey_of(
        "a.csv",
        "segmentMembership.ups.a1.status\nrealized\nexited\n",
    );
    assert_eq!(audiences(&survey), [("a1", 1, 1)]);
    assert_eq!((survey.columns, survey.n_profiles), (vec![], 2));
}

#[test]
fn what_only_late_profiles_have_is_found_and_lists_harm_no_record() {
    let mut text = String::new();
    for id in 1..=80 {
        writeln!(
            text,
            r#"{{"identityMap": {{"OID": [{{"id": "{id}"}}], "ecid": [{{"id": "a{id}"}}, {{"id": "b{id}"}}]}}, "tags": ["x"]}}"#
        )
        .expect("a text grows");
    }
    text.push_str(r#"{"identityMap": {"OID": [{"id": "81"}]}, "tags": "y", "late": "z", "segmentMembership": {"ups": {"a1": {"status": "realized"}}}}"#);
    let survey = survey_of("a.ndjson", &text);
    assert_eq!((survey.n_profiles, survey.n_rejected), (81, 0));
    assert_eq!(audiences(&survey), [("a1", 1, 0)]);
    let columns: Vec<_> = survey
        .columns
        .iter()
        .map(|column| (&*column.name, column.is_identity, column.n_filled))
        .collect();
    assert_eq!(
        columns,
        [
            ("identityMap.OID", true, 81),
            ("identityMap.ecid", true, 80),
            ("tags", false, 1),
            ("late", false, 1)
        ]
    );
    assert_eq!(survey.id_field.as_deref(), Some("identityMap.OID"));
}

#[test]
fn it_ends_when_nobody_wants_to_hear_more() {
    let mut text = "Oid\n".to_owned();
    for id in 1..=10_000 {
        writeln!(text, "{id}").expect("a text grows");
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("a.csv");
    fs::write(&path, text).expect("it can be written");
    let files = opened(path);
    let mut told = vec![];
    let whole = files
        .survey(&mut |n| {
            told.push(n);
            ControlFlow::Continue(())
        })
        .expect("it can be read");
    assert_eq!((whole.n_profiles, told), (10_000, vec![4096, 8192, 10_000]));
    let part = files
        .survey(&mut |_| ControlFlow::Break(()))
        .expect("it can be read");
    assert_eq!(part.n_profiles, 4096);
}

#[test]
fn a_file_that_is_cut_off_is_an_error() {
    let path = PathBuf::from("tests/fixtures/malformed/gz-cut-off.csv.gz");
    let error = survey(path).expect_err("the end is missing");
    assert_eq!(error.code(), "source_cut_off");
}
