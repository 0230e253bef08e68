//! What Prism says of an exchange, and the one thing of it that is let pass.

use serde::Deserialize;
use serde_json::{Value, json};

/// Statuses that the provider documents in prose or was seen to give, and does not declare for every operation.
pub(crate) const UNDECLARED: [u16; 10] = [400, 401, 403, 404, 415, 429, 500, 502, 503, 504];

/// Something Prism found wrong.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Violation {
    /// `request` or `response`, and then the way to the part that is wrong.
    pub(crate) location: Vec<Value>,
    severity: String,
    #[serde(default)]
    code: Option<Value>,
    pub(crate) message: String,
}

impl Violation {
    /// Reads the header `sl-violations`. What cannot be read, as when there are too many, stays a violation.
    pub(crate) fn read(header: Option<&str>) -> Vec<Self> {
        let Some(text) = header else {
            return Vec::new();
        };
        serde_json::from_str(text).unwrap_or_else(|_not_a_list| {
            vec![Self {
                location: Vec::new(),
                severity: "Error".to_owned(),
                code: None,
                message: text.to_owned(),
            }]
        })
    }

    pub(crate) fn is_in(&self, direction: &str) -> bool {
        self.location.first() == Some(&json!(direction))
    }

    /// Whether it says no more than that the operation does not declare this status, and the status is a known one.
    pub(crate) fn is_undeclared_status(&self, status: u16) -> bool {
        let declared = self.message.strip_prefix(
            "Unable to match the returned status code with those defined in the document: ",
        );
        UNDECLARED.contains(&status)
            && self.location == [json!("response")]
            && self.severity == "Warning"
            && self.code.is_none()
            && declared.is_some_and(|declared| {
                declared
                    .split(',')
                    .all(|other| other.parse().is_ok_and(|other: u16| other != status))
            })
    }
}

#[test]
fn only_an_undeclared_status_of_the_list_is_let_pass() {
    let pass = |status, header: &str| {
        Violation::read(Some(header))
            .iter()
            .all(|violation| violation.is_undeclared_status(status))
    };
    let words =
        "Unable to match the returned status code with those defined in the document: 200,422";
    let warning = |location: Value, severity: &str, message: &str| {
        json!([{"location": location, "severity": severity, "message": message}]).to_string()
    };
    let plain = warning(json!(["response"]), "Warning", words);
    assert!(pass(403, &plain));
    for (status, header) in [
        (201, plain.as_str()),
        (422, &plain),
        (418, &plain),
        (403, &warning(json!(["request"]), "Warning", words)),
        (403, &warning(json!(["response", "body"]), "Warning", words)),
        (403, &warning(json!(["response"]), "Error", words)),
        (
            403,
            &warning(json!(["response"]), "Warning", "Something else"),
        ),
        (403, "Too many violations! [{"),
        (403, ""),
    ] {
        assert!(!pass(status, header), "{status} {header}");
    }
    assert!(Violation::read(None).is_empty());
}
