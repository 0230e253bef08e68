//! Which fields were read in this run and are as they should be: a few bytes for each prospect.

use std::collections::HashMap;

use crate::model::{FieldSet, OutreachId, Target};

/// A set of attributes.
#[derive(Debug, Clone, Copy, Default)]
struct Targets([u64; 4]);

impl Targets {
    fn insert(&mut self, target: Target) {
        let code = usize::from(target.code());
        if let Some(word) = self.0.get_mut(code / 64) {
            *word |= 1 << (code % 64);
        }
    }

    fn contains(self, target: Target) -> bool {
        let code = usize::from(target.code());
        let word = self.0.get(code / 64).copied().unwrap_or_default();
        word & 1 << (code % 64) != 0
    }
}

/// What was read in this run and is as it should be.
#[derive(Debug, Default)]
pub(super) struct HeldFields(HashMap<OutreachId, Targets>);

impl HeldFields {
    /// A prospect was read; these of its fields are not as they should be.
    pub(super) fn add(
        &mut self,
        prospect: OutreachId,
        wanted: &FieldSet,
        differing: &[(Target, serde_json::Value)],
    ) {
        let mut held = Targets::default();
        for (target, _) in wanted {
            if !differing.iter().any(|(other, _)| *other == target) {
                held.insert(target);
            }
        }
        self.0.insert(prospect, held);
    }

    /// Whether the prospect was read in this run.
    pub(super) fn is_read(&self, prospect: OutreachId) -> bool {
        self.0.contains_key(&prospect)
    }

    /// The fields that Outreach does not hold yet, as far as anybody knows.
    pub(super) fn left_to_write(&self, prospect: OutreachId, fields: FieldSet) -> FieldSet {
        match self.0.get(&prospect) {
            Some(held) => fields.without(|target| held.contains(target)),
            None => fields,
        }
    }
}
