//! Step 4: which profile field goes to which prospect attribute.

mod preview;
mod row;
mod source_picker;
mod target_picker;
mod tree;

use std::{collections::BTreeSet, sync::Arc};

use egui::Ui;

use super::{Stage, alone};
use crate::{
    engine::Look,
    model::{Draft, DraftAudience, MappingRow, SourceSettings, suggest},
    ui::{
        AskOnce, Intent, View,
        icon::Icon,
        text::{t, t_args},
        theme::{self, Role},
        widgets::{Button, draw, help},
        wizard::layout,
    },
};

/// So long after the last change the preview is asked for, in seconds.
const SETTLED: f64 = 0.4;

/// What is open on the step beside the draft.
#[derive(Debug, Default)]
pub struct MappingForm {
    /// 0 attributes, 1 identity namespaces.
    tab: usize,
    search: String,
    /// The paths that are folded in.
    folded: BTreeSet<String>,
    target: target_picker::TargetForm,
    /// The sample profile on screen, from 0.
    page: usize,
    /// What the preview depends on, and when it became so.
    seen: Option<(Shown, f64)>,
    ask: AskOnce<Shown>,
    n_added: Option<usize>,
}

/// What the preview depends on.
type Shown = (
    Vec<MappingRow>,
    Vec<DraftAudience>,
    SourceSettings,
    Option<String>,
);

/// The step alone.
pub fn mapping_ui(
    ui: &mut Ui,
    view: &View<'_>,
    draft: &mut Draft,
    form: &mut MappingForm,
) -> Vec<Intent> {
    alone(view, draft, |stage| show(ui, stage, form))
}

pub(in crate::ui::wizard) fn show(ui: &mut Ui, stage: &mut Stage<'_>, form: &mut MappingForm) {
    let mut both = (&mut *stage, &mut *form);
    layout::beside(
        ui,
        302.0,
        &mut both,
        |ui, (stage, form)| rows(ui, stage, form),
        |ui, (stage, form)| preview::show(ui, stage, form),
    );
    ask_preview(ui, stage, form);
}

fn rows(ui: &mut Ui, stage: &mut Stage<'_>, form: &mut MappingForm) {
    let top = ui.cursor().top();
    layout::heading(ui, t("wiz-mapping-title"), t("wiz-mapping-line"));
    layout::at_right(ui, top, 28.0, |ui| suggest_button(ui, stage, form));
    ui.add_space(12.0);
    heads(ui);
    let mut gone = None;
    for i in 0..stage.draft.mapping.len() {
        ui.add_space(8.0);
        if row::show(ui, stage, form, i) {
            gone = Some(i);
        }
    }
    if let Some(i) = gone {
        stage.draft.mapping.remove(i);
    }
    ui.add_space(12.0);
    ui.horizontal(|ui| {
        let add = Button::secondary(t("wiz-add-mapping"))
            .icon(Icon::Plus)
            .small();
        if add.show(ui).clicked() {
            stage.draft.mapping.push(suggest::row("", ""));
        }
        if let Some(n) = form.n_added {
            help(ui, &t_args("wiz-n-added", &[("n", n.into())]));
        }
    });
}

fn suggest_button(ui: &mut Ui, stage: &mut Stage<'_>, form: &mut MappingForm) {
    let found = stage.source_check().map(|check| {
        let columns: Vec<String> = check
            .columns
            .iter()
            .filter(|column| !column.is_identity)
            .map(|column| column.name.clone())
            .collect();
        suggest::rows_for(stage.draft, &columns, stage.writers())
    });
    let found = found.unwrap_or_default();
    let reason = found.is_empty().then(|| t("wiz-nothing-to-suggest"));
    let button = Button::secondary(t("wiz-suggest-by-name"))
        .icon(Icon::MagicWand)
        .small();
    if button.disabled_if(reason).show(ui).clicked() {
        form.n_added = Some(found.len());
        // Rows that were added and never filled in are in the way.
        stage
            .draft
            .mapping
            .retain(|row| !(row.source.is_empty() && row.target.is_empty()));
        stage.draft.mapping.extend(found);
    }
}

fn heads(ui: &mut Ui) {
    let palette = theme::palette(ui);
    let (place, _) =
        ui.allocate_exact_size(egui::vec2(ui.available_width(), 20.0), egui::Sense::hover());
    let grid = row::Grid::of(place.width());
    let heads = [
        (0.0, t("wiz-head-source")),
        (grid.target, t("wiz-head-target")),
        (grid.rules, t("wiz-head-if-empty")),
    ];
    for (left, head) in heads {
        let text = draw::whole(ui, Role::Label, palette.text_3, head);
        let at = place
            .with_min_x(place.left() + left)
            .with_max_y(place.top() + 16.0);
        draw::left(ui, at, text);
    }
    draw::rule(ui, place.x_range(), place.bottom() - 1.0, palette.line);
}

/// Asks for the preview once the mapping has settled.
fn ask_preview(ui: &Ui, stage: &mut Stage<'_>, form: &mut MappingForm) {
    let draft = &*stage.draft;
    let shown: Shown = (
        draft.mapping.clone(),
        draft.audiences.clone(),
        draft.source.clone(),
        draft.account.clone(),
    );
    if draft.source.is_blank() {
        return;
    }
    let now = ui.input(|input| input.time);
    let since = match &form.seen {
        Some((before, since)) if *before == shown => *since,
        _ => {
            // The first preview does not wait.
            let since = if form.seen.is_none() {
                now - SETTLED
            } else {
                now
            };
            form.seen = Some((shown.clone(), since));
            since
        }
    };
    let left = SETTLED - (now - since);
    if left > 0.0 {
        ui.ctx()
            .request_repaint_after(std::time::Duration::from_secs_f64(left));
    } else if form.ask.is_new(shown) {
        let draft = Arc::new(stage.draft.clone());
        stage.look(Look::Preview(draft));
    }
}
