//! What the first profiles would become, beside the mapping.

use egui::{Ui, vec2};

use super::{MappingForm, Stage};
use crate::{
    engine::snapshot::{Outcome, Preview, PreviewField, PreviewProfile},
    ui::{
        icon::Icon,
        text::{t, t_args},
        theme::{self, Role},
        widgets::{Card, draw, help, label, label_in, monogram, nav, old_new, skeleton, truncated},
        wizard::{layout, words},
    },
};

pub(super) fn show(ui: &mut Ui, stage: &mut Stage<'_>, form: &mut MappingForm) {
    Card::new().padding(0).show(ui, |ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
        let asked = stage.view.snapshot.looks.preview.as_ref();
        let answer = asked.and_then(|asked| asked.answer.clone());
        let n = answer.as_ref().map_or(0, |preview| preview.profiles.len());
        head(ui, form, n);
        if let Some(problem) = asked.and_then(|asked| asked.problem.as_ref()) {
            padded(ui, |ui| {
                help(ui, &problem.what);
                help(ui, &problem.next_step);
            });
        }
        match &answer {
            Some(preview) => profile(ui, preview, form.page),
            None if asked.is_some_and(|asked| asked.is_looking) => skeleton(ui, 6, &[0.0]),
            None => padded(ui, |ui| {
                help(ui, t("wiz-preview-none"));
            }),
        }
    });
}

fn padded<R>(ui: &mut Ui, content: impl FnOnce(&mut Ui) -> R) -> R {
    egui::Frame::new()
        .inner_margin(egui::Margin::symmetric(15, 7))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            content(ui)
        })
        .inner
}

fn head(ui: &mut Ui, form: &mut MappingForm, n_profiles: usize) {
    ui.add_space(10.0);
    let top = ui.cursor().top();
    ui.horizontal(|ui| {
        ui.set_height(28.0);
        ui.add_space(15.0);
        label(ui, Role::Card, t("wiz-preview"));
    });
    if n_profiles > 1 {
        layout::at_right(ui, top - 4.0, 28.0, |ui| {
            nav::pager(ui, &mut form.page, n_profiles);
            ui.add_space(4.0);
        });
    }
    form.page = form.page.min(n_profiles.saturating_sub(1));
}

fn profile(ui: &mut Ui, preview: &Preview, page: usize) {
    let Some(profile) = preview.profiles.get(page) else {
        padded(ui, |ui| help(ui, t("wiz-preview-empty")));
        return;
    };
    padded(ui, |ui| who(ui, profile));
    if let Some(excluded) = &profile.excluded {
        draw::separator(ui);
        padded(ui, |ui| {
            let ink = theme::palette(ui).warn_text;
            label_in(
                ui,
                Role::Help,
                ink,
                &t_args("wiz-preview-excluded", &[("why", excluded.as_str().into())]),
            );
        });
        return;
    }
    if profile.is_unknown {
        draw::separator(ui);
        padded(ui, |ui| help(ui, t("wiz-preview-unknown")));
    }
    for field in &profile.fields {
        draw::separator(ui);
        padded(ui, |ui| one(ui, field));
    }
    draw::separator(ui);
    foot(ui, preview, profile);
}

fn who(ui: &mut Ui, profile: &PreviewProfile) {
    ui.horizontal(|ui| {
        ui.set_height(36.0);
        let name = if profile.name.is_empty() {
            t("wiz-preview-nameless")
        } else {
            &profile.name
        };
        monogram(ui, name, 32.0);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing = vec2(4.0, 0.0);
            let ink = theme::palette(ui).text;
            label_in(ui, Role::BodyStrong, ink, name);
            if let Some(prospect) = profile.prospect {
                ui.horizontal(|ui| {
                    help(ui, "OutreachId");
                    label(ui, Role::Mono, &prospect.to_string());
                });
            }
        });
    });
}

fn one(ui: &mut Ui, field: &PreviewField) {
    let palette = theme::palette(ui);
    let top = ui.cursor().top();
    let name = match &field.label {
        Some(label) => format!("{} · {label}", field.field),
        None => field.field.clone(),
    };
    let (word, ink) = match field.outcome {
        Outcome::Changes => (t("wiz-changes"), palette.accent_text),
        Outcome::Same => (t("wiz-same"), palette.text_3),
        Outcome::Skipped => (t("wiz-not-sent"), palette.text_3),
    };
    let width = ui.available_width();
    let taken = draw::whole(ui, Role::Help, ink, word).size().x + 8.0;
    layout::for_width(ui, width - taken, |ui| {
        truncated(ui, Role::Mono, palette.text_2, &name);
    });
    layout::at_right(ui, top, 16.0, |ui| {
        label_in(ui, Role::Help, ink, word);
    });
    match (field.outcome, &field.old) {
        (Outcome::Changes, Some(old)) => {
            old_new(ui, words::value(old), words::value(&field.new));
        }
        (Outcome::Skipped, _) => {}
        _ => {
            label(ui, Role::Body, words::value(&field.new));
        }
    }
}

fn foot(ui: &mut Ui, preview: &Preview, profile: &PreviewProfile) {
    let n_changes = profile
        .fields
        .iter()
        .filter(|field| field.outcome == Outcome::Changes)
        .count();
    padded(ui, |ui| {
        ui.horizontal(|ui| {
            let (place, _) = ui.allocate_exact_size(vec2(16.0, 16.0), egui::Sense::hover());
            draw::icon(ui, place, Icon::ArrowRight, 16.0, theme::palette(ui).text_3);
            let args = [
                ("n", n_changes.into()),
                ("all", profile.fields.len().into()),
            ];
            let text = if preview.is_compared {
                t_args("wiz-preview-count", &args)
            } else {
                t("wiz-preview-uncompared").to_owned()
            };
            help(ui, &text);
        });
        if let Some(problem) = &preview.problem {
            help(ui, &problem.what);
        }
    });
}
