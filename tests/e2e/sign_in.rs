//! A person connects an account, and the program keeps to itself what it learns.

use std::time::Duration;

use crate::{
    bench::{ACCOUNT, Bench, CLIENT_SECRET, found},
    browser::{Browser, Certificates},
    keyring::Desk,
    pages::{Answer, proceed_past_the_warning, sign_in, sign_in_at_the_provider},
    provider::Provider,
};

const DONE: &str = "You can close this window";

/// Every secret there is: the app's, and what the keyring holds.
fn secrets(bench: &Bench) -> Vec<String> {
    let held = bench.desk.entries().into_iter().map(|entry| entry.secret);
    held.chain([CLIENT_SECRET.to_owned()]).collect()
}

#[tokio::test]
async fn over_http_a_person_ends_at_connected_and_the_account_can_sync() {
    let bench = Bench::start().await;
    let api = bench.sandbox.address();
    let mut browser = Browser::start("http", Certificates::Warns).await;
    let mut running = bench.connect("http", &api, &["--no-browser"]);
    let address = running.names(&format!("{api}/oauth/authorize")).await;
    let open = running.in_the_open();
    sign_in(&mut browser, &address, Answer::Allow).await;
    browser.says(DONE).await;
    let ended = bench.end(running).await.with_code(0);
    assert!(ended.out.contains("Connected"), "{ended:#?}");
    assert!(ended.out.contains("Sam Rivera"), "{ended:#?}");

    bench.settle_destination(&api, "Director");
    bench.call(&["sync"]).await.with_code(0);
    assert!(bench.all_have("Director"));
    let secrets = secrets(&bench);
    assert!(secrets.len() >= 3, "the client secret and two tokens");
    let in_the_open = found(&secrets, "the process", open.as_bytes());
    assert!(in_the_open.is_empty(), "{in_the_open:?}");
    bench.assert_kept(&secrets);

    bench
        .call(&["account", "disconnect", ACCOUNT])
        .await
        .with_code(0);
    assert_eq!(bench.desk.entries(), []);
    bench.write_source("Engineer");
    bench.call(&["sync"]).await.with_code(3);
    assert!(bench.all_have("Director"));
}

#[tokio::test]
async fn over_https_the_browser_warns_and_a_person_goes_on() {
    let bench = Bench::start().await;
    let api = bench.sandbox.address();
    let mut browser = Browser::start("https", Certificates::Warns).await;
    let mut running = bench.connect("https", &api, &["--no-browser"]);
    let address = running.names(&format!("{api}/oauth/authorize")).await;
    sign_in(&mut browser, &address, Answer::Allow).await;
    proceed_past_the_warning(&mut browser).await;
    browser.says(DONE).await;
    let ended = bench.end(running).await.with_code(0);
    assert!(ended.out.contains("Connected"), "{ended:#?}");
    bench.assert_kept(&secrets(&bench));
}

#[tokio::test]
async fn a_person_may_paste_the_address_the_browser_ends_at() {
    let bench = Bench::start().await;
    let api = bench.sandbox.address();
    let mut browser = Browser::start("paste", Certificates::Warns).await;
    let mut running = bench.connect("paste", &api, &["--no-browser"]);
    let address = running.names(&format!("{api}/oauth/authorize")).await;
    sign_in(&mut browser, &address, Answer::Allow).await;
    let ended_at = browser.arrives_at(&bench.redirect("https")).await;
    running.tell(&ended_at);
    let ended = bench.end(running).await.with_code(0);
    assert!(ended.out.contains("Connected"), "{ended:#?}");
    bench.assert_kept(&secrets(&bench));
}

#[tokio::test]
async fn a_person_who_says_no_is_understood() {
    let bench = Bench::start().await;
    let api = bench.sandbox.address();
    let mut browser = Browser::start("deny", Certificates::Warns).await;
    let mut running = bench.connect("http", &api, &["--no-browser"]);
    let address = running.names(&format!("{api}/oauth/authorize")).await;
    sign_in(&mut browser, &address, Answer::Deny).await;
    let ended = bench.end(running).await.with_code(3);
    assert!(
        ended.err.to_lowercase().contains("allow") || ended.err.contains("denied"),
        "{ended:#?}"
    );
    assert_eq!(bench.desk.entries(), []);
}

#[tokio::test]
async fn without_a_keyring_the_program_says_so_and_offers_this_session() {
    let bench = Bench::at(Desk::without_keyring()).await;
    let api = bench.sandbox.address();
    let running = bench.connect("http", &api, &["--no-browser"]);
    let ended = bench.end(running).await.with_code(3);
    assert!(ended.err.contains("no keyring"), "{ended:#?}");
    assert!(ended.err.contains("--session-only"), "{ended:#?}");

    let mut browser = Browser::start("session-only", Certificates::Warns).await;
    let mut running = bench.connect("http", &api, &["--no-browser", "--session-only"]);
    let address = running.names(&format!("{api}/oauth/authorize")).await;
    sign_in(&mut browser, &address, Answer::Allow).await;
    let ended = bench.end(running).await.with_code(0);
    assert!(ended.out.contains("no secret is stored"), "{ended:#?}");
    bench.assert_kept(&[CLIENT_SECRET.to_owned()]);
}

#[tokio::test]
async fn an_authorization_server_that_is_not_ours_signs_in_and_refreshes() {
    let bench = Bench::start().await;
    let token = bench.sandbox.issue_token();
    let redirect = bench.redirect("http");
    let provider = Provider::start(&redirect, &bench.sandbox.address(), &token).await;
    let api = &provider.address;
    let mut browser = Browser::start("provider", Certificates::Warns).await;
    let mut running = bench.connect("http", api, &["--no-browser"]);
    let address = running.names(&format!("{api}/oauth/authorize")).await;
    sign_in_at_the_provider(&mut browser, &address).await;
    browser.says(DONE).await;
    bench.end(running).await.with_code(0);
    provider.has_granted("authorization_code", 1).await;

    bench.settle_destination(api, "Director");
    let tomorrow = format!("+{}s", Duration::from_hours(23).as_secs());
    bench.call_later(&tomorrow, &["sync"]).await.with_code(0);
    provider.has_granted("refresh_token", 1).await;
    assert!(bench.all_have("Director"), "{}", provider.log());
    bench.assert_kept(&secrets(&bench));
}
