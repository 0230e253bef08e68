//! A source from end to end, for the screen.

use std::ops::ControlFlow;

use crate::{
    engine::{
        problem::source_look_problem,
        snapshot::{Column, SourceAudience, SourceCheck, SourceFile},
    },
    model::{Problem, SourceSettings},
    source::{self, Known, Layout, Survey, Tether},
};

/// Where an audience comes from that has no file of its own.
const COLUMN: &str = "column";

/// Reads the source from end to end, telling now and then how many records it has read. Once that breaks, the answer
/// holds what was read so far.
///
/// # Errors
/// If the source cannot be read.
pub fn source(
    settings: &SourceSettings,
    on_progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<SourceCheck, Problem> {
    source::open(settings, &Known::default(), &Tether::default())
        .and_then(|source| source.survey(on_progress))
        .map(check)
        .map_err(|e| source_look_problem(&e))
}

fn check(survey: Survey) -> SourceCheck {
    let layout = match survey.layout {
        Layout::Wide => "columns",
        Layout::PerAudience => "per_audience",
        Layout::Profiles => "profiles",
    };
    let files = survey.files.into_iter().map(|file| SourceFile {
        name: file.name,
        format: file.format.to_owned(),
        reading: file.reading,
        n_bytes: file.n_bytes,
    });
    let columns = survey.columns.into_iter().map(|column| Column {
        name: column.name,
        is_identity: column.is_identity,
        n_filled: column.n_filled,
        longest: column.longest,
        samples: column.samples,
    });
    let audiences = survey.audiences.into_iter().map(|audience| SourceAudience {
        id: audience.id,
        name: audience.name,
        origin: audience.file.unwrap_or_else(|| COLUMN.to_owned()),
        n_members: audience.n_members,
        n_exited: audience.n_exited,
    });
    SourceCheck {
        layout: layout.to_owned(),
        kinds: survey.kinds,
        status_unclear: survey.status_unclear,
        encoding: survey.encoding,
        null_words: survey.null_words,
        status_column: survey.status_column,
        files: files.collect(),
        ignored: survey.ignored,
        n_profiles: survey.n_profiles,
        n_rejected: survey.n_rejected,
        n_without_id: survey.n_without_id,
        rejected: survey.rejected,
        columns: columns.collect(),
        id_field: survey.id_field,
        audiences: audiences.collect(),
        samples: survey.samples,
        changed: survey.changed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Contents, FileSource};

    fn look(path: &str) -> Result<SourceCheck, Problem> {
        source(&FileSource::at(path).into(), &mut |_| {
            ControlFlow::Continue(())
        })
    }

    #[test]
    fn a_source_is_told_as_the_screen_shows_it() {
        let wide = look("tests/fixtures/sources/wide.csv").expect("it can be read");
        assert_eq!(
            (&*wide.layout, wide.kinds.all()),
            ("columns", Contents::FullSnapshot)
        );
        assert_eq!(wide.files[0].format, "comma-separated");
        assert_eq!(
            (wide.n_profiles, wide.id_field.as_deref()),
            (3, Some("Oid"))
        );
        assert_eq!(
            (&*wide.audiences[0].origin, wide.audiences[0].n_members),
            ("column", 2)
        );
        let per_audience = look("tests/fixtures/sources/per-audience").expect("it can be read");
        assert_eq!(per_audience.layout, "per_audience");
        assert_eq!(
            per_audience.audiences[1].origin,
            "Out_segmentb2_20260103000000.csv"
        );
        assert_eq!(per_audience.ignored, ["README.md"]);
        let profiles = look("tests/fixtures/sources/xdm.ndjson").expect("it can be read");
        assert_eq!(profiles.layout, "profiles");
    }

    #[test]
    fn a_source_that_is_not_there_is_a_problem() {
        let problem = look("tests/fixtures/sources/none").expect_err("it is not there");
        assert_eq!(problem.code, "source_not_found");
        assert!(
            problem
                .what
                .starts_with("The source cannot be used: there is no file"),
            "{problem}"
        );
    }
}
