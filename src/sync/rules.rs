//! A destination's mapping and schedule, made ready to be applied to a million rows.

use std::ops::RangeInclusive;

use jiff::{Timestamp, civil::Date};

use super::{
    mangled::{Mangled, mangled},
    value::{self, Unfit},
    wishes::{AudienceSet, Coverage, Wish},
};
use crate::{
    model::{
        AudienceId, Destination, FieldSet, FieldValue, Known, MappingRow, MembershipStatus,
        OutreachId, Target, WhenEmpty,
    },
    source::{Kinds, Projection},
};

/// Room for the fields of most profiles.
const USUAL_BYTES: usize = 192;

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
    /// The audiences whose files name everyone in them.
    full: AudienceSet,
    now: Timestamp,
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

/// Why a profile is not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exclusion {
    /// Whose it is.
    pub whose: Whose,
    /// A short fixed word.
    pub code: &'static str,
    /// What is wrong, in plain words and without the profile's data.
    pub what: String,
}

/// Whose profile it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// This prospect's.
    Of(OutreachId),
    /// That of a prospect with one of these numbers.
    OneOf(Vec<RangeInclusive<u64>>),
    /// Anybody's.
    Anyones,
}

impl Whose {
    /// The prospect, if the profile names one.
    pub fn prospect(&self) -> Option<OutreachId> {
        match self {
            Self::Of(prospect) => Some(*prospect),
            Self::OneOf(_) | Self::Anyones => None,
        }
    }
}

impl Rules {
    /// The rules of a valid destination for a source of these kinds, at a moment that is on this day.
    pub fn new(destination: &Destination, kinds: &Kinds, day: Date, now: Timestamp) -> Self {
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
            full: (0..active.len())
                .filter(|place| active.get(*place).is_some_and(|a| kinds.is_full(&a.id)))
                .collect(),
            now,
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
            now: self.now,
        }
    }

    /// The field at this place of the projection's attributes.
    pub fn attribute(&self, place: usize) -> Option<&str> {
        self.attributes.get(place).map(|row| row.source.as_str())
    }

    /// Nothing seen yet of what the projection asks for.
    pub fn coverage(&self) -> Coverage {
        Coverage::new(self.attributes.len(), self.audiences.len())
    }

    /// The audience at this place of the day's schedule, which leaves out those that have not begun or have ended.
    pub fn audience(&self, place: usize) -> Option<&AudienceId> {
        self.audiences.get(place)
    }

    /// Whether a profile that is not in the source has left an audience.
    pub fn is_full(&self) -> bool {
        !self.full.is_empty()
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

    /// Reads one row: the prospect it is for, and what it asks.
    ///
    /// # Errors
    /// If the row must not be sent.
    pub fn read(&self, cells: &[Option<&str>]) -> Result<(OutreachId, Wish), Exclusion> {
        let prospect = read_id(cells.first().copied().flatten())?;
        let mut wish = Wish {
            fields: FieldSet::with_capacity(USUAL_BYTES),
            ..Wish::default()
        };
        for step in &self.steps {
            let cell = cells.get(step.cell).copied().flatten();
            let read = match step.takes {
                Takes::Attribute(i) => self.read_attribute(i, step.target, cell, &mut wish),
                Takes::Status(i) => self.read_status(i, step.target, cell, &mut wish),
            };
            read.map_err(|(code, what)| Exclusion {
                whose: Whose::Of(prospect),
                code,
                what,
            })?;
        }
        Ok((prospect, wish))
    }

    /// What is asked of a prospect whose profile is gone from the source: to leave every audience whose files name
    /// everyone in it.
    pub fn absent(&self) -> Wish {
        let mut wish = Wish::default();
        for step in &self.steps {
            if let Takes::Status(place) = step.takes
                && self.full.contains(place)
            {
                wish.fields
                    .push(step.target, FieldValue::Text(&self.exited));
                wish.exits.insert(place);
            }
        }
        wish
    }

    /// The fields that have to be written so that the prospect is as wished; pending ones are written again, since
    /// nobody knows whether they have been.
    pub fn difference(&self, wish: &Wish, known: &Known) -> FieldSet {
        let is_exit = |target| {
            self.place_of(target)
                .is_some_and(|place| wish.exits.contains(place))
        };
        if known.ledger.is_empty() && known.pending.is_empty() {
            return if wish.exits.is_empty() {
                wish.fields.clone()
            } else {
                wish.fields.without(is_exit)
            };
        }
        let differs = wish.fields.filtered(|target, value| {
            if known.pending.get(target).is_some() {
                return true;
            }
            match known.ledger.get(target) {
                Some(held) => held != value,
                None => !is_exit(target),
            }
        });
        known.pending.merged(&differs)
    }

    /// The place in the schedule of the audience whose status this field holds.
    fn place_of(&self, target: Target) -> Option<usize> {
        self.steps.iter().find_map(|step| match step.takes {
            Takes::Status(place) if step.target == target => Some(place),
            Takes::Status(_) | Takes::Attribute(_) => None,
        })
    }

    /// The audiences that this change takes a member out of.
    pub fn leaving(&self, change: &FieldSet, known: &Known) -> AudienceSet {
        let exit = FieldValue::Text(&self.exited);
        self.audiences_where(|field| {
            let was_member = known.ledger.get(field).is_some_and(|held| held != exit);
            was_member && change.get(field) == Some(exit)
        })
    }

    /// The audiences that a prospect is in only by a change that waits.
    pub fn waiting(&self, known: &Known) -> AudienceSet {
        let exit = FieldValue::Text(&self.exited);
        self.audiences_where(|field| {
            let waits = known.pending.get(field).is_some_and(|value| value != exit);
            waits && known.ledger.get(field).is_none()
        })
    }

    /// The audiences that this change takes out a prospect of which was in only by a change that waits.
    pub fn leaving_unconfirmed(&self, change: &FieldSet, known: &Known) -> AudienceSet {
        let exit = FieldValue::Text(&self.exited);
        let waiting = self.waiting(known);
        self.audiences_where(|field| {
            change.get(field) == Some(exit)
                && self
                    .place_of(field)
                    .is_some_and(|place| waiting.contains(place))
        })
    }

    fn audiences_where(&self, is_wanted: impl Fn(Target) -> bool) -> AudienceSet {
        let wanted = self.steps.iter().filter_map(|step| match step.takes {
            Takes::Status(place) => is_wanted(step.target).then_some(place),
            Takes::Attribute(_) => None,
        });
        wanted.collect()
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
        match value::fit(text, target.kind(), row.when_too_long, row.numbers_are) {
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
            None if self.full.contains(index) => MembershipStatus::Exited,
            None => return Ok(()),
        };
        match status {
            MembershipStatus::Realized => {
                wish.fields.push(target, FieldValue::Text(&self.realized));
                wish.realized.insert(index);
            }
            MembershipStatus::Exited => {
                wish.fields.push(target, FieldValue::Text(&self.exited));
                wish.exits.insert(index);
            }
        }
        Ok(())
    }
}

fn read_id(cell: Option<&str>) -> Result<OutreachId, Exclusion> {
    let text = cell.unwrap_or_default().trim();
    if text.is_empty() {
        return Err(Exclusion {
            whose: Whose::Anyones,
            code: "outreach_id_missing",
            what: "the profile has no OutreachId".to_owned(),
        });
    }
    OutreachId::parse(text).ok_or_else(|| {
        let Mangled { what, may_be } = mangled(text);
        Exclusion {
            whose: if may_be.is_empty() {
                Whose::Anyones
            } else {
                Whose::OneOf(may_be)
            },
            code: "outreach_id_invalid",
            what: what.to_owned(),
        }
    })
}
