//! The fields of a source as a tree of their XDM paths.

use std::collections::BTreeSet;

/// A line of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// How deep it stands, from 0.
    pub(super) depth: usize,
    /// The last part of its path.
    pub(super) name: String,
    /// Its whole path.
    pub(super) path: String,
    /// Which field it is; `None` for a folder.
    pub(super) field: Option<usize>,
    /// How many fields are in the folder.
    pub(super) n_fields: usize,
    /// Whether the folder shows them.
    pub(super) is_open: bool,
}

/// The lines on screen. While something is searched for every folder is open, and only what has it is shown.
pub(super) fn lines(names: &[&str], search: &str, folded: &BTreeSet<String>) -> Vec<Line> {
    let wanted = search.trim().to_lowercase();
    let found: Vec<(usize, Vec<&str>)> = names
        .iter()
        .enumerate()
        .filter(|(_, name)| name.to_lowercase().contains(&wanted))
        .map(|(field, name)| (field, name.split('.').collect()))
        .collect();
    let mut lines = vec![];
    let is_open = |path: &str| !wanted.is_empty() || !folded.contains(path);
    add(&found, 0, "", &is_open, &mut lines);
    lines
}

fn add(
    fields: &[(usize, Vec<&str>)],
    depth: usize,
    above: &str,
    is_open: &dyn Fn(&str) -> bool,
    lines: &mut Vec<Line>,
) {
    let mut seen = BTreeSet::new();
    for (_, parts) in fields {
        let Some(name) = parts.get(depth).copied() else {
            continue;
        };
        if !seen.insert(name) {
            continue;
        }
        let path = if above.is_empty() {
            name.to_owned()
        } else {
            format!("{above}.{name}")
        };
        let same = fields
            .iter()
            .filter(|(_, parts)| parts.get(depth).copied() == Some(name));
        let (own, inside): (Vec<_>, Vec<_>) = same
            .cloned()
            .partition(|(_, parts)| parts.len() == depth + 1);
        for (field, _) in own {
            lines.push(Line {
                depth,
                name: name.to_owned(),
                path: path.clone(),
                field: Some(field),
                n_fields: 0,
                is_open: false,
            });
        }
        if inside.is_empty() {
            continue;
        }
        let open = is_open(&path);
        lines.push(Line {
            depth,
            name: name.to_owned(),
            path: path.clone(),
            field: None,
            n_fields: inside.len(),
            is_open: open,
        });
        if open {
            add(&inside, depth + 1, &path, is_open, lines);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 5] = [
        "person.name.firstName",
        "extendedWorkDetails.jobTitle",
        "person.name.lastName",
        "score",
        "person.gender",
    ];

    fn shown(search: &str, folded: &[&str]) -> Vec<String> {
        let folded = folded.iter().map(|path| (*path).to_owned()).collect();
        let lines = lines(&NAMES, search, &folded);
        let text = lines.iter().map(|line| {
            let mark = match (line.field, line.is_open) {
                (Some(field), _) => format!("={field}"),
                (None, true) => "/".to_owned(),
                (None, false) => format!("+{}", line.n_fields),
            };
            format!("{}{}{mark}", " ".repeat(line.depth), line.name)
        });
        text.collect()
    }

    #[test]
    fn fields_of_one_folder_stand_together() {
        assert_eq!(
            shown("", &[]),
            [
                "person/",
                " name/",
                "  firstName=0",
                "  lastName=2",
                " gender=4",
                "extendedWorkDetails/",
                " jobTitle=1",
                "score=3",
            ]
        );
    }

    #[test]
    fn a_folder_can_be_folded_and_a_search_opens_it() {
        assert_eq!(
            shown("", &["person"]),
            ["person+3", "extendedWorkDetails/", " jobTitle=1", "score=3"]
        );
        assert_eq!(
            shown("LAST", &["person"]),
            ["person/", " name/", "  lastName=2"]
        );
        assert_eq!(shown("nothing", &[]), [""; 0]);
    }
}
