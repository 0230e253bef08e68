//! Whether what Outreach holds is what was written.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil};
use serde_json::Value;

use super::rate::instant;
use crate::model::{FieldSet, FieldValue, Kind, Target};

/// What Outreach's answer says of the fields that were written.
#[derive(Debug, Clone, PartialEq)]
pub enum Echo {
    /// It holds all of them.
    Confirmed,
    /// It took the request and holds something else in these, each with what it holds.
    Differs(Vec<(Target, Value)>),
    /// It took the request and does not say what it holds.
    Unsaid,
}

/// Compares what was written with what Outreach holds; an attribute that is not there is empty.
pub(super) fn compare(sent: &FieldSet, held: &BTreeMap<Target, Value>) -> Echo {
    let differing: Vec<_> = sent
        .iter()
        .filter_map(|(target, value)| {
            let holds = held.get(&target).unwrap_or(&Value::Null);
            (!is_same(target, value, holds)).then(|| (target, holds.clone()))
        })
        .collect();
    if differing.is_empty() {
        Echo::Confirmed
    } else {
        Echo::Differs(differing)
    }
}

/// Whether two spellings mean one value. Text must agree to the letter.
fn is_same(target: Target, sent: FieldValue<'_>, held: &Value) -> bool {
    match sent {
        FieldValue::Null | FieldValue::Text("") => is_empty(held),
        FieldValue::Text(text) => is_same_text(target, text, held),
        FieldValue::Boolean(yes) => match held {
            Value::Bool(held) => *held == yes,
            Value::String(held) => held.eq_ignore_ascii_case(if yes { "true" } else { "false" }),
            Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => false,
        },
        FieldValue::Integer(number) => match held.as_i64() {
            Some(held) => held == number,
            #[expect(
                clippy::cast_precision_loss,
                reason = "the other side is a float already"
            )]
            None => number_in(held).is_some_and(|held| is_close(held, number as f64)),
        },
        FieldValue::Float(number) => number_in(held).is_some_and(|held| is_close(held, number)),
    }
}

fn is_empty(held: &Value) -> bool {
    match held {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    }
}

fn is_same_text(target: Target, sent: &str, held: &Value) -> bool {
    match held {
        Value::String(held) => {
            held == sent
                || match target.kind() {
                    Kind::Date => both(day, sent, held),
                    Kind::DateTime => both(instant, sent, held),
                    // A custom field is text to the API whatever its owner made it; one of dates comes back respelled.
                    Kind::Text(_) if target.mapping_id().is_some() => {
                        both(moment_of_text, sent, held)
                    }
                    Kind::Integer | Kind::Float => both(parsed_number, sent, held),
                    Kind::Text(_) | Kind::Boolean | Kind::List => false,
                }
        }
        Value::Number(_) => number_in(held)
            .zip(parsed_number(sent))
            .is_some_and(|(held, sent)| is_close(held, sent)),
        Value::Bool(held) => sent.eq_ignore_ascii_case(if *held { "true" } else { "false" }),
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}

/// Whether both texts can be read and mean the same.
fn both<T: PartialEq>(read: impl Fn(&str) -> Option<T>, sent: &str, held: &str) -> bool {
    matches!((read(sent), read(held)), (Some(sent), Some(held)) if sent == held)
}

/// The day of a date, or of a date with a time behind it.
fn day(text: &str) -> Option<civil::Date> {
    text.trim().get(..10)?.parse().ok()
}

/// The instant that a text beginning like `2026-01-31` spells.
fn moment_of_text(text: &str) -> Option<Timestamp> {
    let looks_like_a_date =
        text.as_bytes().get(4) == Some(&b'-') && text.as_bytes().get(7) == Some(&b'-');
    looks_like_a_date.then(|| instant(text)).flatten()
}

fn number_in(held: &Value) -> Option<f64> {
    held.as_f64()
        .or_else(|| held.as_str().and_then(parsed_number))
}

fn parsed_number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|n: &f64| n.is_finite())
}

/// Floats lose their last digits on the way through other languages' decimals.
fn is_close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::FieldValue::{Boolean, Float, Integer, Null, Text};

    fn check(cases: &[(&str, FieldValue<'_>, Value, bool)]) {
        for (name, sent, held, same) in cases {
            let target = Target::parse(name).expect(name);
            assert_eq!(is_same(target, *sent, held), *same, "{name} {sent} {held}");
        }
    }

    #[test]
    fn spellings_of_one_value_are_the_same() {
        check(&[
            ("firstName", Text("Åsa"), json!("Åsa"), true),
            ("firstName", Text("Åsa"), json!("Åsa "), false),
            ("firstName", Text("Åsa"), json!("åsa"), false),
            ("firstName", Text("Åsa"), json!(null), false),
            ("firstName", Text(""), json!(null), true),
            ("firstName", Null, json!(null), true),
            ("firstName", Null, json!(""), true),
            ("firstName", Null, json!("Åsa"), false),
            ("tags", Null, json!([]), true),
            (
                "dateOfBirth",
                Text("1990-12-31"),
                json!("1990-12-31T00:00:00.000Z"),
                true,
            ),
            (
                "dateOfBirth",
                Text("1990-12-31"),
                json!("1990-12-30"),
                false,
            ),
            (
                "addedAt",
                Text("2026-01-01T01:00:00+01:00"),
                json!("2026-01-01T00:00:00.000Z"),
                true,
            ),
            (
                "addedAt",
                Text("2026-01-01T01:00:00Z"),
                json!("2026-01-01T00:00:00Z"),
                false,
            ),
            ("linkedInConnections", Integer(7), json!(7), true),
            ("linkedInConnections", Integer(7), json!("7"), true),
            ("linkedInConnections", Integer(7), json!(7.0), true),
            ("linkedInConnections", Integer(7), json!(8), false),
            ("score", Float(0.1), json!(0.1), true),
            ("score", Float(2.0), json!(2), true),
            ("score", Float(0.1), json!("x"), false),
            ("optedOut", Boolean(true), json!(true), true),
            ("optedOut", Boolean(true), json!(false), false),
        ]);
    }

    #[test]
    fn custom_fields_are_text_that_may_mean_something_else() {
        check(&[
            ("custom4", Text("realized"), json!("realized"), true),
            ("custom4", Text("realized"), json!("Realized"), false),
            ("custom4", Text("007"), json!("7"), false),
            ("custom4", Text("12.50"), json!(12.5), true),
            ("custom4", Text("true"), json!(true), true),
            (
                "custom4",
                Text("2026-01-01T00:00:00Z"),
                json!("2026-01-01T00:00:00"),
                true,
            ),
            (
                "custom4",
                Text("2026-01-01"),
                json!("2026-01-01T00:00:00"),
                true,
            ),
        ]);
    }

    #[test]
    fn only_the_written_fields_are_compared_and_the_others_are_named() {
        let target = |name| Target::parse(name).expect(name);
        let sent: FieldSet = [
            (target("custom4"), Text("realized")),
            (target("firstName"), Text("Sally")),
        ]
        .into_iter()
        .collect();
        let mut held: BTreeMap<_, _> = [
            (target("custom4"), json!("realized")),
            (target("firstName"), json!("Sally")),
            (target("title"), json!("CEO")),
        ]
        .into_iter()
        .collect();
        assert_eq!(compare(&sent, &held), Echo::Confirmed);
        held.insert(target("firstName"), json!("Sal"));
        held.remove(&target("custom4"));
        assert_eq!(
            compare(&sent, &held),
            Echo::Differs(vec![
                (target("custom4"), json!(null)),
                (target("firstName"), json!("Sal"))
            ])
        );
    }
}
