//! A Secret Service on a bus of its own, with a keyring in a temporary folder: never the developer's.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use crate::leash::{Leashed, folder, installed};

/// What the desktop's environment says of its bus, display and folders.
const OF_THE_DESKTOP: [&str; 8] = [
    "DBUS_SESSION_BUS_ADDRESS",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "GNOME_KEYRING_CONTROL",
    "XDG_RUNTIME_DIR",
    "XDG_DATA_HOME",
    "XDG_CONFIG_HOME",
    "XDG_CACHE_HOME",
];

/// A person's home, with or without a keyring.
pub(crate) struct Desk {
    home: TempDir,
    bus: Option<String>,
    /// Where windows open, if there is a screen.
    display: Option<String>,
    /// Programs of the desk's own, which come before those of the system.
    programs: Option<PathBuf>,
    /// Ends before the folder goes.
    session: Option<Leashed>,
}

/// An entry of the keyring as `secret-tool` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) user: String,
    pub(crate) secret: String,
}

impl Desk {
    /// No session bus, as on a server.
    pub(crate) fn without_keyring() -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        let runtime = home.path().join("run");
        fs::create_dir(&runtime).expect("a folder");
        fs::set_permissions(&runtime, Permissions::from_mode(0o700)).expect("it is ours");
        Self {
            home,
            bus: None,
            display: None,
            programs: None,
            session: None,
        }
    }

    /// An unlocked, empty keyring.
    pub(crate) async fn with_keyring() -> Self {
        Self::with("unlocked").await
    }

    /// An empty keyring that is locked, and nobody to ask for its password.
    pub(crate) async fn with_locked_keyring() -> Self {
        Self::with("locked").await
    }

    async fn with(state: &str) -> Self {
        for program in [
            "dbus-run-session",
            "dbus-send",
            "gnome-keyring-daemon",
            "secret-tool",
        ] {
            installed(program);
        }
        let mut desk = Self::without_keyring();
        let mut command = Command::new(folder().join("keyring"));
        command.arg(state);
        desk.furnish(&mut command);
        let mut session = Leashed::start(command);
        desk.bus = Some(session.announces("bus ").await);
        desk.session = Some(session);
        desk
    }

    /// Has the desk open addresses by writing them into the file that is returned, whole or not at all.
    pub(crate) fn record_opened(&mut self) -> PathBuf {
        let programs = self.home().join("programs");
        let opened = self.home().join("opened");
        fs::create_dir(&programs).expect("a folder");
        let program = programs.join("xdg-open");
        let file = opened.display();
        let script = format!(
            "#!/bin/sh\nprintf %s \"$1\" > \"{file}.part\" && mv \"{file}.part\" \"{file}\"\n"
        );
        fs::write(&program, script).expect("it can be written");
        fs::set_permissions(&program, Permissions::from_mode(0o755)).expect("it is ours");
        self.programs = Some(programs);
        opened
    }

    /// Has windows open on this display.
    pub(crate) fn put_screen(&mut self, display: &str) {
        self.display = Some(display.to_owned());
    }

    /// Lets a command work at this desk and at no other.
    pub(crate) fn furnish(&self, command: &mut Command) {
        let home = self.home.path();
        for name in OF_THE_DESKTOP {
            command.env_remove(name);
        }
        command
            .env("HOME", home)
            .env("XDG_RUNTIME_DIR", home.join("run"))
            .env("XDG_DATA_HOME", home.join("share"))
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("XDG_CACHE_HOME", home.join("cache"));
        if let Some(programs) = &self.programs {
            let path = std::env::var_os("PATH").unwrap_or_default();
            let folders = [programs.clone()].into_iter();
            let folders = folders.chain(std::env::split_paths(&path));
            command.env("PATH", std::env::join_paths(folders).expect("no colon"));
        }
        if let Some(display) = &self.display {
            command.env("DISPLAY", display);
        }
        if let Some(bus) = &self.bus {
            command.env("DBUS_SESSION_BUS_ADDRESS", bus);
        }
    }

    /// The address of the desk's bus.
    #[cfg(all(unix, not(target_os = "macos")))]
    pub(crate) fn bus(&self) -> &str {
        self.bus.as_deref().expect("a desk with a keyring")
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Where the program keeps what is no secret.
    pub(crate) fn data_dir(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// What the keyring holds for the program, as another program reads it.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        let mut command = Command::new(installed("secret-tool"));
        self.furnish(&mut command);
        let search = ["search", "--all", "--unlock", "service", "audience-sync"];
        let output = command.args(search).output().expect("secret-tool starts");
        // The attributes are on the other stream.
        let text = [output.stdout, output.stderr].map(String::from_utf8);
        let [secrets, attributes] = text.map(|text| text.expect("text"));
        let values = |text: &str, key: &str| -> Vec<String> {
            let lines = text.lines().filter_map(|line| line.strip_prefix(key));
            lines.map(str::to_owned).collect()
        };
        let secrets = values(&secrets, "secret = ");
        let users = values(&attributes, "attribute.username = ");
        assert_eq!(secrets.len(), users.len(), "{attributes}");
        let pairs = users.into_iter().zip(secrets);
        pairs.map(|(user, secret)| Entry { user, secret }).collect()
    }
}
