//! Keeps prospects in Outreach up to date with the audiences of Adobe Experience Platform.
//!
//! A profile walks in one direction, and the process may end at any point of the way:
//!
//! 1. [`source`] reads a batch of rows out of files.
//! 2. [`sync`] plans: compares what each profile asks for with the ledger, and keeps at most one change a prospect.
//! 3. [`store`] commits the changes to the outbox.
//! 4. [`sync`] delivers: [`outreach`] sends under the hourly limit, and each answer settles ledger, journal and
//!    outbox in one transaction.
//! 5. [`engine`] runs all this for every destination, and puts what goes wrong into words.
//!
//! [`auth`] keeps each account signed in; the engine hands its tokens to the client, one request at a time.
//!
//! [`ui`] shows what the engine does in a window, and [`cli`] drives it from a terminal. [`sandbox`] stands in for Outreach and shares nothing with the rest.

pub mod auth;
pub mod cli;
pub mod engine;
pub mod model;
pub mod outreach;
pub mod sandbox;
pub mod source;
pub mod store;
pub mod sync;
pub mod ui;
