//! Frames one after the other, each with the processor's time that it took this thread.

use std::time::Duration;

use egui::{Context, Event, Pos2, RawInput, Rect, Shape, Ui, pos2};

/// The window's usual size.
const SIZE: Rect = Rect {
    min: Pos2::ZERO,
    max: pos2(1280.0, 800.0),
};
/// Over the middle of the table.
const POINTER: Pos2 = pos2(700.0, 600.0);
/// So many frames settle the layout and fill the caches.
const N_BEFORE: usize = 60;

/// The median and the 99th percentile of a frame in milliseconds, and how many texts the middle one of them shows.
#[derive(Clone, Copy)]
pub(crate) struct Times {
    pub(crate) median: f64,
    pub(crate) p99: f64,
    pub(crate) n_texts: usize,
}

/// A context of its own.
pub(crate) struct Bench(Context);

impl Bench {
    /// With AccessKit's tree, or without, as where no screen reader has asked for it.
    pub(crate) fn new(has_tree: bool) -> Self {
        let ctx = Context::default();
        if has_tree {
            ctx.enable_accesskit();
        }
        Self(ctx)
    }

    pub(crate) fn ctx(&self) -> &Context {
        &self.0
    }

    /// Draws so many frames, 60 a second, and turns each into triangles.
    pub(crate) fn times(
        self,
        n_frames: usize,
        mut events: impl FnMut(usize) -> Vec<Event>,
        mut draw: impl FnMut(&mut Ui),
    ) -> Times {
        let (mut times, mut texts) = (vec![], vec![]);
        let mut at = 0.0;
        for i in 0..N_BEFORE + n_frames {
            let mut input = RawInput {
                screen_rect: Some(SIZE),
                time: Some(at),
                focused: true,
                events: vec![Event::PointerMoved(POINTER)],
                ..RawInput::default()
            };
            input.events.extend(events(i));
            at += 1.0 / 60.0;
            let began = cpu_time();
            let mut output = self.0.run_ui(input, &mut draw);
            let drawn = cpu_time().saturating_sub(began);
            let shapes = std::mem::take(&mut output.shapes);
            let n_texts: usize = shapes.iter().map(|it| count(&it.shape)).sum();
            let began = cpu_time();
            let triangles = self.0.tessellate(shapes, output.pixels_per_point);
            let took = drawn + cpu_time().saturating_sub(began);
            drop(triangles);
            output.drop_without_applying_deltas();
            if i >= N_BEFORE {
                times.push(took);
                texts.push(n_texts);
            }
        }
        times.sort_unstable();
        texts.sort_unstable();
        let part = |percent: usize| {
            let at = times.get((times.len() * percent / 100).min(times.len() - 1));
            at.map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
        };
        Times {
            median: part(50),
            p99: part(99),
            n_texts: texts.get(texts.len() / 2).copied().unwrap_or(0),
        }
    }
}

/// The texts in it: a frame that shows nothing would be fast.
fn count(shape: &Shape) -> usize {
    if let Shape::Vec(shapes) = shape {
        shapes.iter().map(count).sum()
    } else {
        usize::from(matches!(shape, Shape::Text(_)))
    }
}

/// How long this thread has been at work.
#[cfg(target_os = "linux")]
fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

/// Elsewhere what the clock says, which is the same on a machine that does nothing else.
#[cfg(not(target_os = "linux"))]
fn cpu_time() -> Duration {
    static BEGAN: std::sync::LazyLock<std::time::Instant> =
        std::sync::LazyLock::new(std::time::Instant::now);
    BEGAN.elapsed()
}
