//! Signing in at an authorization server that shares no code with us, and staying signed in there.

use crate::{
    bench::Bench,
    browser::{Browser, Certificates},
    pages::sign_in_at_the_provider,
    provider::Provider,
};

/// Two refreshes, since only the second shows that the token of the first was kept: the server takes none twice.
#[tokio::test]
async fn a_server_that_is_not_ours_lets_the_program_in_and_renews_its_tokens() {
    let bench = Bench::start().await;
    let token = bench.sandbox.issue_token();
    let sandbox = bench.sandbox.address();
    let provider = Provider::start(&bench.redirect("http"), &sandbox, &token).await;
    let mut browser = Browser::start("foreign", Certificates::Warns).await;
    let api = provider.address.as_str();
    let mut running = bench.connect("http", api, &["--no-browser"]);
    let address = running.names(&format!("{api}/oauth/authorize?")).await;
    sign_in_at_the_provider(&mut browser, &address).await;
    browser.says("Outreach has answered").await;
    bench.end(running).await.with_code(0);
    provider.has_granted("authorization_code", 1).await;

    bench.settle_destination(api, "Architect");
    for (later, title, n_refreshed) in [("+3h", "Surveyor", 1), ("+6h", "Mason", 2)] {
        bench.write_source(title);
        bench.call_later(later, &["sync"]).await.with_code(0);
        assert!(bench.all_have(title));
        provider.has_granted("refresh_token", n_refreshed).await;
    }
    assert!(!provider.log().contains("refused"), "{}", provider.log());
    assert!(!provider.log().contains("revoked"), "{}", provider.log());
}
