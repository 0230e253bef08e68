//! The pages of a column, held to what the file can have before they are unpacked and taken apart.

use std::{
    fs::File,
    io::{BufRead as _, BufReader},
    sync::Arc,
};

use bytes::Bytes;
use parquet::{
    basic::{Encoding, Type},
    column::page::{Page, PageMetadata, PageReader},
    errors::{ParquetError, Result},
    file::{
        metadata::ColumnChunkMetaData,
        reader::{ChunkReader, Length, SerializedPageReader},
    },
    schema::types::ColumnDescPtr,
};

use super::footer;

/// Pages of writers have about a megabyte; one may be as large as its largest value.
const LARGEST_PAGE: u64 = 256 << 20;

/// A file that hands out no more than it has.
#[derive(Debug)]
pub(super) struct Bounded {
    pub(super) file: File,
    pub(super) n_bytes: u64,
}

impl Length for Bounded {
    fn len(&self) -> u64 {
        self.n_bytes
    }
}

impl ChunkReader for Bounded {
    type T = BufReader<File>;

    /// Reads from a place where the header of a page stands.
    fn get_read(&self, start: u64) -> Result<BufReader<File>> {
        let mut read = self.file.get_read(start)?;
        let header = footer::page_sizes(read.fill_buf()?);
        let (unpacked, packed) = header.ok_or_else(|| damaged("the header of a page"))?;
        if unpacked > LARGEST_PAGE || packed > LARGEST_PAGE {
            return Err(damaged("the size of a page"));
        }
        Ok(read)
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let end = start.checked_add(length as u64);
        if end.is_none_or(|end| end > self.n_bytes) {
            return Err(damaged("the size of a page"));
        }
        self.file.get_bytes(start, length)
    }
}

fn damaged(what: &str) -> ParquetError {
    ParquetError::General(format!("{what} is broken"))
}

/// Pages whose counts fit their bytes: the decoders make room for what a page says it has.
pub(super) struct Checked {
    pages: SerializedPageReader<Bounded>,
    n_values_left: u64,
    has_dictionary: bool,
    column: ColumnDescPtr,
}

impl Checked {
    /// The pages of one column in one group of rows.
    pub(super) fn new(
        file: &Arc<Bounded>,
        chunk: &ColumnChunkMetaData,
        n_rows: usize,
        column: &ColumnDescPtr,
    ) -> Result<Self> {
        Ok(Self {
            pages: SerializedPageReader::new(Arc::clone(file), chunk, n_rows, None)?,
            n_values_left: chunk.num_values().cast_unsigned(),
            has_dictionary: false,
            column: Arc::clone(column),
        })
    }

    fn check(&mut self, page: &Page) -> Result<()> {
        match page {
            Page::DictionaryPage {
                buf, num_values, ..
            } => {
                let least = usize::try_from(*num_values)?.checked_mul(self.least_bytes());
                self.has_dictionary = true;
                require(
                    least.is_some_and(|least| least <= buf.len()),
                    "a dictionary",
                )
            }
            Page::DataPage {
                buf,
                num_values,
                encoding,
                def_level_encoding,
                rep_level_encoding,
                ..
            } => {
                let mut data = buf.as_ref();
                for (most, encoding) in [
                    (self.column.max_rep_level(), rep_level_encoding),
                    (self.column.max_def_level(), def_level_encoding),
                ] {
                    if most > 0 {
                        data = behind_levels(data, *encoding)
                            .ok_or_else(|| damaged("the beginning of a page"))?;
                    }
                }
                self.check_values(*num_values, *encoding, data)
            }
            Page::DataPageV2 {
                buf,
                num_values,
                encoding,
                def_levels_byte_len,
                rep_levels_byte_len,
                ..
            } => {
                let n_levels = u64::from(*def_levels_byte_len) + u64::from(*rep_levels_byte_len);
                let data = buf.get(usize::try_from(n_levels)?..);
                let data = data.ok_or_else(|| damaged("the beginning of a page"))?;
                self.check_values(*num_values, *encoding, data)
            }
        }
    }

    fn check_values(&mut self, n_values: u32, encoding: Encoding, data: &[u8]) -> Result<()> {
        let left = self.n_values_left.checked_sub(u64::from(n_values));
        self.n_values_left = left.ok_or_else(|| damaged("the number of values in a page"))?;
        let dictionary = [Encoding::PLAIN_DICTIONARY, Encoding::RLE_DICTIONARY];
        let delta = [
            Encoding::DELTA_BINARY_PACKED,
            Encoding::DELTA_LENGTH_BYTE_ARRAY,
            Encoding::DELTA_BYTE_ARRAY,
        ];
        if dictionary.contains(&encoding) {
            require(self.has_dictionary, "a dictionary")
        } else if delta.contains(&encoding) {
            let said = footer::delta_count(data).unwrap_or(u64::MAX);
            require(
                said <= u64::from(n_values),
                "the number of values in a page",
            )
        } else {
            // The others bring no count of their own.
            Ok(())
        }
    }

    /// The fewest bytes that a value of a dictionary takes.
    fn least_bytes(&self) -> usize {
        match self.column.physical_type() {
            Type::BOOLEAN => 1,
            Type::INT32 | Type::FLOAT | Type::BYTE_ARRAY => 4,
            Type::INT64 | Type::DOUBLE => 8,
            Type::INT96 => 12,
            Type::FIXED_LEN_BYTE_ARRAY => usize::try_from(self.column.type_length()).unwrap_or(1),
        }
    }
}

/// What stands in a page of the first version behind its levels, which have their length before them.
fn behind_levels(data: &[u8], encoding: Encoding) -> Option<&[u8]> {
    if encoding != Encoding::RLE {
        // An older encoding that nobody has written for years.
        return None;
    }
    let (length, rest) = data.split_first_chunk()?;
    rest.get(usize::try_from(u32::from_le_bytes(*length)).ok()?..)
}

fn require(is_right: bool, what: &str) -> Result<()> {
    is_right.then_some(()).ok_or_else(|| damaged(what))
}

impl Iterator for Checked {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for Checked {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let page = self.pages.get_next_page()?;
        if let Some(page) = &page {
            self.check(page)?;
        }
        Ok(page)
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.pages.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.pages.skip_next_page()
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        self.pages.at_record_boundary()
    }
}
