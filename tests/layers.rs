//! The house rules that the compiler does not know: which way the arrows run, who owns which outside crate, and what
//! every file has.

#![expect(clippy::expect_used, reason = "a test ends at the first fault")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Each room with the rooms it may name.
const ARROWS: [(&str, &[&str]); 11] = [
    ("model", &[]),
    ("source", &["model"]),
    ("outreach", &["model"]),
    ("auth", &["model"]),
    ("store", &["model"]),
    ("sync", &["model", "source", "outreach", "auth", "store"]),
    (
        "engine",
        &["model", "source", "outreach", "auth", "store", "sync"],
    ),
    ("ui", &["model", "engine"]),
    (
        "cli",
        &[
            "model", "source", "outreach", "auth", "store", "sync", "engine", "sandbox",
        ],
    ),
    ("sandbox", &[]),
    ("main", &["cli"]),
];

/// Outside crates with the rooms that may name them; the tests beside the code are free.
const OWNERS: [(&str, &[&str]); 34] = [
    ("axum", &["sandbox", "auth"]),
    ("bytes", &["source"]),
    ("bzip2", &["source"]),
    ("calamine", &["source"]),
    ("chardetng", &["source"]),
    ("clap", &["main", "cli"]),
    ("eframe", &["ui"]),
    ("egui", &["ui"]),
    ("egui_extras", &["ui"]),
    ("egui_plot", &["ui"]),
    ("encoding_rs", &["source"]),
    ("etcetera", &["store"]),
    ("flate2", &["source"]),
    ("fluent_bundle", &["ui"]),
    ("fs4", &["store"]),
    ("indicatif", &["cli"]),
    ("keyring", &["auth"]),
    ("keyring_core", &["auth"]),
    ("lz4_flex", &["source"]),
    ("memchr", &["source"]),
    ("oauth2", &["auth"]),
    ("open", &["engine"]),
    ("parquet", &["source"]),
    ("rcgen", &["auth"]),
    ("reqwest", &["outreach", "auth"]),
    ("rfd", &["ui"]),
    ("rusqlite", &["store"]),
    ("strsim", &["source"]),
    ("snap", &["source"]),
    ("unic_langid", &["ui"]),
    ("xxhash_rust", &["source", "sync"]),
    ("zbus", &["ui"]),
    ("zip", &["source"]),
    ("zstd", &["source"]),
];

const MAX_LINES: usize = 600;

#[test]
fn no_arrow_runs_back_and_every_crate_stays_with_its_owner() {
    let mut faults = vec![];
    for file in sources() {
        let allowed = ARROWS
            .iter()
            .find(|(room, _)| *room == file.room)
            .unwrap_or_else(|| panic!("a room of no list: {}", file.room))
            .1;
        for named in named_rooms(&file.code) {
            if named != file.room && !allowed.contains(&named.as_str()) {
                faults.push(format!("{}: {} may not name {named}", file.name, file.room));
            }
        }
        for (krate, owners) in OWNERS {
            if !owners.contains(&file.room.as_str()) && names_crate(&file.code, krate) {
                faults.push(format!("{}: {krate} belongs to {owners:?}", file.name));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_file_says_what_it_is_and_none_is_too_long() {
    let mut faults = vec![];
    for file in sources() {
        if !file.text.starts_with("//!") {
            faults.push(format!("{} does not open with a //! doc", file.name));
        }
        let n_lines = file.text.lines().count();
        if n_lines > MAX_LINES {
            faults.push(format!(
                "{} has {n_lines} lines; {MAX_LINES} are the most",
                file.name
            ));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_planted_violation_is_found() {
    assert_eq!(
        named_rooms("use crate::{engine::Report, model::{Run, RunId}};"),
        rooms(&["engine", "model"])
    );
    assert_eq!(
        named_rooms("let x = crate::ui::Theme::dark();"),
        rooms(&["ui"])
    );
    assert!(names_crate("use rusqlite::Connection;", "rusqlite"));
    assert!(!names_crate("use crate::rusqlite_like::X;", "rusqlite"));
    assert_eq!(
        without_tests("fn a() {}\n#[cfg(test)]\nmod tests { use crate::cli; }"),
        "fn a() {}\n"
    );
    assert_eq!(
        without_comments("/// see crate::cli\nfn a() {} // crate::ui"),
        "\nfn a() {} "
    );
}

struct Source {
    name: String,
    /// The folder or file below `src`.
    room: String,
    text: String,
    /// What is compiled into the product: no comments, no tests.
    code: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = vec![];
    collect(&root, &mut files);
    let sources: Vec<_> = files
        .into_iter()
        .map(|path| source(&root, &path))
        .filter(|source| source.room != "lib")
        .collect();
    assert!(
        sources.len() > 50,
        "only {} files were found",
        sources.len()
    );
    sources
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("it can be listed").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}

fn source(src: &Path, path: &Path) -> Source {
    let below = path.strip_prefix(src).expect("it is below");
    let first = below.components().next().expect("it has a name");
    let room = Path::new(first.as_os_str())
        .with_extension("")
        .display()
        .to_string();
    let text = fs::read_to_string(path).expect("it can be read");
    let is_test = below
        .iter()
        .any(|part| part.to_string_lossy().contains("test"));
    let code = if is_test {
        String::new()
    } else {
        without_comments(without_tests(&text))
    };
    Source {
        name: below.display().to_string(),
        room,
        text,
        code,
    }
}

/// Tests stand at the end of a file.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or(text)
}

fn without_comments(text: &str) -> String {
    let lines: Vec<_> = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or(line))
        .collect();
    lines.join("\n")
}

/// The rooms that follow `crate::`, alone or in braces.
fn named_rooms(code: &str) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for (at, found) in code.match_indices("crate::") {
        let rest = &code[at + found.len()..];
        if let Some(list) = rest.strip_prefix('{') {
            named.extend(first_level(list));
        } else {
            named.insert(identifier(rest));
        }
    }
    named.remove("");
    named
}

/// The first identifier of each item of a brace list.
fn first_level(list: &str) -> Vec<String> {
    let mut depth = 0_usize;
    let mut items = vec![String::new()];
    for character in list.chars() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => items.push(String::new()),
            other if depth == 0 => items
                .iter_mut()
                .next_back()
                .expect("there is one")
                .push(other),
            _ => {}
        }
    }
    items.iter().map(|item| identifier(item.trim())).collect()
}

fn identifier(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
        .collect()
}

fn names_crate(code: &str, krate: &str) -> bool {
    let path = format!("{krate}::");
    code.match_indices(&path).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        before.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '_' && c != ':')
    })
}

fn rooms(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}
