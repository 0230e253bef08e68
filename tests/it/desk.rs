//! The engine as a window has it: commands in, snapshots out. Every test waits for what a snapshot shows; none of them
//! knows how long anything takes.

mod rebuild;

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use audience_sync::{
    auth::Vault,
    engine::{
        AccountCommand, Command, DestinationCommand, DraftCommand, Handle, Look, Snapshot, Start,
        snapshot::{DestinationView, NoticeKind, ProspectQuery, SignInState},
    },
    model::{
        Account, AccountSettings, Alert, Appearance, BudgetSettings, Cause, Closing, Contents,
        Draft, DraftAudience, FileSource, MappingRow, NewAccount, Preferences, RedirectMode,
        RunStatus, SourceSettings,
    },
    sandbox::{Adjustments, Sandbox},
    store::{DataDir, Store, read_destination},
};
use axum::{Router, http::header::CONTENT_TYPE, response::IntoResponse as _, routing::post};
use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::json;
use tempfile::TempDir;
use tokio::{sync::mpsc, task::spawn_blocking, time::timeout};

use crate::world::{GOLD, members, open_sandbox, write_source};

/// No test should come near it; it turns a hanging test into a failing one.
const FAR_TOO_LONG: Duration = Duration::from_mins(1);

/// What does not come in a test's time does not come at all.
const AN_HOUR_MS: u64 = 3_600_000;

/// A window's end of an engine, with the sandbox that the engine writes to.
struct Window {
    home: TempDir,
    sandbox: Sandbox,
    token: Option<SecretString>,
    vault: Vault,
    handle: Handle,
    woken: mpsc::Receiver<()>,
    shown: Arc<Snapshot>,
}

fn start(home: &Path, token: Option<SecretString>, vault: &Vault) -> (Handle, mpsc::Receiver<()>) {
    let handle = Handle::start(Start {
        dir: DataDir::open(Some(home.join("data"))).expect("a data folder"),
        token,
        vault: Some(vault.clone()),
        demo: None,
    });
    let handle = handle.expect("a thread");
    let (wake, woken) = mpsc::channel(1);
    // One that waits already stands for all.
    handle.wake_with(move || wake.try_send(()).unwrap_or_default());
    (handle, woken)
}

impl Window {
    /// A window over a data folder with one account, which needs no sign-in if there is a token.
    async fn open(has_token: bool) -> Self {
        let sandbox = Sandbox::start(open_sandbox()).await.expect("a sandbox");
        let home = tempfile::tempdir().expect("a temporary folder");
        let token = has_token.then(|| SecretString::from(sandbox.issue_token()));
        let dir = DataDir::open(Some(home.path().join("data"))).expect("a data folder");
        let account = AccountSettings {
            api_address: sandbox.address(),
            token_address: Some(token_server(sandbox.issue_token()).await),
            ..AccountSettings::new("a1", "Sandbox")
        };
        dir.write_account(account).expect("it is stored");
        let vault = Vault::memory();
        let (handle, woken) = start(home.path(), token.clone(), &vault);
        let mut window = Self {
            home,
            sandbox,
            token,
            vault,
            handle,
            woken,
            shown: Arc::default(),
        };
        window.until("ready", |shown| shown.is_ready).await;
        window
    }

    /// Ends the engine, and starts another one on the same folder.
    async fn restart(self) -> Self {
        let Self {
            home,
            sandbox,
            token,
            vault,
            handle,
            ..
        } = self;
        let ended = spawn_blocking(|| handle.quit());
        ended.await.expect("it ends");
        let (handle, woken) = start(home.path(), token.clone(), &vault);
        let mut window = Self {
            home,
            sandbox,
            token,
            vault,
            handle,
            woken,
            shown: Arc::default(),
        };
        window.until("ready", |shown| shown.is_ready).await;
        window
    }

    fn send(&self, command: Command) {
        assert!(self.handle.send(command), "the engine takes it");
    }

    fn of_destination(&self, what: DestinationCommand) {
        let slug = self.destination().slug.clone();
        self.send(Command::Destination { slug, what });
    }

    /// Looks at every snapshot there is until one shows this.
    async fn until(&mut self, what: &str, is: impl Fn(&Snapshot) -> bool) {
        let wait = async {
            loop {
                if let Some(news) = self.handle.news() {
                    self.shown = news;
                }
                if is(&self.shown) {
                    return;
                }
                self.woken.recv().await.expect("the engine goes on");
            }
        };
        let came = timeout(FAR_TOO_LONG, wait).await;
        assert!(came.is_ok(), "never: {what}; {:#?}", self.shown);
    }

    /// The same, of the one destination.
    async fn until_it(&mut self, what: &str, is: impl Fn(&DestinationView) -> bool) {
        let one = |shown: &Snapshot| shown.destinations.first().is_some_and(&is);
        self.until(what, one).await;
    }

    fn destination(&self) -> &DestinationView {
        self.shown.destinations.first().expect("there is one")
    }

    fn source(&self) -> PathBuf {
        self.home.path().join("profiles.csv")
    }

    /// The wizard's end: a destination for the gold members of the source.
    async fn finish(&mut self, change: impl FnOnce(&mut Draft)) {
        let row = |source: &str, target: &str| MappingRow {
            source: source.to_owned(),
            target: target.to_owned(),
            ..Draft::default().mapping.remove(0)
        };
        let mut draft = Draft {
            account: Some("Sandbox".to_owned()),
            name: "Nordic".to_owned(),
            alerts: vec![Alert::RunStart, Alert::RunFailure, Alert::SourceMissing],
            source: SourceSettings::from(FileSource {
                contents: Contents::FullSnapshot,
                ..FileSource::at(self.source())
            }),
            mapping: vec![row("Oid", "OutreachId"), row("title", "title")],
            audiences: vec![DraftAudience {
                id: audience_sync::model::AudienceId::new(GOLD),
                name: "Gold customers".to_owned(),
                start: "2020-01-01".to_owned(),
                end: String::new(),
                mapping_id: "1".to_owned(),
            }],
            ..Draft::default()
        };
        draft.delivery = serde_json::from_value(json!({"route": "patch", "read_first": false}))
            .expect("a delivery");
        change(&mut draft);
        self.send(Command::Draft(DraftCommand::Finish(Arc::new(draft))));
        self.until("the destination", |shown| {
            !shown.destinations.is_empty() && shown.draft.is_none()
        })
        .await;
    }

    /// From now on the server answers nothing.
    fn silence(&self) {
        self.sandbox.adjust(Adjustments {
            latency_ms: Some(AN_HOUR_MS),
            ..Adjustments::default()
        });
    }

    /// Asks for something small and waits for it to be done.
    async fn is_answered(&mut self) {
        let preferences = Preferences {
            closing: match self.shown.preferences.closing {
                Closing::Quit => Closing::Ask,
                Closing::Ask | Closing::KeepRunning => Closing::Quit,
            },
            ..self.shown.preferences.clone()
        };
        self.send(Command::SetPreferences(preferences.clone()));
        self.until("an answer", |shown| shown.preferences == preferences)
            .await;
    }
}

/// Gives this access token for any code.
async fn token_server(token: String) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    let answer = move || async move {
        let tokens = json!({
            "access_token": token, "token_type": "bearer", "expires_in": 7200, "refresh_token": "r",
        });
        ([(CONTENT_TYPE, "application/json")], tokens.to_string()).into_response()
    };
    let app = Router::new().route("/token", post(answer));
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}/token")
}

fn has_ended_with(status: RunStatus, n_runs: usize) -> impl Fn(&DestinationView) -> bool {
    move |view| {
        view.running.is_none()
            && view.runs.len() == n_runs
            && view.runs.first().is_some_and(|run| run.status == status)
    }
}

fn is_said(shown: &Snapshot, is: impl Fn(&NoticeKind) -> bool) -> bool {
    shown.notices.iter().any(|notice| is(&notice.what))
}

/// Signs in by hand: pastes something of no use first, then the address that the browser ended at.
async fn connect(window: &mut Window) {
    let account = NewAccount {
        name: "Sandbox".to_owned(),
        api_address: window.sandbox.address(),
        client_id: "client-1".to_owned(),
        redirect: RedirectMode::Paste,
        ..NewAccount::default()
    };
    let secret = Some(SecretString::from("s3cret"));
    window.send(Command::Account(AccountCommand::Connect {
        account,
        secret,
    }));
    let state = |shown: &Snapshot| Some(shown.sign_in.as_ref()?.state.clone());
    let waits = |shown: &Snapshot| matches!(state(shown), Some(SignInState::Waiting { .. }));
    window.until("the page", waits).await;
    let Some(SignInState::Waiting { address, .. }) = state(&window.shown) else {
        panic!("it waits");
    };
    let page = reqwest::Url::parse(&address).expect("an address");
    let of = |name: &str| {
        let found = page.query_pairs().find(|(key, _)| key == name);
        found.expect("it is there").1.into_owned()
    };
    let address = format!("{}?code=c&state={}", of("redirect_uri"), of("state"));
    let useless = "https://example.com/".to_owned();
    window.send(Command::Account(AccountCommand::Paste { address: useless }));
    let is_refused = |shown: &Snapshot| {
        matches!(
            state(shown),
            Some(SignInState::Waiting {
                is_paste_refused: true,
                ..
            })
        )
    };
    window.until("a paste of no use", is_refused).await;
    window.send(Command::Account(AccountCommand::Paste { address }));
    let is_done = |shown: &Snapshot| state(shown) == Some(SignInState::Done);
    window.until("the sign-in", is_done).await;
    assert!(window.shown.accounts[0].settings.signed_in_until.is_some());
}

#[tokio::test]
async fn a_person_connects_sets_a_destination_up_and_it_is_written() {
    let mut window = Window::open(false).await;
    connect(&mut window).await;
    write_source(&window.source(), &members(1..=3));
    window.finish(|_| ()).await;
    window
        .until_it("the first run", has_ended_with(RunStatus::Completed, 1))
        .await;
    let run = &window.destination().runs[0];
    assert_eq!(
        (run.cause, run.figures.activated),
        (Cause::FirstActivation, 3)
    );
    window
        .until_it("its members", |view| view.audiences[0].realized == Some(3))
        .await;

    let account = "Sandbox".to_owned();
    window.send(Command::Account(AccountCommand::Disconnect { account }));
    window
        .until("nobody signed in", |shown| {
            shown.accounts[0].settings.signed_in_until.is_none()
        })
        .await;
}

#[tokio::test]
async fn the_kind_of_export_that_a_person_has_seen_is_kept() {
    let mut window = Window::open(true).await;
    write_source(&window.source(), &members(1..=3));
    let source = SourceSettings::from(FileSource::at(window.source()));
    window.send(Command::Look(Look::Source(source.clone())));
    let is_seen = |shown: &Snapshot| {
        let asked = shown.looks.source(&source);
        asked.is_some_and(|asked| asked.answer.is_some())
    };
    window.until("the look", is_seen).await;
    window
        .finish(|draft| {
            draft.source = source.clone();
            draft.enabled = false;
        })
        .await;
    let kept = &window.destination().settings.source;
    let files = kept.files().expect("files");
    assert_eq!(
        (files.contents, files.contents_guessed),
        (Contents::FullSnapshot, false)
    );
}

#[tokio::test]
async fn settings_that_are_edited_by_hand_are_seen_while_the_window_is_open() {
    let mut window = Window::open(true).await;
    write_source(&window.source(), &members(1..=3));
    window.finish(|draft| draft.enabled = false).await;
    let folder = window.home.path().join("data/destinations");
    let file = fs::read_dir(&folder).expect("a folder").next();
    let file = file.expect("one file").expect("it can be read").path();
    let text = fs::read_to_string(&file).expect("settings");
    let by_hand = text.replace("Gold customers", "Our best customers");
    fs::write(&file, by_hand).expect("it can be written");
    window
        .until_it("the new name", |view| {
            view.settings.audiences[0].name == "Our best customers"
        })
        .await;
    fs::write(&file, "{").expect("it can be written");
    let is_broken = |shown: &Snapshot| shown.destinations.is_empty() && shown.broken.len() == 1;
    window.until("what is wrong with it", is_broken).await;
    fs::write(&file, text).expect("it can be written");
    window
        .until_it("the first name", |view| {
            view.settings.audiences[0].name == "Gold customers"
        })
        .await;
}

#[tokio::test]
async fn the_limits_of_an_account_are_changed_by_nothing_else() {
    let mut window = Window::open(true).await;
    let by_hand = BudgetSettings {
        stop_at_percent: 80,
        ..BudgetSettings::default()
    };
    let of_it = |shown: &Snapshot| shown.accounts[0].settings.budget;
    let set = |account: &str, budget| {
        let account = account.to_owned();
        Command::Account(AccountCommand::SetBudget { account, budget })
    };
    window.send(set("SANDBOX", by_hand));
    window
        .until("the limits", |shown| of_it(shown) == by_hand)
        .await;
    let preferences = Preferences {
        appearance: Appearance::Dark,
        ..window.shown.preferences.clone()
    };
    window.send(Command::SetPreferences(preferences.clone()));
    window
        .until("the look", |shown| shown.preferences == preferences)
        .await;
    assert_eq!(
        of_it(&window.shown),
        by_hand,
        "nobody has said a year's limit"
    );

    write_source(&window.source(), &members(1..=3));
    window.finish(|_| ()).await;
    window
        .until_it("the first run", has_ended_with(RunStatus::Completed, 1))
        .await;
    let dir = DataDir::open(Some(window.home.path().join("data"))).expect("a data folder");
    let budget = |shown: &Snapshot| shown.accounts[0].budget.clone();
    let account = Account {
        name: "sandbox".to_owned(),
        api_address: window.sandbox.address(),
    };
    window
        .until("the requests", |shown| {
            let (note, now) = (dir.read_budget(&account), Timestamp::now());
            let budget = budget(shown);
            note.limit == Some(budget.limit) && budget.used == note.used_at(now) && budget.used > 2
        })
        .await;
}

#[tokio::test]
async fn a_draft_is_there_after_a_restart_until_it_is_discarded() {
    let mut window = Window::open(true).await;
    let draft = Arc::new(Draft {
        name: "Half typed".to_owned(),
        ..Draft::default()
    });
    window.send(Command::Draft(DraftCommand::Keep(Arc::clone(&draft))));
    window
        .until("kept", |shown| shown.draft_saved.is_some())
        .await;
    let mut window = window.restart().await;
    assert_eq!(window.shown.draft, Some(draft));
    window.send(Command::Draft(DraftCommand::Discard));
    window.until("gone", |shown| shown.draft.is_none()).await;
    let window = window.restart().await;
    assert_eq!(window.shown.draft, None);
}

#[tokio::test]
async fn nothing_runs_while_paused_and_what_was_missed_runs_then() {
    let mut window = Window::open(true).await;
    window.send(Command::Pause { until: None });
    window.until("paused", |shown| shown.pause.is_some()).await;
    write_source(&window.source(), &members(1..=3));
    window.finish(|_| ()).await;
    // A look at the source that was under way when everything was paused has come to its end by then.
    window.is_answered().await;
    assert!(window.destination().running.is_none() && window.destination().runs.is_empty());
    assert_eq!(window.sandbox.counters().writes, 0);
    window.send(Command::Resume);
    window
        .until_it("the first run", has_ended_with(RunStatus::Completed, 1))
        .await;
    assert_eq!(window.sandbox.counters().writes, 3);
    // A pause that has passed ends by itself.
    let until = Some(Timestamp::now());
    window.send(Command::Pause { until });
    window.until("over", |shown| shown.pause.is_none()).await;
}

#[tokio::test]
async fn a_run_that_is_stopped_goes_on_when_it_is_asked_to() {
    let mut window = Window::open(true).await;
    write_source(&window.source(), &members(1..=400));
    window.sandbox.adjust(Adjustments {
        latency_ms: Some(50),
        ..Adjustments::default()
    });
    window.finish(|draft| draft.enabled = false).await;
    window.of_destination(DestinationCommand::Run);
    let delivers = |view: &DestinationView| {
        let running = view.running.as_ref();
        running.is_some_and(|running| running.figures.activated > 0)
    };
    window.until_it("a delivery", delivers).await;
    window.of_destination(DestinationCommand::Delete);
    window
        .until("a refusal", |shown| {
            is_said(
                shown,
                |what| matches!(what, NoticeKind::Problem(problem) if problem.code == "destination_busy"),
            )
        })
        .await;
    window.of_destination(DestinationCommand::Stop);
    window
        .until_it("the stop", has_ended_with(RunStatus::Stopped, 1))
        .await;
    let figures = window.destination().runs[0].figures;
    assert_eq!(figures.activated + figures.pending, 400, "{figures:?}");
    assert!(window.destination().delivered.is_some());
    window.of_destination(DestinationCommand::Run);
    window
        .until_it("the rest", has_ended_with(RunStatus::Completed, 2))
        .await;
    assert_eq!(window.sandbox.counters().writes, 400);
}

#[tokio::test]
async fn settings_are_exported_whole_and_a_deleted_destination_leaves_nothing() {
    let mut window = Window::open(true).await;
    write_source(&window.source(), &members(1..=3));
    window.finish(|draft| draft.enabled = false).await;
    window.of_destination(DestinationCommand::Run);
    window
        .until_it("a run", has_ended_with(RunStatus::Completed, 1))
        .await;
    let path = window.home.path().join("nordic.json");
    fs::write(&path, "older").expect("it can be written");
    let export = |path: &Path| DestinationCommand::Export {
        path: path.to_owned(),
    };
    window.of_destination(export(&path));
    let exported = |what: &NoticeKind| matches!(what, NoticeKind::Exported { n_records: 1, .. });
    window
        .until("a file", |shown| is_said(shown, exported))
        .await;
    let read = read_destination(&path).expect("it is valid");
    assert_eq!(read, *window.destination().settings);
    window.of_destination(export(&window.home.path().join("gone").join("nordic.json")));
    let failed = |what: &NoticeKind| matches!(what, NoticeKind::Problem(problem) if problem.code == "file_not_written");
    window
        .until("no folder", |shown| is_said(shown, failed))
        .await;

    window.of_destination(DestinationCommand::Delete);
    window
        .until("nothing left", |shown| shown.destinations.is_empty())
        .await;
    let dir = DataDir::open(Some(window.home.path().join("data"))).expect("a data folder");
    assert_eq!(dir.read_destinations().expect("it is readable"), []);
    let states = fs::read_dir(dir.path().join("state")).expect("a folder");
    let left: Vec<_> = states
        .map(|entry| entry.expect("it can be listed").file_name())
        .collect();
    // The account's budget is not the destination's.
    let of_it = |name: &&OsString| name.to_string_lossy().starts_with("nordic");
    assert_eq!(left.iter().find(of_it), None, "{left:?}");
    // What was exported is a destination again when it is stored, and has everything still to do.
    dir.write_destination(read).expect("it is stored");
    let mut window = window.restart().await;
    assert!(window.destination().runs.is_empty());
    window.of_destination(DestinationCommand::Run);
    window
        .until_it("a run", has_ended_with(RunStatus::Completed, 1))
        .await;
}

#[tokio::test]
async fn a_run_that_fails_is_an_alert_until_it_is_seen() {
    let mut window = Window::open(true).await;
    write_source(&window.source(), &members(1..=3));
    window.sandbox.revoke_tokens();
    window.finish(|draft| draft.enabled = false).await;
    window.of_destination(DestinationCommand::Run);
    window
        .until_it("a failure", has_ended_with(RunStatus::Failed, 1))
        .await;
    let kinds: Vec<_> = window.shown.alerts.iter().map(|alert| alert.kind).collect();
    assert_eq!(
        kinds,
        [Alert::RunFailure, Alert::SignInLost, Alert::RunStart]
    );
    let failure = &window.shown.alerts[0];
    assert_eq!(failure.run, Some(window.destination().runs[0].id));
    assert_eq!(
        window.destination().problem.as_ref(),
        failure.problem.as_ref()
    );
    assert_eq!(window.destination().n_waiting, 3);
    window.send(Command::ReadAlerts {
        only: Some(failure.id),
    });
    window
        .until("one seen", |shown| shown.n_unread() == 2)
        .await;
    let mut window = window.restart().await;
    assert_eq!(window.shown.n_unread(), 2);
    window.send(Command::ReadAlerts { only: None });
    window
        .until("all seen", |shown| shown.n_unread() == 0)
        .await;

    fs::remove_file(window.source()).expect("it was there");
    window.of_destination(DestinationCommand::Run);
    window
        .until_it("another failure", has_ended_with(RunStatus::Failed, 2))
        .await;
    let kinds: Vec<_> = window.shown.alerts.iter().map(|alert| alert.kind).collect();
    assert_eq!(
        kinds[..3],
        [Alert::RunFailure, Alert::SourceMissing, Alert::RunStart]
    );
    assert!(window.destination().next_try.is_some());
}

#[tokio::test]
async fn a_run_of_a_program_that_died_is_interrupted_from_the_next_start_on() {
    let mut window = Window::open(true).await;
    write_source(&window.source(), &members(1..=3));
    window.finish(|draft| draft.enabled = false).await;
    window.of_destination(DestinationCommand::Run);
    window
        .until_it("a run", has_ended_with(RunStatus::Completed, 1))
        .await;
    let dir = DataDir::open(Some(window.home.path().join("data"))).expect("a data folder");
    let settings = dir.read_destinations().expect("it is readable").remove(0);
    let mut store = Store::open(&dir.state(&settings)).expect("it opens");
    let begun = store.begin_run(Cause::Manual, Timestamp::now());
    let begun = begun.expect("it can be written");
    drop(store);
    let mut window = window.restart().await;
    window
        .until_it("its end", has_ended_with(RunStatus::Stopped, 2))
        .await;
    let view = window.destination();
    assert_eq!(view.runs[0].id, begun);
    assert!(view.runs[0].is_interrupted() && view.runs[0].ended.is_some());
    assert_eq!(view.problem, None, "nobody has to do anything");
}

#[tokio::test]
async fn a_server_that_does_not_answer_keeps_nobody_waiting() {
    let mut window = Window::open(true).await;
    write_source(&window.source(), &members(1..=3));
    window.finish(|draft| draft.enabled = false).await;
    window.silence();
    let account = "Sandbox".to_owned();
    window.send(Command::Look(Look::Fields { account }));
    window.of_destination(DestinationCommand::Run);
    let is_sending = |view: &DestinationView| view.n_waiting == 3 && view.running.is_some();
    window.until_it("a run that waits", is_sending).await;

    window.is_answered().await;
    let query = ProspectQuery {
        slug: window.destination().slug.clone(),
        ..ProspectQuery::default()
    };
    window.send(Command::Look(Look::Prospects(query)));
    let is_found = |shown: &Snapshot| {
        let asked = shown.looks.prospects.as_ref();
        asked.is_some_and(|asked| asked.answer.is_some())
    };
    window.until("prospects", is_found).await;
    let name = "Copy".to_owned();
    window.of_destination(DestinationCommand::Duplicate { name });
    window
        .until("a copy", |shown| shown.destinations.len() == 2)
        .await;
    // All of that came while both were still under way.
    assert!(window.shown.looks.fields["Sandbox"].is_looking);
    let running = window.shown.destinations.iter();
    let running = running.filter(|view| view.running.is_some());
    assert_eq!(running.count(), 1);
}

/// More files than can be looked at while another source is.
const SLOW_PARTS: u32 = 20_000;

#[tokio::test]
async fn a_source_that_takes_long_to_read_keeps_nobody_waiting() {
    let mut window = Window::open(true).await;
    let slow = window.home.path().join("slow");
    fs::create_dir(&slow).expect("a folder");
    for part in 1..=SLOW_PARTS {
        let path = slow.join(format!("part-{part:05}.csv"));
        fs::write(path, format!("Oid\n{part}\n")).expect("a part");
    }
    let look = |path: &Path| Command::Look(Look::Source(FileSource::at(path).into()));
    let key = SourceSettings::from(FileSource::at(&slow)).key();
    let is_looking = |shown: &Snapshot| {
        let asked = shown.looks.sources.get(&key);
        asked.is_some_and(|asked| asked.is_looking)
    };
    window.send(look(&slow));
    window.until("a look", is_looking).await;
    window.is_answered().await;
    write_source(&window.source(), &members(1..=3));
    let quick = SourceSettings::from(FileSource::at(window.source())).key();
    window.send(look(&window.source()));
    let is_there = |shown: &Snapshot| {
        let asked = shown.looks.sources.get(&quick);
        asked.is_some_and(|asked| asked.answer.is_some())
    };
    window.until("the other source", is_there).await;
    assert!(is_looking(&window.shown), "the slow one is still read");
    window.until("its end", |shown| !is_looking(shown)).await;
}
