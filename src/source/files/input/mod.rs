//! A file as text in UTF-8: unpacks it, tells what it is and changes its encoding, a piece at a time.

use std::{
    error,
    fs::File,
    io::{self, Read},
};

use encoding_rs::{Encoding, UTF_8};

mod blocks;
mod container;
mod encoding;
mod kind;
mod propose;
#[cfg(test)]
mod tests;
mod zip;

use self::{
    container::{Container, Peeked},
    propose::{plain_name, propose_encoding},
    zip::Zip,
};
pub(in crate::source) use self::{encoding::chosen, kind::Begins};
pub use self::{kind::FileKind, propose::Proposal};
use crate::{model::TextEncoding, source::Tether};

/// A record may be at most this large.
pub(in crate::source) const MAX_RECORD: usize = 16 << 20;

const FIRST_CAPACITY: usize = 256 << 10;

/// A file may be packed this many times, such as a gzip file in a zip.
const MOST_LAYERS: usize = 2;

/// Why no further record can be had.
#[derive(Debug)]
pub(in crate::source) enum Stop {
    /// The file cannot be read, or its compressed data is broken.
    Io(io::Error),
    /// The file ends inside a record.
    CutOff,
    /// The file goes on in a way that cannot be taken apart.
    Damaged(String),
    /// The file is no text.
    OtherKind(FileKind),
    /// Somebody has asked to stop.
    Asked,
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        if is_asked(&error) {
            Self::Asked
        } else {
            Self::Io(error)
        }
    }
}

/// How a file is to be read.
#[derive(Debug, Clone, Default)]
pub(in crate::source) struct Options {
    /// The encoding that a person has chosen for text without a mark of its own; UTF-8 if there is none.
    ///
    /// A byte order mark goes before it, and so do the zero bytes of UTF-16: what the file itself says is surer than a
    /// setting that was made for another file.
    pub(in crate::source) encoding: Option<&'static Encoding>,
    /// What holds the reader.
    pub(in crate::source) tether: Tether,
}

impl Options {
    fn watched(&self, input: impl Read + 'static) -> Box<dyn Read> {
        Box::new(Watched {
            tether: self.tether.clone(),
            input,
        })
    }
}

/// A reader that shows that it goes on, and ends with an error once it is let go.
struct Watched<R> {
    tether: Tether,
    input: R,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.tether.is_cut() {
            return Err(io::Error::other(Asked));
        }
        self.tether.beat();
        self.input.read(into)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the reading was stopped")]
struct Asked;

fn is_asked(error: &io::Error) -> bool {
    error
        .get_ref()
        .is_some_and(<dyn error::Error + Send + Sync>::is::<Asked>)
}

/// A file out of its containers.
pub(in crate::source) struct Input {
    bytes: Peeked,
    begins: Begins,
    is_packed: bool,
    options: Options,
}

impl Input {
    /// Takes the file out of its containers, which its first bytes tell, whatever its name.
    pub(in crate::source) fn open(file: File, options: &Options) -> Result<Self, Stop> {
        let mut input = Self {
            bytes: Peeked::new(Box::new(io::empty())),
            begins: Begins::Text,
            is_packed: false,
            options: options.clone(),
        };
        let mut n_layers = 0;
        let mut head = vec![];
        container::read_head(&mut &file, &mut head)?;
        if zip::is_zip(&head) {
            match zip::open(file)? {
                Zip::File(member) => input.bytes = Peeked::new(options.watched(member)),
                Zip::Document(begins) => {
                    input.begins = begins;
                    return Ok(input);
                }
            }
            n_layers = 1;
        } else {
            input.bytes = Peeked::with_head(head, options.watched(file));
        }
        while let Some(container) = Container::of(input.bytes.head()) {
            if n_layers == MOST_LAYERS {
                input.begins = Begins::Other(FileKind::PackedTooOften);
                return Ok(input);
            }
            let unpacked = container.unpack(input.bytes)?;
            input.bytes = Peeked::new(options.watched(unpacked));
            n_layers += 1;
        }
        input.is_packed = n_layers > 0;
        input.begins = kind::begins(input.bytes.head());
        Ok(input)
    }

    /// What the file is, inside its containers.
    pub(in crate::source) fn begins(&self) -> &Begins {
        &self.begins
    }

    /// Whether it came out of a container, so that the file itself cannot be given to a reader of its kind.
    pub(in crate::source) fn is_packed(&self) -> bool {
        self.is_packed
    }

    /// Reads it as text.
    pub(in crate::source) fn into_window(self) -> Result<Window, Stop> {
        match self.begins {
            Begins::Text => Ok(Window::decoded(self.bytes, self.options.encoding)),
            Begins::Parquet => Err(Stop::OtherKind(FileKind::Parquet)),
            Begins::Workbook => Err(Stop::OtherKind(FileKind::Workbook)),
            Begins::Other(kind) => Err(Stop::OtherKind(kind)),
        }
    }
}

/// The part of a file that is in memory: what is not yet consumed, filled up on demand.
pub(in crate::source) struct Window {
    input: Box<dyn Read>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    has_ended: bool,
    encoding: &'static Encoding,
}

impl Window {
    /// The text of a file, out of its containers; anything else is an error that names it.
    #[cfg(test)]
    pub(in crate::source) fn open(file: File, options: &Options) -> Result<Self, Stop> {
        Input::open(file, options)?.into_window()
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
        Self::decoded(Peeked::new(Box::new(pieces)), None)
    }

    fn decoded(mut bytes: Peeked, chosen: Option<&'static Encoding>) -> Self {
        let text = encoding::detect(bytes.head(), chosen);
        bytes.skip(text.n_mark);
        let input: Box<dyn Read> = if text.encoding == UTF_8 {
            Box::new(bytes)
        } else {
            Box::new(encoding::Decoded::new(bytes, text))
        };
        Self {
            input,
            buffer: vec![0; FIRST_CAPACITY],
            start: 0,
            end: 0,
            has_ended: false,
            encoding: text.encoding,
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

    /// Whether the file is in another encoding than UTF-8, so that broken characters have already been replaced by
    /// U+FFFD.
    pub(in crate::source) fn is_decoded(&self) -> bool {
        self.encoding != UTF_8
    }

    /// What its bytes are read as.
    pub(in crate::source) fn encoding(&self) -> TextEncoding {
        encoding::offered(self.encoding).unwrap_or(TextEncoding::Utf8)
    }

    /// The encoding that the text from here on seems to be in, if it is not UTF-8 though nothing says so.
    pub(in crate::source) fn proposal(&self) -> Option<Proposal> {
        (!self.is_decoded())
            .then(|| propose_encoding(self.bytes()))
            .flatten()
    }

    /// Why a record from here on has bytes that are no text, and what the file seems to be; to be worked out once for a
    /// file, since it goes over all that is in memory.
    pub(in crate::source) fn wrong_encoding(&self) -> String {
        if self.is_decoded() {
            let name = plain_name(self.encoding);
            return format!("it has bytes that are no text in {name}, the file's encoding");
        }
        propose::wrong_encoding(self.bytes())
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
