//! `status`: the destinations and their last runs.

use std::{fmt::Write as _, path::PathBuf};

use jiff::Timestamp;
use serde::Serialize;

use super::{Exit, Failure, args::StatusArgs, open_dir, output, text};
use crate::{
    auth,
    engine::{look, store_problem},
    model::{
        Account, AccountSettings, Cause, Figures, Problem, Requests, Run, RunId, RunStatus, utc_day,
    },
    store::{DataDir, Error, Settings},
};

/// Shows every destination with its last run; another process may be at work meanwhile.
pub(super) fn run(data_dir: Option<PathBuf>, options: StatusArgs) -> Result<Exit, Failure> {
    let dir = open_dir(data_dir)?;
    let (rows, broken) = read(&dir)?;
    if options.json {
        output::json(&serde_json::json!({ "destinations": rows, "broken_settings": broken }))?;
    } else if rows.is_empty() && broken.is_empty() {
        output::result(
            "There is no destination yet; `audience-sync destination import FILE` adds one.\n",
        )?;
    } else {
        for row in &rows {
            output::result(&row.to_text())?;
        }
        for problem in &broken {
            output::result(&text::problem(problem))?;
        }
    }
    Ok(if broken.is_empty() {
        Exit::Well
    } else {
        Exit::Usage
    })
}

/// The destinations, and what is wrong with settings that cannot be used.
fn read(dir: &DataDir) -> Result<(Vec<Row>, Vec<Problem>), Error> {
    let is_worked_on = dir.is_worked_on()?;
    let accounts = dir.read_accounts()?;
    let has_token = auth::access_token_from_environment().is_some();
    let sign_in_of = |name: &str| {
        let mut all = accounts.iter();
        let account = all.find(|account| account.name.eq_ignore_ascii_case(name.trim()));
        (!has_token).then(|| SignIn::of(account, Timestamp::now()))
    };
    let (all, broken) = dir.read_valid_destinations()?;
    let rows: Result<_, Error> = all
        .into_iter()
        .map(|settings| {
            let sign_in = sign_in_of(&settings.destination.account.name);
            Row::read(dir, settings, sign_in, is_worked_on)
        })
        .collect();
    Ok((rows?, broken.iter().map(store_problem).collect()))
}

/// One destination as it stands.
#[derive(Debug, Serialize)]
struct Row {
    name: String,
    enabled: bool,
    account: String,
    /// `None` if a token in the environment is used in its place.
    sign_in: Option<SignIn>,
    source: String,
    audiences: usize,
    budget: Budget,
    /// Changes that wait in the outbox.
    waiting: u64,
    last_run: Option<LastRun>,
    /// Why the state cannot be read; nothing is known of runs then.
    problem: Option<Problem>,
}

/// How an account is signed in.
#[derive(Debug, Serialize)]
struct SignIn {
    signed_in: bool,
    until: Option<Timestamp>,
    expires_soon: bool,
}

/// What is known of the account's requests.
#[derive(Debug, Serialize)]
struct Budget {
    /// Requests that a window allows.
    limit: Option<u64>,
    /// Requests left in the window, while it lasts.
    left: Option<u64>,
    /// When the window ends.
    until: Option<Timestamp>,
    /// Requests sent in the last 365 days.
    used_in_year: u64,
    /// Requests that the plan allows in a year, if somebody has said.
    yearly_allowance: Option<u64>,
}

impl Budget {
    fn read(dir: &DataDir, account: &Account) -> Result<Self, Error> {
        let now = Timestamp::now();
        let note = dir.read_budget(account);
        let settings = dir.find_account(&account.name)?;
        let left = note.left_at(now);
        Ok(Self {
            limit: note.limit,
            left,
            until: note.ends.filter(|_| left.is_some()),
            used_in_year: note.used_in_year(utc_day(now)),
            yearly_allowance: settings.and_then(|account| account.budget.yearly_allowance),
        })
    }

    fn to_text(&self) -> String {
        let now = match (self.left, self.limit, self.until) {
            (Some(left), Some(limit), Some(until)) => format!(
                "{} of {} requests left until {}; ",
                text::count(left),
                text::count(limit),
                local(until)
            ),
            _ => String::new(),
        };
        let year = text::counted(self.used_in_year, "request", "requests");
        match self.yearly_allowance {
            Some(allowance) => {
                format!("{now}{year} of {} in a year", text::count(allowance))
            }
            None => format!("{now}{year} in a year"),
        }
    }
}

#[derive(Debug, Serialize)]
struct LastRun {
    run: RunId,
    cause: Cause,
    status: RunStatus,
    started: Timestamp,
    ended: Option<Timestamp>,
    profiles_received: u64,
    figures: Figures,
    requests: Requests,
    problem: Option<Problem>,
}

impl Row {
    fn read(
        dir: &DataDir,
        settings: Settings,
        sign_in: Option<SignIn>,
        is_worked_on: bool,
    ) -> Result<Self, Error> {
        let (last, problem) = match look::activity(dir, &settings) {
            Ok(activity) => (activity, None),
            Err(problem) => (look::Activity::default(), Some(problem)),
        };
        let waiting = last.n_waiting;
        let last_run = last.runs.into_iter().next().map(|run| {
            if is_worked_on {
                run
            } else {
                run.without_worker()
            }
        });
        let destination = settings.destination;
        Ok(Self {
            budget: Budget::read(dir, &destination.account)?,
            name: destination.name,
            enabled: destination.enabled,
            account: destination.account.name,
            sign_in,
            source: destination.source.name(),
            audiences: destination.audiences.len(),
            waiting,
            last_run: last_run.map(LastRun::from),
            problem,
        })
    }

    fn to_text(&self) -> String {
        let mut text = format!(
            "{} ({}), account {}, {}\n  source {}\n",
            self.name,
            if self.enabled { "enabled" } else { "disabled" },
            self.account,
            text::counted(self.audiences as u64, "audience", "audiences"),
            self.source
        );
        if let Some(sign_in) = &self.sign_in {
            text.push_str(&sign_in.to_text(&self.account));
        }
        if let Some(problem) = &self.problem {
            writeln!(text, "  {}\n  {}", problem.what, problem.next_step).unwrap_or_default();
        }
        match &self.last_run {
            None if self.problem.is_some() => {}
            None => text.push_str("  never run\n"),
            Some(last) => {
                writeln!(
                    text,
                    "  run {} {}, started {}",
                    last.run,
                    text::status(last.status),
                    local(last.started)
                )
                .unwrap_or_default();
                writeln!(
                    text,
                    "  {}; {}",
                    text::sum(&last.figures),
                    text::requests(&last.requests)
                )
                .unwrap_or_default();
                if let Some(problem) = &last.problem {
                    writeln!(text, "  {}\n  {}", problem.what, problem.next_step)
                        .unwrap_or_default();
                }
            }
        }
        if self.budget.used_in_year > 0 {
            writeln!(text, "  budget {}", self.budget.to_text()).unwrap_or_default();
        }
        if self.waiting > 0 {
            writeln!(
                text,
                "  {} in the outbox",
                text::counted(self.waiting, "change waits", "changes wait")
            )
            .unwrap_or_default();
        }
        text
    }
}

impl SignIn {
    fn of(account: Option<&AccountSettings>, now: Timestamp) -> Self {
        let until = account.and_then(|account| account.signed_in_until);
        Self {
            signed_in: until.is_some_and(|until| now < until),
            until,
            expires_soon: account.is_some_and(|account| account.expires_soon(now)),
        }
    }

    /// A line if a person should do something.
    fn to_text(&self, account: &str) -> String {
        match self.until {
            None => format!(
                "  nobody is signed in with the account \"{account}\"; `audience-sync account connect --name \"{account}\"` signs in\n"
            ),
            Some(until) if !self.signed_in => format!(
                "  the sign-in of the account \"{account}\" ended on {}; `audience-sync account connect --name \"{account}\"` signs in again\n",
                local(until)
            ),
            Some(until) if self.expires_soon => format!(
                "  the sign-in of the account \"{account}\" ends soon, on {}; a run until then renews it\n",
                local(until)
            ),
            Some(_) => String::new(),
        }
    }
}

impl From<Run> for LastRun {
    fn from(run: Run) -> Self {
        Self {
            run: run.id,
            cause: run.cause,
            status: run.status,
            started: run.started,
            ended: run.ended,
            profiles_received: run.figures.received(),
            figures: run.figures,
            requests: run.requests,
            problem: run.problem,
        }
    }
}

/// An instant where the person is, to the minute.
pub(super) fn local(instant: Timestamp) -> String {
    instant
        .to_zoned_datetime(jiff::tz::TimeZone::system())
        .strftime("%Y-%m-%d %H:%M")
        .to_string()
}
