//! Parquet files whose columns have single values, read as rows.

use parquet::file::metadata::RowGroupMetaData;

use super::{
    HEAD_RECORDS, NO_TEXT, Opened, at_a_time,
    column::{Cells, broken},
    stopped,
    strings::{BROKEN, View},
};
use crate::source::{
    Error,
    files::{
        format::table::{CONTROL_CHARACTER, RowFault, TablePlan},
        input::Stop,
    },
    out::Out,
};

/// Some rows, by the number of the column those cells that are read.
struct Rows<'c> {
    views: Vec<View<'c>>,
    count: usize,
    /// Whether some cell may have a control character, and whether some cell has no text.
    has_controls: bool,
    has_broken: bool,
}

/// The columns that are read, by their number.
type Columns = Vec<Option<Cells>>;

impl Opened<'_> {
    /// The names of the columns, those of structures with dots.
    pub(super) fn names(&self) -> Vec<String> {
        let columns = self.schema().columns().iter();
        columns.map(|column| column.path().string()).collect()
    }

    /// The first rows; a fault in them is for the reader to tell.
    pub(super) fn first_rows(&self, n_columns: usize) -> Vec<Vec<String>> {
        let mut found = vec![];
        let all: Vec<_> = (0..n_columns).collect();
        let told_later = self.each_rows(&all, &mut |_, rows| {
            for row in 0..rows.count.min(HEAD_RECORDS - found.len()) {
                let cells = all.iter().map(|at| rows.cell(*at, row).unwrap_or_default());
                found.push(cells.map(str::to_owned).collect());
            }
            Ok(found.len() < HEAD_RECORDS)
        });
        drop(told_later);
        found
    }

    /// Reads the rows of the file.
    pub(super) fn read_table(&self, plan: &TablePlan, out: &mut Out<'_>) -> Result<(), Error> {
        let needed = plan.columns();
        self.each_rows(&needed, &mut |first, rows| {
            for row in 0..rows.count {
                let number = first + row as u64;
                let at = |column| rows.cell(column, row);
                let is_broken = || needed.iter().any(|column| at(*column).is_none());
                let fault = if rows.has_broken && is_broken() {
                    Some(("row_encoding", NO_TEXT))
                } else {
                    match plan.add_row(number, at, rows.has_controls, out)? {
                        Ok(()) => None,
                        Err(RowFault::Leaver) => return Err(self.entry.leaver_at(number)),
                        Err(RowFault::Control) => {
                            Some(("value_control_character", CONTROL_CHARACTER))
                        }
                    }
                };
                if let Some((code, what)) = fault {
                    let cells: Vec<_> = needed.iter().filter_map(|column| at(*column)).collect();
                    out.reject(number, code, what, Some(cells.join(",").as_bytes()));
                }
                if out.is_stopped() {
                    return Ok(false);
                }
            }
            Ok(true)
        })
    }

    /// Does something with some rows at a time, as long as that says to go on; with the number of their first one.
    fn each_rows(
        &self,
        needed: &[usize],
        on_rows: &mut dyn FnMut(u64, &Rows<'_>) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        let mut first = 1;
        for group in self.metadata.row_groups() {
            let stop = |first: u64| move |stop| stopped(self.entry, first, stop);
            let mut columns = self.cells(group, needed).map_err(stop(first))?;
            let mut n_left = usize::try_from(group.num_rows()).unwrap_or_default();
            let most = at_a_time(group, needed);
            while n_left > 0 {
                let rows = next_rows(&mut columns, most.min(n_left)).map_err(stop(first))?;
                if !on_rows(first, &rows)? {
                    return Ok(());
                }
                first += rows.count as u64;
                n_left -= rows.count;
            }
        }
        Ok(())
    }

    fn cells(&self, group: &RowGroupMetaData, needed: &[usize]) -> Result<Columns, Stop> {
        let n_rows = usize::try_from(group.num_rows()).unwrap_or_default();
        let all = self.schema().columns().iter().zip(group.columns());
        let columns = all.enumerate().map(|(at, (column, chunk))| {
            if !needed.contains(&at) {
                return Ok(None);
            }
            let cells = Cells::new(&self.file, chunk, n_rows, column);
            cells.map(Some).map_err(|e| broken(&e.to_string()))
        });
        columns.collect()
    }
}

/// Goes on to the next rows: as many as every column has at once.
fn next_rows(columns: &mut Columns, most: usize) -> Result<Rows<'_>, Stop> {
    let mut count = most;
    for cells in columns.iter_mut().flatten() {
        count = cells.n_ready(count)?;
    }
    for cells in columns.iter_mut().flatten() {
        cells.advance(count)?;
    }
    let views = columns.iter().map(|cells| match cells {
        Some(cells) => cells.view(),
        None => View::default(),
    });
    let views: Vec<_> = views.collect();
    Ok(Rows {
        count,
        has_controls: views.iter().any(|view| view.has_controls),
        has_broken: views.iter().any(|view| view.spans.contains(&BROKEN)),
        views,
    })
}

impl<'c> Rows<'c> {
    /// A cell: empty if it has no value, nothing if its value has no text.
    fn cell(&self, column: usize, row: usize) -> Option<&'c str> {
        self.views.get(column)?.cell(row)
    }
}
