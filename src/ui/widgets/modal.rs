//! Modal: names what will happen, the safe way out first.

use egui::{Context, FocusDirection, Frame, Id, LayerId, Margin, Order, Sense, Ui, vec2};

use super::{at_end, draw, label, label_in};
use crate::ui::theme::{self, Role, measure};

/// A dialog 480 wide over a flat scrim.
#[must_use]
#[derive(Debug, Clone, Copy)]
pub struct Modal<'a> {
    title: &'a str,
    text: &'a str,
    width: f32,
}

impl<'a> Modal<'a> {
    /// A dialog with a title and what will happen.
    pub const fn new(title: &'a str, text: &'a str) -> Self {
        Self {
            title,
            text,
            width: 480.0,
        }
    }

    /// Another width than 480.
    pub const fn width(mut self, width: f32) -> Self {
        self.width = width;
        self
    }

    /// Draws it. `buttons` stand at the right, from left to right, the safe one first; true of the second value when
    /// Escape or a click beside it asks to close.
    ///
    /// The keyboard goes to the first thing in it when it opens; [`give_keyboard_back`] has it go back.
    pub fn show<R>(
        self,
        ctx: &Context,
        content: impl FnOnce(&mut Ui),
        buttons: impl FnOnce(&mut Ui) -> R,
    ) -> (R, bool) {
        let id = Id::unique(("modal", self.title));
        take_keyboard(ctx, id);
        let palette = theme::of(ctx);
        let shown = egui::Modal::new(id)
            .frame(frame(palette))
            .backdrop_color(palette.scrim)
            .show(ctx, |ui| {
                ui.set_width(self.width - 48.0);
                label(ui, Role::Step, self.title);
                label_in(ui, Role::Body, palette.text_2, self.text);
                ui.add_space(8.0);
                content(ui);
                ui.add_space(12.0);
                let size = vec2(ui.available_width(), measure::CONTROL);
                let (place, _) = ui.allocate_exact_size(size, Sense::hover());
                at_end(ui, place, buttons)
            });
        let close = shown.should_close();
        (shown.inner, close)
    }
}

fn frame(palette: &theme::Palette) -> Frame {
    Frame::new()
        .fill(palette.surface)
        .stroke(egui::Stroke::new(1.0, palette.line_strong))
        .corner_radius(measure::RADIUS_MODAL)
        .shadow(draw::shadow(palette))
        .inner_margin(Margin::same(23))
}

/// What a dialog knows of the keyboard.
#[derive(Debug, Clone, Copy)]
struct Keyboard {
    /// The frame in which the dialog was drawn last.
    frame: u64,
    /// What had the keyboard before the dialog came up.
    before: Option<Id>,
    /// Whether something in the dialog has got it.
    is_taken: bool,
}

/// Where the keyboard goes when no dialog is open any more.
fn waiting() -> Id {
    Id::unique("keyboard before a dialog")
}

/// When a dialog has just come up, has the keyboard go to the first thing in it, which takes until it is laid out.
fn take_keyboard(ctx: &Context, id: Id) {
    let frame = ctx.cumulative_frame_nr();
    let focused = ctx.memory(egui::Memory::focused);
    let known: Option<Keyboard> = ctx.data(|data| data.get_temp(id));
    let mut keyboard = known
        .filter(|known| known.frame + 1 >= frame)
        .unwrap_or(Keyboard {
            frame,
            before: focused,
            is_taken: false,
        });
    keyboard.frame = frame;
    if !keyboard.is_taken {
        let layer = LayerId::new(Order::Foreground, id);
        let place = focused.and_then(|focused| ctx.read_response(focused));
        keyboard.is_taken = place.is_some_and(|place| place.layer_id == layer);
    }
    if !keyboard.is_taken {
        ctx.memory_mut(|memory| {
            if let Some(focused) = focused {
                memory.surrender_focus(focused);
            }
            memory.move_focus(FocusDirection::Next);
        });
        ctx.request_repaint();
    }
    ctx.data_mut(|data| {
        data.insert_temp(id, keyboard);
        data.insert_temp(waiting(), keyboard.before);
    });
}

/// Once a dialog is gone, gives the keyboard back to what had it before. To be called before every frame: while the
/// dialog is on screen nothing below it can have the keyboard.
pub fn give_keyboard_back(ctx: &Context) {
    if ctx.memory(|memory| memory.top_modal_layer().is_some()) {
        return;
    }
    let before: Option<Option<Id>> = ctx.data_mut(|data| data.remove_temp(waiting()));
    if let Some(before) = before.flatten()
        && ctx.memory(|memory| memory.focused().is_none())
    {
        ctx.memory_mut(|memory| memory.request_focus(before));
        ctx.request_repaint();
    }
}
