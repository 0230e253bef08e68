//! The frame around every screen: the rail, the top bar, the bottom line, and the sheet between them.

use egui::{
    Align, Align2, CentralPanel, Frame, Layout, Margin, Panel, Rect, Response, Sense, Stroke, Ui,
    WidgetInfo, accesskit, pos2, vec2,
};
use jiff::SignedDuration;

use super::{
    Intent, Place, Screen, View, format,
    icon::Icon,
    state::{BottomLine, SyncState},
    text::{t, t_args},
    theme::{self, Role, measure},
    widgets::{
        Button, Kind, MenuItem, StatePill, at_end, breadcrumb, draw, gauge, label_in, menu,
        monogram, separator, spinner, tip, truncated,
    },
    words,
};
use crate::{
    engine::{
        Command, Snapshot,
        snapshot::{AccountView, AudienceRow},
    },
    model::RunStatus,
};

const RAIL: f32 = 208.0;
const TOP: f32 = 48.0;
const BOTTOM: f32 = 32.0;
const RIGHT: i8 = 8;

/// The items of the rail, in their order; settings stand apart at its foot.
const ITEMS: [(Item, Icon); 6] = [
    (Item::Destinations, Icon::PaperPlane),
    (Item::Catalog, Icon::SquaresFour),
    (Item::Accounts, Icon::UserCircle),
    (Item::Sources, Icon::Database),
    (Item::Activity, Icon::Activity),
    (Item::Alerts, Icon::Bell),
];

/// An item of the rail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item {
    Destinations,
    Catalog,
    Accounts,
    Sources,
    Activity,
    Alerts,
    Settings,
}

impl Item {
    fn name(self) -> &'static str {
        match self {
            Self::Destinations => t("rail-destinations"),
            Self::Catalog => t("rail-catalog"),
            Self::Accounts => t("rail-accounts"),
            Self::Sources => t("rail-sources"),
            Self::Activity => t("rail-activity"),
            Self::Alerts => t("rail-alerts"),
            Self::Settings => t("rail-settings"),
        }
    }

    fn screen(self) -> Screen {
        match self {
            Self::Destinations => Screen::Destinations,
            Self::Catalog => Screen::Catalog,
            Self::Accounts => Screen::Accounts,
            Self::Sources => Screen::Sources,
            Self::Activity => Screen::Activity,
            Self::Alerts => Screen::Alerts,
            Self::Settings => Screen::Settings,
        }
    }

    /// The item under which a screen is found.
    fn of(screen: &Screen) -> Self {
        match screen {
            Screen::Destinations | Screen::Destination(_) | Screen::Wizard => Self::Destinations,
            Screen::Catalog => Self::Catalog,
            Screen::Accounts => Self::Accounts,
            Screen::Sources => Self::Sources,
            Screen::Activity => Self::Activity,
            Screen::Alerts => Self::Alerts,
            Screen::Settings => Self::Settings,
        }
    }
}

/// Draws the frame, and the screen on its sheet.
pub(super) fn shell_ui(
    ui: &mut Ui,
    view: &View<'_>,
    screen: &Screen,
    sheet: impl FnOnce(&mut Ui) -> Vec<Intent>,
) -> Vec<Intent> {
    let palette = theme::palette(ui);
    let canvas = Frame::new().fill(palette.canvas);
    let mut intents = vec![];
    Panel::left("rail")
        .exact_size(RAIL)
        .resizable(false)
        .show_separator_line(false)
        .frame(canvas.inner_margin(Margin::symmetric(8, 0)))
        .show(ui, |ui| intents.extend(rail_ui(ui, view, screen)));
    Panel::top("top")
        .exact_size(TOP)
        .show_separator_line(false)
        .frame(canvas.inner_margin(Margin {
            left: 16,
            right: 16,
            ..Margin::ZERO
        }))
        .show(ui, |ui| intents.extend(top_ui(ui, view, screen)));
    let bottom = Panel::bottom("bottom")
        .exact_size(BOTTOM)
        .show_separator_line(false)
        .frame(canvas.inner_margin(Margin::symmetric(16, 0)))
        .show(ui, |ui| ui.max_rect());
    let outer = canvas.inner_margin(Margin {
        right: RIGHT,
        ..Margin::ZERO
    });
    CentralPanel::default().frame(outer).show(ui, |ui| {
        let rect = ui.max_rect();
        let radius = measure::RADIUS_SHEET;
        ui.painter().rect_filled(rect, radius, palette.surface);
        ui.scope_builder(egui::UiBuilder::new().max_rect(rect.shrink(1.0)), |ui| {
            ui.set_clip_rect(rect.intersect(ui.clip_rect()));
            intents.extend(sheet(ui));
        });
        // Above whatever reaches the edge of the sheet.
        ui.painter().rect_stroke(
            rect,
            radius,
            Stroke::new(1.0, palette.line),
            egui::StrokeKind::Inside,
        );
    });
    // It is read after the sheet, and so the keyboard comes to it.
    let mut foot = ui.new_child(egui::UiBuilder::new().max_rect(bottom.inner));
    intents.extend(bottom_ui(&mut foot, view));
    intents
}

fn rail_ui(ui: &mut Ui, view: &View<'_>, screen: &Screen) -> Vec<Intent> {
    let mut intents = vec![];
    let current = Item::of(screen);
    ui.spacing_mut().item_spacing.y = 4.0;
    brand_ui(ui, view);
    for (item, icon) in ITEMS {
        let n_urgent = if item == Item::Alerts {
            n_urgent(view.snapshot)
        } else {
            0
        };
        if rail_item(ui, item, icon, item == current, n_urgent).clicked() {
            intents.push(Intent::Go(item.screen()));
        }
    }
    ui.with_layout(Layout::bottom_up(Align::Min), |ui| {
        ui.add_space(8.0);
        let is_current = current == Item::Settings;
        if rail_item(ui, Item::Settings, Icon::Gear, is_current, 0).clicked() {
            intents.push(Intent::Go(Screen::Settings));
        }
    });
    intents
}

/// Alerts that nobody has seen and that somebody should: a run that went well is none of them.
fn n_urgent(snapshot: &Snapshot) -> usize {
    let alerts = snapshot.alerts.iter().filter(|alert| !alert.is_read);
    alerts
        .filter(|alert| matches!(words::alert_kind(alert.kind), Kind::Warn | Kind::Bad))
        .count()
}

fn brand_ui(ui: &mut Ui, view: &View<'_>) {
    let palette = theme::palette(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(RAIL - 16.0, TOP - 4.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Label, true, t("app-name")));
    let mark = Rect::from_min_size(pos2(rect.left() + 8.0, rect.top() + 12.0), vec2(24.0, 24.0));
    ui.painter().rect_filled(mark, 6.0, palette.accent);
    for side in [-1.0, 1.0] {
        let center = mark.center() + vec2(side * 3.0, 0.0);
        ui.painter()
            .circle_stroke(center, 4.5, Stroke::new(1.75, palette.on_accent));
    }
    let text = if view.snapshot.demo.is_some() {
        t("app-name-demo")
    } else {
        t("app-name")
    };
    let name = draw::whole(ui, Role::Step, palette.text, text);
    draw::put(
        ui,
        rect.with_min_x(mark.right() + 8.0)
            .with_max_y(rect.top() + TOP),
        Align2::LEFT_CENTER,
        name,
    );
}

fn rail_item(ui: &mut Ui, item: Item, icon: Icon, is_current: bool, n_urgent: usize) -> Response {
    let palette = theme::palette(ui);
    let size = vec2(ui.available_width(), measure::CONTROL);
    let response = ui.allocate_response(size, Sense::click());
    let name = item.name();
    let spoken = if n_urgent > 0 {
        t_args(
            "rail-urgent",
            &[("name", name.into()), ("n", n_urgent.into())],
        )
    } else {
        name.to_owned()
    };
    response.widget_info(|| WidgetInfo::selected(accesskit::Role::Link, true, is_current, &spoken));
    let rect = response.rect;
    let fill = if is_current {
        Some(palette.nav)
    } else {
        response.hovered().then_some(palette.line)
    };
    if let Some(fill) = fill {
        ui.painter()
            .rect_filled(rect, f32::from(measure::RADIUS_CONTROL), fill);
    }
    let at = Rect::from_min_size(pos2(rect.left() + 8.0, rect.top() + 7.0), vec2(18.0, 18.0));
    let ink = if is_current {
        palette.text
    } else {
        palette.text_2
    };
    if is_current {
        draw::icon_fill(ui, at, icon, 18.0, ink);
    } else {
        draw::icon(ui, at, icon, 18.0, ink);
    }
    let text = draw::whole(ui, Role::BodyStrong, ink, name);
    draw::left(ui, rect.with_min_x(rect.left() + 34.0), text);
    if n_urgent > 0 {
        count_ui(ui, rect, n_urgent);
    }
    draw::focus_ring(ui, &response, measure::RADIUS_CONTROL);
    response
}

fn count_ui(ui: &Ui, rect: Rect, n_urgent: usize) {
    let palette = theme::palette(ui);
    let text = draw::whole(ui, Role::Count, palette.bad_text, &n_urgent.to_string());
    let width = (text.size().x + 12.0).max(20.0);
    let pill = Rect::from_min_size(
        pos2(rect.right() - 8.0 - width, rect.center().y - 10.0),
        vec2(width, 20.0),
    );
    ui.painter().rect_filled(pill, 10.0, palette.bad_soft);
    draw::put(ui, pill, Align2::CENTER_CENTER, text);
}

fn top_ui(ui: &mut Ui, view: &View<'_>, screen: &Screen) -> Vec<Intent> {
    let mut intents = vec![];
    let place = ui.max_rect();
    // How wide the right end was in the frame before; the path takes what it leaves.
    let id = ui.scope_id().with("right end");
    let end: f32 = ui.data(|data| data.get_temp(id)).unwrap_or(0.0);
    let (path, targets) = crumbs(view, screen);
    let path: Vec<_> = path.iter().map(String::as_str).collect();
    let left = place.with_max_x(place.right() - end - 16.0);
    let layout = Layout::left_to_right(Align::Center);
    let mut child = ui.new_child(egui::UiBuilder::new().max_rect(left).layout(layout));
    if let Some(target) = breadcrumb(&mut child, &path).and_then(|i| targets.get(i)) {
        intents.push(Intent::Go(target.clone()));
    }
    let width = at_end(ui, place, |ui| {
        ui.spacing_mut().item_spacing.x = 12.0;
        intents.extend(state_ui(ui, view));
        intents.extend(pause_ui(ui, view));
        let room = (place.width() * MOST_OF_A_NAME).min(240.0);
        intents.extend(account_ui(ui, view, room));
        ui.min_rect().width()
    });
    ui.data_mut(|data| data.insert_temp(id, width));
    intents
}

/// The share of the top bar that the name of an account may take.
const MOST_OF_A_NAME: f32 = 0.2;

/// Where a person is, and the screens of the links on the way there.
fn crumbs(view: &View<'_>, screen: &Screen) -> (Vec<String>, Vec<Screen>) {
    let within = |name: String| {
        (
            vec![t("rail-destinations").to_owned(), name],
            vec![Screen::Destinations],
        )
    };
    match screen {
        Screen::Destination(place) => {
            let found = view.snapshot.destination(&place.slug);
            let name = found.map_or_else(|| place.slug.clone(), |it| it.settings.name.clone());
            let (mut path, mut targets) = within(name);
            let audiences = found.map(|it| it.audiences.as_slice()).unwrap_or_default();
            let is_open = |row: &&AudienceRow| place.audience.as_ref() == Some(&row.id);
            if let Some(audience) = audiences.iter().find(is_open) {
                path.push(audience.name.clone());
                targets.push(Screen::Destination(Place::of(&place.slug)));
            }
            (path, targets)
        }
        Screen::Wizard => {
            let draft = view.snapshot.draft.as_deref();
            let name = draft.map(|draft| draft.name.trim()).unwrap_or_default();
            within(if name.is_empty() {
                t("new-destination").to_owned()
            } else {
                name.to_owned()
            })
        }
        Screen::Destinations
        | Screen::Catalog
        | Screen::Accounts
        | Screen::Sources
        | Screen::Activity
        | Screen::Alerts
        | Screen::Settings => (vec![Item::of(screen).name().to_owned()], vec![]),
    }
}

/// Who is connected, by name; the e-mail address is in the tooltip.
fn account_ui(ui: &mut Ui, view: &View<'_>, room: f32) -> Vec<Intent> {
    let account = view.snapshot.accounts.first();
    let whole = account.map_or(t("no-account"), connected_as);
    let name = without_address(whole);
    let palette = theme::palette(ui);
    let text = draw::line(ui, Role::BodyStrong, palette.text_2, name, room);
    let is_cut = text.elided || name != whole;
    let size = vec2(text.size().x.ceil() + 62.0, measure::CONTROL);
    let response = ui.allocate_response(size, Sense::click());
    response.widget_info(|| {
        WidgetInfo::labeled(
            accesskit::Role::Button,
            true,
            t_args("account-menu", &[("name", name.into())]),
        )
    });
    let rect = response.rect;
    if response.hovered() {
        ui.painter()
            .rect_filled(rect, f32::from(measure::RADIUS_CONTROL), palette.line);
    }
    let at = Rect::from_min_size(pos2(rect.left() + 6.0, rect.top() + 4.0), vec2(24.0, 24.0));
    if account.is_some() {
        ui.scope_builder(egui::UiBuilder::new().max_rect(at), |ui| {
            monogram(ui, name, 24.0);
        });
    } else {
        draw::icon(ui, at, Icon::UserCircle, 18.0, palette.text_2);
    }
    draw::left(ui, rect.with_min_x(rect.left() + 36.0), text);
    let caret = Rect::from_min_size(
        pos2(rect.right() - 20.0, rect.center().y - 6.0),
        vec2(12.0, 12.0),
    );
    draw::icon(ui, caret, Icon::CaretDown, 12.0, palette.text_3);
    draw::focus_ring(ui, &response, measure::RADIUS_CONTROL);
    let response = if is_cut {
        tip(response, whole)
    } else {
        response
    };
    menu(&response, |ui| accounts_menu(ui, view))
        .map(|shown| shown.inner)
        .unwrap_or_default()
}

fn accounts_menu(ui: &mut Ui, view: &View<'_>) -> Vec<Intent> {
    let mut is_taken = false;
    for account in &view.snapshot.accounts {
        let item = MenuItem::new(&account.settings.name).icon(Icon::UserCircle);
        is_taken |= item.show(ui);
    }
    if !view.snapshot.accounts.is_empty() {
        separator(ui);
    }
    let manage = MenuItem::new(t("manage-accounts")).icon(Icon::Gear);
    is_taken |= manage.show(ui);
    let wish = is_taken.then_some(Intent::Go(Screen::Accounts));
    wish.into_iter().collect()
}

fn connected_as(account: &AccountView) -> &str {
    let who = account.settings.connected_as.as_deref();
    who.unwrap_or(&account.settings.name)
}

/// "Maja Lindqvist" of "Maja Lindqvist (maja@example.com)".
fn without_address(who: &str) -> &str {
    let name = who.split(" (").next().unwrap_or(who).trim();
    if name.is_empty() { who } else { name }
}

/// Minutes of the first choice of a pause.
const SHORT_PAUSE: SignedDuration = SignedDuration::from_mins(30);

fn pause_ui(ui: &mut Ui, view: &View<'_>) -> Vec<Intent> {
    if view.snapshot.destinations.is_empty() {
        return vec![];
    }
    if view.snapshot.pause.is_some() {
        let resume = Button::ghost(t("resume")).icon(Icon::Play).show(ui);
        return resume
            .clicked()
            .then(|| Intent::Do(Command::Resume))
            .into_iter()
            .collect();
    }
    let mut intents = vec![];
    let mut pause = |until| intents.push(Intent::Do(Command::Pause { until }));
    let button = Button::ghost(t("pause")).icon(Icon::Pause).show(ui);
    menu(&button, |ui| {
        if MenuItem::new(t("pause-half-hour")).show(ui) {
            pause(view.now.checked_add(SHORT_PAUSE).ok());
        }
        if MenuItem::new(t("pause-until-tomorrow")).show(ui) {
            let today = view.now.to_zoned_datetime(view.zone.clone());
            let tomorrow = today.tomorrow().and_then(|day| day.start_of_day());
            pause(tomorrow.map(|day| day.timestamp()).ok());
        }
        if MenuItem::new(t("pause-until-resumed")).show(ui) {
            pause(None);
        }
    });
    intents
}

fn state_ui(ui: &mut Ui, view: &View<'_>) -> Vec<Intent> {
    let state = SyncState::of(view.snapshot);
    let (pill, text) = match state {
        SyncState::Syncing => (StatePill::Syncing, t("state-syncing")),
        SyncState::UpToDate => (StatePill::UpToDate, t("state-up-to-date")),
        SyncState::Paused => (StatePill::Paused, t("state-paused")),
        SyncState::NeedsAttention => (StatePill::NeedsAttention, t("state-needs-attention")),
        SyncState::Nothing => (StatePill::Nothing, t("state-nothing")),
    };
    let mut intents = vec![];
    let response = pill.show(ui, text);
    menu(&response, |ui| {
        for view in &view.snapshot.destinations {
            let word = match (&view.running, &view.problem, view.runs.first()) {
                (Some(_), _, _) => t("state-syncing"),
                (None, None, None) => t("state-never-run"),
                (None, None, Some(run)) if run.status == RunStatus::Completed => {
                    t("state-up-to-date")
                }
                (None, _, _) => t("state-needs-attention"),
            };
            let line = t_args(
                "state-of-destination",
                &[
                    ("name", view.settings.name.as_str().into()),
                    ("state", word.into()),
                ],
            );
            if MenuItem::new(&line).show(ui) {
                intents.push(Intent::Go(Screen::Destination(Place::of(&view.slug))));
            }
        }
        if view.snapshot.destinations.is_empty() && MenuItem::new(t("set-up-first")).show(ui) {
            intents.push(Intent::Go(Screen::Catalog));
        }
    });
    intents
}

fn bottom_ui(ui: &mut Ui, view: &View<'_>) -> Vec<Intent> {
    let mut intents = vec![];
    let palette = theme::palette(ui);
    let line = BottomLine::of(view);
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        budget_ui(ui, view);
        ui.add_space(16.0);
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            match line.icon {
                None => drop(spinner(ui, 14.0)),
                Some((icon, kind)) => {
                    let (rect, _) = ui.allocate_exact_size(vec2(16.0, 16.0), Sense::hover());
                    draw::icon_fill(ui, rect, icon, 16.0, kind.ink(palette));
                }
            }
            if let Some(demo) = &view.snapshot.demo {
                let open = Button::ghost(t("open-sandbox"))
                    .small()
                    .icon(Icon::ArrowSquareOut);
                if open.show(ui).clicked() {
                    intents.push(Intent::Open(demo.address.clone()));
                }
            }
            truncated(ui, Role::Help, palette.text_2, &line.text);
        });
    });
    intents
}

fn budget_ui(ui: &mut Ui, view: &View<'_>) {
    let palette = theme::palette(ui);
    let signed_in = |view: &&AccountView| view.settings.signed_in_until.is_some();
    let busiest = view
        .snapshot
        .accounts
        .iter()
        .filter(signed_in)
        .max_by_key(|account| account.budget.used);
    let Some(account) = busiest else {
        label_in(ui, Role::Help, palette.text_3, t("bottom-no-budget"));
        return;
    };
    let budget = &account.budget;
    let text = t_args(
        "bottom-budget",
        &[("used", budget.used.into()), ("limit", budget.limit.into())],
    );
    label_in(ui, Role::Help, palette.text_2, &text);
    #[expect(clippy::cast_precision_loss, reason = "a gauge of 96 points")]
    let share = budget.used as f32 / budget.limit.max(1) as f32;
    let shown = gauge(ui, share, t("bottom-hourly"));
    if let Some(until) = budget.waiting_until.filter(|until| *until > view.now) {
        let time = format::time(until, &view.zone);
        tip(
            shown,
            &t_args("bottom-budget-waiting", &[("time", time.into())]),
        );
    }
    label_in(ui, Role::Help, palette.text_3, t("bottom-hourly"));
}
