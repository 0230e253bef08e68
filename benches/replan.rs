//! Our side of the side-by-side: plans a million profiles against the stored state.
//!
//! usage: `replan load FOLDER` plans `before.csv` into a fresh `FOLDER/state.db`;
//! `replan confirm FOLDER` settles that plan as if Outreach had confirmed all of it;
//! `replan run FOLDER` plans `after.csv` against the state and prints the figures.

use std::{env, fs, path::Path, sync::Arc, time::Duration};

use anyhow::Context as _;
use audience_sync::{
    model::{Cause, Destination, Figures, Requests},
    source::{self, Known, Tether},
    store::{Answer, Store, Verdict},
    sync::{Hooks, Order, Rules, prepare},
};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::watch;

const ATTRIBUTES: [(&str, &str); 8] = [
    ("workEmail.address", "custom20"),
    ("person.name.firstName", "firstName"),
    ("person.name.lastName", "lastName"),
    ("extendedWorkDetails.jobTitle", "title"),
    ("b2b.companyName", "company"),
    ("workPhone.number", "custom21"),
    ("loyalty.points", "custom22"),
    ("_repo.modifyDate", "custom23"),
];

fn main() -> anyhow::Result<()> {
    let args: Vec<_> = env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let [verb, folder] = args.as_slice() else {
        // `cargo bench` and `cargo test --benches` call every bench without arguments.
        return Ok(());
    };
    let folder = Path::new(folder);
    let path = folder.join("state.db");
    match verb.as_str() {
        "load" => {
            for ending in ["db", "db-wal", "db-shm"] {
                fs::remove_file(path.with_extension(ending)).or_else(|e| {
                    if e.kind() == std::io::ErrorKind::NotFound {
                        Ok(())
                    } else {
                        Err(e)
                    }
                })?;
            }
            plan(&mut Store::open(&path)?, folder, "before.csv")
        }
        "confirm" => confirm(&mut Store::open(&path)?),
        "run" => plan(&mut Store::open(&path)?, folder, "after.csv"),
        other => anyhow::bail!("{other} is none of load, confirm, run"),
    }
}

fn plan(store: &mut Store, folder: &Path, file: &str) -> anyhow::Result<()> {
    let destination = destination(folder, file)?;
    let source = source::open(&destination.source, &Known::default(), &Tether::default())?;
    let rules = Rules::new(
        &destination,
        source.kinds(),
        jiff::civil::date(2026, 6, 1),
        Timestamp::now(),
    );
    let order = Order {
        source: Arc::new(source),
        rules: Arc::new(rules),
        max_exit_share: 0.3,
        tether: Tether::default(),
        patience: Duration::from_mins(1),
    };
    let (_send, stop) = watch::channel(false);
    let hooks = Hooks {
        stop,
        progress: Arc::new(|_| ()),
    };
    let run = store.begin_run(Cause::Manual, Timestamp::now())?;
    let plan = prepare(store, run, &order, &hooks)?;
    say(&format!("{:?} changes {}\n", plan.figures, plan.n_changes))
}

fn confirm(store: &mut Store) -> anyhow::Result<()> {
    let run = store.runs(1)?.first().context("nothing was loaded")?.id;
    loop {
        let changes = store.outbox_after(None, 50_000)?;
        if changes.is_empty() {
            return Ok(());
        }
        let answers: Vec<_> = changes
            .into_iter()
            .map(|change| Answer {
                change,
                verdict: Verdict::Confirmed,
            })
            .collect();
        store.settle(
            run,
            &answers,
            &Figures::default(),
            &Requests::default(),
            Timestamp::now(),
        )?;
    }
}

fn destination(folder: &Path, file: &str) -> anyhow::Result<Destination> {
    let truth: Value = serde_json::from_str(&fs::read_to_string(folder.join("truth.json"))?)?;
    let audiences = truth
        .get("audiences")
        .and_then(Value::as_array)
        .context("truth.json names no audiences")?;
    let mut mapping = vec![json!({ "source": "Oid", "target": "OutreachId" })];
    mapping.extend(
        ATTRIBUTES
            .iter()
            .map(|(source, target)| json!({ "source": source, "target": target })),
    );
    let schedule: Vec<_> = audiences
        .iter()
        .enumerate()
        .map(|(i, id)| json!({ "id": id, "name": format!("Audience {i}"), "mapping_id": i + 1, "start": "2026-01-01" }))
        .collect();
    let settings = json!({
        "name": "bench",
        "account": { "name": "bench" },
        "source": { "path": folder.join(file), "contents": "full_snapshot" },
        "mapping": mapping,
        "audiences": schedule,
    });
    Destination::from_json(&settings.to_string()).map_err(|faults| anyhow::anyhow!("{faults:?}"))
}

fn say(text: &str) -> anyhow::Result<()> {
    use std::io::Write as _;
    Ok(std::io::stdout().write_all(text.as_bytes())?)
}
