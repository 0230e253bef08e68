//! Everything that was chosen, each part with its way back.

use egui::{Sense, Ui, WidgetInfo, accesskit, vec2};

use super::Stage;
use crate::{
    model::{DraftAudience, Step, WhenEmpty},
    ui::{
        format,
        text::{t, t_args},
        theme::{self, Role},
        widgets::{draw, help, label, label_in, link, tip},
        wizard::{layout, words},
    },
};

pub(super) fn show(ui: &mut Ui, stage: &mut Stage<'_>) {
    ui.spacing_mut().item_spacing.y = 0.0;
    label(ui, Role::Step, t("wiz-review-title"));
    ui.add_space(8.0);
    let empty = t("wiz-none");
    let name = stage.draft.name.trim();
    let first = if name.is_empty() { empty } else { name };
    let first = (first.to_owned(), stage.draft.description.clone());
    let parts = [
        (t("wiz-sum-destination"), Step::Details, first),
        (t("wiz-sum-account"), Step::Connect, account(stage)),
        (t("wiz-sum-source"), Step::Source, source(stage)),
        (t("wiz-sum-audiences"), Step::Schedule, audiences(stage)),
        (t("wiz-sum-mapping"), Step::Mapping, mapping(stage)),
        (
            t("wiz-sum-marketing"),
            Step::Details,
            (stage.draft.marketing_actions.join("\n"), String::new()),
        ),
        (t("wiz-sum-alerts"), Step::Details, alerts(stage)),
    ];
    for (title, step, (main, second)) in parts {
        draw::separator(ui);
        ui.add_space(9.0);
        let top = ui.cursor().top();
        help(ui, title);
        layout::at_right(ui, top, 16.0, |ui| {
            let name = t_args("wiz-edit", &[("part", title.into())]);
            let shown = link(ui, t("wiz-edit-short"));
            shown.widget_info(|| WidgetInfo::labeled(accesskit::Role::Link, true, &name));
            if shown.clicked() {
                stage.draft.step = step;
            }
        });
        let ink = theme::palette(ui).text;
        let role = if step == Step::Details && title == t("wiz-sum-destination") {
            Role::BodyStrong
        } else {
            Role::Body
        };
        ui.add_space(3.0);
        let main = if main.is_empty() { empty } else { &main };
        match draw::ending(ui, role, ink, main, ui.available_width()) {
            // Of a path that is too long the end tells which it is.
            Some(ending) if step == Step::Source => {
                let size = vec2(ui.available_width(), role.line());
                let (place, told) = ui.allocate_exact_size(size, Sense::hover());
                told.widget_info(|| WidgetInfo::labeled(accesskit::Role::Label, true, main));
                draw::left(ui, place, ending);
                tip(told, main);
            }
            Some(_) | None => {
                label_in(ui, role, ink, main);
            }
        }
        if !second.is_empty() {
            label_in(ui, Role::Help, theme::palette(ui).text_2, &second);
        }
        ui.add_space(9.0);
    }
}

fn account(stage: &Stage<'_>) -> (String, String) {
    let Some(name) = stage.draft.account.clone() else {
        return (String::new(), String::new());
    };
    let known = stage.view.snapshot.account(&name);
    let until = known.and_then(|account| account.settings.signed_in_until);
    let until = until.map(|until| {
        let day = format::day(until, &stage.view.zone);
        t_args("wiz-sum-until", &[("day", day.into())])
    });
    (
        name,
        until.unwrap_or_else(|| t("wiz-signed-out").to_owned()),
    )
}

fn source(stage: &Stage<'_>) -> (String, String) {
    let path = format::path(&stage.draft.source.name()).into_owned();
    let second = stage
        .source_check()
        .map(|check| t_args("wiz-sum-profiles", &[("n", check.n_profiles.into())]));
    (path, second.unwrap_or_default())
}

fn audiences(stage: &Stage<'_>) -> (String, String) {
    let all = &stage.draft.audiences;
    if all.is_empty() {
        return (t("wiz-sum-no-audience").to_owned(), String::new());
    }
    let first = all
        .iter()
        .map(|audience| audience.start.as_str())
        .min()
        .unwrap_or("");
    let args = [("n", all.len().into()), ("day", words::date(first).into())];
    let mut numbers: Vec<_> = all.iter().filter_map(DraftAudience::mapping_id).collect();
    numbers.sort_unstable();
    let numbers: Vec<_> = numbers.iter().map(ToString::to_string).collect();
    let fields = t_args("wiz-sum-fields", &[("numbers", numbers.join(", ").into())]);
    (t_args("wiz-sum-from", &args), fields)
}

fn mapping(stage: &Stage<'_>) -> (String, String) {
    let rows = &stage.draft.mapping;
    let id = rows.iter().find(|row| row.is_outreach_id());
    let id = id.map(|row| row.source.clone()).unwrap_or_default();
    let n = rows.iter().filter(|row| !row.is_outreach_id()).count();
    let n_clear = rows
        .iter()
        .filter(|row| row.when_empty == WhenEmpty::Clear)
        .count();
    let main = t_args("wiz-sum-rows", &[("n", n.into()), ("id", id.into())]);
    let clear = t_args("wiz-sum-clear", &[("n", n_clear.into())]);
    (main, if n_clear == 0 { String::new() } else { clear })
}

fn alerts(stage: &Stage<'_>) -> (String, String) {
    let chosen = &stage.draft.alerts;
    let main = t_args("wiz-sum-n-alerts", &[("n", chosen.len().into())]);
    (main, String::new())
}
