//! The window. It draws the engine's newest [`Snapshot`](crate::engine::Snapshot) and hands back what the person asks for.
//!
//! A screen is a plain value with what was typed and chosen on it. It gets a [`View`], draws itself, and returns
//! [`Intent`]s; it reads no file, takes no lock and waits for nothing.

pub mod format;
pub mod icon;
mod intent;
mod screen;
pub mod text;
pub mod theme;
mod view;
pub mod widgets;

pub use intent::{Choice, Intent};
pub use screen::{Place, Screen, Tab};
pub use view::{AskOnce, View};
