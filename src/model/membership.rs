//! Whether a profile is in an audience.

/// What a source says of one profile and one audience.
///
/// The words are those of the field group *Audience Membership Details* (`segmentMembership`) and of file exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MembershipStatus {
    /// The profile is in the audience: `realized`, `existing` or `active`.
    Realized,
    /// The profile has left the audience: `exited` or `expired`.
    Exited,
}

impl MembershipStatus {
    /// Reads a status word in any letter case; `None` if it is not one.
    pub fn parse(word: &str) -> Option<Self> {
        const IN: [&str; 3] = ["realized", "existing", "active"];
        const OUT: [&str; 2] = ["exited", "expired"];
        let word = word.trim();
        let is_one_of = |words: &[&str]| words.iter().any(|known| known.eq_ignore_ascii_case(word));
        match word {
            "" => None,
            "realized" => Some(Self::Realized),
            "exited" => Some(Self::Exited),
            _ if is_one_of(&IN) => Some(Self::Realized),
            _ if is_one_of(&OUT) => Some(Self::Exited),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_both_statuses_is_read() {
        for word in ["realized", "Existing", "ACTIVE", " active "] {
            assert_eq!(
                MembershipStatus::parse(word),
                Some(MembershipStatus::Realized),
                "{word}"
            );
        }
        for word in ["exited", "Expired"] {
            assert_eq!(
                MembershipStatus::parse(word),
                Some(MembershipStatus::Exited),
                "{word}"
            );
        }
        for word in ["", "yes", "realised", "true"] {
            assert_eq!(MembershipStatus::parse(word), None, "{word}");
        }
    }
}
