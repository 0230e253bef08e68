//! Tooltip: dark, at most 320 wide, after half a second.

use egui::{Frame, Label, Margin, Response, Tooltip};

use crate::ui::theme::{self, Role};

/// Shows `text` when the pointer rests on the widget, whether it is enabled or not.
pub fn tip(response: Response, text: &str) -> Response {
    for mut tooltip in [
        Tooltip::for_enabled(&response),
        Tooltip::for_disabled(&response),
    ] {
        let palette = theme::of(&response.ctx);
        tooltip.popup = tooltip.popup.frame(
            Frame::new()
                .fill(palette.tip)
                .corner_radius(theme::measure::RADIUS_CONTROL)
                .inner_margin(Margin::symmetric(8, 6)),
        );
        tooltip.show(|ui| {
            ui.add(Label::new(Role::Help.text(text, palette.on_tip)));
        });
    }
    response
}
