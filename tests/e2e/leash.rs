//! Processes that cannot outlive the test.

use std::{
    io::{BufRead as _, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

/// What puts a missing part in its place.
pub(crate) const REMEDY: &str = "run scripts/install-e2e";

/// Far more than a busy computer needs for any step; it turns a hanging test into a failing one.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The folder of these tests.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/e2e")
}

/// The path of a program, if it is installed.
pub(crate) fn installed(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
        .unwrap_or_else(|| panic!("{program} is not installed: {REMEDY}"))
}

/// Waits until there is something, looking again and again.
pub(crate) async fn wait_for<T>(what: &str, look: impl FnMut() -> Option<T>) -> T {
    let found = wait_long(look).await;
    found.unwrap_or_else(|| panic!("never: {what}"))
}

async fn wait_long<T>(mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let found = look();
        if found.is_some() || Instant::now() >= deadline {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A command, with everything it starts, that ends with this value, or with this process if nothing is dropped.
pub(crate) struct Leashed {
    leash: Child,
    name: String,
    pub(crate) said: Said,
}

impl Leashed {
    pub(crate) fn start(mut command: Command) -> Self {
        let program = PathBuf::from(command.get_program());
        let name = program.file_name().unwrap_or_default().to_string_lossy();
        let name = name.into_owned();
        let mut leash = Command::new("bash");
        leash.arg(folder().join("leash")).arg(&program);
        leash.args(command.get_args());
        for (key, value) in command.get_envs() {
            match value {
                Some(value) => leash.env(key, value),
                None => leash.env_remove(key),
            };
        }
        command = leash;
        let mut leash = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("bash does not start: {e}"));
        let said = Said::default();
        said.listen(leash.stdout.take().expect("a pipe"));
        said.listen(leash.stderr.take().expect("a pipe"));
        Self { leash, name, said }
    }

    /// What follows these words in a line that the command prints, once it does.
    pub(crate) async fn announces(&mut self, words: &str) -> String {
        let (leash, said, name) = (&mut self.leash, &self.said, &self.name);
        let found = wait_long(|| {
            let found = said.after(words);
            let has_ended = found.is_none() && !matches!(leash.try_wait(), Ok(None));
            assert!(!has_ended, "{name} ended:\n{}\n{REMEDY}", said.text());
            found
        });
        let found = found.await;
        found.unwrap_or_else(|| panic!("{name} never says '{words}', only:\n{}", said.text()))
    }
}

impl Drop for Leashed {
    fn drop(&mut self) {
        // The end of its input tells it to end the command. Waiting fails only for what has ended.
        drop(self.leash.stdin.take());
        drop(self.leash.wait());
    }
}

/// All that a process has printed so far.
#[derive(Clone, Default)]
pub(crate) struct Said(Arc<Mutex<String>>);

impl Said {
    /// Reads until the end, so that no process blocks.
    pub(crate) fn listen(&self, stream: impl Read + Send + 'static) -> thread::JoinHandle<()> {
        let said = Arc::clone(&self.0);
        let read = move || {
            let mut stream = BufReader::new(stream);
            let mut line = vec![];
            while matches!(stream.read_until(b'\n', &mut line), Ok(1..)) {
                let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
                said.push_str(&String::from_utf8_lossy(&line));
                line.clear();
            }
        };
        thread::Builder::new()
            .name("what a process says".to_owned())
            .spawn(read)
            .expect("a thread")
    }

    pub(crate) fn text(&self) -> String {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The rest of the first whole line with these words.
    fn after(&self, words: &str) -> Option<String> {
        let text = self.text();
        let (_, rest) = text.split_once(words)?;
        rest.split_once('\n')
            .map(|(line, _)| line.trim().to_owned())
    }
}
