//! The prospects of an audience, as many as there are: only the rows on screen are drawn, and only the pages around
//! them are asked for.

use egui::{Rect, Sense, Ui, vec2};

use super::audience::Revision;
use crate::{
    engine::{
        Look,
        snapshot::{Asked, ProspectPage, ProspectQuery, ProspectRow, StatusFilter},
    },
    model::{AudienceId, OutreachId},
    ui::{
        AskOnce, Intent, View, format,
        icon::Icon,
        text::{t, t_args},
        theme::{self, Role},
        widgets::{
            Banner, Column, Segmented, Table,
            chip::Kind,
            draw, label, search,
            table::{Cell, cell},
        },
    },
};

/// A new page is asked for at every so many rows.
const STEP: u64 = 20;

/// What the person searches for, and where the table stands.
#[derive(Debug, Default)]
pub(super) struct Prospects {
    search: String,
    filter: usize,
    /// The first row on screen.
    first: u64,
    /// The row that the keyboard is on.
    cursor: Option<usize>,
    ask: AskOnce<(ProspectQuery, Revision)>,
}

impl Prospects {
    /// Draws search and table; the prospect that was picked, if one was.
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        view: &View<'_>,
        of: (&str, &AudienceId),
        revision: Revision,
        open: Option<OutreachId>,
        intents: &mut Vec<Intent>,
    ) -> Option<OutreachId> {
        let asked = view.snapshot.looks.prospects.as_ref();
        let asked = asked.filter(|asked| {
            asked.question.slug == of.0 && asked.question.audience.as_ref() == Some(of.1)
        });
        crate::ui::page::padded(ui, |ui| self.filters(ui, asked));
        crate::ui::page::rule(ui);
        let picked = self.table(ui, view, asked, open);
        let query = self.query(of);
        if self.ask.is_new((query.clone(), revision)) {
            intents.push(Intent::look(Look::Prospects(query)));
        }
        picked
    }

    fn filters(&mut self, ui: &mut Ui, asked: Option<&Asked<ProspectQuery, ProspectPage>>) {
        let before = (self.search.clone(), self.filter);
        crate::ui::page::tools(
            ui,
            |ui| {
                search(ui, &mut self.search, t("prospects-search"), 232.0);
                let parts = [t("filter-everyone"), t("filter-in"), t("filter-left")];
                Segmented::show(ui, &parts, &mut self.filter);
            },
            |ui| {
                let page = asked.and_then(|asked| asked.answer.as_deref());
                // What is at the left takes about 380.
                if let Some(page) = page.filter(|_| ui.available_width() > 500.0) {
                    let n = t_args("prospects-count", &[("n", page.n_rows.into())]);
                    label(ui, Role::Help, &n);
                }
            },
        );
        ui.add_space(12.0);
        if before != (self.search.clone(), self.filter) {
            self.first = 0;
            self.cursor = None;
        }
    }

    /// What to ask for: the page around what is on screen.
    fn query(&self, (slug, audience): (&str, &AudienceId)) -> ProspectQuery {
        ProspectQuery {
            slug: slug.to_owned(),
            audience: Some(audience.clone()),
            status: match self.filter {
                0 => StatusFilter::All,
                1 => StatusFilter::Realized,
                _ => StatusFilter::Exited,
            },
            search: self.search.trim().to_owned(),
            first: self.first / STEP * STEP,
        }
    }

    fn table(
        &mut self,
        ui: &mut Ui,
        view: &View<'_>,
        asked: Option<&Asked<ProspectQuery, ProspectPage>>,
        open: Option<OutreachId>,
    ) -> Option<OutreachId> {
        if let Some(problem) = asked.and_then(|asked| asked.problem.as_ref()) {
            ui.add_space(12.0);
            crate::ui::page::padded(ui, |ui| {
                Banner::new(Kind::Bad, &problem.what)
                    .text(&problem.next_step)
                    .show(ui)
            });
            return None;
        }
        let page = asked.and_then(|asked| asked.answer.as_deref());
        if page.is_some_and(|page| page.n_rows == 0) {
            ui.add_space(40.0);
            ui.vertical_centered(|ui| label(ui, Role::Body, t("prospects-none")));
            return None;
        }
        // Until the first page is here, a screenful of bars stands for it.
        let n_rows = page.map_or(12, |page| {
            usize::try_from(page.n_rows).unwrap_or(usize::MAX)
        });
        let columns = columns(ui.available_width() < 600.0);
        let chosen = open.and_then(|open| place_of(page?, open)).or(self.cursor);
        let mut first = None;
        let told = Table::new(t("prospects-name"), &columns, n_rows)
            .on_sheet()
            .chosen(chosen)
            .show(ui, |ui, Cell { row, column }| {
                first = first.or(Some(row));
                match page.and_then(|page| row_at(page, row)) {
                    Some(prospect) => fill(ui, view, prospect, column),
                    None => bar(ui, row, column),
                }
            });
        self.first = first.unwrap_or(0) as u64;
        self.cursor = told.chosen.or(self.cursor);
        let row = told.chosen.or(told.opened)?;
        row_at(page?, row).map(|row| row.prospect)
    }
}

fn columns(is_narrow: bool) -> Vec<Column<'static>> {
    let mut columns = vec![
        Column::new(t("head-outreach-id"), 104.0),
        Column::new(t("head-name"), 150.0).grow(),
        Column::new(t("head-status-outreach"), 170.0),
    ];
    if !is_narrow {
        columns.push(Column::new(t("head-last-written"), 140.0));
    }
    columns
}

/// The row of this number, if its page is here.
fn row_at(page: &ProspectPage, row: usize) -> Option<&ProspectRow> {
    let row = (row as u64).checked_sub(page.first)?;
    page.rows.get(usize::try_from(row).ok()?)
}

/// In which row a prospect stands, if its page is here.
fn place_of(page: &ProspectPage, prospect: OutreachId) -> Option<usize> {
    let at = page.rows.iter().position(|row| row.prospect == prospect)?;
    Some(usize::try_from(page.first).ok()? + at)
}

fn fill(ui: &mut Ui, view: &View<'_>, row: &ProspectRow, column: usize) {
    match column {
        0 => {
            cell::mono(ui, &row.prospect.to_string());
        }
        1 => {
            cell::name(ui, &row.name);
        }
        2 => status(ui, row),
        _ => {
            let text = row
                .changed
                .map(|at| format::moment(at, view.now, &view.zone));
            cell::text(ui, text.as_deref().unwrap_or_else(|| t("not-yet")));
        }
    }
}

fn status(ui: &mut Ui, row: &ProspectRow) {
    let p = theme::palette(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(16.0, 16.0), Sense::hover());
    let (icon, color, text) = match row.status.as_deref() {
        _ if row.is_pending => (Icon::Clock, p.text_3, t("status-pending")),
        Some("realized") => (Icon::CheckCircle, p.ok_text, "realized"),
        Some("exited") => (Icon::SignOut, p.text_3, "exited"),
        Some(other) => (Icon::Tag, p.text_3, other),
        None => (Icon::MinusCircle, p.text_3, t("status-none")),
    };
    if icon == Icon::CheckCircle {
        draw::icon_fill(ui, rect, icon, 16.0, color);
    } else {
        draw::icon(ui, rect, icon, 16.0, color);
    }
    let ink = if icon == Icon::CheckCircle {
        p.text
    } else {
        p.text_2
    };
    cell::one(ui, Role::Body, ink, text);
}

/// What stands for a cell whose page is not here yet.
fn bar(ui: &mut Ui, row: usize, column: usize) {
    let widths = [56.0, 104.0, 72.0, 128.0, 88.0];
    let width = widths.get((row * 2 + column) % 5).copied().unwrap_or(72.0);
    let size = vec2(f32::min(width, ui.available_width()), 10.0);
    let (rect, _): (Rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let color = theme::palette(ui).line;
    ui.painter().rect_filled(rect, 4.0, color);
}
