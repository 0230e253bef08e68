//! The keys that do something wherever one is, and what they do.

use egui::{Key, Modifiers, Ui};

use super::{Screen, shell::is_pressed};

/// What a key asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shortcut {
    /// To show or hide the list of shortcuts.
    Help,
    /// To open a screen.
    Go(Screen),
    /// To run what is open.
    Run,
    /// To pause everything, or to go on.
    Pause,
}

/// The letters that follow G, with the screens they open.
const GO: [(Key, Screen); 6] = [
    (Key::D, Screen::Destinations),
    (Key::C, Screen::Catalog),
    (Key::A, Screen::Accounts),
    (Key::S, Screen::Sources),
    (Key::R, Screen::Activity),
    (Key::L, Screen::Alerts),
];

impl Shortcut {
    /// The shortcut that was pressed in this frame; `is_going` remembers the first key of two.
    pub(super) fn pressed(ui: &Ui, is_going: &mut bool) -> Option<Self> {
        if ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::Comma)) {
            return Some(Self::Go(Screen::Settings));
        }
        if ui.ctx().egui_wants_keyboard_input() {
            *is_going = false;
            return None;
        }
        if ui.input(|input| input.events.iter().any(is_question_mark)) {
            return Some(Self::Help);
        }
        if std::mem::take(is_going) {
            let found = GO.iter().find(|(key, _)| is_pressed(ui, *key));
            if let Some((_, screen)) = found {
                return Some(Self::Go(screen.clone()));
            }
            // Nothing was pressed yet in this frame.
            *is_going = !ui.input(|input| input.events.iter().any(is_key));
        }
        if is_pressed(ui, Key::G) {
            *is_going = true;
            return None;
        }
        if is_pressed(ui, Key::R) {
            return Some(Self::Run);
        }
        is_pressed(ui, Key::P).then_some(Self::Pause)
    }
}

fn is_question_mark(event: &egui::Event) -> bool {
    matches!(event, egui::Event::Text(text) if text == "?")
}

fn is_key(event: &egui::Event) -> bool {
    matches!(event, egui::Event::Key { pressed: true, .. })
}
