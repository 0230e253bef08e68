//! The steps of the wizard. Each can be shown alone, such as on a destination's Settings tab.

pub mod connect;
pub mod details;
pub mod mapping;
pub mod review;
pub mod schedule;
pub mod source;

use std::path::PathBuf;

use egui::Ui;

use super::words;
use crate::{
    engine::{
        Look,
        snapshot::{Asked, SourceCheck},
    },
    model::{
        Account, AudienceId, Draft, DraftFault, Finding, KnownFields, Spot, Step, Surroundings,
        Writers, check_draft, writers,
    },
    ui::{Choice, Intent, View},
};

pub use connect::connect_ui;
pub use details::details_ui;
pub use mapping::mapping_ui;
pub use review::review_ui;
pub use schedule::schedule_ui;
pub use source::source_ui;

/// What is open and typed on each step beside the draft.
#[derive(Debug, Default)]
pub struct Forms {
    /// Step 1.
    pub connect: connect::ConnectForm,
    /// Step 3.
    pub source: source::SourceForm,
    /// Step 4.
    pub mapping: mapping::MappingForm,
    /// Step 5.
    pub schedule: schedule::ScheduleForm,
    /// Step 6.
    pub review: review::ReviewForm,
}

/// A draft on screen: what is known around it, what is wrong with it, and what the person asks for.
#[derive(Debug)]
pub(in crate::ui::wizard) struct Stage<'a> {
    pub(in crate::ui::wizard) view: &'a View<'a>,
    pub(in crate::ui::wizard) draft: &'a mut Draft,
    pub(in crate::ui::wizard) out: Vec<Intent>,
    findings: Vec<Finding>,
    writers: Option<Writers>,
}

impl<'a> Stage<'a> {
    pub(in crate::ui::wizard) fn new(view: &'a View<'a>, draft: &'a mut Draft) -> Self {
        let mut stage = Self {
            view,
            draft,
            out: vec![],
            findings: vec![],
            writers: None,
        };
        stage.check();
        stage
    }

    /// Looks at the draft again, after it may have changed.
    pub(in crate::ui::wizard) fn check(&mut self) {
        let source = self.source().and_then(|asked| asked.answer.as_deref());
        let columns: Option<Vec<String>> = source.map(|source| {
            let columns = source.columns.iter().map(|column| &column.name);
            let mapped = self.draft.mapping.iter().map(|row| &row.source);
            let found = mapped.filter(|field| source.has_field(field));
            columns.chain(found).cloned().collect()
        });
        let audiences: Option<Vec<AudienceId>> =
            source.map(|source| source.audiences.iter().map(|one| one.id.clone()).collect());
        let others = &self.view.snapshot.destinations;
        let own = self.draft.edits.as_deref();
        let other_names: Vec<String> = others
            .iter()
            .filter(|other| Some(other.slug.as_str()) != own)
            .map(|other| other.settings.name.clone())
            .collect();
        let writers = self.find_writers();
        let known = Surroundings {
            other_names: &other_names,
            writers: writers.as_ref(),
            is_signed_in: self.is_signed_in(),
            fields: self.fields(),
            columns: columns.as_deref(),
            audiences: audiences.as_deref(),
            is_status_unclear: source.is_some_and(|source| !source.status_unclear.is_empty()),
        };
        self.findings = check_draft(self.draft, &known);
        self.writers = writers;
    }

    /// Which fields the other destinations of the chosen account write; none as long as no account is chosen.
    pub(super) fn writers(&self) -> &Writers {
        const NONE: &Writers = &Writers::new();
        self.writers.as_ref().unwrap_or(NONE)
    }

    fn find_writers(&self) -> Option<Writers> {
        let name = self.draft.account.as_deref()?;
        let settings = &self.view.snapshot.account(name)?.settings;
        let account = Account {
            name: settings.name.clone(),
            api_address: settings.api_address.clone(),
        };
        let own = self.draft.edits.as_deref();
        let others = self.view.snapshot.destinations.iter();
        let others = others.filter(|other| Some(other.slug.as_str()) != own);
        Some(writers(&account, others.map(|other| &*other.settings)))
    }

    fn is_signed_in(&self) -> bool {
        let name = self.draft.account.as_deref();
        let account = name.and_then(|name| self.view.snapshot.account(name));
        account.is_some_and(|account| {
            account.settings.signed_in_until.is_some() && account.problem.is_none()
        })
    }

    /// The custom fields of the chosen account, once they were read.
    pub(in crate::ui::wizard) fn fields(&self) -> Option<&'a KnownFields> {
        let account = self.draft.account.as_deref()?;
        let asked = self.view.snapshot.looks.fields.get(account)?;
        asked.answer.as_deref()
    }

    /// What was asked about the chosen source.
    pub(in crate::ui::wizard) fn source(&self) -> Option<&'a Asked<(), SourceCheck>> {
        self.view.snapshot.looks.source(&self.draft.source)
    }

    /// The chosen source, once it was read.
    pub(in crate::ui::wizard) fn source_check(&self) -> Option<&'a SourceCheck> {
        self.source()?.answer.as_deref()
    }

    /// What is wrong at a spot; what is not filled in yet is not wrong.
    pub(in crate::ui::wizard) fn error(&self, spot: Spot, typed: &str) -> Option<String> {
        let fault = self.fault(spot, |fault| {
            !fault.is_warning() && !words::is_missing(fault)
        })?;
        Some(words::fault(fault, typed))
    }

    /// What is doubtful at a spot.
    pub(in crate::ui::wizard) fn warning(&self, spot: Spot, typed: &str) -> Option<String> {
        let fault = self.fault(spot, DraftFault::is_warning)?;
        Some(words::fault(fault, typed))
    }

    pub(in crate::ui::wizard) fn fault(
        &self,
        spot: Spot,
        is_meant: impl Fn(&DraftFault) -> bool,
    ) -> Option<&DraftFault> {
        let mut found = self.findings.iter();
        let found = found.find(|finding| finding.spot == spot && is_meant(&finding.fault))?;
        Some(&found.fault)
    }

    /// How many faults of a step are to be corrected.
    pub(in crate::ui::wizard) fn n_wrong(&self, step: Step) -> usize {
        self.count(step, |fault| !words::is_missing(fault))
    }

    /// How many fields of a step are to be filled in.
    pub(in crate::ui::wizard) fn n_missing(&self, step: Step) -> usize {
        self.count(step, words::is_missing)
    }

    fn count(&self, step: Step, is_meant: impl Fn(&DraftFault) -> bool) -> usize {
        let blocking = self
            .findings
            .iter()
            .filter(|finding| !finding.fault.is_warning());
        blocking
            .filter(|finding| finding.spot.step() == step && is_meant(&finding.fault))
            .count()
    }

    /// Whether nothing holds the draft up.
    pub(in crate::ui::wizard) fn is_complete(&self) -> bool {
        self.findings
            .iter()
            .all(|finding| finding.fault.is_warning())
    }

    pub(in crate::ui::wizard) fn look(&mut self, look: Look) {
        self.out.push(Intent::look(look));
    }

    /// Has the chosen source read, if nobody has asked for it yet.
    pub(in crate::ui::wizard) fn need_source(&mut self, form: &mut source::SourceForm) {
        let source = self.draft.source.clone();
        if !self.draft.source.is_blank()
            && self.source().is_none()
            && form.ask.is_new(source.clone())
        {
            self.look(Look::Source(source));
        }
    }

    /// Has the account's custom fields read, if nobody has asked for them yet.
    pub(in crate::ui::wizard) fn need_fields(&mut self, form: &mut schedule::ScheduleForm) {
        let Some(account) = self.draft.account.clone() else {
            return;
        };
        let is_known = self.view.snapshot.looks.fields.contains_key(&account);
        if !is_known && self.is_signed_in() && form.ask.is_new(account.clone()) {
            self.look(Look::Fields { account });
        }
    }
}

/// Draws the step that the draft names.
pub(in crate::ui::wizard) fn show(ui: &mut Ui, stage: &mut Stage<'_>, forms: &mut Forms) {
    if stage.draft.step >= Step::Source {
        stage.need_source(&mut forms.source);
        stage.need_fields(&mut forms.schedule);
    }
    match stage.draft.step {
        Step::Connect => connect::show(ui, stage, &mut forms.connect),
        Step::Details => details::show(ui, stage),
        Step::Source => source::show(ui, stage, &mut forms.source),
        Step::Mapping => mapping::show(ui, stage, &mut forms.mapping),
        Step::Schedule => schedule::show(ui, stage, &mut forms.schedule),
        Step::Review => review::show(ui, stage, &mut forms.review),
    }
}

/// Takes the file or folder that was chosen.
pub(in crate::ui::wizard) fn on_chosen(draft: &mut Draft, choice: &Choice, path: Option<PathBuf>) {
    match (choice, path) {
        (Choice::SourceFile | Choice::SourceFolder, Some(path)) => {
            source::choose(draft, &path.display().to_string());
        }
        (
            Choice::SourceFile
            | Choice::SourceFolder
            | Choice::ExportSettings { .. }
            | Choice::ExportFaults { .. },
            _,
        ) => {}
    }
}

/// Draws one step alone, and hands back what was asked for.
fn alone(view: &View<'_>, draft: &mut Draft, draw: impl FnOnce(&mut Stage<'_>)) -> Vec<Intent> {
    let mut stage = Stage::new(view, draft);
    draw(&mut stage);
    stage.out
}
