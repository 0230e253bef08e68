//! What the first profiles of a source would become in Outreach.

use std::{collections::BTreeMap, ops::ControlFlow};

use jiff::civil::Date;
use tokio::task::spawn_blocking;

use super::{dry_run::text_of, label, text};
use crate::{
    engine::{
        problem::{problem_of, source_look_problem},
        snapshot::{Outcome, Preview, PreviewField, PreviewProfile},
    },
    model::{Destination, FieldSet, KnownFields, MappingRow, OutreachId, Target},
    outreach::{Client, Echo, Prospect},
    source,
    sync::{Error, Exclusion, Rules, Wish},
};

/// As many profiles as a screen shows beside each other.
const MOST_PROFILES: usize = 3;

/// The first readable profiles of the source, as the rules of this day would have them; compared with what Outreach
/// holds if there is a client. A profile that leaves an audience is only written if it is known as a member, which a
/// preview cannot see; so such a field shows as the same or as left alone.
pub async fn preview(
    destination: &Destination,
    day: Date,
    client: Option<&Client>,
    fields: Option<&KnownFields>,
) -> Preview {
    let settings = destination.clone();
    let read = spawn_blocking(move || read_first(&settings, day)).await;
    let (rules, firsts) = match read {
        Ok(Ok(read)) => read,
        Ok(Err(error)) => {
            return Preview {
                problem: Some(source_look_problem(&error)),
                ..Preview::default()
            };
        }
        Err(_panic) => {
            return Preview {
                problem: Some(problem_of(&Error::Reader, destination)),
                ..Preview::default()
            };
        }
    };
    let held = match client {
        Some(client) => Some(ask(client, destination, &rules, &firsts).await),
        None => None,
    };
    let (held, problem) = match held {
        Some(Ok(held)) => (Some(held), None),
        Some(Err(error)) => (None, Some(problem_of(&Error::Outreach(error), destination))),
        None => (None, None),
    };
    let show = |first: &First| profile(destination, &rules, first, held.as_ref(), fields);
    Preview {
        profiles: firsts.iter().map(show).collect(),
        is_compared: held.is_some(),
        problem,
    }
}

/// A profile as the rules read it.
pub(super) struct First {
    name: String,
    pub(super) wish: Result<(OutreachId, Wish), Exclusion>,
}

pub(super) type Held = BTreeMap<OutreachId, Prospect>;

fn read_first(destination: &Destination, day: Date) -> Result<(Rules, Vec<First>), source::Error> {
    let mut firsts = vec![];
    let rules = read_until(destination, day, &mut |first| {
        firsts.push(first);
        if firsts.len() < MOST_PROFILES {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    })?;
    Ok((rules, firsts))
}

/// Reads one profile after the other, as the rules of this day have them, until there is enough.
pub(super) fn read_until(
    destination: &Destination,
    day: Date,
    take: &mut dyn FnMut(First) -> ControlFlow<()>,
) -> Result<Rules, source::Error> {
    let files = source::open(&destination.source)?;
    let rules = Rules::new(destination, files.contents(), day);
    files.read(&rules.projection(), &mut |batch| {
        for row in batch.rows() {
            let cells: Vec<_> = row.cells().collect();
            take(First {
                name: name_in(destination, &cells),
                wish: rules.read(&cells),
            })?;
        }
        ControlFlow::Continue(())
    })?;
    Ok(rules)
}

/// The rows of the mapping that fill attributes, in the order of the cells behind the first.
fn attributes(destination: &Destination) -> impl Iterator<Item = &MappingRow> {
    let rows = destination.mapping.iter();
    rows.filter(|row| !row.is_outreach_id())
}

fn name_in(destination: &Destination, cells: &[Option<&str>]) -> String {
    let value_of = |wanted: &str| {
        let place = attributes(destination).position(|row| row.target == wanted)?;
        let cell = cells.get(1 + place).copied().flatten()?.trim();
        (!cell.is_empty()).then_some(cell)
    };
    let parts = [value_of("firstName"), value_of("lastName")];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    parts.join(" ")
}

/// The fields that the rules write, in the order of the mapping and then of the schedule.
fn targets(destination: &Destination, rules: &Rules) -> Vec<Target> {
    attributes(destination)
        .filter_map(|row| Target::parse(&row.target))
        .chain(rules.status_fields())
        .collect()
}

pub(super) async fn ask(
    client: &Client,
    destination: &Destination,
    rules: &Rules,
    firsts: &[First],
) -> Result<Held, crate::outreach::Error> {
    let mut ids = vec![];
    for (id, _) in firsts.iter().filter_map(|first| first.wish.as_ref().ok()) {
        if !ids.contains(id) {
            ids.push(*id);
        }
    }
    let mut wanted = targets(destination, rules);
    wanted.extend(Target::parse("name"));
    let found = client.prospects(&ids, &wanted).await?;
    Ok(found
        .into_iter()
        .map(|prospect| (prospect.id, prospect))
        .collect())
}

pub(super) fn profile(
    destination: &Destination,
    rules: &Rules,
    first: &First,
    held: Option<&Held>,
    fields: Option<&KnownFields>,
) -> PreviewProfile {
    let (prospect, wish) = match &first.wish {
        Ok((prospect, wish)) => (*prospect, wish),
        Err(exclusion) => {
            return PreviewProfile {
                name: first.name.clone(),
                prospect: exclusion.prospect,
                excluded: Some(exclusion.what.clone()),
                ..PreviewProfile::default()
            };
        }
    };
    let mut profile = PreviewProfile {
        name: first.name.clone(),
        prospect: Some(prospect),
        ..PreviewProfile::default()
    };
    let found = held.and_then(|held| held.get(&prospect));
    profile.is_unknown = held.is_some() && found.is_none();
    if let Some(name) = found.and_then(|found| found.values.get(&Target::parse("name")?))
        && profile.name.is_empty()
    {
        profile.name = text_of(name);
    }
    let exits: Vec<_> = rules.status_fields();
    let is_exit = |target: Target| {
        let place = exits.iter().position(|field| *field == target);
        place.is_some_and(|place| wish.exits.contains(place))
    };
    profile.fields = targets(destination, rules)
        .into_iter()
        .map(|target| field(target, wish, is_exit(target), found, fields))
        .collect();
    profile
}

fn field(
    target: Target,
    wish: &Wish,
    is_exit: bool,
    found: Option<&Prospect>,
    fields: Option<&KnownFields>,
) -> PreviewField {
    let wanted: FieldSet = wish.fields.filtered(|field, _| field == target);
    let new = wanted.get(target);
    let outcome = match (new, found.map(|found| found.echo(&wanted))) {
        (None, _) => Outcome::Skipped,
        (Some(_), Some(Echo::Confirmed)) => Outcome::Same,
        (Some(_), _) if is_exit => Outcome::Skipped,
        (Some(_), _) => Outcome::Changes,
    };
    PreviewField {
        field: target.name().into_owned(),
        label: label(target, fields),
        old: found.map(|found| found.values.get(&target).map_or_else(String::new, text_of)),
        new: new
            .filter(|_| outcome != Outcome::Skipped)
            .map_or_else(String::new, text),
        outcome,
    }
}
