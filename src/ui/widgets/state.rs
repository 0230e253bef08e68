//! What stands in the place of content: the empty state and the skeleton.

use egui::{Align, Layout, Rect, Sense, Ui, Vec2, vec2};

use super::{draw, label, label_in};
use crate::ui::{
    icon::Icon,
    theme::{self, Role},
};

/// One sentence, and the way in.
#[must_use]
#[derive(Debug, Clone, Copy)]
pub struct EmptyState<'a> {
    icon: Icon,
    title: &'a str,
    text: &'a str,
}

impl<'a> EmptyState<'a> {
    /// An empty state.
    pub const fn new(icon: Icon, title: &'a str, text: &'a str) -> Self {
        Self { icon, title, text }
    }

    /// Draws it in the middle of the width; `actions` are at most two buttons, `width` points together.
    pub fn show<R>(self, ui: &mut Ui, width: f32, actions: impl FnOnce(&mut Ui) -> R) -> R {
        let palette = theme::palette(ui);
        ui.vertical_centered(|ui| {
            let (rect, _) = ui.allocate_exact_size(Vec2::splat(48.0), Sense::hover());
            ui.painter().rect_filled(rect, 10.0, palette.hover);
            draw::icon(ui, rect, self.icon, 24.0, palette.text_2);
            ui.add_space(8.0);
            label(ui, Role::Step, self.title);
            ui.allocate_ui_with_layout(vec2(360.0, 0.0), Layout::top_down(Align::Center), |ui| {
                label_in(ui, Role::Body, palette.text_2, self.text)
            });
            ui.add_space(12.0);
            ui.allocate_ui_with_layout(
                vec2(width, 32.0),
                Layout::left_to_right(Align::Center),
                actions,
            )
            .inner
        })
        .inner
    }
}

/// What is there so soon is not worth the flicker of bars, in seconds.
const NOT_WORTH_IT: f64 = 0.3;

/// Whether the bars of this place have been asked for long enough; asks for the frame in which they have.
fn is_due(ui: &mut Ui) -> bool {
    let id = ui.next_auto_id().with("since");
    let (now, frame) = (ui.input(|input| input.time), ui.ctx().cumulative_frame_nr());
    let before: Option<(f64, u64)> = ui.data(|data| data.get_temp(id));
    let since = before
        .filter(|(_, last)| last + 1 >= frame)
        .map_or(now, |(since, _)| since);
    ui.data_mut(|data| data.insert_temp(id, (since, frame)));
    let left = NOT_WORTH_IT - (now - since);
    if left > 0.0 {
        ui.ctx()
            .request_repaint_after(std::time::Duration::from_secs_f64(left));
    }
    left <= 0.0
}

/// Bars in the shape of a table while it is read: `rows` rows whose bars start at the shares `columns` of the width.
///
/// Their place is kept from the first frame on; they are drawn once they have been waited for.
pub fn skeleton(ui: &mut Ui, rows: usize, columns: &[f32]) {
    let palette = theme::palette(ui);
    let is_due = is_due(ui);
    for row in 0..rows {
        let size = vec2(ui.available_width(), theme::measure::ROW);
        let gap = std::mem::take(&mut ui.spacing_mut().item_spacing.y);
        let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
        ui.spacing_mut().item_spacing.y = gap;
        if !is_due {
            continue;
        }
        for (column, share) in columns.iter().enumerate() {
            // Uneven widths look like words.
            let width = [56.0, 104.0, 72.0, 128.0, 88.0]
                .get((row * 2 + column) % 5)
                .copied()
                .unwrap_or(72.0);
            let left = rect.left() + 24.0 + share * (rect.width() - 48.0);
            let top = rect.center().y - 5.0;
            let bar = Rect::from_min_size(egui::pos2(left, top), vec2(width, 10.0));
            ui.painter().rect_filled(bar, 4.0, palette.line);
        }
        draw::rule(ui, rect.x_range(), rect.bottom() - 1.0, palette.line);
    }
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;

    use super::is_due;
    use crate::ui::theme;

    #[test]
    fn bars_are_drawn_when_they_were_waited_for_and_wait_anew_when_they_come_again() {
        let mut harness = Harness::builder()
            .with_step_dt(0.1)
            .with_context_setup(theme::install)
            .build_ui_state(
                |ui, (is_loading, seen): &mut (bool, Vec<bool>)| {
                    if *is_loading {
                        seen.push(is_due(ui));
                    }
                },
                (true, vec![]),
            );
        harness.run_steps(6);
        let first = std::mem::take(&mut harness.state_mut().1);
        let n_waited = first.iter().take_while(|is_due| !**is_due).count();
        assert!((3..=4).contains(&n_waited), "{first:?}");
        assert!(first.iter().skip(n_waited).all(|is_due| *is_due));
        harness.state_mut().0 = false;
        harness.run_steps(3);
        harness.state_mut().0 = true;
        harness.run_steps(1);
        assert_eq!(harness.state().1, [false]);
    }
}
