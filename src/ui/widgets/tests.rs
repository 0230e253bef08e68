//! The widgets, driven as a person does: pointer, keyboard, and what a screen reader is told.

use egui::{Id, Key, Ui, accesskit};
use egui_kittest::{Harness, kittest::Queryable as _};

use super::{Button, Cell, Checkbox, Column, Input, Secret, Select, Table, cell};
use crate::ui::theme;

fn harness<'a, S: 'a>(state: S, mut show: impl FnMut(&mut Ui, &mut S) + 'a) -> Harness<'a, S> {
    let mut ready = false;
    let mut harness = Harness::builder().with_size([600.0, 400.0]).build_ui_state(
        move |ui, state: &mut S| {
            if ready {
                show(ui, state);
            } else {
                theme::install(ui.ctx());
                ready = true;
            }
        },
        state,
    );
    harness.run();
    harness
}

#[test]
fn a_button_is_pressed_with_pointer_and_keyboard_but_not_while_disabled() {
    let mut harness = harness(0, |ui, presses| {
        if Button::primary("Run now").show(ui).clicked() {
            *presses += 1;
        }
        if Button::secondary("Finish")
            .disabled("1 policy violation")
            .show(ui)
            .clicked()
        {
            *presses += 100;
        }
    });
    harness
        .get_by_role_and_label(accesskit::Role::Button, "Run now")
        .click();
    harness.run();
    harness.key_press(Key::Tab);
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    harness
        .get_by_role_and_label(accesskit::Role::Button, "Finish")
        .click();
    harness.run();
    assert_eq!(*harness.state(), 2);
}

#[test]
fn an_input_is_named_takes_text_and_says_its_error() {
    let mut harness = harness(String::new(), |ui, value| {
        Input::new("Mapping ID", value)
            .error(Some("4 is used twice"))
            .show(ui);
    });
    harness
        .get_by_role_and_label(accesskit::Role::TextInput, "Mapping ID")
        .focus();
    harness.run();
    harness
        .get_by_role_and_label(accesskit::Role::TextInput, "Mapping ID")
        .type_text("4");
    harness.run();
    assert_eq!(harness.state(), "4");
    harness.get_by_label("4 is used twice");
}

#[test]
fn a_secret_is_shown_on_demand_only() {
    let mut harness = harness("0123456789abcdef".to_owned(), |ui, value| {
        Secret::new("Client secret", value).show(ui);
    });
    harness
        .get_by_role_and_label(accesskit::Role::Button, "Show")
        .click();
    harness.run();
    harness.get_by_role_and_label(accesskit::Role::Button, "Hide");
}

#[test]
fn a_secret_that_is_locked_or_not_there_is_not_shown() {
    let mut harness = harness(
        ("0123456789abcdef".to_owned(), false),
        |ui, (value, is_locked)| {
            Secret::new("Client secret", value)
                .read_only(*is_locked)
                .show(ui);
        },
    );
    let is_shown = |harness: &Harness<'_, (String, bool)>| {
        harness
            .query_by_role_and_label(accesskit::Role::TextInput, "Client secret")
            .is_some()
    };
    harness
        .get_by_role_and_label(accesskit::Role::Button, "Show")
        .click();
    harness.run();
    assert!(is_shown(&harness));
    harness.state_mut().1 = true;
    harness.run();
    assert!(!is_shown(&harness));
    assert!(harness.query_by_role(accesskit::Role::Button).is_none());
    *harness.state_mut() = (String::new(), false);
    harness.run();
    assert!(harness.query_by_role(accesskit::Role::Button).is_none());
    // What is typed next begins hidden, although the last one was shown.
    harness.state_mut().0 = "another secret".to_owned();
    harness.run();
    assert!(!is_shown(&harness));
    harness.get_by_role_and_label(accesskit::Role::Button, "Show");
}

#[test]
fn of_a_secret_that_was_typed_nothing_is_kept() {
    let mut harness = harness(String::new(), |ui, value| {
        let id = Secret::new("Client secret", value).show(ui).id;
        ui.data_mut(|data| data.insert_temp(Id::unique("its field"), id));
    });
    let field = |harness: &Harness<'_, String>| {
        harness
            .get_by_role_and_label(accesskit::Role::PasswordInput, "Client secret")
            .focus();
    };
    field(&harness);
    harness.run();
    for part in ["s3cr", "3t-of", "-the-app"] {
        harness.event(egui::Event::Text(part.to_owned()));
        harness.run();
    }
    assert_eq!(harness.state(), "s3cr3t-of-the-app");
    harness.state_mut().clear();
    harness.run();
    let kept = harness.ctx.data(|data| {
        let id: Id = data
            .get_temp(Id::unique("its field"))
            .expect("it was drawn");
        id
    });
    let state = egui::text_edit::TextEditState::load(&harness.ctx, kept).expect("it was drawn");
    let now = (egui::text::CCursorRange::default(), String::new());
    let undone = state.undoer().undo(&now).cloned();
    assert_eq!(undone, None, "there is nothing to go back to");
    harness.key_press_modifiers(egui::Modifiers::COMMAND, Key::Z);
    harness.run();
    assert_eq!(harness.state(), "");
}

#[test]
fn the_end_of_a_long_path_is_in_sight() {
    let path = "/home/maja/Documents/exports/from/the/platform/nordics/2026";
    let mut harness = harness(path.to_owned(), |ui, value| {
        let ending = super::draw::ending(ui, theme::Role::Body, egui::Color32::BLACK, value, 120.0);
        let ending = ending.expect("it is too long");
        assert!(ending.size().x <= 120.0);
        assert!(ending.text().starts_with('…') && ending.text().ends_with("nordics/2026"));
        let whole = super::draw::ending(ui, theme::Role::Body, egui::Color32::BLACK, "/a", 120.0);
        assert!(whole.is_none());
    });
    harness.run();
}

#[test]
fn a_select_offers_its_values_and_hands_back_the_one_taken() {
    let mut harness = harness(0, |ui, taken| {
        let options = ["Skip", "Clear"];
        if let Some(at) = Select::new("If empty", options[*taken]).pick(ui, &options) {
            *taken = at;
        }
    });
    harness
        .get_by_role_and_label(accesskit::Role::ComboBox, "If empty")
        .click();
    harness.run();
    harness
        .get_by_role_and_label(accesskit::Role::MenuItem, "Clear")
        .click();
    harness.run();
    assert_eq!(*harness.state(), 1);
}

#[test]
fn a_mixed_checkbox_is_checked_by_a_click() {
    let mut harness = harness(false, |ui, checked| {
        Checkbox::new("All", checked).mixed(true).show(ui);
    });
    harness
        .get_by_role_and_label(accesskit::Role::CheckBox, "All")
        .click();
    harness.run();
    assert!(*harness.state());
}

#[derive(Default)]
struct Rows {
    chosen: Option<usize>,
    opened: Option<usize>,
    filled: usize,
}

#[test]
fn a_table_of_a_million_rows_fills_only_those_in_sight_and_obeys_the_keyboard() {
    let mut harness = harness(Rows::default(), |ui, rows| {
        let columns = [
            Column::new("Name", 200.0).grow(),
            Column::new("Members", 100.0).number(),
        ];
        rows.filled = 0;
        let chosen = rows.chosen;
        let told = Table::new("Audiences", &columns, 1_000_000)
            .chosen(chosen)
            .show(ui, |ui, Cell { row, column }| {
                rows.filled += 1;
                if column == 0 {
                    cell::name(ui, &format!("Audience {row}"));
                } else {
                    cell::value(ui, &row.to_string());
                }
            });
        rows.chosen = told.chosen.or(rows.chosen);
        rows.opened = told.opened.or(rows.opened);
    });
    assert!(
        (2..60).contains(&harness.state().filled),
        "{}",
        harness.state().filled
    );
    harness
        .get_by_role_and_label(accesskit::Role::Table, "Audiences")
        .focus();
    harness.run();
    harness.key_press(Key::End);
    harness.run();
    assert_eq!(harness.state().chosen, Some(999_999));
    harness.get_by_label("Audience 999999");
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(harness.state().opened, Some(999_999));
}
