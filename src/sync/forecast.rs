//! What a delivery would take, before anything is sent.

use super::route::{READ_BACK_A_REQUEST, Route, RouteSettings};
use crate::{
    model::{Delivery, OutreachId, Target, secs_of_items},
    outreach::asks,
};

/// Requests that submit a batch and let it begin.
const ORDERS_A_BATCH: u64 = 2;

/// Looks at a batch until it is over, as far as experience goes.
const LOOKS_A_BATCH: u64 = 2;

/// A request and its answer, when as many are under way as may be.
const SECS_A_REQUEST: f64 = 0.03;

/// What a delivery would take at most: what Outreach turns out to hold already costs less.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize)]
pub struct Forecast {
    /// Requests that write one prospect each.
    pub patch: u64,
    /// Requests that order a batch or let one begin.
    pub bulk: u64,
    /// Requests that read many prospects, before writing and after batches.
    pub read: u64,
    /// Requests that ask how far a batch is.
    pub poll: u64,
    /// Batch items, of which an organisation has some millions a day.
    pub items: u64,
    /// Prospects that have to wait until there are batch items for them again.
    pub waiting: u64,
    /// Seconds under the budget, and until the batch items are there.
    pub secs: u64,
    /// The share of the yearly allowance, from 0; `None` if nobody has said what it is.
    pub year_share: Option<f64>,
}

/// What a forecast depends on besides the changes.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Terms {
    /// What the person has chosen.
    pub delivery: Delivery,
    /// What routing depends on; its requests an hour are those that may be used.
    pub route: RouteSettings,
    /// Requests of this hour that may still be used, if that is known.
    pub left_in_hour: Option<u64>,
    /// Requests a year that the plan allows.
    pub yearly_allowance: Option<u64>,
}

impl Forecast {
    pub(super) fn new(
        route: &Route,
        unknown: &[OutreachId],
        fields: &[Target],
        terms: &Terms,
    ) -> Self {
        let n_batches = route.groups.len() as u64;
        let is_read_first = terms.delivery.read_first && unknown.len() >= super::WORTH_A_LOOK;
        let n_first = if is_read_first {
            asks(unknown, fields).len() as u64
        } else {
            0
        };
        let mut forecast = Self {
            patch: route.patches.len() as u64,
            bulk: n_batches * ORDERS_A_BATCH,
            read: n_first + route.in_batches().div_ceil(READ_BACK_A_REQUEST),
            poll: n_batches * LOOKS_A_BATCH,
            items: route.n_items(),
            waiting: route.waiting.len() as u64,
            secs: 0,
            year_share: None,
        };
        forecast.secs = forecast.secs(terms) + secs_of_items(route.items_wanted);
        #[expect(
            clippy::cast_precision_loss,
            reason = "a share is shown with a few digits"
        )]
        let share = |allowance: u64| forecast.total() as f64 / allowance.max(1) as f64;
        forecast.year_share = terms.yearly_allowance.map(share);
        forecast
    }

    /// All requests.
    pub fn total(&self) -> u64 {
        self.patch + self.bulk + self.read + self.poll
    }

    /// A window's requests go as fast as they can; the next ones wait for the next window.
    fn secs(&self, terms: &Terms) -> u64 {
        const HOUR: u64 = 3600;
        let per_hour = terms.route.requests_per_hour.max(1);
        let now = terms.left_in_hour.unwrap_or(per_hour);
        let later = self.total().saturating_sub(now);
        let waits = later.div_ceil(per_hour) * HOUR;
        let in_last = match later % per_hour {
            0 => self.total().min(per_hour),
            rest => rest,
        };
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a forecast is no exact number"
        )]
        let sending = (in_last as f64 * SECS_A_REQUEST).ceil() as u64;
        waits + sending
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::route::Group;

    fn route(n_patches: u64, n_in_batch: u64) -> Route {
        let ids = |n: u64| (1..=n).filter_map(OutreachId::new).collect::<Vec<_>>();
        let group = Group {
            fields: crate::model::FieldSet::new(),
            prospects: ids(n_in_batch),
        };
        Route {
            groups: (n_in_batch > 0).then_some(group).into_iter().collect(),
            patches: ids(n_patches),
            ..Route::default()
        }
    }

    #[test]
    fn each_kind_of_request_is_counted_by_itself() {
        let unknown: Vec<_> = (1..=2_500).filter_map(OutreachId::new).collect();
        let terms = Terms {
            yearly_allowance: Some(250_000),
            ..Terms::default()
        };
        let forecast = Forecast::new(&route(50, 1_800), &unknown, &[], &terms);
        assert_eq!(
            (forecast.patch, forecast.bulk, forecast.read, forecast.poll),
            (50, 2, 5, 2)
        );
        assert_eq!((forecast.items, forecast.secs), (1_800, 2));
        assert_eq!(forecast.year_share, Some(59.0 / 250_000.0));
    }

    #[test]
    fn what_waits_for_batch_items_takes_the_time_until_they_are_back() {
        let waiting = Route {
            waiting: route(2_000, 0).patches,
            items_wanted: 50_000,
            ..route(0, 0)
        };
        let forecast = Forecast::new(&waiting, &[], &[], &Terms::default());
        assert_eq!(
            (forecast.waiting, forecast.secs, forecast.total()),
            (2_000, 864, 0)
        );
    }

    #[test]
    fn more_than_an_hours_requests_wait_for_the_next_hour() {
        let of = |n, left_in_hour| {
            let terms = Terms {
                left_in_hour,
                ..Terms::default()
            };
            Forecast::new(&route(n, 0), &[], &[], &terms).secs
        };
        assert_eq!(of(10_000, None), 300);
        assert_eq!(of(10_001, None), 3_601);
        assert_eq!(of(20_000, None), 3_600 + 300);
        assert_eq!(of(100, Some(0)), 3_600 + 3);
    }
}
