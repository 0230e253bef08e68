//! The palette against the contrasts that the design promises, and the fonts against the characters in use.

use egui::{Color32, Context, RawInput};

use super::{DARK, LIGHT, Palette, Role, install};
use crate::ui::{
    icon::{FILL, Icon, REGULAR},
    widgets::chip::Kind,
};

const TEXT: f32 = 4.5;
const MARK: f32 = 3.0;

/// Relative luminance after WCAG 2.2.
fn luminance(color: Color32) -> f32 {
    let linear = |channel: u8| {
        let share = f32::from(channel) / 255.0;
        if share <= 0.040_45 {
            share / 12.92
        } else {
            ((share + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * linear(color.r()) + 0.7152 * linear(color.g()) + 0.0722 * linear(color.b())
}

fn contrast(a: Color32, b: Color32) -> f32 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Foreground, ground, what it needs at least, and a name.
fn pairs(p: &Palette) -> Vec<(Color32, Color32, f32, &'static str)> {
    vec![
        (p.text, p.selected, TEXT, "text on selected"),
        (p.text, p.nav, TEXT, "text on nav"),
        (p.text_2, p.nav, TEXT, "text-2 on nav"),
        (p.text_2, p.canvas, TEXT, "text-2 on canvas"),
        (p.text_3, p.surface, TEXT, "text-3 on surface"),
        (p.text_3, p.sunken, TEXT, "text-3 on sunken"),
        (p.text_3, p.hover, TEXT, "text-3 on hover"),
        (p.text_3, p.selected, TEXT, "text-3 on selected"),
        (p.control, p.surface, MARK, "control on surface"),
        (p.accent, p.surface, MARK, "accent on surface"),
        (p.on_accent, p.accent, TEXT, "on-accent on accent"),
        (p.on_accent, p.accent_hover, TEXT, "on-accent on hover"),
        (p.on_accent, p.accent_press, TEXT, "on-accent on press"),
        (p.accent_text, p.surface, TEXT, "link on surface"),
        (p.accent_text, p.accent_soft, TEXT, "running chip"),
        (p.accent_text, p.line_strong, MARK, "gauge on its track"),
        (p.ok_text, p.ok_soft, TEXT, "good chip"),
        (p.warn, p.surface, MARK, "excluded in bars"),
        (p.warn_text, p.warn_soft, TEXT, "warning chip"),
        (p.warn_text, p.surface, TEXT, "warning under a field"),
        (p.bad, p.surface, MARK, "failed in bars"),
        (p.bad_text, p.bad_soft, TEXT, "bad chip"),
        (p.bad_text, p.surface, TEXT, "error under a field"),
        (p.bar_unchanged, p.surface, MARK, "unchanged in bars"),
        (p.plot_line, p.surface, MARK, "forecast"),
        (p.on_tip, p.tip, TEXT, "tooltip"),
        (p.mono_ink, p.mono_bg, TEXT, "monogram"),
    ]
}

#[test]
fn every_pair_has_the_contrast_it_needs() {
    for (name, palette) in [("light", LIGHT), ("dark", DARK)] {
        for (front, ground, least, pair) in pairs(&palette) {
            let ratio = contrast(front, ground);
            assert!(ratio >= least, "{name}: {pair} is {ratio:.2}, not {least}");
        }
    }
}

#[test]
fn chips_banners_and_pills_can_be_read_in_every_kind() {
    let kinds = [Kind::Neutral, Kind::Info, Kind::Ok, Kind::Warn, Kind::Bad];
    for (name, p) in [("light", LIGHT), ("dark", DARK)] {
        for kind in kinds {
            let ground = kind.soft(&p);
            // Its own text and icon, a banner's title and its sentence, and its icon where there is no ground of its own.
            for (front, ground) in [
                (kind.ink(&p), ground),
                (p.text, ground),
                (p.text_2, ground),
                (kind.ink(&p), p.canvas),
                (kind.ink(&p), p.selected),
            ] {
                let ratio = contrast(front, ground);
                assert!(ratio >= TEXT, "{name}: {kind:?} is {ratio:.2}");
            }
        }
    }
}

#[test]
fn plots_and_the_bottom_line_can_be_read() {
    for (name, p) in [("light", LIGHT), ("dark", DARK)] {
        for (front, ground, least, pair) in [
            (p.text_3, p.surface, TEXT, "axis"),
            (p.text, p.surface, TEXT, "the hour that runs"),
            (p.text_2, p.surface, TEXT, "note"),
            (p.text_2, p.plot_fill, TEXT, "note over a filled area"),
            (p.accent, p.surface, MARK, "delivered"),
            (p.bad, p.surface, MARK, "limit"),
            (p.text_3, p.canvas, TEXT, "what the gauge is"),
            (p.accent_text, p.canvas, TEXT, "remedy"),
            (p.accent_text, p.sunken, TEXT, "link in a help card"),
            (p.accent_text, p.selected, TEXT, "link in a chosen row"),
        ] {
            let ratio = contrast(front, ground);
            assert!(ratio >= least, "{name}: {pair} is {ratio:.2}, not {least}");
        }
    }
}

/// WCAG exempts what cannot be used. It is to be seen all the same, and not to be taken for what can.
#[test]
fn what_is_disabled_is_seen_and_looks_it() {
    for (name, p) in [("light", LIGHT), ("dark", DARK)] {
        for ground in [p.surface, p.sunken] {
            let ratio = contrast(p.text_off, ground);
            let usable = contrast(p.text_3, ground);
            assert!(ratio >= 2.4 && ratio < usable - 1.0, "{name}: {ratio:.2}");
        }
    }
}

#[test]
fn the_contrasts_are_those_of_the_design() {
    let cases = [
        (LIGHT.text, LIGHT.nav, 14.46),
        (LIGHT.on_accent, LIGHT.accent, 6.12),
        (LIGHT.on_tip, LIGHT.tip, 14.44),
        (DARK.on_accent, DARK.accent, 5.18),
        (DARK.ok_text, DARK.selected, 7.88),
    ];
    for (front, ground, expected) in cases {
        let ratio = contrast(front, ground);
        assert!(
            (ratio - expected).abs() < 0.02,
            "{ratio:.2}, not {expected}"
        );
    }
}

fn with_fonts(check: impl Fn(&Context)) {
    let ctx = Context::default();
    install(&ctx);
    ctx.run_ui(RawInput::default(), |_| {})
        .drop_without_applying_deltas();
    check(&ctx);
}

#[test]
fn digits_have_one_width_in_every_role() {
    with_fonts(|ctx| {
        for role in Role::ALL {
            let widths: Vec<f32> = ('0'..='9')
                .map(|digit| ctx.fonts_mut(|fonts| fonts.glyph_width(&role.font(), digit)))
                .collect();
            assert!(
                widths.iter().all(|width| (width - widths[0]).abs() < 0.001),
                "{role:?}: {widths:?}"
            );
        }
    });
}

#[test]
fn every_icon_and_sign_is_in_the_fonts() {
    with_fonts(|ctx| {
        for icon in Icon::ALL {
            for family in [REGULAR, FILL] {
                let font = egui::FontId::new(16.0, egui::FontFamily::Name(family.into()));
                assert!(
                    ctx.fonts_mut(|fonts| fonts.has_glyph(&font, icon.char())),
                    "{icon:?} in {family}"
                );
            }
        }
        for sign in "−÷…•→←≥’–Žőșñß".chars() {
            for role in Role::ALL {
                assert!(
                    ctx.fonts_mut(|fonts| fonts.has_glyph(&role.font(), sign)),
                    "{sign} in {role:?}"
                );
            }
        }
    });
}
