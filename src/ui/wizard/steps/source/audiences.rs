//! The audiences of the source, to be ticked.

use egui::{Ui, vec2};

use super::{SourceForm, Stage};
use crate::{
    engine::snapshot::{SourceAudience, SourceCheck},
    model::{DraftAudience, Spot},
    ui::{
        format,
        text::{t, t_args},
        theme::Role,
        widgets::{Card, Cell, Checkbox, Column, Segmented, Sort, Table, cell, help, input, label},
        wizard::layout,
    },
};

pub(super) fn show(ui: &mut Ui, stage: &mut Stage<'_>, form: &mut SourceForm, check: &SourceCheck) {
    toolbar(ui, stage, form, check);
    ui.add_space(8.0);
    if let Some(warning) = stage.warning(Spot::Audiences, "") {
        help(ui, &warning);
        ui.add_space(8.0);
    }
    let rows = rows(stage, form, check);
    let height = (ui.max_rect().bottom() - ui.cursor().top()).max(32.0 + 36.0 * 4.5);
    Card::new().padding(1).show(ui, |ui| {
        ui.set_height(height - 2.0);
        table(ui, stage, form, &rows);
    });
}

fn toolbar(ui: &mut Ui, stage: &Stage<'_>, form: &mut SourceForm, check: &SourceCheck) {
    let n_all = check.audiences.len();
    let n_chosen = stage.draft.audiences.len();
    let top = ui.cursor().top();
    ui.horizontal(|ui| {
        ui.set_height(32.0);
        label(ui, Role::Card, t("wiz-audiences"));
        let args = [("n", n_chosen.into()), ("all", n_all.into())];
        let ink = crate::ui::theme::palette(ui).text_3;
        crate::ui::widgets::label_in(ui, Role::Body, ink, &t_args("wiz-n-chosen", &args));
    });
    layout::at_right(ui, top, 32.0, |ui| {
        input::search(ui, &mut form.search, t("wiz-search-audiences"), 232.0);
        let all = t_args("wiz-part-all", &[("n", n_all.into())]);
        let chosen = t_args("wiz-part-chosen", &[("n", n_chosen.into())]);
        Segmented::show(ui, &[&all, &chosen], &mut form.part);
    });
}

/// The audiences that are shown, those of most members first.
fn rows<'c>(
    stage: &Stage<'_>,
    form: &SourceForm,
    check: &'c SourceCheck,
) -> Vec<&'c SourceAudience> {
    let wanted = form.search.trim().to_lowercase();
    let is_wanted = |audience: &&SourceAudience| {
        let name = audience.name.as_deref().unwrap_or("").to_lowercase();
        let id = audience.id.as_str().to_lowercase();
        let is_found = wanted.is_empty() || name.contains(&wanted) || id.contains(&wanted);
        is_found && (form.part == 0 || place(stage, audience).is_some())
    };
    let mut rows: Vec<_> = check.audiences.iter().filter(is_wanted).collect();
    rows.sort_by_key(|audience| std::cmp::Reverse(audience.n_members));
    rows
}

fn place(stage: &Stage<'_>, audience: &SourceAudience) -> Option<usize> {
    let mut chosen = stage.draft.audiences.iter();
    chosen.position(|chosen| chosen.id == audience.id)
}

fn table(ui: &mut Ui, stage: &mut Stage<'_>, form: &mut SourceForm, rows: &[&SourceAudience]) {
    if rows.is_empty() {
        ui.add_space(16.0);
        ui.vertical_centered(|ui| help(ui, t("wiz-no-audience-found")));
        return;
    }
    let columns = [
        Column::new("", 40.0),
        Column::new(t("wiz-head-name"), 180.0).grow(),
        Column::new(t("wiz-head-id"), 160.0),
        Column::new(t("wiz-head-origin"), 176.0),
        Column::new(t("wiz-head-members"), 112.0)
            .number()
            .sortable(Some(Sort::Down)),
        Column::new(t("wiz-head-exited"), 96.0).number(),
    ];
    let marked: Vec<bool> = rows.iter().map(|row| place(stage, row).is_some()).collect();
    let top = ui.cursor().min;
    let table = Table::new(t("wiz-audiences"), &columns, rows.len())
        .chosen(form.row)
        .marked(&marked);
    let told = table.show(ui, |ui, at: Cell| {
        if let Some(audience) = rows.get(at.row) {
            one(ui, stage, audience, at.column);
        }
    });
    all_box(ui, stage, rows, &marked, top);
    if let Some(row) = told.ticked.and_then(|row| rows.get(row)) {
        toggle(stage, row);
    }
    form.row = told.chosen.or(form.row);
}

/// The box in the head, for all rows on screen.
fn all_box(
    ui: &mut Ui,
    stage: &mut Stage<'_>,
    rows: &[&SourceAudience],
    marked: &[bool],
    top: egui::Pos2,
) {
    let n_on = marked.iter().filter(|is_on| **is_on).count();
    let mut is_on = n_on == rows.len();
    let place = egui::Rect::from_min_size(top + vec2(12.0, 6.0), vec2(16.0, 20.0));
    let mut child = ui.new_child(egui::UiBuilder::new().max_rect(place));
    let all = Checkbox::new(t("wiz-tick-all"), &mut is_on)
        .bare()
        .mixed(n_on > 0 && n_on < rows.len());
    if all.show(&mut child).changed() {
        let wanted = n_on < rows.len();
        for (row, is_on) in rows.iter().zip(marked) {
            if *is_on != wanted {
                toggle(stage, row);
            }
        }
    }
}

fn toggle(stage: &mut Stage<'_>, audience: &SourceAudience) {
    if let Some(at) = place(stage, audience) {
        stage.draft.audiences.remove(at);
        return;
    }
    let today = stage
        .view
        .now
        .to_zoned_datetime(stage.view.zone.clone())
        .date();
    let name = audience
        .name
        .clone()
        .unwrap_or_else(|| audience.id.as_str().to_owned());
    let new = DraftAudience::new(audience.id.clone(), name, today);
    stage.draft.audiences.push(new);
}

fn one(ui: &mut Ui, stage: &mut Stage<'_>, audience: &SourceAudience, column: usize) {
    let at = place(stage, audience);
    let name = audience
        .name
        .as_deref()
        .unwrap_or_else(|| audience.id.as_str());
    match column {
        0 => {
            let mut is_on = at.is_some();
            if Checkbox::new(name, &mut is_on).bare().show(ui).changed() {
                toggle(stage, audience);
            }
        }
        1 => {
            let chosen = at.and_then(|at| stage.draft.audiences.get_mut(at));
            match chosen {
                // Only an audience without a name in the source needs one typed.
                Some(chosen) if audience.name.is_none() => {
                    let named = t_args("wiz-name-of", &[("id", audience.id.as_str().into())]);
                    input::Input::new(&named, &mut chosen.name).bare().show(ui);
                }
                Some(chosen) => {
                    cell::name(ui, &chosen.name);
                }
                None => {
                    cell::name(ui, name);
                }
            }
        }
        2 => {
            cell::mono(ui, audience.id.as_str());
        }
        3 => {
            cell::text(ui, &audience.origin);
        }
        4 => {
            cell::value(ui, &format::count(audience.n_members));
        }
        _ => {
            cell::text(ui, &format::count(audience.n_exited));
        }
    }
}
