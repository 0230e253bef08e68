//! The list of source fields: a tree of attributes with samples, and the identity namespaces.

use egui::{Rect, Response, ScrollArea, Sense, Ui, WidgetInfo, accesskit, pos2, vec2};

use super::{
    MappingForm, Stage,
    tree::{self, Line},
};
use crate::{
    engine::snapshot::{Column, SourceCheck},
    ui::{
        icon::Icon,
        text::{t, t_args},
        theme::{self, Role},
        widgets::{Input, Select, draw, help, input, tabs},
    },
};

const ROW: f32 = 24.0;

pub(super) fn show(
    ui: &mut Ui,
    stage: &mut Stage<'_>,
    form: &mut MappingForm,
    i: usize,
    is_mandatory: bool,
) {
    let Some(row) = stage.draft.mapping.get(i) else {
        return;
    };
    let mut source = row.source.clone();
    let name = t_args("wiz-source-of", &[("n", (i + 1).into())]);
    let Some(check) = stage.source_check() else {
        // Without a source that was read its fields are typed.
        let input = Input::new(&name, &mut source)
            .bare()
            .mono()
            .hint(t("wiz-type-field"));
        if input.show(ui).changed() {
            put(stage, i, source);
        }
        return;
    };
    let is_identity = is_mandatory
        || check
            .columns
            .iter()
            .any(|one| one.name == source && one.is_identity);
    let icon = if is_identity {
        Icon::IdentificationCard
    } else {
        Icon::BracketsCurly
    };
    let is_empty = source.is_empty();
    let shown = if is_empty {
        t("wiz-choose-field")
    } else {
        source.as_str()
    };
    let select = Select::new(&name, shown)
        .bare()
        .icon(icon)
        .placeholder(is_empty);
    let select = if is_empty { select } else { select.mono() };
    let (field, taken) = select.popup(ui, |ui| popup(ui, stage, form, check, &source));
    if field.clicked() {
        form.search.clear();
        form.tab = usize::from(is_identity);
    }
    if let Some(taken) = taken.flatten() {
        put(stage, i, taken);
    }
}

fn put(stage: &mut Stage<'_>, i: usize, source: String) {
    if let Some(row) = stage.draft.mapping.get_mut(i) {
        row.source = source;
    }
}

fn popup(
    ui: &mut Ui,
    stage: &Stage<'_>,
    form: &mut MappingForm,
    check: &SourceCheck,
    source: &str,
) -> Option<String> {
    ui.set_width(470.0);
    ui.horizontal(|ui| {
        ui.add_space(12.0);
        tabs(
            ui,
            &[t("wiz-tab-attributes"), t("wiz-tab-identities")],
            &mut form.tab,
        );
    });
    ui.add_space(8.0);
    let columns: Vec<&Column> = check
        .columns
        .iter()
        .filter(|column| column.is_identity == (form.tab == 1))
        .collect();
    let is_entered = ui
        .horizontal(|ui| {
            ui.add_space(12.0);
            let hint = t_args("wiz-search-fields", &[("n", columns.len().into())]);
            input::search_in_popup(ui, &mut form.search, &hint, 446.0).1
        })
        .inner;
    ui.add_space(4.0);
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let lines = tree::lines(&names, &form.search, &form.folded);
    let told = columns.iter().find(|column| column.name == source);
    let told = told.copied();
    let (taken, hovered) = list(ui, stage, form, &columns, &lines, source);
    if lines.is_empty() {
        ui.horizontal(|ui| {
            ui.add_space(12.0);
            help(ui, t("wiz-no-field-found"));
        });
    }
    foot(ui, check, hovered.or(told));
    // Enter takes what was searched for.
    let first = lines.iter().find(|line| line.field.is_some());
    let is_searched = is_entered && !form.search.trim().is_empty();
    let taken = taken.or_else(|| first.filter(|_| is_searched).map(|line| line.path.clone()));
    if taken.is_some() {
        ui.close();
    }
    taken
}

/// The lines in sight; the field that was taken, and the one under the pointer.
fn list<'c>(
    ui: &mut Ui,
    stage: &Stage<'_>,
    form: &mut MappingForm,
    columns: &[&'c Column],
    lines: &[Line],
    source: &str,
) -> (Option<String>, Option<&'c Column>) {
    let (mut taken, mut hovered) = (None, None);
    let area = ScrollArea::vertical().max_height(ROW * 8.0);
    area.min_scrolled_height(ROW * 4.0)
        .show_rows(ui, ROW, lines.len(), |ui, range| {
            for line in lines.iter().skip(range.start).take(range.len()) {
                let column = line.field.and_then(|field| columns.get(field)).copied();
                let rows = &stage.draft.mapping;
                let mark = State {
                    is_mapped: column
                        .is_some_and(|column| rows.iter().any(|row| row.source == column.name)),
                    is_chosen: column.is_some() && line.path == source,
                };
                let response = one(ui, line, column, mark);
                if response.hovered() {
                    hovered = column.or(hovered);
                }
                match column {
                    _ if !response.clicked() => {}
                    Some(column) => taken = Some(column.name.clone()),
                    None => fold(form, &line.path),
                }
            }
        });
    (taken, hovered)
}

/// How a field stands to the mapping.
#[derive(Debug, Clone, Copy)]
struct State {
    is_mapped: bool,
    is_chosen: bool,
}

fn fold(form: &mut MappingForm, path: &str) {
    if !form.folded.remove(path) {
        form.folded.insert(path.to_owned());
    }
}

/// How well the field under the pointer is filled.
fn foot(ui: &mut Ui, check: &SourceCheck, column: Option<&Column>) {
    ui.add_space(8.0);
    draw::separator(ui);
    ui.add_space(8.0);
    ui.horizontal(|ui| {
        ui.add_space(12.0);
        let text = match column {
            Some(column) => t_args(
                "wiz-field-filled",
                &[
                    ("n", column.n_filled.into()),
                    ("all", check.n_profiles.into()),
                    ("longest", column.longest.into()),
                ],
            ),
            None => t("wiz-field-hint").to_owned(),
        };
        help(ui, &text);
    });
    ui.add_space(4.0);
}

/// A line of the tree.
fn one(ui: &mut Ui, line: &Line, column: Option<&Column>, state: State) -> Response {
    let State {
        is_mapped,
        is_chosen,
    } = state;
    let palette = theme::palette(ui);
    let response = ui.allocate_response(vec2(ui.available_width(), ROW), Sense::click());
    let name = line.path.clone();
    response
        .widget_info(|| WidgetInfo::selected(accesskit::Role::TreeItem, true, is_chosen, &name));
    let rect = response.rect;
    if is_chosen {
        ui.painter().rect_filled(rect, 0.0, palette.selected);
    } else if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, 0.0, palette.hover);
    }
    let depth = f32::from(u16::try_from(line.depth).unwrap_or(0));
    let left = rect.left() + 12.0 + depth * 16.0;
    let at = |x: f32| Rect::from_min_max(pos2(x, rect.top()), rect.max);
    let square = |x: f32| Rect::from_min_size(pos2(x, rect.top() + 4.0), vec2(16.0, 16.0));
    if column.is_some() {
        let icon = if column.is_some_and(|column| column.is_identity) {
            Icon::IdentificationCard
        } else {
            Icon::TextT
        };
        draw::icon(ui, square(left + 16.0), icon, 16.0, palette.text_3);
        draw::left(
            ui,
            at(left + 38.0),
            draw::line(ui, Role::Mono, palette.text, &line.name, 160.0),
        );
    } else {
        let caret = if line.is_open {
            Icon::CaretDown
        } else {
            Icon::CaretRight
        };
        draw::icon(ui, square(left - 4.0), caret, 12.0, palette.text_3);
        draw::icon(ui, square(left + 16.0), Icon::Folder, 16.0, palette.text_3);
        draw::left(
            ui,
            at(left + 38.0),
            draw::line(ui, Role::Mono, palette.text, &line.name, 240.0),
        );
    }
    beside(ui, rect, line, column, is_mapped);
    response
}

fn beside(ui: &Ui, rect: Rect, line: &Line, column: Option<&Column>, is_mapped: bool) {
    let palette = theme::palette(ui);
    let at = |x: f32| Rect::from_min_max(pos2(rect.left() + x, rect.top()), rect.max);
    let Some(column) = column else {
        if !line.is_open {
            let text = t_args("wiz-n-fields", &[("n", line.n_fields.into())]);
            let text = draw::whole(ui, Role::Help, palette.text_3, &text);
            let place = rect.with_max_x(rect.right() - 12.0);
            draw::put(ui, place, egui::Align2::RIGHT_CENTER, text);
        }
        return;
    };
    if is_mapped {
        let check = Rect::from_min_size(
            pos2(rect.left() + 172.0, rect.top() + 5.0),
            vec2(14.0, 14.0),
        );
        draw::icon(ui, check, Icon::Check, 14.0, palette.text_3);
        draw::left(
            ui,
            at(189.0),
            draw::whole(ui, Role::Help, palette.text_3, t("wiz-mapped")),
        );
    }
    let samples = column.samples.join(", ");
    let text = draw::line(
        ui,
        Role::Help,
        palette.text_3,
        &samples,
        rect.width() - 262.0,
    );
    draw::left(ui, at(250.0), text);
}
