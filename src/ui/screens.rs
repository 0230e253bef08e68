//! Every screen with what was typed and chosen on it, so that going away and coming back loses nothing.

use egui::Ui;

use super::{
    Intent, Screen, View, accounts::Accounts, activity::Activity, alerts::Alerts, catalog::Catalog,
    destination::DestinationPage, destinations::Destinations, settings, sources::Sources,
    wizard::WizardScreen,
};

/// The screens.
#[derive(Debug, Default)]
pub(super) struct Screens {
    catalog: Catalog,
    destinations: Destinations,
    destination: DestinationPage,
    accounts: Accounts,
    sources: Sources,
    activity: Activity,
    alerts: Alerts,
    pub(super) wizard: WizardScreen,
}

impl Screens {
    /// Draws the screen that is open.
    pub(super) fn ui(&mut self, ui: &mut Ui, screen: &Screen, view: &View<'_>) -> Vec<Intent> {
        match screen {
            Screen::Catalog => self.catalog.ui(ui, view),
            Screen::Destinations => self.destinations.ui(ui, view),
            Screen::Destination(place) => self.destination.ui(ui, view, place),
            Screen::Wizard => self.wizard.ui(ui, view),
            Screen::Accounts => self.accounts.ui(ui, view),
            Screen::Sources => self.sources.ui(ui, view),
            Screen::Activity => self.activity.ui(ui, view),
            Screen::Alerts => self.alerts.ui(ui, view),
            Screen::Settings => settings::ui(ui, view),
        }
    }
}
