//! A destination's mapping and schedule, made ready to be applied to a million rows.

use jiff::civil::Date;
use xxhash_rust::xxh3::xxh3_64;

use super::value::{self, Unfit};
use crate::{
    model::{
        AudienceId, Contents, Destination, Digest, FieldSet, FieldValue, Known, MappingRow,
        MembershipStatus, OutreachId, Target, WhenEmpty,
    },
    source::Projection,
};

/// What to take out of a profile and where it goes, on one day.
#[derive(Debug, Clone)]
pub struct Rules {
    id_source: String,
    attributes: Vec<MappingRow>,
    audiences: Vec<AudienceId>,
    /// In the order of the targets' codes, as a field set wants them.
    steps: Vec<Step>,
    realized: String,
    exited: String,
    is_full: bool,
}

#[derive(Debug, Clone)]
struct Step {
    target: Target,
    /// Where the cell stands in a row.
    cell: usize,
    takes: Takes,
}

#[derive(Debug, Clone, Copy)]
enum Takes {
    Attribute(usize),
    Status(usize),
}

/// Everything one profile asks of its prospect.
#[derive(Debug, Default)]
pub struct Wish {
    /// The values; a status of `exited` is only written to a prospect that was a member.
    pub fields: FieldSet,
    /// The audiences the profile is in, by their place in the schedule.
    pub realized: Vec<usize>,
    /// The fields of the audiences it is not in.
    pub exits: Vec<Target>,
}

impl Wish {
    /// What is asked for, as one number.
    pub fn digest(&self) -> Digest {
        Digest(xxh3_64(self.fields.as_bytes()))
    }
}

/// Why a profile is not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exclusion {
    /// The prospect, if the profile names one.
    pub prospect: Option<OutreachId>,
    /// A short fixed word.
    pub code: &'static str,
    /// What is wrong, in plain words and without the profile's data.
    pub what: String,
}

impl Rules {
    /// The rules of a valid destination for a source of these contents, on this day.
    pub fn new(destination: &Destination, contents: Contents, day: Date) -> Self {
        let attributes: Vec<_> = destination
            .mapping
            .iter()
            .filter(|row| !row.is_outreach_id())
            .cloned()
            .collect();
        let active: Vec<_> = destination
            .audiences
            .iter()
            .filter(|audience| audience.is_active_on(day))
            .collect();
        let mut steps: Vec<_> = attributes
            .iter()
            .enumerate()
            .filter_map(|(i, row)| {
                Some(Step {
                    target: Target::parse(&row.target)?,
                    cell: 1 + i,
                    takes: Takes::Attribute(i),
                })
            })
            .chain(active.iter().enumerate().map(|(i, audience)| Step {
                target: Target::custom(audience.mapping_id),
                cell: 1 + attributes.len() + i,
                takes: Takes::Status(i),
            }))
            .collect();
        steps.sort_by_key(|step| step.target);
        let id_source = destination
            .mapping
            .iter()
            .find(|row| row.is_outreach_id())
            .map(|row| row.source.clone());
        Self {
            id_source: id_source.unwrap_or_default(),
            attributes,
            audiences: active.iter().map(|audience| audience.id.clone()).collect(),
            steps,
            realized: destination.status_words.realized.clone(),
            exited: destination.status_words.exited.clone(),
            is_full: contents == Contents::FullSnapshot,
        }
    }

    /// What a reader has to take out of each profile.
    pub fn projection(&self) -> Projection {
        Projection {
            outreach_id: self.id_source.clone(),
            attributes: self
                .attributes
                .iter()
                .map(|row| row.source.clone())
                .collect(),
            audiences: self.audiences.clone(),
        }
    }

    /// The audience at this place of the day's schedule, which leaves out those that have not begun or have ended.
    pub fn audience(&self, place: usize) -> Option<&AudienceId> {
        self.audiences.get(place)
    }

    /// Whether a profile that is not in the source has left its audiences.
    pub fn is_full(&self) -> bool {
        self.is_full
    }

    /// The word that is written for one who has left.
    pub fn exited(&self) -> &str {
        &self.exited
    }

    /// The fields that hold the statuses, in the order of the schedule.
    pub fn status_fields(&self) -> Vec<Target> {
        let mut fields: Vec<_> = self
            .steps
            .iter()
            .filter_map(|step| match step.takes {
                Takes::Status(i) => Some((i, step.target)),
                Takes::Attribute(_) => None,
            })
            .collect();
        fields.sort_unstable();
        fields.into_iter().map(|(_, target)| target).collect()
    }

    /// Reads one row into `wish` and returns the prospect it is for.
    ///
    /// # Errors
    /// If the row must not be sent.
    pub fn read(&self, cells: &[Option<&str>], wish: &mut Wish) -> Result<OutreachId, Exclusion> {
        wish.fields.clear();
        wish.realized.clear();
        wish.exits.clear();
        let prospect = read_id(cells.first().copied().flatten())?;
        for step in &self.steps {
            let cell = cells.get(step.cell).copied().flatten();
            let read = match step.takes {
                Takes::Attribute(i) => self.read_attribute(i, step.target, cell, wish),
                Takes::Status(i) => self.read_status(i, step.target, cell, wish),
            };
            read.map_err(|(code, what)| Exclusion {
                prospect: Some(prospect),
                code,
                what,
            })?;
        }
        Ok(prospect)
    }

    /// What is asked of a prospect whose profile is gone from a full snapshot: to leave every audience.
    pub fn absent(&self) -> Wish {
        let mut wish = Wish::default();
        for step in &self.steps {
            if matches!(step.takes, Takes::Status(_)) {
                wish.fields
                    .push(step.target, FieldValue::Text(&self.exited));
                wish.exits.push(step.target);
            }
        }
        wish
    }

    /// The fields that have to be written so that the prospect is as wished; pending ones are written again, since
    /// nobody knows whether they have been.
    pub fn difference(wish: &Wish, known: &Known) -> FieldSet {
        if known.ledger.is_empty() && known.pending.is_empty() {
            return wish.fields.without(&wish.exits);
        }
        let differs = wish.fields.filtered(|target, value| {
            if known.pending.get(target).is_some() {
                return true;
            }
            match known.ledger.get(target) {
                Some(held) => held != value,
                None => !wish.exits.contains(&target),
            }
        });
        known.pending.merged(&differs)
    }

    /// The audiences that this change takes a member out of, by their place in the schedule.
    pub fn leaving<'a>(
        &'a self,
        change: &'a FieldSet,
        known: &'a Known,
    ) -> impl Iterator<Item = usize> + 'a {
        let exit = FieldValue::Text(&self.exited);
        self.steps.iter().filter_map(move |step| {
            let Takes::Status(audience) = step.takes else {
                return None;
            };
            let was_member = known
                .ledger
                .get(step.target)
                .is_some_and(|held| held != exit);
            (was_member && change.get(step.target) == Some(exit)).then_some(audience)
        })
    }

    /// The audiences that a prospect is in only by a change that waits, by their place in the schedule, each with
    /// whether this change takes it out again.
    pub fn waiting<'a>(
        &'a self,
        change: &'a FieldSet,
        known: &'a Known,
    ) -> impl Iterator<Item = (usize, bool)> + 'a {
        let exited = FieldValue::Text(&self.exited);
        self.steps.iter().filter_map(move |step| {
            let Takes::Status(i) = step.takes else {
                return None;
            };
            let waits = known.pending.get(step.target)? != exited;
            (waits && known.ledger.get(step.target).is_none())
                .then(|| (i, change.get(step.target) == Some(exited)))
        })
    }

    fn read_attribute(
        &self,
        index: usize,
        target: Target,
        cell: Option<&str>,
        wish: &mut Wish,
    ) -> Result<(), (&'static str, String)> {
        let (Some(text), Some(row)) = (cell, self.attributes.get(index)) else {
            return Ok(());
        };
        if text.trim_start().is_empty() {
            if row.when_empty == WhenEmpty::Clear {
                wish.fields.push(target, FieldValue::Null);
            }
            return Ok(());
        }
        match value::fit(text, target.kind(), row.when_too_long) {
            Ok(value) => {
                wish.fields.push(target, value.as_value());
                Ok(())
            }
            Err(Unfit::TooLong { found, most }) => Err((
                "value_too_long",
                format!(
                    "the value of {} has {found} characters; {target} holds {most}",
                    row.source
                ),
            )),
            Err(Unfit::WrongType { wanted }) => Err((
                "value_wrong_type",
                format!(
                    "the value of {} is not {wanted}, which {target} needs",
                    row.source
                ),
            )),
        }
    }

    fn read_status(
        &self,
        index: usize,
        target: Target,
        cell: Option<&str>,
        wish: &mut Wish,
    ) -> Result<(), (&'static str, String)> {
        let word = cell.unwrap_or_default().trim();
        let status = match MembershipStatus::parse(word) {
            Some(status) => status,
            None if !word.is_empty() => {
                let audience = self.audiences.get(index).map_or("", AudienceId::as_str);
                return Err((
                    "status_unknown",
                    format!(
                        "the status of audience {audience} is none of realized, existing, active, exited, expired"
                    ),
                ));
            }
            None if self.is_full => MembershipStatus::Exited,
            None => return Ok(()),
        };
        match status {
            MembershipStatus::Realized => {
                wish.fields.push(target, FieldValue::Text(&self.realized));
                wish.realized.push(index);
            }
            MembershipStatus::Exited => {
                wish.fields.push(target, FieldValue::Text(&self.exited));
                wish.exits.push(target);
            }
        }
        Ok(())
    }
}

fn read_id(cell: Option<&str>) -> Result<OutreachId, Exclusion> {
    let exclude = |code, what: &str| Exclusion {
        prospect: None,
        code,
        what: what.to_owned(),
    };
    match cell.map(str::trim) {
        None | Some("") => Err(exclude(
            "outreach_id_missing",
            "the profile has no OutreachId",
        )),
        Some(text) => OutreachId::parse(text).ok_or_else(|| {
            exclude(
                "outreach_id_invalid",
                "the OutreachId is not a positive whole number",
            )
        }),
    }
}
