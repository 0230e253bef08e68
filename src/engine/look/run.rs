//! One run with the records that it did not write, on screen or as a table in a file.

use std::{
    collections::HashMap,
    io::{self, Write as _},
    ops::ControlFlow,
    path::Path,
    sync::Arc,
};

use super::open;
use crate::{
    engine::{
        export::write_whole,
        problem::{export_problem, run_unknown},
        snapshot::{FaultGroup, RunDetail},
        store_problem,
    },
    model::{At, Fate, OutreachId, Problem, RecordFault, RunId},
    store::{DataDir, Settings},
};

/// So many records of one cause are shown; a run may have left out a million.
const MOST_RECORDS: usize = 1_000;

/// A run with its faults by cause, those of most records first.
///
/// # Errors
/// If the state cannot be read or knows no such run.
pub fn run(dir: &DataDir, settings: &Settings, run: RunId) -> Result<RunDetail, Problem> {
    let store = open(dir, settings)?.ok_or_else(|| unknown(settings, run))?;
    let runs = store.runs(u32::MAX).map_err(|e| store_problem(&e))?;
    let found = runs.into_iter().find(|known| known.id == run);
    let mut causes = Causes::default();
    let read = store.each_fault(run, |fault| {
        causes.add(fault);
        ControlFlow::Continue(())
    });
    read.map_err(|e| store_problem(&e))?;
    Ok(RunDetail {
        run: found.ok_or_else(|| unknown(settings, run))?,
        groups: causes.into_groups(),
    })
}

/// Writes the records that a run did not write to a CSV file, and returns how many there are.
///
/// # Errors
/// If the state cannot be read or knows no such run, or the file cannot be written; then an older file of that name
/// is as it was.
pub fn export_faults(
    dir: &DataDir,
    settings: &Settings,
    run: RunId,
    path: &Path,
) -> Result<u64, Problem> {
    let store = open(dir, settings)?.ok_or_else(|| unknown(settings, run))?;
    if !store.has_run(run).map_err(|e| store_problem(&e))? {
        return Err(unknown(settings, run));
    }
    let mut read = Ok(());
    let written = write_whole(path, |out| {
        // Without the mark, spreadsheets take UTF-8 for something else.
        write!(out, "\u{feff}{}\r\n", HEADER.join(","))?;
        let (mut n_records, mut put) = (0, Ok(()));
        read = store.each_fault(run, |fault| {
            n_records += 1;
            put = write_row(out, &fault);
            if put.is_ok() {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        });
        put?;
        // Half a table must not take the place of a whole one.
        if read.is_err() {
            return Err(io::Error::from(io::ErrorKind::InvalidData));
        }
        Ok(n_records)
    });
    read.map_err(|e| store_problem(&e))?;
    written.map_err(|e| export_problem(path, &e))
}

fn unknown(settings: &Settings, run: RunId) -> Problem {
    run_unknown(&settings.destination.name, run)
}

/// Faults by their cause: counted, and the first few kept.
#[derive(Default)]
struct Causes {
    places: HashMap<(bool, String), usize>,
    groups: Vec<(FaultGroup, Vec<RecordFault>)>,
}

impl Causes {
    fn add(&mut self, fault: RecordFault) {
        let cause = (fault.fate == Fate::Failed, fault.code.clone());
        let groups = &mut self.groups;
        let place = *self.places.entry(cause).or_insert_with(|| {
            groups.push((of_first(&fault), vec![]));
            groups.len() - 1
        });
        if let Some((group, records)) = groups.get_mut(place) {
            group.n_records += 1;
            if records.len() < MOST_RECORDS {
                records.push(fault);
            }
        }
    }

    /// Those of most records first.
    fn into_groups(mut self) -> Vec<FaultGroup> {
        self.groups
            .sort_by_key(|(group, _)| std::cmp::Reverse(group.n_records));
        let whole = |(group, records)| FaultGroup {
            records: Arc::new(records),
            ..group
        };
        self.groups.into_iter().map(whole).collect()
    }
}

/// A cause as its first record tells it, without records.
fn of_first(fault: &RecordFault) -> FaultGroup {
    FaultGroup {
        fate: fault.fate,
        code: fault.code.clone(),
        what: fault.what.clone(),
        outreach: fault.outreach.clone(),
        n_records: 0,
        records: Arc::default(),
    }
}

const HEADER: [&str; 8] = [
    "outcome",
    "prospect",
    "file",
    "line",
    "row",
    "code",
    "what is wrong",
    "Outreach says",
];

fn write_row(out: &mut impl io::Write, fault: &RecordFault) -> io::Result<()> {
    let prospect = fault.prospect.as_ref();
    let (line, row) = match fault.place.at {
        At::Line(line) => (line.to_string(), String::new()),
        At::Row(row) => (String::new(), row.to_string()),
        At::Nowhere => (String::new(), String::new()),
    };
    let cells = [
        fault.fate.to_string(),
        prospect.map_or_else(String::new, OutreachId::to_string),
        cell(&fault.place.part),
        line,
        row,
        cell(&fault.code),
        cell(&fault.what),
        cell(&fault.outreach),
    ];
    write!(out, "{}\r\n", cells.join(","))
}

/// A text as a cell: quoted if need be, and never a formula, whatever spreadsheet opens it.
fn cell(text: &str) -> String {
    let is_formula = text
        .trim_start_matches(' ')
        .starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let text = if is_formula {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains([',', ';', '"', '\r', '\n', '\t']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{
        engine::look::testing::{Past, id},
        model::{Part, Place},
    };

    fn fault(fate: Fate, prospect: Option<u64>, line: u64, code: &str, what: &str) -> RecordFault {
        RecordFault {
            fate,
            prospect: prospect.map(id),
            place: if line == 0 {
                Place::gone()
            } else {
                Part::of_lines("a.csv").place(line)
            },
            code: code.to_owned(),
            what: what.to_owned(),
            outreach: String::new(),
        }
    }

    #[test]
    fn faults_are_grouped_by_cause_and_most_records_come_first() {
        let past = Past::new();
        let number = past.fail(&[
            fault(Fate::Excluded, None, 2, "x", "first"),
            fault(Fate::Failed, Some(3), 3, "y", "second"),
            fault(Fate::Failed, Some(4), 4, "y", "third"),
            fault(Fate::Failed, Some(5), 5, "x", "fourth"),
        ]);
        let detail = run(&past.dir, &past.settings, number).expect("it can be read");
        assert_eq!(detail.run.id, number);
        let groups: Vec<_> = detail
            .groups
            .iter()
            .map(|group| (group.fate, &*group.code, &*group.what, group.records.len()))
            .collect();
        assert_eq!(
            groups,
            [
                (Fate::Failed, "y", "second", 2),
                (Fate::Excluded, "x", "first", 1),
                (Fate::Failed, "x", "fourth", 1)
            ]
        );
    }

    #[test]
    fn of_many_records_the_first_are_kept_all_are_counted_and_all_are_exported() {
        let past = Past::new();
        let lines = 2..2 + 3 * MOST_RECORDS as u64;
        let faults: Vec<_> = lines
            .map(|line| fault(Fate::Excluded, None, line, "x", "no id"))
            .collect();
        let number = past.fail(&faults);
        let detail = run(&past.dir, &past.settings, number).expect("it can be read");
        let group = &detail.groups[0];
        assert_eq!(group.n_records, faults.len() as u64);
        assert_eq!(group.records[..], faults[..MOST_RECORDS]);
        let path = past.home().join("out.csv");
        assert_eq!(
            export_faults(&past.dir, &past.settings, number, &path),
            Ok(faults.len() as u64)
        );
        let text = fs::read_to_string(&path).expect("it is there");
        assert_eq!(text.lines().count(), faults.len() + 1);
    }

    #[test]
    fn a_run_that_is_not_there_is_a_problem() {
        let past = Past::new();
        let path = past.home().join("out.csv");
        for _ in ["no state", "a state without the run"] {
            let problem = run(&past.dir, &past.settings, RunId::new(9)).expect_err("no run");
            assert_eq!(problem.code, "run_unknown");
            let export = export_faults(&past.dir, &past.settings, RunId::new(9), &path);
            assert_eq!(
                export.map_err(|problem| problem.code),
                Err("run_unknown".to_owned())
            );
            past.store();
        }
        assert!(!path.exists());
    }

    #[test]
    fn the_exported_table_is_whole_and_holds_no_formula() {
        let past = Past::new();
        let refused = RecordFault {
            outreach: "=HYPERLINK(\"http://x\"), a".to_owned(),
            ..fault(Fate::Failed, Some(7), 0, "y", "-1, two\nlines")
        };
        let of_table = RecordFault {
            place: Part::of_rows("b.parquet").place(12),
            ..fault(Fate::Excluded, Some(8), 0, "z", "no status")
        };
        let faults = [
            fault(Fate::Excluded, None, 2, "x", "no id"),
            refused,
            of_table,
        ];
        let number = past.fail(&faults);
        let path = past.home().join("out.csv");
        fs::write(&path, "older").expect("it can be written");
        assert_eq!(
            export_faults(&past.dir, &past.settings, number, &path),
            Ok(3)
        );
        let text = fs::read_to_string(&path).expect("it is there");
        assert_eq!(
            text,
            "\u{feff}outcome,prospect,file,line,row,code,what is wrong,Outreach says\r\n\
             excluded,,a.csv,2,,x,no id,\r\n\
             failed,7,,,,y,\"'-1, two\nlines\",\"'=HYPERLINK(\"\"http://x\"\"), a\"\r\n\
             excluded,8,b.parquet,,12,z,no status,\r\n"
        );
    }

    #[test]
    fn a_file_that_cannot_be_written_is_named() {
        let past = Past::new();
        let number = past.fail(&[]);
        let path = past.home().join("gone").join("out.csv");
        let problem =
            export_faults(&past.dir, &past.settings, number, &path).expect_err("no folder");
        assert_eq!(problem.code, "file_not_written");
        assert!(problem.what.contains("out.csv"), "{problem}");
    }

    #[test]
    fn whatever_begins_a_formula_is_text() {
        for text in ["=1", "+1", "-1", "@x", "\tx", "\r=1", "\n=1", " =1"] {
            assert!(
                cell(text).trim_start_matches('"').starts_with('\''),
                "{text:?}"
            );
        }
        assert_eq!(cell("a-b=c"), "a-b=c");
    }
}
