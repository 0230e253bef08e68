//! Every colour of the app, for light and dark.

use egui::Color32;

/// The colours of one theme; the names are those of the design.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Palette {
    /// Window frame: rail, top bar, bottom line.
    pub canvas: Color32,
    /// Sheet, cards, inputs, popups.
    pub surface: Color32,
    /// Read-only input, card footer, open run, help card.
    pub sunken: Color32,
    /// Row or ghost button under the pointer, neutral chip.
    pub hover: Color32,
    /// Chosen row, chosen radio row.
    pub selected: Color32,
    /// Current rail item, pressed ghost button.
    pub nav: Color32,
    /// Card outline, row rule, skeleton bar.
    pub line: Color32,
    /// Button outline, stepper rule, popup, scroll thumb, gauge track.
    pub line_strong: Color32,
    /// Outline of input, select, checkbox, radio.
    pub control: Color32,
    /// Main text.
    pub text: Color32,
    /// Second column, ghost button.
    pub text_2: Color32,
    /// Help, table head, placeholder, old value.
    pub text_3: Color32,
    /// Disabled only.
    pub text_off: Color32,
    /// Primary button, checked box, focus, current step, activated.
    pub accent: Color32,
    /// Text on accent.
    pub on_accent: Color32,
    /// Under on-accent.
    pub accent_hover: Color32,
    /// Under on-accent.
    pub accent_press: Color32,
    /// Link, running text, gauge on its track.
    pub accent_text: Color32,
    /// Running chip, waiting card, done step.
    pub accent_soft: Color32,
    /// Outline of accent-soft.
    pub accent_line: Color32,
    /// Check marks, text on ok-soft.
    pub ok_text: Color32,
    /// Good chip, `realized` tag.
    pub ok_soft: Color32,
    /// Good chip, `realized` tag.
    pub ok_line: Color32,
    /// Icon, excluded in bars.
    pub warn: Color32,
    /// Text on warn-soft.
    pub warn_text: Color32,
    /// Warning chip and pill.
    pub warn_soft: Color32,
    /// Warning chip and pill.
    pub warn_line: Color32,
    /// Error outline, failed in bars, limit line.
    pub bad: Color32,
    /// Error text and its icon.
    pub bad_text: Color32,
    /// Error banner and chip.
    pub bad_soft: Color32,
    /// Error banner and chip.
    pub bad_line: Color32,
    /// Unchanged, past hours.
    pub bar_unchanged: Color32,
    /// Pending, outlined in plot-line.
    pub bar_pending: Color32,
    /// Area under a rate line, baseline zero only.
    pub plot_fill: Color32,
    /// Forecast (dashed 3–3), outline of pending.
    pub plot_line: Color32,
    /// Tooltip, toast.
    pub tip: Color32,
    /// Tooltip, toast.
    pub on_tip: Color32,
    /// Monogram, avatar.
    pub mono_bg: Color32,
    /// Monogram, avatar.
    pub mono_ink: Color32,
    /// Below a popup, a modal and a toast.
    pub shadow: Color32,
    /// Over the window while a modal is open.
    pub scrim: Color32,
}

/// The light theme.
pub const LIGHT: Palette = Palette {
    canvas: hex(0xF3_F4_F6),
    surface: hex(0xFF_FF_FF),
    sunken: hex(0xF8_F9_FA),
    hover: hex(0xF3_F4_F6),
    selected: hex(0xED_F2_FE),
    nav: hex(0xE5_E8_EC),
    line: hex(0xE4_E6_EA),
    line_strong: hex(0xCD_D1_D8),
    control: hex(0x85_8C_99),
    text: hex(0x15_18_1E),
    text_2: hex(0x47_4E_5B),
    text_3: hex(0x62_69_77),
    text_off: hex(0x9A_A1_AD),
    accent: hex(0x28_59_D0),
    on_accent: hex(0xFF_FF_FF),
    accent_hover: hex(0x20_4C_B8),
    accent_press: hex(0x1A_3F_9C),
    accent_text: hex(0x24_50_C0),
    accent_soft: hex(0xE9_EF_FD),
    accent_line: hex(0xB9_CB_F7),
    ok_text: hex(0x11_65_3E),
    ok_soft: hex(0xE5_F4_EC),
    ok_line: hex(0xB5_DE_C7),
    warn: hex(0xB9_7A_08),
    warn_text: hex(0x7A_4D_00),
    warn_soft: hex(0xFD_F3_DD),
    warn_line: hex(0xED_D3_9A),
    bad: hex(0xC4_34_2B),
    bad_text: hex(0xAE_2A_22),
    bad_soft: hex(0xFD_EE_EC),
    bad_line: hex(0xF1_C1_BC),
    bar_unchanged: hex(0x8D_94_A1),
    bar_pending: hex(0xD3_DF_FB),
    plot_fill: hex(0xDC_E6_FC),
    plot_line: hex(0x6B_8F_E8),
    tip: hex(0x1F_23_2B),
    on_tip: hex(0xF4_F5_F7),
    mono_bg: hex(0xE3_E7_F3),
    mono_ink: hex(0x3A_3F_8F),
    shadow: Color32::from_rgba_premultiplied(3, 3, 4, 36),
    scrim: Color32::from_black_alpha(102),
};

/// The dark theme.
pub const DARK: Palette = Palette {
    canvas: hex(0x0F_10_13),
    surface: hex(0x17_19_1D),
    sunken: hex(0x1B_1D_22),
    hover: hex(0x1F_22_27),
    selected: hex(0x1B_27_45),
    nav: hex(0x24_27_2D),
    line: hex(0x29_2C_33),
    line_strong: hex(0x3B_3F_48),
    control: hex(0x6F_76_83),
    text: hex(0xEC_EE_F1),
    text_2: hex(0xB6_BB_C5),
    text_3: hex(0x94_9B_A8),
    text_off: hex(0x64_6B_77),
    accent: hex(0x36_65_DC),
    on_accent: hex(0xFF_FF_FF),
    accent_hover: hex(0x3E_6D_E2),
    accent_press: hex(0x2C_57_C6),
    accent_text: hex(0x93_B2_FF),
    accent_soft: hex(0x1C_29_4A),
    accent_line: hex(0x34_49_7E),
    ok_text: hex(0x6F_D0_A0),
    ok_soft: hex(0x14_29_1F),
    ok_line: hex(0x24_52_3A),
    warn: hex(0xD7_9B_2B),
    warn_text: hex(0xED_BE_63),
    warn_soft: hex(0x2C_23_12),
    warn_line: hex(0x5B_47_19),
    bad: hex(0xE5_68_5F),
    bad_text: hex(0xFF_9A_91),
    bad_soft: hex(0x32_1B_1A),
    bad_line: hex(0x6B_30_2C),
    bar_unchanged: hex(0x66_6D_79),
    bar_pending: hex(0x34_49_7E),
    plot_fill: hex(0x1E_2B_4C),
    plot_line: hex(0x54_76_C4),
    tip: hex(0xE6_E8_EC),
    on_tip: hex(0x15_18_1E),
    mono_bg: hex(0x2A_2D_52),
    mono_ink: hex(0xB9_BE_FF),
    shadow: Color32::from_black_alpha(128),
    scrim: Color32::from_black_alpha(153),
};

const fn hex(rgb: u32) -> Color32 {
    let [_, red, green, blue] = rgb.to_be_bytes();
    Color32::from_rgb(red, green, blue)
}
