//! One row of the mapping: source field, target field, and what an empty or too long value does.

use egui::{Align2, Rect, Ui, UiBuilder, pos2, vec2};

use super::{MappingForm, Stage, source_picker, target_picker};
use crate::{
    model::{Access, Kind, MappingRow, NumbersAre, Spot, Target, WhenEmpty, WhenTooLong},
    ui::{
        icon::Icon,
        text::{t, t_args},
        theme::{self, Role, measure},
        widgets::{Button, Checkbox, MenuItem, Select, draw, help, input::note, separator},
    },
};

/// Where the parts of a row stand, from its left.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid {
    pub(super) source_width: f32,
    pub(super) target: f32,
    pub(super) target_width: f32,
    pub(super) rules: f32,
    pub(super) rules_width: f32,
    pub(super) remove: f32,
}

impl Grid {
    pub(super) fn of(width: f32) -> Self {
        // Source and target share what the rest leaves, 11 to 9, as in a form of 680.
        let both = width - 200.0;
        let source_width = (both * 0.55).floor();
        let target = source_width + 32.0;
        let target_width = (both - source_width).floor();
        let rules = target + target_width + 8.0;
        Self {
            source_width,
            target,
            target_width,
            rules,
            rules_width: 104.0,
            remove: rules + 110.0,
        }
    }
}

/// Draws a row; true when it is to go.
pub(super) fn show(ui: &mut Ui, stage: &mut Stage<'_>, form: &mut MappingForm, i: usize) -> bool {
    let Some(row) = stage.draft.mapping.get(i) else {
        return false;
    };
    let (source, target, is_mandatory) =
        (row.source.clone(), row.target.clone(), row.is_outreach_id());
    let origin = ui.cursor().min;
    let grid = Grid::of(ui.available_width());
    let mut bottom = origin.y + measure::CONTROL;
    let at = |left: f32, width: f32| {
        let place = Rect::from_min_size(origin + vec2(left, 0.0), vec2(width, 400.0));
        UiBuilder::new()
            .id_salt(("mapping", i, left.to_bits()))
            .max_rect(place)
    };
    let mut child = ui.new_child(at(0.0, grid.source_width));
    child.spacing_mut().item_spacing.y = 4.0;
    source_picker::show(&mut child, stage, form, i, is_mandatory);
    let typed = source.as_str();
    notes(&mut child, stage, Spot::MappingSource(i), typed);
    bottom = bottom.max(child.min_rect().bottom());
    let arrow = Rect::from_min_size(origin + vec2(grid.source_width, 0.0), vec2(32.0, 32.0));
    draw::icon(ui, arrow, Icon::ArrowRight, 16.0, theme::palette(ui).text_3);
    let mut child = ui.new_child(at(grid.target, grid.target_width));
    target_picker::show(&mut child, stage, form, i, is_mandatory);
    bottom = bottom.max(child.min_rect().bottom());
    // A fault of the target may be wider than the field.
    let below = Rect::from_min_max(
        pos2(origin.x + grid.target, origin.y + measure::CONTROL + 4.0),
        pos2(ui.max_rect().right(), origin.y + 400.0),
    );
    let mut child = ui.new_child(UiBuilder::new().id_salt(("notes", i)).max_rect(below));
    child.spacing_mut().item_spacing.y = 4.0;
    let is_noted = notes(&mut child, stage, Spot::MappingTarget(i), &target);
    let is_asked = !is_mandatory && consent(&mut child, stage, i, &target);
    if is_noted || is_asked {
        bottom = bottom.max(child.min_rect().bottom());
    }
    let mut child = ui.new_child(at(grid.rules, grid.rules_width));
    rules(&mut child, stage, i, is_mandatory, typed);
    let is_gone = !is_mandatory && remove(ui, at(grid.remove, 28.0), &source);
    let size = vec2(ui.available_width(), bottom - origin.y);
    ui.advance_cursor_after_rect(Rect::from_min_size(origin, size));
    is_gone
}

fn remove(ui: &mut Ui, place: UiBuilder, source: &str) -> bool {
    let mut child = ui.new_child(place);
    child.add_space(2.0);
    let name = t_args("wiz-remove-row", &[("source", source.into())]);
    Button::icon_only(Icon::Trash, &name)
        .small()
        .show(&mut child)
        .clicked()
}

fn notes(ui: &mut Ui, stage: &Stage<'_>, spot: Spot, typed: &str) -> bool {
    let palette = theme::palette(ui);
    if let Some(error) = stage.error(spot, typed) {
        note(ui, Icon::WarningCircle, palette.bad_text, &error);
        return true;
    }
    if let Some(warning) = stage.warning(spot, typed) {
        note(ui, Icon::Warning, palette.warn_text, &warning);
        return true;
    }
    false
}

/// A box to be ticked by somebody who knows that the field decides who may be contacted.
fn consent(ui: &mut Ui, stage: &mut Stage<'_>, i: usize, target: &str) -> bool {
    let is_consent = Target::parse(target).is_some_and(|target| target.access() == Access::Consent);
    let Some(row) = stage.draft.mapping.get_mut(i).filter(|_| is_consent) else {
        return false;
    };
    let name = t_args("wiz-consent", &[("target", target.into())]);
    Checkbox::new(&name, &mut row.consent_confirmed).show(ui);
    true
}

fn rules(ui: &mut Ui, stage: &mut Stage<'_>, i: usize, is_mandatory: bool, source: &str) {
    if is_mandatory {
        let palette = theme::palette(ui);
        let place = ui
            .max_rect()
            .with_max_y(ui.max_rect().top() + measure::CONTROL);
        let text = draw::whole(ui, Role::Body, palette.text_2, t("wiz-excluded"));
        draw::put(ui, place, Align2::LEFT_CENTER, text);
        return;
    }
    let Some(row) = stage.draft.mapping.get_mut(i) else {
        return;
    };
    let shown = match row.when_empty {
        WhenEmpty::Skip => t("wiz-skip"),
        WhenEmpty::Clear => t("wiz-clear"),
    };
    let name = t_args("wiz-rules-of", &[("source", source.into())]);
    let kind = Target::parse(&row.target).map(Target::kind);
    let limit = match kind {
        Some(Kind::Text(most)) => most,
        _ => None,
    };
    let is_time = matches!(kind, Some(Kind::Date | Kind::DateTime));
    Select::new(&name, shown).bare().popup(ui, |ui| {
        ui.set_min_width(232.0);
        group(ui, t("wiz-head-if-empty"));
        let empty = [
            (WhenEmpty::Skip, t("wiz-skip-long")),
            (WhenEmpty::Clear, t("wiz-clear-long")),
        ];
        for (value, name) in empty {
            if MenuItem::new(name).chosen(row.when_empty == value).show(ui) {
                row.when_empty = value;
                ui.close();
            }
        }
        if is_time {
            numbers(ui, row);
        }
        let Some(limit) = limit else { return };
        separator(ui);
        group(ui, &t_args("wiz-if-long", &[("n", limit.into())]));
        let long = [
            (WhenTooLong::Exclude, t("wiz-exclude-long")),
            (WhenTooLong::Cut, t("wiz-cut-long")),
        ];
        for (value, name) in long {
            if MenuItem::new(name)
                .chosen(row.when_too_long == value)
                .show(ui)
            {
                row.when_too_long = value;
                ui.close();
            }
        }
    });
}

/// What bare numbers stand for.
fn numbers(ui: &mut Ui, row: &mut MappingRow) {
    separator(ui);
    group(ui, t("wiz-numbers-are"));
    let meanings = [
        (None, t("wiz-numbers-none")),
        (Some(NumbersAre::ExcelDays), t("wiz-numbers-excel")),
        (Some(NumbersAre::Yyyymmdd), t("wiz-numbers-yyyymmdd")),
        (Some(NumbersAre::UnixSeconds), t("wiz-numbers-seconds")),
        (Some(NumbersAre::UnixMillis), t("wiz-numbers-millis")),
    ];
    for (value, name) in meanings {
        if MenuItem::new(name)
            .chosen(row.numbers_are == value)
            .show(ui)
        {
            row.numbers_are = value;
            ui.close();
        }
    }
}

fn group(ui: &mut Ui, title: &str) {
    ui.horizontal(|ui| {
        ui.add_space(12.0);
        help(ui, title);
    });
}
