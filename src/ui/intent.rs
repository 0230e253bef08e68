//! What a screen asks for; it does nothing of it itself.

use crate::{
    engine::{Command, DestinationCommand, Look},
    model::{Draft, RunId},
};

use super::Screen;

/// One wish of a screen.
#[derive(Debug, Clone)]
pub enum Intent {
    /// To show another page.
    Go(Screen),
    /// To open the wizard with this draft.
    Wizard(Box<Draft>),
    /// To have the engine do something.
    Do(Command),
    /// To have the person choose a file or a folder.
    Choose(Choice),
    /// To open an address in the browser.
    Open(String),
    /// To put a text on the clipboard.
    Copy(String),
}

/// What a file dialog is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// The wizard's source, a file.
    SourceFile,
    /// The wizard's source, a folder.
    SourceFolder,
    /// Where a destination's settings are written.
    ExportSettings {
        /// The destination's settings file.
        slug: String,
    },
    /// Where the records that a run did not write are written.
    ExportFaults {
        /// The destination's settings file.
        slug: String,
        /// The run.
        run: RunId,
    },
}

impl Intent {
    /// To have the engine do something with a destination.
    pub fn destination(slug: impl Into<String>, what: DestinationCommand) -> Self {
        Self::Do(Command::Destination {
            slug: slug.into(),
            what,
        })
    }

    /// To have the engine look something up.
    pub fn look(look: Look) -> Self {
        Self::Do(Command::Look(look))
    }
}
