//! Compressed files of one stream each, told by their first bytes.

use std::io::{self, BufReader, Read};

use bzip2::bufread::MultiBzDecoder;
use flate2::{
    Decompress, FlushDecompress,
    bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder},
};

use super::{
    blocks::{HadoopBlocks, HadoopCodec, Lz4Frames, hadoop_codec},
    is_asked,
};

/// So much of a file is looked at to tell what it is.
pub(super) const HEAD: u64 = 1 << 10;

const RAW_BUFFER: usize = 64 << 10;

/// The window of a zstd frame may be as large as that of `zstd --ultra -22`, 128 MB; nothing is used of it but what the
/// frame fills.
const ZSTD_WINDOW_LOG: u32 = 27;

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Container {
    Gzip,
    Bzip2,
    Zstd,
    Lz4,
    Snappy,
    Zlib,
    Hadoop(HadoopCodec),
}

impl Container {
    /// The container that begins with these bytes.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        match head {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            [b'B', b'Z', b'h', b'1'..=b'9', rest @ ..] => {
                let is_begun = |magic: &[u8; 6]| rest.iter().zip(magic).all(|(a, b)| a == b);
                // A block, or the end of a stream that has none.
                let is_bzip2 = is_begun(b"1AY&SY") || is_begun(b"\x17\x72\x45\x38\x50\x90");
                is_bzip2.then_some(Self::Bzip2)
            }
            // A frame, or one to be skipped, as `pzstd` writes them in front.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Zstd),
            [0x04, 0x22, 0x4d, 0x18, ..] => Some(Self::Lz4),
            [0xff, 0x06, 0, 0, b's', b'N', b'a', b'P', b'p', b'Y', ..] => Some(Self::Snappy),
            [0x78, 0x01 | 0x9c | 0xda, ..] => is_zlib(head).then_some(Self::Zlib),
            [0, ..] => hadoop_codec(head).map(Self::Hadoop),
            _ => None,
        }
    }

    /// Reads what is inside.
    pub(super) fn unpack(self, raw: impl Read + 'static) -> io::Result<Box<dyn Read>> {
        let raw = BufReader::with_capacity(RAW_BUFFER, raw);
        let unpacked: Box<dyn Read> = match self {
            Self::Gzip => Box::new(MultiGzDecoder::new(raw)),
            Self::Bzip2 => Box::new(MultiBzDecoder::new(raw)),
            Self::Zstd => {
                let mut decoder = zstd::Decoder::with_buffer(raw)?;
                decoder.window_log_max(ZSTD_WINDOW_LOG)?;
                Box::new(decoder)
            }
            Self::Lz4 => Box::new(Lz4Frames::new(raw)),
            Self::Snappy => Box::new(snap::read::FrameDecoder::new(raw)),
            Self::Zlib => Box::new(Alone(ZlibDecoder::new(raw))),
            Self::Hadoop(codec) => Box::new(HadoopBlocks::new(raw, codec)),
        };
        Ok(Box::new(Unpacked {
            name: self.name(),
            input: unpacked,
        }))
    }

    fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Bzip2 => "bzip2",
            Self::Zstd => "zstd",
            Self::Lz4 => "LZ4",
            Self::Snappy => "Snappy",
            Self::Zlib => "zlib",
            Self::Hadoop(HadoopCodec::Snappy) => "Hadoop's Snappy",
            Self::Hadoop(HadoopCodec::Lz4) => "Hadoop's LZ4",
        }
    }
}

/// Reads deflated data as it stands in a zip.
pub(super) fn inflate(raw: impl Read + 'static) -> Box<dyn Read> {
    Box::new(Unpacked {
        name: "zip",
        input: Box::new(DeflateDecoder::new(BufReader::with_capacity(
            RAW_BUFFER, raw,
        ))),
    })
}

/// Whether this is the beginning of zlib's data: it is no text, and what follows the first two bytes can be unpacked.
fn is_zlib(head: &[u8]) -> bool {
    let is_text = str::from_utf8(head).map_or_else(|e| e.error_len().is_none(), |_| true);
    let mut out = [0; 256];
    let unpacked = Decompress::new(true).decompress(head, &mut out, FlushDecompress::None);
    unpacked.is_ok() && (!is_text || head.get(1) == Some(&1))
}

/// Tells faults of the compressed data, which each library has its own way to speak of, from those of the disk.
struct Unpacked {
    name: &'static str,
    input: Box<dyn Read>,
}

impl Read for Unpacked {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.input.read(into).map_err(|e| {
            let is_kept = [io::ErrorKind::UnexpectedEof, io::ErrorKind::Interrupted];
            if is_kept.contains(&e.kind()) || e.raw_os_error().is_some() || is_asked(&e) {
                return e;
            }
            let what = format!("its {} data is damaged: {e}", self.name);
            io::Error::new(io::ErrorKind::InvalidData, what)
        })
    }
}

/// zlib's data with nothing behind it.
struct Alone<R>(ZlibDecoder<BufReader<R>>);

impl<R: Read> Read for Alone<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n_read = self.0.read(into)?;
        if n_read == 0 && !into.is_empty() && self.0.get_mut().read(&mut [0])? > 0 {
            return Err(io::Error::other("something follows its end"));
        }
        Ok(n_read)
    }
}

/// Reads the first bytes: as many as can be had.
pub(super) fn read_head(input: &mut dyn Read, head: &mut Vec<u8>) -> io::Result<()> {
    input.take(HEAD).read_to_end(head)?;
    Ok(())
}

/// A reader whose first bytes have been looked at.
pub(super) struct Peeked {
    head: Vec<u8>,
    taken: usize,
    /// What ended the looking, for whoever reads on from there.
    fault: Option<io::Error>,
    rest: Box<dyn Read>,
}

impl Peeked {
    pub(super) fn new(mut rest: Box<dyn Read>) -> Self {
        let mut head = vec![];
        let fault = read_head(&mut rest, &mut head).err();
        Self {
            fault,
            ..Self::with_head(head, rest)
        }
    }

    /// A reader whose first bytes were read before.
    pub(super) fn with_head(head: Vec<u8>, rest: Box<dyn Read>) -> Self {
        Self {
            head,
            taken: 0,
            fault: None,
            rest,
        }
    }

    /// The first bytes that are still to be read: [`HEAD`] of them, or all there are.
    pub(super) fn head(&self) -> &[u8] {
        self.head.get(self.taken..).unwrap_or_default()
    }

    pub(super) fn skip(&mut self, n_bytes: usize) {
        self.taken += n_bytes;
    }
}

impl Read for Peeked {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut head = self.head();
        if head.is_empty() {
            return match self.fault.take() {
                Some(fault) => Err(fault),
                None => self.rest.read(into),
            };
        }
        let n_read = head.read(into)?;
        self.taken += n_read;
        Ok(n_read)
    }
}
