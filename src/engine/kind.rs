//! The kind of export that a destination reads: found out once, kept in its settings, and corrected by itself only
//! towards what takes nobody out.

use std::collections::BTreeMap;

use crate::{
    model::{AudienceId, Contents, Destination, Problem, ScheduledAudience, SourceSettings},
    source::{Kinds, Known},
    store::{self, DataDir, Settings, Store},
    sync::forget_signs,
};

/// Keeps in the settings what was found out of the source, if it is still open there. Returns whether it was.
///
/// `is_said` tells that a person has seen it and gone on.
pub fn settle_kind(destination: &mut Destination, kinds: &Kinds, is_said: bool) -> bool {
    let Destination {
        source: SourceSettings::Files(files),
        audiences,
        ..
    } = destination;
    if !files.is_guess() {
        return false;
    }
    let found: Vec<_> = audiences
        .iter()
        .map(|audience| (audience.id.clone(), kinds.of(&audience.id).0))
        .collect();
    // What most audiences are is the kind of the source; the others have one of their own.
    let n_full = found
        .iter()
        .filter(|(_, contents)| *contents == Contents::FullSnapshot)
        .count();
    let most = if found.is_empty() {
        kinds.all()
    } else if n_full * 2 >= found.len() {
        Contents::FullSnapshot
    } else {
        Contents::Incremental
    };
    files.contents = most;
    files.contents_guessed = !is_said;
    files.audience_contents = found
        .into_iter()
        .filter(|(_, contents)| *contents != most)
        .collect();
    true
}

/// Keeps in the settings that the source is of this kind, and takes the next files for it whatever they look like.
///
/// # Errors
/// If the settings or the state cannot be written.
pub fn choose_kind(
    dir: &DataDir,
    mut settings: Settings,
    contents: Contents,
) -> Result<Settings, store::Error> {
    say_kind(&mut settings.destination, contents);
    dir.write_settings(&settings)?;
    let path = dir.state(&settings);
    if Store::open_to_read(&path)?.is_some() {
        forget_signs(&Store::open(&path)?)?;
    }
    Ok(settings)
}

/// Says that the source of a destination is of this kind, for all its audiences.
fn say_kind(destination: &mut Destination, contents: Contents) {
    let SourceSettings::Files(files) = &mut destination.source;
    files.contents = contents;
    files.contents_guessed = false;
    files.audience_contents = BTreeMap::new();
}

/// Takes the files of an audience for changes, if nobody has said that they name everyone in it. Returns whether that
/// was so.
pub(super) fn correct_kind(destination: &mut Destination, audience: &AudienceId) -> bool {
    let SourceSettings::Files(files) = &mut destination.source;
    if !files.contents_guessed {
        return false;
    }
    let is_only = |known: &ScheduledAudience| known.id == *audience;
    if destination.audiences.iter().all(is_only) {
        files.contents = Contents::Incremental;
        files.audience_contents.clear();
    } else {
        let id = destination
            .audiences
            .iter()
            .find(|known| known.id.as_str().eq_ignore_ascii_case(audience.as_str()));
        let id = id.map_or_else(|| audience.clone(), |known| known.id.clone());
        files.audience_contents.insert(id, Contents::Incremental);
    }
    true
}

/// What a destination knows of the files it reads.
pub fn known_to(destination: &Destination) -> Known {
    Known {
        audiences: destination
            .audiences
            .iter()
            .map(|audience| (audience.id.clone(), audience.name.clone()))
            .collect(),
        others: vec![destination.name.clone()],
    }
}

/// What a kind of export means, in words.
pub fn kind_words(contents: Contents) -> &'static str {
    match contents {
        Contents::FullSnapshot => "everyone in the audience now (full snapshot)",
        Contents::Incremental => "changes since the last file (incremental)",
        Contents::Guess => "not known yet",
    }
}

/// That files were taken for another kind than had been found out.
pub(super) fn corrected_problem(destination: &Destination, audience: &AudienceId) -> Problem {
    let name = destination
        .audiences
        .iter()
        .find(|known| known.id.as_str().eq_ignore_ascii_case(audience.as_str()))
        .map_or(audience.as_str(), |known| &known.name);
    Problem::new(
        "kind_corrected",
        format!(
            "The files of \"{name}\" say that people have left, so they hold changes since the last file, and are read as such from now on. Nobody leaves the audience for not being in them."
        ),
        format!(
            "The kind of export had been found out at import, and nobody had chosen it. If each file names everyone in the audience, say so with `audience-sync destination kind \"{}\" full`.",
            destination.name
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Destination {
        Destination::from_json(include_str!("../../assets/demo/destination.json"))
            .expect("it is valid")
    }

    fn files(destination: &Destination) -> &crate::model::FileSource {
        destination.source.files().expect("files")
    }

    #[test]
    fn a_kind_that_is_open_is_kept_and_one_that_was_said_is_left() {
        let mut destination = sample();
        destination.source.files_mut().expect("files").contents = Contents::Guess;
        let kinds = Kinds::from(Contents::FullSnapshot);
        assert!(settle_kind(&mut destination, &kinds, false));
        let settled = files(&destination);
        assert_eq!(
            (settled.contents, settled.contents_guessed),
            (Contents::FullSnapshot, true)
        );
        assert!(!settle_kind(
            &mut destination,
            &Kinds::from(Contents::Incremental),
            false
        ));
        assert_eq!(files(&destination).contents, Contents::FullSnapshot);
    }

    #[test]
    fn only_a_kind_that_nobody_said_is_corrected_and_only_of_its_audience() {
        let mut destination = sample();
        say_kind(&mut destination, Contents::FullSnapshot);
        let first = destination.audiences[0].id.clone();
        assert!(!correct_kind(&mut destination, &first));
        destination
            .source
            .files_mut()
            .expect("files")
            .contents_guessed = true;
        assert!(correct_kind(&mut destination, &first));
        let corrected = files(&destination);
        assert_eq!(corrected.contents_of(&first), Contents::Incremental);
        let second = &destination.audiences[1].id;
        assert_eq!(corrected.contents_of(second), Contents::FullSnapshot);
        destination.audiences.truncate(1);
        assert!(correct_kind(&mut destination, &first));
        assert_eq!(files(&destination).contents, Contents::Incremental);
    }
}
