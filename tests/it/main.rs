//! The whole program against the sandbox, over real HTTP.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by failing"
)]

mod faults;
mod guard;
mod interrupted;
mod limit;
mod repeats;
mod story;
mod world;
