//! What the codes of records that were not written mean to a person, and what to do about them.

use crate::{engine::snapshot::FaultGroup, model::Fate, ui::text::t};

/// What a code means to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Explanation {
    pub(super) title: &'static str,
    /// What it means; without one the record's own words are shown.
    pub(super) meaning: Option<&'static str>,
    pub(super) todo: &'static str,
    /// Whether the mapping can mend it.
    pub(super) in_mapping: bool,
}

/// Explains a group of records by its code.
pub(super) fn explanation(group: &FaultGroup) -> Explanation {
    let code = group.code.as_str();
    let known = refused(code).or_else(|| left_out(code));
    let in_mapping = matches!(
        code,
        "validationDataTooLongError"
            | "value_too_long"
            | "validationError"
            | "value_wrong_type"
            | "outreach_id_missing"
            | "outreach_id_invalid"
    );
    if let Some([title, meaning, todo]) = known {
        return Explanation {
            title,
            meaning: Some(meaning),
            todo,
            in_mapping,
        };
    }
    Explanation {
        title: match group.fate {
            Fate::Failed => t("fault-refused"),
            Fate::Excluded => t("fault-excluded"),
        },
        meaning: None,
        todo: t("fault-other-do"),
        in_mapping,
    }
}

/// Title, meaning and remedy of what Outreach refuses.
fn refused(code: &str) -> Option<[&'static str; 3]> {
    Some(match code {
        "validationDataTooLongError" | "value_too_long" => {
            [t("fault-long"), t("fault-long-means"), t("fault-long-do")]
        }
        "resourceNotFound" => [
            t("fault-unknown"),
            t("fault-unknown-means"),
            t("fault-unknown-do"),
        ],
        "unauthorizedRequest" => [
            t("fault-forbidden"),
            t("fault-forbidden-means"),
            t("fault-forbidden-do"),
        ],
        "validationDuplicateValueError" => [
            t("fault-taken"),
            t("fault-taken-means"),
            t("fault-taken-do"),
        ],
        "validationError" => [
            t("fault-value"),
            t("fault-value-means"),
            t("fault-value-do"),
        ],
        "timeout" | "network" | "not_outreach" | "http_500" | "http_502" | "http_504" => {
            [t("fault-away"), t("fault-away-means"), t("fault-away-do")]
        }
        _ => return None,
    })
}

/// Title, meaning and remedy of what is never sent.
fn left_out(code: &str) -> Option<[&'static str; 3]> {
    Some(match code {
        "value_wrong_type" => [t("fault-type"), t("fault-type-means"), t("fault-type-do")],
        "outreach_id_missing" => [
            t("fault-no-id"),
            t("fault-no-id-means"),
            t("fault-no-id-do"),
        ],
        "outreach_id_invalid" => [
            t("fault-bad-id"),
            t("fault-bad-id-means"),
            t("fault-bad-id-do"),
        ],
        "outreach_id_conflict" | "outreach_id_repeated" => [
            t("fault-twice"),
            t("fault-twice-means"),
            t("fault-twice-do"),
        ],
        "status_unknown" => [
            t("fault-status"),
            t("fault-status-means"),
            t("fault-status-do"),
        ],
        code if code.starts_with("row_") || code.starts_with("json_") => {
            [t("fault-row"), t("fault-row-means"), t("fault-row-do")]
        }
        _ => return None,
    })
}
