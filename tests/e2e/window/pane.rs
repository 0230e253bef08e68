//! The program's window, with somebody in front of it.

use std::{
    cell::Cell,
    process::Command,
    time::{Duration, Instant},
};

use egui::{
    Event, Key, Modifiers, PointerButton, Pos2,
    accesskit::{Action, ActionRequest, Role, TreeId},
};
use egui_inspection::{Request, Response};

use super::{
    link::Link,
    tree::{Seen, Tree},
};
use crate::{
    bench::free_port,
    keyring::Desk,
    leash::{Leashed, PATIENCE, folder, installed, wait_for},
    pictures::Pictures,
    program::{Ended, Running},
};

/// A picture that only tells the window's size has so many times fewer pixels in a row.
const SMALLER: u16 = 8;

/// The part of the window's height at its top and bottom that is never scrolled.
const BARS: f32 = 96.0;

/// A screen in memory, at which a desk's windows open.
pub(crate) struct Display(#[expect(dead_code, reason = "it lasts as long as this")] Leashed);

impl Display {
    pub(crate) async fn put_on(desk: &mut Desk) -> Self {
        installed("Xvfb");
        let mut screen = Leashed::start(Command::new(folder().join("display")));
        let display = screen.announces("display ").await;
        desk.put_screen(&display);
        Self(screen)
    }
}

/// A window of the program.
pub(crate) struct Pane {
    running: Running,
    link: Link,
    /// In points.
    size: (u32, u32),
}

impl Pane {
    pub(crate) async fn open(desk: &Desk, arguments: &[&str]) -> Self {
        let mut pane = Self::open_as_left(desk, arguments).await;
        let (width, height) = pane.size;
        pane.resize(width, height).await;
        pane
    }

    /// As large as it was left, or as it opens for the first time.
    pub(crate) async fn open_as_left(desk: &Desk, arguments: &[&str]) -> Self {
        let port = free_port();
        let mut running = Running::with_window(desk, port, arguments);
        let link = wait_for("the window", || {
            assert!(!running.has_ended(), "the program ended without a window");
            Link::open(port)
        })
        .await;
        Self {
            running,
            link,
            size: (1280, 800),
        }
    }

    /// Ends it as Ctrl+Q does.
    pub(crate) async fn quit(self) -> Ended {
        let Self { running, link, .. } = self;
        // The window may be gone before it has answered.
        drop(link.ask(press(Key::Q, Modifiers::COMMAND, true)).await);
        running.end().await
    }

    pub(crate) async fn resize(&mut self, width: u32, height: u32) {
        self.size = (width, height);
        self.done(Request::Resize { width, height }).await;
        let deadline = Instant::now() + PATIENCE;
        // The picture is as large as the window; a small one is made sooner.
        while !self.is_as_large_as(width, height).await {
            assert!(Instant::now() < deadline, "never {width} × {height}");
        }
    }

    /// Waits until no frame follows at once.
    pub(crate) async fn settle(&self) {
        let answer = self.ask(Request::Settle { max_steps: 100 }).await;
        let has_settled = matches!(answer, Response::Settled { settled: true, .. });
        assert!(has_settled, "{answer:?}");
    }

    /// How many frames were drawn since the window opened, with the one that answers this.
    pub(crate) async fn n_frames(&self) -> u64 {
        let answer = self.ask(Request::GetTree).await;
        let Response::Tree { step, .. } = answer else {
            panic!("no tree: {answer:?}");
        };
        step
    }

    /// Makes everything twice as large, as on a screen of twice as many pixels in a row.
    pub(crate) async fn zoom_to_twice(&mut self) {
        // A step is a tenth.
        for _ in 0..10 {
            self.done(press(Key::Plus, Modifiers::COMMAND, true)).await;
            self.done(press(Key::Plus, Modifiers::COMMAND, false)).await;
        }
        let (width, height) = self.size;
        self.resize(width, height).await;
        let (pixels, _) = self.photograph(None).await;
        assert_eq!(pixels, [2 * width, 2 * height]);
    }

    /// How large it is, to within a few points.
    pub(crate) async fn is_as_large_as(&self, width: u32, height: u32) -> bool {
        let small = |length: u32| length / u32::from(SMALLER);
        self.photograph(Some(SMALLER)).await.0 == [small(width), small(height)]
    }

    /// What the window looks like, small.
    pub(crate) async fn glance(&self) -> Vec<u8> {
        self.done(events([Event::PointerGone])).await;
        self.photograph(Some(SMALLER)).await.1
    }

    /// What the window shows now.
    pub(crate) async fn look(&self) -> Tree {
        let answer = self.ask(Request::GetTree).await;
        let Response::Tree {
            accesskit: Some(update),
            ..
        } = answer
        else {
            panic!("no tree: {answer:?}");
        };
        Tree::of(update)
    }

    /// Looks until there is something.
    pub(crate) async fn until<T>(&mut self, what: &str, look: impl Fn(&Tree) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let tree = self.look().await;
            if let Some(found) = look(&tree) {
                return found;
            }
            if Instant::now() >= deadline {
                let (_, picture) = self.photograph(None).await;
                Pictures::of("window-in-vain").keep(what, &picture);
                panic!("the window never shows {what}:\n{}", tree.told());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(crate) async fn says(&mut self, words: &str) {
        self.until(words, |tree| tree.says(words).then_some(()))
            .await;
    }

    /// Waits for something that can be used.
    pub(crate) async fn find(&mut self, role: Role, name: &str) -> Seen {
        let what = format!("{role:?} '{name}'");
        self.until_still(&what, |tree| {
            tree.find(role, name).filter(|seen| seen.is_enabled)
        })
        .await
    }

    /// Looks until it stands where it stood a look before: what is new may have to find its place.
    async fn until_still(&mut self, what: &str, look: impl Fn(&Tree) -> Option<&Seen>) -> Seen {
        let before = Cell::new(None);
        self.until(what, |tree| {
            let found = look(tree)?;
            let is_still = before.replace(Some(found.place)) == Some(found.place);
            is_still.then(|| found.clone())
        })
        .await
    }

    pub(crate) async fn click(&mut self, role: Role, name: &str) {
        let found = self.reach(role, name).await;
        self.click_at(found.center(), PointerButton::Primary).await;
    }

    /// The same with the first whose name begins like this, such as one that ends in a count.
    pub(crate) async fn click_starting(&mut self, role: Role, beginning: &str) {
        let what = format!("{role:?} '{beginning}…'");
        let found = self.until_still(&what, |tree| {
            let mut all = tree.all(role);
            all.find(|seen| seen.is_enabled && seen.name.starts_with(beginning))
        });
        let found = found.await;
        self.click_at(found.center(), PointerButton::Primary).await;
    }

    /// Opens the list of destinations, again where a click came to nothing because the page was just changing.
    pub(crate) async fn open_list(&mut self) {
        const TRIES: u32 = 20;
        for _ in 0..TRIES {
            self.click_starting(Role::Link, "Destinations").await;
            self.settle().await;
            if self.look().await.says("New destination") {
                return;
            }
        }
        panic!("the list of destinations is never opened");
    }

    pub(crate) async fn press_button(&mut self, name: &str) {
        self.click(Role::Button, name).await;
    }

    /// Clicks into a field and types in place of what is there.
    pub(crate) async fn fill(&mut self, name: &str, text: &str) {
        self.fill_in(Role::TextInput, name, text).await;
    }

    /// The same with a field that shows dots.
    pub(crate) async fn fill_secret(&mut self, name: &str, text: &str) {
        self.fill_in(Role::PasswordInput, name, text).await;
    }

    async fn fill_in(&mut self, role: Role, name: &str, text: &str) {
        self.click(role, name).await;
        self.done(press(Key::A, Modifiers::COMMAND, true)).await;
        self.done(press(Key::A, Modifiers::COMMAND, false)).await;
        self.done(events([Event::Text(text.to_owned())])).await;
    }

    pub(crate) async fn key(&mut self, key: Key) {
        self.done(press(key, Modifiers::NONE, true)).await;
        self.done(press(key, Modifiers::NONE, false)).await;
    }

    /// Opens a list and takes one of its entries.
    pub(crate) async fn choose(&mut self, list: &str, entry: &str) {
        self.click(Role::ComboBox, list).await;
        self.click(Role::MenuItem, entry).await;
    }

    /// Types where the keyboard is.
    pub(crate) async fn key_text(&mut self, text: &str) {
        self.done(events([Event::Text(text.to_owned())])).await;
    }

    /// The first word of the program's output that begins like this.
    pub(crate) async fn names(&mut self, beginning: &str) -> String {
        self.running.names(beginning).await
    }

    /// A picture of the window with the pointer away from it, and without what only passes.
    pub(crate) async fn picture(&mut self, pictures: &mut Pictures, what: &str) {
        self.done(events([Event::PointerGone])).await;
        self.done(Request::GetTree).await;
        let (_, picture) = self.photograph(None).await;
        pictures.keep(what, &picture);
    }

    /// Finds it, and scrolls to it where it is beyond the edge.
    async fn reach(&mut self, role: Role, name: &str) -> Seen {
        let found = self.find(role, name).await;
        if self.has_in_sight(&found) {
            return found;
        }
        let scroll = ActionRequest {
            action: Action::ScrollIntoView,
            target_tree: TreeId::ROOT,
            target_node: found.id,
            data: None,
        };
        self.done(events([Event::AccessKitActionRequest(scroll)]))
            .await;
        let height = self.height();
        let what = format!("{role:?} '{name}' in sight");
        self.until_still(&what, |tree| {
            tree.find(role, name)
                .filter(|found| is_within(found, height))
        })
        .await
    }

    fn has_in_sight(&self, seen: &Seen) -> bool {
        let height = self.height();
        let (top, bottom) = (seen.place.top(), seen.place.bottom());
        // What stands in the bars is never scrolled.
        is_within(seen, height) || bottom <= BARS || (top >= height - BARS && bottom <= height)
    }

    fn height(&self) -> f32 {
        f32::from(u16::try_from(self.size.1).expect("a screen's height"))
    }

    async fn click_at(&mut self, at: Pos2, button: PointerButton) {
        let push = |pressed| Event::PointerButton {
            pos: at,
            button,
            pressed,
            modifiers: Modifiers::NONE,
        };
        self.done(events([Event::PointerMoved(at)])).await;
        self.done(events([push(true)])).await;
        self.done(events([push(false)])).await;
    }

    /// Its size, and the file.
    async fn photograph(&self, smaller: Option<u16>) -> ([u32; 2], Vec<u8>) {
        let request = Request::GetScreenshot {
            pixels_per_point: smaller.map(|times| 1.0 / f32::from(times)),
        };
        let answer = self.ask(request).await;
        let Response::Screenshot(picture) = answer else {
            panic!("no picture: {answer:?}");
        };
        (picture.size, picture.bytes)
    }

    async fn done(&self, request: Request) {
        let answer = self.ask(request).await;
        let is_done = matches!(answer, Response::Done | Response::Tree { .. });
        assert!(is_done, "{answer:?}");
    }

    async fn ask(&self, request: Request) -> Response {
        let answer = self.link.ask(request).await;
        answer.unwrap_or_else(|e| panic!("the window is gone: {e}"))
    }
}

fn is_within(seen: &Seen, height: f32) -> bool {
    seen.place.top() >= BARS && seen.place.bottom() <= height - BARS
}

fn events<const N: usize>(events: [Event; N]) -> Request {
    Request::ApplyEvents {
        events: events.to_vec(),
    }
}

fn press(key: Key, modifiers: Modifiers, pressed: bool) -> Request {
    events([Event::Key {
        key,
        physical_key: None,
        pressed,
        repeat: false,
        modifiers,
    }])
}
