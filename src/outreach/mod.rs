//! The REST API of Outreach: writes prospects, reads them back, and keeps to the hourly limit.
//!
//! A [`Client`] sends every request the same way: it waits for a slot of the budget, asks, waits again when
//! Outreach says "later", and tries again when nothing of Outreach answered. What is left is an [`Error`], which
//! says what has to follow from it.

mod answer;
mod batches;
mod budget;
mod client;
mod echo;
mod error;
mod identity;
mod labels;
mod outside;
mod prospects;
mod rate;
mod read;
mod retry;
mod send;
mod token;

pub use batches::{Batch, BatchItem, BatchState};
pub use client::{Client, Remember};
pub use echo::Echo;
pub use error::{Consequence, Error};
pub use outside::{Carried, Outside};
pub use prospects::Prospect;
pub use read::{Ask, asks};
pub use retry::RetryPolicy;
pub use send::{Attempts, Pause, Tried};
pub use token::{NoToken, TokenFuture, Tokens};
