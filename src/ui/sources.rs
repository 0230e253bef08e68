//! Where profiles come from: one row for each path, with who reads it.

use std::{collections::BTreeMap, path::MAIN_SEPARATOR};

use egui::Ui;

use super::{
    AskOnce, Intent, View, actions,
    destination::contents,
    format,
    icon::Icon,
    page,
    text::{t, t_args},
    theme::{Role, measure},
    widgets::{
        Button, Chip, Column, EmptyState, Table, skeleton,
        table::{Cell, cell},
        tip,
    },
};
use crate::{
    engine::{
        Look,
        snapshot::{Asked, DestinationView, SourceCheck},
    },
    model::{Contents, SourceSettings, Step},
};

/// The list of sources.
#[derive(Debug, Default)]
pub(in crate::ui) struct Sources {
    ask: AskOnce<Vec<SourceSettings>>,
    chosen: Option<usize>,
}

struct Row<'a> {
    source: &'a SourceSettings,
    readers: Vec<&'a DestinationView>,
}

impl Sources {
    pub(in crate::ui) fn ui(&mut self, ui: &mut Ui, view: &View<'_>) -> Vec<Intent> {
        page::reset(ui);
        let rows = rows(view);
        let mut intents = vec![];
        let is_again = page::padded(ui, |ui| {
            page::title(ui, t("sources-title"), |ui| {
                !rows.is_empty()
                    && Button::secondary(t("look-again"))
                        .icon(Icon::ArrowClockwise)
                        .show(ui)
                        .clicked()
            })
        });
        if is_again {
            self.ask.again();
        }
        if !view.snapshot.is_ready {
            page::rule(ui);
            skeleton(ui, 4, &[0.0, 0.4, 0.7]);
            return intents;
        }
        let sources: Vec<_> = rows.iter().map(|row| row.source.clone()).collect();
        if self.ask.is_new(sources.clone()) {
            intents.extend(
                sources
                    .into_iter()
                    .map(|source| Intent::look(Look::Source(source))),
            );
        }
        if rows.is_empty() {
            ui.add_space(96.0);
            EmptyState::new(Icon::Database, t("sources-empty"), t("sources-empty-text")).show(
                ui,
                0.0,
                |_| {},
            );
            return intents;
        }
        page::rule(ui);
        intents.extend(self.table(ui, view, &rows));
        intents
    }

    fn table(&mut self, ui: &mut Ui, view: &View<'_>, rows: &[Row<'_>]) -> Vec<Intent> {
        let is_narrow = ui.available_width() < 1000.0;
        let columns = [
            Column::new(t("head-source"), 240.0).grow(),
            Column::new(t("head-check"), 140.0),
            Column::new(t("head-profiles"), 112.0).number(),
            Column::new(t("head-changed"), 140.0),
            Column::new(t("head-readers"), if is_narrow { 160.0 } else { 240.0 }),
        ];
        let told = Table::new(t("sources-title"), &columns, rows.len())
            .on_sheet()
            .row_height(measure::ROW_MONOGRAM)
            .chosen(self.chosen)
            .show(ui, |ui, Cell { row, column }| {
                if let Some(row) = rows.get(row) {
                    one(ui, view, row, column);
                }
            });
        self.chosen = told.chosen.or(self.chosen);
        let row = page::opened(ui, told).and_then(|row| rows.get(row));
        let reader = row.and_then(|row| row.readers.first());
        reader
            .map(|reader| actions::edit(reader, Step::Source))
            .into_iter()
            .collect()
    }
}

/// Each source once.
fn rows<'a>(view: &View<'a>) -> Vec<Row<'a>> {
    let mut rows: BTreeMap<String, Row<'a>> = BTreeMap::new();
    for destination in &view.snapshot.destinations {
        let source = &destination.settings.source;
        rows.entry(source.key())
            .or_insert_with(|| Row {
                source,
                readers: vec![],
            })
            .readers
            .push(destination);
    }
    rows.into_values().collect()
}

fn one(ui: &mut Ui, view: &View<'_>, row: &Row<'_>, column: usize) {
    let asked = view.snapshot.looks.source(row.source);
    let answer = asked.and_then(|asked| asked.answer.as_deref());
    match column {
        0 => {
            let said = row.source.contents();
            let found = answer.filter(|_| said == Contents::Guess);
            let kind = found.map_or(said, |check| check.kinds.all());
            let path = row.source.name();
            let path = format::path(&path);
            let (folder, name) = path.rsplit_once(MAIN_SEPARATOR).unwrap_or(("", &path));
            let args = [("kind", contents(kind).into()), ("folder", folder.into())];
            let below = if folder.is_empty() {
                contents(kind).to_owned()
            } else {
                t_args("source-in", &args)
            };
            cell::two_of(ui, Role::Mono, name, &below);
        }
        1 => check(ui, asked),
        2 => {
            let n = answer.map(|check| format::count(check.n_profiles));
            cell::value(ui, n.as_deref().unwrap_or_else(|| t("unknown")));
        }
        3 => {
            let at = answer.and_then(|check| check.changed);
            let text = at.map(|at| format::moment(at, view.now, &view.zone));
            cell::text(ui, text.as_deref().unwrap_or_default());
        }
        _ => {
            let names: Vec<_> = row
                .readers
                .iter()
                .map(|reader| reader.settings.name.as_str())
                .collect();
            cell::text(ui, &names.join(", "));
        }
    }
}

/// Whether it can be read.
fn check(ui: &mut Ui, asked: Option<&Asked<(), SourceCheck>>) {
    let Some(asked) = asked else {
        Chip::waiting(t("check-waiting")).show(ui);
        return;
    };
    if let Some(problem) = &asked.problem {
        tip(
            Chip::error(t("check-problem")).show(ui),
            &problem.to_string(),
        );
        return;
    }
    match asked.answer.as_deref() {
        Some(check) if check.n_rejected + check.n_without_id > 0 => {
            let args = [
                ("rejected", check.n_rejected.into()),
                ("without", check.n_without_id.into()),
            ];
            tip(
                Chip::warn(t("check-doubtful")).show(ui),
                &t_args("check-doubts", &args),
            );
        }
        Some(_) => {
            Chip::ok(t("check-good")).show(ui);
        }
        None => {
            let chip = Chip::running(t("check-reading")).show(ui);
            tip(chip, &t_args("check-seen", &[("n", asked.n_seen.into())]));
        }
    }
}
