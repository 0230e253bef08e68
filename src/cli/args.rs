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
    /// Sign in to Outreach, and see or change the sign-ins there are
    #[command(subcommand)]
    Account(AccountCommand),
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
    /// Send again what Outreach has refused before
    #[arg(long, conflicts_with = "dry_run")]
    pub retry_failed: bool,
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
    /// Say what kind of export a destination's source is
    Kind {
        /// The destination
        name: String,
        /// Everyone in the audience now, or changes since the last file
        kind: ExportKind,
    },
    /// Begin a destination's state anew: what Outreach holds is compared with the source, and nothing is cleared there
    Rebuild {
        /// The destination
        name: String,
        /// Do it; without it only what that takes is shown
        #[arg(long)]
        yes: bool,
    },
    /// Check the settings in a file, and whether its source fits them
    Validate {
        /// A destination's settings as JSON
        file: PathBuf,
    },
}

/// The kinds of export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ExportKind {
    /// Each file names everyone in the audience now: whoever is missing has left
    Full,
    /// Files hold what has changed since the last one: nobody leaves for being missing
    Changes,
}

/// `account`.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Sign in to Outreach in the browser
    Connect(ConnectArgs),
    /// Show the accounts
    List {
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Give an account another name, in all destinations too
    Rename {
        /// The account
        old: String,
        /// Its new name
        new: String,
    },
    /// Sign out on this computer
    Disconnect {
        /// The account
        name: String,
    },
}

/// `account connect`; what is not named stays as it is, or is as usual.
#[derive(Debug, clap::Args)]
pub struct ConnectArgs {
    /// The account: one there is, or a new one
    #[arg(long, value_name = "NAME", default_value = "Outreach")]
    pub name: String,
    /// How the browser's answer comes back [default: https]
    #[arg(long, value_enum, value_name = "WAY")]
    pub redirect: Option<Redirect>,
    /// The port of the redirect address [default: 8765]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub port: Option<u16>,
    /// Where Outreach's API is [default: that of Outreach itself]
    #[arg(long, value_name = "ADDRESS")]
    pub api: Option<String>,
    /// The client id of the app in Outreach
    #[arg(long, value_name = "ID")]
    pub client_id: Option<String>,
    /// Keep no secrets: the sign-in ends with this command
    #[arg(long)]
    pub session_only: bool,
    /// Only print the address of the sign-in page
    #[arg(long)]
    pub no_browser: bool,
}

/// How the browser's answer comes back.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum Redirect {
    /// To this computer, with a certificate that the browser warns of
    Https,
    /// To this computer, without encryption
    Http,
    /// By hand: copy the address that the browser ends at
    Paste,
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
