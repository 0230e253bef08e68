//! A file as text in UTF-8: unpacks it and changes its encoding, a piece at a time.

use std::{
    fs::File,
    io::{self, BufReader, Read},
};

use encoding_rs::{UTF_16BE, UTF_16LE};
use encoding_rs_io::DecodeReaderBytesBuilder;
use flate2::bufread::MultiGzDecoder;

/// A record may be at most this large.
pub(in crate::source) const MAX_RECORD: usize = 16 << 20;

const FIRST_CAPACITY: usize = 256 << 10;

/// Why no further record can be had.
#[derive(Debug)]
pub(in crate::source) enum Stop {
    /// The file cannot be read, or its compressed data is broken.
    Io(io::Error),
    /// The file ends inside a record.
    CutOff,
    /// The file goes on in a way that cannot be taken apart.
    Damaged(String),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// The part of a file that is in memory: what is not yet consumed, filled up on demand.
pub(in crate::source) struct Window {
    input: Box<dyn Read>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    has_ended: bool,
    is_utf16: bool,
}

impl Window {
    /// Unpacks the file if it is gzip, whatever its name, and reads UTF-16 if it begins with that mark.
    pub(in crate::source) fn open(file: File) -> io::Result<Self> {
        let mut raw = Peeked::new(Box::new(file))?;
        if raw.starts_with(&[0x1f, 0x8b]) {
            let unpacked = MultiGzDecoder::new(BufReader::with_capacity(64 << 10, raw));
            raw = Peeked::new(Box::new(unpacked))?;
        }
        Ok(Self::decoded(raw))
    }

    /// Text from memory that comes in pieces of this size.
    #[cfg(test)]
    pub(in crate::source) fn in_pieces(bytes: &[u8], size: usize) -> Self {
        struct Pieces(std::collections::VecDeque<u8>, usize);
        impl Read for Pieces {
            fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
                let n_bytes = into.len().min(self.1);
                self.0.read(&mut into[..n_bytes])
            }
        }
        let pieces = Pieces(bytes.iter().copied().collect(), size);
        Self::decoded(Peeked::new(Box::new(pieces)).expect("memory can be read"))
    }

    fn decoded(mut raw: Peeked) -> Self {
        let encoding = if raw.starts_with(&[0xff, 0xfe]) {
            Some(UTF_16LE)
        } else if raw.starts_with(&[0xfe, 0xff]) {
            Some(UTF_16BE)
        } else {
            None
        };
        if raw.starts_with(&[0xef, 0xbb, 0xbf]) {
            raw.skip(3);
        }
        let input: Box<dyn Read> = match encoding {
            Some(_) => Box::new(
                DecodeReaderBytesBuilder::new()
                    .encoding(encoding)
                    .strip_bom(true)
                    .build(raw),
            ),
            None => Box::new(raw),
        };
        Self {
            input,
            buffer: vec![0; FIRST_CAPACITY],
            start: 0,
            end: 0,
            has_ended: false,
            is_utf16: encoding.is_some(),
        }
    }

    /// What is in memory and not yet consumed.
    pub(in crate::source) fn bytes(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Whether the file has no more than [`bytes`](Self::bytes).
    pub(in crate::source) fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// Whether broken characters have already been replaced by U+FFFD.
    pub(in crate::source) fn is_utf16(&self) -> bool {
        self.is_utf16
    }

    /// Lets go of the first bytes.
    pub(in crate::source) fn consume(&mut self, n_bytes: usize) {
        self.start = self.start.saturating_add(n_bytes).min(self.end);
    }

    /// Reads more behind what is there; at the end of the file [`has_ended`](Self::has_ended) becomes true.
    pub(in crate::source) fn fill(&mut self) -> io::Result<()> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.end == self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        // A record that is already large is gone over again after each filling: let these be few.
        let enough = if self.end < FIRST_CAPACITY / 2 {
            self.end + 1
        } else {
            self.buffer.len()
        };
        while self.end < enough && !self.has_ended {
            let free = self.buffer.get_mut(self.end..).unwrap_or_default();
            let n_read = read_some(&mut self.input, free)?;
            self.end += n_read;
            self.has_ended = n_read == 0;
        }
        Ok(())
    }
}

fn read_some(input: &mut dyn Read, into: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(into) {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// A reader whose first bytes have been looked at.
struct Peeked {
    head: Vec<u8>,
    taken: usize,
    rest: Box<dyn Read>,
}

impl Peeked {
    fn new(mut rest: Box<dyn Read>) -> io::Result<Self> {
        let mut head = vec![];
        (&mut rest).take(3).read_to_end(&mut head)?;
        Ok(Self {
            head,
            taken: 0,
            rest,
        })
    }

    fn starts_with(&self, mark: &[u8]) -> bool {
        self.head.starts_with(mark)
    }

    fn skip(&mut self, n_bytes: usize) {
        self.taken = n_bytes;
    }
}

impl Read for Peeked {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut head = self.head.get(self.taken..).unwrap_or_default();
        if head.is_empty() {
            return self.rest.read(into);
        }
        let n_read = head.read(into)?;
        self.taken += n_read;
        Ok(n_read)
    }
}
