//! Where the provider's published documents are, and what is said when they are not there.

use std::{
    env,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use serde_json::Value;

const VARIABLE: &str = "AUDIENCE_SYNC_OUTREACH_OPENAPI";

/// The provider's OpenAPI document.
pub(crate) fn openapi() -> Option<PathBuf> {
    let document = named();
    if document.is_file() {
        return Some(document);
    }
    assert!(
        env::var_os(VARIABLE).is_none(),
        "{VARIABLE} names {}, where there is no file",
        document.display()
    );
    absent(&document);
    None
}

/// The table of prospect attributes drawn from it, which lies in the same folder.
pub(crate) fn attributes() -> Option<Value> {
    let table = named().with_file_name("prospect-attributes.json");
    if !table.is_file() {
        absent(&table);
        return None;
    }
    let text = std::fs::read_to_string(&table).expect("a readable table");
    Some(serde_json::from_str(&text).expect("a table in JSON"))
}

/// Speaks past the capture of a passing test's output: nobody may take a check that did not happen for one that did.
pub(crate) fn say(words: &str) {
    writeln!(io::stderr(), "contract: {words}").expect("a place to speak");
}

fn named() -> PathBuf {
    env::var_os(VARIABLE).map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/contract/outreach-openapi.json"),
        PathBuf::from,
    )
}

fn absent(document: &Path) {
    say(&format!(
        "NOT CHECKED, because {} does not exist; {VARIABLE} may name the OpenAPI document elsewhere",
        document.display()
    ));
}
