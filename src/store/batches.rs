//! Updates of many prospects at once, from before they are submitted until all their prospects are settled.

use jiff::Timestamp;

use super::{Error, Store, ledger::field_set};
use crate::model::{FieldSet, OutreachId, RunId};

/// The number of a batch in this state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BatchNumber(i64);

/// A batch that was submitted or is about to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredBatch {
    /// Its number in this state.
    pub number: BatchNumber,
    /// Outreach's number for it; `None` as long as no answer to its submission is known.
    pub outreach_id: Option<u64>,
    /// When it was about to be submitted, by Outreach's clock; it was not made before that.
    pub since: Timestamp,
    /// What it writes.
    pub fields: FieldSet,
    /// To whom, in the order of their numbers.
    pub prospects: Vec<OutreachId>,
}

impl Store {
    /// Remembers batches that are about to be submitted, now by Outreach's clock.
    ///
    /// # Errors
    /// If the database cannot be written; then none of them may be submitted.
    pub fn begin_batches(
        &mut self,
        run: RunId,
        batches: Vec<(FieldSet, Vec<OutreachId>)>,
        now: Timestamp,
    ) -> Result<Vec<StoredBatch>, Error> {
        self.atomically(|db| {
            let mut insert = db.prepare_cached(
                "INSERT INTO batch (run_id, since, fields, prospects) VALUES (?1, ?2, ?3, ?4)",
            )?;
            let mut stored = Vec::with_capacity(batches.len());
            for (fields, prospects) in batches {
                insert.execute((
                    run.get(),
                    now.as_millisecond(),
                    fields.as_bytes(),
                    packed(&prospects),
                ))?;
                stored.push(StoredBatch {
                    number: BatchNumber(db.last_insert_rowid()),
                    outreach_id: None,
                    since: now,
                    fields,
                    prospects,
                });
            }
            Ok(stored)
        })
    }

    /// Remembers Outreach's number for a batch.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn batch_submitted(&mut self, batch: BatchNumber, outreach_id: u64) -> Result<(), Error> {
        self.atomically(|db| {
            db.prepare_cached("UPDATE batch SET outreach_id = ?2 WHERE id = ?1")?
                .execute((batch.0, outreach_id))
                .map(drop)
        })
    }

    /// Forgets batches that can change nothing any more and whose prospects are looked after otherwise.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn end_batches(&mut self, batches: &[BatchNumber]) -> Result<(), Error> {
        self.atomically(|db| {
            let mut delete = db.prepare_cached("DELETE FROM batch WHERE id = ?1")?;
            for batch in batches {
                delete.execute([batch.0])?;
            }
            Ok(())
        })
    }

    /// The batches that are not ended, in the order they were begun.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn batches(&self) -> Result<Vec<StoredBatch>, Error> {
        self.on(|db| {
            let mut statement = db.prepare(
                "SELECT id, outreach_id, since, fields, prospects FROM batch ORDER BY id",
            )?;
            let rows = statement.query_map([], |row| {
                let bytes = row.get_ref(4)?.as_blob()?;
                Ok(StoredBatch {
                    number: BatchNumber(row.get(0)?),
                    outreach_id: row.get(1)?,
                    since: Timestamp::from_millisecond(row.get(2)?)
                        .unwrap_or(Timestamp::UNIX_EPOCH),
                    fields: field_set(row, 3)?,
                    prospects: unpacked(bytes).ok_or(rusqlite::Error::InvalidQuery)?,
                })
            })?;
            rows.collect()
        })
    }
}

/// Ascending numbers as their differences, seven bits a byte.
fn packed(prospects: &[OutreachId]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(prospects.len() * 2);
    let mut last = 0;
    for prospect in prospects {
        let mut step = prospect.get().wrapping_sub(last);
        last = prospect.get();
        while step >= 0x80 {
            bytes.push((step & 0x7f) as u8 | 0x80);
            step >>= 7;
        }
        bytes.push((step & 0x7f) as u8);
    }
    bytes
}

fn unpacked(bytes: &[u8]) -> Option<Vec<OutreachId>> {
    let mut prospects = Vec::with_capacity(bytes.len());
    let (mut last, mut step, mut shift) = (0_u64, 0_u64, 0_u32);
    for byte in bytes {
        step |= u64::from(byte & 0x7f).checked_shl(shift)?;
        shift += 7;
        if byte & 0x80 == 0 {
            last = last.wrapping_add(step);
            prospects.push(OutreachId::new(last)?);
            (step, shift) = (0, 0);
        }
    }
    (shift == 0).then_some(prospects)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_batch_is_known_from_before_it_is_submitted_until_it_is_ended() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let path = home.path().join("a.db");
        let ids: Vec<_> = [1, 2, 900_000]
            .into_iter()
            .filter_map(OutreachId::new)
            .collect();
        let mut store = Store::open(&path).expect("it opens");
        let begun = store
            .begin_batches(
                RunId::new(1),
                vec![(FieldSet::new(), ids.clone())],
                Timestamp::now(),
            )
            .expect("it is stored");
        drop(store);
        let mut store = Store::open(&path).expect("it opens again");
        let known = store.batches().expect("they can be read");
        assert_eq!((known[0].outreach_id, &known[0].prospects), (None, &ids));
        store
            .batch_submitted(begun[0].number, 77)
            .expect("it is stored");
        assert_eq!(
            store.batches().expect("they can be read")[0].outreach_id,
            Some(77)
        );
        store.end_batches(&[begun[0].number]).expect("it is stored");
        assert_eq!(store.batches().expect("they can be read"), []);
    }

    proptest! {
        #[test]
        fn numbers_are_unpacked_as_they_were_packed(
            ids in prop::collection::btree_set(1_u64..=i64::MAX as u64, 0..100)
        ) {
            let ids: Vec<_> = ids.into_iter().filter_map(OutreachId::new).collect();
            prop_assert_eq!(unpacked(&packed(&ids)), Some(ids));
        }

        #[test]
        fn other_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            if let Some(ids) = unpacked(&bytes) {
                prop_assert!(ids.len() <= bytes.len());
            }
        }
    }
}
