//! Plots: what is drawn with `egui_plot`, on three grid lines with their numbers at the left.

use std::ops::RangeInclusive;

use egui::{Align2, Color32, Rect, Ui, Vec2b, accesskit, pos2, vec2};
use egui_plot::{FilledArea, Line, Plot, PlotBounds, PlotPoint, PlotTransform, PlotUi};

use super::draw;
use crate::ui::theme::{self, Role};

/// The numbers beside the grid lines take so much room.
const LEFT: f32 = 32.0;
/// The words below take so much.
const BELOW: f32 = 20.0;

/// A place for a plot that starts at zero.
#[must_use]
#[derive(Debug, Clone)]
pub struct Axes<'a> {
    name: &'a str,
    value: &'a str,
    x: RangeInclusive<f64>,
    top: f64,
    height: f32,
}

/// Where a plot was drawn.
#[derive(Debug, Clone, Copy)]
pub struct Drawn {
    transform: PlotTransform,
    rect: Rect,
}

impl<'a> Axes<'a> {
    /// A plot over this range, from zero to `top`, so many points high with the words below it; `name` says what it
    /// shows to those who cannot see it.
    pub const fn new(name: &'a str, x: RangeInclusive<f64>, top: f64, height: f32) -> Self {
        Self {
            name,
            value: "",
            x,
            top,
            height,
        }
    }

    /// What those who cannot see it should know of the marks.
    pub const fn value(self, value: &'a str) -> Self {
        Self { value, ..self }
    }

    /// Draws the grid, its numbers as `number` writes them, and what `marks` adds.
    pub fn show<'p>(
        self,
        ui: &mut Ui,
        number: impl Fn(f64) -> String,
        marks: impl FnOnce(&mut PlotUi<'p>) + 'p,
    ) -> Drawn {
        let size = vec2(ui.available_width(), self.height);
        let (whole, _) = ui.allocate_exact_size(size, egui::Sense::hover());
        let rect = Rect::from_min_max(
            pos2(whole.left() + LEFT, whole.top() + 6.0),
            pos2(whole.right(), whole.bottom() - BELOW),
        );
        self.grid(ui, rect, number);
        let mut child = ui.new_child(egui::UiBuilder::new().max_rect(rect));
        let (min, max) = ([*self.x.start(), 0.0], [*self.x.end(), self.top]);
        let shown = Plot::new(self.name)
            .width(rect.width())
            .height(rect.height())
            .show_axes(Vec2b::FALSE)
            .show_grid(Vec2b::FALSE)
            .show_background(false)
            .show_x(false)
            .show_y(false)
            .allow_drag(false)
            .allow_scroll(false)
            .allow_zoom(false)
            .allow_boxed_zoom(false)
            .allow_double_click_reset(false)
            .set_margin_fraction(egui::Vec2::ZERO)
            .sense(egui::Sense::hover())
            .show(&mut child, move |plot| {
                plot.set_plot_bounds(PlotBounds::from_min_max(min, max));
                marks(plot);
            });
        image_info(&shown.response, self.name, self.value);
        Drawn {
            transform: shown.transform,
            rect,
        }
    }

    fn grid(&self, ui: &Ui, rect: Rect, number: impl Fn(f64) -> String) {
        let p = theme::palette(ui);
        for (share, part) in [(0.0_f32, 0.0), (0.5, 0.5), (1.0, 1.0)] {
            let y = (rect.bottom() - share * rect.height()).round();
            draw::rule(ui, rect.x_range(), y.min(rect.bottom() - 1.0), p.line);
            let text = draw::whole(ui, Role::Axis, p.text_3, &number(self.top * part));
            let place = Rect::from_min_max(
                pos2(rect.left() - LEFT, y - 8.0),
                pos2(rect.left() - 6.0, y + 8.0),
            );
            draw::put(ui, place, Align2::RIGHT_CENTER, text);
        }
    }
}

impl Drawn {
    /// Where this value of the range is on screen.
    pub fn x(&self, value: f64) -> f32 {
        self.transform
            .position_from_point(&PlotPoint::new(value, 0.0))
            .x
    }

    /// Where this height is on screen.
    pub fn y(&self, value: f64) -> f32 {
        self.transform
            .position_from_point(&PlotPoint::new(0.0, value))
            .y
    }

    /// Where marks are drawn.
    pub const fn rect(&self) -> Rect {
        self.rect
    }

    /// Dashes from one value of the range to another at this height: so many points of line, so many of gap.
    pub fn dashes(
        &self,
        ui: &Ui,
        x: RangeInclusive<f64>,
        height: f64,
        color: Color32,
        (line, gap): (f32, f32),
    ) {
        let y = self.y(height).round();
        let from = self.x(*x.start()).max(self.rect.left());
        let to = self.x(*x.end()).min(self.rect.right());
        ui.painter().extend(egui::Shape::dashed_line(
            &[pos2(from, y), pos2(to, y)],
            egui::Stroke::new(1.5, color),
            line,
            gap,
        ));
    }

    /// A word below the plot with its middle at this value, kept inside.
    pub fn below(&self, ui: &Ui, value: f64, role: Role, color: Color32, text: &str) {
        let text = draw::whole(ui, role, color, text);
        let half = text.size().x / 2.0;
        let middle = self
            .x(value)
            .clamp(self.rect.left() + half, self.rect.right() - half);
        let place = Rect::from_center_size(
            pos2(middle, self.rect.bottom() + 12.0),
            vec2(half * 2.0, 16.0),
        );
        draw::put(ui, place, Align2::CENTER_CENTER, text);
    }

    /// A note that starts at this place, or ends there if it would leave the plot.
    pub fn note(&self, ui: &Ui, x: f32, y: f32, text: &str) {
        let p = theme::palette(ui);
        let text = draw::whole(ui, Role::Axis, p.text_2, text);
        let width = text.size().x;
        let left = if x + width > self.rect.right() {
            (x - width - 12.0).max(self.rect.left())
        } else {
            x
        };
        let place = Rect::from_min_size(pos2(left, y), vec2(width, 16.0));
        ui.painter().rect_filled(place, 0.0, p.surface);
        draw::left(ui, place, text);
    }
}

/// An area from zero up to a line.
pub fn area(plot: &mut PlotUi<'_>, points: &[[f64; 2]], fill: Color32, line: Color32) {
    let xs: Vec<f64> = points.iter().map(|[x, _]| *x).collect();
    let ys: Vec<f64> = points.iter().map(|[_, y]| *y).collect();
    let zeros = vec![0.0; xs.len()];
    plot.add(
        FilledArea::new("", &xs, &zeros, &ys)
            .fill_color(fill)
            .allow_hover(false),
    );
    plot.line(
        Line::new("", points.to_vec())
            .color(line)
            .width(1.5)
            .allow_hover(false),
    );
}

/// Tells those who cannot see a picture what it shows: its name, and what there is to know of its marks.
pub fn image_info(response: &egui::Response, name: &str, value: &str) {
    response.widget_info(|| {
        let mut info = egui::WidgetInfo::labeled(accesskit::Role::Image, true, name);
        info.current_text_value = Some(value.to_owned()).filter(|value| !value.is_empty());
        info
    });
}

/// The next number above that has a whole half.
pub fn nice_top(most: f64) -> f64 {
    let mut scale = 1.0;
    while most > 10.0 * scale {
        scale *= 10.0;
    }
    // Half of 5 is whole only from 50 on.
    let steps: &[f64] = if scale > 1.0 {
        &[2.0, 4.0, 5.0, 6.0, 8.0]
    } else {
        &[2.0, 4.0, 6.0, 8.0]
    };
    let step = steps.iter().find(|step| most <= **step * scale);
    step.copied().unwrap_or(10.0) * scale
}

#[cfg(test)]
mod tests {
    use super::nice_top;

    #[test]
    fn the_top_of_a_plot_has_a_whole_half() {
        for (most, top) in [
            (0.0, 2.0),
            (2.5, 4.0),
            (4.5, 6.0),
            (46.0, 50.0),
            (101.0, 200.0),
        ] {
            assert!(
                (nice_top(most) - top).abs() < 1e-9,
                "{most}: {}",
                nice_top(most)
            );
        }
    }
}
