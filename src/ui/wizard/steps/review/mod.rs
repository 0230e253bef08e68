//! Step 6: everything on one page, what a run would do, and a test with one prospect.

mod changes;
mod dry_run;
mod summary;
mod test_one;

use std::sync::Arc;

use egui::{Ui, vec2};

use super::{Stage, alone};
use crate::{
    engine::Look,
    model::{Draft, Step},
    ui::{
        AskOnce, Intent, View,
        text::{t, t_args},
        widgets::{Banner, Button, Kind},
        wizard::{layout, words},
    },
};

/// What is open on the step beside the draft.
#[derive(Debug, Default)]
pub struct ReviewForm {
    ask: AskOnce<Draft>,
    search: String,
    field: Option<String>,
    test: test_one::TestForm,
}

impl ReviewForm {
    /// Opens the test with one prospect.
    pub fn open_test(&mut self) {
        self.test.open();
    }
}

/// The step alone.
pub fn review_ui(
    ui: &mut Ui,
    view: &View<'_>,
    draft: &mut Draft,
    form: &mut ReviewForm,
) -> Vec<Intent> {
    alone(view, draft, |stage| show(ui, stage, form))
}

pub(in crate::ui::wizard) fn show(ui: &mut Ui, stage: &mut Stage<'_>, form: &mut ReviewForm) {
    ask(stage, form);
    if !layout::is_wide(ui) {
        right(ui, stage, form);
        ui.add_space(16.0);
        summary::show(ui, stage);
        test_one::show(ui.ctx(), stage, &mut form.test);
        return;
    }
    let width = ui.available_width() - 264.0 - 24.0;
    let mut both = (&mut *stage, &mut *form);
    layout::columns(
        ui,
        (264.0, 24.0, width),
        &mut both,
        |ui, (stage, _)| summary::show(ui, stage),
        |ui, (stage, form)| right(ui, stage, form),
    );
    test_one::show(ui.ctx(), stage, &mut form.test);
}

fn right(ui: &mut Ui, stage: &mut Stage<'_>, form: &mut ReviewForm) {
    ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
    if !stage.is_complete() {
        blocked(ui, stage);
        return;
    }
    dry_run::show(ui, stage, form);
}

/// Has a dry run made of the draft as it stands; another step is no other draft.
fn ask(stage: &mut Stage<'_>, form: &mut ReviewForm) {
    let mut draft = stage.draft.clone();
    draft.step = Step::Review;
    if stage.is_complete() && form.ask.is_new(draft.clone()) {
        stage.look(Look::DryRun(Arc::new(draft)));
    }
}

/// Which steps are still to be corrected, each with its way there.
fn blocked(ui: &mut Ui, stage: &mut Stage<'_>) {
    let open: Vec<Step> = Step::ALL
        .into_iter()
        .filter(|step| stage.n_wrong(*step) + stage.n_missing(*step) > 0)
        .collect();
    let n: usize = open
        .iter()
        .map(|step| stage.n_wrong(*step) + stage.n_missing(*step))
        .sum();
    let title = t_args("wiz-review-blocked", &[("n", n.into())]);
    let banner = Banner::new(Kind::Bad, &title).text(t("wiz-review-blocked-text"));
    let to = banner.show_with(ui, |ui| {
        let pressed = |step: &&Step| {
            Button::secondary(words::step(**step))
                .small()
                .show(ui)
                .clicked()
        };
        open.iter().filter(pressed).last().copied()
    });
    if let Some(step) = to.inner {
        stage.draft.step = step;
    }
}
