//! The audiences of the source, to be ticked.

use egui::{Align, Layout, Ui, UiBuilder, vec2};

use super::{SourceForm, Stage};
use crate::{
    engine::snapshot::{SourceAudience, SourceCheck},
    model::{AudienceId, DraftAudience, Spot},
    ui::{
        format,
        icon::Icon,
        text::{t, t_args},
        theme::Role,
        widgets::{
            Button, Card, Cell, Checkbox, Column, Segmented, Sort, Table, at_end, cell, help,
            input, label,
        },
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
    if check.audiences.is_empty() {
        help(ui, t("wiz-no-audience-there"));
        return;
    }
    let height = layout::table_height(ui, rows.len(), true);
    Card::new().padding(0).show(ui, |ui| {
        ui.set_height(height);
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
        let all = t_args("wiz-part-all", &[("n", n_all.into())]);
        let chosen = t_args("wiz-part-chosen", &[("n", n_chosen.into())]);
        Segmented::show(ui, &[&all, &chosen], &mut form.part);
        input::search(ui, &mut form.search, t("wiz-search-audiences"), 232.0);
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
        Column::new(t("wiz-head-name"), 160.0).grow(),
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
    all_box(ui, stage, rows, &marked, top);
    let told = table.show(ui, |ui, at: Cell| {
        if let Some(audience) = rows.get(at.row) {
            one(ui, stage, form, audience, at.column);
        }
    });
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
    let mut child = ui.new_child(UiBuilder::new().max_rect(place));
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

/// The name that people know a chosen audience by: the source's, until another one is typed. Where the source has none
/// the field is there from the start, since nobody knows an audience by its id.
fn named(
    ui: &mut Ui,
    renaming: &mut Option<AudienceId>,
    audience: &SourceAudience,
    name: &mut String,
) {
    let id = audience.id.as_str();
    let is_renaming = renaming.as_ref() == Some(&audience.id);
    if is_renaming || audience.name.is_none() {
        let field = ui.make_persistent_id(("name of audience", id));
        let label = t_args("wiz-name-of", &[("id", id.into())]);
        let shown = input::Input::new(&label, name)
            .bare()
            .hint(audience.name.as_deref().unwrap_or(id))
            .id(field)
            .show(ui);
        if shown.lost_focus() {
            if is_renaming {
                *renaming = None;
            }
            if name.trim().is_empty() {
                audience.name.as_deref().unwrap_or(id).clone_into(name);
            }
        } else if is_renaming && !shown.has_focus() {
            shown.request_focus();
        }
        return;
    }
    let room = ui.max_rect();
    let text = room.with_max_x(room.right() - 32.0);
    let mut child = ui.new_child(
        UiBuilder::new()
            .max_rect(text)
            .layout(Layout::left_to_right(Align::Center)),
    );
    cell::name(&mut child, name);
    let rename = t_args("wiz-rename-audience", &[("name", name.as_str().into())]);
    let pencil = at_end(ui, room, |ui| {
        Button::icon_only(Icon::Pencil, &rename).small().show(ui)
    });
    if pencil.clicked() {
        *renaming = Some(audience.id.clone());
    }
}

fn one(
    ui: &mut Ui,
    stage: &mut Stage<'_>,
    form: &mut SourceForm,
    audience: &SourceAudience,
    column: usize,
) {
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
                Some(chosen) => named(ui, &mut form.renaming, audience, &mut chosen.name),
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
