//! Every text on screen, out of the Fluent files in `assets/i18n/en`.

use std::{collections::HashMap, sync::LazyLock};

pub use fluent_bundle::FluentValue;
use fluent_bundle::{FluentArgs, FluentResource, concurrent::FluentBundle, types::FluentNumber};
use unic_langid::LanguageIdentifier;

use super::format;

/// The files, one an area of the window.
const FILES: [(&str, &str); 5] = [
    ("common", include_str!("../../assets/i18n/en/common.ftl")),
    ("shell", include_str!("../../assets/i18n/en/shell.ftl")),
    ("wizard", include_str!("../../assets/i18n/en/wizard.ftl")),
    (
        "destination",
        include_str!("../../assets/i18n/en/destination.ftl"),
    ),
    ("lists", include_str!("../../assets/i18n/en/lists.ftl")),
];

struct Texts {
    bundle: FluentBundle<FluentResource>,
    /// The texts without arguments, ready to show.
    plain: HashMap<String, String>,
}

static TEXTS: LazyLock<Texts> = LazyLock::new(load);

/// The text of a key; the key itself when there is none.
pub fn t(key: &'static str) -> &'static str {
    TEXTS.plain.get(key).map_or(key, String::as_str)
}

/// The text of a key with its arguments filled in. Numbers get thousands separators; ids go in as strings.
pub fn t_args(key: &'static str, args: &[(&'static str, FluentValue<'_>)]) -> String {
    let filled: FluentArgs<'_> = args.iter().cloned().collect();
    let pattern = TEXTS
        .bundle
        .get_message(key)
        .and_then(|message| message.value());
    let Some(pattern) = pattern else {
        return key.to_owned();
    };
    let mut faults = vec![];
    TEXTS
        .bundle
        .format_pattern(pattern, Some(&filled), &mut faults)
        .into_owned()
}

fn load() -> Texts {
    let english: LanguageIdentifier = "en".parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![english]);
    // The marks around arguments are drawn as boxes by fonts that lack them.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(number));
    let mut keys = vec![];
    for (_, file) in FILES {
        // The tests see to it that the files have no faults.
        let (Ok(resource) | Err((resource, _))) = FluentResource::try_new(file.to_owned());
        bundle.add_resource_overriding(resource);
        keys.extend(keys_of(file));
    }
    let plain = keys
        .into_iter()
        .filter_map(|key| Some((key.to_owned(), plain(&bundle, key)?)))
        .collect();
    Texts { bundle, plain }
}

/// The text of a key that needs no arguments.
fn plain(bundle: &FluentBundle<FluentResource>, key: &str) -> Option<String> {
    let pattern = bundle.get_message(key)?.value()?;
    let mut faults = vec![];
    let text = bundle.format_pattern(pattern, None, &mut faults);
    faults.is_empty().then(|| text.into_owned())
}

/// The keys of a file, in its order.
fn keys_of(file: &str) -> impl Iterator<Item = &str> {
    file.lines().filter_map(|line| {
        let (key, _) = line.split_once(" =")?;
        let is_key = key.starts_with(|c: char| c.is_ascii_lowercase())
            && key
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        is_key.then_some(key)
    })
}

fn number<M>(value: &FluentValue<'_>, _memoizer: &M) -> Option<String> {
    match value {
        FluentValue::Number(FluentNumber { value, .. }) if value.fract() == 0.0 => {
            #[expect(clippy::cast_possible_truncation, reason = "counts are far below 2^53")]
            let whole = *value as i64;
            Some(format::signed(whole))
        }
        FluentValue::Number(_)
        | FluentValue::String(_)
        | FluentValue::Custom(_)
        | FluentValue::None
        | FluentValue::Error => None,
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeSet,
        fs,
        path::{Path, PathBuf},
    };

    use super::*;

    fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs")
                && !path.ends_with("ui/text.rs")
            {
                found.push(path);
            }
        }
    }

    fn code() -> Vec<(PathBuf, String)> {
        let mut found = vec![];
        sources(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ui"),
            &mut found,
        );
        found
            .into_iter()
            .map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
            .collect()
    }

    /// The literals that stand first in a call of `t` or `t_args`.
    fn asked(code: &str) -> Vec<String> {
        let mut keys = vec![];
        for call in ["t(", "t_args("] {
            for (at, _) in code.match_indices(call) {
                let before = code[..at].chars().next_back();
                if before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.') {
                    continue;
                }
                let rest = code[at + call.len()..].trim_start();
                if let Some(literal) = rest.strip_prefix('"') {
                    keys.push(literal.split('"').next().unwrap().to_owned());
                }
            }
        }
        keys
    }

    #[test]
    fn files_are_without_faults_and_no_key_is_there_twice() {
        let mut seen = BTreeSet::new();
        for (name, file) in FILES {
            let faults = FluentResource::try_new(file.to_owned()).map_err(|(_, faults)| faults);
            assert!(faults.is_ok(), "{name}: {:?}", faults.err());
            for key in keys_of(file) {
                assert!(seen.insert(key), "{name}: {key} is there twice");
            }
        }
    }

    #[test]
    fn every_key_asked_for_exists() {
        let known: BTreeSet<&str> = FILES.iter().flat_map(|(_, file)| keys_of(file)).collect();
        let mut missing = vec![];
        for (path, code) in code() {
            for key in asked(&code) {
                if !known.contains(key.as_str()) {
                    missing.push(format!("{}: {key}", path.display()));
                }
            }
        }
        assert!(missing.is_empty(), "{}", missing.join("\n"));
    }

    #[test]
    fn every_key_is_used() {
        let code: String = code().into_iter().map(|(_, code)| code).collect();
        let unused: Vec<_> = FILES
            .iter()
            .flat_map(|(_, file)| keys_of(file))
            .filter(|key| !code.contains(&format!("\"{key}\"")))
            .collect();
        assert!(unused.is_empty(), "{unused:?}");
    }

    #[test]
    fn calls_are_found_and_other_names_are_not() {
        let code = "t(\"a\"); text::t(\"b\"); t_args(\n \"c\", &[]); set(\"d\"); x.t(\"e\");";
        assert_eq!(asked(code), ["a", "b", "c"]);
    }

    #[test]
    fn numbers_get_separators_and_plurals_and_no_marks() {
        assert_eq!(t_args("ago-minutes", &[("n", 1.into())]), "1 minute ago");
        assert_eq!(
            t_args("ago-minutes", &[("n", 12_345.into())]),
            "12,345 minutes ago"
        );
        assert_eq!(t("copy"), "Copy");
        assert_eq!(t("no-such-key"), "no-such-key");
    }
}
