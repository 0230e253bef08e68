//! What can be typed.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::model::RunId;

/// Keeps prospects in Outreach up to date with the audiences of Adobe Experience Platform.
#[derive(Debug, Parser)]
#[command(version = env!("AUDIENCE_SYNC_VERSION"), about, long_about = None)]
pub struct Args {
    /// The folder for settings and state [default: the system's place for app data]
    #[arg(
        long,
        global = true,
        env = "AUDIENCE_SYNC_DATA_DIR",
        value_name = "DIR"
    )]
    pub data_dir: Option<PathBuf>,
    /// What to do; without it the window opens
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show the whole job at work: a sandbox in place of Outreach, and sample audiences
    Demo(DemoArgs),
    /// Run every enabled destination once
    Sync(SyncArgs),
    /// Keep syncing without a window until stopped
    Run,
    /// Show the destinations and their last runs
    Status(StatusArgs),
    /// Show the records that were excluded or failed
    Failures(FailuresArgs),
    /// Add, write out or check a destination's settings
    #[command(subcommand)]
    Destination(DestinationCommand),
    /// Serve a stand-in for Outreach on this computer
    Sandbox(SandboxArgs),
}

/// `demo`.
#[derive(Debug, clap::Args)]
pub struct DemoArgs {
    /// Sync twice without a window, print what happened, and end
    #[arg(long)]
    pub headless: bool,
}

/// `sync`.
#[derive(Debug, clap::Args)]
pub struct SyncArgs {
    /// Only this destination, enabled or not
    #[arg(long, value_name = "NAME")]
    pub destination: Option<String>,
    /// Show what would change; send and store nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `status`.
#[derive(Debug, clap::Args)]
pub struct StatusArgs {
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `failures`.
#[derive(Debug, clap::Args)]
pub struct FailuresArgs {
    /// The run, by its number [default: the last one of each destination]
    #[arg(long, value_name = "N")]
    pub run: Option<RunId>,
    /// Only this destination
    #[arg(long, value_name = "NAME")]
    pub destination: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `destination`.
#[derive(Debug, Subcommand)]
pub enum DestinationCommand {
    /// Take the settings in a file, in place of those of the same name
    Import {
        /// A destination's settings as JSON
        file: PathBuf,
    },
    /// Print a destination's settings
    Export {
        /// The destination
        name: String,
    },
    /// Check the settings in a file, and whether its source fits them
    Validate {
        /// A destination's settings as JSON
        file: PathBuf,
    },
}

/// `sandbox`.
#[derive(Debug, clap::Args)]
pub struct SandboxArgs {
    /// The port on 127.0.0.1; 0 takes a free one
    #[arg(long, value_name = "N", default_value_t = 4010)]
    pub port: u16,
    /// How many prospects it has
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub prospects: u32,
    /// How many requests it takes in a window
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub limit: u32,
    /// The length of the window in seconds
    #[arg(long, value_name = "N", default_value_t = 3600)]
    pub window_secs: u64,
    /// How late each answer is, in milliseconds
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub latency_ms: u64,
}
