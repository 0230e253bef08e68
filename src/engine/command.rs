//! What a person asks the engine for.

use std::{path::PathBuf, sync::Arc};

use jiff::Timestamp;
use secrecy::SecretString;

use super::snapshot::ProspectQuery;
use crate::model::{
    AudienceId, BudgetSettings, Contents, Draft, NewAccount, OutreachId, Preferences, RunId,
    SourceSettings,
};

/// One wish.
#[derive(Debug, Clone)]
pub enum Command {
    /// About an account or the sign-in under way.
    Account(AccountCommand),
    /// About the unfinished wizard.
    Draft(DraftCommand),
    /// About the destination of this settings file.
    Destination {
        /// The name of its settings file.
        slug: String,
        /// What to do.
        what: DestinationCommand,
    },
    /// To look something up; the answer stands in [`Looks`](super::snapshot::Looks).
    Look(Look),
    /// To run nothing for a while; `None` until it is resumed.
    Pause {
        /// Until when.
        until: Option<Timestamp>,
    },
    /// To go on after a pause.
    Resume,
    /// To keep what the person has set.
    SetPreferences(Preferences),
    /// To count these alerts as seen; all of them if none is named.
    ReadAlerts {
        /// The number of one alert.
        only: Option<u64>,
    },
    /// To start the sandbox with the sample audiences.
    StartDemo,
}

/// About accounts.
#[derive(Debug, Clone)]
pub enum AccountCommand {
    /// To sign in in the browser.
    Connect {
        /// The account of this name, or a new one.
        account: NewAccount,
        /// The app's secret; `None` for the one in the keyring.
        secret: Option<SecretString>,
    },
    /// The address that the browser ended at, pasted by hand.
    Paste {
        /// What was pasted.
        address: String,
    },
    /// To give up the sign-in under way, or to put aside what came of the last one.
    CancelSignIn,
    /// To give an account another name.
    Rename {
        /// Its name.
        account: String,
        /// Its name from now on.
        to: String,
    },
    /// To change how much of an account's requests this program may use.
    SetBudget {
        /// Its name.
        account: String,
        /// The limits from now on.
        budget: BudgetSettings,
    },
    /// To delete an account's tokens and secret on this computer.
    Disconnect {
        /// Its name.
        account: String,
    },
}

/// About the unfinished wizard.
#[derive(Debug, Clone)]
pub enum DraftCommand {
    /// To keep it as it is.
    Keep(Arc<Draft>),
    /// To forget it.
    Discard,
    /// To make a destination of it, or to change the one that it edits.
    Finish(Arc<Draft>),
}

/// About a destination.
#[derive(Debug, Clone)]
pub enum DestinationCommand {
    /// To run it now.
    Run,
    /// To run it now, with what Outreach has refused before.
    RetryFailed,
    /// To stop its run; what was not sent waits.
    Stop,
    /// To sync it, or not.
    Enable(bool),
    /// To take its source for this kind of export from now on.
    SayKind(Contents),
    /// To make a disabled copy of it under another name.
    Duplicate {
        /// The copy's name.
        name: String,
    },
    /// To write its settings to a file.
    Export {
        /// Where.
        path: PathBuf,
    },
    /// To write the records that a run did not write to a CSV file.
    ExportFaults {
        /// The run.
        run: RunId,
        /// Where.
        path: PathBuf,
    },
    /// To set its state aside and run it as if for the first time.
    Rebuild,
    /// To delete it with all it remembers; nothing is changed in Outreach.
    Delete,
}

/// Something to be looked up.
#[derive(Debug, Clone)]
pub enum Look {
    /// A source, read from end to end.
    Source(SourceSettings),
    /// The labels of an account's custom fields.
    Fields {
        /// The account's name.
        account: String,
    },
    /// What the first profiles would become.
    Preview(Arc<Draft>),
    /// What a run would do.
    DryRun(Arc<Draft>),
    /// To update one prospect as the draft says, and see what Outreach holds then.
    TestOne {
        /// The draft.
        draft: Arc<Draft>,
        /// The prospect.
        prospect: OutreachId,
    },
    /// A run's records.
    Run {
        /// The destination's settings file.
        slug: String,
        /// The run.
        run: RunId,
    },
    /// An audience of a destination.
    Audience {
        /// The destination's settings file.
        slug: String,
        /// The audience.
        audience: AudienceId,
    },
    /// Prospects of a destination.
    Prospects(ProspectQuery),
    /// One prospect.
    Person {
        /// The destination's settings file.
        slug: String,
        /// The prospect.
        prospect: OutreachId,
    },
}
