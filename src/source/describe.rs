//! What a person is told of a source before anything is mapped.

use std::ops::ControlFlow;

use super::{
    Batch, Error, Files, Layout, Projection,
    files::{Kinds, SourceFile, format::Written},
    out::Out,
};
use jiff::Timestamp;

use crate::model::{AudienceId, Reading};

/// A source, told from the beginnings of its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// How profiles and audiences are laid out.
    pub layout: Layout,
    /// The kind of export: whether absence means "has left".
    pub kinds: Kinds,
    /// The files, older ones first.
    pub files: Vec<DescribedFile>,
    /// The names of files that are not part of the source.
    pub ignored: Vec<String>,
    /// The names of files whose time cannot be; they count as if their names had none.
    pub doubtful: Vec<String>,
    /// Files with columns whose names are no text, in words; no mapping can name these.
    pub odd_names: Vec<String>,
    /// The columns or XDM paths that were seen, each once.
    pub columns: Vec<String>,
    /// The audiences that were seen, each once.
    pub audiences: Vec<AudienceId>,
    /// Up to three rows of the newest file: names of columns with their values.
    pub samples: Vec<Vec<(String, String)>>,
}

/// One file of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescribedFile {
    /// Its name below the source's folder.
    pub name: String,
    /// Such as `comma-separated`, `JSON` or `Parquet`.
    pub format: &'static str,
    /// How it is read, if it is delimited text; the words that stand for no value are left out.
    pub reading: Option<Reading>,
    /// Its size.
    pub n_bytes: u64,
    /// The audience in its name, if there is one.
    pub audience: Option<AudienceId>,
}

const MOST_SAMPLES: usize = 3;
const MOST_COLUMNS: usize = 2000;

impl Files {
    /// Tells what the source holds; reads no more than the beginning of its newest file.
    pub fn describe(&self) -> Result<Description, Error> {
        let mut columns: Vec<String> = vec![];
        let mut audiences: Vec<AudienceId> = vec![];
        for file in &self.all {
            let own = file.entry.facts.audience.iter();
            for audience in own.filter(|_| self.layout() == Layout::PerAudience) {
                add_new(&mut audiences, audience);
            }
            for audience in &file.shape.audiences {
                add_new(&mut audiences, audience);
            }
            for column in file.shape.columns.iter().take(MOST_COLUMNS) {
                add_new(&mut columns, column);
            }
        }
        let samples = self
            .all
            .last()
            .map_or(Ok(vec![]), |file| self.samples(file))?;
        Ok(Description {
            layout: self.layout(),
            kinds: self.kinds().clone(),
            files: self.all.iter().map(DescribedFile::of).collect(),
            ignored: self.ignored.clone(),
            doubtful: {
                let doubtful = self
                    .all
                    .iter()
                    .filter(|f| f.entry.facts.has_impossible_time);
                doubtful.map(|f| f.entry.name.to_string()).collect()
            },
            odd_names: self.odd_names.clone(),
            columns,
            audiences,
            samples,
        })
    }

    fn samples(&self, file: &SourceFile) -> Result<Vec<Vec<(String, String)>>, Error> {
        let columns = file
            .shape
            .columns
            .get(..MOST_COLUMNS)
            .unwrap_or(&file.shape.columns);
        let is_once = |name: &&String| columns.iter().filter(|c| c == name).count() == 1;
        let (ids, attributes): (Vec<_>, Vec<_>) = columns
            .iter()
            .filter(|name| !name.is_empty())
            .filter(is_once)
            .cloned()
            .partition(|name| name.starts_with("identityMap."));
        let Some(id) = ids.first().or(attributes.first()).cloned() else {
            return Ok(vec![]);
        };
        let is_nested = self.layout() == Layout::Profiles;
        let projection = Projection {
            outreach_id: id.clone(),
            attributes,
            now: Timestamp::MIN,
            audiences: if is_nested {
                file.shape.audiences.clone()
            } else {
                vec![]
            },
        };
        let mut names = vec![id];
        names.extend(projection.attributes.iter().cloned());
        let status = |audience| format!("segmentMembership.ups.{audience}.status");
        names.extend(projection.audiences.iter().map(status));

        let mut samples: Vec<Vec<(String, String)>> = vec![];
        let mut emit = |batch: Batch| {
            for row in batch
                .rows()
                .take(MOST_SAMPLES.saturating_sub(samples.len()))
            {
                let mut sample: Vec<(String, String)> = vec![];
                for (name, cell) in names.iter().zip(row.cells()) {
                    if let Some(text) = cell.filter(|_| !sample.iter().any(|(n, _)| n == name)) {
                        sample.push((name.clone(), text.to_owned()));
                    }
                }
                samples.push(sample);
            }
            if samples.len() < MOST_SAMPLES {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        };
        let mut out = Out::new(projection.width(), None, &mut emit);
        out.start_part(&file.entry.name, file.shape.written.counts());
        self.read_file(file, &projection, &mut out)?;
        out.finish()?;
        Ok(samples)
    }
}

impl DescribedFile {
    pub(super) fn of(file: &SourceFile) -> Self {
        Self {
            name: file.entry.name.as_ref().to_owned(),
            format: file.shape.written.describe(),
            reading: match file.shape.written {
                Written::Delimited(dialect) => Some(dialect.as_reading()),
                Written::Json | Written::Parquet { .. } | Written::Workbook { .. } => None,
            },
            n_bytes: file.entry.version.n_bytes,
            audience: file.entry.facts.audience.clone(),
        }
    }
}

fn add_new<T: PartialEq + Clone>(list: &mut Vec<T>, item: &T) {
    if !list.contains(item) {
        list.push(item.clone());
    }
}
