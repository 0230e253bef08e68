//! Compressed files made of blocks: LZ4 frames, and the blocks that Hadoop and Spark write.

use std::io::{self, BufRead as _, BufReader, Read};

use lz4_flex::frame::FrameDecoder;

use super::encoding;

/// The frames of an LZ4 file, one after the other.
///
/// The library takes the end of the file between two blocks for the end of a frame. Whoever asks for more only where the
/// file has more, and sees it end all the same, knows better.
pub(super) struct Lz4Frames<R: Read> {
    frame: Option<FrameDecoder<Ending<R>>>,
}

impl<R: Read> Lz4Frames<R> {
    pub(super) fn new(raw: BufReader<R>) -> Self {
        Self {
            frame: Some(FrameDecoder::new(Ending::new(raw))),
        }
    }
}

impl<R: Read> Read for Lz4Frames<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while let Some(frame) = &mut self.frame
            && !into.is_empty()
        {
            let n_read = frame.read(into)?;
            if n_read > 0 {
                return Ok(n_read);
            }
            if frame.get_ref().has_ended {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let mut raw = self.frame.take().map(FrameDecoder::into_inner);
            if let Some(raw) = raw.take_if(|raw| !matches!(raw.input.fill_buf(), Ok([]))) {
                self.frame = Some(FrameDecoder::new(raw));
            }
        }
        Ok(0)
    }
}

/// A reader that remembers whether its end was met.
struct Ending<R> {
    input: BufReader<R>,
    has_ended: bool,
}

impl<R> Ending<R> {
    fn new(input: BufReader<R>) -> Self {
        Self {
            input,
            has_ended: false,
        }
    }
}

impl<R: Read> Read for Ending<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n_read = self.input.read(into)?;
        self.has_ended = n_read == 0 && !into.is_empty();
        Ok(n_read)
    }
}

/// What Hadoop's blocks are compressed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HadoopCodec {
    Snappy,
    Lz4,
}

/// A block and a chunk of it may be at most this large; Hadoop's are of 256 KB if nobody changes it.
const MAX_CHUNK: usize = 16 << 20;

/// Blocks as Hadoop and Spark write them into `.snappy` and `.lz4`: the size of the block unpacked, then its chunks, each
/// with its size before it; all sizes in four bytes, the highest first. There is no mark, so the sizes have to fit.
pub(super) fn hadoop_codec(head: &[u8]) -> Option<HadoopCodec> {
    let (block, rest) = size(head)?;
    let (chunk, packed) = size(rest)?;
    let is_possible = (1..=MAX_CHUNK).contains(&block) && chunk >= 1 && chunk <= most_packed(block);
    if !is_possible || encoding::by_zeros(head).is_some() {
        return None;
    }
    let is_snappy = snap::raw::decompress_len(packed).is_ok_and(|n| n == block);
    if is_snappy {
        return Some(HadoopCodec::Snappy);
    }
    // LZ4 begins with as many bytes of text as the high half of the first byte says.
    let token = packed.first()?;
    (token >> 4 > 0).then_some(HadoopCodec::Lz4)
}

/// What so many bytes may come to if they cannot be compressed.
fn most_packed(n_bytes: usize) -> usize {
    n_bytes + n_bytes / 6 + 64
}

fn size(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (size, rest) = bytes.split_first_chunk::<4>()?;
    Some((usize::try_from(u32::from_be_bytes(*size)).ok()?, rest))
}

pub(super) struct HadoopBlocks<R> {
    input: BufReader<R>,
    codec: HadoopCodec,
    /// What is still to come of the block, unpacked.
    n_left: usize,
    packed: Vec<u8>,
    unpacked: Vec<u8>,
    taken: usize,
}

impl<R: Read> HadoopBlocks<R> {
    pub(super) fn new(input: BufReader<R>, codec: HadoopCodec) -> Self {
        Self {
            input,
            codec,
            n_left: 0,
            packed: vec![],
            unpacked: vec![],
            taken: 0,
        }
    }

    fn next_size(&mut self) -> io::Result<usize> {
        let mut bytes = [0; 4];
        self.input.read_exact(&mut bytes)?;
        Ok(usize::try_from(u32::from_be_bytes(bytes)).unwrap_or(usize::MAX))
    }

    fn next_chunk(&mut self) -> io::Result<()> {
        let n_packed = self.next_size()?;
        let most = self.n_left.min(MAX_CHUNK);
        if n_packed > most_packed(most) {
            return Err(io::Error::other("a block is too large"));
        }
        self.packed.resize(n_packed, 0);
        self.input.read_exact(&mut self.packed)?;
        let n_unpacked = match self.codec {
            HadoopCodec::Snappy => {
                let n_bytes = snap::raw::decompress_len(&self.packed)?;
                if n_bytes > most {
                    return Err(io::Error::other("a block is larger than it says"));
                }
                self.unpacked.resize(n_bytes, 0);
                snap::raw::Decoder::new().decompress(&self.packed, &mut self.unpacked)?
            }
            HadoopCodec::Lz4 => {
                self.unpacked.resize(most, 0);
                lz4_flex::block::decompress_into(&self.packed, &mut self.unpacked)
                    .map_err(io::Error::other)?
            }
        };
        if n_unpacked == 0 {
            return Err(io::Error::other("a block is empty"));
        }
        self.unpacked.truncate(n_unpacked);
        self.n_left -= n_unpacked;
        self.taken = 0;
        Ok(())
    }
}

impl<R: Read> Read for HadoopBlocks<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let mut ready = self.unpacked.get(self.taken..).unwrap_or_default();
            if !ready.is_empty() {
                let n_read = ready.read(into)?;
                self.taken += n_read;
                return Ok(n_read);
            }
            if self.n_left > 0 {
                self.next_chunk()?;
            } else if self.input.fill_buf()?.is_empty() {
                return Ok(0);
            } else {
                self.n_left = self.next_size()?;
            }
        }
    }
}
