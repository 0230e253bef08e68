//! The list of targets: the prospect attributes that Outreach knows, and the custom fields.

use egui::{Rect, ScrollArea, Sense, Ui, WidgetInfo, accesskit, pos2, vec2};

use super::{MappingForm, Stage};
use crate::{
    model::{Access, Kind, MappingRow, Spot, Target},
    ui::{
        icon::Icon,
        text::{t, t_args},
        theme::{self, Role},
        widgets::{Button, Input, Select, draw, help, input, tabs, tip},
        wizard::words,
    },
};

const ROW: f32 = 28.0;

/// What is open in the list.
#[derive(Debug, Default)]
pub(super) struct TargetForm {
    /// 0 prospect attributes, 1 custom attribute.
    tab: usize,
    search: String,
    custom: String,
}

pub(super) fn show(
    ui: &mut Ui,
    stage: &mut Stage<'_>,
    form: &mut MappingForm,
    i: usize,
    is_mandatory: bool,
) {
    let name = t_args("wiz-target-of", &[("n", (i + 1).into())]);
    if is_mandatory {
        let mut id = MappingRow::OUTREACH_ID.to_owned();
        Input::new(&name, &mut id)
            .bare()
            .mono()
            .icon(Icon::IdentificationCard)
            .read_only(true)
            .show(ui);
        return;
    }
    let Some(row) = stage.draft.mapping.get(i) else {
        return;
    };
    let target = row.target.clone();
    let known = Target::parse(&target);
    let label = known
        .and_then(Target::mapping_id)
        .and_then(|number| stage.fields()?.get(&number))
        .map(|field| field.label.clone());
    let suffix = label.or_else(|| known.map(words::kind)).unwrap_or_default();
    let suffix: String = suffix.chars().take(16).collect();
    let is_empty = target.is_empty();
    let shown = if is_empty {
        t("wiz-choose-target")
    } else {
        target.as_str()
    };
    let is_wrong = stage.error(Spot::MappingTarget(i), &target).is_some();
    let mut select = Select::new(&name, shown).bare().placeholder(is_empty);
    if !is_empty {
        select = select.mono().suffix(&suffix);
    }
    let (field, taken) = select.popup(ui, |ui| popup(ui, stage, &mut form.target, &target));
    if is_wrong {
        draw::outline(
            ui,
            field.rect,
            theme::measure::RADIUS_CONTROL,
            theme::palette(ui).bad,
        );
    }
    if field.clicked() {
        form.target.search.clear();
        form.target.custom = target;
        form.target.tab = usize::from(known.is_some_and(|known| known.mapping_id().is_some()));
    }
    if let Some(taken) = taken.flatten()
        && let Some(row) = stage.draft.mapping.get_mut(i)
    {
        row.target = taken;
        row.consent_confirmed = false;
    }
}

fn popup(ui: &mut Ui, stage: &Stage<'_>, form: &mut TargetForm, target: &str) -> Option<String> {
    ui.set_width(360.0);
    ui.horizontal(|ui| {
        ui.add_space(12.0);
        tabs(
            ui,
            &[t("wiz-tab-prospect"), t("wiz-tab-custom")],
            &mut form.tab,
        );
    });
    ui.add_space(8.0);
    let taken = if form.tab == 0 {
        attributes(ui, stage, form, target)
    } else {
        custom(ui, stage, form, target)
    };
    ui.add_space(4.0);
    if taken.is_some() {
        ui.close();
    }
    taken
}

fn attributes(
    ui: &mut Ui,
    stage: &Stage<'_>,
    form: &mut TargetForm,
    target: &str,
) -> Option<String> {
    let is_entered = ui
        .horizontal(|ui| {
            ui.add_space(12.0);
            input::search_in_popup(ui, &mut form.search, t("wiz-search-targets"), 336.0).1
        })
        .inner;
    ui.add_space(4.0);
    let wanted = form.search.trim().to_lowercase();
    let mut found: Vec<Target> = Target::standard_attributes()
        .filter(|target| target.name().to_lowercase().contains(&wanted))
        .collect();
    // What can be chosen comes first.
    found.sort_by_key(|target| refusal(*target).is_some());
    let mut taken = None;
    let n_found = found.len();
    ScrollArea::vertical()
        .max_height(ROW * 8.0)
        .min_scrolled_height(ROW * 4.0)
        .show_rows(ui, ROW, n_found, |ui, range| {
            for one in found.iter().skip(range.start).take(range.len()) {
                let name = one.name();
                let is_mapped = stage.draft.mapping.iter().any(|row| row.target == name);
                let mark = if is_mapped {
                    t("wiz-mapped").to_owned()
                } else {
                    words::kind(*one)
                };
                if line(ui, &name, &mark, name == target, refusal(*one)) {
                    taken = Some(name.into_owned());
                }
            }
        });
    // Enter takes what was searched for.
    if is_entered && !wanted.is_empty() {
        let first = found.iter().find(|one| refusal(**one).is_none());
        taken = taken.or_else(|| first.map(|one| one.name().into_owned()));
    }
    if n_found == 0 {
        ui.horizontal(|ui| {
            ui.add_space(12.0);
            help(ui, t("wiz-no-target-found"));
        });
    }
    taken
}

/// Why the attribute cannot be chosen.
fn refusal(target: Target) -> Option<&'static str> {
    match (target.access(), target.kind()) {
        (Access::ReadOnly, _) => Some(t("wiz-refused-read-only")),
        (_, Kind::List) => Some(t("wiz-refused-list")),
        _ => None,
    }
}

fn custom(ui: &mut Ui, stage: &Stage<'_>, form: &mut TargetForm, target: &str) -> Option<String> {
    let mut taken = None;
    ui.horizontal(|ui| {
        ui.add_space(12.0);
        let typed = form.custom.trim().to_owned();
        let is_good = Target::parse(&typed).is_some();
        Input::new(t("wiz-custom"), &mut form.custom)
            .bare()
            .mono()
            .hint("custom21")
            .width(256.0)
            .show(ui);
        let reason = (!is_good).then(|| t("wiz-custom-fault"));
        if Button::secondary(t("wiz-use-custom"))
            .disabled_if(reason)
            .show(ui)
            .clicked()
        {
            taken = Some(typed);
        }
    });
    ui.add_space(4.0);
    let Some(fields) = stage.fields() else {
        ui.horizontal(|ui| {
            ui.add_space(12.0);
            help(ui, t("wiz-custom-unknown"));
        });
        return taken;
    };
    let all: Vec<_> = fields.iter().collect();
    ScrollArea::vertical()
        .max_height(ROW * 8.0)
        .show_rows(ui, ROW, all.len(), |ui, range| {
            for (number, field) in all.iter().skip(range.start).take(range.len()) {
                let name = Target::custom(**number).name();
                if line(ui, &name, &field.label, name == target, None) {
                    taken = Some(name.into_owned());
                }
            }
        });
    taken
}

/// A line of the list; true when it was taken.
fn line(ui: &mut Ui, name: &str, mark: &str, is_chosen: bool, refusal: Option<&str>) -> bool {
    let palette = theme::palette(ui);
    let response = ui.allocate_response(vec2(ui.available_width(), ROW), Sense::click());
    let is_free = refusal.is_none();
    response.widget_info(|| {
        WidgetInfo::selected(accesskit::Role::ListBoxOption, is_free, is_chosen, name)
    });
    let rect = response.rect;
    if is_chosen {
        ui.painter().rect_filled(rect, 0.0, palette.selected);
    } else if (response.hovered() && is_free) || response.has_focus() {
        ui.painter().rect_filled(rect, 0.0, palette.hover);
    }
    let ink = if is_free {
        palette.text
    } else {
        palette.text_off
    };
    let place = Rect::from_min_max(
        pos2(rect.left() + 12.0, rect.top()),
        pos2(rect.right() - 12.0, rect.bottom()),
    );
    draw::left(ui, place, draw::line(ui, Role::Mono, ink, name, 180.0));
    let mark = draw::line(ui, Role::Help, palette.text_3, mark, 140.0);
    draw::put(ui, place, egui::Align2::RIGHT_CENTER, mark);
    let is_clicked = response.clicked() && is_free;
    if let Some(refusal) = refusal {
        tip(response, refusal);
    }
    is_clicked
}
