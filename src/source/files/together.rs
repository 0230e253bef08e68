//! Whether the files of a source belong together: copies of each other, times that tell which is newer, parts that are
//! all there, and the lists that exports come with.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Read as _,
    sync::Arc,
};

use serde::Deserialize;
use xxhash_rust::xxh3::Xxh3;

use super::{
    SourceFile,
    listing::{Entry, Listing},
    names,
    shape::Layout,
};
use crate::source::Error;

/// Leaves out files that are copies of others by name and contents, and names them.
pub(super) fn without_copies(listing: &mut Listing) -> Result<(), Error> {
    let mut kept: Vec<Entry> = vec![];
    let (copies, originals): (Vec<_>, Vec<_>) = std::mem::take(&mut listing.entries)
        .into_iter()
        .partition(|entry| entry.facts.is_copy);
    kept.extend(originals);
    for copy in copies {
        let name = names::original_name(&copy.name);
        let is_same = |other: &&Entry| {
            names::original_name(&other.name) == name
                && other.version.n_bytes == copy.version.n_bytes
        };
        let same = match kept.iter().find(is_same) {
            Some(other) => hash(other)? == hash(&copy)?,
            None => false,
        };
        if same {
            listing.ignored.push(format!("{} (a copy)", copy.name));
        } else {
            kept.push(copy);
        }
    }
    kept.sort_by(|a, b| a.name.cmp(&b.name));
    listing.entries = kept;
    Ok(())
}

fn hash(entry: &Entry) -> Result<u64, Error> {
    let mut file = entry.open()?;
    let mut hash = Xxh3::new();
    let mut buffer = vec![0; 64 << 10];
    loop {
        let n_read = file.read(&mut buffer).map_err(|e| entry.io_error(e))?;
        if n_read == 0 {
            return Ok(hash.digest());
        }
        hash.update(buffer.get(..n_read).unwrap_or_default());
    }
}

/// A list of the files of an export, as Adobe Experience Platform writes it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    #[serde(default)]
    export_results: Vec<Listed>,
}

#[derive(Debug, Deserialize)]
struct Listed {
    name: String,
    size: Option<u64>,
}

/// A manifest is small; one that is larger is none.
const MAX_MANIFEST: u64 = 16 << 20;

/// Holds an export back that is not complete by its own list. A list that names none of the files that are here is of
/// another export, and one of an export that has been superseded does not count.
pub(super) fn check_manifests(listing: &Listing) -> Result<(), Error> {
    for (name, path) in &listing.manifests {
        let mut text = String::new();
        let read =
            fs::File::open(path).and_then(|file| file.take(MAX_MANIFEST).read_to_string(&mut text));
        let manifest: Option<Manifest> = read.ok().and_then(|_| serde_json::from_str(&text).ok());
        let listed = manifest.map(|manifest| manifest.export_results);
        check_manifest(name, &listed.unwrap_or_default(), &listing.entries)?;
    }
    Ok(())
}

fn check_manifest(name: &str, listed: &[Listed], entries: &[Entry]) -> Result<(), Error> {
    let here = |listed: &Listed| {
        entries
            .iter()
            .find(|entry| is_same_file(&listed.name, entry))
    };
    let is_newest = |entry: &Entry| {
        let mut others = entries
            .iter()
            .filter(|other| other.facts.audience == entry.facts.audience);
        others.all(|other| other.facts.stamp <= entry.facts.stamp)
    };
    if !listed.iter().filter_map(here).any(is_newest) {
        return Ok(());
    }
    let incomplete = |listed: &Listed, sizes| Error::Incomplete {
        listed: last(&listed.name).to_owned(),
        by: name.to_owned(),
        sizes,
    };
    if let Some(missing) = listed.iter().find(|listed| here(listed).is_none()) {
        return Err(incomplete(missing, None));
    }
    for listed in listed {
        let as_listed = here(listed).filter(|entry| last(&entry.name) == last(&listed.name));
        let sizes = listed
            .size
            .zip(as_listed.map(|entry| entry.version.n_bytes));
        if let Some(sizes) = sizes.filter(|(listed, found)| listed != found) {
            return Err(incomplete(listed, Some(sizes)));
        }
    }
    Ok(())
}

fn last(name: &str) -> &str {
    name.rsplit_once('/').map_or(name, |(_, last)| last)
}

/// Whether a listed file is this one, which may have been unpacked since.
fn is_same_file(listed: &str, entry: &Entry) -> bool {
    let (listed, found) = (last(listed), last(&entry.name));
    listed == found
        || listed.strip_suffix(".gz") == Some(found)
        || listed == names::original_name(found)
}

/// Asks where the names of an audience's files do not tell which is newer, or whether they are all there.
pub(super) fn check(files: &[SourceFile], layout: Layout) -> Result<(), Error> {
    if layout != Layout::PerAudience {
        return Ok(());
    }
    let mut by_audience: BTreeMap<String, Vec<&Entry>> = BTreeMap::new();
    for file in files {
        let audience = file.entry.facts.audience.as_ref();
        let key = audience.map(|audience| audience.as_str().to_ascii_lowercase());
        by_audience
            .entry(key.unwrap_or_default())
            .or_default()
            .push(&file.entry);
    }
    for entries in by_audience.values() {
        check_times(entries)?;
        check_parts(entries)?;
    }
    Ok(())
}

/// Two files of one time, unless they are parts of one export, and files without a time beside others.
fn check_times(entries: &[&Entry]) -> Result<(), Error> {
    let mut seen: BTreeMap<(Option<u64>, Option<u32>), &Entry> = BTreeMap::new();
    let sure = entries
        .iter()
        .filter(|entry| !entry.facts.has_impossible_time);
    for entry in sure.clone() {
        let key = (entry.facts.stamp, entry.facts.part);
        if let Some(other) = seen.insert(key, entry) {
            return Err(order_unclear(entry, other));
        }
    }
    let undated = sure.clone().find(|entry| entry.facts.stamp.is_none());
    let dated = sure.clone().find(|entry| entry.facts.stamp.is_some());
    match (undated, dated) {
        (Some(undated), Some(dated)) => Err(order_unclear(undated, dated)),
        _ => Ok(()),
    }
}

fn order_unclear(entry: &Entry, other: &Entry) -> Error {
    Error::OrderUnclear {
        file: Arc::clone(&entry.name),
        other: Arc::clone(&other.name),
    }
}

/// A part that is missing between others. Programs that number their parts from 0 leave numbers out on purpose.
fn check_parts(entries: &[&Entry]) -> Result<(), Error> {
    let mut by_time: BTreeMap<Option<u64>, BTreeSet<u32>> = BTreeMap::new();
    for entry in entries {
        if last(&entry.name).starts_with("part-") {
            return Ok(());
        }
        let parts = by_time.entry(entry.facts.stamp).or_default();
        parts.insert(entry.facts.part.unwrap_or(1));
    }
    for (stamp, parts) in by_time {
        let Some(most) = parts.last() else { continue };
        let Some(missing) = (1..*most).find(|part| !parts.contains(part)) else {
            continue;
        };
        let Some(beside) = entries.iter().find(|entry| entry.facts.stamp == stamp) else {
            continue;
        };
        return Err(Error::PartMissing {
            file: Arc::clone(&beside.name),
            missing,
            most: *most,
        });
    }
    Ok(())
}
