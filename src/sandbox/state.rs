//! What the sandbox holds: fixed tables beside one locked world that requests change.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::watch;

use super::{
    Error, Settings,
    answer::Refusal,
    batch::{Batches, Manners, Quota},
    budget::{Budget, Remaining, RetryAfter},
    clock::Clock,
    fault::Faults,
    log::Log,
    oauth::{Minting, OAuth},
    prospects::{Applied, Prospects, Write},
    schema::Schema,
    users::Users,
};

/// What all requests share.
pub(super) struct Shared {
    pub(super) schema: Schema,
    pub(super) users: Users,
    pub(super) address: SocketAddr,
    world: Mutex<World>,
    stopped: watch::Receiver<bool>,
}

/// Everything that can change.
pub(super) struct World {
    pub(super) clock: Clock,
    pub(super) budget: Budget,
    pub(super) faults: Faults,
    pub(super) log: Log,
    pub(super) prospects: Prospects,
    pub(super) batches: Batches,
    pub(super) quota: Quota,
    pub(super) options: Options,
    pub(super) oauth: OAuth,
}

/// What the control route can set.
#[derive(Clone, Debug)]
pub(super) struct Options {
    pub(super) latency: Duration,
    pub(super) retry_after: RetryAfter,
    pub(super) remaining: Remaining,
    pub(super) read_only: BTreeSet<u32>,
    /// What each user may not write besides.
    pub(super) user_read_only: BTreeMap<u64, BTreeSet<u32>>,
    pub(super) content_type_on_get: bool,
    pub(super) refuse_unchanged_emails: bool,
    /// Pages of prospects larger than this are too heavy for the gateway.
    pub(super) heaviest_page: usize,
    pub(super) minting: Minting,
    pub(super) batches: Manners,
}

impl Shared {
    pub(super) fn new(
        settings: Settings,
        address: SocketAddr,
        stopped: watch::Receiver<bool>,
    ) -> Result<Self, Error> {
        let users = Users::load()?;
        let oauth = OAuth::new(settings.apps, settings.log_capacity);
        let clock = Clock::start(settings.begins, settings.time, settings.request_time);
        let world = World {
            quota: Quota::new(settings.batch_items_per_day, clock.now()),
            clock,
            batches: Batches::default(),
            budget: Budget::new(settings.limit, settings.window),
            faults: Faults::default(),
            log: Log::new(settings.log_capacity),
            prospects: Prospects::seeded(settings.prospects, users.len()),
            options: Options {
                latency: settings.latency,
                retry_after: settings.retry_after,
                remaining: settings.remaining,
                read_only: settings.read_only,
                user_read_only: users
                    .samples()
                    .into_iter()
                    .map(|user| (user.id, user.read_only))
                    .collect(),
                content_type_on_get: settings.content_type_on_get,
                refuse_unchanged_emails: settings.refuse_unchanged_emails,
                heaviest_page: settings.heaviest_page,
                minting: Minting {
                    access_life: settings.access_token_life,
                    refresh_life: settings.refresh_token_life,
                    interval: settings.mint_interval,
                    old_refresh_token: settings.old_refresh_token,
                },
                batches: Manners {
                    offer: settings.batches,
                    pending: settings.batch_pending,
                    processing: settings.batch_processing,
                    payload: settings.batch_payload,
                    item_data: settings.batch_item_data,
                    count_above: settings.batch_count_above,
                },
            },
            oauth: oauth.map_err(|complaint| Error::App { complaint })?,
        };
        Ok(Self {
            schema: Schema::load()?,
            users,
            address,
            world: Mutex::new(world),
            stopped,
        })
    }

    /// The world as it is by now: what batches were due to do is done.
    ///
    /// A request that panicked leaves the world readable: nothing in it is half done for long.
    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        world.move_batches_on(&self.schema);
        world
    }

    /// Waits as long as an answer is to be late, but not beyond the sandbox's end.
    pub(super) async fn pause(&self, delay: Duration) {
        if delay.is_zero() {
            return;
        }
        let mut stopped = self.stopped.clone();
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            _ = stopped.wait_for(|stopped| *stopped) => {}
        }
    }
}

impl World {
    /// What a user sees but may not write.
    pub(super) fn read_only_for(&self, user: u64) -> BTreeSet<u32> {
        let own = self.options.user_read_only.get(&user);
        let all = &self.options.read_only;
        all.iter()
            .chain(own.into_iter().flatten())
            .copied()
            .collect()
    }

    /// Applies and counts a write; `None` for an unknown prospect.
    pub(super) fn write(
        &mut self,
        schema: &Schema,
        id: u32,
        write: &Write,
        user: u64,
        now: Timestamp,
    ) -> Option<Applied> {
        let applied = self.prospects.apply(schema, id, write, user, now)?;
        let counters = &mut self.log.counters;
        counters.writes += 1;
        counters.repeated_writes += u64::from(applied.repeated);
        counters.unchanged_writes += u64::from(!applied.changed);
        Some(applied)
    }

    /// Applies and counts a write of a batch to a known prospect.
    pub(super) fn write_in_batch(
        &mut self,
        schema: &Schema,
        id: u32,
        write: &Write,
        (user, fingerprint): (u64, u64),
        now: Timestamp,
    ) {
        let prospects = &mut self.prospects;
        let Some(applied) = prospects.apply_marked(schema, id, write, fingerprint, user, now)
        else {
            return;
        };
        let counters = &mut self.log.counters;
        counters.batch_writes += 1;
        counters.repeated_batch_writes += u64::from(applied.repeated);
        counters.unchanged_batch_writes += u64::from(!applied.changed);
    }

    /// One prospect per address, and, if so set, no address sent that was there already.
    pub(super) fn check_emails(
        &self,
        schema: &Schema,
        id: u32,
        write: &Write,
    ) -> Result<(), Refusal> {
        let sent = schema
            .field("emails")
            .and_then(|field| write.values.get(&field));
        let Some(Value::Array(emails)) = sent else {
            return Ok(());
        };
        for email in emails.iter().filter_map(Value::as_str) {
            match self.prospects.owner_of(schema, email) {
                Some(owner) if owner != id => {
                    return Err(Refusal::invalid(
                        "/data",
                        "Contacts email hash has already been taken.",
                    ));
                }
                Some(_) if self.options.refuse_unchanged_emails => {
                    return Err(Refusal::duplicate("/data"));
                }
                Some(_) | None => {}
            }
        }
        Ok(())
    }
}
