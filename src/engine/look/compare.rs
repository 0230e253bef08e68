//! What Outreach holds of the prospects that a dry run would change.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::dry_run::text_of;
use crate::{
    engine::snapshot::{ChangeLine, DryRun},
    model::{OutreachId, Target},
    outreach::Client,
};

/// Reads what Outreach holds now wherever this program has never written, so that every change has its old value, and
/// leaves out what is no change then.
///
/// A prospect that is not there or is hidden from the user stays without one, and so do all if Outreach does not answer.
pub async fn with_old_values(mut run: DryRun, client: &Client) -> DryRun {
    let unknown = run.lines.iter().filter(|line| line.old.is_none());
    let (mut ids, mut fields): (Vec<OutreachId>, Vec<Target>) = unknown
        .filter_map(|line| Some((line.prospect, Target::parse(&line.field)?)))
        .unzip();
    ids.sort_unstable();
    ids.dedup();
    fields.sort_unstable();
    fields.dedup();
    let Ok(found) = client.prospects(&ids, &fields).await else {
        return run;
    };
    let held: BTreeMap<_, _> = found.into_iter().map(|it| (it.id, it.values)).collect();
    for line in Arc::make_mut(&mut run.lines) {
        if let (None, Some(held), Some(field)) = (
            &line.old,
            held.get(&line.prospect),
            Target::parse(&line.field),
        ) {
            line.old = Some(held.get(&field).map_or_else(String::new, text_of));
        }
    }
    leave_out_the_same(&mut run);
    run.is_compared = true;
    run
}

/// Where all changes are known, the prospects without any are counted as unchanged too.
fn leave_out_the_same(run: &mut DryRun) {
    let prospects = |lines: &[ChangeLine]| {
        lines
            .iter()
            .map(|line| line.prospect)
            .collect::<BTreeSet<_>>()
    };
    let before = (run.lines.len(), prospects(&run.lines).len());
    Arc::make_mut(&mut run.lines).retain(|line| line.old.as_ref() != Some(&line.new));
    run.n_same = (before.0 - run.lines.len()) as u64;
    if run.is_whole {
        let n_same = (before.1 - prospects(&run.lines).len()) as u64;
        let n_moved = n_same.min(run.figures.pending);
        run.figures.pending -= n_moved;
        run.figures.unchanged += n_moved;
    }
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;
    use crate::{
        engine::snapshot::Forecast,
        model::Figures,
        sandbox::{Sandbox, Settings},
    };

    fn line(prospect: u64, field: &str, old: Option<&str>) -> ChangeLine {
        ChangeLine {
            prospect: OutreachId::new(prospect).expect("it is positive"),
            field: field.to_owned(),
            label: None,
            old: old.map(str::to_owned),
            new: "new".to_owned(),
        }
    }

    fn run(lines: Vec<ChangeLine>) -> DryRun {
        DryRun {
            figures: Figures::default(),
            is_whole: true,
            n_same: 0,
            forecast: Forecast::default(),
            lines: Arc::new(lines),
            is_compared: false,
            problem: None,
        }
    }

    #[tokio::test]
    async fn what_was_never_written_is_read_and_what_is_known_is_left() {
        let sandbox = Sandbox::start(Settings::default())
            .await
            .expect("a sandbox");
        let client = Client::new(
            &sandbox.address(),
            SecretString::from(sandbox.issue_token()),
        )
        .expect("a client");
        let seeded = sandbox.prospect(2).expect("it is there");
        let lines = vec![
            line(2, "lastName", None),
            line(1, "firstName", Some("as the ledger has it")),
            line(2, "custom149", None),
            line(999_999_999, "lastName", None),
        ];
        let found = with_old_values(run(lines), &client).await;
        assert!(found.is_compared);
        let old: Vec<_> = found.lines.iter().map(|line| line.old.as_deref()).collect();
        assert_eq!(
            old,
            [
                seeded["lastName"].as_str(),
                Some("as the ledger has it"),
                Some(""),
                None
            ]
        );
    }

    #[tokio::test]
    async fn what_outreach_holds_already_is_no_change() {
        let sandbox = Sandbox::start(Settings::default())
            .await
            .expect("a sandbox");
        let client = Client::new(
            &sandbox.address(),
            SecretString::from(sandbox.issue_token()),
        )
        .expect("a client");
        let held = |prospect| {
            let seeded = sandbox.prospect(prospect).expect("it is there");
            seeded["lastName"].as_str().expect("a name").to_owned()
        };
        let same = |prospect: u32| ChangeLine {
            new: held(prospect),
            ..line(prospect.into(), "lastName", None)
        };
        let mut before = run(vec![same(2), same(3), line(3, "firstName", None)]);
        before.figures.pending = 2;
        let found = with_old_values(before.clone(), &client).await;
        let left: Vec<_> = found.lines.iter().map(|line| &*line.field).collect();
        assert_eq!((left, found.n_same), (vec!["firstName"], 2));
        assert_eq!((found.figures.pending, found.figures.unchanged), (1, 1));
        // Of the changes that were not kept nobody knows.
        before.is_whole = false;
        let found = with_old_values(before, &client).await;
        assert_eq!((found.figures.pending, found.figures.unchanged), (2, 0));
    }

    #[tokio::test]
    async fn without_an_answer_nothing_is_made_up() {
        let client = Client::new("http://127.0.0.1:1", SecretString::from("t"))
            .expect("a client")
            .with_retry(crate::outreach::RetryPolicy {
                attempts: 1,
                base: std::time::Duration::from_millis(1),
                cap: std::time::Duration::from_millis(1),
            });
        let before = run(vec![line(2, "lastName", None)]);
        let found = with_old_values(before.clone(), &client).await;
        assert_eq!(found, before);
    }
}
