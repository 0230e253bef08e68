//! A desk, a sandbox, and the program between them.

use std::{fs, net::TcpListener, path::Path, sync::Mutex};

use audience_sync::{
    model::Destination,
    sandbox::{App, Sandbox, Settings},
    store::DataDir,
};
use serde_json::{Value, json};

use crate::{
    keyring::Desk,
    program::{Ended, Running},
};

pub(crate) const CLIENT_ID: &str = "the-client-of-a-test";
/// Long enough to be found nowhere by chance.
pub(crate) const CLIENT_SECRET: &str = "the-secret-of-a-test-7f2b91c4d0";
/// What the account is called.
pub(crate) const ACCOUNT: &str = "Brightwater";
/// The prospects in the source.
pub(crate) const PROSPECTS: [u32; 3] = [101, 102, 103];

const AUDIENCE: &str = "7841ba61-23c1-4bb3-a495-00d3b5fe1a01";

pub(crate) struct Bench {
    pub(crate) desk: Desk,
    pub(crate) sandbox: Sandbox,
    /// Of the redirect address; every test has one to itself.
    pub(crate) port: u16,
    /// All that the program has said.
    transcript: Mutex<String>,
}

impl Bench {
    pub(crate) async fn start() -> Self {
        Self::at(Desk::with_keyring().await).await
    }

    pub(crate) async fn at(desk: Desk) -> Self {
        let port = free_port();
        let app = App {
            client_id: CLIENT_ID.to_owned(),
            client_secret: CLIENT_SECRET.to_owned(),
            redirect_uris: ["https", "http"]
                .map(|scheme| redirect(scheme, port))
                .to_vec(),
            ..App::default()
        };
        let settings = Settings {
            apps: vec![app],
            ..Settings::default()
        };
        let sandbox = Sandbox::start(settings).await.expect("a sandbox");
        Self {
            desk,
            sandbox,
            port,
            transcript: Mutex::default(),
        }
    }

    pub(crate) fn redirect(&self, scheme: &str) -> String {
        redirect(scheme, self.port)
    }

    /// Begins to connect an account, and hands over the client secret.
    pub(crate) fn connect(&self, way: &str, api: &str, more: &[&str]) -> Running {
        let port = self.port.to_string();
        let mut arguments = vec!["account", "connect", "--name", ACCOUNT];
        arguments.extend(["--redirect", way, "--port", &port, "--api", api]);
        arguments.extend(["--client-id", CLIENT_ID]);
        arguments.extend(more);
        let mut running = Running::start(&self.desk, None, &arguments);
        running.tell(CLIENT_SECRET);
        running
    }

    /// Waits for the end and keeps what was said.
    pub(crate) async fn end(&self, running: Running) -> Ended {
        let ended = running.end().await;
        let mut transcript = self.transcript.lock().expect("a lock");
        transcript.push_str(&ended.said());
        ended
    }

    pub(crate) async fn call(&self, arguments: &[&str]) -> Ended {
        self.end(Running::start(&self.desk, None, arguments)).await
    }

    /// Calls it as if so much time had gone by, as `faketime` takes it.
    pub(crate) async fn call_later(&self, later: &str, arguments: &[&str]) -> Ended {
        self.end(Running::start(&self.desk, Some(later), arguments))
            .await
    }

    pub(crate) async fn json(&self, arguments: &[&str]) -> Value {
        let ended = self.call(arguments).await.with_code(0);
        serde_json::from_str(&ended.out).unwrap_or_else(|e| panic!("{e}: {ended:?}"))
    }

    /// A destination for the account, and a source whose members all have this title.
    pub(crate) fn settle_destination(&self, api: &str, title: &str) {
        let source = self.desk.home().join("profiles.csv");
        self.write_source(title);
        let json = json!({
            "format": 1,
            "name": "Test",
            "account": { "name": ACCOUNT, "api_address": api },
            "source": { "path": source, "contents": "full_snapshot" },
            "mapping": [
                { "source": "Oid", "target": "OutreachId" },
                { "source": "title", "target": "title" },
            ],
            "audiences": [
                { "id": AUDIENCE, "name": "Gold customers", "mapping_id": 1, "start": "2020-01-01" },
            ],
        });
        let destination = Destination::from_json(&json.to_string()).expect("it is valid");
        DataDir::open(Some(self.desk.data_dir()))
            .and_then(|dir| dir.write_destination(destination))
            .expect("it can be stored");
    }

    pub(crate) fn write_source(&self, title: &str) {
        let mut text = format!("Oid,title,segmentMembership.ups.{AUDIENCE}.status\n");
        for prospect in PROSPECTS {
            text.extend([&prospect.to_string(), ",", title, ",realized\n"]);
        }
        let source = self.desk.home().join("profiles.csv");
        fs::write(source, text).expect("it can be written");
    }

    /// Whether the sandbox holds this title for every member.
    pub(crate) fn all_have(&self, title: &str) -> bool {
        PROSPECTS.into_iter().all(|prospect| {
            let held = self.sandbox.prospect(prospect).expect("it exists");
            held["title"] == title
        })
    }

    /// Fails if a secret stands anywhere in the open: in a file at the desk, or in what the program has said.
    pub(crate) fn assert_kept(&self, secrets: &[String]) {
        assert!(!secrets.is_empty());
        let mut faults = vec![];
        let said = self.transcript.lock().expect("a lock");
        faults.extend(found(secrets, "the output", said.as_bytes()));
        let mut n_files = 0;
        for file in files(self.desk.home()) {
            let bytes = fs::read(&file).expect("it is ours");
            n_files += 1;
            faults.extend(found(secrets, &file.display().to_string(), &bytes));
        }
        assert!(n_files > 0 && !said.is_empty(), "nothing was looked at");
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }
}

/// Says which secret stands in some bytes, without saying it again.
pub(crate) fn found(secrets: &[String], place: &str, bytes: &[u8]) -> Vec<String> {
    let holds = |secret: &&String| {
        bytes
            .windows(secret.len())
            .any(|part| part == secret.as_bytes())
    };
    let found = secrets.iter().filter(holds);
    found
        .map(|secret| format!("{place} holds {}…", secret.get(..6).unwrap_or_default()))
        .collect()
}

fn redirect(scheme: &str, port: u16) -> String {
    format!("{scheme}://127.0.0.1:{port}/callback")
}

/// Free a moment ago.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

/// All files below a folder; sockets are none.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = vec![];
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.is_file() {
            found.push(path);
        }
    }
    found
}

#[test]
fn a_secret_in_the_open_is_found() {
    let secrets = ["topmost-secret".to_owned(), "another-one".to_owned()];
    let faults = found(&secrets, "a file", b"\0...topmost-secret...");
    assert_eq!(faults, ["a file holds topmos…"]);
}
