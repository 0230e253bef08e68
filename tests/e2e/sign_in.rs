//! Connecting an account in the browser, by each way back and to each end.

use crate::{
    bench::{ACCOUNT, Bench, CLIENT_SECRET, found},
    browser::{Browser, Certificates},
    keyring::Desk,
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
