//! Excel workbooks: the rows of one sheet below its header.
//!
//! A sheet is read row by row. The texts that its cells share are held in memory, which is why a workbook may not be
//! larger than [`LARGEST`] once it is unpacked; everything in it is unpacked once before, which also tells whether it is
//! what was packed.

#[cfg(test)]
mod tests;

use std::{
    fs::File,
    io::{self, BufReader, Read as _, Seek as _, SeekFrom},
    ops::ControlFlow,
    sync::Arc,
};

use calamine::{DataRef, ExcelDateTime, Reader as _, SheetType, Xlsx, XlsxError};
use zip::{ZipArchive, result::ZipError};

use super::{
    Format, Gathered, Plan, Written, number,
    table::{CONTROL_CHARACTER, RowFault, TablePlan, has_control},
};
use crate::{
    model::FileSource,
    source::{
        Error,
        files::{
            SourceFile,
            input::Stop,
            listing::Entry,
            shape::{self, Shape},
        },
        out::Out,
    },
};

/// A workbook: the program packs its parts as a ZIP archive.
#[derive(Debug)]
pub(in crate::source) struct Workbook;

/// What a ZIP archive begins with.
pub(in crate::source) const MAGIC: [u8; 4] = *b"PK\x03\x04";

/// What older Office files begin with, and new ones that have a password.
pub(in crate::source) const MAGIC_OLD: [u8; 4] = [0xd0, 0xcf, 0x11, 0xe0];

/// The most bytes that a workbook may have once it is unpacked.
const LARGEST: u64 = 512 << 20;

/// Rows that the form of a file is told from.
const HEAD_ROWS: usize = 1000;

impl Format for Workbook {
    fn sniff(&self, entry: &Entry, settings: &FileSource) -> Result<Shape, Error> {
        check(entry)?;
        let mut book = Book::open(entry)?;
        let sheet = book.choose(settings.sheet.as_deref())?;
        let Some(head) = book.head(&sheet)? else {
            let file = Arc::clone(&entry.name);
            return Err(Error::FileEmpty { file });
        };
        let columns = head.names();
        let mut rows = vec![];
        // A fault in them is for the reader to tell.
        let told_later = book.each(&sheet, head.header.number, &mut |row| {
            let cells = (0..columns.len()).map(|at| row.text(at).to_owned());
            rows.push(cells.collect::<Vec<_>>());
            Ok(stop_if(rows.len() >= HEAD_ROWS))
        });
        drop(told_later);
        let written = Written::Workbook { sheet };
        Shape::of_table(entry, settings, written, columns, &rows)
    }

    fn read(&self, file: &SourceFile, plan: &Plan, out: &mut Out<'_>) -> Result<(), Error> {
        match (&file.shape.written, plan) {
            (Written::Workbook { sheet }, Plan::Table(plan)) => read(&file.entry, sheet, plan, out),
            _ => Ok(()),
        }
    }

    fn gather(
        &self,
        file: &SourceFile,
        _on_record: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<Option<Gathered>, Error> {
        Ok(Some(Gathered {
            columns: file.shape.columns.clone(),
            audiences: file.shape.audiences.clone(),
        }))
    }
}

/// Reads the rows of the sheet.
fn read(entry: &Entry, sheet: &str, plan: &TablePlan, out: &mut Out<'_>) -> Result<(), Error> {
    let mut book = Book::open(entry)?;
    let Some(head) = book.head(sheet)? else {
        return Ok(());
    };
    let needed = plan.columns();
    book.each(sheet, head.header.number, &mut |row| {
        let mut fault = needed.iter().find_map(|column| row.fault(*column));
        if fault.is_none() {
            let at = |column| Some(row.text(column));
            match plan.add_row(row.number, at, row.has_controls(), out)? {
                Ok(()) => {}
                Err(RowFault::Leaver) => return Err(entry.leaver_at(row.number)),
                Err(RowFault::Control) => {
                    fault = Some(("value_control_character", CONTROL_CHARACTER));
                }
            }
        }
        if let Some((code, what)) = fault {
            out.reject(row.number, code, what, Some(row.all().as_bytes()));
        }
        Ok(stop_if(out.is_stopped()))
    })
}

/// What it means that a workbook could not be read on from this row, counted from 1 as Excel does.
fn stopped(entry: &Entry, row: u64, stop: Stop) -> Error {
    shape::stopped(entry, row, stop)
}

fn damaged(entry: &Entry, row: u64, what: impl Into<String>) -> Error {
    stopped(entry, row, Stop::Damaged(what.into()))
}

fn stop_if(is_stopped: bool) -> ControlFlow<()> {
    if is_stopped {
        ControlFlow::Break(())
    } else {
        ControlFlow::Continue(())
    }
}

/// Whether the file is a workbook that can be unpacked.
fn check(entry: &Entry) -> Result<(), Error> {
    let mut file = entry.open()?;
    let mut magic = vec![];
    let io_error = |e| entry.io_error(e);
    (&mut file)
        .take(4)
        .read_to_end(&mut magic)
        .map_err(io_error)?;
    if magic == MAGIC_OLD {
        return Err(damaged(entry, 1, old_words(&mut file).map_err(io_error)?));
    }
    if magic != MAGIC {
        return Err(damaged(
            entry,
            1,
            "it is no Excel workbook, whatever its name says",
        ));
    }
    let mut archive = match ZipArchive::new(BufReader::new(file)) {
        Ok(archive) => archive,
        Err(ZipError::Io(e)) => return Err(stopped(entry, 1, Stop::Io(e))),
        // The list of what is in an archive stands at its end.
        Err(_) => return Err(stopped(entry, 1, Stop::CutOff)),
    };
    let has = |wanted: &str| {
        let mut names = archive.file_names().filter_map(Result::ok);
        names.any(|name| name.eq_ignore_ascii_case(wanted))
    };
    if has("xl/workbook.bin") {
        return Err(damaged(
            entry,
            1,
            "it is a binary Excel workbook; save it as .xlsx",
        ));
    }
    if !has("[Content_Types].xml") {
        return Err(damaged(
            entry,
            1,
            "it is a ZIP archive, but no Excel workbook",
        ));
    }
    unpack(&mut archive, LARGEST).map_err(|what| damaged(entry, 1, what))
}

/// Unpacks everything, which has to be what was packed and no more than this, or says what is wrong.
fn unpack(archive: &mut ZipArchive<BufReader<File>>, most: u64) -> Result<(), String> {
    let mut n_bytes = 0;
    for at in 0..archive.len() {
        let part = archive.by_index(at);
        let part = part.map_err(|e| format!("a part of it is broken: {e}"))?;
        let mut part = part.take(most + 1 - n_bytes);
        let unpacked = io::copy(&mut part, &mut io::sink());
        n_bytes += unpacked.map_err(|e| format!("a part of it is broken: {e}"))?;
        if n_bytes > most {
            return Err("it is too large once it is unpacked; export it as CSV".to_owned());
        }
    }
    Ok(())
}

/// What an Office file of the older form is, in words.
fn old_words(file: &mut File) -> io::Result<&'static str> {
    // What is encrypted is one part of this name, which stands in the list of parts, in UTF-16.
    const NAME: &str = "EncryptedPackage";
    const MOST: u64 = 64 << 20;
    let name: Vec<u8> = NAME.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut bytes = vec![];
    file.seek(SeekFrom::Start(0))?;
    file.take(MOST).read_to_end(&mut bytes)?;
    let is_encrypted = bytes.windows(name.len()).any(|window| window == name);
    Ok(if is_encrypted {
        "it is protected with a password; save it without one"
    } else {
        "it is an Excel workbook of the form before 2007; save it as .xlsx"
    })
}

/// An open workbook.
struct Book<'e> {
    entry: &'e Entry,
    xlsx: Xlsx<BufReader<File>>,
}

/// The header of a sheet.
struct Head {
    header: Row,
    /// Whether a row follows it.
    has_data: bool,
}

impl<'e> Book<'e> {
    fn open(entry: &'e Entry) -> Result<Self, Error> {
        let xlsx = Xlsx::new(BufReader::new(entry.open()?));
        let xlsx = xlsx.map_err(|e| of_reader(entry, 1, &e))?;
        Ok(Self { entry, xlsx })
    }

    /// The sheet that is asked for, or else the only one with data.
    fn choose(&mut self, wanted: Option<&str>) -> Result<String, Error> {
        let sheets = self.xlsx.sheets_metadata().iter();
        let sheets = sheets.filter(|sheet| sheet.typ == SheetType::WorkSheet);
        let sheets: Vec<String> = sheets.map(|sheet| sheet.name.clone()).collect();
        let unclear = |sheets: Vec<String>| Error::SheetUnclear {
            file: Arc::clone(&self.entry.name),
            sheets,
        };
        if let Some(wanted) = wanted {
            let wanted = wanted.trim();
            let is_it = |sheet: &&String| sheet.trim().eq_ignore_ascii_case(wanted);
            let found = sheets.iter().find(is_it).cloned();
            return found.ok_or_else(|| unclear(sheets));
        }
        let mut filled = vec![];
        let mut headed = None;
        for sheet in sheets {
            match self.head(&sheet)? {
                Some(head) if head.has_data => filled.push(sheet),
                Some(_) => headed = headed.or(Some(sheet)),
                None => {}
            }
        }
        match (filled.as_slice(), headed) {
            ([only], _) => Ok(only.clone()),
            ([], Some(headed)) => Ok(headed),
            ([], None) => Err(Error::FileEmpty {
                file: Arc::clone(&self.entry.name),
            }),
            _ => Err(Error::SheetUnclear {
                file: Arc::clone(&self.entry.name),
                sheets: filled,
            }),
        }
    }

    /// The header: the first row of at least two texts, so that titles above it are passed over; or else the first row
    /// that is not empty. Nothing if every row is empty.
    fn head(&mut self, sheet: &str) -> Result<Option<Head>, Error> {
        const MOST_TITLES: usize = 100;
        let mut first = None;
        let mut header = None;
        let mut n_rows = 0;
        self.each(sheet, 0, &mut |row| {
            n_rows += 1;
            if row.n_texts() > 1 {
                header = Some(row.clone());
            }
            if first.is_none() {
                first = Some(row.clone());
            }
            Ok(stop_if(header.is_some() || n_rows >= MOST_TITLES))
        })?;
        let Some(header) = header.or(first) else {
            return Ok(None);
        };
        let mut has_data = false;
        self.each(sheet, header.number, &mut |_| {
            has_data = true;
            Ok(ControlFlow::Break(()))
        })?;
        Ok(Some(Head { header, has_data }))
    }

    /// Does something with each row behind this one that is not empty.
    fn each(
        &mut self,
        sheet: &str,
        behind: u64,
        on_row: &mut dyn FnMut(&Row) -> Result<ControlFlow<()>, Error>,
    ) -> Result<(), Error> {
        let entry = self.entry;
        let cells = self.xlsx.worksheet_cells_reader(sheet);
        let mut cells = cells.map_err(|e| of_reader(entry, 1, &e))?;
        let mut row = Row::default();
        loop {
            let cell = cells.next_cell_with_formula_metadata();
            let cell = cell.map_err(|e| of_reader(entry, row.number.max(1), &e))?;
            let number = cell.as_ref().map(|cell| u64::from(cell.pos.0) + 1);
            if number != Some(row.number) {
                if row.number > behind && !row.is_empty() && on_row(&row)?.is_break() {
                    return Ok(());
                }
                if number.is_some_and(|number| number < row.number) {
                    return Err(damaged(entry, row.number, "its rows are not in order"));
                }
                row.cells.clear();
            }
            let Some(cell) = cell else {
                return Ok(());
            };
            row.number = u64::from(cell.pos.0) + 1;
            row.set(cell.pos.1, Cell::of(&cell.value, cell.formula.is_some()))
                .ok_or_else(|| damaged(entry, row.number, "it has too many columns"))?;
        }
    }
}

fn of_reader(entry: &Entry, row: u64, error: &XlsxError) -> Error {
    damaged(entry, row, format!("a part of it is broken: {error}"))
}

impl Head {
    /// The names of the columns, up to the last one that has one.
    fn names(&self) -> Vec<String> {
        let cells = self.header.cells.iter();
        let names = cells.map(|cell| cell.text().trim().to_owned());
        let mut names: Vec<_> = names.collect();
        while names.last().is_some_and(String::is_empty) {
            names.pop();
        }
        names
    }
}

/// A row, with its number as Excel shows it.
#[derive(Debug, Clone, Default)]
struct Row {
    number: u64,
    cells: Vec<Cell>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
enum Cell {
    #[default]
    Empty,
    Text(String),
    /// A number, a time or a truth value.
    Value(String),
    /// `#N/A` and the like.
    Error,
    /// A formula that no program has worked out yet.
    NoResult,
}

impl Row {
    fn set(&mut self, column: u32, cell: Cell) -> Option<()> {
        /// As many as Excel has.
        const MOST: usize = 16_384;
        let at = usize::try_from(column).ok().filter(|at| *at < MOST)?;
        if self.cells.len() <= at {
            self.cells.resize(at + 1, Cell::Empty);
        }
        *self.cells.get_mut(at)? = cell;
        Some(())
    }

    fn is_empty(&self) -> bool {
        self.cells.iter().all(Cell::is_blank)
    }

    fn n_texts(&self) -> usize {
        let is_text = |cell: &&Cell| matches!(cell, Cell::Text(_)) && !cell.is_blank();
        self.cells.iter().filter(is_text).count()
    }

    /// The text of the cell in this column; one that is not there is empty.
    fn text(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", Cell::text)
    }

    fn fault(&self, column: usize) -> Option<(&'static str, &'static str)> {
        match self.cells.get(column)? {
            Cell::Error => Some(("value_error", "a cell shows an error, such as #N/A")),
            Cell::NoResult => Some((
                "value_not_calculated",
                "the result of a formula is not in the file; open it in Excel and save it",
            )),
            Cell::Empty | Cell::Text(_) | Cell::Value(_) => None,
        }
    }

    fn has_controls(&self) -> bool {
        let mut cells = self.cells.iter();
        cells.any(|cell| has_control(cell.text().as_bytes()))
    }

    fn all(&self) -> String {
        let cells: Vec<_> = self.cells.iter().map(Cell::text).collect();
        cells.join(",")
    }
}

impl Cell {
    fn of(value: &DataRef<'_>, is_formula: bool) -> Self {
        let mut text = String::new();
        match value {
            DataRef::Empty if is_formula => return Self::NoResult,
            DataRef::Empty => return Self::Empty,
            DataRef::Error(_) => return Self::Error,
            DataRef::String(text) => return Self::Text(text.clone()),
            DataRef::SharedString(text) => return Self::Text((*text).to_owned()),
            DataRef::DateTimeIso(time) | DataRef::DurationIso(time) => text.push_str(time),
            DataRef::Int(number) => text = number.to_string(),
            DataRef::Float(value) => number::write(*value, number::EXACT_BELOW_EXCEL, &mut text),
            DataRef::Bool(value) => text = value.to_string(),
            DataRef::DateTime(time) => text = time_text(time),
        }
        Self::Value(text)
    }

    fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Value(text) => text,
            Self::Empty | Self::Error | Self::NoResult => "",
        }
    }

    /// Whether nobody sees anything in it.
    fn is_blank(&self) -> bool {
        match self {
            Self::Text(text) | Self::Value(text) => text.trim().is_empty(),
            Self::Empty => true,
            Self::Error | Self::NoResult => false,
        }
    }
}

/// A day, a time of day, both, or a length of time; Excel counts days, of which times are fractions.
fn time_text(time: &ExcelDateTime) -> String {
    /// The day after the last one that Excel knows, 9999-12-31.
    const END: f64 = 2_958_466.0;
    let days = time.as_f64();
    let mut text = String::new();
    if !(0.0..END).contains(&days) {
        number::write(days, number::EXACT_BELOW_EXCEL, &mut text);
        return text;
    }
    let (year, month, day, hour, minute, second, millis) = time.to_ymd_hms_milli();
    let rest = if millis == 0 {
        String::new()
    } else {
        format!(".{millis:03}")
    };
    let clock = format!("{minute:02}:{second:02}{rest}");
    let date = format!("{year:04}-{month:02}-{day:02}");
    if time.is_duration() {
        // A length of time that is rounded up to a day has that day in its date, not in its hour.
        let whole_hours = (days * 24.0 + 1e-9).floor();
        format!("{whole_hours:02}:{clock}")
    } else if days < 1.0 {
        format!("{hour:02}:{clock}")
    } else if (hour, minute, second, millis) == (0, 0, 0, 0) {
        date
    } else {
        format!("{date}T{hour:02}:{clock}")
    }
}
