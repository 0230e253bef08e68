//! Step 5: when each audience is kept up to date, and which custom field takes its status.

use egui::{Rect, Ui, UiBuilder, pos2, vec2};

use super::{Stage, alone};
use crate::{
    engine::Look,
    model::{Draft, DraftAudience, DraftFault, MappingId, Spot, suggest},
    ui::{
        AskOnce, Intent, View, format,
        icon::Icon,
        text::{t, t_args},
        theme::{self, Role, measure},
        widgets::{
            Button, Calendar, Card, EmptyState, Input, calendar::Taken, draw, help, input::note,
            label_in, suggestion,
        },
        wizard::{layout, words},
    },
};

/// What was asked on the step.
#[derive(Debug, Default)]
pub struct ScheduleForm {
    pub(super) ask: AskOnce<String>,
}

/// Where the columns stand, from the left of the card.
#[derive(Debug, Clone, Copy)]
struct Grid {
    start: f32,
    end: f32,
    date: f32,
    number: f32,
    number_width: f32,
    field: f32,
    whole: f32,
}

impl Grid {
    fn of(width: f32) -> Self {
        let whole = width;
        if width >= 934.0 {
            Self {
                start: 236.0,
                end: 396.0,
                date: 136.0,
                number: 556.0,
                number_width: 88.0,
                field: 668.0,
                whole,
            }
        } else {
            Self {
                start: 152.0,
                end: 288.0,
                date: 128.0,
                number: 424.0,
                number_width: 72.0,
                field: 508.0,
                whole,
            }
        }
    }
}

/// The step alone.
pub fn schedule_ui(
    ui: &mut Ui,
    view: &View<'_>,
    draft: &mut Draft,
    form: &mut ScheduleForm,
) -> Vec<Intent> {
    alone(view, draft, |stage| {
        stage.need_fields(form);
        show(ui, stage, form);
    })
}

pub(in crate::ui::wizard) fn show(ui: &mut Ui, stage: &mut Stage<'_>, _form: &mut ScheduleForm) {
    let top = ui.cursor().top();
    layout::heading(ui, t("wiz-schedule-title"), &line(stage));
    layout::at_right(ui, top, 28.0, |ui| tools(ui, stage));
    ui.add_space(16.0);
    if stage.draft.audiences.is_empty() {
        nothing(ui, stage);
        return;
    }
    let grid = Grid::of(ui.available_width());
    Card::new().padding(0).show(ui, |ui| {
        heads(ui, grid);
        let mut gone = None;
        for i in 0..stage.draft.audiences.len() {
            if row(ui, stage, grid, i) {
                gone = Some(i);
            }
        }
        if let Some(i) = gone {
            stage.draft.audiences.remove(i);
        }
    });
    ui.add_space(12.0);
    ui.horizontal(|ui| {
        let (place, _) = ui.allocate_exact_size(vec2(16.0, 16.0), egui::Sense::hover());
        draw::icon(ui, place, Icon::Info, 16.0, theme::palette(ui).text_3);
        let words = &stage.draft.status_words;
        let args = [
            ("in", words.realized.as_str().into()),
            ("out", words.exited.as_str().into()),
        ];
        help(ui, &t_args("wiz-schedule-note", &args));
    });
}

fn nothing(ui: &mut Ui, stage: &mut Stage<'_>) {
    ui.add_space(48.0);
    let empty = EmptyState::new(
        Icon::Users,
        t("wiz-schedule-empty"),
        t("wiz-schedule-empty-text"),
    );
    let back = empty.show(ui, 150.0, |ui| {
        Button::secondary(t("wiz-choose-audiences"))
            .show(ui)
            .clicked()
    });
    if back {
        stage.draft.step = crate::model::Step::Source;
    }
}

fn line(stage: &Stage<'_>) -> String {
    let asked = stage.draft.account.as_ref();
    let asked = asked.and_then(|name| stage.view.snapshot.looks.fields.get(name));
    match asked {
        Some(asked) if asked.is_looking => t("wiz-schedule-reading").to_owned(),
        Some(asked) if asked.problem.is_some() => {
            let problem = asked.problem.as_ref();
            let what = problem
                .map(|problem| problem.what.clone())
                .unwrap_or_default();
            t_args("wiz-schedule-unread", &[("what", what.into())])
        }
        Some(asked) => {
            let at = asked.at.map(|at| format::time(at, &stage.view.zone));
            t_args(
                "wiz-schedule-line",
                &[("time", at.unwrap_or_default().into())],
            )
        }
        None => t("wiz-schedule-plain").to_owned(),
    }
}

fn tools(ui: &mut Ui, stage: &mut Stage<'_>) {
    let found = stage
        .fields()
        .map(|fields| suggest::mapping_ids_for(stage.draft, fields, stage.writers()));
    let found = found.unwrap_or_default();
    let reason = found.is_empty().then(|| t("wiz-nothing-to-suggest"));
    if let Some(account) = stage.draft.account.clone() {
        let again = Button::secondary(t("wiz-labels-again"))
            .icon(Icon::ArrowsClockwise)
            .small();
        if again.show(ui).clicked() {
            stage.look(Look::Fields { account });
        }
    }
    let all = Button::secondary(t("wiz-suggest-all"))
        .icon(Icon::MagicWand)
        .small();
    if all.disabled_if(reason).show(ui).clicked() {
        for (i, number) in found {
            take(stage, i, number);
        }
    }
}

fn take(stage: &mut Stage<'_>, i: usize, number: MappingId) {
    if let Some(audience) = stage.draft.audiences.get_mut(i) {
        audience.mapping_id = number.to_string();
    }
}

fn heads(ui: &mut Ui, grid: Grid) {
    let palette = theme::palette(ui);
    let (row, _) = ui.allocate_exact_size(
        vec2(ui.available_width(), measure::HEAD),
        egui::Sense::hover(),
    );
    let heads = [
        (12.0, t("wiz-head-audience"), false),
        (grid.start, t("wiz-head-start"), true),
        (grid.end, t("wiz-head-end"), false),
        (grid.number, t("wiz-head-mapping-id"), true),
        (grid.field, t("wiz-head-field"), false),
    ];
    for (left, head, is_required) in heads {
        let text = draw::whole(ui, Role::Label, palette.text_3, head);
        let after = row.left() + left + text.size().x + 4.0;
        draw::left(ui, row.with_min_x(row.left() + left), text);
        if is_required {
            let star = draw::whole(ui, Role::Label, palette.bad_text, "*");
            draw::left(ui, row.with_min_x(after), star);
        }
    }
}

/// Draws a row as high as it needs; true when the audience is to go.
fn row(ui: &mut Ui, stage: &mut Stage<'_>, grid: Grid, i: usize) -> bool {
    let palette = theme::palette(ui);
    let origin = ui.cursor().min;
    draw::rule(
        ui,
        origin.x..=origin.x + grid.whole - 2.0,
        origin.y,
        palette.line,
    );
    let mut bottom = origin.y + 51.0;
    let mut part = |ui: &mut Ui, left: f32, width: f32, content: &mut dyn FnMut(&mut Ui)| {
        let place = Rect::from_min_size(origin + vec2(left, 10.0), vec2(width, 400.0));
        let mut child = ui.new_child(UiBuilder::new().max_rect(place));
        child.spacing_mut().item_spacing = vec2(8.0, 4.0);
        content(&mut child);
        bottom = bottom.max(child.min_rect().bottom() + 10.0);
    };
    let name = stage
        .draft
        .audiences
        .get(i)
        .map(|one| one.name.clone())
        .unwrap_or_default();
    part(ui, 12.0, grid.start - 24.0, &mut |ui| who(ui, stage, i));
    part(ui, grid.start, grid.date, &mut |ui| {
        date(ui, stage, i, &name, true);
    });
    part(ui, grid.end, grid.date, &mut |ui| {
        date(ui, stage, i, &name, false);
    });
    part(
        ui,
        grid.number,
        grid.whole - grid.number - 48.0,
        &mut |ui| number(ui, stage, grid, i, &name),
    );
    let mut is_gone = false;
    part(ui, grid.whole - 42.0, 28.0, &mut |ui| {
        let args = [("name", name.as_str().into())];
        let remove = t_args("wiz-remove-audience", &args);
        is_gone = Button::icon_only(Icon::X, &remove)
            .small()
            .show(ui)
            .clicked();
    });
    ui.advance_cursor_after_rect(Rect::from_min_max(
        origin,
        pos2(origin.x + grid.whole - 2.0, bottom),
    ));
    is_gone
}

fn who(ui: &mut Ui, stage: &Stage<'_>, i: usize) {
    let Some(audience) = stage.draft.audiences.get(i) else {
        return;
    };
    ui.spacing_mut().item_spacing.y = 0.0;
    let palette = theme::palette(ui);
    ui.add_space(-2.0);
    crate::ui::widgets::truncated(ui, Role::BodyStrong, palette.text, &audience.name);
    let known = stage.source_check();
    let known = known.and_then(|check| check.audiences.iter().find(|one| one.id == audience.id));
    if let Some(known) = known {
        help(
            ui,
            &t_args("wiz-n-members", &[("n", known.n_members.into())]),
        );
    }
}

/// A day; while it is typed it stands as 2026-11-24, else as people read it.
fn date(ui: &mut Ui, stage: &mut Stage<'_>, i: usize, name: &str, is_start: bool) {
    let spot = if is_start {
        Spot::Start(i)
    } else {
        Spot::End(i)
    };
    let Some(audience) = stage.draft.audiences.get(i) else {
        return;
    };
    let mut typed = if is_start {
        audience.start.clone()
    } else {
        audience.end.clone()
    };
    let error = stage.error(spot, &typed);
    let id = ui.make_persistent_id(("wizard-date", i, is_start));
    let is_typing = ui.memory(|memory| memory.has_focus(id));
    if !is_typing {
        typed = words::date(&typed);
    }
    let args = [("name", name.into())];
    let (named, hint) = if is_start {
        (t_args("wiz-start-of", &args), t("wiz-date-hint"))
    } else {
        (t_args("wiz-end-of", &args), t("wiz-no-end"))
    };
    let top = ui.cursor().min;
    let width = ui.available_width();
    let shown = Input::new(&named, &mut typed)
        .bare()
        .hint(hint)
        .error(error.as_deref())
        .trailing(Icon::Calendar, theme::palette(ui).text_3)
        .id(id)
        .show(ui);
    let field = Rect::from_min_size(top, vec2(width, measure::CONTROL));
    let zoned = stage.view.now.to_zoned_datetime(stage.view.zone.clone());
    let name = t_args("calendar-of", &[("name", named.as_str().into())]);
    let mut calendar = Calendar::new(&name, day(&typed), zoned.date());
    if !is_start {
        calendar = calendar.nothing(t("wiz-no-end"));
    }
    let taken = calendar.show(ui, field);
    let Some(audience) = stage.draft.audiences.get_mut(i) else {
        return;
    };
    let value = if is_start {
        &mut audience.start
    } else {
        &mut audience.end
    };
    match taken {
        Some(Taken::Day(day)) => *value = day.to_string(),
        Some(Taken::Nothing) => value.clear(),
        None if shown.changed() || shown.lost_focus() => {
            *value = day(&typed).map_or(typed, |day| day.to_string());
        }
        None => {}
    }
}

/// A day in either form: 2026-11-24 or 24 Nov 2026.
fn day(typed: &str) -> Option<jiff::civil::Date> {
    let typed = typed.trim();
    let people = || jiff::civil::Date::strptime("%d %b %Y", typed);
    typed
        .parse()
        .or_else(|_other_form: jiff::Error| people())
        .ok()
}

fn number(ui: &mut Ui, stage: &mut Stage<'_>, grid: Grid, i: usize, name: &str) {
    let Some(audience) = stage.draft.audiences.get(i) else {
        return;
    };
    let typed = audience.mapping_id.clone();
    let error = stage.error(Spot::MappingId(i), &typed);
    let warning = stage.warning(Spot::MappingId(i), &typed);
    let proposal = proposal(stage, i, error.is_some(), &typed);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = grid.field - grid.number - grid.number_width;
        let named = t_args("wiz-mapping-id-of", &[("name", name.into())]);
        if let Some(audience) = stage.draft.audiences.get_mut(i) {
            let field = Input::new(&named, &mut audience.mapping_id)
                .bare()
                .hint("1–150")
                .limit(6)
                .width(grid.number_width);
            framed(ui, field, error.is_some());
        }
        ui.spacing_mut().item_spacing.x = 8.0;
        if typed.trim().is_empty() {
            proposed(ui, stage, i, proposal.as_ref());
        } else {
            answer(ui, stage, i, error.is_none() && warning.is_none());
        }
    });
    let palette = theme::palette(ui);
    if let Some(error) = &error {
        note(ui, Icon::WarningCircle, palette.bad_text, error);
        proposed(ui, stage, i, proposal.as_ref());
    } else if let Some(warning) = &warning {
        note(ui, Icon::Warning, palette.warn_text, warning);
    }
}

/// The red line around a field whose fault stands below the whole row.
fn framed(ui: &mut Ui, field: Input<'_>, is_wrong: bool) {
    let top = ui.cursor().min;
    field.show(ui);
    if is_wrong {
        let place = Rect::from_min_size(top, vec2(ui.min_rect().right() - top.x, measure::CONTROL));
        let bad = theme::palette(ui).bad;
        draw::outline(ui, place, measure::RADIUS_CONTROL, bad);
    }
}

/// What Outreach calls the field of the number that was typed.
fn answer(ui: &mut Ui, stage: &Stage<'_>, i: usize, is_good: bool) {
    let number = stage
        .draft
        .audiences
        .get(i)
        .and_then(DraftAudience::mapping_id);
    let Some(number) = number else {
        return;
    };
    let palette = theme::palette(ui);
    let (place, _) = ui.allocate_exact_size(vec2(16.0, 32.0), egui::Sense::hover());
    if is_good && stage.fields().is_some() {
        draw::icon_fill(ui, place, Icon::CheckCircle, 16.0, palette.ok_text);
    } else {
        draw::icon(ui, place, Icon::CircleDashed, 16.0, palette.text_3);
    }
    let args = [("n", number.to_string().into())];
    label_in(
        ui,
        Role::Body,
        palette.text_2,
        &t_args("wiz-custom-field", &args),
    );
    match stage.fields().map(|fields| fields.get(&number)) {
        Some(Some(field)) => {
            crate::ui::widgets::truncated(ui, Role::BodyStrong, palette.text, &field.label);
        }
        Some(None) => {
            label_in(ui, Role::Body, palette.text_2, t("wiz-no-label"));
        }
        None => {}
    }
}

/// The field that fits the audience, if its own is empty or clashes.
fn proposal(
    stage: &Stage<'_>,
    i: usize,
    is_wrong: bool,
    typed: &str,
) -> Option<(MappingId, String)> {
    let is_clash = stage
        .fault(Spot::MappingId(i), |fault| {
            matches!(
                fault,
                DraftFault::MappingIdTwice { .. } | DraftFault::WrittenElsewhere { .. }
            )
        })
        .is_some();
    if !(typed.trim().is_empty() || is_wrong || is_clash) {
        return None;
    }
    let fields = stage.fields()?;
    let number = suggest::mapping_id_for(stage.draft, i, fields, stage.writers())?;
    let label = fields.get(&number)?.label.clone();
    (typed.trim() != number.to_string()).then_some((number, label))
}

fn proposed(ui: &mut Ui, stage: &mut Stage<'_>, i: usize, proposal: Option<&(MappingId, String)>) {
    let Some((number, label)) = proposal else {
        return;
    };
    let args = [
        ("n", number.to_string().into()),
        ("label", label.as_str().into()),
    ];
    if suggestion(ui, &t_args("wiz-use", &args)).clicked() {
        take(stage, i, *number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_in_both_forms() {
        let expected = Some(jiff::civil::date(2026, 11, 24));
        assert_eq!(day(" 2026-11-24 "), expected);
        assert_eq!(day("24 Nov 2026"), expected);
        assert_eq!(day("soon"), None);
    }
}
