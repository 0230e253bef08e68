//! The body of a PATCH: read whole, judged whole, before anything is written.

use jiff::{Timestamp, civil::Date};
use serde_json::{Map, Value};

use super::{
    answer::Refusal,
    prospects::Write,
    schema::{Attribute, Cardinality, CustomField, CustomKind, Field, Kind, Schema},
    seed,
};

type Object = Map<String, Value>;

/// Reads and checks the document sent for prospect `id`.
pub(super) fn parse(schema: &Schema, id: u32, users: u64, body: &[u8]) -> Result<Write, Refusal> {
    let document: Value = serde_json::from_slice(body)
        .map_err(|error| Refusal::bad_request(format!("The body is not valid JSON: {error}")))?;
    let data = document
        .get("data")
        .and_then(Value::as_object)
        .ok_or_else(|| Refusal::bad_request("The body has no 'data' object."))?;
    if data.get("type").and_then(Value::as_str) != Some("prospect") {
        return Err(Refusal::invalid("/data/type", "Type must be 'prospect'."));
    }
    if data.get("id").and_then(Value::as_u64) != Some(u64::from(id)) {
        let detail = format!("Id must be the integer {id}, as in the path.");
        return Err(Refusal::invalid("/data/id", detail));
    }
    let mut write = Write::default();
    for (name, value) in member(data, "attributes")? {
        let field = attribute(schema, name, value)?;
        write.values.insert(field, value.clone());
    }
    for (name, value) in member(data, "relationships")? {
        let (relation, relationship) = schema.relation(name).ok_or_else(|| {
            Refusal::bad_request(format!("'{name}' is not a relationship of 'prospect'"))
        })?;
        if !relationship.writable || relationship.cardinality != Cardinality::ToOne {
            let detail = format!("'{name}' is a private relationship and cannot be written");
            return Err(Refusal::bad_request(detail));
        }
        let target = target(name, &relationship.target, users, value)?;
        write.related.insert(relation, target);
    }
    Ok(write)
}

/// The attribute of that name, if it may be set to that value.
pub(super) fn attribute(schema: &Schema, name: &str, value: &Value) -> Result<Field, Refusal> {
    let (field, attribute) = schema.attribute(name).ok_or_else(|| {
        Refusal::bad_request(format!("'{name}' is not an attribute of 'prospect'"))
    })?;
    if attribute.read_only {
        return Err(Refusal::private(name));
    }
    check(attribute, schema.rule(field), value)?;
    Ok(field)
}

/// An optional object in `data`, as its entries.
fn member<'a>(
    data: &'a Object,
    name: &str,
) -> Result<impl Iterator<Item = (&'a String, &'a Value)> + use<'a>, Refusal> {
    let entries = match data.get(name) {
        None => None,
        Some(Value::Object(entries)) => Some(entries),
        Some(_) => {
            let detail = format!("'data.{name}' must be an object.");
            return Err(Refusal::bad_request(detail));
        }
    };
    Ok(entries.into_iter().flatten())
}

/// The id a to-one relationship is set to; `None` clears it.
fn target(name: &str, kind: &str, users: u64, value: &Value) -> Result<Option<u64>, Refusal> {
    let pointer = format!("/data/relationships/{name}");
    let data = value
        .get("data")
        .ok_or_else(|| Refusal::invalid(pointer.clone(), format!("{name} has no 'data'.")))?;
    if data.is_null() {
        return Ok(None);
    }
    if data.get("type").and_then(Value::as_str) != Some(kind) {
        return Err(Refusal::invalid(
            pointer,
            format!("{name} must be of type '{kind}'."),
        ));
    }
    let known = match kind {
        "account" => seed::ACCOUNTS,
        "stage" => seed::STAGES,
        "persona" => seed::PERSONAS,
        _ => users,
    };
    match data.get("id").and_then(Value::as_u64) {
        Some(id) if (1..=known).contains(&id) => Ok(Some(id)),
        Some(_) | None => Err(Refusal::invalid(pointer, format!("{name} must exist."))),
    }
}

fn check(
    attribute: &Attribute,
    custom: Option<&CustomField>,
    value: &Value,
) -> Result<(), Refusal> {
    if value.is_null() {
        return Ok(());
    }
    let pointer = || format!("/data/attributes/{}", attribute.name);
    let fits = match attribute.kind {
        Kind::Text => value.is_string(),
        Kind::Date => value.as_str().is_some_and(is_date),
        Kind::DateTime => value.as_str().is_some_and(is_date_time),
        Kind::Integer => value.is_i64() || value.is_u64(),
        Kind::Number => value.is_number(),
        Kind::Boolean => value.is_boolean(),
        Kind::Emails => is_list_of(value, is_email),
        Kind::Texts => is_list_of(value, |_| true),
        Kind::Histogram => false,
    };
    if !fits {
        let detail = format!("{} is not {}.", attribute.name, wanted(attribute.kind));
        return Err(Refusal::invalid(pointer(), detail));
    }
    let Some(text) = value.as_str() else {
        return Ok(());
    };
    if attribute
        .max_length
        .is_some_and(|max_length| text.chars().count() > max_length)
    {
        return Err(Refusal::too_long(pointer()));
    }
    let is_opt_status = matches!(
        attribute.name.as_str(),
        "emailsOptStatus" | "callsOptStatus"
    );
    if is_opt_status && !matches!(text, "opted_in" | "opted_out") {
        let detail = format!("{} is not included in the list.", attribute.name);
        return Err(Refusal::invalid(pointer(), detail));
    }
    custom.map_or(Ok(()), |custom| check_custom(custom, text, pointer()))
}

/// The rule an admin has set for a custom field; the empty text is no value.
fn check_custom(custom: &CustomField, text: &str, pointer: String) -> Result<(), Refusal> {
    let options = custom.definition.as_deref().unwrap_or_default();
    let detail = match custom.kind {
        CustomKind::Inclusion if !options.iter().any(|option| option == text) => {
            "is not included in the list"
        }
        CustomKind::Date if !is_date(text) => "is not a date (YYYY-MM-DD)",
        CustomKind::Numerical if text.parse::<f64>().is_err() => "is not a number",
        CustomKind::String | CustomKind::Inclusion | CustomKind::Date | CustomKind::Numerical => {
            return Ok(());
        }
    };
    if text.is_empty() {
        return Ok(());
    }
    let detail = format!("{} {detail}.", custom.label);
    Err(Refusal::invalid(pointer, detail))
}

fn wanted(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "a string",
        Kind::Date => "a date (YYYY-MM-DD)",
        Kind::DateTime => "a date and time",
        Kind::Integer => "an integer",
        Kind::Number => "a number",
        Kind::Boolean => "true or false",
        Kind::Emails => "a list of email addresses",
        Kind::Texts | Kind::Histogram => "a list of strings",
    }
}

/// Stricter than the parser, which takes `20261123` as well.
fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<Date>().is_ok()
}

/// Stricter than the parser, which takes `20261123T10Z` and `2026-11-23T10:00:00Z[UTC]` as well.
fn is_date_time(text: &str) -> bool {
    let mark = |at: usize| text.as_bytes().get(at).copied();
    let is_spelled_out = [mark(4), mark(7), mark(13), mark(16)] == b"--::".map(Some);
    is_spelled_out && !text.ends_with(']') && text.parse::<Timestamp>().is_ok()
}

/// An address as RFC 5322 spells it, ASCII alone.
fn is_email(text: &str) -> bool {
    let is_atom = |word: &str| {
        let is_fit =
            |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
        !word.is_empty() && word.bytes().all(is_fit)
    };
    let is_label = |word: &str| {
        let is_fit = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let is_bare = !word.starts_with('-') && !word.ends_with('-');
        !word.is_empty() && is_bare && word.bytes().all(is_fit)
    };
    text.split_once('@').is_some_and(|(local, domain)| {
        domain.contains('.') && local.split('.').all(is_atom) && domain.split('.').all(is_label)
    })
}

fn is_list_of(value: &Value, test: fn(&str) -> bool) -> bool {
    value
        .as_array()
        .is_some_and(|items| items.iter().all(|item| item.as_str().is_some_and(test)))
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::json;

    use super::*;

    fn parse_data(data: &Value) -> Result<Write, Refusal> {
        let schema = Schema::load().unwrap();
        let body = json!({ "data": data }).to_string();
        parse(&schema, 7, 5, body.as_bytes())
    }

    fn attribute(name: &str, value: Value) -> Result<Write, Refusal> {
        parse_data(&json!({"type": "prospect", "id": 7, "attributes": {name: value}}))
    }

    #[test]
    fn values_of_the_right_type_pass() {
        for (name, value) in [
            ("firstName", json!("Zoë")),
            ("firstName", Value::Null),
            ("firstName", json!("é".repeat(255))),
            ("dateOfBirth", json!("1990-12-31")),
            ("availableAt", json!("2026-11-23T10:00:00.000Z")),
            ("availableAt", json!("2026-11-23T10:00:00+01:00")),
            ("linkedInConnections", json!(12)),
            ("score", json!(1.5)),
            ("optedOut", json!(true)),
            ("emails", json!(["a.o'b+c@d-e.example"])),
            ("tags", json!([])),
            ("custom7", json!("Lead")),
            ("custom8", json!("2027-01-31")),
            ("custom9", json!("realized")),
            ("custom10", json!("12.5")),
            ("custom150", json!("anything")),
            ("emailsOptStatus", json!("opted_in")),
        ] {
            assert!(attribute(name, value.clone()).is_ok(), "{name}: {value}");
        }
    }

    #[test]
    fn values_of_the_wrong_type_are_invalid() {
        for (name, value) in [
            ("firstName", json!(5)),
            ("dateOfBirth", json!("31/12/1990")),
            ("dateOfBirth", json!("19901231")),
            ("dateOfBirth", json!("2026-02-30")),
            ("availableAt", json!("2026-11-23")),
            ("availableAt", json!("2026-11-23T10:00Z")),
            ("availableAt", json!("20261123T100000Z")),
            ("availableAt", json!("2026-11-23T10:00:00Z[UTC]")),
            ("linkedInConnections", json!(1.5)),
            ("score", json!("1.5")),
            ("optedOut", json!("true")),
            ("emails", json!("a@b.example")),
            ("emails", json!(["nobody"])),
            ("emails", json!(["zoë@b.example"])),
            ("emails", json!(["a..b@c.example"])),
            ("emails", json!(["a@b@c.example"])),
            ("emails", json!(["a@-b.example"])),
            ("tags", json!([1])),
            ("custom7", json!("realized")),
            ("custom8", json!("realized")),
            ("custom10", json!("realized")),
            ("custom20", json!(1)),
            ("callsOptStatus", json!("perhaps")),
        ] {
            let refusal = attribute(name, value.clone()).unwrap_err();
            let answer = super::super::answer::Answer::from(refusal);
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
            let body: Value = serde_json::from_slice(&answer.body).unwrap();
            let error = &body["errors"][0];
            assert_eq!(error["id"], "validationError", "{name}: {value}");
            let pointer = format!("/data/attributes/{name}");
            assert_eq!(error["source"]["pointer"], pointer.as_str());
        }
    }

    #[test]
    fn lengths_count_characters() {
        let pointer = |name: &str| format!("/data/attributes/{name}");
        for (name, length) in [("firstName", 256), ("custom4", 32_001)] {
            assert_eq!(
                attribute(name, json!("é".repeat(length))).unwrap_err(),
                Refusal::too_long(pointer(name))
            );
        }
        assert!(attribute("company", json!("x".repeat(70_000))).is_ok());
    }

    #[test]
    fn what_cannot_be_written_is_named() {
        assert_eq!(
            attribute("updatedAt", json!("2026-11-23T10:00:00Z")).unwrap_err(),
            Refusal::private("updatedAt")
        );
        assert_eq!(
            attribute("custom151", json!("x")).unwrap_err(),
            Refusal::bad_request("'custom151' is not an attribute of 'prospect'")
        );
    }

    #[test]
    fn the_document_must_be_about_the_path() {
        let status = |data: Value| parse_data(&data).unwrap_err().status.as_u16();
        assert_eq!(status(json!({"type": "user", "id": 7})), 422);
        assert_eq!(status(json!({"id": 7})), 422);
        assert_eq!(status(json!({"type": "prospect", "id": 8})), 422);
        assert_eq!(status(json!({"type": "prospect", "id": "7"})), 422);
        assert_eq!(status(json!({"type": "prospect"})), 422);
        assert_eq!(status(json!([])), 400);
        let attributes = json!({"type": "prospect", "id": 7, "attributes": []});
        assert_eq!(status(attributes), 400);
        let nothing = parse_data(&json!({"type": "prospect", "id": 7}));
        assert!(nothing.unwrap().is_empty());
    }

    #[test]
    fn writable_relationships_point_to_what_exists() {
        let relate = |name: &str, data: Value| {
            let relationships = json!({name: {"data": data}});
            let data = json!({"type": "prospect", "id": 7, "relationships": relationships});
            parse_data(&data).map_err(|refusal| refusal.status.as_u16())
        };
        let owner = relate("owner", json!({"type": "user", "id": 5})).unwrap();
        assert_eq!(
            owner.related.into_values().collect::<Vec<_>>(),
            vec![Some(5)]
        );
        assert!(relate("account", Value::Null).is_ok());
        assert_eq!(
            relate("owner", json!({"type": "user", "id": 6})).unwrap_err(),
            422
        );
        assert_eq!(
            relate("owner", json!({"type": "stage", "id": 1})).unwrap_err(),
            422
        );
        assert_eq!(
            relate("updater", json!({"type": "user", "id": 1})).unwrap_err(),
            400
        );
        assert_eq!(relate("tasks", json!([])).unwrap_err(), 400);
        assert_eq!(relate("boss", Value::Null).unwrap_err(), 400);
    }
}
