//! Prism as a child process that cannot outlive the test.

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    thread,
    time::Duration,
};

use serde_json::Value;
use tokio::{sync::oneshot, time::timeout};

const PACKAGE: &str = "@stoplight/prism-cli";
const REMEDY: &str = "run scripts/install-prism";
/// Far more than a busy computer needs to read the document.
const PATIENCE: Duration = Duration::from_mins(2);
/// Ends node with its standard input, which ends with us even where nothing is dropped, as after a kill.
const LEASH: &str = "data:text/javascript,process.stdin.on('end',()=>process.exit()).resume()";

/// A running proxy.
pub(crate) struct Prism {
    process: Process,
    pub(crate) address: String,
}

struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // Either fails only for a process that has ended.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

impl Prism {
    /// Starts a proxy before `upstream` that judges by `document`, and waits until it listens.
    pub(crate) async fn start(document: &Path, upstream: &str) -> Self {
        let child = Command::new("node")
            .args(["--import", LEASH])
            .arg(installed())
            .arg("proxy")
            .args([document, Path::new(upstream)])
            .args(["--host", "127.0.0.1", "--port", "0"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("node does not start ({error}): {REMEDY}"));
        let mut process = Process(child);
        let stdout = process.0.stdout.take().expect("a pipe");
        let address = match timeout(PATIENCE, listening(stdout)).await {
            Ok(Ok(Ok(address))) => address,
            Ok(Ok(Err(log))) => panic!("Prism ended before it listened:\n{log}"),
            Ok(Err(_)) | Err(_) => panic!("Prism does not listen after {PATIENCE:?}"),
        };
        Self { process, address }
    }

    pub(crate) fn is_running(&mut self) -> bool {
        matches!(self.process.0.try_wait(), Ok(None))
    }
}

type Said = Result<String, String>;

/// The address Prism says it listens at, or all it said until its end. Its output is read on, so that it never blocks.
fn listening(stdout: ChildStdout) -> oneshot::Receiver<Said> {
    let (sender, receiver) = oneshot::channel();
    let read = move || {
        let mut sender = Some(sender);
        let mut log = String::new();
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if let Some((_, address)) = line.split_once("Prism is listening on ") {
                tell(&mut sender, Ok(address.trim().to_owned()));
            }
            if sender.is_some() {
                log.push_str(&line);
                log.push('\n');
            }
        }
        tell(&mut sender, Err(log));
    };
    thread::Builder::new()
        .name("Prism's output".to_owned())
        .spawn(read)
        .expect("a thread");
    receiver
}

fn tell(sender: &mut Option<oneshot::Sender<Said>>, said: Said) {
    if let Some(sender) = sender.take() {
        // Nobody listens when the test has given up.
        drop(sender.send(said));
    }
}

/// Prism's program, at the pinned version.
fn installed() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/contract");
    let package = folder.join("node_modules").join(PACKAGE);
    let read = |folder: &Path| -> Option<Value> {
        serde_json::from_slice(&std::fs::read(folder.join("package.json")).ok()?).ok()
    };
    let pinned = read(&folder).expect("package.json")["dependencies"][PACKAGE].take();
    let held = read(&package).unwrap_or_else(|| panic!("Prism is not installed: {REMEDY}"));
    assert_eq!(
        held["version"], pinned,
        "another Prism is installed: {REMEDY}"
    );
    package.join("dist/index.js")
}

#[test]
fn the_pinned_version_is_an_exact_one() {
    let package: Value = serde_json::from_str(include_str!("package.json")).unwrap();
    let lock: Value = serde_json::from_str(include_str!("package-lock.json")).unwrap();
    let pinned = &package["dependencies"][PACKAGE];
    assert_eq!(
        lock["packages"][format!("node_modules/{PACKAGE}")]["version"],
        *pinned
    );
}
