//! An authorization server that is not ours, from npm, with the sandbox's API behind it.

use std::{path::Path, process::Command};

use serde_json::{Value, json};

use crate::{
    bench::{CLIENT_ID, CLIENT_SECRET},
    leash::{Leashed, REMEDY, folder, installed, wait_for},
};

const PACKAGE: &str = "oidc-provider";

/// What the program asks leave for.
const SCOPES: &str =
    "prospects.read prospects.write users.read batches.read batches.write batchItems.read";

pub(crate) struct Provider {
    process: Leashed,
    pub(crate) address: String,
}

impl Provider {
    /// Lets one app in, whose people come back to one address; its tokens open the sandbox's API.
    pub(crate) async fn start(redirect: &str, sandbox: &str, sandbox_token: &str) -> Self {
        assert_pinned(&folder());
        let settings = json!({
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "redirect_uri": redirect,
            "scope": SCOPES,
            "sandbox": sandbox,
            "sandbox_token": sandbox_token,
        });
        let mut command = Command::new(installed("node"));
        command.arg(folder().join("provider.mjs"));
        command.arg(settings.to_string());
        let mut process = Leashed::start(command);
        let address = process.announces("listening at ").await;
        Self { process, address }
    }

    /// How many pairs of tokens it has issued for this reason.
    pub(crate) fn n_granted(&self, grant_type: &str) -> usize {
        let line = format!("granted by {grant_type}");
        self.log().lines().filter(|said| *said == line).count()
    }

    /// Its log comes over a pipe, a little after its answer.
    pub(crate) async fn has_granted(&self, grant_type: &str, n: usize) {
        wait_for(&format!("{n} by {grant_type}"), || {
            (self.n_granted(grant_type) == n).then_some(())
        })
        .await;
    }

    pub(crate) fn log(&self) -> String {
        self.process.said.text()
    }
}

fn assert_pinned(folder: &Path) {
    let read = |folder: &Path| -> Option<Value> {
        serde_json::from_slice(&std::fs::read(folder.join("package.json")).ok()?).ok()
    };
    let pinned = read(folder).expect("package.json")["dependencies"][PACKAGE].take();
    let held = read(&folder.join("node_modules").join(PACKAGE));
    let held = held.unwrap_or_else(|| panic!("{PACKAGE} is not installed: {REMEDY}"));
    assert_eq!(
        held["version"], pinned,
        "another {PACKAGE} is installed: {REMEDY}"
    );
}

#[test]
fn the_pinned_version_is_an_exact_one() {
    let package: Value = serde_json::from_str(include_str!("package.json")).expect("JSON");
    let lock: Value = serde_json::from_str(include_str!("package-lock.json")).expect("JSON");
    let pinned = &package["dependencies"][PACKAGE];
    assert_eq!(
        lock["packages"][format!("node_modules/{PACKAGE}")]["version"],
        *pinned
    );
}
