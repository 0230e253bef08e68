//! Errors put for people: the one place where they get their words.

use std::{collections::BTreeMap, fmt::Write as _, io, path::Path};

use super::{auth_problem, kind::kind_words, state_words::state_problem};
use crate::{
    model::{Account, AudienceId, Contents, Destination, Overlap, Problem, RunId},
    outreach::{self, Consequence},
    source, store,
    sync::{self, TooMany},
};

/// What ended a run, in words.
pub fn problem_of(error: &sync::Error, destination: &Destination) -> Problem {
    match error {
        sync::Error::Source(e) => source_problem(e),
        sync::Error::Store(e) => {
            state_problem(e, Some(&destination.name)).unwrap_or_else(|| store_problem(e))
        }
        sync::Error::Outreach(e) => outreach_problem(e, &destination.account),
        sync::Error::NoToken => Problem::new(
            "sign_in_needed",
            format!(
                "There is no sign-in for the account \"{}\".",
                destination.account.name
            ),
            format!(
                "Run `audience-sync account connect --name \"{}\"` to sign in, or put an access token into {}; the planned changes are kept.",
                destination.account.name,
                crate::auth::ACCESS_TOKEN_VARIABLE
            ),
        ),
        sync::Error::Auth(e) => auth_problem(e, &destination.account.name),
        sync::Error::OtherAddress { address } => other_address_problem(address, destination),
        sync::Error::TokenElsewhere { address } => token_elsewhere_problem(address),
        sync::Error::SharedFields(overlaps) => shared_fields_problem(overlaps, destination),
        sync::Error::SameRefusal { code, times } => Problem::new(
            "same_refusal",
            format!(
                "Outreach refused {times} prospects in a row with {code}, so the run was stopped."
            ),
            "Ask your Outreach administrator whether the connected user may edit these prospects; the next run sends all of them again.",
        ),
        sync::Error::KindInDoubt {
            audience,
            contents,
            says_status,
        } => kind_problem(destination, audience, *contents, *says_status),
        sync::Error::SnapshotEmpty => empty_problem(destination),
        sync::Error::TooManyExits { too_many, audience } => {
            guard_problem(too_many, audience.as_ref(), destination)
        }
        sync::Error::Asked => Problem::new(
            "stopped",
            "The run was stopped before it was done.",
            "Nothing is lost: what is still pending waits in the outbox, and the next start goes on with it.",
        ),
        sync::Error::Reader => Problem::new(
            "reader_failed",
            "The source could not be read because a part of this program failed.",
            "Run again; if it happens again, report it together with the kind of file the source has.",
        ),
    }
}

fn other_address_problem(address: &str, destination: &Destination) -> Problem {
    Problem::new(
        "account_address_differs",
        format!(
            "The destination sends to {}, and the account \"{}\" signs in at {address}, so nothing was sent.",
            destination.account.api_address, destination.account.name
        ),
        "Give the destination the address of the account, or an account of its own; a sign-in is never sent to another address.",
    )
}

fn token_elsewhere_problem(address: &str) -> Problem {
    Problem::new(
        "token_elsewhere",
        format!(
            "The access token in {} is not for {address}, which the destination sends to, so nothing was sent.",
            crate::auth::ACCESS_TOKEN_VARIABLE
        ),
        format!(
            "If it is, name that address in {}; if it is not, correct the destination's account.",
            crate::auth::ACCESS_TOKEN_ADDRESS_VARIABLE
        ),
    )
}

fn empty_problem(destination: &Destination) -> Problem {
    Problem::new(
        "snapshot_empty",
        format!(
            "The source {} holds no profiles at all, so nothing was sent.",
            destination.source.name()
        ),
        "A full snapshot without profiles would take everyone out of every audience. Check the export; if the files hold only changes, set \"contents\" to \"incremental\".",
    )
}

/// What nobody foresaw.
pub(super) fn internal() -> Problem {
    Problem::new(
        "internal",
        "A part of this program failed.",
        "Nothing is lost: what was not confirmed is sent by the next run. If it happens again, report it.",
    )
}

/// Other destinations of the account write fields that this one writes.
pub fn shared_fields_problem(overlaps: &[Overlap], destination: &Destination) -> Problem {
    let mut by_other: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for overlap in overlaps {
        let fields = by_other.entry(&overlap.other).or_default();
        fields.push(overlap.field.to_string());
    }
    let others: Vec<_> = by_other
        .iter()
        .map(|(other, fields)| format!("{} by \"{other}\"", fields.join(", ")))
        .collect();
    Problem::new(
        "shared_fields",
        format!(
            "Fields that \"{}\" writes are also written by other destinations of the account \"{}\", so nothing was sent: {}.",
            destination.name,
            destination.account.name,
            others.join("; ")
        ),
        "Each would undo what the other writes. Choose another field or Mapping ID in one of the two, or disable one of them.",
    )
}

/// What is wrong on disk, in words.
pub fn store_problem(error: &store::Error) -> Problem {
    let said = chain(error);
    if error.is_locked() {
        return Problem::new(
            "data_folder_in_use",
            format!("Another Audience Sync is working: {said}."),
            "Stop the other one, or use another folder with --data-dir.",
        );
    }
    if error.is_settings() {
        return Problem::new(
            "settings_invalid",
            format!("The settings are not valid: {said}."),
            "Correct the file, or import it again.",
        );
    }
    if let Some(problem) = state_problem(error, None).or_else(|| disk_problem(error, &said)) {
        return problem;
    }
    if error.is_corrupt() {
        return Problem::new(
            "state_damaged",
            format!("The state file is damaged: {said}."),
            "Run the destination: nothing is sent on its basis, the file is set aside, and the run says what a rebuild takes.",
        );
    }
    match error {
        store::Error::Copied { path, original } => Problem::new(
            "data_folder_copied",
            format!(
                "The data folder {} is a copy of {}, which is still there, so nothing is sent from the copy.",
                path.display(),
                original.display()
            ),
            "Work with the first one: two that send would undo each other's work. If the copy is to take its place, rename or delete the first one, then start again.",
        ),
        store::Error::Newer { .. } => Problem::new(
            "state_newer",
            format!("The state was written by a later version: {said}."),
            "Use that version of Audience Sync, or a later one.",
        ),
        store::Error::NoHome => Problem::new(
            "no_data_folder",
            format!("There is nowhere to keep data: {said}."),
            "Name a folder with --data-dir.",
        ),
        store::Error::File { .. }
        | store::Error::Database { .. }
        | store::Error::StateLost { .. }
        | store::Error::Locked { .. }
        | store::Error::Settings { .. } => Problem::new(
            "state_unusable",
            format!("The data folder cannot be used: {said}."),
            "Check that the folder may be read and written, then run again.",
        ),
    }
}

/// The disk is full, may not be written to, or does not work.
fn disk_problem(error: &store::Error, said: &str) -> Option<Problem> {
    if error.is_disk_full() {
        let free = error.free_bytes().map(|bytes| {
            let kib = bytes / 1024;
            if kib < 10_240 {
                format!(" {kib} KiB are free there.")
            } else {
                format!(" {} MiB are free there.", kib / 1024)
            }
        });
        return Some(Problem::new(
            "disk_full",
            format!(
                "There is no room left on the disk to write {said}.{}",
                free.unwrap_or_default()
            ),
            "Make room on that disk, then run again; nothing that was confirmed is lost, and what waits is sent then.",
        ));
    }
    if error.is_read_only() {
        return Some(Problem::new(
            "read_only",
            format!("The data folder may not be written to: {said}."),
            "Allow you and this program to write there, or name another folder with --data-dir, then run again; nothing that was confirmed is lost, and what waits is sent then.",
        ));
    }
    error.is_disk_failure().then(|| {
        Problem::new(
            "disk_failed",
            format!("The disk did not do what it was asked: {said}."),
            "Check the disk and its connection, then run again; nothing that was confirmed is lost, and what waits is sent then.",
        )
    })
}

fn source_problem(error: &source::Error) -> Problem {
    Problem::new(
        error.code(),
        format!(
            "The source cannot be used, so nothing was sent: {}.",
            chain(error)
        ),
        error.next_step(),
    )
}

/// What is wrong with a source that somebody looks at, in words.
pub(super) fn source_look_problem(error: &source::Error) -> Problem {
    Problem::new(
        error.code(),
        format!("The source cannot be used: {}.", chain(error)),
        error.next_step(),
    )
}

/// Why a file that somebody asked for was not written, in words.
pub(super) fn export_problem(path: &Path, error: &io::Error) -> Problem {
    Problem::new(
        "file_not_written",
        format!("The file {} could not be written: {error}.", path.display()),
        "Choose another folder, or make room and allow writing there. A file that was there before is as it was.",
    )
}

/// Somebody asked for a run that is not in the state.
pub(super) fn run_unknown(destination: &str, run: RunId) -> Problem {
    Problem::new(
        "run_unknown",
        format!("The destination \"{destination}\" has no run {run}."),
        "Choose one of the runs that are listed.",
    )
}

fn outreach_problem(error: &outreach::Error, account: &Account) -> Problem {
    let cause = error.no_token().map(|none| &*none.cause);
    if let Some(cause) = cause.and_then(|cause| cause.downcast_ref()) {
        return auth_problem(cause, &account.name);
    }
    if let outreach::Error::AllowanceSpent { limit, allowance } = error {
        return Problem::new(
            "yearly_allowance_spent",
            format!(
                "Account \"{}\" has sent the {limit} requests that it may send in a year (the plan allows {allowance}), so sending has stopped.",
                account.name
            ),
            "The changes that wait are kept. Raise budget.stop_at_percent or budget.yearly_allowance of the account in accounts.json, or wait until older requests are more than a year back.",
        );
    }
    let address = &account.api_address;
    let mut what = match error.consequence() {
        Consequence::SignInNeeded => "Outreach no longer accepts the sign-in.".to_owned(),
        Consequence::Unreachable | Consequence::Retry | Consequence::WaitUntil(_) => {
            format!(
                "Outreach at {address} could not be reached: {}.",
                chain(error)
            )
        }
        Consequence::StopRun | Consequence::FailRecord => format!(
            "Outreach at {address} does not take these requests: {}.",
            chain(error)
        ),
    };
    if !error.words().is_empty() {
        // Writing to a String cannot fail.
        write!(what, " It says: {}", error.words()).unwrap_or_default();
    }
    let next_step = match error.consequence() {
        Consequence::SignInNeeded => {
            "Connect the account again with `audience-sync account connect`; the changes that wait are kept and sent afterwards."
        }
        Consequence::StopRun if error.status() == Some(403) => {
            "Connect the account again with the scope that is named; the changes that wait are kept."
        }
        Consequence::StopRun | Consequence::FailRecord => {
            "Check the account's API address in the destination's settings; the changes that wait are kept."
        }
        Consequence::Unreachable | Consequence::Retry | Consequence::WaitUntil(_) => {
            "Check the network; the changes that wait are kept and sent by the next run."
        }
    };
    Problem::new(&error.code(), what, next_step)
}

fn guard_problem(
    too_many: &TooMany,
    audience: Option<&AudienceId>,
    destination: &Destination,
) -> Problem {
    let TooMany {
        leaving, members, ..
    } = *too_many;
    let named = |id: &AudienceId| {
        let audience = destination.audiences.iter().find(|known| known.id == *id);
        audience.map(|audience| format!("the audience \"{}\"", audience.name))
    };
    let of = audience
        .and_then(named)
        .unwrap_or_else(|| "all audiences together".to_owned());
    let share = destination.guard.max_exit_share * 100.0;
    Problem::new(
        "too_many_exits",
        format!(
            "The snapshot would take {leaving} of {members} members out of {of}, more than {share:.0} %, so nothing was sent."
        ),
        "Look first: `audience-sync sync --dry-run` shows who would leave. Compare the number with the audience in Adobe Experience Platform, and check that the export is whole and of the kind that is set. Only if so many have really left, let it through once with \"max_exit_share\" under \"guard\" in the destination's settings.",
    )
}

/// Files that look like another kind of export.
fn kind_problem(
    destination: &Destination,
    audience: &AudienceId,
    contents: Contents,
    says_status: bool,
) -> Problem {
    let known = destination
        .audiences
        .iter()
        .find(|known| known.id == *audience);
    let name = known.map_or(audience.as_str(), |known| &known.name);
    let seen = if says_status {
        "have a column now that says who is a member, which they had not before"
    } else {
        "no longer have a column that says who is a member"
    };
    Problem::new(
        "kind_in_doubt",
        format!(
            "The files of \"{name}\" {seen}, so they may be another kind of export, and nothing was sent. They are taken for {}.",
            kind_words(contents)
        ),
        format!(
            "If each file names everyone in the audience, run `audience-sync destination kind \"{0}\" full`: whoever is missing leaves. If the files hold what has changed since the last one, run `audience-sync destination kind \"{0}\" changes`: nobody leaves for being missing.",
            destination.name
        ),
    )
}

/// An error with its causes, each after a colon.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.contains(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::model::AudienceId;

    /// What the sample shares with two others.
    fn overlaps() -> Vec<Overlap> {
        let other = |name: &str, from: usize| {
            let mut other = sample();
            name.clone_into(&mut other.name);
            other.mapping.drain(1..from);
            other.audiences.truncate(1);
            other
        };
        let (first, second) = (other("Partners", 5), other("Customers", 3));
        crate::model::overlaps(&sample(), [&first, &second])
    }

    fn sample() -> Destination {
        Destination::from_json(include_str!("../../assets/demo/destination.json"))
            .expect("it is valid")
    }

    /// Everything that can end a run.
    fn one_of_each() -> Vec<sync::Error> {
        let too_many = |audience| sync::Error::TooManyExits {
            too_many: TooMany {
                audience,
                leaving: 40,
                members: 100,
            },
            audience: audience.map(|_| AudienceId::new("7841ba61-23c1-4bb3-a495-00d3b5fe1a01")),
        };
        let mut all: Vec<sync::Error> = vec![];
        all.extend(
            source::Error::one_of_each()
                .into_iter()
                .map(sync::Error::from),
        );
        all.extend(
            store::Error::one_of_each()
                .into_iter()
                .map(sync::Error::from),
        );
        all.extend(
            outreach::Error::one_of_each()
                .into_iter()
                .map(sync::Error::Outreach),
        );
        all.extend([
            sync::Error::NoToken,
            sync::Error::SharedFields(overlaps()),
            sync::Error::SameRefusal {
                code: "unauthorizedRequest".to_owned(),
                times: 20,
            },
            sync::Error::KindInDoubt {
                audience: AudienceId::new("7841ba61-23c1-4bb3-a495-00d3b5fe1a01"),
                contents: Contents::FullSnapshot,
                says_status: false,
            },
            sync::Error::SnapshotEmpty,
            too_many(None),
            too_many(Some(0)),
            sync::Error::Asked,
            sync::Error::Reader,
        ]);
        all
    }

    #[test]
    fn every_text_is_as_it_was_read_last() {
        let destination = sample();
        let mut texts = String::new();
        for error in one_of_each() {
            let Problem {
                code,
                what,
                next_step,
            } = problem_of(&error, &destination);
            writeln!(
                texts,
                "{code} [{:?}]\n  {what}\n  {next_step}\n",
                error.hindrance()
            )
            .expect("a text grows");
        }
        insta::assert_snapshot!(texts);
    }

    #[test]
    fn what_a_look_cannot_do_is_made_of_sentences() {
        let gone = io::Error::from(io::ErrorKind::NotFound);
        let mut all = vec![
            export_problem(Path::new("out/faults.csv"), &gone),
            run_unknown("Sample audiences", RunId::new(9)),
        ];
        all.extend(source::Error::one_of_each().iter().map(source_look_problem));
        for problem in all {
            for text in [&problem.what, &problem.next_step] {
                assert!(text.starts_with(char::is_uppercase), "{problem}");
                assert!(text.ends_with('.') && !text.contains(".."), "{problem}");
            }
        }
    }

    #[test]
    fn every_text_is_made_of_sentences() {
        let destination = sample();
        for error in one_of_each() {
            let Problem {
                code,
                what,
                next_step,
            } = problem_of(&error, &destination);
            for text in [what, next_step] {
                assert!(
                    text.starts_with(char::is_uppercase) || text.starts_with(['"', '`']),
                    "{code}: {text}"
                );
                assert!(text.ends_with('.'), "{code}: {text}");
                assert!(
                    !text.contains("..") && !text.contains(": :"),
                    "{code}: {text}"
                );
            }
        }
    }
}
