//! Proof Key for Code Exchange (RFC 7636): the app that redeems a code is the one that asked for it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

/// What an authorization request says about the verifier that will come with the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Challenge {
    /// The verifier itself.
    Plain(String),
    /// Its SHA-256.
    S256(String),
}

impl Challenge {
    /// `Err` for a method that does not exist, or a challenge no verifier can have.
    pub(super) fn parse(challenge: &str, method: Option<&str>) -> Result<Self, &'static str> {
        let is_fit = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if !(43..=128).contains(&challenge.len()) || !challenge.bytes().all(is_fit) {
            return Err("The code_challenge must be 43 to 128 unreserved characters.");
        }
        match method {
            None | Some("plain") => Ok(Self::Plain(challenge.to_owned())),
            Some("S256") => Ok(Self::S256(challenge.to_owned())),
            Some(_) => Err("The code_challenge_method must be plain or S256."),
        }
    }

    pub(super) fn is_met_by(&self, verifier: &str) -> bool {
        match self {
            Self::Plain(challenge) => challenge == verifier,
            Self::S256(challenge) => {
                *challenge == URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn a_verifier_meets_its_own_challenge_alone() {
        let hashed = Challenge::parse(CHALLENGE, Some("S256")).unwrap();
        assert!(hashed.is_met_by(VERIFIER));
        assert!(!hashed.is_met_by(CHALLENGE));
        for method in [None, Some("plain")] {
            let plain = Challenge::parse(VERIFIER, method).unwrap();
            assert!(plain.is_met_by(VERIFIER));
            assert!(!plain.is_met_by(CHALLENGE));
        }
    }

    #[test]
    fn what_is_no_challenge_is_refused() {
        assert!(Challenge::parse(CHALLENGE, Some("s256")).is_err());
        assert!(Challenge::parse("short", Some("S256")).is_err());
        assert!(Challenge::parse(&"=".repeat(43), Some("S256")).is_err());
    }
}
