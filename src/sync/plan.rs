//! From the rows of a source to the changes that prospects need: pure, but for the desk it works at.
//!
//! A row whose digest the ledger already holds needs no more than a look at the [`Index`]. Any other is compared
//! field by field with what the ledger and the outbox know of the prospect. Two rows that ask different things of
//! one prospect are both excluded, whichever came first: nobody can say which of them is right.

use std::{collections::BTreeMap, num::NonZeroU16};

use super::{
    guard::Exits,
    index::{FirstFate, Index, Meeting, Seen, entry_position},
    outcome::{InDoubt, Plan, SampleLine},
    rules::{Exclusion, Rules, Whose},
    spared::Spared,
    wishes::{AudienceSet, Coverage, Wish, Wishes},
};
use crate::{
    model::{
        Change, Digest, Fate, FieldSet, FieldValue, Known, OutreachId, Part, Place, RecordFault,
        Target,
    },
    source::Rejected,
    store::LedgerEntry,
};

/// Where a plan is written, and where it looks things up.
pub trait Desk {
    /// What can go wrong at this desk.
    type Error;
    /// What is known of one prospect.
    fn known(&self, prospect: OutreachId) -> Result<Known, Self::Error>;
    /// Puts a change into the outbox; `replaces` says that an earlier run left one of the same prospect there.
    fn put(&mut self, change: &Change, replaces: bool) -> Result<(), Self::Error>;
    /// Takes a change of this plan out again, and puts back what it had replaced.
    fn withdraw(&mut self, prospect: OutreachId) -> Result<(), Self::Error>;
    /// Remembers that the ledger already holds what this profile asks for.
    fn settle(&mut self, prospect: OutreachId, digest: Digest) -> Result<(), Self::Error>;
    /// Stores a record that is not written.
    fn put_fault(&mut self, fault: &RecordFault) -> Result<(), Self::Error>;
    /// Why the last change of this prospect was refused.
    fn refusal(&self, prospect: OutreachId) -> Result<Option<RecordFault>, Self::Error>;
    /// How many prospects the ledger shows as members, by the field that holds the status.
    fn count_members(&self, fields: &[Target], exited: &str) -> Result<Vec<u64>, Self::Error>;
    /// How many changes wait in the outbox, those of this plan included.
    fn n_pending(&self) -> Result<u64, Self::Error>;
}

/// What the store knew before the plan, each in the order of the prospects' numbers.
#[derive(Debug, Default)]
pub struct Before {
    /// The ledger.
    pub ledger: Vec<LedgerEntry>,
    /// Changes of earlier runs that are not confirmed.
    pub pending: Vec<LedgerEntry>,
    /// Changes that Outreach refused.
    pub refused: Vec<LedgerEntry>,
    /// How many records that may be anybody's are usual in this source.
    pub n_usual_nameless: u64,
}

/// Plans batch by batch.
#[derive(Debug)]
pub struct Planner<'a, D> {
    rules: &'a Rules,
    desk: &'a mut D,
    index: Index,
    pending: Vec<LedgerEntry>,
    refused: Vec<LedgerEntry>,
    /// Whose records nobody could read: they are not taken for gone.
    spared: Spared,
    n_usual_nameless: u64,
    coverage: Coverage,
    /// A record was lost whole, so nobody can be taken for gone.
    is_anyone_lost: bool,
    parts: Vec<Part>,
    /// The audiences that rows of this plan take their prospects out of, in case those rows are excluded after all.
    leaving: BTreeMap<OutreachId, AudienceSet>,
    max_sample: usize,
    plan: Plan,
}

impl<'a, D: Desk> Planner<'a, D> {
    /// A planner that keeps the first `max_sample` changed fields for people to look at.
    pub fn new(rules: &'a Rules, before: Before, desk: &'a mut D, max_sample: usize) -> Self {
        let statuses = rules.status_fields();
        let exits = Exits::new(statuses.len());
        let prospects = before.pending.iter().map(|entry| entry.prospect).collect();
        Self {
            rules,
            desk,
            index: Index::new(before.ledger),
            pending: before.pending,
            refused: before.refused,
            spared: Spared::default(),
            n_usual_nameless: before.n_usual_nameless,
            coverage: rules.coverage(),
            is_anyone_lost: false,
            parts: vec![],
            leaving: BTreeMap::new(),
            max_sample,
            plan: Plan {
                exits,
                in_doubt: InDoubt {
                    prospects,
                    statuses,
                },
                ..Plan::default()
            },
        }
    }

    /// How many records were planned so far.
    pub fn n_records(&self) -> u64 {
        self.plan.n_records
    }

    /// Plans the rows of one batch.
    ///
    /// # Errors
    /// If the desk fails.
    pub fn add(&mut self, wishes: Wishes) -> Result<(), D::Error> {
        for rejected in &wishes.rejected {
            self.reject(rejected)?;
        }
        self.coverage.merge(&wishes.coverage);
        let part = self.part_number(&wishes.part);
        for row in wishes.rows {
            self.plan.n_records += 1;
            let seen_at = (part, u32::try_from(row.number).unwrap_or(u32::MAX));
            match row.wish {
                Ok((prospect, wish, digest)) => self.plan_row(prospect, &wish, digest, seen_at)?,
                Err(exclusion) => self.exclude(exclusion, seen_at)?,
            }
        }
        Ok(())
    }

    /// Plans what is left when the source is at its end: profiles that are gone, changes that still wait. Members are
    /// counted exactly where those seen to stay are not enough to tell that fewer than `max_exit_share` leave.
    ///
    /// # Errors
    /// If the desk fails.
    pub fn finish(mut self, max_exit_share: f64) -> Result<Plan, D::Error> {
        if self.rules.is_full() && !self.is_anyone_lost {
            self.plan_absent()?;
        }
        let audiences = self.coverage.unseen_audiences();
        self.plan.lacking_audiences = audiences
            .filter_map(|place| self.rules.audience(place).cloned())
            .collect();
        let fields = self.coverage.unseen_attributes();
        self.plan.lacking_fields = fields
            .filter_map(|place| self.rules.attribute(place).map(str::to_owned))
            .collect();
        self.plan.n_usual_nameless = if self.plan.n_kept == 0 {
            self.plan.n_nameless
        } else {
            self.n_usual_nameless
        };
        self.plan.figures.pending = self.desk.n_pending()?;
        if self.plan.exits.over(max_exit_share).is_some() {
            let members = self
                .desk
                .count_members(&self.rules.status_fields(), self.rules.exited())?;
            self.plan.exits.set_members(&members);
        }
        Ok(self.plan)
    }

    fn plan_row(
        &mut self,
        prospect: OutreachId,
        wish: &Wish,
        digest: Digest,
        (part, number): (NonZeroU16, u32),
    ) -> Result<(), D::Error> {
        let ledger = match self.index.meet(prospect) {
            Meeting::Again(first) => {
                let first = *first;
                return self.plan_repeat(prospect, first, digest, (part, number));
            }
            Meeting::First { ledger, slot } => {
                *slot = Some(Seen {
                    digest,
                    number,
                    part,
                    fate: FirstFate::Unchanged,
                });
                ledger
            }
        };
        let is_pending = holds(&self.pending, prospect);
        // A refusal comes first: it is repeated without a request, whatever the ledger says.
        let fate = if self.is_refused(prospect, digest) && !is_pending {
            self.repeat_refusal(prospect, self.place((part, number)))?;
            FirstFate::Refused
        } else if ledger == Some(digest) && !is_pending {
            self.plan.exits.count_staying(wish.realized);
            self.plan.figures.unchanged += 1;
            FirstFate::Unchanged
        } else {
            let known = if ledger.is_some() || is_pending {
                self.desk.known(prospect)?
            } else {
                Known::default()
            };
            let place = self.place((part, number));
            if self.plan_difference(prospect, wish, digest, &known, place)? {
                FirstFate::Planned
            } else {
                self.plan.figures.unchanged += 1;
                FirstFate::Unchanged
            }
        };
        if fate != FirstFate::Unchanged {
            self.set_fate(prospect, fate);
        }
        Ok(())
    }

    /// Compares field by field; returns whether there is anything to write.
    fn plan_difference(
        &mut self,
        prospect: OutreachId,
        wish: &Wish,
        digest: Digest,
        known: &Known,
        place: Place,
    ) -> Result<bool, D::Error> {
        let fields = self.rules.difference(wish, known);
        if fields.is_empty() {
            if !known.ledger.is_empty() {
                self.desk.settle(prospect, digest)?;
            }
            return Ok(false);
        }
        let leaving = self.count_exits(&fields, known);
        if !leaving.is_empty() && self.index.is_seen(prospect) {
            self.leaving.insert(prospect, leaving);
        }
        self.keep_sample(prospect, &fields, known);
        self.desk.put(
            &Change {
                prospect,
                fields,
                digest,
                place,
            },
            !known.pending.is_empty(),
        )?;
        self.plan.n_changes += 1;
        Ok(true)
    }

    /// Counts whom a change takes out of which audiences.
    fn count_exits(&mut self, change: &FieldSet, known: &Known) -> AudienceSet {
        if known.ledger.is_empty() && known.pending.is_empty() {
            return AudienceSet::default();
        }
        let leaving = self.rules.leaving(change, known);
        self.plan.exits.count_leaving(leaving);
        let unconfirmed = self.rules.leaving_unconfirmed(change, known);
        self.plan
            .exits
            .count_waiting(self.rules.waiting(known), unconfirmed);
        leaving.iter().chain(unconfirmed.iter()).collect()
    }

    fn plan_repeat(
        &mut self,
        prospect: OutreachId,
        first: Seen,
        digest: Digest,
        at: (NonZeroU16, u32),
    ) -> Result<(), D::Error> {
        if first.digest == digest && first.fate != FirstFate::Excluded {
            let what = format!(
                "an earlier row ({}) has the same OutreachId and asks for the same",
                self.place((first.part, first.number))
            );
            return self.put_excluded(Some(prospect), self.place(at), "outreach_id_repeated", what);
        }
        let what = |other: Place| {
            format!(
                "another row ({other}) has the same OutreachId and asks for something else; neither is sent"
            )
        };
        match first.fate {
            FirstFate::Unchanged => self.plan.figures.unchanged -= 1,
            FirstFate::Planned => {
                self.desk.withdraw(prospect)?;
                self.plan.n_changes -= 1;
                self.plan.sample.retain(|line| line.prospect != prospect);
                if let Some(leaving) = self.leaving.remove(&prospect) {
                    self.plan.exits.take_back(leaving);
                }
            }
            FirstFate::Refused | FirstFate::Excluded => {}
        }
        if matches!(first.fate, FirstFate::Unchanged | FirstFate::Planned) {
            let place = self.place((first.part, first.number));
            self.put_excluded(
                Some(prospect),
                place,
                "outreach_id_conflict",
                what(self.place(at)),
            )?;
        }
        self.set_fate(prospect, FirstFate::Excluded);
        self.put_excluded(
            Some(prospect),
            self.place(at),
            "outreach_id_conflict",
            what(self.place((first.part, first.number))),
        )
    }

    /// Asks every prospect that the full snapshot does not name to leave its audiences.
    fn plan_absent(&mut self) -> Result<(), D::Error> {
        let absent = self.rules.absent();
        let digest = absent.digest();
        self.spared.unite();
        let is_spared = |entry: &LedgerEntry| self.spared.contains(entry.prospect);
        let is_gone =
            |entry: &LedgerEntry| !self.index.is_seen(entry.prospect) && !is_spared(entry);
        let unknown = |entry: &&LedgerEntry| !self.index.knows(entry.prospect) && is_gone(entry);
        let mut gone: Vec<_> = self
            .index
            .unseen()
            .filter(|entry| !is_spared(entry))
            .collect();
        gone.extend(self.pending.iter().filter(unknown).copied());
        let n_new = self.plan.n_nameless.saturating_sub(self.n_usual_nameless);
        if let Some(n_kept) = self.all_may_be_nameless(&gone, &absent, n_new)? {
            self.plan.n_kept = n_kept;
            return Ok(());
        }
        for entry in gone {
            let prospect = entry.prospect;
            let is_pending = holds(&self.pending, prospect);
            if self.is_refused(prospect, digest) && !is_pending {
                self.repeat_refusal(prospect, Place::gone())?;
                continue;
            }
            if entry.digest == digest && !is_pending {
                continue;
            }
            let known = self.desk.known(prospect)?;
            self.plan_difference(prospect, &absent, digest, &known, Place::gone())?;
        }
        Ok(())
    }

    /// How many members are gone, if there are no more of them than new records that may be anybody's.
    fn all_may_be_nameless(
        &self,
        gone: &[LedgerEntry],
        absent: &Wish,
        n_new: u64,
    ) -> Result<Option<u64>, D::Error> {
        let mut n_leaving = 0;
        for entry in gone {
            let known = self.desk.known(entry.prospect)?;
            let change = self.rules.difference(absent, &known);
            let leaving = self.rules.leaving(&change, &known);
            let unconfirmed = self.rules.leaving_unconfirmed(&change, &known);
            n_leaving += u64::from(!leaving.is_empty() || !unconfirmed.is_empty());
            if n_leaving > n_new {
                return Ok(None);
            }
        }
        Ok(Some(n_leaving).filter(|n| *n > 0))
    }

    fn exclude(&mut self, exclusion: Exclusion, at: (NonZeroU16, u32)) -> Result<(), D::Error> {
        match &exclusion.whose {
            Whose::Of(_) => {}
            Whose::OneOf(ranges) => self.spared.add_ranges(ranges),
            Whose::Anyones => self.plan.n_nameless += 1,
        }
        let prospect = exclusion.whose.prospect();
        if let Some(prospect) = prospect {
            let digest = Digest(0);
            match self.index.meet(prospect) {
                Meeting::First { slot, .. } => {
                    *slot = Some(Seen {
                        digest,
                        number: at.1,
                        part: at.0,
                        fate: FirstFate::Excluded,
                    });
                }
                Meeting::Again(first) => {
                    let first = *first;
                    return self.plan_repeat(prospect, first, digest, at);
                }
            }
        }
        self.put_excluded(prospect, self.place(at), exclusion.code, exclusion.what)
    }

    fn reject(&mut self, rejected: &Rejected) -> Result<(), D::Error> {
        self.plan.n_records += 1;
        match &rejected.numbers {
            Some(numbers) if numbers.is_empty() => self.plan.n_nameless += 1,
            Some(numbers) => {
                let is_known = |number: &OutreachId| {
                    self.index.knows(*number) || holds(&self.pending, *number)
                };
                self.spared.add(numbers.iter().copied().filter(is_known));
            }
            None => self.is_anyone_lost = true,
        }
        self.put_excluded(
            None,
            rejected.place.clone(),
            rejected.code,
            rejected.what.clone(),
        )
    }

    fn repeat_refusal(&mut self, prospect: OutreachId, place: Place) -> Result<(), D::Error> {
        self.plan.figures.failed += 1;
        match self.desk.refusal(prospect)? {
            Some(fault) => self.desk.put_fault(&RecordFault { place, ..fault }),
            None => Ok(()),
        }
    }

    fn put_excluded(
        &mut self,
        prospect: Option<OutreachId>,
        place: Place,
        code: &str,
        what: String,
    ) -> Result<(), D::Error> {
        self.plan.figures.excluded += 1;
        self.plan.exclusions.add(code, &what);
        self.desk.put_fault(&RecordFault {
            fate: Fate::Excluded,
            prospect,
            place,
            code: code.to_owned(),
            what,
            outreach: String::new(),
        })
    }

    fn keep_sample(&mut self, prospect: OutreachId, fields: &FieldSet, known: &Known) {
        for (target, value) in fields {
            if self.plan.sample.len() >= self.max_sample {
                return;
            }
            let old = known.ledger.get(target).map(FieldValue::to_json);
            self.plan.sample.push(SampleLine {
                prospect,
                field: target.name().into_owned(),
                old,
                new: value.to_json(),
            });
        }
    }

    fn is_refused(&self, prospect: OutreachId, digest: Digest) -> bool {
        entry_position(&self.refused, prospect)
            .and_then(|i| self.refused.get(i))
            .is_some_and(|entry| entry.digest == digest)
    }

    fn set_fate(&mut self, prospect: OutreachId, fate: FirstFate) {
        if let Meeting::Again(seen) = self.index.meet(prospect) {
            seen.fate = fate;
        }
    }

    fn part_number(&mut self, part: &Part) -> NonZeroU16 {
        let place = self
            .parts
            .iter()
            .position(|known| known == part)
            .unwrap_or_else(|| {
                self.parts.push(part.clone());
                self.parts.len() - 1
            });
        u16::try_from(place + 1)
            .ok()
            .and_then(NonZeroU16::new)
            .unwrap_or(NonZeroU16::MAX)
    }

    fn place(&self, (part, number): (NonZeroU16, u32)) -> Place {
        self.parts
            .get(usize::from(part.get()) - 1)
            .map_or_else(Place::gone, |part| part.place(u64::from(number)))
    }
}

fn holds(entries: &[LedgerEntry], prospect: OutreachId) -> bool {
    !entries.is_empty() && entry_position(entries, prospect).is_some()
}
