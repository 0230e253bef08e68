//! Exports in the forms that others write, each with what has to come of it: imported and synced as a person does it.
//!
//! A case is a folder of `tests/fixtures/cases`: `day1`, `day2` and so on are what the source holds when it is synced for
//! the first, second time; `expected.json` tells what the prospects end with, which of them are never written, whether
//! each sync ends well, and words that the last one has to say.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use audience_sync::sandbox::{Sandbox, Settings};
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::{sync::Semaphore, task::JoinSet};

use crate::{
    process::{Ended, Program},
    world::open_sandbox,
};

const FOLDER: &str = "tests/fixtures/cases";

/// Processes at a time.
const AT_ONCE: usize = 4;

/// Cases that are not yet as they should be; one that is fails as well, so that the list tells the truth.
const KNOWN: [&str; 0] = [];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    about: String,
    expected: String,
    /// Whether the sync of each day ends well.
    well: Vec<bool>,
    /// What the prospects end with, by their number; without it none is written at all.
    #[serde(default)]
    values: BTreeMap<u32, Map<String, Value>>,
    /// Prospects that are never written.
    #[serde(default)]
    untouched: BTreeSet<u32>,
    /// Words that the last day's sync has to say, in small letters.
    #[serde(default)]
    says: Vec<String>,
}

#[tokio::test]
async fn every_export_comes_to_what_it_has_to() {
    let mut running = JoinSet::new();
    let places = Arc::new(Semaphore::new(AT_ONCE));
    for item in fs::read_dir(FOLDER).expect("the cases") {
        let folder = item.expect("a case").path();
        let places = Arc::clone(&places);
        running.spawn(async move {
            let _place = places.acquire().await.expect("never closed");
            let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
            let faults = run(&folder).await;
            (name, faults)
        });
    }
    let mut wrong = String::new();
    let mut n_cases = 0;
    let only = std::env::var("ONLY_CASE").unwrap_or_default();
    let all = running.join_all().await;
    let all: BTreeMap<_, _> = all.into_iter().collect();
    for (name, faults) in all.iter().filter(|(name, _)| name.starts_with(&only)) {
        n_cases += 1;
        match (faults.is_empty(), KNOWN.contains(&name.as_str())) {
            (true, true) => writeln!(wrong, "{name}: it is right now").expect("text"),
            (false, false) => writeln!(wrong, "{name}: {}", faults.join("\n    ")).expect("text"),
            _ => {}
        }
    }
    assert!(n_cases >= 102 || !only.is_empty(), "{n_cases}");
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// What is wrong with a case.
async fn run(folder: &Path) -> Vec<String> {
    let text = fs::read_to_string(folder.join("expected.json")).expect("the expectations");
    let expected: Case = serde_json::from_str(&text).expect("they are JSON");
    let sandbox = Sandbox::start(Settings {
        prospects: 20_000,
        ..open_sandbox()
    });
    let sandbox = sandbox.await.expect("a sandbox");
    let home = tempfile::tempdir().expect("a temporary folder");
    let settings = place_settings(folder, home.path(), &sandbox);
    let program = Program::new(home.path().join("data"), sandbox.issue_token());
    let mut faults = vec![];
    let mut said = String::new();
    for (day, well) in (1..).zip(&expected.well) {
        copy(&folder.join(format!("day{day}")), &home.path().join("src"));
        if day == 1 {
            let imported = program.call(&["destination", "import", &settings]).await;
            if imported.code != Some(0) {
                faults.push(format!("it is not imported: {imported:?}"));
                return faults;
            }
        }
        let ended = program.call(&["sync"]).await;
        if (ended.code == Some(0)) != *well {
            faults.push(format!("day {day} ends with {}", told(&ended)));
        }
        let failures = program.call(&["failures"]).await;
        said = format!("{}{}", told(&ended), failures.out).to_lowercase();
    }
    for words in &expected.says {
        if !said.contains(words) {
            faults.push(format!("it does not say {words:?}, but: {said}"));
        }
    }
    faults.extend(compare(&expected, &sandbox));
    if !faults.is_empty() {
        faults.insert(0, format!("{} ({})", expected.expected, expected.about));
    }
    faults
}

fn told(ended: &Ended) -> String {
    format!("{:?}: {}{}", ended.code, ended.out, ended.err)
}

/// Puts the settings beside the source, with the sandbox's address. Returns where they are.
fn place_settings(folder: &Path, home: &Path, sandbox: &Sandbox) -> String {
    let text = fs::read_to_string(folder.join("settings.json")).expect("settings");
    let mut settings: Value = serde_json::from_str(&text).expect("they are JSON");
    settings["account"]["api_address"] = sandbox.address().into();
    let path = home.join("settings.json");
    fs::write(&path, settings.to_string()).expect("they can be written");
    path.display().to_string()
}

/// Makes a folder a copy of another one, with the times of its files.
fn copy(from: &Path, to: &Path) {
    if to.exists() {
        fs::remove_dir_all(to).expect("it can be removed");
    }
    fs::create_dir(to).expect("it can be made");
    for item in fs::read_dir(from).expect("a folder") {
        let path: PathBuf = item.expect("an item").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("it can be copied");
        }
    }
}

/// What the prospects end with, beside what they should.
fn compare(expected: &Case, sandbox: &Sandbox) -> Vec<String> {
    let mut faults = vec![];
    let written: BTreeSet<u32> = sandbox
        .writes()
        .iter()
        .map(|write| write.prospect)
        .collect();
    for prospect in &written {
        if !expected.values.contains_key(prospect) || expected.untouched.contains(prospect) {
            let held = sandbox.prospect(*prospect).unwrap_or_default();
            faults.push(format!("{prospect} is written: {}", mapped(&held)));
        }
    }
    for (prospect, wanted) in &expected.values {
        let held = sandbox.prospect(*prospect).unwrap_or_default();
        for (field, value) in wanted {
            let found = held.get(field).unwrap_or(&Value::Null);
            if !is_same(found, value) {
                faults.push(format!("{field} of {prospect} is {found} and not {value}"));
            }
        }
        let status = held.get("custom101").unwrap_or(&Value::Null);
        if !wanted.contains_key("custom101") && !status.is_null() {
            faults.push(format!("{prospect} is {status} and should be nothing"));
        }
    }
    faults
}

/// Whether these are the same value, instants in any spelling.
fn is_same(found: &Value, wanted: &Value) -> bool {
    let instant = |value: &Value| value.as_str()?.parse::<jiff::Timestamp>().ok();
    found == wanted || instant(found).is_some_and(|found| Some(found) == instant(wanted))
}

/// The fields that cases write.
fn mapped(held: &Map<String, Value>) -> String {
    let fields = ["firstName", "lastName", "custom101"];
    let held = fields.map(|field| format!("{field} {}", held.get(field).unwrap_or(&Value::Null)));
    held.join(", ")
}
