//! Step 2: name, description, alerts, marketing actions.

use egui::Ui;

use super::{Stage, alone};
use crate::{
    model::{Alert, Draft, MARKETING_ACTIONS, Spot},
    ui::{
        Intent, View,
        text::t,
        theme::{Role, measure},
        widgets::{Checkbox, Input, help, label},
        wizard::{layout, words},
    },
};

const ALERTS: [Alert; 9] = [
    Alert::RunStart,
    Alert::RunSuccess,
    Alert::RunFailure,
    Alert::RunDelay,
    Alert::SkippedRateExceeded,
    Alert::SignInExpires,
    Alert::SignInLost,
    Alert::SourceMissing,
    Alert::BudgetExhausted,
];

/// The step alone.
pub fn details_ui(ui: &mut Ui, view: &View<'_>, draft: &mut Draft) -> Vec<Intent> {
    alone(view, draft, |stage| show(ui, stage))
}

pub(in crate::ui::wizard) fn show(ui: &mut Ui, stage: &mut Stage<'_>) {
    layout::heading(ui, t("wiz-details-title"), t("wiz-details-line"));
    ui.add_space(16.0);
    let width = ui.available_width().min(measure::FORM_WIDTH);
    layout::for_width(ui, width, |ui| {
        let error = stage.error(Spot::Name, &stage.draft.name);
        Input::new(t("wiz-name"), &mut stage.draft.name)
            .required()
            .error(error.as_deref())
            .show(ui);
        ui.add_space(16.0);
        Input::new(t("wiz-description"), &mut stage.draft.description)
            .hint(t("wiz-description-hint"))
            .show(ui);
        ui.add_space(20.0);
        label(ui, Role::Card, t("wiz-alerts"));
        help(ui, t("wiz-alerts-line"));
        ui.add_space(8.0);
        let alerts = &mut stage.draft.alerts;
        grid(
            ui,
            &ALERTS.map(|alert| (alert, words::alert(alert))),
            alerts,
        );
        ui.add_space(20.0);
        label(ui, Role::Card, t("wiz-marketing"));
        help(ui, t("wiz-marketing-line"));
        ui.add_space(8.0);
        let actions = MARKETING_ACTIONS.map(|action| (action.to_owned(), action));
        grid(ui, &actions, &mut stage.draft.marketing_actions);
    });
}

/// Boxes in two columns; `chosen` holds the ticked ones in the order of `all`.
fn grid<T: Clone + PartialEq>(ui: &mut Ui, all: &[(T, &str)], chosen: &mut Vec<T>) {
    for row in all.chunks(2) {
        ui.horizontal_top(|ui| {
            let width = (ui.available_width() - 8.0) / 2.0;
            for (value, name) in row {
                let mut is_on = chosen.contains(value);
                let changed = layout::for_width(ui, width, |ui| {
                    Checkbox::new(name, &mut is_on).show(ui).changed()
                });
                if changed {
                    let is_meant = |other: &T| {
                        (other != value && chosen.contains(other)) || (other == value && is_on)
                    };
                    let next = all.iter().map(|(value, _)| value.clone());
                    *chosen = next.filter(is_meant).collect();
                }
            }
        });
        ui.add_space(4.0);
    }
}
