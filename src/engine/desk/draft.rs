//! The unfinished wizard: kept, forgotten, or made into a destination.

use std::sync::Arc;

use jiff::Timestamp;

use super::Desk;
use crate::{
    engine::{DraftCommand, settle_kind, shared_fields_problem, snapshot::NoticeKind},
    model::{Draft, Fault, Problem},
    store::{Kept, Settings},
};

impl Desk {
    pub(super) fn on_draft(&mut self, what: DraftCommand) {
        match what {
            DraftCommand::Keep(draft) => {
                let kept = self.engine.dir().write_kept(Kept::Draft, draft.as_ref());
                if self.tell_if_not(kept).is_some() {
                    self.snapshot.draft_saved = Some(Timestamp::now());
                }
                self.snapshot.draft = Some(draft);
            }
            DraftCommand::Discard => self.forget_draft(),
            DraftCommand::Finish(draft) => self.finish(&draft),
        }
    }

    fn forget_draft(&mut self) {
        let forgotten = self.engine.dir().forget_kept(Kept::Draft);
        self.tell_if_not(forgotten);
        self.snapshot.draft = None;
        self.snapshot.draft_saved = None;
    }

    fn finish(&mut self, draft: &Arc<Draft>) {
        match self.settings_of_draft(draft) {
            Ok(mut settings) => {
                let destination = &mut settings.destination;
                let asked = self.snapshot.looks.source(&destination.source);
                // The person has seen it on the way here.
                if let Some(found) = asked.and_then(|asked| asked.answer.as_deref()) {
                    settle_kind(destination, &found.kinds, true);
                }
                let stored = if draft.edits.is_some() {
                    self.engine.dir().write_settings(&settings)
                } else {
                    let destination = settings.destination.clone();
                    self.engine.dir().write_destination(destination).map(drop)
                };
                if self.tell_if_not(stored).is_some() {
                    self.forget_draft();
                    self.tell(NoticeKind::Saved {
                        destination: settings.destination.name,
                    });
                }
                self.refresh_destinations();
                self.refresh_accounts();
            }
            Err(problem) => self.tell(NoticeKind::Problem(problem)),
        }
    }

    /// The settings that a draft amounts to, sending to the address of its account.
    pub(super) fn settings_of_draft(&self, draft: &Draft) -> Result<Settings, Problem> {
        let name = draft.account.as_deref().unwrap_or_default();
        let account = self.snapshot.account(name).ok_or_else(|| {
            Problem::new(
                "account_missing",
                "No account is chosen.",
                "Go back to the first step and connect to Outreach.",
            )
        })?;
        let destination = draft
            .to_destination(&account.settings.api_address)
            .map_err(|faults| invalid(&faults))?;
        let is_taken = self.snapshot.destinations.iter().any(|view| {
            Some(&view.slug) != draft.edits.as_ref()
                && view.settings.name.eq_ignore_ascii_case(&destination.name)
        });
        if is_taken {
            return Err(Problem::new(
                "name_taken",
                format!(
                    "There is another destination named \"{}\".",
                    destination.name
                ),
                "Choose another name.",
            ));
        }
        let slug = draft.edits.clone().unwrap_or_else(|| DRAFT_SLUG.to_owned());
        let settings = Settings { slug, destination };
        let shared = self.engine.dir().overlaps(&settings);
        if settings.destination.enabled && !shared.is_empty() {
            return Err(shared_fields_problem(&shared, &settings.destination));
        }
        Ok(settings)
    }
}

/// What a new destination is called before it has a file.
const DRAFT_SLUG: &str = "draft";

fn invalid(faults: &[Fault]) -> Problem {
    let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
    Problem::new(
        "settings_invalid",
        format!("The settings are not valid: {}.", faults.join("; ")),
        "Go back to the step that is marked and correct it.",
    )
}
