//! Destinations of one account that would write the same field: each would undo what the other writes.

use std::collections::BTreeMap;

use super::{Account, Destination, Fault, Target};

/// The fields that are written already, each with the name of the destination that does it.
pub type Writers = BTreeMap<Target, String>;

/// A field of a destination that another destination of the same account writes too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlap {
    /// The field.
    pub field: Target,
    /// The name of the other destination.
    pub other: String,
    /// Which setting names the field, such as `audiences[2].mapping_id`.
    path: String,
}

impl Account {
    /// Whether both write to the same Outreach as the same user.
    pub fn is_same(&self, other: &Self) -> bool {
        let address = |account: &Self| {
            let address = account.api_address.trim().trim_end_matches('/');
            address.to_ascii_lowercase()
        };
        self.name.trim().eq_ignore_ascii_case(other.name.trim()) && address(self) == address(other)
    }
}

impl Overlap {
    /// The overlap as a fault of the setting.
    pub fn fault(&self) -> Fault {
        let Self { field, other, path } = self;
        Fault::new(
            path,
            format!(
                "{field} is also written by the destination \"{other}\" of the same account, and each would undo what the other writes; choose another field, or disable \"{other}\""
            ),
        )
    }
}

/// Which fields of an account are written by these destinations; those that are disabled write none.
pub fn writers<'a>(
    account: &Account,
    destinations: impl IntoIterator<Item = &'a Destination>,
) -> Writers {
    let mut writers = Writers::new();
    let of_account = destinations
        .into_iter()
        .filter(|one| one.enabled && one.account.is_same(account));
    for destination in of_account {
        for (field, _) in written(destination) {
            let name = || destination.name.clone();
            writers.entry(field).or_insert_with(name);
        }
    }
    writers
}

/// The fields of a destination that one of the `others` writes too, in the order of its settings.
pub fn overlaps<'a>(
    destination: &Destination,
    others: impl IntoIterator<Item = &'a Destination>,
) -> Vec<Overlap> {
    let writers = writers(&destination.account, others);
    let shared = written(destination).filter_map(|(field, path)| {
        let other = writers.get(&field)?.clone();
        Some(Overlap { field, other, path })
    });
    shared.collect()
}

/// Every field that a destination writes, with the setting that says so.
fn written(destination: &Destination) -> impl Iterator<Item = (Target, String)> {
    let rows = destination.mapping.iter().enumerate();
    let mapped = rows.filter_map(|(i, row)| {
        let target = Target::parse(&row.target).filter(|_| !row.is_outreach_id())?;
        Some((target, format!("mapping[{i}].target")))
    });
    let audiences = destination.audiences.iter().enumerate();
    let statuses = audiences.map(|(i, audience)| {
        let path = format!("audiences[{i}].mapping_id");
        (Target::custom(audience.mapping_id), path)
    });
    mapped.chain(statuses)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(change: impl FnOnce(&mut Destination)) -> Destination {
        let text = include_str!("../../assets/demo/destination.json");
        let mut destination = Destination::from_json(text).expect("the sample is valid");
        change(&mut destination);
        destination
    }

    /// Another destination that shares nothing with the sample but one target and one custom field.
    fn other(change: impl FnOnce(&mut Destination)) -> Destination {
        sample(|other| {
            other.name = "Other".to_owned();
            other.mapping.truncate(2);
            other.audiences.truncate(1);
            change(other);
        })
    }

    fn faults(other: &Destination) -> Vec<String> {
        let one = sample(|_| ());
        let found = overlaps(&one, [other]);
        found.iter().map(|one| one.fault().to_string()).collect()
    }

    #[test]
    fn a_shared_target_and_a_shared_custom_field_are_named_with_their_setting() {
        let found = faults(&other(|_| ()));
        let field = sample(|_| ()).mapping.remove(1).target;
        assert_eq!(found.len(), 2, "{found:?}");
        let says =
            format!("mapping[1].target: {field} is also written by the destination \"Other\"");
        assert!(found[0].starts_with(&says), "{found:?}");
        assert!(
            found[1].starts_with("audiences[0].mapping_id: custom1 is also"),
            "{found:?}"
        );
    }

    #[test]
    fn a_status_field_is_also_shared_with_a_mapped_custom_field() {
        let found = faults(&other(|other| {
            other.audiences.clear();
            "custom1".clone_into(&mut other.mapping[1].target);
        }));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].starts_with("audiences[0].mapping_id: custom1"),
            "{found:?}"
        );
    }

    #[test]
    fn what_is_disabled_or_of_another_account_shares_nothing() {
        assert_eq!(faults(&other(|other| other.enabled = false)), [""; 0]);
        assert_eq!(
            faults(&other(|other| other.account.name.push('2'))),
            [""; 0]
        );
        let elsewhere = |other: &mut Destination| other.account.api_address.push('9');
        assert_eq!(faults(&other(elsewhere)), [""; 0]);
        let same = |other: &mut Destination| {
            other.account.name = format!(" {} ", other.account.name.to_uppercase());
            other.account.api_address.push('/');
        };
        assert_eq!(faults(&other(same)).len(), 2);
    }
}
