//! Where the provider's documents are: what the tests need of them stands beside the tests.

use std::{
    env,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use serde_json::Value;

/// May name the provider's whole OpenAPI document, such as a newer one.
const VARIABLE: &str = "AUDIENCE_SYNC_OUTREACH_OPENAPI";

/// The provider's OpenAPI document, of the paths that are used.
pub(crate) fn openapi() -> PathBuf {
    let document = env::var_os(VARIABLE)
        .map_or_else(|| beside_the_tests("outreach-openapi.json"), PathBuf::from);
    assert!(
        document.is_file(),
        "there is no document at {}, so nothing can be checked",
        document.display()
    );
    document
}

/// The table of prospect attributes drawn from it.
pub(crate) fn attributes() -> Value {
    let table = beside_the_tests("prospect-attributes.json");
    let text = std::fs::read_to_string(&table).expect("a readable table");
    serde_json::from_str(&text).expect("a table in JSON")
}

/// Speaks past the capture of a passing test's output: how much was judged.
pub(crate) fn say(words: &str) {
    writeln!(io::stderr(), "contract: {words}").expect("a place to speak");
}

fn beside_the_tests(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/contract");
    folder.join(name)
}
