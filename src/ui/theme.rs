//! The look of the app: colours, type, measures and the style of egui's own widgets.

mod fonts;
mod palette;
mod style;
#[cfg(test)]
mod tests;

use egui::{Color32, Context, FontFamily, FontId, RichText, Theme, ThemePreference, Ui};

pub use palette::{DARK, LIGHT, Palette};

/// Inter 400.
pub const REGULAR: &str = "inter-400";
/// Inter 500.
pub const MEDIUM: &str = "inter-500";
/// Inter 600.
pub const SEMIBOLD: &str = "inter-600";

/// Heights, paddings and radii in points.
pub mod measure {
    /// Padding of the sheet.
    pub const SHEET: f32 = 24.0;
    /// A button or an input.
    pub const CONTROL: f32 = 32.0;
    /// A small button.
    pub const CONTROL_SMALL: f32 = 28.0;
    /// The head of a table.
    pub const HEAD: f32 = 32.0;
    /// A row of a plain table.
    pub const ROW: f32 = 36.0;
    /// A row of a form.
    pub const ROW_FORM: f32 = 40.0;
    /// A row with two lines.
    pub const ROW_TWO: f32 = 44.0;
    /// A row with a monogram.
    pub const ROW_MONOGRAM: f32 = 56.0;
    /// Sheet.
    pub const RADIUS_SHEET: u8 = 10;
    /// Card, banner, popup.
    pub const RADIUS_CARD: u8 = 8;
    /// Button, input, rail item, toast.
    pub const RADIUS_CONTROL: u8 = 6;
    /// Checkbox, tag, menu item.
    pub const RADIUS_SMALL: u8 = 4;
    /// Modal.
    pub const RADIUS_MODAL: u8 = 12;
    /// A form is never wider.
    pub const FORM_WIDTH: f32 = 680.0;
}

/// What a text is, and so its size, line and weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Page title: 20/28, 600.
    Title,
    /// A large figure: 20/28, 600.
    Figure,
    /// Title of a step, panel or dialog: 15/24, 600.
    Step,
    /// Card title: 13/20, 600.
    Card,
    /// Body, cell, input: 13/20, 400.
    Body,
    /// Name, button, rail: 13/20, 500.
    BodyStrong,
    /// Help, second line: 12/16, 400.
    Help,
    /// Label, chip, table head: 12/16, 500.
    Label,
    /// The count in the rail: 12/16, 600.
    Count,
    /// Ids, field paths, API words: Hack 12/16.
    Mono,
    /// Plot axis and note: 11/16, 400.
    Axis,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 11] = [
        Self::Title,
        Self::Figure,
        Self::Step,
        Self::Card,
        Self::Body,
        Self::BodyStrong,
        Self::Help,
        Self::Label,
        Self::Count,
        Self::Mono,
        Self::Axis,
    ];

    /// Size of the letters in points.
    pub const fn size(self) -> f32 {
        match self {
            Self::Title | Self::Figure => 20.0,
            Self::Step => 15.0,
            Self::Card | Self::Body | Self::BodyStrong => 13.0,
            Self::Help | Self::Label | Self::Count | Self::Mono => 12.0,
            Self::Axis => 11.0,
        }
    }

    /// Height of a line in points.
    pub const fn line(self) -> f32 {
        match self {
            Self::Title | Self::Figure => 28.0,
            Self::Step => 24.0,
            Self::Card | Self::Body | Self::BodyStrong => 20.0,
            Self::Help | Self::Label | Self::Count | Self::Mono | Self::Axis => 16.0,
        }
    }

    /// The font.
    pub fn font(self) -> FontId {
        let family = match self {
            Self::Title | Self::Figure | Self::Step | Self::Card | Self::Count => SEMIBOLD,
            Self::BodyStrong | Self::Label => MEDIUM,
            Self::Body | Self::Help | Self::Axis => REGULAR,
            Self::Mono => return FontId::monospace(self.size()),
        };
        FontId::new(self.size(), FontFamily::Name(family.into()))
    }

    /// The text in this role and colour.
    pub fn text(self, text: impl Into<String>, color: Color32) -> RichText {
        RichText::new(text)
            .font(self.font())
            .line_height(Some(self.line()))
            .color(color)
    }
}

/// Sets fonts and both themes; call it once, when the window opens.
pub fn install(ctx: &Context) {
    ctx.set_fonts(fonts::definitions());
    ctx.options_mut(|options| {
        options.theme_preference = ThemePreference::System;
        // Until the desktop has said which it uses, where one does.
        options.fallback_theme = Theme::Light;
        options.quit_shortcuts.clear();
    });
    ctx.set_style_of(Theme::Light, style::of(&LIGHT, false));
    ctx.set_style_of(Theme::Dark, style::of(&DARK, true));
}

/// The colours of the theme in use.
pub fn palette(ui: &Ui) -> &'static Palette {
    of(ui.ctx())
}

/// The colours of the theme in use, where there is no [`Ui`].
pub fn of(ctx: &Context) -> &'static Palette {
    match ctx.theme() {
        Theme::Dark => &DARK,
        Theme::Light => &LIGHT,
    }
}
