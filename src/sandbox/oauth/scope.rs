//! Scopes: `<resource>.<read|write|delete|all>`, where only `all` includes others.

use serde::{Serialize, Serializer};

/// What a token may be used for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scopes {
    /// Tokens from the control side, which stand outside every app.
    Everything,
    /// In the order in which they were asked for.
    Listed(Vec<String>),
}

impl Scopes {
    /// Reads a list with spaces between; one scope named twice is one scope.
    pub(super) fn parse(list: &str) -> Self {
        let mut scopes: Vec<String> = Vec::new();
        for scope in list.split_ascii_whitespace() {
            if !scopes.iter().any(|known| known == scope) {
                scopes.push(scope.to_owned());
            }
        }
        Self::Listed(scopes)
    }

    /// Whether the scope is held by its own name, or by its resource's `all`.
    pub(crate) fn include(&self, wanted: &str) -> bool {
        match self {
            Self::Everything => true,
            Self::Listed(scopes) => scopes.iter().any(|held| {
                let all_of = held.strip_suffix(".all");
                held == wanted || all_of.is_some() && all_of == resource(wanted)
            }),
        }
    }

    pub(crate) fn spelled(&self) -> String {
        match self {
            Self::Everything => "everything".to_owned(),
            Self::Listed(scopes) => scopes.join(" "),
        }
    }
}

impl Serialize for Scopes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.spelled())
    }
}

fn resource(scope: &str) -> Option<&str> {
    scope.split_once('.').map(|(resource, _)| resource)
}

/// Whether it has the form of a scope.
pub(super) fn is_scope(text: &str) -> bool {
    text.split_once('.').is_some_and(|(resource, action)| {
        !resource.is_empty()
            && resource.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && matches!(action, "read" | "write" | "delete" | "all")
    })
}

/// What a scope allows, as the consent page says it.
pub(super) fn in_words(scope: &str) -> String {
    let (resource, action) = scope.split_once('.').unwrap_or((scope, ""));
    let verb = match action {
        "read" => "See",
        "write" => "Create and change",
        "delete" => "Delete",
        _ => "See, create, change and delete",
    };
    let mut words = verb.to_owned();
    words.push(' ');
    for letter in resource.chars() {
        if letter.is_ascii_uppercase() {
            words.push(' ');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_all_includes_others() {
        let scopes = Scopes::parse("prospects.write  users.all prospects.write");
        assert_eq!(scopes.spelled(), "prospects.write users.all");
        for (wanted, included) in [
            ("prospects.write", true),
            ("prospects.read", false),
            ("prospects.all", false),
            ("users.read", true),
            ("users.delete", true),
            ("batches.read", false),
        ] {
            assert_eq!(scopes.include(wanted), included, "{wanted}");
        }
        assert!(Scopes::Everything.include("prospects.read"));
        assert!(!Scopes::parse("").include("prospects.read"));
    }

    #[test]
    fn a_scope_has_a_resource_and_an_action() {
        for good in ["prospects.read", "batchItems.all", "users.delete"] {
            assert!(is_scope(good), "{good}");
        }
        for bad in [
            "",
            "prospects",
            ".read",
            "prospects.",
            "prospects.own",
            "a b.read",
        ] {
            assert!(!is_scope(bad), "{bad}");
        }
    }

    #[test]
    fn scopes_have_words() {
        assert_eq!(in_words("batchItems.read"), "See batch items");
        assert_eq!(
            in_words("prospects.all"),
            "See, create, change and delete prospects"
        );
    }
}
