//! The program: parses its arguments, and opens the window or carries out one command.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

use std::process::ExitCode;

use audience_sync::{
    cli::{self, Args},
    ui,
};
use clap::Parser as _;

fn main() -> std::io::Result<ExitCode> {
    Ok(cli::run(Args::parse(), &ui::open)?.into())
}
