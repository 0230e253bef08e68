//! Which column of a file of one audience says who is a member: told by its name, and by what stands in it.
//!
//! Taken for anything else, everyone in the file would count as a member, those who have left too. Another column taken
//! for it would take people out, or in. So a file that leaves it open is not read before a person has said it.

use super::columns::{self, Fact};
use crate::model::MembershipStatus;

/// What the first records say in one column, as far as a membership goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Said {
    members: u32,
    left: u32,
    /// Words that mean one who has left, or something else.
    inactive: u32,
    others: u32,
}

impl Said {
    /// Takes note of a cell.
    pub(super) fn add(&mut self, cell: &str) {
        let cell = cell.trim();
        match MembershipStatus::parse(cell) {
            Some(MembershipStatus::Realized) => self.members += 1,
            Some(MembershipStatus::Exited) => self.left += 1,
            None if cell.eq_ignore_ascii_case("inactive") => self.inactive += 1,
            None => self.others += u32::from(!cell.is_empty()),
        }
    }

    /// Whether somebody has left.
    pub(super) fn says_left(self) -> bool {
        self.left > 0
    }

    fn is_filled(self) -> bool {
        self.has_statuses() || self.inactive + self.others > 0
    }

    fn is_all_statuses(self) -> bool {
        self.has_statuses() && self.inactive + self.others == 0
    }

    /// Whether it says who is active and who is not, which may be about the audience.
    fn may_be_statuses(self) -> bool {
        self.has_statuses() && self.inactive > 0 && self.others == 0
    }

    fn has_statuses(self) -> bool {
        self.members + self.left > 0
    }
}

/// Where a file of one audience says who is a member.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum OwnStatus {
    /// Nowhere: who is in the file is a member.
    #[default]
    Nowhere,
    /// In this column.
    Column(String),
    /// Below the memberships of each document.
    Nested,
    /// In one of these, or in none: the file does not tell.
    Unclear(Vec<String>),
}

impl OwnStatus {
    /// Whether the file says it.
    pub(super) fn is_said(&self) -> bool {
        matches!(self, Self::Column(_) | Self::Nested)
    }

    /// The column.
    pub(super) fn column(&self) -> Option<&str> {
        match self {
            Self::Column(name) => Some(name),
            Self::Nowhere | Self::Nested | Self::Unclear(_) => None,
        }
    }
}

/// Finds the column among these, each with what its first records say.
pub(super) fn find<'a>(columns: impl Iterator<Item = (&'a str, Said)> + Clone) -> OwnStatus {
    let is_known = |name: &str| {
        let visible = columns::visible(name);
        columns::membership(&visible)
            .is_some_and(|found| found.audience.is_none() && found.fact == Fact::Status)
    };
    let named: Vec<_> = columns.clone().filter(|(name, _)| is_known(name)).collect();
    if !named.is_empty() {
        return only(&named);
    }
    let is_membership = |name: &str| columns::membership(&columns::visible(name)).is_some();
    let others = columns.filter(|(name, _)| !is_membership(name));
    let renamed = others
        .clone()
        .filter(|(name, _)| columns::is_renamed_status(name));
    // A status of something else, such as a lead's, has words of its own.
    let renamed: Vec<_> = renamed
        .filter(|(_, said)| said.has_statuses() || !said.is_filled())
        .collect();
    let by_values: Vec<_> = others
        .clone()
        .filter(|(_, said)| said.is_all_statuses())
        .collect();
    let doubtful: Vec<_> = others.filter(|(_, said)| said.may_be_statuses()).collect();
    match renamed.as_slice() {
        [] if by_values.is_empty() && !doubtful.is_empty() => OwnStatus::Unclear(names(&doubtful)),
        [] => only(&by_values),
        [(name, said)] if said.inactive + said.others == 0 => {
            let is_other = |(other, said): &&(&str, Said)| other != name && said.says_left();
            let mut rivals = vec![(*name, *said)];
            rivals.extend(by_values.iter().filter(is_other));
            only(&rivals)
        }
        all => OwnStatus::Unclear(names(all)),
    }
}

fn only(candidates: &[(&str, Said)]) -> OwnStatus {
    match candidates {
        [] => OwnStatus::Nowhere,
        [(name, _)] => OwnStatus::Column((*name).to_owned()),
        all => OwnStatus::Unclear(names(all)),
    }
}

fn names(all: &[(&str, Said)]) -> Vec<String> {
    all.iter().map(|(name, _)| (*name).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(cells: &[&str]) -> Said {
        let mut said = Said::default();
        for cell in cells {
            said.add(cell);
        }
        said
    }

    /// Columns with their cells, as `name=cell,cell|name=cell`.
    fn found(columns: &str) -> OwnStatus {
        let columns = columns.split('|').map(|column| {
            let (name, cells) = column.split_once('=').expect("a name and cells");
            (name, said(&cells.split(',').collect::<Vec<_>>()))
        });
        find(columns)
    }

    fn column(name: &str) -> OwnStatus {
        OwnStatus::Column(name.to_owned())
    }

    #[test]
    fn the_column_is_known_by_its_name_and_else_by_its_values() {
        const AEP: &str = "segmentMembership_seg_namespace_seg_id_status";
        for (columns, expected) in [
            (format!("Oid=1|{AEP}=active"), column(AEP)),
            // Adobe's own name goes before what looks like it.
            (format!("{AEP}=|account=active"), column(AEP)),
            (
                "Audience membership status=Active,Expired".to_owned(),
                column("Audience membership status"),
            ),
            ("status=,realized".to_owned(), column("status")),
            ("status=".to_owned(), column("status")),
            ("Oid=1|In?=Active,Expired,".to_owned(), column("In?")),
            ("status=Customer,Lead".to_owned(), OwnStatus::Nowhere),
            ("lifecycle=active,churned".to_owned(), OwnStatus::Nowhere),
            ("Oid=1|name=Ada".to_owned(), OwnStatus::Nowhere),
            (
                "segmentMembership.ups.seg_id.lastQualificationTime=2026-01-01".to_owned(),
                OwnStatus::Nowhere,
            ),
        ] {
            assert_eq!(found(&columns), expected, "{columns}");
        }
    }

    #[test]
    fn what_may_be_the_column_and_may_not_is_asked() {
        for (columns, expected) in [
            ("A=active|B=expired", vec!["A", "B"]),
            ("status=Active,Inactive", vec!["status"]),
            ("state=active,inactive,active", vec!["state"]),
            ("status=active|state=Expired", vec!["status", "state"]),
            (
                "status=active|Membership=active",
                vec!["status", "Membership"],
            ),
        ] {
            let expected = expected.into_iter().map(str::to_owned).collect();
            assert_eq!(found(columns), OwnStatus::Unclear(expected), "{columns}");
        }
    }
}
