//! The summary of one audience at the left, and one of its prospects at the right.

use egui::{Align, Layout, Rect, Ui, pos2, vec2};
use jiff::Timestamp;

use super::{audiences::field, go, person, prospects::Prospects, rate::seconds};
use crate::{
    engine::{
        Look,
        snapshot::{AudienceRow, AudienceSummary, DestinationView},
    },
    model::AudienceId,
    ui::{
        AskOnce, Intent, Place, View, format,
        icon::Icon,
        page,
        text::{t, t_args},
        theme::{self, Role},
        widgets::{Button, EmptyState, draw, help, label, plot::image_info, truncated},
    },
};

/// The person beside the table takes so much.
const PERSON: f32 = 360.0;

/// What changes whenever the destination's data has, but at most every five seconds: a run changes it all the time.
pub(super) type Revision = Option<i64>;

/// What was asked for, and the table of prospects.
#[derive(Debug, Default)]
pub(super) struct Audience {
    ask: AskOnce<(String, AudienceId, Revision)>,
    prospects: Prospects,
    person: person::PersonPanel,
    /// Whose table that is.
    of: Option<AudienceId>,
}

impl Audience {
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        view: &View<'_>,
        destination: &DestinationView,
        id: &AudienceId,
        place: &Place,
    ) -> Vec<Intent> {
        let Some(row) = destination.audiences.iter().find(|row| row.id == *id) else {
            return gone(ui, place);
        };
        if self.of.as_ref() != Some(id) {
            self.of = Some(id.clone());
            self.prospects = Prospects::default();
        }
        let mut intents = vec![];
        let revision = revision(destination);
        let question = (place.slug.clone(), id.clone(), revision);
        if self.ask.is_new(question) {
            intents.push(Intent::look(Look::Audience {
                slug: place.slug.clone(),
                audience: id.clone(),
            }));
        }
        let whole = ui.available_rect_before_wrap();
        let open = place.prospect;
        let (left, right) = split(whole, open.is_some());
        let down = Layout::top_down(Align::Min);
        page::child(ui, left, down, |ui| {
            ui.shrink_clip_rect(left);
            page::padded(ui, |ui| summary(ui, view, row, place, &mut intents));
            let of = (place.slug.as_str(), id);
            let picked = self
                .prospects
                .ui(ui, view, of, revision, open, &mut intents);
            intents.extend(picked.map(|prospect| {
                go(Place {
                    prospect: Some(prospect),
                    ..place.clone()
                })
            }));
        });
        if let (Some(prospect), Some(right)) = (open, right) {
            page::upright_rule(ui, right.left(), right.y_range());
            page::child(ui, right, down, |ui| {
                let slug = (place.slug.as_str(), revision);
                intents.extend(self.person.ui(ui, view, slug, prospect, place));
            });
        }
        intents
    }
}

/// The table, and the person beside it; on a narrow sheet the person takes what the table's first columns leave.
fn split(whole: Rect, has_person: bool) -> (Rect, Option<Rect>) {
    if !has_person {
        return (whole, None);
    }
    let width = PERSON.min(whole.width() * 0.5);
    let edge = (whole.right() - width).round();
    (
        whole.with_max_x(edge),
        Some(Rect::from_min_max(pos2(edge, whole.top()), whole.max)),
    )
}

/// When the destination's data changed last.
fn revision(destination: &DestinationView) -> Revision {
    let ended = destination.runs.iter().find_map(|run| run.ended);
    let changed = destination
        .audiences
        .iter()
        .filter_map(|row| row.last_change)
        .max();
    ended.max(changed).map(|at: Timestamp| at.as_second() / 5)
}

fn summary(
    ui: &mut Ui,
    view: &View<'_>,
    row: &AudienceRow,
    place: &Place,
    intents: &mut Vec<Intent>,
) {
    ui.add_space(24.0);
    let p = theme::palette(ui);
    let (back, ()) = page::row(
        ui,
        28.0,
        |ui| {
            let back = Button::icon_only(Icon::ArrowLeft, t("back-to-audiences"))
                .small()
                .show(ui);
            truncated(ui, Role::Title, p.text, &row.name);
            back.clicked()
        },
        |_| {},
    );
    if back {
        intents.push(go(Place::of(&place.slug)));
    }
    let end = row.end.map_or_else(|| t("no-end").to_owned(), format::date);
    let args = [
        ("field", field(row).into()),
        ("start", format::date(row.start).into()),
        ("end", end.into()),
    ];
    truncated(
        ui,
        Role::Help,
        p.text_3,
        &t_args("audience-subtitle", &args),
    );
    ui.add_space(16.0);
    figures(ui, view, row, place);
    ui.add_space(16.0);
}

/// In source, realized, and members over time.
fn figures(ui: &mut Ui, view: &View<'_>, row: &AudienceRow, place: &Place) {
    let asked = view.snapshot.looks.audience.as_ref();
    let asked = asked.filter(|asked| asked.question == (place.slug.clone(), row.id.clone()));
    let answer = asked.and_then(|asked| asked.answer.as_deref());
    let whole = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), 72.0));
    ui.allocate_rect(whole, egui::Sense::hover());
    let down = Layout::top_down(Align::Min);
    let column =
        |at: f32, width: f32| Rect::from_min_size(whole.min + vec2(at, 0.0), vec2(width, 72.0));
    let last = answer.map_or_else(String::new, entered);
    page::child(ui, column(0.0, 148.0), down, |ui| {
        figure(ui, t("head-in-source"), row.in_source, &last);
    });
    page::upright_rule(ui, whole.left() + 160.0, whole.top()..=whole.top() + 60.0);
    let pending = t_args("why-pending", &[("n", row.n_pending.into())]);
    page::child(ui, column(184.0, 156.0), down, |ui| {
        figure(ui, t("head-realized"), row.realized, &pending);
    });
    let rest = whole.with_min_x(whole.left() + 376.0);
    if rest.width() > 120.0 {
        page::upright_rule(ui, whole.left() + 352.0, whole.top()..=whole.top() + 60.0);
        page::child(ui, rest, down, |ui| over_time(ui, answer));
    }
}

/// How many came and went with the last run.
fn entered(summary: &AudienceSummary) -> String {
    t_args(
        "entered-left",
        &[
            ("entered", summary.n_entered.into()),
            ("left", summary.n_left.into()),
        ],
    )
}

fn figure(ui: &mut Ui, name: &str, number: Option<u64>, note: &str) {
    ui.spacing_mut().item_spacing.y = 0.0;
    help(ui, name);
    let text = number.map_or_else(|| t("unknown").to_owned(), format::count);
    label(ui, Role::Figure, &text);
    let color = theme::palette(ui).text_2;
    truncated(ui, Role::Help, color, note);
}

/// A line without axes: its range stands beside its name.
fn over_time(ui: &mut Ui, summary: Option<&AudienceSummary>) {
    let points = summary
        .map(|summary| summary.over_time.as_slice())
        .unwrap_or_default();
    let (Some((from, first)), Some((to, last))) = (points.first(), points.last()) else {
        help(ui, t("members-over-time"));
        return;
    };
    let range = t_args(
        "members-range",
        &[("first", (*first).into()), ("last", (*last).into())],
    );
    page::row(
        ui,
        16.0,
        |ui| help(ui, t("members-over-time")),
        |ui| {
            if ui.available_width() > 250.0 {
                help(ui, &range);
            }
        },
    );
    ui.add_space(4.0);
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), 46.0), egui::Sense::hover());
    image_info(&response, t("members-over-time"), &range);
    draw::rule(ui, rect.x_range(), rect.bottom(), theme::palette(ui).line);
    let (low, high) = points.iter().fold((u64::MAX, 0), |(low, high), (_, n)| {
        (low.min(*n), high.max(*n))
    });
    let width = (seconds(*to) - seconds(*from)).max(1.0);
    let line = points.iter().map(|(at, n)| {
        #[expect(clippy::cast_possible_truncation, reason = "a share of the width")]
        let x = ((seconds(*at) - seconds(*from)) / width) as f32;
        let y = crate::ui::words::share(n - low, high - low);
        #[expect(clippy::cast_possible_truncation, reason = "a share of the height")]
        let y = y as f32;
        pos2(
            rect.left() + x * rect.width(),
            rect.bottom() - 4.0 - y * (rect.height() - 8.0),
        )
    });
    let stroke = egui::Stroke::new(1.5, theme::palette(ui).accent);
    ui.painter().add(egui::Shape::line(line.collect(), stroke));
}

fn gone(ui: &mut Ui, place: &Place) -> Vec<Intent> {
    ui.add_space(120.0);
    EmptyState::new(Icon::Users, t("audience-gone"), t("audience-gone-text")).show(
        ui,
        152.0,
        |ui| {
            let back = Button::secondary(t("back-to-audiences")).show(ui);
            let intent = back.clicked().then(|| go(Place::of(&place.slug)));
            intent.into_iter().collect()
        },
    )
}
