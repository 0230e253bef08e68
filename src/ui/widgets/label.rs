//! Plain text in one of the roles.

use egui::{Color32, Label, Response, Ui};

use super::tip;
use crate::ui::theme::{self, Role};

/// Text in the colour that belongs to its role; it wraps.
pub fn label(ui: &mut Ui, role: Role, text: &str) -> Response {
    let color = color(ui, role);
    label_in(ui, role, color, text)
}

/// Text in another colour than its role's; it wraps.
pub fn label_in(ui: &mut Ui, role: Role, color: Color32, text: &str) -> Response {
    ui.add(Label::new(role.text(text, color)))
}

/// Help text: 12/16, grey.
pub fn help(ui: &mut Ui, text: &str) -> Response {
    label(ui, Role::Help, text)
}

/// One line that ends in … when the place is too narrow; the whole text is in a tooltip then.
pub fn truncated(ui: &mut Ui, role: Role, color: Color32, text: &str) -> Response {
    let width = super::draw::whole(ui, role, color, text).size().x;
    let cut = width > ui.available_width() + 0.5;
    let response = ui.add(
        Label::new(role.text(text, color))
            .truncate()
            .show_tooltip_when_elided(false),
    );
    if cut { tip(response, text) } else { response }
}

/// The usual colour of a role.
pub fn color(ui: &Ui, role: Role) -> Color32 {
    let palette = theme::palette(ui);
    match role {
        Role::Help | Role::Axis => palette.text_3,
        Role::Label => palette.text_2,
        Role::Title
        | Role::Figure
        | Role::Step
        | Role::Card
        | Role::Body
        | Role::BodyStrong
        | Role::Count
        | Role::Mono => palette.text,
    }
}
