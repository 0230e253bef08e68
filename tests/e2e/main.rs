//! The sign-in as a person goes through it: a real browser, a real Secret Service, and the program as it is installed.
//!
//! What each test needs it starts for itself, and takes down again: a sandbox, a keyring in a folder of its own on a
//! bus of its own, a browser with a fresh profile. A part that is missing fails the test and names
//! `scripts/install-e2e`. Every step leaves a picture in `target/e2e`.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by failing"
)]

mod bench;
mod browser;
mod demo;
mod exports;
mod foreign;
mod keyring;
mod leash;
#[cfg(all(unix, not(target_os = "macos")))]
mod look;
mod pages;
mod pictures;
mod program;
mod provider;
mod secrets;
mod sign_in;
mod window;
