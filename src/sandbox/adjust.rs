//! What can be set while the sandbox runs.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    batch::{BatchOffer, BatchPayload, Manners},
    budget::{Remaining, RetryAfter},
    clock::Passing,
    oauth::{Minting, OldRefreshToken},
    state::World,
};

/// Changes to a running sandbox; what is `None` stays as it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Adjustments {
    /// Requests per window.
    pub limit: Option<u32>,
    /// The length of windows that begin from now on.
    pub window_secs: Option<u64>,
    /// How late every answer is.
    pub latency_ms: Option<u64>,
    /// The spelling of `Retry-After`.
    pub retry_after: Option<RetryAfter>,
    /// The spelling of `X-RateLimit-Remaining`.
    pub remaining: Option<Remaining>,
    /// The prospects the user may not write, instead of those before.
    pub read_only: Option<BTreeSet<u32>>,
    /// Whether a `GET` needs the API's `Content-Type` as well.
    pub content_type_on_get: Option<bool>,
    /// Whether an address that the prospect has already is refused.
    pub refuse_unchanged_emails: Option<bool>,
    /// What single users may not write besides; users that are not named stay as they are.
    pub user_read_only: Option<BTreeMap<u64, BTreeSet<u32>>>,
    /// How long access tokens pass that are minted from now on.
    pub access_token_secs: Option<u64>,
    /// How long refresh tokens can be used that are minted from now on.
    pub refresh_token_secs: Option<u64>,
    /// The time between two mints for one user and app.
    pub mint_interval_secs: Option<u64>,
    /// What becomes of a refresh token that has been used.
    pub old_refresh_token: Option<OldRefreshToken>,
    /// Whether the org has bulk requests.
    pub batches: Option<BatchOffer>,
    /// How long batches are `pending` that are ordered from now on.
    pub batch_pending_ms: Option<u64>,
    /// How long batches are `processing` that are ordered from now on.
    pub batch_processing_ms: Option<u64>,
    /// What a batch's `payload` holds.
    pub batch_payload: Option<BatchPayload>,
    /// Whether the `data` of a batch's item tells which prospect it is about.
    pub batch_item_data: Option<bool>,
    /// The confirmation of a batch with more items than this must name their number.
    pub batch_count_above: Option<usize>,
    /// Items that the org may have in batches a day.
    pub batch_items_per_day: Option<u64>,
    /// Takes so many items from the day's, as people do who work in Outreach itself.
    pub use_batch_items: Option<u64>,
    /// Pages of prospects with more rows than this are answered with 502.
    pub heaviest_page: Option<usize>,
    /// How the sandbox's time passes.
    pub time: Option<Passing>,
    /// Milliseconds that each answered request adds to the sandbox's time.
    pub request_ms: Option<u64>,
    /// Moves the sandbox's time forward.
    pub advance_secs: Option<u64>,
    /// The same, in milliseconds.
    pub advance_ms: Option<u64>,
    /// Begins a new window with the next request.
    #[serde(default)]
    pub reset_window: bool,
}

impl World {
    pub(super) fn adjust(&mut self, adjustments: Adjustments) {
        let options = &mut self.options;
        set(&mut self.budget.limit, adjustments.limit);
        set(
            &mut self.budget.window,
            adjustments.window_secs.map(Duration::from_secs),
        );
        set(
            &mut options.latency,
            adjustments.latency_ms.map(Duration::from_millis),
        );
        set(&mut options.retry_after, adjustments.retry_after);
        set(&mut options.remaining, adjustments.remaining);

        set(
            &mut options.content_type_on_get,
            adjustments.content_type_on_get,
        );
        set(
            &mut options.refuse_unchanged_emails,
            adjustments.refuse_unchanged_emails,
        );
        options
            .user_read_only
            .extend(adjustments.user_read_only.clone().into_iter().flatten());
        set(&mut options.read_only, adjustments.read_only.clone());
        set(&mut options.heaviest_page, adjustments.heaviest_page);
        options.minting.adjust(&adjustments);
        options.batches.adjust(&adjustments);
        set(&mut self.quota.per_day, adjustments.batch_items_per_day);
        if let Some(items) = adjustments.use_batch_items {
            self.quota.use_up(items, self.clock.now());
        }
        if let Some(passing) = adjustments.time {
            self.clock.pass(passing);
        }
        set(&mut self.clock.request, millis(adjustments.request_ms));
        for by in [
            seconds(adjustments.advance_secs),
            millis(adjustments.advance_ms),
        ] {
            self.clock.advance(by.unwrap_or_default());
        }
        if adjustments.reset_window {
            self.budget.reset();
        }
    }

    pub(super) fn settings(&mut self) -> Value {
        let now = self.clock.now();
        self.budget.roll(now);
        json!({
            "limit": self.budget.limit,
            "remaining_requests": self.budget.remaining(),
            "window_secs": self.budget.window.as_secs(),
            "reset": self.budget.ends(now).as_second(),
            "time": now.to_string(),
            "latency_ms": self.options.latency.as_millis(),
            "retry_after": self.options.retry_after,
            "remaining": self.options.remaining,
            "read_only": self.options.read_only,
            "content_type_on_get": self.options.content_type_on_get,
            "refuse_unchanged_emails": self.options.refuse_unchanged_emails,
            "user_read_only": self.options.user_read_only,
            "access_token_secs": self.options.minting.access_life.as_secs(),
            "refresh_token_secs": self.options.minting.refresh_life.as_secs(),
            "mint_interval_secs": self.options.minting.interval.as_secs(),
            "old_refresh_token": self.options.minting.old_refresh_token,
            "heaviest_page": self.options.heaviest_page,
            "time_passes": self.clock.passing(),
            "request_ms": self.clock.request.as_millis(),
            "batches": self.options.batches.offer,
            "batch_pending_ms": self.options.batches.pending.as_millis(),
            "batch_processing_ms": self.options.batches.processing.as_millis(),
            "batch_payload": self.options.batches.payload,
            "batch_item_data": self.options.batches.item_data,
            "batch_count_above": self.options.batches.count_above,
            "batch_items_per_day": self.quota.per_day,
            "batch_items_left": self.quota.left(now),
        })
    }
}

impl Minting {
    fn adjust(&mut self, adjustments: &Adjustments) {
        set(
            &mut self.access_life,
            seconds(adjustments.access_token_secs),
        );
        set(
            &mut self.refresh_life,
            seconds(adjustments.refresh_token_secs),
        );
        set(&mut self.interval, seconds(adjustments.mint_interval_secs));
        set(&mut self.old_refresh_token, adjustments.old_refresh_token);
    }
}

impl Manners {
    fn adjust(&mut self, adjustments: &Adjustments) {
        set(&mut self.offer, adjustments.batches);
        set(&mut self.pending, millis(adjustments.batch_pending_ms));
        set(
            &mut self.processing,
            millis(adjustments.batch_processing_ms),
        );
        set(&mut self.payload, adjustments.batch_payload);
        set(&mut self.item_data, adjustments.batch_item_data);
        set(&mut self.count_above, adjustments.batch_count_above);
    }
}

fn seconds(seconds: Option<u64>) -> Option<Duration> {
    seconds.map(Duration::from_secs)
}

fn millis(millis: Option<u64>) -> Option<Duration> {
    millis.map(Duration::from_millis)
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}
