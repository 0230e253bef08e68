//! The wizard that sets a destination up: six steps over one draft, each of which can be revisited.
//!
//! It keeps the draft whenever the step changes and whenever typing has settled, so that a restart goes on with it.

mod chrome;
mod layout;
pub mod steps;
mod words;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use egui::{Rect, ScrollArea, Ui, UiBuilder, vec2};

use crate::{
    engine::{Command, DraftCommand},
    model::{Draft, Step},
    ui::{
        Choice, Intent, Screen, View, page,
        theme::{self, measure},
        widgets::draw,
    },
};

use steps::{Forms, Stage};

/// So long after the last key a draft counts as settled, in seconds.
const SETTLED: f64 = 1.0;
/// Stepper and footer are this high.
const BAR: f32 = 56.0;

/// The wizard with what was typed in it.
#[derive(Debug, Default)]
pub struct WizardScreen {
    draft: Draft,
    /// What the wizard was opened with.
    opened: Draft,
    /// What was handed over to be kept last.
    kept: Draft,
    /// The draft of the last frame, and when it became so.
    seen: (Draft, f64),
    /// The last step that was on screen.
    furthest: Step,
    forms: Forms,
    is_leaving: bool,
}

/// What a person does with the wizard as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Move {
    /// To another step.
    To(Step),
    /// Away, asking first if something was typed.
    Cancel,
    /// Away, with the draft kept.
    SaveAndExit,
    /// Away, with the draft forgotten.
    Discard,
    /// Stays, after all.
    Stay,
    /// Makes the destination.
    Finish,
}

impl WizardScreen {
    /// Begins with this draft, at the step that it names.
    pub fn open(&mut self, draft: Draft) {
        *self = Self {
            furthest: if draft.edits.is_some() {
                Step::Review
            } else {
                draft.step
            },
            opened: draft.clone(),
            kept: draft.clone(),
            seen: (draft.clone(), 0.0),
            draft,
            ..Self::default()
        };
    }

    /// The draft as it stands.
    pub fn draft(&self) -> &Draft {
        &self.draft
    }

    /// What keeps the draft, if something was typed since it was kept last.
    pub fn unkept(&self) -> Option<Command> {
        let draft = (self.draft != self.kept).then(|| Arc::new(self.draft.clone()))?;
        Some(Command::Draft(DraftCommand::Keep(draft)))
    }

    /// Takes the file or folder that was chosen; `None` if none was.
    pub fn on_chosen(&mut self, choice: &Choice, path: Option<std::path::PathBuf>) {
        steps::on_chosen(&mut self.draft, choice, path);
    }

    /// Draws the wizard over the whole sheet.
    pub fn ui(&mut self, ui: &mut Ui, view: &View<'_>) -> Vec<Intent> {
        let sheet = ui.max_rect();
        let (top, rest) = sheet.split_top_bottom_at_y(sheet.top() + BAR);
        let (body, bottom) = rest.split_top_bottom_at_y(sheet.bottom() - BAR);
        let palette = theme::palette(ui);
        let mut stage = Stage::new(view, &mut self.draft);
        let step = stage.draft.step;
        let mut moved = chrome::stepper(&mut part(ui, top), &stage, self.furthest);
        draw::rule(ui, sheet.x_range(), top.bottom() - 1.0, palette.line);
        Self::body(ui, body, &mut stage, &mut self.forms);
        draw::rule(ui, sheet.x_range(), bottom.top(), palette.line);
        stage.check();
        moved = chrome::footer(&mut part(ui, bottom), &stage, &mut self.forms).or(moved);
        if self.is_leaving {
            moved = chrome::leave_dialog(ui.ctx()).or(moved);
        }
        let asked = stage.draft.step;
        let mut out = std::mem::take(&mut stage.out);
        if moved.is_none() && asked != step {
            moved = Some(Move::To(asked));
        }
        if let Some(moved) = moved {
            self.go(moved, &mut out);
        }
        self.keep_when_settled(ui, &mut out);
        out
    }

    fn body(ui: &mut Ui, body: Rect, stage: &mut Stage<'_>, forms: &mut Forms) {
        let mut child = ui.new_child(UiBuilder::new().max_rect(body));
        let step = stage.draft.step;
        ScrollArea::vertical()
            .id_salt(("wizard", step))
            .auto_shrink([false, false])
            .show(&mut child, |ui| {
                layout::inside(ui, |ui| steps::show(ui, stage, forms));
                page::keep_focus_in_sight(ui);
            });
    }

    fn go(&mut self, moved: Move, out: &mut Vec<Intent>) {
        match moved {
            Move::To(step) => {
                self.draft.step = step;
                self.furthest = self.furthest.max(step);
                self.keep(out);
            }
            Move::Cancel if self.is_changed() => self.is_leaving = true,
            // A draft that was resumed stays kept: nobody has said to forget it.
            Move::Cancel if !self.is_blank() => {
                let kept = DraftCommand::Keep(Arc::new(self.draft.clone()));
                self.leave(out, kept);
            }
            Move::Cancel | Move::Discard => self.leave(out, DraftCommand::Discard),
            Move::SaveAndExit => {
                let kept = DraftCommand::Keep(Arc::new(self.draft.clone()));
                self.leave(out, kept);
            }
            Move::Stay => self.is_leaving = false,
            Move::Finish => {
                let done = DraftCommand::Finish(Arc::new(self.draft.clone()));
                self.leave(out, done);
            }
        }
    }

    /// Whether something was typed; being on another step is nothing.
    fn is_changed(&self) -> bool {
        let mut before = self.opened.clone();
        before.step = self.draft.step;
        before != self.draft
    }

    /// Whether there is nothing in the draft but the step.
    fn is_blank(&self) -> bool {
        let blank = Draft {
            step: self.draft.step,
            ..Draft::default()
        };
        blank == self.draft
    }

    fn leave(&mut self, out: &mut Vec<Intent>, command: DraftCommand) {
        self.is_leaving = false;
        self.kept = self.draft.clone();
        self.forms = Forms::default();
        out.push(Intent::Do(Command::Draft(command)));
        out.push(Intent::Go(Screen::Destinations));
    }

    fn keep(&mut self, out: &mut Vec<Intent>) {
        self.kept = self.draft.clone();
        let draft = Arc::new(self.draft.clone());
        out.push(Intent::Do(Command::Draft(DraftCommand::Keep(draft))));
    }

    fn keep_when_settled(&mut self, ui: &Ui, out: &mut Vec<Intent>) {
        let now = ui.input(|input| input.time);
        if self.seen.0 != self.draft {
            self.seen = (self.draft.clone(), now);
        }
        if self.draft == self.kept {
            return;
        }
        let left = SETTLED - (now - self.seen.1);
        if left <= 0.0 {
            self.keep(out);
        } else {
            let left = std::time::Duration::from_secs_f64(left);
            ui.ctx().request_repaint_after(left);
        }
    }
}

/// A part of the sheet with its padding at both sides.
fn part(ui: &mut Ui, place: Rect) -> Ui {
    let inner = place.shrink2(vec2(measure::SHEET, 0.0));
    ui.new_child(UiBuilder::new().max_rect(inner))
}
