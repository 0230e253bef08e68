//! Hears the keys that do something wherever one is; what they do is listed in `shortcuts`.

use egui::{Event, Key, Modifiers, Ui};

use super::{Screen, shortcuts::What};

/// The letters that follow G, with what they show.
const GO: [(Key, What); 6] = [
    (Key::D, What::Destinations),
    (Key::C, What::Catalog),
    (Key::A, What::Accounts),
    (Key::S, What::Sources),
    (Key::R, What::Activity),
    (Key::L, What::Alerts),
];

/// The single letters.
const LETTERS: [(Key, What); 3] = [
    (Key::R, What::Run),
    (Key::P, What::Pause),
    (Key::Slash, What::Search),
];

/// What was asked for in this frame; `is_going` remembers the first key of two.
pub(super) fn pressed(ui: &Ui, is_going: &mut bool) -> Option<What> {
    // A dialog or a menu hears the keys itself.
    let is_covered = ui.memory(|memory| memory.top_modal_layer().is_some())
        || egui::Popup::is_any_open(ui.ctx());
    if is_covered {
        *is_going = false;
        return None;
    }
    for (key, what) in [(Key::Comma, What::Settings), (Key::F, What::Search)] {
        if ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, key)) {
            return Some(what);
        }
    }
    if ui.ctx().text_edit_focused() {
        *is_going = false;
        return None;
    }
    if ui.input(|input| input.events.iter().any(is_question_mark)) {
        return Some(What::Help);
    }
    let letter = |letters: &[(Key, What)]| {
        let mut letters = letters.iter();
        letters
            .find(|(key, _)| ui.input_mut(|input| input.consume_key(Modifiers::NONE, *key)))
            .map(|(_, what)| *what)
    };
    if *is_going && let Some(what) = letter(&GO) {
        *is_going = false;
        return Some(what);
    }
    if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::G)) {
        *is_going = true;
        return None;
    }
    if ui.input(|input| input.events.iter().any(is_key_down)) {
        *is_going = false;
    }
    letter(&LETTERS)
}

/// The screen that a shortcut shows.
pub(super) fn screen(what: What) -> Option<Screen> {
    match what {
        What::Settings => Some(Screen::Settings),
        What::Destinations => Some(Screen::Destinations),
        What::Catalog => Some(Screen::Catalog),
        What::Accounts => Some(Screen::Accounts),
        What::Sources => Some(Screen::Sources),
        What::Activity => Some(Screen::Activity),
        What::Alerts => Some(Screen::Alerts),
        What::Run | What::Pause | What::Search | What::Help | What::Close => None,
    }
}

fn is_question_mark(event: &Event) -> bool {
    matches!(event, Event::Text(text) if text == "?")
}

fn is_key_down(event: &Event) -> bool {
    matches!(event, Event::Key { pressed: true, .. })
}
