//! Reading before writing, and reading back what batches have written.

use tokio::task::JoinSet;

use super::{
    Deliverer, Ending, Error, MAX_IN_FLIGHT,
    judge::{field_value, refused_unsent},
};
use crate::{
    model::{Change, FieldSet, FieldValue, OutreachId, Target},
    outreach::{self, Ask, Echo, Prospect, asks},
    store::{Answer, Verdict},
    sync::WORTH_A_LOOK,
};

type Page = (Vec<OutreachId>, Result<Vec<Prospect>, outreach::Error>);

impl Deliverer<'_> {
    /// Reads what was never written: what is as it should be is settled, and what is otherwise is kept for the journal.
    pub(super) async fn read_first(
        &mut self,
        is_wanted: impl Fn(bool) -> bool,
        held: &[OutreachId],
    ) -> Result<(), Ending> {
        let (mut unknown, mut fields) = (vec![], vec![]);
        let run = self.run.id;
        let (held_fields, tried) = (&self.work.held_fields, &self.work.tried);
        self.store.each_waiting(|waiting| {
            // One that was sent in this run without a clear answer is counted already.
            let is_known =
                held_fields.is_read(waiting.prospect) || tried.contains(&waiting.prospect);
            let is_held = held.binary_search(&waiting.prospect).is_ok();
            if waiting.is_unknown && !is_known && !is_held && is_wanted(waiting.run == run) {
                unknown.push(waiting.prospect);
                fields.extend(waiting.fields.iter().map(|(target, _)| target));
                fields.sort_unstable();
                fields.dedup();
            }
        })?;
        if unknown.len() < WORTH_A_LOOK {
            return Ok(());
        }
        let mut asks = asks(&unknown, &fields).into_iter();
        let mut pages: JoinSet<Page> = JoinSet::new();
        loop {
            while pages.len() < MAX_IN_FLIGHT
                && let Some(ask) = asks.next()
            {
                let (client, fields) = (self.client.clone(), fields.clone());
                pages.spawn(async move { read_page(&client, ask, &fields).await });
            }
            let page = tokio::select! {
                biased;
                () = self.hooks.stopping() => return Err(Error::Asked.into()),
                page = pages.join_next() => page,
            };
            match page {
                None => return Ok(()),
                Some(Ok((wanted, page))) => self.take_first_look(&wanted, page, &fields)?,
                // A task that panicked has read nothing; its prospects are written unread.
                Some(Err(_panic)) => {}
            }
        }
    }

    fn take_first_look(
        &mut self,
        wanted: &[OutreachId],
        page: Result<Vec<Prospect>, outreach::Error>,
        fields: &[Target],
    ) -> Result<(), Error> {
        let mut page = page?;
        page.sort_by_key(|prospect| prospect.id);
        let (mut answers, mut found) = (vec![], vec![]);
        for change in self.store.outbox_of(wanted)? {
            let read = page
                .binary_search_by_key(&change.prospect, |prospect| prospect.id)
                .ok()
                .and_then(|i| page.get(i));
            let verdict = match read {
                None => Some(self.unsent(&change, "resourceNotFound")),
                Some(read) if read.may_write == Some(false) => {
                    Some(self.unsent(&change, "unauthorizedRequest"))
                }
                Some(read) => {
                    let differing = match read.echo(&change.fields) {
                        Echo::Differs(differing) => differing,
                        Echo::Confirmed | Echo::Unsaid => vec![],
                    };
                    let is_held = differing.is_empty();
                    if !is_held {
                        let held = &mut self.work.held_fields;
                        held.add(change.prospect, &change.fields, &differing);
                        found.push((change.prospect, as_found(&change, read, &differing, fields)));
                    }
                    is_held.then_some(Verdict::HeldAlready)
                }
            };
            answers.extend(verdict.map(|verdict| Answer { change, verdict }));
        }
        self.store.put_found(&found, self.client.now())?;
        self.settle(answers)?;
        let n_settled = self.n_changes - self.run.figures.pending.min(self.n_changes);
        (self.hooks.progress)(super::Progress::Delivering {
            n_settled,
            n_changes: self.n_changes,
        });
        Ok(())
    }

    fn unsent(&self, change: &Change, code: &str) -> Verdict {
        refused_unsent(change, code, &self.orders.in_doubt)
    }

    /// Settles what is as it should be; what is not is written by itself, which tells what is wrong with it.
    pub(super) fn take_read_back(
        &mut self,
        wanted: &[OutreachId],
        page: Result<Vec<Prospect>, outreach::Error>,
        answers: &mut Vec<Answer>,
    ) -> Result<(), Error> {
        let mut page = page?;
        self.work.n_to_read_back = self.work.n_to_read_back.saturating_sub(1);
        page.sort_by_key(|prospect| prospect.id);
        for change in self.store.outbox_of(wanted)? {
            let read = page
                .binary_search_by_key(&change.prospect, |prospect| prospect.id)
                .ok()
                .and_then(|i| page.get(i));
            match read.map(|read| read.echo(&change.fields)) {
                Some(Echo::Confirmed) => {
                    let verdict = Verdict::Confirmed;
                    answers.push(Answer { change, verdict });
                    continue;
                }
                Some(Echo::Differs(differing)) => {
                    let held = &mut self.work.held_fields;
                    held.add(change.prospect, &change.fields, &differing);
                }
                Some(Echo::Unsaid) | None => {}
            }
            self.batches.take_undone(change.prospect);
        }
        Ok(())
    }
}

async fn read_page(client: &outreach::Client, ask: Ask, fields: &[Target]) -> Page {
    let wanted = ask.wanted.clone();
    (wanted, client.read(ask, fields).await)
}

/// What was read of the fields that are to be written. One that is as it should be is kept in our own spelling.
fn as_found(
    change: &Change,
    read: &Prospect,
    differing: &[(Target, serde_json::Value)],
    fields: &[Target],
) -> FieldSet {
    let known = change
        .fields
        .iter()
        .filter(|(target, _)| fields.contains(target));
    known
        .filter_map(|(target, wanted)| {
            let differs = differing.iter().any(|(other, _)| *other == target);
            if !differs {
                return Some((target, wanted));
            }
            match read.values.get(&target) {
                None | Some(serde_json::Value::Null) => Some((target, FieldValue::Null)),
                Some(value) => Some((target, field_value(value)?)),
            }
        })
        .collect()
}
