//! What the screens look up: plain functions that read the state or a source beside whatever is at work, and block.
//!
//! Each opens the state by itself, for reading; SQLite's write-ahead log lets a run go on writing meanwhile.

mod audience;
mod check;
mod compare;
mod destination;
mod dry_run;
mod person;
mod preview;
mod prospects;
mod run;
mod source;
mod test_one;
#[cfg(test)]
pub(super) mod testing;

use super::state_words::state_problem;
use crate::{
    model::{Destination, FieldSet, FieldValue, KnownFields, MappingRow, Problem, Target},
    store::{DataDir, Settings, Store},
};

pub use audience::audience;
pub use check::{Checked, check};
pub use compare::with_old_values;
pub use destination::{Activity, DestinationFacts, activity, facts};
pub use dry_run::dry_run;
pub use person::person;
pub use preview::preview;
pub use prospects::ProspectTable;
pub use run::{export_faults, run};
pub use source::source;
pub use test_one::test_one;

/// The state of a destination, or nothing if it has none yet.
fn open(dir: &DataDir, settings: &Settings) -> Result<Option<Store>, Problem> {
    if let Some(lost) = dir.state_lost(settings) {
        let name = &settings.destination.name;
        let problem = state_problem(&lost, Some(name));
        return Err(problem.unwrap_or_else(|| super::store_problem(&lost)));
    }
    Store::open_to_read(&dir.state(settings)).map_err(|e| super::store_problem(&e))
}

/// What a custom field is called in Outreach.
fn label(field: Target, fields: Option<&KnownFields>) -> Option<String> {
    let known = fields?.get(&field.mapping_id()?)?;
    Some(known.label.clone())
}

/// A value as people read it; empty if there is none.
fn text(value: FieldValue<'_>) -> String {
    match value {
        FieldValue::Null => String::new(),
        FieldValue::Text(_)
        | FieldValue::Integer(_)
        | FieldValue::Float(_)
        | FieldValue::Boolean(_) => value.to_string(),
    }
}

/// Which fields hold the name of a person: first and last name, or else what the mapping takes from a field of names.
#[derive(Debug, Clone)]
struct NameFields {
    usual: Vec<Target>,
    mapped: Vec<Target>,
}

impl NameFields {
    fn of(destination: &Destination) -> Self {
        let usual = ["firstName", "lastName"];
        let is_name = |row: &&MappingRow| {
            let last = row.source.rsplit('.').next().unwrap_or_default();
            let letters: String = last.chars().filter(char::is_ascii_alphanumeric).collect();
            [
                "fullname",
                "name",
                "firstname",
                "givenname",
                "lastname",
                "surname",
            ]
            .iter()
            .any(|known| letters.eq_ignore_ascii_case(known))
        };
        let rows = destination.mapping.iter().filter(is_name);
        Self {
            usual: usual.into_iter().filter_map(Target::parse).collect(),
            mapped: rows.filter_map(|row| Target::parse(&row.target)).collect(),
        }
    }

    /// The person's name; empty if no field has it.
    fn name(&self, fields: &FieldSet) -> String {
        let joined = |targets: &[Target]| {
            let values = targets.iter().filter_map(|target| fields.get(*target));
            let values = values.map(|value| text(value).trim().to_owned());
            let values: Vec<_> = values.filter(|value| !value.is_empty()).collect();
            values.join(" ")
        };
        let usual = joined(&self.usual);
        if usual.is_empty() {
            joined(&self.mapped)
        } else {
            usual
        }
    }
}
