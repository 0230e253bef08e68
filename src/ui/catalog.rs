//! What there is to set up, what it needs, and what a sync does.

use egui::{Align, Layout, Rect, ScrollArea, Sense, Ui, pos2, vec2};

use super::{
    Intent, View,
    icon::Icon,
    page,
    text::t,
    theme::{self, Role},
    widgets::{Button, Card, Chip, Tag, draw, help, label, label_in, nav},
};
use crate::engine::Command;

/// The catalog has no state of its own.
#[derive(Debug, Default)]
pub(in crate::ui) struct Catalog;

impl Catalog {
    #[expect(clippy::unused_self, reason = "every screen is drawn alike")]
    pub(in crate::ui) fn ui(&mut self, ui: &mut Ui, view: &View<'_>) -> Vec<Intent> {
        page::reset(ui);
        let mut intents = vec![];
        ScrollArea::vertical().id_salt("catalog").show(ui, |ui| {
            page::padded(ui, |ui| {
                ui.add_space(24.0);
                label(ui, Role::Title, t("catalog-title"));
                ui.add_space(4.0);
                let p = theme::palette(ui);
                label_in(ui, Role::Body, p.text_2, t("catalog-text"));
                ui.add_space(24.0);
                section(ui, t("catalog-crm"), t("catalog-crm-count"));
                intents = tiles(ui, view);
                ui.add_space(28.0);
                section(ui, t("catalog-what"), t("catalog-what-note"));
                example(ui);
                ui.add_space(24.0);
            });
            page::keep_focus_in_sight(ui);
        });
        intents
    }
}

fn section(ui: &mut Ui, title: &str, note: &str) {
    ui.horizontal(|ui| {
        label(ui, Role::Card, title);
        let color = theme::palette(ui).text_3;
        label_in(ui, Role::Body, color, note);
    });
    ui.add_space(8.0);
}

/// The tile, and beside it, or below it on a narrow sheet, what it needs.
fn tiles(ui: &mut Ui, view: &View<'_>) -> Vec<Intent> {
    let width = ui.available_width();
    if width < 900.0 {
        let intents = Card::new().padding(24).show(ui, |ui| tile(ui, view)).inner;
        ui.add_space(16.0);
        Card::new().padding(24).show(ui, needs);
        return intents;
    }
    let (whole, _) = ui.allocate_exact_size(vec2(width, 320.0), Sense::hover());
    let right = whole.with_min_x(whole.right() - 326.0);
    let left = whole.with_max_x(right.left() - 16.0);
    let down = Layout::top_down(Align::Min);
    let p = theme::palette(ui);
    for rect in [left, right] {
        draw::frame(ui, rect, theme::measure::RADIUS_CARD, p.surface, p.line);
    }
    page::child(ui, right.shrink(24.0), down, needs);
    page::child(ui, left.shrink(24.0), down, |ui| tile(ui, view))
}

fn tile(ui: &mut Ui, view: &View<'_>) -> Vec<Intent> {
    ui.spacing_mut().item_spacing.y = 0.0;
    let p = theme::palette(ui);
    page::row(
        ui,
        48.0,
        |ui| {
            nav::outreach_mark(ui, 48.0);
            ui.add_space(8.0);
            ui.vertical(|ui| {
                ui.horizontal(|ui| {
                    label(ui, Role::Step, t("outreach"));
                    Chip::plain(t("catalog-crm")).show(ui);
                });
                label_in(ui, Role::Body, p.text_2, t("outreach-what"));
            });
        },
        |_| {},
    );
    ui.add_space(16.0);
    label(ui, Role::Body, t("outreach-text"));
    ui.add_space(16.0);
    draw::separator(ui);
    ui.add_space(16.0);
    promises(ui);
    ui.add_space(16.0);
    draw::separator(ui);
    ui.add_space(20.0);
    buttons(ui, view)
}

fn promises(ui: &mut Ui) {
    let promises = [
        (
            Icon::Pencil,
            t("promise-updates"),
            t("promise-updates-text"),
        ),
        (Icon::Eye, t("promise-dry-run"), t("promise-dry-run-text")),
        (Icon::Gauge, t("promise-limits"), t("promise-limits-text")),
    ];
    let (whole, _) = ui.allocate_exact_size(vec2(ui.available_width(), 56.0), Sense::hover());
    let width = (whole.width() / 3.0).floor();
    let mut left = whole.left();
    for (icon, title, text) in promises {
        let rect = Rect::from_min_size(pos2(left, whole.top()), vec2(width - 24.0, 56.0));
        left += width;
        page::child(ui, rect, Layout::top_down(Align::Min), |ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.horizontal(|ui| {
                let (mark, _) = ui.allocate_exact_size(vec2(16.0, 20.0), Sense::hover());
                draw::icon(ui, mark, icon, 16.0, theme::palette(ui).text);
                label(ui, Role::BodyStrong, title);
            });
            help(ui, text);
        });
    }
}

fn buttons(ui: &mut Ui, view: &View<'_>) -> Vec<Intent> {
    let mut intents = vec![];
    ui.horizontal(|ui| {
        if Button::primary(t("set-up")).show(ui).clicked() {
            intents.push(Intent::Wizard(Box::default()));
        }
        let why_not = view.snapshot.demo.is_some().then(|| t("demo-runs"));
        let demo = Button::secondary(t("explore-demo"))
            .icon(Icon::PlayCircle)
            .disabled_if(why_not);
        if demo.show(ui).clicked() {
            intents.push(Intent::Do(Command::StartDemo));
        }
        ui.add_space(8.0);
        help(ui, why_not.unwrap_or_else(|| t("demo-note")));
    });
    intents
}

fn needs(ui: &mut Ui) {
    label(ui, Role::Card, t("needs-title"));
    ui.add_space(12.0);
    let needs = [
        ("1", t("need-app"), t("need-app-text")),
        ("2", t("need-source"), t("need-source-text")),
        ("3", t("need-fields"), t("need-fields-text")),
    ];
    for (number, title, text) in needs {
        ui.horizontal_top(|ui| {
            let p = theme::palette(ui);
            let (circle, _) = ui.allocate_exact_size(vec2(20.0, 20.0), Sense::hover());
            ui.painter().circle_filled(circle.center(), 10.0, p.hover);
            let galley = draw::whole(ui, Role::Label, p.text_2, number);
            draw::put(ui, circle, egui::Align2::CENTER_CENTER, galley);
            ui.add_space(4.0);
            ui.vertical(|ui| {
                label(ui, Role::BodyStrong, title);
                help(ui, text);
            });
        });
        ui.add_space(16.0);
    }
}

/// One person, from the source to the prospect.
fn example(ui: &mut Ui) {
    let (whole, _) = ui.allocate_exact_size(vec2(ui.available_width(), 162.0), Sense::hover());
    let gap = (whole.width() * 0.094).round();
    let width = ((whole.width() - 2.0 * gap) / 3.0).floor();
    let place = |i: f32| {
        let left = whole.left() + i * (width + gap);
        Rect::from_min_size(pos2(left, whole.top()), vec2(width, 162.0))
    };
    card(ui, place(0.0), Icon::Database, t("example-source"), &SOURCE);
    arrow(ui, place(0.0), gap, t("example-read"));
    card(
        ui,
        place(1.0),
        Icon::ArrowsClockwise,
        t("example-app"),
        &SENT,
    );
    arrow(ui, place(1.0), gap, t("example-send"));
    card(ui, place(2.0), Icon::User, t("example-prospect"), &PROSPECT);
}

/// What stands at the right of a line.
enum Value {
    Id,
    In,
    Out,
    Same,
    ToSend,
    Requests,
}

type Line = (fn() -> &'static str, Value);

const SOURCE: [Line; 4] = [
    (|| t("head-outreach-id"), Value::Id),
    (|| t("example-gold"), Value::In),
    (|| t("example-webinar"), Value::In),
    (|| t("example-trial"), Value::Out),
];
const SENT: [Line; 4] = [
    (|| t("example-gold"), Value::Same),
    (|| t("example-webinar"), Value::ToSend),
    (|| t("example-trial"), Value::ToSend),
    (|| t("example-changes"), Value::Requests),
];
const PROSPECT: [Line; 4] = [
    (|| t("head-outreach-id"), Value::Id),
    (|| t("example-field-4"), Value::In),
    (|| t("example-field-5"), Value::In),
    (|| t("example-field-6"), Value::Out),
];

fn card(ui: &mut Ui, rect: Rect, icon: Icon, title: &str, lines: &[Line]) {
    let p = theme::palette(ui);
    draw::frame(ui, rect, theme::measure::RADIUS_CARD, p.surface, p.line);
    let inside = Rect::from_min_max(rect.min + vec2(16.0, 12.0), rect.max - vec2(16.0, 4.0));
    page::child(ui, inside, Layout::top_down(Align::Min), |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        page::row(
            ui,
            28.0,
            |ui| {
                let (mark, _) = ui.allocate_exact_size(vec2(16.0, 16.0), Sense::hover());
                draw::icon(ui, mark, icon, 16.0, p.text);
                label(ui, Role::Card, title);
            },
            |_| {},
        );
        for (name, value) in lines {
            draw::separator(ui);
            page::row(ui, 27.0, |ui| help(ui, name()), |ui| show(ui, value));
        }
    });
}

fn show(ui: &mut Ui, value: &Value) {
    let p = theme::palette(ui);
    match value {
        Value::Id => label(ui, Role::Mono, "104877"),
        Value::In => Tag::Good.show(ui, "realized"),
        Value::Out => Tag::Plain.show(ui, "exited"),
        Value::Same => help(ui, t("example-same")),
        Value::ToSend => label_in(ui, Role::Label, p.accent_text, t("example-to-send")),
        Value::Requests => label_in(ui, Role::Help, p.text_2, t("example-request")),
    };
}

fn arrow(ui: &Ui, after: Rect, gap: f32, word: &str) {
    let p = theme::palette(ui);
    let y = after.center().y + 10.0;
    let (from, to) = (after.right() + 12.0, after.right() + gap - 12.0);
    let line = Rect::from_x_y_ranges(from..=to, y..=y + 1.0);
    ui.painter().rect_filled(line, 0.0, p.control);
    let tip = Rect::from_center_size(pos2(to - 4.0, y + 0.5), vec2(12.0, 12.0));
    draw::icon(ui, tip, Icon::CaretRight, 12.0, p.control);
    let text = draw::whole(ui, Role::Help, p.text_3, word);
    let place = Rect::from_x_y_ranges(from..=to, y - 24.0..=y - 8.0);
    draw::put(ui, place, egui::Align2::CENTER_CENTER, text);
}
