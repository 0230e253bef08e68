//! `/batches`: taken, shown, confirmed and canceled.

use axum::http::{StatusCode, header};
use jiff::Timestamp;
use serde_json::json;

use super::{
    super::{
        answer::{Answer, Refusal},
        api::{Call, Visit},
        log::LoggedRequest,
        query::ActionQuery,
        state::{Shared, World},
    },
    Batch, BatchOffer, BatchState, Order, Terms, items,
    listing::{Listing, Rules},
    order::BULK_MODIFY,
    resource::Look,
};

const RULES: Rules = Rules {
    resource: "batch",
    filters: &["action", "state", "total"],
    sorts: &["createdAt", "finishedAt", "state", "total"],
};

/// What can be asked about batches.
#[derive(Clone, Copy)]
pub(in crate::sandbox) enum BatchRoute<'a> {
    Modify,
    List,
    Show(&'a str),
    Confirm(&'a str),
    Cancel(&'a str),
    Items,
    Item(&'a str),
}

/// A request about batches, and where it was made.
pub(in crate::sandbox) struct Desk<'a> {
    pub(in crate::sandbox) call: &'a Call,
    pub(in crate::sandbox) shared: &'a Shared,
    pub(in crate::sandbox) visit: &'a Visit,
    pub(in crate::sandbox) base: &'a str,
}

impl<'a> BatchRoute<'a> {
    /// The route of a method and the segments of a path, if it is one about batches.
    pub(in crate::sandbox) fn find(method: &str, segments: &[&'a str]) -> Option<Self> {
        match (method, segments) {
            ("POST", ["batches", "actions", BULK_MODIFY]) => Some(Self::Modify),
            ("GET", ["batches"]) => Some(Self::List),
            ("GET", ["batches", id]) => Some(Self::Show(id)),
            ("POST", ["batches", id, "actions", "confirm"]) => Some(Self::Confirm(id)),
            ("POST", ["batches", id, "actions", "cancel"]) => Some(Self::Cancel(id)),
            ("GET", ["batchItems"]) => Some(Self::Items),
            ("GET", ["batchItems", id]) => Some(Self::Item(id)),
            _ => None,
        }
    }

    pub(in crate::sandbox) fn scopes(self) -> &'static [&'static str] {
        match self {
            Self::Modify => &["batches.read", "batches.write", "prospects.write"],
            Self::List | Self::Show(_) => &["batches.read"],
            Self::Confirm(_) | Self::Cancel(_) => &["batches.write"],
            Self::Items | Self::Item(_) => &["batchItems.read"],
        }
    }

    pub(in crate::sandbox) fn is_write(self) -> bool {
        matches!(self, Self::Modify | Self::Confirm(_) | Self::Cancel(_))
    }
}

impl Desk<'_> {
    pub(in crate::sandbox) fn serve(
        &self,
        world: &mut World,
        route: BatchRoute<'_>,
        entry: &mut LoggedRequest,
    ) -> Result<Answer, Refusal> {
        match world.options.batches.offer {
            BatchOffer::On => {}
            BatchOffer::Forbidden => return Err(Refusal::not_permitted()),
            BatchOffer::Missing => return Err(Refusal::route_not_found()),
        }
        match route {
            BatchRoute::Modify => self.modify(world, entry),
            BatchRoute::List => self.list(world),
            BatchRoute::Show(id) => {
                let batch = find(world, id)?;
                if batch.state == BatchState::Processing {
                    batch.polls = batch.polls.saturating_add(1);
                }
                // A look may be the one that ends it.
                world.move_batches_on(&self.shared.schema);
                self.one(world, id)
            }
            BatchRoute::Confirm(id) => {
                let count =
                    ActionQuery::parse(&self.shared.schema, &self.call.uri)?.confirmed_count;
                find(world, id)?.confirm(count, self.visit.now)?;
                self.one(world, id)
            }
            BatchRoute::Cancel(id) => {
                let batch = find(world, id)?;
                if batch.state.is_over() {
                    return Err(wrong_state(batch.state, "canceled"));
                }
                batch.cancel(self.visit.now);
                self.one(world, id)
            }
            BatchRoute::Items => {
                let listing = Listing::parse(&self.call.uri, &items::RULES)?;
                let look = self.look(world, Some(&listing));
                Ok(world.batches.list_items(&listing, look))
            }
            BatchRoute::Item(id) => {
                let listing = Listing::parse(&self.call.uri, &items::RULES)?;
                let number = id.parse().ok();
                let item = number.and_then(|id| world.batches.item(id));
                let item = item.ok_or_else(|| Refusal::not_found("batchItem", id))?;
                let data = item.resource(self.look(world, Some(&listing)));
                Ok(Answer::api(StatusCode::OK, &json!({ "data": data })))
            }
        }
    }

    fn look<'a>(&'a self, world: &World, listing: Option<&'a Listing>) -> Look<'a> {
        Look {
            base: self.base,
            manners: world.options.batches,
            fields: listing.and_then(|listing| listing.fields.as_ref()),
        }
    }

    fn modify(&self, world: &mut World, entry: &mut LoggedRequest) -> Result<Answer, Refusal> {
        let Self { shared, visit, .. } = self;
        let order = Order::read(&shared.schema, &world.prospects, self.call)?;
        let n_items = order.targets.len() as u64;
        if let Err(until) = world.quota.spend(n_items, visit.now) {
            let refusal = Answer::from(used_up(world.quota.per_day, until));
            let spelled = world.options.retry_after.spell(visit.now, until);
            return Ok(match spelled {
                Some(value) => refusal.with(header::RETRY_AFTER, value),
                None => refusal,
            });
        }
        entry.written = Some(order.write.named(&shared.schema));
        let plan = world.faults.batch_plan(self.call.path());
        let terms = Terms {
            manners: world.options.batches,
            now: visit.now,
        };
        world.log.counters.batches += 1;
        let look = self.look(world, None);
        let batch = world.batches.take(order, visit.who.user, plan, terms);
        entry.batch = Some(batch.id);
        let document = json!({ "data": batch.resource(look) });
        Ok(Answer::api(StatusCode::OK, &document))
    }

    fn one(&self, world: &World, id: &str) -> Result<Answer, Refusal> {
        let listing = Listing::parse(&self.call.uri, &RULES).ok();
        let number = id.parse().ok();
        let batch = number.and_then(|id| world.batches.get(id));
        let batch = batch.ok_or_else(|| Refusal::not_found("batch", id))?;
        let data = batch.resource(self.look(world, listing.as_ref()));
        Ok(Answer::api(StatusCode::OK, &json!({ "data": data })))
    }

    fn list(&self, world: &World) -> Result<Answer, Refusal> {
        let listing = Listing::parse(&self.call.uri, &RULES)?;
        let all = world.batches.all.values();
        let mut rows: Vec<&Batch> = all
            .filter(|batch| listing.takes(|name| batch.spelled(name)))
            .collect();
        if let Some((name, falls)) = &listing.sort {
            rows.sort_by_key(|batch| batch.rank(name));
            if *falls {
                rows.reverse();
            }
        }
        let page = listing.page(&rows, |batch| batch.id);
        let url = format!("{}/batches", self.base);
        let look = self.look(world, Some(&listing));
        Ok(listing.answer(&page, &url, |batch| batch.resource(look)))
    }
}

impl Batch {
    fn confirm(&mut self, count: Option<u64>, now: Timestamp) -> Result<(), Refusal> {
        if self.state != BatchState::Confirming {
            return Err(wrong_state(self.state, "confirmed"));
        }
        let wanted = self.confirm_count.map(|count| count as u64);
        let is_wrong = if self.count_required {
            count != wanted
        } else {
            count.is_some() && count != wanted
        };
        if is_wrong {
            let wanted = wanted.unwrap_or_default();
            let detail = format!("Confirmed count must be {wanted}.");
            return Err(Refusal::invalid("/data", detail));
        }
        self.times.confirmed = Some(now);
        self.start(now);
        Ok(())
    }

    /// A value as a query spells it.
    fn spelled(&self, name: &str) -> String {
        match name {
            "action" => self.order.action.to_owned(),
            "state" => self.state.name().to_owned(),
            "total" => self.order.targets.len().to_string(),
            _ => self.id.to_string(),
        }
    }

    /// What the order by an attribute goes by; the id settles what is equal.
    fn rank(&self, name: &str) -> (&'static str, usize, Option<Timestamp>, u64) {
        let (mut text, mut number, mut time) = ("", 0, None);
        match name {
            "state" => text = self.state.name(),
            "total" => number = self.order.targets.len(),
            "createdAt" => time = Some(self.times.created),
            "finishedAt" => time = self.times.finished,
            _ => {}
        }
        (text, number, time, self.id)
    }
}

fn find<'a>(world: &'a mut World, id: &str) -> Result<&'a mut Batch, Refusal> {
    let number = id.parse().ok();
    number
        .and_then(|id: u64| world.batches.all.get_mut(&id))
        .ok_or_else(|| Refusal::not_found("batch", id))
}

fn wrong_state(state: BatchState, done: &str) -> Refusal {
    let detail = format!("A batch that is {} cannot be {done}.", state.name());
    Refusal::invalid("/data", detail)
}

/// The refusal of a batch for which the day's items do not suffice. Its form is not documented: a rate limit's is the nearest.
fn used_up(per_day: u64, until: Timestamp) -> Refusal {
    Refusal::rate_limited(format!(
        "You have exceeded your permitted limit of {} batch items per day; please try again at {}.",
        super::super::budget::thousands(per_day),
        until.strftime("%Y-%m-%dT%H:%M:%S"),
    ))
}
