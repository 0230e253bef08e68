//! What a screen asks for: looked up on other threads, and put into the snapshot when it is there.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;
use tokio::{sync::watch, time::timeout};

use super::{Desk as Engine, Done, runs::settings_of};
use crate::{
    engine::{
        Look, Mode, look, problem_of, run,
        snapshot::{Asked, DestinationView, ProspectQuery, SourceCheck},
    },
    model::{Account, Draft, KnownFields, OutreachId, Problem, SourceSettings},
    store::Settings,
    sync::{Error, Hooks},
};

/// How long Outreach may take for an answer that a person waits for.
const ASK_FOR: Duration = Duration::from_secs(30);

/// Changes that a dry run shows one by one.
const N_LINES: usize = 1000;

/// Every so many readings of a run's figures its audiences are counted too, which takes longer.
const READINGS_BETWEEN_COUNTS: u32 = 5;

/// What is being looked up, so that nothing is looked up twice at a time.
#[derive(Default)]
pub(super) struct Desk {
    watching: BTreeSet<String>,
    /// How often a running destination's figures were read, and whether that goes on.
    reading: BTreeMap<String, (u32, bool)>,
    /// How each source looked when it was surveyed last.
    surveyed: BTreeMap<String, String>,
    table: Option<(ProspectQuery, Arc<look::ProspectTable>)>,
}

impl Desk {
    /// Whether this destination's source is being looked at; from now on it is.
    pub(super) fn is_watching(&mut self, slug: &str) -> bool {
        !self.watching.insert(slug.to_owned())
    }

    pub(super) fn watched(&mut self, slug: &str) {
        self.watching.remove(slug);
    }

    /// Nothing counts as being looked up any more.
    pub(super) fn forget_what_is_busy(&mut self) {
        self.watching.clear();
        self.reading.clear();
    }

    /// Whether this destination's figures may be read now; from now on they are.
    pub(super) fn begin_reading(&mut self, slug: &str) -> bool {
        let (_, is_reading) = self.reading.entry(slug.to_owned()).or_default();
        !std::mem::replace(is_reading, true)
    }

    /// The figures are read. Returns whether the audiences should be counted too.
    pub(super) fn end_reading(&mut self, slug: &str) -> bool {
        let (n_readings, is_reading) = self.reading.entry(slug.to_owned()).or_default();
        *is_reading = false;
        *n_readings += 1;
        n_readings.is_multiple_of(READINGS_BETWEEN_COUNTS)
    }
}

impl Engine {
    pub(super) fn on_look(&mut self, what: Look) {
        match what {
            Look::Source(source) => self.look_at_source(&source),
            Look::Fields { account } => self.look_at_fields(&account),
            Look::Preview(draft) => self.preview(draft),
            Look::DryRun(draft) => self.dry_run(draft),
            Look::TestOne { draft, prospect } => self.test_one(&draft, prospect),
            Look::Run { slug, run } => {
                let question = (slug.clone(), run);
                begin(&mut self.snapshot.looks.run, question.clone());
                self.look_in_store(
                    &slug,
                    move |dir, settings| look::run(dir, settings, run),
                    move |desk, found| end(&mut desk.snapshot.looks.run, &question, found),
                );
            }
            Look::Audience { slug, audience } => {
                let question = (slug.clone(), audience.clone());
                begin(&mut self.snapshot.looks.audience, question.clone());
                self.look_in_store(
                    &slug,
                    move |dir, settings| look::audience(dir, settings, &audience),
                    move |desk, found| end(&mut desk.snapshot.looks.audience, &question, found),
                );
            }
            Look::Prospects(query) => self.look_at_prospects(query),
            Look::Person { slug, prospect } => {
                let question = (slug.clone(), prospect);
                begin(&mut self.snapshot.looks.person, question.clone());
                let fields = self.fields_of(&slug);
                self.look_in_store(
                    &slug,
                    move |dir, settings| look::person(dir, settings, prospect, fields.as_deref()),
                    move |desk, found| end(&mut desk.snapshot.looks.person, &question, found),
                );
            }
        }
    }

    /// Looks something up in a destination's state.
    fn look_in_store<T: Send + 'static>(
        &mut self,
        slug: &str,
        work: impl FnOnce(&crate::store::DataDir, &Settings) -> Result<T, Problem> + Send + 'static,
        done: impl FnOnce(&mut Self, Result<T, Problem>) + Send + 'static,
    ) {
        let Some(settings) = self.snapshot.destination(slug).map(settings_of) else {
            return;
        };
        let dir = self.engine.dir().clone();
        self.spawn_blocking(
            move || work(&dir, &settings),
            move |desk, found| {
                done(desk, found);
                desk.is_news = true;
            },
        );
    }

    /// The labels of the custom fields that a destination writes to.
    fn fields_of(&self, slug: &str) -> Option<Arc<KnownFields>> {
        let view = self.snapshot.destination(slug)?;
        let asked = self
            .snapshot
            .looks
            .fields
            .get(&view.settings.account.name)?;
        asked.answer.clone()
    }

    /// Reads a source from end to end, and finds out what kind of export it looks like, whatever is said of that.
    fn look_at_source(&mut self, source: &SourceSettings) {
        let source = source.with_open_kind();
        let key = source.key();
        let asked = self
            .snapshot
            .looks
            .sources
            .entry(key.clone())
            .or_insert_with(|| Asked::new(()));
        asked.is_looking = true;
        asked.n_seen = 0;
        asked.problem = None;
        let n_seen = Arc::new(AtomicU64::new(0));
        let seen = Arc::clone(&n_seen);
        let mail = self.mail.clone();
        let shown = key.clone();
        let mut told = 0_u64;
        let mut on_progress = move |n_records: u64| {
            seen.store(n_records, Ordering::Relaxed);
            if n_records / RECORDS_BETWEEN_NEWS > told {
                told = n_records / RECORDS_BETWEEN_NEWS;
                let (seen, key) = (Arc::clone(&seen), shown.clone());
                let done: Done = Box::new(move |desk: &mut Self| desk.show_seen(&key, &seen));
                // Whoever is too busy to hear this hears the next one.
                drop(mail.try_send(done));
            }
            ControlFlow::Continue(())
        };
        self.spawn_blocking(
            move || look::source(&source, &mut on_progress),
            move |desk, found| desk.on_surveyed(&key, found),
        );
    }

    fn show_seen(&mut self, key: &str, n_seen: &AtomicU64) {
        if let Some(asked) = self.snapshot.looks.sources.get_mut(key) {
            asked.n_seen = n_seen.load(Ordering::Relaxed);
            self.is_news = true;
        }
    }

    fn on_surveyed(&mut self, key: &str, found: Result<SourceCheck, Problem>) {
        if let Some(asked) = self.snapshot.looks.sources.get_mut(key) {
            answer(asked, found);
        }
        let of_source =
            |view: &&DestinationView| view.settings.source.with_open_kind().key() == key;
        let slugs: Vec<_> = self
            .snapshot
            .destinations
            .iter()
            .filter(of_source)
            .map(|view| view.slug.clone())
            .collect();
        for slug in slugs {
            self.show_labels(&slug);
        }
        self.is_news = true;
    }

    /// Counts the members of a source anew when its files have changed.
    pub(super) fn survey_if_changed(&mut self, settings: &Settings, looks: &str) {
        let source = &settings.destination.source;
        let key = source.with_open_kind().key();
        // One at a time: a survey reads whole files, which a run may want to do as well.
        let is_busy = self
            .snapshot
            .looks
            .sources
            .values()
            .any(|asked| asked.is_looking);
        let is_known = self.looks.surveyed.get(&key).map(String::as_str) == Some(looks);
        if !is_busy && !is_known {
            self.looks.surveyed.insert(key, looks.to_owned());
            self.look_at_source(source);
        }
        let account = &settings.destination.account;
        if !self.snapshot.looks.fields.contains_key(&account.name) {
            self.look_at_fields(&account.name);
        }
    }

    /// Asks Outreach for the labels of an account's custom fields.
    fn look_at_fields(&mut self, account: &str) {
        let Some(view) = self.snapshot.account(account) else {
            return;
        };
        let speaks_for = Account {
            name: view.settings.name.clone(),
            api_address: view.settings.api_address.clone(),
        };
        let key = account.to_owned();
        let asked = self
            .snapshot
            .looks
            .fields
            .entry(key.clone())
            .or_insert_with(|| Asked::new(()));
        asked.is_looking = true;
        asked.problem = None;
        let client = self.engine.client(&speaks_for);
        self.spawn(async move {
            let in_words = |error| problem_of(&error, &blank(&speaks_for));
            let found = match client {
                Ok(client) => match timeout(ASK_FOR, client.prospect_field_labels()).await {
                    Ok(answer) => answer.map_err(|error| in_words(Error::Outreach(error))),
                    Err(_late) => Err(no_answer()),
                },
                Err(error) => Err(in_words(error)),
            };
            let done: Done = Box::new(move |desk: &mut Self| desk.on_fields(&key, found));
            done
        });
    }

    fn on_fields(&mut self, account: &str, found: Result<KnownFields, Problem>) {
        if let Some(asked) = self.snapshot.looks.fields.get_mut(account) {
            answer(asked, found);
        }
        let slugs: Vec<_> = self
            .snapshot
            .destinations
            .iter()
            .filter(|view| view.settings.account.name == account)
            .map(|view| view.slug.clone())
            .collect();
        for slug in slugs {
            self.show_labels(&slug);
        }
        self.is_news = true;
    }

    fn draft_fields(&self, draft: &Draft) -> Option<Arc<KnownFields>> {
        let name = draft.account.as_ref()?;
        self.snapshot.looks.fields.get(name)?.answer.clone()
    }

    fn preview(&mut self, draft: Arc<Draft>) {
        begin(&mut self.snapshot.looks.preview, Arc::clone(&draft));
        let fields = self.draft_fields(&draft);
        let settings = self.settings_of_draft(&as_far_as_filled_in(&draft));
        let settings = match settings {
            Ok(settings) => settings,
            Err(problem) => {
                end(&mut self.snapshot.looks.preview, &draft, Err(problem));
                return;
            }
        };
        let client = self.engine.client(&settings.destination.account).ok();
        self.spawn(async move {
            let now = Timestamp::now();
            let found = look::preview(
                &settings.destination,
                now,
                client.as_ref(),
                fields.as_deref(),
            )
            .await;
            let done: Done = Box::new(move |desk: &mut Self| {
                end(&mut desk.snapshot.looks.preview, &draft, Ok(found));
                desk.is_news = true;
            });
            done
        });
    }

    fn dry_run(&mut self, draft: Arc<Draft>) {
        begin(&mut self.snapshot.looks.dry_run, Arc::clone(&draft));
        let fields = self.draft_fields(&draft);
        let settings = match self.settings_of_draft(&draft) {
            Ok(settings) => settings,
            Err(problem) => {
                end(&mut self.snapshot.looks.dry_run, &draft, Err(problem));
                return;
            }
        };
        let client = self.engine.client(&settings.destination.account);
        let asking = client.as_ref().ok().cloned();
        let dir = self.engine.dir().clone();
        let (never, stop) = watch::channel(false);
        let hooks = Hooks {
            stop,
            progress: Arc::new(|_| ()),
        };
        self.spawn(async move {
            let mode = Mode::Dry {
                max_sample: N_LINES,
            };
            let report = run::run_apart(&dir, &settings, None, mode, client, &hooks).await;
            drop(never);
            let mut found = look::dry_run(&report, N_LINES, fields.as_deref());
            if let Some(client) = asking {
                let compared = look::with_old_values(found.clone(), &client);
                found = timeout(ASK_FOR, compared).await.unwrap_or(found);
            }
            let done: Done = Box::new(move |desk: &mut Self| {
                end(&mut desk.snapshot.looks.dry_run, &draft, Ok(found));
                desk.is_news = true;
            });
            done
        });
    }

    fn test_one(&mut self, draft: &Arc<Draft>, prospect: OutreachId) {
        begin(&mut self.snapshot.looks.test, ());
        let fields = self.draft_fields(draft);
        let settings = match self.settings_of_draft(draft) {
            Ok(settings) => settings,
            Err(problem) => {
                end(&mut self.snapshot.looks.test, &(), Err(problem));
                return;
            }
        };
        let client = self.engine.client(&settings.destination.account);
        self.spawn(async move {
            let found = match client {
                Ok(client) => {
                    let destination = &settings.destination;
                    look::test_one(
                        destination,
                        Timestamp::now(),
                        prospect,
                        &client,
                        fields.as_deref(),
                    )
                    .await
                }
                Err(error) => Err(problem_of(&error, &settings.destination)),
            };
            let done: Done = Box::new(move |desk: &mut Self| {
                end(&mut desk.snapshot.looks.test, &(), found);
                desk.is_news = true;
            });
            done
        });
    }

    fn look_at_prospects(&mut self, query: ProspectQuery) {
        begin(&mut self.snapshot.looks.prospects, query.clone());
        let whole = ProspectQuery {
            first: 0,
            ..query.clone()
        };
        let known = self.looks.table.as_ref();
        // A page further down of the same rows; at the top the rows themselves are looked up anew.
        let table = known
            .filter(|(of, _)| *of == whole && query.first > 0)
            .map(|(_, table)| Arc::clone(table));
        let slug = query.slug.clone();
        let question = query.clone();
        self.look_in_store(
            &slug,
            move |dir, settings| {
                let table = match table {
                    Some(table) => table,
                    None => Arc::new(look::ProspectTable::build(dir, settings, &query)?),
                };
                let page = table.page(dir, settings, query.first, look::ProspectTable::PAGE)?;
                Ok((table, page))
            },
            move |desk, found| {
                let found = found.map(|(table, page)| {
                    desk.looks.table = Some((whole, table));
                    page
                });
                end(&mut desk.snapshot.looks.prospects, &question, found);
            },
        );
    }
}

/// Records between two pieces of news of how far a reader is.
const RECORDS_BETWEEN_NEWS: u64 = 20_000;

/// Shows that a question is asked, and keeps the answer to the one before for as long.
fn begin<Q, T>(slot: &mut Option<Asked<Q, T>>, question: Q) {
    let before = slot.take().and_then(|asked| asked.answer);
    *slot = Some(Asked {
        answer: before,
        ..Asked::new(question)
    });
}

/// Shows what came of a question, unless another one was asked since.
fn end<Q: PartialEq, T>(slot: &mut Option<Asked<Q, T>>, question: &Q, found: Result<T, Problem>) {
    if let Some(asked) = slot.as_mut().filter(|asked| asked.question == *question) {
        answer(asked, found);
    }
}

fn answer<Q, T>(asked: &mut Asked<Q, T>, found: Result<T, Problem>) {
    asked.is_looking = false;
    asked.at = Some(Timestamp::now());
    match found {
        Ok(value) => {
            asked.answer = Some(Arc::new(value));
            asked.problem = None;
        }
        Err(problem) => {
            asked.answer = None;
            asked.problem = Some(problem);
        }
    }
}

fn no_answer() -> Problem {
    Problem::new(
        "outreach_slow",
        "Outreach did not answer within half a minute.",
        "Try again; if it happens again, check the network.",
    )
}

/// A destination that has nothing but its account, to name that account in a problem.
fn blank(account: &Account) -> crate::model::Destination {
    let draft = Draft::default();
    crate::model::Destination {
        format: crate::model::FORMAT,
        name: String::new(),
        description: String::new(),
        enabled: false,
        account: account.clone(),
        source: draft.source,
        mapping: vec![],
        audiences: vec![],
        delivery: draft.delivery,
        status_words: draft.status_words,
        guard: draft.guard,
        alerts: vec![],
        marketing_actions: vec![],
    }
}

/// The draft without what a later step is still to say: a preview comes before audiences have their Mapping IDs.
fn as_far_as_filled_in(draft: &Draft) -> Draft {
    let mut draft = draft.clone();
    draft
        .audiences
        .retain(|audience| audience.mapping_id().is_some());
    draft
        .mapping
        .retain(|row| !row.source.trim().is_empty() && !row.target.trim().is_empty());
    draft
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_to_an_older_question_is_not_shown() {
        let mut slot = None;
        begin(&mut slot, 1);
        begin(&mut slot, 2);
        end(&mut slot, &1, Ok("one"));
        let asked = slot.as_ref().expect("it was asked");
        assert!(asked.is_looking && asked.answer.is_none());
        end(&mut slot, &2, Ok("two"));
        begin(&mut slot, 3);
        let asked = slot.as_ref().expect("it was asked");
        assert!(asked.is_looking);
        assert_eq!(asked.answer.as_deref(), Some(&"two"), "kept while looking");
        let problem = no_answer();
        end(&mut slot, &3, Err(problem.clone()));
        let asked = slot.expect("it was asked");
        assert_eq!((asked.answer, asked.problem), (None, Some(problem)));
    }

    #[test]
    fn audiences_are_counted_at_every_fifth_reading() {
        let mut looks = Desk::default();
        let mut counted = vec![];
        for reading in 1..=10 {
            assert!(looks.begin_reading("a"));
            assert!(!looks.begin_reading("a"), "one at a time");
            if looks.end_reading("a") {
                counted.push(reading);
            }
        }
        assert_eq!(counted, [5, 10]);
    }
}
