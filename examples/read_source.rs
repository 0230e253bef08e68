//! Reads files as a source is read, and tells what was read in JSON: what `scripts/check-dialects` compares.
//!
//! Each line of the input is `{"path": …, "columns": […], "audiences": […], "reading": {…}}`; each line of the output holds the rows with
//! their lines, the rejected records with the numbers in them, and the error, if there is one.

use std::{
    error::Error,
    io::{self, Write as _},
    ops::ControlFlow,
};

use audience_sync::{
    model::{AudienceId, FileSource, Reading, SourceSettings},
    source::{self, Batch, Known, Projection, Tether},
};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Task {
    path: String,
    columns: Vec<String>,
    #[serde(default)]
    audiences: Vec<String>,
    #[serde(default)]
    reading: Reading,
}

fn main() -> Result<(), Box<dyn Error>> {
    for line in io::stdin().lines() {
        let task: Task = serde_json::from_str(&line?)?;
        let settings = SourceSettings::from(FileSource {
            reading: task.reading,
            ..FileSource::at(task.path)
        });
        let mut columns = task.columns.into_iter();
        let projection = Projection {
            outreach_id: columns.next().unwrap_or_default(),
            attributes: columns.collect(),
            audiences: task.audiences.iter().map(AudienceId::new).collect(),
            now: jiff::Timestamp::now(),
        };
        let mut rows = vec![];
        let mut rejected = vec![];
        let mut emit = |batch: Batch| {
            let read = batch.rows();
            rows.extend(
                read.map(|row| (row.number(), row.cells().map(str_of).collect::<Vec<_>>())),
            );
            for record in &batch.rejected {
                let numbers = record.numbers.as_ref();
                let numbers = numbers.map(|n| n.iter().map(ToString::to_string).collect());
                let numbers: Option<Vec<_>> = numbers;
                rejected.push((record.place.at.number(), record.code, numbers));
            }
            ControlFlow::Continue(())
        };
        let files = source::open(&settings, &Known::default(), &Tether::default());
        let result = files.and_then(|files| files.read(&projection, &mut emit));
        let error = result.err().map(|error| (error.code(), error.to_string()));
        let told = json!({ "rows": rows, "rejected": rejected, "error": error });
        writeln!(io::stdout(), "{told}")?;
    }
    Ok(())
}

fn str_of(cell: Option<&str>) -> Option<String> {
    cell.map(str::to_owned)
}
