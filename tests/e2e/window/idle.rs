//! A window that nobody touches draws no frames.

use std::time::Duration;

use egui::accesskit::Role;

use super::pane::{Display, Pane};
use crate::keyring::Desk;

/// Long enough for a spinner to draw forty frames.
const WHILE: Duration = Duration::from_secs(4);

#[tokio::test]
async fn a_window_left_alone_draws_less_than_a_frame_a_second() {
    let mut desk = Desk::with_keyring().await;
    let _display = Display::put_on(&mut desk).await;
    let mut pane = Pane::open(&desk, &[]).await;
    pane.find(Role::Button, "Set up").await;
    pane.settle().await;
    let before = pane.n_frames().await;
    tokio::time::sleep(WHILE).await;
    let drawn = pane.n_frames().await - before;
    // The question itself takes one or two.
    assert!(drawn <= WHILE.as_secs(), "{drawn} frames in {WHILE:?}");
    pane.quit().await.with_code(0);
}
