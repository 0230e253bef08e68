//! Plain values that every other room speaks of; no I/O, no clock, no outside service.
//!
//! The words are those a person reads on screen: a [`Destination`] maps the fields of a [source](SourceSettings)
//! to [targets](Target) of prospects, and a [`Run`] counts what became of every profile in its [`Figures`].

mod account;
mod attribute;
mod budget;
mod change;
mod check;
mod delivery;
mod destination;
mod draft;
mod fields;
mod ids;
mod membership;
mod overlap;
mod place;
mod preferences;
mod problem;
mod reading;
mod run;
mod source;
pub mod suggest;
mod wait;
mod words;

pub use account::{AccountSettings, DEFAULT_PORT, Keep, MissingScope, RedirectMode, SIGN_IN_LASTS};
pub use attribute::{Access, Kind, Target};
pub use budget::{
    BudgetNote, BudgetSettings, HOURLY_LIMIT, ITEMS_A_DAY, SECS_OF_HOUR, hour_of, secs_of_items,
    utc_day,
};
pub use change::{Change, Digest, Known};
pub use check::{Fault, address_fault, check};
pub use delivery::{Delivery, RouteMode};
pub use destination::{
    Account, Alert, DEFAULT_API_ADDRESS, Destination, FORMAT, Guard, MappingRow, NumbersAre,
    ScheduledAudience, StatusWords, WhenEmpty, WhenTooLong, slug,
};
pub use draft::{
    Draft, DraftAudience, DraftFault, FieldLabel, Finding, KnownFields, MARKETING_ACTIONS,
    NewAccount, Spot, Step, Surroundings, check_draft,
};
pub use fields::{FieldSet, FieldValue};
pub use ids::{AudienceId, MappingId, OutreachId, RunId};
pub use membership::MembershipStatus;
pub use overlap::{Overlap, Writers, overlaps, writers};
pub use place::{At, Counts, Part, Place};
pub use preferences::{Appearance, Closing, Preferences};
pub use problem::Problem;
pub use reading::{Delimiter, Escape, Quote, Reading, TextEncoding};
pub use run::{Cause, Fate, Figures, RecordFault, Requests, Run, RunStatus};
pub use source::{Contents, FileSource, SourceSettings};
pub use wait::{Wait, WaitsFor};
pub use words::{visible, without_secrets};
