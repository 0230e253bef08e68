//! Connecting an account in the browser, by each way back and to each end.

use crate::{
    bench::{ACCOUNT, Bench, CLIENT_SECRET, found},
    browser::{Browser, Certificates},
    keyring::Desk,
    leash::{installed, wait_for},
    pages::{Answer, EMAIL, proceed_past_the_warning, sign_in},
    program::{Ended, Running},
};

async fn begin(bench: &Bench, mode: &str) -> (Running, String) {
    let api = bench.sandbox.address();
    let mut running = bench.connect(mode, &api, &["--no-browser"]);
    let beginning = format!("{api}/oauth/authorize?");
    let address = running.names(&beginning).await;
    // While it waits for the browser, everyone may look.
    let open = running.in_the_open();
    let faults = found(&[CLIENT_SECRET.to_owned()], "/proc", open.as_bytes());
    assert!(faults.is_empty(), "{faults:?}");
    (running, address)
}

async fn assert_connected(bench: &Bench, running: Running) -> Ended {
    let ended = bench.end(running).await.with_code(0);
    assert!(ended.out.contains("Connected"), "{ended:#?}");
    let list = bench.json(&["account", "list", "--json"]).await;
    let account = &list["accounts"][0];
    assert_eq!(account["name"], ACCOUNT);
    assert_eq!(account["signed_in"], true);
    let who = account["connected_as"].as_str().unwrap_or_default();
    assert!(who.contains("Sam Rivera") || who.contains(EMAIL), "{list}");
    ended
}

#[tokio::test]
async fn the_browser_comes_back_over_http() {
    let bench = Bench::start().await;
    let mut browser = Browser::start("http", Certificates::Warns).await;
    let (running, address) = begin(&bench, "http").await;
    sign_in(&mut browser, &address, Answer::Allow).await;
    browser.says("Outreach has answered").await;
    assert_connected(&bench, running).await;
}

/// The warning is the one people meet: the browser breaks its first connection off, and comes back.
#[tokio::test]
async fn the_browser_comes_back_over_https_past_its_warning() {
    let bench = Bench::start().await;
    let mut browser = Browser::start("https-warning", Certificates::Warns).await;
    let (running, address) = begin(&bench, "https").await;
    sign_in(&mut browser, &address, Answer::Allow).await;
    proceed_past_the_warning(&mut browser).await;
    browser.says("Outreach has answered").await;
    assert_connected(&bench, running).await;
}

#[tokio::test]
async fn the_address_the_browser_ends_at_is_pasted() {
    let bench = Bench::start().await;
    let mut browser = Browser::start("paste", Certificates::TakesAny).await;
    let (mut running, address) = begin(&bench, "paste").await;
    sign_in(&mut browser, &address, Answer::Allow).await;
    let ended_at = browser.arrives_at(&bench.redirect("https")).await;
    running.tell(&ended_at);
    assert_connected(&bench, running).await;
}

#[tokio::test]
async fn a_person_who_denies_is_told_so_and_nothing_is_kept() {
    let bench = Bench::start().await;
    let mut browser = Browser::start("deny", Certificates::TakesAny).await;
    let (running, address) = begin(&bench, "https").await;
    sign_in(&mut browser, &address, Answer::Deny).await;
    browser.says("Not connected").await;
    let ended = bench.end(running).await.with_code(3);
    assert!(!ended.out.contains("Connected"), "{ended:#?}");
    assert!(ended.err.to_lowercase().contains("den"), "{ended:#?}");
    let tokens = bench.desk.entries();
    let has_token = tokens.iter().any(|entry| entry.user.contains("token"));
    assert!(!has_token, "{tokens:?}");
}

#[tokio::test]
async fn without_a_keyring_the_program_says_what_to_do() {
    let bench = Bench::at(Desk::without_keyring()).await;
    let api = bench.sandbox.address();
    let running = bench.connect("http", &api, &["--no-browser"]);
    let ended = bench.end(running).await;
    assert_ne!(ended.code, Some(0), "{ended:#?}");
    assert!(ended.err.contains("keyring"), "{ended:#?}");
    assert!(ended.err.contains("--session-only"), "{ended:#?}");
}

/// It is found before anyone signs in, although a locked keyring says of each secret only that it is not there.
#[tokio::test]
async fn a_locked_keyring_is_told_at_once_and_the_way_without_it_works() {
    let bench = Bench::at(Desk::with_locked_keyring().await).await;
    let api = bench.sandbox.address();
    let ended = bench
        .end(bench.connect("http", &api, &["--no-browser"]))
        .await
        .with_code(3);
    assert!(!ended.out.contains("/oauth/authorize"), "{ended:#?}");
    assert!(ended.err.contains("is locked"), "{ended:#?}");
    assert!(ended.err.contains("--session-only"), "{ended:#?}");

    let mut browser = Browser::start("locked", Certificates::Warns).await;
    let mut running = bench.connect("http", &api, &["--no-browser", "--session-only"]);
    let address = running.names(&format!("{api}/oauth/authorize?")).await;
    sign_in(&mut browser, &address, Answer::Allow).await;
    let ended = bench.end(running).await.with_code(0);
    assert!(ended.out.contains("Connected"), "{ended:#?}");
    let secrets = [CLIENT_SECRET.to_owned()];
    bench.assert_kept(&secrets);
}

#[tokio::test]
async fn the_program_opens_the_page_itself() {
    let mut desk = Desk::with_keyring().await;
    let opened = desk.record_opened();
    let bench = Bench::at(desk).await;
    let mut browser = Browser::start("opened", Certificates::Warns).await;
    let running = bench.connect("http", &bench.sandbox.address(), &[]);
    let address = wait_for("the page that is opened", || {
        std::fs::read_to_string(&opened).ok()
    })
    .await;
    sign_in(&mut browser, &address, Answer::Allow).await;
    browser.says("Outreach has answered").await;
    let ended = assert_connected(&bench, running).await;
    assert!(ended.out.contains(&address), "it is shown as well");
}

/// At a terminal everything that is typed can be seen, but for the secret.
#[tokio::test]
async fn the_secret_is_typed_unseen() {
    let bench = Bench::start().await;
    let arguments = ["account", "connect", "--no-browser", "--redirect", "paste"];
    let mut running = Running::at_terminal(&bench.desk, &arguments);
    let terminal = running.names("/dev/").await;
    running.tell("client-that-is-typed");
    wait_for("a terminal that shows nothing", || {
        let stty = std::process::Command::new(installed("stty"))
            .args(["-a", "-F", &terminal])
            .output()
            .expect("stty starts");
        let modes = String::from_utf8_lossy(&stty.stdout).into_owned();
        modes
            .split_whitespace()
            .any(|mode| mode == "-echo")
            .then_some(())
    })
    .await;
    running.tell(CLIENT_SECRET);
    let address = running
        .names("https://api.outreach.io/oauth/authorize?")
        .await;
    assert!(
        address.contains("client_id=client-that-is-typed"),
        "{address}"
    );
    // Ctrl-C.
    running.tell("\u{3}");
    let ended = bench.end(running).await.with_code(3);
    let said = ended.said();
    assert!(said.contains("client-that-is-typed\r\n"), "{said}");
    let n_characters = CLIENT_SECRET.len();
    assert!(
        said.contains(&format!("The secret has {n_characters} characters.")),
        "{said}"
    );
    bench.assert_kept(&[CLIENT_SECRET.to_owned()]);
}
