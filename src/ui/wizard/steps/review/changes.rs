//! What would change, field by field.

use std::collections::BTreeSet;

use egui::{Response, Ui};

use super::ReviewForm;
use crate::{
    engine::snapshot::{ChangeLine, DryRun},
    ui::{
        text::{t, t_args},
        theme::{self, Role},
        widgets::{Card, Column, Select, Table, cell, help, input, label, tip},
        wizard::{layout, words},
    },
};

pub(super) fn show(ui: &mut Ui, form: &mut ReviewForm, run: &DryRun) {
    toolbar(ui, form, run);
    ui.add_space(8.0);
    let lines = lines(form, run);
    let height = layout::table_height(ui, lines.len(), false);
    Card::new().padding(0).show(ui, |ui| {
        ui.set_height(height);
        if lines.is_empty() {
            ui.add_space(16.0);
            let text = if run.lines.is_empty() {
                t("wiz-no-changes")
            } else {
                t("wiz-no-change-found")
            };
            ui.vertical_centered(|ui| help(ui, text));
            return;
        }
        table(ui, &lines, run.is_compared);
    });
}

fn toolbar(ui: &mut Ui, form: &mut ReviewForm, run: &DryRun) {
    let top = ui.cursor().top();
    ui.horizontal(|ui| {
        ui.set_height(32.0);
        label(ui, Role::Card, t("wiz-dry-changes"));
        help(ui, &count(run));
    });
    let fields: BTreeSet<String> = run.lines.iter().map(name).collect();
    let mut options = vec![t("wiz-all-fields")];
    options.extend(fields.iter().map(String::as_str));
    layout::at_right(ui, top, 32.0, |ui| {
        let shown = form.field.clone();
        let shown = shown.as_deref().unwrap_or_else(|| t("wiz-all-fields"));
        ui.allocate_ui_with_layout(
            egui::vec2(136.0, 32.0),
            egui::Layout::top_down(egui::Align::Min),
            |ui| {
                let select = Select::new(t("wiz-field-filter"), shown)
                    .bare()
                    .width(136.0);
                if let Some(at) = select.pick(ui, &options) {
                    form.field = options
                        .get(at)
                        .filter(|_| at > 0)
                        .map(|name| (*name).to_owned());
                }
            },
        );
        input::search(ui, &mut form.search, t("wiz-search-prospects"), 184.0);
    });
}

/// How many changes there are, and how many were taken for changes and are none.
fn count(run: &DryRun) -> String {
    let args = [
        ("values", run.lines.len().into()),
        ("prospects", run.figures.pending.into()),
        ("same", run.n_same.into()),
    ];
    let mut told = t_args(
        if run.is_whole {
            "wiz-dry-n-changes"
        } else {
            "wiz-dry-first-changes"
        },
        &args,
    );
    if run.n_same > 0 {
        told.push_str(&t_args("wiz-dry-n-same", &args));
    }
    told
}

fn name(line: &ChangeLine) -> String {
    match &line.label {
        Some(label) => format!("{}, {label}", line.field),
        None => line.field.clone(),
    }
}

fn lines<'r>(form: &ReviewForm, run: &'r DryRun) -> Vec<&'r ChangeLine> {
    let wanted = form.search.trim().to_lowercase();
    let is_found = |line: &&ChangeLine| {
        let texts = [line.prospect.to_string(), line.new.to_lowercase()];
        let is_found = wanted.is_empty() || texts.iter().any(|text| text.contains(&wanted));
        is_found && form.field.as_ref().is_none_or(|field| name(line) == *field)
    };
    run.lines.iter().filter(is_found).collect()
}

fn table(ui: &mut Ui, lines: &[&ChangeLine], is_compared: bool) {
    let columns = [
        Column::new(t("wiz-head-outreach-id"), 112.0),
        Column::new(t("wiz-head-prospect-field"), 220.0).grow(),
        Column::new(t("wiz-head-old"), 150.0),
        Column::new(t("wiz-head-new"), 190.0),
    ];
    Table::new(t("wiz-dry-changes"), &columns, lines.len()).show(ui, |ui, at| {
        let Some(line) = lines.get(at.row) else {
            return;
        };
        match at.column {
            0 => cell::mono(ui, &line.prospect.to_string()),
            1 => cell::text(ui, &name(line)),
            2 => old(ui, line, is_compared),
            _ => {
                let text = format!("→  {}", words::value(&line.new));
                cell::name(ui, &text)
            }
        };
    });
}

/// What Outreach holds, or why that is not known.
fn old(ui: &mut Ui, line: &ChangeLine, is_compared: bool) -> Response {
    let ink = theme::palette(ui).text_3;
    let (text, why) = match (&line.old, is_compared) {
        (Some(old), _) => (words::value(old), ""),
        (None, true) => (t("wiz-old-not-there"), t("wiz-old-not-there-tip")),
        (None, false) => (t("wiz-old-unread"), t("wiz-old-unread-tip")),
    };
    let shown = cell::one(ui, Role::Body, ink, text);
    if why.is_empty() {
        shown
    } else {
        tip(shown, why)
    }
}
