//! A connected account at work: it writes prospects, and its secrets are in the keyring and nowhere else.

use crate::{
    bench::{Bench, CLIENT_SECRET, found},
    browser::{Browser, Certificates},
    leash::wait_for,
    pages::{Answer, sign_in},
    program::Running,
};

#[tokio::test]
async fn a_connected_account_writes_and_its_secrets_stay_in_the_keyring() {
    let bench = Bench::start().await;
    let api = bench.sandbox.address();
    let mut browser = Browser::start("secrets", Certificates::TakesAny).await;
    let mut running = bench.connect("https", &api, &["--no-browser"]);
    let address = running.names(&format!("{api}/oauth/authorize?")).await;
    sign_in(&mut browser, &address, Answer::Allow).await;
    bench.end(running).await.with_code(0);

    bench.settle_destination(&api, "Architect");
    bench.call(&["sync"]).await.with_code(0);
    assert!(bench.all_have("Architect"));

    // It keeps running, so that there is a process to look at while it holds its token.
    bench.write_source("Surveyor");
    let mut running = Running::start(&bench.desk, None, &["run"]);
    wait_for("the title", || bench.all_have("Surveyor").then_some(())).await;
    let secrets = kept(&bench);
    let open = running.in_the_open();
    let faults = found(&secrets, "/proc", open.as_bytes());
    assert!(faults.is_empty(), "{faults:?}");
    running.interrupt();
    bench.end(running).await;
    bench.assert_kept(&secrets);

    bench
        .call(&["account", "disconnect", crate::bench::ACCOUNT])
        .await
        .with_code(0);
    assert_eq!(bench.desk.entries(), []);
    bench.assert_kept(&secrets);
    bench.write_source("Mason");
    bench.call(&["sync"]).await.with_code(3);
}

/// The secrets as another program finds them in the keyring.
fn kept(bench: &Bench) -> Vec<String> {
    let entries = bench.desk.entries();
    let held = |what: &str| {
        let mut of_a_kind = entries.iter();
        let entry = of_a_kind.find(|entry| entry.user.ends_with(what));
        entry.unwrap_or_else(|| panic!("no {what}")).secret.clone()
    };
    assert_eq!(held("/client-secret"), CLIENT_SECRET);
    let secrets = vec![
        held("/client-secret"),
        held("/refresh-token"),
        held("/access-token"),
    ];
    assert!(secrets.iter().all(|secret| secret.len() > 8));
    secrets
}
