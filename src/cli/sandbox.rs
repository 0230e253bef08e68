//! `sandbox`: serves the stand-in for Outreach until it is stopped.

use std::time::Duration;

use super::{Exit, Failure, args::SandboxArgs, hooks, output};
use crate::{
    model::Problem,
    sandbox::{Error, Sandbox, Settings},
};

/// Serves until the program is asked to end.
pub(super) async fn run(options: SandboxArgs) -> anyhow::Result<Result<Exit, Failure>> {
    let settings = Settings {
        port: options.port,
        prospects: options.prospects,
        limit: options.limit,
        window: Duration::from_secs(options.window_secs),
        latency: Duration::from_millis(options.latency_ms),
        ..Settings::default()
    };
    let sandbox = match Sandbox::start(settings).await {
        Ok(sandbox) => sandbox,
        Err(error) => return Ok(Err(not_started(&error))),
    };
    output::result(&format!(
        "The sandbox stands in for Outreach at {address}; open it in a browser to see its prospects.\n\
         A token for it: {token}\n\
         Ctrl-C ends it.\n",
        address = sandbox.address(),
        token = sandbox.issue_token(),
    ))?;
    hooks(|_| ()).stopping().await;
    sandbox.stop().await;
    Ok(Ok(Exit::Well))
}

/// Why the sandbox does not start, in words.
pub(super) fn not_started(error: &Error) -> Failure {
    Failure::usage(Problem::new(
        "sandbox_not_started",
        format!("The sandbox cannot start: {error}."),
        "Choose another port with --port, or 0 for a free one.",
    ))
}
