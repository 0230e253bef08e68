//! Profiles as documents: as Adobe Experience Platform sends them, or flat objects with dotted keys.

pub(in crate::source) mod node;

use std::{borrow::Cow, collections::HashSet, iter, sync::Arc};

use self::node::{Node, Object, Value};
use super::table::{CONTROL_CHARACTER, has_control};
use crate::{
    model::{AudienceId, MembershipStatus},
    source::{
        Error, Projection,
        columns::{self, Fact, OWN_NAMESPACE},
        files::{SourceFile, listing::Entry, shape::Layout},
        out::Out,
        status::OwnStatus,
        timestamp,
    },
};

/// What is taken out of each object.
#[derive(Debug, Clone)]
pub(in crate::source) struct DocumentPlan {
    entry: Entry,
    id_paths: Vec<String>,
    namespace: String,
    attributes: Vec<String>,
    /// The audiences' ids in lower case, in their order, each with its cell.
    audiences: Vec<(String, usize)>,
    /// The cell of the file's own audience.
    own: Option<usize>,
    /// Where the file says who is in its audience.
    own_status: OwnStatus,
    /// Whether somebody who has left shows that the file is no full snapshot.
    is_without_leavers: bool,
    /// Milliseconds since 1970, for memberships that have ended by themselves.
    now: i64,
    /// Whether a value that is a list or an object is passed over, rather than the whole record.
    is_survey: bool,
}

/// Prepares what a projection asks for; `is_full` says that the audience's file names everyone who is in it.
pub(in crate::source) fn plan(
    file: &SourceFile,
    layout: Layout,
    projection: &Projection,
    is_full: impl Fn(&AudienceId) -> bool,
) -> Result<DocumentPlan, Error> {
    let own = file.entry.facts.audience.as_ref();
    let own = own.filter(|_| layout == Layout::PerAudience);
    let own = own.and_then(|own| {
        let is_own = |a: &AudienceId| a.as_str().eq_ignore_ascii_case(own.as_str());
        let place = projection.audiences.iter().position(is_own)?;
        Some((place, projection.audiences.get(place)?))
    });
    if let (OwnStatus::Unclear(columns), Some(_)) = (&file.shape.own_status, own) {
        return Err(Error::StatusUnclear {
            file: Arc::clone(&file.entry.name),
            columns: columns.clone(),
        });
    }
    let mut audiences: Vec<_> = projection
        .audiences
        .iter()
        .enumerate()
        .map(|(cell, audience)| (audience.as_str().to_ascii_lowercase(), cell))
        .collect();
    audiences.sort();
    Ok(DocumentPlan {
        entry: file.entry.clone(),
        id_paths: columns::identity_columns(&projection.outreach_id),
        namespace: columns::namespace(&projection.outreach_id).to_owned(),
        attributes: projection.attributes.clone(),
        audiences,
        own: own.map(|(place, _)| place),
        own_status: file.shape.own_status.clone(),
        is_without_leavers: file.shape.own_status.is_said()
            && own.is_some_and(|(_, audience)| is_full(audience)),
        now: projection.now.as_millisecond(),
        is_survey: false,
    })
}

/// A value of a document that cannot be a cell.
enum Fault {
    NotSingle(String),
    Broken,
    Control,
    /// An object says something twice.
    KeyTwice(String),
    TooManyIds(usize),
}

impl Fault {
    /// The code and the words.
    fn words(self) -> (&'static str, String) {
        match self {
            Self::NotSingle(field) => (
                "value_not_single",
                format!("{field} is a list or an object, not a single value"),
            ),
            Self::Broken => (
                "json_invalid",
                "an escape in a text stands for no character".to_owned(),
            ),
            Self::Control => ("value_control_character", CONTROL_CHARACTER.to_owned()),
            Self::KeyTwice(key) => (
                "json_key_twice",
                format!("an object in it has {key} twice, so that it is not clear what it says"),
            ),
            Self::TooManyIds(n) => (
                "row_too_many_ids",
                format!(
                    "it names {n} ids; {MAX_IDS} are the most that one profile may have, and fewer if it is large"
                ),
            ),
        }
    }
}

/// The most ids of one namespace that a profile may have: each makes a row of its own.
const MAX_IDS: usize = 1000;

/// The most bytes that the rows of one profile may come to.
const MAX_ROWS_BYTES: usize = 64 << 20;

/// One profile's cells; the ids are apart, because each makes a row of its own.
struct Cells<'a> {
    ids: Vec<Cow<'a, str>>,
    others: Vec<Option<Cow<'a, str>>>,
    times: Vec<Option<i64>>,
}

impl DocumentPlan {
    /// The same plan for looking at everything: nobody has asked for a value that cannot be a cell, so it is none.
    pub(in crate::source) fn for_survey(self) -> Self {
        Self {
            is_survey: true,
            ..self
        }
    }

    /// Whether a member of the records with this key may have anything to say; if in doubt it has.
    pub(in crate::source) fn may_need(&self, key: &str) -> bool {
        const ALWAYS: [&str; 4] = ["identityMap", "attributes", "entity", "entityId"];
        let own = self.own_status.column();
        let folded = columns::folded(key);
        // Whether the path begins with the key, however its steps are spelt.
        let leads_to = |path: &String| {
            let path = columns::folded(path);
            let rest = path.strip_prefix(&folded);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['_', '[']))
        };
        ALWAYS.iter().any(|always| columns::is_key(key, always))
            || folded.starts_with("segmentmembership")
            || own.is_some_and(|own| own == key)
            || self.id_paths.iter().chain(&self.attributes).any(leads_to)
    }

    /// Adds the rows of one profile, one for each of its ids; `text` is all of it.
    pub(in crate::source) fn add_object(
        &self,
        line: u64,
        text: &str,
        object: &Object<'_>,
        out: &mut Out<'_>,
    ) -> Result<(), Error> {
        let entity = object.get("entityId").and(object.get("entity"));
        let entity = entity.and_then(Node::object);
        let cells = match self.cells(entity.as_ref().unwrap_or(object), out.is_merging()) {
            Ok(cells) => cells,
            Err(fault) => {
                let (code, what) = fault.words();
                out.reject(line, code, what, Some(text.as_bytes()));
                return Ok(());
            }
        };
        if self.is_without_leavers && self.is_leaver(&cells) {
            return Err(self.entry.leaver_at(line));
        }
        let others = cells.others.iter().map(Option::as_deref);
        if cells.ids.is_empty() {
            out.row(line, iter::once(None).chain(others.clone()), &cells.times)?;
        }
        for id in &cells.ids {
            let id = iter::once(Some(id.as_ref()));
            out.row(line, id.chain(others.clone()), &cells.times)?;
        }
        Ok(())
    }

    fn is_leaver(&self, cells: &Cells<'_>) -> bool {
        let status = self
            .own
            .and_then(|own| cells.others.get(self.attributes.len() + own));
        let status = status.and_then(Option::as_deref);
        status.and_then(MembershipStatus::parse) == Some(MembershipStatus::Exited)
    }

    fn cells<'a>(&self, object: &Object<'a>, with_times: bool) -> Result<Cells<'a>, Fault> {
        let wrapped = object.get("attributes").and_then(Node::object);
        let mut others = vec![];
        for path in &self.attributes {
            let found = attribute(object, wrapped.as_ref(), path);
            others.push(match found {
                Err(Fault::NotSingle(_)) if self.is_survey => first_identity(object, path)?,
                other => other?,
            });
        }
        let mut memberships = Memberships {
            plan: self,
            with_times,
            statuses: vec![None; self.audiences.len()],
            times: vec![None; self.audiences.len()],
            ends: vec![],
        };
        if let Some(key) = object.repeated() {
            return Err(Fault::KeyTwice(key.to_owned()));
        }
        memberships.collect(object)?;
        others.extend(memberships.statuses);
        let mut ids = identities(object, &self.namespace)?;
        if ids.is_empty() {
            for name in &self.id_paths {
                ids.extend(attribute(object, wrapped.as_ref(), name)?);
                if !ids.is_empty() {
                    break;
                }
            }
        }
        let n_bytes: usize = others.iter().flatten().map(|cell| cell.len()).sum();
        if ids.len() > MAX_IDS || n_bytes.saturating_mul(ids.len()) > MAX_ROWS_BYTES {
            return Err(Fault::TooManyIds(ids.len()));
        }
        let mut all = ids.iter().chain(others.iter().flatten());
        if all.any(|cell| has_control(cell.as_bytes())) {
            return Err(Fault::Control);
        }
        Ok(Cells {
            ids,
            others,
            times: memberships.times,
        })
    }

    fn cell_of(&self, audience: Option<&str>) -> Option<usize> {
        let Some(audience) = audience else {
            return self.own;
        };
        let audience = audience.to_ascii_lowercase();
        let found = self.audiences.binary_search_by(|(id, _)| id.cmp(&audience));
        found
            .ok()
            .and_then(|at| self.audiences.get(at))
            .map(|(_, cell)| *cell)
    }
}

struct Memberships<'p, 'a> {
    plan: &'p DocumentPlan,
    with_times: bool,
    statuses: Vec<Option<Cow<'a, str>>>,
    times: Vec<Option<i64>>,
    /// The cells of memberships that have ended by themselves.
    ends: Vec<usize>,
}

impl<'a> Memberships<'_, 'a> {
    fn collect(&mut self, object: &Object<'a>) -> Result<(), Fault> {
        let own_column = self.plan.own_status.column();
        for (key, node) in object.iter() {
            if let Some(name) = columns::membership(key) {
                if let Some(cell) = self.plan.cell_of(name.audience) {
                    self.set(cell, name.fact, node)?;
                }
            } else if let (true, Some(own)) = (own_column == Some(key), self.plan.own) {
                self.set(own, Fact::Status, node)?;
            } else if columns::is_key(key, "segmentMembership")
                && let Some(map) = node.object()
            {
                self.collect_map(&map)?;
            }
        }
        if let Some(own) = self
            .plan
            .own
            .filter(|_| self.plan.own_status == OwnStatus::Nowhere)
            && let Some(status) = self.statuses.get_mut(own)
        {
            *status = Some(Cow::Borrowed("realized"));
        }
        for cell in std::mem::take(&mut self.ends) {
            if let Some(status) = self.statuses.get_mut(cell)
                && status.as_deref().and_then(MembershipStatus::parse)
                    == Some(MembershipStatus::Realized)
            {
                *status = Some(Cow::Borrowed("exited"));
            }
        }
        Ok(())
    }

    fn collect_map(&mut self, map: &Object<'a>) -> Result<(), Fault> {
        if let Some(key) = map.repeated() {
            return Err(Fault::KeyTwice(key.to_owned()));
        }
        let is_own = |namespace: &str| columns::is_key(namespace, OWN_NAMESPACE);
        // The own namespace comes last, so that it goes before the others.
        let others = map.iter().filter(|(namespace, _)| !is_own(namespace));
        let own = map.iter().filter(|(namespace, _)| is_own(namespace));
        for (namespace, node) in others.chain(own) {
            let Some(below) = node.object() else {
                if let Some(own) = self.plan.own {
                    self.set(own, Fact::of(namespace), node)?;
                }
                continue;
            };
            if let Some(key) = below.repeated() {
                return Err(Fault::KeyTwice(key.to_owned()));
            }
            for (audience, membership) in below.iter() {
                let audience = columns::without_prefix(audience);
                let audience = Some(audience).filter(|id| !columns::is_placeholder(id));
                let Some(cell) = self.plan.cell_of(audience) else {
                    continue;
                };
                let Some(facts) = membership.object() else {
                    self.set(cell, Fact::Status, membership)?;
                    continue;
                };
                if let Some(key) = facts.repeated() {
                    return Err(Fault::KeyTwice(key.to_owned()));
                }
                for (key, node) in facts.iter() {
                    self.set(cell, Fact::of(key), node)?;
                }
            }
        }
        Ok(())
    }

    fn set(&mut self, cell: usize, fact: Fact, node: Node<'a>) -> Result<(), Fault> {
        match fact {
            Fact::Status => {
                let status = single("segmentMembership", node)?;
                if let Some(slot) = self.statuses.get_mut(cell) {
                    *slot = status;
                }
            }
            Fact::Qualified if self.with_times => {
                let time = node.single().and_then(|text| timestamp::millis(&text));
                if let Some(slot) = self.times.get_mut(cell) {
                    *slot = time;
                }
            }
            Fact::ValidUntil => {
                let until = node.single().and_then(|text| timestamp::millis(&text));
                if until.is_some_and(|until| until < self.plan.now) {
                    self.ends.push(cell);
                }
            }
            Fact::Qualified | Fact::Other => {}
        }
        Ok(())
    }
}

/// The value at a path, also within the wrapper of free-form attributes, or else the identity of that namespace.
fn attribute<'a>(
    object: &Object<'a>,
    wrapped: Option<&Object<'a>>,
    path: &str,
) -> Result<Option<Cow<'a, str>>, Fault> {
    let namespace = columns::namespace(path);
    if namespace == path
        && let Some(node) = object.at(path).or_else(|| wrapped?.at(path))
    {
        return single(path, node);
    }
    let mut ids = identities(object, namespace)?;
    match (ids.pop(), ids.is_empty()) {
        (Some(id), true) => Ok(Some(id)),
        (Some(_), false) => Err(Fault::NotSingle(path.to_owned())),
        // A flat key such as `identityMap.Oid`.
        (None, _) => object.get(path).map_or(Ok(None), |node| single(path, node)),
    }
}

/// The first of several ids, if the path is that of a namespace.
fn first_identity<'a>(object: &Object<'a>, path: &str) -> Result<Option<Cow<'a, str>>, Fault> {
    let namespace = columns::namespace(path);
    if namespace == path {
        return Ok(None);
    }
    Ok(identities(object, namespace)?.into_iter().next())
}

/// The ids of a namespace in the identity map, each once.
fn identities<'a>(object: &Object<'a>, namespace: &str) -> Result<Vec<Cow<'a, str>>, Fault> {
    let mut ids: Vec<Cow<'a, str>> = vec![];
    let mut known = HashSet::new();
    if namespace.contains('.') {
        return Ok(ids);
    }
    let map = object.get("identityMap").and_then(Node::object);
    if let Some(key) = map.as_ref().and_then(Object::repeated) {
        return Err(Fault::KeyTwice(key.to_owned()));
    }
    let Some(node) = map.and_then(|map| map.get(namespace)) else {
        return Ok(ids);
    };
    for identity in node.elements() {
        let id = match identity.object() {
            Some(identity) => identity.get("id"),
            None => Some(identity),
        };
        let id = id.map_or(Ok(None), |id| single(namespace, id))?;
        ids.extend(id.filter(|id| known.insert(id.clone())));
    }
    Ok(ids)
}

/// The value as a cell; `{"value": …}` is its value, and `{}` is none.
fn single<'a>(field: &str, node: Node<'a>) -> Result<Option<Cow<'a, str>>, Fault> {
    match node.value() {
        Value::Single(text) => Ok(Some(text)),
        Value::Broken => Err(Fault::Broken),
        Value::List if node.is_empty_list() => Ok(Some(Cow::Borrowed(""))),
        Value::List => Err(Fault::NotSingle(field.to_owned())),
        Value::Object => {
            let object = node.object().unwrap_or_default();
            match object.get("value").map(Node::value) {
                None if object.is_empty() => Ok(None),
                Some(Value::Single(text)) => Ok(Some(text)),
                Some(Value::Broken) => Err(Fault::Broken),
                Some(Value::List | Value::Object) | None => Err(Fault::NotSingle(field.to_owned())),
            }
        }
    }
}
