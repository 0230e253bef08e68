//! `sandbox`: serves the stand-in for Outreach until it is stopped.

use std::time::Duration;

use super::{Exit, Failure, args::SandboxArgs, hooks, output};
use crate::{
    model::Problem,
    sandbox::{Error, Role, Sandbox, Settings},
};

/// Long enough for a person to see a batch under way.
const BATCH_PROCESSING: Duration = Duration::from_secs(3);

/// Serves until the program is asked to end.
pub(super) async fn run(options: SandboxArgs) -> Result<Exit, Failure> {
    let settings = Settings {
        port: options.port,
        prospects: options.prospects,
        limit: options.limit,
        window: Duration::from_secs(options.window_secs),
        latency: Duration::from_millis(options.latency_ms),
        batch_processing: BATCH_PROCESSING,
        ..Settings::default()
    };
    let sandbox = Sandbox::start(settings)
        .await
        .map_err(|e| not_started(&e))?;
    output::result(&greeting(&sandbox))?;
    hooks(|_| ()).stopping().await;
    sandbox.stop().await;
    Ok(Exit::Well)
}

/// What one needs to use it: its address, an app, people, and a token that needs neither.
fn greeting(sandbox: &Sandbox) -> String {
    let address = sandbox.address();
    let mut lines = vec![
        format!(
            "The sandbox stands in for Outreach at {address}; open it in a browser to see its prospects."
        ),
        format!("A token for it: {}", sandbox.issue_token()),
    ];
    for app in sandbox.apps() {
        lines.push(String::new());
        lines.push(format!(
            "Sign in at {address}/oauth/authorize as {}",
            app.name
        ));
        lines.push(format!("  Client id      {}", app.client_id));
        lines.push(format!("  Client secret  {}", app.client_secret));
        let uris = app.redirect_uris.into_iter();
        lines.extend(uris.map(|uri| format!("  Redirect URI   {uri}")));
    }
    lines.push(String::new());
    lines.push("Users and their passwords".to_owned());
    let users = sandbox.sample_users();
    let width = users.iter().map(|user| user.email.len()).max();
    for user in users {
        let (email, password) = (user.email, user.password);
        let role = match user.role {
            Role::Admin => "admin",
            Role::Rep => "rep",
        };
        let width = width.unwrap_or_default();
        lines.push(format!("  {email:width$}  {password:16}  {role}"));
    }
    lines.push("\nCtrl-C ends it.\n".to_owned());
    lines.join("\n")
}

/// Why the sandbox does not start, in words.
pub(super) fn not_started(error: &Error) -> Failure {
    Failure::usage(Problem::new(
        "sandbox_not_started",
        format!("The sandbox cannot start: {error}."),
        "Choose another port with --port, or 0 for a free one.",
    ))
}
