//! Toasts: short confirmations at the foot of the rail, gone after six seconds.

use std::time::Duration;

use egui::{Align2, Area, Context, Frame, Id, Margin, Order, vec2};

use super::{Button, draw, label_in};
use crate::ui::{
    text::t,
    theme::{self, Role, measure},
};

const SECONDS: f64 = 6.0;

#[derive(Debug, Clone)]
struct Toast {
    text: String,
    /// What Undo hands back; without it there is no such button.
    undo: Option<u64>,
    until: f64,
}

/// The toast on screen. A new one takes the place of the old.
#[derive(Debug, Clone, Default)]
pub struct Toasts {
    shown: Option<Toast>,
}

impl Toasts {
    /// Shows a text.
    pub fn say(&mut self, ctx: &Context, text: impl Into<String>) {
        self.put(ctx, text.into(), None);
    }

    /// Shows a text with Undo; [`Self::show`] hands `token` back when it is clicked.
    pub fn say_with_undo(&mut self, ctx: &Context, text: impl Into<String>, token: u64) {
        self.put(ctx, text.into(), Some(token));
    }

    fn put(&mut self, ctx: &Context, text: String, undo: Option<u64>) {
        let until = ctx.input(|input| input.time) + SECONDS;
        self.shown = Some(Toast { text, undo, until });
        ctx.request_repaint_after(Duration::from_secs_f64(SECONDS));
    }

    /// Draws it over everything, once a frame; the token of a clicked Undo.
    pub fn show(&mut self, ctx: &Context) -> Option<u64> {
        let toast = self.shown.clone()?;
        let left = toast.until - ctx.input(|input| input.time);
        if left <= 0.0 {
            self.shown = None;
            return None;
        }
        ctx.request_repaint_after(Duration::from_secs_f64(left));
        let undone = draw_toast(ctx, &toast);
        if undone {
            self.shown = None;
        }
        toast.undo.filter(|_| undone)
    }
}

/// From the window's lower edge: above the settings at the foot of the rail.
const ABOVE: f32 = 8.0 + measure::CONTROL + 8.0;
/// As wide as the items of the rail.
const WIDTH: f32 = 192.0;

/// The rail between its items and the settings is the only place that never holds a control: at the lower right of a
/// screen stand buttons, and rows that are clicked.
fn draw_toast(ctx: &Context, toast: &Toast) -> bool {
    let palette = theme::of(ctx);
    Area::new(Id::unique("toast"))
        .order(Order::Tooltip)
        .anchor(Align2::LEFT_BOTTOM, vec2(8.0, -ABOVE))
        .show(ctx, |ui| {
            Frame::new()
                .fill(palette.tip)
                .corner_radius(measure::RADIUS_CONTROL)
                .shadow(draw::shadow(palette))
                .inner_margin(Margin::same(12))
                .show(ui, |ui| {
                    ui.set_width(WIDTH - 24.0);
                    label_in(ui, Role::Body, palette.on_tip, &toast.text);
                    if toast.undo.is_none() {
                        return false;
                    }
                    ui.add_space(4.0);
                    Button::secondary(t("undo")).small().show(ui).clicked()
                })
                .inner
        })
        .inner
}
