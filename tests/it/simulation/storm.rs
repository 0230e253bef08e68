//! What goes wrong on the way to Outreach and back: each seed has its own weather.

use std::time::Duration;

/// What becomes of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is carried out and answered.
    Answered,
    /// The connection breaks, after it was carried out or before.
    Lost { is_applied: bool },
    /// No answer comes until the client gives up.
    Hangs { is_applied: bool },
    /// A gateway or Outreach itself fails, after it was carried out or before.
    Status {
        status: u16,
        is_applied: bool,
        /// How far off the instant is that the answer names to come back.
        come_back: Option<u64>,
    },
    /// A page of the network one sits in, instead of Outreach.
    Page,
    /// It is carried out, and the answer has no body.
    NoContent,
    /// It is carried out, and half of the answer comes.
    Half,
}

/// Something that happens beside the requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mishap {
    /// Somebody sets the computer's clock: so many hours from the right time.
    ClockSet(i64),
    /// The computer sleeps for eight hours.
    Sleeps,
    /// Every token dies.
    TokensDie,
    /// Another program of the same user sends so many requests.
    OthersSend(u32),
    /// Somebody in Outreach changes a prospect.
    PersonEdits,
}

/// How likely each of these is, in thousandths.
pub(super) struct Storm {
    pub(super) random: fastrand::Rng,
    fates: [(u32, Fate); 13],
    mishaps: [(u32, Mishap); 7],
    /// The longest usual way there or back, in milliseconds.
    slowness: u64,
    is_over: bool,
}

impl Storm {
    pub(super) fn new(mut random: fastrand::Rng) -> Self {
        let status = |status, is_applied, come_back| Fate::Status {
            status,
            is_applied,
            come_back,
        };
        let mut fates = [
            Fate::Lost { is_applied: false },
            Fate::Lost { is_applied: true },
            Fate::Hangs { is_applied: false },
            Fate::Hangs { is_applied: true },
            status(500, false, None),
            status(500, true, None),
            status(502, false, None),
            status(502, true, None),
            status(503, false, Some(90)),
            status(504, true, None),
            Fate::Page,
            Fate::NoContent,
            Fate::Half,
        ]
        .map(|fate| (0, fate));
        // In the worst weather no run gets far, so half of the seeds have a better one.
        let most = [2, 3, 4, 6][random.usize(..4)];
        for (likely, _) in &mut fates {
            *likely = [0, 0, 5, 20, 60, 150][random.usize(..most)];
        }
        let mut mishaps = [
            Mishap::ClockSet(24),
            Mishap::ClockSet(-24),
            Mishap::ClockSet(0),
            Mishap::Sleeps,
            Mishap::TokensDie,
            Mishap::OthersSend(15),
            Mishap::PersonEdits,
        ]
        .map(|mishap| (0, mishap));
        for (likely, _) in &mut mishaps {
            *likely = [0, 0, 0, 5, 10, 20][random.usize(..6)];
        }
        let slowness = [50, 1_000, 20_000][random.usize(..3)];
        Self {
            random,
            fates,
            mishaps,
            slowness,
            is_over: false,
        }
    }

    /// From now on everything goes well.
    pub(super) fn end(&mut self) {
        self.is_over = true;
    }

    pub(super) fn fate(&mut self) -> Fate {
        draw(&mut self.random, &self.fates, self.is_over).unwrap_or(Fate::Answered)
    }

    pub(super) fn mishap(&mut self) -> Option<Mishap> {
        draw(&mut self.random, &self.mishaps, self.is_over)
    }

    /// How long a way takes.
    pub(super) fn way(&mut self) -> Duration {
        let longest = if self.is_over || self.random.u8(..4) > 0 {
            self.slowness.min(200)
        } else {
            self.slowness
        };
        Duration::from_millis(self.random.u64(..=longest))
    }
}

fn draw<T: Copy>(random: &mut fastrand::Rng, chances: &[(u32, T)], is_over: bool) -> Option<T> {
    let mut left = random.u32(..1_000);
    if is_over {
        return None;
    }
    for (likely, what) in chances {
        if left < *likely {
            return Some(*what);
        }
        left -= likely;
    }
    None
}
