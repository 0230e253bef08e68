//! The one file of data in a zip.
//!
//! Only the directory at the end of a zip says what is in it, so it has to be whole, to stand where it says, and to be
//! the end of the file: two zips behind one another, or a zip that was cut off and joined to another, would otherwise
//! pass for the second alone.

use std::{
    fs::File,
    io::{self, Read, Seek as _, SeekFrom},
};

use flate2::Crc;

use super::{
    Begins, FileKind, Stop,
    container::{Container, inflate},
};
use crate::source::files::names;

/// What a zip turns out to be.
pub(super) enum Zip {
    /// Its one file of data.
    File(Box<dyn Read>),
    /// A document that is kept as a zip, or something that is not read.
    Document(Begins),
}

const END: &[u8] = b"PK\x05\x06";
const END_64: &[u8] = b"PK\x06\x06";
const LOCATOR_64: &[u8] = b"PK\x06\x07";
const MEMBER: &[u8] = b"PK\x01\x02";
const LOCAL: &[u8] = b"PK\x03\x04";
const END_LENGTH: usize = 22;
const LOCATOR_64_LENGTH: usize = 20;
/// The directory is read into memory; no workbook and no export comes near this.
const MOST_OF_DIRECTORY: u64 = 4 << 20;

/// Whether a file begins as a zip does; the others are an empty one and the first of several parts.
pub(super) fn is_zip(head: &[u8]) -> bool {
    [LOCAL, END, b"PK\x07\x08"]
        .iter()
        .any(|mark| head.starts_with(mark))
}

/// Finds the file of data.
pub(super) fn open(mut file: File) -> Result<Zip, Stop> {
    let directory = Directory::find(&mut file)?;
    let members = directory.read(&mut file)?;
    if let Some(begins) = document(&members) {
        return Ok(Zip::Document(begins));
    }
    let other = |kind| Ok(Zip::Document(Begins::Other(kind)));
    let mut data = members.iter().filter(|member| member.is_data());
    let Some(member) = data.next() else {
        return other(FileKind::EmptyZip);
    };
    if data.next().is_some() {
        return other(FileKind::ZipOfSeveral(some_names(&members)));
    }
    if member.is_encrypted() {
        return other(FileKind::EncryptedZip);
    }
    let (start, length) = directory.place_of(&mut file, member)?;
    file.seek(SeekFrom::Start(start))?;
    let raw = file.take(length);
    let contents: Box<dyn Read> = match member.method {
        0 => Box::new(raw),
        8 => inflate(raw),
        12 => Container::Bzip2.unpack(raw)?,
        93 => Container::Zstd.unpack(raw)?,
        _ => return other(FileKind::OtherZip),
    };
    Ok(Zip::File(Box::new(Checked {
        contents,
        crc: Crc::new(),
        n_left: member.n_unpacked,
        expected: member.crc,
    })))
}

/// The documents that office programs keep as a zip.
fn document(members: &[Member]) -> Option<Begins> {
    let has = |name: &str| members.iter().any(|member| member.name == name);
    let has_below = |folder: &str| members.iter().any(|m| m.name.starts_with(folder));
    if has("xl/workbook.xml") {
        Some(Begins::Workbook)
    } else if has("xl/workbook.bin") {
        Some(Begins::Other(FileKind::OldWorkbook))
    } else if has("[Content_Types].xml")
        || (has("content.xml") && has_below("META-INF/"))
        || has("Index/Document.iwa")
    {
        Some(Begins::Other(FileKind::Document))
    } else {
        None
    }
}

fn some_names(members: &[Member]) -> String {
    const MOST: usize = 5;
    let names: Vec<_> = members.iter().filter(|member| member.is_data()).collect();
    let some: Vec<_> = names.iter().take(MOST).map(|m| m.name.as_str()).collect();
    let more = if names.len() > MOST { ", …" } else { "" };
    some.join(", ") + more
}

/// Where the directory stands.
struct Directory {
    start: u64,
    length: u64,
}

impl Directory {
    fn find(file: &mut File) -> Result<Self, Stop> {
        let n_bytes = file.seek(SeekFrom::End(0))?;
        let most = (END_LENGTH + LOCATOR_64_LENGTH) as u64 + u64::from(u16::MAX);
        let tail_start = n_bytes.saturating_sub(most);
        file.seek(SeekFrom::Start(tail_start))?;
        let mut tail = vec![];
        file.take(most).read_to_end(&mut tail)?;
        // Where the zip ends is behind a comment, whose length stands before it.
        let places = (0..tail.len()).rev();
        let mut ends = places.filter_map(|at| {
            let end = tail.get(at..).filter(|tail| tail.starts_with(END))?;
            Some((at, at + END_LENGTH + usize::from(u16_at(end, 20)?)))
        });
        let Some((at, _)) = ends.clone().find(|(_, end)| *end == tail.len()) else {
            return Err(if ends.any(|(_, end)| end < tail.len()) {
                damaged("something follows the end of the zip")
            } else {
                Stop::CutOff
            });
        };
        let end = tail.get(at..).unwrap_or_default();
        let [disk, first_disk] = [4, 6].map(|at| u16_at(end, at).unwrap_or_default());
        let is_part = ![0, u16::MAX].contains(&disk) || ![0, u16::MAX].contains(&first_disk);
        if is_part {
            return Err(damaged("it is one of several parts of a zip"));
        }
        let mut directory = Self {
            length: u64::from(u32_at(end, 12).unwrap_or_default()),
            start: u64::from(u32_at(end, 16).unwrap_or_default()),
        };
        let mut directory_end = tail_start + at as u64;
        let before = at
            .checked_sub(LOCATOR_64_LENGTH)
            .and_then(|at| tail.get(at..));
        if let Some(locator) = before.filter(|before| before.starts_with(LOCATOR_64)) {
            directory_end = u64_at(locator, 8).unwrap_or_default();
            directory = Self::of_zip64(file, directory_end)?;
        }
        if directory.start.checked_add(directory.length) != Some(directory_end) {
            return Err(damaged(
                "the directory of the zip is not where it should be",
            ));
        }
        Ok(directory)
    }

    fn of_zip64(file: &mut File, at: u64) -> Result<Self, Stop> {
        let mut end = [0; 56];
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut end)?;
        let found = end
            .starts_with(END_64)
            .then(|| Some((u64_at(&end, 40)?, u64_at(&end, 48)?)));
        let (length, start) = found
            .flatten()
            .ok_or_else(|| damaged("the end of the zip cannot be read"))?;
        Ok(Self { start, length })
    }

    fn read(&self, file: &mut File) -> Result<Vec<Member>, Stop> {
        if self.length > MOST_OF_DIRECTORY {
            let names = "many thousands".to_owned();
            return Err(Stop::OtherKind(FileKind::ZipOfSeveral(names)));
        }
        file.seek(SeekFrom::Start(self.start))?;
        let mut bytes = vec![];
        file.take(self.length).read_to_end(&mut bytes)?;
        let mut rest = bytes.as_slice();
        let mut members = vec![];
        while !rest.is_empty() {
            let member = Member::parse(&mut rest);
            members.push(member.ok_or_else(|| damaged("the directory of the zip is broken"))?);
        }
        Ok(members)
    }

    /// Where the packed bytes of a member stand.
    fn place_of(&self, file: &mut File, member: &Member) -> Result<(u64, u64), Stop> {
        let mut local = [0; 30];
        file.seek(SeekFrom::Start(member.start))?;
        file.read_exact(&mut local)?;
        let start = [26, 28].iter().try_fold(member.start + 30, |start, at| {
            start.checked_add(u64::from(u16_at(&local, *at)?))
        });
        let end = start.and_then(|start| start.checked_add(member.n_packed));
        match (start, end) {
            (Some(start), Some(end)) if local.starts_with(LOCAL) && end <= self.start => {
                Ok((start, member.n_packed))
            }
            _ => Err(damaged(
                "a file is not where the directory of the zip has it",
            )),
        }
    }
}

/// A file of the zip.
struct Member {
    name: String,
    flags: u16,
    method: u16,
    crc: u32,
    n_packed: u64,
    n_unpacked: u64,
    start: u64,
}

impl Member {
    fn parse(rest: &mut &[u8]) -> Option<Self> {
        let header = rest.get(..46).filter(|header| header.starts_with(MEMBER))?;
        let length = |at| u16_at(header, at).map(usize::from);
        let (name, behind) = rest.get(46..)?.split_at_checked(length(28)?)?;
        let (extra, behind) = behind.split_at_checked(length(30)?)?;
        *rest = behind.get(length(32)?..)?;
        let mut member = Self {
            name: String::from_utf8_lossy(name).replace('\\', "/"),
            flags: u16_at(header, 8)?,
            method: u16_at(header, 10)?,
            crc: u32_at(header, 16)?,
            n_packed: u64::from(u32_at(header, 20)?),
            n_unpacked: u64::from(u32_at(header, 24)?),
            start: u64::from(u32_at(header, 42)?),
        };
        member.widen(extra)?;
        Some(member)
    }

    /// Takes what does not fit into 32 bits from the extra field for it.
    fn widen(&mut self, mut extra: &[u8]) -> Option<()> {
        const WIDE: u64 = u32::MAX as u64;
        let mut wide = [&mut self.n_unpacked, &mut self.n_packed, &mut self.start];
        if !wide.iter().any(|value| **value == WIDE) {
            return Some(());
        }
        loop {
            let (id, length) = (u16_at(extra, 0)?, usize::from(u16_at(extra, 2)?));
            let (field, behind) = extra.get(4..)?.split_at_checked(length)?;
            if id == 1 {
                let mut numbers = (0..).map(|n| u64_at(field, n * 8));
                for value in wide.iter_mut().filter(|value| ***value == WIDE) {
                    **value = numbers.next()??;
                }
                return Some(());
            }
            extra = behind;
        }
    }

    /// Whether it is neither a folder nor something that stands beside the data in a folder too.
    fn is_data(&self) -> bool {
        let last = self.name.rsplit('/').next().unwrap_or_default();
        let is_of_a_program = ["Thumbs.db", "desktop.ini"].contains(&last);
        !last.is_empty()
            && !is_of_a_program
            && !names::is_beside_the_data(last)
            && !self.name.starts_with("__MACOSX/")
    }

    fn is_encrypted(&self) -> bool {
        self.flags & 1 != 0 || self.method == 99
    }
}

/// Contents that must come to what the directory says.
struct Checked {
    contents: Box<dyn Read>,
    crc: Crc,
    n_left: u64,
    expected: u32,
}

impl Read for Checked {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n_read = self.contents.read(into)?;
        self.crc.update(into.get(..n_read).unwrap_or_default());
        let n_left = self.n_left.checked_sub(n_read as u64);
        let is_end = n_read == 0 && !into.is_empty();
        let is_right = !is_end || (self.n_left == 0 && self.crc.sum() == self.expected);
        match n_left {
            Some(n_left) if is_right => {
                self.n_left = n_left;
                Ok(n_read)
            }
            _ => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "its zip data is damaged: the size or the checksum does not fit",
            )),
        }
    }
}

fn damaged(what: &str) -> Stop {
    Stop::Damaged(what.to_owned())
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(u16::from_le_bytes(*bytes))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(u32::from_le_bytes(*bytes))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(u64::from_le_bytes(*bytes))
}
