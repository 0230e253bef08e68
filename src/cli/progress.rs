//! Progress on a terminal: a spinner while the source is read, then a bar with rate and time left.

use std::{fmt::Write, io::IsTerminal as _};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::engine::Progress;

/// Shows how far a run is, if standard error is a terminal.
#[derive(Debug, Clone)]
pub(super) struct Meter(ProgressBar);

impl Meter {
    pub(super) fn new() -> Self {
        let target = if std::io::stderr().is_terminal() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        Self(ProgressBar::with_draw_target(None, target))
    }

    pub(super) fn show(&self, progress: Progress) {
        match progress {
            Progress::Planning { n_records } => {
                self.0
                    .set_style(style("{spinner} reading: {human_pos} profiles"));
                self.0.unset_length();
                self.0.set_position(n_records);
            }
            Progress::Delivering {
                n_settled,
                n_changes,
            } => {
                if self.0.length() != Some(n_changes) {
                    self.0.reset();
                    self.0.set_style(style(
                        "sending: {bar:30} {human_pos}/{human_len}, {rate} a second, {eta} left",
                    ));
                    self.0.set_length(n_changes);
                }
                self.0.set_position(n_settled);
            }
        }
    }

    /// Takes the bar away, so that a result can be printed.
    pub(super) fn clear(&self) {
        self.0.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_bad| ProgressStyle::default_bar())
        .with_key("rate", |state: &ProgressState, text: &mut dyn Write| {
            // A bar that cannot be drawn is no reason to end a run.
            write!(text, "{:.0}", state.per_sec()).unwrap_or_default();
        })
}
