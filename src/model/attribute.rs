//! What Outreach says of each prospect attribute: its type, its greatest length, and whether it may be written.
//!
//! Source: Outreach's own OpenAPI document (`api.outreach.io/api/v2/schema/openapi.json`), resource *prospect*.

use std::{borrow::Cow, fmt};

use self::{
    Access::{Consent, ReadOnly, Writable},
    Kind::{Boolean, Date, DateTime, Float, Integer, List, Text},
};
use super::MappingId;

/// The type of an attribute's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text of at most so many characters; `None` where Outreach names no limit.
    Text(Option<usize>),
    /// A day, `YYYY-MM-DD`.
    Date,
    /// An instant, RFC 3339.
    DateTime,
    /// A whole number.
    Integer,
    /// A number.
    Float,
    /// `true` or `false`.
    Boolean,
    /// A list of texts, which a single source value cannot fill.
    List,
}

/// Whether an attribute may be a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Outreach computes it and refuses writes.
    ReadOnly,
    /// Free to write.
    Writable,
    /// Writing it changes whether a person may be contacted; it needs an explicit confirmation.
    Consent,
}

/// A prospect attribute that Outreach knows.
#[derive(Debug)]
struct Attribute {
    code: u8,
    name: &'static str,
    kind: Kind,
    access: Access,
}

/// An attribute of a prospect: one of the standard ones, or `custom1` to `custom150`.
///
/// Held as the attribute's code, which the state database stores: a code keeps its meaning for good.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target(u8);

impl Target {
    /// Finds an attribute by the name that Outreach gives it; letter case counts.
    pub fn parse(name: &str) -> Option<Self> {
        if let Some(digits) = name.strip_prefix("custom") {
            let number = digits
                .parse()
                .ok()
                .filter(|_| !digits.starts_with(['0', '+']))?;
            return MappingId::new(number).map(Self::custom);
        }
        STANDARD
            .iter()
            .find(|a| a.name == name)
            .map(|a| Self(a.code))
    }

    /// The custom field of this number.
    pub fn custom(number: MappingId) -> Self {
        Self(number.get())
    }

    /// The attribute of a stored code.
    pub fn from_code(code: u8) -> Option<Self> {
        let target = Self(code);
        (target.mapping_id().is_some() || target.standard().is_some()).then_some(target)
    }

    /// The code to store.
    pub fn code(self) -> u8 {
        self.0
    }

    /// The name that Outreach gives the attribute.
    pub fn name(self) -> Cow<'static, str> {
        self.standard().map_or_else(
            || Cow::Owned(format!("custom{}", self.0)),
            |a| Cow::Borrowed(a.name),
        )
    }

    /// The number of the custom field; `None` for a standard attribute.
    pub fn mapping_id(self) -> Option<MappingId> {
        MappingId::new(u64::from(self.0))
    }

    /// The type of its value. A custom field is text of at most 32,000 characters, whatever type its owner gave it.
    pub fn kind(self) -> Kind {
        self.standard().map_or(Text(Some(32_000)), |a| a.kind)
    }

    /// Whether it may be written.
    pub fn access(self) -> Access {
        self.standard().map_or(Writable, |a| a.access)
    }

    /// Every standard attribute, by name.
    pub fn standard_attributes() -> impl Iterator<Item = Self> {
        STANDARD.iter().map(|a| Self(a.code))
    }

    fn standard(self) -> Option<&'static Attribute> {
        let index = usize::from(self.0).checked_sub(usize::from(FIRST_STANDARD_CODE))?;
        STANDARD.get(index)
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

const FIRST_STANDARD_CODE: u8 = 151;

const fn attribute(code: u8, name: &'static str, kind: Kind, access: Access) -> Attribute {
    Attribute {
        code,
        name,
        kind,
        access,
    }
}

/// The standard attributes; a new one goes to the end, since its code is its place.
#[rustfmt::skip]
static STANDARD: [Attribute; 80] = [
    attribute(151, "addedAt", DateTime, Writable),
    attribute(152, "addressCity", Text(Some(255)), Writable),
    attribute(153, "addressCountry", Text(Some(255)), Writable),
    attribute(154, "addressState", Text(Some(255)), Writable),
    attribute(155, "addressStreet", Text(Some(255)), Writable),
    attribute(156, "addressStreet2", Text(Some(255)), Writable),
    attribute(157, "addressZip", Text(Some(255)), Writable),
    attribute(158, "angelListUrl", Text(Some(255)), Writable),
    attribute(159, "availableAt", DateTime, Writable),
    attribute(160, "callOptedOut", Boolean, Consent),
    attribute(161, "callsOptedAt", DateTime, ReadOnly),
    attribute(162, "callsOptStatus", Text(Some(255)), Consent),
    attribute(163, "campaignName", Text(Some(255)), Writable),
    attribute(164, "clickCount", Integer, ReadOnly),
    attribute(165, "company", Text(None), Writable),
    attribute(166, "contactHistogram", List, ReadOnly),
    attribute(167, "createdAt", DateTime, ReadOnly),
    attribute(168, "dateOfBirth", Date, Writable),
    attribute(169, "degree", Text(Some(255)), Writable),
    attribute(170, "emailOptedOut", Boolean, Consent),
    attribute(171, "emails", List, Writable),
    attribute(172, "emailsOptedAt", DateTime, ReadOnly),
    attribute(173, "emailsOptStatus", Text(Some(255)), Consent),
    attribute(174, "engagedAt", DateTime, ReadOnly),
    attribute(175, "engagedScore", Float, ReadOnly),
    attribute(176, "eventName", Text(Some(255)), Writable),
    attribute(177, "externalId", Text(Some(255)), Writable),
    attribute(178, "externalOwner", Text(Some(255)), Writable),
    attribute(179, "externalSource", Text(Some(255)), Writable),
    attribute(180, "facebookUrl", Text(Some(255)), Writable),
    attribute(181, "firstName", Text(Some(255)), Writable),
    attribute(182, "gender", Text(Some(255)), Writable),
    attribute(183, "githubUrl", Text(Some(1000)), Writable),
    attribute(184, "githubUsername", Text(Some(255)), Writable),
    attribute(185, "googlePlusUrl", Text(Some(255)), Writable),
    attribute(186, "graduationDate", Date, Writable),
    attribute(187, "homePhones", List, Writable),
    attribute(188, "jobStartDate", Date, Writable),
    attribute(189, "lastName", Text(Some(255)), Writable),
    attribute(190, "linkedInConnections", Integer, Writable),
    attribute(191, "linkedInId", Text(Some(255)), Writable),
    attribute(192, "linkedInSlug", Text(Some(255)), ReadOnly),
    attribute(193, "linkedInUrl", Text(Some(1000)), Writable),
    attribute(194, "middleName", Text(Some(255)), Writable),
    attribute(195, "mobilePhones", List, Writable),
    attribute(196, "name", Text(None), ReadOnly),
    attribute(197, "nickname", Text(Some(255)), Writable),
    attribute(198, "occupation", Text(Some(255)), Writable),
    attribute(199, "openCount", Integer, ReadOnly),
    attribute(200, "optedOut", Boolean, Consent),
    attribute(201, "optedOutAt", DateTime, ReadOnly),
    attribute(202, "otherPhones", List, Writable),
    attribute(203, "personalNote1", Text(Some(65_535)), Writable),
    attribute(204, "personalNote2", Text(Some(65_535)), Writable),
    attribute(205, "preferredContact", Text(Some(255)), Writable),
    attribute(206, "quoraUrl", Text(Some(255)), Writable),
    attribute(207, "region", Text(Some(255)), Writable),
    attribute(208, "replyCount", Integer, ReadOnly),
    attribute(209, "school", Text(Some(255)), Writable),
    attribute(210, "score", Float, Writable),
    attribute(211, "sharingTeamId", Text(Some(255)), Writable),
    attribute(212, "source", Text(Some(255)), Writable),
    attribute(213, "specialties", Text(Some(65_535)), Writable),
    attribute(214, "stackOverflowId", Text(Some(255)), Writable),
    attribute(215, "stackOverflowUrl", Text(Some(1000)), Writable),
    attribute(216, "tags", List, Writable),
    attribute(217, "timeZone", Text(Some(255)), Writable),
    attribute(218, "timeZoneIana", Text(None), ReadOnly),
    attribute(219, "timeZoneInferred", Text(Some(255)), ReadOnly),
    attribute(220, "title", Text(Some(255)), Writable),
    attribute(221, "touchedAt", DateTime, ReadOnly),
    attribute(222, "trashedAt", DateTime, Writable),
    attribute(223, "twitterUrl", Text(Some(1000)), Writable),
    attribute(224, "twitterUsername", Text(Some(255)), Writable),
    attribute(225, "updatedAt", DateTime, ReadOnly),
    attribute(226, "voipPhones", List, Writable),
    attribute(227, "websiteUrl1", Text(Some(65_535)), Writable),
    attribute(228, "websiteUrl2", Text(Some(65_535)), Writable),
    attribute(229, "websiteUrl3", Text(Some(65_535)), Writable),
    attribute(230, "workPhones", List, Writable),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_its_codes() {
        for (index, attribute) in STANDARD.iter().enumerate() {
            assert_eq!(
                usize::from(attribute.code),
                usize::from(FIRST_STANDARD_CODE) + index,
                "{}",
                attribute.name
            );
        }
    }

    #[test]
    fn every_attribute_is_found_by_its_name_and_by_its_code() {
        let custom = (1..=u64::from(MappingId::MAX))
            .filter_map(MappingId::new)
            .map(Target::custom);
        for target in Target::standard_attributes().chain(custom) {
            assert_eq!(Target::parse(&target.name()), Some(target));
            assert_eq!(Target::from_code(target.code()), Some(target));
        }
    }

    #[test]
    fn names_that_outreach_does_not_know_are_not_targets() {
        for name in [
            "",
            "FirstName",
            "custom0",
            "custom151",
            "custom04",
            "custom+4",
            "custom",
            "smsOptStatus",
        ] {
            assert_eq!(Target::parse(name), None, "{name}");
        }
        assert_eq!(Target::from_code(0), None);
        assert_eq!(Target::from_code(u8::MAX), None);
    }
}
