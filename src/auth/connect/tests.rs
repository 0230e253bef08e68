//! A person signs in, against a sign-in server that answers by script.

use super::{
    super::testing::{Server, TestClock, held, keeper, signed_in},
    *,
};
use crate::{
    auth::{Lost, Slot, Vault},
    model::{AccountSettings, RedirectMode},
};

fn secret() -> SecretString {
    SecretString::from("s3cret")
}

fn callback(address: &str, rest: &str) -> String {
    let url = reqwest::Url::parse(address).expect("an address");
    let pair = |name: &str| {
        let found = url.query_pairs().find(|(key, _)| key == name);
        found.expect("it is there").1.into_owned()
    };
    format!("{}?state={}&{rest}", pair("redirect_uri"), pair("state"))
}

/// Signs in, with a person who answers the address that is shown with these texts.
async fn sign_in(
    keeper: &Keeper,
    answer: impl Fn(&str) -> Vec<String> + Sync,
) -> (Result<Standing, Error>, usize) {
    let (send, pasted) = mpsc::channel(8);
    let mut n_not_used = 0;
    let mut tell = |news: News<'_>| match news {
        News::SignInAt(address) => {
            for text in answer(address) {
                send.try_send(text).expect("there is room");
            }
        }
        News::NotUsed(_) => n_not_used += 1,
    };
    let browser = Browser {
        within: SIGN_IN_WITHIN,
        pasted,
        cancelled: Box::pin(std::future::pending()),
        tell: &mut tell,
    };
    let came = keeper.connect(secret(), browser).await;
    (came, n_not_used)
}

#[tokio::test]
async fn an_address_that_is_pasted_signs_in_at_the_second_try() {
    let (server, clock) = (Server::start().await, TestClock::default());
    let vault = Vault::memory();
    let keeper = keeper(&server.account(), &vault, &clock);
    let nobody = keeper.access_token().await.expect_err("nobody is there");
    assert!(nobody.needs_sign_in() && nobody.code() == "sign_in_needed");
    let (came, n_not_used) = sign_in(&keeper, |address| {
        vec![address.to_owned(), callback(address, "code=c0de")]
    })
    .await;
    let standing = came.expect("signed in");
    assert_eq!(n_not_used, 1);
    assert_eq!(standing.granted_scopes.len(), 2);
    assert!(standing.signed_in_until.is_some());
    assert_eq!(
        held(&vault, Slot::ClientSecret).await.as_deref(),
        Some("s3cret")
    );
    assert_eq!(
        held(&vault, Slot::RefreshToken).await.as_deref(),
        Some("refresh-1")
    );
    let token = keeper.access_token().await;
    assert!(token.is_ok());
    assert_eq!(server.n_asked(), 1);
}

#[tokio::test]
async fn a_sign_in_that_comes_to_nothing_leaves_everything_as_it_was() {
    let (server, clock) = (Server::start().await, TestClock::default());
    let (account, vault) = signed_in(&server, &clock, 86_400).await;
    let keeper = keeper(&account, &vault, &clock);
    let before = keeper.standing();
    let (came, _) = sign_in(&keeper, |address| {
        vec![callback(address, "error=access_denied")]
    })
    .await;
    assert_eq!(came.expect_err("denied").code(), "access_denied");
    server
        .script()
        .instead
        .push_back((400, r#"{"error":"invalid_grant"}"#, None));
    let (came, _) = sign_in(&keeper, |address| vec![callback(address, "code=old")]).await;
    assert_eq!(came.expect_err("refused").code(), "invalid_grant");
    vault.refuse_writes(true);
    let (came, _) = sign_in(&keeper, |address| vec![callback(address, "code=c0de")]).await;
    assert_eq!(came.expect_err("not saved").code(), "keyring_locked");
    vault.refuse_writes(false);
    assert_eq!(keeper.standing(), before);
    assert_eq!(
        held(&vault, Slot::RefreshToken).await.as_deref(),
        Some("refresh-0")
    );
    assert!(keeper.access_token().await.is_ok());
}

#[tokio::test]
async fn nobody_comes_back_a_person_gives_up_or_closes_the_terminal() {
    let (server, clock) = (Server::start().await, TestClock::default());
    let keeper = keeper(&server.account(), &Vault::memory(), &clock);
    for (within, gives_up, is_open, code) in [
        (Duration::ZERO, false, true, "sign_in_timed_out"),
        (SIGN_IN_WITHIN, true, true, "sign_in_cancelled"),
        (SIGN_IN_WITHIN, false, false, "sign_in_cancelled"),
    ] {
        let cancelled: Pin<Box<dyn Future<Output = ()> + Send>> = if gives_up {
            Box::pin(std::future::ready(()))
        } else {
            Box::pin(std::future::pending())
        };
        let (send, pasted) = mpsc::channel(1);
        let kept = is_open.then_some(send);
        let browser = Browser {
            within,
            pasted,
            cancelled,
            tell: &mut |_| (),
        };
        let error = keeper.connect(secret(), browser).await;
        assert_eq!(error.expect_err("nothing came").code(), code);
        drop(kept);
    }
}

#[tokio::test]
async fn a_lost_sign_in_comes_back_through_the_browser() {
    let (server, clock) = (Server::start().await, TestClock::default());
    let (mut account, vault) = signed_in(&server, &clock, 86_400).await;
    server.script().live.clear();
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    account.port = free.local_addr().expect("an address").port();
    account.redirect = RedirectMode::Http;
    drop(free);
    let keeper = keeper(&account, &vault, &clock);
    keeper.access_token().await.expect_err("it is revoked");
    assert_eq!(keeper.standing().lost, Some(Lost::Grant));
    let (came, _) = sign_in(&keeper, |address| {
        let address = callback(address, "code=c0de");
        let client = reqwest::Client::builder().no_proxy().build();
        let request = client.expect("a client").get(address).send();
        tokio::spawn(async move { drop(request.await) });
        vec![]
    })
    .await;
    let standing = came.expect("signed in");
    assert_eq!(standing.lost, None);
    keeper.access_token().await.expect("a token");
    keeper.disconnect().await.expect("memory lets go");
    assert_eq!(held(&vault, Slot::RefreshToken).await, None);
    assert_eq!(held(&vault, Slot::ClientSecret).await, None);
    assert_eq!(keeper.standing().signed_in_until, None);
}

/// A future that is dropped in mid-wait, as a closed window does.
#[tokio::test]
async fn a_wait_that_is_dropped_makes_room_for_the_next() {
    let (server, clock) = (Server::start().await, TestClock::default());
    let account = AccountSettings {
        redirect: RedirectMode::Paste,
        ..server.account()
    };
    let keeper = keeper(&account, &Vault::memory(), &clock);
    let (_send, pasted) = mpsc::channel(1);
    let mut is_shown = false;
    let mut tell = |_: News<'_>| is_shown = true;
    let browser = Browser {
        within: SIGN_IN_WITHIN,
        pasted,
        cancelled: Box::pin(std::future::pending()),
        tell: &mut tell,
    };
    tokio::select! {
        biased;
        _ = keeper.connect(secret(), browser) => panic!("nobody answers"),
        () = async { for _ in 0..100 { tokio::task::yield_now().await } } => {}
    }
    assert!(is_shown);
    while keeper.step_alone(Event::Connect).await.is_err() {
        tokio::task::yield_now().await;
    }
}
