//! The parts that screens are made of, one a file.

pub mod banner;
pub mod button;
pub mod card;
pub mod check;
pub mod chip;
pub mod draw;
pub mod facts;
pub mod figures;
pub mod input;
pub mod label;
pub mod menu;
pub mod modal;
pub mod nav;
pub mod plot;
pub mod select;
pub mod small;
pub mod state;
pub mod stepper;
pub mod table;
pub mod tabs;
#[cfg(test)]
mod tests;
pub mod tip;
pub mod toast;

pub use banner::Banner;
pub use button::Button;
pub use card::Card;
pub use check::{Checkbox, RadioRow, Segmented};
pub use chip::{Chip, Kind, StatePill, Tag, suggestion};
pub use facts::Facts;
pub use figures::{Part, SumLine, gauge, sum_bar};
pub use input::{Input, Secret, focus_search, search};
pub use label::{help, label, label_in, truncated};
pub use menu::{MenuItem, menu, menu_button, separator};
pub use modal::Modal;
pub use nav::{breadcrumb, link, monogram, pager};
pub use select::Select;
pub use small::{copy_button, old_new, spinner};
pub use state::{EmptyState, skeleton};
pub use stepper::{Step, StepState, stepper};
pub use table::{Cell, Column, Marked, Sort, Table, TableResponse, cell};
pub use tabs::tabs;
pub use tip::tip;
pub use toast::Toasts;
