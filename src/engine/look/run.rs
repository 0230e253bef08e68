//! One run with the records that it did not write, on screen or as a table in a file.

use std::{
    collections::HashMap,
    fs,
    io::{self, BufWriter, Write as _},
    path::Path,
    sync::Arc,
};

use super::open;
use crate::{
    engine::{
        problem::{export_problem, run_unknown},
        snapshot::{FaultGroup, RunDetail},
        store_problem,
    },
    model::{Fate, OutreachId, Problem, RecordFault, RunId},
    store::{DataDir, Settings, Store},
};

/// A run with its faults by cause, those of most records first.
///
/// # Errors
/// If the state cannot be read or knows no such run.
pub fn run(dir: &DataDir, settings: &Settings, run: RunId) -> Result<RunDetail, Problem> {
    let store = open(dir, settings)?.ok_or_else(|| unknown(settings, run))?;
    let runs = store.runs(u32::MAX).map_err(|e| store_problem(&e))?;
    let found = runs.into_iter().find(|known| known.id == run);
    let faults = store.faults(run).map_err(|e| store_problem(&e))?;
    Ok(RunDetail {
        run: found.ok_or_else(|| unknown(settings, run))?,
        groups: groups(faults),
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
    let faults = read_faults(open(dir, settings)?, run)?.ok_or_else(|| unknown(settings, run))?;
    write_table(path, &faults).map_err(|e| export_problem(path, &e))?;
    Ok(faults.len() as u64)
}

fn read_faults(store: Option<Store>, run: RunId) -> Result<Option<Vec<RecordFault>>, Problem> {
    let Some(store) = store else {
        return Ok(None);
    };
    let read = || Ok((store.has_run(run)?, store.faults(run)?));
    let (is_known, faults) = read().map_err(|e| store_problem(&e))?;
    Ok(is_known.then_some(faults))
}

fn unknown(settings: &Settings, run: RunId) -> Problem {
    run_unknown(&settings.destination.name, run)
}

fn groups(faults: Vec<RecordFault>) -> Vec<FaultGroup> {
    let mut places: HashMap<(bool, String), usize> = HashMap::new();
    let mut groups: Vec<Vec<RecordFault>> = vec![];
    for fault in faults {
        let cause = (fault.fate == Fate::Failed, fault.code.clone());
        let place = *places.entry(cause).or_insert_with(|| {
            groups.push(vec![]);
            groups.len() - 1
        });
        if let Some(group) = groups.get_mut(place) {
            group.push(fault);
        }
    }
    groups.sort_by_key(|records| std::cmp::Reverse(records.len()));
    groups.into_iter().filter_map(group).collect()
}

fn group(records: Vec<RecordFault>) -> Option<FaultGroup> {
    let first = records.first()?.clone();
    Some(FaultGroup {
        fate: first.fate,
        code: first.code,
        what: first.what,
        outreach: first.outreach,
        records: Arc::new(records),
    })
}

const HEADER: [&str; 7] = [
    "outcome",
    "prospect",
    "file",
    "line",
    "code",
    "what is wrong",
    "Outreach says",
];

/// Writes beside the file and puts it in its place when it is whole.
fn write_table(path: &Path, faults: &[RecordFault]) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let file = tempfile::NamedTempFile::new_in(folder.unwrap_or_else(|| Path::new(".")))?;
    let mut out = BufWriter::new(&file);
    // Without the mark, spreadsheets take UTF-8 for something else.
    write!(out, "\u{feff}{}\r\n", HEADER.join(","))?;
    for fault in faults {
        let cells = [
            fault.fate.to_string(),
            fault
                .prospect
                .as_ref()
                .map_or_else(String::new, OutreachId::to_string),
            cell(&fault.file),
            if fault.line == 0 {
                String::new()
            } else {
                fault.line.to_string()
            },
            cell(&fault.code),
            cell(&fault.what),
            cell(&fault.outreach),
        ];
        write!(out, "{}\r\n", cells.join(","))?;
    }
    out.flush()?;
    drop(out);
    file.as_file().sync_all()?;
    // A file that is a link stays one.
    let path = fs::canonicalize(path).unwrap_or_else(|_not_there| path.to_owned());
    file.persist(path)?;
    Ok(())
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
    use super::*;
    use crate::engine::look::testing::{Past, id};

    fn fault(fate: Fate, prospect: Option<u64>, line: u64, code: &str, what: &str) -> RecordFault {
        RecordFault {
            fate,
            prospect: prospect.map(id),
            file: if line == 0 {
                String::new()
            } else {
                "a.csv".to_owned()
            },
            line,
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
        let number = past.fail(&[fault(Fate::Excluded, None, 2, "x", "no id"), refused]);
        let path = past.home().join("out.csv");
        fs::write(&path, "older").expect("it can be written");
        assert_eq!(
            export_faults(&past.dir, &past.settings, number, &path),
            Ok(2)
        );
        let text = fs::read_to_string(&path).expect("it is there");
        assert_eq!(
            text,
            "\u{feff}outcome,prospect,file,line,code,what is wrong,Outreach says\r\n\
             excluded,,a.csv,2,x,no id,\r\n\
             failed,7,,,y,\"'-1, two\nlines\",\"'=HYPERLINK(\"\"http://x\"\"), a\"\r\n"
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
