//! The sum line, the sum bar and the gauge.

use egui::{
    Color32, CornerRadius, Rect, Response, Sense, Stroke, StrokeKind, Ui, WidgetInfo, accesskit,
    pos2, vec2,
};

use super::{draw, plot::image_info};
use crate::ui::{
    format,
    text::t,
    theme::{self, Palette, Role},
};

/// A part of the sum bar; also the figure of the sum line that was clicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// Confirmed by Outreach.
    Activated,
    /// Nothing to send.
    Unchanged,
    /// Left out.
    Excluded,
    /// Refused by Outreach.
    Failed,
    /// Still to be sent.
    Pending,
}

impl Part {
    /// All parts, in the order of the line.
    pub const ALL: [Self; 5] = [
        Self::Activated,
        Self::Unchanged,
        Self::Excluded,
        Self::Failed,
        Self::Pending,
    ];

    /// Its word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Activated => t("sum-activated"),
            Self::Unchanged => t("sum-unchanged"),
            Self::Excluded => t("sum-excluded"),
            Self::Failed => t("sum-failed"),
            Self::Pending => t("sum-pending"),
        }
    }

    /// Its colour in bars and swatches.
    pub const fn color(self, p: &Palette) -> Color32 {
        match self {
            Self::Activated => p.accent,
            Self::Unchanged => p.bar_unchanged,
            Self::Excluded => p.warn,
            Self::Failed => p.bad,
            Self::Pending => p.bar_pending,
        }
    }
}

fn swatch(ui: &Ui, rect: Rect, part: Part) {
    let p = theme::palette(ui);
    let line = if part == Part::Pending {
        p.plot_line
    } else {
        part.color(p)
    };
    let stroke = Stroke::new(1.0, line);
    ui.painter().rect(
        rect,
        CornerRadius::same(2),
        part.color(p),
        stroke,
        StrokeKind::Inside,
    );
}

/// Received = activated + unchanged + excluded + failed + pending, over one bar.
#[must_use]
#[derive(Debug, Clone, Copy, Default)]
pub struct SumLine {
    /// In the order of [`Part::ALL`].
    pub parts: [u64; 5],
}

impl SumLine {
    /// Draws figures and bar over the whole width; the figure that was clicked, if one was.
    pub fn show(self, ui: &mut Ui) -> Option<Part> {
        let p = theme::palette(ui);
        let width = ui.available_width();
        let (row, _) = ui.allocate_exact_size(vec2(width, 44.0), Sense::hover());
        let received = format::count(self.parts.iter().sum());
        let first = figure(ui, row.left_top(), None, t("sum-received"), &received);
        let place = Rect::from_min_size(row.min, vec2(first, 44.0));
        let id = ui.next_auto_id().with("received");
        let shown = ui.interact(place, id, Sense::hover());
        shown.widget_info(|| {
            let name = format!("{} {received}", t("sum-received"));
            WidgetInfo::labeled(accesskit::Role::Label, true, name)
        });
        let widths: Vec<f32> = Part::ALL
            .iter()
            .zip(self.parts)
            .map(|(part, n)| figure_width(ui, part.name(), &format::count(n), true))
            .collect();
        let gap = ((width - first - widths.iter().sum::<f32>()) / 5.0).clamp(16.0, 56.0);
        let mut left = row.left() + first;
        let mut clicked = None;
        for ((at, part), n) in Part::ALL.into_iter().enumerate().zip(self.parts) {
            let sign = draw::whole(ui, Role::Step, p.text_3, if at == 0 { "=" } else { "+" });
            let place = Rect::from_min_size(pos2(left, row.top() + 18.0), vec2(gap, 28.0));
            draw::put(ui, place, egui::Align2::CENTER_CENTER, sign);
            left += gap;
            let number = format::count(n);
            let own = figure(
                ui,
                pos2(left.round(), row.top()),
                Some(part),
                part.name(),
                &number,
            );
            let target = Rect::from_min_size(pos2(left, row.top()), vec2(own, 44.0));
            if open(ui, target, part, &number) {
                clicked = Some(part);
            }
            left += own;
        }
        ui.add_space(8.0);
        sum_bar(ui, &self.parts);
        clicked
    }
}

fn open(ui: &Ui, target: Rect, part: Part, number: &str) -> bool {
    let id = ui.next_auto_id().with(("figure", part));
    let response = ui.interact(target, id, Sense::click());
    response.widget_info(|| {
        WidgetInfo::labeled(
            accesskit::Role::Link,
            true,
            format!("{} {number}", part.name()),
        )
    });
    if response.has_focus() {
        draw::outline(ui, target.expand(4.0), 6, theme::palette(ui).accent);
    }
    response
        .on_hover_cursor(egui::CursorIcon::PointingHand)
        .clicked()
}

fn figure_width(ui: &Ui, name: &str, number: &str, swatch: bool) -> f32 {
    let name = draw::whole(ui, Role::Help, Color32::WHITE, name).size().x;
    let number = draw::whole(ui, Role::Figure, Color32::WHITE, number)
        .size()
        .x;
    (name + if swatch { 14.0 } else { 0.0 }).max(number).ceil()
}

fn figure(ui: &Ui, at: egui::Pos2, part: Option<Part>, name: &str, number: &str) -> f32 {
    let p = theme::palette(ui);
    let width = figure_width(ui, name, number, part.is_some());
    let head = Rect::from_min_size(at, vec2(width, 16.0));
    let lead = if let Some(part) = part {
        swatch(ui, draw::square_left(head, 8.0), part);
        14.0
    } else {
        0.0
    };
    draw::left(
        ui,
        head.with_min_x(at.x + lead),
        draw::whole(ui, Role::Help, p.text_2, name),
    );
    let below = Rect::from_min_size(at + vec2(0.0, 18.0), vec2(width, 28.0));
    draw::left(ui, below, draw::whole(ui, Role::Figure, p.text, number));
    width
}

/// A bar 8 high in proportion; parts above zero are at least 5 wide. `parts` are in the order of [`Part::ALL`].
pub fn sum_bar(ui: &mut Ui, parts: &[u64; 5]) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 8.0), Sense::hover());
    let mut left = rect.left();
    for (part, width) in Part::ALL.into_iter().zip(bar_widths(parts, rect.width())) {
        if width > 0.0 {
            let place = Rect::from_min_size(pos2(left, rect.top()), vec2(width, 8.0));
            swatch(ui, place, part);
            left += width + 2.0;
        }
    }
    let parts = Part::ALL.iter().zip(parts);
    let parts = parts.map(|(part, n)| format!("{} {}", part.name(), format::count(*n)));
    let value = parts.collect::<Vec<_>>().join(", ");
    image_info(&response, t("sum-bar"), &value);
    response
}

/// The widths of the parts with 2 between them; the widest gives what the narrow ones are short of.
fn bar_widths(parts: &[u64; 5], whole: f32) -> [f32; 5] {
    let total: u64 = parts.iter().sum();
    if total == 0 {
        return [0.0; 5];
    }
    let shown = parts.iter().filter(|n| **n > 0).count();
    let gaps = 2.0 * f32::from(u8::try_from(shown.saturating_sub(1)).unwrap_or(4));
    let room = (whole - gaps).max(0.0);
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "a width on screen"
    )]
    let mut widths = parts.map(|n| {
        if n == 0 {
            0.0
        } else {
            ((n as f64 / total as f64) as f32 * room).max(5.0)
        }
    });
    let over = widths.iter().sum::<f32>() - room;
    if let Some(widest) = widths.iter_mut().max_by(|a, b| a.total_cmp(b)) {
        *widest = (*widest - over).max(0.0);
    }
    widths
}

/// How much of a budget is used, 96 by 6; `share` is 0..=1.
pub fn gauge(ui: &mut Ui, share: f32, name: &str) -> Response {
    let palette = theme::palette(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(96.0, 20.0), Sense::hover());
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(accesskit::Role::Meter, true, name);
        info.value = Some(f64::from(share));
        info
    });
    let track = Rect::from_center_size(rect.center(), vec2(96.0, 6.0));
    ui.painter().rect_filled(track, 3.0, palette.line_strong);
    let width = (share.clamp(0.0, 1.0) * 96.0).max(if share > 0.0 { 2.0 } else { 0.0 });
    let used = Rect::from_min_size(track.min, vec2(width, 6.0));
    ui.painter().rect_filled(used, 3.0, palette.accent_text);
    response
}

#[cfg(test)]
mod tests {
    use super::bar_widths;

    #[test]
    fn small_parts_are_seen_and_the_bar_is_full() {
        let widths = bar_widths(&[34_404, 9_870, 314, 23, 3_605], 707.0);
        assert!(widths.iter().all(|width| *width >= 5.0), "{widths:?}");
        let whole: f32 = widths.iter().sum::<f32>() + 8.0;
        assert!((whole - 707.0).abs() < 0.1, "{whole}");
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        assert!(bar_widths(&[0; 5], 100.0).iter().sum::<f32>() < 0.01);
        let widths = bar_widths(&[0, 7, 0, 0, 0], 100.0);
        assert!((widths[1] - 100.0).abs() < 0.01, "{widths:?}");
    }
}
