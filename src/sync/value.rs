//! From the text of a source cell to the value that an attribute takes.

use std::borrow::Cow;

use super::moment::{day, instant};
use crate::model::{FieldValue, Kind, NumbersAre, WhenTooLong};

/// Why a cell cannot be written to its attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unfit {
    /// The text has more characters than the attribute holds.
    TooLong {
        /// How many it has.
        found: usize,
        /// How many the attribute holds.
        most: usize,
    },
    /// The text is not of the attribute's type.
    WrongType {
        /// What would be right.
        wanted: &'static str,
    },
}

/// A value that may own its text.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Fitted<'a> {
    /// Text, as it stood or rewritten.
    Text(Cow<'a, str>),
    /// Anything else.
    Other(FieldValue<'a>),
}

impl Fitted<'_> {
    /// The value to write.
    pub(super) fn as_value(&self) -> FieldValue<'_> {
        match self {
            Self::Text(text) => FieldValue::Text(text),
            Self::Other(value) => *value,
        }
    }
}

/// Turns the text of a cell that is not empty into a value of this kind, as a row of the mapping wants it.
pub(super) fn fit(
    text: &str,
    kind: Kind,
    when_too_long: WhenTooLong,
    numbers_are: Option<NumbersAre>,
) -> Result<Fitted<'_>, Unfit> {
    let wrong = |wanted| Unfit::WrongType { wanted };
    let trimmed = text.trim();
    match kind {
        Kind::Text(most) => {
            fit_text(text, most, when_too_long).map(|text| Fitted::Text(Cow::Borrowed(text)))
        }
        Kind::Date => day(trimmed, numbers_are)
            .map(|day| Fitted::Text(Cow::Owned(day.to_string())))
            .ok_or(wrong(if is_bare(trimmed) {
                BARE_NUMBER
            } else {
                "a day such as 2026-11-23"
            })),
        Kind::DateTime => instant(trimmed, numbers_are)
            .map(|instant| Fitted::Text(Cow::Owned(instant.to_string())))
            .ok_or(wrong(if is_bare(trimmed) {
                BARE_NUMBER
            } else {
                "an instant such as 2026-11-23T08:00:00Z"
            })),
        Kind::Integer => trimmed
            .parse()
            .map(|number| Fitted::Other(FieldValue::Integer(number)))
            .map_err(|_not_digits| wrong("a whole number")),
        Kind::Float => trimmed
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite())
            .map(|number| Fitted::Other(FieldValue::Float(number)))
            .ok_or(wrong("a number")),
        Kind::Boolean => match trimmed.to_ascii_lowercase().as_str() {
            "true" | "1" => Ok(Fitted::Other(FieldValue::Boolean(true))),
            "false" | "0" => Ok(Fitted::Other(FieldValue::Boolean(false))),
            _ => Err(wrong("true or false")),
        },
        Kind::List => Err(wrong("a list, which one value cannot fill")),
    }
}

fn fit_text(text: &str, most: Option<usize>, when_too_long: WhenTooLong) -> Result<&str, Unfit> {
    let Some(most) = most.filter(|most| text.len() > *most) else {
        return Ok(text);
    };
    let Some((cut, _)) = text.char_indices().nth(most) else {
        return Ok(text);
    };
    match when_too_long {
        WhenTooLong::Cut => Ok(text.get(..cut).unwrap_or(text)),
        WhenTooLong::Exclude => Err(Unfit::TooLong {
            found: text.chars().count(),
            most,
        }),
    }
}

const BARE_NUMBER: &str = "a day or an instant as far as a bare number tells; the mapping has to say what numbers are (\"numbers_are\": days of Excel, yyyymmdd, or seconds or milliseconds since 1970)";

fn is_bare(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(text: &str, kind: Kind) -> Result<String, Unfit> {
        fit(text, kind, WhenTooLong::Exclude, None)
            .map(|value| value.as_value().to_json().to_string())
    }

    #[test]
    fn each_kind_takes_its_own_spellings() {
        for (text, kind, json) in [
            (" Ada ", Kind::Text(None), r#"" Ada ""#),
            ("2026-02-28", Kind::Date, r#""2026-02-28""#),
            ("2026-02-28T23:30:00+01:00", Kind::Date, r#""2026-02-28""#),
            (
                "2022-01-11 21:24:39",
                Kind::DateTime,
                r#""2022-01-11T21:24:39Z""#,
            ),
            (" 42", Kind::Integer, "42"),
            ("-0.5", Kind::Float, "-0.5"),
            ("TRUE", Kind::Boolean, "true"),
            ("0", Kind::Boolean, "false"),
        ] {
            assert_eq!(fitted(text, kind).as_deref(), Ok(json), "{text:?}");
        }
    }

    #[test]
    fn what_is_of_another_type_is_refused() {
        for (text, kind) in [
            ("28/02/2026", Kind::Date),
            ("2026-02-30", Kind::Date),
            ("2026-02-280", Kind::Date),
            ("soon", Kind::DateTime),
            ("4.5", Kind::Integer),
            ("NaN", Kind::Float),
            ("perhaps", Kind::Boolean),
            ("a", Kind::List),
        ] {
            assert!(
                matches!(fitted(text, kind), Err(Unfit::WrongType { .. })),
                "{text:?}"
            );
        }
    }

    #[test]
    fn length_is_counted_in_characters() {
        let kind = Kind::Text(Some(3));
        assert_eq!(fitted("åäö", kind).as_deref(), Ok("\"åäö\""));
        assert_eq!(
            fitted("åäöx", kind),
            Err(Unfit::TooLong { found: 4, most: 3 })
        );
        let cut = fit("åäöx", kind, WhenTooLong::Cut, None).expect("it is cut");
        assert_eq!(cut.as_value(), FieldValue::Text("åäö"));
    }
}
