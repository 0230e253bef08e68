//! Names of columns and paths: when two of them mean the same field, and which ones hold memberships.

/// The namespace of Adobe Experience Platform's own audiences.
pub(super) const OWN_NAMESPACE: &str = "ups";

/// The name as it is compared: without `xdm:`, blanks around it and letter case.
pub(super) fn plain(name: &str) -> String {
    let parts: Vec<_> = name.trim().split('.').map(without_prefix).collect();
    parts.join(".").to_ascii_lowercase()
}

/// The key without the prefix that dataset exports put before it.
pub(super) fn without_prefix(key: &str) -> &str {
    key.strip_prefix("xdm:").unwrap_or(key)
}

/// Whether a key of a document is the one that is looked for.
pub(super) fn is_key(key: &str, wanted: &str) -> bool {
    without_prefix(key).eq_ignore_ascii_case(without_prefix(wanted))
}

/// A column or dotted key that tells of a membership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MembershipName<'a> {
    pub(super) namespace: &'a str,
    /// The audience; nothing for a column that is about the file's own audience.
    pub(super) audience: Option<&'a str>,
    pub(super) fact: Fact,
}

/// What such a column tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fact {
    Status,
    Qualified,
    Other,
}

impl Fact {
    pub(super) fn of(key: &str) -> Self {
        if is_key(key, "status") {
            Self::Status
        } else if is_key(key, "lastQualificationTime") {
            Self::Qualified
        } else {
            Self::Other
        }
    }
}

/// Reads `segmentMembership.<namespace>.<audience>.<fact>`, and the forms with a placeholder or without an audience.
pub(super) fn membership(name: &str) -> Option<MembershipName<'_>> {
    let (first, rest) = name.trim().split_once('.')?;
    if !is_key(first, "segmentMembership") {
        return None;
    }
    let Some((rest, last)) = rest.rsplit_once('.') else {
        return Some(MembershipName {
            namespace: "",
            audience: None,
            fact: Fact::of(rest),
        });
    };
    let (namespace, audience) = rest.split_once('.')?;
    let audience = without_prefix(audience);
    Some(MembershipName {
        namespace: without_prefix(namespace),
        audience: (!is_placeholder(audience)).then_some(audience),
        fact: Fact::of(last),
    })
}

/// Whether a column of a file of one audience holds the status under a name that the export was given by hand.
///
/// Taken for anything else, everyone in the file would count as a member, those who have left too.
pub(super) fn is_renamed_status(name: &str) -> bool {
    let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let names = [
        "status",
        "membership",
        "membershipstatus",
        "segmentstatus",
        "segmentmembershipstatus",
        "audiencestatus",
    ];
    names
        .iter()
        .any(|known| letters.eq_ignore_ascii_case(known))
}

/// Whether this stands where the id of the file's own audience would.
pub(super) fn is_placeholder(audience: &str) -> bool {
    audience.eq_ignore_ascii_case("seg_id")
}

/// The identity namespace in `Oid`, `identityMap.Oid`, `identityMap.Oid.id` or `identityMap.Oid[0].id`.
pub(super) fn namespace(field: &str) -> &str {
    let field = field.trim();
    let field = match field.split_once('.') {
        Some((first, rest)) if is_key(first, "identityMap") => rest,
        _ => return field,
    };
    let field = field.strip_suffix(".id").unwrap_or(field);
    let field = field.split_once('[').map_or(field, |(before, _)| before);
    without_prefix(field)
}

/// The columns that may hold the identities of this namespace, in the order of preference.
pub(super) fn identity_columns(field: &str) -> Vec<String> {
    let namespace = namespace(field);
    vec![
        field.to_owned(),
        namespace.to_owned(),
        format!("identityMap.{namespace}"),
        format!("identityMap.{namespace}[0].id"),
        format!("identityMap.{namespace}.id"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_column_is_known_under_the_names_people_give_it() {
        for name in [
            "status",
            "Status",
            "segmentStatus",
            "Segment status",
            "membership_status",
        ] {
            assert!(is_renamed_status(name), "{name}");
        }
        for name in ["", "statuses", "lead status", "person.status.code"] {
            assert!(!is_renamed_status(name), "{name}");
        }
    }

    #[test]
    fn membership_columns_are_told_apart() {
        let read = |name| membership(name).map(|m| (m.namespace, m.audience, m.fact));
        assert_eq!(
            read("segmentMembership.ups.abc.status"),
            Some(("ups", Some("abc"), Fact::Status))
        );
        assert_eq!(
            read("xdm:segmentMembership.xdm:ups.xdm:a.b.xdm:lastQualificationTime"),
            Some(("ups", Some("a.b"), Fact::Qualified))
        );
        for name in [
            "segmentMembership.seg_namespace.seg_id.status",
            "segmentMembership.ups.SEG_ID.status",
            "segmentMembership.status",
        ] {
            let found = membership(name).expect(name);
            assert_eq!((found.audience, found.fact), (None, Fact::Status), "{name}");
        }
        assert_eq!(read("person.name"), None);
        assert_eq!(read("segmentMembership"), None);
        assert_eq!(read("segmentMembership.ups.status"), None);
    }

    #[test]
    fn the_forms_of_an_identity_are_one_namespace() {
        for field in [
            "Oid",
            "identityMap.Oid",
            "xdm:identityMap.Oid[0].id",
            "identityMap.Oid.id",
        ] {
            assert_eq!(namespace(field), "Oid", "{field}");
        }
        assert_eq!(namespace("_tenant.crm.id"), "_tenant.crm.id");
        assert_eq!(plain(" xdm:person.xdm:Name "), "person.name");
    }
}
