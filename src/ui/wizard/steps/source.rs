//! Step 3: where the profiles come from, and which audiences are written.

mod audiences;
mod kind;
mod reading;
mod status;

use egui::{Color32, Ui, vec2};

use super::{Stage, alone};
use crate::{
    engine::{
        Look,
        snapshot::{Column as Field, SourceCheck},
    },
    model::{AudienceId, Draft, FileSource, SourceSettings, Spot},
    ui::{
        AskOnce, Choice, Intent, View, format,
        icon::Icon,
        text::{t, t_args},
        theme::Role,
        widgets::{
            Banner, Button, Card, Column, Input, Kind, Table, cell, draw, facts::fact, help,
            skeleton, tip,
        },
        wizard::layout,
    },
};

/// What is open on the step beside the draft.
#[derive(Debug, Default)]
pub struct SourceForm {
    pub(super) ask: AskOnce<SourceSettings>,
    search: String,
    /// 0 for all audiences, 1 for the chosen ones.
    part: usize,
    row: Option<usize>,
    /// The audience whose name is being typed.
    renaming: Option<AudienceId>,
    /// The path as it is typed, until the field is left.
    typing: Option<String>,
    has_all_columns: bool,
    /// Whether the parts of the dialect are open to be set.
    is_reading_open: bool,
    /// The line of the header as it is typed, until the field is left.
    header_line: Option<String>,
}

/// The step alone.
pub fn source_ui(
    ui: &mut Ui,
    view: &View<'_>,
    draft: &mut Draft,
    form: &mut SourceForm,
) -> Vec<Intent> {
    alone(view, draft, |stage| {
        stage.need_source(form);
        show(ui, stage, form);
    })
}

pub(in crate::ui::wizard) fn show(ui: &mut Ui, stage: &mut Stage<'_>, form: &mut SourceForm) {
    layout::heading(ui, t("wiz-source-title"), t("wiz-source-line"));
    ui.add_space(12.0);
    let is_refused = stage.source().is_some_and(|asked| asked.problem.is_some());
    let samples_width = (ui.available_width() - 336.0 - 16.0).max(334.0);
    let mut both = (&mut *stage, &mut *form);
    // What is wrong has the whole width.
    if layout::is_wide(ui) && !is_refused {
        layout::columns(
            ui,
            (336.0, 16.0, samples_width),
            &mut both,
            |ui, (stage, form)| left(ui, stage, form),
            |ui, (stage, form)| samples(ui, stage, form),
        );
    } else {
        left(ui, both.0, both.1);
        ui.add_space(12.0);
        samples(ui, both.0, both.1);
    }
    let check = stage.source_check();
    if check.is_some() || is_refused {
        reading::show(ui, stage, form, check);
    }
    if let Some(check) = check {
        status::question(ui, stage, check);
        // What is not known yet tells no kind.
        if check.status_unclear.is_empty() {
            ui.add_space(16.0);
            kind::show(ui, stage, check);
        }
    }
    stage.check();
    ui.add_space(20.0);
    if let Some(check) = stage.source_check() {
        audiences::show(ui, stage, form, check);
    }
}

fn left(ui: &mut Ui, stage: &mut Stage<'_>, form: &mut SourceForm) {
    path(ui, stage, form);
    ui.add_space(8.0);
    ui.horizontal(|ui| {
        let file = Button::secondary(t("wiz-choose-file"))
            .icon(Icon::File)
            .small();
        if file.show(ui).clicked() {
            stage.out.push(Intent::Choose(Choice::SourceFile));
        }
        let folder = Button::secondary(t("wiz-choose-folder"))
            .icon(Icon::Folder)
            .small();
        if folder.show(ui).clicked() {
            stage.out.push(Intent::Choose(Choice::SourceFolder));
        }
        let sample = stage
            .view
            .snapshot
            .demo
            .as_ref()
            .map(|demo| &demo.source_path);
        if let Some(sample) = sample
            // Beside the rows of a source that is chosen there is no room for it.
            && stage.draft.source.is_blank()
            && Button::ghost(t("wiz-demo-source"))
                .small()
                .show(ui)
                .clicked()
        {
            stage.draft.source = FileSource::at(sample).into();
        }
    });
    ui.add_space(12.0);
    state(ui, stage, form);
}

fn path(ui: &mut Ui, stage: &mut Stage<'_>, form: &mut SourceForm) {
    let mut typed = form
        .typing
        .clone()
        .unwrap_or_else(|| format::path(&stage.draft.source.name()).into_owned());
    let error = stage.error(Spot::Source, &typed);
    let id = ui.make_persistent_id("path of the source");
    let is_typing = ui.memory(|memory| memory.has_focus(id));
    let shown = Input::new(t("wiz-source"), &mut typed)
        .required()
        .hint(t("wiz-source-hint"))
        .icon(Icon::Folder)
        .error(error.as_deref())
        .end_in_sight()
        .id(id)
        .show(ui);
    let shown = if is_typing || typed.is_empty() {
        shown
    } else {
        tip(shown, &typed)
    };
    if shown.has_focus() {
        form.typing = Some(typed);
    } else if shown.changed() || form.typing.is_some() {
        form.typing = None;
        choose(stage.draft, format::whole_path(typed.trim()).as_ref());
    }
}

/// Takes another file or folder, whose form and kind are to be found out anew.
pub(super) fn choose(draft: &mut Draft, path: &str) {
    if draft.source.name() != path {
        draft.source = FileSource::at(path).into();
    }
}

/// What is known of the source: nothing, on its way, why not, or its facts.
fn state(ui: &mut Ui, stage: &mut Stage<'_>, form: &mut SourceForm) {
    let Some(asked) = stage.source() else {
        help(ui, t("wiz-source-none"));
        return;
    };
    ui.spacing_mut().item_spacing.y = 4.0;
    if let Some(problem) = &asked.problem {
        let text = format!("{} {}", problem.what, problem.next_step);
        let banner = Banner::new(Kind::Bad, t("wiz-source-bad")).text(&text);
        let again = banner.show_with(ui, |ui| {
            Button::secondary(t("wiz-check-again"))
                .small()
                .show(ui)
                .clicked()
        });
        if again.inner {
            form.ask.again();
            stage.look(Look::Source(stage.draft.source.clone()));
        }
    } else if let Some(check) = &asked.answer {
        let at = asked.at.map(|at| format::time(at, &stage.view.zone));
        facts(ui, check, at.as_deref().unwrap_or(""), form);
    }
    if asked.is_looking {
        ui.horizontal(|ui| {
            crate::ui::widgets::spinner(ui, 16.0);
            let args = [("n", asked.n_seen.into())];
            help(ui, &t_args("wiz-source-reading", &args));
        });
    }
}

fn facts(ui: &mut Ui, check: &SourceCheck, at: &str, form: &mut SourceForm) {
    fact(
        ui,
        Kind::Ok,
        &t_args("wiz-fact-readable", &[("time", at.into())]),
    );
    if check.n_profiles == 0 && check.n_rejected == 0 {
        fact(ui, Kind::Warn, t("wiz-fact-nothing"));
    }
    let counts = [
        ("profiles", check.n_profiles.into()),
        ("columns", check.columns.len().into()),
        ("audiences", check.audiences.len().into()),
    ];
    fact(ui, Kind::Ok, &t_args("wiz-fact-counts", &counts));
    reading::fact_of_files(ui, check, form);
    match &check.id_field {
        None => {
            fact(ui, Kind::Warn, t("wiz-fact-no-id"));
        }
        Some(_) if check.n_without_id > 0 => {
            let args = [("n", check.n_without_id.into())];
            fact(ui, Kind::Warn, &t_args("wiz-fact-without-id", &args));
        }
        Some(_) if check.n_profiles == 0 => {}
        Some(field) => {
            let args = [("field", field.as_str().into())];
            fact(ui, Kind::Ok, &t_args("wiz-fact-id", &args));
        }
    }
    if check.n_rejected > 0 {
        let args = [("n", check.n_rejected.into())];
        let shown = fact(ui, Kind::Warn, &t_args("wiz-fact-rejected", &args));
        shown.on_hover_text(check.rejected.join("\n"));
    }
    if !check.ignored.is_empty() {
        let args = [("n", check.ignored.len().into())];
        let shown = fact(ui, Kind::Neutral, &t_args("wiz-fact-ignored", &args));
        shown.on_hover_text(check.ignored.join("\n"));
    }
}

/// Three true rows; the columns that fit, or all of them.
fn samples(ui: &mut Ui, stage: &Stage<'_>, form: &mut SourceForm) {
    let Some(check) = stage.source_check() else {
        if stage.source().is_some_and(|asked| asked.is_looking) {
            Card::new()
                .padding(0)
                .show(ui, |ui| skeleton(ui, 4, &[0.0, 0.25, 0.5, 0.75]));
        }
        return;
    };
    let names = sample_columns(check);
    let names = if form.has_all_columns {
        names
    } else {
        those_that_fit(ui, names)
    };
    Card::new().padding(0).show(ui, |ui| {
        let columns: Vec<Column<'_>> = names
            .iter()
            .enumerate()
            .map(|(at, name)| {
                let width = column_width(ui, at, name);
                if at + 1 == names.len() {
                    Column::new(name, width).grow()
                } else {
                    Column::new(name, width)
                }
            })
            .collect();
        let table = Table::new(t("wiz-samples"), &columns, check.samples.len());
        ui.push_id(form.has_all_columns, |ui| {
            table.unscrolled().show(ui, |ui, place| {
                let row = check.samples.get(place.row);
                let name = names.get(place.column).copied().unwrap_or("");
                let value = row.and_then(|row| row.iter().find(|(field, _)| field == name));
                let value = value.map_or("", |(_, value)| value.as_str());
                if place.column == 0 {
                    cell::mono(ui, value)
                } else {
                    cell::value(ui, value)
                };
            });
        });
        sample_foot(ui, check, form, names.len());
    });
}

/// A head that is cut could be one of several fields, so a column is as wide as its head.
fn column_width(ui: &Ui, at: usize, name: &str) -> f32 {
    let head = draw::whole(ui, Role::Label, Color32::PLACEHOLDER, name);
    let least = if at == 0 { 84.0 } else { 132.0 };
    (head.size().x.ceil() + 25.0).max(least)
}

/// As many columns as there is room for, the first two at least.
fn those_that_fit<'c>(ui: &Ui, names: Vec<&'c str>) -> Vec<&'c str> {
    let mut left = ui.available_width() - 2.0;
    let mut fit = vec![];
    for (at, name) in names.into_iter().enumerate() {
        left -= column_width(ui, at, name);
        if left < 0.0 && at > 1 {
            break;
        }
        fit.push(name);
    }
    fit
}

fn sample_foot(ui: &mut Ui, check: &SourceCheck, form: &mut SourceForm, n_shown: usize) {
    let args = [
        ("n", check.samples.len().into()),
        ("all", check.n_profiles.into()),
    ];
    let n_all = check.columns.len();
    let all = t_args("wiz-all-columns", &[("n", n_all.into())]);
    let top = ui.cursor().top();
    ui.allocate_space(vec2(ui.available_width(), 32.0));
    let inner = ui.min_rect().with_min_y(top).shrink2(vec2(12.0, 0.0));
    let text = t_args("wiz-sample-rows", &args);
    let ink = crate::ui::theme::palette(ui).text_2;
    let line = draw::whole(ui, Role::Help, ink, &text);
    draw::left(ui, inner, line);
    if n_all > n_shown || form.has_all_columns {
        let name = if form.has_all_columns {
            t("wiz-few-columns")
        } else {
            all.as_str()
        };
        layout::at_right(ui, top, 32.0, |ui| {
            if crate::ui::widgets::link(ui, name).clicked() {
                form.has_all_columns = !form.has_all_columns;
            }
            ui.add_space(4.0);
        });
    }
}

/// The field with the OutreachId first, then the others as they stand.
fn sample_columns(check: &SourceCheck) -> Vec<&str> {
    let id = check.id_field.as_deref();
    let others = check
        .columns
        .iter()
        .map(|column: &Field| column.name.as_str());
    id.into_iter()
        .chain(others.filter(|name| Some(*name) != id))
        .collect()
}
