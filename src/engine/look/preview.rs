//! What the first profiles of a source would become in Outreach.

use std::{collections::BTreeMap, ops::ControlFlow};

use jiff::Timestamp;
use tokio::task::spawn_blocking;

use super::{dry_run::text_of, label, text};
use crate::{
    engine::{
        known_to,
        problem::{problem_of, source_look_problem},
        snapshot::{Outcome, Preview, PreviewField, PreviewProfile},
        today,
    },
    model::{Destination, FieldSet, KnownFields, MappingRow, OutreachId, Target},
    outreach::{Client, Echo, Prospect},
    source::{self, Tether},
    sync::{Error, Exclusion, Rules, Wish},
};

/// As many profiles as a screen shows beside each other.
const MOST_PROFILES: usize = 3;

/// The first readable profiles of the source, as the rules of this day would have them.
///
/// They are compared with what Outreach holds if there is a client. A profile that leaves an audience is only written if it is known as a member, which a
/// preview cannot see; so such a field shows as the same or as left alone.
pub async fn preview(
    destination: &Destination,
    now: Timestamp,
    client: Option<&Client>,
    fields: Option<&KnownFields>,
) -> Preview {
    let settings = destination.clone();
    let read = spawn_blocking(move || read_first(&settings, now)).await;
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

fn read_first(
    destination: &Destination,
    now: Timestamp,
) -> Result<(Rules, Vec<First>), source::Error> {
    let mut firsts = vec![];
    let rules = read_until(destination, now, &mut |first| {
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
    now: Timestamp,
    take: &mut dyn FnMut(First) -> ControlFlow<()>,
) -> Result<Rules, source::Error> {
    let source = source::open(
        &destination.source,
        &known_to(destination),
        &Tether::default(),
    )?;
    let rules = Rules::new(destination, source.kinds(), today(now), now);
    source.read(&rules.projection(), &mut |batch| {
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
                prospect: exclusion.whose.prospect(),
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

#[cfg(test)]
mod tests {
    use std::fs;

    use secrecy::SecretString;

    use super::*;
    use crate::{
        engine::look::testing::Past,
        sandbox::{Sandbox, Settings},
    };

    const HEADER: &str = "Oid,person.name.firstName,person.name.lastName,extendedWorkDetails.jobTitle,b2b.companyName,loyalty.points,\
        segmentMembership.ups.7841ba61-23c1-4bb3-a495-00d3b5fe1a01.status,\
        segmentMembership.ups.59bd2ffd-3c1a-4f0e-9f2c-6c1f0a5e7b02.status,\
        segmentMembership.ups.c2f8d4a0-8a51-4a7e-b1d9-2d8e6f3b9c03.status\n";

    /// The sample destination with these rows.
    fn destination(past: &Past, rows: &str) -> Destination {
        let destination = past.settings.destination.clone();
        fs::write(destination.source.name(), format!("{HEADER}{rows}")).expect("it can be written");
        destination
    }

    fn outcomes(profile: &PreviewProfile) -> Vec<(&str, Option<&str>, &str, Outcome)> {
        let fields = profile.fields.iter();
        fields
            .map(|field| {
                (
                    &*field.field,
                    field.old.as_deref(),
                    &*field.new,
                    field.outcome,
                )
            })
            .collect()
    }

    fn june() -> Timestamp {
        "2026-06-01T12:00:00Z".parse().expect("an instant")
    }

    #[tokio::test]
    async fn the_first_three_profiles_are_read_as_a_run_would() {
        use Outcome::{Changes, Skipped};
        let past = Past::new();
        let rows = "1,Ada,Lovelace,,Acme,,realized,exited,\n,No,Id,x,x,1,,,\n3,C,,x,x,1,odd,,\n4,D,,x,x,1,,,\n";
        let destination = destination(&past, rows);
        let preview = preview(&destination, june(), None, None).await;
        assert_eq!((preview.problem, preview.is_compared), (None, false));
        let [first, second, third] = preview.profiles.as_slice() else {
            panic!("{} profiles", preview.profiles.len());
        };
        assert_eq!((&*first.name, first.is_unknown), ("Ada Lovelace", false));
        assert_eq!(
            outcomes(first),
            [
                ("firstName", None, "Ada", Changes),
                ("lastName", None, "Lovelace", Changes),
                ("title", None, "", Skipped),
                ("company", None, "Acme", Changes),
                ("custom20", None, "", Changes),
                ("custom1", None, "realized", Changes),
                ("custom2", None, "", Skipped),
                ("custom3", None, "", Skipped),
            ]
        );
        assert_eq!(
            second.excluded.as_deref(),
            Some("the profile has no OutreachId")
        );
        assert_eq!(second.name, "No Id");
        let what = third.excluded.as_deref().unwrap_or_default();
        assert!(
            what.starts_with("the status of audience 7841ba61"),
            "{what}"
        );
        assert_eq!(third.prospect.map(OutreachId::get), Some(3));
    }

    #[tokio::test]
    async fn with_a_sign_in_the_profiles_are_compared_with_what_outreach_holds() {
        let sandbox = Sandbox::start(Settings::default())
            .await
            .expect("a sandbox");
        let client = Client::new(
            &sandbox.address(),
            SecretString::from(sandbox.issue_token()),
        )
        .expect("a client");
        let seeded = sandbox.prospect(1).expect("it is there");
        let first_name = seeded["firstName"].as_str().expect("it has a name");
        let past = Past::new();
        let rows = format!("1,{first_name},Lovelace,,,,realized,,\n999999999,x,,,,,,,\n");
        let destination = destination(&past, &rows);
        let preview = preview(&destination, june(), Some(&client), None).await;
        assert_eq!((preview.problem, preview.is_compared), (None, true));
        let first = preview.profiles.first().expect("two profiles");
        let found = outcomes(first);
        assert_eq!(
            found[0],
            ("firstName", Some(first_name), first_name, Outcome::Same)
        );
        assert_eq!(found[1].1, seeded["lastName"].as_str());
        assert_eq!((found[1].2, found[1].3), ("Lovelace", Outcome::Changes));
        let second = preview.profiles.get(1).expect("two profiles");
        assert!(second.is_unknown && !first.is_unknown);
    }

    #[tokio::test]
    async fn what_cannot_be_asked_or_read_is_a_problem() {
        let past = Past::new();
        let settings = destination(&past, "1,Ada,Lovelace,,,,realized,,\n");
        let client = Client::new("http://127.0.0.1:1", SecretString::from("t"))
            .expect("a client")
            .with_retry(crate::outreach::RetryPolicy {
                attempts: 1,
                base: std::time::Duration::from_millis(1),
                cap: std::time::Duration::from_millis(1),
            });
        let found = preview(&settings, june(), Some(&client), None).await;
        assert!(!found.is_compared && found.problem.is_some());
        assert_eq!(found.profiles.len(), 1);
        fs::remove_file(settings.source.name()).expect("it is there");
        // As a task, since the engine does not wait for it.
        let look = async move { preview(&settings, june(), None, None).await };
        let found = tokio::spawn(look).await.expect("it ends");
        let code = found.problem.map(|problem| problem.code);
        assert_eq!(code.as_deref(), Some("source_not_found"));
    }
}
