//! Which column says who is a member: asked where the files do not tell it, and else to be corrected.

use egui::Ui;

use super::Stage;
use crate::{
    engine::snapshot::SourceCheck,
    model::FileSource,
    ui::{
        text::{t, t_args},
        widgets::{Banner, Kind, Select},
    },
};

/// The question, and the answer once there is one.
pub(super) fn question(ui: &mut Ui, stage: &mut Stage<'_>, check: &SourceCheck) {
    let is_open = !check.status_unclear.is_empty();
    let Some(files) = stage.draft.source.files_mut() else {
        return;
    };
    if !is_open && !is_said(files) {
        return;
    }
    ui.add_space(16.0);
    if is_open {
        let args = [("columns", check.status_unclear.join(", ").into())];
        let text = t_args("wiz-status-text", &args);
        Banner::new(Kind::Warn, t("wiz-status-title"))
            .text(&text)
            .show(ui);
        ui.add_space(8.0);
    }
    select(ui, files, check);
}

/// What was found, where nobody is asked.
pub(super) fn correction(ui: &mut Ui, files: &mut FileSource, check: &SourceCheck) {
    if check.status_column.is_some() && !is_said(files) {
        ui.add_space(12.0);
        select(ui, files, check);
    }
}

fn is_said(files: &FileSource) -> bool {
    files.status_column.is_some() || files.everyone_is_member
}

fn select(ui: &mut Ui, files: &mut FileSource, check: &SourceCheck) {
    let is_open = !check.status_unclear.is_empty();
    let as_found = match &check.status_column {
        Some(column) if files.status_column.is_none() => {
            t_args("wiz-as-found", &[("what", column.as_str().into())])
        }
        _ => t("wiz-find-itself").to_owned(),
    };
    let everyone = t("wiz-status-everyone");
    let shown = match &files.status_column {
        _ if files.everyone_is_member => everyone,
        Some(column) => column,
        None if is_open => t("wiz-status-choose"),
        None => &as_found,
    };
    // The likely ones first.
    let others = check.columns.iter().map(|column| &column.name);
    let likely = check.status_column.iter().chain(&check.status_unclear);
    let mut columns: Vec<String> = vec![];
    for column in likely.chain(others).chain(&files.status_column) {
        if !columns.contains(column) {
            columns.push(column.clone());
        }
    }
    let mut options = vec![as_found.as_str(), everyone];
    options.extend(columns.iter().map(String::as_str));
    let taken = Select::new(t("wiz-status-column"), shown)
        .placeholder(is_open)
        .pick(ui, &options);
    if let Some(taken) = taken {
        files.everyone_is_member = taken == 1;
        let column = taken.checked_sub(2).and_then(|at| columns.get(at));
        files.status_column = column.cloned();
    }
}
