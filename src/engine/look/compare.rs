//! What Outreach holds of the prospects that a dry run would change.

use std::{collections::BTreeMap, sync::Arc};

use super::dry_run::text_of;
use crate::{
    engine::snapshot::DryRun,
    model::{OutreachId, Target},
    outreach::Client,
};

/// Reads what Outreach holds now wherever this program has never written, so that every change has its old value.
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
    run.is_compared = true;
    run
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;
    use crate::{
        engine::snapshot::{ChangeLine, Forecast},
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
            n_values: lines.len() as u64,
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
