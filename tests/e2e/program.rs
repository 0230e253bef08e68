//! The program as a process of its own, at a desk.

use std::{
    fs,
    io::Write as _,
    process::{Child, ChildStdin, Command, Stdio},
    thread::{JoinHandle, panicking},
};

use crate::{
    keyring::Desk,
    leash::{Said, installed, wait_for},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_audience-sync");

/// A running program, which ends with its test.
pub(crate) struct Running {
    child: Child,
    stdin: Option<ChildStdin>,
    out: Said,
    err: Said,
    readers: Vec<JoinHandle<()>>,
}

/// What came of a call.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ended {
    pub(crate) fn said(&self) -> String {
        format!("{}{}", self.out, self.err)
    }

    /// The same, after a look at the exit code.
    pub(crate) fn with_code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }
}

impl Running {
    /// Starts it; `later` is as `faketime` takes it, for a program that is called some time from now.
    pub(crate) fn start(desk: &Desk, later: Option<&str>, arguments: &[&str]) -> Self {
        let mut command = match later {
            None => Command::new(PROGRAM),
            Some(later) => {
                let mut command = Command::new(installed("faketime"));
                // Timeouts must not see it: they would never end.
                command.env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
                command.args(["-f", later, PROGRAM]);
                command
            }
        };
        command.args(arguments);
        Self::spawn(desk, command)
    }

    /// Starts it at a terminal of its own, which first says its name; what is typed there comes by [`tell`](Self::tell).
    pub(crate) fn at_terminal(desk: &Desk, arguments: &[&str]) -> Self {
        let mut command = Command::new(installed("script"));
        let line = format!("tty; exec {PROGRAM} {}", arguments.join(" "));
        command.args(["--quiet", "--flush", "--return", "--command", &line]);
        command.arg("/dev/null");
        Self::spawn(desk, command)
    }

    /// Starts it with its window open on the desk's display, to be looked into at this port of this computer.
    pub(crate) fn with_window(desk: &Desk, port: u16, arguments: &[&str]) -> Self {
        let mut command = Command::new(PROGRAM);
        command
            .env("EGUI_INSPECTION", format!("127.0.0.1:{port}"))
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .args(arguments);
        Self::spawn(desk, command)
    }

    fn spawn(desk: &Desk, mut command: Command) -> Self {
        desk.furnish(&mut command);
        let mut child = command
            .env_remove("AUDIENCE_SYNC_ACCESS_TOKEN")
            .env("AUDIENCE_SYNC_DATA_DIR", desk.data_dir())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let (out, err) = (Said::default(), Said::default());
        let readers = vec![
            out.listen(child.stdout.take().expect("a pipe")),
            err.listen(child.stderr.take().expect("a pipe")),
        ];
        Self {
            stdin: child.stdin.take(),
            child,
            out,
            err,
            readers,
        }
    }

    /// Gives it a line to read.
    pub(crate) fn tell(&mut self, line: &str) {
        let stdin = self.stdin.as_mut().expect("it is open");
        writeln!(stdin, "{line}").expect("the program reads");
        stdin.flush().expect("the program reads");
    }

    /// The first word of its output that begins like this, once it is there whole.
    pub(crate) async fn names(&mut self, beginning: &str) -> String {
        let what = format!("'{beginning}' in the output");
        wait_for(&what, || {
            let said = format!("{}\n{}", self.out.text(), self.err.text());
            let whole = said.rsplit_once('\n').map_or("", |(whole, _)| whole);
            let mut words = whole.split_whitespace();
            let named = words
                .find(|word| word.starts_with(beginning))
                .map(str::to_owned);
            let has_ended = named.is_none() && self.has_ended();
            assert!(!has_ended, "it ended without {what}:\n{said}");
            named
        })
        .await
    }

    /// What every user of this computer may come to see of it: its arguments and its environment.
    pub(crate) fn in_the_open(&mut self) -> String {
        assert!(!self.has_ended(), "it still runs: {}", self.err.text());
        let folder = format!("/proc/{}", self.child.id());
        ["cmdline", "environ"]
            .map(|file| fs::read(format!("{folder}/{file}")).expect("it is ours"))
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .concat()
    }

    /// As Ctrl-C does.
    pub(crate) fn interrupt(&mut self) {
        let kill = format!("kill -INT {}", self.child.id());
        let sent = Command::new("sh").args(["-c", &kill]).status();
        assert!(sent.expect("a shell").success());
    }

    pub(crate) async fn end(mut self) -> Ended {
        drop(self.stdin.take());
        let (out, err) = (self.out.clone(), self.err.clone());
        let status = wait_for("the program's end", || {
            self.child.try_wait().expect("it is ours")
        })
        .await;
        for reader in self.readers.drain(..) {
            reader.join().expect("no panic");
        }
        Ended {
            code: status.code(),
            out: out.text(),
            err: err.text(),
        }
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("it is ours").is_some()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if panicking() {
            let said = format!("{}\n{}", self.out.text(), self.err.text());
            drop(std::io::stderr().write_all(said.as_bytes()));
        }
        // Either fails only for a process that has ended.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
