//! Tells the program which commit it was built from, so that a report of a fault names it.

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // Set whenever the checkout moves; absent in a source archive.
    println!("cargo::rerun-if-changed=.git/HEAD");
    println!("cargo::rerun-if-changed=.git/logs/HEAD");
    let version = env!("CARGO_PKG_VERSION");
    let stamp = commit().map_or_else(
        || version.to_owned(),
        |commit| format!("{version} ({commit})"),
    );
    println!("cargo::rustc-env=AUDIENCE_SYNC_VERSION={stamp}");
}

/// The short name and the day of the commit, if this is a checkout and git is there.
fn commit() -> Option<String> {
    let output = Command::new("git")
        .args(["log", "-1", "--format=%h, %cs"])
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !text.trim().is_empty()).then(|| text.trim().to_owned())
}
