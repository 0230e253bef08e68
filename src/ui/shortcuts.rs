//! The keys that do what buttons do, and the dialog that lists them.

use egui::{Sense, Ui, vec2};

use super::{
    text::t,
    theme::{self, Role},
    widgets::{Button, Modal, draw, label},
};

/// A key, or keys pressed one after the other, and what they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ui) struct Shortcut {
    /// As it is written on keyboards.
    pub(in crate::ui) keys: &'static [&'static str],
    /// What it does.
    pub(in crate::ui) what: What,
}

/// What a shortcut does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ui) enum What {
    /// Runs the destination that is open or chosen.
    Run,
    /// Pauses, or goes on.
    Pause,
    /// Puts the keyboard into the search field.
    Search,
    /// Shows the settings.
    Settings,
    /// Shows the destinations.
    Destinations,
    /// Shows the catalog.
    Catalog,
    /// Shows the accounts.
    Accounts,
    /// Shows the sources.
    Sources,
    /// Shows the runs of all destinations.
    Activity,
    /// Shows the alerts.
    Alerts,
    /// Shows this list.
    Help,
    /// Closes what lies on top.
    Close,
}

/// Every shortcut, in the order of the list.
pub(in crate::ui) const SHORTCUTS: [Shortcut; 12] = [
    Shortcut {
        keys: &["R"],
        what: What::Run,
    },
    Shortcut {
        keys: &["P"],
        what: What::Pause,
    },
    Shortcut {
        keys: &["/", "Ctrl+F"],
        what: What::Search,
    },
    Shortcut {
        keys: &["G D"],
        what: What::Destinations,
    },
    Shortcut {
        keys: &["G C"],
        what: What::Catalog,
    },
    Shortcut {
        keys: &["G A"],
        what: What::Accounts,
    },
    Shortcut {
        keys: &["G S"],
        what: What::Sources,
    },
    Shortcut {
        keys: &["G R"],
        what: What::Activity,
    },
    Shortcut {
        keys: &["G L"],
        what: What::Alerts,
    },
    Shortcut {
        keys: &["Ctrl+,"],
        what: What::Settings,
    },
    Shortcut {
        keys: &["?"],
        what: What::Help,
    },
    Shortcut {
        keys: &["Esc"],
        what: What::Close,
    },
];

impl What {
    /// What it does, in words.
    pub(in crate::ui) fn text(self) -> &'static str {
        match self {
            Self::Run => t("key-run"),
            Self::Pause => t("key-pause"),
            Self::Search => t("key-search"),
            Self::Settings => t("key-settings"),
            Self::Destinations => t("key-destinations"),
            Self::Catalog => t("key-catalog"),
            Self::Accounts => t("key-accounts"),
            Self::Sources => t("key-sources"),
            Self::Activity => t("key-activity"),
            Self::Alerts => t("key-alerts"),
            Self::Help => t("key-help"),
            Self::Close => t("key-close"),
        }
    }
}

/// Draws the list over everything; whether it is to be closed.
pub(in crate::ui) fn dialog(ctx: &egui::Context) -> bool {
    let (is_done, close) = Modal::new(t("shortcuts-title"), t("shortcuts-text"))
        .width(420.0)
        .show(
            ctx,
            |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                for shortcut in SHORTCUTS {
                    row(ui, shortcut);
                }
            },
            |ui| Button::secondary(t("shortcuts-close")).show(ui).clicked(),
        );
    is_done || close
}

fn row(ui: &mut Ui, shortcut: Shortcut) {
    super::page::row(
        ui,
        28.0,
        |ui| label(ui, Role::Body, shortcut.what.text()),
        |ui| {
            for keys in shortcut.keys.iter().rev() {
                key(ui, keys);
            }
        },
    );
}

/// A key cap.
fn key(ui: &mut Ui, text: &str) {
    let p = theme::palette(ui);
    let galley = draw::whole(ui, Role::Mono, p.text_2, text);
    let size = vec2((galley.size().x.ceil() + 12.0).max(20.0), 20.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Label, true, text));
    draw::frame(
        ui,
        rect,
        theme::measure::RADIUS_SMALL,
        p.hover,
        p.line_strong,
    );
    draw::put(ui, rect, egui::Align2::CENTER_CENTER, galley);
}
