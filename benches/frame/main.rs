//! What a frame costs: the window on three screens beside an empty window and egui's own table of as many rows.
//!
//! usage: `cargo bench --features inspection --bench frame -- run [FRAMES]`; prints the rows of the table.

mod anchor;
mod measure;
mod sample;

use std::{env, io::Write as _};

use anyhow::ensure;
use audience_sync::{
    engine::{Command, Handle, Look, Snapshot, Stand},
    ui::{Headless, Screen},
};
use egui::{Event, Modifiers, MouseWheelSource, MouseWheelUnit, TouchPhase, Ui, vec2};

use measure::{Bench, Times};

fn main() -> anyhow::Result<()> {
    let args: Vec<_> = env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["run"] => run(600, ""),
        ["run", n] => run(n.parse()?, ""),
        ["run", n, only] => run(n.parse()?, only),
        // `cargo bench` and `cargo test --benches` call every bench without arguments.
        _ => Ok(()),
    }
}

/// What a case does, with AccessKit on or off, over so many frames.
type Case = fn(bool, usize) -> Times;

const CASES: [(&str, Case); 5] = [
    ("activation, 150 audiences, a run going on", activation),
    ("1,000,000 prospects at rest", prospects),
    ("1,000,000 prospects, scrolled to random places", scrolling),
    ("wizard, mapping", mapping),
    ("empty window", empty),
];

fn run(n_frames: usize, only: &str) -> anyhow::Result<()> {
    ensure!(n_frames >= 300, "a percentile needs at least 300 frames");
    for has_tree in [false, true] {
        let beside = Bench::new(has_tree).times(n_frames, |_| vec![], anchor::table);
        let kind = if has_tree { "on" } else { "off" };
        say(&row(kind, "egui_extras' table", beside, beside))?;
        for (name, case) in CASES.iter().filter(|(name, _)| name.contains(only)) {
            say(&row(kind, name, case(has_tree, n_frames), beside))?;
        }
    }
    Ok(())
}

fn empty(has_tree: bool, n_frames: usize) -> Times {
    Bench::new(has_tree).times(n_frames, |_| vec![], anchor::empty)
}

fn activation(has_tree: bool, n_frames: usize) -> Times {
    let screen = sample::activation_screen();
    let mut n_settled = 0;
    // Every frame shows another snapshot, which is far more than a run publishes.
    let answer = move |_: Option<Command>| {
        n_settled += 40;
        Some(sample::activation(n_settled))
    };
    window(screen, sample::activation(0), answer).times(has_tree, n_frames, |_| vec![])
}

fn prospects(has_tree: bool, n_frames: usize) -> Times {
    let screen = sample::audience_screen();
    window(screen, sample::prospects(0), turn_page).times(has_tree, n_frames, |_| vec![])
}

fn scrolling(has_tree: bool, n_frames: usize) -> Times {
    let screen = sample::audience_screen();
    let mut random = fastrand::Rng::with_seed(7);
    // Most frames show bars for rows whose page is on its way, as the count of texts tells.
    let events = move |i: usize| {
        let jump = (random.f32() - 0.5) * 20_000_000.0;
        i.is_multiple_of(2)
            .then(|| wheel(jump))
            .into_iter()
            .collect()
    };
    window(screen, sample::prospects(0), turn_page).times(has_tree, n_frames, events)
}

fn mapping(has_tree: bool, n_frames: usize) -> Times {
    let answer = |_: Option<Command>| None;
    window(Screen::Wizard, sample::wizard(), answer).times(has_tree, n_frames, |_| vec![])
}

/// The page that the table asks for.
fn turn_page(asked: Option<Command>) -> Option<Snapshot> {
    if let Command::Look(Look::Prospects(query)) = asked? {
        Some(sample::prospects(query.first))
    } else {
        None
    }
}

fn wheel(points: f32) -> Event {
    Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: vec2(0.0, points),
        phase: TouchPhase::Move,
        source: MouseWheelSource::Unknown,
        modifiers: Modifiers::NONE,
    }
}

/// The window on a screen, with somebody who answers what it asks for; that takes no part in the time.
struct Window<A> {
    screen: Screen,
    first: Snapshot,
    answer: A,
}

fn window<A: FnMut(Option<Command>) -> Option<Snapshot>>(
    screen: Screen,
    first: Snapshot,
    answer: A,
) -> Window<A> {
    Window {
        screen,
        first,
        answer,
    }
}

impl<A: FnMut(Option<Command>) -> Option<Snapshot>> Window<A> {
    fn times(
        mut self,
        has_tree: bool,
        n_frames: usize,
        mut events: impl FnMut(usize) -> Vec<Event>,
    ) -> Times {
        let bench = Bench::new(has_tree);
        let (handle, mut stand) = Handle::detached();
        let mut window = Headless::new(bench.ctx(), handle, self.screen.clone());
        stand.snapshots.send_replace(self.first.clone().into());
        let before = |i| {
            self.serve(&mut stand);
            events(i)
        };
        bench.times(n_frames, before, |ui: &mut Ui| window.frame(ui))
    }

    /// Answers all that was asked for, and says what is new if nothing was.
    fn serve(&mut self, stand: &mut Stand) {
        let mut asked = stand.commands.try_recv().ok();
        loop {
            if let Some(snapshot) = (self.answer)(asked.take()) {
                stand.snapshots.send_replace(snapshot.into());
            }
            asked = stand.commands.try_recv().ok();
            if asked.is_none() {
                return;
            }
        }
    }
}

fn row(kind: &str, name: &str, ours: Times, beside: Times) -> String {
    format!(
        "| {name} | {kind} | {:.2} ms | {:.2} ms | {:.2} | {} |\n",
        ours.median,
        ours.p99,
        ours.median / beside.median,
        ours.n_texts
    )
}

fn say(text: &str) -> anyhow::Result<()> {
    Ok(std::io::stdout().write_all(text.as_bytes())?)
}
