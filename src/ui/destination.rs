//! The page of one destination: its head, and three tabs.

mod activation;
mod audience;
mod audiences;
mod delivery;
mod fault;
mod head;
mod person;
mod plots;
mod prospects;
mod rate;
mod run_card;
mod run_detail;
mod runs;
mod settings;
#[cfg(test)]
pub(in crate::ui) mod tests;

pub(in crate::ui) use runs::rate;
pub(in crate::ui) use settings::contents;

use egui::Ui;

use super::{
    Intent, Place, Screen, Tab, View,
    actions::Actions,
    icon::Icon,
    page,
    text::t,
    widgets::{Button, EmptyState, skeleton, tabs},
};

/// The page of one destination; where on it the person is, is told by the [`Place`].
#[derive(Debug, Default)]
pub(in crate::ui) struct DestinationPage {
    actions: Actions,
    activation: activation::Activation,
    audience: audience::Audience,
    runs: runs::Runs,
    settings: settings::Settings,
}

impl DestinationPage {
    pub(in crate::ui) fn ui(&mut self, ui: &mut Ui, view: &View<'_>, place: &Place) -> Vec<Intent> {
        page::reset(ui);
        if !view.snapshot.is_ready {
            ui.add_space(76.0);
            skeleton(ui, 6, &[0.0, 0.3, 0.6]);
            return vec![];
        }
        let Some(destination) = view.snapshot.destination(&place.slug) else {
            return gone(ui);
        };
        if let (Tab::Activation, Some(id)) = (place.tab, &place.audience) {
            return self.audience.ui(ui, view, destination, id, place);
        }
        let mut intents = page::padded(ui, |ui| head::ui(ui, view, destination, &mut self.actions));
        intents.extend(tab_row(ui, place));
        intents.extend(match place.tab {
            Tab::Activation => self.activation.ui(ui, view, destination, place),
            Tab::Runs => self.runs.ui(ui, view, destination, place),
            Tab::Settings => self.settings.ui(ui, view, destination, &mut self.actions),
        });
        intents.extend(self.actions.dialogs(ui, view));
        intents
    }
}

/// The tabs, over a rule from edge to edge.
fn tab_row(ui: &mut Ui, place: &Place) -> Option<Intent> {
    const TABS: [Tab; 3] = [Tab::Activation, Tab::Runs, Tab::Settings];
    let mut at = TABS.iter().position(|tab| *tab == place.tab).unwrap_or(0);
    let names = [t("tab-activation"), t("tab-runs"), t("tab-settings")];
    let is_other = page::padded(ui, |ui| tabs(ui, &names, &mut at));
    let bottom = ui.min_rect().bottom() - 1.0;
    let line = super::theme::palette(ui).line;
    super::widgets::draw::rule(
        ui,
        ui.max_rect().left()..=ui.max_rect().left() + 24.0,
        bottom,
        line,
    );
    super::widgets::draw::rule(
        ui,
        ui.max_rect().right() - 24.0..=ui.max_rect().right(),
        bottom,
        line,
    );
    let tab = *TABS.get(at)?;
    is_other.then(|| {
        go(Place {
            tab,
            ..Place::of(&place.slug)
        })
    })
}

/// To show another place of this page.
fn go(place: Place) -> Intent {
    Intent::Go(Screen::Destination(place))
}

fn gone(ui: &mut Ui) -> Vec<Intent> {
    ui.add_space((ui.available_height() / 3.0 - 90.0).max(24.0));
    EmptyState::new(
        Icon::PaperPlane,
        t("destination-gone"),
        t("destination-gone-text"),
    )
    .show(ui, 152.0, |ui| {
        let back = Button::secondary(t("destination-gone-back")).show(ui);
        let intent = back.clicked().then_some(Intent::Go(Screen::Destinations));
        intent.into_iter().collect()
    })
}
