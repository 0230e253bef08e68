//! Rows of a JSON file: profiles as Adobe Experience Platform sends them, or flat objects with dotted keys.

use std::{borrow::Cow, iter};

pub(in crate::source) mod document;
pub(in crate::source) mod records;

use self::{
    document::{Node, Object, Value},
    records::{Form, Found, JsonRecords},
};
use super::csv::{CONTROL_CHARACTER, has_control};
use crate::{
    model::AudienceId,
    source::{
        Error, Projection,
        columns::{self, Fact, OWN_NAMESPACE},
        files::{
            input::Stop,
            listing::Entry,
            shape::{self, Layout},
        },
        out::Out,
        timestamp,
    },
};

/// What is taken out of each object.
#[derive(Debug, Clone)]
pub(in crate::source) struct JsonPlan {
    id_paths: Vec<String>,
    namespace: String,
    attributes: Vec<String>,
    /// The audiences' ids in lower case, in their order, each with its cell.
    audiences: Vec<(String, usize)>,
    /// The cell of the file's own audience.
    own: Option<usize>,
    /// Whether who is in the file is in its audience.
    is_presence: bool,
    /// Whether a value that is a list or an object is passed over, rather than the whole record.
    is_survey: bool,
}

/// Prepares what a projection asks for.
pub(in crate::source) fn plan(
    entry: &Entry,
    layout: Layout,
    has_status: bool,
    projection: &Projection,
) -> JsonPlan {
    let own = entry.facts.audience.as_ref();
    let own = own.filter(|_| layout == Layout::PerAudience);
    let mut audiences: Vec<_> = projection
        .audiences
        .iter()
        .enumerate()
        .map(|(cell, audience)| (audience.as_str().to_ascii_lowercase(), cell))
        .collect();
    audiences.sort();
    JsonPlan {
        id_paths: columns::identity_columns(&projection.outreach_id),
        namespace: columns::namespace(&projection.outreach_id).to_owned(),
        attributes: projection.attributes.clone(),
        audiences,
        own: own.and_then(|own| {
            let is_own = |a: &AudienceId| a.as_str().eq_ignore_ascii_case(own.as_str());
            projection.audiences.iter().position(is_own)
        }),
        is_presence: !has_status,
        is_survey: false,
    }
}

/// Reads the rows of the file.
pub(in crate::source) fn read(
    entry: &Entry,
    plan: &JsonPlan,
    out: &mut Out<'_>,
) -> Result<(), Error> {
    let mut records = JsonRecords::new(shape::open_window(entry)?);
    let mut wrong_encoding = None;
    while !out.is_stopped() {
        let found = records.next();
        let line = records.line();
        match found.map_err(|stop| shape::stopped(entry, line, stop))? {
            Found::End => break,
            Found::TooLarge => out.reject(line, "row_too_large", "the record is over 16 MB", None),
            Found::Value => match str::from_utf8(records.text()) {
                Ok(text) if !(records.window().is_decoded() && text.contains('\u{fffd}')) => {
                    let is_at_end = records.is_at_end();
                    let added = match records.form() {
                        Some(Form::Lines) => plan.add_line(line, text, is_at_end, out)?,
                        _ => plan.add_value(line, text, out)?,
                    };
                    added.map_err(|stop| shape::stopped(entry, line, stop))?;
                }
                Err(e) if e.error_len().is_none() && records.is_at_end() => {
                    return Err(shape::stopped(entry, line, Stop::CutOff));
                }
                _ => {
                    let what: &mut String =
                        wrong_encoding.get_or_insert_with(|| records.window().wrong_encoding());
                    out.reject(line, "row_encoding", &**what, Some(records.text()));
                }
            },
        }
    }
    Ok(())
}

/// A value of a document that cannot be a cell.
enum Fault {
    NotSingle(String),
    Broken,
    Control,
}

/// One profile's cells; the ids are apart, because each makes a row of its own.
struct Cells<'a> {
    ids: Vec<Cow<'a, str>>,
    others: Vec<Option<Cow<'a, str>>>,
    times: Vec<Option<i64>>,
}

impl JsonPlan {
    /// The same plan for looking at everything: nobody has asked for a value that cannot be a cell, so it is none.
    pub(in crate::source) fn for_survey(self) -> Self {
        Self {
            is_survey: true,
            ..self
        }
    }

    /// Adds the values of a line; what is broken in it touches no other line.
    fn add_line(
        &self,
        line: u64,
        text: &str,
        is_at_end: bool,
        out: &mut Out<'_>,
    ) -> Result<Result<(), Stop>, Error> {
        for value in
            serde_json::Deserializer::from_str(text).into_iter::<&serde_json::value::RawValue>()
        {
            match value {
                Ok(value) if value.get().starts_with('{') => {
                    if let Ok(object) = Object::parse(value.get()) {
                        self.add_object(line, value.get(), &object, out)?;
                    }
                }
                Ok(value) => out.reject(
                    line,
                    "json_not_object",
                    NOT_OBJECT,
                    Some(value.get().as_bytes()),
                ),
                Err(e) if e.is_eof() && is_at_end => return Ok(Err(Stop::CutOff)),
                Err(e) => {
                    let what = format!("it is not JSON from column {} on", e.column());
                    out.reject(line, "json_invalid", what, Some(text.as_bytes()));
                    break;
                }
            }
        }
        Ok(Ok(()))
    }

    /// Adds a value that may go over several lines; what is broken in it may be a sign of anything.
    fn add_value(
        &self,
        line: u64,
        text: &str,
        out: &mut Out<'_>,
    ) -> Result<Result<(), Stop>, Error> {
        if let Err(e) = serde_json::from_str::<&serde_json::value::RawValue>(text) {
            let (below, column) = (e.line().saturating_sub(1) as u64, e.column());
            let what = format!("it is not JSON at line {}, column {column}", line + below);
            return Ok(Err(Stop::Damaged(what)));
        }
        if !text.starts_with('{') {
            out.reject(line, "json_not_object", NOT_OBJECT, Some(text.as_bytes()));
        } else if let Ok(object) = Object::parse(text) {
            self.add_object(line, text, &object, out)?;
        }
        Ok(Ok(()))
    }

    fn add_object(
        &self,
        line: u64,
        text: &str,
        object: &Object<'_>,
        out: &mut Out<'_>,
    ) -> Result<(), Error> {
        let cells = match self.cells(object, out.is_merging()) {
            Ok(cells) => cells,
            Err(Fault::NotSingle(field)) => {
                let what = format!("{field} is a list or an object, not a single value");
                out.reject(line, "value_not_single", what, Some(text.as_bytes()));
                return Ok(());
            }
            Err(Fault::Broken) => {
                out.reject(
                    line,
                    "json_invalid",
                    "an escape in a text stands for no character",
                    Some(text.as_bytes()),
                );
                return Ok(());
            }
            Err(Fault::Control) => {
                out.reject(
                    line,
                    "value_control_character",
                    CONTROL_CHARACTER,
                    Some(text.as_bytes()),
                );
                return Ok(());
            }
        };
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
        };
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
    plan: &'p JsonPlan,
    with_times: bool,
    statuses: Vec<Option<Cow<'a, str>>>,
    times: Vec<Option<i64>>,
}

impl<'a> Memberships<'_, 'a> {
    fn collect(&mut self, object: &Object<'a>) -> Result<(), Fault> {
        for (key, node) in object.iter() {
            if let Some(name) = columns::membership(key) {
                if let Some(cell) = self.plan.cell_of(name.audience) {
                    self.set(cell, name.fact, node)?;
                }
            } else if columns::is_key(key, "segmentMembership")
                && let Some(map) = node.object()
            {
                self.collect_map(&map)?;
            }
        }
        if let Some(own) = self.plan.own.filter(|_| self.plan.is_presence)
            && let Some(status) = self.statuses.get_mut(own)
        {
            *status = Some(Cow::Borrowed("realized"));
        }
        Ok(())
    }

    fn collect_map(&mut self, map: &Object<'a>) -> Result<(), Fault> {
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
    if namespace.contains('.') {
        return Ok(ids);
    }
    let map = object.get("identityMap").and_then(Node::object);
    let Some(node) = map.and_then(|map| map.get(namespace)) else {
        return Ok(ids);
    };
    for identity in node.elements() {
        let id = match identity.object() {
            Some(identity) => identity.get("id"),
            None => Some(identity),
        };
        let id = id.map_or(Ok(None), |id| single(namespace, id))?;
        ids.extend(id.filter(|id| !ids.contains(id)));
    }
    Ok(ids)
}

/// The value as a cell; `{"value": …}` is its value, and `{}` is none.
fn single<'a>(field: &str, node: Node<'a>) -> Result<Option<Cow<'a, str>>, Fault> {
    match node.value() {
        Value::Single(text) => Ok(Some(text)),
        Value::Broken => Err(Fault::Broken),
        Value::List => Err(Fault::NotSingle(field.to_owned())),
        Value::Object => {
            let object = node.object().unwrap_or_default();
            match object.get("value").map(Node::value) {
                None if object.iter().next().is_none() => Ok(None),
                Some(Value::Single(text)) => Ok(Some(text)),
                Some(Value::Broken) => Err(Fault::Broken),
                Some(Value::List | Value::Object) | None => Err(Fault::NotSingle(field.to_owned())),
            }
        }
    }
}

const NOT_OBJECT: &str = "it is JSON, but not an object";
