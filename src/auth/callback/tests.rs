//! The listener over real HTTP, with and without TLS, and every way a sign-in comes to nothing.

use std::net::Ipv4Addr;

use super::*;
use crate::{
    auth::{Attempt, Clock, Endpoint},
    model::AccountSettings,
};

fn attempt() -> Attempt {
    let endpoint = Endpoint::new(&AccountSettings::new("a1", "Sales"), Clock::system());
    endpoint.expect("its addresses are good").begin()
}

fn state(attempt: &Attempt) -> String {
    let url = reqwest::Url::parse(attempt.address()).expect("an address");
    let mut pairs = url.query_pairs();
    let found = pairs.find(|(key, _)| key == "state").expect("a state");
    found.1.into_owned()
}

struct Waiting {
    address: String,
    answer: tokio::task::JoinHandle<Result<Code, Error>>,
    state: String,
}

async fn wait(mode: RedirectMode) -> Waiting {
    let listener = Listener::bind(mode, 0).await.expect("a free port");
    let listener = listener.expect("this mode listens");
    let port = listener.tcp.local_addr().expect("an address").port();
    let scheme = if mode == RedirectMode::Https {
        "https"
    } else {
        "http"
    };
    let attempt = attempt();
    Waiting {
        address: format!("{scheme}://127.0.0.1:{port}"),
        state: state(&attempt),
        answer: tokio::spawn(listener.answer(attempt.expected())),
    }
}

fn browser() -> reqwest::Client {
    let builder = reqwest::Client::builder().no_proxy().tls_info(true);
    let builder = builder.tls_danger_accept_invalid_certs(true);
    builder.build().expect("a client")
}

impl Waiting {
    async fn get(&self, path: &str) -> (u16, String) {
        let path = path.replace("STATE", &self.state);
        let request = browser().get(format!("{}{path}", self.address));
        let response = request.send().await.expect("an answer");
        let status = response.status().as_u16();
        (status, response.text().await.expect("a text"))
    }

    async fn ended(self) -> Result<Code, Error> {
        self.answer.await.expect("it does not panic")
    }
}

#[tokio::test]
async fn one_answer_is_taken_and_nothing_else_is_served() {
    for mode in [RedirectMode::Http, RedirectMode::Https] {
        let waiting = wait(mode).await;
        for path in [
            "/",
            "/favicon.ico",
            "/callback",
            "/callback/x?code=1&state=STATE",
        ] {
            assert_eq!(waiting.get(path).await.0, 404, "{path}");
        }
        let post = browser().post(format!("{}/callback?code=1", waiting.address));
        assert_eq!(post.send().await.expect("an answer").status(), 404);
        let (status, page) = waiting.get("/callback?code=c0de&state=STATE").await;
        assert_eq!(status, 200);
        assert!(page.contains("You can close this window"));
        assert!(!page.contains("c0de"));
        let code = waiting.ended().await.expect("a code");
        assert!(!format!("{code:?}").contains("c0de"));
    }
}

#[tokio::test]
async fn what_is_no_code_is_told_apart_and_told_to_the_browser() {
    for (path, code, words) in [
        (
            "/callback?code=c0de&state=other",
            "wrong_state",
            "does not belong",
        ),
        ("/callback?code=c0de", "wrong_state", "does not belong"),
        (
            "/callback?code=c0de&state=STATE&state=x",
            "wrong_state",
            "does not belong",
        ),
        (
            "/callback?error=access_denied&state=STATE",
            "access_denied",
            "denied",
        ),
        (
            "/callback?error=invalid_scope&state=STATE",
            "sign_in_refused",
            "Audience Sync says why",
        ),
        ("/callback?state=STATE", "no_code", "Audience Sync says why"),
        (
            "/callback?code=a&code=b&state=STATE",
            "no_code",
            "Audience Sync says why",
        ),
        (
            "/callback?error=%3Cscript%3E&state=STATE",
            "sign_in_refused",
            "Audience Sync says why",
        ),
    ] {
        let waiting = wait(RedirectMode::Http).await;
        let (status, page) = waiting.get(path).await;
        assert_eq!(status, 400, "{path}");
        assert!(page.contains(words) && !page.contains("{{"), "{path}");
        assert!(!page.contains("<script>"));
        let error = waiting.ended().await.expect_err("no code");
        assert_eq!(error.code(), code, "{path}");
    }
}

#[tokio::test]
async fn a_second_answer_is_turned_away() {
    let attempt = attempt();
    let (send, answer) = oneshot::channel();
    let desk = Arc::new(Desk {
        expected: attempt.expected(),
        answer: Mutex::new(Some(send)),
    });
    for status in [StatusCode::OK, StatusCode::CONFLICT] {
        let query = format!("code=c0de&state={}", state(&attempt));
        let desk = State(Arc::clone(&desk));
        let response = on_callback(desk, Method::GET, RawQuery(Some(query))).await;
        assert_eq!(response.status(), status);
    }
    assert!(answer.await.expect("the first one").is_ok());
    assert_eq!(Error::Again.code(), "answered_twice");
}

#[tokio::test]
async fn a_port_in_use_is_named() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
    let taken = taken.expect("a free port");
    let port = taken.local_addr().expect("an address").port();
    let Err(error) = Listener::bind(RedirectMode::Http, port).await else {
        panic!("it is taken");
    };
    assert!(error.is_port() && error.code() == "port_in_use");
    assert_eq!(
        error.to_string(),
        format!("port {port} of this computer is in use")
    );
    let pasted = Listener::bind(RedirectMode::Paste, port).await;
    assert!(pasted.expect("nothing is needed").is_none());
}

#[tokio::test]
async fn the_certificate_is_for_this_computer_alone_and_another_one_each_time() {
    let mut seen = vec![];
    for _ in 0..2 {
        let waiting = wait(RedirectMode::Https).await;
        let response = browser().get(&waiting.address).send().await;
        let response = response.expect("an answer");
        let info = response.extensions().get::<reqwest::tls::TlsInfo>();
        let der = info
            .and_then(|info| info.peer_certificate())
            .expect("a certificate");
        seen.push(der.to_vec());
        let trusted = reqwest::Certificate::from_der(der).expect("a certificate");
        let strict = reqwest::Client::builder()
            .no_proxy()
            .tls_certs_only([trusted])
            .build()
            .expect("a client");
        let right = strict.get(&waiting.address).send().await;
        assert_eq!(right.expect("it is trusted").status(), 404);
        let wrong = waiting.address.replace("127.0.0.1", "localhost");
        assert!(strict.get(wrong).send().await.is_err());
        waiting.answer.abort();
    }
    assert_ne!(seen[0], seen[1]);
}

/// Browsers open connections ahead, and drop one whose certificate they do not trust.
#[tokio::test]
async fn a_connection_that_says_nothing_holds_up_no_other() {
    let waiting = wait(RedirectMode::Https).await;
    let address = waiting.address.trim_start_matches("https://").to_owned();
    let silent = TcpStream::connect(&address).await.expect("a connection");
    drop(TcpStream::connect(&address).await.expect("a connection"));
    let (status, _) = waiting.get("/callback?code=c0de&state=STATE").await;
    assert_eq!(status, 200);
    waiting.ended().await.expect("a code");
    drop(silent);
}
