//! The kind of export: everyone in the audience now, or changes since the last file.

use std::{collections::BTreeMap, fmt};

use super::{SourceFile, shape::Layout};
use crate::model::{AudienceId, Contents, FileSource};

/// What the files of a source are, taken together and of each audience; never [`Contents::Guess`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kinds {
    all: Contents,
    reason: Reason,
    /// Of the audiences that have files of their own, in lower case.
    by_audience: BTreeMap<String, (Contents, Reason)>,
}

/// Why files are taken for what they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// A person has said it.
    Said,
    /// No column says who is a member, so everyone in a file is one.
    NoStatus,
    /// Rows say that somebody has left, which a file of members does not.
    RowsSayLeft,
    /// A column says who is a member, and everyone is.
    AllMembers,
    /// Each profile has a row with the status of every audience.
    RowPerProfile,
    /// Profiles as they are sent when they change.
    Profiles,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Said => "it was chosen",
            Self::NoStatus => "no column says who is a member, so everyone in a file is one",
            Self::RowsSayLeft => "rows say that somebody has left",
            Self::AllMembers => "the column of the status says that everyone in it is a member",
            Self::RowPerProfile => "each profile has a row with a status for every audience",
            Self::Profiles => "they are profiles as they are sent when they change",
        })
    }
}

impl Kinds {
    /// What the settings say, or else what the beginnings of the files show.
    pub(super) fn new(settings: &FileSource, layout: Layout, files: &[SourceFile]) -> Self {
        let guess = |files: &mut dyn Iterator<Item = &SourceFile>| match layout {
            Layout::Wide => (Contents::FullSnapshot, Reason::RowPerProfile),
            Layout::Profiles => (Contents::Incremental, Reason::Profiles),
            Layout::PerAudience => guess(files),
        };
        let said = |contents, guess: &dyn Fn() -> (Contents, Reason)| match contents {
            Contents::Guess => guess(),
            known @ (Contents::FullSnapshot | Contents::Incremental) => (known, Reason::Said),
        };
        let (all, reason) = said(settings.contents, &|| guess(&mut files.iter()));
        let mut by_audience = BTreeMap::new();
        if layout == Layout::PerAudience {
            for audience in files
                .iter()
                .filter_map(|file| file.entry.facts.audience.as_ref())
            {
                let of_audience = || guess(&mut files.iter().filter(|file| file.is_of(audience)));
                let found = said(settings.contents_of(audience), &of_audience);
                by_audience.insert(key(audience), found);
            }
        }
        for (audience, contents) in &settings.audience_contents {
            if *contents != Contents::Guess {
                by_audience.insert(key(audience), (*contents, Reason::Said));
            }
        }
        Self {
            all,
            reason,
            by_audience,
        }
    }

    /// Files that are all of one kind.
    pub fn of_all(all: Contents, reason: Reason) -> Self {
        Self {
            all,
            reason,
            by_audience: BTreeMap::new(),
        }
    }

    /// What all files together are; the kind of an audience may be another one.
    pub fn all(&self) -> Contents {
        self.all
    }

    /// Why.
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// What the files of this audience are, and why.
    pub fn of(&self, audience: &AudienceId) -> (Contents, Reason) {
        let own = self.by_audience.get(&key(audience)).copied();
        own.unwrap_or((self.all, self.reason))
    }

    /// Whether who is not in the files of this audience has left it.
    pub fn is_full(&self, audience: &AudienceId) -> bool {
        self.of(audience).0 == Contents::FullSnapshot
    }

    /// Somebody has left this audience by what its files say: what was only found out is corrected.
    pub(in crate::source) fn on_leaver(&mut self, audience: &AudienceId) {
        let found = (Contents::Incremental, Reason::RowsSayLeft);
        if let Some(own) = self.by_audience.get_mut(&key(audience))
            && own.1 == Reason::AllMembers
        {
            *own = found;
            let mut all = self.by_audience.values();
            if self.reason == Reason::AllMembers && all.all(|own| *own == found) {
                (self.all, self.reason) = found;
            }
        }
    }

    /// Whether the absence of a profile means anything.
    pub fn is_any_full(&self) -> bool {
        let mut all = self.by_audience.values().map(|(contents, _)| *contents);
        self.all == Contents::FullSnapshot || all.any(|own| own == Contents::FullSnapshot)
    }
}

impl Default for Kinds {
    /// What nobody has looked at takes nobody out.
    fn default() -> Self {
        Self::from(Contents::Incremental)
    }
}

impl From<Contents> for Kinds {
    /// Files that are all of the kind that somebody has said.
    fn from(contents: Contents) -> Self {
        Self::of_all(contents, Reason::Said)
    }
}

fn key(audience: &AudienceId) -> String {
    audience.as_str().to_ascii_lowercase()
}

/// Files of audiences with a status hold changes if anybody has left; Adobe Experience Platform's full exports have the
/// status as well, but name members only.
fn guess(files: &mut dyn Iterator<Item = &SourceFile>) -> (Contents, Reason) {
    let mut found = (Contents::FullSnapshot, Reason::NoStatus);
    for file in files {
        if file.shape.says_left {
            return (Contents::Incremental, Reason::RowsSayLeft);
        }
        if file.shape.own_status.is_said() {
            found = (Contents::FullSnapshot, Reason::AllMembers);
        }
    }
    found
}
