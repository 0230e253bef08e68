//! The fonts: Inter in three weights, the icons, and Hack out of egui.

use std::sync::Arc;

use egui::{FontData, FontDefinitions, FontFamily, FontTweak};

use super::{MEDIUM, REGULAR, SEMIBOLD};
use crate::ui::icon;

/// Each font with its name.
const FONTS: [(&str, &[u8]); 5] = [
    (
        REGULAR,
        include_bytes!("../../../assets/fonts/Inter-400.ttf"),
    ),
    (
        MEDIUM,
        include_bytes!("../../../assets/fonts/Inter-500.ttf"),
    ),
    (
        SEMIBOLD,
        include_bytes!("../../../assets/fonts/Inter-600.ttf"),
    ),
    (
        icon::REGULAR,
        include_bytes!("../../../assets/fonts/Phosphor.ttf"),
    ),
    (
        icon::FILL,
        include_bytes!("../../../assets/fonts/Phosphor-Fill.ttf"),
    ),
];

/// Inter first everywhere but in Hack's family, and egui's own fonts behind it for characters that the cut lacks.
pub(super) fn definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let fallback = fonts
        .families
        .get(&FontFamily::Proportional)
        .cloned()
        .unwrap_or_default();
    for (name, bytes) in FONTS {
        let data = FontData::from_static(bytes).tweak(tweak(name));
        fonts.font_data.insert(name.to_owned(), Arc::new(data));
        let mut family = vec![name.to_owned()];
        family.extend(fallback.iter().cloned());
        fonts.families.insert(FontFamily::Name(name.into()), family);
    }
    let mut body = vec![REGULAR.to_owned()];
    body.extend(fallback);
    fonts.families.insert(FontFamily::Proportional, body);
    if let Some(mono) = fonts.families.get_mut(&FontFamily::Monospace) {
        mono.push(REGULAR.to_owned());
    }
    fonts
}

/// The outlines carry no hints, so that nothing moves them off the place where the line height puts them.
fn tweak(_name: &str) -> FontTweak {
    FontTweak {
        hinting: Some(false),
        ..FontTweak::default()
    }
}
