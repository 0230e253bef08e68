//! What the window shows, as a screen reader is told of it.

use egui::{
    Pos2, Rect,
    accesskit::{Node, NodeId, Role, Toggled, TreeUpdate},
    pos2,
};

/// One frame of the window.
pub(crate) struct Tree(Vec<Seen>);

/// Something that the window shows.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(super) id: NodeId,
    pub(crate) role: Role,
    /// What it is called; of a text, all it says.
    pub(crate) name: String,
    /// What stands in it, such as in a field.
    pub(crate) value: String,
    pub(crate) is_on: bool,
    pub(crate) is_enabled: bool,
    /// In points from the window's corner.
    pub(super) place: Rect,
}

impl Tree {
    pub(super) fn of(update: TreeUpdate) -> Self {
        let nodes = update.nodes.into_iter();
        let mut all: Vec<_> = nodes.filter_map(|(id, node)| seen(id, &node)).collect();
        all.sort_by(|one, other| {
            let key = |seen: &Seen| (seen.place.top(), seen.place.left());
            key(one)
                .partial_cmp(&key(other))
                .expect("places are numbers")
        });
        Self(all)
    }

    /// The first of this role and name, from the top left.
    pub(crate) fn find(&self, role: Role, name: &str) -> Option<&Seen> {
        self.all(role).find(|seen| seen.name == name)
    }

    pub(crate) fn all(&self, role: Role) -> impl Iterator<Item = &Seen> {
        self.0.iter().filter(move |seen| seen.role == role)
    }

    /// Whether a text or a control says these words.
    pub(crate) fn says(&self, words: &str) -> bool {
        self.0
            .iter()
            .any(|seen| seen.name.contains(words) || seen.value.contains(words))
    }

    /// What stands below a column's head, from the top.
    pub(crate) fn column(&self, head: &str) -> Vec<&str> {
        let Some(head) = self.find(Role::ColumnHeader, head) else {
            return vec![];
        };
        let is_below = |seen: &&Seen| {
            let place = seen.place;
            place.top() >= head.place.bottom() && head.place.x_range().contains(place.center().x)
        };
        let below = self.all(Role::Label).filter(is_below);
        below.map(|seen| seen.name.as_str()).collect()
    }

    /// All of it, to be read in the message of a test that fails.
    pub(crate) fn told(&self) -> String {
        let line = |seen: &Seen| {
            let off = if seen.is_enabled { "" } else { ", disabled" };
            let on = if seen.is_on { ", on" } else { "" };
            let (role, name, value) = (seen.role, &seen.name, &seen.value);
            format!("{role:?} '{name}' '{value}'{off}{on}\n")
        };
        self.0.iter().map(line).collect()
    }
}

impl Seen {
    pub(super) fn center(&self) -> Pos2 {
        self.place.center()
    }
}

/// Nothing, if it has neither words nor a place.
fn seen(id: NodeId, node: &Node) -> Option<Seen> {
    let bounds = node.bounds()?;
    #[expect(clippy::cast_possible_truncation, reason = "places on screen are f32")]
    let at = |x: f64, y: f64| pos2(x as f32, y as f32);
    let value = node.value().unwrap_or_default().to_owned();
    let label = node.label().unwrap_or_default().to_owned();
    let (name, value) = if node.role() == Role::Label {
        (value, String::new())
    } else {
        (label, value)
    };
    (!name.is_empty() || !value.is_empty()).then(|| Seen {
        id,
        role: node.role(),
        name,
        value,
        is_on: node.toggled() == Some(Toggled::True),
        is_enabled: !node.is_disabled(),
        place: Rect::from_min_max(at(bounds.x0, bounds.y0), at(bounds.x1, bounds.y1)),
    })
}
