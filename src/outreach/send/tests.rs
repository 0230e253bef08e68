//! The client over real HTTP, against a server that answers by script.

use std::{collections::BTreeMap, future::Future, sync::Mutex};

use jiff::SignedDuration;
use secrecy::SecretString;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

mod batches;

use super::*;
use crate::{
    model::{FieldSet, FieldValue, OutreachId, Target},
    outreach::{Echo, RetryPolicy},
};

/// What the server sends for the request of this number, counted from 0; nothing means it hangs up.
type Script = dyn Fn(usize, &str) -> String + Send + Sync;

struct Server {
    address: String,
    requests: Arc<Mutex<Vec<String>>>,
    _tasks: JoinSet<()>,
}

impl Server {
    async fn start(script: impl Fn(usize, &str) -> String + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (script, seen): (Arc<Script>, _) = (Arc::new(script), Arc::clone(&requests));
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(stream, Arc::clone(&script), Arc::clone(&seen)));
            }
        });
        Self {
            address,
            requests,
            _tasks: tasks,
        }
    }

    fn client(&self) -> Client {
        let client = Client::new(&self.address, SecretString::from("s3cret")).expect("a client");
        client.with_retry(RetryPolicy {
            base: Duration::from_millis(1),
            ..RetryPolicy::default()
        })
    }

    fn seen(&self) -> Vec<String> {
        lock(&self.requests).clone()
    }
}

async fn serve(mut stream: TcpStream, script: Arc<Script>, seen: Arc<Mutex<Vec<String>>>) {
    let mut bytes = Vec::new();
    let request = loop {
        let mut chunk = [0; 4096];
        let n = stream.read(&mut chunk).await.unwrap_or_default();
        if n == 0 {
            return;
        }
        bytes.extend_from_slice(&chunk[..n]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let length = text
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |n| n.parse::<usize>().expect("a length"));
        if let Some(end) = text.find("\r\n\r\n")
            && bytes.len() >= end + 4 + length
        {
            break text;
        }
    };
    let number = {
        let mut seen = lock(&seen);
        seen.push(request.clone());
        seen.len() - 1
    };
    let answer = script(number, &request);
    stream.write_all(answer.as_bytes()).await.expect("sent");
    stream.shutdown().await.expect("closed");
}

fn answer(status: u16, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} So\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
}

fn prospect(id: u64, attributes: serde_json::Value) -> String {
    json!({"data": {"type": "prospect", "id": id, "attributes": attributes}}).to_string()
}

fn realized(id: u64) -> String {
    answer(
        200,
        "",
        &prospect(id, json!({"custom4": "realized", "custom5": null})),
    )
}

fn id(number: u64) -> OutreachId {
    OutreachId::new(number).expect("an id")
}

fn target(name: &str) -> Target {
    Target::parse(name).expect(name)
}

fn fields() -> FieldSet {
    [(target("custom4"), FieldValue::Text("realized"))]
        .into_iter()
        .collect()
}

/// Fails a test that would hang.
async fn soon<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), work)
        .await
        .expect("it hangs")
}

#[tokio::test]
async fn a_write_is_sent_to_the_letter_and_its_echo_is_read() {
    let server = Server::start(|number, _| match number {
        1 => answer(200, "", &prospect(101, json!({"custom4": "exited"}))),
        2 => answer(204, "", ""),
        3 => answer(200, "", " "),
        4 => answer(200, "", r#"{"data":{"id":"101"}}"#),
        _ => realized(101),
    })
    .await;
    let client = server.client();
    let patch = || async {
        client
            .patch_prospect(id(101), &fields())
            .await
            .expect("an echo")
    };
    assert_eq!(patch().await, Echo::Confirmed);
    assert_eq!(
        patch().await,
        Echo::Differs(vec![(target("custom4"), json!("exited"))])
    );
    for _ in 0..3 {
        assert_eq!(patch().await, Echo::Unsaid);
    }
    client.renew(SecretString::from("fresh")).expect("a token");
    assert_eq!(patch().await, Echo::Confirmed);
    let seen = server.seen();
    let first = &seen[0];
    assert!(
        first.starts_with("PATCH /api/v2/prospects/101 HTTP/1.1\r\n"),
        "{first}"
    );
    for header in [
        "content-type: application/vnd.api+json\r\n",
        "accept: application/vnd.api+json\r\n",
        "authorization: Bearer s3cret\r\n",
        "user-agent: audience-sync/",
    ] {
        assert_eq!(first.matches(header).count(), 1, "{header} in {first}");
    }
    let body = first.split_once("\r\n\r\n").expect("a body").1;
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(body).expect("json"),
        json!({"data": {"type": "prospect", "id": 101, "attributes": {"custom4": "realized"}}})
    );
    assert!(seen[5].contains("authorization: Bearer fresh\r\n"));
    assert_eq!(client.requests().patch, 6);
    assert_eq!(client.requests().total(), 6);
}

#[tokio::test]
async fn what_may_pass_is_tried_again() {
    let server = Server::start(|number, _| match number {
        0 => String::new(),
        1 => answer(502, "", "<html>Bad Gateway</html>"),
        2 => answer(200, "", "<html>Welcome to the hotel</html>"),
        3 => realized(7),
        4 => answer(302, "location: http://127.0.0.1:1/\r\n", ""),
        _ => realized(101),
    })
    .await;
    let client = server.client();
    let echo = soon(client.patch_prospect(id(101), &fields())).await;
    assert_eq!(echo.expect("an echo"), Echo::Confirmed);
    assert_eq!(client.requests().patch, 6);
}

#[tokio::test]
async fn a_wait_between_attempts_can_be_the_callers() {
    let server = Server::start(|number, _| match number {
        0 => answer(502, "", ""),
        1 => answer(503, "", ""),
        _ => realized(101),
    })
    .await;
    // No test would live to see the end of such a wait.
    let client = server.client().with_retry(RetryPolicy {
        base: Duration::from_hours(1),
        cap: Duration::from_hours(1),
        attempts: 3,
    });
    let mut attempts = Attempts::default();
    let begun = Instant::now();
    for n_sent in 1..=2 {
        let tried = soon(client.try_patch(id(101), &fields(), &mut attempts)).await;
        assert!(
            matches!(&tried, Tried::Again(pause) if pause.until() - begun >= Duration::from_mins(30)),
            "{tried:?}"
        );
        assert_eq!(client.requests().patch, n_sent);
    }
    let mut spent = attempts;
    let tried = soon(client.try_patch(id(101), &fields(), &mut attempts)).await;
    assert!(matches!(tried, Tried::Ended(Ok(Echo::Confirmed))));

    let server = Server::start(|_, _| answer(502, "", "")).await;
    let client = server.client().with_retry(client.policy);
    let tried = soon(client.try_patch(id(101), &fields(), &mut spent)).await;
    assert!(matches!(tried, Tried::Ended(Err(_))), "that was the third");
}

#[tokio::test]
async fn the_last_error_comes_back_when_the_attempts_are_used_up() {
    let gone = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let nobody = format!("http://{}", gone.local_addr().expect("an address"));
    drop(gone);
    let cases: [(String, &str, Consequence); 5] = [
        (answer(504, "", ""), "http_504", Consequence::Retry),
        (answer(503, "", ""), "http_503", Consequence::Retry),
        (
            answer(200, "", "<p>Hi</p>"),
            "not_outreach",
            Consequence::Unreachable,
        ),
        (
            answer(200, "", &" ".repeat(MAX_BYTES + 1)),
            "not_outreach",
            Consequence::Unreachable,
        ),
        (String::new(), "network", Consequence::Unreachable),
    ];
    for (reply, code, consequence) in cases {
        let server = Server::start(move |_, _| reply.clone()).await;
        let client = server.client();
        let error = soon(client.patch_prospect(id(1), &fields()))
            .await
            .expect_err("an error");
        assert_eq!(error.code(), code);
        assert_eq!(error.consequence(), consequence);
        assert_eq!(client.requests().patch, 6, "{code}");
    }
    // Nothing has left for a server that is not there.
    let client = Client::new(&nobody, SecretString::from("t"))
        .expect("a client")
        .with_retry(RetryPolicy {
            attempts: 1,
            ..RetryPolicy::default()
        });
    let error = soon(client.check()).await.expect_err("an error");
    assert_eq!(error.code(), "network");
    assert_eq!(client.requests().total(), 0);
    assert!(
        !format!("{error} {error:?}").contains("/api/v2"),
        "{error:?}"
    );
}

#[tokio::test]
async fn what_will_not_pass_is_asked_once() {
    for (status, body, code) in [
        (401, r#"{"error":"Invalid JWT token."}"#, "http_401"),
        (
            404,
            r#"{"errors":[{"id":"resourceNotFound"}]}"#,
            "resourceNotFound",
        ),
        (
            422,
            r#"{"errors":[{"id":"validationError"}]}"#,
            "validationError",
        ),
    ] {
        let server = Server::start(move |_, _| answer(status, "", body)).await;
        let client = server.client();
        let error = client
            .patch_prospect(id(1), &fields())
            .await
            .expect_err("an error");
        assert_eq!(error.code(), code);
        assert_eq!(client.requests().patch, 1);
    }
}

#[tokio::test]
async fn a_limit_is_waited_for_and_shown_and_is_no_failure() {
    let server = Server::start(|number, _| {
        let soon = later(Timestamp::now(), SignedDuration::from_millis(300));
        match number {
            0 => answer(429, &format!("retry-after: {soon}\r\n"), ""),
            1 => answer(503, &format!("retry-after: {soon}\r\n"), "<html></html>"),
            _ => realized(101),
        }
    })
    .await;
    let client = server.client().with_retry(RetryPolicy {
        attempts: 1,
        ..RetryPolicy::default()
    });
    let started = Timestamp::now();
    assert_eq!(client.waiting(), None);
    let mut shown = client.watch_waiting();
    let sender = tokio::spawn({
        let client = client.clone();
        async move { client.patch_prospect(id(101), &fields()).await }
    });
    for what in [WaitsFor::Limit, WaitsFor::Outreach] {
        let is_it = |wait: &Option<Wait>| wait.is_some_and(|wait| wait.what == what);
        let wait = *soon(shown.wait_for(is_it)).await.expect("a time");
        assert!(wait.is_some_and(|wait| wait.until > started), "{what:?}");
    }
    let echo = soon(sender).await.expect("no panic").expect("an echo");
    assert_eq!(echo, Echo::Confirmed);
    assert_eq!(client.waiting(), None);
    assert_eq!(client.requests().patch, 3);
}

#[tokio::test]
async fn many_senders_get_no_refusal_when_the_window_is_spent() {
    let reset = later(Timestamp::now(), SignedDuration::from_millis(700));
    let server = Server::start(move |number, _| {
        let now = Timestamp::now();
        let left = 19_usize.saturating_sub(number);
        if now < reset && number >= 20 {
            return answer(429, &format!("retry-after: {reset}\r\n"), "");
        }
        let headers =
            format!("x-ratelimit-remaining: {left}, 99\r\nx-ratelimit-reset: {reset}\r\n");
        answer(
            200,
            &headers,
            &prospect(101, json!({"custom4": "realized"})),
        )
    })
    .await;
    let client = server.client();
    let mut senders = JoinSet::new();
    for _ in 0..16 {
        let client = client.clone();
        senders.spawn(async move {
            for _ in 0..4 {
                client
                    .patch_prospect(id(101), &fields())
                    .await
                    .expect("an echo");
            }
        });
    }
    while let Some(done) = soon(senders.join_next()).await {
        done.expect("no panic");
    }
    assert!(Timestamp::now() >= reset);
    assert_eq!(client.requests().patch, 64, "a 429 would be one more");
    assert_eq!(client.waiting(), None);
}

#[tokio::test]
async fn a_sender_that_gives_up_waiting_leaves_no_trace() {
    let server = Server::start(|_, _| answer(429, "retry-after: 3000\r\n", "")).await;
    let client = server.client();
    let mut shown = client.watch_waiting();
    let sender = tokio::spawn({
        let client = client.clone();
        async move { client.check().await }
    });
    soon(shown.wait_for(Option::is_some)).await.expect("a time");
    sender.abort();
    soon(shown.wait_for(Option::is_none)).await.expect("none");
    assert!(matches!(
        client.shared.budget().take(Timestamp::now()),
        Err(Slot::At(_))
    ));
    assert_eq!(client.requests().read, 1);
}

#[tokio::test]
async fn prospects_are_read_by_their_ids_and_strangers_are_left_out() {
    let server = Server::start(|number, _| match number {
        0 => answer(
            200,
            "",
            &json!({"data": [
                {"type": "prospect", "id": 3, "attributes": {"custom4": "x", "title": "CEO"}},
                {"type": "prospect", "id": 99, "attributes": {}},
                {"type": "prospect", "id": "1"},
                {"type": "prospect", "id": 3, "attributes": {"custom4": "again"}},
                null
            ]})
            .to_string(),
        ),
        _ => answer(200, "", r#"{"data":[],"meta":{}}"#),
    })
    .await;
    let client = server.client();
    let none = client.prospects(&[], &[]).await.expect("none");
    assert_eq!((none.len(), server.seen().len()), (0, 0));

    let ids = [id(1), id(2), id(3)];
    let found = client
        .prospects(&ids, &[target("custom4"), target("updatedAt")])
        .await
        .expect("prospects");
    let mut values = BTreeMap::new();
    let bare = crate::outreach::Prospect {
        id: id(1),
        values: values.clone(),
        may_write: None,
    };
    values.insert(target("custom4"), json!("x"));
    let full = crate::outreach::Prospect {
        id: id(3),
        values,
        may_write: None,
    };
    assert_eq!(found, [full, bare]);
    let request = &server.seen()[0];
    assert!(
        request.starts_with(
            "GET /api/v2/prospects?filter%5Bid%5D=1,2,3&fields%5Bprospect%5D=custom4,updatedAt\
             &page%5Bsize%5D=3&count=false&provideAuthorizationMeta=true HTTP/1.1\r\n"
        ),
        "{request}"
    );
    assert!(request.contains("content-type: application/vnd.api+json\r\n"));

    let many: Vec<_> = (1..=401).map(|i| id(i * 100_000)).collect();
    assert!(client.prospects(&many, &[]).await.expect("none").is_empty());
    assert_eq!(client.requests().read, 2);
}

#[tokio::test]
async fn the_check_takes_a_forbidden_list_of_users_as_a_good_token() {
    for (status, body, is) in [
        (200, r#"{"data":[]}"#, None),
        (403, r#"{"errors":[{"id":"unauthorizedOauthScope"}]}"#, None),
        (403, r#"{"errors":[{"id":"unauthorizedRequest"}]}"#, None),
        (403, r#"{"error":"forbidden"}"#, Some(Consequence::StopRun)),
        (
            401,
            r#"{"errors":[{"id":"unauthorizedRequest"}]}"#,
            Some(Consequence::SignInNeeded),
        ),
        (404, r#"{"error":"404"}"#, Some(Consequence::StopRun)),
        (200, "{}", Some(Consequence::Unreachable)),
    ] {
        let server = Server::start(move |_, _| answer(status, "", body)).await;
        let result = soon(server.client().check()).await;
        assert_eq!(result.err().map(|e| e.consequence()), is, "{status} {body}");
    }
}

/// Gives `token-0` after a wait, and the next one whenever one is refused.
#[derive(Default)]
struct Late {
    n_asked: Mutex<u32>,
    n_refused: Mutex<u32>,
}

impl crate::outreach::Tokens for Late {
    fn current(&self) -> crate::outreach::TokenFuture<'_, SecretString> {
        let mut n_asked = lock(&self.n_asked);
        *n_asked += 1;
        let came = if *n_asked == 1 {
            Err(crate::outreach::NoToken {
                consequence: Consequence::WaitUntil(Timestamp::now()),
                code: "sign_in_too_soon",
                cause: "one a minute".into(),
            })
        } else {
            Ok(SecretString::from(format!(
                "token-{}",
                lock(&self.n_refused)
            )))
        };
        Box::pin(async { came })
    }

    fn replace<'a>(&'a self, _refused: &'a SecretString) -> crate::outreach::TokenFuture<'a, bool> {
        *lock(&self.n_refused) += 1;
        Box::pin(async { Ok(true) })
    }

    fn n_requests(&self) -> u64 {
        u64::from(*lock(&self.n_refused))
    }
}

#[tokio::test]
async fn a_token_may_come_late_and_is_replaced_once_for_each_request() {
    let server = Server::start(|number, _| match number {
        0 | 2 | 3 => answer(401, "", r#"{"error":"Invalid JWT token."}"#),
        _ => realized(101),
    })
    .await;
    let tokens = Arc::new(Late::default());
    let client = Client::with_tokens(&server.address, tokens).expect("a client");
    let echo = soon(client.patch_prospect(id(101), &fields())).await;
    assert_eq!(echo.expect("an echo"), Echo::Confirmed);
    let error = soon(client.patch_prospect(id(101), &fields())).await;
    let error = error.expect_err("it is refused again");
    assert_eq!(error.consequence(), Consequence::SignInNeeded);
    let used: Vec<_> = server.seen().iter().map(|seen| bearer(seen)).collect();
    assert_eq!(used, ["token-0", "token-1", "token-1", "token-2"]);
    assert_eq!((client.requests().patch, client.requests().token), (4, 2));
    assert_eq!(client.counting_anew().requests().total(), 0);
}

fn bearer(request: &str) -> String {
    let line = request
        .lines()
        .find(|line| line.starts_with("authorization: "));
    let token = line.and_then(|line| line.strip_prefix("authorization: Bearer "));
    token.expect("a token").to_owned()
}
