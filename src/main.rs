//! The program: parses its arguments and carries out one command.

use std::process::ExitCode;

use audience_sync::cli::{self, Args};
use clap::Parser as _;

fn main() -> std::io::Result<ExitCode> {
    Ok(cli::run(Args::parse())?.into())
}
