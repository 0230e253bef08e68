//! The way of a row out of the readers: into batches, or into the merger if rows of one profile have to meet.

use std::{ops::ControlFlow, sync::Arc};

use super::{Batch, Error, files::merge::Merger};
use crate::model::{Counts, Part};

/// Collects rows and hands them on.
pub(super) struct Out<'e> {
    emit: &'e mut dyn FnMut(Batch) -> ControlFlow<()>,
    batch: Batch,
    width: usize,
    merger: Option<Merger>,
    is_stopped: bool,
}

impl<'e> Out<'e> {
    /// Hands rows of this width to `emit`, by way of the merger if there is one.
    pub(super) fn new(
        width: usize,
        merger: Option<Merger>,
        emit: &'e mut dyn FnMut(Batch) -> ControlFlow<()>,
    ) -> Self {
        Self {
            emit,
            batch: Batch::new(Part::of_lines(""), width),
            width,
            merger,
            is_stopped: false,
        }
    }

    /// Whether the receiver wants no more.
    pub(super) fn is_stopped(&self) -> bool {
        self.is_stopped
    }

    /// Whether times of memberships are of use.
    pub(super) fn is_merging(&self) -> bool {
        self.merger.is_some()
    }

    /// What comes now is of the next part, whose records are counted by lines or by rows.
    pub(super) fn start_part(&mut self, name: &Arc<str>, counts: Counts) {
        self.flush();
        self.batch = Batch::new(Part::new(Arc::clone(name), counts), self.width);
        if let Some(merger) = &mut self.merger {
            merger.start_part(name, counts);
        }
    }

    /// Adds a row: the number of its line or row, its cells, and of its last cells the times they are from.
    pub(super) fn row<'a>(
        &mut self,
        number: u64,
        cells: impl Iterator<Item = Option<&'a str>> + Clone,
        times: &[Option<i64>],
    ) -> Result<(), Error> {
        if let Some(merger) = &mut self.merger
            && merger.take(number, cells.clone(), times)?
        {
            return Ok(());
        }
        self.batch.push(number, cells);
        self.flush_if_full();
        Ok(())
    }

    /// Adds a record that could not be read; `record` is all of it, or `None` if it is lost.
    pub(super) fn reject(
        &mut self,
        number: u64,
        code: &'static str,
        what: impl Into<String>,
        record: Option<&[u8]>,
    ) {
        self.batch.reject(number, code, what, record);
        self.flush_if_full();
    }

    /// Hands on what is left, and then the merged rows.
    pub(super) fn finish(mut self) -> Result<(), Error> {
        self.flush();
        match self.merger.take() {
            Some(merger) if !self.is_stopped => merger.finish(self.width, self.emit),
            _ => Ok(()),
        }
    }

    fn flush_if_full(&mut self) {
        if self.batch.is_full() {
            self.flush();
        }
    }

    fn flush(&mut self) {
        if self.is_stopped || (self.batch.n_rows() == 0 && self.batch.rejected.is_empty()) {
            return;
        }
        let next = Batch::new(self.batch.part.clone(), self.width);
        let full = std::mem::replace(&mut self.batch, next);
        self.is_stopped = (self.emit)(full).is_break();
    }
}
