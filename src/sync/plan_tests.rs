//! What holds of every plan, whatever the rows and whatever was known before.

use std::{collections::BTreeMap, convert::Infallible};

use jiff::civil::date;
use proptest::prelude::*;
use serde_json::json;

use super::{Before, Desk, Plan, Planner, Rules, Wishes};
use crate::{
    model::{
        Change, Contents, Destination, Digest, FieldSet, FieldValue, Known, OutreachId, Part,
        Place, RecordFault, Target,
    },
    source::{Batch, Kinds},
    store::LedgerEntry,
};

/// Ledger and outbox in memory.
#[derive(Debug, Clone, Default, PartialEq)]
struct Memory {
    ledger: BTreeMap<OutreachId, (Digest, FieldSet)>,
    outbox: BTreeMap<OutreachId, Change>,
    replaced: BTreeMap<OutreachId, Change>,
    faults: Vec<RecordFault>,
    n_usual_nameless: u64,
}

impl Memory {
    fn before(&self) -> Before {
        let entry = |(prospect, digest): (&OutreachId, Digest)| LedgerEntry {
            prospect: *prospect,
            digest,
        };
        Before {
            ledger: self
                .ledger
                .iter()
                .map(|(id, (digest, _))| entry((id, *digest)))
                .collect(),
            pending: self
                .outbox
                .iter()
                .map(|(id, change)| entry((id, change.digest)))
                .collect(),
            refused: vec![],
            n_usual_nameless: self.n_usual_nameless,
        }
    }

    fn plan(&mut self, rules: &Rules, rows: &[Row]) -> Plan {
        self.plan_file("profiles.csv", rules, rows)
    }

    fn plan_file(&mut self, file: &str, rules: &Rules, rows: &[Row]) -> Plan {
        self.replaced.clear();
        self.faults.clear();
        let before = self.before();
        let mut planner = Planner::new(rules, before, self, usize::MAX);
        let Ok(()) = planner.add(Wishes::of(rules, batch(file, rows)));
        let Ok(plan) = planner.finish(1.0);
        self.n_usual_nameless = plan.n_usual_nameless;
        plan
    }

    /// Outreach confirms these changes.
    fn confirm(&mut self, is_confirmed: impl Fn(OutreachId) -> bool) {
        let (confirmed, waiting) = std::mem::take(&mut self.outbox)
            .into_iter()
            .partition(|(id, _)| is_confirmed(*id));
        self.outbox = waiting;
        let confirmed: BTreeMap<OutreachId, Change> = confirmed;
        for (id, change) in confirmed {
            let (digest, fields) = self
                .ledger
                .entry(id)
                .or_insert((Digest(0), FieldSet::new()));
            *digest = change.digest;
            *fields = fields.merged(&change.fields);
        }
    }

    fn held(&self, id: OutreachId) -> FieldSet {
        self.ledger
            .get(&id)
            .map(|(_, fields)| fields.clone())
            .unwrap_or_default()
    }

    fn values(&self) -> BTreeMap<OutreachId, FieldSet> {
        self.ledger
            .iter()
            .map(|(id, (_, fields))| (*id, fields.clone()))
            .collect()
    }
}

impl Desk for Memory {
    type Error = Infallible;

    fn known(&self, prospect: OutreachId) -> Result<Known, Infallible> {
        let pending = self
            .outbox
            .get(&prospect)
            .map(|change| change.fields.clone())
            .unwrap_or_default();
        Ok(Known {
            ledger: self.held(prospect),
            pending,
        })
    }

    fn put(&mut self, change: &Change, replaces: bool) -> Result<(), Infallible> {
        let old = self.outbox.insert(change.prospect, change.clone());
        assert_eq!(old.is_some(), replaces, "a plan puts one change a prospect");
        self.replaced.extend(old.map(|old| (change.prospect, old)));
        Ok(())
    }

    fn withdraw(&mut self, prospect: OutreachId) -> Result<(), Infallible> {
        self.outbox
            .remove(&prospect)
            .expect("only what was put is withdrawn");
        self.outbox
            .extend(self.replaced.remove(&prospect).map(|old| (prospect, old)));
        Ok(())
    }

    fn settle(&mut self, prospect: OutreachId, digest: Digest) -> Result<(), Infallible> {
        if let Some(entry) = self.ledger.get_mut(&prospect) {
            entry.0 = digest;
        }
        Ok(())
    }

    fn put_fault(&mut self, fault: &RecordFault) -> Result<(), Infallible> {
        self.faults.push(fault.clone());
        Ok(())
    }

    fn refusal(&self, _prospect: OutreachId) -> Result<Option<RecordFault>, Infallible> {
        Ok(None)
    }

    fn count_members(&self, fields: &[Target], exited: &str) -> Result<Vec<u64>, Infallible> {
        let is_member = |held: &FieldSet, field| {
            held.get(field)
                .is_some_and(|value| value != FieldValue::Text(exited))
        };
        let count = |field: &Target| {
            self.ledger
                .values()
                .filter(|(_, held)| is_member(held, *field))
                .count() as u64
        };
        Ok(fields.iter().map(count).collect())
    }

    fn n_pending(&self) -> Result<u64, Infallible> {
        Ok(self.outbox.len() as u64)
    }
}

/// Id, first name, points, and the statuses of two audiences.
type Row = [&'static str; 5];

fn row() -> impl Strategy<Value = Row> {
    let id = prop::sample::select(vec!["1", "2", "3", "4", "5", "6", "7", "8", "", "x", "0"]);
    let name = prop::sample::select(vec!["", "Ada", "Grace"]);
    let points = prop::sample::select(vec!["", "10"]);
    let status =
        || prop::sample::select(vec!["", "realized", "Active", "exited", "expired", "maybe"]);
    (id, name, points, status(), status())
        .prop_map(|(id, name, points, a, b)| [id, name, points, a, b])
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec(row(), 0..12)
}

fn contents() -> impl Strategy<Value = Contents> {
    prop::sample::select(vec![Contents::FullSnapshot, Contents::Incremental])
}

fn batch(file: &str, rows: &[Row]) -> Batch {
    let mut batch = Batch::new(Part::of_lines(file), 5);
    for (line, row) in (2..).zip(rows) {
        batch.push(line, row.iter().map(|cell| Some(*cell)));
    }
    batch
}

fn rules(contents: Contents) -> Rules {
    let destination = json!({
        "name": "A",
        "account": { "name": "A" },
        "source": { "path": "profiles.csv" },
        "mapping": [
            { "source": "Oid", "target": "OutreachId" },
            { "source": "name", "target": "firstName" },
            { "source": "points", "target": "custom20", "when_empty": "clear" },
        ],
        "audiences": [
            { "id": "a", "name": "A", "mapping_id": 1, "start": "2026-01-01" },
            { "id": "b", "name": "B", "mapping_id": 150, "start": "2026-01-01" },
        ],
    });
    let destination = Destination::from_json(&destination.to_string()).expect("it is valid");
    Rules::new(
        &destination,
        &Kinds::from(contents),
        date(2026, 6, 1),
        jiff::Timestamp::UNIX_EPOCH,
    )
}

fn target(name: &str) -> Target {
    Target::parse(name).expect(name)
}

fn id(number: u64) -> OutreachId {
    OutreachId::new(number).expect("it is positive")
}

proptest! {
    #[test]
    fn a_confirmed_plan_leaves_nothing_to_plan(first in rows(), then in rows(), contents in contents()) {
        let rules = rules(contents);
        let mut memory = Memory::default();
        for rows in [first, then] {
            memory.plan(&rules, &rows);
            memory.confirm(|_| true);
            let settled = memory.clone();
            let again = memory.plan(&rules, &rows);
            prop_assert_eq!(again.n_changes, 0, "{:?}", &memory.outbox);
            prop_assert_eq!(again.figures.pending, 0);
            prop_assert_eq!(memory.values(), settled.values());
        }
    }

    #[test]
    fn the_order_of_rows_does_not_matter(first in rows(), (then, shuffled) in rows().prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())), contents in contents()) {
        let rules = rules(contents);
        let mut memory = Memory::default();
        memory.plan(&rules, &first);
        memory.confirm(|prospect| prospect.get() % 3 != 0);
        let mut other = memory.clone();
        let (plan, other_plan) = (memory.plan(&rules, &then), other.plan(&rules, &shuffled));
        prop_assert_eq!(plan.figures, other_plan.figures);
        prop_assert_eq!(plan.n_changes, other_plan.n_changes);
        let fields = |memory: &Memory| memory.outbox.values().map(|change| (change.prospect, change.fields.clone())).collect::<Vec<_>>();
        prop_assert_eq!(fields(&memory), fields(&other));
    }

    #[test]
    fn every_record_is_in_exactly_one_figure(first in rows(), then in rows(), contents in contents()) {
        let rules = rules(contents);
        let mut memory = Memory::default();
        memory.plan(&rules, &first);
        memory.confirm(|prospect| prospect.get() % 2 == 0);
        let plan = memory.plan_file("then.csv", &rules, &then);
        let n_sent = memory.outbox.values().filter(|change| &*change.place.part == "then.csv").count() as u64;
        prop_assert_eq!(plan.n_records, then.len() as u64);
        prop_assert_eq!(plan.n_records, plan.figures.unchanged + plan.figures.excluded + plan.figures.failed + n_sent);
        prop_assert_eq!(plan.figures.pending, memory.outbox.len() as u64);
        prop_assert_eq!(plan.figures.excluded, memory.faults.len() as u64);
    }

    #[test]
    fn only_members_are_written_as_exited_and_only_differences_are_written(first in rows(), then in rows(), contents in contents()) {
        let rules = rules(contents);
        let mut memory = Memory::default();
        memory.plan(&rules, &first);
        memory.confirm(|_| true);
        memory.plan(&rules, &then);
        for change in memory.outbox.values() {
            let held = memory.held(change.prospect);
            prop_assert!(!change.fields.is_empty());
            for (target, value) in &change.fields {
                prop_assert_ne!(held.get(target), Some(value), "{} of {}", target, change.prospect);
                if value == FieldValue::Text("exited") {
                    prop_assert_eq!(held.get(target), Some(FieldValue::Text("realized")));
                }
            }
        }
    }

    #[test]
    fn a_run_that_died_half_way_is_made_good_by_the_next(first in rows(), then in rows(), n_applied in 0_u64..9, contents in contents()) {
        let rules = rules(contents);
        let mut undisturbed = Memory::default();
        undisturbed.plan(&rules, &first);
        undisturbed.confirm(|_| true);
        let mut died = undisturbed.clone();
        undisturbed.plan(&rules, &then);
        undisturbed.confirm(|_| true);

        died.plan(&rules, &then);
        died.confirm(|prospect| prospect.get() <= n_applied);
        died.plan(&rules, &then);
        died.confirm(|_| true);
        prop_assert_eq!(died.values(), undisturbed.values());
    }
}

fn outbox_of(contents: Contents, rows_by_run: &[&[Row]]) -> Memory {
    let rules = rules(contents);
    let mut memory = Memory::default();
    let (last, earlier) = rows_by_run.split_last().expect("there is a run");
    for rows in earlier {
        memory.plan(&rules, rows);
        memory.confirm(|_| true);
    }
    memory.plan(&rules, last);
    memory
}

#[test]
fn a_member_that_is_gone_from_a_full_snapshot_leaves_its_audiences() {
    let rows: &[&[Row]] = &[
        &[
            ["1", "Ada", "", "realized", ""],
            ["2", "Grace", "", "", "realized"],
        ],
        &[["2", "Grace", "", "", "realized"]],
    ];
    let memory = outbox_of(Contents::FullSnapshot, rows);
    let expected: FieldSet = [(target("custom1"), FieldValue::Text("exited"))]
        .into_iter()
        .collect();
    assert_eq!(memory.outbox.len(), 1);
    assert_eq!(memory.outbox[&id(1)].fields, expected);
    assert!(outbox_of(Contents::Incremental, rows).outbox.is_empty());
}

#[test]
fn two_rows_that_disagree_are_both_excluded_and_the_earlier_change_waits_on() {
    let rules = rules(Contents::Incremental);
    let mut memory = Memory::default();
    memory.plan(&rules, &[["1", "Ada", "10", "", ""]]);
    let waiting = memory.outbox.clone();
    let plan = memory.plan(
        &rules,
        &[
            ["1", "Grace", "10", "", ""],
            ["1", "Ada", "", "", ""],
            ["1", "Grace", "10", "", ""],
        ],
    );
    assert_eq!(memory.outbox, waiting);
    assert_eq!(
        (plan.figures.excluded, plan.figures.pending, plan.n_changes),
        (3, 1, 0)
    );
    let codes: Vec<_> = memory
        .faults
        .iter()
        .map(|fault| (fault.code.as_str(), fault.place.at.number()))
        .collect();
    assert_eq!(
        codes,
        [
            ("outreach_id_conflict", 2),
            ("outreach_id_conflict", 3),
            ("outreach_id_conflict", 4)
        ]
    );
}

#[test]
fn a_change_in_doubt_is_written_over_even_with_the_value_the_ledger_holds() {
    let rules = rules(Contents::Incremental);
    let mut memory = Memory::default();
    memory.plan(&rules, &[["1", "Ada", "10", "", ""]]);
    memory.confirm(|_| true);
    memory.plan(&rules, &[["1", "Grace", "10", "", ""]]);
    memory.plan(&rules, &[["1", "Ada", "10", "", ""]]);
    let expected: FieldSet = [(target("firstName"), FieldValue::Text("Ada"))]
        .into_iter()
        .collect();
    assert_eq!(memory.outbox[&id(1)].fields, expected);
}

#[test]
fn a_record_nobody_can_read_protects_the_prospect_it_may_be() {
    let rules = rules(Contents::FullSnapshot);
    let mut memory = Memory::default();
    memory.plan(
        &rules,
        &[["1", "", "", "realized", ""], ["2", "", "", "realized", ""]],
    );
    memory.confirm(|_| true);
    let plan_with = |record: Option<&[u8]>| {
        let mut memory = memory.clone();
        let before = memory.before();
        let mut planner = Planner::new(&rules, before, &mut memory, 0);
        let mut batch = Batch::new(Part::of_lines("profiles.csv"), 5);
        batch.reject(2, "row_ragged", "it has 3 columns", record);
        let Ok(()) = planner.add(Wishes::of(&rules, batch));
        let Ok(_) = planner.finish(1.0);
        memory.outbox.keys().map(|id| id.get()).collect::<Vec<_>>()
    };
    assert_eq!(plan_with(Some(b"1,Ada,x")), [2]);
    assert_eq!(plan_with(None), [0; 0]);
}

#[test]
fn nobody_leaves_who_may_stand_in_a_record_that_hides_whose_it_is() {
    let members = |ids: &[&'static str]| -> Vec<Row> {
        ids.iter()
            .map(|id| [id, "Ada", "", "realized", ""])
            .collect()
    };
    let first = members(&["22", "23", "24", "25", "26"]);
    for (then, n_kept, leaves) in [
        // Rewritten ids tell whose they may be.
        (&["22", "23.0", "2.40E+01", "'25"] as &[_], 0, vec![26]),
        (&["22", "23.0", "2.40E+01", "'25", "26"], 0, vec![]),
        // A blank one is anybody's.
        (&["22", "23", "24", "25", ""], 1, vec![]),
        (&["22", "23", "24", "", "total"], 2, vec![]),
        // More are gone than it could be.
        (&["22", "23", "24", ""], 0, vec![25, 26]),
    ] {
        let rules = rules(Contents::FullSnapshot);
        let mut memory = Memory::default();
        memory.plan(&rules, &first);
        memory.confirm(|_| true);
        for _again in 0..2 {
            let plan = memory.plan(&rules, &members(then));
            assert_eq!(plan.n_kept, n_kept, "{then:?}");
            let left: Vec<_> = memory.outbox.keys().map(|id| id.get()).collect();
            assert_eq!(left, leaves, "{then:?}");
        }
    }
}

#[test]
fn records_without_an_id_that_were_always_there_hide_nobody() {
    let rules = rules(Contents::FullSnapshot);
    let mut memory = Memory::default();
    let row = |id| [id, "Ada", "", "realized", ""];
    memory.plan(&rules, &[row("1"), row("2"), row("")]);
    memory.confirm(|_| true);
    let plan = memory.plan(&rules, &[row("1"), row("")]);
    assert_eq!((plan.n_kept, memory.outbox.len()), (0, 1));
}

#[test]
fn records_are_named_by_what_their_part_counts() {
    let rules = rules(Contents::Incremental);
    let mut memory = Memory::default();
    let before = memory.before();
    let mut planner = Planner::new(&rules, before, &mut memory, 0);
    let rows = Part::of_rows("export.parquet");
    let lines = Part::of_lines("export.csv");
    let pages = Part::of_rows("a page");
    for (part, number, name) in [
        (&rows, 12, "Ada"),
        (&lines, 7, "Grace"),
        (&pages, 0, "Grace"),
    ] {
        let mut batch = Batch::new(part.clone(), 5);
        let cells = ["1", name, "", "", ""];
        batch.push(number, cells.map(Some));
        let Ok(()) = planner.add(Wishes::of(&rules, batch));
    }
    let Ok(_) = planner.finish(1.0);
    let told: Vec<_> = memory
        .faults
        .iter()
        .map(|fault| (fault.place.clone(), fault.what.as_str()))
        .collect();
    let other = |place: &str| {
        format!(
            "another row ({place}) has the same OutreachId and asks for something else; neither is sent"
        )
    };
    assert_eq!(
        told,
        [
            (rows.place(12), &*other("export.csv, line 7")),
            (lines.place(7), &*other("export.parquet, row 12")),
            (pages.place(0), &*other("export.parquet, row 12")),
        ]
    );
    assert!(memory.outbox.is_empty());
}

#[test]
fn the_place_of_a_profile_that_is_gone_is_in_no_part() {
    let rules = rules(Contents::FullSnapshot);
    let mut memory = Memory::default();
    let member = |id| [id, "", "", "realized", ""];
    memory.plan(&rules, &[member("1"), member("2")]);
    memory.confirm(|_| true);
    memory.plan(&rules, &[member("1")]);
    let places: Vec<_> = memory.outbox.values().map(|change| &change.place).collect();
    assert_eq!(places, [&Place::gone()]);
}
