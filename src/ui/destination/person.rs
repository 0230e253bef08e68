//! One prospect: what it holds, and who put it there.

use super::{audience::Revision, go};
use crate::{
    engine::{
        Look,
        snapshot::{HistoryEntry, Person},
    },
    model::OutreachId,
    ui::{
        AskOnce, Intent, Place, View, format,
        icon::Icon,
        page,
        text::{t, t_args},
        theme::{self, Role},
        widgets::{
            Banner, Button, Card, Tag, chip::Kind, copy_button, draw, help, label, nav, old_new,
            skeleton, truncated,
        },
        words::cause,
    },
};
use egui::{Rect, ScrollArea, Sense, Ui, vec2};

/// What was asked for.
#[derive(Debug, Default)]
pub(super) struct PersonPanel {
    ask: AskOnce<(String, OutreachId, Revision)>,
}

impl PersonPanel {
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        view: &View<'_>,
        (slug, revision): (&str, Revision),
        prospect: OutreachId,
        place: &Place,
    ) -> Vec<Intent> {
        let mut intents = vec![];
        if self.ask.is_new((slug.to_owned(), prospect, revision)) {
            intents.push(Intent::look(Look::Person {
                slug: slug.to_owned(),
                prospect,
            }));
        }
        let asked = view.snapshot.looks.person.as_ref();
        let asked = asked.filter(|asked| asked.question == (slug.to_owned(), prospect));
        let person = asked.and_then(|asked| asked.answer.as_deref());
        inset(ui, |ui| {
            if head(ui, prospect, person) {
                intents.push(go(Place {
                    prospect: None,
                    ..place.clone()
                }));
            }
            if let Some(problem) = asked.and_then(|asked| asked.problem.as_ref()) {
                Banner::new(Kind::Bad, &problem.what)
                    .text(&problem.next_step)
                    .show(ui);
            }
        });
        ScrollArea::vertical().show(ui, |ui| match person {
            Some(person) => inset(ui, |ui| body(ui, view, person, place, &mut intents)),
            None => skeleton(ui, 5, &[0.0, 0.5]),
        });
        intents
    }
}

/// The panel's padding, which the scroll bar stands in.
fn inset(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    egui::Frame::new()
        .inner_margin(egui::Margin::symmetric(20, 0))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            content(ui);
        });
}

/// Whether it is to be closed.
fn head(ui: &mut Ui, prospect: OutreachId, person: Option<&Person>) -> bool {
    ui.add_space(24.0);
    let number = prospect.to_string();
    let name = person
        .map(|person| person.name.as_str())
        .filter(|name| !name.is_empty());
    let name = name.map_or_else(
        || t_args("prospect-title", &[("id", number.as_str().into())]),
        str::to_owned,
    );
    let ((), close) = page::row(
        ui,
        40.0,
        |ui| {
            ui.set_max_width(ui.available_width() - 40.0);
            nav::monogram(ui, &name, 40.0);
            ui.add_space(4.0);
            truncated(ui, Role::Step, theme::palette(ui).text, &name);
        },
        |ui| {
            let close = Button::icon_only(Icon::X, t("close-person"))
                .small()
                .show(ui);
            let is_typing = ui.ctx().text_edit_focused();
            let is_escape = ui.input(|input| input.key_pressed(egui::Key::Escape));
            close.clicked() || (is_escape && !is_typing)
        },
    );
    ui.add_space(8.0);
    page::row(
        ui,
        28.0,
        |ui| {
            help(ui, t("head-outreach-id"));
            label(ui, Role::Mono, &number);
            copy_button(ui, t("copy-outreach-id"), &number);
        },
        |_| {},
    );
    ui.add_space(8.0);
    close
}

fn body(ui: &mut Ui, view: &View<'_>, person: &Person, place: &Place, intents: &mut Vec<Intent>) {
    ui.set_width(ui.available_width());
    if !person.fields.is_empty() || !person.pending.is_empty() {
        Card::new().padding(12).show(ui, |ui| fields(ui, person));
    }
    ui.add_space(20.0);
    label(ui, Role::Card, t("history"));
    ui.add_space(8.0);
    if person.history.is_empty() {
        help(ui, t("history-none"));
    }
    let mut rest = person.history.as_slice();
    while let Some(first) = rest.first() {
        let same = rest
            .iter()
            .take_while(|entry| entry.run == first.run)
            .count();
        let (entries, after) = rest.split_at_checked(same.max(1)).unwrap_or((rest, &[]));
        rest = after;
        written(ui, view, entries, rest.is_empty(), place, intents);
    }
    ui.add_space(24.0);
}

/// What Outreach holds, and what waits.
fn fields(ui: &mut Ui, person: &Person) {
    ui.spacing_mut().item_spacing.y = 0.0;
    let pending = person.pending.iter().map(|field| (field, true));
    let all = person
        .fields
        .iter()
        .map(|field| (field, false))
        .chain(pending);
    for (i, ((attribute, name, value), waits)) in all.enumerate() {
        if i > 0 {
            draw::separator(ui);
        }
        let name = name.as_deref().unwrap_or(attribute);
        page::row(
            ui,
            28.0,
            |ui| {
                ui.set_max_width(ui.available_width() * 0.55);
                truncated(ui, Role::Body, theme::palette(ui).text_2, name)
            },
            |ui| value_of(ui, value, waits),
        );
    }
}

fn value_of(ui: &mut Ui, value: &str, waits: bool) {
    let p = theme::palette(ui);
    if waits {
        let (rect, response) = ui.allocate_exact_size(vec2(16.0, 16.0), Sense::hover());
        draw::icon(ui, rect, Icon::Clock, 14.0, p.text_3);
        crate::ui::widgets::tip(response, t("status-pending"));
    }
    match value {
        "realized" => {
            Tag::Good.show(ui, value);
        }
        "exited" => {
            Tag::Plain.show(ui, value);
        }
        "" => {
            label(ui, Role::Help, t("value-empty"));
        }
        other => {
            ui.set_max_width(ui.available_width().min(170.0));
            truncated(ui, Role::Body, p.text, other);
        }
    }
}

/// What one run wrote.
fn written(
    ui: &mut Ui,
    view: &View<'_>,
    entries: &[HistoryEntry],
    is_last: bool,
    place: &Place,
    intents: &mut Vec<Intent>,
) {
    let Some(first) = entries.first() else { return };
    let p = theme::palette(ui);
    let lines = entries.len().min(8);
    let margin = egui::Margin {
        left: 36,
        right: 0,
        top: 2,
        bottom: 16,
    };
    let shown = egui::Frame::new().inner_margin(margin).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 0.0;
        let title = t_args("written-by", &[("run", first.run.to_string().into())]);
        let at = format::moment(first.at, view.now, &view.zone);
        let (is_asked, _) = page::row(
            ui,
            20.0,
            |ui| crate::ui::widgets::link(ui, &title).clicked(),
            |ui| help(ui, &at),
        );
        for entry in entries.iter().take(lines) {
            line(ui, entry);
        }
        help(ui, &why(entries, lines));
        is_asked
    });
    if shown.inner {
        intents.push(go(Place::of_run(&place.slug, first.run)));
    }
    let rect = shown.response.rect;
    let mark = Rect::from_min_size(rect.min, vec2(24.0, 24.0));
    ui.painter()
        .circle_filled(mark.center(), 12.0, p.accent_soft);
    draw::icon(ui, mark, Icon::ArrowUp, 14.0, p.accent_text);
    if !is_last {
        let x = mark.center().x.floor();
        page::upright_rule(ui, x, mark.bottom() + 4.0..=rect.bottom() - 4.0);
    }
}

fn line(ui: &mut Ui, entry: &HistoryEntry) {
    let empty = t("value-empty");
    let shown = |value: &str| {
        if value.is_empty() {
            empty.to_owned()
        } else {
            value.to_owned()
        }
    };
    ui.horizontal(|ui| {
        let (rect, response) = ui.allocate_exact_size(vec2(86.0, 20.0), Sense::hover());
        let name = draw::line(
            ui,
            Role::Help,
            theme::palette(ui).text_2,
            &entry.field,
            82.0,
        );
        draw::left(ui, rect, name);
        if let Some(label) = &entry.label {
            crate::ui::widgets::tip(response, label);
        }
        let old = entry
            .old
            .as_deref()
            .map_or_else(|| t("value-unknown").to_owned(), shown);
        old_new(ui, &old, &shown(&entry.new));
    });
}

/// Why the run wrote it.
fn why(entries: &[HistoryEntry], lines: usize) -> String {
    let mut parts = vec![];
    for entry in entries {
        let Some(audience) = &entry.audience else {
            continue;
        };
        let args = [("audience", audience.as_str().into())];
        match entry.new.as_str() {
            "realized" => parts.push(t_args("entered-audience", &args)),
            "exited" => parts.push(t_args("left-audience", &args)),
            _ => {}
        }
    }
    if let Some(reason) = entries.first().and_then(|entry| entry.cause) {
        parts.push(cause(reason).to_owned());
    }
    if entries.len() > lines {
        let n = entries.len() - lines;
        parts.push(t_args("more-values", &[("n", n.into())]));
    }
    parts.join(". ")
}
