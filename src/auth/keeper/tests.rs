//! Staying signed in, against a sign-in server that answers by script and a clock that the test sets.

use jiff::SignedDuration;

use super::{
    super::testing::{Server, TestClock, held, keeper, signed_in},
    *,
};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

async fn token(keeper: &Keeper) -> String {
    let token = keeper.access_token().await.expect("a token");
    token.expose_secret().to_owned()
}

#[tokio::test]
async fn a_refresh_replaces_the_pair_and_keeps_the_one_before() {
    let (server, clock) = (Server::start().await, TestClock::default());
    let (account, vault) = signed_in(&server, &clock, DAY).await;
    let keeper = keeper(&account, &vault, &clock);
    for n in 1..=3 {
        assert_eq!(token(&keeper).await, format!("access-{n}"));
        let (fresh, old) = (format!("refresh-{n}"), format!("refresh-{}", n - 1));
        assert_eq!(held(&vault, Slot::RefreshToken).await, Some(fresh));
        assert_eq!(held(&vault, Slot::PreviousRefreshToken).await, Some(old));
        clock.pass(2 * HOUR - 300);
    }
    let script = server.script();
    let form = &script.forms[0];
    let expected = [
        ("grant_type", "refresh_token"),
        ("refresh_token", "refresh-0"),
        ("client_id", "client-1"),
        ("client_secret", "s3cret"),
        ("redirect_uri", "https://127.0.0.1:8765/callback"),
    ];
    for (name, value) in expected {
        assert_eq!(form.get(name).map(String::as_str), Some(value), "{name}");
    }
    assert_eq!(form.len(), expected.len());
    drop(script);
    let standing = keeper.standing();
    assert_eq!(
        standing.granted_scopes,
        ["prospects.read", "prospects.write"]
    );
    let last = clock.now() - SignedDuration::from_secs(2 * HOUR - 300);
    assert_eq!(
        standing.signed_in_until,
        Some(last + crate::model::SIGN_IN_LASTS)
    );
    assert_eq!(keeper.n_requests(), 3);
}

#[tokio::test]
async fn callers_that_come_together_share_one_request() {
    let (server, clock) = (Server::start().await, TestClock::default());
    let (account, vault) = signed_in(&server, &clock, DAY).await;
    let keeper = keeper(&account, &vault, &clock);
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let keeper = keeper.clone();
        callers.spawn(async move { token(&keeper).await });
    }
    assert_eq!(callers.join_all().await, vec!["access-1"; 16]);
    assert_eq!(server.n_asked(), 1);
    // All of them are told that it is no good any more: again one request.
    clock.pass(HOUR);
    let refused = SecretString::from("access-1");
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let (keeper, refused) = (keeper.clone(), refused.clone());
        callers.spawn(async move { keeper.on_unauthorized(&refused).await.is_ok() });
    }
    assert_eq!(callers.join_all().await, vec![true; 16]);
    assert_eq!(server.n_asked(), 2);
}

#[tokio::test]
async fn two_programs_that_come_one_after_the_other_share_the_token() {
    let (server, clock) = (Server::start().await, TestClock::default());
    let (account, vault) = signed_in(&server, &clock, DAY).await;
    let [first, second] = [0, 1].map(|_| keeper(&account, &vault, &clock));
    assert_eq!(token(&first).await, "access-1");
    assert_eq!(token(&second).await, "access-1");
    clock.pass(2 * HOUR);
    assert_eq!(token(&second).await, "access-2");
    assert_eq!(token(&first).await, "access-2");
    assert_eq!(server.n_asked(), 2);
    // A start within the minute costs no token either.
    assert_eq!(token(&keeper(&account, &vault, &clock)).await, "access-2");
    assert_eq!(server.n_asked(), 2);
}

#[tokio::test]
async fn too_many_requests_is_a_wait_and_no_end() {
    let (server, clock) = (Server::start().await, TestClock::default());
    let (account, vault) = signed_in(&server, &clock, DAY).await;
    let keeper = keeper(&account, &vault, &clock);
    server
        .script()
        .instead
        .extend([(429, "", Some("30")), (429, "slow down", None)]);
    for wait in [30, 60] {
        let until = clock.now() + SignedDuration::from_secs(wait);
        for _ in 0..3 {
            let error = keeper.access_token().await.expect_err("it has to wait");
            assert_eq!(error.wait_until(), Some(until));
            assert!(error.is_transient() && !error.needs_sign_in());
        }
        clock.pass(wait);
    }
    assert_eq!(token(&keeper).await, "access-1");
    assert_eq!(server.n_asked(), 3);
}

#[tokio::test]
async fn a_server_that_fails_is_asked_again_and_never_ends_the_sign_in() {
    let (server, clock) = (Server::start().await, TestClock::default());
    let (account, vault) = signed_in(&server, &clock, DAY).await;
    let keeper = keeper(&account, &vault, &clock);
    let answers = [
        (502, "<html>Bad gateway</html>"),
        (200, "<html>Please accept the terms of this network</html>"),
        (
            404,
            r#"{"error":"404","error_description":"route not found"}"#,
        ),
        (400, r#"{"error":"temporarily_unavailable"}"#),
        (403, "forbidden"),
    ];
    let instead = answers.map(|(status, body)| (status, body, None));
    server.script().instead.extend(instead);
    for _ in answers {
        let error = keeper.access_token().await.expect_err("no token");
        assert!(error.is_transient() && !error.needs_sign_in(), "{error:?}");
        assert_eq!(error.wait_until(), None);
        // Whoever asks again at once does not burden the server.
        let again = keeper.access_token().await.expect_err("no token");
        assert_eq!(again.code(), "sign_in_network");
        clock.pass(15);
    }
    assert_eq!(token(&keeper).await, "access-1");
    assert_eq!(server.n_asked(), answers.len() + 1);
}

#[tokio::test]
async fn a_revoked_sign_in_is_lost_after_the_token_before_was_tried() {
    let (server, clock) = (Server::start().await, TestClock::default());
    let (account, vault) = signed_in(&server, &clock, DAY).await;
    let keeper = keeper(&account, &vault, &clock);
    assert_eq!(token(&keeper).await, "access-1");
    clock.pass(2 * HOUR);
    server.script().live.clear();
    let error = keeper.access_token().await.expect_err("it is revoked");
    assert!(error.needs_sign_in() && !error.is_transient());
    let tried: Vec<_> = server.script().forms[1..]
        .iter()
        .map(|form| form["refresh_token"].clone())
        .collect();
    assert_eq!(tried, ["refresh-1", "refresh-0"]);
    let standing = keeper.standing();
    assert_eq!(
        (standing.signed_in_until, standing.lost),
        (None, Some(Lost::Grant))
    );
    // Nobody goes on asking.
    let again = keeper.access_token().await.expect_err("it stays lost");
    assert_eq!(again.code(), "sign_in_lost");
    assert_eq!(server.n_asked(), 3);
}

#[tokio::test]
async fn a_client_secret_that_was_replaced_asks_for_a_person() {
    let (server, clock) = (Server::start().await, TestClock::default());
    let (account, vault) = signed_in(&server, &clock, DAY).await;
    let keeper = keeper(&account, &vault, &clock);
    let refusal =
        r#"{"error":"invalid_client","error_description":"Client authentication failed."}"#;
    server.script().instead.push_back((401, refusal, None));
    let error = keeper.access_token().await.expect_err("no token");
    assert!(error.needs_sign_in());
    assert_eq!(error.code(), "client_refused");
    assert_eq!(keeper.standing().lost, Some(Lost::Client));
    assert_eq!(server.n_asked(), 1);
}

#[tokio::test]
async fn a_pair_that_cannot_be_saved_is_not_used_and_saved_later() {
    let (server, clock) = (Server::start().await, TestClock::default());
    let (account, vault) = signed_in(&server, &clock, DAY).await;
    let keeper = keeper(&account, &vault, &clock);
    server.script().is_strict = true;
    vault.refuse_writes(true);
    let error = keeper.access_token().await.expect_err("it is not saved");
    assert!(error.keyring().is_some_and(VaultError::is_locked));
    assert!(error.is_transient() && !error.needs_sign_in());
    clock.pass(1);
    vault.refuse_writes(false);
    assert_eq!(token(&keeper).await, "access-1");
    assert_eq!(
        held(&vault, Slot::RefreshToken).await.as_deref(),
        Some("refresh-1")
    );
    assert_eq!(server.n_asked(), 1);
}

/// The process ends between the answer and the keyring: the next one has the old pair only.
#[tokio::test]
async fn a_process_that_dies_before_it_saves_leaves_a_pair_that_works() {
    let (server, clock) = (Server::start().await, TestClock::default());
    let (account, vault) = signed_in(&server, &clock, DAY).await;
    vault.refuse_writes(true);
    let dying = keeper(&account, &vault, &clock);
    dying.access_token().await.expect_err("it is not saved");
    drop(dying);
    vault.refuse_writes(false);
    clock.pass(60);
    assert_eq!(token(&keeper(&account, &vault, &clock)).await, "access-2");
}

/// The same on a server that takes no token twice: only a person can help, and is asked to.
#[tokio::test]
async fn a_process_that_dies_before_it_saves_needs_a_person_where_the_old_token_is_dead() {
    let (server, clock) = (Server::start().await, TestClock::default());
    let (account, vault) = signed_in(&server, &clock, DAY).await;
    server.script().is_strict = true;
    vault.refuse_writes(true);
    let dying = keeper(&account, &vault, &clock);
    dying.access_token().await.expect_err("it is not saved");
    drop(dying);
    vault.refuse_writes(false);
    clock.pass(60);
    let next = keeper(&account, &vault, &clock);
    let error = next.access_token().await.expect_err("the old one is dead");
    assert!(error.needs_sign_in() && !error.is_transient(), "{error:?}");
    assert_eq!(next.standing().lost, Some(Lost::Grant));
    // Nothing but the one pair there is was tried, once.
    assert_eq!(server.n_asked(), 2);
}

/// It ends between the two entries of the keyring: the refresh token is the old one, and so is the previous one.
#[tokio::test]
async fn the_token_before_is_the_way_back_on_a_server_that_still_takes_it() {
    let (server, clock) = (Server::start().await, TestClock::default());
    let (account, vault) = signed_in(&server, &clock, DAY).await;
    let fresh = SecretString::from("refresh-unknown");
    let old = SecretString::from("refresh-0");
    vault
        .rotate("a1", &fresh, Some(&old))
        .await
        .expect("memory takes it");
    let keeper = keeper(&account, &vault, &clock);
    assert_eq!(token(&keeper).await, "access-1");
    assert_eq!(server.n_asked(), 2);
    assert_eq!(
        held(&vault, Slot::RefreshToken).await.as_deref(),
        Some("refresh-1")
    );
}

#[tokio::test]
async fn a_caller_that_gives_up_does_not_take_the_new_pair_along() {
    let (server, clock) = (Server::start().await, TestClock::default());
    let (account, vault) = signed_in(&server, &clock, DAY).await;
    server.script().is_strict = true;
    let keeper = keeper(&account, &vault, &clock);
    let caller = tokio::spawn({
        let keeper = keeper.clone();
        async move { drop(keeper.access_token().await) }
    });
    while server.n_asked() == 0 {
        tokio::task::yield_now().await;
    }
    caller.abort();
    assert_eq!(token(&keeper).await, "access-1");
    assert_eq!(server.n_asked(), 1);
}

#[tokio::test]
async fn a_request_that_found_no_server_is_not_counted() {
    let (server, clock) = (Server::start().await, TestClock::default());
    let (account, vault) = signed_in(&server, &clock, DAY).await;
    let gone = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = gone.local_addr().expect("an address");
    drop(gone);
    let nowhere = AccountSettings {
        token_address: Some(format!("http://{address}/token")),
        ..account.clone()
    };
    let lost = keeper(&nowhere, &vault, &clock);
    let error = lost.access_token().await.expect_err("nobody is there");
    assert!(error.is_transient(), "{error:?}");
    assert_eq!(lost.n_requests(), 0);
    let found = keeper(&account, &vault, &clock);
    token(&found).await;
    assert_eq!(found.n_requests(), 1);
}

#[tokio::test]
async fn thirteen_days_of_rest_are_no_matter() {
    let (server, clock) = (Server::start().await, TestClock::default());
    let (account, vault) = signed_in(&server, &clock, 13 * DAY).await;
    assert!(account.expires_soon(clock.now()));
    let keeper = keeper(&account, &vault, &clock);
    keeper.keep_alive().await.expect("it is renewed");
    let until = keeper.standing().signed_in_until;
    assert_eq!(until, Some(clock.now() + crate::model::SIGN_IN_LASTS));
    for _ in 0..20 {
        clock.pass(HOUR);
        keeper.keep_alive().await.expect("nothing to do");
    }
    assert_eq!(server.n_asked(), 1);
    for _ in 0..40 {
        clock.pass(12 * HOUR);
        keeper.keep_alive().await.expect("it is renewed");
    }
    assert_eq!(server.n_asked(), 21);
}

#[tokio::test]
async fn no_secret_and_no_token_is_ever_printed() {
    let (server, clock) = (Server::start().await, TestClock::default());
    let (account, vault) = signed_in(&server, &clock, DAY).await;
    let keeper = keeper(&account, &vault, &clock);
    token(&keeper).await;
    server.script().live.clear();
    clock.pass(2 * HOUR);
    let error = keeper.access_token().await.expect_err("it is revoked");
    let endpoint = keeper.endpoint();
    let printed = format!("{keeper:?} {error:?} {endpoint:?} {vault:?}");
    for secret in ["s3cret", "refresh-", "access-"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}
