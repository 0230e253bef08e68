//! The last days of the demo's company: real runs against the sandbox, dated back.

use std::{
    fs,
    path::{Path, PathBuf},
};

use jiff::{SignedDuration, Timestamp};

use super::{
    company::{NEXT, REGIONS, Region, read_only},
    valid,
};
use crate::{
    cli::{Failure, hooks},
    engine::{Engine, Report, snapshot::AlertItem, today},
    model::{Alert, Cause, RunStatus},
    sandbox::{Adjustments, Sandbox},
    store::{DataDir, Kept, Settings, Store},
};

/// How much of what is excluded is worth an alert.
const SKIPPED_SHARE: f64 = 0.01;

/// What has been seen is older than this.
const SEEN: SignedDuration = SignedDuration::from_hours(9);

/// Where and as whom the company's destinations write.
pub(in crate::cli) struct Past<'a> {
    pub(in crate::cli) dir: &'a DataDir,
    pub(in crate::cli) sandbox: &'a Sandbox,
    pub(in crate::cli) account: &'a str,
    /// Where the exports are.
    pub(in crate::cli) exports: &'a Path,
    pub(in crate::cli) now: Timestamp,
}

/// A run that is to be, and how long ago it was.
struct Due<'a> {
    region: &'a Region,
    /// How many there were before it.
    n: usize,
    ago: SignedDuration,
}

impl Past<'_> {
    /// Stores the destinations, and syncs them as often as the last days' exports would have asked for it. What the
    /// exports say today is left to whoever looks at them next.
    pub(in crate::cli) async fn play(&self, engine: &mut Engine) -> Result<(), Failure> {
        fs::create_dir_all(self.exports)?;
        let hooks = hooks(|_| {});
        let mut alerts = vec![];
        for region in &REGIONS {
            let settings = self.set_up(region)?;
            for due in region.past() {
                if due.n as u64 == region.first_faulty_day() {
                    self.sandbox.adjust(Adjustments {
                        read_only: Some(read_only()),
                        ..Adjustments::default()
                    });
                }
                fs::write(self.file(region), region.export(self.sandbox, due.n as u64))?;
                let run = engine.sync_because(region.name, Cause::SourceChanged, &hooks);
                let report = run.await.map_err(Failure::usage)?;
                self.date_back(&settings, &due)?;
                alerts.extend(report.and_then(|report| self.alert(&settings, &report, due.ago)));
            }
        }
        self.tell(alerts)?;
        fs::write(self.file(&NEXT), NEXT.export(self.sandbox, 4))?;
        for region in REGIONS.iter().filter(|region| region.is_enabled) {
            let today = region.export(self.sandbox, region.runs.len() as u64);
            fs::write(self.file(region), today)?;
        }
        Ok(())
    }

    /// The export for a destination that is still to be set up.
    pub(in crate::cli) fn sample(&self) -> PathBuf {
        self.file(&NEXT)
    }

    fn file(&self, region: &Region) -> PathBuf {
        self.exports.join(region.file)
    }

    fn set_up(&self, region: &Region) -> Result<Settings, Failure> {
        let address = self.sandbox.address();
        let json = region.settings(self.account, &address, self.exports, today(self.now));
        let destination = valid(&json.to_string())?;
        let settings = self.dir.write_destination(destination)?;
        // What an earlier demo remembers is of another sandbox.
        self.dir.forget_state(&settings)?;
        Ok(settings)
    }

    /// Moves all there is by the time from this run to the next, so that in the end each is as long ago as it should be.
    fn date_back(&self, settings: &Settings, due: &Due<'_>) -> Result<(), Failure> {
        let next = due
            .region
            .runs
            .get(due.n + 1)
            .copied()
            .map_or(SignedDuration::ZERO, hours);
        let mut store = Store::open(&self.dir.state(settings))?;
        Ok(store.date_back(due.ago - next)?)
    }

    /// What the run would have told, had a window been open.
    fn alert(
        &self,
        settings: &Settings,
        report: &Report,
        ago: SignedDuration,
    ) -> Option<AlertItem> {
        let received = report.figures.received();
        #[expect(clippy::cast_precision_loss, reason = "a share of a few hundred")]
        let is_much = report.figures.excluded as f64 > SKIPPED_SHARE * received as f64;
        let kind = if matches!(report.status, RunStatus::Partial | RunStatus::Failed) {
            Alert::RunFailure
        } else if is_much {
            Alert::SkippedRateExceeded
        } else {
            return None;
        };
        Some(AlertItem {
            id: 0,
            at: self.now.checked_sub(ago).ok()?,
            kind,
            about: settings.destination.name.clone(),
            slug: Some(settings.slug.clone()),
            run: report.run,
            problem: report.problem.clone(),
            is_read: ago > SEEN,
        })
    }

    fn tell(&self, mut alerts: Vec<AlertItem>) -> Result<(), Failure> {
        alerts.sort_by_key(|alert| alert.at);
        for (id, alert) in (1_u64..).zip(&mut alerts) {
            alert.id = id;
        }
        alerts.reverse();
        Ok(self.dir.write_kept(Kept::Alerts, &alerts)?)
    }
}

impl Region {
    fn past(&self) -> impl Iterator<Item = Due<'_>> {
        let runs = self.runs.iter().enumerate();
        runs.map(|(n, ago)| Due {
            region: self,
            n,
            ago: hours(*ago),
        })
    }
}

fn hours(n: f64) -> SignedDuration {
    SignedDuration::from_secs_f64(n * 3_600.0)
}
