//! Columns of texts as most writers encode them, as numbers of a dictionary or one behind the other, taken out of their
//! pages without a copy of each: exports are made of little else, and this is what their reading takes time for.

use bytes::Bytes;
use parquet::{basic::Encoding, column::page::Page};

use super::column::broken;
use crate::source::files::{format::table::has_control, input::Stop};

/// Where a text stands: from here, to there.
pub(super) type Span = (u32, u32);

/// Where the text of a value stands that is not there: nowhere, so that it is empty.
pub(super) const NULL: Span = (0, 0);
/// Where the text of a value stands that has none: there is no such place.
pub(super) const BROKEN: Span = (u32::MAX, 0);

/// The cells of a column in some rows.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct View<'c> {
    pub(super) text: &'c str,
    pub(super) spans: &'c [Span],
    pub(super) has_controls: bool,
}

impl<'c> View<'c> {
    /// The cell of this row: empty if it has no value, nothing if the value has no text.
    pub(super) fn cell(self, row: usize) -> Option<&'c str> {
        let (from, to) = *self.spans.get(row)?;
        self.text.get(from as usize..to as usize)
    }
}

/// The texts of a dictionary or a page, one behind the other.
#[derive(Default)]
struct Texts {
    text: String,
    spans: Vec<Span>,
    has_controls: bool,
}

/// Texts that are being read.
pub(super) struct Strings {
    /// The level of a value that is there.
    full: u32,
    dictionary: Texts,
    plain: Texts,
    /// Nothing before the first page, and behind the last value of each.
    page: Option<PageValues>,
    /// The texts of the records that were read last.
    rows: Vec<Span>,
}

struct PageValues {
    n_left: usize,
    /// Nothing if no value can be missing.
    levels: Option<Runs>,
    values: Values,
}

enum Values {
    /// Numbers of texts in the dictionary.
    Numbers(Runs),
    /// The texts of the page, from this one on.
    Plain(usize),
}

impl Strings {
    pub(super) fn new(full: i16) -> Self {
        Self {
            full: u32::from(full.unsigned_abs()),
            dictionary: Texts::default(),
            plain: Texts::default(),
            page: None,
            rows: vec![],
        }
    }

    /// Whether pages of this encoding are read here.
    pub(super) fn can_read(encoding: Encoding) -> bool {
        matches!(
            encoding,
            Encoding::PLAIN | Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY
        )
    }

    /// How many values are left in the page.
    pub(super) fn n_left(&self) -> usize {
        self.page.as_ref().map_or(0, |page| page.n_left)
    }

    /// Goes on to the next page, the last one being at its end.
    pub(super) fn open(&mut self, page: Page) -> Result<(), Stop> {
        let (buf, n_values, encoding, levels) = match page {
            Page::DictionaryPage {
                buf, num_values, ..
            } => {
                self.dictionary = Texts::take(&buf, num_values as usize);
                let is_whole = self.dictionary.spans.len() == num_values as usize;
                return require(is_whole);
            }
            Page::DataPage {
                buf,
                num_values,
                encoding,
                ..
            } => {
                let length = buf
                    .first_chunk()
                    .map_or(0, |bytes| u32::from_le_bytes(*bytes));
                let levels = (4, length as usize);
                (buf, num_values, encoding, levels)
            }
            Page::DataPageV2 {
                buf,
                num_values,
                encoding,
                def_levels_byte_len,
                ..
            } => (buf, num_values, encoding, (0, def_levels_byte_len as usize)),
        };
        require(Self::can_read(encoding))?;
        let (levels, data) = if self.full == 0 {
            (None, buf)
        } else {
            let (from, length) = levels;
            let to = from + length;
            require(to <= buf.len())?;
            let width = 32 - self.full.leading_zeros();
            (Some(Runs::new(buf.slice(from..to), width)), buf.slice(to..))
        };
        let values = if encoding == Encoding::PLAIN {
            self.plain = Texts::take(&data, n_values as usize);
            Values::Plain(0)
        } else {
            let width = u32::from(*data.first().unwrap_or(&0));
            require(width <= 32)?;
            Values::Numbers(Runs::new(data.slice(data.len().min(1)..), width))
        };
        self.page = Some(PageValues {
            n_left: n_values as usize,
            levels,
            values,
        });
        Ok(())
    }

    /// Goes on to this many records, which the page must have.
    pub(super) fn advance(&mut self, n_records: usize) -> Result<(), Stop> {
        self.rows.clear();
        let Some(page) = &mut self.page else {
            return Err(missing());
        };
        page.n_left = page.n_left.checked_sub(n_records).ok_or_else(missing)?;
        while self.rows.len() < n_records {
            let n_more = n_records - self.rows.len();
            let (level, n_alike) = match &mut page.levels {
                None => (self.full, n_more),
                Some(levels) => levels.alike(n_more).ok_or_else(missing)?,
            };
            require(level <= self.full)?;
            if level < self.full {
                self.rows.resize(self.rows.len() + n_alike, NULL);
                continue;
            }
            match &mut page.values {
                Values::Numbers(numbers) => {
                    let spans = &self.dictionary.spans;
                    let rows = &mut self.rows;
                    let read = numbers.each(n_alike, |number| {
                        let span = spans.get(number as usize).copied();
                        rows.push(span.unwrap_or(BROKEN));
                        span.is_some()
                    });
                    read.ok_or_else(missing)?;
                }
                Values::Plain(at) => {
                    let spans = self.plain.spans.get(*at..*at + n_alike);
                    self.rows.extend_from_slice(spans.ok_or_else(missing)?);
                    *at += n_alike;
                }
            }
        }
        Ok(())
    }

    fn texts(&self) -> &Texts {
        match self.page.as_ref().map(|page| &page.values) {
            Some(Values::Numbers(_)) => &self.dictionary,
            Some(Values::Plain(_)) | None => &self.plain,
        }
    }

    /// The cells of the rows that were read last.
    pub(super) fn view(&self) -> View<'_> {
        let texts = self.texts();
        View {
            text: &texts.text,
            spans: &self.rows,
            has_controls: texts.has_controls,
        }
    }
}

fn require(is_right: bool) -> Result<(), Stop> {
    is_right.then_some(()).ok_or_else(missing)
}

fn missing() -> Stop {
    broken("a page has fewer values than it says")
}

impl Texts {
    /// Takes texts out of bytes in which each stands behind its length, up to the first that is not whole.
    fn take(bytes: &Bytes, most: usize) -> Self {
        let mut all = Vec::with_capacity(bytes.len());
        let mut ends = vec![];
        let mut rest = bytes.as_ref();
        while ends.len() < most
            && let Some((length, behind)) = rest.split_first_chunk()
            && let Some((text, behind)) =
                behind.split_at_checked(u32::from_le_bytes(*length) as usize)
        {
            all.extend_from_slice(text);
            // A page has at most 256 MB.
            ends.push(u32::try_from(all.len()).unwrap_or(u32::MAX - 1));
            rest = behind;
        }
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let mut spans: Vec<Span> = starts.zip(ends.iter().copied()).collect();
        let has_controls = has_control(&all);
        let text = String::from_utf8(all).unwrap_or_else(|e| {
            let all = e.as_bytes();
            let is_text = |(from, to): Span| {
                let text = all.get(from as usize..to as usize);
                text.is_some_and(|text| str::from_utf8(text).is_ok())
            };
            for span in spans.iter_mut().filter(|span| !is_text(**span)) {
                *span = BROKEN;
            }
            // What is broken is replaced by as many bytes, so that the others stay where they are.
            let replaced = all.utf8_chunks().flat_map(|chunk| {
                chunk
                    .valid()
                    .chars()
                    .chain(chunk.invalid().iter().map(|_| '?'))
            });
            replaced.collect()
        });
        // Two halves of a character in two values are none in either.
        for span in &mut spans {
            if *span != BROKEN && text.get(span.0 as usize..span.1 as usize).is_none() {
                *span = BROKEN;
            }
        }
        Self {
            text,
            spans,
            has_controls,
        }
    }
}

/// Small numbers in runs: of one number several times, or of several that are packed bit by bit.
struct Runs {
    data: Bytes,
    /// Bits of each number.
    width: u32,
    run: Run,
}

enum Run {
    Repeated {
        number: u32,
        n_left: usize,
    },
    /// From this bit of the data on.
    Packed {
        bit: usize,
        n_left: usize,
    },
}

impl Runs {
    fn new(data: Bytes, width: u32) -> Self {
        Self {
            data,
            width,
            run: Run::Repeated {
                number: 0,
                n_left: 0,
            },
        }
    }

    /// Begins the next run.
    fn next_run(&mut self) -> Option<()> {
        let mut head = 0_u64;
        let mut n_bytes = 0;
        loop {
            let byte = *self.data.get(n_bytes)?;
            head |= u64::from(byte & 0x7f).checked_shl(7 * u32::try_from(n_bytes).ok()?)?;
            n_bytes += 1;
            if byte & 0x80 == 0 {
                break;
            }
        }
        let length = usize::try_from(head >> 1).ok()?;
        let rest = self.data.slice(n_bytes..);
        if head & 1 == 1 {
            // Eight numbers a group; writers may leave out the end of the last one.
            let n_bytes = length.checked_mul(self.width as usize)?.min(rest.len());
            let n_left = (n_bytes * 8).checked_div(self.width as usize);
            let n_left = n_left.unwrap_or(length.checked_mul(8)?);
            self.data = rest;
            self.run = Run::Packed { bit: 0, n_left };
            if n_left == 0 {
                return None;
            }
        } else {
            let n_bytes = self.width.div_ceil(8) as usize;
            let bytes = rest.get(..n_bytes)?;
            let number = bytes
                .iter()
                .rev()
                .fold(0, |n: u32, b| n << 8 | u32::from(*b));
            self.data = rest.slice(n_bytes..);
            self.run = Run::Repeated {
                number,
                n_left: length,
            };
        }
        Some(())
    }

    /// Lets go of a run that is at its end.
    fn fill(&mut self) -> Option<()> {
        loop {
            match self.run {
                Run::Repeated { n_left: 0, .. } => self.next_run()?,
                Run::Packed { n_left: 0, bit } => {
                    let n_bytes = bit.div_ceil(8).min(self.data.len());
                    self.data = self.data.slice(n_bytes..);
                    self.next_run()?;
                }
                Run::Repeated { .. } | Run::Packed { .. } => return Some(()),
            }
        }
    }

    /// The next number, and how often it comes at least, up to `most`.
    fn alike(&mut self, most: usize) -> Option<(u32, usize)> {
        self.fill()?;
        let (data, width) = (&self.data, self.width);
        match &mut self.run {
            Run::Repeated { number, n_left } => {
                let n = most.min(*n_left);
                *n_left -= n;
                Some((*number, n))
            }
            Run::Packed { bit, n_left } => {
                let number = unpack(data, *bit, width);
                let mut n = 0;
                while n < most.min(*n_left) && unpack(data, *bit, width) == number {
                    n += 1;
                    *bit += width as usize;
                }
                *n_left -= n;
                Some((number, n))
            }
        }
    }

    /// Does something with each of the next numbers, as long as that is true; nothing if there are fewer.
    fn each(&mut self, n_numbers: usize, mut on_number: impl FnMut(u32) -> bool) -> Option<()> {
        let mut n_more = n_numbers;
        while n_more > 0 {
            self.fill()?;
            let (data, width) = (&self.data, self.width);
            let are_right = match &mut self.run {
                Run::Repeated { number, n_left } => {
                    let n = n_more.min(*n_left);
                    *n_left -= n;
                    n_more -= n;
                    (0..n).all(|_| on_number(*number))
                }
                Run::Packed { bit, n_left } => {
                    let n = n_more.min(*n_left);
                    *n_left -= n;
                    n_more -= n;
                    let from = *bit;
                    *bit += n * width as usize;
                    (0..n).all(|at| on_number(unpack(data, from + at * width as usize, width)))
                }
            };
            are_right.then_some(())?;
        }
        Some(())
    }
}

/// The number of this many bits, at most 32, that begins at this one.
fn unpack(data: &[u8], bit: usize, width: u32) -> u32 {
    let at = bit / 8;
    let shift = bit % 8;
    let word = data.get(at..at + 8).and_then(|bytes| bytes.first_chunk());
    let word = word.map_or_else(
        || {
            // The last bytes of a page.
            let bytes = data.get(at..).unwrap_or_default();
            let bytes = bytes.iter().rev();
            bytes.fold(0, |word: u64, byte| word << 8 | u64::from(*byte))
        },
        |bytes| u64::from_le_bytes(*bytes),
    );
    let mask = (1_u64 << width) - 1;
    u32::try_from(word >> shift & mask).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_both_kinds_are_read_in_any_pieces() {
        // Six times 5; eight packed numbers of three bits from 0 to 7; twice 2.
        const DATA: [u8; 8] = [12, 5, 3, 0b1000_1000, 0b1100_0110, 0b1111_1010, 4, 2];
        let expected = [5, 5, 5, 5, 5, 5, 0, 1, 2, 3, 4, 5, 6, 7, 2, 2];
        for piece in 1..=expected.len() {
            let mut runs = Runs::new(Bytes::from_static(&DATA), 3);
            let mut found = vec![];
            for n in expected.chunks(piece).map(<[u32]>::len) {
                let read = runs.each(n, |number| {
                    found.push(number);
                    true
                });
                assert_eq!(read, Some(()), "in pieces of {piece}");
            }
            assert_eq!(found, expected, "in pieces of {piece}");
            assert_eq!(runs.each(1, |_| true), None);
        }
        let mut runs = Runs::new(Bytes::from_static(&DATA), 3);
        assert_eq!(runs.alike(4), Some((5, 4)));
        assert_eq!(runs.alike(4), Some((5, 2)));
        assert_eq!(runs.alike(4), Some((0, 1)));
    }

    #[test]
    fn texts_that_are_none_touch_no_other() {
        let texts = |values: &[&[u8]]| {
            let length = |value: &&[u8]| u32::try_from(value.len()).expect("it is short");
            let bytes = values.iter().flat_map(|value| {
                length(value)
                    .to_le_bytes()
                    .into_iter()
                    .chain(value.iter().copied())
            });
            let texts = Texts::take(&bytes.collect(), values.len());
            let text = |span: &Span| texts.text.get(span.0 as usize..span.1 as usize);
            let found = texts.spans.iter().map(|span| text(span).map(str::to_owned));
            found.collect::<Vec<_>>()
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            texts(&[b"a", b"", "é".as_bytes()]),
            [some("a"), some(""), some("é")]
        );
        assert_eq!(
            texts(&[b"a", b"\xff", "é".as_bytes()]),
            [some("a"), None, some("é")]
        );
        assert_eq!(texts(&[b"x\xc3", b"\xa9y", b"z"]), [None, None, some("z")]);
    }
}
