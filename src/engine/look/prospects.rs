//! The prospects of a destination as a table of any length: their numbers are kept, their values read page by page.

use super::{NameFields, open, text};
use crate::{
    engine::{
        snapshot::{ProspectPage, ProspectQuery, ProspectRow, StatusFilter},
        store_problem,
    },
    model::{AudienceId, Destination, FieldValue, OutreachId, Problem, Target},
    store::{DataDir, Error, Settings, Store},
};

/// The rows of a table, in the order of the prospects' numbers: 8 bytes each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProspectTable {
    rows: Vec<OutreachId>,
    audience: Option<AudienceId>,
}

impl ProspectTable {
    /// How many rows a page has from the first on screen on; half as many stand before it.
    pub const PAGE: u64 = 400;

    /// Finds the prospects that Outreach has confirmed and that the query asks for.
    ///
    /// # Errors
    /// If the state cannot be read.
    pub fn build(
        dir: &DataDir,
        settings: &Settings,
        query: &ProspectQuery,
    ) -> Result<Self, Problem> {
        let rows = match open(dir, settings)? {
            Some(store) => {
                find(&store, &settings.destination, query).map_err(|e| store_problem(&e))?
            }
            None => vec![],
        };
        Ok(Self {
            rows,
            audience: query.audience.clone(),
        })
    }

    /// How many rows there are.
    pub fn n_rows(&self) -> u64 {
        self.rows.len() as u64
    }

    /// The rows around `first`, counted from 0: `n` from there on, and half as many before.
    ///
    /// # Errors
    /// If the state cannot be read.
    pub fn page(
        &self,
        dir: &DataDir,
        settings: &Settings,
        first: u64,
        n: u64,
    ) -> Result<ProspectPage, Problem> {
        let n_rows = self.n_rows();
        let start = first.min(n_rows).saturating_sub(n / 2);
        let end = first.saturating_add(n).min(n_rows);
        let place = |row: u64| usize::try_from(row).unwrap_or(usize::MAX);
        let prospects = self.rows.get(place(start)..place(end)).unwrap_or_default();
        let rows = match open(dir, settings)? {
            Some(store) => {
                let names = NameFields::of(&settings.destination);
                let field = field_of(&settings.destination, self.audience.as_ref());
                prospects
                    .iter()
                    .map(|prospect| row(&store, *prospect, &names, field))
                    .collect::<Result<_, _>>()
                    .map_err(|e| store_problem(&e))?
            }
            None => vec![],
        };
        Ok(ProspectPage {
            n_rows,
            first: start,
            rows,
        })
    }
}

fn find(
    store: &Store,
    destination: &Destination,
    query: &ProspectQuery,
) -> Result<Vec<OutreachId>, Error> {
    let search = Search::new(&query.search);
    if query.audience.is_none() && search.is_empty() {
        return store.ledger_prospects();
    }
    let field = field_of(destination, query.audience.as_ref());
    if query.audience.is_some() && field.is_none() {
        return Ok(vec![]);
    }
    let statuses: Vec<_> = destination
        .audiences
        .iter()
        .map(|audience| Target::custom(audience.mapping_id))
        .collect();
    let exited = FieldValue::Text(&destination.status_words.exited);
    let mut matching = vec![];
    store.prospects_where(|prospect, fields| {
        let mut is_status_wanted = field.is_none();
        search.begin(&prospect.to_string(), &mut matching);
        for (target, value) in fields {
            if field == Some(target) {
                is_status_wanted = match query.status {
                    StatusFilter::All => true,
                    StatusFilter::Realized => value != exited && value != FieldValue::Null,
                    StatusFilter::Exited => value == exited,
                };
            } else if let FieldValue::Text(text) = value
                && !search.is_empty()
                && !statuses.contains(&target)
            {
                search.look_into(text, &mut matching);
            }
        }
        is_status_wanted && matching.iter().all(|matches| *matches)
    })
}

/// The words that somebody looks for; each has to be in the number or in one of the texts.
struct Search(Vec<String>);

impl Search {
    fn new(text: &str) -> Self {
        Self(text.split_whitespace().map(str::to_lowercase).collect())
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn begin(&self, number: &str, matching: &mut Vec<bool>) {
        matching.clear();
        matching.extend(self.0.iter().map(|word| number.contains(word)));
    }

    fn look_into(&self, text: &str, matching: &mut [bool]) {
        for (word, matches) in self.0.iter().zip(matching) {
            *matches = *matches || contains(text, word);
        }
    }
}

/// Whether the text has the word in it, which is in lower case.
fn contains(text: &str, word: &str) -> bool {
    if text.is_ascii() {
        return text
            .as_bytes()
            .windows(word.len())
            .any(|part| part.eq_ignore_ascii_case(word.as_bytes()));
    }
    text.to_lowercase().contains(word)
}

fn field_of(destination: &Destination, audience: Option<&AudienceId>) -> Option<Target> {
    let audience = audience?;
    let mut scheduled = destination.audiences.iter();
    let found = scheduled.find(|known| known.id == *audience)?;
    Some(Target::custom(found.mapping_id))
}

fn row(
    store: &Store,
    prospect: OutreachId,
    names: &NameFields,
    field: Option<Target>,
) -> Result<ProspectRow, Error> {
    let known = store.known(prospect)?;
    let status = field.and_then(|field| known.ledger.get(field)).map(text);
    Ok(ProspectRow {
        prospect,
        name: names.name(&known.ledger),
        status: status.filter(|status| !status.is_empty()),
        is_pending: !known.pending.is_empty(),
        changed: store.last_change(prospect)?,
    })
}
