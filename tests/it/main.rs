//! The whole program against the sandbox, over real HTTP.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by failing"
)]

mod batches;
mod cases;
mod cli;
mod connect;
mod desk;
mod disk;
mod faults;
mod guard;
mod interrupted;
mod kill;
mod limit;
mod process;
mod read_first;
mod repeats;
mod routes;
mod scale;
mod shared_fields;
mod sign_in;
mod simulation;
mod story;
mod watch;
mod world;
