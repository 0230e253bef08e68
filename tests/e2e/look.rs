//! The window's look and place: it follows the desktop until a person chooses, and is as it was left.

use std::sync::atomic::{AtomicU32, Ordering};

use egui::accesskit::Role;
use zbus::{
    blocking::{Connection, connection::Builder},
    fdo,
    zvariant::Value,
};

use crate::{
    keyring::Desk,
    leash::PATIENCE,
    window::{Display, Pane},
};

const PATH: &str = "/org/freedesktop/portal/desktop";
const SETTINGS: &str = "org.freedesktop.portal.Settings";
const NAMESPACE: &str = "org.freedesktop.appearance";
const KEY: &str = "color-scheme";
const DARK: u32 = 1;
const LIGHT: u32 = 2;

/// What a desktop's portal tells of its look.
struct Portal(AtomicU32);

#[zbus::interface(name = "org.freedesktop.portal.Settings")]
impl Portal {
    fn read_one(&self, namespace: &str, key: &str) -> fdo::Result<Value<'_>> {
        if (namespace, key) == (NAMESPACE, KEY) {
            Ok(Value::U32(self.0.load(Ordering::Relaxed)))
        } else {
            Err(fdo::Error::UnknownProperty(key.to_owned()))
        }
    }
}

/// Puts a portal on the desk's bus.
async fn portal(desk: &Desk, look: u32) -> Connection {
    let bus = desk.bus().to_owned();
    let begun = tokio::task::spawn_blocking(move || {
        Builder::address(bus.as_str())?
            .name("org.freedesktop.portal.Desktop")?
            .serve_at(PATH, Portal(look.into()))?
            .build()
    });
    begun.await.expect("no panic").expect("the bus takes it")
}

/// Looks at a page that does not say which look is chosen, until it is this one.
async fn until_it_looks(pane: &mut Pane, wanted: &[u8]) {
    pane.click(Role::Link, "Accounts").await;
    pane.says("No accounts yet").await;
    let deadline = std::time::Instant::now() + PATIENCE;
    while pane.glance().await != wanted {
        assert!(std::time::Instant::now() < deadline, "it never looks so");
    }
}

async fn put_on(pane: &mut Pane, look: &str) {
    pane.click(Role::Link, "Settings").await;
    pane.click(Role::RadioButton, look).await;
}

/// What the page looks like in this look.
async fn looks(pane: &mut Pane, look: &str) -> Vec<u8> {
    put_on(pane, look).await;
    pane.click(Role::Link, "Accounts").await;
    pane.says("No accounts yet").await;
    pane.glance().await
}

#[tokio::test]
async fn the_window_looks_like_the_desktop_or_as_was_chosen_and_opens_as_it_was_left() {
    let mut desk = Desk::with_keyring().await;
    let _display = Display::put_on(&mut desk).await;
    let desktop = portal(&desk, DARK).await;

    let mut pane = Pane::open(&desk, &[]).await;
    let light = looks(&mut pane, "Light").await;
    let dark = looks(&mut pane, "Dark").await;
    assert_ne!(light, dark);
    put_on(&mut pane, "Like the system").await;
    until_it_looks(&mut pane, &dark).await;
    let change = (NAMESPACE, KEY, Value::U32(LIGHT));
    let told = desktop.emit_signal(None::<&str>, PATH, SETTINGS, "SettingChanged", &change);
    told.expect("the bus takes it");
    until_it_looks(&mut pane, &light).await;

    // What a person chooses is stronger, and stays.
    let chosen = looks(&mut pane, "Dark").await;
    assert_eq!(chosen, dark);
    pane.resize(1120, 720).await;
    let left = pane.glance().await;
    pane.quit().await.with_code(0);
    let mut pane = Pane::open_as_left(&desk, &[]).await;
    pane.says("No accounts yet").await;
    assert!(pane.is_as_large_as(1120, 720).await);
    let deadline = std::time::Instant::now() + PATIENCE;
    while pane.glance().await != left {
        assert!(std::time::Instant::now() < deadline, "it is another one");
    }
    pane.quit().await.with_code(0);
}
