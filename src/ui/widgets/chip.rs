//! Chip, state pill, tag and suggestion: small marks that say a state with an icon and a word.

use egui::{Color32, Rect, Response, Sense, Ui, WidgetInfo, accesskit, pos2, vec2};

use super::{draw, small::paint_spinner};
use crate::ui::{
    icon::Icon,
    theme::{self, Palette, Role},
};

/// How good or bad a thing is; it decides the colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Nothing to say about it.
    Neutral,
    /// Under way.
    Info,
    /// Good.
    Ok,
    /// To be looked at.
    Warn,
    /// Failed.
    Bad,
}

impl Kind {
    /// The ground.
    pub const fn soft(self, p: &Palette) -> Color32 {
        match self {
            Self::Neutral => p.hover,
            Self::Info => p.accent_soft,
            Self::Ok => p.ok_soft,
            Self::Warn => p.warn_soft,
            Self::Bad => p.bad_soft,
        }
    }

    /// The line around the ground.
    pub const fn line(self, p: &Palette) -> Color32 {
        match self {
            Self::Neutral => p.line_strong,
            Self::Info => p.accent_line,
            Self::Ok => p.ok_line,
            Self::Warn => p.warn_line,
            Self::Bad => p.bad_line,
        }
    }

    /// The text on the ground.
    pub const fn ink(self, p: &Palette) -> Color32 {
        match self {
            Self::Neutral => p.text_2,
            Self::Info => p.accent_text,
            Self::Ok => p.ok_text,
            Self::Warn => p.warn_text,
            Self::Bad => p.bad_text,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    None,
    Outline(Icon),
    Fill(Icon),
    Spinner,
}

fn paint_mark(ui: &Ui, rect: Rect, mark: Mark, size: f32, color: Color32) {
    match mark {
        Mark::None => {}
        Mark::Outline(icon) => draw::icon(ui, rect, icon, size, color),
        Mark::Fill(icon) => draw::icon_fill(ui, rect, icon, size, color),
        Mark::Spinner => paint_spinner(ui, rect.shrink(1.0)),
    }
}

/// A state in a pill 20 high.
#[must_use]
#[derive(Debug, Clone, Copy)]
pub struct Chip<'a> {
    text: &'a str,
    kind: Kind,
    mark: Mark,
}

impl<'a> Chip<'a> {
    const fn new(text: &'a str, kind: Kind, mark: Mark) -> Self {
        Self { text, kind, mark }
    }

    /// Enabled, Completed, Active: a check.
    pub const fn ok(text: &'a str) -> Self {
        Self::new(text, Kind::Ok, Mark::Fill(Icon::CheckCircle))
    }

    /// Disabled: a minus.
    pub const fn off(text: &'a str) -> Self {
        Self::new(text, Kind::Neutral, Mark::Outline(Icon::MinusCircle))
    }

    /// Processing: the spinner.
    pub const fn running(text: &'a str) -> Self {
        Self::new(text, Kind::Info, Mark::Spinner)
    }

    /// Waiting: a clock.
    pub const fn waiting(text: &'a str) -> Self {
        Self::new(text, Kind::Neutral, Mark::Outline(Icon::Clock))
    }

    /// Error, Missing: a triangle.
    pub const fn error(text: &'a str) -> Self {
        Self::new(text, Kind::Bad, Mark::Fill(Icon::Warning))
    }

    /// Failed: a cross.
    pub const fn failed(text: &'a str) -> Self {
        Self::new(text, Kind::Bad, Mark::Fill(Icon::XCircle))
    }

    /// With failures: an exclamation mark.
    pub const fn warn(text: &'a str) -> Self {
        Self::new(text, Kind::Warn, Mark::Fill(Icon::WarningCircle))
    }

    /// A word without a state, such as a category.
    pub const fn plain(text: &'a str) -> Self {
        Self::new(text, Kind::Neutral, Mark::None)
    }

    /// Draws it.
    pub fn show(self, ui: &mut Ui) -> Response {
        let palette = theme::palette(ui);
        let ink = self.kind.ink(palette);
        let text = draw::whole(ui, Role::Label, ink, self.text);
        let mark = if self.mark == Mark::None { 0.0 } else { 18.0 };
        let size = vec2(text.size().x.ceil() + 16.0 + mark, 20.0);
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Label, true, self.text));
        ui.painter()
            .rect_filled(rect, 10.0, self.kind.soft(palette));
        let inner = rect.shrink2(vec2(if mark > 0.0 { 6.0 } else { 8.0 }, 0.0));
        paint_mark(ui, draw::square_left(inner, 14.0), self.mark, 14.0, ink);
        let at = Rect::from_min_max(pos2(inner.left() + mark, rect.top()), rect.max);
        draw::left(ui, at, text);
        response
    }
}

/// The state of the whole app at the top right; a click lists what is behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatePill {
    /// A run is under way.
    Syncing,
    /// Everything is sent.
    UpToDate,
    /// Stopped by a person.
    Paused,
    /// Something waits for a person.
    NeedsAttention,
    /// There is no destination.
    Nothing,
}

impl StatePill {
    /// Draws it with its word.
    pub fn show(self, ui: &mut Ui, text: &str) -> Response {
        let palette = theme::palette(ui);
        let (kind, mark) = match self {
            Self::Syncing => (Kind::Info, Mark::Spinner),
            Self::UpToDate => (Kind::Ok, Mark::Fill(Icon::CheckCircle)),
            Self::Paused => (Kind::Neutral, Mark::Fill(Icon::Pause)),
            Self::NeedsAttention => (Kind::Warn, Mark::Fill(Icon::Warning)),
            Self::Nothing => (Kind::Neutral, Mark::Outline(Icon::CircleDashed)),
        };
        let fill = if kind == Kind::Neutral {
            palette.surface
        } else {
            kind.soft(palette)
        };
        let look = PillLook {
            fill,
            line: kind.line(palette),
            ink: kind.ink(palette),
        };
        pill(ui, text, mark, 24.0, &look)
    }
}

/// One click fills the field that it stands beside.
pub fn suggestion(ui: &mut Ui, text: &str) -> Response {
    let p = theme::palette(ui);
    let look = PillLook {
        fill: p.accent_soft,
        line: p.accent_line,
        ink: p.accent_text,
    };
    pill(ui, text, Mark::Outline(Icon::MagicWand), 28.0, &look)
}

struct PillLook {
    fill: Color32,
    line: Color32,
    ink: Color32,
}

fn pill(ui: &mut Ui, text: &str, mark: Mark, height: f32, look: &PillLook) -> Response {
    let galley = draw::whole(ui, Role::Label, look.ink, text);
    let size = vec2(galley.size().x.ceil() + 40.0, height);
    let response = ui.allocate_response(size, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Button, ui.is_enabled(), text));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "12 or 14"
    )]
    let radius = (height / 2.0) as u8;
    draw::frame(ui, response.rect, radius, look.fill, look.line);
    let inner = response.rect.shrink2(vec2(8.0, 0.0));
    paint_mark(ui, draw::square_left(inner, 16.0), mark, 16.0, look.ink);
    draw::left(ui, inner.with_min_x(inner.left() + 20.0), galley);
    draw::focus_ring(ui, &response, radius);
    response
}

/// A word of an interface, in Hack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// `realized`.
    Good,
    /// `exited`, scopes.
    Plain,
}

impl Tag {
    /// Draws it.
    pub fn show(self, ui: &mut Ui, text: &str) -> Response {
        let p = theme::palette(ui);
        let (fill, ink) = match self {
            Self::Good => (p.ok_soft, p.ok_text),
            Self::Plain => (p.hover, p.text_2),
        };
        let galley = draw::whole(ui, Role::Mono, ink, text);
        let size = vec2(galley.size().x.ceil() + 12.0, 20.0);
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Label, true, text));
        ui.painter().rect_filled(rect, 4.0, fill);
        draw::left(ui, rect.with_min_x(rect.left() + 6.0), galley);
        response
    }
}
