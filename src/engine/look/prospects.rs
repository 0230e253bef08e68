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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::look::testing::{IN, Past, id, instant};

    fn numbers(past: &Past, gold: bool, status: StatusFilter, search: &str) -> Vec<u64> {
        let audiences = &past.settings.destination.audiences;
        let query = ProspectQuery {
            audience: gold.then(|| audiences[0].id.clone()),
            status,
            search: search.to_owned(),
            ..ProspectQuery::default()
        };
        let table = ProspectTable::build(&past.dir, &past.settings, &query).expect("a table");
        table.rows.iter().map(|prospect| prospect.get()).collect()
    }

    #[test]
    fn a_query_finds_by_audience_status_number_and_text() {
        let past = Past::usual();
        let all = |search| numbers(&past, false, StatusFilter::All, search);
        assert_eq!(all(""), [1, 2, 3]);
        assert_eq!(all("3"), [3]);
        assert_eq!(all("lovelace ADA"), [1]);
        assert_eq!(all("åSA"), [2]);
        assert_eq!(all("ada 2"), [0_u64; 0]);
        // A status is not a text to look for.
        assert_eq!(all("realized"), [0_u64; 0]);
        assert_eq!(numbers(&past, true, StatusFilter::All, ""), [1, 2]);
        assert_eq!(numbers(&past, true, StatusFilter::Realized, ""), [1]);
        assert_eq!(numbers(&past, true, StatusFilter::Exited, ""), [2]);
        assert_eq!(
            numbers(&past, true, StatusFilter::Exited, "ada"),
            [0_u64; 0]
        );
    }

    #[test]
    fn an_audience_that_is_not_scheduled_has_no_prospects() {
        let past = Past::usual();
        let query = ProspectQuery {
            audience: Some(AudienceId::new("gone")),
            ..ProspectQuery::default()
        };
        let table = ProspectTable::build(&past.dir, &past.settings, &query).expect("a table");
        assert_eq!(table.n_rows(), 0);
    }

    #[test]
    fn a_row_has_name_status_and_what_waits() {
        let past = Past::usual();
        let query = ProspectQuery {
            audience: Some(past.settings.destination.audiences[0].id.clone()),
            ..ProspectQuery::default()
        };
        let table = ProspectTable::build(&past.dir, &past.settings, &query).expect("a table");
        let page = table
            .page(&past.dir, &past.settings, 0, 400)
            .expect("a page");
        let row = |number, name: &str, status: &str, is_pending, second| ProspectRow {
            prospect: id(number),
            name: name.to_owned(),
            status: Some(status.to_owned()),
            is_pending,
            changed: Some(instant(second)),
        };
        assert_eq!((page.n_rows, page.first), (2, 0));
        assert_eq!(
            page.rows,
            [
                row(1, "Ada Lovelace", "realized", true, 100),
                row(2, "Åsa", "exited", false, 200)
            ]
        );
    }

    #[test]
    fn a_page_reaches_half_as_far_back_as_ahead() {
        let past = Past::new();
        let changes: Vec<_> = (1..=20).map(|number| (number, [("custom1", IN)])).collect();
        let changes: Vec<(u64, &[_])> = changes.iter().map(|(n, f)| (*n, f.as_slice())).collect();
        past.confirm(100, &changes);
        let query = ProspectQuery::default();
        let table = ProspectTable::build(&past.dir, &past.settings, &query).expect("a table");
        let page = |first| {
            let page = table
                .page(&past.dir, &past.settings, first, 4)
                .expect("a page");
            let numbers: Vec<_> = page.rows.iter().map(|row| row.prospect.get()).collect();
            (page.first, numbers)
        };
        assert_eq!(page(0), (0, vec![1, 2, 3, 4]));
        assert_eq!(page(10), (8, vec![9, 10, 11, 12, 13, 14]));
        assert_eq!(page(18), (16, vec![17, 18, 19, 20]));
        assert_eq!(page(99), (18, vec![19, 20]));
    }
}
