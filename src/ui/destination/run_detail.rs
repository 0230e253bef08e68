//! One run: what was not written, by cause, with what it means and what to do.

use egui::{Align, Layout, Rect, ScrollArea, Sense, Ui, WidgetInfo, accesskit, pos2, vec2};

use crate::{
    engine::{
        DestinationCommand,
        snapshot::{DestinationView, FaultGroup, RunDetail},
    },
    model::{At, Fate, Place, Run, Step},
    ui::{
        Choice, Intent, View, actions, format,
        icon::Icon,
        page,
        text::{t, t_args},
        theme::{self, Role},
        widgets::{
            Banner, Button, Card, Column, Table,
            chip::Kind,
            draw, help, label, label_in, link, skeleton,
            table::{Cell, cell},
            tabs, truncated,
        },
    },
};

use super::{fault::explanation, run_card::duration};

/// Which cause is open.
#[derive(Debug, Default)]
pub(super) struct Detail {
    run: Option<crate::model::RunId>,
    /// Failed, then excluded.
    tab: usize,
    group: usize,
}

impl Detail {
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        view: &View<'_>,
        destination: &DestinationView,
        run: &Run,
    ) -> Vec<Intent> {
        if self.run != Some(run.id) {
            *self = Self {
                run: Some(run.id),
                tab: usize::from(run.figures.failed == 0 && run.figures.excluded > 0),
                group: 0,
            };
        }
        let asked = view.snapshot.looks.run.as_ref();
        let asked = asked.filter(|asked| asked.question == (destination.slug.clone(), run.id));
        page::padded(ui, |ui| {
            ui.add_space(16.0);
            let mut intents = head(ui, view, destination, run);
            ui.add_space(12.0);
            if let Some(problem) = run.problem.as_ref() {
                Banner::new(Kind::Bad, &problem.what)
                    .text(&problem.next_step)
                    .show(ui);
                ui.add_space(12.0);
            }
            if let Some(problem) = asked.and_then(|asked| asked.problem.as_ref()) {
                Banner::new(Kind::Bad, &problem.what)
                    .text(&problem.next_step)
                    .show(ui);
            } else if let Some(detail) = asked.and_then(|asked| asked.answer.as_deref()) {
                intents.extend(self.causes(ui, destination, detail));
            } else if run.figures.failed + run.figures.excluded > 0 {
                skeleton(ui, 4, &[0.0, 0.3, 0.6]);
            } else {
                help(ui, t("run-nothing-wrong"));
            }
            intents
        })
    }

    fn causes(
        &mut self,
        ui: &mut Ui,
        destination: &DestinationView,
        detail: &RunDetail,
    ) -> Vec<Intent> {
        if detail.groups.is_empty() {
            help(ui, t("run-nothing-wrong"));
            return vec![];
        }
        let fate = if self.tab == 0 {
            Fate::Failed
        } else {
            Fate::Excluded
        };
        let groups: Vec<_> = detail
            .groups
            .iter()
            .filter(|group| group.fate == fate)
            .collect();
        let whole = ui.available_rect_before_wrap();
        let whole = whole.with_max_y(whole.bottom() - 18.0);
        let left = Rect::from_min_size(
            whole.min,
            vec2((whole.width() * 0.3).min(288.0), whole.height()),
        );
        let right = whole.with_min_x(left.right() + 16.0);
        let down = Layout::top_down(Align::Min);
        page::child(ui, left, down, |ui| {
            framed(ui, left);
            self.list(ui, detail, &groups);
        });
        let mut intents = vec![];
        page::child(ui, right, down, |ui| {
            framed(ui, right);
            if let Some(group) = groups.get(self.group) {
                intents = explained(ui, destination, group);
            }
        });
        intents
    }

    fn list(&mut self, ui: &mut Ui, detail: &RunDetail, groups: &[&FaultGroup]) {
        ui.spacing_mut().item_spacing.y = 0.0;
        let count = |fate: Fate| -> u64 {
            let of_fate = detail.groups.iter().filter(|group| group.fate == fate);
            of_fate.map(|group| group.n_records).sum()
        };
        let failed = t_args("tab-failed", &[("n", count(Fate::Failed).into())]);
        let excluded = t_args("tab-excluded", &[("n", count(Fate::Excluded).into())]);
        let is_other = egui::Frame::new()
            .inner_margin(egui::Margin::symmetric(16, 0))
            .show(ui, |ui| tabs(ui, &[&failed, &excluded], &mut self.tab))
            .inner;
        if is_other {
            self.group = 0;
        }
        draw::separator(ui);
        if groups.is_empty() {
            ui.add_space(16.0);
            ui.horizontal(|ui| {
                ui.add_space(16.0);
                help(ui, t("run-none-of-these"));
            });
        }
        ScrollArea::vertical().id_salt("causes").show(ui, |ui| {
            for (i, group) in groups.iter().enumerate() {
                if cause_row(ui, group, i == self.group) {
                    self.group = i;
                }
            }
        });
    }
}

/// A card that is as high as its place.
fn framed(ui: &Ui, rect: Rect) {
    let p = theme::palette(ui);
    draw::frame(ui, rect, theme::measure::RADIUS_CARD, p.surface, p.line);
}

fn head(ui: &mut Ui, view: &View<'_>, destination: &DestinationView, run: &Run) -> Vec<Intent> {
    let mut intents = vec![];
    let figures = run.figures;
    let has_records = figures.failed + figures.excluded > 0;
    page::row_to_controls(
        ui,
        32.0,
        |ui| {
            ui.set_max_width((ui.available_width() - 270.0).max(120.0));
            label(
                ui,
                Role::Step,
                &t_args("run-title", &[("run", run.id.to_string().into())]),
            );
            let args = [
                ("cause", crate::ui::words::cause(run.cause).into()),
                (
                    "at",
                    format::moment(run.started, view.now, &view.zone).into(),
                ),
                ("length", duration(run).unwrap_or_default().into()),
                ("activated", figures.activated.into()),
                ("failed", figures.failed.into()),
                ("excluded", figures.excluded.into()),
            ];
            let color = theme::palette(ui).text_3;
            truncated(ui, Role::Body, color, &t_args("run-summary", &args));
        },
        |ui| {
            let export = Button::secondary(t("export-csv")).icon(Icon::Export);
            if has_records && export.show(ui).clicked() {
                intents.push(Intent::Choose(Choice::ExportFaults {
                    slug: destination.slug.clone(),
                    run: run.id,
                }));
            }
            if figures.failed > 0 {
                let why_not = destination.running.is_some().then(|| t("runs-already"));
                let retry = Button::primary(t("retry-failed"))
                    .icon(Icon::ArrowClockwise)
                    .disabled_if(why_not);
                if retry.show(ui).clicked() {
                    let what = DestinationCommand::RetryFailed;
                    intents.push(Intent::destination(&destination.slug, what));
                }
            }
        },
    );
    intents
}

/// A cause with its count; whether it was clicked.
fn cause_row(ui: &mut Ui, group: &FaultGroup, is_open: bool) -> bool {
    let p = theme::palette(ui);
    let response = ui.allocate_response(vec2(ui.available_width(), 52.0), Sense::click());
    let name = explanation(group).title;
    response
        .widget_info(|| WidgetInfo::selected(accesskit::Role::ListBoxOption, true, is_open, name));
    let rect = response.rect.shrink2(vec2(1.0, 0.0));
    let ground = match (is_open, response.hovered()) {
        (true, _) => p.selected,
        (false, true) => p.hover,
        (false, false) => egui::Color32::TRANSPARENT,
    };
    ui.painter().rect_filled(rect, 0.0, ground);
    draw::rule(ui, rect.x_range(), rect.bottom() - 1.0, p.line);
    let inner = rect.shrink2(vec2(15.0, 8.0));
    let count = draw::whole(
        ui,
        Role::BodyStrong,
        p.text,
        &format::count(group.n_records),
    );
    let room = inner.width() - count.size().x - 12.0;
    let above = draw::line(ui, Role::BodyStrong, p.text, name, room);
    let below = draw::line(ui, Role::Mono, p.text_3, &group.code, room);
    draw::left(ui, inner.with_max_y(inner.top() + 20.0), above);
    draw::left(ui, inner.with_min_y(inner.bottom() - 16.0), below);
    draw::put(ui, inner, egui::Align2::RIGHT_CENTER, count);
    draw::focus_ring(ui, &response, 0);
    response.clicked()
}

fn explained(ui: &mut Ui, destination: &DestinationView, group: &FaultGroup) -> Vec<Intent> {
    let mut intents = vec![];
    let explanation = explanation(group);
    let whole = ui.available_rect_before_wrap();
    let width = ((whole.width() - 64.0) / 3.0).floor();
    let column = |i: f32| {
        let left = whole.left() + 16.0 + i * (width + 16.0);
        Rect::from_min_size(pos2(left, whole.top() + 12.0), vec2(width, 96.0))
    };
    let down = Layout::top_down(Align::Min);
    let words = page::child(ui, column(0.0), down, |ui| {
        own_words(ui, group);
        ui.min_rect().bottom()
    });
    let meaning = page::child(ui, column(1.0), down, |ui| {
        help(ui, t("what-it-means"));
        let color = theme::palette(ui).text;
        let text = explanation.meaning.unwrap_or(&group.what);
        label_in(ui, Role::Body, color, text);
        ui.min_rect().bottom()
    });
    let todo = page::child(ui, column(2.0), down, |ui| {
        help(ui, t("what-to-do"));
        label(ui, Role::Body, explanation.todo);
        if explanation.in_mapping && link(ui, t("open-mapping")).clicked() {
            intents.push(actions::edit(destination, Step::Mapping));
        }
        ui.min_rect().bottom()
    });
    let height = words.max(meaning).max(todo) - whole.top() + 12.0;
    ui.add_space(height.max(112.0));
    draw::separator(ui);
    if group.n_records > group.records.len() as u64 {
        first_of_all(ui, group);
    }
    records(ui, group);
    intents
}

/// Says that not all records are in the table, and where they are.
fn first_of_all(ui: &mut Ui, group: &FaultGroup) {
    let n_shown = group.records.len();
    let args = [("n", n_shown.into()), ("all", group.n_records.into())];
    let text = t_args("records-first", &args);
    page::row(
        ui,
        32.0,
        |ui| {
            ui.add_space(16.0);
            help(ui, &text);
        },
        |_| {},
    );
    draw::separator(ui);
}

fn own_words(ui: &mut Ui, group: &FaultGroup) {
    if group.outreach.is_empty() {
        help(ui, t("first-record"));
        label(ui, Role::Body, &group.what);
        return;
    }
    help(ui, t("own-words"));
    ui.add_space(4.0);
    Card::new().sunken().padding(8).show(ui, |ui| {
        ScrollArea::vertical()
            .max_height(56.0)
            .show(ui, |ui| label(ui, Role::Mono, &group.outreach));
    });
}

fn records(ui: &mut Ui, group: &FaultGroup) {
    let columns = [
        Column::new(t("head-outreach-id"), 112.0),
        Column::new(t("head-record"), 180.0),
        Column::new(t("head-what"), 220.0).grow(),
    ];
    let records = &group.records;
    let name = t("records-name");
    Table::new(name, &columns, records.len()).show(ui, |ui, Cell { row, column }| {
        let Some(record) = records.get(row) else {
            return;
        };
        match column {
            0 => {
                let number = record.prospect.map(|prospect| prospect.to_string());
                match number {
                    Some(number) => cell::mono(ui, &number),
                    None => cell::text(ui, t("no-outreach-id")),
                };
            }
            1 => {
                cell::text(ui, &place(&record.place));
            }
            _ => {
                cell::text(ui, &record.what);
            }
        }
    });
}

/// The part of the source, and the line or row of it.
fn place(place: &Place) -> String {
    let (key, number) = match place.at {
        At::Line(line) => ("record-line", line),
        At::Row(row) => ("record-row", row),
        At::Nowhere if place.part.is_empty() => return t("record-gone").to_owned(),
        At::Nowhere => return place.part.to_string(),
    };
    let args = [
        ("part", (&*place.part).into()),
        ("n", number.to_string().into()),
    ];
    t_args(key, &args)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Part;

    #[test]
    fn a_record_is_found_by_the_line_or_the_row_of_its_part() {
        for (found, words) in [
            (
                Part::of_lines("members.csv").place(1207),
                "members.csv, line 1207",
            ),
            (
                Part::of_rows("export.parquet").place(12),
                "export.parquet, row 12",
            ),
            (Part::of_rows("a page").place(0), "a page"),
            (Place::gone(), "no longer in the source"),
        ] {
            assert_eq!(place(&found), words);
        }
    }
}
