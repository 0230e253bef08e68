//! Stops a snapshot that takes out too many: files get cut off, and audiences do not shrink by half overnight.

use super::wishes::AudienceSet;

/// How many members stay in and leave each audience, by its place in the schedule.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Exits {
    leaving: Vec<u64>,
    /// Members before the run: at first only those that were seen to stay, which is fewer.
    members: Vec<u64>,
    /// Members only by changes that wait in the outbox; they are in no ledger.
    waiting: Vec<u64>,
}

/// A snapshot that takes out too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany {
    /// The audience, by its place in the schedule; `None` for all of them together.
    pub audience: Option<usize>,
    /// How many would leave.
    pub leaving: u64,
    /// How many were in before.
    pub members: u64,
}

impl Exits {
    /// Below this many exits, a single audience is not judged by itself: small audiences shrink by chance.
    pub const FEW: u64 = 20;

    pub(super) fn new(n_audiences: usize) -> Self {
        Self {
            leaving: vec![0; n_audiences],
            members: vec![0; n_audiences],
            waiting: vec![0; n_audiences],
        }
    }

    pub(super) fn count_staying(&mut self, audiences: AudienceSet) {
        count(&mut self.members, audiences);
    }

    pub(super) fn count_leaving(&mut self, audiences: AudienceSet) {
        count(&mut self.leaving, audiences);
        count(&mut self.members, audiences);
    }

    /// Members by a change that waits, and those of them that leave before it was ever confirmed.
    pub(super) fn count_waiting(&mut self, members: AudienceSet, leaving: AudienceSet) {
        count(&mut self.waiting, members);
        count(&mut self.leaving, leaving);
    }

    /// A row that was counted as leaving is excluded: its prospect stays.
    pub(super) fn take_back(&mut self, audiences: AudienceSet) {
        for audience in audiences.iter() {
            if let Some(leaving) = self.leaving.get_mut(audience) {
                *leaving = leaving.saturating_sub(1);
            }
        }
    }

    pub(super) fn set_members(&mut self, members: &[u64]) {
        for (held, counted) in self.members.iter_mut().zip(members) {
            *held = *counted.max(held);
        }
    }

    /// Whether more than this share of the members leave, of all audiences together or of a single large one.
    pub fn over(&self, max_share: f64) -> Option<TooMany> {
        let is_over = |leaving: u64, members: u64| {
            #[expect(
                clippy::cast_precision_loss,
                reason = "counts of people are far below 2⁵³"
            )]
            let (leaving, members) = (leaving as f64, members as f64);
            leaving > max_share * members
        };
        let members: Vec<_> = self
            .members
            .iter()
            .zip(&self.waiting)
            .map(|(members, waiting)| members + waiting)
            .collect();
        let (leaving, all) = (self.leaving.iter().sum(), members.iter().sum());
        if is_over(leaving, all) {
            return Some(TooMany {
                audience: None,
                leaving,
                members: all,
            });
        }
        self.leaving
            .iter()
            .zip(&members)
            .enumerate()
            .find_map(|(audience, (leaving, members))| {
                (*leaving >= Self::FEW && is_over(*leaving, *members)).then_some(TooMany {
                    audience: Some(audience),
                    leaving: *leaving,
                    members: *members,
                })
            })
    }
}

fn count(counts: &mut [u64], audiences: AudienceSet) {
    for audience in audiences.iter() {
        if let Some(count) = counts.get_mut(audience) {
            *count += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exits(leaving: &[u64], members: &[u64]) -> Exits {
        Exits {
            leaving: leaving.to_vec(),
            members: members.to_vec(),
            waiting: vec![0; members.len()],
        }
    }

    #[test]
    fn the_share_is_that_of_all_members() {
        assert_eq!(exits(&[3, 0], &[5, 5]).over(0.3), None);
        let over = exits(&[4, 0], &[5, 5]).over(0.3);
        assert_eq!(
            over,
            Some(TooMany {
                audience: None,
                leaving: 4,
                members: 10
            })
        );
        assert_eq!(exits(&[10, 0], &[10, 0]).over(1.0), None);
        assert_eq!(exits(&[], &[]).over(0.3), None);
    }

    #[test]
    fn a_large_audience_is_also_judged_by_itself() {
        let over = exits(&[40, 0], &[100, 900]).over(0.3);
        assert_eq!(
            over,
            Some(TooMany {
                audience: Some(0),
                leaving: 40,
                members: 100
            })
        );
        assert_eq!(exits(&[19, 0], &[20, 980]).over(0.3), None);
    }
}
