//! What the faults and parts of a draft are called on screen.

use crate::{
    model::{Alert, DraftFault, Kind, Step, Target},
    ui::{
        format,
        text::{t, t_args},
    },
};

/// A step's name.
pub(super) fn step(step: Step) -> &'static str {
    match step {
        Step::Connect => t("wiz-step-connect"),
        Step::Details => t("wiz-step-details"),
        Step::Source => t("wiz-step-source"),
        Step::Mapping => t("wiz-step-mapping"),
        Step::Schedule => t("wiz-step-schedule"),
        Step::Review => t("wiz-step-review"),
    }
}

/// An alert's name.
pub(super) fn alert(alert: Alert) -> &'static str {
    match alert {
        Alert::RunStart => t("wiz-alert-run-start"),
        Alert::RunSuccess => t("wiz-alert-run-success"),
        Alert::RunFailure => t("wiz-alert-run-failure"),
        Alert::RunDelay => t("wiz-alert-run-delay"),
        Alert::SkippedRateExceeded => t("wiz-alert-skipped"),
        Alert::SignInExpires => t("wiz-alert-expires"),
        Alert::SignInLost => t("wiz-alert-lost"),
        Alert::SourceMissing => t("wiz-alert-source"),
        Alert::BudgetExhausted => t("wiz-alert-budget"),
    }
}

/// An attribute's type with its limit.
pub(super) fn kind(target: Target) -> String {
    match target.kind() {
        Kind::Text(Some(most)) => t_args("wiz-kind-text-limit", &[("n", most.into())]),
        Kind::Text(None) => t("wiz-kind-text").to_owned(),
        Kind::Date => t("wiz-kind-date").to_owned(),
        Kind::DateTime => t("wiz-kind-time").to_owned(),
        Kind::Integer => t("wiz-kind-integer").to_owned(),
        Kind::Float => t("wiz-kind-number").to_owned(),
        Kind::Boolean => t("wiz-kind-boolean").to_owned(),
        Kind::List => t("wiz-kind-list").to_owned(),
    }
}

/// Whether it is merely not filled in yet.
pub(super) fn is_missing(fault: &DraftFault) -> bool {
    matches!(
        fault,
        DraftFault::AccountMissing
            | DraftFault::NameMissing
            | DraftFault::SourceMissing
            | DraftFault::StatusColumnMissing
            | DraftFault::SourceFieldMissing
            | DraftFault::TargetMissing
            | DraftFault::DateMissing
            | DraftFault::MappingIdMissing
    )
}

/// What is wrong and the way out; `typed` is what stands in the field.
pub(super) fn fault(fault: &DraftFault, typed: &str) -> String {
    let typed = typed.trim();
    match fault {
        DraftFault::TargetUnknown => t_args("wiz-fault-target-unknown", &[("typed", typed.into())]),
        DraftFault::TargetReadOnly => t_args("wiz-fault-read-only", &[("typed", typed.into())]),
        DraftFault::TargetConsent => t_args("wiz-fault-consent", &[("typed", typed.into())]),
        DraftFault::TargetList => t_args("wiz-fault-list", &[("typed", typed.into())]),
        DraftFault::TargetTwice { other } => t_args(
            "wiz-fault-target-twice",
            &[("typed", typed.into()), ("other", other.as_str().into())],
        ),
        DraftFault::TargetIsStatus { audience } => t_args(
            "wiz-fault-target-status",
            &[
                ("typed", typed.into()),
                ("audience", audience.as_str().into()),
            ],
        ),
        DraftFault::WrittenElsewhere { destination } => t_args(
            "wiz-fault-elsewhere",
            &[("destination", destination.as_str().into())],
        ),
        DraftFault::NoDate => t_args("wiz-fault-no-date", &[("typed", typed.into())]),
        DraftFault::MappingIdNoNumber => t_args("wiz-fault-no-number", &[("typed", typed.into())]),
        DraftFault::MappingIdOutside => t_args("wiz-fault-outside", &[("typed", typed.into())]),
        DraftFault::MappingIdTwice { other } => t_args(
            "wiz-fault-twice",
            &[("typed", typed.into()), ("other", other.as_str().into())],
        ),
        DraftFault::MappingIdIsTarget { source } => t_args(
            "wiz-fault-is-target",
            &[("typed", typed.into()), ("source", source.as_str().into())],
        ),
        DraftFault::FieldWrongType { kind } => {
            t_args("wiz-fault-wrong-type", &[("kind", kind.as_str().into())])
        }
        DraftFault::FieldLacksWord { word } => {
            t_args("wiz-fault-lacks-word", &[("word", word.as_str().into())])
        }
        DraftFault::AccountMissing
        | DraftFault::SignedOut
        | DraftFault::NameMissing
        | DraftFault::NameTooLong
        | DraftFault::NameTaken
        | DraftFault::SourceMissing
        | DraftFault::StatusColumnMissing
        | DraftFault::NoAudience
        | DraftFault::ManyAudiences
        | DraftFault::ManyRows
        | DraftFault::AudienceGone
        | DraftFault::SourceFieldMissing
        | DraftFault::SourceFieldUnknown
        | DraftFault::TargetMissing
        | DraftFault::DateMissing
        | DraftFault::EndBeforeStart
        | DraftFault::MappingIdMissing
        | DraftFault::FieldUnlabelled => plain_fault(fault).to_owned(),
    }
}

fn plain_fault(fault: &DraftFault) -> &'static str {
    match fault {
        DraftFault::AccountMissing => t("wiz-fault-account"),
        DraftFault::SignedOut => t("wiz-fault-signed-out"),
        DraftFault::NameMissing => t("wiz-fault-name"),
        DraftFault::NameTooLong => t("wiz-fault-name-long"),
        DraftFault::NameTaken => t("wiz-fault-name-taken"),
        DraftFault::SourceMissing => t("wiz-fault-source"),
        DraftFault::StatusColumnMissing => t("wiz-fault-status"),
        DraftFault::NoAudience => t("wiz-fault-no-audience"),
        DraftFault::ManyAudiences => t("wiz-fault-many-audiences"),
        DraftFault::ManyRows => t("wiz-fault-many-rows"),
        DraftFault::AudienceGone => t("wiz-fault-audience-gone"),
        DraftFault::SourceFieldMissing => t("wiz-fault-field-missing"),
        DraftFault::SourceFieldUnknown => t("wiz-fault-field-unknown"),
        DraftFault::TargetMissing => t("wiz-fault-target-missing"),
        DraftFault::DateMissing => t("wiz-fault-date"),
        DraftFault::EndBeforeStart => t("wiz-fault-end"),
        DraftFault::MappingIdMissing => t("wiz-fault-mapping-id"),
        DraftFault::FieldUnlabelled => t("wiz-fault-unlabelled"),
        DraftFault::TargetUnknown
        | DraftFault::TargetReadOnly
        | DraftFault::TargetConsent
        | DraftFault::TargetList
        | DraftFault::TargetTwice { .. }
        | DraftFault::TargetIsStatus { .. }
        | DraftFault::WrittenElsewhere { .. }
        | DraftFault::NoDate
        | DraftFault::MappingIdNoNumber
        | DraftFault::MappingIdOutside
        | DraftFault::MappingIdTwice { .. }
        | DraftFault::MappingIdIsTarget { .. }
        | DraftFault::FieldWrongType { .. }
        | DraftFault::FieldLacksWord { .. } => "",
    }
}

/// A value as it is shown; nothing has a word of its own.
pub(super) fn value(text: &str) -> &str {
    if text.is_empty() {
        t("wiz-empty")
    } else {
        text
    }
}

/// A date that was typed, as people read it.
pub(super) fn date(typed: &str) -> String {
    typed
        .trim()
        .parse()
        .map_or_else(|_no_date| typed.to_owned(), format::date)
}
