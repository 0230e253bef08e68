//! A source from end to end, for the screen.

use std::ops::ControlFlow;

use crate::{
    engine::{
        problem::source_look_problem,
        snapshot::{Column, SourceAudience, SourceCheck, SourceFile},
    },
    model::{FileSource, Problem},
    source::{self, Layout, Survey},
};

/// Where an audience comes from that has no file of its own.
const COLUMN: &str = "column";

/// Reads the source from end to end, telling now and then how many records it has read. Once that breaks, the answer
/// holds what was read so far.
///
/// # Errors
/// If the source cannot be read.
pub fn source(
    settings: &FileSource,
    on_progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<SourceCheck, Problem> {
    source::open(settings)
        .and_then(|files| files.survey(on_progress))
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
        contents: survey.contents,
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
