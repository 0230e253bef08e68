//! The test with one prospect: it is updated as the draft says, and Outreach's answer is shown.

use std::sync::Arc;

use egui::{Context, Ui, vec2};

use super::Stage;
use crate::{
    engine::{
        Look,
        snapshot::{Outcome, PreviewProfile},
    },
    model::OutreachId,
    ui::{
        text::{t, t_args},
        theme::{self, Role},
        widgets::{Banner, Button, Input, Kind, Modal, help, label_in, old_new, spinner},
        wizard::words,
    },
};

/// What is typed in the dialog.
#[derive(Debug, Default)]
pub(super) struct TestForm {
    is_open: bool,
    typed: String,
    /// Whether the test was sent from this dialog.
    is_sent: bool,
}

impl TestForm {
    pub(super) fn open(&mut self) {
        self.is_open = true;
        self.is_sent = false;
    }
}

pub(super) fn show(ctx: &Context, stage: &mut Stage<'_>, form: &mut TestForm) {
    if !form.is_open {
        return;
    }
    let looking = stage.view.snapshot.looks.test.as_ref();
    let is_looking = form.is_sent && looking.is_some_and(|asked| asked.is_looking);
    let prospect = OutreachId::parse(form.typed.trim());
    let modal = Modal::new(t("wiz-test-title"), t("wiz-test-text"));
    let mut is_entered = false;
    let (pressed, is_closed) = modal.show(
        ctx,
        |ui| is_entered = content(ui, stage, form, prospect.is_none()),
        |ui| {
            let is_close = Button::secondary(t("wiz-close")).show(ui).clicked();
            let reason = prospect.is_none().then(|| t("wiz-test-blocked"));
            let go = Button::primary(t("wiz-test-go"))
                .busy(is_looking)
                .disabled_if(reason);
            (go.show(ui).clicked(), is_close)
        },
    );
    let (is_go, is_close) = pressed;
    if let Some(prospect) = prospect.filter(|_| (is_go || is_entered) && !is_looking) {
        form.is_sent = true;
        let draft = Arc::new(stage.draft.clone());
        stage.look(Look::TestOne { draft, prospect });
    }
    if is_close || is_closed {
        form.is_open = false;
    }
}

/// The field and what came; true when Enter was pressed in the field.
fn content(ui: &mut Ui, stage: &Stage<'_>, form: &mut TestForm, is_bad: bool) -> bool {
    let error = (is_bad && !form.typed.trim().is_empty()).then(|| t("wiz-test-no-number"));
    let shown = Input::new(t("wiz-test-id"), &mut form.typed)
        .required()
        .mono()
        .hint("104877")
        .help(t("wiz-test-id-help"))
        .error(error)
        .show(ui);
    let is_entered = shown.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
    let asked = stage
        .view
        .snapshot
        .looks
        .test
        .as_ref()
        .filter(|_| form.is_sent);
    let Some(asked) = asked else {
        return is_entered;
    };
    ui.add_space(12.0);
    if asked.is_looking {
        ui.horizontal(|ui| {
            spinner(ui, 16.0);
            help(ui, t("wiz-test-sending"));
        });
    } else if let Some(problem) = &asked.problem {
        let text = format!("{} {}", problem.what, problem.next_step);
        Banner::new(Kind::Bad, t("wiz-test-failed"))
            .text(&text)
            .show(ui);
    } else if let Some(profile) = &asked.answer {
        answer(ui, profile);
    }
    is_entered
}

fn answer(ui: &mut Ui, profile: &PreviewProfile) {
    if let Some(excluded) = &profile.excluded {
        Banner::new(Kind::Warn, t("wiz-test-excluded"))
            .text(excluded)
            .show(ui);
        return;
    }
    let n = profile
        .fields
        .iter()
        .filter(|field| field.outcome == Outcome::Changes)
        .count();
    let text = t_args("wiz-test-done-text", &[("n", n.into())]);
    Banner::new(Kind::Ok, t("wiz-test-done"))
        .text(&text)
        .show(ui);
    ui.add_space(8.0);
    egui::ScrollArea::vertical()
        .max_height(200.0)
        .show(ui, |ui| {
            for field in &profile.fields {
                ui.horizontal(|ui| {
                    ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
                    let ink = theme::palette(ui).text_2;
                    label_in(ui, Role::Mono, ink, &field.field);
                    let old = field
                        .old
                        .as_deref()
                        .map_or_else(|| t("wiz-unknown-old"), words::value);
                    if field.outcome == Outcome::Changes {
                        old_new(ui, old, words::value(&field.new));
                    } else {
                        help(ui, words::value(&field.new));
                    }
                });
            }
        });
}
