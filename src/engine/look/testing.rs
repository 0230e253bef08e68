//! A destination with a past: a data folder in which runs have been confirmed, refused and left waiting.

use jiff::Timestamp;
use tempfile::TempDir;

use crate::{
    model::{
        Cause, Change, Destination, Digest, FieldSet, FieldValue, Figures, FileSource, OutreachId,
        Part, RecordFault, Requests, Run, RunId, RunStatus, Target,
    },
    store::{Answer, DataDir, Settings, Store, Verdict},
};

/// What is written to a prospect.
pub(in crate::engine) type Fields<'a> = &'a [(&'a str, FieldValue<'a>)];

pub(in crate::engine) const IN: FieldValue<'static> = FieldValue::Text("realized");
pub(in crate::engine) const OUT: FieldValue<'static> = FieldValue::Text("exited");

pub(in crate::engine) struct Past {
    home: TempDir,
    pub(in crate::engine) dir: DataDir,
    pub(in crate::engine) settings: Settings,
}

pub(in crate::engine) fn id(number: u64) -> OutreachId {
    OutreachId::new(number).expect("it is positive")
}

pub(in crate::engine) fn instant(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("it is in range")
}

impl Past {
    /// The sample destination, whose audiences are in `custom1` to `custom3`, before its first run.
    pub(in crate::engine) fn new() -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        let dir = DataDir::open(Some(home.path().join("data"))).expect("a data folder");
        let mut destination =
            Destination::from_json(include_str!("../../../assets/demo/destination.json"))
                .expect("it is valid");
        destination.source = FileSource::at(home.path().join("profiles.csv")).into();
        let settings = dir
            .write_destination(destination)
            .expect("it can be stored");
        Self {
            home,
            dir,
            settings,
        }
    }

    /// Run 1 at 100 s: 1 and 2 become gold, 3 a webinar attendee; run 2 at 200 s: 2 is no longer gold. A change of 1
    /// and one of 4 wait.
    pub(in crate::engine) fn usual() -> Self {
        let past = Self::new();
        let ada = FieldValue::Text("Ada");
        let lovelace = FieldValue::Text("Lovelace");
        past.confirm(
            100,
            &[
                (
                    1,
                    &[("custom1", IN), ("firstName", ada), ("lastName", lovelace)],
                ),
                (
                    2,
                    &[("custom1", IN), ("firstName", FieldValue::Text("Åsa"))],
                ),
                (3, &[("custom2", IN)]),
            ],
        );
        past.confirm(200, &[(2, &[("custom1", OUT)])]);
        past.leave(&[
            (1, &[("custom1", OUT)]),
            (4, &[("firstName", FieldValue::Text("Bo"))]),
        ]);
        past
    }

    pub(in crate::engine) fn home(&self) -> &std::path::Path {
        self.home.path()
    }

    pub(in crate::engine) fn store(&self) -> Store {
        Store::open(&self.dir.state(&self.settings)).expect("the state can be opened")
    }

    /// A run at this second whose changes are all confirmed.
    pub(in crate::engine) fn confirm(&self, second: i64, changes: &[(u64, Fields<'_>)]) -> RunId {
        let mut store = self.store();
        let run = store
            .begin_run(Cause::Manual, instant(second))
            .expect("it can be written");
        let answers: Vec<_> = changes
            .iter()
            .map(|(prospect, fields)| Answer {
                change: change(*prospect, fields),
                verdict: Verdict::Confirmed,
            })
            .collect();
        let (figures, requests) = (Figures::default(), Requests::default());
        store
            .settle(run, &answers, &figures, &requests, instant(second))
            .expect("it can be written");
        end(&mut store, run, second);
        run
    }

    /// A run at second 300 that stores these faults.
    pub(in crate::engine) fn fail(&self, faults: &[RecordFault]) -> RunId {
        let mut store = self.store();
        let run = store
            .begin_run(Cause::SourceChanged, instant(300))
            .expect("it can be written");
        let mut planning = store.begin_planning(run).expect("it can be written");
        for fault in faults {
            planning.put_fault(fault).expect("it can be written");
        }
        planning
            .commit(&Figures::default(), &[])
            .expect("it can be written");
        end(&mut store, run, 300);
        run
    }

    /// Changes that wait, of a run that is older than all.
    pub(in crate::engine) fn leave(&self, changes: &[(u64, Fields<'_>)]) {
        let mut store = self.store();
        let mut planning = store
            .begin_planning(RunId::new(1))
            .expect("it can be written");
        for (prospect, fields) in changes {
            let change = change(*prospect, fields);
            planning.put(&change, false).expect("it can be written");
        }
        planning
            .commit(&Figures::default(), &[])
            .expect("it can be written");
    }
}

fn change(prospect: u64, fields: Fields<'_>) -> Change {
    let fields: FieldSet = fields
        .iter()
        .map(|(name, value)| (Target::parse(name).expect(name), *value))
        .collect();
    Change {
        prospect: id(prospect),
        fields,
        digest: Digest(prospect),
        place: Part::of_lines("profiles.csv").place(prospect + 1),
    }
}

fn end(store: &mut Store, id: RunId, second: i64) {
    let run = Run {
        id,
        cause: Cause::Manual,
        status: RunStatus::Completed,
        started: instant(second),
        ended: Some(instant(second)),
        figures: Figures::default(),
        requests: Requests::default(),
        problem: None,
    };
    store.end_run(&run).expect("it can be written");
}
