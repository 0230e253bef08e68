//! From what is to be written to the fewest requests: pure, and the same whatever order it is told in.
//!
//! A value that few prospects share goes with the other fields of its prospect as one PATCH. Values that many share go
//! as batches, either one for each field and value, or one for each set of fields that many prospects share whole.
//! The former takes fewer requests, the latter fewer batch items; both are limited, so the dearer of the two decides.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use xxhash_rust::xxh3::xxh3_64;

use crate::model::{FieldSet, FieldValue, ITEMS_A_DAY, OutreachId, RouteMode, Target};

/// The most prospects that one batch may name.
pub(super) const MAX_BATCH: usize = 100_000;

/// Requests that a batch costs at least: one to submit it, and some to ask how it went.
pub(super) const REQUESTS_A_BATCH: u64 = 3;

/// Prospects that one request reads back, as far as numbers of seven digits fit an address.
pub(super) const READ_BACK_A_REQUEST: u64 = 900;

/// Below this many prospects a group is no batch: single requests are through before a batch has begun.
const FEW: u64 = 100;

/// The same for those who prefer batches.
const VERY_FEW: u64 = 6;

/// As long as a route takes less than this part of the day's items, only requests count.
const FREE_ITEMS: u64 = 20;

/// The share of an hour's requests, in percent, that may go to prospects for which too few batch items are left. The
/// items come back twenty times as fast as requests do, and a plan's requests are few, so more than these wait.
const PATCHED_AT_MOST_PERCENT: u64 = 10;

/// What routing depends on besides the changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RouteSettings {
    /// What the person has chosen.
    pub mode: RouteMode,
    /// Requests that may be sent in an hour.
    pub requests_per_hour: u64,
    /// Batch items that may still be used today.
    pub items_left: u64,
    /// The most prospects of one batch.
    pub max_batch: usize,
}

impl RouteSettings {
    /// So many prospects go one by one if there are too few items for them; more of them wait.
    pub(super) fn patched_at_most(&self) -> usize {
        let most = self
            .requests_per_hour
            .saturating_mul(PATCHED_AT_MOST_PERCENT)
            / 100;
        usize::try_from(most).unwrap_or(usize::MAX)
    }
}

impl Default for RouteSettings {
    fn default() -> Self {
        Self {
            mode: RouteMode::Auto,
            requests_per_hour: 10_000,
            items_left: ITEMS_A_DAY,
            max_batch: MAX_BATCH,
        }
    }
}

/// The same fields with the same values for many prospects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// What is written.
    pub fields: FieldSet,
    /// To whom, in the order of their numbers; never empty.
    pub prospects: Vec<OutreachId>,
}

/// The requests that write everything once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Route {
    /// Batches.
    pub groups: Vec<Group>,
    /// Prospects whose fields go as one PATCH each, in the order of their numbers.
    pub patches: Vec<OutreachId>,
    /// Prospects that wait until there are batch items for them, in the order of their numbers.
    pub waiting: Vec<OutreachId>,
    /// The items that they want.
    pub items_wanted: u64,
}

impl Route {
    /// How many requests it takes, those that follow and verify batches included.
    pub fn n_requests(&self) -> u64 {
        let read_back = self.in_batches().div_ceil(READ_BACK_A_REQUEST);
        self.patches.len() as u64 + self.groups.len() as u64 * REQUESTS_A_BATCH + read_back
    }

    /// How many batch items it takes.
    pub fn n_items(&self) -> u64 {
        self.groups
            .iter()
            .map(|group| group.prospects.len() as u64)
            .sum()
    }

    /// How many prospects are written in batches.
    pub fn in_batches(&self) -> u64 {
        let mut prospects: Vec<_> = self
            .groups
            .iter()
            .flat_map(|group| group.prospects.iter().copied())
            .collect();
        prospects.sort_unstable();
        prospects.dedup();
        prospects.len() as u64
    }
}

/// Takes changes in any order and finds their route.
#[derive(Debug)]
pub struct Router {
    settings: RouteSettings,
    /// Sets of fields by a hash of their bytes; on a clash the next number is taken.
    known: HashMap<u64, u32>,
    sets: Vec<FieldSet>,
    /// Each prospect with the place of its set.
    prospects: Vec<(OutreachId, u32)>,
    removed: BTreeSet<OutreachId>,
}

/// How a set of fields travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Patch,
    Whole,
    ByField,
}

impl Router {
    /// A router that has been told nothing yet.
    pub fn new(settings: RouteSettings) -> Self {
        Self {
            settings,
            known: HashMap::new(),
            sets: vec![],
            prospects: vec![],
            removed: BTreeSet::new(),
        }
    }

    /// Adds what is to be written to a prospect, each of which is added once; no fields take no request.
    pub fn add(&mut self, prospect: OutreachId, fields: &FieldSet) {
        if fields.is_empty() {
            return;
        }
        let set = self.set(fields);
        self.prospects.push((prospect, set));
    }

    /// Takes a prospect out again.
    pub fn remove(&mut self, prospect: OutreachId) {
        self.removed.insert(prospect);
    }

    /// The route of all that was added.
    pub fn finish(mut self) -> Route {
        let removed = std::mem::take(&mut self.removed);
        if !removed.is_empty() {
            self.prospects
                .retain(|(prospect, _)| !removed.contains(prospect));
        }
        self.prospects.sort_unstable();
        let mut sizes = vec![0_u64; self.sets.len()];
        for (_, set) in &self.prospects {
            if let Some(size) = sizes.get_mut(*set as usize) {
                *size += 1;
            }
        }
        let ways = self.ways(&sizes);
        let route = self.follow(&ways);
        let n_now = (self.prospects.len() - route.waiting.len()) as u64;
        if route.n_requests() <= n_now {
            return route;
        }
        let waits = |prospect: &OutreachId| route.waiting.binary_search(prospect).is_ok();
        let all = self.prospects.iter().map(|(prospect, _)| *prospect);
        Route {
            patches: all.filter(|prospect| !waits(prospect)).collect(),
            groups: vec![],
            ..route
        }
    }

    fn set(&mut self, fields: &FieldSet) -> u32 {
        let mut key = xxh3_64(fields.as_bytes());
        loop {
            match self.known.get(&key) {
                Some(place) if self.sets.get(*place as usize) == Some(fields) => return *place,
                Some(_) => key = key.wrapping_add(1),
                None => {
                    let place = u32::try_from(self.sets.len()).unwrap_or(u32::MAX);
                    self.known.insert(key, place);
                    self.sets.push(fields.clone());
                    return place;
                }
            }
        }
    }

    fn ways(&self, sizes: &[u64]) -> Vec<Way> {
        let least = match self.settings.mode {
            RouteMode::Patch => return vec![Way::Patch; self.sets.len()],
            RouteMode::Auto => FEW,
            RouteMode::Bulk => VERY_FEW,
        };
        let mut ways: Vec<_> = self
            .sets
            .iter()
            .map(|set| {
                // Whether a batch can clear a field is not documented.
                let clears = set.iter().any(|(_, value)| value == FieldValue::Null);
                if clears { Way::Patch } else { Way::ByField }
            })
            .collect();
        self.drop_small(sizes, &mut ways, least);
        self.spare_items(sizes, &mut ways, least);
        self.drop_small(sizes, &mut ways, least);
        ways
    }

    /// Takes sets out of the batches until every batch is large enough. A prospect that needs a PATCH for one field
    /// gets its others with it.
    fn drop_small(&self, sizes: &[u64], ways: &mut [Way], least: u64) {
        loop {
            let counts = self.counts(sizes, ways);
            let mut is_settled = true;
            for (set, way) in self.sets.iter().zip(ways.iter_mut()) {
                let is_small = |field| counts.get(&field).is_none_or(|n| *n < least);
                if *way == Way::ByField && fields_of(set).any(is_small) {
                    *way = Way::Patch;
                    is_settled = false;
                }
            }
            if is_settled {
                return;
            }
        }
    }

    /// Moves sets into batches of their own while the items would be a larger share of their limit than the requests
    /// are of theirs.
    fn spare_items(&self, sizes: &[u64], ways: &mut [Way], least: u64) {
        let batches = |n: u64| n.div_ceil(self.settings.max_batch.max(1) as u64);
        let counts = self.counts(sizes, ways);
        let mut n_requests = counts.values().map(|n| batches(*n)).sum::<u64>() * REQUESTS_A_BATCH;
        let mut n_items: u64 = counts.values().sum();
        let mut movable: Vec<_> = self
            .sets
            .iter()
            .zip(sizes)
            .enumerate()
            .filter(|(place, (set, size))| {
                let by_field = ways.get(*place) == Some(&Way::ByField);
                by_field && set.len() > 1 && **size >= least
            })
            .map(|(place, (set, size))| (*size * (set.len() as u64 - 1), set.as_bytes(), place))
            .collect();
        movable.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
        let (hourly, left) = (
            u128::from(self.settings.requests_per_hour.max(1)),
            u128::from(self.settings.items_left.max(1)),
        );
        for (saved, _, place) in movable {
            let is_cheap = n_items <= self.settings.items_left / FREE_ITEMS;
            if is_cheap || u128::from(n_items) * hourly <= u128::from(n_requests) * left {
                return;
            }
            let size = sizes.get(place).copied().unwrap_or_default();
            n_items -= saved;
            n_requests += batches(size) * REQUESTS_A_BATCH;
            if let Some(way) = ways.get_mut(place) {
                *way = Way::Whole;
            }
        }
    }

    /// How many prospects get each field and value by itself.
    fn counts(&self, sizes: &[u64], ways: &[Way]) -> BTreeMap<(Target, Vec<u8>), u64> {
        let mut counts = BTreeMap::new();
        for ((set, size), way) in self.sets.iter().zip(sizes).zip(ways) {
            if *way == Way::ByField {
                for field in fields_of(set) {
                    *counts.entry(field).or_default() += size;
                }
            }
        }
        counts
    }

    fn follow(&self, ways: &[Way]) -> Route {
        let mut groups: Vec<Group> = vec![];
        let mut places: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
        let mut place_of = |fields: FieldSet| {
            *places.entry(fields.as_bytes().to_vec()).or_insert_with(|| {
                let prospects = vec![];
                groups.push(Group { fields, prospects });
                groups.len() - 1
            })
        };
        let groups_of_sets: Vec<Vec<usize>> = self
            .sets
            .iter()
            .zip(ways)
            .map(|(set, way)| match way {
                Way::Patch => vec![],
                Way::Whole => vec![place_of(set.clone())],
                Way::ByField => set
                    .iter()
                    .map(|field| place_of([field].into_iter().collect()))
                    .collect(),
            })
            .collect();
        let (mut patches, mut waiting) = (vec![], vec![]);
        let (mut items_left, mut items_wanted) = (self.settings.items_left, 0);
        for (prospect, set) in &self.prospects {
            let places = groups_of_sets.get(*set as usize);
            match places.map(Vec::as_slice).unwrap_or_default() {
                [] => patches.push(*prospect),
                places if places.len() as u64 > items_left => {
                    waiting.push(*prospect);
                    items_wanted += places.len() as u64;
                }
                places => {
                    items_left -= places.len() as u64;
                    for place in places {
                        if let Some(group) = groups.get_mut(*place) {
                            group.prospects.push(*prospect);
                        }
                    }
                }
            }
        }
        groups.sort_by(|a, b| a.fields.as_bytes().cmp(b.fields.as_bytes()));
        let most = self.settings.max_batch.max(1);
        let chunks = groups.iter().flat_map(|group| {
            group.prospects.chunks(most).map(|prospects| Group {
                fields: group.fields.clone(),
                prospects: prospects.to_vec(),
            })
        });
        let route = Route {
            groups: chunks.collect(),
            patches,
            waiting,
            items_wanted,
        };
        self.patch_if_few(route)
    }

    /// What lacks batch items goes one by one if it is little.
    fn patch_if_few(&self, mut route: Route) -> Route {
        if route.waiting.len() <= self.settings.patched_at_most() {
            route.patches.append(&mut route.waiting);
            route.patches.sort_unstable();
            route.items_wanted = 0;
        }
        route
    }
}

/// Each field of a set as a key of its own.
fn fields_of(set: &FieldSet) -> impl Iterator<Item = (Target, Vec<u8>)> {
    set.iter().map(|(target, value)| {
        let one: FieldSet = [(target, value)].into_iter().collect();
        (target, one.as_bytes().to_vec())
    })
}

#[cfg(test)]
#[path = "route_tests.rs"]
mod tests;
