//! The end of a Parquet file, which says where everything is: looked over before anything in it is believed.
//!
//! The crate that reads it goes down the tree of columns as deep as the footer says, and makes room for as many children
//! as it says. So the tree is walked here first, with bounds, by the few rules of Thrift's compact protocol.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
};

use parquet::{
    basic::Compression,
    file::metadata::{
        ParquetMetaData, ParquetMetaDataOptions, ParquetMetaDataReader, ParquetStatisticsPolicy,
    },
};

use crate::source::files::input::Stop;

/// What every Parquet file begins and ends with.
pub(in crate::source) const MAGIC: [u8; 4] = *b"PAR1";

/// The same where the footer itself is encrypted.
pub(in crate::source) const MAGIC_ENCRYPTED: [u8; 4] = *b"PARE";

/// Behind the footer stand its length and the same four bytes as at the beginning.
const TAIL: usize = 8;

/// A footer has a few hundred bytes for each column of each group of rows.
const LARGEST: u64 = 64 << 20;

/// How deep columns may lie in each other.
const DEEPEST: usize = 32;

/// Reads the footer and holds it to the size of the file.
pub(super) fn read(file: &mut File, n_bytes: u64) -> Result<ParquetMetaData, Stop> {
    let mut head = vec![];
    let mut beginning = file.take(MAGIC.len() as u64);
    beginning.read_to_end(&mut head)?;
    if head != MAGIC && head != MAGIC_ENCRYPTED {
        return Err(damaged("it is no Parquet file, whatever its name says"));
    }
    let least = (TAIL + MAGIC.len()) as u64;
    if n_bytes < least {
        return Err(Stop::CutOff);
    }
    let mut tail = [0; TAIL];
    read_at(file, n_bytes - TAIL as u64, &mut tail)?;
    let [a, b, c, d, magic @ ..] = tail;
    match magic {
        MAGIC => {}
        MAGIC_ENCRYPTED => return Err(Stop::Damaged(ENCRYPTED.to_owned())),
        // The footer is written last.
        _ => return Err(Stop::CutOff),
    }
    let length = u64::from(u32::from_le_bytes([a, b, c, d]));
    if length > LARGEST || length > n_bytes - least {
        return Err(damaged("its footer says that it is larger than it can be"));
    }
    let starts_at = n_bytes - TAIL as u64 - length;
    let mut footer = vec![0; usize::try_from(length).unwrap_or_default()];
    read_at(file, starts_at, &mut footer)?;
    check_tree(&footer).ok_or_else(|| damaged("its footer does not say which columns it has"))?;
    let options = ParquetMetaDataOptions::default()
        .with_encoding_stats_policy(ParquetStatisticsPolicy::SkipAll)
        .with_column_stats_policy(ParquetStatisticsPolicy::SkipAll)
        .with_size_stats_policy(ParquetStatisticsPolicy::SkipAll);
    let metadata = ParquetMetaDataReader::decode_metadata_with_options(&footer, Some(&options))
        .map_err(|e| damaged(&format!("its footer is broken: {e}")))?;
    check_groups(&metadata, starts_at)?;
    Ok(metadata)
}

pub(super) const ENCRYPTED: &str = "it is encrypted";

fn damaged(what: &str) -> Stop {
    Stop::Damaged(what.to_owned())
}

fn read_at(file: &mut File, at: u64, into: &mut [u8]) -> io::Result<()> {
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(into)
}

/// Whether each group of rows lies within the file and can be read.
fn check_groups(metadata: &ParquetMetaData, data_ends_at: u64) -> Result<(), Stop> {
    let columns = metadata.file_metadata().schema_descr().columns();
    let mut n_rows = 0_i64;
    for group in metadata.row_groups() {
        if group.num_rows() < 0 || group.num_columns() != columns.len() {
            return Err(damaged("its footer contradicts itself"));
        }
        n_rows = n_rows.saturating_add(group.num_rows());
        for (chunk, column) in group.columns().iter().zip(columns) {
            let starts_at = chunk.dictionary_page_offset();
            let starts_at = starts_at.unwrap_or_else(|| chunk.data_page_offset());
            let ends_at = starts_at.checked_add(chunk.compressed_size());
            let is_within = starts_at >= 0
                && chunk.compressed_size() >= 0
                && chunk.num_values() >= 0
                && ends_at.is_some_and(|end| end.cast_unsigned() <= data_ends_at);
            if chunk.file_path().is_some() || !is_within {
                return Err(damaged("its footer names data that is not in the file"));
            }
            if chunk.column_type() != column.physical_type() || column.type_length() == 0 {
                return Err(damaged("its footer contradicts itself"));
            }
            if let Compression::BROTLI(_) | Compression::LZO = chunk.compression() {
                let what = format!(
                    "it is compressed with {}, which is not read here",
                    chunk.compression()
                );
                return Err(Stop::Damaged(what));
            }
        }
    }
    if n_rows != metadata.file_metadata().num_rows() {
        return Err(damaged("its footer contradicts itself"));
    }
    Ok(())
}

/// Whether the list of columns in the footer is a tree that can be walked; nothing if it is none.
fn check_tree(footer: &[u8]) -> Option<()> {
    const SCHEMA: i16 = 2;
    let mut thrift = Thrift(footer);
    let mut id = 0;
    loop {
        let (field, kind) = thrift.field(id)?;
        id = field;
        match (field, kind) {
            (SCHEMA, LIST) => return check_columns(&mut thrift),
            (_, END) => return None,
            (_, kind) => thrift.skip(kind, 0)?,
        }
    }
}

/// The columns stand in the order of the tree, each with the number of its children.
fn check_columns(thrift: &mut Thrift<'_>) -> Option<()> {
    const N_CHILDREN: i16 = 5;
    let (n_columns, kind) = thrift.list()?;
    if kind != STRUCT || n_columns == 0 {
        return None;
    }
    // Of each group around the column: how many children are still to come.
    let mut open = vec![1_usize];
    for at in 0..n_columns {
        let mut n_children = 0;
        let mut id = 0;
        loop {
            let (field, kind) = thrift.field(id)?;
            id = field;
            match (field, kind) {
                (N_CHILDREN, I32) => n_children = usize::try_from(thrift.signed()?).ok()?,
                (_, END) => break,
                (_, kind) => thrift.skip(kind, 0)?,
            }
        }
        while open.last() == Some(&0) {
            open.pop();
        }
        *open.last_mut()? -= 1;
        open.push(n_children);
        let n_waiting: usize = open.iter().sum();
        if open.len() > DEEPEST || n_children > n_columns || n_waiting > n_columns - at - 1 {
            return None;
        }
    }
    open.iter().all(|waiting| *waiting == 0).then_some(())
}

const END: u8 = 0;
const I32: u8 = 5;
const LIST: u8 = 9;
const STRUCT: u8 = 12;

/// Bytes in Thrift's compact protocol.
struct Thrift<'a>(&'a [u8]);

impl Thrift<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn advance(&mut self, n_bytes: usize) -> Option<()> {
        self.0 = self.0.get(n_bytes..)?;
        Some(())
    }

    fn unsigned(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn signed(&mut self) -> Option<i64> {
        let number = self.unsigned()?;
        Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    /// The number and the type of the next field of a structure; its type is [`END`] at the end.
    fn field(&mut self, before: i16) -> Option<(i16, u8)> {
        let head = self.byte()?;
        let number = match head >> 4 {
            0 if head & 0xf == END => before,
            0 => i16::try_from(self.signed()?).ok()?,
            more => before.checked_add(i16::from(more))?,
        };
        Some((number, head & 0xf))
    }

    /// The length of a list and the type of its elements, each of which takes at least a byte.
    fn list(&mut self) -> Option<(usize, u8)> {
        let head = self.byte()?;
        let length = match head >> 4 {
            15 => usize::try_from(self.unsigned()?).ok()?,
            short => usize::from(short),
        };
        (length <= self.0.len()).then_some((length, head & 0xf))
    }

    fn skip(&mut self, kind: u8, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        match kind {
            // A truth value is in the type of its field.
            1 | 2 => Some(()),
            3 => self.advance(1),
            4..=6 => self.unsigned().map(drop),
            7 => self.advance(8),
            8 => {
                let length = usize::try_from(self.unsigned()?).ok()?;
                self.advance(length)
            }
            9 | 10 => {
                let (length, kind) = self.list()?;
                // In a list a truth value takes a byte.
                let kind = if kind < 3 { 3 } else { kind };
                (0..length).try_for_each(|_| self.skip(kind, depth + 1))
            }
            STRUCT => {
                let mut id = 0;
                loop {
                    let (field, kind) = self.field(id)?;
                    id = field;
                    if kind == END {
                        return Some(());
                    }
                    self.skip(kind, depth + 1)?;
                }
            }
            _ => None,
        }
    }
}

/// The sizes that the header of a page names: unpacked, and as it lies in the file.
pub(super) fn page_sizes(header: &[u8]) -> Option<(u64, u64)> {
    let mut thrift = Thrift(header);
    let mut sizes = [0; 3];
    // The kind of page and its two sizes come first, in this order.
    for (size, number) in sizes.iter_mut().zip(1..) {
        if thrift.field(number - 1)? != (number, I32) {
            return None;
        }
        *size = u64::try_from(thrift.signed()?).ok()?;
    }
    let [_, unpacked, packed] = sizes;
    Some((unpacked, packed))
}

/// The number of values that delta encodings name at their beginning, behind two sizes of blocks.
pub(super) fn delta_count(data: &[u8]) -> Option<u64> {
    let mut thrift = Thrift(data);
    let (block, n_miniblocks) = (thrift.unsigned()?, thrift.unsigned()?);
    let is_usual = (1..=1 << 16).contains(&block) && (1..=block).contains(&n_miniblocks);
    is_usual.then_some(())?;
    thrift.unsigned()
}
