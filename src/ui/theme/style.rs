//! The style of egui's own widgets, after the palette.

use egui::{
    Color32, CornerRadius, FontFamily, FontId, Margin, Shadow, Stroke, Style, TextStyle, Visuals,
    style::{
        HandleShape, Interaction, ScrollAnimation, ScrollStyle, Selection, Spacing, WidgetVisuals,
        Widgets,
    },
    vec2,
};

use super::{MEDIUM, Palette, REGULAR, SEMIBOLD, measure};

pub(super) fn of(palette: &Palette, dark: bool) -> Style {
    Style {
        text_styles: text_styles(),
        spacing: spacing(),
        interaction: Interaction {
            tooltip_delay: 0.5,
            tooltip_grace_time: 0.0,
            show_tooltips_only_when_still: false,
            selectable_labels: false,
            ..Interaction::default()
        },
        visuals: visuals(palette, dark),
        // Only the spinner moves.
        animation_time: 0.0,
        scroll_animation: ScrollAnimation::none(),
        ..Style::default()
    }
}

fn text_styles() -> std::collections::BTreeMap<TextStyle, FontId> {
    let inter = |size, name: &'static str| FontId::new(size, FontFamily::Name(name.into()));
    [
        (TextStyle::Heading, inter(20.0, SEMIBOLD)),
        (TextStyle::Body, inter(13.0, REGULAR)),
        (TextStyle::Button, inter(13.0, MEDIUM)),
        (TextStyle::Small, inter(12.0, REGULAR)),
        (TextStyle::Monospace, FontId::monospace(12.0)),
    ]
    .into()
}

fn spacing() -> Spacing {
    Spacing {
        item_spacing: vec2(8.0, 4.0),
        button_padding: vec2(12.0, 6.0),
        menu_margin: Margin::symmetric(0, 4),
        window_margin: Margin::same(24),
        interact_size: vec2(32.0, 20.0),
        icon_width: 16.0,
        icon_width_inner: 10.0,
        icon_spacing: 8.0,
        tooltip_width: 304.0,
        menu_spacing: 4.0,
        combo_height: 320.0,
        scroll: ScrollStyle {
            floating: true,
            bar_width: 6.0,
            floating_width: 6.0,
            floating_allocated_width: 0.0,
            bar_inner_margin: 4.0,
            bar_outer_margin: 4.0,
            handle_min_length: 32.0,
            foreground_color: false,
            dormant_background_opacity: 0.0,
            active_background_opacity: 0.0,
            interact_background_opacity: 0.0,
            dormant_handle_opacity: 1.0,
            active_handle_opacity: 1.0,
            interact_handle_opacity: 1.0,
            fade: egui::style::ScrollFadeStyle {
                strength: 0.0,
                ..Default::default()
            },
            ..ScrollStyle::solid()
        },
        ..Spacing::default()
    }
}

fn visuals(palette: &Palette, dark: bool) -> Visuals {
    let base = if dark {
        Visuals::dark()
    } else {
        Visuals::light()
    };
    let shadow = Shadow {
        offset: [0, 8],
        blur: 24,
        spread: 0,
        color: palette.shadow,
    };
    Visuals {
        override_text_color: None,
        weak_text_color: Some(palette.text_3),
        widgets: widgets(palette),
        selection: Selection {
            bg_fill: palette.bar_pending,
            stroke: Stroke::new(1.0, palette.text),
        },
        hyperlink_color: palette.accent_text,
        faint_bg_color: palette.sunken,
        extreme_bg_color: palette.surface,
        text_edit_bg_color: Some(palette.surface),
        code_bg_color: palette.hover,
        warn_fg_color: palette.warn_text,
        error_fg_color: palette.bad_text,
        window_corner_radius: CornerRadius::same(measure::RADIUS_MODAL),
        window_shadow: shadow,
        window_fill: palette.surface,
        window_stroke: Stroke::new(1.0, palette.line_strong),
        menu_corner_radius: CornerRadius::same(measure::RADIUS_CARD),
        panel_fill: palette.canvas,
        popup_shadow: shadow,
        striped: false,
        // The controls have colours of their own when they are off.
        disabled_alpha: 1.0,
        handle_shape: HandleShape::Circle,
        text_cursor: egui::style::TextCursorStyle {
            stroke: Stroke::new(1.0, palette.text),
            // A blinking cursor would repaint an idle window twice a second.
            blink: false,
            ..base.text_cursor.clone()
        },
        ..base
    }
}

fn widgets(palette: &Palette) -> Widgets {
    let state = |fill: Color32, line: Color32, text: Color32| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: Stroke::new(1.0, line),
        corner_radius: CornerRadius::same(measure::RADIUS_CONTROL),
        fg_stroke: Stroke::new(1.0, text),
        expansion: 0.0,
    };
    Widgets {
        noninteractive: state(palette.surface, palette.line, palette.text),
        inactive: state(palette.line_strong, palette.line_strong, palette.text),
        hovered: state(palette.control, palette.text_3, palette.text),
        active: state(palette.control, palette.text_3, palette.text),
        open: state(palette.nav, palette.line_strong, palette.text),
    }
}
