//! Whole sources, read through the public door: every layout, format and encoding.

use std::{fmt::Write as _, fs, ops::ControlFlow, path::PathBuf};

use jiff::Timestamp;

use super::{Error, Known, Layout, Projection, Source, Tether, open};
use crate::model::{AudienceId, Contents, FileSource};

fn fixture(name: &str) -> PathBuf {
    PathBuf::from("tests/fixtures/sources").join(name)
}

fn opened(path: PathBuf, contents: Contents) -> Source {
    let settings = FileSource {
        contents,
        ..FileSource::at(path)
    };
    open(&settings.into(), &Known::default(), &Tether::default()).expect("the source can be opened")
}

fn projection(audiences: &[&str]) -> Projection {
    Projection {
        outreach_id: "Oid".to_owned(),
        attributes: vec!["person.name.firstName".to_owned(), "note".to_owned()],
        audiences: audiences.iter().map(|id| AudienceId::new(*id)).collect(),
        now: Timestamp::UNIX_EPOCH,
    }
}

/// Each row as text: its cells with bars between them, `-` for an absent one; sorted.
fn read(files: &Source, projection: &Projection) -> Result<Vec<String>, Error> {
    let mut rows: Vec<String> = vec![];
    files.read(projection, &mut |batch| {
        assert_eq!(batch.rejected, []);
        for row in batch.rows() {
            let cells: Vec<_> = row.cells().map(|cell| cell.unwrap_or("-")).collect();
            rows.push(cells.join("|"));
        }
        ControlFlow::Continue(())
    })?;
    rows.sort();
    Ok(rows)
}

#[test]
fn every_form_of_the_same_profiles_reads_the_same() {
    const SAME: [&str; 3] = [
        "1|Ada|says \"hi\", twice|realized|exited",
        "2|Åsa|two\nlines|exited|realized",
        "3|李||realized|realized",
    ];
    let mut n_read = 0;
    for item in fs::read_dir(fixture("")).expect("the fixtures") {
        let path = item.expect("a fixture").path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() && name != "wide-parts" && name != "wide-dated"
            || name == "xdm-updates.ndjson"
        {
            continue;
        }
        let files = opened(path, Contents::Guess);
        let is_profiles = name.starts_with("xdm");
        let expected = if is_profiles {
            (Layout::Profiles, Contents::Incremental)
        } else {
            (Layout::Wide, Contents::FullSnapshot)
        };
        assert_eq!((files.layout(), files.kinds().all()), expected, "{name}");
        assert_eq!(
            read(&files, &projection(&["a1", "b2"])).expect(&name),
            SAME,
            "{name}"
        );
        n_read += 1;
    }
    assert!(n_read >= 20, "{n_read}");
}

#[test]
fn files_per_audience_are_united_and_older_snapshots_left_out() {
    let files = opened(fixture("per-audience"), Contents::Guess);
    assert_eq!(
        (files.layout(), files.kinds().all()),
        (Layout::PerAudience, Contents::FullSnapshot)
    );
    assert_eq!(
        read(&files, &projection(&["a1", "b2"])).expect("readable"),
        [
            "1|Ada|says \"hi\", twice|realized|-",
            "2|Åsa|two\nlines|-|realized",
            "3|李|newer|realized|realized",
            "|Nobody||-|realized",
        ]
    );
    assert_eq!(
        read(&files, &projection(&["A1"])).expect("readable"),
        ["1|Ada|says \"hi\", twice|realized", "3|李||realized"]
    );
    let missing = read(&files, &projection(&["a1", "c3"])).expect_err("there is no such file");
    assert!(
        matches!(missing, Error::AudienceFileMissing { audience } if audience.as_str() == "c3")
    );
    let changes = opened(fixture("per-audience"), Contents::Incremental);
    assert_eq!(
        read(&changes, &projection(&["a1", "c3"])).expect("absence means nothing"),
        [
            "1|Ada|says \"hi\", twice|realized|-",
            "2|Old||realized|-",
            "3|李||realized|-"
        ]
    );
}

#[test]
fn the_newest_qualification_wins_and_the_newest_file_gives_the_attributes() {
    let files = opened(fixture("per-audience-status"), Contents::Guess);
    assert_eq!(files.kinds().all(), Contents::Incremental);
    assert_eq!(
        read(&files, &projection(&["a1"])).expect("readable"),
        ["1|Ada|new|Expired", "2|Åsa||Active"]
    );
}

#[test]
fn names_from_a_template_are_understood() {
    let files = opened(fixture("per-audience-template"), Contents::Guess);
    let mut projection = projection(&["7841ba61-23c1-4bb3-a495-00d3a5fe1e93"]);
    projection.attributes.clear();
    assert_eq!(
        read(&files, &projection).expect("readable"),
        ["1|active", "2|expired"]
    );
}

#[test]
fn updates_of_a_profile_are_merged_and_each_of_its_ids_is_a_row() {
    let files = opened(fixture("xdm-updates.ndjson"), Contents::Guess);
    assert_eq!(
        read(&files, &projection(&["a1", "b2"])).expect("readable"),
        [
            "-|Nobody|-|-|-",
            "1|Ada|n|realized|exited",
            "4|Ada|-|realized|-",
            "5|-|-|existing|-"
        ]
    );
}

#[test]
fn an_attribute_may_be_an_identity() {
    let files = opened(fixture("xdm.ndjson"), Contents::FullSnapshot);
    for field in ["ecid", "identityMap.ecid[0].id"] {
        let projection = Projection {
            outreach_id: "identityMap.Oid".to_owned(),
            attributes: vec![field.to_owned()],
            audiences: vec![],
            now: Timestamp::UNIX_EPOCH,
        };
        let rows = read(&files, &projection).expect("readable");
        assert_eq!(rows, ["1|9", "2|9", "3|9"], "{field}");
    }
}

#[test]
fn files_without_a_date_are_parts_of_one_snapshot() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, part) in [
        ("all_20260101000000.csv", "1,Ada,,realized"),
        ("more.csv", "2,Alan,,exited"),
    ] {
        let text =
            format!("Oid,person.name.firstName,note,segmentMembership.ups.a1.status\n{part}\n");
        fs::write(folder.path().join(name), text).expect("a file can be written");
    }
    let files = opened(folder.path().to_owned(), Contents::Guess);
    assert_eq!(
        read(&files, &projection(&["a1"])).expect("readable"),
        ["1|Ada||realized", "2|Alan||exited"]
    );
}

#[test]
fn the_own_namespace_goes_before_others_that_have_the_same_id() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let csv = "Oid,person.name.firstName,note,segmentMembership.AAM.a1.status,segmentMembership.ups.a1.status,\
               segmentMembership.AAM.b2.status\n1,Ada,,exited,realized,exited\n";
    let json = r#"{"Oid": 1, "person": {"name": {"firstName": "Ada"}}, "note": null, "segmentMembership": {
        "ups": {"a1": {"status": "realized"}}, "AAM": {"a1": {"status": "exited"}, "b2": {"status": "exited"}}}}"#;
    for (name, text) in [("a.csv", csv), ("a.json", json)] {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("a file can be written");
        let rows = read(
            &opened(path, Contents::FullSnapshot),
            &projection(&["a1", "b2"]),
        );
        assert_eq!(
            rows.expect("readable"),
            ["1|Ada||realized|exited"],
            "{name}"
        );
    }
}

#[test]
fn of_dated_dataset_exports_a_snapshot_is_the_newest_and_changes_are_all() {
    let newest = opened(fixture("export"), Contents::FullSnapshot);
    let both = opened(fixture("export"), Contents::Incremental);
    let expected = [
        "1|Newer|says \"hi\", twice|realized|exited",
        "2|Åsa|two\nlines|exited|realized",
    ];
    assert_eq!(
        read(&newest, &projection(&["a1", "b2"])).expect("readable"),
        expected
    );
    assert_eq!(
        read(&both, &projection(&["a1", "b2"])).expect("readable"),
        expected
    );
}

#[test]
fn a_file_that_changes_under_the_reader_is_an_error_that_passes() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("a.csv");
    fs::copy(fixture("wide.csv"), &path).expect("a copy");
    let files = opened(path.clone(), Contents::Guess);
    let before = files.version();
    let error = files
        .read(&projection(&["a1"]), &mut |_| ControlFlow::Continue(()))
        .and_then(|()| {
            fs::write(&path, "Oid\n1\n").expect("a file can be written");
            files.read(&projection(&["a1"]), &mut |_| ControlFlow::Continue(()))
        })
        .expect_err("it is another file now");
    assert!(error.is_transient(), "{error}");
    assert_ne!(before, opened(path, Contents::Guess).version());
}

#[test]
fn a_file_that_grows_during_the_reading_is_noticed_at_its_end() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("a.csv");
    let mut text = fs::read_to_string(fixture("wide.csv")).expect("a fixture");
    for id in 4..9000 {
        writeln!(text, "{id},Ada,,realized,realized").expect("it is text");
    }
    fs::write(&path, &text).expect("a file can be written");
    let files = opened(path.clone(), Contents::Guess);
    let mut n_rows = 0;
    let result = files.read(&projection(&["a1"]), &mut |batch| {
        n_rows += batch.n_rows();
        fs::write(&path, "Oid\n").expect("a file can be written");
        ControlFlow::Continue(())
    });
    assert!(
        result.is_err_and(|error| error.is_transient()),
        "{n_rows} rows"
    );
}

#[test]
fn reading_stops_when_nobody_wants_more() {
    for (name, contents) in [
        ("wide-parts", Contents::FullSnapshot),
        ("wide-parts", Contents::Incremental),
        ("flat.ndjson", Contents::FullSnapshot),
    ] {
        let files = opened(fixture(name), contents);
        let mut n_batches = 0;
        let result = files.read(&projection(&["a1"]), &mut |_| {
            n_batches += 1;
            ControlFlow::Break(())
        });
        assert!(result.is_ok(), "{name}");
        assert_eq!(n_batches, 1, "{name}");
    }
}

#[test]
fn a_source_describes_itself() {
    let wide = opened(fixture("wide.csv"), Contents::Guess)
        .describe()
        .expect("readable");
    assert_eq!(wide.columns.len(), 5);
    assert_eq!(wide.audiences, ["a1", "b2"].map(AudienceId::new));
    assert_eq!(wide.files[0].format, "comma-separated");
    assert_eq!(wide.samples.len(), 3);
    assert_eq!(
        wide.samples[1][1],
        ("person.name.firstName".to_owned(), "Åsa".to_owned())
    );

    let folder = opened(fixture("per-audience"), Contents::Guess)
        .describe()
        .expect("readable");
    assert_eq!(folder.ignored, ["README.md"]);
    assert_eq!(folder.audiences, ["a1", "b2"].map(AudienceId::new));
    assert_eq!(folder.files.len(), 4);
    assert_eq!(folder.columns, ["Oid", "person.name.firstName", "note"]);

    let profiles = opened(fixture("xdm-sdk.ndjson"), Contents::Guess)
        .describe()
        .expect("readable");
    assert_eq!(
        profiles.columns,
        ["identityMap.Oid", "person.name.firstName", "note"]
    );
    assert_eq!(profiles.audiences, ["a1", "b2", "zz"].map(AudienceId::new));
    assert_eq!(
        profiles.samples[0][0],
        ("identityMap.Oid".to_owned(), "1".to_owned())
    );
}

#[test]
fn json_of_an_unknown_shape_is_refused_and_says_what_it_has() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let read_json = |text: &str, contents| {
        let path = folder.path().join("a.json");
        fs::write(&path, text).expect("a file can be written");
        read(&opened(path, contents), &projection(&["a1"]))
    };
    let settings = r#"{"name": "audience-sync", "deep": {"version": "1"}}"#;
    let numbered = r#"[{"lead": 1, "score": 2}, {"lead": 2, "score": null}]"#;
    for (text, has) in [
        (settings, "it has name, deep.version"),
        (numbered, "it has lead, score"),
        ("[{}, {}]", "it has no field with a single value"),
    ] {
        for contents in [
            Contents::Guess,
            Contents::FullSnapshot,
            Contents::Incremental,
        ] {
            let error = read_json(text, contents).expect_err(text);
            assert_eq!(error.code(), "source_fields_unknown", "{error}");
            let said = error.to_string();
            assert!(said.contains("a field Oid") && said.contains(has), "{said}");
        }
    }
    // A profile may lack the identity; a whole snapshot of such is of somebody else.
    let stranger = r#"{"identityMap": {"ECID": [{"id": "x"}]}}"#;
    let alone = ["-|-|-|-".to_owned()];
    let changes = read_json(stranger, Contents::Incremental).expect("it is a profile");
    assert_eq!(changes, alone);
    let error = read_json(stranger, Contents::FullSnapshot).expect_err("nobody is known");
    assert!(
        error.to_string().contains("it has identityMap.ECID"),
        "{error}"
    );
    for known in [
        r#"{"oid": 1}"#,
        r#"{"segmentMembership.ups.A1.status": "realized"}"#,
        r#"{"identityMap": {"Oid": [{"id": "1"}]}}"#,
        r#"{"attributes": {"Oid": {"value": "1"}}}"#,
        "[]",
    ] {
        read_json(known, Contents::FullSnapshot).expect(known);
    }
}

#[test]
fn a_note_in_the_folder_is_left_out_and_mentioned_unless_it_is_all_there_is() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let notes = [
        "readme.txt",
        "~$wide.csv",
        "notes.md",
        "Thumbs.db",
        ".DS_Store",
    ];
    for name in notes {
        fs::write(
            folder.path().join(name),
            "Ask Sam before\nyou touch this.\n",
        )
        .expect("a file can be written");
    }
    let settings = FileSource {
        contents: Contents::Guess,
        ..FileSource::at(folder.path().to_owned())
    };
    let error = open(&settings.into(), &Known::default(), &Tether::default())
        .expect_err("there is nothing to read");
    assert_eq!(error.code(), "source_without_files");
    let said = error.to_string();
    assert!(notes.iter().all(|name| said.contains(name)), "{said}");
    fs::copy(fixture("wide.csv"), folder.path().join("wide.csv")).expect("a copy");
    let files = opened(folder.path().to_owned(), Contents::Guess);
    let alone = opened(fixture("wide.csv"), Contents::Guess);
    let both = projection(&["a1", "b2"]);
    assert_eq!(
        read(&files, &both).expect("readable"),
        read(&alone, &both).expect("readable")
    );
    let described = files.describe().expect("readable");
    assert_eq!(described.ignored.len(), notes.len());
}

#[test]
fn a_time_that_cannot_be_is_never_the_newest() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let put = |name: &str, first_name: &str| {
        let text = format!("Oid,person.name.firstName,note\n1,{first_name},\n");
        fs::write(folder.path().join(name), text).expect("a file can be written");
    };
    put("Out_segmenta1_20260102000000.csv", "new");
    put("Out_segmenta1_20260101000000.csv", "old");
    put("Out_segmenta1_20261399000000.csv", "month 13");
    put("Out_segmenta1_29990101000000.csv", "far ahead");
    let files = opened(folder.path().to_owned(), Contents::Guess);
    assert_eq!(
        read(&files, &projection(&["a1"])).expect("readable"),
        ["1|new||realized"]
    );
    let described = files.describe().expect("readable");
    assert_eq!(
        described.doubtful,
        [
            "Out_segmenta1_20261399000000.csv",
            "Out_segmenta1_29990101000000.csv"
        ]
    );
}

#[test]
fn a_text_beside_the_data_is_left_out_unless_it_has_their_columns() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, text: &[u8]| {
        fs::write(folder.path().join(name), text).expect("a file can be written");
    };
    write("all.csv", b"Oid,person.name.firstName\n1,Ada\n");
    write(
        "for Bo.txt",
        b"Dear Bo,\nhere is the export, as promised.\n",
    );
    write("done.txt", b"");
    write("picture.txt", b"\x00\x01\x02");
    let path = || folder.path().to_owned();
    let files = opened(path(), Contents::Guess);
    let left_out = |source: &Source| source.describe().expect("it can be read").ignored;
    assert_eq!(left_out(&files), ["done.txt", "for Bo.txt", "picture.txt"]);
    let projection = Projection {
        attributes: vec!["person.name.firstName".to_owned()],
        ..projection(&[])
    };
    assert_eq!(read(&files, &projection).expect("rows"), ["1|Ada"]);

    write("more.txt", b"firstName,OID\n");
    write("part.txt", b"Oid,person.name.firstName\n2,Bo\n");
    let files = opened(path(), Contents::Guess);
    assert_eq!(left_out(&files).len(), 3);
    let error = read(&files, &projection).expect_err("a part without a column");
    assert_eq!(error.code(), "source_column_missing");
}

#[test]
fn texts_alone_are_the_data() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("a.txt"), "").expect("a file can be written");
    let settings = FileSource {
        contents: Contents::Guess,
        ..FileSource::at(folder.path().to_owned())
    };
    let error =
        open(&settings.into(), &Known::default(), &Tether::default()).expect_err("an empty export");
    assert_eq!(error.code(), "source_file_empty");
}
