//! The request limit as a state machine: who may send now, and from when the others may. No clock, no waiting.
//!
//! What is known of a window is a lower bound: an answer counts every request that is still on its way as not yet
//! counted by Outreach. At the start and after a pause one request goes first, and the others follow when it was not
//! told to wait: so a limit that is already spent costs one request and not one for every sender.

use jiff::{SignedDuration, Timestamp};

use super::rate::{DEFAULT_WAIT, LONGEST_WAIT, RateHeaders, later};
use crate::model::{BudgetNote, Wait, WaitsFor};

/// Two answers that name ends of the window this close speak of the same window.
const SAME_WINDOW: SignedDuration = SignedDuration::from_secs(2);
/// The first wait when the named instant has passed and Outreach still says "later"; it doubles each time.
const SHORTEST_WAIT: SignedDuration = SignedDuration::from_secs(1);

/// The share of a window, in percent, that large backlogs leave to changes that have just come; it shrinks as the
/// window passes, so that nothing of it is lost.
const LIVE_PERCENT: i128 = 5;

/// How urgent a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Urgency {
    /// A change that has just come, or a person waits.
    #[default]
    Live,
    /// Part of a large backlog.
    Backlog,
}

/// Whether a request may leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// It may.
    Now,
    /// Not before this instant.
    At(Timestamp),
    /// Not before the one that went first is back.
    AfterProbe,
}

/// The right to send one request; it goes back to the budget with what became of it.
#[derive(Debug)]
pub(super) struct Ticket {
    epoch: u64,
    is_probe: bool,
}

/// What is known of the limit.
#[derive(Debug)]
pub(super) struct Budget {
    /// The share of every window that is left to others, in percent.
    reserve_percent: u8,
    limit: Option<u64>,
    window: Option<Window>,
    pause: Option<Pause>,
    in_flight: u64,
    /// Counts pauses and their ends, so that late news of an earlier one is known as such.
    epoch: u64,
    /// How many probes in a row were told "later".
    strikes: u32,
}

#[derive(Debug)]
struct Window {
    /// When it was first heard of.
    begins: Timestamp,
    ends: Timestamp,
    left: u64,
    /// Whether it is only remembered, with less left than there may be: Outreach has not spoken of it yet.
    is_recalled: bool,
}

#[derive(Debug)]
struct Pause {
    until: Timestamp,
    what: WaitsFor,
    is_probing: bool,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self {
            reserve_percent: 0,
            limit: None,
            window: None,
            pause: Some(Pause {
                until: Timestamp::UNIX_EPOCH,
                what: WaitsFor::Limit,
                is_probing: false,
            }),
            in_flight: 0,
            epoch: 0,
            strikes: 0,
        }
    }

    /// Leaves this share of every window to others.
    pub(super) fn reserve(&mut self, percent: u8) {
        self.reserve_percent = percent.min(100);
    }

    /// Goes on where an earlier start of the program has left off.
    pub(super) fn recall(&mut self, now: Timestamp, note: &BudgetNote) {
        self.limit = note.limit;
        if let (Some(left), Some(ends)) = (note.left_at(now), note.ends) {
            self.window = Some(Window {
                begins: now,
                ends,
                left,
                is_recalled: true,
            });
            self.pause_if_spent();
        }
    }

    /// What an earlier start should have left off with.
    pub(super) fn note(&self, note: &mut BudgetNote) {
        note.limit = self.limit.or(note.limit);
        let spent = self
            .pause
            .as_ref()
            .filter(|pause| pause.until > Timestamp::UNIX_EPOCH);
        match (&self.window, spent) {
            (Some(window), _) => {
                note.left = Some(window.left);
                note.ends = Some(window.ends);
            }
            (None, Some(pause)) => {
                note.left = Some(0);
                note.ends = Some(pause.until);
            }
            (None, None) => {}
        }
    }

    /// How many requests of a window are not for us.
    fn reserved(&self) -> u64 {
        let share = u64::from(self.reserve_percent);
        // The last request of a window is ours whatever the share, or nothing would ever be sent.
        self.limit.map_or(0, |limit| {
            (limit.saturating_mul(share) / 100).min(limit.saturating_sub(1))
        })
    }

    /// Whether a request of this urgency may leave now.
    pub(super) fn may_send_if(&self, now: Timestamp, urgency: Urgency) -> Slot {
        let slot = self.may_send(now);
        if slot != Slot::Now || urgency == Urgency::Live {
            return slot;
        }
        match (&self.window, self.limit) {
            (Some(window), Some(limit)) if window.ends > now => {
                let room = window.left.saturating_sub(self.reserved());
                match window.leaves_to_live(room, limit) {
                    Some(from) if from > now => Slot::At(from),
                    Some(_) | None => Slot::Now,
                }
            }
            _ => Slot::Now,
        }
    }

    /// Whether a request may leave now.
    pub(super) fn may_send(&self, now: Timestamp) -> Slot {
        match &self.pause {
            Some(pause) if now < pause.until => Slot::At(pause.until.min(later(now, LONGEST_WAIT))),
            Some(pause) if pause.is_probing => Slot::AfterProbe,
            Some(_) | None => Slot::Now,
        }
    }

    /// What requests that may not leave wait for.
    pub(super) fn waits_for(&self) -> WaitsFor {
        self.pause
            .as_ref()
            .map_or(WaitsFor::Limit, |pause| pause.what)
    }

    /// Reserves one request, or says from when there may be one.
    #[cfg(test)]
    pub(super) fn take(&mut self, now: Timestamp) -> Result<Ticket, Slot> {
        self.take_for(now, Urgency::Live)
    }

    /// Reserves one request of this urgency, or says from when there may be one.
    pub(super) fn take_for(&mut self, now: Timestamp, urgency: Urgency) -> Result<Ticket, Slot> {
        self.distrust_the_far_future(now);
        match self.may_send_if(now, urgency) {
            Slot::Now => {}
            wait @ (Slot::At(_) | Slot::AfterProbe) => return Err(wait),
        }
        let is_probe = self.pause.is_some();
        if let Some(pause) = &mut self.pause {
            pause.is_probing = true;
        }
        self.window.take_if(|window| window.ends <= now);
        if let Some(window) = &mut self.window {
            window.left = window.left.saturating_sub(1);
        }
        let ticket = Ticket {
            epoch: self.epoch,
            is_probe,
        };
        self.in_flight += 1;
        self.pause_if_spent();
        Ok(ticket)
    }

    /// The request came to an end and the limit was no matter.
    pub(super) fn on_response(&mut self, now: Timestamp, ticket: Ticket, rate: &RateHeaders) {
        self.come_back(&ticket);
        if ticket.is_probe && self.pause.as_ref().is_some_and(|pause| pause.until <= now) {
            self.pause = None;
            self.strikes = 0;
            self.epoch += 1;
        }
        self.learn(now, rate);
    }

    /// The request was told to come back later.
    pub(super) fn on_pause(&mut self, now: Timestamp, ticket: Ticket, wait: Wait) {
        self.come_back(&ticket);
        let Wait { what, until } = wait;
        if ticket.epoch != self.epoch && until <= now {
            return;
        }
        self.window = None;
        let floor = if self.strikes > 0 {
            SHORTEST_WAIT
                .saturating_mul(1 << (self.strikes - 1).min(10))
                .min(DEFAULT_WAIT)
        } else if until <= now {
            SHORTEST_WAIT
        } else {
            SignedDuration::ZERO
        };
        if ticket.is_probe {
            self.strikes = self.strikes.saturating_add(1);
        }
        let until = until.max(later(now, floor)).min(later(now, LONGEST_WAIT));
        self.pause_until(Wait { what, until });
    }

    /// The request was given up before its end.
    pub(super) fn on_lost(&mut self, ticket: Ticket) {
        self.come_back(&ticket);
    }

    fn come_back(&mut self, ticket: &Ticket) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if let Some(pause) = self.pause.as_mut().filter(|_| ticket.is_probe) {
            pause.is_probing = false;
        }
    }

    fn learn(&mut self, now: Timestamp, rate: &RateHeaders) {
        self.limit = rate.limit.or(self.limit);
        let Some(remaining) = rate.remaining else {
            return;
        };
        let ends = rate.reset.unwrap_or_else(|| later(now, DEFAULT_WAIT));
        if ends <= now {
            return;
        }
        let left = remaining.saturating_sub(self.in_flight);
        match &mut self.window {
            Some(window)
                if !window.is_recalled && window.ends.duration_since(ends).abs() <= SAME_WINDOW =>
            {
                window.left = window.left.min(left);
            }
            Some(_) | None => {
                self.window = Some(Window {
                    begins: now,
                    ends,
                    left,
                    is_recalled: false,
                });
            }
        }
        self.pause_if_spent();
    }

    fn pause_if_spent(&mut self) {
        let reserved = self.reserved();
        let spent = self
            .window
            .as_ref()
            .filter(|window| window.left <= reserved);
        if let Some(ends) = spent.map(|window| window.ends) {
            self.pause_until(Wait {
                what: WaitsFor::Limit,
                until: ends,
            });
        }
    }

    fn pause_until(&mut self, wait: Wait) {
        let Wait { what, until } = wait;
        if let Some(pause) = &mut self.pause {
            if until > pause.until {
                (pause.until, pause.what) = (until, what);
            }
        } else {
            self.epoch += 1;
            self.pause = Some(Pause {
                until,
                what,
                is_probing: false,
            });
        }
    }

    /// A clock that was set back must not turn an hour's pause into a day's.
    fn distrust_the_far_future(&mut self, now: Timestamp) {
        let latest = later(now, LONGEST_WAIT);
        if let Some(pause) = &mut self.pause {
            pause.until = pause.until.min(latest);
        }
        if let Some(window) = &mut self.window {
            window.ends = window.ends.min(latest);
        }
    }
}

impl Window {
    /// From when a backlog may send again, if it may not now: as the window passes, less is kept for what may come.
    fn leaves_to_live(&self, room: u64, limit: u64) -> Option<Timestamp> {
        let kept_at_first = i128::from(limit) * LIVE_PERCENT / 100;
        if kept_at_first == 0 || i128::from(room) > kept_at_first {
            return None;
        }
        // Kept at an instant: kept_at_first × time left ÷ length. It has to be below the room.
        let length = self.ends.duration_since(self.begins).as_millis();
        let may_be_left = length * i128::from(room.saturating_sub(1)) / kept_at_first;
        let may_be_left = i64::try_from(may_be_left).unwrap_or_default();
        self.ends
            .checked_sub(SignedDuration::from_millis(may_be_left))
            .ok()
    }
}

#[cfg(test)]
mod tests;
