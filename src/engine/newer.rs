//! Notices while a run goes on that its source has newer content, so that it does not have to wait for a long delivery.

use std::time::Duration;

use tokio::{
    sync::watch,
    task::{JoinSet, spawn_blocking},
    time::sleep,
};

use crate::{model::SourceSettings, source, store::Store, sync::planned_source};

/// How often the source is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Looks at a source until it is dropped.
pub(super) struct Newer {
    /// Turns true when the source has newer content, and the same at two looks: then nobody is writing it.
    pub(super) is_newer: watch::Receiver<bool>,
    _looking: JoinSet<()>,
}

impl Newer {
    /// Never newer.
    pub(super) fn never() -> Self {
        Self {
            is_newer: watch::channel(false).1,
            _looking: JoinSet::new(),
        }
    }

    /// Newer than what was planned last.
    pub(super) fn than_planned(store: &Store, source: &SourceSettings) -> Self {
        let Ok(Some(planned)) = planned_source(store) else {
            return Self::never();
        };
        let (tell, is_newer) = watch::channel(false);
        let source = source.clone();
        let mut looking = JoinSet::new();
        looking.spawn(async move {
            let mut last = planned.clone();
            loop {
                sleep(LOOK_EVERY).await;
                let source = source.clone();
                let look = spawn_blocking(move || {
                    let version = source::version(&source).ok()?;
                    Some(version.to_string())
                });
                let Ok(Some(found)) = look.await else {
                    continue;
                };
                if found != planned && found == last {
                    tell.send_replace(true);
                    return;
                }
                last = found;
            }
        });
        Self {
            is_newer,
            _looking: looking,
        }
    }
}
