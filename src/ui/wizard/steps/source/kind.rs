//! The kind of export: what the files look like, what was chosen, and what follows for who is missing.

use egui::{Ui, vec2};

use super::Stage;
use crate::{
    engine::snapshot::{Kinds, Reason, SourceCheck},
    model::{Contents, FileSource},
    ui::{
        text::{t, t_args},
        theme::Role,
        widgets::{Kind, RadioRow, facts::fact, help, label},
        wizard::layout,
    },
};

/// What may be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chosen {
    All(Contents),
    /// Each audience's files are what they look like.
    Each,
}

pub(super) fn show(ui: &mut Ui, stage: &mut Stage<'_>, check: &SourceCheck) {
    let Some(files) = stage.draft.source.files_mut() else {
        return;
    };
    label(ui, Role::Card, t("wiz-kind"));
    ui.add_space(8.0);
    let found = found(check);
    let chosen = chosen(files, found);
    let mut rows = vec![
        (
            Chosen::All(Contents::FullSnapshot),
            t("wiz-kind-full"),
            t("wiz-kind-full-note"),
        ),
        (
            Chosen::All(Contents::Incremental),
            t("wiz-kind-changes"),
            t("wiz-kind-changes-note"),
        ),
    ];
    if found == Chosen::Each || chosen == Chosen::Each {
        rows.push((Chosen::Each, t("wiz-kind-each"), t("wiz-kind-each-note")));
    }
    let n_beside = if layout::is_wide(ui) { rows.len() } else { 1 };
    for row in rows.chunks(n_beside) {
        side_by_side(ui, row, chosen, files);
    }
    ui.add_space(4.0);
    let args = [("reason", reason(check.kinds.reason()).into())];
    let (kind, text) = if let Some(doubt) = doubt(chosen, &check.kinds) {
        (Kind::Warn, t_args(doubt, &args))
    } else if found == Chosen::Each {
        (Kind::Ok, t("wiz-kind-found-each").to_owned())
    } else {
        (Kind::Ok, t_args("wiz-kind-found", &args))
    };
    fact(ui, kind, &text);
    ui.add_space(4.0);
    help(
        ui,
        match chosen {
            Chosen::All(Contents::FullSnapshot) => t("wiz-kind-full-help"),
            Chosen::All(Contents::Incremental | Contents::Guess) => t("wiz-kind-changes-help"),
            Chosen::Each => t("wiz-kind-each-help"),
        },
    );
}

/// The choices of one row.
fn side_by_side(ui: &mut Ui, row: &[(Chosen, &str, &str)], chosen: Chosen, files: &mut FileSource) {
    const GAP: f32 = 16.0;
    let n = f32::from(u8::try_from(row.len()).unwrap_or(u8::MAX));
    let width = (ui.available_width() - GAP * (n - 1.0)) / n;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing = vec2(GAP, 0.0);
        for (value, name, note) in row {
            layout::for_width(ui, width, |ui| {
                let radio = RadioRow::new(name, note, chosen == *value).place(0, 1);
                if radio.show(ui, |_| {}).clicked() && chosen != *value {
                    choose(files, *value);
                }
            });
        }
    });
    ui.add_space(4.0);
}

/// What the files look like; each audience for itself where they differ.
fn found(check: &SourceCheck) -> Chosen {
    let all = check.kinds.all();
    let mut audiences = check.audiences.iter();
    if audiences.any(|audience| check.kinds.of(&audience.id).0 != all) {
        Chosen::Each
    } else {
        Chosen::All(all)
    }
}

/// What is chosen; what was found, as long as nobody has said anything.
fn chosen(files: &FileSource, found: Chosen) -> Chosen {
    if files.is_guess() {
        found
    } else if files.audience_contents.is_empty() {
        Chosen::All(files.contents)
    } else {
        Chosen::Each
    }
}

fn choose(files: &mut FileSource, chosen: Chosen) {
    files.contents = match chosen {
        Chosen::All(contents) => contents,
        // Finish takes what was found.
        Chosen::Each => Contents::Guess,
    };
    files.contents_guessed = false;
    files.audience_contents.clear();
}

/// What speaks against a choice.
fn doubt(chosen: Chosen, kinds: &Kinds) -> Option<&'static str> {
    match (chosen, kinds.reason()) {
        (Chosen::All(Contents::FullSnapshot), Reason::RowsSayLeft) => Some("wiz-kind-doubt-left"),
        (Chosen::All(Contents::FullSnapshot), Reason::Profiles) => Some("wiz-kind-doubt-profiles"),
        (Chosen::All(Contents::Incremental), Reason::NoStatus) => Some("wiz-kind-doubt-nobody"),
        _ => None,
    }
}

fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::Said => t("wiz-reason-said"),
        Reason::NoStatus => t("wiz-reason-no-status"),
        Reason::RowsSayLeft => t("wiz-reason-left"),
        Reason::AllMembers => t("wiz-reason-members"),
        Reason::RowPerProfile => t("wiz-reason-rows"),
        Reason::Profiles => t("wiz-reason-profiles"),
    }
}
