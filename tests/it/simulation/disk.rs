//! The disk under the state database, as a loss of power leaves it.
//!
//! A commit is on the disk when it returns, for the state is opened with `synchronous=FULL`. What was written of later
//! ones may be there, in part or not at all. So a crash leaves the database as it is, with a write-ahead log that is cut
//! off somewhere behind the last commit that anybody outside can know of. The small file beside the settings that tells
//! which run was the last is whole, and no newer than the commits that are left.

use std::{
    fs::{self, File},
    io::{Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
};

const HEADER: u8 = 32;
const FRAME_HEADER: u8 = 24;
/// Where the log's index says how many frames are in the database file already.
const BACKFILLED_AT: u64 = 96;

/// The files of one database.
pub(super) struct Disk {
    path: PathBuf,
    beside_settings: PathBuf,
    /// The log as the last request found it that left or came back.
    known: Option<Log>,
    /// And the file beside the settings.
    known_beside: Option<Vec<u8>>,
}

/// What a log holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Log {
    salts: [u8; 8],
    frame_bytes: u64,
    n_frames: u64,
}

/// What is left after a crash.
pub(super) struct Image {
    database: Vec<u8>,
    log: Option<Vec<u8>>,
    beside_settings: Option<Vec<u8>>,
}

impl Disk {
    pub(super) fn new(path: PathBuf, settings: &Path) -> Self {
        let name = path.file_name().expect("it has a name");
        Self {
            beside_settings: settings.join(name).with_extension("mark"),
            path,
            known: None,
            known_beside: None,
        }
    }

    /// Everything that is committed by now has to survive: a request that depends on it is on its way.
    pub(super) fn mark(&mut self) {
        self.known = Log::read(&self.beside("wal"));
        self.known_beside = fs::read(&self.beside_settings).ok();
    }

    /// What a crash leaves at this moment; a torn one loses the newest commits that no request has shown to anybody.
    pub(super) fn crash(&mut self, random: &mut fastrand::Rng, is_torn: bool) -> Image {
        let database = fs::read(&self.path).unwrap_or_default();
        let mut log = fs::read(self.beside("wal")).ok();
        let now = Log::read(&self.beside("wal"));
        if let (true, Some(bytes), Some(now)) = (is_torn, &mut log, now) {
            let known = self.known.filter(|known| known.salts == now.salts);
            let first = known
                .map_or(0, |known| known.n_frames)
                .max(self.backfilled());
            let (from, to) = (now.end_of(first), now.end_of(now.n_frames));
            let cut = random.u64(from.min(to)..=to);
            bytes.truncate(usize::try_from(cut).expect("a size"));
        }
        let beside_settings = if is_torn {
            self.known_beside.clone()
        } else {
            fs::read(&self.beside_settings).ok()
        };
        Image {
            database,
            log,
            beside_settings,
        }
    }

    /// Puts back what the crash has left.
    pub(super) fn restore(&mut self, image: Image) {
        for ending in ["wal", "shm"] {
            drop(fs::remove_file(self.beside(ending)));
        }
        fs::write(&self.path, image.database).expect("it can be written");
        if let Some(log) = image.log {
            fs::write(self.beside("wal"), log).expect("it can be written");
        }
        match image.beside_settings {
            Some(bytes) => fs::write(&self.beside_settings, bytes).expect("it can be written"),
            None => drop(fs::remove_file(&self.beside_settings)),
        }
        self.known = None;
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let mut path = self.path.clone().into_os_string();
        path.push(format!("-{ending}"));
        path.into()
    }

    /// How many frames are in the database file already, and so cannot be lost.
    fn backfilled(&self) -> u64 {
        let mut four = [0; 4];
        let read = File::open(self.beside("shm")).and_then(|mut file| {
            file.seek(SeekFrom::Start(BACKFILLED_AT))?;
            file.read_exact(&mut four)
        });
        read.map_or(u64::MAX, |()| u64::from(u32::from_ne_bytes(four)))
    }
}

impl Log {
    fn read(path: &Path) -> Option<Self> {
        let mut file = File::open(path).ok()?;
        let mut header = [0_u8; HEADER as usize];
        file.read_exact(&mut header).ok()?;
        let page = u32::from_be_bytes(header[8..12].try_into().ok()?);
        let salts: [u8; 8] = header[16..24].try_into().ok()?;
        let frame_bytes = u64::from(FRAME_HEADER) + u64::from(page);
        let mut n_frames = 0;
        let mut frame = [0_u8; FRAME_HEADER as usize];
        loop {
            file.seek(SeekFrom::Start(u64::from(HEADER) + n_frames * frame_bytes))
                .ok()?;
            if file.read_exact(&mut frame).is_err() || frame[8..16] != salts {
                break;
            }
            n_frames += 1;
        }
        Some(Self {
            salts,
            frame_bytes,
            n_frames,
        })
    }

    fn end_of(&self, n_frames: u64) -> u64 {
        u64::from(HEADER) + n_frames.min(self.n_frames) * self.frame_bytes
    }
}
