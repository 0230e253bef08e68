//! The source as it changes from one export to the next, and what each export asks of every prospect.

use std::{collections::BTreeMap, path::Path};

use serde_json::{Value, json};

use crate::world::write_source;

/// The attributes that the destination writes; no other may ever be written.
pub(super) const OWNED: [&str; 5] = ["firstName", "title", "custom20", "custom1", "custom2"];
/// Those that hold statuses.
pub(super) const STATUSES: [&str; 2] = ["custom1", "custom2"];

/// One profile.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Profile {
    first_name: String,
    title: String,
    points: String,
    statuses: [&'static str; 2],
}

/// The exports of a simulation.
pub(super) struct Script {
    random: fastrand::Rng,
    n_prospects: u32,
    profiles: BTreeMap<u32, Profile>,
    n_exports: u32,
    /// How many different values an attribute takes in one export: where there are few, they go in batches.
    variety: u8,
}

impl Script {
    pub(super) fn new(mut random: fastrand::Rng, n_prospects: u32) -> Self {
        let share = random.u32(50..=100);
        let variety = [1, 1, 2, 20][random.usize(..4)];
        let mut script = Self {
            random,
            n_prospects,
            profiles: BTreeMap::new(),
            n_exports: 0,
            variety,
        };
        for id in 1..=n_prospects {
            if script.random.u32(..100) < share {
                let profile = script.profile();
                script.profiles.insert(id, profile);
            }
        }
        script
    }

    /// How many profiles the newest export has.
    pub(super) fn n_profiles(&self) -> u64 {
        self.profiles.len() as u64
    }

    /// Writes the next export: some profiles have changed, some are gone, some are new.
    pub(super) fn export(&mut self, to: &Path, is_last: bool) -> String {
        if self.n_exports > 0 {
            self.change();
        }
        self.n_exports += 1;
        let mut rows: Vec<String> = self
            .profiles
            .iter()
            .map(|(id, profile)| profile.row(*id))
            .collect();
        if !is_last && self.random.u8(..4) == 0 {
            rows.push("abc,No,Number,,realized,".to_owned());
        }
        write_source(to, &rows);
        rows.join("|")
    }

    fn change(&mut self) {
        let changing = [5, 30, 90][self.random.usize(..3)];
        for id in 1..=self.n_prospects {
            if self.random.u32(..100) >= changing {
                continue;
            }
            let mut next = self.profile();
            match (self.profiles.get(&id).cloned(), self.random.u8(..6)) {
                (Some(_), 0) if self.random.bool() => {
                    self.profiles.remove(&id);
                    continue;
                }
                // Only the statuses, as is usual.
                (Some(old), 1..=3) => {
                    next = Profile {
                        statuses: next.statuses,
                        ..old
                    };
                }
                (Some(old), 4) => next.statuses = old.statuses,
                _ => {}
            }
            self.profiles.insert(id, next);
        }
    }

    fn profile(&mut self) -> Profile {
        let (random, n, variety) = (&mut self.random, self.n_exports, self.variety);
        let status =
            |random: &mut fastrand::Rng| ["realized", "realized", "exited", ""][random.usize(..4)];
        Profile {
            first_name: format!("First {} {n}", random.u8(..variety)),
            title: format!("Title {} {n}", random.u8(..variety.min(2))),
            points: match random.u8(..=variety.min(2)) {
                0 => String::new(),
                which => format!("{which}{n}"),
            },
            statuses: [status(random), status(random)],
        }
    }

    /// What the newest export asks of an attribute; `None` if it asks nothing, and a status of `false` is no member.
    pub(super) fn wanted(&self, prospect: u32, attribute: &str) -> Wanted {
        let Some(profile) = self.profiles.get(&prospect) else {
            let is_status = STATUSES.contains(&attribute);
            return if is_status {
                Wanted::NoMember
            } else {
                Wanted::Nothing
            };
        };
        let text = |text: &str| Wanted::Value(json!(text));
        let status = |status| match status {
            "realized" => text("realized"),
            _ => Wanted::NoMember,
        };
        match attribute {
            "firstName" => text(&profile.first_name),
            "title" => text(&profile.title),
            "custom20" if profile.points.is_empty() => Wanted::Value(Value::Null),
            "custom20" => text(&profile.points),
            "custom1" => status(profile.statuses[0]),
            _ => status(profile.statuses[1]),
        }
    }
}

/// What is asked of one attribute.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Wanted {
    Value(Value),
    /// It must not say that the prospect is a member, if it was us who said so.
    NoMember,
    Nothing,
}

impl Profile {
    fn row(&self, id: u32) -> String {
        let Self {
            first_name,
            title,
            points,
            statuses: [gold, trial],
        } = self;
        format!("{id},{first_name},{title},{points},{gold},{trial}")
    }
}
