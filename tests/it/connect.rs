//! `account` as people and scripts use it: the program as a process, a sign-in server that takes every code, and a
//! browser that is a plain HTTP client.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
};

use axum::{Router, http::header::CONTENT_TYPE, response::IntoResponse as _, routing::post};
use serde_json::{Value, json};
use tokio::task::spawn_blocking;

/// What the server gives for any code.
async fn server() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    let token = || async {
        let tokens = json!({
            "access_token": "a", "token_type": "bearer", "expires_in": 7200, "refresh_token": "r",
            "scope": "prospects.read users.read batches.read batches.write batchItems.read",
        });
        ([(CONTENT_TYPE, "application/json")], tokens.to_string()).into_response()
    };
    let app = Router::new().route("/oauth/token", post(token));
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}")
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

fn program(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_audience-sync"));
    command
        .args(arguments)
        .env("AUDIENCE_SYNC_DATA_DIR", home)
        .env_remove("AUDIENCE_SYNC_ACCESS_TOKEN")
        // The keyring of whoever runs the tests is none of their business.
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// The exit code, standard output and standard error.
type Ended = (Option<i32>, String, String);

fn call(home: &Path, arguments: &[&str]) -> Ended {
    let ended = program(home, arguments).output().expect("it starts");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (ended.status.code(), text(ended.stdout), text(ended.stderr))
}

/// A `connect` that has printed the address of the sign-in page.
struct Connecting {
    child: Child,
    input: ChildStdin,
    out: BufReader<std::process::ChildStdout>,
    address: String,
}

impl Connecting {
    fn start(home: &Path, arguments: &[&str]) -> Self {
        let mut child = program(home, arguments).spawn().expect("it starts");
        let mut input = child.stdin.take().expect("its input");
        input.write_all(b"s3cret\n").expect("it listens");
        let mut out = BufReader::new(child.stdout.take().expect("its output"));
        let mut address = String::new();
        out.read_line(&mut address).expect("the address");
        Self {
            child,
            input,
            out,
            address: address.trim().to_owned(),
        }
    }

    /// The address that a browser would come back to.
    fn back(&self, rest: &str) -> String {
        let url = reqwest::Url::parse(&self.address).expect("an address");
        let pair = |name: &str| {
            let found = url.query_pairs().find(|(key, _)| key == name);
            found.expect("it is there").1.into_owned()
        };
        format!("{}?{rest}&state={}", pair("redirect_uri"), pair("state"))
    }

    fn end(mut self) -> Ended {
        drop(self.input);
        let mut out = String::new();
        self.out.read_to_string(&mut out).expect("text");
        let mut err = String::new();
        let mut stderr = self.child.stderr.take().expect("its errors");
        stderr.read_to_string(&mut err).expect("text");
        let code = self.child.wait().expect("it ends").code();
        (code, out, err)
    }
}

async fn browse(address: String) -> u16 {
    let client = reqwest::Client::builder()
        .no_proxy()
        .tls_danger_accept_invalid_certs(true)
        .build()
        .expect("a client");
    let response = client.get(address).send().await.expect("an answer");
    response.status().as_u16()
}

#[tokio::test]
async fn a_browser_that_comes_back_connects_the_account() {
    let (home, api) = (tempfile::tempdir().expect("a folder"), server().await);
    for way in ["http", "https"] {
        let (path, port) = (home.path().to_owned(), free_port().to_string());
        let api = api.clone();
        let connecting = spawn_blocking(move || {
            let options = [
                "account",
                "connect",
                "--name",
                way,
                "--redirect",
                way,
                "--port",
                &port,
                "--api",
                &api,
                "--client-id",
                "c",
                "--session-only",
                "--no-browser",
            ];
            Connecting::start(&path, &options)
        });
        let connecting = connecting.await.expect("it starts");
        assert!(connecting.address.contains("/oauth/authorize?"));
        assert_eq!(browse(connecting.back("code=c0de")).await, 200);
        let ended = spawn_blocking(move || connecting.end()).await;
        let (code, out, err) = ended.expect("it ends");
        assert_eq!(code, Some(0), "{out}{err}");
        assert!(
            out.starts_with(&format!("Connected the account \"{way}\".\n")),
            "{out}"
        );
        let missing = "not allowed: prospects.write, which is needed for updating prospects";
        assert!(out.contains(missing), "{out}");
        assert!(out.contains("no secret is stored"), "{out}");
        assert!(!format!("{out}{err}").contains("s3cret"));
    }
}

#[tokio::test]
async fn an_address_that_is_pasted_connects_the_account_and_a_refusal_does_not() {
    let (home, api) = (tempfile::tempdir().expect("a folder"), server().await);
    for (rest, expected, words) in [
        ("code=c0de", 0, "Connected the account \"Outreach\""),
        ("error=access_denied", 3, "access was denied at Outreach"),
        ("error=invalid_scope", 3, "invalid_scope"),
    ] {
        let (path, api) = (home.path().to_owned(), api.clone());
        let ended = spawn_blocking(move || {
            let options = [
                "account",
                "connect",
                "--redirect",
                "paste",
                "--api",
                &api,
                "--client-id",
                "c",
                "--session-only",
                "--no-browser",
            ];
            let mut connecting = Connecting::start(&path, &options);
            let wrong = connecting.address.clone();
            let back = connecting.back(rest);
            writeln!(connecting.input, "{wrong}\n\n  {back}").expect("it listens");
            connecting.end()
        });
        let (code, out, err) = ended.await.expect("it ends");
        assert_eq!(code, Some(expected), "{out}{err}");
        assert!(format!("{out}{err}").contains(words), "{out}{err}");
        assert!(err.contains("There is no code in this"), "{err}");
    }
}

#[tokio::test]
async fn what_cannot_be_done_is_said_before_anyone_signs_in() {
    let home = tempfile::tempdir().expect("a folder");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let cases: [(&[&str], i32, &str); 6] = [
        (&["--client-id", "c"], 3, "--session-only"),
        (&["--session-only"], 2, "--client-id"),
        (
            &["--session-only", "--client-id", "c"],
            2,
            "No client secret",
        ),
        (
            &["--session-only", "--client-id", "c", "--name", " "],
            2,
            "--name",
        ),
        (
            &[
                "--session-only",
                "--client-id",
                "c",
                "--api",
                "http://example.com",
            ],
            2,
            "https",
        ),
        (
            &[
                "--session-only",
                "--client-id",
                "c",
                "--redirect",
                "http",
                "--port",
                &port,
            ],
            2,
            "is in use",
        ),
    ];
    for (options, expected, words) in cases {
        let mut arguments = vec!["account", "connect", "--no-browser"];
        arguments.extend(options);
        let mut child = program(home.path(), &arguments).spawn().expect("it starts");
        let mut input = child.stdin.take().expect("its input");
        if words != "No client secret" {
            // It may have ended before it reads.
            drop(input.write_all(b"s3cret\n"));
        }
        drop(input);
        let ended = child.wait_with_output().expect("it ends");
        let err = String::from_utf8(ended.stderr).expect("text");
        assert_eq!(ended.status.code(), Some(expected), "{options:?}: {err}");
        assert!(err.contains(words), "{options:?}: {err}");
    }
    assert!(!home.path().join("accounts.json").exists());
}

#[test]
fn accounts_are_listed_and_renamed_with_their_destinations() {
    let home = tempfile::tempdir().expect("a folder");
    let (code, out, _) = call(home.path(), &["account", "list"]);
    assert_eq!(code, Some(0));
    assert!(out.starts_with("There is no account yet"), "{out}");
    let accounts = json!({"format": 1, "accounts": [
        {"id": "a1", "name": "Sales", "api_address": "https://api.outreach.io", "client_id": "c",
         "connected_as": "Sally (sally@example.com)", "granted_scopes": ["prospects.all"],
         "signed_in_until": "2020-01-01T00:00:00Z"},
        {"id": "a2", "name": "Partners", "api_address": "https://api.outreach.io", "client_id": "c"},
    ]});
    std::fs::write(home.path().join("accounts.json"), accounts.to_string()).expect("it is written");
    let sample = include_str!("../../assets/demo/destination.json");
    let mut destination: Value = serde_json::from_str(sample).expect("JSON");
    destination["account"]["name"] = json!("sales");
    let file = home.path().join("destinations/demo.json");
    std::fs::write(&file, destination.to_string()).expect("it is written");
    let (code, out, _) = call(home.path(), &["account", "list", "--json"]);
    assert_eq!(code, Some(0));
    let listed: Value = serde_json::from_str(&out).expect("JSON");
    let sales = &listed["accounts"][0];
    assert_eq!(sales["signed_in"], json!(false));
    assert_eq!(sales["connected_as"], json!("Sally (sally@example.com)"));
    assert_eq!(sales["missing_scopes"][0], json!("users.read"));
    let (code, out, _) = call(home.path(), &["account", "list"]);
    assert_eq!(code, Some(0));
    assert!(
        out.contains("was valid until") && out.contains("not signed in"),
        "{out}"
    );
    for (old, new, expected) in [
        ("sales", "Partners", 2),
        ("Nobody", "X", 2),
        ("sales", "EMEA", 0),
    ] {
        let (code, out, err) = call(home.path(), &["account", "rename", old, new]);
        assert_eq!(code, Some(expected), "{out}{err}");
    }
    let renamed: Value =
        serde_json::from_str(&std::fs::read_to_string(&file).expect("it is there")).expect("JSON");
    assert_eq!(renamed["account"]["name"], json!("EMEA"));
    // Without a keyring nothing can be removed from it, and the account stays as it is.
    let (code, _, err) = call(home.path(), &["account", "disconnect", "EMEA"]);
    assert_eq!(code, Some(3), "{err}");
    assert!(err.contains("keyring"), "{err}");
}

/// The token of a server must not end up in the environment of a browser and all that it starts.
#[cfg(target_os = "linux")]
#[test]
fn the_browser_inherits_no_token() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = tempfile::tempdir().expect("a folder");
    let opener = home.path().join("xdg-open");
    let seen = home.path().join("seen");
    let script =
        "#!/bin/sh\n{ echo \"$1\"; env; } > \"$SEEN.part\" && mv \"$SEEN.part\" \"$SEEN\"\n";
    std::fs::write(&opener, script).expect("it is written");
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&opener, executable).expect("it is ours");
    let options = [
        "account",
        "connect",
        "--redirect",
        "paste",
        "--client-id",
        "c",
        "--session-only",
    ];
    let path = std::env::var("PATH").unwrap_or_default();
    let mut child = program(home.path(), &options)
        .env("PATH", format!("{}:{path}", home.path().display()))
        .env("SEEN", &seen)
        .env("AUDIENCE_SYNC_ACCESS_TOKEN", "t0ken")
        .spawn()
        .expect("it starts");
    let mut input = child.stdin.take().expect("its input");
    input.write_all(b"s3cret\n").expect("it listens");
    while !seen.exists() {
        assert!(child.try_wait().expect("a child").is_none(), "it ended");
        std::thread::yield_now();
    }
    drop(input);
    let ended = child.wait_with_output().expect("it ends");
    assert_eq!(ended.status.code(), Some(3));
    let seen = std::fs::read_to_string(seen).expect("it is there");
    assert!(seen.starts_with("https://api.outreach.io/oauth/authorize?"));
    assert!(
        !seen.contains("t0ken") && !seen.contains("s3cret"),
        "{seen}"
    );
}
