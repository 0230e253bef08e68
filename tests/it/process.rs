//! The program as a process of its own, beside the sandbox in this one.

use std::{
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;
use tokio::task::spawn_blocking;

use crate::world::World;

/// How the program is called.
#[derive(Clone)]
pub(crate) struct Program {
    data_dir: PathBuf,
    token: Option<String>,
}

/// What came of a call.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Program {
    /// The program on a world's data folder, which its engine gives up.
    pub(crate) fn of(world: &mut World) -> Self {
        world.stop_engine();
        Self {
            data_dir: world.data_dir(),
            token: Some(world.token.clone()),
        }
    }

    /// The program on this data folder, with this token.
    pub(crate) fn new(data_dir: PathBuf, token: String) -> Self {
        Self {
            data_dir,
            token: Some(token),
        }
    }

    pub(crate) fn without_token(&self) -> Self {
        Self {
            token: None,
            ..self.clone()
        }
    }

    pub(crate) fn on(&self, data_dir: PathBuf) -> Self {
        Self {
            data_dir,
            ..self.clone()
        }
    }

    pub(crate) fn start(&self, arguments: &[&str]) -> Running {
        let mut command = Command::new(env!("CARGO_BIN_EXE_audience-sync"));
        command
            .args(arguments)
            .env("AUDIENCE_SYNC_DATA_DIR", &self.data_dir)
            .env_remove("AUDIENCE_SYNC_ACCESS_TOKEN")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(token) = &self.token {
            command.env("AUDIENCE_SYNC_ACCESS_TOKEN", token);
        }
        Running(Some(command.spawn().expect("the program starts")))
    }

    pub(crate) async fn call(&self, arguments: &[&str]) -> Ended {
        self.start(arguments).end().await
    }

    /// Calls it and reads what it prints as JSON.
    pub(crate) async fn json(&self, arguments: &[&str]) -> (Option<i32>, Value) {
        let ended = self.call(arguments).await;
        let value = serde_json::from_str(&ended.out);
        let value = value.unwrap_or_else(|e| panic!("{e}: {ended:?}"));
        (ended.code, value)
    }
}

/// A process that ends with its test.
pub(crate) struct Running(Option<Child>);

impl Running {
    fn child(&mut self) -> &mut Child {
        self.0.as_mut().expect("it is not taken yet")
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.child().try_wait().expect("it is ours").is_some()
    }

    /// As Ctrl-C does.
    pub(crate) fn interrupt(&mut self) {
        let kill = format!("kill -INT {}", self.child().id());
        let sent = Command::new("sh").args(["-c", &kill]).status();
        assert!(sent.expect("a shell").success());
    }

    /// As a power cut does, as far as this process goes.
    pub(crate) fn kill(mut self) {
        if let Some(mut child) = self.0.take() {
            child.kill().expect("it can be killed");
            child.wait().expect("it is ours");
        }
    }

    /// Waits for its end without keeping the sandbox from its work.
    pub(crate) async fn end(mut self) -> Ended {
        let child = self.0.take().expect("it is not taken yet");
        let output = spawn_blocking(|| child.wait_with_output()).await;
        let Output {
            status,
            stdout,
            stderr,
        } = output.expect("no panic").expect("it is ours");
        Ended {
            code: status.code(),
            out: String::from_utf8(stdout).expect("text"),
            err: String::from_utf8(stderr).expect("text"),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.take() {
            drop(child.kill());
            drop(child.wait());
        }
    }
}
