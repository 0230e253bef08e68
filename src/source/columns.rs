//! Names of columns and paths: when two of them mean the same field, and which ones hold memberships.

use std::borrow::Cow;

/// The namespace of Adobe Experience Platform's own audiences.
pub(super) const OWN_NAMESPACE: &str = "ups";

/// The name without what nobody sees: blanks around it, marks of no width, and marks of byte order.
pub(super) fn visible(name: &str) -> Cow<'_, str> {
    let is_unseen = |c: char| {
        matches!(
            c,
            '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}'
        )
    };
    let name = name.trim_matches(|c: char| c.is_whitespace() || is_unseen(c));
    if name.contains(is_unseen) {
        Cow::Owned(name.chars().filter(|c| !is_unseen(*c)).collect())
    } else {
        Cow::Borrowed(name)
    }
}

/// The name as it is compared: without what nobody sees, `xdm:` and letter case.
pub(super) fn plain(name: &str) -> String {
    let name = visible(name);
    let parts: Vec<_> = name.split('.').map(without_prefix).collect();
    parts.join(".").to_lowercase()
}

/// The same with dots as Adobe Experience Platform exports them: it turns each one into an underscore.
pub(super) fn folded(name: &str) -> String {
    plain(name).replace('.', "_")
}

/// Whether two names mean the same field, whatever was made of it on the way.
pub fn is_same_field(one: &str, other: &str) -> bool {
    one == other || folded(one) == folded(other)
}

/// The key without the prefix that dataset exports put before it, and that people paste with a blank behind it.
pub(super) fn without_prefix(key: &str) -> &str {
    let key = key.trim();
    match key.split_at_checked(4) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case("xdm:") => rest.trim_start(),
        _ => key,
    }
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
    /// Since when the status holds.
    Qualified,
    /// Until when the profile is a member.
    ValidUntil,
    Other,
}

impl Fact {
    pub(super) fn of(key: &str) -> Self {
        if is_key(key, "status") {
            Self::Status
        } else if is_key(key, "lastQualificationTime") {
            Self::Qualified
        } else if is_key(key, "validUntil") {
            Self::ValidUntil
        } else {
            Self::Other
        }
    }
}

/// Reads `segmentMembership.<namespace>.<audience>.<fact>`, and the forms with a placeholder or without an audience; with
/// underscores for all the dots as well.
pub(super) fn membership(name: &str) -> Option<MembershipName<'_>> {
    const FIRST: &str = "segmentMembership";
    let name = without_prefix(name);
    let (first, rest) = name.split_at_checked(FIRST.len())?;
    if !first.eq_ignore_ascii_case(FIRST) {
        return None;
    }
    let dot = rest.chars().next().filter(|dot| matches!(dot, '.' | '_'))?;
    let rest = rest.strip_prefix(dot)?;
    let Some((rest, last)) = rest.rsplit_once(dot) else {
        return Some(MembershipName {
            namespace: "",
            audience: None,
            fact: Fact::of(rest),
        });
    };
    let (namespace, audience) = if dot == '_' && is_placeholder_pair(rest) {
        ("", PLACEHOLDER)
    } else {
        rest.split_once(dot)?
    };
    let audience = without_prefix(audience);
    Some(MembershipName {
        namespace: without_prefix(namespace),
        audience: (!is_placeholder(audience)).then_some(audience),
        fact: Fact::of(last),
    })
}

/// Whether a name is one that people give the column of the status when they rename it.
pub(super) fn is_renamed_status(name: &str) -> bool {
    let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let names = [
        "status",
        "membership",
        "membershipstatus",
        "segmentstatus",
        "segmentmembership",
        "segmentmembershipstatus",
        "audiencestatus",
        "audiencemembership",
        "audiencemembershipstatus",
    ];
    names
        .iter()
        .any(|known| letters.eq_ignore_ascii_case(known))
}

const PLACEHOLDER: &str = "seg_id";

/// Whether these are the placeholders of namespace and audience with an underscore between them.
fn is_placeholder_pair(text: &str) -> bool {
    text.eq_ignore_ascii_case("seg_namespace_seg_id") || text.eq_ignore_ascii_case("ups_seg_id")
}

/// Whether this stands where the id of the file's own audience would.
pub(super) fn is_placeholder(audience: &str) -> bool {
    audience.eq_ignore_ascii_case(PLACEHOLDER)
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
        assert!(is_renamed_status("Audience membership status"));
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
        for (name, audience, fact) in [
            (
                "segmentMembership_seg_namespace_seg_id_status",
                None,
                Fact::Status,
            ),
            (
                "xdm: segmentMembership.seg_namespace.seg_id.status",
                None,
                Fact::Status,
            ),
            (
                "XDM:segmentmembership_ups_seg_id_validUntil",
                None,
                Fact::ValidUntil,
            ),
            ("segmentMembership_status", None, Fact::Status),
            (
                "segmentMembership_ups_7841-a_b_status",
                Some("7841-a_b"),
                Fact::Status,
            ),
            (
                "segmentMembership_ups_a1_lastQualificationTime",
                Some("a1"),
                Fact::Qualified,
            ),
        ] {
            let found = membership(name).expect(name);
            assert_eq!((found.audience, found.fact), (audience, fact), "{name}");
        }
        assert_eq!(read("segmentMembershipstatus"), None);
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
        assert_eq!(plain("\u{feff}O\u{200b}id\u{a0}"), "oid");
        assert_eq!(folded("xdm: _tenant.Crm.id"), folded("_tenant_crm_id"));
    }
}
