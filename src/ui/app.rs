//! The window itself: takes the newest snapshot, draws the screen that is open, and carries out what it asks for.

#[cfg(test)]
mod tests;

use std::{
    path::PathBuf,
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use egui::{Key, Modifiers, ThemePreference, Ui, ViewportCommand};
use jiff::{Timestamp, tz::TimeZone};

use super::{
    Choice, Intent, Screen, View, keys,
    screens::Screens,
    shell::shell_ui,
    shortcuts::{self, What},
    text::{t, t_args},
    theme,
    widgets::{Button, EmptyState, Modal, Toasts, focus_search, give_keyboard_back},
};
use crate::{
    engine::{
        Command, DestinationCommand, DraftCommand, Handle, Snapshot, open_in_browser,
        snapshot::{NoticeItem, NoticeKind, SignIn, SignInState},
    },
    model::{Appearance, Closing, Draft},
};

/// Under which the open screen is kept from one start to the next.
const SCREEN_KEY: &str = "screen";

/// Dialogs that may wait to be taken notice of.
const N_DIALOGS: usize = 8;

/// A file or folder that a person chose, or none.
type Chosen = (Choice, Option<PathBuf>);

/// What lies over every screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialog {
    /// Whether to quit while a run goes on.
    Closing,
    /// The list of shortcuts.
    Shortcuts,
}

/// The window.
pub(super) struct App {
    engine: Option<Handle>,
    snapshot: Arc<Snapshot>,
    zone: TimeZone,
    screen: Screen,
    screens: Screens,
    toasts: Toasts,
    last_notice: u64,
    chosen: (mpsc::SyncSender<Chosen>, mpsc::Receiver<Chosen>),
    /// Opens a page in the browser; whether there is one.
    opens: fn(&str) -> bool,
    /// The sign-in whose page was opened last, so that each is opened once.
    signing_in: Option<String>,
    dialog: Option<Dialog>,
    /// The first key of a shortcut of two.
    is_going: bool,
    /// Whether a first snapshot has said where to begin.
    has_begun: bool,
}

impl App {
    /// A window over this engine. It begins where the last one was left, if there is anything to show there.
    pub(super) fn new(engine: Handle, storage: Option<&dyn eframe::Storage>) -> Self {
        let screen = storage
            .and_then(|storage| eframe::get_value(storage, SCREEN_KEY))
            .unwrap_or_default();
        Self::over(Some(engine), screen)
    }

    /// A window that shows this screen first, and opens no browser.
    #[cfg(any(test, feature = "inspection"))]
    pub(super) fn at(engine: Handle, screen: Screen) -> Self {
        Self {
            opens: |_| true,
            ..Self::over(Some(engine), screen)
        }
    }

    fn over(engine: Option<Handle>, screen: Screen) -> Self {
        Self {
            engine,
            snapshot: Arc::default(),
            zone: TimeZone::system(),
            screen,
            screens: Screens::default(),
            toasts: Toasts::default(),
            last_notice: 0,
            chosen: mpsc::sync_channel(N_DIALOGS),
            opens: open_in_browser,
            signing_in: None,
            dialog: None,
            is_going: false,
            has_begun: false,
        }
    }

    /// Takes the newest snapshot, and what it has to say in passing.
    fn take_news(&mut self, ctx: &egui::Context) {
        let Some(snapshot) = self.engine.as_mut().and_then(Handle::news) else {
            return;
        };
        self.snapshot = snapshot;
        if self.snapshot.is_ready && !std::mem::replace(&mut self.has_begun, true) {
            self.begin();
        }
        self.open_sign_in(ctx);
        set_appearance(ctx, self.snapshot.preferences.appearance);
        let last = self.last_notice;
        for notice in self.snapshot.notices.iter().filter(|it| it.id > last) {
            self.toasts.say(ctx, words(notice));
            self.last_notice = notice.id;
        }
    }

    /// Brings a person who asked for a sign-in to its page.
    fn open_sign_in(&mut self, ctx: &egui::Context) {
        let state = self.snapshot.sign_in.as_ref().map(|it| &it.state);
        let address = match state {
            Some(SignInState::Waiting { address, .. }) => Some(address.clone()),
            _ => None,
        };
        if address == self.signing_in {
            return;
        }
        self.signing_in.clone_from(&address);
        if let Some(address) = address {
            self.open_page(ctx, &address);
        }
    }

    /// Without a browser the address is there to be pasted into another one.
    fn open_page(&mut self, ctx: &egui::Context, address: &str) {
        if !(self.opens)(address) {
            ctx.copy_text(address.to_owned());
            self.toasts.say(ctx, t("no-browser"));
        }
    }

    /// The first screen: the catalogue if there is nothing else, the unfinished wizard if it was open.
    fn begin(&mut self) {
        // What cannot be read is not nothing.
        let has_nothing = self.snapshot.destinations.is_empty() && self.snapshot.broken.is_empty();
        match (&self.screen, &self.snapshot.draft) {
            (Screen::Wizard, Some(draft)) => self.screens.wizard.open((**draft).clone()),
            (Screen::Wizard, None) => self.screen = Screen::Destinations,
            (Screen::Destination(place), _) if self.snapshot.destination(&place.slug).is_none() => {
                self.screen = Screen::Destinations;
            }
            _ => {}
        }
        if has_nothing && self.screen == Screen::Destinations && self.snapshot.draft.is_none() {
            self.screen = Screen::Catalog;
        }
    }

    fn carry_out(&mut self, ctx: &egui::Context, intents: Vec<Intent>) {
        for intent in intents {
            match intent {
                Intent::Go(screen) => self.go(screen),
                Intent::Wizard(draft) => self.open_wizard(*draft),
                Intent::Do(command) => self.send(ctx, command),
                Intent::Choose(choice) => self.choose(ctx, choice),
                Intent::Open(address) => self.open_page(ctx, &address),
                Intent::Copy(text) => {
                    ctx.copy_text(text);
                    self.toasts.say(ctx, t("copied"));
                }
            }
            ctx.request_repaint();
        }
    }

    fn go(&mut self, screen: Screen) {
        if screen == Screen::Wizard
            && let Some(draft) = &self.snapshot.draft
        {
            self.screens.wizard.open((**draft).clone());
        }
        self.screen = screen;
    }

    /// A new destination goes on with the wizard that was left, if one was.
    fn open_wizard(&mut self, draft: Draft) {
        let kept = self.snapshot.draft.as_deref().cloned();
        let draft = match kept {
            Some(kept) if draft.edits.is_none() && kept.edits.is_none() => kept,
            _ => draft,
        };
        self.screens.wizard.open(draft);
        self.screen = Screen::Wizard;
    }

    fn send(&mut self, ctx: &egui::Context, command: Command) {
        // What is on screen is finished or deleted.
        let leaves = matches!(
            &command,
            Command::Draft(DraftCommand::Finish(_))
                | Command::Destination {
                    what: DestinationCommand::Delete,
                    ..
                }
        );
        if !self.engine.as_ref().is_some_and(|it| it.send(command)) {
            self.toasts.say(ctx, t("engine-busy"));
        } else if leaves {
            self.screen = Screen::Destinations;
        }
    }

    /// Shows the system's dialog, which answers whenever the person does.
    fn choose(&self, ctx: &egui::Context, choice: Choice) {
        let (answer, ctx) = (self.chosen.0.clone(), ctx.clone());
        let dialog = thread::Builder::new().name("dialog".to_owned());
        let shown = dialog.spawn(move || {
            let path = show_dialog(&choice);
            // The window may be gone by then.
            drop(answer.send((choice, path)));
            ctx.request_repaint();
        });
        // Without a thread there is no dialog, and a path can still be typed.
        drop(shown);
    }

    fn take_chosen(&mut self, ctx: &egui::Context) {
        while let Ok((choice, path)) = self.chosen.1.try_recv() {
            let Some(path) = path else { continue };
            match choice {
                Choice::SourceFile | Choice::SourceFolder => {
                    self.screens.wizard.on_chosen(&choice, Some(path));
                }
                Choice::ExportSettings { slug } => {
                    let what = DestinationCommand::Export { path };
                    self.send(ctx, Command::Destination { slug, what });
                }
                Choice::ExportFaults { slug, run } => {
                    let what = DestinationCommand::ExportFaults { run, path };
                    self.send(ctx, Command::Destination { slug, what });
                }
            }
        }
    }

    /// A window that is closed while a run goes on asks first, unless the person has said what to do.
    fn look_for_close(&mut self, ctx: &egui::Context) {
        if !ctx.input(|input| input.viewport().close_requested()) || self.engine.is_none() {
            return;
        }
        let is_running = self
            .snapshot
            .destinations
            .iter()
            .any(|it| it.running.is_some());
        match self.snapshot.preferences.closing {
            Closing::KeepRunning => {
                ctx.send_viewport_cmd(ViewportCommand::CancelClose);
                ctx.send_viewport_cmd(ViewportCommand::Minimized(true));
            }
            Closing::Ask if is_running && self.dialog != Some(Dialog::Closing) => {
                ctx.send_viewport_cmd(ViewportCommand::CancelClose);
                self.dialog = Some(Dialog::Closing);
            }
            Closing::Ask | Closing::Quit => {}
        }
    }

    fn closing_ui(&mut self, ctx: &egui::Context) {
        let dialog = Modal::new(t("close-title"), t("close-text"));
        let (answer, is_dismissed) = dialog.show(
            ctx,
            |_| (),
            |ui| {
                let stay = Button::primary(t("close-stay")).show(ui).clicked();
                let quit = Button::danger(t("close-quit")).show(ui).clicked();
                (quit, stay)
            },
        );
        let (quit, stay) = answer;
        if quit {
            ctx.send_viewport_cmd(ViewportCommand::Close);
        } else if stay {
            self.dialog = None;
            ctx.send_viewport_cmd(ViewportCommand::Minimized(true));
        } else if is_dismissed {
            self.dialog = None;
        }
    }

    fn screen_ui(&mut self, ui: &mut Ui, view: &View<'_>) -> Vec<Intent> {
        if let Some(problem) = &view.snapshot.obstacle {
            let room = ui.available_width();
            EmptyState::new(
                super::icon::Icon::Warning,
                &problem.what,
                &problem.next_step,
            )
            .show(ui, room, |_| ());
            return vec![];
        }
        self.screens.ui(ui, &self.screen, view)
    }

    fn keys(&mut self, ui: &Ui) -> Vec<Intent> {
        let Some(what) = keys::pressed(ui, &mut self.is_going) else {
            return vec![];
        };
        if let Some(screen) = keys::screen(what) {
            return vec![Intent::Go(screen)];
        }
        match what {
            What::Help => self.dialog = Some(Dialog::Shortcuts),
            What::Search => focus_search(ui.ctx()),
            What::Run => return self.run_what_is_open(),
            What::Pause => {
                let resumes = self.snapshot.pause.is_some();
                return vec![Intent::Do(if resumes {
                    Command::Resume
                } else {
                    Command::Pause { until: None }
                })];
            }
            What::Close
            | What::Settings
            | What::Destinations
            | What::Catalog
            | What::Accounts
            | What::Sources
            | What::Activity
            | What::Alerts => {}
        }
        vec![]
    }

    /// The destination that is open, or all that are enabled.
    fn run_what_is_open(&self) -> Vec<Intent> {
        let open = if let Screen::Destination(place) = &self.screen {
            Some(&place.slug)
        } else {
            None
        };
        self.snapshot
            .destinations
            .iter()
            .filter(|it| open.map_or(it.settings.enabled, |slug| *slug == it.slug))
            .map(|it| Intent::destination(&it.slug, DestinationCommand::Run))
            .collect()
    }
}

impl App {
    /// What comes before every frame, drawn or not.
    pub(super) fn prepare(&mut self, ctx: &egui::Context) {
        give_keyboard_back(ctx);
        self.take_news(ctx);
        self.take_chosen(ctx);
        self.look_for_close(ctx);
        // Ctrl+Q ends the program as closing the window does.
        if ctx.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::Q)) {
            ctx.send_viewport_cmd(ViewportCommand::Close);
        }
    }

    /// Draws the window as it is at this moment.
    pub(super) fn draw(&mut self, ui: &mut Ui, now: Timestamp) {
        let ctx = ui.ctx().clone();
        let snapshot = Arc::clone(&self.snapshot);
        let view = View {
            snapshot: &snapshot,
            now,
            zone: self.zone.clone(),
        };
        let mut intents = self.keys(ui);
        let screen = self.screen.clone();
        intents.extend(shell_ui(ui, &view, &screen, |ui| self.screen_ui(ui, &view)));
        match self.dialog {
            Some(Dialog::Closing) => self.closing_ui(&ctx),
            Some(Dialog::Shortcuts) if shortcuts::dialog(&ctx) => self.dialog = None,
            Some(Dialog::Shortcuts) | None => {}
        }
        self.toasts.show(&ctx);
        self.carry_out(&ctx, intents);
        if let Some(wait) = ages_after(view.snapshot) {
            ctx.request_repaint_after(wait);
        }
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.prepare(ctx);
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.draw(ui, Timestamp::now());
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        eframe::set_value(storage, SCREEN_KEY, &self.screen);
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        if let Some(engine) = self.engine.take() {
            let is_open = self.screen == Screen::Wizard;
            // An engine that is too busy for it has the draft of a moment ago.
            if let Some(keep) = self.screens.wizard.unkept().filter(|_| is_open) {
                let _is_kept: bool = engine.send(keep);
            }
            engine.quit();
        }
    }
}

/// After how long something on screen is no longer true although the engine has no news.
fn ages_after(snapshot: &Snapshot) -> Option<Duration> {
    let is_waiting = |it: &SignIn| matches!(it.state, SignInState::Waiting { .. });
    let mut destinations = snapshot.destinations.iter();
    if snapshot.sign_in.as_ref().is_some_and(is_waiting)
        || destinations.clone().any(|it| it.running.is_some())
    {
        return Some(Duration::from_secs(1));
    }
    // "3 minutes ago", "today".
    let tells_of_time = destinations.any(|it| !it.runs.is_empty()) || !snapshot.alerts.is_empty();
    tells_of_time.then_some(Duration::from_mins(1))
}

fn set_appearance(ctx: &egui::Context, appearance: Appearance) {
    let wanted = match appearance {
        Appearance::System => ThemePreference::System,
        Appearance::Light => ThemePreference::Light,
        Appearance::Dark => ThemePreference::Dark,
    };
    if ctx.options(|options| options.theme_preference) != wanted {
        ctx.set_theme(wanted);
    }
}

/// A notice as a person reads it.
fn words(notice: &NoticeItem) -> String {
    match &notice.what {
        NoticeKind::Connected { account } => {
            t_args("notice-connected", &[("name", account.as_str().into())])
        }
        NoticeKind::Disconnected { account } => {
            t_args("notice-disconnected", &[("name", account.as_str().into())])
        }
        NoticeKind::Saved { destination } => {
            t_args("notice-saved", &[("name", destination.as_str().into())])
        }
        NoticeKind::Deleted { destination } => {
            t_args("notice-deleted", &[("name", destination.as_str().into())])
        }
        NoticeKind::Exported { path, n_records } => t_args(
            "notice-exported",
            &[("path", path.as_str().into()), ("n", (*n_records).into())],
        ),
        NoticeKind::Tested { prospect } => {
            t_args("notice-tested", &[("prospect", prospect.as_str().into())])
        }
        NoticeKind::Problem(problem) => format!("{} {}", problem.what, problem.next_step),
    }
}

fn show_dialog(choice: &Choice) -> Option<PathBuf> {
    let dialog = rfd::FileDialog::new();
    match choice {
        Choice::SourceFile => dialog
            .set_title(t("choose-file"))
            .add_filter(
                t("choose-profiles"),
                &[
                    "csv", "tsv", "txt", "json", "ndjson", "jsonl", "gz", "parquet", "xlsx", "xlsm",
                ],
            )
            .pick_file(),
        Choice::SourceFolder => dialog.set_title(t("choose-folder")).pick_folder(),
        Choice::ExportSettings { slug } => dialog
            .set_title(t("choose-export"))
            .set_file_name(format!("{slug}.json"))
            .save_file(),
        Choice::ExportFaults { slug, run } => dialog
            .set_title(t("choose-export"))
            .set_file_name(format!("{slug}-run-{run}.csv"))
            .save_file(),
    }
}

/// Sets the look of the window, and has the engine wake it.
pub(super) fn dress(ctx: &egui::Context, engine: &Handle) {
    theme::install(ctx);
    #[cfg(all(unix, not(target_os = "macos")))]
    super::desktop::follow(ctx);
    let waking = ctx.clone();
    engine.wake_with(move || waking.request_repaint());
}
