//! Where the pictures of a test go.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The pictures of one test, in a folder of their own below `target/e2e`, in the order in which they were taken.
pub(crate) struct Pictures {
    folder: PathBuf,
    n_taken: u32,
}

impl Pictures {
    pub(crate) fn of(test: &str) -> Self {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
        let folder = target.expect("a folder").join("e2e").join(test);
        // Those of an earlier run, if there are any.
        drop(fs::remove_dir_all(&folder));
        fs::create_dir_all(&folder).expect("a folder");
        Self { folder, n_taken: 0 }
    }

    pub(crate) fn keep(&mut self, what: &str, picture: &[u8]) {
        self.n_taken += 1;
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
        let what: String = what
            .chars()
            .map(|letter| if is_plain(letter) { letter } else { '_' })
            .collect();
        let file = format!("{:02}-{what}.png", self.n_taken);
        fs::write(self.folder.join(file), picture).expect("it can be written");
    }
}
