//! Whether a Linux desktop is dark. The windowing library does not say there, the desktop's portal does.
//!
//! The portal is `org.freedesktop.portal.Settings`, its key `color-scheme` of `org.freedesktop.appearance`: 1 asks for
//! dark, 2 for light, 0 has no wish.

use std::thread;

use egui::{Context, Theme};
use zbus::{
    blocking::{Connection, Proxy},
    zvariant::{OwnedValue, Value},
};

const NAMESPACE: &str = "org.freedesktop.appearance";
const KEY: &str = "color-scheme";
const DARK: u32 = 1;

/// Has the window follow the desktop for as long as the program lives, unless the person has chosen a look.
pub(super) fn follow(ctx: &Context) {
    let ctx = ctx.clone();
    let listening = thread::Builder::new().name("the desktop's look".to_owned());
    let begun = listening.spawn(move || {
        let told = listen(|theme| {
            ctx.options_mut(|options| options.fallback_theme = theme);
            ctx.request_repaint();
        });
        // Without a bus or a portal nobody says, and the window stays light.
        drop(told);
    });
    // Nor is there anything to follow without a thread.
    drop(begun);
}

/// Tells of the desktop's look now, and of every change from then on.
fn listen(tell: impl Fn(Theme)) -> zbus::Result<()> {
    let bus = Connection::session()?;
    let portal = Proxy::new(
        &bus,
        "org.freedesktop.portal.Desktop",
        "/org/freedesktop/portal/desktop",
        "org.freedesktop.portal.Settings",
    )?;
    let changes = portal.receive_signal_with_args("SettingChanged", &[(0, NAMESPACE), (1, KEY)])?;
    let now = read(&portal)?;
    tell(theme(&now));
    for change in changes {
        let body = change.body();
        let (_, _, value): (String, String, OwnedValue) = body.deserialize()?;
        tell(theme(&value));
    }
    Ok(())
}

/// Portals before version 2 know only `Read`, which wraps the value once more.
fn read(portal: &Proxy<'_>) -> zbus::Result<OwnedValue> {
    portal
        .call("ReadOne", &(NAMESPACE, KEY))
        .or_else(|_| portal.call("Read", &(NAMESPACE, KEY)))
}

fn theme(value: &Value<'_>) -> Theme {
    if let Value::Value(inner) = value {
        return theme(inner);
    }
    if *value == Value::U32(DARK) {
        Theme::Dark
    } else {
        Theme::Light
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_asks_for_dark() {
        for (said, wanted) in [
            (0_u32, Theme::Light),
            (1, Theme::Dark),
            (2, Theme::Light),
            (9, Theme::Light),
        ] {
            assert_eq!(theme(&Value::U32(said)), wanted, "{said}");
            let wrapped = Value::Value(Box::new(Value::U32(said)));
            assert_eq!(theme(&wrapped), wanted, "{said} as older portals say it");
        }
        assert_eq!(theme(&Value::from("dark")), Theme::Light);
    }
}
